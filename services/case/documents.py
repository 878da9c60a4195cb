"""What the api shows of files."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import asdict

from services.case.domain.case import Case
from services.case.domain.entries import Happening
from services.case.domain.timeline import happenings_of
from services.case.flag_documents import DrawShown, FlagShown, draws_shown, flags_shown
from services.case.law_documents import LawShown, law_shown
from services.case.owner_documents import (
    AnswersShown,
    ChainShown,
    HandOverShown,
    UnownedShown,
    answers_shown,
    chain_shown,
    hand_over_shown,
    unowned_shown,
)
from services.case.place_documents import PlacesShown, places_shown
from services.case.plan_documents import PlanShown, plan_shown
from shared.contracts.case_codes import CaseStanding, CaseState, Urgency
from shared.contracts.words import Reason


class CaseEntry(Struct, frozen=True):
    """A file as lists show it. ``id`` is the student's; ``county``: the one that answers; ``due``: the day of the next step, null once it is closed.

    ``urgency``: what was told of that day when a day began, null where nothing was. ``hand_over``: null where the file is on its way to no other
    county; ``unowned``: null where it is somebody's.
    """

    id: str
    state: CaseState
    county: str
    reason: Reason | None
    attempts: int
    due: date | None
    overdue: bool
    urgency: Urgency | None
    answers: AnswersShown
    hand_over: HandOverShown | None
    unowned: UnownedShown | None


class ReturnShown(Struct, frozen=True):
    """A return: since when, and which offices claimed it, corroborated it, and would close the file."""

    since: date
    claimant: str | None
    corroborated_by: str | None
    proposed_by: str | None


class CaseFile(CaseEntry, frozen=True):
    """A file, the chain of those who answer, the plan of its child, where it stands by the law, hints at a return on paper, and draws for re-check.

    ``places``: those in the school that the plan names, null where it names none.

    ``history``: what happened to it, oldest first; of a very long one the newest part.
    """

    chain: ChainShown
    back: ReturnShown | None
    plan: PlanShown
    places: PlacesShown | None
    law: LawShown
    flags: Sequence[FlagShown]
    draws: Sequence[DrawShown]
    history: Sequence[Happening]


class CaseList(Struct, frozen=True):
    """A page of files, by county and then by the day that is due. ``next``: the ``after`` of the page that follows."""

    today: date
    cases: Sequence[CaseEntry]
    next: str | None


def entry_of(student: str, case: Case, now: CaseStanding, today: date) -> CaseEntry:
    """Return a file as a list shows it."""
    return CaseEntry(
        student,
        now.state,
        now.county,
        now.reason,
        now.attempts,
        now.due,
        now.due is not None and now.due < today,
        now.urgency,
        answers_shown(case, today),
        hand_over_shown(case, today),
        unowned_shown(case, today),
    )


def file_of(student: str, case: Case, now: CaseStanding, today: date) -> CaseFile:
    """Return a file as a list shows it, with its plan, its history, and what else is shown of one alone."""
    return CaseFile(
        **asdict(entry_of(student, case, now, today)),
        chain=chain_shown(case, now, today),
        back=None if (back := case.back) is None else ReturnShown(back.since, back.claimant, back.corroborated_by, back.proposed_by),
        plan=plan_shown(case, now, today),
        places=places_shown(case),
        law=law_shown(case, now, today),
        flags=flags_shown(case.flags),
        draws=draws_shown(case),
        history=happenings_of(case.history),
    )
