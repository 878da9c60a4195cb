"""The commit of the policies of a service: ``shared/deciding/policy_follower.py`` with ``move_cursor.lua``.

The record of one partition is given. Each of its facts asks for two commands for its own partition, ``here``, and for one for a subject of another,
``elsewhere``. A decider takes a command once, and none that answers an older fact than the last that it took.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.model.search import Step
from tests.model.sets import put, span

Commands = tuple[int, ...]
"""The commands in an input topic, each as the sequence of the fact that it answers; those of a repeat at another offset are among them."""


class Cursor(NamedTuple):
    """The cursor in Redis, and a worker's copy of it."""

    next: int
    sequence: int = -1


class Doing(NamedTuple):
    """The step that a worker is at, and the commands that it has in hand."""

    todo: tuple[str, ...]
    first: int
    next: int
    cursor: Cursor | None = None
    answers: Commands = ()


class Worker(NamedTuple):
    """A process: where its edge stands, None before it was assigned the partition, and ``_left``, the cursor as its last step left it."""

    name: str
    expected: int | None = None
    left: Cursor | None = None
    doing: Doing | None = None


class World(NamedTuple):
    """The end of the record, the commands here and elsewhere, Redis, the workers, whose the partition is, and the accidents that are left.

    ``here``: each with the offset of its fact and its number among the commands of that fact.
    """

    end: int
    here: tuple[tuple[int, int], ...]
    elsewhere: Commands
    cursor: Cursor | None
    workers: tuple[Worker, ...]
    owner: int
    crashes: int
    zombies: int
    losses: int

    def worker(self, w: int, worker: Worker) -> "World":
        """Return the world with a worker changed."""
        return self._replace(workers=put(self.workers, w, worker))


HERE = (0, 1)
STEP = ("elsewhere", "here", "move")
WITHOUT_HARM = ("move_cursor.lua",)
"""Guards that may be taken out: without the compare the cursor may go back, which costs repeats and nothing else."""
ORDERS = {"_in_order": ("here", "elsewhere", "move"), "acknowledged before moved": ("move", "elsewhere", "here")}


