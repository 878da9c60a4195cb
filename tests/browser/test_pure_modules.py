"""What the page works out by itself, asked module by module in the browser that runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from deploy.local.stack import LocalStack

pytestmark = pytest.mark.live

Said = Callable[..., Any]

LIMITS = {"late_after": 10, "gone_after": 30}


@pytest.fixture(scope="module")
def said(chromium: Browser, system: LocalStack) -> Iterator[Said]:
    """``said("age", "m.ageOf(null, true, 0, {})")`` gives what a module's exports, called as m, come to."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{system.config.api_url('reporting')}/")

    def ask(module: str, expression: str, **names: Any) -> Any:
        return page.evaluate(f"async names => {{ const m = await import('/web/js/{module}.js'); return {expression} }}", names)

    yield ask
    context.close()


@pytest.mark.parametrize(
    ("lag", "silent", "connected", "state"),
    [
        (0.4, 4.9, True, "live"),
        (9.9, 0.0, True, "live"),
        (10.0, 0.0, True, "late"),
        (0.4, 9.7, True, "late"),
        (29.9, 0.0, True, "late"),
        (30.0, 0.0, True, "gone"),
        (0.0, 12.6, True, "gone"),
        (0.4, 0.0, False, "late"),
        (0.4, 9.9, False, "late"),
        (0.4, 10.0, False, "gone"),
    ],
)
def test_numbers_are_as_old_as_the_lag_and_the_silence_together(said: Said, lag: float, silent: float, connected: bool, state: str) -> None:
    expression = "m.ageOf({lag: names.lag, at: 100}, names.connected, 100 + names.silent, names.limits)"
    found = said("age", expression, lag=lag, silent=silent, connected=connected, limits=LIMITS)
    assert (found["state"], round(found["seconds"], 3)) == (state, round(lag + silent, 3))


def test_before_the_first_number_there_is_no_age(said: Said) -> None:
    assert said("age", "m.ageOf(null, false, 5, names.limits)", limits=LIMITS) == {"state": "waiting", "seconds": None, "away": True}


def test_a_delta_brings_new_values_and_leaves_the_children_that_it_does_not_name(said: Said) -> None:
    before = {"poor": 1, "children": [{"code": "1", "n": 2}, {"code": "2", "n": 3}], "counties": {"1": 2, "2": 3}}
    delta = {"poor": 2, "children": [{"code": "2", "n": 4}], "counties": {"2": 4}}
    after = said("counts", "m.merged(names.before, names.delta)", before=before, delta=delta)
    assert after == {"poor": 2, "children": [{"code": "1", "n": 2}, {"code": "2", "n": 4}], "counties": {"1": 2, "2": 4}}


def test_areas_are_ranked_by_their_children_and_the_silent_come_last(said: Said) -> None:
    numbers = {"1": 0, "2": None, "3": 7, "4": 7, "5": -1}
    lines = [{"code": code, "out_of_school": n} for code, n in numbers.items()]
    assert [line["code"] for line in said("counts", "m.ranked(names.lines)", lines=lines)] == ["3", "4", "1", "5", "2"]


def test_an_area_is_the_sum_of_its_counties_and_silent_only_where_all_are(said: Said) -> None:
    counties = {"a": 3, "b": None, "c": 0}
    assert said("counts", "m.summed(names.counties, ['a', 'b', 'c'])", counties=counties) == {"out_of_school": 3, "counties": 3, "reporting": 2}
    assert said("counts", "m.summed(names.counties, ['c'])", counties=counties) == {"out_of_school": 0, "counties": 1, "reporting": 1}
    assert said("counts", "m.summed(names.counties, ['b', 'z'])", counties=counties) == {"out_of_school": None, "counties": 2, "reporting": 0}


def test_changes_are_in_the_order_of_their_days_and_within_a_day_in_that_of_learning(said: Said) -> None:
    changes = [{"day": day, "n": n} for n, day in enumerate(("2020-06-01", "2020-06-14", "2019-01-10", "2020-06-14"))]
    assert [change["n"] for change in said("counts", "m.inOrderOfTime(names.changes)", changes=changes)] == [1, 3, 0, 2]


