"""Whatever stands in a command or in a fact of a service's own, it is decided and folded, or it is a dead letter: it ends no worker."""

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any
from zlib import crc32

import pytest

from services.case.decider import CaseDecider
from services.enrolment.decider import EnrolmentDecider
from services.relief.decider import ReliefDecider
from shared.contracts.registry import NewerVersion, UnknownType
from shared.contracts.services import SERVICES
from shared.deciding.decider import Decider
from shared.deciding.published import _is_readable
from shared.events.codec import Unreadable, read_event
from shared.states import UnfoldableFact
from tests.components.shared.unchecked import take_out
from tests.contracts.published import GOLDEN, SHAPES

DECIDERS: tuple[Decider, ...] = (EnrolmentDecider(), CaseDecider(), ReliefDecider())
HOSTILE: tuple[object, ...] = (
    -1, 0, 256, 65_536, 2**31, 2**63, 2**64, 10**30, -1e300, None, True, [], {}, "", "9" * 400, "A" * 100_000, "AAAA",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999-12:00", "9999-12-31", "9999999999999999-9999", "x" * 21,
    "999999", "abcdef", "12a456", "１２３４５６", "abcdefghij", "g" * 32, "/villages/123456", "/counties/12345x", "2019-winter", "2019-sprin9",
)  # fmt: skip
DEAD = (Unreadable, UnknownType, NewerVersion)

Json = dict[str, Any]
Path = tuple[str | int, ...]


@cache
def golden(service: str) -> tuple[Sequence[Json], Sequence[Json]]:
    """Return an example of each input of a service, and of each of its facts."""
    (spec,) = [each for each in SERVICES if each.name == service]
    assert spec.input is not None
    inputs, facts = (
        [json.loads((GOLDEN / f"{type_}.json").read_bytes()) for type_, shape in SHAPES.items() if shape in shapes]
        for shapes in (spec.input.types, spec.facts)
    )
    return inputs, facts


def paths(data: object, path: Path = ()) -> Iterator[Path]:
    members: Sequence[tuple[str | int, object]] = (
        list(data.items()) if isinstance(data, dict) else list(enumerate(data)) if isinstance(data, list) else []
    )
    for name, value in members:
        yield (*path, name)
        yield from paths(value, (*path, name))


def changed(event: Json, path: Path, value: object) -> Json:
    found = deepcopy(event)
    place: Any = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return found


def hostile(event: Json) -> Iterator[tuple[Json, Path]]:
    """Yield an event with each of its values in turn replaced by each hostile one."""
    for path in [*[("data", *path) for path in paths(event["data"])], ("time",), ("sequence",), ("recordedtime",), ("id",), ("causationid",)]:
        for value in HOSTILE:
            yield changed(event, path, value), path


def states_of(decider: Decider) -> Mapping[bytes, list[bytes | None]]:
    """Return states that honest inputs lead to, in any order, by key."""
    inputs, _ = golden(decider.service)
    found: dict[bytes, list[bytes | None]] = {}
    for walk in range(40):
        states: dict[bytes, bytes] = {}
        for step in range(12):
            event = deepcopy(inputs[crc32(b"%d/%d" % (walk, step)) % len(inputs)])
            if "fact" in event["data"]:
                event["data"]["fact"] = f"{2_000 + walk * 20 + step:016d}-0000"
            key = event["subject"].encode()
            try:
                judged = decider.judge(key, json.dumps(event).encode(), states.get(key), partition=0, offset=step)
            except DEAD:
                continue
            if judged.state is not None:
                states[key] = judged.state
                found.setdefault(key, [None]).append(judged.state)
    return found


def some(states: Sequence[bytes | None]) -> Sequence[bytes | None]:
    """Return no state, and a few from all along the walks."""
    return states[:: max(1, len(states) // 4)]


@pytest.mark.parametrize("decider", DECIDERS, ids=lambda each: each.service)
def test_no_value_in_an_input_ends_the_worker(decider: Decider) -> None:
    states, decided = states_of(decider), 0
    for example in golden(decider.service)[0]:
        key = example["subject"].encode()
        for event, path in hostile(example):
            value = json.dumps(event).encode()
            for state in some(states.get(key, [None])):
                try:
                    judged = decider.judge(key, value, state, partition=0, offset=5_000)
                except DEAD:
                    continue
                except Exception as error:
                    raise AssertionError(f"{example['type']}: {path}") from error
                decided += 1
                if judged.fact is not None:
                    assert decider.evolved(read_event(judged.fact), state) == judged.state, (example["type"], path)
    assert decided > 1_000


@pytest.mark.parametrize("decider", DECIDERS, ids=lambda each: each.service)
def test_no_value_in_a_fact_ends_a_rebuild(decider: Decider) -> None:
    assert evolved_of_hostile_facts(decider) > 1_000


@pytest.mark.parametrize("field", ["county", "fact", "school", "since", "student", "term"])
def test_without_the_look_at_a_field_a_fact_would_end_it(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    take_out(monkeypatch, field)
    with pytest.raises(AssertionError, match=field):
        sum(map(evolved_of_hostile_facts, DECIDERS))


def evolved_of_hostile_facts(decider: Decider) -> int:
    states, folded = states_of(decider), 0
    for example in golden(decider.service)[1]:
        key = example["subject"].encode()
        for changed_fact, path in hostile(example):
            try:
                event = read_event(json.dumps(changed_fact).encode())
                readable = _is_readable(event)
            except DEAD:
                continue
            if not readable:
                continue
            for state in some(states.get(key, [None])):
                try:
                    decider.listed(decider.evolved(event, state))
                except UnfoldableFact:
                    continue
                except Exception as error:
                    raise AssertionError(f"{example['type']}: {path}") from error
                folded += 1
    return folded
