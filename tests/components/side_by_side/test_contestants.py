"""The parts of the contestants that need neither a broker nor their packages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from bench.counts import KINDS, batches
from bench.side_by_side import __main__ as command
from bench.side_by_side.catalogue import NAMES
from bench.side_by_side.contestants.counts import changes_by_county, changes_of
from bench.side_by_side.contestants.kafka_streams import NoJdk, find_jdk
from bench.side_by_side.profile import COUNTING, OTHER, parts_of
from bench.side_by_side.recount import in_words_of_recount
from services.reporting.counting import fold


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_they_count_what_our_worker_counts(kind: Callable[[int, str], bytes]) -> None:
    records = batches(500, kind)[0]
    ours, theirs = fold(records, {}, lambda *_: None), Counter[str]()
    for record in records:
        theirs.update(changes_of(record.value))
    assert {name: n for name, n in theirs.items() if n} == ours.cells | ours.flows | ours.due


def test_by_county_each_fact_counts_once_and_nothing_is_lost() -> None:
    for kind in KINDS:
        for record in batches(50, kind)[0]:
            apart = changes_by_county(record.value)
            assert sum(facts for _, (facts, _) in apart) == 1
            assert {name: n for _, (_, changes) in apart for name, n in changes.items()} == changes_of(record.value)
            assert all(name.startswith(county) for county, (_, changes) in apart for name in changes)


def test_what_cannot_be_counted_changes_nothing() -> None:
    assert changes_of(b"no fact") == {}
    assert changes_by_county(b"no fact") == []


@pytest.mark.parametrize(
    ("ours", "of_recount"),
    [
        ("513431:status.dropped_out", "513431:status.dropped_out"),
        ("513431:2020-06-14", "513431:due.2020-06-14"),
        ("513431:2020-06-14:returned", "513431:flow.2020-06-14.returned"),
    ],
)
def test_counts_are_named_as_the_recount_names_them(ours: str, of_recount: str) -> None:
    assert in_words_of_recount(ours) == of_recount


def test_a_sample_belongs_to_the_innermost_line_that_is_known() -> None:
    worker, folding = "follow (services/reporting/worker.py:90)", "fold (services/reporting/counting/folding.py:120)"
    raw = f"main (x.py:1);{worker};{folding};isoformat (datetime.py:1) 7\nmain (x.py:1);{worker} 2\nmain (x.py:1) 1\nmain (x.py:1);{folding} 3\n"
    assert [(part.what, part.samples) for part in parts_of(raw, COUNTING)] == [("the loop of the fold", 10), ("hand batches over", 2), (OTHER, 1)]


def test_without_a_compiler_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoJdk, match=r"whose javac is on the PATH .*default-jdk-headless.*make bench CONTESTANTS="):
        find_jdk()


def test_a_contestant_or_a_job_that_nobody_knows_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(typer.BadParameter, match=rf"spark: the contestants are {', '.join(NAMES)}"):
        command._prepare(["ours", "spark"], ["counting"])
    with pytest.raises(typer.BadParameter, match=r"cooking: the jobs are counting, deciding"):
        command._prepare(["ours"], ["cooking"])
