"""A deciding service as a whole: its decider, its policies, and the worker that is made of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from shared.contracts.services import ServiceSpec
from shared.deciding.decider import Decider
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.policy_follower import Policies, PolicyFollower
from shared.deciding.rebuilding.rebuild import StateRebuild, drop
from shared.deciding.settings import DecidingSettings
from shared.deciding.states.generation import Generation, ShownGeneration
from shared.deciding.states.state_store import StateStore, format_of
from shared.log.kafka_log import KafkaLog
from shared.rebuilding.at_start import generation_at_start
from shared.rebuilding.generations import FIRST_GENERATION, live_generation, next_generation
from shared.rebuilding.rebuild import CannotRebuild
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

    def store(self, settings: DecidingSettings, redis: Redis, generation: Generation, *, only_while_live: bool = False) -> StateStore:
        """Return the states of a generation. ``only_while_live``: as ``StateStore`` has it."""
        return StateStore(
            redis,
            self.spec.name,
            generation=generation,
            buckets=settings.buckets,
            format_version=self.state_format,
            only_while_live=only_while_live,
        )

    def shown(self, settings: DecidingSettings, redis: Redis) -> Generation:
        """Return the generation that the api reads: the one that the settings name, or the live one."""
        if settings.generation:
            return settings.generation
        form = format_of(self.state_format, settings.buckets)
        return ShownGeneration(redis, self.spec.name, partitions=settings.partitions, form=form)

    def followers(self, settings: DecidingSettings, meters: WorkerMeters | None = None, *, generation: str = FIRST_GENERATION) -> list[Follower]:
        """Return what its worker does: it decides its input topic, and its policies follow the record."""
        redis = connect_to(settings)
        log = KafkaLog(settings.kafka, client_id=self.spec.worker)
        store = self.store(settings, redis, generation, only_while_live=not settings.generation)
        followers: list[Follower] = [DecidingFollower(self.decider, store, log, meters)]
        if self.policies is not None:
            redis = connect_to(settings)
            log = KafkaLog(settings.kafka, client_id=f"{self.spec.name}-policies")
            policies = PolicyFollower(self.policies, redis, log, generation=generation, partitions=settings.partitions, meters=meters)
            followers.append(policies)
        return followers

    async def rebuild(self, settings: DecidingSettings, generation: str | None) -> StateRebuild:
        """Return the rebuild of a generation beside the live one; without a name, of the one after that. Raises ``CannotRebuild``."""
        if settings.generation:
            raise CannotRebuild(
                f"{self.spec.name.upper()}_GENERATION is set: worker and api use generation {settings.generation}, whichever is live. Unset it."
            )
        redis, log = connect_to(settings), KafkaLog(settings.kafka, client_id=f"{self.spec.name}-rebuild")
        live = await live_generation(redis, self.spec.name)
        return StateRebuild(
            self.decider,
            redis,
            log,
            live=live,
            generation=generation or next_generation(live),
            partitions=settings.partitions,
            buckets=settings.buckets,
            format_version=self.state_format,
        )

    async def drop(self, settings: DecidingSettings, generation: str) -> int:
        """Remove the states of a generation, and return how many keys there were. Raises ``CannotRebuild`` for the live one."""
        redis = connect_to(settings)
        try:
            return await drop(redis, self.spec.name, generation)
        finally:
            await redis.aclose()

    def run_worker(self, settings: DecidingSettings, *, passing: Callable[[str], PassesDays] | None = None) -> NoReturn:
        """Run the worker until it is told to stop. ``passing``: returns what lets days pass in it, over a generation of states."""
        # Here, because Faust takes a second to import and the api does without it.
        from shared.worker.faust_edge import run_worker

        admin = AdminServer.of(self.spec.name, settings)
        generation = settings.generation or generation_at_start(settings, self.spec.name)
        run_worker(
            name=f"{self.spec.name}-{generation}",
            brokers=settings.kafka,
            followers=self.followers(settings, admin.meters, generation=generation),
            batch_size=settings.batch_size,
            session_timeout=settings.session_timeout,
            admin=admin,
            passing=None if passing is None else passing(generation),
        )
