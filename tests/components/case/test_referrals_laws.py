"""Case and relief hear each other: whatever is reported, referred, lost and published again, each referral has the answer that relief gave last."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.case.decider import CaseDecider
from services.case.domain.packed import unpack as unpack_file
from services.case.domain.stored_numbers import digest_of
from services.case.policies import CasePolicies
from services.relief.decider import ReliefDecider
from services.relief.domain.packed import unpack as unpack_pupil
from services.relief.policies import ReliefPolicies
from shared.contracts.case_codes import Role
from shared.contracts.case_offices import CaseStepDone
from shared.contracts.case_referrals import CaseReferralAnswered
from shared.contracts.relief_referrals import REFERRAL_STEP, ReferralAnswer, ReferralAnswered
from shared.contracts.services import CASE, RELIEF
from shared.events.codec import read_fact
from tests.components.case.case_desk import asked
from tests.components.enrolment.test_same_as_laws import COUNTIES
from tests.components.enrolment.two_writers import PARTITIONS, Enrolment, id_in
from tests.components.shared.hearing_service import HearingService
from tests.components.shared.office_desk import at
from tests.domain.case.case_story import step

CHILDREN = (id_in(0), id_in(0, 1), id_in(1))
FIRST_DAY = 2
law = settings(max_examples=120, deadline=None)


class World:
    """Enrolment, case and relief. Whatever is told happens a day after what was told before."""

    def __init__(self) -> None:
        self.enrolment = Enrolment()
        self.case = HearingService(self.enrolment, CaseDecider(), CasePolicies())
        self.relief = HearingService(self.enrolment, ReliefDecider(), ReliefPolicies())
        self.case.beside[RELIEF.source] = self.relief
        self.relief.beside[CASE.source] = self.case
        self._told = FIRST_DAY

    def report(self, child: str, type_: str, data: dict[str, Any]) -> None:
        self.enrolment.send(child, type_, f"{self._next()}T08:00:00+08:00", data, id_=f"report{self._told}")

    def void(self, child: str, back: int) -> None:
        """Take back a report of the child, counted from the last day on."""
        self.report(child, "voided", {"id": f"report{self._told - back}"})

    def refer(self, child: str) -> None:
        day = self._next()
        for code in ("visit-home", REFERRAL_STEP):
            done = step(code, role=Role.PRINCIPAL, happened=at(day).date())
            self.case.ask(child, asked(done, child=child, time=at(day), id_=f"{code}-{self._told}"))

    def settle(self) -> None:
        self.enrolment.settle()
        while self.case.step() or self.relief.step():
            pass

    def facts(self) -> list[tuple[Any, Any]]:
        return [read_fact(value) for service in (self.case, self.relief) for part in service.partitions for value in part.record]

    def _next(self) -> str:
        self._told += 1
        month, day = divmod(self._told, 28)
        return f"2020-{3 + month:02d}-{day + 1:02d}"


_child, _poor = st.sampled_from(CHILDREN), st.booleans()
_partition = st.integers(0, PARTITIONS - 1)
_told = st.one_of(
    st.tuples(st.just("refer"), _child),
    st.tuples(st.just("refer"), _child),
    st.tuples(st.just("out"), _child, st.sampled_from(["poverty", "family", "work"])),
    st.tuples(st.just("back"), _child),
    st.tuples(st.just("household"), _child, _poor),
    st.tuples(st.just("household"), _child, _poor),
    st.tuples(st.just("moved"), _child, st.sampled_from(COUNTIES)),
    st.tuples(st.just("removed"), _child),
    st.tuples(st.just("same"), _child, _child),
    st.tuples(st.just("void"), _child, st.integers(0, 4)),
    st.tuples(st.just("case"), _partition),
    st.tuples(st.just("relief"), _partition),
    st.tuples(st.just("again"), _partition, st.integers(0, 20)),
    st.just(("settle",)),
)
stories = st.lists(_told, max_size=25)


def tell(world: World, told: tuple[Any, ...]) -> None:
    match told:
        case "refer", child:
            world.settle()
            world.refer(child)
        case "out", child, reason:
            world.report(child, "dropped-out", {"reason": reason, "last_seen": "2020-02-20"})
        case "back", child:
            world.report(child, "returned", {"school": "5134310001", "stage": "junior", "grade": 8, "placement": "class"})
        case "household", child, poor:
            world.report(child, "household-changed", {"poor": poor})
        case "moved", child, county:
            world.report(child, "moved", {"county": county})
        case "removed", child:
            world.report(child, "removed", {"code": "over_age"})
        case "same", child, other:
            world.report(child, "same-as", {"student": other})
        case "void", child, back:
            world.void(child, back)
        case ("case" | "relief") as who, place:
            service = world.case if who == "case" else world.relief
            if not service.decide(place):
                for source in ("/enrolment", "/case", "/relief"):
                    service.hear(place, source)
        case "again", place, begin:
            world.case.hear_again(place, begin)
            world.relief.hear_again(place, begin)
        case _:
            world.settle()


def lived(story: list[tuple[Any, ...]]) -> World:
    """Return a world in which three children were listed, one of them in school, and two out of it: a poor one and one that is not."""
    world = World()
    for child, status, poor in zip(CHILDREN, ("dropped_out", "dropped_out", "enrolled"), (True, False, True), strict=True):
        out = {"reason": "poverty"} if status == "dropped_out" else {}
        world.report(child, "listed", {"status": status, "county": COUNTIES[0], "stage": "junior", "poor": poor, "since": "2020-02-20", **out})
    for told in story:
        tell(world, told)
    world.settle()
    return world


@law
@given(stories)
def test_every_referral_of_a_plan_has_the_answer_that_relief_gave_last(story: list[tuple[Any, ...]]) -> None:
    world = lived(story)
    for child in CHILDREN:
        file, pupil = unpack_file(world.case.state(child)), unpack_pupil(world.relief.state(child))
        if file.referral is not None:
            assert file.referral.answer is not None, "every referral is answered"
            assert pupil.referral is not None
            assert (digest_of(pupil.referral.asked), pupil.referral.answer) == (file.referral.asked, file.referral.answer.answer)


@law
@given(stories)
def test_a_referral_is_answered_once_until_a_report_on_the_household_changes_the_answer(story: list[tuple[Any, ...]]) -> None:
    facts = lived(story).facts()
    referred = {event.causationid for event, data in facts if isinstance(data, CaseStepDone) and data.step == REFERRAL_STEP}
    answers = [data for _, data in facts if isinstance(data, ReferralAnswered)]
    assert Counter(data.asked for data in answers if data.fact is None) == Counter(referred)
    assert {data.asked for data in answers} <= referred


@law
@given(stories, st.lists(st.tuples(_partition, st.integers(0, 40)), min_size=1, max_size=4))
def test_what_is_published_again_makes_no_fact_and_the_record_gives_the_same_states(
    story: list[tuple[Any, ...]], again: list[tuple[int, int]]
) -> None:
    world = lived(story)
    before = [event.id for event, _ in world.facts()]
    for place, begin in again:
        world.case.hear_again(place, begin)
        world.relief.hear_again(place, begin)
        world.settle()
    assert [event.id for event, _ in world.facts()] == before
    for service in (world.case, world.relief):
        for place, part in enumerate(service.partitions):
            assert service.rebuilt(place) == part.states


def answers(world: World, child: str) -> list[ReferralAnswer]:
    return [data.answer for event, data in world.facts() if event.subject == child and isinstance(data, CaseReferralAnswered)]


def test_a_poor_child_is_told_its_aid_another_that_its_household_is_to_be_checked_and_again_once_it_is_registered() -> None:
    poor, other, _ = CHILDREN
    world = lived([("refer", poor), ("refer", other)])
    assert (answers(world, poor), answers(world, other)) == ([ReferralAnswer.ON_RETURN], [ReferralAnswer.NOT_POOR])
    tell(world, ("household", other, True))
    world.settle()
    assert answers(world, other) == [ReferralAnswer.NOT_POOR, ReferralAnswer.ON_RETURN]


def test_the_answer_names_the_office_that_referred_as_the_beginning_of_its_chain() -> None:
    world = lived([("refer", CHILDREN[0])])
    [(referred, _)] = [each for each in world.facts() if isinstance(each[1], CaseStepDone) and each[1].step == REFERRAL_STEP]
    [(answered, _)] = [each for each in world.facts() if isinstance(each[1], ReferralAnswered)]
    [(noted, _)] = [each for each in world.facts() if isinstance(each[1], CaseReferralAnswered)]
    assert {each.correlationid for each in (referred, answered, noted)} == {referred.correlationid}
    assert (answered.reportedby, answered.hops, noted.reportedby, noted.hops) == ("/relief/policies", None, "/case/policies", 1)


def test_a_child_that_comes_back_and_is_out_again_is_referred_anew_and_answered_anew() -> None:
    child = CHILDREN[0]
    world = lived([("refer", child), ("settle",), ("back", child), ("out", child, "poverty")])
    assert unpack_file(world.case.state(child)).referral is None
    tell(world, ("refer", child))
    world.settle()
    assert answers(world, child) == [ReferralAnswer.ON_RETURN, ReferralAnswer.ON_RETURN]


def test_the_merged_ids_file_is_closed_with_its_answer_and_parted_it_has_it_again() -> None:
    child, other, _ = CHILDREN
    world = lived([("refer", child), ("same", child, other), ("settle",), ("void", child, 0)])
    file = unpack_file(world.case.state(child))
    assert file.referral is not None
    assert file.referral.answer is not None
    assert file.referral.answer.answer is ReferralAnswer.ON_RETURN
    assert file.standing is not None
    assert file.standing.state == "open"
