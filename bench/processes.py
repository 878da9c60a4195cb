"""Programs that a measurement runs beside itself: each writes into a file, and ends with the block in which it runs."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_ENDS_WITHIN = 15.0
_LAST_LINES = 15


@contextmanager
def started(command: Sequence[str | Path], environment: Mapping[str, str], *, within: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a folder during the block, with these variables beside our own. It is asked to end, and killed where it does not."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=within, env={**os.environ, **environment}, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def last_lines(log: Path) -> str:
    """Return the end of what a program wrote."""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-_LAST_LINES:])
