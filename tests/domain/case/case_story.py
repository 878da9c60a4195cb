"""Tests as sentences about a file: ``given(asked, ...).when(asked).then(fact, standing)``.

What is given is asked on successive days from 1 March 2020, and must each make a fact; ``when`` is on the day after the last of
them. A student's fact has the number of its day, so that each is newer than those before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from msgspec.structs import replace

from services.case.domain import (
    flag_commands,
    merged_files,
    office_commands,
    owner_commands,
    place_commands,
    placing,
    plan_commands,
    policy_commands,
    referrals,
)
from services.case.domain.case import INITIAL, Case, evolve
from services.case.domain.plan import planned
from services.case.domain.urgency import kept, tell
from shared.contracts.case import CaseFact
from shared.contracts.case_codes import (
    AttemptMethod,
    AttemptOutcome,
    CaseStanding,
    CaseState,
    ClosingOutcome,
    Corroboration,
    DecliningReason,
    LawStep,
    MetWith,
    PlanChange,
    PlanChangeReason,
    Role,
    Urgency,
)
from shared.contracts.case_commands import (
    CaseCommand,
    ChangePlan,
    CloseAfterReturn,
    CloseForLeave,
    CloseForMerge,
    CloseForRemoval,
    ConfirmClosing,
    CorrectReason,
    CorroborateReturn,
    DeclineClosing,
    FollowVoid,
    JoinCase,
    MoveCase,
    ObserveReturn,
    OpenCase,
    PartCase,
    PlanVisit,
    RecordAttempt,
    RecordStep,
    RestoreCase,
    TakeLawStep,
)
from shared.contracts.case_days import TellUrgency
from shared.contracts.case_owner_commands import OWNER_COMMANDS
from shared.contracts.case_referrals import NoteAnswer
from shared.contracts.flag_commands import ClearFlag, ConfirmFlag, DrawFile, RaiseFlag, RecordRecheck
from shared.contracts.place_commands import AnswerPlace, FreePlace, HoldPlace
from shared.contracts.refusal import Refusal
from shared.contracts.sequence import sequence_of
from shared.contracts.words import Reason, RemovalCode, Status
from tests.domain.case.owner_story import taken_over
from tests.domain.decided import Decided

ZHAOJUE, BUTUO, CHONGMING = "513431", "513429", "310151"
OFFICE, SCHOOL = f"/counties/{ZHAOJUE}", "/schools/2151000001"
PROVINCE, PREFECTURE = "/provinces/51", "/prefectures/513400"
OTHER_ID = "f" * 32
FIRST = date(2020, 3, 1)
THAT_DAY = date.min
"""In a corroboration: the day on which it is recorded."""
NOW = ""
"""In a command: the number of the day on which it is asked."""


def day(n: int) -> date:
    """Return the n-th day of the story, 1 being the first."""
    return FIRST + timedelta(n - 1)


def opened(county: str = ZHAOJUE, reason: Reason | None = Reason.WORK, *, spell: int | None = None, fact: str = NOW) -> OpenCase:
    return OpenCase(fact=fact, county=county, reason=reason, spell=spell)


def back(fact: str = NOW, *, claimant: str | None = PROVINCE, school: str | None = None) -> ObserveReturn:
    return ObserveReturn(fact=fact, claimant=claimant, school=school)


def moved(county: str = BUTUO, *, fact: str = NOW) -> MoveCase:
    return MoveCase(fact=fact, county=county)


def gone() -> tuple[CaseCommand, ...]:
    """The child moved to 布拖, which took its file over: two days of a story."""
    return moved(), taken_over()


def corrected(reason: Reason = Reason.LEARNING, *, fact: str = NOW) -> CorrectReason:
    return CorrectReason(fact=fact, reason=reason)


def removed(code: RemovalCode | None = RemovalCode.DEATH, *, evidence: str | None = None, fact: str = NOW) -> CloseForRemoval:
    return CloseForRemoval(fact=fact, code=code, evidence=evidence)


def on_leave(fact: str = NOW) -> CloseForLeave:
    return CloseForLeave(fact=fact)


def merged(fact: str = NOW, *, student: str = OTHER_ID) -> CloseForMerge:
    return CloseForMerge(fact=fact, student=student)


def joined(
    status: Status = Status.DROPPED_OUT,
    known: Status = Status.DROPPED_OUT,
    *,
    county: str = ZHAOJUE,
    reason: Reason | None = Reason.WORK,
    spells: int = 1,
    student: str = OTHER_ID,
    fact: str = NOW,
) -> JoinCase:
    return JoinCase(fact=fact, student=student, county=county, status=status, reason=reason, known=known, spells=spells)


def parted(
    status: Status = Status.ENROLLED, *, county: str = ZHAOJUE, reason: Reason | None = None, student: str = OTHER_ID, fact: str = NOW
) -> PartCase:
    return PartCase(fact=fact, student=student, county=county, status=status, reason=reason)


def restored(
    status: Status = Status.DROPPED_OUT, *, county: str = ZHAOJUE, reason: Reason | None = Reason.WORK, student: str = OTHER_ID, fact: str = NOW
) -> RestoreCase:
    return RestoreCase(fact=fact, student=student, county=county, status=status, reason=reason)


def voided(county: str = ZHAOJUE, *, out: bool = False, in_school: bool = True, spells: int = 0, fact: str = NOW) -> FollowVoid:
    """A report was taken back: the child is back in school, or out of it."""
    return FollowVoid(fact=fact, county=county, out=out, in_school=in_school and not out, spells=spells, reason=Reason.WORK if out else None)


def attempt(
    office: str = OFFICE,
    *,
    method: AttemptMethod = AttemptMethod.VISIT,
    outcome: AttemptOutcome = AttemptOutcome.PROMISED,
    role: Role | None = Role.TEACHER,
    met: MetWith | None = MetWith.GUARDIAN,
    happened: date | None = None,
    next_: date | None = None,
) -> RecordAttempt:
    return RecordAttempt(office=office, method=method, outcome=outcome, role=role, met=met, happened=happened, next=next_)


def corroborated(
    office: str = SCHOOL,
    *,
    role: Role = Role.TEACHER,
    by: Corroboration = Corroboration.ATTENDANCE,
    happened: date = THAT_DAY,
    evidence: str | None = "KQ/2020-05",
) -> CorroborateReturn:
    return CorroborateReturn(office=office, role=role, by=by, happened=happened, evidence=evidence)


def proposed(office: str = OFFICE, *, role: Role | None = Role.OFFICER, evidence: str | None = "KQ/2019-06") -> CloseAfterReturn:
    return CloseAfterReturn(office=office, outcome=ClosingOutcome.SUSTAINED, role=role, evidence=evidence)


def confirmed(office: str = PREFECTURE, *, role: Role = Role.OFFICER, evidence: str | None = "FH/2020-06") -> ConfirmClosing:
    return ConfirmClosing(office=office, role=role, evidence=evidence)


def declined(
    office: str = PREFECTURE, *, role: Role = Role.OFFICER, because: DecliningReason = DecliningReason.EVIDENCE_INSUFFICIENT
) -> DeclineClosing:
    return DeclineClosing(office=office, role=role, because=because)


def closed() -> tuple[CaseCommand, ...]:
    """Another office than the claimant saw the child, the county's would close the file, and a second confirms it: three days of a story."""
    return corroborated(), proposed(), confirmed()


