"""The rules that a report must keep whatever the child's standing is: identity, time, county, and what belongs together.

Codes and their meaning: wire page, sections 1, 2 and 4. Pure: the moment of receipt is an argument.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from shared.clock import CHINA, china_day
from shared.contracts.refusal import RefusalCode
from shared.contracts.reports import REPORTS, CountyReported, DroppedOut, Listed, Removed, Report
from shared.contracts.words import ListedStatus, RemovalCode
from shared.events.envelope import ReportEvent
from shared.events.field_rules import Fault
from shared.geography.divisions import County, Divisions

_AHEAD = timedelta(days=1)
_EARLIEST = datetime(1970, 1, 2, tzinfo=CHINA)
"""States keep days as numbers counted from 1970 on."""
_is_student = re.compile(r"[0-9a-f]{32}").fullmatch
_is_county = re.compile(r"[0-9]{6}").fullmatch
_OUT = (ListedStatus.DROPPED_OUT, ListedStatus.NEVER_ENROLLED)
_NEVER_IN_SCHOOL = (ListedStatus.REGISTERED, ListedStatus.NEVER_ENROLLED)


class ReportRules:
    """The rules over one table of counties.

    A province speaks for its own counties and a county for itself. A school's county is not checked: there is no table
    of schools yet. Where a child goes to or comes from (``to_county``, ``from_county``) may be anywhere.
    """

    def __init__(self, divisions: Divisions) -> None:
        self._counties = divisions.counties
        self._own: dict[str, set[str]] = {f"/counties/{code}": {code} for code in self._counties}
        for code, county in self._counties.items():
            self._own.setdefault(f"/provinces/{county.province[:2]}", set()).add(code)

    def broken(self, event: ReportEvent, data: Report, *, received: datetime) -> Fault | None:
        """Return the first rule that a well-formed report breaks, or None. ``received`` is aware."""
        subject, time, source = event.subject, event.time, event.source
        of_county = type(data) is CountyReported
        if of_county and not _is_county(subject):
            return _malformed("subject", "subject must be the county's code, six digits of GB/T 2260")
        if not of_county and not _is_student(subject):
            return _malformed("subject", "subject must be a student id, 32 lower-case hex digits")
        if event.partitionkey is not None and event.partitionkey != subject:
            return _malformed("partitionkey", "partitionkey must be the same as subject; it may be left out")
        if time > received + _AHEAD:
            return Fault(RefusalCode.FUTURE_DATED, "time", "time must not be more than a day after receipt")
        if time < _EARLIEST:
            return _malformed("time", "time must not be before 1970-01-02")
        own = self._own.get(source)
        if own is None and (strange := _strange(source)):
            return strange
        day = china_day(time)
        if of_county:
            return self._broken_by_county("subject", subject, day, own)
        for field, bound in _COUNTY_FIELDS[type(data)]:
            code: str | None = getattr(data, field)
            if code is not None and (fault := self._broken_by_county(f"data.{field}", code, day, own if bound else None)):
                return fault
        further = _FURTHER.get(type(data))
        return further(data, day) if further else None

    def _broken_by_county(self, field: str, code: str, day: date, own: set[str] | None) -> Fault | None:
        county = self._counties.get(code)
        if county is None:
            return Fault(RefusalCode.UNKNOWN_COUNTY, field, f"{field} must be a county's code in the table of GB/T 2260, or 660000")
        if not county.valid_on(day):
            return Fault(RefusalCode.COUNTY_NOT_VALID_THEN, field, f"{field} must be in force on the day of time; {_validity(county)}")
        if own is not None and code not in own:
            return Fault(RefusalCode.NOT_YOUR_COUNTY, field, f"{field} must be the source's: a province's own counties, a county itself")
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


def _listed(data: Listed, day: date) -> Fault | None:
    if (data.status in _OUT) != (data.reason is not None):
        return _malformed("data.reason", "data.reason must be given for dropped_out and never_enrolled, and left out for every other status")
    if data.stage is not None and data.status in _NEVER_IN_SCHOOL:
        return _malformed("data.stage", "data.stage must be left out for registered and never_enrolled")
    if data.since > day:
        return _malformed("data.since", "data.since must not be after the day of time in China")
    return None


def _dropped_out(data: DroppedOut, day: date) -> Fault | None:
    if data.last_seen > day:
        return _malformed("data.last_seen", "data.last_seen must not be after the day of time in China")
    return None


def _removed(data: Removed, day: date) -> Fault | None:
    if data.code is RemovalCode.MISSING and data.evidence is None:
        return _malformed("data.evidence", "data.evidence must be given for missing: the reference of the police")
    return None


def _malformed(field: str, detail: str) -> Fault:
    return Fault(RefusalCode.MALFORMED, field, detail)


_FURTHER: Mapping[type[Report], Callable[[Any, date], Fault | None]] = {Listed: _listed, DroppedOut: _dropped_out, Removed: _removed}

_COUNTY_FIELDS: Mapping[type[Report], tuple[tuple[str, bool], ...]] = {
    report: tuple((field, field == "county") for field in ("county", "to_county", "from_county") if field in report.__struct_fields__)
    for report in REPORTS
}
"""For each report the fields that hold a county, and whether the county must be the source's own."""
