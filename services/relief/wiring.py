"""Joins relief's parts with the real Kafka and Redis."""

from typing import TYPE_CHECKING, NoReturn

from services.relief.decider import ReliefDecider
from services.relief.domain.packed import FORMAT
from services.relief.policies import ReliefPolicies
from services.relief.settings import Settings
from shared.commands.record_clock import clock_of_api
from shared.contracts.services import RELIEF
from shared.deciding.service import DecidingService
from shared.log.kafka_log import KafkaLog
from shared.redis.edge import connect_to

if TYPE_CHECKING:
    from fastapi import FastAPI

SERVICE = DecidingService(RELIEF, ReliefDecider(), FORMAT, ReliefPolicies())


def api(settings: Settings) -> "FastAPI":
    """Return relief's api."""
    # Here, because a worker does without all that an api stands on.
    from services.relief.api import create_app
    from shared.http.bearer import BearerTokens

    redis = connect_to(settings)
    generation = SERVICE.shown(settings, redis)
    return create_app(
        limits=settings,
        log=KafkaLog(settings.kafka, client_id=RELIEF.api),
        redis=redis,
        store=SERVICE.store(settings, redis, generation),
        now=clock_of_api(settings.today, redis, RELIEF.name, generation=generation, partitions=settings.partitions),
        partitions=settings.partitions,
        identity=BearerTokens.of(settings),
        generation=generation,
        story_key=settings.story_key,
    )


def worker(settings: Settings) -> NoReturn:
    """Run the worker until it is told to stop."""
    SERVICE.run_worker(settings)
