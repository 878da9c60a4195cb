"""Recognises numbers that name a person: no event holds any (wire page, section 1).

An identity number (GB 11643) has 18 characters: a place, the date of birth, an order, a check digit (ISO 7064 MOD 11-2). The one before it had
15 digits, with a year of two. A 学籍号 is either of them behind a letter.
"""

import re
from datetime import date

_eighteen = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)").findall
# 15 digits stand alone, for in a digest of hex digits they also come by chance; 18 of them with a check digit hardly ever do.
_fifteen = re.compile(r"(?<![0-9A-Za-z])[GLJglj]?(\d{15})(?![0-9A-Za-z])").findall
_is_mobile = re.compile(r"(?:(?:00|\+)?86-?)?1[3-9]\d{9}").fullmatch
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_BORN = range(1850, 2100)


def holds_identity_number(text: str) -> bool:
    """Return whether an identity number stands in a text, by itself or behind the letter of a 学籍号."""
    return any(_is_identity_number(number) for number in _eighteen(text)) or any(_is_day("19" + number[6:12]) for number in _fifteen(text))


def is_mobile_number(text: str) -> bool:
    """Return whether a text is a mobile telephone number of China, with its country code or without."""
    return _is_mobile(text) is not None


def _is_identity_number(number: str) -> bool:
    check_digit = _CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True)) % 11]
    return number[17].upper() == check_digit and _is_day(number[6:14])


def _is_day(text: str) -> bool:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).year in _BORN
    except ValueError:
        return False
