"""Of each fact of the record what a count needs, read in one go; everything else is skipped unbuilt.

There is one struct a type, told apart by the ``type`` attribute as it is read, so that students, cases and grants, each with a
standing of its own shape, cost one decoding each: about 1 us (``bench/codec.py``).
"""

from collections.abc import Callable, Iterable
from typing import ClassVar, Union, final

import msgspec
from msgspec import Struct, field

from shared.contracts.case import CASE_FACTS, CaseStanding
from shared.contracts.county import CountyStated
from shared.contracts.relief import RELIEF_FACTS, Grant
from shared.contracts.student import STUDENT_FACTS, Standing
from shared.contracts.words import Children
from shared.events.codec import Unreadable
from shared.events.envelope import EventData, Moment


@final
class StudentData(Struct, gc=False):
    """What is counted of a student's fact."""

    before: Standing | None = None
    after: Standing | None = None
    late: bool = False
    spell: int | None = None


@final
class CaseData(Struct, gc=False):
    """What is counted of a fact about a child's file."""

    after: CaseStanding
    before: CaseStanding | None = None


@final
class GrantData(Struct, gc=False):
    """What is counted of a fact about aid."""

    before: Grant | None = None
    after: Grant | None = None


@final
class StatementData(Struct, gc=False):
    """What is counted of a county's statement."""

    out_of_school: Children


class CountedFact(Struct, gc=False, tag_field="type", kw_only=True):
    """The attributes that a count needs. ``TYPE``: the fact's type."""

    TYPE: ClassVar[str]
    source: str
    subject: str
    time: Moment
    recordedtime: Moment
    sequence: str


class CountedStudent(CountedFact, gc=False):
    """A student's fact, as far as it is counted."""

    data: StudentData


class CountedCase(CountedFact, gc=False):
    """A fact about a child's file, as far as it is counted."""

    data: CaseData


class CountedGrant(CountedFact, gc=False):
    """A fact about aid, as far as it is counted."""

    data: GrantData


class CountedStatement(CountedFact, gc=False):
    """A county's statement, as far as it is counted."""

    data: StatementData


class Uncounted(Struct, gc=False, kw_only=True):
    """The same attributes of an event of whatever type."""

    TYPE: str = field(name="type")
    data: ClassVar[None] = None
    source: str
    subject: str
    time: Moment
    recordedtime: Moment
    sequence: str


Counted = CountedStudent | CountedCase | CountedGrant | CountedStatement


def _each(base: type[CountedFact], shapes: Iterable[type[EventData]]) -> list[type[Struct]]:
    return [msgspec.defstruct(shape.__name__, [], bases=(base,), tag=shape.TYPE, namespace={"TYPE": shape.TYPE}, gc=False) for shape in shapes]


_COUNTED = (
    *_each(CountedStudent, STUDENT_FACTS),
    *_each(CountedCase, CASE_FACTS),
    *_each(CountedGrant, RELIEF_FACTS),
    *_each(CountedStatement, [CountyStated]),
)
_decode_counted: Callable[[bytes], Counted] = msgspec.json.Decoder(Union[_COUNTED]).decode  # noqa: UP007  # made of a tuple
_decode_uncounted = msgspec.json.Decoder(Uncounted).decode


def read_counted(value: bytes | None) -> Counted:
    """Read of a fact what counting needs, and nothing else. Raises ``Unreadable``, also for a type that nobody published."""
    try:
        return _decode_counted(value or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def read_uncounted(value: bytes | None) -> Uncounted:
    """Read the attributes of an event of whatever type. Raises ``Unreadable``."""
    try:
        return _decode_uncounted(value or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error
