"""What the contestants in Python count of a fact: with our own pure fold, so that they differ in what is around it alone."""

from collections import defaultdict
from collections.abc import Iterator

from services.reporting.counting.case import add_case
from services.reporting.counting.counted import CaseData, GrantData, StatementData, StudentData, read_counted
from services.reporting.counting.grant import add_grant
from services.reporting.counting.oversight import add_oversight
from services.reporting.counting.student import add_statement, add_student
from services.reporting.counting.tally import Tally
from shared.events.codec import Unreadable


def add_fact(tally: Tally, value: bytes) -> None:
    """Add what a fact changes. A fact whose type is not counted changes nothing."""
    try:
        fact = read_counted(value)
    except Unreadable:
        return
    data = fact.data
    if type(data) is StudentData:
        add_student(tally, fact.TYPE, fact.time, data)
    elif type(data) is CaseData:
        add_case(tally, data)
    elif type(data) is GrantData:
        add_grant(tally, data)
    elif type(data) is StatementData:
        add_statement(tally, fact.subject, fact.time, data)
    else:
        add_oversight(tally, fact.TYPE, fact.subject, data)


def sums(tally: Tally) -> Iterator[tuple[str, int]]:
    """Return the names of the counts that were touched, and what is to be added to each."""
    for of_kind in (tally.cells, tally.flows, tally.due):
        yield from of_kind.items()


def changes_of(value: bytes) -> dict[str, int]:
    """Return what one fact changes: nothing for a fact that touches no count."""
    tally = Tally()
    add_fact(tally, value)
    return dict(sums(tally))


def changes_by_county(value: bytes) -> list[tuple[str, tuple[int, dict[str, int]]]]:
    """Return what one fact changes in each county, with the number of facts: 1 in the first of them."""
    counties: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name, n in changes_of(value).items():
        counties[name[:6]][name] = n
    return [(county, (int(place == 0), changes)) for place, (county, changes) in enumerate(counties.items())]
