"""Lines as a province sends them: a good one of every type that is taken, to be changed one thing at a time."""

import json
from datetime import datetime
from typing import Any

from services.enrolment.intake.line_checker import LineChecker, Refused
from services.enrolment.intake.report_rules import TimeBounds
from shared.clock import CHINA
from shared.geography.divisions import divisions
from shared.identity.offices import NATIONAL, offices_below

RECEIVED = datetime(2020, 12, 1, 12, 0, tzinfo=CHINA)
BOUNDS = TimeBounds.at(RECEIVED)
CHILD = "0123456789abcdef" * 2
ZHAOJUE, DONGCHENG = "513431", "110101"
ENDED, BEGUN = "510132", "510118"
"""新津县, which became 新津区 on a day in the first half of 2020."""

_IN_SCHOOL = {"school": "5134310001", "stage": "junior", "grade": 7}
GOOD: dict[str, dict[str, Any]] = {
    "listed": {"status": "dropped_out", "county": ZHAOJUE, "stage": "junior", "poor": True, "reason": "work", "since": "2019-03-01"},
    "registered": {"county": ZHAOJUE, "poor": False},
    "enrolled": {"county": ZHAOJUE, "poor": False, **_IN_SCHOOL},
    "progressed": _IN_SCHOOL,
    "absent": {"since": "2020-05-25", "days": 3},
    "suspected": {"found_by": "visit", "reason": "unknown"},
    "cleared": {"outcome": "wrong_identity"},
    "dropped-out": {"reason": "work", "last_seen": "2020-06-01"},
    "never-enrolled": {"county": ZHAOJUE, "poor": True, "reason": "distance"},
    "returned": {"placement": "class", "evidence": "A/1", **_IN_SCHOOL},
    "on-leave": {"kind": "suspension", "approval": "B-2", "until": "2021-09-01"},
    "resumed": _IN_SCHOOL,
    "voided": {"id": "2020-06-13/000017"},
    "departed": {"to_county": DONGCHENG},
    "arrived": {"county": ZHAOJUE, "from_county": DONGCHENG, **_IN_SCHOOL},
    "moved": {"county": ZHAOJUE},
    "household-changed": {"poor": True, "category": "monitored"},
    "completed": {},
    "removed": {"code": "missing", "evidence": "POLICE/7"},
    "same-as": {"student": CHILD[::-1]},
    "county-reported": {"out_of_school": 0},
    "places-stated": {"county": ZHAOJUE, "term": "2020-autumn", "seats": 40, "beds": 12},
}


def event(
    what: str = "dropped-out", data: Any = None, /, *, without: str = "", change: dict[str, Any] | None = None, **attributes: Any
) -> dict[str, Any]:
    """A good event; ``change`` some of its data, leave a name out (``without``, with ``data.`` before those of the data)."""
    good: dict[str, Any] = {
        "specversion": "1.0",
        "id": "r-1",
        "source": "/provinces/51",
        "type": f"cn.baoxue.reported.{what}.v1",
        "subject": {"county-reported": ZHAOJUE, "places-stated": "2151000001"}.get(what, CHILD),
        "time": "2020-06-14T08:00:00+08:00",
        "data": {**GOOD.get(what, {}), **(change or {})} if data is None else data,
        **attributes,
    }
    inside = good["data"] if without.startswith("data.") else good
    inside.pop(without.removeprefix("data."), None)
    return good


def line(*args: Any, **kwargs: Any) -> bytes:
    """The same as the bytes of a line."""
    return json.dumps(event(*args, **kwargs), ensure_ascii=False).encode()


def children(number: int) -> list[bytes]:
    """Good lines about as many children."""
    return [line(subject=f"{n:032x}", id=f"r-{n}") for n in range(number)]


INTAKE = LineChecker(divisions(), longest=2_000, deepest=4)
ANY_SOURCE = offices_below(NATIONAL, BOUNDS.day)
"""In whose name the nation may report."""


def refusal(text: bytes) -> Refused:
    """Why a line is refused."""
    verdict = INTAKE.check(text, BOUNDS, ANY_SOURCE)
    assert isinstance(verdict, Refused), verdict
    return verdict


def why_refused(text: bytes) -> tuple[str, str | None]:
    """The code of a refusal and its field."""
    code, field, _ = refusal(text).faults[0]
    return code.value, field


def all_that_is_wrong(text: bytes) -> list[tuple[str, str | None]]:
    """The codes and fields of everything that is wrong with a line."""
    return [(fault.code.value, fault.field) for fault in refusal(text).faults]
