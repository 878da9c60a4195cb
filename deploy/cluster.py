"""The commands that set a cluster up which is not the embedded stack: its topics, its users and their rights, and the files of secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, TypeVar

import stamina
import typer
from kafka.errors import KafkaError
from rich.console import Console

from deploy.failures import plain_failures
from deploy.local import kafka_access
from deploy.local.private_files import ensure_password, write_private
from deploy.local.redis_access import RIGHTS, user_list
from deploy.local.stack import StartFailed
from services.reporting.settings import AuditorSettings
from shared.brokers import Brokers, one_line
from shared.log.access_admin import ensure_access
from shared.log.rights import rights, users
from shared.log.topic_admin import ensure_topics
from shared.log.topics import DEFAULT_PARTITIONS, topics
from shared.settings import read_settings

KAFKA, REDIS = "kafka-", "redis-"
PATIENCE = 60.0  # seconds; a cluster that just starts has not all its brokers

app = typer.Typer()
out = Console(highlight=False, soft_wrap=True)
Done = TypeVar("Done")

Bootstrap = Annotated[str, typer.Option(envvar="REPORTING_KAFKA_BOOTSTRAP", help="host:port of the brokers, comma between.")]


@app.command("create-topics")
def create_topics(
    bootstrap: Bootstrap = "127.0.0.1:19092",
    partitions: Annotated[
        int, typer.Option(envvar="BAOXUE_PARTITIONS", min=1, max=254, help="Of every topic; fixed for the life of a deployment.")
    ] = DEFAULT_PARTITIONS,
    replicas: Annotated[
        int, typer.Option(envvar="BAOXUE_REPLICAS", min=1, max=9, help="Copies of every record; it counts as logged once all but one have it.")
    ] = 1,
) -> None:
    """Make the topics that a cluster lacks, and check the settings of the others; `up` does it for its own broker."""
    with plain_failures():
        brokers = _brokers(bootstrap)
        made = _patiently("topics", bootstrap, lambda: ensure_topics(brokers, topics(partitions=partitions, replicas=replicas)))
        out.print(f"Made {', '.join(made)}." if made else "The topics are as they must be.")


@app.command("create-users")
def create_users(
    passwords: Annotated[Path, typer.Option(help="Folder of the files with the passwords, one for each user, of the user's name.")],
    prefix: Annotated[str, typer.Option(help="What stands before the user's name in the name of its file.")] = KAFKA,
    bootstrap: Bootstrap = "127.0.0.1:19092",
) -> None:
    """Set the password of each user of a cluster and what it may do; `up` does it for its own broker."""
    with plain_failures():
        brokers, texts = _brokers(bootstrap), dict(_texts(passwords, prefix))
        changed = _patiently("users", bootstrap, lambda: ensure_access(brokers, texts, rights()))
        out.print(f"Set {len(texts)} passwords; " + (f"gave or took {changed} rights." if changed else "the rights are as they must be."))


@app.command("make-secrets")
def make_secrets(folder: Annotated[Path, typer.Argument(help="Where the containers' secrets are, or shall be.")] = Path(".baoxue/secrets")) -> None:
    """Make the passwords that a set-up in containers lacks, and the list of the users of Redis.

    The folder is its owner's alone. The files in it are not, as each container has a user of its own and is given its files as they are.
    """
    with plain_failures():
        try:
            made, there = _make_secrets(folder)
        except OSError as error:
            raise StartFailed(f"{folder} cannot be written: {error}. Name a folder that is yours.") from error
    out.print(f"Made {made} passwords in {folder}; {there} were there.")


def _make_secrets(folder: Path) -> tuple[int, int]:
    """Make what is missing; return how many passwords were made, and how many there were."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    names = (*(f"{KAFKA}{user}" for user in (kafka_access.BROKER, kafka_access.OPERATOR, *users())), *(f"{REDIS}{user}" for user in RIGHTS))
    missing = [name for name in names if not (folder / name).exists()]
    texts = {name: ensure_password(folder / name) for name in names}
    write_private(folder / f"{REDIS}users", user_list({user: texts[f"{REDIS}{user}"] for user in RIGHTS}))
    for file in folder.iterdir():
        file.chmod(0o444)
    return len(missing), len(names) - len(missing)


def _brokers(bootstrap: str) -> Brokers:
    return replace(read_settings(AuditorSettings).kafka, bootstrap=bootstrap)


def _texts(folder: Path, prefix: str) -> Iterator[tuple[str, str]]:
    for user in users():
        try:
            yield user, one_line(folder / f"{prefix}{user}")
        except OSError as error:
            raise StartFailed(f"{user} has no password: {error}. `baoxue make-secrets` makes those that are missing.") from error


def _patiently(what: str, bootstrap: str, do: Callable[[], Done]) -> Done:
    try:
        for attempt in stamina.retry_context(on=KafkaError, attempts=None, timeout=PATIENCE):
            with attempt:
                return do()
    except KafkaError as refused:
        raise StartFailed(f"The brokers at {bootstrap} refuse to make the {what}: {refused}") from refused
    raise AssertionError("unreachable")  # pragma: no cover
