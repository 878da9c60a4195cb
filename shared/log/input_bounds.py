"""How far the input topics go, and which facts of the record were found beyond them: what a reader of the record asks the log for.

The ends are asked by a client that fetches nothing (decision 0002), and only when a sequence lies beyond the ends that are known. After the
ends, the dead letters of the record are read that came since. So whoever takes an input to exist also knows of the facts for which it did not.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from shared.contracts.refusal import Dead, DeadReason
from shared.contracts.registry import UNRECORDED_LANGUAGE, UnknownType
from shared.events.codec import Unreadable, read_data, read_event
from shared.ids import uuid5_of_position
from shared.log import topics
from shared.log.belonging import INPUT_TOPICS, Judge, Known, Stale, judge_of
from shared.log.event_log import EventLog

WRITER = "/reporting"
"""The ``source`` of the record's dead letters: of its readers reporting alone writes them."""

Result = TypeVar("Result")


class InputBounds:
    """What was last known of the ends of input topics, and of the record's dead letters. ``inputs``: by the sources whose facts are judged."""

    def __init__(self, log: EventLog, inputs: Mapping[str, str] = INPUT_TOPICS) -> None:
        self._log, self._inputs = log, inputs
        self._ends: Mapping[str, Mapping[int, int]] = {}
        self._partitions = 0
        self._dead_end: Mapping[int, int] = {}
        self._beyond: dict[int, dict[int, str]] = {}
        self._read_to: dict[int, int] = {}

    def forget(self, partitions: Collection[int]) -> None:
        """Ask again for these partitions: another worker may have judged facts of theirs."""
        for partition in partitions:
            self._read_to.pop(partition, None)
            self._beyond.pop(partition, None)

    async def judged(self, partition: int, records: Sequence[Any], work: Callable[[Judge], Result]) -> Result:
        """Return what a pure function makes of records with a judge of them. It is called again where a fact lies beyond the ends that are known.

        Raises ``LogUnavailable``: where the ends cannot be had, nothing is guessed.
        """
        try:
            return work(judge_of(await self.known(partition), records, asked=False))
        except Stale:
            known = await self.ask(partition)
        return work(judge_of(known, records, asked=True))

    async def known(self, partition: int) -> Known:
        """Return what is known; ask where nothing is. Raises ``LogUnavailable``."""
        if partition not in self._read_to:
            return await self.ask(partition)
        return await self._known(partition)

    async def ask(self, partition: int) -> Known:
        """Ask for the ends of the input topics and of the record's dead letters. Raises ``LogUnavailable``."""
        if not self._partitions:
            self._partitions = len(await self._log.end_offsets(topics.STUDENT_STATUS))
        self._ends = {source: await self._log.end_offsets(topic) for source, topic in self._inputs.items()}
        self._dead_end = await self._log.end_offsets(topics.dead(topics.STUDENT_STATUS))
        return await self._known(partition)

    async def _known(self, partition: int) -> Known:
        await self._read_letters(partition)
        ends = {source: f"{of_topic.get(partition, 0):016d}-" for source, of_topic in self._ends.items()}
        return Known(partition, self._partitions, ends, self._beyond[partition])

    async def _read_letters(self, partition: int) -> None:
        """Read the dead letters that came since, and keep those of facts beyond their input topic."""
        begin, end = self._read_to.get(partition, 0), self._dead_end.get(partition, 0)
        found = self._beyond.setdefault(partition, {})
        if begin < end:
            async for piece in self._log.read(topics.dead(topics.STUDENT_STATUS), partition, begin, end):
                for record in piece:
                    if (letter := _read(record.value)) is not None and letter.partition == partition and letter.reason == DeadReason.BEYOND:
                        found.setdefault(letter.offset, letter.sha256)
        self._read_to[partition] = max(begin, end)


def _read(value: bytes | None) -> Dead | None:
    """Return a dead letter of the record; None for anything else that its topic holds."""
    try:
        event = read_event(value)
        letter = read_data(UNRECORDED_LANGUAGE, event.type, event.data)
    except (Unreadable, UnknownType):
        return None
    if not isinstance(letter, Dead) or letter.topic != topics.STUDENT_STATUS or event.source != WRITER:
        return None
    return letter if event.id == uuid5_of_position(letter.topic, letter.partition, letter.offset, 0) else None
