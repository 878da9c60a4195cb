"""A cache of flows: the days of an area are added up once for all screens that ask within a second.

To add up the days of the nation takes some tens of milliseconds. Screens ask again after every change, and while a nation reports the
changes do not end. The ``as_of`` of an answer names the part of the record that it belongs to, and its age.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from services.reporting.answers.current_view import CurrentView
from services.reporting.answers.documents import AsOf, Flows
from services.reporting.answers.flows import flows_of
from shared import clock

FRESH_SECONDS = 1.0
"""Seconds for which an entry is answered again although the counts have changed."""
MOST = 64
"""Entries that are kept; one of the nation is 70 kB."""


class _Entry(NamedTuple):
    offsets: dict[str, int]
    at: float
    flows: "asyncio.Task[Flows]"


class FlowCache:
    """The flows of areas, each answer at one vector of offsets."""

    def __init__(self, current: CurrentView, *, now: Callable[[], float] = clock.seconds) -> None:
        self._current, self._now = current, now
        self._entries: OrderedDict[tuple[str, str | None, str | None], _Entry] = OrderedDict()

    async def get(self, area: str, first: str | None, last: str | None) -> Flows:
        """Return an area's flows on the days from ``first`` to ``last``. Raises ``Problem``, as ``flows_of`` does."""
        key, as_of = (area, first, last), self._current.as_of()
        entry = self._entries.get(key)
        if entry is None or (entry.offsets != as_of.offsets and self._now() - entry.at >= FRESH_SECONDS):
            adding = asyncio.create_task(asyncio.to_thread(flows_of, self._current.frozen(), area, first, last, as_of))
            entry = self._entries[key] = _Entry(as_of.offsets, self._now(), adding)
        self._entries.move_to_end(key)
        while len(self._entries) > MOST:
            self._entries.popitem(last=False)
        try:
            flows = await asyncio.shield(entry.flows)
        except Exception:
            self._entries.pop(key, None)  # a refusal is not kept: there are more unknown areas than entries
            raise
        return msgspec.structs.replace(flows, as_of=as_of if entry.offsets == as_of.offsets else self._older(flows.as_of, entry.at))

    def _older(self, as_of: AsOf, since: float) -> AsOf:
        return msgspec.structs.replace(as_of, lag_seconds=round(as_of.lag_seconds + self._now() - since, 3))
