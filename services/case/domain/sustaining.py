"""A child that is said to be back: who claimed it, who corroborated it, and who would close the file; and how facts change that."""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from shared.contracts.case import CaseFact, CasePutUnderObservation
from shared.contracts.case_codes import CaseState
from shared.contracts.case_offices import CaseClosingDeclined, CaseClosingProposed, CaseReturnCorroborated
from shared.contracts.flags import CaseRechecked
from shared.contracts.oversight_codes import Finding

BACK = frozenset({CaseState.RETURNED, CaseState.CLOSING})
"""The states of a child that is back, and whose file is not closed."""


class Return(Struct, frozen=True, gc=False):
    """A return since a day, with the offices that said something of it; None of each that did not, or is not known."""

    since: date
    claimant: str | None = None
    corroborated_by: str | None = None
    proposed_by: str | None = None


def return_after(found: Return | None, fact: CaseFact, *, on: date) -> Return:
    """Return what is known of a return after a fact of a day that leaves the child back, and the file not closed."""
    if type(fact) is CasePutUnderObservation:
        return Return(on, fact.claimant)
    back = found or Return(on)
    match fact:
        case CaseReturnCorroborated():
            return replace(back, corroborated_by=fact.office)
        case CaseClosingProposed():
            return replace(back, proposed_by=fact.office)
        case CaseClosingDeclined():
            return replace(back, corroborated_by=None, proposed_by=None)
        case CaseRechecked(finding=Finding.NOT_IN_SCHOOL):
            # What was seen before that day shows nothing any more.
            return Return(fact.happened, fact.claimant)
        case _:
            return back
