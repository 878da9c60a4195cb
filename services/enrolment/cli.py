"""The commands of student ids and of the directory's keys: `id`, `id-key`, `directory`. No number ever stands on a command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO, TypeVar

import typer
from rich.console import Console

if TYPE_CHECKING:
    from services.enrolment.directory.directory import Directory
    from services.enrolment.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Student ids, and the keys of names.")
keys = typer.Typer(no_args_is_help=True, help="The key of student ids: its versions and their fingerprints.")
directory = typer.Typer(no_args_is_help=True, help="The directory of children: its tables and its master key.")
app.add_typer(keys, name="id-key")
app.add_typer(directory, name="directory")
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

WRONG, UNAVAILABLE = 1, 2
T = TypeVar("T")

KeysFile = Annotated[Path, typer.Option("--keys", envvar="ENROLMENT_STUDENT_KEYS_FILE", help="File of the student-id key.")]
KEYS, MASTER_KEYS = Path(".baoxue/directory/student-id.keys"), Path(".baoxue/directory/master.keys")
Day = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day for which ids are made; today if left out.")]


@app.command("id")
def make_ids(
    file: Annotated[Path | None, typer.Argument(help="File of numbers, a child a line; standard input if left out.")] = None,
    keys_file: KeysFile = KEYS,
    on: Day = None,
    every_version: Annotated[
        bool, typer.Option("--every-version", help="The ids under every version of the key that has begun, the newest first.")
    ] = False,
) -> None:
    """Make the student ids of identity numbers and 学籍号: a child a line in, an id a line out.

    A line may hold several numbers of one child, blanks or commas between; the id is that of the first, as the api makes it. A line that is no
    number gives an empty line, and its rule on standard error; a blank line gives a blank one.
    Exit code 0: all ids were made. 1: not all. 2: there is no key.
    """
    from services.enrolment.directory.identity_numbers import NotANumber, normalised
    from services.enrolment.directory.key_files import read_student_keys

    with _failures_as_sentences():
        held, day, wrong = read_student_keys(keys_file), _day(on), 0
        for number, line in _lines(file):
            try:
                texts = [normalised(text, on=day) for text in line.replace(",", " ").replace("，", " ").split()]
            except NotANumber as refused:
                wrong += 1
                texts = []
                err.print(f"line {number}: a number {refused}", markup=False)
            ids = held.ids_of(texts[0], day) if texts else ()
            out.print(" ".join(ids if every_version else ids[:1]), markup=False)
    if wrong:
        raise typer.Exit(WRONG)


@keys.command("show")
def show_keys(keys_file: KeysFile = KEYS) -> None:
    """Show the versions of the key: the first day of each, and the fingerprint by which two holders compare their keys."""
    from services.enrolment.directory.key_files import read_student_keys

    with _failures_as_sentences():
        held = read_student_keys(keys_file)
        for each in held.keys:
            now = "  in force" if each is held.in_force(_day(None)) else ""
            out.print(f"version {each.version}  from {each.since}  fingerprint {each.fingerprint}{now}")


@keys.command("add")
def add_key(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day on which new ids are made with it.")],
    keys_file: KeysFile = KEYS,
) -> None:
    """Draw a new version of the key, for the nation to hand out to all who make ids, before its first day comes."""
    from services.enrolment.directory.key_files import add_student_key

    with _failures_as_sentences():
        new = add_student_key(keys_file, since.date())
    out.print(f"version {new.version}  from {new.since}  fingerprint {new.fingerprint}")


@directory.command("status")
def show_status() -> None:
    """Show which migration each database has, and how many keys are under each version of the master key."""
    from services.enrolment.directory.migrating import Part, newest, version_of

    async def ask(names: Directory) -> None:
        for part, database in ((Part.DIRECTORY, names.database), (Part.KEYSTORE, names.keystore.database)):
            found = await version_of(database)
            out.print(f"{part}: {found or 'empty'}{'' if found == newest(part) else f', newest is {newest(part)}: baoxue directory migrate'}")
        for version, number in sorted((await names.keystore.versions()).items()):
            out.print(f"master key {version}: {number:,} keys")

    _with_directory(ask)


@directory.command("migrate")
def bring_up() -> None:
    """Bring both databases to the newest migration; the api does so too when it starts."""
    from services.enrolment.directory.migrating import Part, migrate

    async def do(names: Directory) -> None:
        await migrate(names.database, Part.DIRECTORY)
        await migrate(names.keystore.database, Part.KEYSTORE)

    _with_directory(do)
    out.print("Both databases are at the newest migration.")


@directory.command("prepare")
def prepare(
    student_keys: Annotated[Path, typer.Option(envvar="ENROLMENT_STUDENT_KEYS_FILE", help="File of the student-id key.")] = KEYS,
    master_keys: Annotated[Path, typer.Option(envvar="ENROLMENT_MASTER_KEYS_FILE", help="File of the master key.")] = MASTER_KEYS,
    password: Annotated[
        Path | None, typer.Option(envvar="ENROLMENT_DIRECTORY_PASSWORD_FILE", help="File of the database's password, which its group may read.")
    ] = None,
) -> None:
    """Make the keys that are missing, and the password of the database; what is there stays. Every set-up but `baoxue up` begins with it."""
    from services.enrolment.directory.key_files import ensure_keys, ensure_password

    with _failures_as_sentences():
        made = ensure_keys(student_keys, master_keys)
        if password is not None and ensure_password(password):
            made.append(password)
    out.print(f"Made {', '.join(map(str, made))}." if made else "All keys are there.", markup=False)


@directory.command("change-master-key")
def change_master_key() -> None:
    """Draw a new master key and wrap all keys with it, while the api goes on. The old version stays until `retire-master-key`."""
    from services.enrolment.directory.key_files import add_master_key

    async def do(names: Directory) -> int:
        number = 0
        while step := await names.keystore.rewrap():
            number += step
        return number

    with _failures_as_sentences():
        new = add_master_key(_settings().master_keys_file)
    out.print(f"Wrapped {_with_directory(do):,} keys with version {new.version} of the master key.")


@directory.command("retire-master-key")
def retire_master_key() -> None:
    """Remove all versions of the master key but the newest, for ever. Copies of the keystore from before open nowhere any more."""
    from services.enrolment.directory.key_files import keep_newest_master_key, read_master_keys

    async def ask(names: Directory) -> dict[int, int]:
        while await names.keystore.rewrap():
            pass
        return await names.keystore.versions()

    with _failures_as_sentences():
        file = _settings().master_keys_file
        newest = read_master_keys(file)[-1].version
        if older := {version: number for version, number in _with_directory(ask).items() if version != newest}:
            err.print(f"Keys are still under other versions, {older}: run it again.")
            raise typer.Exit(WRONG)
        keep_newest_master_key(file)
    out.print(f"Only version {newest} of the master key is left.")


def _with_directory(do: Callable[[Directory], Awaitable[T]]) -> T:
    from services.enrolment.wiring import directory_of

    async def run() -> T:
        names = directory_of(_settings())
        try:
            return await do(names)
        finally:
            await names.database.close()
            await names.keystore.database.close()

    with _failures_as_sentences():
        return asyncio.run(run())


def _settings() -> Settings:
    from services.enrolment.settings import Settings
    from shared.settings import read_settings

    return read_settings(Settings)


def _day(on: datetime | None) -> date:
    from shared import clock

    return on.date() if on else clock.china_day(clock.now())


def _lines(file: Path | None) -> Iterator[tuple[int, str]]:
    """Yield the lines, numbered."""
    source: TextIO = sys.stdin if file is None else file.open(encoding="utf-8")
    with source:
        yield from enumerate(source, 1)


@contextmanager
def _failures_as_sentences() -> Iterator[None]:
    from services.enrolment.directory.database import DATABASE_UNAVAILABLE
    from services.enrolment.directory.key_files import KeysWrong

    try:
        yield
    except KeysWrong as wrong:
        err.print(str(wrong), markup=False)
        raise typer.Exit(UNAVAILABLE) from None
    except DATABASE_UNAVAILABLE as error:
        err.print(f"The directory does not answer: {type(error).__name__}", markup=False)
        raise typer.Exit(UNAVAILABLE) from None
