"""A record as large as is wanted: copies of a small one, which differ in the ids of their students alone, made as they are needed.

The small one is made by the real deciders (``bench/side_by_side/record.py``). So all sizes have the same mix, what counts come to is known by
counting one copy, and memory holds one copy and what is on its way. A fact of a copy is as ours are: its key, its subject and its partition key
are one student, it stands in that student's partition, and the sequences of its source grow there by one input, as ``belonging`` asks for.
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import chain
from typing import NamedTuple

from bench.side_by_side.record import Pairs, make_record
from bench.side_by_side.stack import PARTITIONS
from deploy.local import kafka_access
from deploy.local.config import StackConfig
from shared.contracts.sequence import sequence_of
from shared.log import topics
from shared.log.belonging import INPUT_TOPICS
from shared.log.kafka_log import KafkaLog
from shared.log.partitioner import partitions_of

SCALE = 0.004
"""Of the demo's history, whose record is copied."""
_STUDENT = 32
_OF_ONE_INPUT = 1_000
"""Facts that say that they follow from the same input: so the input topics, whose ends the facts must not pass, need hold few records."""
_PIECE = 20_000
_AT_ONCE = 2
"""Processes that load a topic, each some of its partitions."""
_COPY, _KEY, _SEQUENCE = b"%(copy)b", b"%(key)b", b"%(sequence)b"


class Line(NamedTuple):
    """A record of the small one: its key, the source whose sequences it continues, if any, and its text with places for what differs."""

    key: bytes
    source: str
    text: bytes


class Small(NamedTuple):
    """What is copied, of one topic."""

    topic: str
    lines: Sequence[Line]

    @property
    def students(self) -> int:
        """The number of students of one copy."""
        return len({line.key for line in self.lines if len(line.key) == _STUDENT})


@cache
def small_record() -> Small:
    """Return the facts of the small record. Of what counties state only so many are kept as there would be in the whole history."""
    return Small(topics.STUDENT_STATUS, [_line(pair) for pair in _in_turn(_made()[topics.STUDENT_STATUS], every=round(1 / SCALE))])


@cache
def small_reports() -> Small:
    """Return the reports of students from which the small record was made. What counties state has one state a county: copies would repeat it."""
    return Small(topics.SUBMISSIONS, [_line(pair) for pair in _in_turn(_made()[topics.SUBMISSIONS], every=0)])


class Outcomes(NamedTuple):
    """What enrolment comes to with one copy of the reports. A student of whom all was refused has no state."""

    facts: int
    refusals: int
    states: int


def outcomes_of_reports() -> Outcomes:
    """Return what the deciders made of one copy of the reports, in memory."""
    facts, refusals = (
        [key for key, value in chain(*_made()[topic]) if len(key) == _STUDENT and b'"source":"/enrolment"' in value]
        for topic in (topics.STUDENT_STATUS, topics.REFUSALS)
    )
    return Outcomes(len(facts), len(refusals), len(set(facts)))


@cache
def _made() -> dict[str, list[Pairs]]:
    return make_record(scale=SCALE, seed=1, partitions=PARTITIONS)


def _in_turn(partitions: Sequence[Pairs], *, every: int) -> Iterator[tuple[bytes, bytes]]:
    """Return the records of all partitions; of those that are no student's one of so many, or none."""
    others = 0
    for key, value in chain(*partitions):
        if len(key) != _STUDENT:
            others += 1
            if not every or others % every:
                continue
        yield key, value


def _line(pair: tuple[bytes, bytes]) -> Line:
    key, value = pair
    told = json.loads(value)
    source, sequence = told["source"], told.get("sequence", "")
    text = value.replace(b"%", b"%%").replace(b'"id":"' + told["id"].encode(), b'"id":"' + _renamed(told["id"]), 1)
    if len(key) == _STUDENT:
        text = text.replace(key, _KEY)
    if sequence:
        text = text.replace(b'"sequence":"' + sequence.encode(), b'"sequence":"' + _SEQUENCE, 1)
    return Line(key, source if sequence else "", text)


