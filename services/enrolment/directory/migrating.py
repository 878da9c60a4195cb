"""Brings a database to the newest migration, and tells which one it has."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from services.enrolment.directory.database import Database

_LOCK = 8_001_514
"""A number of our own for PostgreSQL's lock: of several processes that start at once, one migrates."""
_ALEMBIC = threading.Lock()
"""Alembic keeps what it works on in a module of its own: of several migrations in this process, whatever their databases, one runs."""
_UNTIL_FREE = 0.01
"""Seconds between two looks at whether it is free. It is held over what is awaited, of any loop, so that neither kind of lock can be waited for."""


class Part(StrEnum):
    """Which of the two databases."""

    DIRECTORY = "directory"
    KEYSTORE = "keystore"


async def migrate(database: Database, part: Part) -> None:
    """Bring a database to the newest migration; does nothing where it is there already. Raises what ``DATABASE_UNAVAILABLE`` names."""
    database.make_private()
    async with _alembic(), database.engine.begin() as connection:
        if not database.is_sqlite:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        await connection.run_sync(_upgrade, part)


async def version_of(database: Database) -> str | None:
    """Return the migration that a database has; None for an empty one."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


def newest(part: Part) -> str | None:
    """Return the newest migration that this code knows."""
    return ScriptDirectory.from_config(_config(part)).get_current_head()


@asynccontextmanager
async def _alembic() -> AsyncIterator[None]:
    while not _ALEMBIC.acquire(blocking=False):  # noqa: ASYNC110 - an event would belong to one loop
        await asyncio.sleep(_UNTIL_FREE)
    try:
        yield
    finally:
        _ALEMBIC.release()


def _upgrade(connection: Connection, part: Part) -> None:
    config = _config(part)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config(part: Part) -> Config:
    folder = files("services.enrolment.directory") / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("version_locations", str(folder / part).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
