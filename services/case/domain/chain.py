"""The chain of those who answer for a child (双线四级, 七长): dated data, a file for each version of an area in ``chains/``.

The nation's is for all counties that have none of their own. Chains differ from county to county (domain page, section 1.4).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Literal, get_args

from msgspec import Struct

from services.case.domain.deadlines import NATION
from shared.contracts.case_codes import Role
from shared.versions import VersionsUnsound, in_force, in_order, read_each, shipped

Level = Literal["county", "township", "village", "school", "class", "family"]
LEVELS: Sequence[Level] = get_args(Level)
"""Where somebody of a chain stands, from the county down."""
Line = Literal["government", "education", "family"]

_is_area = re.compile(r"[0-9]{6}").fullmatch


class Link(Struct, frozen=True, forbid_unknown_fields=True):
    """One of those who answer: on the government's line or on that of education, and at which level."""

    role: Role
    line: Line
    level: Level
    zh: str
    en: str


class Chain(Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """A version of the chain of an area, in force since a day. ``begins``: who answers for a file until it is handed on."""

    area: str
    version: int
    since: date
    begins: Role
    source_zh: str
    source_en: str
    links: tuple[Link, ...]

    def link_of(self, role: Role) -> Link | None:
        """Return the link of a role, None where the chain has none."""
        return next((link for link in self.links if link.role is role), None)


Chains = Mapping[str, Sequence[Chain]]
"""All versions by area, the first one first."""


def read_chains(texts: Mapping[str, str]) -> Chains:
    """Return the chains in texts by their file names. Raises ``VersionsUnsound``, which names the file, the field and what to mend."""
    found: dict[str, list[Chain]] = {}
    for chain in read_each(texts, Chain, _fault_of):
        found.setdefault(chain.area, []).append(chain)
    if NATION not in found:
        raise VersionsUnsound(f"{NATION}.v1.toml: there must be a chain of the nation, for counties that have none of their own")
    return {area: in_order(versions, f"the chain of {area}") for area, versions in found.items()}


def _fault_of(chain: Chain, name: str) -> str | None:
    if _is_area(chain.area) is None:
        return "area: it must be six digits, those of a county or 100000"
    if name != f"{chain.area}.v{chain.version}.toml":
        return f"area, version: the file of this area and version is {chain.area}.v{chain.version}.toml"
    roles = [link.role for link in chain.links]
    if twice := sorted({role for role in roles if roles.count(role) > 1}):
        return f"links: each role stands once; take out the second {', '.join(twice)}"
    if Role.OFFICER in roles:
        return f"links: {Role.OFFICER} is no head of a chain; name the head for whom the officer acts"
    begins = chain.link_of(chain.begins)
    if begins is None or begins.level != LEVELS[0]:
        return f"begins: {chain.begins} must be a role of the links at the level {LEVELS[0]}, where files are opened"
    for line in ("government", "education"):
        levels = [LEVELS.index(link.level) for link in chain.links if link.line == line]
        if any(lower <= upper for upper, lower in pairwise(levels)):
            return f"links: those of the line {line} must stand from the county down, one at each level"
    return None


CHAINS = read_chains(shipped(__package__, "chains"))


def chain_in(county: str, on: date, among: Chains = CHAINS) -> Chain:
    """Return the chain of a county that is in force on a day: its own, or the nation's; of the nation, before the first, the first."""
    own = [chain for chain in among.get(county, ()) if chain.since <= on]
    return own[-1] if own else in_force(among[NATION], on)