def _renamed(id_: str) -> bytes:
    """Return an id with a place for the number of the copy: a fact's in its first eight digits, a report's behind it."""
    return _COPY + id_[8:].encode() if len(id_) == len("00000000-0000-0000-0000-000000000000") else id_.encode() + b"-" + _COPY


class Copies:
    """Copies one after the other, for some partitions: each goes on where the one before it ended."""

    def __init__(self, small: Small, partitions: Collection[int] = range(PARTITIONS)) -> None:
        self._small, self._partitions = small, frozenset(partitions)
        self._of_key: defaultdict[bytes, Counter[str]] = defaultdict(Counter)
        """By key, the facts of one copy by source."""
        for line in small.lines:
            self._of_key[line.key].update([line.source] if line.source else [])
        self._at: defaultdict[tuple[int, str], int] = defaultdict(int)
        """By partition and source, the facts so far."""

    def copy(self, number: int) -> Iterator[tuple[int, bytes, bytes]]:
        """Return the partition, the key and the bytes of each record of a copy."""
        begin, places, at = b"%08x" % number, self._places(number), self._at
        for key, source, text in self._small.lines:
            if (place := places.get(key)) is None:
                continue
            new, home = place
            told = {b"copy": begin, b"key": new}
            if source:
                n = at[home, source]
                at[home, source] = n + 1
                told[b"sequence"] = sequence_of(n // _OF_ONE_INPUT, n % _OF_ONE_INPUT).encode()
            yield home, new, text % told

    def pass_over(self, copies: int) -> None:
        """Go on behind the first copies, without a word of what they say."""
        for number in range(copies):
            for key, (_, home) in self._places(number).items():
                for source, n in self._of_key[key].items():
                    self._at[home, source] += n

    def _places(self, number: int) -> dict[bytes, tuple[bytes, int]]:
        """Return the new key of each key in a copy, and its partition, of the partitions that are wanted."""
        begin = b"%08x" % number
        renamed = [begin + key[8:] if len(key) == _STUDENT else key for key in self._of_key]
        homes = partitions_of(renamed, PARTITIONS)
        return {old: (new, home) for old, new, home in zip(self._of_key, renamed, homes, strict=True) if home in self._partitions}


def load(config: StackConfig, small: Small, numbers: range) -> None:
    """Put copies into their topic, which holds those of lower numbers, by several processes."""
    shares = [range(first, PARTITIONS, _AT_ONCE) for first in range(_AT_ONCE)]
    with ProcessPoolExecutor(_AT_ONCE) as pool:
        for loading in [pool.submit(_load, config, small, numbers, share) for share in shares]:
            loading.result()


def _load(config: StackConfig, small: Small, numbers: range, partitions: Collection[int]) -> None:
    copies = Copies(small, partitions)
    copies.pass_over(numbers.start)
    records = chain.from_iterable(map(copies.copy, numbers))
    asyncio.run(_append(config, small.topic, records))


async def _append(config: StackConfig, topic: str, records: Iterable[tuple[int, bytes, bytes]]) -> None:
    log = KafkaLog(kafka_access.brokers(config, kafka_access.OPERATOR), client_id="bench", patience=60.0)
    try:
        piece: dict[int, Pairs] = {}
        for n, (partition, key, value) in enumerate(records, 1):
            piece.setdefault(partition, []).append((key, value))
            if n % _PIECE == 0:
                await log.append(topic, piece)
                piece = {}
        await log.append(topic, piece)
    finally:
        await log.stop()


def load_inputs(config: StackConfig, facts: int) -> None:
    """Let the input topics hold as many records, without a word in them, as so many facts say that they follow from."""
    nothing = [(b"", b"")] * (facts // PARTITIONS // _OF_ONE_INPUT + 1) * 2
    for topic in INPUT_TOPICS.values():
        asyncio.run(_append(config, topic, ((partition, *pair) for partition in range(PARTITIONS) for pair in nothing)))
