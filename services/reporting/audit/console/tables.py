"""The results of the audit, for people: tables and sentences on a console."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from services.reporting.audit.comparison import MOST_SHOWN
from services.reporting.audit.console.columns import Column, print_columns
from services.reporting.audit.definition import belonging
from services.reporting.audit.recount import Finding
from services.reporting.audit.sources.inventory import LAG_IS_KAFKAS, SETTINGS, Inventory
from services.reporting.audit.verification import Verification

OUT_OF_SCHOOL = ("dropped_out", "never_enrolled")
_MEANS = {
    "unreadable": "bytes that are no event, or have no type",
    "unknown type": "a type that the public interface does not name, or a newer version of one",
    "malformed sequence": "without a source, or with a sequence that is not 16 and 4 digits, or is too large: nobody could recognise a repeat",
    "malformed time": "a time or recordedtime that is not RFC 3339 with an offset",
    "malformed standing": "a before or after that is no standing",
    "malformed file": "a before or after that is no child's file, or no after",
    "malformed grant": "a before or after that is no grant, or neither where there must be one",
    "malformed statement": "a county's statement without a county or a number",
    "malformed flag": "a flag without a county, or of a rule that the public interface does not name",
    "malformed re-check": "a re-check that says nothing that the public interface names",
    "malformed sample": "a sample without a county, or without the number of its files",
    belonging.KEY: "somebody else wrote it: its key, subject and partition key are not one, or not what its type is about",
    belonging.PARTITION: "somebody else wrote it: its key belongs in another partition",
    belonging.SOURCE: "somebody else wrote it: another service writes this type",
    belonging.ID: "somebody else wrote it: it jumps over inputs, and its id is not that of the input which its sequence names",
    belonging.BEYOND: "somebody else wrote it: its sequence named an input that did not exist",
    "missing": "offsets that hold no record any more, though the record is kept for ever",
}


def print_verification(console: Console, done: Verification, elapsed: float) -> None:
    """Print the verdict, the families covered and passed over, what was compared, and the differences."""
    compared, totals = done.comparison, done.totals
    if done.verdict == "equal":
        console.print("[bold green]equal[/]: what is shown is what the record adds up to")
    elif done.verdict == "not sound":
        console.print("[bold yellow]equal, but not sound[/]: what is shown is what can be counted of the record, and not all of it can be")
    elif done.verdict == "behind":
        console.print("[bold yellow]behind[/]: what is shown is what its part of the record adds up to, and the record goes further")
    else:
        console.print("[bold red]not equal[/]: what is shown is not what the record adds up to")
    if done.further:
        console.print(f"  {done.further:,} offsets of the record are not counted: reporting is behind, or a transaction of another writer is open")
    pace = f", {done.records / elapsed:,.0f}/s" if elapsed else ""
    console.print(f"  {done.records:,} records read up to the api's offsets, in {elapsed:.1f} s{pace}")
    if done.without_record:
        console.print(f"  {done.without_record:,} offsets hold no record: ends of transactions of other writers, and what they aborted")
    all_ = compared.altogether
    console.print(f"  {totals.facts:,} distinct facts counted, {totals.repeats:,} repeats dropped")
    console.print(f"  families covered: {_by_family(totals.covered)}")
    console.print(f"  families passed over, which nobody counts: {_by_family(totals.passed_over) or 'none'}")
    console.print(
        f"  compared: {compared.counties:,} counties, {compared.cells:,} cells, {compared.flows:,} flows a day, {compared.due:,} due days; "
        f"as of {done.as_of.get('event_time')}"
    )
    console.print(
        f"  {all_.out_of_school:,} children out of school; {all_.files_open:,} files open or persuading, {all_.files_settled:,} under observation or "
        f"closed; {all_.grants:,} grants of {_yuan(all_.fen)} yuan; {all_.flags_open:,} flags open, {all_.flags_settled:,} cleared or confirmed; "
        f"{all_.rechecked:,} files checked again, {all_.not_in_school:,} of their children not in school"
    )
    if compared.differing:
        table = Table(
            "county", "name", "cell", "shown", "recounted", title=f"{compared.differing:,} cells differ; {len(compared.differences)} of them"
        )
        for each in compared.differences:
            table.add_row(each.county, done.names.get(each.county, ""), each.cell, _cell(each.shown), _cell(each.recounted))
        console.print(table)
    if compared.unbalanced:
        table = Table(
            "county", "name", "what is shown", "total", "its parts", title=f"{len(compared.unbalanced):,} totals are not what their parts make"
        )
        for uneven in compared.unbalanced[:MOST_SHOWN]:
            table.add_row(uneven.county, done.names.get(uneven.county, ""), uneven.law, _cell(uneven.total), _cell(uneven.parts))
        console.print(table)
    print_findings(console, list(done.findings))


def print_findings(console: Console, findings: list[Finding]) -> None:
    """Print the records that cannot be counted, and the command that shows the first."""
    if not findings:
        return
    table = Table("records", "problem", "means", "first (partition=offset)", title="not counted")
    for finding in findings:
        places = ", ".join(f"{part}={offset}" for part, offset in finding.first)
        table.add_row(f"{finding.records:,}", finding.problem, _MEANS.get(finding.problem, ""), places)
    console.print(table)
    part, offset = findings[0].first[0]
    console.print(f"`baoxue tail --from {part}={offset} -n 1 --json` shows the first; student-status.dead has the dead letters of the worker.")


IN_ORDER = ("case", "relief", "flags", "samples")
"""Breakdowns whose columns keep their own order. Those of the others begin with the largest number."""


def breakdown(part: dict[str, Any], by: str | None) -> dict[str, int]:
    """Return the numbers of an area that become its columns: of children by a word, of files (``case``, ``case-reason``), of aid (``relief``), or
    of oversight (``flags``, ``samples``).
    """
    match by:
        case "case":
            return {**part["cases"]["by_state"], "overdue": part["cases"]["overdue"]}
        case "case-reason":
            return {reason: n for reason, n in part["cases"]["by_reason"].items() if n}
        case "relief":
            return {f"{state} {what}": aid[what] for states in part["relief"].values() for state, aid in states.items() for what in ("grants", "fen")}
        case "flags":
            return {f"{rule} {state}": n for rule, states in part["flags"].items() if any(states.values()) for state, n in states.items()}
        case "samples":
            return {**{what: n for what, n in part["samples"].items() if what != "found"}, **part["samples"]["found"]}
        case _:
            return dict(part[f"by_{by or 'status'}"])


def print_counts(console: Console, document: dict[str, Any], by: str | None) -> None:
    """Print an area and its next level as one table. ``by``: the breakdown that becomes the columns; None for the statuses."""
    area, as_of = document["area"], document["as_of"]
    numbers = breakdown(document, by)
    words = [word for word in numbers if by or word not in OUT_OF_SCHOOL]
    if by not in IN_ORDER:
        words.sort(key=lambda word: -numbers[word])
    out = () if by else OUT_OF_SCHOOL
    title = f"{area['name']} ({area['code']}), newest event {as_of['event_time']}, recorded up to {as_of['recorded_time']}"
    parts = (*document["children"], {"code": area["code"], "name": area["name"], "reporting": document["coverage"]["reporting"], **document})
    columns = [Column("code", [part["code"] for part in parts]), Column("name", [part["name"] for part in parts])]
    broken_down = [breakdown(part, by) for part in parts]
    figures = {what: [part[of] for part in parts] for what, of in (("out of school", "out_of_school"), ("poor", "poor"))}
    figures |= {word: [found.get(word, 0) for found in broken_down] for word in (*out, *words)}
    for heading, numbers_of in figures.items():
        cells = [f"{number:,}" if part["reporting"] else "-" for part, number in zip(parts, numbers_of, strict=True)]
        columns.append(Column(heading, cells, "right"))
    print_columns(console, columns, first=2, title=title, last_apart=True)
    reporting = document["coverage"]["reporting"]
    console.print(f"{reporting:,} counties have reported; a part without any is shown as -, which is not 0.", soft_wrap=False)


def print_inventory(console: Console, inventory: Inventory) -> None:
    """Print topics with their settings, and groups with their lag."""
    topics = inventory.topics
    settings = [[topic.settings.get(setting, "?") for setting in SETTINGS] for topic in topics]
    clean_up, kept_ms, kept_bytes, in_sync, largest = zip(*settings, strict=True) if settings else ((), (), (), (), ())
    kept = ["for ever" if ms == octets == "-1" else f"{ms} ms, {octets} bytes" for ms, octets in zip(kept_ms, kept_bytes, strict=True)]
    columns = [
        Column("topic", [topic.topic for topic in topics]),
        Column("partitions", [str(topic.partitions) for topic in topics], "right"),
        Column("replicas", [str(topic.replicas) for topic in topics], "right"),
        Column("records", [f"{topic.records:,}" for topic in topics], "right"),
        Column("clean-up", clean_up),
        Column("retention", kept),
        Column("min in sync", in_sync, "right"),
        Column("max message", largest, "right"),
    ]
    print_columns(console, columns)
    groups = inventory.groups
    columns = [
        Column("group", [group.group for group in groups]),
        Column("topic", [group.topic for group in groups]),
        Column("state", [group.state.lower() for group in groups]),
        Column("committed", [f"{group.committed:,}" for group in groups], "right"),
        Column("lag", [f"{group.lag:,}" for group in groups], "right"),
    ]
    print_columns(console, columns, first=2)
    console.print(LAG_IS_KAFKAS, style="dim", soft_wrap=False)


def _by_family(facts: Mapping[str, int]) -> str:
    return ", ".join(f"{family} {number:,}" for family, number in facts.items())


def _yuan(fen: int) -> str:
    return f"{Decimal(fen) / 100:,.2f}"


def _cell(value: int | str | None) -> str:
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else value
