"""The commit of the counting worker: ``services/reporting/worker.py`` with ``board/apply.lua`` and ``board/open.lua``.

The record is given: it holds the repeats that deciding workers leave. It grows while two workers count it, each at one step at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.model.search import Step
from tests.model.sets import put, span

Counts = tuple[int, ...]
"""How often each fact of a partition was counted."""


class Board(NamedTuple):
    """A partition in Redis: the cursor, with the last sequence and the log's end when it was begun, and the counts."""

    next: int | None = None
    sequence: int = -1
    counts: Counts = ()


class Known(NamedTuple):
    """A copy of a cursor, as ``_known`` keeps it."""

    next: int
    sequence: int


class Doing(NamedTuple):
    """The step that a worker is at, and the changes that it has in hand."""

    at: str
    partition: int
    first: int = 0
    next: int = 0
    sequence: int = -1
    counts: Counts = ()


class Worker(NamedTuple):
    """A process: by partition where its edge stands, None before it was assigned it, and the copies of the cursors."""

    name: str
    expected: tuple[int | None, ...]
    known: tuple[Known | None, ...]
    doing: Doing | None = None


class World(NamedTuple):
    """The ends of the record, Redis, the workers, which of them each partition is assigned to, and the accidents that are left."""

    ends: tuple[int, ...]
    boards: tuple[Board, ...]
    workers: tuple[Worker, ...]
    owners: tuple[int, ...]
    crashes: int
    zombies: int
    losses: int

    def worker(self, w: int, worker: Worker) -> "World":
        """Return the world with a worker changed."""
        return self._replace(workers=put(self.workers, w, worker))


