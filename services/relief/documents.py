"""What the api shows of grants."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from services.relief.domain.grant import TermsGrant
from services.relief.domain.timeline import Happening, happenings_of
from shared.contracts.relief import Grant, GrantState, Scheme
from shared.contracts.words import Stage


class GrantEntry(Struct, frozen=True):
    """A grant as lists show it. ``id``: the student's and the term; ``fen``: what is due, or was paid, for the term."""

    id: str
    student: str
    term: str
    scheme: Scheme
    state: GrantState
    county: str
    stage: Stage
    boarder: bool
    fen: int


class Payment(Struct, frozen=True):
    """By which payment a grant was paid, and on which day."""

    reference: str
    day: date


class GrantFile(GrantEntry, frozen=True):
    """A grant and what became of it, oldest first; of a very long history the newest part. ``paid`` is null until it is."""

    paid: Payment | None
    history: Sequence[Happening]


class GrantList(Struct, frozen=True):
    """A page of grants, by county, term and student. ``next``: the ``after`` of the page that follows.

    A page may have fewer grants than were asked for, or none, though others follow: only where ``next`` is null none do.
    """

    today: date
    grants: Sequence[GrantEntry]
    next: str | None


class StudentGrants(Struct, frozen=True):
    """All grants of a child that are kept, the newest term first. ``county``: where the newest of them counts."""

    student: str
    county: str
    grants: Sequence[GrantEntry]


def entry_of(student: str, grant: Grant) -> GrantEntry:
    """Return a grant as a list shows it."""
    return GrantEntry(*_fields(student, grant))


def file_of(student: str, kept: TermsGrant) -> GrantFile:
    """Return a grant with its history."""
    history = happenings_of(kept.history)
    paid = Payment(kept.reference, history[-1].day) if kept.grant.state is GrantState.PAID else None
    return GrantFile(*_fields(student, kept.grant), paid, history)


def _fields(student: str, grant: Grant) -> tuple[str, str, str, Scheme, GrantState, str, Stage, bool, int]:
    id_ = f"{student}-{grant.term}"
    return id_, student, grant.term, grant.scheme, grant.state, grant.county, grant.stage, grant.boarder, grant.fen
