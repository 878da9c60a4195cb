"""The page of a measurement."""

from __future__ import annotations

import msgspec

from bench.side_by_side.measured import Measured, NoNumber, Run
from docs.generate.reference import performance as pages
from tests.components.side_by_side.measurements import found, measured, run


def performance(of: Measured) -> str:
    """The page without any figure that has a target."""
    return pages.performance(of, {})


def counted(*results: Run | NoNumber) -> Measured:
    """A measurement of the first job alone."""
    return measured(found(*results))


def row(text: str, contestant: str) -> list[str]:
    """The cells of a contestant in the first table."""
    line = next(line for line in text.splitlines() if line.startswith(f"| `{contestant}`"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_it_shows_medians_and_ranges_a_fact() -> None:
    text = performance(counted(run("plain-loop", 4.0), run("ours", 8.0, redis=3.0), run("ours", 10.0, redis=5.0), run("plain-loop", 6.0)))
    assert row(text, "ours")[1:5] == ["9.0 (8.0-10.0)", "4.0 (3.0-5.0)", "0.0 (0.0-0.0)", "13.0 (11.0-15.0)"]


def test_each_is_compared_with_the_plain_loop_by_all_that_it_takes() -> None:
    text = performance(counted(run("plain-loop", 5.0), run("ours", 6.0, redis=3.0, broker=1.0)))
    assert "against plain-loop" in text
    assert row(text, "ours")[5] == "0.50x"
    assert row(text, "plain-loop")[5] == "1.00x"


def test_who_decides_is_compared_with_kafka_streams_by_what_each_did_when_it_was_warm() -> None:
    streams, ours = run("kafka-streams", 6.0, broker=3.0, inputs=300_000), run("ours", 4.0, redis=1.0, inputs=500_000)
    text = performance(measured(deciding=found(streams, ours)))
    assert "against kafka-streams" in text
    assert row(text, "ours")[1:6] == ["8.0 (8.0-8.0)", "2.0 (2.0-2.0)", "0.0 (0.0-0.0)", "10.0 (10.0-10.0)", "3.00x"]


def test_a_contestant_without_equality_has_no_figure_at_all() -> None:
    text = performance(counted(run("plain-loop", 5.0), run("quix", 7.0), NoNumber("quix", "1 of 3 counts are wrong: a is 5, not 4")))
    assert row(text, "quix")[1:] == ["no number: 1 of 3 counts are wrong: a is 5, not 4", *[""] * 7]


def test_where_the_plain_loop_has_no_number_nothing_is_compared_with_it() -> None:
    text = performance(counted(NoNumber("plain-loop", "it ended with 1\nand said why"), run("ours", 7.0)))
    assert row(text, "ours")[5] == ""
    assert row(text, "plain-loop")[1] == "no number: it ended with 1"


def test_the_profile_shares_out_the_microseconds_of_our_worker() -> None:
    text = performance(counted(run("ours", 8.0), run("plain-loop", 4.0)))
    assert "| add up | 75% | 6.00 |" in text
    assert "| everything else | 25% | 2.00 |" in text


def test_where_nothing_could_be_profiled_it_says_so() -> None:
    assert "There is no profile" in performance(measured(msgspec.structs.replace(found(run("ours", 8.0)), profile=[])))


def test_it_says_on_what_and_under_which_load_it_was_measured() -> None:
    text = performance(counted(run("ours", 8.0), run("plain-loop", 4.0)))
    assert "Machine: 2 cores; 2020-06-14. All with Python 1.0" in text
    assert "Load of the machine 0.5 before and 1.5 after." in text
