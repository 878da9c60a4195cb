"""The answers of the api, from a memory with a few children in it."""

import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from msgspec import UNSET

from services.reporting.answers.counts import counts_of
from services.reporting.answers.documents import Child, Counts
from services.reporting.view.rolled_up import RolledUp
from shared import clock
from tests.components.reporting.counted_facts import Turn, by_county, facts_of, folded, remembered, stock, turns
from tests.components.reporting.screen import BACK, JINYANG, NATION, NO_TIME, OUT, RECORD, URUMQI, ZHAOJUE, Screen
from tests.components.reporting.written_facts import fact, standing
from tests.support.callers import carrying


@pytest.fixture
def screen() -> Screen:
    return Screen(remembered(folded(*RECORD)))


def test_an_areas_counts_have_every_word_and_every_part(screen: Screen) -> None:
    counts = screen.exact("513400")
    assert counts["area"] == {"code": "513400", "name": "凉山彝族自治州", "level": "prefecture"}
    assert (counts["out_of_school"], counts["poor"]) == (1, 1)
    assert {word: n for word, n in counts["by_status"].items() if n} == {"never_enrolled": 1, "returned": 1}
    assert {word: n for word, n in counts["by_reason"].items() if n} == {"poverty": 1}
    assert counts["by_stage"] == {"primary": 0, "junior": 0, "none": 1}
    assert (len(counts["by_status"]), len(counts["by_reason"])) == (10, 10)
    assert len(counts["children"]) == counts["coverage"]["counties"] == 17


def test_before_there_is_a_file_or_a_grant_every_word_of_them_is_0(screen: Screen) -> None:
    counts = screen.exact("513400")
    assert counts["cases"]["by_state"] == {"open": 0, "persuading": 0, "returned": 0, "closing": 0, "closed": 0}
    assert (set(counts["cases"]["by_reason"].values()), len(counts["cases"]["by_reason"]), counts["cases"]["overdue"]) == ({0}, 10, 0)
    nothing = {"grants": 0, "fen": 0}
    assert counts["relief"] == {"living_subsidy": {"due": nothing, "suspended": nothing, "paid": nothing, "ended": nothing}}


async def test_every_number_of_an_answer_says_which_part_of_the_record_it_is_of(screen: Screen) -> None:
    as_of = (await screen.counts(NATION))["as_of"]
    assert as_of["offsets"] == {"0": 1}
    assert datetime.fromisoformat(as_of["event_time"]) == datetime.fromisoformat("2019-04-02T08:00:00+08:00")
    assert as_of["event_time"].endswith("+08:00")
    assert as_of["lag_seconds"] >= 0


async def test_a_silent_county_is_not_0(screen: Screen) -> None:
    counts = await screen.counts("513400")
    parts = {part["code"]: part for part in counts["children"]}
    files = {"cases_open": 0, "overdue": 0}
    assert parts["513436"] == {"code": "513436", "name": "美姑县", "out_of_school": None, "poor": None, **files, "reported": None, "silent": True}
    few = {"out_of_school": 1, "poor": None, "suppressed": True}
    assert parts[ZHAOJUE] == {"code": ZHAOJUE, "name": "昭觉县", **few, **files, "reported": "2019-04-01T08:00:00+08:00"}
    assert (parts[JINYANG]["out_of_school"], parts[JINYANG]["poor"]) == (0, 0)
    assert "silent" not in parts[JINYANG]
    assert counts["coverage"]["reporting"] == 2
    assert "513436" in counts["coverage"]["silent"]
    assert not {ZHAOJUE, JINYANG} & set(counts["coverage"]["silent"])
    alone = await screen.counts("513436")
    assert (alone["out_of_school"], alone["poor"], alone["coverage"]) == (None, None, {"counties": 1, "reporting": 0, "silent": ["513436"]})


async def test_the_nations_parts_tell_how_much_of_them_has_reported(screen: Screen) -> None:
    parts = {part["code"]: part for part in (await screen.counts(NATION))["children"]}
    assert parts["510000"]["coverage"] == {"counties": 183, "reporting": 2}
    assert parts["510000"]["reported"] == "2019-04-02T08:00:00+08:00"
    assert (parts["440000"]["silent"], parts["440000"]["reported"]) == (True, None)
    assert (parts["660000"]["out_of_school"], parts["660000"]["silent"]) == (None, True)


