"""Laws of the fold, for any turns of the children in any order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.counting import Changes, fold, folding
from tests.components.reporting.counted_facts import (
    Turn,
    added,
    anybody,
    by_county,
    counted_by_hand,
    facts_of,
    folded,
    lay,
    stock,
    stock_by_flows,
    turns,
    turns_of_all,
)


@given(turns_of_all, st.integers(0, 40))
def test_two_folds_one_after_the_other_are_one(happened: list[Turn], cut: int) -> None:
    facts = facts_of(happened)
    first = folded(*facts[:cut])
    assert added(first, folded(*facts[cut:], last=first.sequences)) == added(folded(*facts))


@given(turns_of_all, st.data())
def test_redelivery_changes_nothing(happened: list[Turn], data: st.DataObject) -> None:
    facts = facts_of(happened)
    _holds_under_redelivery(fold, facts, data)


def _holds_under_redelivery(fold_: Any, facts: list[bytes], data: st.DataObject) -> None:
    # Every step is delivered again, in pieces, from any point that was delivered before.
    delivered: list[bytes] = []
    for n, fact in enumerate(facts):
        delivered += facts[data.draw(st.integers(0, n)) : n]
        delivered.append(fact)
    delivered += facts[data.draw(st.integers(0, len(facts))) :]
    once, again = fold_(lay(*facts), {}, anybody), fold_(lay(*delivered), {}, anybody)
    assert added(again) == added(once)
    assert again.repeats == len(delivered) - len(facts)


def test_redelivery_changes_counts_without_the_check_of_the_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = facts_of([Turn(0, {"status": "dropped_out", "county": "513431", "stage": None, "poor": False, "reason": "work"}, 1)])
    monkeypatch.setattr(folding, "_is_repeat", lambda *_: False)
    assert fold(lay(*facts, *facts), {}, anybody).cells != fold(lay(*facts), {}, anybody).cells


@given(turns_of_all, st.randoms(use_true_random=False))
def test_any_interleaving_of_children_files_and_grants_gives_the_same(happened: list[Turn], chance: Any) -> None:
    left = {of: [turn for turn in happened if (turn.of, turn.child) == of] for of in {(turn.of, turn.child) for turn in happened}}
    interleaved: list[Turn] = []
    while left:
        of = chance.choice(sorted(left))
        interleaved.append(left[of].pop(0))
        if not left[of]:
            del left[of]
    one, other = added(folded(*facts_of(happened))), added(folded(*facts_of(interleaved)))
    assert {k: v for k, v in one.items() if k != "sequences"} == {k: v for k, v in other.items() if k != "sequences"}


@given(turns)
def test_the_stock_of_every_county_is_the_sum_of_its_flows(happened: list[Turn]) -> None:
    changes = folded(*facts_of(happened))
    cells, flows = by_county(changes.cells), by_county(changes.flows)
    for county in cells.keys() | flows.keys():
        assert stock(cells.get(county, {})) == stock_by_flows(flows.get(county, {})), county


@given(turns)
def test_the_parts_of_the_stock_add_up(happened: list[Turn]) -> None:
    for cells in by_county(folded(*facts_of(happened)).cells).values():
        for parts in ("out.reason.", "out.stage."):
            assert sum(n for cell, n in cells.items() if cell.startswith(parts)) == stock(cells)
        assert 0 <= cells["out.poor"] <= stock(cells)


@given(turns_of_all)
def test_the_last_standings_are_what_is_counted(happened: list[Turn]) -> None:
    changes = folded(*facts_of(happened))
    cells = {cell: n for cell, n in changes.cells.items() if not cell.endswith("opening.poor")}
    assert {"cells": cells, "due": changes.due} == counted_by_hand(happened)


@given(turns_of_all)
def test_the_parts_of_the_files_add_up(happened: list[Turn]) -> None:
    changes = folded(*facts_of(happened))
    for county, cells in by_county(changes.cells).items():
        living = sum(cells[f"case.state.{state}"] for state in ("open", "persuading", "returned", "closing"))
        assert sum(n for cell, n in cells.items() if cell.startswith("case.reason.")) == living
        assert 0 <= sum(n for field, n in changes.due.items() if field.startswith(county)) <= living


@pytest.mark.parametrize("size", [1, 2, 7])
def test_batches_of_any_size_give_the_same(size: int) -> None:
    out, back = (
        {"status": s, "county": "513431", "stage": None, "poor": False, "reason": r} for s, r in (("dropped_out", "work"), ("returned", None))
    )
    facts = facts_of([Turn(n % 3, out if n // 3 % 2 == 0 else back, 1 + n % 28) for n in range(50)])
    parts: list[Changes] = []
    last: dict[str, str] = {}
    for at in range(0, len(facts), size):
        parts.append(folded(*facts[at : at + size], last=last))
        last = parts[-1].sequences
    assert added(*parts) == added(folded(*facts))
