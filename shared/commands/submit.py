"""How the api of a deciding service submits a command: judged as the worker would judge it, appended to the input topic, its outcome awaited.

The steps of one request, and what a failure after each leaves behind:

1. With an ``Idempotency-Key``: claim the key. (A claim that expires by itself.)
2. Read the state, and judge the command on it as the worker would. What the state does not allow is refused here, and what was done before
   is answered. (The same.)
3. Append the command to the log and wait for all in-sync replicas. (A command in the log whose office got no answer. The same request with
   the same key makes a command of the same id, which the worker knows again.)
4. Wait for the outcome that the worker writes at the offset of the command, for a limited time. (The office is told that it was taken.)
5. With a key: keep the answer, if the command was decided. (Done; a repeat gets the same answer.)
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct, UnsetType

from shared import clock
from shared.commands.rebuild_gate import RebuildGate
from shared.commands.record_clock import Now
from shared.commands.speaker import Speaker
from shared.contracts.refusal import RefusalCode
from shared.deciding.decider import Decider
from shared.deciding.states.outcomes import Exceptional, Outcome, Outcomes, read_exceptional
from shared.deciding.states.state_store import StateStore
from shared.events.codec import encode
from shared.events.envelope import EventData, first_event
from shared.http.idempotency import Answer, IdempotencyStore, KeyedRequest
from shared.http.problems import Problem
from shared.http.unavailable import log_needed, redis_needed
from shared.ids import command_id
from shared.log.event_log import EventLog
from shared.log.partitioner import partition_of
from shared.redis.edge import REDIS_UNAVAILABLE

_FIRST_PAUSE, _LONGEST_PAUSE = 0.004, 0.05
"""Seconds between two reads of the outcome, the first and the longest."""
_UNREADABLE = Exceptional(code=RefusalCode.MALFORMED, field=None, detail="the worker could not read the command; it became a dead letter")
_FIELDS_OF_REQUEST = {"type": "do", "subject": "id"}
_UNHEARD = {"status": "taken", "detail": "It is in the log. What becomes of it is told to those who may read the child's file."}
_NOWHERE = 0
"""The offset of a command that is judged before it is appended: the fact that it makes there is never published."""


class OutOfSight(Struct, frozen=True):
    """What is told of a command that was done, and by which the child went out of the caller's sight: nothing of the child."""

    status: Literal["done"]
    detail: str


_OUT_OF_SIGHT = OutOfSight("done", "It is done, and by it the child went out of your sight.")


class CommandTarget(Protocol):
    """The resource that a command names."""

    student: str
    location: str

    async def document(self, state: bytes | None) -> Struct:
        """Return the document of the resource in this state. Raises ``Problem`` 404 where the caller may not see it, as if there were none."""

    def is_within(self, state: bytes | None) -> bool:
        """Return whether the caller may see the resource in this state."""


Expects = Callable[[bytes | None], None]


def whatever(_: bytes | None) -> None:
    """Expect nothing of a state."""


class _Decision(NamedTuple):
    """What the worker decided on a command."""

    outcome: Outcome
    why: Exceptional


