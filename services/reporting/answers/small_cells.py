"""Which areas' breakdowns an open answer withholds, so that nobody can work out that of a county with few children. Pure.

A county with 1 to 4 children out of school keeps its total; how many of them are poor, why and at which stage they left would tell of one child
(wire page, section 9). Withholding that county alone protects nobody, for what an area's other counties leave of its sum is the county. So:

1. Every county of few children is withheld.
2. What the sum of an open area leaves when all that is open below it is taken away is a block: the withheld counties of which only the sum is known.
   A block has no county, or at least two counties and at least ``FEW`` children; such a sum is open of a single county too.
3. A block that is smaller gets its area's smallest open child in addition. Where there is none, the area itself is withheld, and the block becomes
   part of that of the area above.
4. A list lies across the areas. What it adds to the blocks is cut out of them, on both sides of the cut; a list that cuts off too little, and the
   second that cuts at all, is withheld.

The decision follows from the totals, which are open: which breakdowns are missing tells nothing more.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set

FEW = 5
"""From so many children on a breakdown is shown."""


class Hierarchy:
    """What lies in what. ``below``: area -> the next level down, nothing for a county; ``lists``: name -> counties."""

    def __init__(self, root: str, below: Mapping[str, Sequence[str]], lists: Mapping[str, Sequence[str]]) -> None:
        self.root, self.below, self.lists = root, below, lists
        self.above = {child: area for area, children in below.items() for child in children}
        self.upwards = [*self._upwards(root)]
        """Every area that has others below it, after all of those."""

    def _upwards(self, area: str) -> Sequence[str]:
        return [each for child in self.below[area] for each in self._upwards(child)] + ([area] if self.below[area] else [])


def withheld_areas(hierarchy: Hierarchy, children: Mapping[str, int], *, besides: Set[str] = frozenset()) -> frozenset[str]:
    """Return the areas and lists whose breakdown is withheld.

    ``children``: county -> how many, of the counties that have any. ``besides``: areas that are withheld in any case.
    """
    return _Withholding(hierarchy, children, besides).areas()


class _Withholding:
    def __init__(self, hierarchy: Hierarchy, children: Mapping[str, int], besides: Set[str]) -> None:
        self._hierarchy, self._children = hierarchy, children
        self._withheld = {county for county, n in children.items() if n < FEW} | besides
        self._totals: defaultdict[str, int] = defaultdict(int)
        """Area -> its children."""
        self._blocks: defaultdict[str, list[str]] = defaultdict(list)
        """Open area -> the withheld counties of which only the sum is known."""

    def areas(self) -> frozenset[str]:
        self._add_up()
        for county in self._withheld & self._children.keys():
            self._blocks[self._hierarchy.above[county]].append(county)
        for area in self._hierarchy.upwards:
            if self._blocks[area]:
                self._settle(area)
        self._settle_lists()
        return frozenset(self._withheld)

    def _add_up(self) -> None:
        for county, n in self._children.items():
            area: str | None = county
            while area is not None:
                self._totals[area] += n
                area = self._hierarchy.above.get(area)

    def _settle(self, area: str) -> None:
        """Make the block of an area safe, whose parts are settled, or pass it to the area above."""
        block = self._blocks[area]
        while area not in self._withheld and not self._is_safe(block):
            if (cover := self._smallest_open(area)) is None:
                self._withheld.add(area)
            else:
                block += self._withhold(cover)
        if area in self._withheld and area != self._hierarchy.root:
            self._blocks[self._hierarchy.above[area]] += self._blocks.pop(area)

    def _is_safe(self, block: Sequence[str]) -> bool:
        """Whether the sum of these counties may be known."""
        return not block or (len(block) > 1 and sum(map(self._children.__getitem__, block)) >= FEW)

    def _smallest_open(self, area: str) -> str | None:
        candidates = [child for child in self._hierarchy.below[area] if self._totals[child] and child not in self._withheld]
        return min(candidates, key=lambda child: (self._totals[child], child), default=None)

    def _withhold(self, area: str) -> list[str]:
        """Withhold an area, and so much below it that its breakdown is not the sum of what is open. Returns the counties that nobody knows then."""
        self._withheld.add(area)
        if not self._hierarchy.below[area]:
            return [area]
        if block := self._blocks.pop(area, []):
            return block
        cover = self._smallest_open(area)
        return [] if cover is None else self._withhold(cover)

    def _settle_lists(self) -> None:
        cut = False
        for name, counties in self._hierarchy.lists.items():
            told = self._told_by(set(counties))
            if not all(map(self._is_safe, told)) or (told and cut):
                self._withheld.add(name)
            cut = cut or (bool(told) and name not in self._withheld)

    def _told_by(self, listed: Set[str]) -> list[list[str]]:
        """Return what somebody who knows all blocks learns besides from the sum of a list: the counties on each side of its cut."""
        inside: list[str] = []
        outside: list[str] = []
        for area, block in self._blocks.items():
            within = [county for county in block if county in listed]
            known = area not in self._withheld  # not so of the root: nobody knows the sum of its block then
            if within and not (known and len(within) == len(block)):
                inside += within
                outside += [county for county in block if county not in listed]
        return [inside, outside] if inside else []
