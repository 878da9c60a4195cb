"""Laws of merges over ids in several partitions: any interleaving of workers and policies, any redelivery, any repeat."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.student import Standing
from tests.components.enrolment.two_writers import PARTITIONS, SICHUAN, Enrolment, id_in

CHILDREN = (id_in(0), id_in(1), id_in(0, 1), id_in(2))
"""Four ids: two of them in one partition, none of them known for longer than another by their names."""
NEVER_HEARD_OF = id_in(2, 1)
COUNTIES = ("513431", "513429")

law = settings(max_examples=300, deadline=None, derandomize=True)

Move = Callable[[Enrolment], object]


def in_school(county: str, *, poor: bool) -> dict[str, Any]:
    return {"county": county, "school": "5134310001", "stage": "junior", "grade": 8, "poor": poor}


_news = st.one_of(
    st.builds(lambda county, poor: ("enrolled", in_school(county, poor=poor)), st.sampled_from(COUNTIES), st.booleans()),
    st.just(("dropped-out", {"reason": "work", "last_seen": "2020-02-20"})),
    st.just(("returned", {"school": "5134310001", "stage": "junior", "grade": 8, "placement": "class"})),
    st.builds(lambda poor: ("household-changed", {"poor": poor}), st.booleans()),
    st.builds(lambda county: ("moved", {"county": county}), st.sampled_from(COUNTIES)),
    st.just(("removed", {"code": "duplicate"})),
)
_same = st.builds(lambda other: ("same-as", {"student": other}), st.sampled_from((*CHILDREN, NEVER_HEARD_OF)))
_void = st.builds(lambda n: ("voided", {"id": f"r{n}"}), st.integers(0, 12))


def reporting(child: str, news: tuple[str, dict[str, Any]], day: int, n: int, source: str) -> Move:
    what, data = news

    def report(enrolment: Enrolment) -> None:
        enrolment.send(child, what, f"2020-03-{day:02d}T08:00:00+08:00", data, id_=f"r{n}", source=source)

    return report


_reports = st.builds(
    reporting,
    st.sampled_from(CHILDREN),
    st.one_of(_news, _same, _same, _void),
    st.integers(1, 28),
    st.integers(0, 12),
    st.sampled_from([SICHUAN, SICHUAN, "/counties/513431", "/counties/513429"]),
)
_places = st.integers(0, PARTITIONS - 1)
_runs: st.SearchStrategy[Move] = st.one_of(
    st.builds(lambda place: lambda enrolment: bool(enrolment.decide(place)), _places),
    st.builds(lambda place: lambda enrolment: bool(enrolment.hear(place)), _places),
    st.builds(lambda place, begin: lambda enrolment: enrolment.hear_again(place, begin), _places, st.integers(0, 6)),
    st.builds(lambda place, number: lambda enrolment: enrolment.repeat_facts(place, number), _places, st.integers(1, 3)),
    st.just(lambda enrolment: enrolment.settle()),
)
MOVES = st.lists(st.one_of(_reports, _runs, _runs), max_size=40)


def known(enrolment: Enrolment) -> None:
    """Let all four ids be known, each in school."""
    for n, child in enumerate(CHILDREN):
        enrolment.send(child, "enrolled", f"2020-02-{20 + n:02d}T08:00:00+08:00", in_school(COUNTIES[0], poor=bool(n % 2)), id_=f"first{n}")
    enrolment.settle()


def survivor(enrolment: Enrolment, child: str) -> str:
    """Return the id that a child is counted under."""
    for _ in range(len(CHILDREN) + 1):
        merge = enrolment.child(child).merge
        if merge is None or not merge.gone:
            return child
        child = merge.student
    raise AssertionError("ids were merged into one another in a circle")


@law
@given(MOVES)
def test_whatever_comes_in_whatever_order_every_child_is_counted_once_at_rest(moves: list[Move]) -> None:
    enrolment = Enrolment()
    known(enrolment)
    for move in moves:
        move(enrolment)
        counted = enrolment.counted()
        assert set(counted.values()) <= {0, 1}, "an id counts once or not at all, at any moment"
    enrolment.settle()
    standings, counted = enrolment.standings(), enrolment.counted()
    for child in CHILDREN:
        state = enrolment.child(child)
        assert state.merge is None or not state.merge.under_way, "no merge is left half-way"
        gone = state.merge is not None and state.merge.gone
        assert counted[child] == (not gone), "an id is counted if and only if it was not merged into another"
        assert standings[child] == state.standing
        assert counted[survivor(enrolment, child)] == 1, "and a child that was merged is counted under the id that survived"
        if gone and state.merge is not None:
            taken = [each.student for each in enrolment.child(state.merge.student).taken]
            assert taken.count(child) == 1, "what was known of it was taken over, once"


@law
@given(MOVES)
def test_the_record_gives_the_states_back(moves: list[Move]) -> None:
    enrolment = Enrolment()
    known(enrolment)
    for move in moves:
        move(enrolment)
    for place, partition in enumerate(enrolment.partitions):
        assert enrolment.rebuilt(place) == partition.states


@law
@given(MOVES, st.lists(st.tuples(_places, st.integers(0, 20)), min_size=1, max_size=4))
def test_commands_that_come_again_at_any_later_time_change_nothing(moves: list[Move], lost: list[tuple[int, int]]) -> None:
    enrolment = Enrolment()
    known(enrolment)
    for move in moves:
        move(enrolment)
    enrolment.settle()
    before: dict[str, Standing | None] = enrolment.standings()
    for place, begin in lost:
        enrolment.hear_again(place, begin)
        enrolment.settle()
    after = enrolment.standings()
    assert {child: after[child] for child in before} == before
    assert all(not (merge := enrolment.child(child).merge) or not merge.under_way for child in CHILDREN)


@law
@given(st.booleans(), st.lists(_runs, max_size=30))
def test_between_the_steps_the_pair_is_counted_twice_as_before_or_once_and_never_in_between_not_at_all(swapped: bool, moves: list[Move]) -> None:
    enrolment = Enrolment()
    known(enrolment)
    one, other = CHILDREN[:2][:: -1 if swapped else 1]
    enrolment.send(one, "same-as", "2020-03-10T08:00:00+08:00", {"student": other}, id_="same")
    seen = []
    for move in moves:
        move(enrolment)
        seen.append(sum(enrolment.counted()[child] for child in (one, other)))
    enrolment.settle()
    seen.append(sum(enrolment.counted()[child] for child in (one, other)))
    assert seen == sorted(seen, reverse=True), "once the child is counted once, it is never counted twice again"
    assert set(seen) <= {1, 2}
    assert seen[-1] == 1
