"""A directory on each of the two kinds of database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.enrolment.directory.database import Database, url_of
from services.enrolment.directory.directory import Directory
from services.enrolment.directory.key_files import add_master_key
from services.enrolment.directory.keystore import Keystore
from services.enrolment.directory.master_keys import FileMasterKeys
from services.enrolment.directory.migrating import Part, migrate
from tests.components.enrolment.directory.names import Rig


@pytest.fixture(params=["sqlite", "postgres"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    """A directory that is empty, its keystore, and where both are."""
    if request.param == "sqlite":
        urls = [f"sqlite:///{tmp_path}/{part}.sqlite" for part in Part]
    else:
        urls = [request.getfixturevalue("postgres").database() for _ in Part]
    children, keys = (Database(url_of(url)) for url in urls)
    await migrate(children, Part.DIRECTORY)
    await migrate(keys, Part.KEYSTORE)
    master = tmp_path / "master.keys"
    add_master_key(master)
    directory = Directory(children, Keystore(keys, FileMasterKeys(master)))
    yield Rig(directory, master, urls[0], urls[1])
    await children.close()
    await keys.close()
