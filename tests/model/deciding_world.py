"""What there is in the model of a deciding worker: the log and Redis by partition, what each worker remembers, and the step it is at."""

from typing import NamedTuple

from tests.model.reports import Fact, State, told
from tests.model.sets import put


class Log(NamedTuple):
    """A partition in the log: how many of its reports were acknowledged, the record, and which reports ``refusals`` names."""

    inputs: int = 0
    record: tuple[Fact, ...] = ()
    refused: frozenset[int] = frozenset()


class Stored(NamedTuple):
    """A partition in Redis. ``published`` is the field ``published:student-status``; ``facts`` and ``sequence`` are the progress of a rebuild.

    ``decided``: where the generation of before stood.
    """

    next: int | None = None
    state: State = ()
    published: int = 0
    outcomes: str = ""
    facts: int | None = None
    sequence: int = -1
    decided: int | None = None


class Published(NamedTuple):
    """What the log holds beyond the cursor, as ``published.py`` reads it back."""

    facts: tuple[Fact, ...]
    refused: frozenset[int]
    last: int
    end: int


class Memory(NamedTuple):
    """What a worker remembers of a partition: ``_expected`` of its edge, ``_backlogs``, ``_published`` and ``_behind`` of its follower."""

    expected: int
    backlog: int | None
    published: Published | None = None
    behind: int | None = None


class Doing(NamedTuple):
    """The step that a worker is at: what is still to do, and what it has in hand."""

    todo: tuple[str, ...]
    partition: int
    first: int
    next: int
    state: State = ()
    published: Published | None = None
    outcomes: str = ""
    facts: tuple[Fact, ...] = ()
    refused: frozenset[int] = frozenset()
    behind: int | None = None
    sequence: int = -1


class Worker(NamedTuple):
    """A process. Its memory is None for a partition that it was not assigned since it began. ``generation``: which it fills."""

    name: str
    memory: tuple[Memory | None, ...]
    version: int = 1
    doing: Doing | None = None
    generation: int = 1


NOBODY = -1
"""The owner of partitions in a group that no worker has joined."""


class World(NamedTuple):
    """Everything: the log and Redis by partition, the workers, which of them each partition is assigned to, and the accidents that are left.

    ``redis``: of the live generation, whose workers are a group of their own; ``before``: of the generation before it.
    """

    logs: tuple[Log, ...]
    redis: tuple[Stored, ...]
    workers: tuple[Worker, ...]
    owners: tuple[int, ...]
    crashes: int
    zombies: int
    losses: int
    versions: int
    flips: int = 0
    lost: bool = False
    generation: int = 1
    before: tuple[Stored, ...] = ()

    def at(self, p: int, log: Log | None = None, stored: Stored | None = None) -> "World":
        """Return the world with a partition of the log or of Redis changed."""
        world = self if log is None else self._replace(logs=put(self.logs, p, log))
        return world if stored is None else world._replace(redis=put(world.redis, p, stored))

    def worker(self, w: int, worker: Worker) -> "World":
        """Return the world with a worker changed."""
        return self._replace(workers=put(self.workers, w, worker))

    def forgetting(self, w: int) -> "World":
        """Return the world with a worker that begins anew, in the live generation. The first one there has all partitions."""
        worker = self.workers[w]
        world = self if NOBODY not in self.owners else self._replace(owners=(w,) * len(self.owners))
        return world.worker(w, worker._replace(memory=(None,) * len(worker.memory), doing=None, generation=self.generation))

    def is_of_before(self, worker: Worker) -> bool:
        """Return whether a worker fills a generation that is not live any more."""
        return worker.generation != self.generation

    def stored(self, worker: Worker, p: int) -> Stored:
        """Return what a worker finds of a partition in Redis."""
        return (self.before if self.is_of_before(worker) else self.redis)[p]


def beyond(log: Log, cursor: int, since: int) -> Published:
    """Return what was published for inputs at the cursor and behind it, as ``Reader.beyond``."""
    found: dict[int, Fact] = {}
    for fact in log.record[since:]:
        if cursor <= fact.input < log.inputs:
            found.setdefault(fact.input, fact)
    last = max(found, default=-1)
    return Published(tuple(found.values()), frozenset(offset for offset in log.refused if cursor <= offset <= last), last, len(log.record))


def holds(worker: Worker, owners: tuple[int, ...], of: int) -> bool:
    """Return whether a worker still does a step in a partition of another: it is a zombie there, and is not assigned it before it wakes."""
    return worker.doing is not None and owners[worker.doing.partition] == of


def remembering(worker: Worker, p: int, memory: Memory | None) -> Worker:
    return worker._replace(memory=put(worker.memory, p, memory))


def reports_told(offsets: frozenset[int]) -> str:
    return "report " + " and ".join(map(str, sorted(offsets)))


def facts_told(facts: tuple[Fact, ...]) -> str:
    return ", ".join(f"fact {fact.input} (child {fact.child}, {told(fact.before)} to {fact.after})" for fact in facts) or "no fact"
