"""The places of a file: what is asked for, what the school answers, and what ends them."""

import pytest

from services.case.domain.packed import NO_PLACE, pack, place_of_missing, places_in_lists, unpack
from services.case.domain.placing import missing
from services.case.domain.timeline import happenings_of
from shared.contracts.case_codes import PlanChange, Role
from shared.contracts.case_commands import CaseCommand
from shared.contracts.case_places import CasePlaceAsked, CasePlaceFreed, CasePlaceHeld, CasePlaceRefused
from shared.contracts.place_codes import FreeingReason, Place, PlaceState, Placing, Shortage
from shared.contracts.refusal import RefusalCode
from shared.contracts.words import Reason
from tests.domain.case.case_story import (
    BUTUO,
    OFFICE,
    SCHOOL,
    attempt,
    back,
    closed,
    corrected,
    given,
    gone,
    merged,
    on_leave,
    opened,
    plan_change,
    removed,
    told,
    voided,
)
from tests.domain.case.place_story import AUTUMN, HERE, SPRING, THERE, answered, free, hold

ASKED, HELD, WANTING, TAKEN = PlaceState
SEAT, BED = Place
HELD_HERE = (opened(), hold(), answered("given-2"))
NONE_HERE = (opened(), hold(), answered("given-2", because=Shortage.NONE_FREE))


def places(*story: CaseCommand) -> Placing | None:
    standing = told(story).standing
    assert standing is not None
    return standing.places


def test_the_plan_names_a_school_by_asking_for_a_place_there() -> None:
    outcome = given(opened()).when(hold())
    assert isinstance(outcome.fact, CasePlaceAsked)
    assert (outcome.fact.office, outcome.fact.role, outcome.fact.place) == (OFFICE, Role.OFFICER, SEAT)
    assert outcome.fact.after.places == Placing(HERE, SPRING, seat=ASKED)


def test_the_school_answers_and_the_file_knows_whether_it_has_the_place() -> None:
    held = given(opened(), hold()).when(answered("given-2")).fact
    assert isinstance(held, CasePlaceHeld)
    assert held.after.places == Placing(HERE, SPRING, seat=HELD)
    refused = given(opened(), hold()).when(answered("given-2", because=Shortage.NOT_STATED)).fact
    assert isinstance(refused, CasePlaceRefused)
    assert (refused.because, refused.after.places) == (Shortage.NOT_STATED, Placing(HERE, SPRING, seat=WANTING))


@pytest.mark.parametrize(
    "answer", [answered("given-9"), answered("given-2", BED), answered("given-2", school=THERE), answered("given-2", term=AUTUMN)]
)
def test_an_answer_to_what_the_file_does_not_ask_any_more_says_nothing(answer: CaseCommand) -> None:
    given(opened(), hold()).when(answer).then_nothing()


def test_an_answer_is_taken_once_and_not_after_the_file_gave_up() -> None:
    given(*HELD_HERE).when(answered("given-2")).then_nothing()
    given(opened(), hold(), free()).when(answered("given-2")).then_nothing()
    given(opened(), hold(), free(), hold()).when(answered("given-2")).then_nothing()
    given().when(answered("given-2")).then_nothing()
    assert places(opened(), hold(), free(), hold(), answered("given-4")) == Placing(HERE, SPRING, seat=HELD)


def test_a_seat_and_a_bed_are_asked_for_one_by_one_in_one_school() -> None:
    story = (*HELD_HERE, hold(BED), answered("given-4", BED, because=Shortage.NONE_FREE))
    assert places(*story) == Placing(HERE, SPRING, seat=HELD, bed=WANTING)
    assert places(*story, hold(BED)) == Placing(HERE, SPRING, seat=HELD, bed=ASKED), "it is asked for again"
    for again in (hold(), hold(BED)):
        given(*story, hold(BED)).when(again).then_nothing()


@pytest.mark.parametrize(("school", "term"), [(THERE, SPRING), (HERE, AUTUMN)])
def test_another_school_or_term_gives_up_what_was_held(school: str, term: str) -> None:
    assert places(*HELD_HERE, hold(BED, school, term)) == Placing(school, term, bed=ASKED)


def test_an_office_frees_a_place_with_a_reason() -> None:
    outcome = given(*HELD_HERE, hold(BED)).when(free(because=FreeingReason.FAMILY_DECLINED))
    assert isinstance(outcome.fact, CasePlaceFreed)
    assert (outcome.fact.because, outcome.fact.after.places) == (FreeingReason.FAMILY_DECLINED, Placing(HERE, SPRING, bed=ASKED))
    assert places(*HELD_HERE, free()) is None


@pytest.mark.parametrize(
    ("story", "asked", "code", "field", "saying"),
    [
        ((), hold(), RefusalCode.UNKNOWN_CASE, "subject", "no file"),
        ((opened(),), hold(office=f"/counties/{BUTUO}"), RefusalCode.NOT_YOUR_COUNTY, "data.office", "county"),
        ((opened(),), hold(office=SCHOOL), RefusalCode.NOT_YOUR_COUNTY, "data.office", "county"),
        ((opened(),), hold(role=Role.PARENT), RefusalCode.MALFORMED, "data.role", "officer"),
        ((opened(),), hold(term="2019-autumn"), RefusalCode.MALFORMED, "data.term", "2020-spring or later"),
        ((opened(),), hold(term="2021-autumn"), RefusalCode.FUTURE_DATED, "data.term", "2021-spring at the latest"),
        ((opened(), back()), hold(), RefusalCode.NOT_ALLOWED_NOW, "type", "out of school"),
        ((opened(), removed()), hold(), RefusalCode.NOT_ALLOWED_NOW, "type", "closed"),
        ((opened(),), free(), RefusalCode.NOT_ALLOWED_NOW, "data.place", "no such place"),
        (HELD_HERE, free(BED), RefusalCode.NOT_ALLOWED_NOW, "data.place", "no such place"),
        ((*HELD_HERE, back(school=HERE)), free(), RefusalCode.NOT_ALLOWED_NOW, "data.place", "came back into this place"),
        (HELD_HERE, free(office=f"/counties/{BUTUO}"), RefusalCode.NOT_YOUR_COUNTY, "data.office", "county"),
        (HELD_HERE, free(role=Role.PARENT), RefusalCode.MALFORMED, "data.role", "officer"),
    ],
)
def test_a_refusal_names_the_field_and_what_must_be_so(
    story: tuple[CaseCommand, ...], asked: CaseCommand, code: RefusalCode, field: str, saying: str
) -> None:
    given(*story).when(asked).then_refused(code, field, saying)


