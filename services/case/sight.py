"""Who sees which file: the county that answers, both between which it is on its way, all above either, and an office to which it was handed on."""

from collections.abc import Sequence, Set
from typing import NamedTuple, Self

from services.case.domain.case import Case
from services.case.domain.packed import unpack
from shared.commands.list_query import counties_of
from shared.http.callers import counties_of_caller, forbidden
from shared.http.problems import invalid_parameter
from shared.identity.caller import Caller
from shared.identity.rights import Action, may

_COUNTY_CODE = 6


class Sight(NamedTuple):
    """What a caller sees. ``counties``: in which it reads files, and ``reads`` whether it has the right to read any.

    ``office``: the caller's, where it reads what was handed on to it; else None.
    """

    counties: Set[str]
    office: str | None = None
    reads: bool = True

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """Return what a caller sees today."""
        office = caller.office if may(caller, Action.READ_HANDED_ON) else None
        return cls(counties_of_caller(caller, Action.READ_FILES), office, may(caller, Action.READ_FILES))

    def groups(self, area: str | None, school: str | None) -> Sequence[str]:
        """Return the groups of lists that an area is made of, or what was handed on to a school. Who reads no county has its own office's.

        Raises ``Problem``: 403 for what is not in sight, 404 for an area that does not exist.
        """
        if school is None and self.reads and (self.counties or area is not None or self.office is None):
            return counties_of(area, frozenset(self.counties))
        if school is not None and area is not None:
            raise invalid_parameter("query.office", "must not be given together with county")
        if area is not None:
            raise forbidden("county must lie in the area of your office.")
        if school is not None and school != self.office and not self.counties:
            raise forbidden("office must be the office of your token.")
        return [office for office in (school or self.office,) if office is not None]

    def sees(self, case: Case) -> bool:
        """Return whether a file is in sight; a child that has none is not."""
        if case.standing is None:
            return False
        if case.standing.county in self.counties:
            return True
        owner = case.owner
        if owner is None:
            return False
        if (sent := owner.hand_over) is not None and (sent.to_county in self.counties or sent.from_county in self.counties):
            return True
        return owner.answers is not None and owner.answers.office == self.office


def is_within(state: bytes | None, id_: str, counties: Set[str]) -> bool:
    """Return whether there is a file in one of these counties, or on its way from or to one of them; of a county, whether it is one of these."""
    if len(id_) == _COUNTY_CODE:
        return id_ in counties
    return Sight(counties).sees(unpack(state))
