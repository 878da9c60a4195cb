"""The auditors' commands: verify, replay, tail, topics."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from itertools import islice
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

if TYPE_CHECKING:
    from services.reporting.audit.sources.kafka_topic import Brokers

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Look into the record, and count it again.")
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

DIFFERENT, UNREADABLE = 1, 2
PATIENCE = 10.0
"""Seconds that the reporting api may take to count what the record holds."""
LOOK = 0.25
"""Seconds between two looks at how far it has counted."""

Bootstrap = Annotated[str, typer.Option(envvar="REPORTING_KAFKA_BOOTSTRAP", help="host:port of a Kafka broker.")]
Reporting = Annotated[str, typer.Option(envvar="REPORTING_URL", help="Address of the reporting api.")]
Token = Annotated[
    str,
    typer.Option(envvar="REPORTING_TOKEN", show_envvar=True, help="Access token of an auditor. Set the variable: others see a command line."),
]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]
KAFKA, REPORTING = "127.0.0.1:19092", "http://127.0.0.1:8000"


class By(StrEnum):
    """The breakdowns that may become the columns of a replay."""

    STATUS = "status"
    REASON = "reason"
    STAGE = "stage"
    POOR = "poor"
    FLOW = "flow"
    CASE = "case"
    CASE_REASON = "case-reason"
    RELIEF = "relief"
    FLAGS = "flags"
    SAMPLES = "samples"


@app.command()
def verify(
    reporting: Reporting = REPORTING,
    bootstrap: Bootstrap = KAFKA,
    sums: Annotated[bool, typer.Option("--sums", help="Check too that every answer of /v1/counts adds up, from the nation to the counties.")] = False,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Count the record again, and compare it cell by cell with what is shown.

    Exit code 0: equal. 1: not equal, or records that cannot be counted or are not counted yet. 2: could not be read.
    """
    with errors_as_sentences():
        from services.reporting.audit.console.tables import print_verification
        from services.reporting.audit.sources.bounds import read_bounds
        from services.reporting.audit.sources.kafka_topic import KafkaTopic
        from services.reporting.audit.sources.reporting_api import ReportingApi
        from services.reporting.audit.sums import check_sums
        from services.reporting.audit.verification import further
        from services.reporting.audit.verification import verify as count_and_compare

        began = perf_counter()
        with ReportingApi(reporting, token=token) as api:
            snapshot = api.cells()
            with KafkaTopic(brokers := brokers_at(bootstrap)) as topic:
                written = topic.written()
                while further(snapshot.offsets, written) and perf_counter() - began < PATIENCE:
                    sleep(LOOK)
                    snapshot = api.cells()
                with progress("Counting the record again", sum(snapshot.offsets.values())) as read:
                    done = count_and_compare(snapshot, topic, read_bounds(brokers, len(topic.partitions)), written, read)
            elapsed = perf_counter() - began
            wrong: list[str] | None = None
            if sums:
                with progress("Adding up the answers", None) as asked:
                    wrong = check_sums(api.counts, lambda area: asked(1))
    if as_json:
        write_json({**done.as_document(), "sums": wrong, "elapsed_seconds": round(elapsed, 3)})
    else:
        print_verification(out, done, elapsed)
        for sentence in wrong or []:
            out.print(sentence, style="red", markup=False)
        if wrong == []:
            out.print("  the nation is its provinces, a province its prefectures, a prefecture its counties, in every answer")
    if done.verdict != "equal" or wrong:
        raise typer.Exit(DIFFERENT)


@app.command()
def replay(
    until: Annotated[str | None, typer.Option(help="Offsets (0=123,1=456, JSON, @saved-answer.json), a time, or a day; else all there is.")] = None,
    area: Annotated[str, typer.Option(help="100000 for the nation; a province, prefecture or county code; watch52; sanqu.")] = "100000",
    by: Annotated[By | None, typer.Option(help="What the columns are.")] = None,
    bootstrap: Bootstrap = KAFKA,
    as_json: AsJson = False,
) -> None:
    """Print the counts as they stood at some offsets, or as they were known at a time, from the record alone."""
    with errors_as_sentences():
        from services.reporting.audit.console.tables import print_counts, print_findings
        from services.reporting.audit.recount import Recount, open_database
        from services.reporting.audit.replay import counts_document
        from services.reporting.audit.sources.areas import UnknownArea, find_area, load_areas
        from services.reporting.audit.sources.bounds import read_bounds
        from services.reporting.audit.sources.kafka_topic import KafkaTopic
        from services.reporting.audit.sources.positions import parse_until
        from services.reporting.audit.verification import missing, recount_until

        with open_database() as database:
            load_areas(database)
            with _bad_parameter("--area", UnknownArea):
                of = find_area(database, area)
            with _bad_parameter("--until", ValueError):
                known = None if until is None else parse_until(until)
            with KafkaTopic(brokers := brokers_at(bootstrap)) as topic:
                begins, offsets = topic.begins(), known if isinstance(known, dict) else topic.ends()
                bounds = read_bounds(brokers, len(topic.partitions))
                recount = Recount(database, bounds=bounds, recorded_until=known if isinstance(known, datetime) else None)
                with progress("Counting the record", sum(offsets.values())) as read:
                    recount, totals = recount_until(recount, topic, offsets, read)
            document = counts_document(database, of, offsets, totals)
            findings = [*recount.findings(), *missing(begins, offsets)]
    if as_json:
        document["not_counted"] = [asdict(found) for found in findings]
        write_json(document)
    else:
        print_counts(out, document, by)
        print_findings(out, findings)


