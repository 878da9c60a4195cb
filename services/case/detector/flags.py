"""A flag: a hint at a return on paper, as a value. It accuses nobody; it names its evidence, and its rule what would clear it."""

from datetime import date
from enum import StrEnum

from msgspec import Struct


class Rule(StrEnum):
    """The rules, by the names of their tables in a rulebook."""

    NO_SEAT = "no_seat"
    TWO_SEATS = "two_seats"
    BURST = "burst"
    BEFORE_REPORT_DAY = "before_report_day"
    OUT_AGAIN = "out_again"
    ZERO_STATED = "zero_stated"


class Flag(Struct, frozen=True, order=True):
    """What a rule found. ``subject``: the child, the office with its role and act, or the county. ``evidence``: the ids of the facts.

    ``since``: the day on which the window began. ``day``: the day on which the rule was met. ``version``: the rulebook of that window.
    """

    county: str
    day: date
    rule: Rule
    subject: str
    since: date
    version: int
    evidence: tuple[str, ...]
