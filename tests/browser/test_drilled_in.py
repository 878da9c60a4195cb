"""An area opened: its number is the large one, its names are of the language, and what would tell of a child is not told."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from deploy.local.stack import LocalStack
from tests.browser.screen import LIANGSHAN, LUOCHENG, SHAPINGBA, SICHUAN, ZHAOJUE, Screen, report_never_enrolled, report_stated

pytestmark = pytest.mark.live

GUANGXI = "450000"


def test_the_large_number_is_the_areas_and_the_nation_stays_in_sight(screen: Screen) -> None:
    screen.open()
    nation = screen.now()
    expect(screen.page.locator(".nation")).to_be_hidden()
    screen.page.click(screen.row(GUANGXI))
    expect(screen.page.locator("[data-figure=all] h2")).to_have_text("广西壮族自治区辍学失学儿童")
    assert screen.now() < nation
    expect(screen.page.locator(f"{screen.row('451200')} .count")).to_have_text(f"{screen.now():,}")
    expect(screen.page.locator("[data-nation=all] .n").first).to_have_text(f"{nation:,}")
    expect(screen.page.locator("[data-nation=all] .fall")).to_have_text(re.compile(r"^↓99\.\d\d%$"))
    expect(screen.page.locator("[data-figure=watch52]")).to_be_hidden()
    screen.page.click(".nation h2 a")
    screen.is_at("")


def test_of_a_county_with_few_children_nothing_but_the_number_is_told(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system)  # so that Chongqing is the smallest province that can hide Sichuan
    report_never_enrolled(system, ZHAOJUE)
    screen.open(f"?area={ZHAOJUE}")
    expect(screen.page.locator("[data-figure=poor] .now")).to_have_text("<5")
    expect(screen.page.locator("[data-sum='map.poor'] .n")).to_have_text("<5")
    expect(screen.page.locator("[data-part=composition]")).to_contain_text("不足5人，不公开分类")
    expect(screen.page.locator("[data-part=composition] tbody:visible")).to_have_count(0)
    expect(screen.page.locator("[data-part=casework] .grants")).to_be_hidden()
    expect(screen.page.locator(".foot")).to_contain_text("<5 ※ 未公开")
    # What would give it away is withheld too, and says that it is not for few children of its own.
    screen.open("?area=500000&lang=en")
    expect(screen.page.locator("[data-figure=poor] .now")).to_have_text("※")
    expect(screen.page.locator("[data-part=composition]")).to_contain_text("would give a county of fewer than 5 away")
    screen.open(f"?area={LUOCHENG}")
    expect(screen.page.locator("[data-figure=poor] .now")).to_have_text(re.compile(r"^\d+$"))


def test_what_a_county_states_stands_beside_what_is_counted(screen: Screen, system: LocalStack) -> None:
    screen.open(f"?area={SHAPINGBA}")
    counted = screen.now()
    report_stated(system, SHAPINGBA, counted + 3, time="2020-06-13T10:00:00+08:00")
    expect(screen.page.locator("[data-sum=stated]")).to_have_text(re.compile(rf"本县自报（2020年6月13日）\s*{counted + 3}，相差 \+3"))
    report_stated(system, SHAPINGBA, counted, time="2020-06-14T10:00:00+08:00")
    expect(screen.page.locator("[data-sum=stated]")).to_have_text(re.compile(rf"本县自报（2020年6月14日）\s*{counted}，与统计一致"))
    screen.open("?area=500000&lang=en")
    expect(screen.page.locator("[data-sum=stated]")).to_have_text(re.compile(rf"stated by 1 counties\s*{counted}, as counted"))


def test_in_english_areas_have_english_names_everywhere(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system, ZHAOJUE)
    screen.open(f"?area={LUOCHENG}&lang=en&table=map")
    expect(screen.page.locator(".map h2")).to_have_text("Luocheng Mulam Autonomous County")
    expect(screen.page.locator("[data-figure=all] h2")).to_have_text("Children out of school, Luocheng Mulam Autonomous County")
    expect(screen.page.locator(".trail")).to_contain_text("Guangxi")
    expect(screen.page.locator(f"{screen.row(ZHAOJUE, 'watch')} .name")).to_have_text("Zhaojue")
    expect(screen.page.locator("[data-part=newest] a").first).to_have_text("Luocheng")
    expect(screen.page.locator(".map table")).to_contain_text("Guangxi Hechi Luocheng Mulam Autonomous County")
    shown = screen.page.evaluate("""() => { document.querySelector(".tongue").remove(); return document.body.innerText }""")
    assert re.findall(r"[\u4e00-\u9fff]+", shown) == []


def test_every_provincial_unit_is_on_the_map_and_three_are_outside_the_count(screen: Screen) -> None:
    screen.open("?table=map")
    outside = [re.compile(name) for name in ("台湾省", "香港特别行政区", "澳门特别行政区")]
    expect(screen.page.locator(".map tbody tr", has_text="不在统计范围")).to_have_text(outside)
    screen.page.click(".map .switch")
    expect(screen.page.locator(".map .key.outside")).to_have_text("不在统计范围")
    expect(screen.page.locator(".map .plot")).to_have_attribute("data-drawn", re.compile(rf" {2_852 + 15}$"))
    screen.page.click(screen.row(SICHUAN))
    expect(screen.page.locator(".map .key.outside")).to_have_count(0)


def test_one_colour_says_the_same_in_every_area_at_one_time(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system, ZHAOJUE)
    screen.open()
    legend = screen.page.locator(".map .key:not(.outside)").all_inner_texts()
    assert legend[:2] == ["0", legend[1]]
    for area in (SICHUAN, LIANGSHAN, "watch52"):
        screen.open(f"?area={area}")
        expect(screen.page.locator(".map .key:not(.outside)")).to_have_text(legend)


# --- the keyboard ---------------------------------------------------------------------------------------------------------


def test_arrows_work_from_a_fresh_page(screen: Screen) -> None:
    screen.open()
    codes = [link.get_attribute("data-code") for link in screen.page.locator("[data-part=rank] li a").all()[:2]]
    screen.page.keyboard.press("ArrowDown")
    assert screen.focused() == codes[0]
    screen.page.keyboard.press("ArrowDown")
    assert screen.focused() == codes[1]


def test_the_focus_goes_down_and_comes_back_up_with_the_view(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system, ZHAOJUE)
    screen.open()
    screen.page.focus(screen.row(SICHUAN))
    screen.page.keyboard.press("Enter")
    screen.is_at(f"?area={SICHUAN}")
    expect(screen.page.locator(screen.row(LIANGSHAN))).to_be_focused()
    screen.page.keyboard.press("Escape")
    screen.is_at("")
    expect(screen.page.locator(screen.row(SICHUAN))).to_be_focused()


def test_the_focus_stays_where_it_was_while_numbers_and_language_change(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system)
    screen.open(f"?area={GUANGXI}")
    before = screen.now()
    screen.page.focus("[data-part=newest] li a")
    key = screen.focused()
    report_never_enrolled(system, "450103", time="2020-06-14T11:00:00+08:00")
    screen.shows(before + 1)
    assert screen.focused() == key
    screen.page.focus(".trail a[data-code='450000']")
    screen.page.evaluate("document.querySelector('.tongue').click()")
    expect(screen.page.locator(".trail a[data-code='450000']")).to_have_text("Guangxi")
    assert screen.focused() == GUANGXI


def test_escape_closes_a_table_before_it_leaves_the_area(screen: Screen) -> None:
    screen.open(f"?area={GUANGXI}&table=map,curve")
    screen.page.focus(".map .scroll")
    screen.page.keyboard.press("Escape")
    screen.is_at(f"?area={GUANGXI}&table=curve")
    screen.page.keyboard.press("Escape")
    screen.is_at(f"?area={GUANGXI}")
    screen.page.keyboard.press("Escape")
    screen.is_at("")
