"""Aid follows merges, whatever comes in whichever order: nothing unpaid stays at a merged id, and no term is due that was paid for the child."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from services.relief.decider import ReliefDecider
from services.relief.domain.packed import pack, places_in_lists, unpack
from services.relief.policies import ReliefPolicies
from shared.contracts.relief import BeginTerm, Grant, GrantState, MergedAidFact, PayGrant
from shared.contracts.relief_language import RELIEF_FACTS
from shared.deciding.policy_follower import MOST_HOPS
from shared.events.codec import read_fact
from tests.components.enrolment.test_same_as_laws import CHILDREN, MOVES, Move, in_school, survivor
from tests.components.enrolment.two_writers import PARTITIONS, Enrolment
from tests.components.shared.hearing_service import HearingService
from tests.components.shared.office_desk import asked, at, source_of

OLDER, YOUNGER = CHILDREN[:2]
COUNTY, AUTUMN, SPRING = "513431", "2019-autumn", "2020-spring"
DUE, SUSPENDED, PAID, ENDED = GrantState.DUE, GrantState.SUSPENDED, GrantState.PAID, GrantState.ENDED
law = settings(max_examples=300, deadline=None, derandomize=True)


def started() -> tuple[Enrolment, HearingService]:
    """Four ids, each in school and poor; each is due the aid of two terms."""
    enrolment = Enrolment()
    for n, child in enumerate(CHILDREN):
        enrolment.send(child, "enrolled", f"2019-10-{20 + n:02d}T08:00:00+08:00", in_school(COUNTY, poor=True), id_=f"first{n}")
    relief = HearingService(enrolment, ReliefDecider(), ReliefPolicies())
    relief.settle()
    for child in CHILDREN:
        begin = BeginTerm(term=SPRING, office=f"/counties/{COUNTY}")
        relief.ask(child, asked(begin, child=child, time=at("2020-02-10"), id_=f"begin-{child}", source=source_of(begin, "relief")))
    relief.settle()
    return enrolment, relief


def grants(relief: HearingService, child: str) -> dict[str, Grant]:
    return {each.grant.term: each.grant for each in unpack(relief.state(child)).grants}


def states(relief: HearingService, child: str) -> dict[str, GrantState]:
    return {term: grant.state for term, grant in grants(relief, child).items()}


def pay(relief: HearingService, child: str, term: str) -> None:
    """Let an office pay a grant, whatever has become of it."""
    if (grant := grants(relief, child).get(term)) is not None:
        paid = PayGrant(office=f"/counties/{grant.county}", term=term, reference=f"A/{child[-4:]}", day=date(2020, 3, 1), fen=grant.fen)
        relief.ask(child, asked(paid, child=child, time=at("2020-03-02"), id_=f"pay-{child}-{term}", source=source_of(paid, "relief")))


def say_same(enrolment: Enrolment, one: str = YOUNGER, other: str = OLDER, n: int = 0) -> None:
    enrolment.send(one, "same-as", f"2020-03-{10 + n}T08:00:00+08:00", {"student": other}, id_=f"same{n}")


def part(enrolment: Enrolment, one: str = YOUNGER, n: int = 0) -> None:
    enrolment.send(one, "voided", f"2020-03-{20 + n}T08:00:00+08:00", {"id": f"same{n}"}, id_=f"void{n}")


def test_what_was_unpaid_lapses_where_the_survivor_has_a_grant_of_the_term() -> None:
    enrolment, relief = started()
    say_same(enrolment)
    relief.settle()
    assert states(relief, YOUNGER) == {AUTUMN: ENDED, SPRING: ENDED}
    assert states(relief, OLDER) == {AUTUMN: DUE, SPRING: DUE}
    assert unpack(relief.state(YOUNGER)).eligible is None


def test_a_term_that_was_paid_under_the_merged_id_is_not_due_to_the_survivor() -> None:
    enrolment, relief = started()
    pay(relief, YOUNGER, AUTUMN)
    relief.settle()
    say_same(enrolment)
    relief.settle()
    assert states(relief, YOUNGER) == {AUTUMN: PAID, SPRING: ENDED}
    assert states(relief, OLDER) == {AUTUMN: ENDED, SPRING: DUE}


def test_a_survivor_without_grants_takes_them_over_and_is_due_no_term_that_was_paid() -> None:
    enrolment = Enrolment()
    enrolment.send(OLDER, "enrolled", "2019-10-01T08:00:00+08:00", in_school(COUNTY, poor=False), id_="first0")
    enrolment.send(YOUNGER, "enrolled", "2019-10-02T08:00:00+08:00", in_school(COUNTY, poor=True), id_="first1")
    relief = HearingService(enrolment, ReliefDecider(), ReliefPolicies())
    relief.settle()
    begin = BeginTerm(term=SPRING, office=f"/counties/{COUNTY}")
    relief.ask(YOUNGER, asked(begin, child=YOUNGER, time=at("2020-02-10"), id_="begin", source=source_of(begin, "relief")))
    relief.settle()
    pay(relief, YOUNGER, SPRING)
    relief.settle()
    before = states(relief, YOUNGER)
    assert before == {AUTUMN: DUE, SPRING: PAID}
    say_same(enrolment)
    relief.settle()
    assert states(relief, YOUNGER) == {AUTUMN: ENDED, SPRING: PAID}
    assert states(relief, OLDER)[AUTUMN] is DUE
    assert states(relief, OLDER)[SPRING] is ENDED
    assert unpack(relief.state(OLDER)).eligible is not None
    part(enrolment)
    relief.settle()
    assert states(relief, YOUNGER) == before
    # The household is lifted by the older's own news: the term's grant is kept, as that of any that is lifted.
    assert states(relief, OLDER) == {AUTUMN: ENDED, SPRING: DUE}
    assert unpack(relief.state(OLDER)).eligible is None


def test_when_the_ids_are_parted_each_is_due_what_it_was() -> None:
    enrolment, relief = started()
    pay(relief, YOUNGER, AUTUMN)
    relief.settle()
    before = [grants(relief, child) for child in (OLDER, YOUNGER)]
    say_same(enrolment)
    relief.settle()
    part(enrolment)
    relief.settle()
    assert [grants(relief, child) for child in (OLDER, YOUNGER)] == before
    assert all(unpack(relief.state(child)).links == () or child == YOUNGER for child in (OLDER, YOUNGER))
    say_same(enrolment, n=1)
    relief.settle()
    assert states(relief, YOUNGER) == {AUTUMN: PAID, SPRING: ENDED}
    assert states(relief, OLDER) == {AUTUMN: ENDED, SPRING: DUE}


def test_what_was_paid_under_the_survivor_is_not_due_again_when_the_ids_are_parted() -> None:
    enrolment = Enrolment()
    enrolment.send(OLDER, "enrolled", "2020-02-01T08:00:00+08:00", in_school(COUNTY, poor=True), id_="first0")
    enrolment.send(YOUNGER, "enrolled", "2020-02-02T08:00:00+08:00", in_school(COUNTY, poor=True), id_="first1")
    enrolment.send(OLDER, "household-changed", "2020-02-01T08:00:00+08:00", {"poor": False}, id_="lifted")
    relief = HearingService(enrolment, ReliefDecider(), ReliefPolicies())
    relief.settle()
    say_same(enrolment)
    relief.settle()
    assert states(relief, OLDER)[SPRING] is DUE
    pay(relief, OLDER, SPRING)
    relief.settle()
    part(enrolment)
    relief.settle()
    assert states(relief, OLDER)[SPRING] is PAID


def test_of_three_ids_a_term_paid_under_the_first_is_not_due_to_the_last() -> None:
    enrolment, relief = started()
    third = CHILDREN[2]
    pay(relief, third, AUTUMN)
    relief.settle()
    say_same(enrolment, third, YOUNGER)
    relief.settle()
    say_same(enrolment, YOUNGER, OLDER, n=1)
    relief.settle()
    assert states(relief, OLDER) == {AUTUMN: ENDED, SPRING: DUE}


def test_aid_that_comes_late_to_an_id_that_was_merged_itself_goes_on_to_the_survivor() -> None:
    enrolment, relief = started()
    third = CHILDREN[2]
    pay(relief, third, AUTUMN)
    relief.settle()
    say_same(enrolment, third, YOUNGER)
    enrolment.settle()
    say_same(enrolment, YOUNGER, OLDER, n=1)
    relief.settle()
    assert states(relief, OLDER) == {AUTUMN: ENDED, SPRING: DUE}
    assert states(relief, YOUNGER) == {AUTUMN: ENDED, SPRING: ENDED}


_payments: st.SearchStrategy[tuple[str, str]] = st.tuples(st.sampled_from(CHILDREN), st.sampled_from([AUTUMN, SPRING]))
_lost = st.lists(st.tuples(st.integers(0, PARTITIONS - 1), st.integers(0, 20)), max_size=2)


@law
@given(MOVES, st.lists(_payments, max_size=4), _lost)
def test_at_rest_nothing_is_due_twice_and_nothing_unpaid_is_left_at_a_merged_id(
    moves: list[Move], payments: list[tuple[str, str]], lost: list[tuple[int, int]]
) -> None:
    enrolment, relief = started()
    for n, move in enumerate(moves):
        move(enrolment)
        relief.step()
        if n % 3 == 0 and payments:
            pay(relief, *payments.pop())
    relief.settle()
    for place, begin in lost:
        relief.hear_again(place, begin)
        relief.settle()
    unpaid, paid = set[tuple[str, str]](), set[tuple[str, str]]()
    for child in CHILDREN:
        standing, last = enrolment.standings()[child], survivor(enrolment, child)
        for term, grant in grants(relief, child).items():
            if grant.state in {DUE, SUSPENDED}:
                assert standing is not None, "nothing unpaid is left at a merged id"
                assert (last, term) not in unpaid
                unpaid.add((last, term))
            elif grant.state is PAID:
                paid.add((last, term))
    assert not unpaid & paid, "no term is due that was paid for the child"


@law
@given(MOVES, st.lists(_payments, max_size=4))
def test_the_record_gives_the_states_back_and_each_fact_finds_what_was_left(moves: list[Move], payments: list[tuple[str, str]]) -> None:
    enrolment, relief = started()
    for n, move in enumerate(moves):
        move(enrolment)
        relief.step()
        if n % 3 == 0 and payments:
            pay(relief, *payments.pop())
    relief.settle()
    for place, each in enumerate(relief.partitions):
        assert relief.rebuilt(place) == each.states
        now: dict[tuple[str, str], Grant] = {}
        for value in each.record:
            event, data = read_fact(value)
            assert (event.hops or 0) < MOST_HOPS
            if (grant := data.after or data.before) is not None:
                assert data.before == now.get((event.subject, grant.term)), "each fact finds what was left"
                now[event.subject, grant.term] = data.after
        for state in each.states.values():
            assert pack(unpack(state)) == state
            assert isinstance(places_in_lists(state), set)


def test_the_stories_reach_every_step() -> None:
    enrolment, relief = started()
    say_same(enrolment)
    relief.settle()
    part(enrolment)
    relief.settle()
    assert {type(data) for data in relief.data()} >= {fact for fact in RELIEF_FACTS if issubclass(fact, MergedAidFact)}
