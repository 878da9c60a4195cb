"""For how long a child is suspected: until somebody settles it, or its term has passed."""

from datetime import date, timedelta

import pytest

from services.case.domain import packed, packed_suspicion
from services.case.domain.case import INITIAL
from services.case.domain.suspicion import NOTHING, Suspicion, decide, evolve, next_day
from shared.contracts.case_days import TellUrgency
from shared.contracts.sequence import sequence_of
from shared.contracts.suspicions import NoteSuspicion, SettleSuspicion, SuspicionFact, SuspicionNoted, SuspicionOutstayed, SuspicionSettled
from shared.contracts.words import Status
from shared.states import UnfoldableFact, UnknownFormat
from tests.domain.case.case_story import ZHAOJUE

CHILD = "00112233445566778899aabbccddeeff"
ON = date(2020, 3, 2)
UNTIL = date(2020, 4, 1)


def noted(n: int, on: date = ON, known: Suspicion = NOTHING) -> Suspicion:
    fact = decide(known, NoteSuspicion(student=CHILD, county=ZHAOJUE, fact=sequence_of(n, 0)), on=on)
    assert fact is not None
    return evolve(known, fact)


def settle(n: int, status: Status | None = Status.ENROLLED) -> SettleSuspicion:
    return SettleSuspicion(student=CHILD, county=ZHAOJUE, fact=sequence_of(n, 0), status=status)


def test_a_suspicion_is_to_be_settled_within_a_month() -> None:
    fact = decide(NOTHING, NoteSuspicion(student=CHILD, county=ZHAOJUE, fact=sequence_of(3, 0)), on=ON)
    assert fact == SuspicionNoted(student=CHILD, county=ZHAOJUE, fact=sequence_of(3, 0), until=UNTIL)
    assert next_day(noted(3)) == UNTIL + timedelta(1)


def test_it_is_told_once_when_its_term_has_passed_and_not_before() -> None:
    known = noted(3)
    assert decide(known, TellUrgency(day=UNTIL), on=UNTIL) is None
    fact = decide(known, TellUrgency(day=UNTIL + timedelta(1)), on=UNTIL)
    assert fact == SuspicionOutstayed(student=CHILD, county=ZHAOJUE, fact=sequence_of(3, 0))
    after = evolve(known, fact)
    assert next_day(after) is None
    assert decide(after, TellUrgency(day=UNTIL + timedelta(2)), on=UNTIL) is None


def test_what_is_settled_in_time_never_outstays() -> None:
    known = noted(3)
    fact = decide(known, settle(4), on=ON)
    assert fact == SuspicionSettled(student=CHILD, county=ZHAOJUE, fact=sequence_of(4, 0), status=Status.ENROLLED)
    assert decide(evolve(known, fact), TellUrgency(day=date(2021, 1, 1)), on=ON) is None


def test_what_is_settled_late_says_so() -> None:
    known = evolve(noted(3), SuspicionOutstayed(student=CHILD, county=ZHAOJUE, fact=sequence_of(3, 0)))
    fact = decide(known, settle(4), on=ON)
    assert isinstance(fact, SuspicionSettled)
    assert fact.outstayed


def test_older_news_and_repeats_change_nothing() -> None:
    known = noted(3)
    assert decide(known, NoteSuspicion(student=CHILD, county=ZHAOJUE, fact=sequence_of(3, 0)), on=ON) is None
    assert decide(known, settle(3), on=ON) is None
    assert decide(NOTHING, settle(9), on=ON) is None


def test_a_child_is_suspected_again_with_a_term_of_its_own() -> None:
    settled = decide(noted(3), settle(4), on=ON)
    assert settled is not None
    again = noted(5, on=ON + timedelta(90), known=evolve(noted(3), settled))
    assert again.until == UNTIL + timedelta(90)


@pytest.mark.parametrize("known", [noted(3), Suspicion(CHILD, ZHAOJUE, 40_000), Suspicion(CHILD, ZHAOJUE, 40_000, UNTIL, outstayed=True)])
def test_states_come_back_as_they_were(known: Suspicion) -> None:
    state = packed_suspicion.pack(known)
    assert packed_suspicion.is_suspicion(state)
    assert packed_suspicion.unpack(state) == known
    assert packed.unpack(state) == INITIAL, "whoever asks for a file by this key finds none"


def test_it_stands_in_the_list_of_the_day_after_its_term() -> None:
    place = packed_suspicion.place_in_lists(packed_suspicion.pack(noted(3)))
    assert place is not None
    assert place == (f"{packed.shard_of(int(ZHAOJUE))}:falls", place[1])
    later = packed_suspicion.place_in_lists(packed_suspicion.pack(noted(3, on=ON + timedelta(1))))
    assert later is not None
    assert place[1] < later[1]
    assert packed_suspicion.place_in_lists(packed_suspicion.pack(Suspicion(CHILD, ZHAOJUE, 40_000))) is None


def test_states_of_another_format_or_length_are_refused() -> None:
    state = packed_suspicion.pack(noted(3))
    with pytest.raises(UnknownFormat):
        packed_suspicion.unpack(bytes((packed.FORMAT + 1,)) + state[1:])
    with pytest.raises(UnknownFormat):
        packed_suspicion.unpack(state[:-1])


def test_a_fact_of_which_nothing_is_known_is_not_folded() -> None:
    class SuspicionForgotten(SuspicionFact, frozen=True):
        TYPE = "cn.baoxue.suspicion.forgotten.v1"

    with pytest.raises(UnfoldableFact):
        evolve(NOTHING, SuspicionForgotten(student=CHILD, county=ZHAOJUE, fact=sequence_of(3, 0)))