class CommandSubmitter:
    """What the api of a deciding service does with a command, without HTTP. Raises ``Problem``."""

    def __init__(
        self,
        decider: Decider,
        *,
        store: StateStore,
        gate: RebuildGate,
        log: EventLog,
        outcomes: Outcomes,
        idempotency: IdempotencyStore,
        now: Now,
        partitions: int,
        patience: float,
        statuses: Mapping[str, int],
    ) -> None:
        """``patience``: seconds to wait for the outcome; ``statuses``: the HTTP status of a refusal by its code, where that is not 409."""
        self._decider, self._store, self._gate, self._log, self._outcomes, self._idempotency = decider, store, gate, log, outcomes, idempotency
        self._now, self._partitions, self._patience, self._statuses = now, partitions, patience, statuses

    async def take(
        self,
        command: EventData,
        target: CommandTarget,
        *,
        office: str,
        speaker: Speaker,
        key: str | None,
        at: datetime | None = None,
        expects: Expects = whatever,
    ) -> Answer:
        """Submit a command in the name of an office. ``speaker``: who asks; ``at``: the moment of a demo's story, where there is one;
        ``expects``: raises ``Problem`` for a state that the speaker has not seen; a command that was decided before is answered all the same.

        Returns 200 with the target as it is once the command was decided, or 202 with its location if the worker wrote no outcome in time. A
        refused command is a ``Problem``: 403 for an office that the speaker may not speak for, 409 with the code, or another status that the
        service has for the code. A child that is not the speaker's is refused as one that nobody ever heard of; a speaker who may hear nothing of
        the child is told that the command was taken, and no more.
        """
        speaker.check(office, command.TYPE)
        content = b"%b\0%b\0%b\0%b" % (speaker.owner.encode(), command.TYPE.encode(), target.student.encode(), encode(command))

        async def work() -> Answer:
            return await self._submitted(command, target, office, command_id(key, content), at, expects, speaker.hears)

        if key is None:
            return await work()
        request = KeyedRequest(speaker.owner, key, sha256(content).digest())
        with redis_needed():
            return await self._idempotency.respond_once(request, work, keeps=_is_decided)

    async def _submitted(
        self, command: EventData, target: CommandTarget, office: str, id_: str, at: datetime | None, expects: Expects, hears: bool
    ) -> Answer:
        student = target.student.encode()
        partition = partition_of(student, self._partitions)
        with redis_needed():
            value = encode(
                first_event(command, id_=id_, source=office, subject=target.student, at=at or await self._now(), recorded=at or clock.now())
            )
            state = await self._store.get(partition, self._decider.state_id(student))
        # Who reads no county hears of a child all the same where this one thing is in sight: a file that was handed on to a school.
        if not hears and not target.is_within(state):
            with log_needed():
                await self._log.append(self._decider.topic, {partition: [(student, value)]})
            return Answer(202, "application/json", {}, encode(_UNHEARD))
        if not target.is_within(state):
            state = None
        if state is None:
            await self._gate.check((partition,))
        judged = self._decider.judge(student, value, state, partition=partition, offset=_NOWHERE)
        if judged.refusal is not None and judged.exception is not None:
            raise self._refused(read_exceptional(judged.exception))
        if judged.fact is None:
            return await self._done(target, state)
        expects(state)
        with log_needed():
            offset = (await self._log.append(self._decider.topic, {partition: [(student, value)]}))[partition]
        # From here on the command is in the log: whatever is unavailable now, it will be decided.
        with suppress(*REDIS_UNAVAILABLE):
            decision = await self._decision(partition, offset)
            if decision is not None and decision.outcome is Outcome.REFUSED:
                raise self._refused(decision.why)
            if decision is not None:
                left = await self._store.get(partition, self._decider.state_id(student))
                return await self._done(target, left) if target.is_within(left) else Answer(200, "application/json", {}, encode(_OUT_OF_SIGHT))
        taken = {"status": "taken", "detail": "It is in the log, and the worker has not decided on it yet: look there."}
        return Answer(202, "application/json", {"Location": target.location}, encode(taken))

    async def _decision(self, partition: int, offset: int) -> _Decision | None:
        """Wait for the decision on an input; None where there is none in time."""
        until, pause = clock.seconds() + self._patience, _FIRST_PAUSE
        while (outcome := await self._outcomes.of(partition, offset)) is Outcome.PENDING:
            if clock.seconds() + pause > until:
                return None
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        kept = await self._outcomes.exceptions([(partition, offset)])
        return _Decision(outcome, kept.get((partition, offset), _UNREADABLE))

    async def _done(self, target: CommandTarget, state: bytes | None) -> Answer:
        return Answer(200, "application/json", {}, encode(await target.document(state)))

    def _refused(self, why: Exceptional) -> Problem:
        status = self._statuses.get(str(why.code), 409)
        return Problem(status, "refused", "It was refused", str(why.detail), more={"code": why.code, "field": _field_of_request(why.field)})


def _is_decided(answer: Answer) -> bool:
    """Return whether an answer is the last word on a command: a repeat of one that was only taken may hear more."""
    return answer.status == 200


def _field_of_request(field: str | UnsetType | None) -> str | None:
    """Return the name that a field of the event has in the body of the office's request."""
    return _FIELDS_OF_REQUEST.get(field, field.removeprefix("data.")) if field else None
