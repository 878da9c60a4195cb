"""What somebody before the wall sees: numbers that move, their age, and an address that keeps the view."""

from __future__ import annotations

import os
import signal

import pytest
from playwright.sync_api import expect

from deploy.local.stack import LocalStack
from tests.browser.screen import ALONE, LIANGSHAN, LUOCHENG, NAMES, SICHUAN, ZHAOJUE, Screen, report_never_enrolled

pytestmark = pytest.mark.live

FOCUSED = (
    """(e => e === document.body ? null : e.closest(".trail") ? e.dataset.code : e.closest("[data-part]").dataset.part)(document.activeElement)"""
)
HATCHED = "getComputedStyle(document.querySelector('{}')).backgroundImage.includes('repeating-linear-gradient')"
NUMBERS = ("[data-figure=all] .now", "[data-part=rank] .count", "[data-part=composition] .n", ".standing .coverage", ".map .sums .n")


def test_a_report_changes_the_number_on_the_page(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system)
    screen.open()
    before, poor, watched = screen.now(), screen.now("poor"), screen.now("watch52")
    child = report_never_enrolled(system)
    screen.shows(before + 1)
    screen.shows(poor + 1, "poor")
    screen.shows(watched + 1, "watch52")
    expect(screen.page.locator(screen.row(LUOCHENG, "watch"))).to_contain_text(NAMES[LUOCHENG])
    expect(screen.page.locator("[data-part=newest] li").first).to_contain_text(NAMES[LUOCHENG])
    expect(screen.page.locator("[data-part=composition] [data-key=distance] .n").first).to_have_text(f"{before + 1:,}")
    assert child not in screen.page.content()


def test_a_county_that_never_reported_is_said_not_to_have_and_never_0(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system, ZHAOJUE)
    screen.open(f"?area={LIANGSHAN}")
    expect(screen.page.locator(f"{screen.row(ZHAOJUE)} .count")).not_to_have_text("未上报")
    expect(screen.page.locator(f"{screen.row('513430')} .count")).to_have_text("未上报")
    expect(screen.page.locator(".standing .coverage")).to_have_text("1 / 17")
    screen.page.keyboard.press("Escape")
    screen.is_at(f"?area={SICHUAN}")
    screen.open("?area=513430")
    expect(screen.page.locator(".map .sums .n").first).to_have_text("未上报")


def test_a_stopped_worker_is_told_in_amber_and_then_in_red_over_every_number(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system)
    screen.open()
    before = screen.now()
    worker = system.pid("reporting-worker")
    os.kill(worker, signal.SIGSTOP)
    try:
        report_never_enrolled(system)
        screen.is_("late")
        expect(screen.page.locator(".age")).to_contain_text("统计滞后")
        screen.is_("gone")
        for number in NUMBERS:
            assert screen.page.evaluate(HATCHED.format(number)), number
        assert screen.page.evaluate("getComputedStyle(document.querySelector('.map .frame'), '::after').backgroundImage").startswith("repeating")
    finally:
        os.kill(worker, signal.SIGCONT)
    screen.is_("live")
    screen.shows(before + 1)
    assert not screen.page.evaluate(HATCHED.format(NUMBERS[0]))


def test_the_page_comes_back_by_itself_when_the_api_was_started_again(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system)
    screen.open()
    screen.may_lose_the_server = True
    before = screen.now()
    screen.page.evaluate("window.sameAsEver = true")
    api = system.kill("reporting-api")
    screen.is_("late")
    expect(screen.page.locator(".age")).to_contain_text("连接中断")
    system.wait_ready("reporting-api", other_than=api)
    screen.is_("live")
    report_never_enrolled(system)
    screen.shows(before + 1)
    assert screen.page.evaluate("window.sameAsEver")


