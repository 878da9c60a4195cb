"""Previews a report that two ids are one child: reads the states of both, and changes nothing. Raises ``Problem``."""

from collections.abc import Container, Set

from msgspec import Struct

from services.enrolment.domain.merge_preview import MergePreview, preview
from services.enrolment.domain.packed import unpack
from services.enrolment.domain.senders import Provinces
from services.enrolment.domain.state import INITIAL
from shared.commands.instructions import Form
from shared.commands.rebuild_gate import RebuildGate
from shared.contracts.words import StudentId
from shared.deciding.states.state_store import StateStore
from shared.events.envelope import Source
from shared.http.callers import not_your_office
from shared.http.problems import Problem
from shared.http.unavailable import redis_needed
from shared.log.partitioner import partition_of


class AskedPreview(Struct, frozen=True, forbid_unknown_fields=True):
    """The report that might be sent: its ``subject`` is one child with ``student``. ``source``: who would send it; left out: whoever may."""

    subject: StudentId
    student: StudentId
    source: Source | None = None


FORM = Form(AskedPreview)
"""How a body is read."""


class MergePreviews:
    """The previews over one generation of states."""

    def __init__(self, store: StateStore, gate: RebuildGate, provinces: Provinces, *, partitions: int) -> None:
        self._store, self._gate, self._provinces, self._partitions = store, gate, provinces, partitions

    async def of(self, body: bytes, *, offices: Container[str], counties: Set[str]) -> MergePreview:
        """Return the preview that a body asks for. The two states need not be of one instant.

        ``offices``: in whose name the caller may report; ``counties``: where it may see children. A child elsewhere is shown as one never heard of.
        """
        asked = FORM.read(body)
        if asked.source is not None and asked.source not in offices:
            raise not_your_office("source")
        if asked.subject == asked.student:
            rule = "student must be another id than subject: the other one of the same child"
            raise Problem(422, "malformed", "A field breaks a rule", rule, more={"code": "malformed", "field": "student"})
        ids = (asked.subject, asked.student)
        places = [partition_of(each.encode(), self._partitions) for each in ids]
        await self._gate.check(sorted(set(places)))
        with redis_needed():
            states = await self._store.get_all([(place, bytes.fromhex(each)) for place, each in zip(places, ids, strict=True)])
        child, other = (known if known.county in counties else INITIAL for known in map(unpack, states))
        return preview(asked.subject, child, asked.student, other, asked.source, self._provinces)
