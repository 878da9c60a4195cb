"""Joins enrolment's parts with the real Kafka and Redis."""

from typing import NoReturn

from fastapi import FastAPI

from services.enrolment.api import create_app
from services.enrolment.decider import EnrolmentDecider
from services.enrolment.domain.packed import FORMAT
from services.enrolment.policies import EnrolmentPolicies
from services.enrolment.settings import Settings
from shared.contracts.services import ENROLMENT
from shared.deciding.service import DecidingService
from shared.geography.divisions import divisions
from shared.http.bearer import BearerTokens
from shared.log.kafka_log import KafkaLog
from shared.redis.edge import connect_to

SERVICE = DecidingService(ENROLMENT, EnrolmentDecider(), FORMAT, EnrolmentPolicies())


def api(settings: Settings) -> FastAPI:
    """Return enrolment's api."""
    redis = connect_to(settings)
    return create_app(
        limits=settings,
        log=KafkaLog(settings.kafka_bootstrap, client_id=ENROLMENT.api),
        redis=redis,
        divisions=divisions(),
        store=SERVICE.store(settings, redis),
        partitions=settings.partitions,
        identity=BearerTokens.of(settings),
        generation=settings.generation,
        story_key=settings.story_key,
    )


def worker(settings: Settings) -> NoReturn:
    """Run the worker until it is told to stop."""
    SERVICE.run_worker(settings)
