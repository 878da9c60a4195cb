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
    """The counts of an area, its figure, the headline, the area's newest changes (newest first), and the stock of every county of the nation.

    All of it belongs to one vector of offsets, so that a map and a list beside the counts never show numbers of two moments. ``counties`` is null for
    a county that never reported. In a ``delta`` every member has its new value, and ``children`` and ``counties`` are those that changed.
    """

    figure: Figure
    headline: Figures
    newest: list[Change]
    counties: dict[str, int | None]


_BESIDES = [name for name in LiveCounts.__struct_fields__ if name not in ("children", "counties", "as_of")]


def live_counts(counts: Counts, figure: Figure, headline: Headline, newest: list[Change], counties: dict[str, int | None]) -> LiveCounts:
    """Join the parts of a document. All of them must belong to one vector of offsets."""
    members = {name: getattr(counts, name) for name in Counts.__struct_fields__}
    figures = Figures(headline.all, headline.poor, headline.watch52)
    return LiveCounts(**members, figure=figure, headline=figures, newest=newest, counties=counties)


def difference(before: LiveCounts, after: LiveCounts) -> tuple[Kind, LiveCounts] | None:
    """Return what a subscriber that has ``before`` needs to have ``after``: a delta, or a snapshot where the area has other parts.

    None where no number differs: a new ``as_of`` alone goes out with a heartbeat.
    """
    if [child.code for child in before.children] != [child.code for child in after.children] or before.counties.keys() != after.counties.keys():
        return Kind.SNAPSHOT, after
    children = [new for old, new in zip(before.children, after.children, strict=True) if old != new]
    counties = {code: n for code, n in after.counties.items() if before.counties[code] != n}
    if not children and not counties and all(getattr(before, name) == getattr(after, name) for name in _BESIDES):
        return None
    return Kind.DELTA, msgspec.structs.replace(after, children=children, counties=counties)
