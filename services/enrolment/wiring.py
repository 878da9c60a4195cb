"""Joins enrolment's parts with the real Kafka and Redis."""

from services.enrolment.domain.packed import FORMAT
from services.enrolment.judging import SERVICE, EnrolmentDecider
from services.enrolment.settings import Settings
from shared.deciding import DecidingFollower
from shared.kafka_log import KafkaLog
from shared.redis_edge import connect
from shared.state_store import StateStore


def follower(settings: Settings) -> DecidingFollower:
    """Give what enrolment's worker does with its submissions. Must be called where its event loop runs."""
    store = StateStore(connect(settings.redis_url), SERVICE, generation=settings.generation, buckets=settings.buckets, format_version=FORMAT)
    return DecidingFollower(EnrolmentDecider(), store, KafkaLog(settings.kafka_bootstrap, client_id="enrolment-worker"))
