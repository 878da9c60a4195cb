"""The places of one school: who gets one, and what a statement counts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given as invented
from hypothesis import settings
from hypothesis import strategies as st

from services.case.domain import packed_school
from services.case.domain.packed import FORMAT
from services.case.domain.school import NOTHING, Command, Had, School, decide, evolve, tally
from shared.calendar.terms import number_of
from shared.contracts.place_codes import Place, Shortage
from shared.contracts.places import PlaceFact, PlaceFreed, PlaceHeld, PlaceRefused, PlacesCounted, PlaceTaken
from shared.states import UnknownFormat
from tests.domain.case.case_story import ZHAOJUE
from tests.domain.case.place_story import AUTUMN, HERE, SPRING, assigned, child, counted, occupied, released

THIS, NEXT = number_of(SPRING), number_of(AUTUMN)


def after(*asked: Command | tuple[int, Command], start: School = NOTHING) -> School:
    """Return the school after all this, each of which must make a fact. What is asked is asked at a moment, the n-th at n where none is given."""
    known = start
    for n, each in enumerate(asked):
        at, command = each if isinstance(each, tuple) else (n, each)
        fact = decide(known, command)
        assert fact is not None, command
        known = evolve(known, fact, at=at)
    return known


def test_places_are_held_as_far_as_they_were_stated_and_no_further() -> None:
    school = after(counted(1, seats=2))
    for n in (1, 2):
        fact = decide(school, assigned(n, 10 + n))
        assert fact == PlaceHeld(fact=assigned(n, 10 + n).fact, student=child(n), place=Place.SEAT, term=SPRING, asked=f"hold-{10 + n}")
        school = evolve(school, fact, at=10)
    fact = decide(school, assigned(3, 13))
    assert isinstance(fact, PlaceRefused)
    assert (fact.because, fact.student, fact.asked) == (Shortage.NONE_FREE, child(3), "hold-13")
    assert tally(school, THIS, Place.SEAT).free == 0


def test_a_bed_is_no_seat_and_a_term_no_other() -> None:
    school = after(counted(1, seats=0, beds=1), counted(2, seats=1, beds=0, term=AUTUMN))
    assert [type(decide(school, assigned(1, 9, place, term))) for term in (SPRING, AUTUMN) for place in Place] == [
        PlaceRefused, PlaceHeld, PlaceHeld, PlaceRefused,
    ]  # fmt: skip


def test_a_school_of_which_nothing_was_stated_says_so() -> None:
    for school in (NOTHING, after(counted(1, term=AUTUMN))):
        fact = decide(school, assigned(1, 9))
        assert isinstance(fact, PlaceRefused)
        assert fact.because is Shortage.NOT_STATED


def test_what_was_freed_is_free_again() -> None:
    school = after(counted(1, seats=1), assigned(1, 10), released(1, 11))
    assert tally(school, THIS, Place.SEAT).free == 1
    assert isinstance(decide(school, assigned(2, 12)), PlaceHeld)


def test_a_release_names_only_what_the_child_has() -> None:
    school = after(counted(1), assigned(1, 10))
    assert decide(school, released(1, 11, Place.SEAT, Place.BED)) == PlaceFreed(fact=released(1, 11).fact, student=child(1), places=(Place.SEAT,))
    assert decide(school, released(1, 11, Place.BED)) is decide(school, released(2, 11)) is decide(NOTHING, released(1, 11)) is None


def test_a_repeat_of_what_was_decided_decides_nothing() -> None:
    school = after(counted(1, seats=1), assigned(1, 10), released(1, 11))
    for repeat in (counted(1, seats=9), assigned(1, 10), released(1, 11)):
        assert decide(school, repeat) is None
    refused = after(counted(1, seats=0), assigned(1, 10), counted(2, seats=5))
    assert decide(refused, assigned(1, 10)) is None, "the file was told that there is none, and asks anew"
    assert isinstance(decide(refused, assigned(1, 11)), PlaceHeld)


def test_one_fact_may_free_a_place_and_ask_for_another() -> None:
    """A file that wants another term of the same school: what it frees comes first."""
    school = after(counted(1, seats=1), counted(2, seats=1, term=AUTUMN), assigned(1, 10), released(1, 11), assigned(1, 11, term=AUTUMN))
    assert school.holders[child(1)].seat == Had(NEXT)
    assert decide(school, released(1, 11)) is decide(school, assigned(1, 11, term=AUTUMN)) is None


def test_fewer_than_are_held_is_over_full_and_loses_no_holder() -> None:
    school = after(counted(1, seats=2), assigned(1, 10), assigned(2, 11), counted(3, seats=1))
    assert (tally(school, THIS, Place.SEAT).held, tally(school, THIS, Place.SEAT).free) == (2, -1)
    assert isinstance(decide(school, assigned(3, 12)), PlaceRefused)
    assert isinstance(decide(after(released(1, 13), released(2, 14), start=school), assigned(3, 15)), PlaceHeld)


def test_a_place_that_was_taken_is_not_free_until_a_statement_counts_without_it() -> None:
    school = after((5, counted(1, seats=1)), (6, assigned(1, 10)), (8, occupied(1, 11)))
    assert isinstance(decide(school, assigned(2, 12)), PlaceRefused)
    earlier = after((7, counted(2, seats=1)), start=school)
    assert tally(earlier, THIS, Place.SEAT).free == 0, "on that day it was still empty"
    later = after((9, counted(3, seats=1)), start=earlier)
    assert tally(later, THIS, Place.SEAT).free == 1


def test_whoever_leaves_a_place_that_it_took_leaves_it_free() -> None:
    school = after((5, counted(1, seats=1)), (6, assigned(1, 10)), (8, occupied(1, 11)), (9, released(1, 12)))
    assert tally(school, THIS, Place.SEAT).free == 1


def test_only_what_is_held_is_taken_and_once() -> None:
    school = after(counted(1), assigned(1, 10))
    assert decide(school, occupied(1, 11, *Place)) == PlaceTaken(fact=occupied(1, 11).fact, student=child(1), places=(Place.SEAT,))
    assert decide(after(occupied(1, 11), start=school), occupied(1, 12)) is decide(school, occupied(2, 11)) is None


def test_the_county_is_that_of_the_newest_statement() -> None:
    assert after(counted(1), counted(2, county="513429", term=AUTUMN)).county == "513429"


_place, _term, _student = st.sampled_from(Place), st.sampled_from([SPRING, AUTUMN]), st.integers(1, 4)
_asked = st.one_of(
    st.builds(lambda seats, beds, term: ("count", seats, beds, term), st.integers(0, 3), st.integers(0, 2), _term),
    st.builds(lambda student, place, term: ("assign", student, place, term), _student, _place, _term),
    st.builds(lambda student, place: ("release", student, place), _student, _place),
    st.builds(lambda student, place: ("occupy", student, place), _student, _place),
)


def _command(n: int, said: tuple[object, ...]) -> Command:
    match said:
        case "count", int(seats), int(beds), str(term):
            return counted(n, seats, beds, term=term)
        case "assign", int(student), Place() as place, str(term):
            return assigned(student, n, place, term)
        case "release", int(student), Place() as place:
            return released(student, n, place)
        case _, int(student), Place() as place:
            return occupied(student, n, place)
        case _:
            raise AssertionError(said)


law = settings(max_examples=200, deadline=None)


@law
@invented(st.lists(_asked, max_size=40))
def test_no_place_is_held_twice_and_never_more_than_were_stated(asked: list[tuple[object, ...]]) -> None:
    """Told from the facts alone: by place and term, who holds one and when the newest statement was true."""
    school, facts = NOTHING, list[PlaceFact]()
    stated: dict[tuple[str, Place], int] = {}
    holds: dict[tuple[str, Place], str] = {}
    sits: dict[tuple[str, Place], tuple[str, int]] = {}
    since: dict[str, int] = {}
    for n, each in enumerate(asked):
        if (fact := decide(school, _command(n, each))) is None:
            continue
        school = evolve(school, fact, at=n)
        facts.append(fact)
        match fact:
            case PlacesCounted():
                stated |= {(fact.term, Place.SEAT): fact.seats, (fact.term, Place.BED): fact.beds}
                since[fact.term] = n
            case PlaceHeld():
                holds[fact.student, fact.place] = fact.term
                sits.pop((fact.student, fact.place), None)
                held = Counter(term for (_, place), term in holds.items() if place is fact.place)[fact.term]
                taken = sum(place is fact.place and term == fact.term and at > since[term] for (_, place), (term, at) in sits.items())
                assert held + taken <= stated[fact.term, fact.place]
            case PlaceFreed():
                for place in fact.places:
                    assert holds.pop((fact.student, place), None) or sits.pop((fact.student, place))
            case PlaceTaken():
                for place in fact.places:
                    sits[fact.student, place] = holds.pop((fact.student, place)), n
            case _:
                assert isinstance(fact, PlaceRefused)
    kept = {(student, place): had for student, holder in school.holders.items() for place in Place if (had := holder.of(place)) is not None}
    assert {who: had.term for who, had in kept.items() if had.taken is None} == {who: number_of(term) for who, term in holds.items()}
    assert {who: (had.term, had.taken) for who, had in kept.items() if had.taken is not None} == {
        who: (number_of(term), at) for who, (term, at) in sits.items()
    }
    if school != NOTHING:
        assert packed_school.unpack(packed_school.pack(HERE, school)) == school


@law
@invented(st.lists(_asked, min_size=1, max_size=30), st.data())
def test_whatever_is_asked_again_from_anywhere_on_changes_nothing(asked: list[tuple[object, ...]], data: st.DataObject) -> None:
    school = NOTHING
    for n, each in enumerate(asked):
        if (fact := decide(school, _command(n, each))) is not None:
            school = evolve(school, fact, at=n)
    again = data.draw(st.integers(0, len(asked) - 1))
    for n, each in enumerate(asked[again:], again):
        assert decide(school, _command(n, each)) is None


def test_a_packed_school_is_read_back_as_it_was_and_stands_in_the_list_of_its_county() -> None:
    school = after(counted(1, seats=70_000), counted(2, term=AUTUMN), assigned(1, 10), assigned(1, 11, Place.BED), (99, occupied(1, 12)))
    state = packed_school.pack(HERE, school)
    assert (packed_school.unpack(state), packed_school.code_in(state)) == (school, HERE)
    assert (len(state), packed_school.is_school(state)) == (21 + 2 * 18 + 44, True)
    assert packed_school.place_in_lists(state) == (f"{ZHAOJUE}:places", b"")
    assert packed_school.place_in_lists(packed_school.pack(HERE, after(assigned(1, 10)))) is None
    assert packed_school.unpack(None) == NOTHING


@pytest.mark.parametrize("state", [b"\6" + bytes(30), bytes((FORMAT, 0xFE)), packed_school.pack(HERE, after(counted(1)))[:-1]])
def test_bytes_that_are_no_school_are_an_error_that_says_what_to_do(state: bytes) -> None:
    with pytest.raises(UnknownFormat, match=r"generation|rebuild"):
        packed_school.unpack(state)
