"""What anybody is answered where a county has few children: its total, and nothing that tells how many of them are poor, or why they left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.answers.headline import headline
from services.reporting.answers.open_answers import open_headline, withheld_of
from services.reporting.counting import CASE_REASON_CELLS, REASON_CELLS, STAGE_CELLS, STATUS_CELLS
from services.reporting.view.memory import Memory
from services.reporting.view.rolled_up import RolledUp
from shared.contracts.words import Reason, Stage, Status
from tests.components.reporting.answers.attacker import Attacker
from tests.components.reporting.counted_facts import folded, remembered
from tests.components.reporting.screen import NATION, NO_TIME, Screen
from tests.components.reporting.written_facts import statement
from tests.support.callers import carrying

LIANGSHAN, ZHAOJUE, BUTUO, JINYANG, MEIGU = "513400", "513431", "513429", "513430", "513436"
SICHUAN, XINJIANG, URUMQI = "510000", "650000", "650102"
_EVEN = (Reason.WORK, Stage.JUNIOR, Status.DROPPED_OUT)


def memory_of(children: Mapping[str, int], *, observed: Mapping[str, int] | None = None) -> Memory:
    """So many children out of school in each county, every second of them poor, with a file each; and so many files of children that are back."""
    memory = remembered(folded())
    cells: dict[str, int] = {}
    for county, n in children.items():
        cells[f"{county}:{STATUS_CELLS[_EVEN[2]]}"] = n
        cells[f"{county}:{REASON_CELLS[_EVEN[0]]}"] = n
        cells[f"{county}:{STAGE_CELLS[_EVEN[1]]}"] = n
        cells[f"{county}:out.poor"] = n // 2
        cells[f"{county}:relief.living_subsidy.suspended.grants"] = n // 2
    for county in {*children, *(observed or {})}:
        files = children.get(county, 0) + (observed or {}).get(county, 0)
        cells[f"{county}:{CASE_REASON_CELLS[Reason.WORK]}"] = files
        cells[f"{county}:case.state.open"] = files
    counties = {*children, *(observed or {})}
    memory.add(cells={cell: n for cell, n in cells.items() if n}, reported=dict.fromkeys(counties, 1_560_000_000_000_000))
    memory.move(0, 1, 1_560_000_000_000_000, 1_560_000_000_000_000)
    return memory


async def test_of_a_county_with_few_children_the_total_stands_and_nothing_else() -> None:
    counts = await Screen(memory_of({ZHAOJUE: 4, BUTUO: 30, URUMQI: 50})).counts(ZHAOJUE)
    assert (counts["out_of_school"], counts["suppressed"]) == (4, True)
    assert [counts[part] for part in ("poor", "by_reason", "by_stage", "relief")] == [None] * 4
    assert (counts["cases"]["by_reason"], counts["cases"]["suppressed"], counts["cases"]["by_state"]["open"]) == (None, True, 4)


async def test_of_five_children_everything_is_told() -> None:
    counts = await Screen(memory_of({ZHAOJUE: 5})).counts(ZHAOJUE)
    assert (counts["out_of_school"], counts["poor"], counts["suppressed"]) == (5, 2, False)
    assert (counts["by_reason"]["work"], counts["by_stage"]["junior"], counts["cases"]["by_reason"]["work"]) == (5, 5, 5)


async def test_a_sibling_is_withheld_with_it_so_that_the_prefectures_sum_can_be_told() -> None:
    screen = Screen(memory_of({ZHAOJUE: 4, BUTUO: 30, JINYANG: 6}))
    prefecture = await screen.counts(LIANGSHAN)
    assert (prefecture["poor"], prefecture["suppressed"]) == (20, False)
    poor = {child["code"]: child["poor"] for child in prefecture["children"] if child["out_of_school"]}
    assert poor == {ZHAOJUE: None, JINYANG: None, BUTUO: 15}
    assert {child["code"] for child in prefecture["children"] if child.get("suppressed")} == {ZHAOJUE, JINYANG}


async def test_where_a_sum_is_of_few_children_alone_it_is_withheld_up_to_where_there_are_more() -> None:
    screen = Screen(memory_of({ZHAOJUE: 1, URUMQI: 50, "110101": 70}))
    suppressed = {area: (await screen.counts(area))["suppressed"] for area in (ZHAOJUE, LIANGSHAN, SICHUAN, URUMQI, XINJIANG, NATION, "110101")}
    # 四川 has one child alone. The nation's sum is told, so 新疆 must hide it; and of 新疆's sum its only county is withheld too.
    assert suppressed == {ZHAOJUE: True, LIANGSHAN: True, SICHUAN: True, URUMQI: True, XINJIANG: True, NATION: False, "110101": False}


async def test_of_a_nation_with_few_children_no_poverty_is_told_in_the_headline_either() -> None:
    screen = Screen(memory_of({ZHAOJUE: 3}), baseline="record")
    told = await screen.get("/v1/headline")
    assert (told["all"]["now"], told["poor"]["now"], told["poor"]["fall"], told["poor"]["baseline"]) == (3, None, None, None)
    view = RolledUp(memory_of({ZHAOJUE: 5}))
    exact = headline(view, "published", NO_TIME)
    assert open_headline(exact, withheld_of(view)) == exact


async def test_of_few_files_the_reasons_are_withheld_though_nobody_is_out_of_school() -> None:
    counts = await Screen(memory_of({BUTUO: 30}, observed={ZHAOJUE: 3, BUTUO: 9})).counts(ZHAOJUE)
    assert (counts["out_of_school"], counts["poor"], counts["suppressed"]) == (0, 0, False)
    assert (counts["cases"]["by_reason"], counts["cases"]["suppressed"]) == (None, True)


async def test_what_is_withheld_of_children_is_withheld_of_their_files_however_many_these_are() -> None:
    counts = await Screen(memory_of({ZHAOJUE: 4, BUTUO: 30}, observed={ZHAOJUE: 40})).counts(ZHAOJUE)
    assert counts["cases"]["by_reason"] is None


async def test_of_a_code_that_is_part_of_a_county_nothing_is_told_that_its_other_part_could_be_taken_from() -> None:
    memory = memory_of({"632321": 7, "632301": 8, "110101": 9})
    memory.move(0, 2, 1_600_000_000_000_000, None)  # September 2020: 同仁县 has become 同仁市
    screen = Screen(memory)
    ended, county = await screen.counts("632321"), await screen.counts("632301")
    assert (ended["out_of_school"], ended["poor"], ended["suppressed"], ended["cases"]["by_reason"]) == (7, None, True, None)
    assert (county["out_of_school"], county["poor"], county["suppressed"]) == (15, 7, False)


async def test_a_county_without_children_has_nothing_to_hide() -> None:
    counts = await Screen(memory_of({ZHAOJUE: 0, BUTUO: 7})).counts(ZHAOJUE)
    assert (counts["out_of_school"], counts["poor"], counts["suppressed"]) == (0, 0, False)


async def test_what_does_not_add_up_is_withheld_as_if_it_were_of_one_child() -> None:
    """Only a wrong record comes to a poor child of a county that has none out of school, or less than none."""
    for dropped_out in (0, -1):
        memory = memory_of({BUTUO: 30, JINYANG: 6})
        memory.add(cells={f"{ZHAOJUE}:out.poor": 1, **({f"{ZHAOJUE}:status.dropped_out": dropped_out} if dropped_out else {})})
        memory.move(0, 2, None, None)
        screen = Screen(memory)
        assert [(await screen.counts(county))["poor"] for county in (ZHAOJUE, JINYANG, BUTUO)] == [None, None, 15]


def test_a_caller_with_a_right_gets_the_numbers() -> None:
    counts = Screen(memory_of({ZHAOJUE: 4})).exact(ZHAOJUE)
    assert (counts["poor"], counts["by_reason"]["work"], counts["suppressed"]) == (2, 4, False)


# --- the attacker --------------------------------------------------------------------------------------------------------

COUNTIES = (
    *(ZHAOJUE, BUTUO, JINYANG, MEIGU, "513401", "513422", "510104", "510105"),
    *("650102", "650103", "653222", "653223", "110101", "460300", "441900", "660000"),
)
"""Of 凉山, with some of the 52; of 成都, 乌鲁木齐 and 和田; a district of 北京, cities that are their own county, and 兵团."""


def areas_of(view: RolledUp) -> list[str]:
    """Every area that holds one of the counties, and the lists."""
    mine = {view.rollup.counties.index(county) for county in COUNTIES}
    return [area for area in view.rollup.areas if mine & set(view.rollup.members(area).tolist())]


def sums_told(answers: Mapping[str, Any], part: str) -> Iterator[str]:
    """The areas of which a part is told, in an answer of their own or in a line of another."""
    for area, answer in answers.items():
        if (answer["cases"]["by_reason"] if part == "files" else answer[part]) is not None:
            yield area
        if part == "poor":
            yield from (child["code"] for child in answer["children"] if child["poor"] is not None)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(COUNTIES), st.integers(0, 9)), st.dictionaries(st.sampled_from(COUNTIES), st.integers(0, 6)))
def test_all_open_answers_together_give_nobody_the_poor_the_reasons_or_the_files_of_few(children: dict[str, int], observed: dict[str, int]) -> None:
    memory = memory_of(children, observed=observed)
    view, current = RolledUp(memory), Screen(memory).current()
    answers = {area: msgspec.to_builtins(current.counts(area, NO_TIME)) for area in areas_of(view)}
    files = {county: children.get(county, 0) + observed.get(county, 0) for county in {*children, *observed}}
    for part in ("poor", "by_reason", "by_stage", "relief", "files"):
        whole = files if part == "files" else children
        attacker = Attacker()
        for area in set(sums_told(answers, part)):
            counties = (view.rollup.counties[n] for n in view.rollup.members(area).tolist())
            attacker.learn(county for county in counties if whole.get(county))  # of the others everybody knows that there is nothing
        assert [county for county, n in children.items() if 0 < n < 5 and attacker.knows(county)] == [], part


# --- what was stated -----------------------------------------------------------------------------------------------------


async def test_a_countys_own_statement_stands_beside_what_is_counted_with_its_day() -> None:
    memory = memory_of({ZHAOJUE: 6, BUTUO: 9, JINYANG: 5})
    stated = folded(statement(ZHAOJUE, 8, 1, time="2019-06-01T01:00:00+08:00"), statement(BUTUO, 9, 2, time="2019-05-31T17:00:00Z"))
    memory.add(claimed={county: (int(claim.time.timestamp() * 1e6), claim.out_of_school) for county, claim in stated.claimed.items()})
    screen = Screen(memory)
    assert (await screen.counts(ZHAOJUE))["stated"] == {"out_of_school": 8, "difference": 2, "day": "2019-06-01"}
    assert (await screen.counts(BUTUO))["stated"] == {"out_of_school": 9, "difference": 0, "day": "2019-06-01"}
    assert (await screen.counts(JINYANG))["stated"] is None
    prefecture = await screen.counts(LIANGSHAN)
    assert prefecture["stated"] == {"out_of_school": 17, "difference": 2, "counties": 2, "differing": 1}
    assert {child["code"] for child in prefecture["children"] if "stated" in child} == {ZHAOJUE, BUTUO}


async def test_a_statement_under_an_ended_code_is_that_of_its_successor_unless_it_made_a_newer_one() -> None:
    memory = memory_of({"632301": 4})
    memory.move(0, 2, 1_600_000_000_000_000, None)
    memory.add(claimed={"632321": (1_560_000_000_000_000, 5)})
    assert (await Screen(memory).counts("632301"))["stated"]["out_of_school"] == 5
    memory.add(claimed={"632301": (1_599_000_000_000_000, 3)})
    assert (await Screen(memory).counts("632301"))["stated"] == {"out_of_school": 3, "difference": -1, "day": "2020-09-02"}


# --- exact numbers -------------------------------------------------------------------------------------------------------


async def test_every_cell_is_for_an_auditor_of_the_nation_alone() -> None:
    screen = Screen(memory_of({ZHAOJUE: 3}))
    assert (await screen.client.get("/v1/cells")).status_code == 401
    for who in (carrying("/nation", "superior", "statistician", "operator", "sender"), carrying("/provinces/51", "auditor")):
        answer = await screen.client.get("/v1/cells", headers=who)
        assert (answer.status_code, answer.json()["type"]) == (403, "/docs/problems#no-right")
    assert (await screen.client.get("/v1/cells", headers=carrying("/nation", "auditor"))).status_code == 200


async def asked(screen: Screen, path: str, who: dict[str, str] | None = None) -> Any:
    answer = await screen.client.get(path, headers=who)
    assert (answer.status_code, answer.headers["vary"]) == (200, "Authorization, Cookie")
    return answer.json()


@pytest.mark.parametrize("role", ["statistician", "auditor", "superior"])
async def test_small_cells_are_exact_to_whoever_has_the_right_to_the_area(role: str) -> None:
    screen = Screen(memory_of({ZHAOJUE: 3}))
    for office in ("/nation", "/provinces/51", "/prefectures/513400", f"/counties/{ZHAOJUE}"):
        told = await asked(screen, f"/v1/counts?area={ZHAOJUE}", carrying(office, role))
        assert (told["poor"], told.get("suppressed", False)) == (1, False)


@pytest.mark.parametrize(
    "who", [None, carrying("/nation", "sender", "officer", "operator", "reporter"), carrying("/counties/513430", "statistician")]
)
async def test_small_cells_are_withheld_from_everybody_else(who: dict[str, str] | None) -> None:
    told = await asked(Screen(memory_of({ZHAOJUE: 3})), f"/v1/counts?area={ZHAOJUE}", who)
    assert (told["poor"], told["suppressed"]) == (None, True)


async def test_a_right_to_a_county_opens_no_area_above_it() -> None:
    screen, county = Screen(memory_of({ZHAOJUE: 3})), carrying(f"/counties/{ZHAOJUE}", "statistician")
    for area in ("513400", "510000", "100000", "watch52"):
        assert await asked(screen, f"/v1/counts?area={area}", county) | LATER == await asked(screen, f"/v1/counts?area={area}") | LATER
    assert await asked(screen, "/v1/headline", county) | LATER == await asked(screen, "/v1/headline") | LATER


async def test_the_headline_is_exact_to_whoever_has_the_right_to_the_nation() -> None:
    screen = Screen(memory_of({ZHAOJUE: 3}))
    assert (await asked(screen, "/v1/headline"))["poor"]["now"] is None
    assert (await asked(screen, "/v1/headline", carrying("/nation", "statistician")))["poor"]["now"] == 1


async def test_a_token_that_proves_nothing_is_refused_where_no_token_is_needed_too() -> None:
    answer = await Screen(memory_of({ZHAOJUE: 3})).client.get("/v1/counts", headers={"Authorization": "Bearer a.b.c"})
    assert (answer.status_code, answer.json()["type"]) == (401, "/docs/problems#invalid-token")


LATER = {"as_of": None}
"""In place of what says how old an answer is."""
