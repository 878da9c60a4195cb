"""The trial: what the command prints for a seed, and what the rulebook promises for any."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from deploy.detector import cli
from deploy.detector.counties import invent
from deploy.detector.trial import Score, flags_of, try_rules
from services.case.detector.rulebook import RULEBOOKS
from shared.contracts.oversight_codes import Rule

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "returns-on-paper.md"
GOLDEN = Path(__file__).parent / "golden" / "trial.seed-7.counties-24.txt"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr(cli.out, "width", 160)
    return CliRunner(env={"COLUMNS": "160"})


def test_a_seed_prints_what_it_always_printed(run: CliRunner) -> None:
    done = run.invoke(cli.app, ["trial", "--seed", "7", "--counties", "24"])
    printed = "".join(f"{line.rstrip()}\n" for line in done.output.splitlines())
    assert (done.exit_code, printed) == (0, GOLDEN.read_text("utf-8"))
    assert printed in PAGE.read_text("utf-8")


def test_machines_get_the_same_scores(run: CliRunner) -> None:
    done = run.invoke(cli.app, ["trial", "--seed", "7", "--counties", "24", "--json"])
    document = json.loads(done.output)
    assert [(each["rule"], each["planted"], each["found"]) for each in document["rules"]] == [
        (each.rule, each.planted, each.found) for each in try_rules(7, 24).scores
    ]


def test_a_promise_that_is_not_kept_is_said_and_fails(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Score, "recall", 0.0)
    done = run.invoke(cli.app, ["trial", "--seed", "7", "--counties", "12"])
    assert done.exit_code == 1
    assert "not kept" in done.output


@given(st.integers(1_000, 1_000_000))
@settings(max_examples=4, deadline=None)
def test_honest_counties_have_no_more_false_alarms_than_the_rulebook_says(seed: int) -> None:
    for score in try_rules(seed, 36).scores:
        assert score.false_rate <= score.promised.false_alarms, score


def test_the_same_seed_invents_the_same_and_another_does_not() -> None:
    first, again, other = (flags_of(invent(seed, 12))[0] for seed in (1, 1, 2))
    assert first == again != other


def test_fraud_of_every_kind_is_planted_and_half_of_the_counties_are_honest() -> None:
    planted = invent(1, 24).planted
    assert {rule for rule, _ in planted} == set(Rule)
    assert invent(1, 1).planted == set()


@pytest.mark.parametrize(("found", "false_alarms", "kept"), [(85, 45, True), (84, 45, False), (85, 46, False)])
def test_a_rule_keeps_its_promise_to_the_last_case(found: int, false_alarms: int, kept: bool) -> None:
    assert Score(Rule.NO_SEAT, 100, found, 1000, false_alarms, RULEBOOKS[0].no_seat).kept is kept


def test_a_trial_of_nothing_has_no_rate_to_break() -> None:
    nothing = Score(Rule.BURST, 0, 0, 0, 0, RULEBOOKS[0].burst)
    assert (nothing.recall, nothing.false_rate) == (100.0, 0.0)
