"""The assertions with which clients proved themselves: each is taken once, until it would be over anyhow, and over a restart of the issuer too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


class SpentAssertions:
    """A file of the ids of assertions that were taken, each until its end."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with closing(self._connect()) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS spent (client TEXT, jti TEXT, until REAL, PRIMARY KEY (client, jti)) WITHOUT ROWID")

    def spend(self, client: str, jti: str, until: float, now: float) -> bool:
        """Take an assertion of a client; return whether it is the first time. ``until``: the moment from which its own end refuses it."""
        with closing(self._connect()) as connection, connection:
            connection.execute("DELETE FROM spent WHERE until <= ?", (now,))
            taken = connection.execute("INSERT OR IGNORE INTO spent VALUES (?, ?, ?)", (client, jti, until))
            return taken.rowcount == 1

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=10)
