"""Joins enrolment's parts with the real Kafka and Redis."""

from fastapi import FastAPI

from services.enrolment.api import create_app
from services.enrolment.domain.packed import FORMAT
from services.enrolment.judging import SERVICE, EnrolmentDecider
from services.enrolment.settings import Settings
from shared.deciding import DecidingFollower
from shared.divisions import divisions
from shared.kafka_log import KafkaLog
from shared.redis_edge import connect
from shared.state_store import StateStore


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


def follower(settings: Settings) -> DecidingFollower:
    """Give what enrolment's worker does with its submissions."""
    store = StateStore(connect(settings.redis_url), SERVICE, generation=settings.generation, buckets=settings.buckets, format_version=FORMAT)
    return DecidingFollower(EnrolmentDecider(), store, KafkaLog(settings.kafka_bootstrap, client_id="enrolment-worker"))
