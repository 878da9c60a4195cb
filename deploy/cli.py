"""The `baoxue` command: the stack on this machine, and the auditors' commands of reporting."""

from __future__ import annotations

import asyncio
import datetime
import logging
import os
import secrets
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from deploy import rebuild
from deploy.cluster import app as cluster
from deploy.detector.cli import app as detector
from deploy.failures import err, plain_failures
from deploy.local import directory, redis_access
from deploy.local import doctor as examination
from deploy.local.config import StackConfig
from deploy.local.doctor.settings import checks as settings_checks
from deploy.local.issuer import by_hand, keys
from deploy.local.stack import LocalStack, StartFailed
from deploy.terminal import can_show, show_what_it_can
from services.enrolment.cli import app as enrolment
from services.reporting.cli import app as reporting
from shared.contracts.services import SERVICES
from shared.log.rights import AUDITOR

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Baoxue: the count of children out of compulsory schooling.")
app.add_typer(reporting)
app.add_typer(enrolment)
app.add_typer(cluster)
app.add_typer(rebuild.app)
app.add_typer(detector, name="detector")
out = Console(highlight=False, soft_wrap=True)


def main() -> None:
    """Run the command that the arguments name, on a terminal of any encoding."""
    show_what_it_can()
    app()


def demo_config(config: StackConfig) -> StackConfig:
    """Return the configuration as it is set; with an empty folder of the demo's own below it, if the folder holds a record. Raises `StartFailed`."""
    if LocalStack(config).is_running():
        raise StartFailed("A stack runs here already, and the demo wants one of its own. `make down` stops it; its data stay.")
    if not _has_record(config):
        return config
    own = _own_to_the_demo(config)
    _say(f"{config.home} holds a record already, which `make up` goes on with: the demo starts empty, in {own.home}")
    LocalStack(own).stop()
    shutil.rmtree(own.home)
    return own


@app.callback()
def where(context: typer.Context) -> None:
    """Let the auditors' commands ask this stack unless they are told otherwise, as its auditor."""
    # It warns that a login goes without TLS, at each; where that is wrong, the doctor says so.
    logging.getLogger("kafka.net.sasl").setLevel(logging.ERROR)
    with plain_failures():
        config = StackConfig.from_environment()
        _let_auditors_in(config)
    os.environ.setdefault("REPORTING_URL", config.api_url("reporting"))
    if context.invoked_subcommand == "verify" and "REPORTING_TOKEN" not in os.environ and (running := _running(config)):
        with suppress(by_hand.NoSuchToken):
            os.environ["REPORTING_TOKEN"] = by_hand.token(running.config, by_hand.claims_of(roles=[], office=None, demo_name="auditor"), minutes=15)
    if context.invoked_subcommand == "rebuild":
        running = _running(config)
        for service in rebuild.SERVICES:
            if f"{service.upper()}_REDIS_URL" not in os.environ:
                os.environ |= rebuild.environment(running.config if running else config, service)
    if context.invoked_subcommand == "detector":
        os.environ.setdefault("CASE_URL", config.api_url("case"))
    if context.invoked_subcommand in {"id", "id-key", "directory"}:
        running = _running(config)
        for name, value in directory.environment(running.config if running else config).items():
            os.environ.setdefault(name, value)


