"""The part of the page on targets."""

from __future__ import annotations

from bench.targets.measured import Figure, Value
from docs.generate.reference.targets import rows_of, targets
from tests.components.targets.figures import figure


def part(*figures: Figure) -> str:
    """The whole part, of these figures alone."""
    return "\n\n".join(targets({each.name: each for each in figures}))


def test_the_median_is_held_against_the_target() -> None:
    late = Value("to Redis, p99", "ms", [50.0, 70.0, 61.0], at_most=60.0)
    quick = Value("against the plain way", "x", [0.5, 0.7, 0.6], at_least=0.6)
    assert rows_of(figure("latency", late, quick)) == [
        ("to Redis, p99", "61.0 ms (50.0-70.0)", "at most 60", "no"),
        ("against the plain way", "0.60 x (0.50-0.70)", "at least 0.6", "yes"),
    ]


def test_a_number_for_comparison_has_no_verdict() -> None:
    assert rows_of(figure("intake", Value("a line", "us", [123.4]))) == [("a line", "123 us", "", "")]


def test_a_figure_that_did_not_come_out_right_shows_no_number() -> None:
    text = part(figure("intake", Value("a line", "us", [4.0]), why="the api logged 5 lines, not 6"))
    assert "No number: the api logged 5 lines, not 6" in text
    assert "4.00 us" not in text


def test_a_figure_that_was_never_measured_says_how_to() -> None:
    assert "Not measured yet: `make bench-targets FIGURES=idle`." in part()


def test_a_target_that_is_not_met_comes_with_the_profile() -> None:
    line = "| 25.0% | `LineChecker.check (services/enrolment/intake/line_checker.py)` |"
    assert line in part(figure("intake", Value("the api", "x", [0.1], at_least=0.6)))
    assert line not in part(figure("intake", Value("the api", "x", [0.7], at_least=0.6)))


def test_it_says_of_what_and_under_which_load_it_was_measured() -> None:
    text = part(figure("intake", Value("the api", "x", [0.7], at_least=0.6)))
    assert "1,000 lines. Machine: 2 cores; load 0.5 before and 1.5 after; 2020-06-14." in text
