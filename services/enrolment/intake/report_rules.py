"""The rules that a report must keep whatever the child's standing is: whom it is about, texts, days, county, and what belongs together.

Codes and their meaning: wire page, sections 1, 2 and 4. Pure: the moment of receipt is an argument.
"""

import re
from collections.abc import Callable, Container, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, Protocol, Self

from services.enrolment.intake.attribute_rules import Texts, id_fault, text_faults
from shared.calendar.terms import number_of, term_on
from shared.clock import CHINA, china_day
from shared.contracts.case_days import CLOCK
from shared.contracts.refusal import RefusalCode
from shared.contracts.reports import REPORTS, CountyReported, Listed, PlacesStated, Removed, Report, SameAs, Voided
from shared.contracts.suspicions import SUSPICION
from shared.contracts.words import CountyCode, EventId, ListedStatus, Reference, RemovalCode
from shared.events.field_rules import Fault, fields_of_type, reference_fault
from shared.geography.divisions import County, Divisions

_AHEAD = timedelta(days=1)
_UNTIL_AHEAD = timedelta(days=3_653)
_EARLIEST = datetime(1990, 1, 1, tzinfo=CHINA)
_EARLIEST_DAY = date(1990, 1, 1)
_UNTIL = "until"
"""The one day of a report that lies ahead: the last of a leave."""
_is_student = re.compile(rf"(?!{CLOCK}|{SUSPICION})[0-9a-f]{{32}}").fullmatch
_is_county = re.compile(r"[0-9]{6}").fullmatch
_is_school_office = re.compile(r"/schools/[0-9]{10}").fullmatch
_is_school = re.compile(r"[0-9]{10}").fullmatch
_TERMS_AHEAD = 4
"""So many terms ahead places are stated: two years."""
_OUT = (ListedStatus.DROPPED_OUT, ListedStatus.NEVER_ENROLLED)
_NEVER_IN_SCHOOL = (ListedStatus.REGISTERED, ListedStatus.NEVER_ENROLLED)


class Attributes(Texts, Protocol):
    """An event's attributes. One that was left out, or was malformed, is None."""

    @property
    def source(self) -> str | None: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def time(self) -> datetime | None: ...
    @property
    def partitionkey(self) -> str | None: ...


class TimeBounds(NamedTuple):
    """How far ahead a report may look: its ``time`` and days a day beyond its receipt, the end of a leave ten years."""

    received: datetime
    time: datetime
    day: date
    until: date

    @classmethod
    def at(cls, received: datetime) -> Self:
        """Return the bounds of what is received at an aware moment."""
        today = china_day(received)
        return cls(received, received + _AHEAD, today + _AHEAD, today + _UNTIL_AHEAD)


TextFault = Callable[[str, str], Fault | None]
"""Returns what is wrong with the text of a field, by the field's name and the text."""


class _Fields(NamedTuple):
    """The fields of a report by what they hold: counties; days; texts, and their rules.

    ``further`` judges fields that need one another, or the subject.
    """

    counties: tuple[str, ...]
    days: tuple[str, ...]
    texts: tuple[tuple[str, TextFault], ...]
    further: Callable[[Any, str | None], list[Fault]] | None


