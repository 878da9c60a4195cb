"""What a worker published and did not apply, read back from the log: no input is decided a second time, and perhaps otherwise.

A worker that ends between the acks of a step and its apply leaves facts in the log that its states do not hold. The next worker may run
another version of the code. Before its first step in a partition it therefore reads what the log holds of its service beyond the cursor. It
folds those facts as they are, and decides only the inputs behind the last of them. A step publishes its refusals and dead letters before its
facts, so an input at or below the last fact that left none of the three was a duplicate.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import NamedTuple

from msgspec import Raw

from shared.contracts.refusal import Dead, Refused
from shared.contracts.registry import RECORD_LANGUAGE, UNRECORDED_LANGUAGE, UnknownType
from shared.contracts.sequence import is_sequence, offset_of, sequence_of
from shared.deciding.decider import Decider, Judged
from shared.deciding.states.outcomes import Exceptional, Outcome
from shared.deciding.storable import check_fact_storable
from shared.events.codec import Unreadable, encode, read_data, read_event
from shared.events.dead_letters import Foreign
from shared.events.envelope import Event
from shared.ids import uuid5_of_position
from shared.log import topics
from shared.log.belonging import Judge, Known, judge_of
from shared.log.event_log import EventLog, LogRecord
from shared.log.input_bounds import InputBounds


class Published(NamedTuple):
    """What the log holds of a service beyond the cursor of a partition, by the offset of the input.

    ``last`` is the offset of the last input that left a fact, -1 where none did. ``ends`` says up to which offset each topic was read.
    ``more``: the record may hold further facts, which are read once the inputs up to ``last`` are applied.
    """

    facts: Mapping[int, Event[Raw]]
    refusals: Mapping[int, Exceptional]
    dead: frozenset[int]
    last: int
    ends: Mapping[str, int]
    more: bool = False

    def decided(self, offset: int) -> bool:
        """Return whether the input at an offset was decided, and so must not be decided again."""
        return offset <= self.last

    def judged(self, decider: Decider, cause: str | None, offset: int, state: bytes | None) -> Judged:
        """Return what became of an input that was decided, and the state that its fact leaves. ``cause``: the id of the input, where it has one.

        Raises ``Unreadable`` for an input that became a dead letter.
        """
        if (fact := self.facts.get(offset)) is not None:
            late = bool(getattr(read_data(RECORD_LANGUAGE, fact.type, fact.data), "late", False))
            evolved = decider.evolved(fact, state)
            return Judged(Outcome.LATE, evolved, exception=encode(Exceptional(cause))) if late else Judged(Outcome.ACCEPTED, evolved)
        if (why := self.refusals.get(offset)) is not None:
            return Judged(Outcome.REFUSED, exception=encode(why))
        if offset in self.dead:
            raise Unreadable("it became a dead letter before")
        return Judged(Outcome.DUPLICATE, exception=encode(Exceptional(cause)))


WINDOW = 50_000
"""The most facts that are read back at once: a cursor that went back with an older Redis may lie far below the last fact."""


class Reader:
    """Reads back what one service published in a partition."""

    def __init__(self, decider: Decider, log: EventLog) -> None:
        self._decider, self._log = decider, log
        self.topics = (topics.STUDENT_STATUS, topics.REFUSALS, topics.dead(decider.topic))
        self._bounds = InputBounds(log, {decider.source: decider.topic})
        self._mark = f'"{decider.source}"'.encode()

    async def beyond(self, partition: int, cursor: int, since: Mapping[str, int]) -> Published:
        """Read what was published for inputs at ``cursor`` and behind it. ``since``: where to begin in each topic."""
        ends = {topic: (await self._log.end_offsets(topic))[partition] for topic in self.topics}
        inputs = range(cursor, (await self._log.end_offsets(self._decider.topic))[partition])
        known = await self._bounds.ask(partition)
        record, refusals, dead = self.topics
        facts: dict[int, Event[Raw]] = {}
        more = False
        async with aclosing(self._own_facts(known, since.get(record, 0), ends[record])) as found:
            async for place, event in found:
                if (offset := self._input_of(event, partition)) in inputs:
                    facts.setdefault(offset, event)
                if len(facts) >= WINDOW:
                    ends[record], more = place + 1, True
                    break
        last = max(facts, default=-1)
        if last < 0:
            return Published({}, {}, frozenset(), last, ends)
        # Behind the last fact nothing is taken as decided. Of a window, refusals and dead letters are read again for the next one.
        decided = range(cursor, last + 1)
        refused: dict[int, Exceptional] = {}
        async for _, event in self._own(refusals, partition, since.get(refusals, 0), ends[refusals]):
            if (offset := self._input_of(event, partition)) in decided and isinstance(why := _unrecorded(event), Refused):
                refused.setdefault(offset, Exceptional(event.causationid, why.code, why.field, why.detail))
        letters: set[int] = set()
        async for _, event in self._own(dead, partition, since.get(dead, 0), ends[dead]):
            if isinstance(letter := _unrecorded(event), Dead) and letter.topic == self._decider.topic and letter.offset in decided:
                letters.add(letter.offset)
        if more:
            ends |= {refusals: since.get(refusals, 0), dead: since.get(dead, 0)}
        return Published(facts, refused, frozenset(letters), last, ends, more)

    async def another_published(self, partition: int, cursor: int, begin: int, end: int) -> bool:
        """Return whether the record holds facts of the service for inputs at ``cursor`` and behind it, between two offsets of the record."""
        known = await self._bounds.ask(partition)
        async with aclosing(self._own_facts(known, begin, end)) as found:
            async for _, event in found:
                if self._input_of(event, partition) >= cursor:
                    return True
        return False

    async def known(self, partition: int) -> Known:
        """Ask how far the input topic goes, and which facts were found beyond it. Raises ``LogUnavailable``."""
        return await self._bounds.ask(partition)

    def own_facts_in(self, records: Sequence[LogRecord], known: Known, last: str) -> list[tuple[int, bytes, Event[Raw]]]:
        """Return the facts of the service among records, in order and without repeats, each with its offset and the id of its state.

        ``last``: the last one before these records. What somebody else wrote in the service's name, or what cannot be read, is not among them: what
        we write, we can read. Reporting makes a dead letter of it.
        """
        judge, own = judge_of(known, records, asked=True), list[tuple[int, bytes, Event[Raw]]]()
        for record in records:
            event = self._read(record.value)
            if event is None or event.sequence <= last or not belongs(judge, event, record, last) or not _is_readable(event):
                continue
            last = event.sequence
            own.append((record.offset, self._decider.state_id(record.key), event))
        return own

    async def _own_facts(self, known: Known, begin: int, end: int) -> AsyncGenerator[tuple[int, Event[Raw]], None]:
        """Yield the facts of the service in the record, each with its offset; none that somebody else wrote in its name."""
        async for piece in self._log.read(topics.STUDENT_STATUS, known.partition, begin, end):
            judge = judge_of(known, piece, asked=True)
            for record in piece:
                if (event := self._read(record.value)) is not None and belongs(judge, event, record) and _is_readable(event):
                    yield record.offset, event

    async def _own(self, topic: str, partition: int, begin: int, end: int) -> AsyncGenerator[tuple[int, Event[Raw]], None]:
        async for piece in self._log.read(topic, partition, begin, end):
            for record in piece:
                if (event := self._read(record.value)) is not None and (record.key or b"").decode("utf-8", "replace") in (event.subject, ""):
                    yield record.offset, event

    def _read(self, value: bytes | None) -> Event[Raw] | None:
        """Return an event under the service's source, None for anything else."""
        if value is None or self._mark not in value:
            return None
        try:
            event = read_event(value)
        except Unreadable:
            return None
        return event if event.source == self._decider.source else None

    def _input_of(self, event: Event[Raw], partition: int) -> int:
        """Return the offset of the input that an event follows from; -1 where its id and its sequence are not those of one position."""
        if not is_sequence(event.sequence):
            return -1
        offset = offset_of(event.sequence)
        belongs = event.sequence == sequence_of(offset, 0) and event.id == uuid5_of_position(self._decider.topic, partition, offset, 0)
        return offset if belongs else -1


def belongs(judge: Judge, event: Event[Raw], record: LogRecord, last: str = "") -> bool:
    """Return whether a fact belongs where it stands in the record, behind the last sequence of its source.

    Raises ``NewerVersion`` for one that does: nobody stops for what somebody else wrote.
    """
    newer = None if RECORD_LANGUAGE.knows(event.type) else RECORD_LANGUAGE.why_not(event.type)
    # What is no sequence might sort above every real one, and no fact after it would ever be taken.
    if isinstance(newer, UnknownType) or not is_sequence(event.sequence):
        return False
    try:
        judge(event.type, event, record, last)
    except Foreign:
        return False
    if newer is not None:
        raise newer
    return True


def _is_readable(event: Event[Raw]) -> bool:
    try:
        check_fact_storable(event, read_data(RECORD_LANGUAGE, event.type, event.data))
    except Unreadable:
        return False
    return True


def _unrecorded(event: Event[Raw]) -> object:
    try:
        return read_data(UNRECORDED_LANGUAGE, event.type, event.data)
    except (Unreadable, UnknownType):
        return None
