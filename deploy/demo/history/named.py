"""The children of one county that have a name: invented, plainly nobody's, and known in the directory by the ids of their reports.

A student id is a keyed hash of a number, so a child that is to be found in a directory gets the id of its invented number under the key of that
installation. The numbers are of the place 00, which there is not. Children of other counties have ids of the history alone, and no name.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from services.enrolment.directory.identity_numbers import check_digit

COUNTY = "513431"
"""昭觉县, the county of the demo's officer."""
_PLACE = "005134"
_FIRST_BIRTH, _BIRTHS = date(2004, 9, 1), 3_000
_FAMILY, _GIVEN = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_LETTERS = b"ond"

IdOf = Callable[[str], str]


class NamedChild(NamedTuple):
    """A child with a name, as a sender writes it into the directory."""

    name: str
    birth_date: date
    number: str
    sex: str
    school: str


class NamedCounty:
    """Names the children of the county as the history comes to them. ``id_of``: the id of a number under the key of the installation."""

    def __init__(self, id_of: IdOf) -> None:
        self._id_of = id_of
        self._known: dict[int, bytes] = {}
        self._new: list[NamedChild] = []

    def digest_of(self, letter: bytes, household: int, number: int, digest: bytes) -> bytes:
        """Return the digest of a child with the id under which the directory knows it; the first time its name is kept for ``take``."""
        ordinal = (number * len(_LETTERS) + _LETTERS.index(letter)) * 2 + household
        if ordinal not in self._known:
            child = _child(ordinal)
            self._known[ordinal] = bytes.fromhex(self._id_of(child.number))
            self._new.append(child)
        return self._known[ordinal] + digest[16:]

    def take(self) -> list[NamedChild]:
        """Return the children that were named since the last time."""
        new, self._new = self._new, []
        return new


def _child(ordinal: int) -> NamedChild:
    order, day = divmod(ordinal, _BIRTHS)
    born = _FIRST_BIRTH + timedelta(day)
    seventeen = f"{_PLACE}{born:%Y%m%d}{order:03}"
    name = _FAMILY[ordinal % len(_FAMILY)] + _GIVEN[ordinal // 7 % len(_GIVEN)] + _GIVEN[ordinal // 5 % len(_GIVEN)]
    # The order of a number is odd for a boy.
    return NamedChild(name, born, seventeen + check_digit(seventeen), "male" if order % 2 else "female", f"{COUNTY}{1 + ordinal % 24:04}")
