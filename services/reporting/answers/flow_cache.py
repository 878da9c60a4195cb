"""Days of flows for many screens: added up once for all who ask for them within a second.

To add up the days of the nation takes some tens of milliseconds. Screens ask again after every change, and while a nation
reports there is no end of changes. What they are given says by its own vector and age which part of the record it is of.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from services.reporting.answers.current_view import Showing
from services.reporting.answers.documents import AsOf, Flows
from services.reporting.answers.flows import flows_of
from shared import clock

REST = 1.0
"""Seconds for which days are told again though there is news of them."""
MOST = 64
"""Different questions whose answers are kept; one of the nation is 70 kB."""


class _Told(NamedTuple):
    offsets: dict[str, int]
    at: float
    flows: "asyncio.Task[Flows]"


class SharedFlows:
    """Gives the flows of areas, of one vector of offsets each."""

    def __init__(self, showing: Showing, *, now: Callable[[], float] = clock.seconds) -> None:
        """Know what is shown; nothing is added up yet."""
        self._showing, self._now = showing, now
        self._told: OrderedDict[tuple[str, str | None, str | None], _Told] = OrderedDict()

    async def tell(self, area: str, first: str | None, last: str | None) -> Flows:
        """Give an area's flows on the days from ``first`` to ``last``. Raises ``Problem``, as ``flows_of`` does."""
        key, as_of = (area, first, last), self._showing.as_of()
        told = self._told.get(key)
        if told is None or (told.offsets != as_of.offsets and self._now() - told.at >= REST):
            adding = asyncio.create_task(asyncio.to_thread(flows_of, self._showing.frozen(), area, first, last, as_of))
            told = self._told[key] = _Told(as_of.offsets, self._now(), adding)
        self._told.move_to_end(key)
        while len(self._told) > MOST:
            self._told.popitem(last=False)
        try:
            flows = await asyncio.shield(told.flows)
        except Exception:
            self._told.pop(key, None)  # a refusal is no answer to keep, and there are more strange areas than room
            raise
        return msgspec.structs.replace(flows, as_of=as_of if told.offsets == as_of.offsets else self._older(flows.as_of, told.at))

    def _older(self, as_of: AsOf, since: float) -> AsOf:
        return msgspec.structs.replace(as_of, lag_seconds=round(as_of.lag_seconds + self._now() - since, 3))