def step(
    code: str = "visit-home",
    office: str = OFFICE,
    *,
    role: Role = Role.TOWNSHIP_HEAD,
    happened: date = FIRST,
    evidence: str | None = "JF/2020-01",
) -> RecordStep:
    return RecordStep(office=office, role=role, step=code, happened=happened, evidence=evidence)


def plan_change(
    change: PlanChange = PlanChange.LEAVE_OUT,
    code: str | None = "tutor",
    office: str = OFFICE,
    *,
    role: Role = Role.EDUCATION_HEAD,
    because: PlanChangeReason = PlanChangeReason.NOT_NEEDED,
) -> ChangePlan:
    return ChangePlan(office=office, role=role, change=change, because=because, step=code)


def law_step(
    step: LawStep = LawStep.NOTICE,
    office: str = OFFICE,
    *,
    role: Role = Role.EDUCATION_HEAD,
    happened: date = FIRST,
    document: str | None = "FX/2020-01",
    term: date | None = None,
) -> TakeLawStep:
    return TakeLawStep(office=office, role=role, step=step, happened=happened, document=document, term=term)


VISIT = FIRST + timedelta(39)


def plan_visit(on: date = VISIT, office: str = OFFICE, *, role: Role = Role.OFFICER) -> PlanVisit:
    return PlanVisit(office=office, role=role, day=on)


def begun(on: date) -> TellUrgency:
    """A day begins."""
    return TellUrgency(day=on)


def standing(
    state: CaseState,
    due: date | None,
    *,
    county: str = ZHAOJUE,
    reason: Reason | None = Reason.WORK,
    attempts: int = 0,
    urgency: Urgency | None = None,
) -> CaseStanding:
    return CaseStanding(state, county, reason, attempts, due, urgency)


