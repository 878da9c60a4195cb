"""English sentences into Chinese ones, by the catalogue ``texts.json``. Pure."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec

_HOLE = re.compile(r"\{(\w+)\}")
_TEXTS = frozenset({"title", "detail", "rule"})
"""The members of an answer that are read by people."""
_AND = "; "
"""Between the sentences of one detail."""
_OF = ": "
"""Between a field and its rule."""
_FILLING = {"field": r"[\w.…-]+", "n": "[0-9,]+"}
"""What stands in a hole of this name. In any other stands any text."""
_is_field = re.compile(_FILLING["field"]).fullmatch


class Catalogue(msgspec.Struct, frozen=True):
    """``texts``: Chinese sentences by the English ones; ``codes``: what a refusal code means, for details without a sentence of their own."""

    codes: dict[str, str]
    texts: dict[str, str]


class _Template(NamedTuple):
    pattern: re.Pattern[str]
    chinese: str


@cache
def catalogue() -> Catalogue:
    """Return the catalogue."""
    return msgspec.json.decode((files(__package__) / "texts.json").read_bytes(), type=Catalogue)


@lru_cache(maxsize=4096)
def chinese(text: str) -> str | None:
    """Return a sentence in Chinese, or None where the catalogue has none that fits."""
    if (whole := catalogue().texts.get(text)) is not None:
        return whole
    for template in _templates():
        if found := template.pattern.fullmatch(text):
            return template.chinese.format(**{name: chinese(part) or part for name, part in found.groupdict().items()})
    first, both, rest = text.partition(_AND)
    if both:
        parts = chinese(first), chinese(rest)
        return "；".join(filter(None, parts)) if all(parts) else None
    field, named, rule = text.partition(_OF)
    return f"{field}：{translated}" if named and _is_field(field) and (translated := chinese(rule)) else None


def in_chinese(document: Any) -> Any:
    """Return a document with all texts for people in Chinese, at any depth.

    A detail that the catalogue does not have stands in English behind the meaning of its code.
    """
    match document:
        case dict():
            return {name: _member(document, name, value) for name, value in document.items()}
        case list():
            return [in_chinese(each) for each in document]
        case _:
            return document


def _member(within: dict[str, Any], name: str, value: Any) -> Any:
    if name not in _TEXTS or not isinstance(value, str):
        return in_chinese(value)
    if (found := chinese(value)) is not None:
        return found
    meaning = catalogue().codes.get(str(within.get("code")))
    return f"{meaning}（{value}）" if meaning else value


@cache
def _templates() -> tuple[_Template, ...]:
    """Return the sentences with holes, those first that have most text beside their holes."""
    with_holes = [english for english in catalogue().texts if _HOLE.search(english)]
    with_holes.sort(key=lambda english: -len(_HOLE.sub("", english)))
    return tuple(_Template(re.compile("".join(_pattern(english)), re.DOTALL), catalogue().texts[english]) for english in with_holes)


def _pattern(english: str) -> Iterator[str]:
    for number, part in enumerate(_HOLE.split(english)):
        yield f"(?P<{part}>{_FILLING.get(part, '.+?')})" if number % 2 else re.escape(part)
