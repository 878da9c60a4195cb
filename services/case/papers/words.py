"""The words of the page, for what the server writes in its tongues: the same files that the page reads."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec

from shared.geography.divisions import divisions


class Tongue(StrEnum):
    """A language of the page."""

    ZH = "zh"
    EN = "en"


def word(tongue: Tongue, key: str) -> str:
    """Return the text of a key. Raises ``KeyError``."""
    return _words(tongue)[key]


def county_in(tongue: Tongue, code: str) -> str:
    """Return the name of a county, with its code."""
    name = divisions().counties[code].name
    return f"{_english()[code][1] if tongue is Tongue.EN and code in _english() else name} {code}"


@cache
def _words(tongue: Tongue) -> Mapping[str, str]:
    return msgspec.json.decode((files("services.case") / "web" / "words" / f"{tongue}.json").read_bytes(), type=dict[str, str])


@cache
def _english() -> Mapping[str, tuple[str, str]]:
    """Return the short and the whole name of each area in English."""
    return msgspec.json.decode((files("shared.http.pages") / "look" / "names.en.json").read_bytes(), type=dict[str, tuple[str, str]])
