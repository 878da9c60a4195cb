"""Files follow merges, whatever comes in whichever order: none of a merged id stays open, and the survivor's follows the standing of the child."""

from hypothesis import given
from hypothesis import strategies as st

from services.case.decider import CaseDecider
from services.case.domain.packed import unpack
from services.case.policies import CasePolicies
from shared.contracts.case_codes import CaseStanding, CaseState
from shared.contracts.words import OUT_OF_SCHOOL
from tests.components.case.case_desk import asked
from tests.components.enrolment.test_same_as_laws import CHILDREN, MOVES, Move, known, law
from tests.components.enrolment.two_writers import PARTITIONS, Enrolment
from tests.components.shared.hearing_service import HearingService
from tests.components.shared.office_desk import at
from tests.domain.case.case_story import attempt

OLDER, YOUNGER = CHILDREN[:2]
OUT = {CaseState.OPEN, CaseState.PERSUADING}


def started() -> tuple[Enrolment, HearingService]:
    enrolment = Enrolment()
    known(enrolment)
    return enrolment, HearingService(enrolment, CaseDecider(), CasePolicies())


def standing(case: HearingService, child: str) -> CaseStanding | None:
    return unpack(case.state(child)).standing


def drop_out(enrolment: Enrolment, child: str) -> None:
    enrolment.send(child, "dropped-out", "2020-03-02T08:00:00+08:00", {"reason": "work", "last_seen": "2020-02-20"}, id_="out")


def visit(case: HearingService, child: str) -> None:
    case.ask(child, asked(attempt(), child=child, time=at("2020-03-05"), id_="visit"))


def say_same(enrolment: Enrolment) -> None:
    enrolment.send(YOUNGER, "same-as", "2020-03-10T08:00:00+08:00", {"student": OLDER}, id_="same")


def test_the_visits_stay_in_the_closed_file_and_the_survivor_has_one_that_names_it() -> None:
    enrolment, case = started()
    drop_out(enrolment, YOUNGER)
    case.settle()
    visit(case, YOUNGER)
    case.settle()
    say_same(enrolment)
    case.settle()
    assert case.words(YOUNGER) == ["opened", "attempted", "closed-by-merge"]
    assert case.words(OLDER) == ["joined"]
    [old, new] = [standing(case, child) for child in (YOUNGER, OLDER)]
    assert old is not None
    assert new is not None
    assert (old.state, old.attempts, new.state, new.attempts) == (CaseState.CLOSED, 1, CaseState.OPEN, 0)


def test_when_the_ids_are_parted_the_visited_file_goes_on_and_the_survivors_is_closed() -> None:
    enrolment, case = started()
    drop_out(enrolment, YOUNGER)
    case.settle()
    visit(case, YOUNGER)
    case.settle()
    before = standing(case, YOUNGER)
    say_same(enrolment)
    case.settle()
    enrolment.send(YOUNGER, "voided", "2020-03-15T08:00:00+08:00", {"id": "same"}, id_="void")
    case.settle()
    assert standing(case, YOUNGER) == before
    assert case.words(OLDER) == ["joined", "parted"]
    assert (parted := standing(case, OLDER)) is not None
    assert parted.state is CaseState.CLOSED


@law
@given(MOVES, st.lists(st.tuples(st.integers(0, PARTITIONS - 1), st.integers(0, 20)), max_size=3))
def test_at_rest_every_child_out_of_school_has_one_open_file_and_nobody_else(moves: list[Move], lost: list[tuple[int, int]]) -> None:
    enrolment, case = started()
    for move in moves:
        move(enrolment)
        case.step()
    case.settle()
    for place, begin in lost:
        case.hear_again(place, begin)
        case.settle()
    standings = enrolment.standings()
    for child in CHILDREN:
        now, file = standings[child], standing(case, child)
        out = now is not None and now.status in OUT_OF_SCHOOL
        assert (file is not None and file.state in OUT) == out, "a file is open if and only if its child is out of school"
        if now is None:
            assert file is None or file.state is CaseState.CLOSED, "nothing is left open of an id that was merged"
        elif out and file is not None:
            assert (file.county, file.reason) == (now.county, now.reason)


@law
@given(MOVES)
def test_the_record_gives_the_files_back(moves: list[Move]) -> None:
    enrolment, case = started()
    for move in moves:
        move(enrolment)
        case.step()
    case.settle()
    for place, part in enumerate(case.partitions):
        assert case.rebuilt(place) == part.states
