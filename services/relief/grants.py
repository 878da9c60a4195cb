"""Reads grants for the api: one grant, or a page of a list. Raises ``Problem``."""

from collections.abc import Sequence

from services.relief.documents import GrantEntry, GrantFile, GrantList, entry_of, file_of
from services.relief.domain.packed import term_key, unpack
from services.relief.domain.terms import number_of
from shared.clock import china_day
from shared.commands.rebuild_gate import RebuildGate
from shared.commands.record_clock import Now
from shared.contracts.relief import GrantState
from shared.deciding.states.listing import Cursor, Listing
from shared.deciding.states.state_store import StateStore
from shared.http.problems import Problem
from shared.http.unavailable import redis_needed
from shared.log.partitioner import partition_of

_STUDENT = 32
TERM = r"(19|20|21)[0-9]{2}-(spring|autumn)"
GRANT = rf"[0-9a-f]{{32}}-{TERM}"
"""Patterns of a term's name and of a grant's id."""


class Grants:
    """The grants of one generation."""

    def __init__(self, store: StateStore, listing: Listing, gate: RebuildGate, now: Now, *, partitions: int) -> None:
        self._store, self._listing, self._gate, self._now, self._partitions = store, listing, gate, now, partitions

    async def page(self, counties: Sequence[str], states: Sequence[GrantState], *, term: str | None, after: Cursor | None, limit: int) -> GrantList:
        """Return a page of the grants in some counties, which must be in ascending order, and states. ``term``: only grants of that term."""
        await self._gate.check(range(self._partitions))
        kinds = [state.value for state in states]
        first, beyond = (b"", None) if term is None else (term_key(number_of(term)), term_key(number_of(term) + 1))
        with redis_needed():
            today = china_day(await self._now())
            page = await self._listing.page(counties, kinds, after=after, not_below=first, below=beyond, limit=limit)
            found = await self._store.get_all([(entry.partition, entry.state_id) for entry in page.entries])
        among = set(counties)
        grants: list[GrantEntry] = []
        for entry, state in zip(page.entries, found, strict=True):
            # Between the two reads a grant may have entered another list: there it is shown as it is.
            grant = unpack(state).grant_of(int.from_bytes(entry.sort_key))
            if grant is not None and grant.county in among and grant.state in states:
                grants.append(entry_of(entry.state_id.hex(), grant))
        return GrantList(today, grants, str(page.next) if page.next else None)

    async def one(self, grant: "GrantOf") -> GrantFile:
        partition = partition_of(grant.student.encode(), self._partitions)
        with redis_needed():
            state = await self._store.get(partition, bytes.fromhex(grant.student))
        if state is None:
            await self._gate.check((partition,))
        return await grant.document(state)


class GrantOf:
    """The grant of one student and term, as the target of a command (``shared.commands.submit``)."""

    def __init__(self, id_: str) -> None:
        """``id_`` must have the form of a grant's id."""
        self.student, self.term = id_[:_STUDENT], id_[_STUDENT + 1 :]
        self.location = f"/v1/grants/{id_}"

    async def document(self, state: bytes | None) -> GrantFile:
        """Return the grant in this state of its child."""
        kept = unpack(state).kept_of(number_of(self.term))
        if kept is None:
            raise Problem(404, "no-such-grant", "No such grant", "This child was not granted the aid of this term.")
        return file_of(self.student, kept)
