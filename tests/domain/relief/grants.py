"""Tests of relief as sentences: ``given(("2019-09-02", in_school)).when("2019-11-05", dropped_out).then(AidSuspended, ...)``.

What is given must each make a fact. Each command of a policy follows from a student's fact of its own, numbered as told.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec.structs import replace

from services.relief.domain import referrals
from services.relief.domain.grant import INITIAL, Pupil, evolve
from services.relief.domain.office_commands import OfficeCommand
from services.relief.domain.office_commands import decide as decide_office_command
from services.relief.domain.policy_commands import PolicyCommand
from services.relief.domain.policy_commands import decide as decide_policy_command
from shared.contracts.refusal import Refusal
from shared.contracts.relief import (
    BeginTerm,
    Eligibility,
    EndGrant,
    FollowingCommand,
    Grant,
    GrantState,
    GrantTermsAid,
    KeepGrant,
    MoveGrant,
    PayGrant,
    ReliefFact,
    RestoreGrant,
    ResumeGrant,
    Scheme,
    SetBoarding,
    SuspendGrant,
)
from shared.contracts.relief_referrals import AnswerReferral, NoteHousehold
from shared.contracts.sequence import sequence_of
from shared.contracts.words import Stage
from tests.domain.decided import Decided

ZHAOJUE, BUTUO = "513431", "513429"
"""Two counties of 凉山."""

OFFICE, OTHER_OFFICE = f"/counties/{ZHAOJUE}", f"/counties/{BUTUO}"
AUTUMN, SPRING = "2019-autumn", "2020-spring"

_NUMBERED = "numbered when told"
_said = {"fact": _NUMBERED, "county": ZHAOJUE, "stage": Stage.JUNIOR, "poor": True}

in_school = GrantTermsAid(**_said)  # type: ignore[arg-type]  # as the three below: words of one kind
dropped_out = SuspendGrant(**_said)  # type: ignore[arg-type]
returned = ResumeGrant(**_said)  # type: ignore[arg-type]
lifted = KeepGrant(**{**_said, "poor": False})  # type: ignore[arg-type]
left = EndGrant(**_said)  # type: ignore[arg-type]
moved = MoveGrant(**{**_said, "county": BUTUO}, in_school=True)  # type: ignore[arg-type]
moved_while_out = replace(moved, in_school=False)
restored = RestoreGrant(**_said, in_school=True)  # type: ignore[arg-type]
restored_while_out = replace(restored, in_school=False)

noted = NoteHousehold(**_said)  # type: ignore[arg-type]  # as above
not_poor = replace(noted, poor=False)
referred = AnswerReferral(asked="step-1", referral=sequence_of(1, 0))

begun = BeginTerm(AUTUMN)
boards = SetBoarding(office=OFFICE, term=AUTUMN, boarder=True)
paid = PayGrant(office=OFFICE, term=AUTUMN, reference="ZF/2019-0001", day=date(2019, 10, 15), fen=31_250)

Command = PolicyCommand | OfficeCommand | AnswerReferral
Told = tuple[str, Command]


def changed(asked: Any, **fields: Any) -> Any:
    """Return what is asked for with other values in these fields."""
    return replace(asked, **fields)


def grant(state: GrantState = GrantState.DUE, county: str = ZHAOJUE, fen: int = 31_250, *, term: str = AUTUMN, boarder: bool = False) -> Grant:
    """Return a grant like those of the stories: of a junior pupil."""
    return Grant(state, county, Scheme.LIVING_SUBSIDY, term, Stage.JUNIOR, boarder, fen)


def eligible(county: str = ZHAOJUE, stage: Stage = Stage.JUNIOR, since: str = AUTUMN) -> Eligibility:
    """Return what is known of a child that the next term brings aid."""
    return Eligibility(county, stage, since)


@dataclass(frozen=True)
class Outcome(Decided[ReliefFact]):
    """What came of one command."""

    pupil: Pupil
    on: date
    cause: str

    def then(self, kind: type[ReliefFact], before: Grant | None, after: Grant | None) -> ReliefFact:
        """It makes a fact of this type, about this grant; gives the fact."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert type(self.fact) is kind
        assert (self.fact.before, self.fact.after) == (before, after)
        return self.fact

    @property
    def left(self) -> Pupil:
        """The child after it."""
        return self.pupil if self.fact is None else evolve(self.pupil, self.fact, on=self.on, cause=self.cause)


@dataclass(frozen=True)
class Given:
    """A child of whom some things were told."""

    pupil: Pupil
    told: int

    def when(self, day: str, asked: Command, *, cause: str | None = None, following: int | None = None) -> Outcome:
        """Ask for one more thing: ``cause``, the command's id, ``following``, the number of the student's fact, are new unless given."""
        n, on = self.told + 1, date.fromisoformat(day)
        cause = cause or f"command-{n}"
        try:
            return Outcome(decided(self.pupil, numbered(asked, following or n), on=on, cause=cause), None, self.pupil, on, cause)
        except Refusal as refusal:
            return Outcome(None, refusal, self.pupil, on, cause)


def given(*story: Told) -> Given:
    """Start with a child of whom this was told, in this order; each must make a fact. Nothing: a child never heard of."""
    so_far = Given(INITIAL, 0)
    for day, asked in story:
        outcome = so_far.when(day, asked)
        assert outcome.fact is not None, f"the story tells nothing with {asked}: {outcome.refusal}"
        so_far = Given(outcome.left, so_far.told + 1)
    return so_far


def numbered(asked: Command, n: int) -> Command:
    """Let a policy's command follow from the n-th fact of the student."""
    return replace(asked, fact=sequence_of(n, 0)) if isinstance(asked, FollowingCommand) else asked


def decided(pupil: Pupil, asked: Command, *, on: date, cause: str) -> ReliefFact | None:
    """Judge a command as the worker does."""
    if isinstance(asked, FollowingCommand):
        return decide_policy_command(pupil, asked, on=on)
    if isinstance(asked, AnswerReferral):
        return referrals.decide(pupil, asked, on=on)
    return decide_office_command(pupil, asked, on=on, cause=cause, answers_for=(asked.office or "").removeprefix("/counties/").split())
