"""The page on failures: the matrix of faults, row by row, and the failures that other tests show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docs.generate.markdown import page, table
from tests.live.faults.matrix import ROWS
from tests.live.faults.row import Row

_INTRODUCTION = """\
Each failure, its signs, what it leaves behind, and the test that shows it. The promises stand in the [delivery guarantees](delivery-guarantees.md),
the remedies in [operate it](../how-to/operate.md) and in the output of `baoxue doctor`."""

_MATRIX = """\
`make faults` injects each of these into real processes on a real broker and a real Redis, under a load whose history knows of each report:
acknowledged, refused, or unknown. No answer, and a `503`, are unknown, never failed. What is drawn comes of a seed (`FAULTS_SEED`). The table at the
end of the run names it, beside the number of injections: a fault that never fired fails its row. After each row every acknowledged report is in
the log and decided once, as the pure decider decides it over the log; `baoxue verify` says equal; nothing is negative; all parts add up; receipts
tell the outcome of every line.

**Each row is run twice: as the product is, and without the guard that stands against it. Then it must fail.** `make test` has the rows that are
marked, at a small size (`tests/live/faults/`)."""

_LAST_RUN = """\
What came of each row when it was run last, at full size, and of it without its guard, at the small one: `make faults` writes it. *Refused*: by the
door. *Unknown*: the sender was never told, and did not ask again. *Turned away*: tries without an answer, or with one that says to come again.
*Recovered*: from the end of the last injection until every worker had done all that there was."""
WRITTEN = Path(__file__).parents[2] / "tests" / "live" / "faults" / "last_run.json"
"""What came of each row when all was run last."""
_TOLD, _NO_FIGURES = 90, "no figures yet"
"""So much of what told that a guard was gone is shown; and what stands where no run has written anything."""

_MORE = """\
Placed accidents, each where one guard is all that stands between it and a wrong count: `tests/live/test_accidents.py`. What happens without each of
all the guards, step by step: [the model of the commits](commit-model.md)."""

OTHERS = (
    (
        "the reporting api is killed",
        "streams break off and come back; the same numbers",
        "nothing: memory is read again from Redis",
        "`tests/edges/reporting/test_live_on_redis.py`",
    ),
    (
        "the issuer is away, or killed",
        "nobody can sign in or get a token: a page says so; the demo's senders repeat; `/readyz` names `issuer` only where no key was ever fetched",
        "whoever has a token or a session goes on: the last good keys are kept",
        "`tests/components/identity/test_issuer_keys.py`, `tests/edges/sessions/test_signing_in.py`, `tests/edges/deploy/test_demo_credentials.py`",
    ),
    (
        "case's worker is killed as a file asks a school for a place, at each step of a commit",
        "the file says `asked` for longer",
        "nothing: file and school agree, and no place is held for two",
        "`tests/live/test_places_killed.py`",
    ),
    ("one of three brokers is lost", "nothing", "nothing", "`tests/live/test_three_brokers.py`"),
    (
        "two of three brokers are lost",
        "as if Kafka were unavailable",
        "nothing that was acknowledged is missing",
        "`tests/live/test_three_brokers.py`",
    ),
    (
        "news arrives out of order",
        "the outcome `late`",
        "a fact with `late: true`: the past as now known, never today's count",
        "`tests/domain/enrolment/test_judging_order.py`",
    ),
    (
        "a report breaks a rule",
        "`422`, or `refused` in the receipt, with field and rule",
        "an event in `refusals`",
        "`tests/components/enrolment/test_intake_rules.py`, `tests/domain/enrolment/test_table.py`",
    ),
    (
        "most of a batch cannot be read",
        "the worker stops with exit code 70 and says why",
        "nothing of the batch is done",
        "`tests/edges/reporting/test_board_worker.py`",
    ),
    (
        "an event newer than the code",
        "the worker stops with exit code 70: deploy readers first",
        "nothing is skipped",
        "`tests/edges/shared/test_policy_follower.py`, `tests/contracts/test_versions.py`",
    ),
    (
        "counts or states of another version of the code",
        "the worker stops and names the generation to start",
        "what is shown stays",
        "`tests/edges/reporting/test_board_reader.py`, `tests/edges/shared/test_state_store.py`",
    ),
    (
        "another writer's transaction ends or is aborted",
        "nothing",
        "offsets without a record, which everybody passes over; what was aborted is read by nobody",
        "`tests/live/test_other_writers.py`, `tests/edges/shared/test_offsets_without_record.py`",
    ),
    (
        "another writer's transaction stays open",
        "`baoxue doctor` says where; `baoxue verify` says `behind`, never `equal`",
        "nothing: what is behind it is read once it ends, after a minute at most",
        "`tests/live/test_other_writers.py`",
    ),
    ("a worker hangs", "`/livez` names the part that hangs", "nothing", "`tests/live/test_operating.py`"),
    (
        "the supervisor is killed",
        "`baoxue doctor` finds the left-over processes",
        "the next start ends them first",
        "`tests/edges/deploy/test_local_stack.py`",
    ),
    (
        "a setting is wrong",
        "exit code 78, naming the variable and what it takes",
        "nothing was started",
        "`tests/edges/deploy/test_local_stack_commands.py`",
    ),
    (
        "a topic has other settings than it must",
        "no start; each deviation is printed with the command that mends it",
        "no setting is changed",
        "`tests/edges/shared/test_topics_on_the_broker.py`",
    ),
    ("a byte changes on a broker's disk", "`baoxue verify` cannot read the record and says where", "", "`tests/live/test_audit_on_the_broker.py`"),
    (
        "the clock of a sender is wrong",
        "a `time` more than a day ahead is refused (`future_dated`)",
        "the record's own date can be moved by a day at most",
        "`tests/components/enrolment/test_intake_rules.py`",
    ),
    (
        "a slow reader of the stream",
        "it is cut off, and comes back with `Last-Event-ID`",
        "nobody else is slowed",
        "`tests/components/reporting/live/test_stream.py`",
    ),
)
"""Failures that other tests show: the failure, its signs, what it leaves behind, the tests."""


def failure_scenarios() -> str:
    """Return the page."""
    told = json.loads(WRITTEN.read_text("utf-8"))
    return page(
        "When things break",
        _INTRODUCTION,
        "## The matrix of faults",
        _MATRIX,
        table(("row", "what is done", "what is seen, and left behind", "fails without", "`make test`"), [_row(row) for row in ROWS]),
        "### What came of each row",
        _LAST_RUN,
        table(
            ("row", "seed", "injected", "acknowledged", "refused", "unknown", "turned away", "recovered", "without its guard"),
            [_came_of(row.name, **told.get(row.name, {})) for row in ROWS],
        ),
        "## Other failures",
        table(("failure", "signs", "left behind", "shown by"), OTHERS),
        _MORE,
    )


def _row(row: Row) -> tuple[str, str, str, str, str]:
    return row.name, row.fault, row.expected, "; ".join(row.without), "yes" if row.brief else ""


def _came_of(name: str, figures: Mapping[str, Any] | None = None, without: str | None = None) -> tuple[str, ...]:
    told = _NO_FIGURES if without is None else f"`{without[:_TOLD]}`"
    if figures is None:
        return name, "", _NO_FIGURES, *[""] * 5, told
    recovered = "; ".join(filter(None, (f"{figures['recovered']:.1f} s", figures["measured"])))
    numbers = (f"{figures[column]:,}" for column in ("injected", "acked", "refused", "unknown", "repeats"))
    return name, str(figures["seed"]), *numbers, recovered, told
