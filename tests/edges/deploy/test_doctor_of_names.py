"""What the doctor says of the directory of children, from a folder that the embedded stack made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local import directory
from deploy.local.config import StackConfig
from deploy.local.doctor import names
from services.enrolment.directory.database import Database, url_of
from services.enrolment.directory.migrating import Part, migrate


async def _made(config: StackConfig) -> None:
    for part, file in ((Part.DIRECTORY, "children.sqlite"), (Part.KEYSTORE, "keystore.sqlite")):
        database = Database(url_of(f"sqlite:///{config.directory_folder / file}"))
        await migrate(database, part)
        await database.close()


@pytest.fixture
def config(tmp_path: Path) -> StackConfig:
    config = StackConfig(home=tmp_path)
    directory.prepare(config)
    asyncio.run(_made(config))
    return config


def wrong(config: StackConfig) -> dict[str, str]:
    return {check.about: str(check.mend) for check in names.checks(config) if check.mend}


def test_what_the_stack_made_is_well_and_closed_to_others(config: StackConfig) -> None:
    assert wrong(config) == {}
    assert config.directory_folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in config.directory_folder.glob("*.keys")} == {0o600}


def test_keys_that_are_there_stay_when_the_stack_starts_again(config: StackConfig) -> None:
    before = [file.read_bytes() for file in directory.key_files(config)]
    directory.prepare(config)
    assert [file.read_bytes() for file in directory.key_files(config)] == before


@pytest.mark.parametrize(
    ("spoil", "about", "mend"),
    [
        (lambda folder: (folder / "master.keys").chmod(0o644), "master key", "chmod 600"),
        (lambda folder: (folder / "student-id.keys").unlink(), "student-id key", "put student-id.keys back"),
        (lambda folder: (folder / "keystore.sqlite").chmod(0o644), "keystore", "chmod 600"),
        (lambda folder: (folder / "children.sqlite").unlink(), "directory", "make up"),
        (lambda folder: (folder / "children.sqlite").write_bytes(b"no database, but bytes of one" * 99), "directory", "make down"),
    ],
)
def test_what_is_wrong_is_told_with_what_mends_it(config: StackConfig, spoil: Callable[[Path], object], about: str, mend: str) -> None:
    spoil(config.directory_folder)
    (only,) = wrong(config).items()
    assert only[0] == about
    assert mend in only[1]


def test_where_there_is_no_directory_yet_it_is_made_by_make_up(tmp_path: Path) -> None:
    assert wrong(StackConfig(home=tmp_path)) == {"names": "make up"}