@dataclass(frozen=True)
class Policies:
    """The model. ``record``: the sequences of the facts. ``without``: the guard that is taken out."""

    record: tuple[int, ...]
    crashes: int = 1
    zombies: int = 1
    losses: int = 1
    without: str = ""

    def begin(self) -> World:
        """Return a world in which the record is empty."""
        return World(0, (), (), None, (Worker("A"), Worker("B")), 0, self.crashes, self.zombies, self.losses)

    def steps(self, world: World) -> Iterator[Step]:
        """Return what may happen next: a fact comes, a worker does its next call, an accident."""
        if world.end < len(self.record):
            sentence = f"The record grows: at {world.end} stands the fact of sequence {self.record[world.end]}."
            yield Step(sentence, world._replace(end=world.end + 1))
        for w, worker in enumerate(world.workers):
            if worker.doing is not None:
                yield getattr(self, f"_{worker.doing.todo[0]}")(world, w, worker, worker.doing)
            elif world.owner == w:
                yield from self._between_steps(world, w, worker)
            yield from self._accidents(world, w, worker)
        if world.losses:
            yield Step("Redis loses everything.", world._replace(cursor=None, losses=world.losses - 1), accident=True)

    def wrong(self, world: World, *, at_rest: bool) -> str | None:
        """Return which fact was not answered once, in its order, here and elsewhere."""
        if not at_rest:
            return None
        if world.cursor is None or world.cursor.next != world.end:
            return f"the cursor stands at {world.cursor and world.cursor.next}, and the record ends at {world.end}."
        topics = {"elsewhere": world.elsewhere}
        for number in HERE:
            topics[f"number {number} here"] = tuple(self.record[offset] for offset, n in world.here if n == number)
        for where, commands in topics.items():
            taken, last = list[int](), -1
            for sequence in commands:
                if sequence > last:
                    taken.append(sequence)
                    last = sequence
            if missing := sorted(set(self.record) - set(taken)):
                return f"the command {where} of the fact of sequence {missing[0]} is not taken."
        return None

    # --- between two steps -------------------------------------------------------------------------------------------

    def _between_steps(self, world: World, w: int, worker: Worker) -> Iterator[Step]:
        if worker.expected is None:
            yield Step(f"{worker.name} is assigned the partition, and forgets its cursor.", self._asking(world, w, worker._replace(left=None)))
        elif worker.expected < world.end:
            for next_ in range(worker.expected + 1, world.end + 1):
                after = worker._replace(doing=Doing(("begin",), worker.expected, next_))
                yield Step(f"{worker.name} fetches {span('fact', worker.expected, next_)}.", world.worker(w, after))
        elif (world.cursor.next if world.cursor else 0) < worker.expected:
            yield Step(f"{worker.name} looks at the cursor (notice_lost_cursors).", self._asking(world, w, worker))

    def _asking(self, world: World, w: int, worker: Worker) -> World:
        return world.worker(w, worker._replace(doing=Doing(("cursor",), 0, 0)))

    def _stands(self, world: World, w: int, worker: Worker, at: int, left: Cursor | None) -> World:
        mine = world.owner == w
        return world.worker(w, worker._replace(expected=at if mine else None, left=left if mine else None, doing=None))

    # --- the calls of PolicyFollower ---------------------------------------------------------------------------------

    def _cursor(self, world: World, w: int, worker: Worker, doing: Doing) -> Step:
        """Do ``_cursor``: read it, or find it again in the commands."""
        if world.cursor is not None:
            sentence = f"{worker.name} reads the cursor: {world.cursor.next}."
            return Step(sentence, self._read(world, w, worker, doing, world.cursor))
        last = max((offset for offset, _ in world.here), default=0)
        if self.without == "taken once more" and world.here:
            last += 1
        found = f"the last command here answers fact {max(world.here)[0]}" if world.here else "no command was published here"
        sentence = f"{worker.name} finds no cursor; {found}, and so it goes on at {last} (_recovered)."
        after = world.worker(w, worker._replace(doing=doing._replace(todo=("set",), cursor=Cursor(last))))
        return Step(sentence, after)

    def _set(self, world: World, w: int, worker: Worker, doing: Doing) -> Step:
        """Do the ``move_cursor.lua`` of ``_recovered``, which sets a cursor where there is none."""
        recovered: Any = doing.cursor
        if world.cursor is None or self.without in WITHOUT_HARM:
            world = world._replace(cursor=recovered)
        return Step(f"{worker.name} sets the cursor to {recovered.next}, where there is none.", self._read(world, w, worker, doing, recovered))

    def _read(self, world: World, w: int, worker: Worker, doing: Doing, cursor: Cursor) -> World:
        """Return the world in which a worker knows the cursor: it goes on where that stands, or with its batch."""
        if doing.next == 0 or cursor.next != doing.first:
            return self._stands(world, w, worker, cursor.next, None)
        return world.worker(w, worker._replace(doing=self._answered(doing, cursor)))

    def _begin(self, world: World, w: int, worker: Worker, doing: Doing) -> Step:
        """Take the cursor that is remembered, or read it."""
        left, worker = worker.left, worker._replace(left=None)
        if left is None or left.next != doing.first:
            after = world.worker(w, worker._replace(doing=doing._replace(todo=("cursor",))))
            return Step(f"{worker.name} remembers no cursor at {doing.first}.", after)
        return Step(f"{worker.name} remembers the cursor {left.next}.", self._read(world, w, worker, doing, left))

    def _answered(self, doing: Doing, cursor: Cursor) -> Doing:
        last, answers = cursor.sequence, list[int]()
        for offset in range(doing.first, doing.next):
            if self.record[offset] > last:
                last = self.record[offset]
                answers.append(offset)
        todo = ORDERS.get(self.without, STEP) if answers else ("move",)
        return doing._replace(todo=todo, cursor=Cursor(doing.next, last), answers=tuple(answers))

    def _elsewhere(self, world: World, w: int, worker: Worker, doing: Doing) -> Step:
        after = world._replace(elsewhere=world.elsewhere + tuple(self.record[offset] for offset in doing.answers))
        return Step(f"{worker.name} publishes the commands elsewhere of {self._facts(doing)}, acknowledged.", self._done(after, w, worker, doing))

    def _here(self, world: World, w: int, worker: Worker, doing: Doing) -> Step:
        after = world._replace(here=world.here + _commands(doing))
        return Step(f"{worker.name} publishes the commands here of {self._facts(doing)}, acknowledged.", self._done(after, w, worker, doing))

    def _move(self, world: World, w: int, worker: Worker, doing: Doing) -> Step:
        """Do ``move_cursor.lua``."""
        stands = world.cursor and world.cursor.next
        if stands != doing.first and self.without not in WITHOUT_HARM:
            sentence = f"{worker.name} would move the cursor from {doing.first}, but it stands at {stands}: nothing is changed."
            return Step(sentence, self._asking(world, w, worker))
        sentence = f"{worker.name} moves the cursor from {doing.first} to {doing.next}."
        return Step(sentence, self._done(world._replace(cursor=doing.cursor), w, worker, doing))

    def _done(self, world: World, w: int, worker: Worker, doing: Doing) -> World:
        if len(doing.todo) == 1:
            return self._stands(world, w, worker, doing.next, doing.cursor)
        return world.worker(w, worker._replace(doing=doing._replace(todo=doing.todo[1:])))

    def _facts(self, doing: Doing) -> str:
        return "fact " + " and ".join(map(str, doing.answers))

    # --- accidents ---------------------------------------------------------------------------------------------------

    def _accidents(self, world: World, w: int, worker: Worker) -> Iterator[Step]:
        other: Any = world.workers[1 - w]
        if world.crashes:
            crashed = world.worker(w, Worker(worker.name))._replace(crashes=world.crashes - 1)
            yield Step(f"{worker.name} is killed, and begins again.", crashed, accident=True)
            if worker.doing is not None and worker.doing.todo[0] == "here":
                for n in range(1, len(commands := _commands(worker.doing))):
                    sentence = f"{worker.name} is killed as it publishes the commands here: only {n} of {len(commands)} is in the log."
                    yield Step(sentence, crashed._replace(here=world.here + commands[:n]), accident=True)
            if world.owner == w and other.doing is None:
                yield Step(f"{worker.name} is killed; {other.name} takes over.", crashed._replace(owner=1 - w), accident=True)
        if world.zombies and worker.doing is not None and world.owner == w:
            after = world._replace(owner=1 - w, zombies=world.zombies - 1)
            yield Step(f"{worker.name} sleeps; the partition is assigned to {other.name}.", after, accident=True)


def _commands(doing: Doing) -> tuple[tuple[int, int], ...]:
    """Return the commands here of a step, in the order in which they are appended."""
    return tuple((offset, number) for offset in doing.answers for number in HERE)
