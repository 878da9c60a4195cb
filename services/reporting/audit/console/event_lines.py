"""An event on one line, for people: where it is, when it was, what happened to whom."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any, Protocol

_INNER = frozenset({"fact", "eligible", "boards"})
"""What a service notes in its facts for itself."""


class Logged(Protocol):
    """A record as a consumer of the log gives it; ``timestamp`` in ms since 1970."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events to show: those whose type matches the glob (whole, or without ``cn.baoxue.`` and the version), of this subject."""

    type_glob: str | None = None
    subject: str | None = None

    def takes(self, event: dict[str, Any] | None) -> bool:
        """Tell whether to show this event; of bytes that are no event (None) only when nothing was asked for."""
        if self.type_glob is None and self.subject is None:
            return True
        if event is None:
            return False
        type_ = str(event.get("type"))
        by_type = self.type_glob is None or fnmatchcase(type_, self.type_glob) or fnmatchcase(_short(type_), self.type_glob)
        return by_type and (self.subject is None or event.get("subject") == self.subject)


def read_event(value: bytes | None) -> dict[str, Any] | None:
    """Read an event; None for bytes that are no JSON object."""
    try:
        event = json.loads(value or b"")
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def line(record: Logged, event: dict[str, Any] | None) -> str:
    """Put one event on one line: partition@offset, time, type, subject, before -> after or the data, marks."""
    place = f"{record.partition}@{record.offset}"
    if event is None:
        return f"{place:<12} unreadable: {len(record.value or b'')} bytes that are no JSON object"
    data = event.get("data")
    data = dict(data) if isinstance(data, dict) else {"data": data}
    marks = [mark for mark in ("late", "unmatched") if data.pop(mark, None) is True]
    if "before" in data or "after" in data:
        said = f"{_standing(data.pop('before', None))} -> {_standing(data.pop('after', None))}"
        if not str(event.get("type")).startswith("cn.baoxue.student."):
            said = " ".join([said, *(f"{name}={_plain(value)}" for name, value in data.items() if name not in _INNER and value is not None)])
    else:
        said = " ".join(f"{name}={_plain(value)}" for name, value in data.items())
    who = event.get("reportedby") or event.get("source")
    what, whom = _short(str(event.get("type"))), str(event.get("subject"))
    return "  ".join([f"{place:<12}", _minute(event.get("time")), f"{what:<18}", f"{whom:<32}", said, f"by {who}", *marks])


def recorded_at(record: Logged, event: dict[str, Any] | None) -> float:
    """Give the seconds since 1970 at which this was recorded: by the event, or else by the log."""
    try:
        return datetime.fromisoformat((event or {})["recordedtime"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return record.timestamp / 1000


def _short(type_: str) -> str:
    name = type_.removeprefix("cn.baoxue.").removeprefix("student.")
    return name.removesuffix(".v1")


def _standing(standing: Any) -> str:
    """Put a child's standing, a file or a grant in a few words."""
    if standing is None:
        return "-"
    if not isinstance(standing, dict):
        return _plain(standing)
    words = [standing.get(name) for name in ("status", "state", "county", "scheme", "term", "stage", "reason")]
    said = [str(word) for word in words if word is not None]
    said += [word for mark, word in (("poor", "poor"), ("boarder", "boarder")) if standing.get(mark) is True]
    if attempts := standing.get("attempts"):
        said.append(f"attempts={_plain(attempts)}")
    if due := standing.get("due"):
        said.append(f"due={_plain(due)}")
    if isinstance(fen := standing.get("fen"), int):
        said.append(f"{Decimal(fen) / 100:,.2f} yuan")
    return " ".join(said)


def _minute(time: Any) -> str:
    return str(time)[:16].replace("T", " ").ljust(16)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
