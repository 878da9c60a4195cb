"""A deciding service as a whole: its decider, its policies, and the worker that is made of them."""

from dataclasses import dataclass
from typing import NoReturn

from shared.contracts.services import ServiceSpec
from shared.deciding.decider import Decider
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.policy_follower import Policies, PolicyFollower
from shared.deciding.settings import DecidingSettings
from shared.deciding.states.state_store import StateStore
from shared.log.kafka_log import KafkaLog
from shared.redis.edge import Redis, connect_to
from shared.worker.admin_server import AdminServer
from shared.worker.follower import Follower, PassesDays
from shared.worker.meters import WorkerMeters


@dataclass(frozen=True)
class DecidingService:
    """What makes one deciding service differ from another. ``state_format``: the version of its packed states."""

    spec: ServiceSpec
    decider: Decider
    state_format: int
    policies: Policies | None = None

    def store(self, settings: DecidingSettings, redis: Redis) -> StateStore:
        """Return the states of the generation that the settings name."""
        return StateStore(redis, self.spec.name, generation=settings.generation, buckets=settings.buckets, format_version=self.state_format)

    def followers(self, settings: DecidingSettings, meters: WorkerMeters | None = None) -> list[Follower]:
        """Return what its worker does: it decides its input topic, and its policies follow the record."""
        redis = connect_to(settings)
        log = KafkaLog(settings.kafka, client_id=self.spec.worker)
        followers: list[Follower] = [DecidingFollower(self.decider, self.store(settings, redis), log, meters)]
        if self.policies is not None:
            redis = connect_to(settings)
            log = KafkaLog(settings.kafka, client_id=f"{self.spec.name}-policies")
            policies = PolicyFollower(self.policies, redis, log, generation=settings.generation, partitions=settings.partitions, meters=meters)
            followers.append(policies)
        return followers

    def run_worker(self, settings: DecidingSettings, *, passing: PassesDays | None = None) -> NoReturn:
        """Run the worker until it is told to stop. ``passing``: what lets days pass in it."""
        # Here, because Faust takes a second to import and the api does without it.
        from shared.worker.faust_edge import run_worker

        admin = AdminServer.of(self.spec.name, settings)
        run_worker(
            name=f"{self.spec.name}-{settings.generation}",
            brokers=settings.kafka,
            followers=self.followers(settings, admin.meters),
            batch_size=settings.batch_size,
            session_timeout=settings.session_timeout,
            admin=admin,
            passing=passing,
        )
