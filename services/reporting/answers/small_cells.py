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

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

FEW = 5
"""From so many children on a breakdown is shown."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """What lies in what. ``below``: area -> the next level down, nothing for a county; ``lists``: name -> counties."""

    root: str
    below: Mapping[str, Sequence[str]]
    lists: Mapping[str, Sequence[str]]


class Block(NamedTuple):
    """Withheld counties that have any children, and how many children they have together."""

    counties: int
    children: int

    @property
    def safe(self) -> bool:
        """Whether the sum of these counties may be known."""
        return not self.counties or (self.counties > 1 and self.children >= FEW)


def withheld_areas(hierarchy: Hierarchy, children: Mapping[str, int], *, besides: Set[str] = frozenset()) -> frozenset[str]:
    """Return the areas and lists whose breakdown is withheld.

    ``children``: county -> how many, of the counties that have any. ``besides``: areas that are withheld in any case.
    """
    return _Withholding(hierarchy, children, besides).areas()


class _Withholding:
    def __init__(self, hierarchy: Hierarchy, children: Mapping[str, int], besides: Set[str]) -> None:
        self._hierarchy, self._children = hierarchy, children
        self._withheld = {county for county, n in children.items() if n < FEW} | besides
        self._totals: dict[str, int] = {}

    def areas(self) -> frozenset[str]:
        self._add_up(self._hierarchy.root)
        self._settle(self._hierarchy.root)
        cut = False
        for name, counties in self._hierarchy.lists.items():
            told = self._told_by(counties)
            if not all(block.safe for block in told) or (told and cut):
                self._withheld.add(name)
            cut = cut or (bool(told) and name not in self._withheld)
        return frozenset(self._withheld)

    def _add_up(self, area: str) -> int:
        below = self._hierarchy.below[area]
        total = self._totals[area] = sum(map(self._add_up, below)) if below else self._children.get(area, 0)
        return total

    def _settle(self, area: str) -> None:
        """Make the block of an area safe, and those of all areas in it before."""
        for child in self._hierarchy.below[area]:
            if self._totals[child]:
                self._settle(child)
        while area not in self._withheld and not self._block(area).safe:
            if (cover := self._smallest_open(area)) is None:
                self._withheld.add(area)
            else:
                self._withhold(cover)

    def _block(self, area: str) -> Block:
        """Return what stays unknown when the sum of an area is known, and all that is open below it."""
        below = self._hierarchy.below[area]
        if not below:
            return Block(int(area in self._withheld), self._totals[area]) if area in self._withheld and self._totals[area] else Block(0, 0)
        parts = [self._block(child) for child in below if child in self._withheld and self._totals[child]]
        return Block(sum(part.counties for part in parts), sum(part.children for part in parts))

    def _smallest_open(self, area: str) -> str | None:
        candidates = [child for child in self._hierarchy.below[area] if self._totals[child] and child not in self._withheld]
        return min(candidates, key=lambda child: (self._totals[child], child), default=None)

    def _withhold(self, area: str) -> None:
        """Withhold an area, and so much below it that its breakdown is not the sum of what is open."""
        self._withheld.add(area)
        if self._hierarchy.below[area] and not self._block(area).counties and (cover := self._smallest_open(area)) is not None:
            self._withhold(cover)

    def _told_by(self, counties: Sequence[str]) -> list[Block]:
        """Return what somebody who knows all blocks learns besides from the sum of a list: the counties on each side of its cut."""
        listed = set(counties)
        inside, outside, loose = Block(0, 0), Block(0, 0), False
        for owner, block in self._blocks().items():
            within = [county for county in block if county in listed]
            if not within or (owner is not None and len(within) == len(block)):
                continue
            loose = loose or owner is None
            inside = self._with(inside, within)
            outside = self._with(outside, [county for county in block if county not in listed])
        if not inside.counties:
            return []
        # Without a sum of the whole, nobody knows the other side.
        return [inside] if loose else [inside, outside]

    def _with(self, block: Block, counties: Sequence[str]) -> Block:
        return Block(block.counties + len(counties), block.children + sum(self._children[county] for county in counties))

    def _blocks(self) -> dict[str | None, list[str]]:
        """Return the withheld counties by the area whose sum they are a block of; None where no open area holds them."""
        found: dict[str | None, list[str]] = {}
        waiting: list[tuple[str, str | None]] = [(self._hierarchy.root, None)]
        while waiting:
            area, owner = waiting.pop()
            if not self._totals[area]:
                continue
            if not self._hierarchy.below[area]:
                if area in self._withheld:
                    found.setdefault(owner, []).append(area)
                continue
            within = owner if area in self._withheld else area
            waiting.extend((child, within) for child in self._hierarchy.below[area])
        return found
