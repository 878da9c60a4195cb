"""Any value that a published shape allows, from the shape itself."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec.inspect as described
from hypothesis import strategies as st
from msgspec import Struct


def any_of(shape: type[Struct]) -> st.SearchStrategy[Any]:
    """Return a strategy for structs of a shape: each field any value of its type, its bounds and its pattern."""
    return _values(described.type_info(shape))


def _values(kind: described.Type) -> st.SearchStrategy[Any]:
    match kind:
        case described.Metadata():
            return _values(kind.type)
        case described.StructType():
            return st.builds(kind.cls, **{field.name: _values(field.type) for field in kind.fields})
        case described.UnionType():
            return st.one_of(*map(_values, kind.types))
        case described.EnumType():
            return st.sampled_from(kind.cls)
        case described.StrType(pattern=str(pattern)):
            return st.from_regex(pattern, fullmatch=True)
        case described.StrType():
            return st.text(st.characters(codec="utf-8"), min_size=kind.min_length or 0, max_size=kind.max_length)
        case described.IntType():
            return st.integers(kind.ge, kind.le)
        case described.BoolType():
            return st.booleans()
        case described.DateType():
            return st.dates(date(1900, 1, 1))
        case described.DateTimeType():
            return st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # the zone is added
        case described.BytesType():
            return st.binary(max_size=30)
        case described.VarTupleType():
            return st.lists(_values(kind.item_type), min_size=kind.min_length or 0, max_size=3).map(tuple)
        case described.NoneType():
            return st.none()
        case _:
            raise NotImplementedError(f"no published shape had a {kind} before")