async def test_a_county_has_no_parts_and_a_list_has_its_counties(screen: Screen) -> None:
    county, watched = await screen.counts(ZHAOJUE), await screen.counts("watch52")
    assert (county["out_of_school"], county["children"]) == (1, [])
    assert watched["area"]["level"] == "list"
    assert (watched["out_of_school"], len(watched["children"])) == (1, 52)


@pytest.mark.parametrize("area", ["999999", "710000", "429000", "5134", "四川省", "", "watch53", "../etc"])
async def test_an_unknown_area_is_a_problem_that_says_what_an_area_is(screen: Screen, area: str) -> None:
    answer = await screen.client.get("/v1/counts", params={"area": area})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith("#unknown-area")
    assert "watch52" in answer.json()["detail"]
    assert not area or area not in answer.json()["detail"].replace("watch52", "")


async def test_an_ended_code_has_its_own_counts_and_names_its_successor() -> None:
    out = standing("dropped_out", "632321")
    later = fact("enrolled", None, standing("enrolled", "110101"), 2, time="2020-09-01T08:00:00+08:00")
    screen = Screen(remembered(folded(fact("listed", None, out, 1, spell=1), later)))
    ended, successor = await screen.counts("632321"), await screen.counts("632301")
    assert ended["area"] == {"code": "632321", "name": "同仁县", "level": "county", "successor": "632301"}
    assert (ended["out_of_school"], successor["out_of_school"]) == (1, 1)
    assert (await screen.counts(NATION))["out_of_school"] == 1
    assert "632321" not in {part["code"] for part in (await screen.counts("632300"))["children"]}


async def test_a_code_that_begins_later_names_its_predecessor() -> None:
    screen = Screen(remembered(folded(fact("listed", None, standing("dropped_out", "632301"), 1, spell=1, time="2020-05-01T08:00:00+08:00"))))
    begun, counted = await screen.counts("632301"), await screen.counts("632321")
    assert (begun["area"]["predecessor"], begun["out_of_school"], counted["out_of_school"]) == ("632321", 1, 1)
    assert (await screen.counts(NATION))["out_of_school"] == 1


async def test_a_code_that_no_table_knows_is_in_no_sum_but_is_told() -> None:
    screen = Screen(remembered(folded(*RECORD, fact("listed", None, standing("dropped_out", "999999"), 9, spell=1))))
    nation = await screen.counts(NATION)
    assert (nation["out_of_school"], nation["coverage"]["unknown"]) == (2, ["999999"])
    lines = (await screen.client.get("/v1/cells", headers=carrying())).text.splitlines()
    assert json.loads(lines[-1])["county"] == "999999"


@given(happened=turns)
@settings(deadline=None, max_examples=20)
def test_in_every_answer_the_nation_is_the_sum_of_its_provinces_and_of_its_counties(happened: list[Turn]) -> None:
    changes = folded(*facts_of(happened))
    view = RolledUp(remembered(changes))

    def answer(area: str) -> Counts:
        return counts_of(view, area, NO_TIME)

    def counties_below(area: str) -> list[Child]:
        """Return the counties of an area as the answers below it have them."""
        below = answer(area).children
        return [county for part in below for county in (counties_below(part.code) if answer_has_parts(part) else [part])]

    def answer_has_parts(part: Child) -> bool:
        return part.coverage is not UNSET and bool(answer(part.code).children)

    nation, counties = answer(NATION), counties_below(NATION)
    assert nation.out_of_school == sum(stock(cells) for cells in by_county(changes.cells).values())
    assert nation.out_of_school == sum(part.out_of_school or 0 for part in nation.children) == sum(county.out_of_school or 0 for county in counties)
    assert nation.by_reason is not None
    assert nation.by_stage is not None
    assert nation.out_of_school == sum(nation.by_reason.values()) == sum(nation.by_stage.values())
    assert nation.coverage.counties == len(counties)
    for part in (*nation.children, *(county for county in counties if not county.silent)):
        assert part.out_of_school == answer(part.code).out_of_school


