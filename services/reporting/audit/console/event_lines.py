"""An event on one line, for people: its position, its time, what happened to whom."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from services.reporting.audit.sources.log import LoggedRecord

_VERSION = re.compile(r"\.v[0-9]+$")
_INNER = frozenset({"fact", "eligible", "boards"})
"""Members of facts that their service writes for itself."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Chooses events by subject, and by a glob that matches the whole type, or the type without ``cn.baoxue.`` and the version."""

    type_glob: str | None = None
    subject: str | None = None

    def matches(self, event: dict[str, Any] | None) -> bool:
        """Return whether the event is chosen. Bytes that are no event (None) are chosen only by a filter without conditions."""
        if self.type_glob is None and self.subject is None:
            return True
        if event is None:
            return False
        type_ = str(event.get("type"))
        by_type = self.type_glob is None or fnmatchcase(type_, self.type_glob) or fnmatchcase(_short(type_), self.type_glob)
        return by_type and (self.subject is None or event.get("subject") == self.subject)


def read_event(value: bytes | None) -> dict[str, Any] | None:
    """Decode an event; None for bytes that are no JSON object."""
    try:
        event = json.loads(value or b"")
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def event_line(record: LoggedRecord, event: dict[str, Any] | None) -> str:
    """Return an event on one line: partition@offset, time, type, subject, before -> after or the data, marks."""
    place = f"{record.partition}@{record.offset}"
    if event is None:
        return f"{place:<12} unreadable: {len(record.value or b'')} bytes that are no JSON object"
    data = event.get("data")
    data = dict(data) if isinstance(data, dict) else {"data": data}
    marks = [mark for mark in ("late", "unmatched") if data.pop(mark, None) is True]
    if "before" in data or "after" in data:
        text = f"{_standing(data.pop('before', None))} -> {_standing(data.pop('after', None))}"
        if not str(event.get("type")).startswith("cn.baoxue.student."):
            text = " ".join([text, *(f"{name}={_plain(value)}" for name, value in data.items() if name not in _INNER and value is not None)])
    else:
        text = " ".join(f"{name}={_plain(value)}" for name, value in data.items())
    who = event.get("reportedby") or event.get("source")
    what, whom = _short(str(event.get("type"))), str(event.get("subject"))
    return "  ".join([f"{place:<12}", _minute(event.get("time")), f"{what:<18}", f"{whom:<32}", text, f"by {who}", *marks])


def recorded_at(record: LoggedRecord, event: dict[str, Any] | None) -> float:
    """Return the time of recording in seconds since 1970: that of the event, or else that of the log."""
    try:
        return datetime.fromisoformat((event or {})["recordedtime"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return record.timestamp / 1000


def _short(type_: str) -> str:
    return _VERSION.sub("", type_.removeprefix("cn.baoxue.").removeprefix("student."))


def _standing(standing: Any) -> str:
    """Return the standing of a child, a file or a grant in a few words."""
    if standing is None:
        return "-"
    if not isinstance(standing, dict):
        return _plain(standing)
    words = [standing.get(name) for name in ("status", "state", "county", "scheme", "term", "stage", "reason")]
    texts = [str(word) for word in words if word is not None]
    texts += [word for mark, word in (("poor", "poor"), ("boarder", "boarder")) if standing.get(mark) is True]
    if attempts := standing.get("attempts"):
        texts.append(f"attempts={_plain(attempts)}")
    if due := standing.get("due"):
        texts.append(f"due={_plain(due)}")
    if isinstance(fen := standing.get("fen"), int):
        texts.append(f"{Decimal(fen) / 100:,.2f} yuan")
    return " ".join(texts)


def _minute(time: Any) -> str:
    return str(time)[:16].replace("T", " ").ljust(16)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
