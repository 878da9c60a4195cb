"""The directory of children: whether its keys are there and closed to others, and whether its two databases are as this code wants them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from deploy.local import directory
from deploy.local.config import StackConfig
from deploy.local.doctor.check import Check
from services.enrolment.directory.database import DATABASE_UNAVAILABLE, Database, url_of
from services.enrolment.directory.key_files import KeysWrong, read_master_keys, read_student_keys
from services.enrolment.directory.migrating import Part, newest, version_of

_OTHERS = 0o077


def checks(config: StackConfig) -> Iterator[Check]:
    """Check the keys and the databases, as far as there are any yet."""
    if not config.directory_folder.exists():
        yield Check("names", "no directory of children yet", "make up")
        return
    student_keys, master_keys = directory.key_files(config)
    for about, read, file in (("student-id key", read_student_keys, student_keys), ("master key", read_master_keys, master_keys)):
        try:
            read(file)
            yield Check(about, f"there, and its owner's alone ({file})")
        except KeysWrong as wrong:
            yield Check(about, str(wrong), f"chmod 600 {file}" if file.exists() else f"put {file.name} back from where it is kept, or make up")
    for part, name in ((Part.DIRECTORY, "children.sqlite"), (Part.KEYSTORE, "keystore.sqlite")):
        yield _database(part, config.directory_folder / name)


def _database(part: Part, file: Path) -> Check:
    if not file.exists():
        return Check(part, "not made yet: the api of enrolment makes it", "make up")
    if file.stat().st_mode & _OTHERS:
        return Check(part, f"others may read {file}", f"chmod 600 {file}")
    try:
        found = asyncio.run(_version(file))
    except DATABASE_UNAVAILABLE as error:
        return Check(part, f"{file} does not answer: {type(error).__name__}", "make down, then make up; names that are lost are sent again")
    if found != newest(part):
        return Check(part, f"at migration {found}, this code wants {newest(part)}", "baoxue directory migrate")
    return Check(part, f"at the newest migration, {found}")


async def _version(file: Path) -> str | None:
    database = Database(url_of(f"sqlite:///{file}"))
    try:
        return await version_of(database)
    finally:
        await database.close()
