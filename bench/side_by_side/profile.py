"""Where our worker's CPU goes: samples of its stacks by py-spy, each counted for the part of the work that its innermost known line is of."""

import signal
import subprocess
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.side_by_side.catalogue import OURS, PYTHON
from bench.side_by_side.measured import NoNumber, Part
from bench.side_by_side.run import Runner

_RATE = 200
"""Samples a second."""
OTHER = "everything else"
Parts = tuple[tuple[str, tuple[str, ...]], ...]
"""The parts of the work, and what the files of each are called."""
_ALSO_HERE: Parts = (
    (
        "fetch from Kafka, and unpack its batches",
        ("/aiokafka/", "shared/log/bare_records.py", "shared/log/kafka_log.py", "shared/log/record_batch.py"),
    ),
    ("hand batches over", ("shared/worker/", "/worker.py", "/faust/", "/mode/")),
)
COUNTING: Parts = (
    ("decode the counted part of a fact", ("reporting/counting/counted.py",)),
    ("judge whether a fact belongs there", ("shared/log/belonging.py", "shared/log/partitioner.py", "shared/ids.py", "shared/log/input_bounds.py")),
    ("add up", ("reporting/counting/student.py", "reporting/counting/case.py", "reporting/counting/grant.py", "reporting/counting/tally.py")),
    ("the loop of the fold", ("reporting/counting/folding.py",)),
    ("pack the changes, and speak with Redis", ("reporting/board/", "shared/redis/", "/redis/")),
    *_ALSO_HERE,
)
DECIDING: Parts = (
    ("read a submission, and write its fact", ("shared/events/codec.py", "shared/events/envelope.py", "shared/contracts/", "shared/ids.py")),
    ("pack and unpack a child's state", ("enrolment/domain/packed.py", "enrolment/domain/packed_school.py", "enrolment/domain/numbers.py")),
    ("decide", ("services/enrolment/domain/", "services/enrolment/decider.py", "shared/calendar/", "shared/states.py")),
    ("the policies, which follow the record", ("shared/deciding/policy_follower.py", "services/enrolment/policies.py", "shared/log/belonging.py")),
    ("the loop of the decisions", ("shared/deciding/deciding_follower.py", "shared/deciding/decider.py")),
    ("pack the changes, and speak with Redis", ("shared/deciding/states/", "shared/redis/", "/redis/")),
    *_ALSO_HERE,
)


def profile(runner: Runner, parts: Parts) -> list[Part]:
    """Run our worker once more, under the profiler; return no part where it has no number, or where nobody may look into another process."""
    with TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        profilers: list[subprocess.Popen[bytes]] = []

        def look(pid: int) -> None:
            command = (PYTHON.with_name("py-spy"), "record", "-p", str(pid), "-r", str(_RATE), "-f", "raw", "-F", "-o", raw)
            profilers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

        result = runner.run(runner.job.contestants[OURS], beside=look)
        for profiler in profilers:
            profiler.send_signal(signal.SIGINT)
            profiler.wait(60)
        return [] if isinstance(result, NoNumber) or not raw.exists() else parts_of(raw.read_text("utf-8"), parts)


def parts_of(raw: str, parts: Parts) -> list[Part]:
    """Return the samples of each part, the most first. Each line is a stack, outermost frame first, and a number of samples. Pure."""
    samples = Counter[str]()
    for line in raw.splitlines():
        stack, _, number = line.rpartition(" ")
        samples[_part_of(stack.split(";"), parts)] += int(number)
    return [Part(what, n) for what, n in samples.most_common()]


def _part_of(frames: list[str], parts: Parts) -> str:
    for frame in reversed(frames):
        for what, files in parts:
            if any(file in frame for file in files):
                return what
    return OTHER
