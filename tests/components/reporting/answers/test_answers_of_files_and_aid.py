"""Files and aid in the answers of the api: of every area, and overdue by the record's own date."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings

from services.reporting.answers.counts import counts_of
from services.reporting.answers.documents import Counts
from services.reporting.view.rolled_up import RolledUp
from shared.contracts.words import Reason
from tests.components.reporting.counted_facts import Turn, counted_by_hand, facts_of, folded, remembered, turns_of_all
from tests.components.reporting.screen import NATION, NO_TIME, URUMQI, ZHAOJUE, Screen
from tests.components.reporting.written_facts import case_fact, child_file, fact, grant, relief_fact, standing, statement
from tests.support.callers import carrying

OUT = standing("dropped_out")
RECORD = (
    fact("listed", None, OUT, 1, spell=1, time="2020-03-01T08:00:00+08:00"),
    case_fact("opened", None, child_file("open", due="2020-03-08"), 1, time="2020-03-01T08:00:00+08:00"),
    case_fact("opened", None, child_file("persuading", reason="marriage", due="2020-03-07"), 2, time="2020-03-01T08:00:00+08:00"),
    case_fact("opened", None, child_file("returned", due="2020-03-09"), 3, time="2020-03-01T08:00:00+08:00"),
    case_fact("opened", None, child_file("closed", reason=None, due=None), 4, time="2020-03-01T08:00:00+08:00"),
    case_fact("opened", None, child_file("open", URUMQI, due=None), 5, time="2020-03-01T08:00:00+08:00"),
    relief_fact("granted", None, grant("due", fen=31_250), 1, time="2020-03-01T08:00:00+08:00"),
    relief_fact("granted", None, grant("due", fen=62_500), 2, time="2020-03-01T08:00:00+08:00"),
    relief_fact("paid", None, grant("paid", URUMQI, fen=25_000), 3, time="2020-03-01T08:00:00+08:00"),
)
"""昭觉县 has a file of each state and two grants due; 天山区 has a file without a day, and a grant that was paid."""


def screen_on(moment: str) -> Screen:
    """Return a screen over a record whose newest fact is of this moment."""
    return Screen(remembered(folded(*RECORD, statement("110101", 0, 9, time=moment))))


def test_an_areas_files_are_told_by_state_and_reason() -> None:
    cases = screen_on("2020-03-01T08:00:00+08:00").exact(NATION)["cases"]
    assert cases["by_state"] == {"open": 2, "persuading": 1, "returned": 1, "closing": 0, "closed": 1}
    assert {reason: n for reason, n in cases["by_reason"].items() if n} == {"work": 3, "marriage": 1}
    assert len(cases["by_reason"]) == 10


@pytest.mark.parametrize(
    ("moment", "overdue"),
    [
        ("2020-03-07T23:59:59+08:00", 0),
        ("2020-03-08T00:00:00+08:00", 1),
        ("2020-03-08T15:59:59Z", 1),
        ("2020-03-08T16:00:00Z", 2),
        ("2020-03-31T08:00:00+08:00", 3),
    ],
)
async def test_a_file_is_overdue_from_the_day_after_the_one_it_was_due_on(moment: str, overdue: int) -> None:
    screen = screen_on(moment)
    for area, n in ((NATION, overdue), ("513400", overdue), (ZHAOJUE, overdue), (URUMQI, 0), ("watch52", overdue)):
        assert (await screen.counts(area))["cases"]["overdue"] == n, area


async def test_a_file_that_is_closed_or_put_off_is_no_longer_overdue() -> None:
    closed = case_fact("closed-by-removal", child_file("open", due="2020-03-08"), child_file("closed"), 6)
    put_off = case_fact("attempted", child_file("persuading", reason="marriage", due="2020-03-07"), child_file("persuading", due="2020-05-01"), 7)
    screen = Screen(remembered(folded(*RECORD), folded(closed, put_off), folded(statement("110101", 0, 9, time="2020-03-31T08:00:00+08:00"))))
    assert (await screen.counts(NATION))["cases"]["overdue"] == 1


async def test_the_next_level_tells_its_open_and_its_overdue_files() -> None:
    screen = screen_on("2020-03-08T08:00:00+08:00")
    provinces = {part["code"]: (part["cases_open"], part["overdue"]) for part in (await screen.counts(NATION))["children"]}
    assert (provinces["510000"], provinces["650000"], provinces["110000"]) == ((2, 1), (1, 0), (0, 0))
    counties = {part["code"]: part for part in (await screen.counts("513400"))["children"]}
    assert (counties[ZHAOJUE]["cases_open"], counties[ZHAOJUE]["overdue"]) == (2, 1)
    # Baoxue counts the files itself: 0 means none there, though the county never reported its children.
    assert (counties["513436"]["silent"], counties["513436"]["out_of_school"], counties["513436"]["cases_open"]) == (True, None, 0)


def test_aid_is_told_by_scheme_and_state_in_grants_and_fen() -> None:
    screen, nothing = screen_on("2020-03-01T08:00:00+08:00"), {"grants": 0, "fen": 0}
    due, paid = {"grants": 2, "fen": 93_750}, {"grants": 1, "fen": 25_000}
    assert screen.exact(NATION)["relief"] == {"living_subsidy": {"due": due, "suspended": nothing, "paid": paid, "ended": nothing}}
    assert screen.exact("513400")["relief"]["living_subsidy"]["due"] == due
    assert screen.exact(URUMQI)["relief"]["living_subsidy"]["paid"] == paid
    assert screen.exact("110101")["relief"]["living_subsidy"]["paid"] == nothing


async def test_an_ended_code_has_its_own_files_and_they_count_in_its_successor() -> None:
    file = case_fact("opened", None, child_file("open", "632321", due="2020-03-08"), 1)
    screen = Screen(remembered(folded(file, statement("110101", 0, 2, time="2020-09-01T08:00:00+08:00"))))
    for area in ("632321", "632301", NATION):
        cases = (await screen.counts(area))["cases"]
        assert (cases["by_state"]["open"], cases["overdue"]) == (1, 1), area


async def test_auditors_get_every_cell_and_every_due_day() -> None:
    lines = (await screen_on("2020-03-08T08:00:00+08:00").client.get("/v1/cells", headers=carrying())).text.splitlines()[1:]
    by_county = {line["county"]: line for line in map(json.loads, lines)}
    assert by_county[ZHAOJUE]["due"] == {"2020-03-07": 1, "2020-03-08": 1, "2020-03-09": 1}
    assert {cell: n for cell, n in by_county[ZHAOJUE]["cells"].items() if cell.startswith(("case.", "relief."))} == {
        "case.state.open": 1,
        "case.state.persuading": 1,
        "case.state.returned": 1,
        "case.state.closed": 1,
        "case.reason.work": 2,
        "case.reason.marriage": 1,
        "relief.living_subsidy.due.grants": 2,
        "relief.living_subsidy.due.fen": 93_750,
    }


async def test_a_county_of_which_nothing_but_due_days_is_left_is_shown_to_auditors() -> None:
    # Only a wrong record has this, and then an auditor must see it.
    memory = remembered(folded())
    memory.add(due={f"{ZHAOJUE}:2020-03-07": 2})
    assert json.loads((await Screen(memory).client.get("/v1/cells", headers=carrying())).text.splitlines()[1])["due"] == {"2020-03-07": 2}


def numbers(counts: Counts) -> dict[str, int]:
    """Return all numbers of files and aid in an answer, by their place in it."""
    found = {f"state {state}": n for state, n in counts.cases.by_state.items()} | {
        f"reason {reason}": n for reason, n in (counts.cases.by_reason or {}).items()
    }
    for scheme, states in (counts.relief or {}).items():
        for state, aid in states.items():
            found |= {f"{scheme} {state} grants": aid.grants, f"{scheme} {state} fen": aid.fen}
    return {**found, "overdue": counts.cases.overdue}


def summed(answers: list[Counts]) -> dict[str, int]:
    """Return the sums of the numbers of several answers."""
    found: dict[str, int] = {}
    for answer in answers:
        for name, n in numbers(answer).items():
            found[name] = found.get(name, 0) + n
    return found


@given(happened=turns_of_all)
@settings(deadline=None, max_examples=20)
def test_in_every_answer_files_and_aid_of_the_nation_are_those_of_its_parts_at_every_level(happened: list[Turn]) -> None:
    view = RolledUp(remembered(folded(*facts_of(happened))))

    def answers(areas: Iterable[str]) -> list[Counts]:
        return [counts_of(view, area, NO_TIME) for area in areas]

    def below(counts: Counts) -> list[Counts]:
        return answers(part.code for part in counts.children)

    (nation,) = answers([NATION])
    provinces = below(nation)
    assert numbers(nation) == summed(provinces)
    for province in provinces:
        assert not province.children or numbers(province) == summed(below(province)), province.area
    counted = [county for county, cells in zip(view.rollup.counties, view.cells, strict=True) if cells.any()]
    assert numbers(nation) == summed(answers(counted or [ZHAOJUE]))
    for whole in (nation, *provinces, *answers(["513400", "watch52", "sanqu"])):
        files, parts = whole.cases.by_state["open"] + whole.cases.by_state["persuading"], whole.children
        assert not parts or (files, whole.cases.overdue) == (sum(p.cases_open for p in parts), sum(p.overdue for p in parts)), whole.area


def test_every_county_that_was_never_heard_of_is_answered_with_noughts() -> None:
    view = RolledUp(remembered(folded(*facts_of([]))))
    assert len(view.rollup.counties) > 2_800
    assert set(summed([counts_of(view, county, NO_TIME) for county in view.rollup.counties]).values()) == {0}


@given(happened=turns_of_all)
@settings(deadline=None, max_examples=30)
def test_what_is_answered_is_what_everything_stands_at_last(happened: list[Turn]) -> None:
    expected = counted_by_hand(happened)
    nation = counts_of(RolledUp(remembered(folded(*facts_of(happened)))), NATION, NO_TIME)
    today = max((f"2019-03-{turn.day:02d}" for turn in happened), default="")

    def total(of: str) -> int:
        return sum(n for cell, n in expected["cells"].items() if cell.partition(":")[2] == of)

    assert nation.cases.by_state == {state: total(f"case.state.{state}") for state in nation.cases.by_state}
    assert nation.cases.by_reason == {reason: total(f"case.reason.{reason}") for reason in Reason}
    assert nation.cases.overdue == sum(n for field, n in expected["due"].items() if field.partition(":")[2] < today)
    aid: dict[str, Any] = (nation.relief or {})["living_subsidy"]
    assert {(state, each.grants, each.fen) for state, each in aid.items()} == {
        (state, total(f"relief.living_subsidy.{state}.grants"), total(f"relief.living_subsidy.{state}.fen")) for state in aid
    }


async def test_days_on_which_nothing_is_due_any_more_are_forgotten() -> None:
    opened, closed = child_file("open", due="2020-03-08"), child_file("closed")
    memory = remembered(folded(*(case_fact("opened", None, opened, n) for n in (1, 2))))
    both = memory.frozen()
    memory.add(due=folded(case_fact("closed-by-removal", opened, closed, 3)).due)
    one = memory.frozen()
    memory.add(due=folded(case_fact("closed-by-removal", opened, closed, 4)).due)
    assert [int(each.due["2020-03-08"].sum()) for each in (both, one)] == [2, 1]
    assert len(memory.due) == 0


async def test_due_days_that_are_read_elsewhere_do_not_change_with_the_memory() -> None:
    memory = remembered(folded(*RECORD))
    frozen = memory.frozen()
    memory.add(due={f"{ZHAOJUE}:2020-03-08": 5, "999999:2020-03-08": 2})
    assert (int(frozen.due["2020-03-08"].sum()), int(memory.due["2020-03-08"].sum())) == (1, 8)
