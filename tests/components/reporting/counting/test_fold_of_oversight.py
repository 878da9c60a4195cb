"""The fold of flags, of samples and of what their re-checks found."""

from typing import Any

import pytest

from services.reporting.counting import FLAG_CELLS
from shared.contracts.oversight_codes import FlagState, Rule
from shared.events.codec import Unreadable
from tests.components.reporting.counted_facts import folded
from tests.components.reporting.oversight_facts import BACK, cleared, confirmed, drawn, flagged, oversight, rechecked, sampled
from tests.components.reporting.written_facts import case_fact, child_file

JINYANG = "513430"


def test_a_flag_counts_by_its_rule_where_the_hint_is_and_leaves_the_file_as_it_was() -> None:
    changes = folded(flagged(1, "out_again", JINYANG))
    assert (changes.cells, changes.due, changes.passed_over) == ({f"{JINYANG}:flag.out_again.open": 1}, {}, 0)


@pytest.mark.parametrize(("settled", "state"), [(cleared(2), "cleared"), (confirmed(2), "confirmed")])
def test_a_flag_that_was_settled_is_open_no_more(settled: bytes, state: str) -> None:
    assert folded(flagged(1), settled).cells == {f"513431:flag.no_seat.{state}": 1}


@pytest.mark.parametrize(("what", "state"), [("flag-cleared", "cleared"), ("flag-confirmed", "confirmed")])
def test_a_flag_of_a_county_counts_in_the_county_that_it_is_about(what: str, state: str) -> None:
    raised, settled = oversight("flagged", 1, JINYANG, rule="burst"), oversight(what, 2, JINYANG, rule="burst")
    assert folded(raised).cells == {f"{JINYANG}:flag.burst.open": 1}
    assert folded(raised, settled).cells == {f"{JINYANG}:flag.burst.{state}": 1}


def test_each_rule_and_state_has_a_cell() -> None:
    assert set(FLAG_CELLS) == {(rule, state) for rule in Rule for state in FlagState}
    assert len(set(FLAG_CELLS.values())) == len(FLAG_CELLS)


def test_a_sample_counts_as_one_with_its_files_and_each_file_that_was_told_so() -> None:
    assert folded(sampled(1, size=4), sampled(2, size=3), drawn(3)).cells == {
        "513431:sample.drawn": 2,
        "513431:sample.files": 7,
        "513431:sample.told": 1,
    }


def test_a_sample_of_no_file_is_a_sample() -> None:
    assert folded(sampled(1, size=0)).cells == {"513431:sample.drawn": 1}


def test_a_recheck_counts_by_what_it_found() -> None:
    facts = [rechecked(1), rechecked(2, "not_in_school"), rechecked(3, "lawfully_absent"), rechecked(4, "other"), rechecked(5)]
    found = {"in_school": 2, "not_in_school": 1, "lawfully_absent": 1, "other": 1}
    assert folded(*facts).cells == {f"513431:recheck.{finding}": n for finding, n in found.items()}


def test_a_recheck_that_takes_a_closing_back_moves_the_file() -> None:
    closed, again = child_file("closed", due=None), child_file("returned", due="2020-09-01")
    changes = folded(rechecked(1, "not_in_school", closed, again))
    assert changes.cells == {
        "513431:recheck.not_in_school": 1,
        "513431:case.state.closed": -1,
        "513431:case.state.returned": 1,
        "513431:case.reason.work": 1,
    }
    assert changes.due == {"513431:2020-09-01": 1}


def test_a_file_that_moved_between_draw_and_recheck_counts_where_it_then_is() -> None:
    moved = {**BACK, "county": JINYANG}
    changes = folded(drawn(1), case_fact("moved", BACK, moved, 2), rechecked(3, before=moved))
    assert (changes.cells["513431:sample.told"], changes.cells[f"{JINYANG}:recheck.in_school"]) == (1, 1)


def test_facts_of_oversight_are_counted_once_and_are_no_sign_of_life() -> None:
    once, again = folded(flagged(1), sampled(2)), folded(flagged(1), sampled(2), flagged(1), sampled(2))
    assert (again.cells, again.repeats) == (once.cells, 2)
    assert (once.reported, once.flows, once.sequences) == ({}, {}, {"/case": "0000000000000002-0000"})
    assert once.event_time is not None


@pytest.mark.parametrize(
    "malformed",
    [
        flagged(1, "no_such_rule"),
        flagged(1, county="51343x"),
        case_fact("flagged", None, None, 1, rule="no_seat", county="513431"),
        case_fact("flag-cleared", BACK, BACK, 1, county="513431"),
        case_fact("drawn", BACK, None, 1),
        rechecked(1, "no_such_finding"),
        oversight("flagged", 1, rule="no_such_rule"),
        oversight("flagged", 1, "51343x", rule="burst"),
        oversight("sample-drawn", 1, size=-1),
        oversight("sample-drawn", 1, "51343x", size=4),
    ],
)
def test_what_has_no_county_or_no_known_word_is_dead_and_moves_nothing(malformed: Any) -> None:
    changes = folded(malformed)
    assert [type(letter.error) for letter in changes.dead] == [Unreadable]
    assert (changes.cells, changes.sequences) == ({}, {})
