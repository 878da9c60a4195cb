"""How an officer's api asks its worker: judged as the worker would, appended to its one input topic, and its word waited for.

The steps of one request, and what a failure after each leaves behind:

1. With an ``Idempotency-Key``: claim it. (A claim that expires by itself.)
2. Read the state, and judge on it what is asked, as the worker would. What the state does not allow is refused here, and
   what it knows already is answered. (The same.)
3. Append the command to the log and wait for all in-sync replicas. (A command in the log that nobody was told of. Asked
   again with the same key it has the same id, by which the worker knows it again.)
4. Wait for the worker's word at the command's offset, so long and no longer. (The officer is told that it was taken.)
5. With a key: keep the answer, if the worker said that it is done. (Done; a repeat gets the same answer.)
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, Protocol

from msgspec import Struct, UnsetType

from shared import clock
from shared.commands.rebuild_gate import Built
from shared.commands.record_clock import Now
from shared.contracts.refusal import RefusalCode
from shared.deciding.decider import Decider
from shared.deciding.outcomes import Exceptional, Outcome, Outcomes, read_exceptional
from shared.deciding.state_store import StateStore
from shared.events.codec import encode
from shared.events.envelope import Event, EventData
from shared.http.idempotency import Answer, IdempotencyStore, KeyedRequest
from shared.http.problems import Problem
from shared.http.unavailable import log_needed, redis_needed
from shared.ids import command_id
from shared.log.event_log import EventLog
from shared.log.partitioner import partition_of
from shared.redis.edge import REDIS_UNAVAILABLE

NO_SEQUENCE = "-"
"""In place of a sequence: what offices ask for has none."""

_ASK_FIRST, _ASK_AT_MOST = 0.004, 0.05
"""Seconds between two looks for the worker's word, the first and the longest."""
_UNREADABLE = Exceptional(code=RefusalCode.MALFORMED, field=None, detail="the worker could not read what was asked; it went aside as dead")
_ASKED_AS = {"type": "do", "subject": "id"}
_NOWHERE = 0
"""The offset of what is only judged to see what would come of it: the fact it makes is never published."""


class AskedOf(Protocol):
    """Where what an office does is asked: the resource that it names, and how that is shown."""

    student: str
    location: str

    async def shown(self, state: bytes | None) -> Struct:
        """Give the resource in this state."""


class _Word(NamedTuple):
    """What the worker said."""

    outcome: Outcome
    why: Exceptional


class Asking:
    """What an officer's api does with a command, without HTTP. Raises ``Problem``."""

    def __init__(
        self,
        decider: Decider,
        *,
        store: StateStore,
        built: Built,
        log: EventLog,
        outcomes: Outcomes,
        idempotency: IdempotencyStore,
        now: Now,
        partitions: int,
        patience: float,
        statuses: Mapping[str, int],
    ) -> None:
        """Join the parts.

        ``patience``: seconds to wait for the worker's word; ``statuses``: of a refusal by its code, where it is not 409.
        """
        self._decider, self._store, self._built, self._log, self._outcomes, self._idempotency = decider, store, built, log, outcomes, idempotency
        self._now, self._partitions, self._patience, self._statuses = now, partitions, patience, statuses

    async def take(self, command: EventData, resource: AskedOf, *, office: str, key: str | None) -> Answer:
        """Ask for something in the name of an office.

        Gives 200 with the resource as it stands when that is done, or 202 with where to look if the worker said nothing
        in time. What is refused is a ``Problem``: 409 with the code, or another status that the service has for the code.
        """
        content = b"%b\0%b\0%b" % (command.TYPE.encode(), resource.student.encode(), encode(command))

        async def work() -> Answer:
            return await self._asked(command, resource, office, command_id(key, content))

        if key is None:
            return await work()
        request = KeyedRequest(office, key, sha256(content).digest())
        with redis_needed():
            return await self._idempotency.respond_once(request, work, keeps=lambda answer: answer.status == 200)

    async def _asked(self, command: EventData, resource: AskedOf, office: str, id_: str) -> Answer:
        student = resource.student.encode()
        partition = partition_of(student, self._partitions)
        with redis_needed():
            value = encode(_event(command, resource.student, office, id_, await self._now()))
            state = await self._store.get(partition, self._decider.state_id(student))
        if state is None:
            await self._built.check((partition,))
        judged = self._decider.judge(student, value, state, partition=partition, offset=_NOWHERE)
        if judged.refusal is not None and judged.exception is not None:
            raise self._refused(read_exceptional(judged.exception))
        if judged.fact is None:
            return await self._done(resource, state)
        with log_needed():
            offset = (await self._log.append(self._decider.topic, {partition: [(student, value)]}))[partition]
        # From here on it is in the log: whatever is unavailable now, it will be decided.
        with suppress(*REDIS_UNAVAILABLE):
            word = await self._word(partition, offset)
            if word is not None and word.outcome is Outcome.REFUSED:
                raise self._refused(word.why)
            if word is not None:
                return await self._done(resource, await self._store.get(partition, self._decider.state_id(student)))
        told = {"status": "taken", "detail": "It is in the log, and the worker has not decided on it yet: look there."}
        return Answer(202, "application/json", {"Location": resource.location}, encode(told))

    async def _word(self, partition: int, offset: int) -> _Word | None:
        """Give what the worker says of an input, or None if it says nothing in time."""
        until, pause = clock.seconds() + self._patience, _ASK_FIRST
        while (outcome := await self._outcomes.of(partition, offset)) is Outcome.PENDING:
            if clock.seconds() + pause > until:
                return None
            await asyncio.sleep(pause)
            pause = min(2 * pause, _ASK_AT_MOST)
        kept = await self._outcomes.exceptions([(partition, offset)])
        return _Word(outcome, kept.get((partition, offset), _UNREADABLE))

    async def _done(self, resource: AskedOf, state: bytes | None) -> Answer:
        return Answer(200, "application/json", {}, encode(await resource.shown(state)))

    def _refused(self, why: Exceptional) -> Problem:
        status = self._statuses.get(str(why.code), 409)
        return Problem(status, "refused", "It was refused", str(why.detail), more={"code": why.code, "field": _as_asked(why.field)})


def _as_asked(field: str | UnsetType | None) -> str | None:
    """Give the name that a field of the event has in what the office sent."""
    return _ASKED_AS.get(field, field.removeprefix("data.")) if field else None


def _event(command: EventData, student: str, office: str, id_: str, at: datetime) -> Event[EventData]:
    return Event(
        specversion="1.0",
        id=id_,
        source=office,
        type=command.TYPE,
        subject=student,
        time=at,
        recordedtime=clock.now(),
        partitionkey=student,
        sequence=NO_SEQUENCE,
        causationid=id_,
        correlationid=id_,
        data=command,
    )