@app.command()
def tail(
    topic: Annotated[str, typer.Option(help="Which topic; `baoxue topics` lists them.")] = "student-status",
    start: Annotated[str, typer.Option("--from", help="beginning, end, or offsets: 0=123,1=456.")] = "end",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")] = False,
    type_glob: Annotated[str | None, typer.Option("--type", help="Only types like this: dropped-out, '*returned*', 'county.*'.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only this child's, or this county's.")] = None,
    number: Annotated[int | None, typer.Option("-n", min=1, help="At most so many; without it the last 10, or all from where --from says.")] = None,
    bootstrap: Bootstrap = KAFKA,
    as_json: Annotated[bool, typer.Option("--json", help="The events as they are in the log, one a line.")] = False,
) -> None:
    """Print events, one a line: the last ones, or from some point on."""
    with errors_as_sentences(), suppress(KeyboardInterrupt):
        from services.reporting.audit.console.event_lines import EventFilter, event_line
        from services.reporting.audit.console.tail import LoggedEvent, events_between, events_from, last_events
        from services.reporting.audit.sources.kafka_topic import KafkaTopic
        from services.reporting.audit.sources.positions import parse_offsets

        with _bad_parameter("--from", ValueError):
            offsets = None if start in ("beginning", "end") else parse_offsets(start)
        chosen = EventFilter(type_glob, subject)

        def show(events: Iterable[LoggedEvent]) -> None:
            for record, event in events:
                typer.echo((record.value or b"") if as_json else event_line(record, event))

        with KafkaTopic(brokers_at(bootstrap), topic) as log:
            ends = log.ends()
            if start == "end":
                show(last_events(log, chosen, number or 10, ends))
            else:
                show(islice(events_between(log, chosen, offsets if offsets is not None else dict.fromkeys(ends, 0), ends), number))
            if follow:
                show(events_from(log, chosen, ends))


@app.command()
def topics(bootstrap: Bootstrap = KAFKA, as_json: AsJson = False) -> None:
    """Print what the broker holds: topics, their settings, consumer groups and their lag."""
    with errors_as_sentences():
        from services.reporting.audit.console.tables import print_inventory
        from services.reporting.audit.sources.inventory import take_inventory

        inventory = take_inventory(brokers_at(bootstrap))
    if as_json:
        write_json(inventory.as_document())
    else:
        print_inventory(out, inventory)


def brokers_at(bootstrap: str) -> "Brokers":
    """Return the brokers, asked as whom the variables name (``REPORTING_KAFKA_USER`` and those beside it)."""
    from services.reporting.audit.sources.kafka_topic import Brokers
    from services.reporting.settings import AuditorSettings
    from shared.settings import read_settings

    return Brokers(bootstrap, {**read_settings(AuditorSettings).kafka.client(), "bootstrap_servers": bootstrap})


def write_json(document: dict[str, Any]) -> None:
    """Write a document for machines, which is UTF-8 in every locale."""
    typer.echo(json.dumps(document, ensure_ascii=False, default=str).encode())


@contextmanager
def errors_as_sentences(*others: type[Exception]) -> Iterator[None]:
    """Print the sentence of a failed read, or of one of these others, which names its fix, and exit with code 2."""
    from services.reporting.audit.sources.kafka_topic import TopicUnreadable
    from services.reporting.audit.sources.reporting_api import AnswerUnreadable

    told: tuple[type[Exception], ...] = (TopicUnreadable, AnswerUnreadable, *others)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # our own sentence says what it would warn of
    try:
        yield
    except told as failure:
        err.print(str(failure), style="red", markup=False)
        raise typer.Exit(UNREADABLE) from failure


@contextmanager
def _bad_parameter(option: str, *what: type[Exception]) -> Iterator[None]:
    """Turn a bad argument into typer's own error, with the name of the option."""
    try:
        yield
    except what as error:
        raise typer.BadParameter(str(error), param_hint=f"'{option}'") from error


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], Any]]:
    """Show a progress bar on the error stream, so that the answer can be piped. Yields the function that advances it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(TextColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(""), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda more: bar.update(task, advance=more)
