"""What the models decide: reports of the children of a partition, the states that they leave, and what makes a record right."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

OUT, BACK = "dropped-out", "returned"
REASONS = {1: "work", 2: "poverty"}
"""For which reason a version of the code takes a child to have dropped out: so two versions decide differently."""
ACCEPTED, DUPLICATE, REFUSED, PENDING = "a", "d", "r", "."
"""The letters of outcomes, as Redis keeps them."""
OUTCOMES = {ACCEPTED: "accepted", DUPLICATE: "duplicate", REFUSED: "refused", PENDING: "pending"}


class Report(NamedTuple):
    """A report on a child of its partition."""

    child: str
    what: str


class Fact(NamedTuple):
    """A fact in the record. ``input``: the offset of its report, which is its ``sequence``."""

    input: int
    child: str
    before: str | None
    after: str


class Judged(NamedTuple):
    """What became of a report."""

    outcome: str
    fact: Fact | None = None


State = tuple[Fact, ...]
"""What the state of a child keeps, as a timeline does: the facts that made it. The states of a partition stand one behind the other."""


def of_child(child: str, state: State) -> State:
    """Return the state of one child of a partition."""
    return tuple(fact for fact in state if fact.child == child)


def standing(child: str, facts: Iterable[Fact]) -> str | None:
    """Return where a child stands after these facts."""
    return next((fact.after for fact in reversed(list(facts)) if fact.child == child), None)


def judge(version: int, report: Report, offset: int, state: State) -> Judged:
    """Decide one report, as ``Decider.judge``: it was decided before or changes nothing, or it breaks a rule, or it is a fact."""
    found = standing(report.child, state)
    out = found in REASONS.values()
    if offset in {fact.input for fact in state} or (report.what == OUT and out) or (report.what == BACK and found == "enrolled"):
        return Judged(DUPLICATE)
    if report.what == BACK and not out:
        return Judged(REFUSED)
    return Judged(ACCEPTED, Fact(offset, report.child, found, REASONS[version] if report.what == OUT else "enrolled"))


def evolved(fact: Fact, state: State) -> State:
    """Return the states of a partition after a fact, as ``Decider.evolved``."""
    return tuple(sorted((*state, fact), key=lambda kept: kept.child))


def without_repeats(record: Iterable[Fact], last: int = -1) -> Iterator[Fact]:
    """Yield the facts that a reader takes: of a sequence above the last one (``_is_repeat``)."""
    for fact in record:
        if fact.input > last:
            last = fact.input
            yield fact


def why_not_exact(taken: Sequence[Fact]) -> str | None:
    """Return what makes the counts of readers wrong: each fact must be the first of its report, and find what the one before it left."""
    for n, fact in enumerate(taken):
        if fact.input in {before.input for before in taken[:n]}:
            return f"readers take two facts of report {fact.input}."
        if fact.before != (stands := standing(fact.child, taken[:n])):
            return f"readers take fact {fact.input}, which found child {fact.child} {told(fact.before)}, and by the record it was {told(stands)}."
    return None


def why_not_decided(reports: Sequence[Report], taken: Sequence[Fact], outcomes: str, refused: frozenset[int]) -> str | None:
    """Return which report was not decided once, as some version of the code decides it: by the record, the outcomes and ``refusals``."""
    facts, state = {fact.input: fact for fact in taken}, State()
    for offset, report in enumerate(reports):
        right = [judge(version, report, offset, state) for version in REASONS]
        fact, outcome = facts.get(offset), outcomes[offset]
        if fact not in [judged.fact for judged in right]:
            return f"report {offset} has {'a fact that no version decides' if fact else 'no fact, and every version decides one'}."
        if outcome not in (PENDING, right[0].outcome):
            return f"the outcome of report {offset} is {OUTCOMES[outcome]}, and must be {OUTCOMES[right[0].outcome]}."
        if outcome == REFUSED and offset not in refused:
            return f"report {offset} was refused, and the topic refusals does not say so."
        state = evolved(fact, state) if fact else state
    return None


def told(stands: str | None) -> str:
    return stands or "unknown"


def states_told(state: State) -> str:
    return ", ".join(f"child {fact.child} {fact.after} by fact {fact.input}" for fact in state) or "nobody known"
