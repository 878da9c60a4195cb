"""A flag: a hint at a return on paper, as a value. It accuses nobody; it names its evidence, and its rule what would clear it."""

from datetime import date

from msgspec import Struct

from shared.contracts.oversight_codes import Rule


class Flag(Struct, frozen=True, order=True):
    """What a rule found. ``subject``: the child, the office with its role and act, or the county. ``evidence``: the ids of the facts.
    ``office``: who reported a return that is flagged, where that is known.

    ``since``: the day on which the window began. ``day``: the day on which the rule was met. ``version``: the rulebook of that window.
    """

    county: str
    day: date
    rule: Rule
    subject: str
    since: date
    version: int
    evidence: tuple[str, ...]
    office: str | None = None
