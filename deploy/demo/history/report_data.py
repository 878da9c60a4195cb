"""The data of each report on a child: the word of its type and the members of its data as JSON (wire page, sections 2 and 4)."""

from collections.abc import Callable
from typing import NamedTuple

from deploy.demo.history.fates import Kind
from deploy.demo.history.traits import (
    DETAIL,
    FIRST_CLASS,
    FOUND_BY,
    IN_CLASS,
    LEAVES,
    OUTCOMES,
    PLACEMENT,
    PLACEMENTS,
    REASON,
    REASONS,
    REASONS_NEVER,
    REASONS_SANQU,
    REMOVALS,
    SCHOOL,
    SCHOOLS,
    STAGE,
    iso,
)


class Place(NamedTuple):
    """The stratum of a child as reports write it on a day."""

    code: bytes
    poor: bytes
    not_poor: bytes
    sanqu: bool

    @property
    def where(self) -> bytes:
        """The members ``county`` and ``poor``."""
        return b'"county":"%b","poor":%b' % (self.code, self.poor)

    @property
    def reasons(self) -> tuple[bytes, ...]:
        """The reasons for which children of this place drop out, by a byte."""
        return REASONS_SANQU if self.sanqu else REASONS


class Child(NamedTuple):
    """A child on the day of a report. ``neighbour``: the place that it moves to, if it moves."""

    digest: bytes
    never_in_school: bool
    place: Place
    neighbour: Place | None
    day: int

    @property
    def reason(self) -> bytes:
        """The reason of its first spell out of school."""
        table = REASONS_NEVER if self.never_in_school else self.place.reasons
        return table[self.digest[REASON]]

    def in_school(self) -> bytes:
        """Return the members ``school``, ``stage`` and ``grade``."""
        in_class = FIRST_CLASS if self.never_in_school else IN_CLASS[self.digest[STAGE]]
        return b'"school":"%b%b",%b' % (self.place.code, SCHOOLS[self.digest[SCHOOL]], in_class)


ReportData = tuple[bytes, bytes]


def returned(child: Child) -> ReportData:
    """Return the report of a return."""
    return b"returned", b'%b,"placement":"%b"' % (child.in_school(), PLACEMENTS[child.digest[PLACEMENT]])


def on_leave(child: Child) -> ReportData:
    """Return the report of an approved absence."""
    approval = b"XJ/%b/%d" % (child.place.code, child.digest[DETAIL])
    return b"on-leave", b'"kind":"%b","approval":"%b","until":"%b"' % (LEAVES[child.digest[DETAIL]], approval, iso(child.day + 180))


def removed(child: Child) -> ReportData:
    """Return the report of a removal from the ledger."""
    return b"removed", b'"code":%b' % REMOVALS[child.digest[DETAIL]]


def _enrolled(child: Child) -> ReportData:
    return b"enrolled", b"%b,%b" % (child.place.where, child.in_school())


def _suspected(child: Child) -> ReportData:
    return b"suspected", b'"found_by":"%b"' % FOUND_BY[child.digest[DETAIL]]


def _dropped_out(child: Child) -> ReportData:
    return _out_for(child, child.reason)


def _never_enrolled(child: Child) -> ReportData:
    return b"never-enrolled", b'%b,"reason":"%b"' % (child.place.where, child.reason)


def _out_again(child: Child) -> ReportData:
    return _out_for(child, child.place.reasons[child.digest[DETAIL]])


def _out_for(child: Child, reason: bytes) -> ReportData:
    return b"dropped-out", b'"reason":"%b","last_seen":"%b"' % (reason, iso(child.day - 7 - child.digest[DETAIL] % 28))


def _corrected(child: Child) -> ReportData:
    other = b"family" if child.reason != b"family" else b"learning"
    if child.never_in_school:
        return b"never-enrolled", b'%b,"reason":"%b"' % (child.place.where, other)
    return _out_for(child, other)


def _household_changed(child: Child) -> ReportData:
    category = b"lifted_out" if child.place.poor == b"true" else b"registered_poor"
    return b"household-changed", b'"poor":%b,"category":"%b"' % (child.place.not_poor, category)


def _moved(child: Child) -> ReportData:
    assert child.neighbour is not None, "only a child that has a neighbour moves"  # noqa: S101  # for the type checker
    return b"moved", b'"county":"%b"' % child.neighbour.code


REPORT_DATA: dict[Kind, Callable[[Child], ReportData]] = {
    Kind.MOVED: _moved,
    Kind.HOUSEHOLD_CHANGED: _household_changed,
    Kind.HOUSEHOLD_CHANGED_LATER: _household_changed,
    Kind.CORRECTED: _corrected,
    Kind.OUT_AGAIN: _out_again,
    Kind.BACK_AGAIN: returned,
    Kind.RESUMED: lambda child: (b"resumed", child.in_school()),
    Kind.NEW_REGISTERED: lambda child: (b"registered", child.place.where),
    Kind.NEW_ENROLLED: _enrolled,
    Kind.NEW_SUSPECTED: _suspected,
    Kind.NEW_DROPPED_OUT: _dropped_out,
    Kind.NEW_NEVER_ENROLLED: _never_enrolled,
    Kind.NEW_RETURNED: returned,
    Kind.DOUBTED_ENROLLED: _enrolled,
    Kind.DOUBTED_SUSPECTED: _suspected,
    Kind.DOUBTED_CLEARED: lambda child: (b"cleared", b'"outcome":"%b"' % OUTCOMES[child.digest[DETAIL]]),
}
"""The report of each kind except the two that make up nine tenths of the lines: ``lines.py`` formats those itself."""
