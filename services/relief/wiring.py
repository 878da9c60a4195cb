"""Joins relief's parts with the real Kafka and Redis."""

from typing import NoReturn

from fastapi import FastAPI

from services.relief.api import create_app
from services.relief.decider import SERVICE, ReliefDecider
from services.relief.domain.packed import FORMAT
from services.relief.policies import ReliefPolicies
from services.relief.settings import Settings
from shared.commands.record_clock import telling
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.policy_follower import PolicyFollower
from shared.deciding.state_store import StateStore
from shared.log.kafka_log import KafkaLog
from shared.redis.edge import Redis, connect
from shared.worker.admin_server import AdminServer
from shared.worker.follower import Follower
from shared.worker.meters import WorkerMeters


def api(settings: Settings) -> FastAPI:
    """Give relief's api."""
    redis = connect(settings.redis_url)
    return create_app(
        limits=settings,
        log=KafkaLog(settings.kafka_bootstrap, client_id="relief-api"),
        redis=redis,
        store=_store(settings, redis),
        now=telling(settings.today, redis, SERVICE, generation=settings.generation, partitions=settings.partitions),
        partitions=settings.partitions,
        generation=settings.generation,
    )


def followers(settings: Settings, meters: WorkerMeters | None = None) -> list[Follower]:
    """Give what relief's worker does: with the commands that it is given, and with the facts that its policies hear."""
    redis = connect(settings.redis_url)
    log = KafkaLog(settings.kafka_bootstrap, client_id="relief-worker")
    deciding = DecidingFollower(ReliefDecider(), _store(settings, redis), log, meters)
    redis = connect(settings.redis_url)
    log = KafkaLog(settings.kafka_bootstrap, client_id="relief-policies")
    return [deciding, PolicyFollower(ReliefPolicies(), redis, log, generation=settings.generation, meters=meters)]


def worker(settings: Settings) -> NoReturn:
    """Run the worker until it is told to stop."""
    # Here, because Faust takes a second to import and the api does without it.
    from shared.worker.faust_edge import run_worker

    admin = AdminServer.of(SERVICE, settings)
    run_worker(
        name=f"relief-{settings.generation}",
        bootstrap=settings.kafka_bootstrap,
        followers=followers(settings, admin.meters),
        batch_size=settings.batch_size,
        session_timeout=settings.session_timeout,
        admin=admin,
    )


def _store(settings: Settings, redis: Redis) -> StateStore:
    return StateStore(redis, SERVICE, generation=settings.generation, buckets=settings.buckets, format_version=FORMAT)