async def test_the_headline_measures_from_the_published_figures(screen: Screen) -> None:
    headline = await screen.get("/v1/headline")
    assert {name: headline[name]["baseline"] for name in ("all", "poor", "watch52")} == {"all": 600_000, "poor": 200_000, "watch52": 82_000}
    assert headline["all"]["now"] == 2
    assert headline["all"]["fall"] == round((600_000 - 2) / 600_000, 6)
    assert headline["watch52"]["now"] == 1
    assert headline["all"]["basis"] == "published"
    assert headline["all"]["baseline_precision"] == "about, early 2019"
    assert headline["as_of"]["offsets"] == {"0": 1}


async def test_the_headline_can_measure_from_the_records_own_opening() -> None:
    screen = Screen(remembered(folded(*RECORD)), baseline="record")
    headline = await screen.get("/v1/headline")
    assert headline["all"] == {
        "now": 2,
        "baseline": 3,
        "baseline_date": "2019-03-01",
        "baseline_precision": "exact",
        "basis": "record",
        "fall": 0.333333,
    }
    assert (headline["watch52"]["baseline"], headline["watch52"]["fall"]) == (2, 0.5)


async def test_without_an_opening_there_is_no_fall() -> None:
    headline = await Screen(remembered(), baseline="record").get("/v1/headline")
    assert (headline["all"]["baseline"], headline["all"]["fall"], headline["all"]["baseline_date"]) == (0, None, None)


async def test_flows_are_told_by_day_with_the_stock_at_its_end(screen: Screen) -> None:
    flows = await screen.get("/v1/flows", area="510000")
    opening, returned = flows["days"]
    assert (opening["day"], opening["opening"], opening["stock"]) == ("2019-03-01", 2, 2)
    assert (returned["day"], returned["returned"], returned["stock"]) == ("2019-04-01", 1, 1)
    nation = await screen.get("/v1/flows", **{"from": "2019-03-02", "to": "2019-03-31"})
    assert [(day["day"], day["stock"]) for day in nation["days"]] == [("2019-03-02", 3)]
    assert (nation["from"], nation["to"]) == ("2019-03-02", "2019-03-31")


@given(happened=turns)
@settings(deadline=None, max_examples=20)
async def test_the_last_days_stock_is_the_count_of_every_area(happened: list[Turn]) -> None:
    screen = Screen(remembered(folded(*facts_of(happened))))
    for area in (NATION, "510000", "370600", "sanqu", ZHAOJUE, "660000"):
        days = (await screen.get("/v1/flows", area=area))["days"]
        assert (days[-1]["stock"] if days else 0) == ((await screen.counts(area))["out_of_school"] or 0)


