"""The ``sequence`` of a fact (wire page, section 1): the offset of its input in 16 digits, a dash, and a number n in 4 digits.

As text it sorts as it grows. As a number, its position, it fits the signed 64 bits in which states keep it. A text whose position
does not fit is no sequence: at a million inputs a second a partition reaches ``LAST`` after 29 years.
"""

import re
from functools import lru_cache

LAST = "0922337203685477-5807"
"""The largest sequence: its position is 2**63 - 1."""
_FORM = "a sequence is 16 digits, a dash and 4 digits, at most " + LAST
_OFFSETS = 10_000
"""Positions from one offset to the next."""
_fits = re.compile(r"[0-9]{16}-[0-9]{4}").fullmatch


def is_sequence(text: str) -> bool:
    """Return whether a text is a sequence."""
    return _fits(text) is not None and text <= LAST


def sequence_of(offset: int, n: int) -> str:
    """Return the sequence of the n-th fact of an input. Raises ``ValueError`` for numbers that do not fit."""
    if not 0 <= n < _OFFSETS or not 0 <= offset * _OFFSETS + n < 1 << 63:
        raise ValueError(f"{_FORM}: not of offset {offset} and n {n}")
    return "%016d-%04d" % (offset, n)  # noqa: UP031  # at half the price of format specifiers


def offset_of(sequence: str) -> int:
    """Return the input offset in a sequence. Raises ``ValueError`` for any other text."""
    return position_of(sequence) // _OFFSETS


def place_of(sequence: str) -> tuple[int, int]:
    """Return the input offset in a sequence, and the number n. Raises ``ValueError`` for any other text."""
    return divmod(position_of(sequence), _OFFSETS)


@lru_cache(maxsize=64)  # one command asks three times
def position_of(sequence: str) -> int:
    """Return a sequence as a number that grows with it, of 63 bits. Raises ``ValueError`` for any other text."""
    if not is_sequence(sequence):
        raise ValueError(_FORM)
    return int(sequence[:16]) * _OFFSETS + int(sequence[17:])


def sequence_at(position: int) -> str:
    """Return the sequence of a position. Raises ``ValueError`` where there is none."""
    return sequence_of(*divmod(position, _OFFSETS))