@pytest.mark.parametrize(
    ("openings", "first"),
    [([5, 7, 0, 0], 1), ([5, 0, 0], 0), ([0, 0], 0), ([5, 0, 3, 0], 0), ([5, 7], 1)],
)
def test_the_curve_begins_when_the_ledger_is_loaded(said: Said, openings: list[int], first: int) -> None:
    days = [{"at": n, "opening": opening} for n, opening in enumerate(openings)]
    assert [day["at"] for day in said("counts", "m.ofTheLedger(names.days)", days=days)] == list(range(first, len(openings)))


def test_of_no_days_there_is_no_curve(said: Said) -> None:
    assert said("counts", "m.ofTheLedger([])") == []


@pytest.mark.parametrize(("counts", "why"), [((3, True), "few"), ((12, True), "cover"), ((3, False), None)])
def test_a_number_is_withheld_because_of_few_children_or_to_cover_them(said: Said, counts: tuple[int, bool], why: str | None) -> None:
    assert said("counts", "m.withheld({out_of_school: names.n, suppressed: names.suppressed})", n=counts[0], suppressed=counts[1]) == why


def test_shares_are_of_the_whole_and_of_nothing_there_are_none(said: Said) -> None:
    assert said("counts", "m.parts({a: 1, b: 3})")["lines"] == [{"key": "b", "n": 3, "share": 0.75}, {"key": "a", "n": 1, "share": 0.25}]
    assert said("counts", "m.parts({a: 0})") == {"whole": 0, "lines": [{"key": "a", "n": 0, "share": None}]}


@pytest.mark.parametrize(
    ("numbers", "steps"),
    [
        ([], [1]),
        ([0, None, 0], [1]),
        ([1, 1, 1, 1], [1]),
        ([*[1] * 60, *[4] * 25, *[12] * 10, *[35] * 4, 80], [1, 3, 30, 50]),
        ([*[100] * 50, *[250] * 30, *[700] * 15, *[1_200] * 5], [1, 200, 500, 1_000]),
    ],
)
def test_the_steps_of_the_map_follow_the_numbers(said: Said, numbers: list[int | None], steps: list[int]) -> None:
    assert said("steps", "m.stepsOf(names.numbers)", numbers=numbers) == steps


def test_a_number_has_the_highest_step_that_it_reaches(said: Said) -> None:
    assert said("steps", "[-1, 0, 1, 2, 3, 9, 10, 99].map(n => m.stepOf(n, [1, 3, 10]))") == [0, 0, 1, 1, 2, 2, 3, 3]


def test_few_steps_are_spread_over_all_shades(said: Said) -> None:
    assert said("steps", "[0, 1, 2, 3].map(step => m.shadeOf(step, [1, 3, 10]))") == [0, 2, 4, 5]
    assert said("steps", "[0, 1].map(step => m.shadeOf(step, [1]))") == [0, 5]
    assert said("steps", "[0, 1, 2].map(at => m.rangeOf(at, [1, 2, 10], n => n + '+'))") == ["1", "2–9", "10+"]


@pytest.mark.parametrize("address", ["./", "?area=513431", "?area=watch52&lang=en", "?lang=en&table=map,curve", "?table=curve"])
def test_an_address_is_the_view_that_it_came_from(said: Said, address: str) -> None:
    assert said("address", "m.addressOf(m.viewOf(names.address.slice(1)))", address=address if address != "./" else "") == address


@pytest.mark.parametrize("address", ["lang=xx", "table=secret,", "area="])
def test_an_address_that_makes_no_sense_is_the_nation(said: Said, address: str) -> None:
    assert said("address", "m.viewOf(names.address)", address=address) == {"area": "100000", "lang": "zh", "tables": []}


def test_an_address_of_an_area_that_nobody_knows_says_which(said: Said) -> None:
    assert said("address", "m.viewOf('area=%3Cscript%3E').area") == "<script>"
    assert said("address", "m.viewOf('area=' + '9'.repeat(99)).area") == "9" * 32


