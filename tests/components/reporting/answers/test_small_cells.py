"""Which breakdowns are withheld: those of counties with few children, and as many others as it takes that no subtraction gives them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.answers.small_cells import FEW, Hierarchy, withheld_areas
from tests.components.reporting.answers.attacker import Attacker

NATION = Hierarchy(
    "nation",
    {
        "nation": ["A", "B", "corps"],
        "A": ["A1", "A2"],
        "B": ["B1", "b9"],
        "A1": ["a1", "a2", "a3"],
        "A2": ["a4", "a5"],
        "B1": ["b1", "b2", "b3"],
        **{county: [] for county in ("a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "b9", "corps")},
    },
    {"list": ["a1", "a4", "b1"], "other": ["a2", "b2"]},
)


def withheld(**children: int) -> set[str]:
    """The areas; of the lists there are tests of their own."""
    return withheld_with_lists(**children) - NATION.lists.keys()


def withheld_with_lists(**children: int) -> set[str]:
    return set(withheld_areas(NATION, children))


def test_where_every_county_has_many_children_nothing_is_withheld() -> None:
    assert withheld(a1=5, a4=100, corps=7) == set()


def test_a_small_county_hides_behind_its_smallest_sibling() -> None:
    assert withheld(a1=2, a2=30, a3=6, a4=50) == {"a1", "a3"}


def test_two_small_counties_hide_behind_one_another_where_they_have_five_children_together() -> None:
    assert withheld(a1=2, a2=3, a3=6, a4=50) == {"a1", "a2"}
    assert withheld(a1=2, a2=2, a3=6, a4=50) == {"a1", "a2", "a3"}


def test_a_county_without_any_children_hides_nobody() -> None:
    assert withheld(a1=2, a4=9, b1=9) == {"a1", "A1", "a4", "A2"}


def test_an_area_whose_only_children_are_few_is_withheld_with_all_that_would_give_it_away() -> None:
    assert withheld(a1=1) == {"a1", "A1", "A", "nation"}
    assert withheld(a1=1, b1=9, b2=20) == {"a1", "A1", "A", "B", "B1", "b1"}


def test_a_list_that_would_cut_a_small_county_out_of_its_block_is_withheld() -> None:
    assert withheld_with_lists(a1=2, a2=3, a3=9) == {"a1", "a2", "list", "other"}
    assert withheld_with_lists(a1=9, a2=9, a4=9, b1=9) == set()


def test_of_two_lists_that_cut_blocks_only_one_is_told() -> None:
    small = {"a1": 4, "a2": 4, "a3": 9, "b1": 4, "b2": 4, "b3": 9}
    assert withheld_with_lists(**small) == {"a1", "a2", "b1", "b2", "other"}


def test_a_list_that_cuts_nothing_out_of_a_block_is_told_with_another() -> None:
    lists = {"list": ["a1", "b1"], "whole": ["a1", "a2", "b1", "b2"]}
    small = {"a1": 4, "a2": 4, "a3": 9, "b1": 4, "b2": 4, "b3": 9}
    assert withheld_areas(Hierarchy(NATION.root, NATION.below, lists), small) == {"a1", "a2", "b1", "b2"}


def test_what_is_withheld_in_any_case_stays_so() -> None:
    assert withheld_areas(NATION, {"a1": 9, "a2": 9, "a4": 9}, besides={"a1"}) - NATION.lists.keys() == {"a1", "a2"}


@st.composite
def nations(draw: st.DrawFn) -> tuple[Hierarchy, dict[str, int]]:
    below: dict[str, list[str]] = {"n": []}
    for province in range(draw(st.integers(1, 4))):
        p = f"p{province}"
        below["n"].append(p)
        below[p] = []
        for prefecture in range(draw(st.integers(0, 3))):
            f = f"{p}f{prefecture}"
            below[p].append(f)
            below[f] = [f"{f}c{county}" for county in range(draw(st.integers(1, 4)))]
        below[p] += [f"{p}c{county}" for county in range(draw(st.integers(0 if below[p] else 1, 2)))]
    below["n"] += [f"nc{county}" for county in range(draw(st.integers(0, 1)))]
    counties = sorted({each for parts in below.values() for each in parts} - below.keys())
    below |= {county: [] for county in counties}
    lists = {name: draw(st.lists(st.sampled_from(counties), unique=True)) for name in ("l1", "l2")}
    numbers = draw(st.lists(st.one_of(st.just(0), st.integers(1, 12)), min_size=len(counties), max_size=len(counties)))
    return Hierarchy("n", below, lists), {county: n for county, n in zip(counties, numbers, strict=True) if n}


def members(hierarchy: Hierarchy, area: str) -> list[str]:
    if area in hierarchy.lists:
        return list(hierarchy.lists[area])
    below = hierarchy.below[area]
    return [county for child in below for county in members(hierarchy, child)] if below else [area]


@settings(max_examples=400, deadline=None)
@given(nations())
def test_no_sums_and_differences_of_what_is_open_give_a_small_county(nation: tuple[Hierarchy, dict[str, int]]) -> None:
    hierarchy, children = nation
    hidden = withheld_areas(hierarchy, children)
    attacker = Attacker()
    for county in hierarchy.below:
        if not hierarchy.below[county] and county not in children:
            attacker.learn([county])  # none out of school: none of them poor
    for area in (*hierarchy.below, *hierarchy.lists):
        if area not in hidden:
            attacker.learn(members(hierarchy, area))
    small = [county for county, n in children.items() if n < FEW]
    assert set(small) <= hidden
    assert [county for county in small if attacker.knows(county)] == []
    # Not even a county that was only withheld to hide another.
    assert [county for county in children if county in hidden and attacker.knows(county)] == []


@settings(max_examples=200, deadline=None)
@given(nations())
def test_what_is_open_of_an_area_leaves_nothing_or_five_children_of_two_counties(nation: tuple[Hierarchy, dict[str, int]]) -> None:
    hierarchy, children = nation
    hidden = withheld_areas(hierarchy, children)
    for area, below in hierarchy.below.items():
        if below and area not in hidden:
            left = {county for county in members(hierarchy, area) if county in hidden and county in children}
            for child in below:
                if child not in hidden:
                    left -= set(members(hierarchy, child))
            left_children = sum(children[county] for county in left)
            assert not left or (len(left) > 1 and left_children >= FEW)


@pytest.mark.parametrize("counties", [["a"], ["a", "b"]])
def test_the_attacker_is_one(counties: list[str]) -> None:
    attacker = Attacker()
    attacker.learn(["a", "b", "c"])
    attacker.learn(["c", "b"])
    assert attacker.knows("a")
    assert not attacker.knows("b")
    attacker.learn(["b"])
    assert attacker.knows("c")
    assert all(map(attacker.knows, counties))
