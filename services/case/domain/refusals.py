"""The refusals of commands to a file. A decision raises one before any fact exists; a refused command leaves no state."""

from collections.abc import Sequence
from datetime import date

from shared.contracts.case_codes import CaseState, LawStep, MetWith, Role
from shared.contracts.refusal import Refusal, RefusalCode


class CaseUnknown(Refusal):
    """The child has no file: nobody ever reported that it is out of school."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.UNKNOWN_CASE, "subject", "there is no file of this child")


class NotYourCounty(Refusal):
    """Another county's office is responsible for the file."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_YOUR_COUNTY, "data.office", "only the office of the county that the file counts in may do this")


class NotAllowedIn(Refusal):
    """The file's state does not allow it."""

    def __init__(self, state: CaseState, rule: str) -> None:
        """``rule``: what would have to be so."""
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "type", f"the file is {state}: {rule}")


class NextStepInPast(Refusal):
    """The next step is to be before the attempt that it follows on."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.MALFORMED, "data.next", "the next step is on the day of the attempt or later")


class NextStepTooFar(Refusal):
    """Nobody may put a file off for so long."""

    def __init__(self, days: int) -> None:
        """``days``: so many at most."""
        super().__init__(RefusalCode.FUTURE_DATED, "data.next", f"the next step is at most {days} days after the attempt")


class VisitInPast(Refusal):
    """A visit is planned for a day that is over."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.MALFORMED, "data.day", "a visit is planned for today or later")


class VisitTooFar(Refusal):
    """Nobody may plan a visit for so late."""

    def __init__(self, days: int) -> None:
        """``days``: so many at most."""
        super().__init__(RefusalCode.FUTURE_DATED, "data.day", f"a visit is planned for at most {days} days from today")


class MetMissing(Refusal):
    """An attempt says whom somebody met."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.MALFORMED, "data.met", f"it must say whom they met: {', '.join(MetWith)}")


class MetOtherwise(Refusal):
    """Whom somebody met does not agree with what it came to."""

    def __init__(self, rule: str) -> None:
        """``rule``: how."""
        super().__init__(RefusalCode.MALFORMED, "data.met", rule)


class ClaimantMayNot(Refusal):
    """Whoever claimed a return does not corroborate it."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.SECOND_OFFICE_NEEDED, "data.office", "this office claimed the return: another one has to know of it")


class HappenedBeforeReturn(Refusal):
    """What was before the return shows nothing of it."""

    def __init__(self, day: date) -> None:
        """``day``: of the return."""
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "data.happened", f"the child is back since {day}: what was before shows nothing of it")


class CorroborationEvidenceMissing(Refusal):
    """Nobody corroborates on their word alone."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.MALFORMED, "data.evidence", "it must refer to what shows that the child is in school")


class CorroborationMissing(Refusal):
    """Nobody but the claimant knows that the child is in school."""

    def __init__(self) -> None:
        rule = "another office than the one that claimed the return has to corroborate it first"
        super().__init__(RefusalCode.CORROBORATION_MISSING, "type", rule)


class UnderObservation(Refusal):
    """The child was not in the seat for long enough."""

    def __init__(self, until: date) -> None:
        """``until``: the last day of the observation."""
        super().__init__(RefusalCode.TERM_RUNNING, "type", f"the child is under observation until {until}")


class SecondOfficeNeeded(Refusal):
    """Whoever would close a file does not confirm it."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.SECOND_OFFICE_NEEDED, "data.office", "this office would close the file: another office or level has to speak")


class ClosingEvidenceMissing(Refusal):
    """The second office looks for itself."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.MALFORMED, "data.evidence", "it must refer to what the second office looked at itself")


class EvidenceMissing(Refusal):
    """Nobody closes a file on their word alone."""

    def __init__(self) -> None:
        rule = "it must refer to what shows that the child stayed: an attendance roll, the record of a visit"
        super().__init__(RefusalCode.MALFORMED, "data.evidence", rule)


class StepUnknown(Refusal):
    """The plan has no such step."""

    def __init__(self, rule: str) -> None:
        """``rule``: which steps there are."""
        super().__init__(RefusalCode.MALFORMED, "data.step", rule)


NOT_FAMILY = tuple(role for role in Role if role is not Role.PARENT)
"""The roles of all who act for an office."""


class RoleMayNot(Refusal):
    """Somebody of this role does not do this."""

    def __init__(self, roles: Sequence[Role]) -> None:
        """``roles``: who does."""
        super().__init__(RefusalCode.MALFORMED, "data.role", f"this is done by: {', '.join(roles)}")


class PlanForbids(Refusal):
    """What became of the plan's steps does not allow it."""

    def __init__(self, rule: str) -> None:
        """``rule``: why."""
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "data.step", rule)


class OfficeMayNot(Refusal):
    """An office of this kind does not do this."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.MALFORMED, "data.office", "this step is taken by the office of a county")


class LawStepTaken(Refusal):
    """Each step of the law is taken once a spell."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "data.step", "the step was taken before, in this spell")


class EarlierStepMissing(Refusal):
    """The law has other steps first."""

    def __init__(self, steps: Sequence[LawStep]) -> None:
        """``steps``: those that are missing."""
        super().__init__(RefusalCode.EARLIER_STEP_MISSING, "data.step", f"these steps come first: {', '.join(steps)}")


class AttemptsMissing(Refusal):
    """The law asks for persuasion first."""

    def __init__(self, number: int) -> None:
        """``number``: so many attempts."""
        super().__init__(RefusalCode.ATTEMPTS_MISSING, "data.step", f"so many attempts come first: {number}")


class TermRunning(Refusal):
    """The guardians still have time to comply."""

    def __init__(self, until: date) -> None:
        """``until``: the last day of the term."""
        super().__init__(RefusalCode.TERM_RUNNING, "data.happened", f"the term of the step before runs until {until}")


class StepBeforeLater(Refusal):
    """A step does not happen before the one that it follows on."""

    def __init__(self, day: date) -> None:
        """``day``: of the step before."""
        super().__init__(RefusalCode.MALFORMED, "data.happened", f"the step before happened later: on {day}")


class TermNotAllowed(Refusal):
    """The law's ladder has another term."""

    def __init__(self, first: date, last: date) -> None:
        """``first``, ``last``: between which days it may end."""
        super().__init__(RefusalCode.MALFORMED, "data.term", f"the term is {first} to {last}")


class DocumentMissing(Refusal):
    """Each step of the law is a document."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.MALFORMED, "data.document", "it must refer to the document that was written: its number")


class HappenedInFuture(Refusal):
    """What was done was done by today."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.FUTURE_DATED, "data.happened", "what was done happened by today")


class HappenedLongAgo(Refusal):
    """Nobody records what happened so long ago."""

    def __init__(self, days: int) -> None:
        """``days``: so many at most."""
        super().__init__(RefusalCode.MALFORMED, "data.happened", f"what was done is recorded at most {days} days after it happened")


class StepEvidenceMissing(Refusal):
    """Nobody ticks off a step on their word alone."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.MALFORMED, "data.evidence", "it must refer to what the step has to show, as the plan says")