def test_a_tree_knows_the_way_up_and_all_that_is_below(said: Said) -> None:
    lines = [("100000", "nation", None), ("51", "province", "100000"), ("5134", "prefecture", "51"), ("a", "county", "5134"), ("b", "county", "51")]
    areas = {"areas": [{"code": code, "name": code, "level": level, "parent": parent} for code, level, parent in lines], "lists": {"watch52": ["a"]}}
    tree = "new m.Tree(names.areas)"
    assert said("tree", f"{tree}.path('a')", areas=areas) == ["100000", "51", "5134", "a"]
    assert said("tree", f"{tree}.path('watch52')", areas=areas) == ["100000", "watch52"]
    assert said("tree", f"{tree}.parent('100000')", areas=areas) is None
    assert said("tree", f"{tree}.counties('100000')", areas=areas) == ["a", "b"]
    assert said("tree", f"{tree}.counties('watch52')", areas=areas) == ["a"]


def test_a_tree_has_names_of_two_lengths_in_english_and_a_short_one_for_the_map_in_chinese(said: Said) -> None:
    areas = {"areas": [{"code": "622926", "name": "东乡族自治县", "level": "county", "parent": None}], "lists": {}}
    names = {"622926": ["Dongxiang", "Dongxiang Autonomous County"]}
    all_three = "(t => [t.name('622926'), t.listed('622926'), t.mapped('622926')])"
    assert said("tree", f"{all_three}(new m.Tree(names.areas, names.names))", areas=areas, names=names) == [
        names["622926"][1],
        *[names["622926"][0]] * 2,
    ]
    assert said("tree", f"{all_three}(new m.Tree(names.areas))", areas=areas)[:2] == ["东乡族自治县"] * 2


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("四川省", "四川"),
        ("新疆维吾尔自治区", "新疆"),
        ("新疆生产建设兵团", "兵团"),
        ("凉山彝族自治州", "凉山"),
        ("阿坝藏族羌族自治州", "阿坝"),
        ("克孜勒苏柯尔克孜自治州", "克孜勒苏"),
        ("伊犁哈萨克自治州", "伊犁"),
        ("阿里地区", "阿里"),
        ("兴安盟", "兴安"),
        ("广元市", "广元"),
        ("罗城仫佬族自治县", "罗城"),
        ("双江拉祜族佤族布朗族傣族自治县", "双江"),
        ("喀喇沁左翼蒙古族自治县", "喀喇沁左翼"),
        ("东乡族自治县", "东乡"),
        ("香港特别行政区", "香港"),
    ],
)
def test_a_long_name_has_a_short_form_for_the_map(said: Said, name: str, short: str) -> None:
    assert said("tree", "m.barestName(names.name)", name=name) == short


def test_hexagons_fit_their_box_and_keep_their_neighbours(said: Said) -> None:
    places = {"a": [0, 0], "b": [1, 0], "c": [0, 1]}
    expression = "(f => ({step: f.step, at: [...f.at]}))(m.fitted(names.places, ['a', 'b', 'c', 'nowhere'], {width: 300, height: 200, margin: 10}))"
    found = said("hexes", expression, places=places)
    at = dict(found["at"])
    assert set(at) == set(places)
    assert at["b"][0] - at["a"][0] == pytest.approx(found["step"])
    assert at["c"][0] - at["a"][0] == pytest.approx(found["step"] / 2)
    for x, y in at.values():
        assert 10 + found["step"] / 2 <= x + 1e-6 <= 290
        assert 10 <= y <= 190


def test_numbers_and_ages_read_well(said: Said) -> None:
    assert said("figures", "[m.signed(3), m.signed(0), m.signed(-3)]") == ["+3", "0", "−3"]
    assert said("figures", "[m.number(600000), m.number(-3), m.percent(0.9995), m.percent(0.99998), m.percent(1), m.percent(null)]") == [
        *("600,000", "−3", "99.95%", "99.99%", "100.00%", "–")
    ]
    assert said("figures", "[0.44, 30.2, 119.9, 600, 9000].map(m.age)") == [
        ["age.seconds", "0.4"],
        ["age.seconds", "30"],
        ["age.seconds", "119"],
        ["age.minutes", "10"],
        ["age.hours", "2"],
    ]


def test_a_day_is_that_of_china(said: Said) -> None:
    assert said("figures", "[m.day('2020-06-14T23:30:00Z', 'zh'), m.day('2020-06-14', 'en'), m.day('2020-06-14', 'zh', 'short')]") == [
        "2020年6月15日",
        "14 June 2020",
        "06-14",
    ]
