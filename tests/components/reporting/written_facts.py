"""Facts written by hand as bytes in the words of the wire page, and records that hold them. Imports nothing of ours."""

import json
from dataclasses import dataclass
from typing import Any

CHILD = "0123456789abcdef0123456789abcdef"
NOON = "2020-03-01T12:00:00+08:00"


@dataclass(frozen=True)
class Written:
    """A record as a consumer returns it."""

    partition: int
    offset: int
    value: bytes | None
    timestamp: int = 0


def standing(status: str, county: str = "513431", *, stage: str | None = "junior", poor: bool = False, reason: str | None = None) -> dict[str, Any]:
    """Return a standing. One out of school has a reason, `work` unless named."""
    if status in ("dropped_out", "never_enrolled"):
        reason = reason or "work"
    return {"status": status, "county": county, "stage": stage, "poor": poor, "reason": reason}


def fact(
    what: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    n: int,
    *,
    time: str = NOON,
    recorded: str | None = None,
    source: str = "/enrolment",
    **data: Any,
) -> bytes:
    """Return the bytes of `cn.baoxue.student.<what>.v1`; `n` is the first number of its sequence."""
    return event(f"cn.baoxue.student.{what}.v1", CHILD, n, {"before": before, "after": after, **data}, time=time, recorded=recorded, source=source)


def child_file(
    state: str, county: str = "513431", *, reason: str | None = "work", attempts: int = 0, due: str | None = "2020-03-08"
) -> dict[str, Any]:
    """Return the standing of a child's file."""
    return {"state": state, "county": county, "reason": reason, "attempts": attempts, "due": due}


def case_fact(what: str, before: dict[str, Any] | None, after: dict[str, Any] | None, n: int, *, time: str = NOON, **data: Any) -> bytes:
    """Return the bytes of `cn.baoxue.case.<what>.v1`."""
    return event(f"cn.baoxue.case.{what}.v1", CHILD, n, {"before": before, "after": after, **data}, time=time, source="/case")


def grant(
    state: str, county: str = "513431", *, term: str = "2020-spring", stage: str = "junior", boarder: bool = False, fen: int = 31_250
) -> dict[str, Any]:
    """Return the standing of a grant."""
    return {"state": state, "county": county, "scheme": "living_subsidy", "term": term, "stage": stage, "boarder": boarder, "fen": fen}


def relief_fact(what: str, before: dict[str, Any] | None, after: dict[str, Any] | None, n: int, *, time: str = NOON, **data: Any) -> bytes:
    """Return the bytes of `cn.baoxue.relief.<what>.v1`."""
    child = {"eligible": None, "boards": False}
    return event(f"cn.baoxue.relief.{what}.v1", CHILD, n, {"before": before, "after": after, **child, **data}, time=time, source="/relief")


def statement(county: str, out_of_school: int, n: int, *, time: str = NOON) -> bytes:
    """Return the bytes of a county's own statement."""
    return event("cn.baoxue.county.reported.v1", county, n, {"out_of_school": out_of_school}, time=time)


def event(
    type_: str, subject: str, n: int, data: Any, *, time: str = NOON, recorded: str | None = None, source: str = "/enrolment", **more: Any
) -> bytes:
    """Return the bytes of any event; `more` replaces attributes."""
    attributes = {
        "specversion": "1.0",
        "id": f"00000000-0000-5000-8000-{n:012d}",
        "source": source,
        "type": type_,
        "subject": subject,
        "time": time,
        "recordedtime": recorded or time,
        "partitionkey": subject,
        "sequence": f"{n:016d}-0000",
        "causationid": "r-1",
        "correlationid": "r-1",
        "data": data,
        "reportedby": "/provinces/51",
    }
    return json.dumps({**attributes, **more}, ensure_ascii=False).encode()


def lying(*values: bytes | None, partition: int = 0) -> list[Written]:
    """Lay values into a partition, from offset 0 on."""
    return [Written(partition, offset, value) for offset, value in enumerate(values)]
