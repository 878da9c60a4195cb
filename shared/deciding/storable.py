"""Whether what the log holds can be kept in a state.

States keep codes as numbers and ids as bytes; the language looks at lengths only, which is faster. Commands and facts are looked at before a
state is made of them: whoever may write to a topic may write there what no service of ours wrote.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from msgspec import Raw, Struct

from shared.contracts.same_as import HAPPENING
from shared.contracts.sequence import is_sequence
from shared.events.codec import Unreadable
from shared.events.envelope import Event


def check_storable(event: Event[Raw], data: Struct) -> None:
    """Raise ``Unreadable`` for what no state can hold, at any depth."""
    _check_time(event.time)
    _check_fields(data)


def check_fact_storable(fact: Event[Raw], data: Struct) -> None:
    """Raise ``Unreadable`` for a fact that no state can hold: its id, too, names what a state keeps."""
    if not _is_uuid(fact.id):
        raise Unreadable("id: no uuid")
    check_storable(fact, data)


def _check_fields(data: Struct) -> None:
    checked, nested = _fields_of(type(data))
    for field, check in checked:
        if (value := getattr(data, field)) is not None and not check(value):
            raise Unreadable(f"data: {field} is not what it must be")
    for field in nested:
        value = getattr(data, field)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Struct):
                _check_fields(each)


def _check_time(time: datetime) -> None:
    if not 1 < time.year < 9999:
        raise Unreadable("time: a year that may have no day in China")


_is_uuid = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit()


_is_office = re.compile(r"/(nation|provinces/[0-9]{2}|(prefectures|counties)/[0-9]{6}|schools/[0-9]{10})").fullmatch

_names_term = re.compile(r"[0-9]{4}-(spring|autumn)").fullmatch

_is_hex = re.compile(r"[0-9a-f]+").fullmatch


def _is_term(term: Any) -> bool:
    """Whether it names a school term; what is a day by its type ends a term of the law, or begins something."""
    return not isinstance(term, str) or _names_term(term) is not None


def _is_evidence(text: Any) -> bool:
    """Whether it is a reference, or the ids of facts."""
    return isinstance(text, str) or all(map(_is_uuid, text))


_CHECKS: Mapping[str, Callable[[Any], object]] = {
    "county": _is_code,
    "from_county": _is_code,
    "to_county": _is_code,
    "school": _is_code,
    "student": re.compile(r"[0-9a-f]{32}").fullmatch,
    "office": _is_office,
    "to_office": _is_office,
    "claimant": _is_office,
    "flagged": _is_office,
    "flag": _is_hex,
    "digest": _is_hex,
    "evidence": _is_evidence,
    "corroborated_by": _is_office,
    "proposed_by": _is_office,
    "fact": is_sequence,
    "referral": is_sequence,
    "reference": str.isascii,
    "since": _is_term,
    "term": _is_term,
    "timeline": lambda digests: len(digests) % HAPPENING == 0,
}
"""By the name of a field what it must be, beside its length."""
_NESTED = ("before", "after", "eligible", "grant", "known", "left", "standing", "transfers", "completes", "ended", "opened", "places")
"""The fields that hold further ones of those."""


@cache
def _fields_of(type_: type[Struct]) -> tuple[tuple[tuple[str, Callable[[Any], object]], ...], tuple[str, ...]]:
    """Return the fields of a type that are checked, each with its check, and those that hold such fields."""
    fields = type_.__struct_fields__
    return tuple((field, _CHECKS[field]) for field in fields if field in _CHECKS), tuple(field for field in fields if field in _NESTED)
