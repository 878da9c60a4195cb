"""Positions in the record as a person writes them: offsets, a saved answer, a moment, a day."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from services.reporting.audit.definition.moments import CHINA
from services.reporting.audit.sources.log import Offsets


def parse_until(text: str) -> Offsets | datetime:
    """Read offsets (see ``parse_offsets``), a moment (RFC 3339 with an offset), or a day, which means its end in China.

    Raises ``ValueError`` with what is wrong and how to write it.
    """
    if text[:1] in ("{", "@") or "=" in text:
        return parse_offsets(text)
    try:
        if len(text) == len("2020-06-14"):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(days=1) - timedelta(microseconds=1)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is neither offsets (0=123,1=456), a file of them (@answer.json), a day (2020-06-14) nor a time") from None
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} does not say which clock it is by: add its offset, {text}+08:00 for China")
    return moment


def parse_offsets(text: str) -> Offsets:
    """Read ``0=123,1=456``, a JSON object ``{"0": 123}``, or ``@file`` with such an object or with a saved answer and its ``as_of.offsets``.

    In a file of several lines the first one is read. Raises ``ValueError`` with what is wrong and how to write it.
    """
    if text.startswith("@"):
        path = Path(text[1:])
        try:
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"{path} cannot be read: {error}") from None
    if text.startswith("{"):
        found = _first_object(text)
        return offsets_of(found["as_of"] if isinstance(found.get("as_of"), dict) else {"offsets": found})
    pairs = [pair.partition("=") for pair in text.split(",")]
    if any(not (_is_number(part) and _is_number(offset)) for part, _, offset in pairs) or len({part for part, _, _ in pairs}) < len(pairs):
        raise ValueError(f"{text[:100]!r} are no offsets: write partition=offset, each partition once, as in 0=123,1=456")
    return {int(part): int(offset) for part, _, offset in pairs}


def offsets_of(as_of: dict[str, Any]) -> Offsets:
    """Return the offsets in the ``as_of`` of an answer. Raises ``ValueError`` where there are none."""
    offsets = as_of.get("offsets")
    if not isinstance(offsets, dict) or not offsets:
        raise ValueError('there are no offsets in it: they look like {"0": 123} or {"as_of": {"offsets": {"0": 123}}}')
    if not all(_is_number(part) and isinstance(offset, int) and not isinstance(offset, bool) and offset >= 0 for part, offset in offsets.items()):
        raise ValueError('partitions and offsets are whole numbers, as in {"0": 123}')
    return {int(part): offset for part, offset in offsets.items()}


def _first_object(text: str) -> Any:
    try:
        found, _ = json.JSONDecoder().raw_decode(text)
    except ValueError as error:
        raise ValueError(f"these offsets are no JSON: {error}") from None
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
