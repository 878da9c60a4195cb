"""Where a process spends its CPU: the innermost lines of its stacks, by py-spy."""

import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.side_by_side.catalogue import PYTHON
from bench.targets.measured import Line
from deploy.local.config import ROOT

_RATE = 200
"""Samples a second."""
MOST = 12


@contextmanager
def profiled(pid: int) -> Iterator[list[Line]]:
    """Profile a process during the block; afterwards the list holds its lines, and none where nobody may look into another process."""
    found: list[Line] = []
    with TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        command = (PYTHON.with_name("py-spy"), "record", "--gil", "-p", str(pid), "-r", str(_RATE), "-f", "raw", "-o", raw)
        profiler = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield found
        finally:
            profiler.send_signal(signal.SIGINT)
            profiler.wait(60)
        if raw.exists():
            found += lines_of(raw.read_text("utf-8"))


def lines_of(raw: str) -> list[Line]:
    """Return the functions in which most samples ended, the most first. Each line is a stack, outermost first, and a number of samples. Pure."""
    samples = Counter[str]()
    for line in raw.splitlines():
        stack, _, number = line.rpartition(" ")
        samples[_where(stack.rpartition(";")[2])] += int(number)
    total = samples.total()
    return [Line(where, round(n / total, 3)) for where, n in samples.most_common(MOST)]


def _where(frame: str) -> str:
    """Return the function and the file of a frame, without its line and without where the files lie on this machine."""
    name, _, place = frame.partition(" (")
    file = place.rpartition(":")[0] or place.rstrip(")")
    for begin in (f"{ROOT}/", "site-packages/"):
        file = file.rpartition(begin)[2]
    return f"{name} ({file})"
