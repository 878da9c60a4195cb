"""What of the law's ladder was done for a child in this spell, and how facts change it."""

from datetime import date

from msgspec import Struct

from services.case.domain.ladder import PLACE
from shared.contracts.case import CaseFact
from shared.contracts.case_codes import LawStep
from shared.contracts.case_offices import CaseLawStepTaken


class Law(Struct, frozen=True, gc=False):
    """The steps of the law that were taken in this spell, a bit each; the day of the newest, and the last day of its term."""

    taken: int
    newest: date
    term: date

    def has(self, step: LawStep) -> bool:
        """Return whether a step was taken."""
        return bool(self.taken >> PLACE[step] & 1)


def law_after(law: Law | None, fact: CaseFact) -> Law | None:
    """Return what of the law was done after a fact. A spell in which nobody tried to persuade has nothing of it: there it begins anew."""
    if type(fact) is CaseLawStepTaken:
        return Law((law.taken if law else 0) | 1 << PLACE[fact.step], fact.happened, fact.term)
    return law if fact.after.attempts else None