@app.command()
def demo(
    scale: Annotated[float, typer.Option(min=0.0001, max=1.0, help="How much of the nation: 1 is all of it.")] = 1.0,
    until: Annotated[datetime.datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day played.")] = datetime.datetime(2020, 6, 14),  # noqa: DTZ001 - a day
    seed: Annotated[int, typer.Option(help="The same seed invents the same children.")] = 1,
) -> None:
    """Start everything, play the history in, and run until Ctrl-C."""
    from deploy.demo.playing.apis import Apis
    from deploy.demo.playing.play import play_history
    from deploy.demo.playing.story import environment

    # Everything is recorded at the time of the story, which only this process may say: nobody else has the key.
    story_key = secrets.token_hex(16)
    os.environ |= environment(story_key)
    if scale < 1:
        # The figures of a part of the nation fell from the beginning of its own record, not from the published 600,000.
        os.environ.setdefault("REPORTING_BASELINE", "record")
    with plain_failures():
        # While a history is played in, the day is that of the record: by the calendar everything in it would be overdue.
        config = demo_config(StackConfig.from_environment()).model_copy(update={"today": "record"})
        stack = LocalStack(config, say=_say)
        exact: bool | None = None
        with _interruptible(), _stopped_at_the_end(stack):
            stack.start()
            _addresses(config)
            exact = asyncio.run(play_history(Apis.of(config), scale=scale, until=until.date(), seed=seed, story_key=story_key))
            _processes(stack)
            _addresses(config)
            out.print("Running until Ctrl-C.")
            stack.wait_for_exit()
            err.print("Everything was stopped from elsewhere.")
    if exact is False:
        raise typer.Exit(1)


@app.command()
def up() -> None:
    """Start everything in the background, empty or with the data of the last run."""
    with plain_failures():
        config = StackConfig.from_environment()
        stack = LocalStack(config, foreground=False, say=_say, before_services=lambda: rebuild.follow_versions(config))
        stack.start()
        _addresses(stack.config)
        out.print("Running in the background; `make down` stops it, `baoxue status` shows it.")


@app.command()
def down() -> None:
    """Stop everything that runs here, left-over processes too; the data stay."""
    with plain_failures():
        config = StackConfig.from_environment()
        for each in (config, _own_to_the_demo(config)):
            LocalStack(each, say=_say).stop()
        out.print("Nothing is running.")


@app.command()
def status() -> None:
    """Show every process. Exit code 1 if not all of them run."""
    with plain_failures():
        config = StackConfig.from_environment()
        stack = _running(config)
        if stack is None:
            out.print("Nothing is running; `make up` starts everything.")
            raise typer.Exit(1)
        all_run = _processes(stack)
    _addresses(config)
    if not all_run:
        raise typer.Exit(1)


@app.command()
def doctor(
    settings: Annotated[bool, typer.Option("--settings", help="Look at the variables of the services alone, as in a container.")] = False,
) -> None:
    """Say what is wrong, and which command mends it. Exit code 1 if anything is wrong."""
    with plain_failures():
        wrong, config = 0, StackConfig.from_environment()
        right_mark, wrong_mark = ("✓", "✗") if can_show("✓✗", out.encoding) else ("ok", "!!")
        running = _running(config)
        for check in settings_checks(os.environ) if settings else examination.examine(running.config if running else config):
            mark = f"[red]{wrong_mark}[/]" if check.mend else f"[green]{right_mark}[/]"
            out.print(f"{mark} {check.about}: {check.seen}")
            if check.mend:
                wrong += 1
                out.print(f"    {check.mend}")
    if wrong:
        raise typer.Exit(1)


@app.command()
def token(
    role: Annotated[list[str] | None, typer.Option(help="What whoever asks does for the office; several may be given.")] = None,
    office: Annotated[str | None, typer.Option(help="/nation, /provinces/51, /prefectures/513400, /counties/513431 or /schools/<10 digits>.")] = None,
    demo_name: Annotated[str | None, typer.Option("--as", help="An office of the demo, as its sign-in page lists them: officer, auditor, …")] = None,
    minutes: Annotated[int, typer.Option(min=1, max=keys.LONGEST_MINUTES, help="How long the token is good for.")] = 60,
) -> None:
    """Print a token of the stack that runs here, for `curl -H "authorization: Bearer $(baoxue token …)"`."""
    with plain_failures():
        claims = by_hand.claims_of(roles=role or [], office=office, demo_name=demo_name)
        typer.echo(by_hand.token(_needs_running(StackConfig.from_environment()), claims, minutes=minutes))


@app.command("rotate-key")
def rotate_key() -> None:
    """Let the stack's issuer go over to a new key, without a stop: it is published now, and signs once every api has fetched it."""
    with plain_failures():
        config = _needs_running(StackConfig.from_environment())
        kid, begins = keys.rotate(config.issuer_folder, time.time())
        out.print(f"Key {kid} is published, and signs from {datetime.datetime.fromtimestamp(begins).astimezone():%H:%M:%S} on.")


@app.command("redis", context_settings={"ignore_unknown_options": True})
def redis_command(words: Annotated[list[str], typer.Argument(help="A command of Redis and its arguments, as `info memory`.")]) -> None:
    """Do one command in the stack's Redis as its operator, and show what it answers. Exit code 1 if Redis refuses it or is not there."""
    from redis import RedisError

    with plain_failures():
        config = StackConfig.from_environment()
        running = _running(config)
        try:
            with redis_access.client(running.config if running else config, redis_access.OPERATOR) as client:
                answer = client.execute_command(*words)
        except (RedisError, OSError) as error:
            raise StartFailed(f"Redis did not do it: {error}") from error
    for line in _lines(answer):
        out.print(line, markup=False)


def _let_auditors_in(config: StackConfig) -> None:
    """Tell the auditors' commands where this stack's Kafka is, and as whom to ask it, unless they are told of another."""
    if "REPORTING_KAFKA_BOOTSTRAP" in os.environ:
        return
    os.environ["REPORTING_KAFKA_BOOTSTRAP"] = config.kafka_bootstrap
    running = _running(config)
    password = (running.config if running else config).kafka_password_file(AUDITOR)
    if password.exists():
        os.environ |= {"REPORTING_KAFKA_USER": AUDITOR, "REPORTING_KAFKA_PASSWORD_FILE": str(password)}


def _lines(answer: object) -> Iterator[str]:
    """Show an answer of Redis, a value a line."""
    match answer:
        case dict():
            for name, value in answer.items():
                yield f"{name}: {value}"
        case list() | tuple() | set():
            for each in answer:
                yield from _lines(each)
        case _:
            yield str(answer)


def _running(config: StackConfig) -> LocalStack | None:
    """Return the stack that runs here: that of the folder, or that of the demo in it."""
    return next((stack for each in (config, _own_to_the_demo(config)) if (stack := LocalStack(each)).is_running()), None)


def _needs_running(config: StackConfig) -> StackConfig:
    """Return the configuration of the stack that runs here. Raises `StartFailed` where none does."""
    if (running := _running(config)) is None:
        raise StartFailed("No stack runs here, so no api would take the token: `make up` or `make demo` starts one.")
    return running.config


def _own_to_the_demo(config: StackConfig) -> StackConfig:
    return config.model_copy(update={"home": config.home / "demo"})


def _has_record(config: StackConfig) -> bool:
    segments = (config.home / "kafka" / "data").glob("*-*/*.log")
    return any(path.stat().st_size for path in segments if not path.parent.name.startswith("__"))


def _say(sentence: str) -> None:
    out.print(sentence, style="dim")


def _processes(stack: LocalStack) -> bool:
    """Show every process and its cost; return whether all of them run."""
    states, costs = stack.states(), stack.costs()
    table = Table("process", "state", "pid", "since", Column("CPU s", justify="right"), Column("MiB", justify="right"))
    for name, each in sorted(states.items()):
        since = f"{datetime.datetime.fromtimestamp(each.since).astimezone():%Y-%m-%d %H:%M:%S}" if each.pid else ""
        takes = (f"{costs[name].cpu_seconds:,.1f}", f"{costs[name].memory / 2**20:,.0f}") if name in costs else ("", "")
        table.add_row(name, each.state.lower(), str(each.pid or ""), since, *takes)
    out.print(table)
    return all(each.state == "RUNNING" for each in states.values())


def _addresses(config: StackConfig) -> None:
    for spec in SERVICES:
        out.print(f"{spec.name:<9}  {config.api_url(spec.name)}  {spec.serves}")
    out.print(f"{'issuer':<9}  {config.issuer_url}  signs people in; `baoxue token --as officer` prints a token")
    out.print(f"Kafka, Redis, logs: {config.kafka_bootstrap}, {config.redis_address}, {config.logs}")


@contextmanager
def _interruptible() -> Iterator[None]:
    """End the block at Ctrl-C, at a TERM and at a closed terminal, without a failure."""
    # A shell starts a background process with SIGINT ignored, so the handler is set here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda *_: signal.raise_signal(signal.SIGINT))
    with suppress(KeyboardInterrupt):
        yield


@contextmanager
def _stopped_at_the_end(stack: LocalStack) -> Iterator[None]:
    try:
        yield
    finally:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        _say("Stopping everything")
        stack.stop()