async def test_days_the_wrong_way_round_are_a_problem(screen: Screen) -> None:
    answer = await screen.client.get("/v1/flows", params={"from": "2019-05-01", "to": "2019-04-01"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert (await screen.client.get("/v1/flows", params={"from": "yesterday"})).status_code == 422


async def test_every_number_is_told_by_raw_code_for_auditors(screen: Screen) -> None:
    answer = await screen.client.get("/v1/cells", headers=carrying())
    assert answer.headers["content-type"] == "application/x-ndjson"
    head, *lines = (json.loads(line) for line in answer.text.splitlines())
    assert head["as_of"]["offsets"] == {"0": 1}
    assert {line["county"]: line for line in lines} == {
        ZHAOJUE: {
            "county": ZHAOJUE,
            "reported": "2019-04-01T08:00:00+08:00",
            "claimed": None,
            "cells": {"status.never_enrolled": 1, "status.returned": 1, "out.reason.poverty": 1, "out.stage.none": 1, "out.poor": 1},
            "flows": {"2019-03-01": {"opening": 2}, "2019-04-01": {"returned": 1}},
            "due": {},
        },
        JINYANG: {"county": JINYANG, "reported": "2019-04-02T08:00:00+08:00", "claimed": 0, "cells": {}, "flows": {}, "due": {}},
        URUMQI: {
            "county": URUMQI,
            "reported": "2019-03-02T08:00:00+08:00",
            "claimed": None,
            "cells": {"status.dropped_out": 1, "out.reason.work": 1, "out.stage.junior": 1},
            "flows": {"2019-03-02": {"opening": 1}},
            "due": {},
        },
    }


async def test_negative_numbers_are_shown() -> None:
    screen = Screen(remembered(folded(fact("returned", OUT, BACK, 1))))
    assert (await screen.counts(ZHAOJUE))["out_of_school"] == -1
    assert json.loads((await screen.client.get("/v1/cells", headers=carrying())).text.splitlines()[1])["cells"]["status.dropped_out"] == -1


async def test_an_answer_is_made_anew_when_the_memory_changes() -> None:
    memory = remembered(folded(*RECORD))
    screen = Screen(memory)
    assert (await screen.counts(ZHAOJUE))["out_of_school"] == 1
    memory.add(cells={f"{ZHAOJUE}:status.dropped_out": 5})
    memory.move(0, 2, None, None)
    counts = await screen.counts(ZHAOJUE)
    assert (counts["out_of_school"], counts["as_of"]["offsets"]) == (6, {"0": 2})


async def test_what_is_read_elsewhere_does_not_change_with_the_memory() -> None:
    memory = remembered(folded(*RECORD))
    frozen = memory.frozen()
    memory.add(cells={f"{ZHAOJUE}:status.dropped_out": 5, "999999:status.dropped_out": 1}, flows={f"{ZHAOJUE}:2019-03-01:opening": 5})
    memory.move(0, 2, None, None)
    assert int(frozen.flows["2019-03-01"].sum()) == 2
    assert int(memory.flows["2019-03-01"].sum()) == 7
    assert int(memory.cells.sum() - frozen.cells.sum()) == 6
    assert frozen.positions == {0: 1}


@pytest.mark.parametrize("path", ["/v1/counts", "/v1/headline", "/v1/flows", "/v1/cells"])
async def test_nothing_is_shown_before_it_is_built(path: str) -> None:
    answer = await Screen(None).client.get(path, headers=carrying())
    assert (answer.status_code, answer.headers["retry-after"], answer.headers["content-type"]) == (503, "1", "application/problem+json")
    assert answer.json()["type"].endswith("#not-built")


async def test_it_says_which_documents_it_gives() -> None:
    document = (await Screen(None).client.get("/openapi.json")).json()
    assert {"/v1/counts", "/v1/headline", "/v1/flows", "/v1/cells", "/livez", "/readyz", "/metrics"} <= set(document["paths"])
    schemas = document["components"]["schemas"]
    assert {"Counts", "Cases", "Aid", "Headline", "Flows", "AsOf", "Coverage"} <= set(schemas)
    assert "from" in schemas["Flows"]["properties"]


async def test_it_is_alive_but_not_ready_while_it_has_nothing_to_show() -> None:
    screen = Screen(None)
    assert (await screen.client.get("/livez")).status_code == 200
    ready = await screen.client.get("/readyz")
    assert (ready.status_code, set(ready.json()["away"])) == (503, {"redis", "counts"})
    assert "baoxue_counts_age_seconds NaN" in (await screen.client.get("/metrics")).text


async def test_it_is_not_ready_while_what_it_shows_is_older_than_is_allowed() -> None:
    for allowed, away in ((0.0, {"redis", "lag"}), (1e9, {"redis"})):
        screen = Screen(remembered(folded(*RECORD)), ready_lag_seconds=allowed)
        answer = await screen.client.get("/readyz")
        assert set(answer.json()["away"]) == away
        assert (await screen.client.get("/v1/counts")).status_code == 200


async def test_the_age_of_what_it_shows_is_a_metric() -> None:
    told = (await Screen(remembered(folded(*RECORD))).client.get("/metrics")).text.splitlines()
    ages = {name: float(value) for name, value in (line.rsplit(" ", 1) for line in told if line.startswith("baoxue_counts"))}
    newest = datetime.fromisoformat("2019-04-02T08:00:00+08:00")
    assert abs(ages['baoxue_counts_watermark_age_seconds{time="event"}'] - (clock.now() - newest).total_seconds()) < 60
    assert ages["baoxue_counts_age_seconds"] >= 0
