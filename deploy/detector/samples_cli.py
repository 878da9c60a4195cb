"""The commands of samples for re-check: `detector sample` draws one, `detector samples` draws all that were recorded again."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from services.reporting.cli import brokers_at, errors_as_sentences, progress, write_json
from shared.contracts.registry import NewerVersion
from shared.identity.offices import FORMS, counties_of_office

if TYPE_CHECKING:
    from deploy.detector.draws import Checked
    from services.case.detector.sampling import Sampled

out = Console(highlight=False, soft_wrap=True)
NOT_EQUAL = 1
KAFKA, CASE = "127.0.0.1:19092", "http://127.0.0.1:8002"

AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]
Bootstrap = Annotated[str, typer.Option(envvar="REPORTING_KAFKA_BOOTSTRAP", help="host:port of a Kafka broker.")]
CaseUrl = Annotated[str, typer.Option("--case", envvar="CASE_URL", help="where case's api is.")]
Token = Annotated[str, typer.Option(envvar="CASE_TOKEN", help="a token of case's api, of whoever records; `baoxue token` makes one.")]


def install(app: typer.Typer) -> None:
    """Add the commands to those of the detector."""
    app.command("sample")(sample)
    app.command("samples")(samples)


def sample(
    office: Annotated[str, typer.Option(help="Who draws: /nation, /provinces/NN or /prefectures/NNNN00.")],
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day of the period.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day of the period, which is over.")],
    seed: Annotated[str | None, typer.Option(help="8 to 64 of 0-9a-z-; drawn at random if left out. With it anybody draws the same files.")] = None,
    record: Annotated[bool, typer.Option("--record", help="Record the sample, once for a period, and each file in it.")] = False,
    case: CaseUrl = CASE,
    token: Token = "",
    bootstrap: Bootstrap = KAFKA,
    as_json: AsJson = False,
) -> None:
    """Draw a sample for re-check from the files of a period that came back or were closed, heavier where numbers moved fast or far.

    Exit code 0: drawn, and recorded if asked. 2: could not be read or recorded.
    """
    from deploy.detector import draws, recording
    from services.case.detector.sampling import sample_rules_on
    from services.reporting.audit.sources import bounds, kafka_topic
    from shared.ids import draw_id

    first, last, chosen = since.date(), until.date(), seed or draw_id()
    if not counties_of_office(office, last) or office.startswith("/counties/"):
        raise typer.BadParameter(f"{office!r} is no level above a county. An office is {FORMS}.", param_hint="'--office'")
    if record and not token:
        raise typer.BadParameter(no_token("superior", office), param_hint="'--token'")
    frame, rules = draws.frame_of(office, first, last), sample_rules_on(last)
    with errors_as_sentences(NewerVersion, recording.NotRecorded):
        brokers = brokers_at(bootstrap)
        with kafka_topic.KafkaTopic(brokers) as topic:
            offsets = topic.ends()
            beside = bounds.read_bounds(brokers, len(topic.partitions))
            with progress("Reading the record", sum(offsets.values())) as read:
                draws.fill([frame], topic, offsets, beside, read)
        drawn = frame.draw(rules, chosen)
        done = None
        if record:
            lines = recording.lines_of_sample(office, first, last, chosen, rules, drawn)
            done = recording.record(case, token, lines, f"sample-{chosen}")
    if as_json:
        write_json(_document(office, first, last, chosen, rules.version, drawn, done))
        return
    out.print(f"Seed {chosen}, rules {rules.version}: {sum(len(each.drawn) for each in drawn)} of {sum(each.population for each in drawn)} files.")
    for each in drawn:
        out.print(f"{each.county} {len(each.drawn)} of {each.population}", style="bold", markup=False)
        for child in each.drawn:
            out.print(f"  {child}", markup=False)
    if done is not None:
        print_recorded(done)


def samples(bootstrap: Bootstrap = KAFKA, as_json: AsJson = False) -> None:
    """Draw again, from the record alone, every sample that was recorded, and say whether it is the one that its seed draws.

    Exit code 0: each is. 1: not each. 2: could not be read.
    """
    from deploy.detector import draws
    from services.reporting.audit.sources import bounds, kafka_topic

    with errors_as_sentences(NewerVersion):
        brokers = brokers_at(bootstrap)
        with kafka_topic.KafkaTopic(brokers) as topic:
            offsets = topic.ends()
            beside = bounds.read_bounds(brokers, len(topic.partitions))
            with progress("Reading the record twice", 2 * sum(offsets.values())) as read:
                found = draws.check(topic, offsets, beside, read)
    if as_json:
        write_json({"samples": [_checked(each) for each in found]})
    else:
        for each in found:
            fact, word = each.fact, "equal" if each.equal else "NOT EQUAL"
            waits = f", {len(each.missing)} files not recorded yet" if each.missing else ""
            drawn = f"{fact.size} of {fact.population} files by {fact.office}, seed {fact.seed}"
            out.print(f"{each.county} {fact.since} to {fact.until}: {drawn}: {word}{waits}", markup=False)
        out.print(f"{len(found)} samples.")
    if not all(each.equal for each in found):
        raise typer.Exit(NOT_EQUAL)


def print_recorded(done: Any) -> None:
    """Print what became of lines that were sent to case."""
    refused = "".join(f", {number} {code}" for code, number in sorted(done.refused.items()))
    out.print(f"Recorded: {done.accepted} new, {done.duplicate} known before, {done.pending} pending{refused}.", markup=False)


def no_token(role: str, office: str) -> str:
    """Return what to say to whoever would record without a token."""
    return f"recording needs a token of case's api: baoxue token --role {role} --office {office}, or the variable CASE_TOKEN"


def _document(office: str, since: date, until: date, seed: str, version: int, drawn: Any, done: Any) -> dict[str, Any]:
    def county(each: Sampled) -> dict[str, Any]:
        return {"county": each.county, "population": each.population, "drawn": list(each.drawn), "digest": each.digest}

    document = {"office": office, "since": since, "until": until, "seed": seed, "version": version, "counties": [county(each) for each in drawn]}
    return document if done is None else {**document, "recorded": vars(done)}


def _checked(each: Checked) -> dict[str, Any]:
    fact = each.fact
    told = {name: getattr(fact, name) for name in ("office", "since", "until", "seed", "version", "population", "size", "digest")}
    return {"county": each.county, **told, "equal": each.equal, "missing": list(each.missing), "odd": list(each.odd)}
