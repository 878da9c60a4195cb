"""Facts in a partition, and children that change their standings, for the tests of the counts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from services.reporting.counting import Changes, fold
from services.reporting.view.memory import Memory
from shared.clock import micros_of
from shared.log.belonging import INPUT_TOPICS
from shared.log.event_log import EventLog
from tests.components.reporting.written_facts import case_fact, child_file, fact, grant, relief_fact, standing

OUT = ("dropped_out", "never_enrolled")
COUNTIES = ("513431", "513430", "650102", "660000", "441900", "632321", "632301", "370684", "370614", "110101")
"""Codes of all kinds: of the 52, a province of its own, a city without counties, ended, new, both in one city, in a municipality."""


@dataclass(frozen=True)
class Laid:
    """A record as a consumer returns it."""

    offset: int
    value: bytes | None
    key: bytes | None = None
    timestamp: int = 0


def lay(*values: bytes | None, begin: int = 0) -> list[Laid]:
    """Lay values into a partition, one after the other."""
    return [Laid(begin + n, value) for n, value in enumerate(values)]


def anybody(*_: object) -> None:
    """Judge that every fact belongs where it stands: for tests of what is counted of facts."""


def folded(*values: bytes | None, last: Mapping[str, str] | None = None) -> Changes:
    """Fold values."""
    return fold(lay(*values), last or {}, anybody)


async def take_inputs(log: EventLog, partitions: int, *, each: int = 1_000) -> None:
    """Fill the input topics, so that facts have inputs that they may follow from."""
    for topic in INPUT_TOPICS.values():
        await log.append(topic, {partition: [(b"", b"")] * each for partition in range(partitions)})


def added(*parts: Changes) -> dict[str, Any]:
    """The result of changes one after the other: the sums of cells, flows and due days, and the newest of the rest."""
    cells, flows, due = Counter[str](), Counter[str](), Counter[str]()
    reported: dict[str, Any] = {}
    claimed: dict[str, Any] = {}
    for part in parts:
        cells.update(part.cells)
        flows.update(part.flows)
        due.update(part.due)
        reported |= {county: max(time, reported.get(county, time)) for county, time in part.reported.items()}
        claimed |= {county: claim for county, claim in part.claimed.items() if county not in claimed or claim.time >= claimed[county].time}
    return {
        "cells": {cell: n for cell, n in cells.items() if n},
        "flows": dict(flows),
        "due": {day: n for day, n in due.items() if n},
        "reported": reported,
        "claimed": claimed,
        "sequences": parts[-1].sequences,
        "event_time": max((part.event_time for part in parts if part.event_time), default=None),
    }


def remembered(*parts: Changes, generation: str = "1") -> Memory:
    """Return a memory that holds these changes, all of one partition."""
    memory = Memory(generation)
    for part in parts:
        memory.add(
            cells=part.cells,
            flows=part.flows,
            due=part.due,
            reported={county: micros_of(time) for county, time in part.reported.items()},
            claimed={county: (micros_of(claim.time), claim.out_of_school) for county, claim in part.claimed.items()},
        )
        times = [None if time is None else micros_of(time) for time in (part.event_time, part.recorded_time)]
        memory.move(0, memory.positions.get(0, 0) + 1, *times)
    return memory


@dataclass(frozen=True)
class Turn:
    """A new standing of a child, or of its file or grant, on a day of 2019. None: the standing is taken back."""

    child: int
    after: dict[str, Any] | None
    day: int
    of: str = "student"


_days = st.integers(1, 28)
_children = st.integers(0, 4)
_counties = st.sampled_from(COUNTIES)
_reasons = st.sampled_from(("work", "learning", "unknown"))
_standings = st.builds(
    lambda status, county, stage, poor, reason: standing(status, county, stage=stage, poor=poor, reason=reason if status in OUT else None),
    st.sampled_from(("registered", "enrolled", "on_leave", "returned", "removed", "dropped_out", "dropped_out", "never_enrolled")),
    _counties,
    st.sampled_from(("primary", "junior", None)),
    st.booleans(),
    _reasons,
)
_files = st.builds(
    child_file,
    st.sampled_from(("open", "persuading", "returned", "closing", "closed")),
    _counties,
    reason=_reasons,
    attempts=st.integers(0, 3),
    due=st.none() | _days.map("2019-03-{:02d}".format),
)
_grants = st.builds(
    grant,
    st.sampled_from(("due", "suspended", "paid", "ended")),
    _counties,
    stage=st.sampled_from(("primary", "junior")),
    boarder=st.booleans(),
    fen=st.sampled_from((25_000, 31_250, 50_000, 62_500)),
)
turns = st.lists(st.builds(Turn, _children, _standings | st.none(), _days), max_size=30)
"""Turns of children, in the order of the record."""
turns_of_all = st.lists(
    st.builds(Turn, _children, _standings | st.none(), _days)
    | st.builds(Turn, _children, _files, _days, st.just("case"))
    | st.builds(Turn, _children, _grants | st.none(), _days, st.just("grant")),
    max_size=40,
)
"""Turns of children, of their files and of their grants."""

_BY = {"dropped_out": "dropped-out", "never_enrolled": "never-enrolled", "returned": "returned", "removed": "removed", "registered": "registered"}


def facts_of(happened: Iterable[Turn], *, begin: int = 1) -> list[bytes]:
    """Return the facts of these turns, each with the standing that it found. The sequences grow in this order."""
    stands: dict[tuple[str, int], dict[str, Any] | None] = {}
    spells = Counter[int]()
    found: list[bytes] = []
    for n, turn in enumerate(happened, begin):
        before = stands.get((turn.of, turn.child))
        stands[turn.of, turn.child] = turn.after
        time = f"2019-03-{turn.day:02d}T08:00:00+08:00"
        if turn.of == "case":
            found.append(case_fact("moved" if before else "opened", before, turn.after, n, time=time))
        elif turn.of == "grant":
            found.append(relief_fact("recalculated" if before or turn.after else "lapsed", before, turn.after, n, time=time))
        else:
            found.append(_of_a_student(turn, before, spells, n, time))
    return found


def _of_a_student(turn: Turn, before: dict[str, Any] | None, spells: Counter[int], n: int, time: str) -> bytes:
    status = turn.after["status"] if turn.after else "voided"
    what = _BY.get(status, "moved" if before else "listed")
    entered = status in OUT and (before is None or before["status"] not in OUT)
    spells[turn.child] += entered
    data: dict[str, Any] = {"spell": spells[turn.child]} if entered else {}
    if before is None and turn.after is None:
        data["late"] = True
    return fact(what, before, turn.after, n, time=time, **data)


def counted_by_hand(happened: Iterable[Turn]) -> dict[str, Counter[str]]:
    """Return the cells and due days that the last standing of each child, file and grant makes."""
    last = {(turn.of, turn.child): turn.after for turn in happened}
    cells, due = Counter[str](), Counter[str]()
    for (of, _), after in last.items():
        if after is None:
            continue
        at = after["county"]
        if of == "student":
            cells[f"{at}:status.{after['status']}"] += 1
            if after["status"] in OUT:
                cells.update([f"{at}:out.reason.{after['reason']}", f"{at}:out.stage.{after['stage'] or 'none'}"])
                cells[f"{at}:out.poor"] += after["poor"]
        elif of == "case":
            cells[f"{at}:case.state.{after['state']}"] += 1
            if after["state"] != "closed":
                cells[f"{at}:case.reason.{after['reason']}"] += 1
                due[f"{at}:{after['due']}"] += after["due"] is not None
        else:
            cells[f"{at}:relief.living_subsidy.{after['state']}.grants"] += 1
            cells[f"{at}:relief.living_subsidy.{after['state']}.fen"] += after["fen"]
    return {"cells": +cells, "due": +due}


def by_county(fields: Mapping[str, int]) -> dict[str, Counter[str]]:
    """Return differences named `<county>:<rest>` or `<county>:<day>:<flow>`, by county and the last part."""
    found: dict[str, Counter[str]] = {}
    for field, n in fields.items():
        county, *_, last = field.split(":")
        found.setdefault(county, Counter())[last] += n
    return found


def stock(cells: Mapping[str, int]) -> int:
    """Return the children out of school, by their standings."""
    return sum(cells.get(f"status.{status}", 0) for status in OUT)


def stock_by_flows(flows: Mapping[str, int]) -> int:
    """Return the children out of school, by the flows."""
    grows: Sequence[str] = ("opening", "newly_out", "out_again", "moved_in")
    return sum(n if flow in grows else -n for flow, n in flows.items())
