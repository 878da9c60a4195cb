"""One example of a published shape, invented from the shape itself: every field given, and the same every time."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec.inspect as described
from msgspec import Struct

_FORMS = {
    "[0-9a-f-]{36}": "4f9c2a17-6d0b-5e3a-8c41-b7d2e90f1a35",
    "(provinces|counties|schools)": "/provinces/51",
    "/(nation|provinces/[0-9]{2}|prefectures": "/prefectures/513400",
    "[0-9a-f]{8}(-": "4f9c2a17-6d0b-5e3a-8c41-b7d2e90f1a35",
    "[0-9a-f]{64}": "fedcba9876543210" * 4,
    "[0-9a-f]{16}": "fedcba9876543210",
    "[0-9a-z-]{8,64}": "seed-2020-06",
    "[0-9a-f]{32}": "fedcba9876543210fedcba9876543210",
    "[0-9]{16}-[0-9]{4}": "0000000000001233-0000",
    "spring|autumn": "2020-autumn",
    "/counties/[0-9]{6}": "/counties/513431",
    "/(counties/[0-9]{6}": "/counties/513431",
    "[a-z-]*": "dropped-out",
    "[a-z-]{1,40}": "visit-home",
    "[0-9]{6}": "513431",
    "[0-9]{10}": "2151000001",
    "[A-Za-z0-9/-]{1,64}": "XJ-2020/17",
}
"""What a text of each form of ``shared/contracts/words.py`` looks like."""


def example_of(shape: type[Struct]) -> Any:
    """Return a struct of the shape. Raises ``NotImplementedError`` for a form or a type that no published shape had before."""
    return _value(described.type_info(shape))


def _value(kind: described.Type, form: str = "") -> Any:
    match kind:
        case described.Metadata():
            return _value(kind.type, str((kind.extra_json_schema or {}).get("pattern", "")))
        case described.StructType():
            return kind.cls(**{field.name: _value(field.type) for field in kind.fields})
        case described.UnionType():
            return _value(next(each for each in kind.types if not isinstance(each, described.NoneType)), form)
        case described.EnumType():
            return next(iter(kind.cls))
        case described.StrType():
            return _text(kind.pattern or form)
        case described.IntType():
            return kind.ge or 1
        case described.BoolType():
            return True
        case described.DateType():
            return date(2020, 6, 12)
        case described.DateTimeType():
            return datetime(2020, 6, 11, 10, 30, tzinfo=UTC)
        case described.BytesType():
            return b"\x01\x02\x03\x04\x05\x06\x07\x08\x09"
        case described.VarTupleType():
            return (_value(kind.item_type),)
        case _:
            raise NotImplementedError(f"no published shape had a {kind} before: add an example of one here")


def _text(form: str) -> str:
    if not form:
        return "2020-06-13/000017"
    for known, text in _FORMS.items():
        if known in form:
            return text
    raise NotImplementedError(f"no published shape had a text like {form} before: add an example of one here")
