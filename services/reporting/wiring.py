"""Joins the parts of reporting with the real Kafka and Redis."""

from typing import TYPE_CHECKING, NoReturn

from services.reporting.board.board import Board
from services.reporting.rebuild import CountRebuild
from services.reporting.rebuild import drop as drop_counts
from services.reporting.settings import Settings
from services.reporting.worker import CountingFollower
from shared.contracts.services import REPORTING
from shared.log.kafka_log import KafkaLog
from shared.rebuilding.at_start import generation_at_start
from shared.rebuilding.generations import FIRST_GENERATION, live_generation, next_generation
from shared.redis.edge import connect_to
from shared.worker.admin_server import AdminServer
from shared.worker.meters import WorkerMeters

if TYPE_CHECKING:
    from fastapi import FastAPI


def api(settings: Settings) -> "FastAPI":
    """Return reporting's api."""
    # Here, because a worker does without all that an api stands on.
    from services.reporting.api import create_app
    from services.reporting.pages import Screen
    from services.reporting.view.board_reader import BoardReader
    from shared.http.sessions.wiring import callers_of

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


def follower(settings: Settings, meters: WorkerMeters | None = None, *, generation: str = FIRST_GENERATION) -> CountingFollower:
    """Return the follower that reporting's worker runs."""
    board = Board(connect_to(settings), generation=generation)
    log = KafkaLog(settings.kafka, client_id="reporting-worker")
    return CountingFollower(board, log, meters, only_while_live=not settings.generation)


async def rebuild(settings: Settings, generation: str | None) -> CountRebuild:
    """Return the rebuild of a generation beside the one that is shown; without a name, of the one after that. Raises ``CannotRebuild``."""
    redis, log = connect_to(settings), KafkaLog(settings.kafka, client_id="reporting-rebuild")
    live = await live_generation(redis, REPORTING.name)
    return CountRebuild(redis, log, live=live, generation=generation or next_generation(live), partitions=settings.partitions)


async def drop(settings: Settings, generation: str) -> int:
    """Remove the counts of a generation, and return how many keys there were. Raises ``CannotRebuild`` for the one that is shown."""
    redis = connect_to(settings)
    try:
        return await drop_counts(redis, generation, partitions=settings.partitions)
    finally:
        await redis.aclose()


def worker(settings: Settings) -> NoReturn:
    """Run the worker until it is told to stop."""
    # Faust takes a second to import, and the api does without it.
    from shared.worker.faust_edge import run_worker

    admin = AdminServer.of("reporting", settings)
    generation = settings.generation or generation_at_start(settings, REPORTING.name)
    run_worker(
        name=f"reporting-{generation}",
        brokers=settings.kafka,
        followers=[follower(settings, admin.meters, generation=generation)],
        batch_size=settings.batch_size,
        session_timeout=settings.session_timeout,
        admin=admin,
    )
