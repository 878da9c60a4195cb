"""Many files and a few schools, whoever goes on, stops, begins anew or says again what it said: nobody gets what another has."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.case.domain.school import Had
from shared.calendar.terms import number_of
from shared.contracts.place_codes import Place, PlaceState
from shared.contracts.places import PlaceHeld, PlacesCounted
from tests.components.case.place_checks import both_sides_agree, never_more_than_stated
from tests.components.case.two_sides import PARTITIONS, TwoSides
from tests.domain.case.case_story import OFFICE, PROVINCE, ZHAOJUE, back, gone, opened, removed
from tests.domain.case.place_story import AUTUMN, HERE, SPRING, THERE, child, free, hold

CHILDREN, SCHOOLS, TERMS = range(1, 6), (HERE, THERE), (SPRING, AUTUMN)
law = settings(max_examples=120, deadline=None)

_child, _place, _school, _term = st.sampled_from(CHILDREN), st.sampled_from(Place), st.sampled_from(SCHOOLS), st.sampled_from(TERMS)
_partition = st.integers(0, PARTITIONS - 1)
_done = st.one_of(
    st.tuples(st.just("state"), _school, _term, st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("hold"), _child, _place, _school, _term),
    st.tuples(st.just("hold"), _child, _place, _school, _term),
    st.tuples(st.just("free"), _child, _place),
    st.tuples(st.just("back"), _child, st.none() | _school),
    st.tuples(st.just("out"), _child),
    st.tuples(st.just("removed"), _child),
    st.tuples(st.just("moved"), _child),
    st.tuples(st.just("decide"), _partition),
    st.tuples(st.just("hear"), _partition),
    st.tuples(st.just("again"), _partition, st.integers(0, 30)),
    st.tuples(st.just("anew"), _partition),
    st.just(("settle",)),
)


def do(world: TwoSides, done: tuple[Any, ...]) -> None:
    match done:
        case "state", school, term, seats, beds:
            world.state_places(school, term, seats, beds, ZHAOJUE)
        case "hold", n, place, school, term:
            world.ask(child(n), hold(place, school, term))
        case "free", n, place:
            world.ask(child(n), free(place))
        case "back", n, school:
            world.ask(child(n), back(claimant=PROVINCE, school=school))
        case "out", n:
            world.ask(child(n), opened())
        case "removed", n:
            world.ask(child(n), removed())
        case "moved", n:
            for command in gone():
                world.ask(child(n), command)
        case "decide", place:
            world.decide(place)
        case "hear", place:
            world.hear(place)
        case "again", place, since:
            world.say_again(place, since)
        case "anew", place:
            world.begin_anew(place)
        case _:
            world.settle()


def lived(story: list[tuple[Any, ...]]) -> TwoSides:
    world = TwoSides()
    for n in CHILDREN:
        world.ask(child(n), opened())
    for done in story:
        do(world, done)
    world.settle()
    return world


stories = st.lists(_done, max_size=30)


@law
@given(stories)
def test_both_sides_agree_on_who_has_what_and_nobody_has_two(story: list[tuple[Any, ...]]) -> None:
    world = lived(story)
    both_sides_agree(world, map(child, CHILDREN), SCHOOLS)


@law
@given(stories)
def test_no_school_ever_holds_more_than_were_stated(story: list[tuple[Any, ...]]) -> None:
    world = lived(story)
    for code in SCHOOLS:
        never_more_than_stated(world, code)


@law
@given(stories, st.lists(st.tuples(_partition, st.integers(0, 60)), max_size=4))
def test_what_is_said_again_from_anywhere_on_makes_no_fact_and_the_record_gives_the_same_states(
    story: list[tuple[Any, ...]], again: list[tuple[int, int]]
) -> None:
    world = lived(story)
    records = world.records()
    for place, since in again:
        world.say_again(place, since)
        world.settle()
    assert world.records() == records
    for place, part in enumerate(world.partitions):
        assert world.folded(place) == part.states


def test_a_place_goes_from_one_child_to_the_next() -> None:
    world = TwoSides()
    world.state_places(HERE, SPRING, 1, 0, ZHAOJUE)
    for n in (1, 2):
        world.ask(child(n), opened())
        world.ask(child(n), hold())
        world.settle()
    assert [world.placing(child(n)).seat for n in (1, 2)] == [PlaceState.HELD, PlaceState.WANTING]
    world.ask(child(1), free())
    world.settle()
    world.ask(child(2), hold())
    world.settle()
    assert world.placing(child(2)).seat is PlaceState.HELD
    world.ask(child(2), back(school=HERE))
    world.settle()
    assert world.school(HERE).holders[child(2)].seat == Had(number_of(SPRING), int(world.moment(8).timestamp() * 1_000_000))


def test_another_school_is_asked_and_the_first_has_its_places_again() -> None:
    world = TwoSides()
    for school in SCHOOLS:
        world.state_places(school, SPRING, 1, 1, ZHAOJUE)
    world.ask(child(1), opened())
    for place, school in ((Place.SEAT, HERE), (Place.BED, HERE), (Place.SEAT, THERE)):
        world.ask(child(1), hold(place, school))
        world.settle()
    assert (world.school(HERE).holders[child(1)].seat, world.school(HERE).holders[child(1)].bed) == (None, None)
    assert world.school(THERE).holders[child(1)].seat == Had(number_of(SPRING))


def test_a_question_that_is_on_its_way_is_not_asked_again_with_the_next() -> None:
    world = TwoSides()
    world.state_places(HERE, SPRING, 5, 5, ZHAOJUE)
    world.ask(child(1), opened())
    for place in Place:
        world.ask(child(1), hold(place))
    while any(world.decide(place) for place in range(PARTITIONS)):
        pass  # the file has asked for both before any school hears of either
    world.settle()
    assert [type(fact) for fact in world.place_facts(HERE)] == [PlacesCounted, PlaceHeld, PlaceHeld]


def test_a_chain_of_answers_counts_its_hops_and_names_the_office_that_began_it() -> None:
    world = TwoSides()
    world.state_places(HERE, SPRING, 1, 0, ZHAOJUE)
    world.ask(child(1), opened())
    begun = world.ask(child(1), hold())
    world.settle()
    (asked, _), (held, _) = world.facts_of(child(1))[1:]
    assert (asked.causationid, asked.reportedby, asked.hops) == (begun, OFFICE, None)
    assert (held.correlationid, held.reportedby, held.hops) == (begun, "/case/policies", 1)
