"""How the page fits its screens: nothing beyond the edge, nothing over something else, every character with its font."""

from __future__ import annotations

import re
from functools import partial

import pytest
from playwright.sync_api import Route, expect

from deploy.local.stack import LocalStack
from tests.browser.screen import ALONE, LIANGSHAN, LUOCHENG, NAMES, Screen, as_of_a_whole_nation, report_never_enrolled

pytestmark = pytest.mark.live

SIZES = {"1024x768": (1024, 768), "1366x768": (1366, 768), "1920x1080": (1920, 1080), "3840x1080": (3840, 1080)}
BOXES = """() => [...document.querySelectorAll(".head, .part, .foot")].map(e => {
  const box = e.getBoundingClientRect(); return [e.className, box.left, box.top, box.right, box.bottom] })"""
BEYOND = """() => [...document.querySelectorAll(".n, dt, h1, h2, .note, .key, caption, .age, .tongue")]
  .filter(e => e.offsetParent && !e.closest(".areas, .changes, .scroll"))
  .filter(e => { const box = e.getBoundingClientRect(), part = e.closest(".part, .head, .foot").getBoundingClientRect();
                 return box.left < part.left - 1 || box.right > part.right + 1 || box.bottom > part.bottom + 3 })
  .map(e => `${e.tagName} ${e.className}: ${e.textContent}`)"""
CUT = """() => [...document.querySelectorAll("h1, h2, dt, dd, th, td, caption, .n, .key, .note, .trail, .demo, .foot > div")]
  .filter(e => e.offsetParent && !e.closest(".unseen") && getComputedStyle(e).display !== "inline" && e.scrollWidth > e.clientWidth + 1)
  .map(e => `${e.tagName} ${e.className}: ${e.textContent}`)"""
SMALL = """() => [...document.querySelectorAll("body *")]
  .filter(e => e.offsetParent && [...e.childNodes].some(c => c.nodeType === 3 && c.data.trim()))
  .map(e => Number.parseFloat(getComputedStyle(e).fontSize)).reduce((a, b) => Math.min(a, b))"""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_the_page_fills_a_screen_without_scrolling_cutting_or_overlapping(screen: Screen, system: LocalStack, size: str, lang: str) -> None:
    report_never_enrolled(system)
    width, height = SIZES[size]
    screen.page.set_viewport_size({"width": width, "height": height})
    for view in (f"?lang={lang}", f"?area={LIANGSHAN}&lang={lang}", f"?area={LUOCHENG}&lang={lang}&table=map,curve"):
        screen.open(view)
        _is_whole(screen, width, height)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_the_numbers_of_a_whole_nation_have_room(screen: Screen, system: LocalStack, size: str, lang: str) -> None:
    screen.may_lose_the_server = True
    screen.page.add_init_script(ALONE)
    screen.page.route("**/v1/stream?area=100000", partial(_tell, as_of_a_whole_nation(system, "100000")))
    width, height = SIZES[size]
    screen.page.set_viewport_size({"width": width, "height": height})
    screen.page.goto(f"{system.config.api_url('reporting')}/?lang={lang}")
    screen.shows(600_000)
    expect(screen.page.locator(".cases dd")).to_have_text(["234,567", "234,567", "469,134", "234,567", "234,567"])
    expect(screen.page.locator(".grants tbody tr[data-state=paid] td")).to_have_text(["234,567", re.compile(r"^¥23(\.5万|4\.6k)$", re.IGNORECASE)])
    _is_whole(screen, width, height)


def _tell(events: str, route: Route) -> None:
    route.fulfill(body=events, content_type="text/event-stream")


def _is_whole(screen: Screen, width: int, height: int) -> None:
    assert screen.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [width, height]
    boxes = screen.page.evaluate(BOXES)
    assert len(boxes) == 10
    for name, left, top, right, bottom in boxes:
        assert 0 <= left < right <= width, name
        assert 0 <= top < bottom <= height, name
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            assert one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] or other[4] <= one[2], (one, other)
    assert screen.page.evaluate(CUT) == []
    assert screen.page.evaluate(BEYOND) == []
    assert screen.page.evaluate(SMALL) >= 11


def test_every_character_of_a_countys_name_comes_from_our_own_font(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system)
    screen.open(f"?area={LUOCHENG}")
    expect(screen.page.locator(".map h2")).to_have_text(NAMES[LUOCHENG])
    screen.page.wait_for_function("""name => document.fonts.check('16px "Noto Sans SC"', name)""", arg=NAMES[LUOCHENG])
    session = screen.page.context.new_cdp_session(screen.page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    heading = session.send("DOM.querySelector", {"nodeId": root, "selector": ".map h2"})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": heading})["fonts"]
    assert [(font["isCustomFont"], font["glyphCount"]) for font in fonts] == [(True, len(NAMES[LUOCHENG]))]


def test_who_asks_for_less_motion_gets_none(screen: Screen) -> None:
    screen.page.emulate_media(reduced_motion="reduce")
    screen.open()
    assert screen.page.evaluate("getComputedStyle(document.querySelector('.lamp')).animationName") == "none"


def test_a_demo_says_so(screen: Screen) -> None:
    screen.open("?lang=en")
    expect(screen.page.locator(".demo")).to_have_text("Demo: invented children, published totals, story time")


def test_a_small_window_scrolls_instead_of_squeezing(screen: Screen) -> None:
    screen.page.set_viewport_size({"width": 480, "height": 900})
    screen.open()
    assert screen.page.evaluate("document.documentElement.scrollWidth") == 480
    assert screen.page.evaluate("getComputedStyle(document.documentElement).overflowY") == "visible"


def test_every_chart_has_its_name_and_its_table_one_too(screen: Screen) -> None:
    screen.open("?table=map,curve&lang=en")
    for chart in ("map", "curve"):
        expect(screen.page.locator(f".{chart} .scroll")).to_have_attribute("aria-label", re.compile("China"))
        screen.page.click(f".{chart} .switch")
        expect(screen.page.locator(f".{chart} [role=img]")).to_have_attribute("aria-label", re.compile("China"))
