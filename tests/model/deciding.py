"""The commit of a deciding worker, as ``shared/deciding/deciding_follower.py`` does it, against a log, a Redis and every accident of a budget.

Two workers, each at one step at a time. Whatever stands between two worlds here is one call of the log or of Redis, or none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.model.deciding_world import (
    NOBODY,
    Doing,
    Log,
    Memory,
    Published,
    Stored,
    Worker,
    World,
    beyond,
    facts_told,
    holds,
    remembering,
    reports_told,
)
from tests.model.reports import (
    ACCEPTED,
    DUPLICATE,
    OUTCOMES,
    PENDING,
    REFUSED,
    Fact,
    Report,
    State,
    evolved,
    judge,
    states_told,
    why_not_decided,
    why_not_exact,
    without_repeats,
)
from tests.model.search import Step
from tests.model.sets import put, span

STEP = ("refusals", "facts", "between", "apply")
ORDERS = {"_facts_last": ("facts", "between", "refusals", "apply"), "acknowledged before applied": ("apply", "refusals", "facts")}
REBUILD = ("apply_rebuilding", "finish_rebuilding")


@dataclass(frozen=True)
class Deciding:
    """The model. ``without``: the guard that is taken out. ``mixed``: a zombie may be of another version than its successor."""

    reports: tuple[tuple[Report, ...], ...]
    crashes: int = 1
    zombies: int = 1
    losses: int = 1
    versions: int = 1
    flips: int = 0
    mixed: bool = False
    whole: bool = False
    without: str = ""

    def begin(self) -> World:
        """Return a world in which nothing was reported, and each worker owns a partition."""
        n = len(self.reports)
        workers = tuple(Worker(name, (None,) * n) for name in "AB")
        return World(
            (Log(),) * n, (Stored(),) * n, workers, tuple(p % 2 for p in range(n)), self.crashes, self.zombies, self.losses, self.versions, self.flips
        )

    def steps(self, world: World) -> Iterator[Step]:
        """Return what may happen next: a report comes, a worker does its next call, an accident."""
        if (w := self._alone(world)) is not None:
            worker = world.workers[w]
            doing: Any = worker.doing
            yield getattr(self, f"_{doing.todo[0]}")(world, w, worker, doing, doing.partition)
            for w, worker in enumerate(world.workers):
                yield from self._accidents(world, w, worker)
            yield from self._loss(world)
            return
        for p, log in enumerate(world.logs):
            if log.inputs < (n := len(self.reports[p])):
                after = log._replace(inputs=n if self.whole else log.inputs + 1)
                report = self.reports[p][log.inputs]
                sentence = f"Report {log.inputs} of partition {p} (child {report.child} {report.what}) is acknowledged."
                yield Step(sentence, world.at(p, after))
        for w, worker in enumerate(world.workers):
            if worker.doing is not None:
                yield getattr(self, f"_{worker.doing.todo[0]}")(world, w, worker, worker.doing, worker.doing.partition)
            else:
                if world.is_of_before(worker):
                    yield Step(f"{worker.name} finds that generation {world.generation} is live (check_live): it begins again.", world.forgetting(w))
                for p in range(len(world.owners)):
                    if self._has(world, w, worker, p):
                        yield from self._between_steps(world, w, worker, p)
            yield from self._accidents(world, w, worker)
        yield from self._loss(world)
        yield from self._flip(world)

    def _has(self, world: World, w: int, worker: Worker, p: int) -> bool:
        """Return whether a partition is a worker's, in the group of its generation."""
        return worker.memory[p] is not None if world.is_of_before(worker) else world.owners[p] == w

    def _alone(self, world: World) -> int | None:
        """Return a worker whose next call touches only what nobody else touches: whatever the others do first, it finds and leaves the same."""
        if world.flips or any(map(world.is_of_before, world.workers)):
            return None
        for w, worker in enumerate(world.workers):
            if (doing := worker.doing) is not None:
                p = doing.partition
                other = world.workers[1 - w].doing
                if world.owners[p] == w and not (other and other.partition == p) and world.logs[p].inputs == len(self.reports[p]):
                    return w
        return None

    def _loss(self, world: World) -> Iterator[Step]:
        if world.losses:
            nothing = (Stored(),) * len(world.redis)
            yield Step("Redis loses everything.", world._replace(redis=nothing, losses=world.losses - 1, lost=True), accident=True)

    def _flip(self, world: World) -> Iterator[Step]:
        """Do ``StateRebuild``, and ``make_live.lua``: all is filled by then, or nothing is, and what is missing is folded by a worker."""
        if not world.flips:
            return
        after = world._replace(owners=(NOBODY,) * len(world.owners), flips=world.flips - 1, generation=world.generation + 1, before=world.redis)
        for filled, told in ((True, "filled beside it"), (False, "begun")):
            beside = tuple(self._beside(log, stored, filled=filled) for log, stored in zip(world.logs, world.redis, strict=True))
            yield Step(f"Generation {after.generation}, {told}, is made live.", after._replace(redis=beside), accident=True)

    def _beside(self, log: Log, stored: Stored, *, filled: bool) -> Stored:
        beside = Stored(published=stored.published, outcomes=stored.outcomes, facts=0, decided=stored.next)
        if stored.next is None:
            return Stored(outcomes=stored.outcomes)
        return self._folded(log, beside) if filled else beside

    def _folded(self, log: Log, stored: Stored) -> Stored:
        """Do ``FactFolder.fold``: up to the first fact of an input that the generation of before has not decided, where there was one."""
        state, last, at = stored.state, stored.sequence, stored.facts or 0
        for fact in log.record[at:]:
            if fact.input > last:
                if self.without != "decided" and stored.decided is not None and fact.input >= stored.decided:
                    break
                state, last = evolved(fact, state), fact.input
            at += 1
        return stored._replace(state=state, sequence=last, facts=at)

    def wrong(self, world: World, *, at_rest: bool) -> str | None:
        """Return what is not exact: what readers make of the record at any time; at rest the cursor, the state and the outcomes too."""
        for p, (log, stored, reports) in enumerate(zip(world.logs, world.redis, self.reports, strict=True)):
            taken = list(log.record if self.without == "_is_repeat" else without_repeats(log.record))
            wrong = why_not_exact(taken)
            if wrong is None and at_rest:
                wrong = self._why_not_at_rest(log, stored, reports, taken, lost=world.lost)
            if wrong is None and any(memory is not None and memory.expected < 0 for memory in (worker.memory[p] for worker in world.workers)):
                wrong = "a worker stops with CursorOutsideLog, and nobody deleted a record."
            if wrong is not None:
                return f"Partition {p}: {wrong}"
        return None

    def _why_not_at_rest(self, log: Log, stored: Stored, reports: tuple[Report, ...], taken: list[Fact], *, lost: bool) -> str | None:
        if stored.next != log.inputs:
            return f"the cursor stands at {stored.next}, and the input topic ends at {log.inputs}."
        state: State = ()
        for fact in taken:
            state = evolved(fact, state)
        if stored.state != state:
            return f"the state in Redis is {states_told(stored.state)}, and by the record it is {states_told(state)}."
        outcomes = stored.outcomes.ljust(len(reports), PENDING)
        if PENDING in outcomes and not lost:
            return f"the outcomes are {outcomes}: one is missing."
        return why_not_decided(reports, taken, outcomes, log.refused)

    # --- between two steps: FollowerApp.cursors_of, take, notice_lost_cursors ----------------------------------------

    def _between_steps(self, world: World, w: int, worker: Worker, p: int) -> Iterator[Step]:
        log, stored, memory, name = world.logs[p], world.stored(worker, p), worker.memory[p], worker.name
        if memory is None:
            if stored.next is None and not log.record:
                stored = stored._replace(next=stored.decided or 0, facts=None, sequence=-1, decided=None)
            after = world.at(p, stored=stored).worker(w, remembering(worker, p, Memory(stored.next or 0, log.inputs)))
            yield Step(f"{name} is assigned partition {p}: its cursor is {stored.next}, and its input topic ends at {log.inputs}.", after)
        elif memory.expected < log.inputs:
            for next_ in (log.inputs,) if self.whole else range(memory.expected + 1, log.inputs + 1):
                doing = Doing(("read",), p, memory.expected, next_)
                sentence = f"{name} fetches {span('report', memory.expected, next_)} of partition {p}."
                yield Step(sentence, world.worker(w, worker._replace(doing=doing)))
        elif (stored.next or 0) < memory.expected:
            after = world.worker(w, remembering(worker, p, memory._replace(expected=stored.next or 0)))
            yield Step(f"{name} notices that the cursor of partition {p} went back, and seeks (notice_lost_cursors).", after)

    def _stands(self, world: World, w: int, worker: Worker, p: int, expected: int, *, forget: bool = False) -> World:
        """Return the world after a step, which left the worker's edge at an offset. A partition that is another's by now is let go."""
        memory = worker.memory[p] or Memory(expected, None)
        memory = Memory(expected, None) if forget else memory._replace(expected=expected)
        return world.worker(w, remembering(worker, p, memory if world.is_of_before(worker) or world.owners[p] == w else None)._replace(doing=None))

    # --- the calls of DecidingFollower.follow ------------------------------------------------------------------------

    def _read(self, world: World, w: int, worker: Worker, doing: Doing, p: int) -> Step:
        stored, name = world.stored(worker, p), worker.name
        if world.is_of_before(worker) and self.without != "read_states.lua: live":
            sentence = f"{name} reads the state of partition {p}, but generation {world.generation} is live: nothing is read, and it begins again."
            return Step(sentence, world.forgetting(w))
        if stored.next is None and self.without != "_rebuild":
            after = doing._replace(todo=("rebuilding",))
            return Step(f"{name} reads the state of partition {p}: it has no cursor, and is rebuilt.", world.worker(w, worker._replace(doing=after)))
        if stored.next not in (doing.first, None) and self.without != "read_states.lua":
            sentence = f"{name} reads the state of partition {p} at {doing.first}, but its cursor stands at {stored.next}: it was overtaken."
            return Step(sentence, self._stands(world, w, worker, p, stored.next or 0))
        after = doing._replace(todo=("look",), state=stored.state)
        return Step(f"{name} reads the state of partition {p}: {states_told(stored.state)}.", world.worker(w, worker._replace(doing=after)))

    def _look(self, world: World, w: int, worker: Worker, doing: Doing, p: int) -> Step:
        """Do ``_published_beyond``, then ``decide_batch``."""
        log, stored, memory = world.logs[p], world.stored(worker, p), worker.memory[p] or Memory(doing.first, None)
        backlog = log.inputs if memory.backlog is None else memory.backlog
        found, looked = memory.published, ""
        if doing.first >= backlog or self.without == "_published_beyond":
            found = None
        elif found is None:
            found = beyond(log, doing.first, stored.published)
            looked = f"looks into the record from {stored.published} on and finds {facts_told(found.facts)}; then it "
        after = self._decided(worker.version, doing._replace(published=found), self.reports[p])
        worker = remembering(worker, p, memory._replace(backlog=backlog, published=found))._replace(doing=after)
        outcomes = ", ".join(OUTCOMES[outcome] for outcome in after.outcomes)
        sentence = f"{worker.name} (version {worker.version}) {looked}decides {span('report', doing.first, doing.next)}: {outcomes}."
        return Step(sentence, world.worker(w, worker))

    def _decided(self, version: int, doing: Doing, reports: tuple[Report, ...]) -> Doing:
        found, state, outcomes, facts, refused = doing.published, doing.state, "", list[Fact](), set[int]()
        known = {fact.input: fact for fact in found.facts} if found else {}
        for offset in range(doing.first, doing.next):
            if found and offset <= found.last:
                fact = known.get(offset)
                outcomes += ACCEPTED if fact else REFUSED if offset in found.refused else DUPLICATE
            else:
                outcome, fact = judge(version, reports[offset], offset, state)
                outcomes += outcome
                facts += [fact] if fact else []
                refused |= {offset} if outcome == REFUSED else set()
            state = evolved(fact, state) if fact else state
        doing = doing._replace(state=state, outcomes=outcomes, facts=tuple(facts), refused=frozenset(refused))
        needless = {"refusals": not refused, "facts": not facts, "between": not facts or not found or self.without == "_another_published"}
        return doing._replace(todo=tuple(at for at in ORDERS.get(self.without, STEP) if not needless.get(at)))

    def _done(self, world: World, w: int, worker: Worker, doing: Doing) -> World:
        """Return the world in which the first of what was to do is done."""
        if len(doing.todo) == 1:
            return self._stands(world, w, worker, doing.partition, doing.next)
        return world.worker(w, worker._replace(doing=doing._replace(todo=doing.todo[1:])))

    def _refusals(self, world: World, w: int, worker: Worker, doing: Doing, p: int) -> Step:
        log = world.logs[p]
        after = self._done(world.at(p, log._replace(refused=log.refused | doing.refused)), w, worker, doing)
        return Step(f"{worker.name} publishes the refusal of {reports_told(doing.refused)}, and it is acknowledged.", after)

    def _facts(self, world: World, w: int, worker: Worker, doing: Doing, p: int) -> Step:
        record = world.logs[p].record + doing.facts
        after = self._done(world.at(p, world.logs[p]._replace(record=record)), w, worker, doing._replace(behind=len(record)))
        return Step(f"{worker.name} publishes {facts_told(doing.facts)}, and they are acknowledged.", after)

    def _between(self, world: World, w: int, worker: Worker, doing: Doing, p: int) -> Step:
        """Do ``_another_published``."""
        found, behind = doing.published, doing.behind
        assert found is not None
        assert behind is not None
        between = world.logs[p].record[found.end : behind - len(doing.facts)]
        if any(fact.input >= max(doing.first, found.last + 1) for fact in between):
            sentence = f"{worker.name} finds {facts_told(between)} of another worker before its own: it applies nothing and takes the step again."
            return Step(sentence, self._stands(world, w, worker, p, doing.first, forget=True))
        return Step(f"{worker.name} finds nothing between its look and its own facts.", self._done(world, w, worker, doing))

    def _apply(self, world: World, w: int, worker: Worker, doing: Doing, p: int) -> Step:
        if world.is_of_before(worker):
            sentence = f"{worker.name} applies at {doing.first}, but generation {world.generation} is live: nothing is changed, and it begins again."
            return Step(sentence, world.forgetting(w))
        stored, found = world.redis[p], doing.published
        if stored.next != doing.first and self.without != "apply_states.lua":
            stands = doing.first if stored.next is None else stored.next
            if stored.next is None and self.without == "a lost cursor is no offset":
                stands = -1
            sentence = f"{worker.name} applies at {doing.first}, but the cursor stands at {stored.next}: nothing is changed, and it seeks."
            return Step(sentence, self._stands(world, w, worker, p, stands, forget=True))
        memory = worker.memory[p] or Memory(doing.first, None)
        end = found.end if found else stored.published
        end = end if doing.behind is None else doing.behind
        worker = remembering(worker, p, memory._replace(published=found and found._replace(end=end), behind=doing.behind or memory.behind))
        published = end
        if found is None and self.without != "_read_up_to: our own step before":
            published = memory.behind or stored.published
        if found is not None and doing.next <= found.last and self.without != "_read_up_to: the end of the batch":
            published = stored.published
        outcomes = stored.outcomes.ljust(doing.first, PENDING)[: doing.first] + doing.outcomes + stored.outcomes[doing.next :]
        after = Stored(doing.next, self._written(stored.state, doing), published, outcomes)
        sentence = f"{worker.name} applies at {doing.first}: {states_told(doing.state)}; the cursor of partition {p} moves to {doing.next}."
        return Step(sentence, self._done(world.at(p, stored=after), w, worker, doing))

    def _written(self, state: State, doing: Doing) -> State:
        """Return the states in Redis once those of the children of a batch are written: nobody else's."""
        children = {report.child for report in self.reports[doing.partition][doing.first : doing.next]}
        kept = [fact for fact in state if fact.child not in children]
        return tuple(sorted([*kept, *(fact for fact in doing.state if fact.child in children)], key=lambda fact: fact.child))

    # --- the calls of DecidingFollower._rebuild ----------------------------------------------------------------------

    def _rebuilding(self, world: World, w: int, worker: Worker, doing: Doing, p: int) -> Step:
        log, stored = world.logs[p], world.redis[p]
        if world.is_of_before(worker):
            return self._too_late(world, w, worker, p)
        if stored.next is not None and self.without != "begin_rebuilding.lua":
            return Step(f"{worker.name} finds that partition {p} has a cursor again: RebuildOvertaken, and it restarts.", world.forgetting(w))
        stored = stored if stored.facts is not None else stored._replace(facts=0, sequence=-1)
        folded, begin = self._folded(log, stored), Published((), frozenset(), -1, stored.facts or 0)
        after = doing._replace(todo=REBUILD, state=folded.state, sequence=folded.sequence, behind=folded.facts, published=begin)
        sentence = f"{worker.name} reads the record of partition {p} up to {folded.facts}: {states_told(folded.state)}."
        return Step(sentence, world.at(p, stored=stored).worker(w, worker._replace(doing=after)))

    def _apply_rebuilding(self, world: World, w: int, worker: Worker, doing: Doing, p: int) -> Step:
        stored, begin = world.redis[p], doing.published
        assert begin is not None
        if world.is_of_before(worker):
            return self._too_late(world, w, worker, p)
        if stored.facts != begin.end and self.without != "RebuildOvertaken":
            return Step(f"{worker.name} finds that another worker rebuilds partition {p}: RebuildOvertaken, and it restarts.", world.forgetting(w))
        after = stored._replace(state=doing.state, facts=doing.behind, sequence=doing.sequence)
        sentence = f"{worker.name} writes the rebuilt state of partition {p}: {states_told(doing.state)}."
        return Step(sentence, self._done(world.at(p, stored=after), w, worker, doing))

    def _finish_rebuilding(self, world: World, w: int, worker: Worker, doing: Doing, p: int) -> Step:
        stored = world.redis[p]
        if world.is_of_before(worker):
            return self._too_late(world, w, worker, p)
        if stored.facts != doing.behind and self.without != "RebuildOvertaken":
            return Step(f"{worker.name} finds that another worker rebuilds partition {p}: RebuildOvertaken, and it restarts.", world.forgetting(w))
        next_ = doing.sequence + 1 if doing.sequence >= 0 else doing.first
        if stored.decided is not None and self.without != "decided":
            next_ = max(next_, stored.decided)
        if stored.next is not None:
            next_ = stored.next
        after = stored._replace(next=next_, published=doing.behind or 0, facts=None, sequence=-1, decided=None)
        sentence = f"{worker.name} ends the rebuild of partition {p}: its cursor is {next_}."
        return Step(sentence, self._stands(world.at(p, stored=after), w, worker, p, next_))

    def _too_late(self, world: World, w: int, worker: Worker, p: int) -> Step:
        sentence = f"{worker.name} rebuilds partition {p} in a generation that is not live any more: it begins again."
        return Step(sentence, world.forgetting(w))

    # --- accidents ---------------------------------------------------------------------------------------------------

    def _accidents(self, world: World, w: int, worker: Worker) -> Iterator[Step]:
        doing, other = worker.doing, 1 - w
        if world.crashes:
            crashed = world.forgetting(w)._replace(crashes=world.crashes - 1)
            yield Step(f"{worker.name} is killed, and begins again with its partitions.", crashed, accident=True)
            theirs = tuple(other if owner == w else owner for owner in world.owners)
            if theirs != world.owners and not world.is_of_before(world.workers[other]) and not holds(world.workers[other], world.owners, w):
                sentence = f"{worker.name} is killed; {world.workers[other].name} takes over."
                yield Step(sentence, crashed._replace(owners=theirs), accident=True)
            if doing is not None and doing.todo[0] == "facts":
                log = world.logs[doing.partition]
                for n in range(1, len(doing.facts)):
                    part = crashed.at(doing.partition, log._replace(record=log.record + doing.facts[:n]))
                    yield Step(f"{worker.name} is killed as it publishes: only {facts_told(doing.facts[:n])} is in the record.", part, accident=True)
        versions = {each.version for each in world.workers}
        lone = any(map(world.is_of_before, world.workers))
        if world.zombies and doing is not None and world.owners[doing.partition] == w and not lone and (self.mixed or len(versions) == 1):
            after = world._replace(owners=put(world.owners, doing.partition, other), zombies=world.zombies - 1)
            sentence = f"{worker.name} sleeps; partition {doing.partition} is assigned to {world.workers[other].name}."
            yield Step(sentence, after, accident=True)
        asleep = any(each.doing and world.owners[each.doing.partition] != n for n, each in enumerate(world.workers))
        if world.versions and doing is None and (self.mixed or not asleep):
            after = world.forgetting(w)._replace(versions=world.versions - 1)
            after = after.worker(w, after.workers[w]._replace(version=2))
            yield Step(f"{worker.name} is stopped between two steps and started with version 2.", after, accident=True)
