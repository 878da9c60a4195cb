"""What the audit found, for people: tables and sentences on a console."""

from typing import Any

from rich.console import Console
from rich.table import Table

from services.reporting.audit.comparison import MOST_SHOWN
from services.reporting.audit.inventory import LAG_IS_KAFKAS, SETTINGS, Inventory
from services.reporting.audit.recount import Finding
from services.reporting.audit.verification import Verification

OUT_OF_SCHOOL = ("dropped_out", "never_enrolled")
_MEANS = {
    "unreadable": "bytes that are no event, or have no type",
    "unknown type": "a type that the public interface does not name, or a newer version of one",
    "malformed sequence": "without a source, or with a sequence that is not 16 and 4 digits: a repeat could not be told",
    "malformed time": "a time or recordedtime that is not RFC 3339 with an offset",
    "malformed standing": "a before or after that is no standing",
    "malformed statement": "a county's statement without a county or a number",
    "missing": "offsets that hold no record any more, though the record is kept for ever",
}


def print_verification(console: Console, done: Verification, elapsed: float) -> None:
    """Say the verdict, what was compared, and what differs."""
    compared, totals = done.comparison, done.totals
    if done.verdict == "equal":
        console.print("[bold green]equal[/]: what is shown is what the record adds up to")
    elif done.verdict == "not sound":
        console.print("[bold yellow]equal, but not sound[/]: what is shown is what can be counted of the record, and not all of it can be")
    else:
        console.print("[bold red]not equal[/]: what is shown is not what the record adds up to")
    pace = f", {done.records / elapsed:,.0f}/s" if elapsed else ""
    console.print(f"  {done.records:,} records read up to the api's offsets, in {elapsed:.1f} s{pace}")
    console.print(f"  {totals.facts:,} distinct facts, {totals.repeats:,} repeats dropped, {totals.others:,} facts of cases and aid passed over")
    console.print(f"  {compared.counties:,} counties, {compared.cells:,} cells, {compared.flows:,} flows a day; as of {done.as_of.get('event_time')}")
    if compared.differing:
        table = Table(
            "county", "name", "cell", "shown", "recounted", title=f"{compared.differing:,} cells differ; {len(compared.differences)} of them"
        )
        for each in compared.differences:
            table.add_row(each.county, done.names.get(each.county, ""), each.cell, _cell(each.shown), _cell(each.recounted))
        console.print(table)
    if compared.unbalanced:
        title = f"in {len(compared.unbalanced):,} counties the shown flows do not make the shown stock"
        table = Table("county", "name", "stock", "its flows", title=title)
        for uneven in compared.unbalanced[:MOST_SHOWN]:
            table.add_row(uneven.county, done.names.get(uneven.county, ""), _cell(uneven.stock), _cell(uneven.flows))
        console.print(table)
    print_findings(console, list(done.findings))


def print_findings(console: Console, findings: list[Finding]) -> None:
    """Say what cannot be counted, and how to look at it."""
    if not findings:
        return
    table = Table("records", "problem", "means", "first (partition=offset)", title="not counted")
    for finding in findings:
        places = ", ".join(f"{part}={offset}" for part, offset in finding.first)
        table.add_row(f"{finding.records:,}", finding.problem, _MEANS.get(finding.problem, ""), places)
    console.print(table)
    part, offset = findings[0].first[0]
    console.print(f"`baoxue tail --from {part}={offset} -n 1 --json` shows the first; student-status.dead says what the worker put aside.")


def print_counts(console: Console, document: dict[str, Any], by: str | None) -> None:
    """Print an area and its next level as one table. ``by``: which breakdown becomes its columns; None for the chosen few statuses."""
    area, as_of = document["area"], document["as_of"]
    breakdown = f"by_{by or 'status'}"
    words = [word for word in document[breakdown] if by or word not in OUT_OF_SCHOOL]
    words.sort(key=lambda word: -document[breakdown][word])
    out = () if by else OUT_OF_SCHOOL
    title = f"{area['name']} ({area['code']}), newest event {as_of['event_time']}, recorded up to {as_of['recorded_time']}"
    table = Table("code", "name", "out of school", "poor", *out, *words, title=title)
    for column in table.columns[2:]:
        column.justify = "right"
    for part in (*document["children"], {"code": area["code"], "name": area["name"], "reporting": document["coverage"]["reporting"], **document}):
        figures = (part["out_of_school"], part["poor"], *(part[breakdown].get(word, 0) for word in (*out, *words)))
        is_whole = part.get("area") is not None
        if is_whole:
            table.add_section()
        silent = not part["reporting"]
        table.add_row(part["code"], part["name"], *("-" if silent else f"{figure:,}" for figure in figures), style="bold" if is_whole else None)
    console.print(table)
    console.print(f"{document['coverage']['reporting']:,} counties have reported; a part without any is shown as -, which is not 0.")


def print_inventory(console: Console, inventory: Inventory) -> None:
    """Print topics with their settings, and groups with their lag."""
    topics = Table("topic", "partitions", "replicas", "records", "clean-up", "retention", "min in sync", "max message")
    for topic in inventory.topics:
        figures = (str(topic.partitions), str(topic.replicas), f"{topic.records:,}")
        clean_up, kept_ms, kept_bytes, in_sync, largest = (topic.settings.get(setting, "?") for setting in SETTINGS)
        kept = "for ever" if kept_ms == kept_bytes == "-1" else f"{kept_ms} ms, {kept_bytes} bytes"
        topics.add_row(topic.topic, *figures, clean_up, kept, in_sync, largest)
    console.print(topics)
    groups = Table("group", "state", "topic", "committed", "lag")
    for group in inventory.groups:
        groups.add_row(group.group, group.state.lower(), group.topic, f"{group.committed:,}", f"{group.lag:,}")
    console.print(groups)
    console.print(LAG_IS_KAFKAS, style="dim")


def _cell(value: int | str | None) -> str:
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else value
