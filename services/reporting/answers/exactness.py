"""Which areas' numbers of small cells somebody may see: those that lie altogether in the counties of their right."""

from collections.abc import Set
from typing import NamedTuple

from shared import clock
from shared.clock import china_day
from shared.geography.county_codes import lies_in
from shared.geography.divisions import NATION


class Exactness(NamedTuple):
    """``counties``: where somebody may see the numbers of small cells; none for whoever has no right."""

    counties: Set[str]

    def of(self, area: str) -> bool:
        """Return whether the numbers of an area are exact to them. An unknown area is, as nothing is known of it."""
        if not self.counties:
            return False
        try:
            return lies_in(area, self.counties, china_day(clock.now()))
        except KeyError:
            return False

    @property
    def everywhere(self) -> bool:
        """Return whether the nation's numbers are."""
        return self.of(NATION)
