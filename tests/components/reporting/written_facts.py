"""Facts written by hand as bytes in the words of the wire page, and records that hold them. Imports nothing of ours."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

CHILD = "0123456789abcdef0123456789abcdef"
INPUTS = {"/enrolment": "enrolment.submissions", "/case": "case.commands", "/relief": "relief.commands"}
_NAMESPACE = UUID("6f0d3c5a-5d8b-5f0e-9a4b-e2d1c07a9b31")
NOON = "2020-03-01T12:00:00+08:00"


@dataclass(frozen=True)
class Written:
    """A record as a consumer returns it."""

    partition: int
    offset: int
    value: bytes | None
    timestamp: int = 0
    under: bytes | None = None
    """The key, where it is not the subject of the event."""

    @property
    def key(self) -> bytes | None:
        return key_of(self.value) if self.under is None else self.under


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
        "id": id_at(source, f"{n:016d}-0000", 0),
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


def id_at(source: str, sequence: str, partition: int) -> str:
    """Return the id of the fact that has this sequence in a partition, by the wire page: a uuid5 of the position of its input."""
    offset, _, n = sequence.partition("-")
    return str(uuid5(_NAMESPACE, f"{INPUTS.get(source, source)}[{partition}]@{int(offset)}-{int(n)}"))


def moved_to(partition: int, value: bytes | None) -> bytes | None:
    """Return a fact of partition 0 as it would stand in another one; anything else as it is."""
    try:
        attributes = json.loads(value or b"")
        if attributes["id"] != id_at(attributes["source"], attributes["sequence"], 0):
            return value
        attributes["id"] = id_at(attributes["source"], attributes["sequence"], partition)
    except (ValueError, KeyError, TypeError):
        return value
    return json.dumps(attributes, ensure_ascii=False).encode() if partition else value


def key_of(value: bytes | None) -> bytes | None:
    """Return the key under which an event is written: its subject."""
    try:
        return str(json.loads(value or b"")["subject"]).encode()
    except (ValueError, KeyError, TypeError):
        return None


def lying(*values: bytes | None, partition: int = 0) -> list[Written]:
    """Lay values into a partition, from offset 0 on."""
    return [Written(partition, offset, moved_to(partition, value)) for offset, value in enumerate(values)]
