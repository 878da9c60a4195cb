"""The progress of the walk that begins a term, and the commands that it submits."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.contracts.relief import BeginTerm
from shared.contracts.services import RELIEF
from shared.deciding.states.listing import Cursor, Entry, Page
from shared.deciding.walking import Submitted, commands_for


class Walk(Struct, frozen=True):
    """The progress of a walk. ``left``: the partitions with children left, each with the cursor behind which to go on, null at the beginning."""

    term: str
    begun: datetime
    left: Mapping[int, str | None]
    asked: int = 0
    ended: datetime | None = None

    def after(self, pages: Mapping[int, Page]) -> "Walk":
        """Return the walk after these pages, one of each partition that was left."""
        asked = self.asked + sum(len(page.entries) for page in pages.values())
        return replace(self, asked=asked, left={partition: str(page.next) for partition, page in pages.items() if page.next})


class Progress(Struct, frozen=True):
    """The progress of a walk, as an operator sees it.

    ``children``: whom it has asked for. ``lists``: how many are through, of ``of``: a county has one in each partition. ``ended``: since
    when all have been asked for and decided on.
    """

    term: str
    begun: datetime
    ended: datetime | None
    children: int
    lists: int
    of: int


read_walk = msgspec.json.Decoder(Walk).decode


def progress_of(walk: Walk, counties: Sequence[str], partitions: int) -> Progress:
    """Return the progress of a walk over the lists of these counties."""
    of = len(counties) * partitions
    left = sum(len(counties) - (bisect_left(counties, Cursor.of(at).group) if at else 0) for at in walk.left.values())
    return Progress(walk.term, walk.begun, walk.ended, walk.asked, of - left, of)


def commands(entries: Iterable[Entry], walk: Walk, *, recorded: datetime) -> list[Submitted]:
    """Return for each child its key and a command, whose id derives from the term and the student. ``recorded``: when they come in."""
    data, named = BeginTerm(term=walk.term), f"begin-term {walk.term}"
    return commands_for(entries, data, walk=named, source=RELIEF.operator_source, at=walk.begun, recorded=recorded)
