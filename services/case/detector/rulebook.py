"""The rules as an official writes them: a version a file in ``rulebooks/``, in force from a day. A published file never changes.

The windows of a rulebook fit ``HORIZON``: longer than that the fold holds nothing of a child.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.contracts.case_codes import Corroboration
from shared.contracts.oversight_codes import Rule
from shared.contracts.words import FoundBy
from shared.versions import in_force, in_order, read_each, shipped

HORIZON_DAYS = 200
"""The longest window of a child, in days."""
_MOST_SCHOOL_DAYS = 60
"""School days that fit the horizon, whatever holidays lie between them."""

Days = Annotated[int, Meta(ge=1, le=HORIZON_DAYS)]
Count = Annotated[int, Meta(ge=1, le=10_000)]
Percent = Annotated[int, Meta(ge=1, le=100)]


class RuleOf(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What each rule says in words, and what it promises on the invented counties.

    ``recall``: at least so many of a hundred planted cases are found. ``false_alarms``: at most so many of a thousand honest ones are flagged.
    """

    zh: str
    en: str
    clears_zh: str
    clears_en: str
    certainty: str
    recall: Percent
    false_alarms: Annotated[int, Meta(ge=0, le=1000)]


class NoSeat(RuleOf, frozen=True):
    """No sign of a seat from another office within ``school_days`` of a return. ``reports``: the words of reports that are a sign."""

    school_days: Annotated[int, Meta(ge=1, le=_MOST_SCHOOL_DAYS)]
    corroborations: tuple[Corroboration, ...]
    reports: tuple[Literal["enrolled", "progressed", "arrived", "completed"], ...]


class TwoSeats(RuleOf, frozen=True):
    """A returned child has a seat elsewhere: in another county that it left for without a word, or in another school, which saw it there."""

    within_days: Days
    working_days: Days
    seen_by: tuple[Corroboration, ...]


class Burst(RuleOf, frozen=True):
    """An office closes many files in a day: ``at_least`` so many, and ``times`` as many as on its busiest day of ``before_days``."""

    at_least: Count
    times: Count
    before_days: Days


class BeforeReportDay(RuleOf, frozen=True):
    """Most of what left a county's ledger in a month left it in the last days before the report: ``share`` of a hundred."""

    day_of_month: Annotated[int, Meta(ge=1, le=28)]
    days_before: Annotated[int, Meta(ge=0, le=20)]
    at_least: Count
    share: Percent


class OutAgain(RuleOf, frozen=True):
    """A child was last seen within ``days`` of its return; that it dropped out again was heard within ``heard_within`` more days."""

    days: Days
    heard_within: Days


class ZeroStated(RuleOf, frozen=True):
    """A county states zero for ``months``, while comparisons name children that nobody settles within ``settle_days``."""

    months: Annotated[int, Meta(ge=1, le=12)]
    at_least: Count
    found_by: tuple[FoundBy, ...]
    settle_days: Days


class Rulebook(Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """A version of the rules, in force since a day."""

    version: int
    since: date
    source_zh: str
    source_en: str
    no_seat: NoSeat
    two_seats: TwoSeats
    burst: Burst
    before_report_day: BeforeReportDay
    out_again: OutAgain
    zero_stated: ZeroStated

    def rule(self, rule: Rule) -> RuleOf:
        """Return a rule by its name."""
        found: RuleOf = getattr(self, rule)
        return found


def read_rulebooks(texts: Mapping[str, str]) -> Sequence[Rulebook]:
    """Return the rulebooks in texts by their file names, the first version first. Raises ``VersionsUnsound``."""
    return in_order(read_each(texts, Rulebook, _fault_of), "the rulebook")


def _fault_of(book: Rulebook, name: str) -> str | None:
    if name != f"rulebook.v{book.version}.toml":
        return f"the file of this version is rulebook.v{book.version}.toml"
    if book.two_seats.within_days + 3 * book.two_seats.working_days > HORIZON_DAYS:
        return f"two_seats: within_days and three times working_days must be {HORIZON_DAYS} days at most together"
    if book.out_again.days + book.out_again.heard_within > HORIZON_DAYS:
        return f"out_again: days and heard_within must be {HORIZON_DAYS} days at most together"
    if not book.no_seat.corroborations:
        return "no_seat: some corroboration must be a sign, or every return is flagged"
    if not book.zero_stated.found_by:
        return "zero_stated: found_by must name who compares"
    return None


RULEBOOKS = read_rulebooks(shipped(__package__, "rulebooks"))


def rulebook_on(books: Sequence[Rulebook], on: date) -> Rulebook:
    """Return the rulebook that is in force on a day; before the first, the first."""
    return in_force(books, on)
