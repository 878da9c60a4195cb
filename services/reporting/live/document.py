"""The document of a stream, and the part of it that a change makes necessary to send. Pure."""

from enum import StrEnum

import msgspec
from msgspec import Struct

from services.reporting.answers.documents import Counts, Figure, Headline
from services.reporting.view.newest import Change


class Kind(StrEnum):
    """The events of a stream."""

    SNAPSHOT = "snapshot"
    DELTA = "delta"
    HEARTBEAT = "heartbeat"


class Figures(Struct):
    """The headline's three figures."""

    all: Figure
    poor: Figure
    watch52: Figure


class LiveCounts(Counts, kw_only=True):
    """The counts of an area, with the headline and the area's newest changes, newest first; all of one vector of offsets.

    In a ``delta`` every member has its new value, and ``children`` are those that changed.
    """

    headline: Figures
    newest: list[Change]


_BESIDES = [name for name in LiveCounts.__struct_fields__ if name not in ("children", "as_of")]


def live_counts(counts: Counts, headline: Headline, newest: list[Change]) -> LiveCounts:
    """Join the parts of a document. All of them must belong to one vector of offsets."""
    members = {name: getattr(counts, name) for name in Counts.__struct_fields__}
    return LiveCounts(**members, headline=Figures(headline.all, headline.poor, headline.watch52), newest=newest)


def difference(before: LiveCounts, after: LiveCounts) -> tuple[Kind, LiveCounts] | None:
    """Return what a subscriber that has ``before`` needs to have ``after``: a delta, or a snapshot where the area has other parts.

    None where no number differs: a new ``as_of`` alone goes out with a heartbeat.
    """
    if [child.code for child in before.children] != [child.code for child in after.children]:
        return Kind.SNAPSHOT, after
    changed = [new for old, new in zip(before.children, after.children, strict=True) if old != new]
    if not changed and all(getattr(before, name) == getattr(after, name) for name in _BESIDES):
        return None
    return Kind.DELTA, msgspec.structs.replace(after, children=changed)
