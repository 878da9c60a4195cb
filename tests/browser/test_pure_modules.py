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
    before = {"out_of_school": 5, "poor": 1, "children": [{"code": "1", "out_of_school": 2}, {"code": "2", "out_of_school": 3}]}
    delta = {"out_of_school": 6, "poor": 1, "children": [{"code": "2", "out_of_school": 4}]}
    after = said("counts", "m.merged(names.before, names.delta)", before=before, delta=delta)
    assert after == {"out_of_school": 6, "poor": 1, "children": [{"code": "1", "out_of_school": 2}, {"code": "2", "out_of_school": 4}]}


def test_areas_are_ranked_by_their_children_and_the_silent_come_last(said: Said) -> None:
    numbers = {"1": 0, "2": None, "3": 7, "4": 7, "5": -1}
    children = [{"code": code, "out_of_school": n} for code, n in numbers.items()]
    assert [child["code"] for child in said("counts", "m.ranked(names.children)", children=children)] == ["3", "4", "1", "5", "2"]


def test_shares_are_of_the_whole_and_of_nothing_there_are_none(said: Said) -> None:
    assert said("counts", "m.parts({a: 1, b: 3})")["lines"] == [{"key": "b", "n": 3, "share": 0.75}, {"key": "a", "n": 1, "share": 0.25}]
    assert said("counts", "m.parts({a: 0})") == {"whole": 0, "lines": [{"key": "a", "n": 0, "share": None}]}


def test_the_steps_of_the_map_begin_where_they_say(said: Said) -> None:
    assert said("counts", "[-1, 0, 1, 4, 5, 19, 20, 99, 100, 499, 500].map(m.step)") == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5]


@pytest.mark.parametrize("address", ["./", "?area=513431", "?area=watch52&lang=en", "?lang=en&table=map,curve", "?table=curve"])
def test_an_address_is_the_view_that_it_came_from(said: Said, address: str) -> None:
    assert said("address", "m.addressOf(m.viewOf(names.address.slice(1)))", address=address if address != "./" else "") == address


@pytest.mark.parametrize("address", ["area=%3Cscript%3E", "area=51", "lang=xx", "table=secret,", "area="])
def test_an_address_that_makes_no_sense_is_the_nation(said: Said, address: str) -> None:
    assert said("address", "m.viewOf(names.address)", address=address) == {"area": "100000", "lang": "zh", "tables": []}


def test_a_tree_knows_the_way_up_and_all_that_is_below(said: Said) -> None:
    lines = [("100000", "nation", None), ("51", "province", "100000"), ("5134", "prefecture", "51"), ("a", "county", "5134"), ("b", "county", "51")]
    areas = {"areas": [{"code": code, "name": code, "level": level, "parent": parent} for code, level, parent in lines], "lists": {"watch52": ["a"]}}
    tree = "new m.Tree(names.areas)"
    assert said("tree", f"{tree}.path('a')", areas=areas) == ["100000", "51", "5134", "a"]
    assert said("tree", f"{tree}.path('watch52')", areas=areas) == ["100000", "watch52"]
    assert said("tree", f"{tree}.parent('100000')", areas=areas) is None
    assert said("tree", f"{tree}.counties('100000')", areas=areas) == ["a", "b"]
    assert said("tree", f"{tree}.counties('watch52')", areas=areas) == ["a"]


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
    assert said("figures", "[m.number(600000), m.number(-3), m.percent(0.9995), m.percent(null)]") == ["600,000", "−3", "99.95%", "–"]
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