@dataclass(frozen=True)
class Outcome(Decided[CaseFact]):
    """What came of one thing asked of a file."""

    case: Case
    on: date

    def then(self, kind: type[CaseFact], left: CaseStanding) -> CaseFact:
        """It makes a fact of this kind that found the file's standing and left this one; gives the fact."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert type(self.fact) is kind
        assert self.fact.before == self.case.standing
        assert self.fact.after == left
        assert evolve(self.case, self.fact, on=self.on, cause="c").standing == left
        return self.fact


@dataclass(frozen=True)
class Given:
    """A file to which something happened."""

    case: Case
    told: int

    def when(self, asked: CaseCommand, *, on: date | None = None, cause: str = "when") -> Outcome:
        """Ask for one thing more."""
        on = on or day(self.told + 1)
        try:
            return Outcome(judge(self.case, asked, on=on, cause=cause), None, self.case, on)
        except Refusal as refusal:
            return Outcome(None, refusal, self.case, on)


def given(*asked: CaseCommand) -> Given:
    """Start with a file to which all this happened; none: a child that has no file."""
    return Given(told(asked), len(asked))


def told(asked: Sequence[CaseCommand]) -> Case:
    """Return the file after all this, each of which must make a fact."""
    case = INITIAL
    for n, each in enumerate(asked, start=1):
        on = day(n)
        if isinstance(each, CloseAfterReturn) and case.standing is not None and case.standing.due is not None:
            on = max(on, case.standing.due)  # the child must have stayed
        fact = judge(case, each, on=on, cause=f"given-{n}")
        assert fact is not None, f"the story tells nothing with {each}"
        case = evolve(case, fact, on=on, cause=f"given-{n}")
    return case


def judge(case: Case, asked: CaseCommand, *, on: date, cause: str) -> CaseFact | None:
    """Judge anything, as the worker does: a county's office answers for its own county here."""
    fact = kept(case.standing, _judged(case, asked, on=on, cause=cause))
    return placing.kept(case.standing, fact, school=asked.school if isinstance(asked, ObserveReturn) else None)


def _judged(case: Case, asked: CaseCommand, *, on: date, cause: str) -> CaseFact | None:
    if isinstance(asked, TellUrgency):
        return tell(case.standing, asked)
    if isinstance(asked, RecordAttempt | PlanVisit | TakeLawStep | CorroborateReturn | CloseAfterReturn | ConfirmClosing | DeclineClosing):
        of = {ZHAOJUE, BUTUO} if asked.office in (PREFECTURE, PROVINCE) else {asked.office.removeprefix("/counties/")}
        asked = replace(asked, happened=on) if isinstance(asked, CorroborateReturn) and asked.happened == THAT_DAY else asked
        return office_commands.decide(case, asked, on=on, cause=cause, answers_for=of)
    if isinstance(asked, MoveCase):
        return owner_commands.move(case, numbered(asked, on), on=on, same_office={asked.county})  # type: ignore[arg-type]  # of the same type
    if isinstance(asked, OWNER_COMMANDS):
        of = {ZHAOJUE, BUTUO} if getattr(asked, "office", "") in (PREFECTURE, PROVINCE) else {getattr(asked, "office", "").removeprefix("/counties/")}
        return owner_commands.decide(case, numbered(asked, on), on=on, cause=cause, answers_for=of)  # type: ignore[arg-type]  # one of these
    if isinstance(asked, RaiseFlag | ClearFlag | ConfirmFlag | DrawFile | RecordRecheck):
        of = {asked.office.removeprefix("/counties/")} if asked.office.startswith(("/counties/", "/schools/")) else {ZHAOJUE, BUTUO}
        asked = replace(asked, happened=on) if isinstance(asked, RecordRecheck) and asked.happened == THAT_DAY else asked
        return flag_commands.decide(case, asked, on=on, cause=cause, answers_for=of)
    if isinstance(asked, HoldPlace | FreePlace | AnswerPlace):
        of = {getattr(asked, "office", "").removeprefix("/counties/")}
        return place_commands.decide(case, asked, on=on, cause=cause, answers_for=of)
    if isinstance(asked, NoteAnswer):
        return referrals.decide(case.standing, case.referral, asked)
    if isinstance(asked, RecordStep | ChangePlan):
        return plan_commands.decide(case, asked, on=on, cause=cause, answers_for={asked.office.removeprefix("/counties/")})
    return planned(case.plan, case.history, _followed(case, asked, on), on=on)


def _followed(case: Case, asked: CaseCommand, on: date) -> CaseFact | None:
    if isinstance(asked, CloseForMerge | JoinCase | PartCase | RestoreCase):
        return merged_files.decide(case, numbered(asked, on), on=on)  # type: ignore[arg-type]  # of the same type
    return policy_commands.decide(case, numbered(asked, on), on=on)  # type: ignore[arg-type]  # all others follow from facts


def numbered(asked: CaseCommand, on: date) -> CaseCommand:
    """Give a policy's command the number of its day, if it has none."""
    if isinstance(asked, CorroborateReturn | RecordRecheck) and asked.happened == THAT_DAY:
        return replace(asked, happened=on)
    if getattr(asked, "fact", None) != NOW:
        return asked
    fields = {name: getattr(asked, name) for name in asked.__struct_fields__}
    return type(asked)(**fields | {"fact": sequence_of(on.toordinal(), 0)})


def number(n: int) -> str:
    """Return the number of a student's fact of the n-th day."""
    return sequence_of(day(n).toordinal(), 0)


STORIES: dict[str, tuple[CaseCommand, ...]] = {
    "—": (),
    "open": (opened(),),
    "persuading": (opened(), attempt()),
    "returned": (opened(), attempt(), back()),
    "corroborated": (opened(), back(), corroborated()),
    "closing": (opened(), back(), corroborated(), proposed()),
    "closed": (opened(), back(), *closed()),
    "closed by removal": (opened(), removed()),
    "closed by leave": (opened(), on_leave()),
    "closed by merge": (opened(), attempt(), merged()),
}
"""How a file comes to each state."""
