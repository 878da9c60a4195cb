"""The part of each fact that the counts need, decoded in one pass; every other member is skipped.

Each type has a struct of its own, and the decoder chooses it by the ``type`` attribute. So the fact of a student, a case or a grant,
each with a standing of another shape, costs one decoding: about 1 us (``bench/codec.py``).
"""

from collections.abc import Callable, Iterable
from typing import ClassVar, Union, final

import msgspec
from msgspec import Struct, field

from shared.contracts.case_codes import CaseStanding
from shared.contracts.case_language import CASE_FACTS
from shared.contracts.county import CountyStated
from shared.contracts.flags import (
    CaseDrawn,
    CaseFlagCleared,
    CaseFlagConfirmed,
    CaseFlagged,
    CaseRechecked,
    CountyFlagCleared,
    CountyFlagConfirmed,
    CountyFlagged,
    SampleDrawn,
)
from shared.contracts.oversight_codes import Files, Finding, Rule
from shared.contracts.relief import Grant
from shared.contracts.relief_language import RELIEF_FACTS
from shared.contracts.same_as import MERGE_FACTS
from shared.contracts.student import STUDENT_FACTS, CompletedTransfer, Standing
from shared.contracts.words import Children, CountyCode
from shared.events.codec import Unreadable
from shared.events.envelope import EventData, Moment


@final
class StudentData(Struct, gc=False):
    """The counted members of a student's fact."""

    before: Standing | None = None
    after: Standing | None = None
    late: bool = False
    spell: int | None = None
    unmatched: bool = False
    completes: CompletedTransfer | None = None
    ended: tuple[CompletedTransfer, ...] | None = None
    opened: tuple[CompletedTransfer, ...] | None = None


@final
class CaseData(Struct, gc=False):
    """The counted members of a fact about a child's file."""

    after: CaseStanding
    before: CaseStanding | None = None


@final
class GrantData(Struct, gc=False):
    """The counted members of a fact about aid."""

    before: Grant | None = None
    after: Grant | None = None


@final
class StatementData(Struct, gc=False):
    """The counted members of a county's statement."""

    out_of_school: Children


@final
class FlagData(Struct, gc=False):
    """The counted members of a fact about a flag of a child's file."""

    rule: Rule
    county: CountyCode
    after: CaseStanding
    before: CaseStanding | None = None


@final
class CountyFlagData(Struct, gc=False):
    """The counted member of a fact about a flag of a county."""

    rule: Rule


@final
class DrawData(Struct, gc=False):
    """The counted members of the draw of a child's file."""

    after: CaseStanding
    before: CaseStanding | None = None


@final
class RecheckData(Struct, gc=False):
    """The counted members of the re-check of a child's file."""

    finding: Finding
    after: CaseStanding
    before: CaseStanding | None = None


@final
class SampleData(Struct, gc=False):
    """The counted member of the draw of a sample."""

    size: Files


FileData = CaseData | FlagData | DrawData | RecheckData
"""The data that have the file as the fact found it and as it left it."""
OversightData = FlagData | CountyFlagData | DrawData | RecheckData | SampleData


class CountedFact(Struct, gc=False, tag_field="type", kw_only=True):
    """The attributes that the counts need of every fact. ``TYPE`` is the fact's type."""

    TYPE: ClassVar[str]
    id: str
    source: str
    subject: str
    partitionkey: str
    time: Moment
    recordedtime: Moment
    sequence: str


class CountedStudent(CountedFact, gc=False):
    """The counted part of a student's fact."""

    data: StudentData


class CountedCase(CountedFact, gc=False):
    """The counted part of a fact about a child's file."""

    data: CaseData


class CountedGrant(CountedFact, gc=False):
    """The counted part of a fact about aid."""

    data: GrantData


class CountedStatement(CountedFact, gc=False):
    """The counted part of a county's statement."""

    data: StatementData


class CountedFlag(CountedFact, gc=False):
    """The counted part of a fact about a flag of a child's file."""

    data: FlagData


class CountedDraw(CountedFact, gc=False):
    """The counted part of the draw of a child's file."""

    data: DrawData


class CountedRecheck(CountedFact, gc=False):
    """The counted part of the re-check of a child's file."""

    data: RecheckData


class CountedCountyFlag(CountedFact, gc=False, kw_only=True):
    """The counted part of a fact about a flag of a county, which is its subject."""

    subject: CountyCode
    data: CountyFlagData


class CountedSample(CountedFact, gc=False, kw_only=True):
    """The counted part of the draw of a sample of a county, which is its subject."""

    subject: CountyCode
    data: SampleData


class Uncounted(Struct, gc=False, kw_only=True):
    """The same attributes of an event of any type; its data are not read."""

    TYPE: str = field(name="type")
    data: ClassVar[None] = None
    id: str
    source: str
    subject: str
    partitionkey: str
    time: Moment
    recordedtime: Moment
    sequence: str


Counted = (
    CountedStudent | CountedCase | CountedGrant | CountedStatement | CountedFlag | CountedDraw | CountedRecheck | CountedCountyFlag | CountedSample
)


_DATA: tuple[tuple[type[CountedFact], Iterable[type[EventData]]], ...] = (
    (CountedStudent, (*STUDENT_FACTS, *MERGE_FACTS)),
    (CountedCase, CASE_FACTS),
    (CountedGrant, RELIEF_FACTS),
    (CountedStatement, (CountyStated,)),
    (CountedFlag, (CaseFlagged, CaseFlagCleared, CaseFlagConfirmed)),
    (CountedDraw, (CaseDrawn,)),
    (CountedRecheck, (CaseRechecked,)),
    (CountedCountyFlag, (CountyFlagged, CountyFlagCleared, CountyFlagConfirmed)),
    (CountedSample, (SampleDrawn,)),
)
_COUNTED = tuple(
    msgspec.defstruct(data.__name__, [], bases=(base,), tag=data.TYPE, namespace={"TYPE": data.TYPE}, gc=False)
    for base, of_family in _DATA
    for data in of_family
)
COUNTED_TYPES = frozenset(data.TYPE for _, of_family in _DATA for data in of_family)
"""The types that are counted. A registered type that is not among them is passed over."""

_decode_counted: Callable[[bytes], Counted] = msgspec.json.Decoder(Union[_COUNTED]).decode  # noqa: UP007  # made of a tuple
_decode_uncounted = msgspec.json.Decoder(Uncounted).decode


def read_counted(value: bytes | None) -> Counted:
    """Decode the counted part of a fact. Raises ``Unreadable``, also for a type that is not counted."""
    try:
        return _decode_counted(value or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def read_uncounted(value: bytes | None) -> Uncounted:
    """Decode the attributes of an event of any type. Raises ``Unreadable``."""
    try:
        return _decode_uncounted(value or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error
