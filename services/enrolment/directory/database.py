"""A relational database as the directory uses it: PostgreSQL, or SQLite in a file of the same machine; one schema for both.

The text of an error of SQLAlchemy may hold the values of a statement: ``hide_parameters`` keeps them out, and no caller repeats such a text.
"""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

DATABASE_UNAVAILABLE = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
"""What is raised where the database does not answer, or not as it should. What was sent may or may not have been done."""

_PRAGMAS = ("PRAGMA busy_timeout=10000", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA secure_delete=ON")
"""``secure_delete``: what is deleted is overwritten, and does not lie in the file until its place is used again."""
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_PATIENCE = 10.0


class DatabaseWrong(ValueError):
    """The URL is none of a database that is known. The message does not repeat it, for it may hold a password."""


def url_of(database: str, password: str | None = None) -> URL:
    """Return the URL of a database, ``sqlite:///file`` or ``postgresql://user@host/name``, with the driver that is used. Raises ``DatabaseWrong``."""
    try:
        url = make_url(database)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in (*_DRIVERS, *_DRIVERS.values()):
        raise DatabaseWrong("must be sqlite:///FILE or postgresql://USER@HOST/NAME")
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    return url if password is None else url.set(password=password)


class Database:
    """One database. It connects when it is first used."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        more: dict[str, Any] = {} if self.is_sqlite else {"pool_pre_ping": True, "connect_args": {"timeout": _PATIENCE}}
        self.engine: AsyncEngine = create_async_engine(url, hide_parameters=True, **more)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare)
            event.listen(self.engine.sync_engine, "begin", _begin)

    def make_private(self) -> None:
        """Make the file of SQLite, where there is none, such that nobody but its owner reads it."""
        if self.is_sqlite and self._url.database and not Path(self._url.database).exists():
            path = Path(self._url.database)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    async def ping(self) -> None:
        """Raise one of ``DATABASE_UNAVAILABLE`` where it does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def insert_new(self, connection: AsyncConnection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows; those whose primary key is there stay as they are."""
        kind = sqlite if self.is_sqlite else postgresql
        if values := list(rows):
            await connection.execute(kind.insert(table).on_conflict_do_nothing(), values)

    async def overwrite_deleted(self, table: Table) -> None:
        """Leave nothing of deleted rows in the files of the database itself; archives of its log are not reached."""
        async with self.engine.connect() as connection:
            free = await connection.execution_options(isolation_level="AUTOCOMMIT")
            if not self.is_sqlite:
                await free.execute(text(f"VACUUM {table.name}"))
            elif (await free.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))).one()[0]:
                raise TimeoutError("others read the database all the time, and its log could not be emptied")

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def _prepare(connection: Any, _: object) -> None:
    # The driver's own transactions would begin with the first change only; SQLAlchemy says when one begins.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Any) -> None:
    # A reader that comes to write would fail where another wrote meanwhile: whoever begins, writes.
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")
