"""The order of the runs, the guard of equality, and medians with their ranges."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.side_by_side.measured import NoNumber, keep, load
from bench.side_by_side.rounds import Range, differences, judged, range_of, rounds, runs_of
from tests.components.side_by_side.measurements import found, measured, run

RIGHT = {"513431:status.dropped_out": 31, "513431:out.poor": 4, "513431:due.2020-06-14": 2}


def test_the_runs_go_there_and_back() -> None:
    assert rounds(["a", "b", "c"], 1) == ["a", "b", "c", "c", "b", "a"]
    assert rounds(["a", "b"], 2) == ["a", "b", "b", "a", "a", "b", "b", "a"]


def test_a_measurement_without_a_pass_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 1 pass"):
        rounds(["a"], 0)


def test_right_counts_have_a_number() -> None:
    one = run("plain-loop", 4.0)
    assert judged(one, dict(RIGHT), RIGHT) is one


@pytest.mark.parametrize(
    "found",
    [
        RIGHT | {"513431:out.poor": 5},
        {cell: n for cell, n in RIGHT.items() if cell != "513431:out.poor"},
        RIGHT | {"513432:out.poor": 1},
        {},
    ],
    ids=["one cell is wrong", "one cell is missing", "one cell too many", "no cell at all"],
)
def test_without_equality_there_is_no_number(found: dict[str, int]) -> None:
    verdict = judged(run("plain-loop", 4.0), found, RIGHT)
    assert isinstance(verdict, NoNumber)
    assert verdict.contestant == "plain-loop"
    assert "counts are wrong" in verdict.why


def test_it_says_which_cells_are_wrong() -> None:
    verdict = judged(run("quix", 4.0), RIGHT | {"513431:out.poor": 5}, RIGHT)
    assert verdict == NoNumber("quix", "1 of 3 counts are wrong: 513431:out.poor is 5, not 4")


def test_a_cell_of_nothing_is_one_that_is_not_there() -> None:
    assert differences({"a": 0}, {"b": 0}) == []


def test_one_wrong_run_takes_the_number_from_all_of_a_contestant() -> None:
    of_job = found(run("quix", 4.0), NoNumber("quix", "1 of 3 counts are wrong"), run("ours", 2.0))
    assert runs_of(of_job, "quix") == []
    assert runs_of(of_job, "ours") == [run("ours", 2.0)]


def test_a_range_is_the_median_and_both_ends() -> None:
    assert range_of([run("a", 3.0), run("a", 1.0), run("a", 8.0)], lambda each: each.cpu) == Range(3.0, 1.0, 8.0)
    assert range_of([run("a", 1.0), run("a", 4.0)], lambda each: each.cpu) == Range(2.5, 1.0, 4.0)


def test_a_measurement_is_read_as_it_was_kept(tmp_path: Path) -> None:
    whole = measured(found(run("ours", 2.0), NoNumber("quix", "it ended with 1")), found(run("kafka-streams", 3.0)))
    keep(whole, tmp_path / "measured.json")
    assert load(tmp_path / "measured.json") == whole
