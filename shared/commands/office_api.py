"""The parts that the api of every service which offices command is made of."""

from collections.abc import Mapping
from typing import NamedTuple

from shared.commands.command_lines import CommandLines, IsWithin
from shared.commands.limits import CommandLimits
from shared.commands.rebuild_gate import RebuildGate
from shared.commands.record_clock import Now
from shared.commands.submit import CommandSubmitter
from shared.deciding.decider import Decider
from shared.deciding.states.generation import Generation
from shared.deciding.states.listing import Listing
from shared.deciding.states.outcomes import Outcomes
from shared.deciding.states.state_store import StateStore
from shared.http.idempotency import IdempotencyStore
from shared.http.telemetry import Check
from shared.log.event_log import EventLog
from shared.redis.edge import Redis


class OfficeApi(NamedTuple):
    """The gate before the states, the lists of them, and what submits commands, one or many at once. ``needs``: what ``/readyz`` asks of them."""

    gate: RebuildGate
    listing: Listing
    submitter: CommandSubmitter
    lines: CommandLines
    needs: Mapping[str, Check]

    @classmethod
    def over(
        cls,
        decider: Decider,
        *,
        limits: CommandLimits,
        log: EventLog,
        redis: Redis,
        store: StateStore,
        now: Now,
        partitions: int,
        generation: Generation,
        statuses: Mapping[str, int],
        is_within: IsWithin,
    ) -> "OfficeApi":
        """Return the parts over the log and the Redis of a service.

        ``store``: the states of the worker; ``now``: the clock of the api; ``partitions``: of the input topic; ``generation``: of the states;
        ``statuses``: the HTTP status of a refusal by its code, where that is not 409; ``is_within``: whether a child's thing is in a county.
        """
        gate = RebuildGate(store, log, decider.topic)
        outcomes = Outcomes(redis, decider.service)
        submitter = CommandSubmitter(
            decider,
            store=store,
            gate=gate,
            log=log,
            outcomes=outcomes,
            idempotency=IdempotencyStore(redis, decider.service, keep=limits.repeat_seconds, lease=limits.lease_seconds),
            now=now,
            partitions=partitions,
            patience=limits.word_seconds,
            statuses=statuses,
        )
        listing = Listing(redis, decider.service, generation=generation, partitions=partitions)
        lines = CommandLines(
            decider,
            store=store,
            is_within=is_within,
            gate=gate,
            log=log,
            outcomes=outcomes,
            partitions=partitions,
            patience=limits.lines_seconds,
        )
        return cls(gate, listing, submitter, lines, {"states": lambda: gate.ready(range(partitions))})
