"""The numbers that name a child, each brought to the one form that is hashed. Pure.

- An identity number (GB 11643) has 18 characters: a place, the day of birth, an order, a check digit (ISO 7064 MOD 11-2). The number
  before 1999 had 15: a year of two digits, and no check digit. The residence permits of Hong Kong, Macao and Taiwan have the same 18, with the
  place 810000, 820000 or 830000 (Decree 国办发〔2018〕81号). The newer cards of foreign residents begin with 9, and are checked alike.
- A 学籍号 is a letter and 18 characters. ``G`` is formal, and the identity number follows. ``L`` is temporary: the place of the school, the day of
  birth and four characters, which are no identity number, until ``G`` is issued in spring after the national check for duplicates. ``J`` is of a
  child without a usable identity number (人民日报 of 1 September 2016, and the rule of the personal code of 19 characters).

Which places exist is not checked: numbers keep the places of decades ago, of which no table is here. That ``J`` has a check digit is told by one
source only, and so not demanded.
"""

import re
import unicodedata
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_is_eighteen = re.compile(r"[0-9]{17}[0-9X]").fullmatch
_is_fifteen = re.compile(r"[0-9]{15}").fullmatch
_FIRST_YEAR = 1850
_OVER_A_HUNDRED = ("996", "997", "998", "999")
"""The orders of 15 digits that were kept for those born before 1900."""
_PERMITS = {"81": "810000", "82": "820000", "83": "830000"}
"""The beginning of a residence permit's number, and the place that it must have."""
_LONGEST = 64

TEMPORARY, WITHOUT_IDENTITY, FORMAL = "L", "J", "G"

FORMS = "an identity number of 18 or 15 characters, or a 学籍号: G, L or J and 18 characters"


class NotANumber(ValueError):
    """A text is none of the numbers. The message names the rule, and never repeats the text."""


def normalised(text: str, *, on: date) -> str:
    """Return a number in the form that is hashed: 18 characters, or ``L`` or ``J`` and 18. ``on``: the day, by which nobody is born later.

    Blanks, small letters and full-width characters are brought to their usual form. Raises ``NotANumber``.
    """
    number = "".join(unicodedata.normalize("NFKC", text[:_LONGEST]).split()).upper() if len(text) <= _LONGEST else ""
    letter = number[:1]
    if letter in (TEMPORARY, WITHOUT_IDENTITY) and letter:
        _check_of_school(number[1:], on)
        return number
    return _identity(number.removeprefix(FORMAL), on)


def birth_date_in(number: str) -> date:
    """Return the day of birth that a normalised number holds."""
    digits = number[-18:]
    return date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))


def is_identity(number: str) -> bool:
    """Return whether a normalised number is an identity number, and not ``L`` or ``J``."""
    return number[:1].isdigit()


def check_digit(seventeen: str) -> str:
    """Return the check digit behind the first 17 digits of a number."""
    return _CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(seventeen, _WEIGHTS, strict=True)) % 11]


def _identity(number: str, on: date) -> str:
    if _is_fifteen(number):
        century = "18" if number[12:] in _OVER_A_HUNDRED else "19"
        seventeen = f"{number[:6]}{century}{number[6:]}"
        number = seventeen + check_digit(seventeen)
    elif not _is_eighteen(number):
        raise NotANumber(f"must be {FORMS}")
    _check_born(number, on)
    if number[17] != check_digit(number[:17]):
        raise NotANumber("must end in its check digit (GB 11643): a digit is wrong, or two are swapped")
    place = _PERMITS.get(number[:2])
    if place is not None and number[:6] != place:
        raise NotANumber("must begin with 810000, 820000 or 830000 if it is of a residence permit")
    return number


def _check_of_school(number: str, on: date) -> None:
    if not _is_eighteen(number):
        raise NotANumber(f"must be {FORMS}")
    _check_born(number, on)


def _check_born(number: str, on: date) -> None:
    try:
        born = birth_date_in(number)
    except ValueError:
        born = None
    if born is None or not born.year >= _FIRST_YEAR or born > on:
        raise NotANumber("must hold a day of birth, YYYYMMDD, that exists and is past")
