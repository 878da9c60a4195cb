"""Lists transfers of which only one side spoke, by the county that lost the child and by the one that has it. Raises ``Problem``."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from services.enrolment.domain.packed import transfers_of
from services.enrolment.domain.timeline import time_of
from services.enrolment.domain.transfers import Side, Transfer, county_of, side_of, sort_key
from shared.commands.rebuild_gate import RebuildGate
from shared.deciding.states.listing import Cursor, Entry, Listing
from shared.deciding.states.state_store import StateStore
from shared.http.unavailable import redis_needed


class OpenTransfer(Struct, frozen=True):
    """A transfer without its other half. ``since``: when the child came to ``to_county``, as that reported."""

    student: str
    from_county: str
    to_county: str
    since: datetime


class TransferList(Struct, frozen=True):
    """A page of transfers, by county and moment. ``next``: the ``after`` of the page that follows.

    A transfer leaves the list when the county that lost the child reports that it departed. A page may have fewer transfers than were
    asked for, or none, though others follow: only where ``next`` is null none do.
    """

    transfers: Sequence[OpenTransfer]
    next: str | None


class Transfers:
    """The lists of one generation of states."""

    def __init__(self, store: StateStore, listing: Listing, gate: RebuildGate, *, partitions: int) -> None:
        self._store, self._listing, self._gate, self._partitions = store, listing, gate, partitions

    async def page(self, counties: Sequence[str], sides: Sequence[Side], *, after: Cursor | None, limit: int) -> TransferList:
        """Return the transfers of these counties, in ascending order, and sides.

        Where both of its counties and both sides are asked for, a transfer stands with the county that lost the child.
        """
        await self._gate.check(range(self._partitions))
        with redis_needed():
            page = await self._listing.page(counties, list(sides), after=after, below=None, limit=limit)
            states = await self._store.get_all([(entry.partition, entry.state_id) for entry in page.entries])
        among, shown = set(counties), list[OpenTransfer]()
        for entry, state in zip(page.entries, states, strict=True):
            # Between the two questions a transfer may have met its other half.
            for each in transfers_of(state):
                if _stands_for(entry, each, among) and not (side_of(entry.sort_key) is Side.GAINED and Side.LOST in sides and each.lost in among):
                    shown.append(OpenTransfer(entry.state_id.hex(), each.lost, each.has, time_of(each.moment)))
        return TransferList(shown, str(page.next) if page.next else None)


def _stands_for(entry: Entry, transfer: Transfer, among: set[str]) -> bool:
    side = side_of(entry.sort_key)
    return entry.sort_key == sort_key(transfer, side) and county_of(transfer, side) in among
