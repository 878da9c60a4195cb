"""What the api shows of the law's ladder in a file: which steps were taken, which may be taken today, and what the others want for."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from services.case.domain.case import Case
from services.case.domain.ladder import Rung, ladder_on
from services.case.domain.law_commands import missing
from services.case.plan_documents import Words
from shared.contracts.case_codes import CaseStanding, LawStep, Role
from shared.contracts.refusal import RefusalCode


class Want(Struct, frozen=True):
    """Why a step may not be taken today: the code and the words with which it would be refused."""

    code: RefusalCode
    detail: str


class LawStepShown(Struct, frozen=True):
    """A step of the ladder. ``shortest``, ``longest``: its term in working days; ``wants``: null where it may be taken today, or was taken."""

    step: LawStep
    title: Words
    article: Words
    certainty: str
    offices: Sequence[str]
    roles: Sequence[Role]
    after: Sequence[LawStep]
    shortest: int
    longest: int
    taken: bool
    wants: Want | None


class LawShown(Struct, frozen=True):
    """The ladder in force. ``term``: the last day of the term of the newest step; null where none was taken in this spell."""

    ladder: int
    term: date | None
    steps: Sequence[LawStepShown]


def law_shown(case: Case, now: CaseStanding, today: date) -> LawShown:
    """Return the ladder as a file stands on it today."""
    ladder, law = ladder_on(today), case.law

    def shown(rung: Rung) -> LawStepShown:
        taken = law is not None and law.has(rung.code)
        refusal = None if taken else missing(now, law, rung, today)
        return LawStepShown(
            rung.code,
            Words(rung.zh, rung.en),
            Words(rung.article_zh, rung.article_en),
            rung.certainty,
            rung.offices,
            rung.roles,
            rung.after,
            rung.shortest,
            rung.longest,
            taken,
            None if refusal is None else Want(refusal.code, refusal.detail),
        )

    return LawShown(ladder.version, law.term if law else None, [shown(rung) for rung in ladder.steps])