class ReportRules:
    """The rules over one table of counties.

    A county's statement is its own or its province's. Who may speak of a child depends on where the child counts, so the worker judges that.
    """

    def __init__(self, divisions: Divisions) -> None:
        self._counties = divisions.counties
        self._own: dict[str, set[str]] = {f"/counties/{code}": {code} for code in self._counties}
        for code, county in self._counties.items():
            self._own.setdefault(f"/provinces/{county.province[:2]}", set()).add(code)

    def knows_office(self, source: str) -> bool:
        """Return whether a source is a county or a province of the table, or written as a school is."""
        return source in self._own or _is_school_office(source) is not None

    def faults(
        self, event: Attributes, data: Any, report: type[Report] | None, bounds: TimeBounds, *, sources: Container[str], plain: bool
    ) -> list[Fault]:
        """Return the rules that a report breaks, in the order of the fields.

        ``data`` is a ``report``, None where the type is unknown. An attribute or a field that was missing or malformed is None, and breaks no
        rule here. ``sources``: in whose name the caller may report. ``plain``: that it is known already that its texts keep their rules.
        """
        found: list[Fault] = []
        subject, time, source = event.subject, event.time, event.source
        if not plain:
            found += text_faults(event)
        if subject is not None and report is not None:
            found += _subject_faults(subject, report)
            if event.partitionkey is not None and event.partitionkey != subject:
                found.append(_malformed("partitionkey", "partitionkey must be the same as subject; it may be left out"))
        own = None if source is None else self._own.get(source)
        if own is None and source is not None and (strange := _strange(source)):
            found.append(strange)
        elif source is not None and source not in sources:
            found.append(Fault(RefusalCode.NOT_YOUR_COUNTY, "source", "source must be the office of the token, or lie below it"))
        day = None
        if time is not None:
            judged = _judged_time(time, bounds)
            if isinstance(judged, Fault):
                found.append(judged)
            else:
                day = judged
        if report is None:
            return found
        if report is CountyReported and subject is not None and _is_county(subject) and (fault := self._county_fault("subject", subject, day, own)):
            found.append(fault)
        if report is PlacesStated and source is not None and own is None and subject is not None and source != f"/schools/{subject}":
            rule = "subject must be the school of source; its county and its province may state its places too"
            found.append(Fault(RefusalCode.NOT_YOUR_COUNTY, "subject", rule))
        counties, days, texts, further = _FIELDS[report]
        for name in counties:
            code = getattr(data, name)
            if code is not None and (fault := self._county_fault(name, code, day, own if report is PlacesStated else None)):
                found.append(fault)
        if report is PlacesStated and day is not None and data.term is not None and (fault := _term_fault(data.term, day)):
            found.append(fault)
        for name in days:
            value = getattr(data, name)
            if value is not None and (fault := _day_fault(name, value, day, bounds)):
                found.append(fault)
        for name, fault_of in texts:
            text = getattr(data, name)
            if text is not None and (fault := fault_of(f"data.{name}", text)):
                found.append(fault)
        return found if further is None else found + further(data, subject)

    def _county_fault(self, name: str, code: str, day: date | None, own: set[str] | None) -> Fault | None:
        """Judge a county. ``day``: that of ``time`` in China, None where it is not known; ``own``: those that the source is bound to, if it is."""
        county = self._counties.get(code)
        if county is not None and (own is None or code in own) and (day is None or county.valid_on(day)):
            return None
        field = name if name == "subject" else f"data.{name}"
        if county is None:
            return Fault(RefusalCode.UNKNOWN_COUNTY, field, f"{field} must be a county's code in the table of GB/T 2260, or 660000")
        if day is not None and not county.valid_on(day):
            return Fault(RefusalCode.COUNTY_NOT_VALID_THEN, field, f"{field} must be in force on the day of time; {_validity(county)}")
        return Fault(RefusalCode.NOT_YOUR_COUNTY, field, f"{field} must be the source's: a province's own counties, a county itself")


def _subject_faults(subject: str, report: type[Report]) -> list[Fault]:
    """Judge whom a report is about: a child, but for what is stated of counties and schools."""
    if report is Voided and _is_county(subject):
        rule = "a county's statement is not taken back: state the right number with county-reported, and the newest statement holds"
        return [Fault(RefusalCode.NOT_VOIDABLE, "subject", rule)]
    if report is Voided and _is_school(subject):
        rule = "a statement of places is not taken back: state the right numbers, and the newest statement holds"
        return [Fault(RefusalCode.NOT_VOIDABLE, "subject", rule)]
    if report is CountyReported:
        return [] if _is_county(subject) else [_malformed("subject", "subject must be the county's code, six digits of GB/T 2260")]
    if report is PlacesStated:
        return [] if _is_school(subject) else [_malformed("subject", "subject must be the school's code, ten digits")]
    return [] if _is_student(subject) else [_malformed("subject", "subject must be a student id, 32 lower-case hex digits")]


