"""The fold of facts about aid: grants by scheme and state, and their sum in whole fen."""

import pytest

from tests.components.reporting.counted_facts import folded
from tests.components.reporting.written_facts import grant, relief_fact

DUE = grant("due", fen=31_250)
GRANTED = relief_fact("granted", None, DUE, 1)
OF = "513431:relief.living_subsidy"


def test_a_grant_counts_by_scheme_and_state_as_one_and_as_its_fen() -> None:
    changes = folded(GRANTED)
    assert changes.cells == {f"{OF}.due.grants": 1, f"{OF}.due.fen": 31_250}
    assert (changes.flows, changes.due, changes.claimed, changes.dead) == ({}, {}, {}, [])


@pytest.mark.parametrize(
    ("what", "state"), [("suspended", "suspended"), ("resumed", "due"), ("paid", "paid"), ("ended", "ended"), ("recalculated", "due")]
)
def test_a_grant_is_in_one_state(what: str, state: str) -> None:
    changes = folded(GRANTED, relief_fact(what, DUE, grant(state, fen=31_250), 2))
    assert changes.cells == {f"{OF}.{state}.grants": 1, f"{OF}.{state}.fen": 31_250}


def test_another_amount_changes_the_fen_and_not_the_number_of_grants() -> None:
    boards = grant("due", boarder=True, fen=62_500)
    assert folded(relief_fact("recalculated", DUE, boards, 2)).cells == {f"{OF}.due.fen": 31_250}


def test_a_grant_moves_with_its_child_and_is_never_doubled() -> None:
    cells = folded(relief_fact("moved", DUE, grant("due", "513430", fen=31_250), 2)).cells
    there = OF.replace("513431", "513430")
    assert cells == {f"{OF}.due.grants": -1, f"{OF}.due.fen": -31_250, f"{there}.due.grants": 1, f"{there}.due.fen": 31_250}


def test_terms_add_up() -> None:
    changes = folded(GRANTED, relief_fact("granted", None, grant("due", term="2020-autumn", fen=62_500), 2))
    assert changes.cells == {f"{OF}.due.grants": 2, f"{OF}.due.fen": 93_750}


@pytest.mark.parametrize("what", ["recognised", "lapsed"])
def test_what_changes_no_grant_counts_nothing_but_moves_the_sequence(what: str) -> None:
    changes = folded(relief_fact(what, None, None, 4))
    assert (changes.cells, changes.dead, changes.sequences) == ({}, [], {"/relief": "0000000000000004-0000"})


def test_aid_is_no_sign_of_life_of_its_county_but_moves_the_watermark() -> None:
    changes = folded(GRANTED)
    assert changes.reported == {}
    assert changes.event_time is not None


def test_a_repeat_grants_nothing() -> None:
    changes = folded(GRANTED, GRANTED)
    assert (changes.repeats, changes.cells) == (1, folded(GRANTED).cells)
