"""How the api of a deciding service takes many commands at once: a line each, as an office works off its list or pays by its roll.

{"id": "00112233445566778899aabbccddeeff", "do": "close-after-return", "office": "/counties/513431", "outcome": "sustained"}

A line has the id of what it is done to, and beside it what the body of the single ``POST`` has. The steps of one request, and what a failure
after each leaves behind:

1. Read every line. A line that breaks a rule is told of, and does not hold back the others. (Nothing done.)
2. Append the commands of the others and wait for all in-sync replicas. (Commands in the log whose office got no answer. The same body with
   the same ``Idempotency-Key`` makes commands of the same ids, which the worker knows again.)
3. Wait for the outcomes that the worker writes, for a limited time. (The office is told how many are pending.)

The worker alone judges: unlike the single ``POST``, a line that a state does not allow comes into the log, and its refusal into ``refusals``.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from msgspec import Raw, Struct, convert
from msgspec.json import decode

from shared import clock
from shared.commands.instructions import read_object
from shared.commands.rebuild_gate import RebuildGate
from shared.commands.speaker import Speaker
from shared.contracts.refusal import RefusalCode
from shared.deciding.decider import Decider
from shared.deciding.states.outcomes import INDEX, UNREADABLE, Exceptional, Outcome, Outcomes, read_exceptional
from shared.deciding.states.state_store import StateStore
from shared.events.codec import encode
from shared.events.envelope import EventData, first_event
from shared.http.problems import Problem
from shared.http.unavailable import log_needed, redis_needed
from shared.ids import command_id
from shared.log.event_log import EventLog
from shared.log.partitioner import partitions_of

MEDIA_TYPE = "application/x-ndjson"
MOST_LINES, MOST_BYTES = 1_000, 1 << 20
"""The most lines of a body, and bytes. Even if all lines are of one partition, their commands are one record batch, with offsets that follow on."""
_ELSEWHERE = RefusalCode.NOT_YOUR_COUNTY
_PAUSE, _LONGEST_PAUSE = 0.02, 0.25
"""Seconds between the first two reads of the outcomes, and at most: each pause is half as long again as the one before."""


class OneOf(NamedTuple):
    """A command to one child, in the name of an office."""

    student: str
    command: EventData
    office: str


ReadLine = Callable[[str, dict[str, Raw]], OneOf]
"""Reads the id and the other members of a line. Raises ``Problem``."""


IsWithin = Callable[[bytes | None, str, Set[str]], bool]
"""Says whether the thing of an id is in one of these counties, by the state of its child."""


class RefusedLine(Struct, frozen=True):
    """A line that was refused, by the api or by the worker. ``id`` is null where the line has none that can be read."""

    line: int
    id: str | None
    code: str
    field: str | None
    detail: str


class LinesDone(Struct, frozen=True):
    """How many lines there were, and what became of them. ``pending``: so many the worker has not decided on yet."""

    received: int
    accepted: int
    duplicate: int
    refused: int
    pending: int
    lines: Sequence[RefusedLine]


class _Asked(NamedTuple):
    line: int
    id: str
    key: bytes
    value: bytes


class CommandLines:
    """Takes the lines of one service's offices."""

    def __init__(
        self,
        decider: Decider,
        *,
        store: StateStore,
        is_within: IsWithin,
        gate: RebuildGate,
        log: EventLog,
        outcomes: Outcomes,
        partitions: int,
        patience: float,
    ) -> None:
        """``patience``: seconds to wait for the outcomes."""
        self._decider, self._store, self._is_within, self._gate, self._log, self._outcomes = decider, store, is_within, gate, log, outcomes
        self._partitions, self._patience = partitions, patience

    async def take(self, body: bytes, read: ReadLine, *, speaker: Speaker, key: str | None, at: datetime, recorded: datetime) -> LinesDone:
        """Submit the commands of a body. ``at``: when they are true, ``recorded``: when they came in. Raises ``Problem``.

        Of a child that is not the speaker's a line says what it would of one that nobody ever heard of. A speaker who may hear nothing of any
        child is told how many commands were taken: they stay ``pending`` to it.
        """
        if key is None:
            detail = "Many commands at once need an Idempotency-Key: only with it does a repeated body do no harm."
            raise Problem(400, "no-idempotency-key", "No Idempotency-Key", detail)
        texts = body.split(b"\n", MOST_LINES)
        if len(texts) > MOST_LINES and texts[-1].strip():
            raise Problem(413, "too-large", "The body is over a limit", f"A body must not have more than {MOST_LINES} lines.")
        asked: list[_Asked] = []
        refused: list[RefusedLine] = []
        received = 0
        for line, text in enumerate(texts, 1):
            if not text.strip():
                continue
            received += 1
            id_: str | None = None
            try:
                fields = read_object(text)
                id_ = _id_of(fields)
                one = read(id_, fields)
                speaker.check(one.office, one.command.TYPE)
            except Problem as problem:
                refused.append(_refused_line(line, id_, problem))
                continue
            content = b"%b\0%b\0%b\0%b" % (speaker.owner.encode(), one.command.TYPE.encode(), one.student.encode(), encode(one.command))
            value = encode(first_event(one.command, id_=command_id(key, content), source=one.office, subject=one.student, at=at, recorded=recorded))
            asked.append(_Asked(line, id_, one.student.encode(), value))
        if not received:
            raise Problem(400, "empty-body", "The body is empty", "There is no command in it.")
        counted, of_worker = await self._decided(self._by_partition(asked), speaker)
        lines = sorted([*refused, *of_worker], key=lambda each: each.line)
        return LinesDone(received, counted[Outcome.ACCEPTED], counted[Outcome.DUPLICATE], len(lines), counted[Outcome.PENDING], lines)

    def _by_partition(self, asked: Sequence[_Asked]) -> dict[int, list[_Asked]]:
        found: defaultdict[int, list[_Asked]] = defaultdict(list)
        for partition, each in zip(partitions_of([each.key for each in asked], self._partitions), asked, strict=True):
            found[partition].append(each)
        return dict(found)

    async def _decided(self, asked: dict[int, list[_Asked]], speaker: Speaker) -> tuple[dict[Outcome, int], list[RefusedLine]]:
        if not asked:
            return dict.fromkeys(Outcome, 0), []
        if speaker.hears:
            await self._gate.check(asked)
        with log_needed():
            records = {partition: [(each.key, each.value) for each in found] for partition, found in asked.items()}
            first = await self._log.append(self._decider.topic, records)
        if not speaker.hears:
            return dict.fromkeys(Outcome, 0) | {Outcome.PENDING: sum(map(len, asked.values()))}, []
        with redis_needed():
            ranges = [(partition, first[partition], len(found)) for partition, found in asked.items()]
            outcomes = await self._settled(ranges)
            refused = {
                (partition, begin + int(n)): asked[partition][int(n)]
                for (partition, begin, _), found in zip(ranges, outcomes, strict=True)
                for n in np.flatnonzero(found == INDEX[Outcome.REFUSED])
            }
            why = dict(await self._outcomes.exceptions(refused))
            for place in await self._not_theirs({place: refused[place] for place, said in why.items() if said.code == _ELSEWHERE}, speaker):
                why[place] = self._unknown(refused[place])
        counts = np.bincount(np.concatenate(outcomes), minlength=len(Outcome)).tolist()
        told = [
            RefusedLine(each.line, each.id, str(said.code), _field(said.field), str(said.detail))
            for place, each in refused.items()
            for said in [why.get(place, UNREADABLE)]
        ]
        return dict(zip(Outcome, counts, strict=True)), told

    async def _not_theirs(self, elsewhere: Mapping[tuple[int, int], _Asked], speaker: Speaker) -> Sequence[tuple[int, int]]:
        """Return the places of those commands whose child the speaker may not see."""
        places = [(partition, self._decider.state_id(each.key)) for (partition, _), each in elsewhere.items()]
        states = await self._store.get_all(places) if places else []
        return [
            place for (place, each), state in zip(elsewhere.items(), states, strict=True) if not self._is_within(state, each.id, speaker.counties)
        ]

    def _unknown(self, asked: _Asked) -> Exceptional:
        """Return why a command is refused to a child that nobody ever heard of."""
        judged = self._decider.judge(asked.key, asked.value, None, partition=0, offset=0)
        return UNREADABLE if judged.exception is None else read_exceptional(judged.exception)

    async def _settled(self, ranges: Sequence[tuple[int, int, int]]) -> list[Any]:
        until, pause = clock.seconds() + self._patience, _PAUSE
        while True:
            found = await self._outcomes.between(ranges)
            if not any((each == INDEX[Outcome.PENDING]).any() for each in found) or clock.seconds() > until:
                return found
            await asyncio.sleep(pause)
            pause = min(1.5 * pause, _LONGEST_PAUSE)


def _id_of(fields: dict[str, Raw]) -> str:
    try:
        return convert(decode(fields.pop("id")), str)
    except (KeyError, ValueError):
        raise wrong_id("it must be there, as a text") from None


def wrong_id(rule: str) -> Problem:
    """Return the problem of a line whose id breaks a rule."""
    return Problem(422, "malformed", "A field breaks a rule", f"id: {rule}", more={"code": RefusalCode.MALFORMED, "field": "id"})


def _refused_line(line: int, id_: str | None, problem: Problem) -> RefusedLine:
    return RefusedLine(line, id_, str(problem.more.get("code", RefusalCode.MALFORMED)), problem.more.get("field"), problem.detail)


def _field(field: object) -> str | None:
    return field.removeprefix("data.") if isinstance(field, str) else None
