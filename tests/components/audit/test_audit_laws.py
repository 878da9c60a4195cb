"""Laws of the recount: it equals the plainest count in Python, for any chunks and any repeats."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.components.audit.audit_count import counted
from tests.components.reporting.random_facts import CHINA, OUT, records
from tests.components.reporting.written_facts import Written, moved_to


def laid(values: list[tuple[int, bytes]]) -> list[Written]:
    """Lay values into their partitions, in order."""
    ends: Counter[int] = Counter()
    written = []
    for partition, value in values:
        written.append(Written(partition, ends[partition], moved_to(partition, value)))
        ends[partition] += 1
    return written


def plainly(written: list[Written]) -> tuple[dict[tuple[str, str], int], int]:
    """Count as the wire page says, one fact after the other. Claims are left out: the order of statements in two partitions is not defined."""
    cells: Counter[tuple[str, str]] = Counter()
    heads: dict[tuple[int, str], str] = {}
    repeats = 0
    newest: dict[str, datetime] = {}
    for record in written:
        if record.value == b"rubbish" or record.value is None:
            continue
        event = json.loads(record.value)
        head = (record.partition, event["source"])
        if event["sequence"] <= heads.get(head, ""):
            repeats += 1
            continue
        heads[head] = event["sequence"]
        time = datetime.fromisoformat(event["time"])
        data = event["data"]
        family, what = event["type"].split(".")[2:4]
        if family in ("case", "relief", "oversight"):
            if family != "oversight":
                (add_file if family == "case" else add_grant)(cells, data)
            add_oversight(cells, family, what, event)
            continue
        county = event["subject"] if family == "county" else (data["after"] or data["before"])["county"]
        newest[county] = max(newest.get(county, time), time)
        if family == "student":
            add_fact(cells, what, data, time.astimezone(CHINA).date().isoformat())
    counts = {key: n for key, n in cells.items() if n}
    return counts | {(county, "reported"): micros(time) for county, time in newest.items()}, repeats


def add_fact(cells: Counter[tuple[str, str]], what: str, data: dict[str, Any], day: str) -> None:
    before, after = data["before"], data["after"]
    for one, at in ((1, after), (-1, before)):
        if at is None:
            continue
        cells[at["county"], f"status.{at['status']}"] += one
        if at["status"] in OUT:
            cells[at["county"], f"out.stage.{at['stage'] or 'none'}"] += one
            cells[at["county"], f"out.reason.{at['reason']}"] += one
            cells[at["county"], "out.poor"] += one * at["poor"]
    if before and data.get("unmatched") and before["county"] != after["county"] and before["status"] != "in_transfer":
        cells[before["county"], "transfer.lost"] += 1
        cells[after["county"], "transfer.gained"] += 1
    if completed := data.get("completes"):
        cells[completed["from_county"], "transfer.lost"] -= 1
        cells[completed["to_county"], "transfer.gained"] -= 1
    was = bool(before) and before["status"] in OUT
    now = bool(after) and after["status"] in OUT
    if now and not was:
        flow = "opening" if what == "listed" else "out_again" if (data["spell"] or 1) > 1 else "newly_out"
        cells[after["county"], f"flow.{day}.{flow}"] += 1
    elif was and not now:
        cells[before["county"], f"flow.{day}.{what if what in ('returned', 'removed') else 'excused'}"] += 1
    elif was and before["county"] != after["county"]:
        cells[before["county"], f"flow.{day}.moved_out"] += 1
        cells[after["county"], f"flow.{day}.moved_in"] += 1


def add_file(cells: Counter[tuple[str, str]], data: dict[str, Any]) -> None:
    for one, at in ((1, data["after"]), (-1, data["before"])):
        if at is None:
            continue
        cells[at["county"], f"case.state.{at['state']}"] += one
        if at["state"] != "closed":
            for cell, named in ((f"case.reason.{at['reason']}", at["reason"]), (f"due.{at['due']}", at["due"])):
                cells[at["county"], cell] += one if named else 0


def add_oversight(cells: Counter[tuple[str, str]], family: str, what: str, event: dict[str, Any]) -> None:
    data = event["data"]
    of_county = event["subject"] if family == "oversight" else data["after"]["county"] if family == "case" else ""
    match what:
        case "flagged":
            cells[data.get("county", of_county), f"flag.{data['rule']}.open"] += 1
        case "flag-cleared" | "flag-confirmed":
            cells[data.get("county", of_county), f"flag.{data['rule']}.{what.removeprefix('flag-')}"] += 1
            cells[data.get("county", of_county), f"flag.{data['rule']}.open"] -= 1
        case "drawn":
            cells[of_county, "sample.told"] += 1
        case "rechecked":
            cells[of_county, f"recheck.{data['finding']}"] += 1
        case "sample-drawn":
            cells[of_county, "sample.drawn"] += 1
            cells[of_county, "sample.files"] += data["size"]
        case _:
            pass


def add_grant(cells: Counter[tuple[str, str]], data: dict[str, Any]) -> None:
    for one, at in ((1, data["after"]), (-1, data["before"])):
        if at is not None:
            of = f"relief.living_subsidy.{at['state']}"
            cells[at["county"], f"{of}.grants"] += one
            cells[at["county"], f"{of}.fen"] += one * at["fen"]


def micros(time: datetime) -> int:
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@given(records, st.integers(3, 50))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_sql_counts_what_the_plainest_python_counts(values: list[tuple[int, bytes]], chunk: int) -> None:
    written = laid(values)
    done = counted(written, chunk=chunk)
    found = {(county, cell): n for county, cells in done.cells.items() for cell, n in cells.items() if cell != "claimed"}
    assert (found, done.totals.repeats) == plainly(written)
    assert done.findings.get("unreadable", (0, []))[0] == sum(record.value == b"rubbish" for record in written)


@given(records, st.integers(3, 50))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_record_delivered_twice_counts_once(values: list[tuple[int, bytes]], chunk: int) -> None:
    # Each partition comes whole, twice: every fact of the second time is a repeat.
    once = counted(laid(values), chunk=chunk)
    twice = counted(laid(values + values), chunk=chunk)
    assert twice.cells == once.cells
    assert twice.totals.facts == once.totals.facts


@given(records)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_partitions_may_come_in_any_interleaving(values: list[tuple[int, bytes]]) -> None:
    written = [record for record in laid(values) if record.value and b"county.reported" not in record.value]
    assert counted(written, chunk=7).cells == counted(sorted(written, key=lambda record: -record.partition), chunk=7).cells
