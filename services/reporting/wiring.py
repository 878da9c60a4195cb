"""Joins the parts of reporting with the real Kafka and Redis."""

from typing import NoReturn

from fastapi import FastAPI

from services.reporting.api import create_app
from services.reporting.board.board import Board
from services.reporting.pages import Screen
from services.reporting.settings import Settings
from services.reporting.view.board_reader import BoardReader
from services.reporting.worker import CountingFollower
from shared.contracts.services import REPORTING
from shared.http.sessions.wiring import callers_of
from shared.log.kafka_log import KafkaLog
from shared.redis.edge import connect_to
from shared.worker.admin_server import AdminServer
from shared.worker.meters import WorkerMeters


def api(settings: Settings) -> FastAPI:
    """Return reporting's api."""
    log, redis = KafkaLog(settings.kafka, client_id="reporting-api"), connect_to(settings)
    callers = callers_of(settings, redis, REPORTING.name)
    return create_app(
        reader=BoardReader(redis, log, partitions=settings.partitions, in_story=settings.demo),
        log=log,
        redis=redis,
        identity=callers.identity,
        signing_in=callers.signing_in,
        baseline=settings.baseline,
        screen=Screen(settings.demo, settings.late_after, settings.gone_after),
        most_streams=settings.most_streams,
        most_streams_per_address=settings.most_streams_per_address,
        ready_lag_seconds=settings.ready_lag_seconds,
    )


def follower(settings: Settings, meters: WorkerMeters | None = None) -> CountingFollower:
    """Return the follower that reporting's worker runs."""
    board = Board(connect_to(settings), generation=settings.generation)
    return CountingFollower(board, KafkaLog(settings.kafka, client_id="reporting-worker"), meters)


def worker(settings: Settings) -> NoReturn:
    """Run the worker until it is told to stop."""
    # Faust takes a second to import, and the api does without it.
    from shared.worker.faust_edge import run_worker

    admin = AdminServer.of("reporting", settings)
    run_worker(
        name=f"reporting-{settings.generation}",
        brokers=settings.kafka,
        followers=[follower(settings, admin.meters)],
        batch_size=settings.batch_size,
        session_timeout=settings.session_timeout,
        admin=admin,
    )
