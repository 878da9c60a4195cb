"""Whether a fact belongs where it stands in the record. Whoever may write to the topic may write there what no worker of ours wrote.

A fact belongs where its key, subject and partition key are one, its partition is that of the key, its source writes its type, its sequence
names an input that exists, and, where it does not directly follow the fact before it, its id is that of that input's position. What does not
belong is a dead letter. It moves no watermark, so the facts behind it count.

All but one of these are decided by the fact alone, and so for ever. Whether an input exists changes: input topics grow. A fact that was
found beyond the end of its input topic has a dead letter that says so, and stays dead by that (``input_bounds.py``, decision 0037).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

from shared.contracts.refusal import DeadReason
from shared.contracts.services import SERVICES
from shared.events.dead_letters import Foreign
from shared.ids import uuid5_of_position
from shared.log.partitioner import partitions_of

FIGURES, FIGURES_SOURCE = "figure", "/reporting"
"""The family of published figures, and who writes it (wire page, section 1). They follow from no input."""
COUNTY, OVERSIGHT = "county", "oversight"
"""The family of what counties state, and that of what is kept of them. Their subjects are counties."""
SCHOOL, PLACE = "school", "place"
"""The family of what is stated of schools, and that of who holds their places. Their subjects are schools; that of every other fact is a student."""

INPUT_TOPICS: Mapping[str, str] = {spec.source: spec.input.name for spec in SERVICES if spec.input is not None}
"""The input topic that the sequences of a source count in."""
_SOURCES = {fact.TYPE.split(".")[2]: spec.source for spec in SERVICES for fact in spec.facts} | {FIGURES: FIGURES_SOURCE}  # type: ignore[attr-defined]  # every fact names its TYPE
_STUDENT_ID, _COUNTY_CODE, _SCHOOL_CODE = 32, 6, 10
_LENGTHS = {COUNTY: _COUNTY_CODE, OVERSIGHT: _COUNTY_CODE, SCHOOL: _SCHOOL_CODE, PLACE: _SCHOOL_CODE}


class Known(NamedTuple):
    """What is known of a partition: how many there are; of each source the smallest sequence beyond its input topic; what was found beyond.

    ``beyond``: the offset of each fact that has a dead letter for it, with the SHA-256 of its bytes.
    """

    partition: int
    partitions: int
    ends: Mapping[str, str]
    beyond: Mapping[int, str]


class Stale(Exception):
    """A sequence is beyond what is known of its input topic: ask for the topic's end, and judge again."""


class LoggedFact(Protocol):
    """A record that may hold a fact."""

    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class FactAttributes(Protocol):
    """The attributes by which a fact is judged."""

    id: str
    source: str
    subject: str
    partitionkey: str
    sequence: str


Judge = Callable[[str, FactAttributes, LoggedFact, str], None]
"""Called with the type of a fact, its attributes, its record, and the last sequence of its source. Raises ``Foreign`` and ``Stale``."""


def judge_of(known: Known, records: Sequence[Any], *, asked: bool) -> Judge:
    """Return what judges the facts among these records of a partition. ``asked``: the ends are those of now, so what is beyond them is foreign.

    A sequence is one already (``is_sequence``). Pure.
    """
    partition, ends, beyond = known.partition, known.ends, known.beyond
    astray: frozenset[int] | None = None  # found when the first fact is judged: of most batches policies hear nothing
    taken, place = "", -1  # the last sequence that was taken, and its offset: nearly always that of the source's last fact

    def judge(type_: str, fact: FactAttributes, record: LoggedFact, last: str) -> None:
        nonlocal astray, taken, place
        source, subject, sequence = fact.source, fact.subject, fact.sequence
        writer, length = _written(type_)
        if source != writer:
            raise Foreign(DeadReason.SOURCE)
        if subject != fact.partitionkey or len(subject) != length or subject.encode() != record.key:
            raise Foreign(DeadReason.KEY)
        if astray is None:
            homes = partitions_of([record.key or b"" for record in records], known.partitions)
            astray = frozenset(record.offset for record, home in zip(records, homes, strict=True) if home != partition)
        if astray and record.offset in astray:
            raise Foreign(DeadReason.PARTITION)
        if (end := ends.get(source)) is None:
            return
        if beyond and beyond.get(record.offset) == sha256(record.value or b"").hexdigest():
            raise Foreign(DeadReason.BEYOND)
        if sequence >= end:
            if not asked:
                raise Stale
            raise Foreign(DeadReason.BEYOND)
        before = place if last == taken else _offset(last)
        offset = int(sequence[:16])
        if offset > before + 1 and fact.id != uuid5_of_position(INPUT_TOPICS[source], partition, offset, int(sequence[17:])):
            # It jumps over inputs, and all their facts would be repeats from here on.
            raise Foreign(DeadReason.ID)
        taken, place = sequence, offset

    return judge


def _offset(last: str) -> int:
    return int(last[:16]) if last else -1


@cache
def _written(type_: str) -> tuple[str | None, int]:
    """Return who writes facts of a type, None for nobody, and the length of a subject of theirs."""
    family = type_.split(".")[2]
    return _SOURCES.get(family), _LENGTHS.get(family, _STUDENT_ID)