@dataclass(frozen=True)
class Counting:
    """The model. ``record``: by partition the sequences of its facts. ``without``: the guard that is taken out."""

    record: tuple[tuple[int, ...], ...]
    crashes: int = 1
    zombies: int = 1
    losses: int = 1
    without: str = ""

    def begin(self) -> World:
        """Return a world in which the record is empty, and each worker owns a partition."""
        n = len(self.record)
        nothing = (None,) * n
        workers = tuple(Worker(name, nothing, nothing) for name in "AB")
        return World((0,) * n, (Board(),) * n, workers, tuple(p % 2 for p in range(n)), self.crashes, self.zombies, self.losses)

    def steps(self, world: World) -> Iterator[Step]:
        """Return what may happen next: a fact comes, a worker does its next call, an accident."""
        for p, end in enumerate(world.ends):
            if end < len(self.record[p]):
                sentence = f"The record of partition {p} grows: at {end} stands the fact of sequence {self.record[p][end]}."
                yield Step(sentence, world._replace(ends=put(world.ends, p, end + 1)))
        for w, worker in enumerate(world.workers):
            if worker.doing is not None:
                yield getattr(self, f"_{worker.doing.at}")(world, w, worker, worker.doing, worker.doing.partition)
            else:
                for p, owner in enumerate(world.owners):
                    if owner == w:
                        yield from self._between_steps(world, w, worker, p)
            yield from self._accidents(world, w, worker)
        if world.losses:
            nothing = tuple(Board() for _ in world.boards)
            yield Step("Redis loses everything.", world._replace(boards=nothing, losses=world.losses - 1), accident=True)

    def wrong(self, world: World, *, at_rest: bool) -> str | None:
        """Return what is not exact: at any time the counts are the sum over the record below the cursor, at rest over all of it."""
        for p, board in enumerate(world.boards):
            if at_rest and board.next != world.ends[p]:
                return f"Partition {p}: the cursor stands at {board.next}, and the record ends at {world.ends[p]}."
            below = set(self.record[p][: board.next or 0])
            for sequence, times in enumerate(board.counts):
                if times != (sequence in below):
                    return f"Partition {p}: the fact of sequence {sequence} is counted {times} times, with the cursor at {board.next}."
        return None

    # --- between two steps -------------------------------------------------------------------------------------------

    def _between_steps(self, world: World, w: int, worker: Worker, p: int) -> Iterator[Step]:
        expected, end, stored = worker.expected[p], world.ends[p], world.boards[p]
        if expected is None:
            yield Step(f"{worker.name} is assigned partition {p}.", self._reading(world, w, worker, p))
        elif expected < end:
            for next_ in range(expected + 1, end + 1):
                after = worker._replace(doing=Doing("fold", p, expected, next_))
                yield Step(f"{worker.name} fetches {span('fact', expected, next_)} of partition {p}.", world.worker(w, after))
        elif (stored.next or 0) < expected:
            yield Step(f"{worker.name} looks at the cursor of partition {p} (notice_lost_cursors).", self._reading(world, w, worker, p))

    def _reading(self, world: World, w: int, worker: Worker, p: int) -> World:
        return world.worker(w, worker._replace(doing=Doing("cursor", p)))

    def _stands(self, world: World, w: int, worker: Worker, p: int, known: Known | None, at: int) -> World:
        """Return the world after a step. A partition that is another's by now is let go."""
        mine = world.owners[p] == w
        expected = put(worker.expected, p, at if mine else None)
        return world.worker(w, worker._replace(expected=expected, known=put(worker.known, p, known if mine else None), doing=None))

    # --- the calls of CountingFollower -------------------------------------------------------------------------------

    def _cursor(self, world: World, w: int, worker: Worker, doing: Doing, p: int) -> Step:
        stored = world.boards[p]
        if stored.next is None:
            after = worker._replace(doing=doing._replace(at="open"))
            return Step(f"{worker.name} finds no cursor of partition {p}.", world.worker(w, after))
        sentence = f"{worker.name} reads the cursor of partition {p}: {stored.next}."
        return Step(sentence, self._stands(world, w, worker, p, Known(stored.next, stored.sequence), stored.next))

    def _open(self, world: World, w: int, worker: Worker, doing: Doing, p: int) -> Step:
        stored = world.boards[p]
        if stored.next is None or self.without == "open.lua":
            stored = Board(0, -1, (0,) * len(set(self.record[p])) if stored.next is None else stored.counts)
        sentence = f"{worker.name} opens partition {p}: its cursor is {stored.next}."
        world = world._replace(boards=put(world.boards, p, stored))
        return Step(sentence, self._stands(world, w, worker, p, Known(stored.next or 0, stored.sequence), stored.next or 0))

    def _fold(self, world: World, w: int, worker: Worker, doing: Doing, p: int) -> Step:
        known = worker.known[p]
        if known is None or known.next != doing.first:
            return Step(f"{worker.name} holds another cursor than {doing.first}, and reads it.", self._reading(world, w, worker, p))
        last, counts = known.sequence, [0] * len(set(self.record[p]))
        for sequence in self.record[p][doing.first : doing.next]:
            if sequence > last or self.without == "_is_repeat":
                counts[sequence] += 1
                last = max(last, sequence)
        after = doing._replace(at="apply", sequence=last, counts=tuple(counts))
        counted = [str(n) for n, times in enumerate(counts) if times]
        taken = "those of sequence " + " and ".join(counted) if counted else "none"
        sentence = f"{worker.name} folds {span('fact', doing.first, doing.next)} behind sequence {known.sequence}, and counts {taken}."
        return Step(sentence, world.worker(w, worker._replace(doing=after)))

    def _apply(self, world: World, w: int, worker: Worker, doing: Doing, p: int) -> Step:
        stored = world.boards[p]
        if stored.next != doing.first and (self.without != "apply.lua" or stored.next is None):
            sentence = f"{worker.name} applies at {doing.first}, but the cursor stands at {stored.next}: nothing is changed."
            return Step(sentence, self._reading(world, w, worker, p))
        counts = tuple(old + new for old, new in zip(stored.counts, doing.counts, strict=True))
        world = world._replace(boards=put(world.boards, p, Board(doing.next, doing.sequence, counts)))
        sentence = f"{worker.name} applies: the counts of partition {p} change, and the cursor moves from {doing.first} to {doing.next}."
        return Step(sentence, self._stands(world, w, worker, p, Known(doing.next, doing.sequence), doing.next))

    # --- accidents ---------------------------------------------------------------------------------------------------

    def _accidents(self, world: World, w: int, worker: Worker) -> Iterator[Step]:
        other: Any = world.workers[1 - w]
        if world.crashes:
            nothing = (None,) * len(world.owners)
            crashed = world.worker(w, Worker(worker.name, nothing, nothing))._replace(crashes=world.crashes - 1)
            yield Step(f"{worker.name} is killed, and begins again with its partitions.", crashed, accident=True)
            theirs = tuple(1 - w if owner == w else owner for owner in world.owners)
            asleep = other.doing is not None and world.owners[other.doing.partition] == w
            if theirs != world.owners and not asleep:
                yield Step(f"{worker.name} is killed; {other.name} takes over.", crashed._replace(owners=theirs), accident=True)
        if world.zombies and worker.doing is not None and world.owners[worker.doing.partition] == w:
            p = worker.doing.partition
            after = world._replace(owners=put(world.owners, p, 1 - w), zombies=world.zombies - 1)
            yield Step(f"{worker.name} sleeps; partition {p} is assigned to {other.name}.", after, accident=True)