def test_a_command_that_was_decided_is_known_again() -> None:
    given(*HELD_HERE).when(hold(BED), cause="given-2").then_nothing()
    given(*HELD_HERE, free()).when(hold(), cause="given-4").then_nothing()


@pytest.mark.parametrize(
    "end", [(removed(),), (on_leave(),), (merged(),), (voided(),), gone(), (back(school=THERE),), (back(), opened()), (back(school=HERE), opened())]
)
def test_a_place_ends_with_the_work_on_the_child_and_where_it_is_elsewhere(end: tuple[CaseCommand, ...]) -> None:
    assert places(*HELD_HERE, *end) is None


@pytest.mark.parametrize("more", [(attempt(),), (corrected(),), (gone()[0],), (back(),)])
def test_a_place_stays_while_nothing_ends_it(more: tuple[CaseCommand, ...]) -> None:
    assert places(*HELD_HERE, *more) == Placing(HERE, SPRING, seat=HELD)


def test_whoever_comes_back_into_the_place_has_taken_it_and_keeps_it_when_the_file_is_closed() -> None:
    taken = Placing(HERE, SPRING, seat=TAKEN)
    assert places(*HELD_HERE, back(school=HERE)) == taken
    assert places(*HELD_HERE, back(school=HERE), *closed()) == taken
    assert places(*HELD_HERE, back(), *closed()) is None, "where it sits is not known"
    assert places(*HELD_HERE, back(school=HERE), *closed(), opened()) is None


def test_whoever_comes_back_before_the_answer_takes_the_place_with_it() -> None:
    assert places(opened(), hold(), back(school=HERE)) == Placing(HERE, SPRING, seat=ASKED)
    assert places(opened(), hold(), back(school=HERE), answered("given-2")) == Placing(HERE, SPRING, seat=TAKEN)
    assert places(opened(), hold(), back(school=HERE), answered("given-2", because=Shortage.NONE_FREE)) == Placing(HERE, SPRING, seat=WANTING)


def test_a_plan_without_a_place_in_the_school_it_names_is_flagged() -> None:
    def lacks(*story: CaseCommand) -> list[Place]:
        case = told(story)
        state = pack(case)
        place, due = places_in_lists(state)[0]
        found = missing(case.standing, case.plan)
        assert place_of_missing(state) == ([(f"{place.partition(':')[0]}:{NO_PLACE}", due)] if found else ())
        return list(found)

    assert lacks(opened()) == lacks(*HELD_HERE) == lacks(*HELD_HERE, back(school=HERE)) == []
    assert lacks(opened(), hold()) == lacks(*NONE_HERE) == lacks(*NONE_HERE, back(school=HERE)) == [SEAT]
    assert lacks(*NONE_HERE, free()) == lacks(*NONE_HERE, removed()) == []
    assert lacks(*HELD_HERE, hold(BED)) == [BED]
    assert lacks(opened(), hold(BED), answered("given-2", BED)) == [SEAT]


def test_a_child_that_is_to_board_needs_a_bed_unless_the_plan_leaves_it_out() -> None:
    story = (opened(reason=Reason.DISTANCE), hold(), answered("given-2"))
    assert [*missing(told(story).standing, told(story).plan)] == [BED]
    without = told((*story, plan_change(PlanChange.LEAVE_OUT, "find-boarding")))
    assert [*missing(without.standing, without.plan)] == []
    bed = told((*story, hold(BED), answered("given-4", BED)))
    assert [*missing(bed.standing, bed.plan)] == []
    assert missing(None, None) == ()


def test_the_places_take_16_bytes_and_the_history_tells_of_each() -> None:
    case = told((*HELD_HERE, hold(BED), answered("given-4", BED, because=Shortage.NONE_FREE), free(BED, because=FreeingReason.OTHER_SCHOOL)))
    assert unpack(pack(case)) == case
    assert len(pack(case)) == len(pack(told([opened()]))) + 16 + 2 * 24 + 2 * 12 + 24
    where = {"school": HERE, "school_term": SPRING}
    shown = [
        {name: getattr(each, name) for name in ("what", "place", "school", "school_term", "shortage", "freed")}
        for each in happenings_of(case.history)
    ]
    none = {"shortage": None, "freed": None}
    assert shown[1:] == [
        {"what": "place-asked", "place": SEAT, **where, **none},
        {"what": "place-held", "place": SEAT, **where, **none},
        {"what": "place-asked", "place": BED, **where, **none},
        {"what": "place-refused", "place": BED, **where, **none, "shortage": Shortage.NONE_FREE},
        {"what": "place-freed", "place": BED, **where, **none, "freed": FreeingReason.OTHER_SCHOOL},
    ]
    assert (happenings_of(case.history)[1].office, happenings_of(case.history)[1].role) == (OFFICE, Role.OFFICER)
