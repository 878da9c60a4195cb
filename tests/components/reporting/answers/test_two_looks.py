"""What somebody learns who looks at all open answers more than once: what decision 0034 says, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import pytest

from services.reporting.view.rolled_up import RolledUp
from tests.components.reporting.answers.attacker import Attacker
from tests.components.reporting.answers.test_open_answers import BUTUO, JINYANG, MEIGU, URUMQI, ZHAOJUE, areas_of, memory_of, sums_told
from tests.components.reporting.counted_facts import folded, remembered
from tests.components.reporting.screen import NO_TIME, RECORD, Screen

Children = Mapping[str, Sequence[str]]
"""County -> its children out of school, each by a name that only the test knows."""


def some(name: str, n: int) -> list[str]:
    return [f"{name}{each}" for each in range(1, n + 1)]


Z, M = some("z", 4), some("m", 4)
REST = {BUTUO: some("b", 30), JINYANG: some("j", 8), URUMQI: some("u", 50)}


def after(*looks: Children) -> Attacker:
    """Somebody who has seen every open answer at these moments. He knows who is who: of each child, whether it was there."""
    attacker = Attacker()
    for children in looks:
        memory = memory_of({county: len(there) for county, there in children.items()})
        view, current = RolledUp(memory), Screen(memory).current()
        answers = {area: msgspec.to_builtins(current.counts(area, NO_TIME)) for area in areas_of(view)}
        for area in {*sums_told(answers, "poor"), *sums_told(answers, "by_reason"), *sums_told(answers, "by_stage")}:
            counties = (view.rollup.counties[n] for n in view.rollup.members(area).tolist())
            attacker.learn(child for county in counties for child in children.get(county, ()))
    return attacker


def test_looks_between_which_nobody_came_or_left_tell_nothing_of_few_children() -> None:
    attacker = after({ZHAOJUE: Z, **REST}, {ZHAOJUE: Z, **REST})
    assert not attacker.knows(*Z)
    assert attacker.knows(*Z, *REST[JINYANG])  # the block, which has twelve


def test_looks_between_which_five_of_two_counties_left_tell_nothing_of_those_who_stayed_or_left() -> None:
    attacker = after({ZHAOJUE: Z, MEIGU: M, **REST}, {ZHAOJUE: Z[:2], MEIGU: M[:1], **REST})
    assert not any(attacker.knows(*some_of) for some_of in (Z, M, Z[:2], M[:1], Z[2:], M[1:]))
    assert attacker.knows(*Z[2:], *M[1:])  # the five who left, together


# --- what the live sums tell, and decision 0034 admits --------------------------------------------------------------------


def test_who_sees_the_sums_before_and_after_one_child_left_knows_that_child_and_not_the_others() -> None:
    attacker = after({ZHAOJUE: Z, **REST}, {ZHAOJUE: Z[:3], **REST})
    assert attacker.knows(Z[3])
    assert not attacker.knows(*Z[:3])


def test_who_saw_the_five_and_the_one_that_left_knows_the_four() -> None:
    five = some("z", 5)
    assert after({ZHAOJUE: five, **REST}, {ZHAOJUE: five[:4], **REST}).knows(*five[:4])


def test_who_saw_the_four_become_five_knows_the_one_that_came_and_so_the_four() -> None:
    attacker = after({ZHAOJUE: Z, **REST}, {ZHAOJUE: [*Z, "z5"], **REST})
    assert attacker.knows("z5")
    assert attacker.knows(*Z)


def test_where_another_neighbour_comes_to_cover_a_county_what_was_told_of_both_gives_it_away() -> None:
    fewer = {**REST, BUTUO: REST[BUTUO][:7]}
    one, other = {ZHAOJUE: Z, **REST}, {ZHAOJUE: Z, **fewer}
    assert not after(one).knows(*Z)
    assert not after(other).knows(*Z)
    assert after(one, other).knows(*Z)


# --- all open answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v1/flows", "/v1/map", "/v1/areas", "/v1/screen"])
async def test_the_other_open_answers_tell_totals_only(path: str) -> None:
    answer = await Screen(remembered(folded(*RECORD))).get(path)
    assert {"poor", "by_reason", "by_stage", "relief"} & {*names(answer)} == set()


def names(value: Any) -> Iterator[str]:
    """Every name of a member in an answer, at any depth."""
    if isinstance(value, dict):
        yield from value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from names(each)
