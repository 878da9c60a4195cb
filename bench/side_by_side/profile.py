"""Where our worker's CPU goes: samples of its stacks by py-spy, each counted for the part of the work that its innermost known line is of."""

import signal
import subprocess
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.side_by_side.catalogue import CONTESTANTS, OURS, PYTHON
from bench.side_by_side.measured import NoNumber, Part
from bench.side_by_side.run import Runner

_RATE = 200
"""Samples a second."""
OTHER = "everything else"
PARTS = (
    ("decode the counted part of a fact", ("reporting/counting/counted.py",)),
    ("judge whether a fact belongs there", ("shared/log/belonging.py", "shared/log/partitioner.py", "shared/ids.py", "shared/log/input_bounds.py")),
    ("add up", ("reporting/counting/student.py", "reporting/counting/case.py", "reporting/counting/grant.py", "reporting/counting/tally.py")),
    ("the loop of the fold", ("reporting/counting/folding.py",)),
    ("pack the changes, and speak with Redis", ("reporting/board/", "shared/redis/", "/redis/")),
    ("fetch from Kafka, and unpack its batches", ("/aiokafka/", "shared/log/bare_records.py", "shared/log/kafka_log.py")),
    ("hand batches over", ("shared/worker/", "reporting/worker.py", "/faust/", "/mode/")),
)
"""The parts of the work, and what the files of each are called."""


def profile(runner: Runner) -> list[Part]:
    """Run our worker once more, under the profiler; return no part where it has no number, or where nobody may look into another process."""
    with TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        profilers: list[subprocess.Popen[bytes]] = []

        def look(pid: int) -> None:
            command = (PYTHON.with_name("py-spy"), "record", "-p", str(pid), "-r", str(_RATE), "-f", "raw", "-o", raw)
            profilers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

        result = runner.run(CONTESTANTS[OURS], beside=look)
        for profiler in profilers:
            profiler.send_signal(signal.SIGINT)
            profiler.wait(60)
        return [] if isinstance(result, NoNumber) or not raw.exists() else parts_of(raw.read_text("utf-8"))


def parts_of(raw: str) -> list[Part]:
    """Return the samples of each part, the most first. Each line is a stack, outermost frame first, and a number of samples. Pure."""
    samples = Counter[str]()
    for line in raw.splitlines():
        stack, _, number = line.rpartition(" ")
        samples[_part_of(stack.split(";"))] += int(number)
    return [Part(what, n) for what, n in samples.most_common()]


def _part_of(frames: list[str]) -> str:
    for frame in reversed(frames):
        for what, files in PARTS:
            if any(file in frame for file in files):
                return what
    return OTHER
