"""The windows of counties and their offices: how many files were closed on which day, what left the ledger, and what the county stated.

Held are the ids of the days that are not judged yet, one number a day of an office for the days before, and the months of a run of zeros.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from services.case.detector.flags import Flag
from services.case.detector.happenings import Happening, Kind
from services.case.detector.judging import Unsettled
from services.case.detector.rulebook import HORIZON_DAYS, Rulebook, rulebook_on
from shared.contracts.oversight_codes import Rule
from shared.contracts.words import OUT_OF_SCHOOL

_DAY = timedelta(1)
_HORIZON = timedelta(HORIZON_DAYS)
_ACTS = frozenset({Kind.PROPOSED, Kind.CONFIRMED, Kind.CLOSED})
_CLOSINGS = frozenset({Kind.CONFIRMED, Kind.CLOSED})
_EXITS = frozenset({Kind.RETURNED, Kind.REMOVED, Kind.LEAVE})

Ids = dict[date, list[str]]
"""The ids of facts, by the day on which they were known."""


class Offices:
    """The days of each office, role and act, in each county: the rule of bursts."""

    def __init__(self, books: Sequence[Rulebook]) -> None:
        """Begin with none."""
        self._books = books
        self._days: dict[tuple[str, str], Ids] = defaultdict(lambda: defaultdict(list))
        self._usual: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)

    def take(self, act: Happening) -> None:
        """Count an act of an office."""
        if act.kind in _ACTS:
            self._days[act.county, f"{act.office} {act.role or '-'} {act.kind}"][act.day].append(act.id)

    def settle(self, until: date) -> Iterator[Flag]:
        """Judge the days before a day."""
        for (county, who), days in self._days.items():
            usual = self._usual[county, who]
            for day in sorted(each for each in days if each < until):
                book = rulebook_on(self._books, day)
                ids = sorted(days.pop(day))
                for past in [each for each in usual if each < day - timedelta(book.burst.before_days)]:
                    del usual[past]
                if len(ids) >= max(book.burst.at_least, book.burst.times * max(usual.values(), default=1)):
                    yield Flag(county, day, Rule.BURST, who, day, book.version, tuple(ids))
                else:
                    usual[day] = len(ids)  # a burst is nobody's usual day


class Ledgers:
    """What left each county's ledger on which day: the rule of report days, for the reports that lower the count and for closed files."""

    def __init__(self, books: Sequence[Rulebook]) -> None:
        """Begin with none."""
        self._books = books
        self._months: dict[tuple[str, str], dict[date, Ids]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))

    def take(self, happening: Happening) -> None:
        """Count what left the ledger."""
        if happening.kind in _EXITS and happening.before in OUT_OF_SCHOOL:
            self._count("left the count", happening)
        elif happening.kind in _CLOSINGS:
            self._count("closed", happening)

    def settle(self, until: date) -> Iterator[Flag]:
        """Judge the months that ended with a report day before a day."""
        for (county, what), months in self._months.items():
            for report in sorted(each for each in months if each < until):
                month, book = months.pop(report), rulebook_on(self._books, report)
                rule = book.before_report_day
                first = report - timedelta(rule.days_before)
                late = sorted(id_ for day, ids in month.items() if day >= first for id_ in ids)
                if len(late) >= rule.at_least and 100 * len(late) >= rule.share * sum(map(len, month.values())):
                    yield Flag(county, report, Rule.BEFORE_REPORT_DAY, f"/counties/{county} {what}", first, book.version, tuple(late))

    def _count(self, what: str, happening: Happening) -> None:
        self._months[happening.county, what][self._report_day(happening.day)][happening.day].append(happening.id)

    def _report_day(self, day: date) -> date:
        """Return the first report day on a day or after it."""
        wanted = rulebook_on(self._books, day).before_report_day.day_of_month
        return day.replace(day=wanted) if day.day <= wanted else _month_after(day).replace(day=wanted)


class Statements:
    """What each county stated in each month, and which children comparisons named there: the rule of stated zeros."""

    def __init__(self, books: Sequence[Rulebook]) -> None:
        """Begin with none."""
        self._books = books
        self._stated: dict[str, dict[date, list[tuple[int, str]]]] = defaultdict(lambda: defaultdict(list))
        self._named: dict[str, dict[date, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._runs: dict[str, list[tuple[date, list[str]]]] = defaultdict(list)

    def take(self, statement: Happening) -> None:
        """Hold a statement, in the month in which it was known."""
        if statement.kind is Kind.STATED:
            self._stated[statement.county][statement.day.replace(day=1)].append((statement.stated or 0, statement.id))

    def name(self, unsettled: Unsettled) -> None:
        """Hold a child that a comparison named."""
        self._named[unsettled.county][unsettled.day.replace(day=1)].append(unsettled.id)

    def settle(self, until: date) -> Iterator[Flag]:
        """Judge the months whose children had their time to be settled before a day."""
        for county, months in self._stated.items():
            run, named = self._runs[county], self._named[county]
            for month in sorted(each for each in months if self._judged_on(each) < until):
                said = months.pop(month)
                if run and _month_after(run[-1][0]) != month:
                    run.clear()
                if any(n for n, _ in said):
                    continue
                run.append((month, [id_ for _, id_ in said]))
                book = rulebook_on(self._books, month)
                rule = book.zero_stated
                run[:] = run[-rule.months :]
                found = [id_ for zero, _ in run for id_ in named.get(zero, ())]
                if len(run) == rule.months and len(found) >= rule.at_least:
                    zeros = [id_ for _, ids in run for id_ in ids]
                    day, evidence = self._judged_on(month), (*sorted(zeros), *sorted(found))
                    yield Flag(county, day, Rule.ZERO_STATED, f"/counties/{county}", run[0][0], book.version, evidence)
                    run.clear()
        for named in self._named.values():
            for month in [each for each in named if each < until - _HORIZON - _HORIZON]:
                del named[month]

    def _judged_on(self, month: date) -> date:
        """Return the day on which every child that was named in a month had its time to be settled."""
        return _month_after(month) - _DAY + timedelta(rulebook_on(self._books, month).zero_stated.settle_days)


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(32)).replace(day=1)
