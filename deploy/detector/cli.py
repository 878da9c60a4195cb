"""The commands of the detector: `detector trial` on invented counties, `detector flags` on the record."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from deploy.detector.samples_cli import CASE, KAFKA, AsJson, CaseUrl, Token, install, no_token, print_recorded
from services.case.detector.flags import Flag
from services.reporting.cli import brokers_at, errors_as_sentences, progress, write_json
from shared.contracts.oversight_codes import Rule
from shared.contracts.registry import NewerVersion

if TYPE_CHECKING:
    from deploy.detector.record import Reading
    from deploy.detector.trial import Trial

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Hints at returns on paper: the rules, tried and applied; samples for re-check.")
install(app)
out = Console(highlight=False, soft_wrap=True)

NOT_KEPT = 1
_SHOWN = 3
"""Ids of evidence that a line shows; `--json` shows all."""


@app.command()
def trial(
    seed: Annotated[int, typer.Option(help="The same seed invents the same counties.")] = 1,
    counties: Annotated[int, typer.Option(min=12, max=2000, help="How many; in every second one fraud of one kind is planted.")] = 120,
    as_json: AsJson = False,
) -> None:
    """Invent counties with planted fraud and honest noise, and print the recall and the false alarms of each rule.

    Exit code 0: each rule does what its rulebook promises. 1: not each.
    """
    from deploy.detector.trial import try_rules

    done = try_rules(seed, counties)
    if as_json:
        write_json(_trial_document(done, seed, counties))
    else:
        _print_trial(done, seed, counties)
    if not all(each.kept for each in done.scores):
        raise typer.Exit(NOT_KEPT)


@app.command()
def flags(
    area: Annotated[str, typer.Option(help="100000 for the nation; a province, prefecture or county code; watch52; sanqu.")] = "100000",
    rule: Annotated[Rule | None, typer.Option(help="Only this rule's.")] = None,
    record: Annotated[bool, typer.Option("--record", help="Record them as facts, each once: case knows a flag by its evidence.")] = False,
    office: Annotated[str, typer.Option(help="With --record: in whose name.")] = "/nation",
    case: CaseUrl = CASE,
    token: Token = "",
    until: Annotated[str | None, typer.Option(help="Offsets (0=123,1=456, JSON, @saved-answer.json), a time, or a day; else all there is.")] = None,
    bootstrap: Annotated[str, typer.Option(envvar="REPORTING_KAFKA_BOOTSTRAP", help="host:port of a Kafka broker.")] = KAFKA,
    as_json: AsJson = False,
) -> None:
    """Run the rules over the record, and list the flags by county, each with its evidence and what would clear it.

    A flag is a hint, no finding. Exit code 0: read, flags or none, and recorded if asked. 2: could not be read or recorded.
    """
    from deploy.detector import recording
    from deploy.detector.record import read_flags
    from services.reporting.audit.sources import bounds, kafka_topic
    from services.reporting.audit.sources.positions import parse_until
    from shared.geography.county_codes import codes_in

    try:
        codes = frozenset(codes_in(area))
    except KeyError:
        raise typer.BadParameter(f"{area!r} is no area: 100000, a code of GB/T 2260, watch52 or sanqu", param_hint="'--area'") from None
    try:
        known = None if until is None else parse_until(until)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="'--until'") from error
    if record and not token:
        raise typer.BadParameter(no_token("auditor", office), param_hint="'--token'")
    with errors_as_sentences(NewerVersion, recording.NotRecorded):
        brokers = brokers_at(bootstrap)
        with kafka_topic.KafkaTopic(brokers) as topic:
            offsets = known if isinstance(known, dict) else topic.ends()
            beside = bounds.read_bounds(brokers, len(topic.partitions))
            with progress("Reading the record", sum(offsets.values())) as read:
                done = read_flags(topic, offsets, beside, until=known if isinstance(known, datetime) else None, read=read)
        chosen = [each for each in done.flags if each.county in codes and rule in (None, each.rule)]
        recorded = None
        if record:
            recorded = recording.record(case, token, (recording.line_of_flag(each, office) for each in chosen), "detector-flags")
    if as_json:
        document = _flags_document(done, chosen)
        write_json(document if recorded is None else {**document, "recorded": vars(recorded)})
        return
    _print_flags(done, chosen)
    if recorded is not None:
        print_recorded(recorded)


def _print_trial(done: Trial, seed: int, counties: int) -> None:
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("rule", no_wrap=True)
    for name in ("planted", "found", "recall %", "at least", "honest", "false alarms", "per 1000", "at most"):
        table.add_column(name, justify="right")
    table.add_column("", no_wrap=True)
    for each in done.scores:
        numbers = (each.planted, each.found, f"{each.recall:.1f}", each.promised.recall)
        honest = (each.honest, each.false_alarms, f"{each.false_rate:.1f}", each.promised.false_alarms)
        table.add_row(each.rule, *map(str, (*numbers, *honest)), "kept" if each.kept else "[red]not kept[/]")
    out.print(f"Seed {seed}: {counties} invented counties, a school year, {done.facts} facts; at most {done.most_held} children were held at once.")
    out.print(table)


def _trial_document(done: Trial, seed: int, counties: int) -> dict[str, Any]:
    def score(each: Any) -> dict[str, Any]:
        counts = {name: getattr(each, name) for name in ("rule", "planted", "found", "honest", "false_alarms", "kept")}
        return {**counts, "recall": round(each.recall, 1), "false_alarms_per_1000": round(each.false_rate, 1)}

    return {"seed": seed, "counties": counties, "facts": done.facts, "most_held": done.most_held, "rules": [score(each) for each in done.scores]}


def _print_flags(done: Reading, chosen: list[Flag]) -> None:
    from shared.geography.divisions import divisions

    out.print(f"{len(chosen)} flags as of {done.as_of or 'no day'}, {done.facts} facts read. A flag is a hint, no finding.")
    for county, found in groupby(chosen, key=lambda each: each.county):
        known = divisions().counties.get(county)
        out.print(f"{county} {known.name if known else ''}".rstrip(), style="bold", markup=False)
        for each in found:
            shown = " ".join(each.evidence[:_SHOWN]) + (f" and {len(each.evidence) - _SHOWN} more" if len(each.evidence) > _SHOWN else "")
            out.print(f"  {each.day} {each.rule} {each.subject} (since {each.since}, rulebook {each.version})", markup=False)
            out.print(f"      evidence: {shown}", markup=False)
            out.print(f"      cleared by: {_clears(each).clears_en}", markup=False)
    if done.dead or done.too_late:
        out.print(f"Not judged: {done.dead} records that are no facts of this record, {done.too_late} facts that came too late.", style="yellow")


def _flags_document(done: Reading, chosen: list[Flag]) -> dict[str, Any]:
    def flag(each: Flag) -> dict[str, Any]:
        words = _clears(each)
        return {**msgspec.structs.asdict(each), "clears_zh": words.clears_zh, "clears_en": words.clears_en}

    counts = {name: getattr(done, name) for name in ("as_of", "facts", "repeats", "dead", "too_late", "most_held")}
    return {**counts, "flags": [flag(each) for each in chosen]}


def _clears(flag: Flag) -> Any:
    from services.case.detector.rulebook import RULEBOOKS

    return RULEBOOKS[flag.version - 1].rule(flag.rule)
