"""The traits of an invented child: tables that the bytes of its digest index. All shares are invented.

Bytes 0-15 of the digest are the child's id; each later byte is for one trait, named below.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import blake2b
from typing import Final

from deploy.demo.history.school_year import DAYS, FIRST

ID = slice(0, 16)
STATUS, STAGE, REASON, SCHOOL, PLACEMENT, HOUR, MINUTE, SINCE, DETAIL = range(16, 25)

NEVER_IN_SCHOOL: Final = 236
"""A listed child whose byte ``STATUS`` is this or more never was in school."""


def digests(seed: int) -> "blake2b":
    """Return the keyed hash from which every digest of a child begins: copy it, and add county, household and number."""
    return blake2b(key=f"baoxue history {seed}".encode(), digest_size=32)


def dealt(shares: Mapping[str, int]) -> tuple[bytes, ...]:
    """Return a table of 256 words for a byte to index, each word as often as its share. Raises ``ValueError`` for shares of another sum."""
    table = tuple(word.encode() for word, share in shares.items() for _ in range(share))
    if len(table) != 256:
        raise ValueError(f"the shares add up to {len(table)}, not to 256: {dict(shares)}")
    return table


REASONS = dealt(
    {"learning": 110, "work": 50, "marriage": 14, "religion": 4, "family": 30, "poverty": 12, "illness": 14, "distance": 8, "other": 8, "unknown": 6}
)
REASONS_SANQU = dealt(
    {"learning": 66, "work": 52, "marriage": 30, "religion": 34, "family": 36, "poverty": 12, "illness": 8, "distance": 12, "other": 3, "unknown": 3}
)
REASONS_NEVER = dealt({"family": 86, "distance": 44, "poverty": 34, "illness": 40, "religion": 22, "other": 20, "unknown": 10})
PLACEMENTS = dealt({"class": 172, "separate_class": 38, "vocational": 34, "special_school": 5, "home_teaching": 3, "other": 4})
OUTCOMES = dealt(
    {
        "enrolled_elsewhere": 110,
        "enrolled_without_record": 56,
        "wrong_identity": 30,
        "double_registration": 16,
        "empty_registration": 10,
        "no_such_child": 6,
        "over_age": 10,
        "abroad": 6,
        "on_leave": 10,
        "deceased": 2,
    }
)
REMOVALS = dealt(
    {'"over_age"': 110, '"emigrated"': 46, '"duplicate"': 46, '"no_such_child"': 30, '"death"': 16, '"missing","evidence":"GA/2019-0331"': 8}
)
LEAVES = dealt({"suspension": 140, "home-teaching": 76, "deferral": 40})
FOUND_BY = dealt({"school": 120, "platform": 66, "comparison": 40, "visit": 30})

_JUNIOR = 178
IN_CLASS = tuple(f'"stage":"{"junior" if n < _JUNIOR else "primary"}","grade":{7 + n % 3 if n < _JUNIOR else 1 + n % 6}'.encode() for n in range(256))
"""The members ``stage`` and ``grade`` of a child that was in school."""
STAGES = tuple(b'"stage":"junior",' if n < _JUNIOR else b'"stage":"primary",' for n in range(256))
FIRST_CLASS = b'"stage":"primary","grade":1'
"""The members ``stage`` and ``grade`` of a child that never was in school."""

SCHOOLS = tuple(f"{n % 61 + 1:04d}".encode() for n in range(256))
"""The last four of the ten digits of a school; the first six are those of its county."""
TIMES = tuple(f"T{8 + n // 360:02d}:{n // 6 % 60:02d}:{n % 6 * 10 + 3:02d}+08:00".encode() for n in range(3600))
"""Ten office hours, in steps of ten seconds."""


def time_of(digest: bytes) -> bytes:
    """Return the time of day of the reports on a child."""
    return TIMES[(digest[HOUR] << 8 | digest[MINUTE]) % 3600]


SINCE_WHEN = tuple((date(2018, 12, 20) - timedelta(days=5 * n)).isoformat().encode() for n in range(256))
_BEFORE, _AFTER = 60, 240
_ISO = tuple((FIRST + timedelta(days=n)).isoformat().encode() for n in range(-_BEFORE, len(DAYS) + _AFTER))


def iso(day: int) -> bytes:
    """Return the text of a day by its index in ``DAYS``, from 60 days before the history to 240 after it."""
    return _ISO[day + _BEFORE]