def _judged_time(time: datetime, bounds: TimeBounds) -> date | Fault:
    """Return the day in China of an event's time, or what is wrong with the time."""
    # Days are compared in a tenth of the time that moments of two offsets take. A year at the ends of the calendar has no day in China.
    if _EARLIEST.year <= time.year <= bounds.day.year and _EARLIEST_DAY <= (day := china_day(time)) < bounds.day:
        return day
    if time > bounds.time:
        return Fault(RefusalCode.FUTURE_DATED, "time", "time must not be more than a day after receipt")
    if time < _EARLIEST:
        return _malformed("time", "time must not be before 1990")
    return china_day(time)


def _term_fault(term: str, day: date) -> Fault | None:
    """Judge the term of places that are stated on a day."""
    number, now = number_of(term), term_on(day)
    if number < now:
        return _malformed("data.term", "data.term must not be over on the day of time")
    if number > now + _TERMS_AHEAD:
        return Fault(RefusalCode.FUTURE_DATED, "data.term", f"data.term must be at most {_TERMS_AHEAD} terms ahead of the day of time")
    return None


def _day_fault(name: str, value: date, day: date | None, bounds: TimeBounds) -> Fault | None:
    """Judge a day of the data. ``day``: that of ``time`` in China, None where it is not known."""
    ahead = name == _UNTIL
    if value < _EARLIEST_DAY:
        return _malformed(f"data.{name}", f"data.{name} must not be before 1990")
    if value > (bounds.until if ahead else bounds.day):
        most = "ten years" if ahead else "a day"
        return Fault(RefusalCode.FUTURE_DATED, f"data.{name}", f"data.{name} must not be more than {most} after receipt")
    if day is not None and (value < day if ahead else value > day):
        return _malformed(f"data.{name}", f"data.{name} must not be {'before' if ahead else 'after'} the day of time in China")
    return None


def _strange(source: str) -> Fault | None:
    if source.startswith("/counties/"):
        return Fault(RefusalCode.UNKNOWN_COUNTY, "source", "source must name a county in the table of GB/T 2260, or 660000")
    if source.startswith("/provinces/"):
        return _malformed("source", "source must name a province by the first two digits of its code; 66 is 新疆兵团")
    return None


def _validity(county: County) -> str:
    if county.until is not None:
        return f"this one was until {county.until}; its successor is {county.successor}"
    return f"this one is since {county.since}"


def _listed(data: Any, _: str | None) -> list[Fault]:
    found = []
    if data.status is not None and (data.status in _OUT) != (data.reason is not None):
        detail = "data.reason must be given for dropped_out and never_enrolled, and left out for every other status"
        found.append(_malformed("data.reason", detail))
    if data.stage is not None and data.status in _NEVER_IN_SCHOOL:
        found.append(_malformed("data.stage", "data.stage must be left out for registered and never_enrolled"))
    return found


def _removed(data: Any, _: str | None) -> list[Fault]:
    if data.code is RemovalCode.MISSING and data.evidence is None:
        return [_malformed("data.evidence", "data.evidence must be given for missing: the reference of the police")]
    return []


def _same_as(data: Any, subject: str | None) -> list[Fault]:
    if data.student is not None and data.student == subject:
        return [_malformed("data.student", "data.student must be another id than subject: the other one of the same child")]
    return []


def _malformed(field: str, detail: str) -> Fault:
    return Fault(RefusalCode.MALFORMED, field, detail)


def _fields_of(report: type[Report]) -> _Fields:
    return _Fields(
        counties=fields_of_type(report, CountyCode),
        days=fields_of_type(report, date),
        texts=tuple((name, fault_of) for kind, fault_of in _TEXT_FAULTS for name in fields_of_type(report, kind)),
        further=_FURTHER.get(report),
    )


_FURTHER: Mapping[type[Report], Callable[[Any, str | None], list[Fault]]] = {Listed: _listed, Removed: _removed, SameAs: _same_as}
_TEXT_FAULTS: tuple[tuple[object, TextFault], ...] = ((Reference, reference_fault), (EventId, id_fault))
_FIELDS = {report: _fields_of(report) for report in REPORTS}
