"""The contestants: what each is, which packages it stands on, and how it is started."""

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.side_by_side.contestants import kafka_streams

OURS, PLAIN, STREAMS = "ours", "plain-loop", "kafka-streams"
PYTHON = Path(sys.prefix) / "bench" / "bin" / "python"
"""The Python that has the packages of ``requirements/bench.lock``."""

Command = Sequence[str | Path]


class Contestant(NamedTuple):
    """``packages``: those whose versions the page names. ``command``: what starts it, but for the task; None for our own worker."""

    name: str
    what: str
    packages: tuple[str, ...] = ()
    command: Callable[[], Command] | None = None


def _python(module: str) -> Callable[[], Command]:
    return lambda: (PYTHON, "-m", f"bench.side_by_side.contestants.{module}")


def _named(contestants: Iterable[Contestant]) -> dict[str, Contestant]:
    return {each.name: each for each in contestants}


_OURS_STANDS_ON = ("faust-streaming", "aiokafka", "msgspec")
_STREAMS_STANDS_ON = ("kafka-streams", "rocksdbjni")

COUNTING = _named(
    (
        Contestant(
            OURS,
            "reporting's worker as shipped: facts are judged, counts and cursor change in one script of Redis",
            _OURS_STANDS_ON,
        ),
        Contestant(
            PLAIN,
            "a loop and a dict, written to Redis once at the end: volatile, it begins again after each end",
            ("confluent-kafka", "msgspec"),
            _python("plain_loop"),
        ),
        Contestant(
            STREAMS,
            "`exactly_once_v2` with a commit every 100 ms, as by default, a store in RocksDB for each partition; one thread, Jackson",
            _STREAMS_STANDS_ON,
            partial(kafka_streams.command, "Counting"),
        ),
        Contestant("quix", "exactly-once, keyed anew by county, state in RocksDB", ("quixstreams", "rocksdict"), _python("quix")),
        Contestant("bytewax", "one worker, state by county, recovery into SQLite every 10 s", ("bytewax",), _python("bytewax_flow")),
        Contestant("stock-faust", "one event after the other, a table in memory with a changelog", ("faust-streaming",), _python("stock_faust")),
    )
)
"""Who counts the record."""

DECIDING = _named(
    (
        Contestant(
            OURS,
            "enrolment's worker as shipped: states and cursor change in one script of Redis once the facts are acknowledged",
            _OURS_STANDS_ON,
        ),
        Contestant(
            PLAIN,
            "a loop and a dict of states, with our own pure decider: volatile, it begins again after each end",
            ("confluent-kafka", "msgspec"),
            _python("deciding_loop"),
        ),
        Contestant(
            STREAMS,
            "`exactly_once_v2` with a commit every 100 ms, as by default, states by student in RocksDB; one thread, Jackson",
            _STREAMS_STANDS_ON,
            partial(kafka_streams.command, "Deciding"),
        ),
    )
)
"""Who decides the submissions."""

NAMES = tuple(dict.fromkeys((*COUNTING, *DECIDING)))
