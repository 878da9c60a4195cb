"""Joins enrolment's parts with the real Kafka and Redis."""

from typing import NoReturn

from fastapi import FastAPI

from services.enrolment.api import create_app
from services.enrolment.decider import SERVICE, EnrolmentDecider
from services.enrolment.domain.packed import FORMAT
from services.enrolment.settings import Settings
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.state_store import StateStore
from shared.geography.divisions import divisions
from shared.log.kafka_log import KafkaLog
from shared.redis.edge import connect
from shared.worker.admin_server import AdminServer
from shared.worker.meters import WorkerMeters


def api(settings: Settings) -> FastAPI:
    """Give enrolment's api."""
    return create_app(
        limits=settings,
        log=KafkaLog(settings.kafka_bootstrap, client_id="enrolment-api"),
        redis=connect(settings.redis_url),
        divisions=divisions(),
        partitions=settings.partitions,
        generation=settings.generation,
    )


def follower(settings: Settings, meters: WorkerMeters | None = None) -> DecidingFollower:
    """Give what enrolment's worker does with its submissions."""
    store = StateStore(connect(settings.redis_url), SERVICE, generation=settings.generation, buckets=settings.buckets, format_version=FORMAT)
    return DecidingFollower(EnrolmentDecider(), store, KafkaLog(settings.kafka_bootstrap, client_id="enrolment-worker"), meters)


def worker(settings: Settings) -> NoReturn:
    """Run the worker until it is told to stop."""
    # Here, because Faust takes a second to import and the api does without it.
    from shared.worker.faust_edge import run_worker

    admin = AdminServer.of(SERVICE, settings)
    run_worker(
        name=f"enrolment-{settings.generation}",
        bootstrap=settings.kafka_bootstrap,
        followers=[follower(settings, admin.meters)],
        batch_size=settings.batch_size,
        session_timeout=settings.session_timeout,
        admin=admin,
    )