def test_the_address_keeps_the_view_and_back_leads_back(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system, ZHAOJUE)
    screen.open()
    screen.page.click(screen.row(SICHUAN))
    screen.is_at(f"?area={SICHUAN}")
    screen.page.click(screen.row(LIANGSHAN))
    screen.page.click("[data-part=tongue]")
    screen.page.click(".map .switch")
    kept = f"?area={LIANGSHAN}&lang=en&table=map"
    screen.is_at(kept)
    for _ in range(2):
        expect(screen.page.locator(".map h2")).to_have_text("Liangshan Yi Autonomous Prefecture")
        expect(screen.page.locator(".rank h2")).to_have_text("Counties")
        expect(screen.page.locator(".map table")).to_contain_text("Zhaojue County")
        screen.page.reload()
    for address in (f"?area={LIANGSHAN}&lang=en", f"?area={LIANGSHAN}", f"?area={SICHUAN}", ""):
        screen.page.go_back()
        screen.is_at(address)
    expect(screen.page.locator(".rank h2")).to_have_text("各省")
    expect(screen.page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_everything_can_be_done_with_the_keyboard(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system, ZHAOJUE)
    screen.open()
    reached = _tabbed(screen)
    assert reached[:4] == ["100000", "tongue", "session", "rank"]
    assert [name for name in reached if name in {"watch", "map", "curve"}] == ["watch", "watch", "map", "curve"]
    first, second = (screen.page.locator("[data-part=rank] li a").nth(n).get_attribute("data-code") for n in range(2))
    screen.page.focus("[data-part=rank] li a")
    screen.page.keyboard.press("ArrowDown")
    assert _focused(screen) == second
    assert screen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    screen.page.keyboard.press("Home")
    assert _focused(screen) == first
    screen.page.keyboard.press("Enter")
    screen.is_at(f"?area={first}")
    screen.page.keyboard.press("Escape")
    screen.is_at("")
    screen.page.focus(".curve .switch")
    screen.page.keyboard.press("Enter")
    screen.is_at("?table=curve")
    expect(screen.page.locator(".curve table tbody tr").first).to_contain_text("2020-06-14")


def test_a_click_on_a_county_leads_one_level_down(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system, ZHAOJUE)
    screen.open(f"?area={LIANGSHAN}")
    screen.point_at(".map")
    screen.page.mouse.down()
    screen.page.mouse.up()
    expect(screen.page.locator(".trail li")).to_have_count(4)


def test_what_is_pointed_at_says_what_it_is(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system, ZHAOJUE)
    screen.open(f"?area={LIANGSHAN}")
    for chart, words in ((".map", "凉山彝族自治州"), (".curve", "存量")):
        screen.point_at(chart)
        expect(screen.page.locator(f"{chart} .tip")).to_contain_text(words)


def test_a_server_that_says_nothing_any_more_is_gone_though_the_connection_is_open(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system)
    screen.open()
    screen.may_lose_the_server = True
    api = system.pid("reporting-api")
    os.kill(api, signal.SIGSTOP)
    try:
        screen.is_("late")
        screen.is_("gone")
        expect(screen.page.locator(".age")).to_contain_text("连接中断")
    finally:
        os.kill(api, signal.SIGCONT)
    screen.is_("live")


def test_an_api_that_has_no_counts_yet_is_asked_again_until_it_has(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system)
    screen.may_lose_the_server = True
    screen.page.add_init_script(ALONE)
    screen.page.clock.install()
    screen.page.route("**/v1/stream*", lambda route: route.fulfill(status=503, body="{}", content_type="application/problem+json"))
    with screen.page.expect_response("**/v1/stream?area=100000"):
        screen.page.goto(system.config.api_url("reporting"))
    expect(screen.page.locator(".age")).to_contain_text("等待数字")
    with screen.page.expect_response("**/v1/stream?area=100000", timeout=8_000):  # before silence alone would make it ask
        screen.page.clock.run_for(1_500)
    screen.page.unroute_all()
    screen.page.clock.run_for(5_000)
    screen.is_("live")


@pytest.mark.parametrize(
    ("area", "says"),
    [
        ("999999", "没有这个地区：999999"),
        ("51", "没有这个地区：51"),
        ("<b>四川", "没有这个地区：<b>四川"),
        ("710000", "台湾省不在统计范围"),
        ("820000", "澳门"),
    ],
)
def test_an_area_that_is_not_counted_says_so_and_the_nation_is_shown(screen: Screen, area: str, says: str) -> None:
    screen.open(f"?area={area}")
    screen.is_at("")
    expect(screen.page.get_by_role("alert")).to_contain_text(says)
    expect(screen.page.locator(".map h2")).to_have_text("全国")
    screen.page.click(screen.row(SICHUAN))
    expect(screen.page.locator(".notice")).to_be_hidden()


def _tabbed(screen: Screen) -> list[str]:
    """Everything that the tab key comes by, by its part of the page, from the beginning to where it leaves the page."""
    reached = []
    for _ in range(40):
        screen.page.keyboard.press("Tab")
        name = screen.page.evaluate(FOCUSED)
        if name is None:
            break
        reached.append(str(name))
    return reached


def _focused(screen: Screen) -> str:
    return str(screen.page.evaluate("document.activeElement.dataset.code"))
