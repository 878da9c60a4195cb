"""However many pages a browser has open, it holds one connection for them, and none for those that nobody sees."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from tests.browser.screen import ALONE, LIANGSHAN, SICHUAN, ZHAOJUE, Screen, report_never_enrolled, streams

pytestmark = pytest.mark.live

DEAF = """globalThis.SharedWorker = class {
  constructor() { this.port = { addEventListener() {}, start() {}, postMessage() {} } }
  addEventListener() {}
}"""
"""A shared worker that takes everything and says nothing, as one that has died."""
SEEN = """state => {
  Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SAMPLED = """() => {
  globalThis.sums = new Set();
  const number = text => Number(text.replaceAll(",", ""));
  const look = () => {
    const ranks = [...document.querySelectorAll("[data-part=rank] a:not(.silent) .count")].map(each => number(each.textContent));
    const whole = number(document.querySelector("[data-figure=all] .now").textContent);
    if (ranks.length && whole) sums.add(JSON.stringify([whole, ranks.reduce((sum, n) => sum + n, 0)]));
    requestAnimationFrame(look);
  };
  look();
}"""


def test_eight_pages_of_a_browser_are_live_over_one_stream(screen: Screen, system: LocalStack) -> None:
    views = ["", "", f"?area={SICHUAN}", f"?area={SICHUAN}&lang=en", f"?area={LIANGSHAN}", f"?area={ZHAOJUE}", "?area=watch52", ""]
    screen.open(views[0])
    pages = [screen.page, *(screen.page.context.new_page() for _ in views[1:])]
    for page, view in zip(pages, views, strict=True):
        page.goto(f"{system.config.api_url('reporting')}/{view}")
        expect(page.locator("body")).to_have_attribute("data-age", "live")
    screen.until(lambda: streams(system) == 1, "one stream for all of them")
    before = screen.now()
    report_never_enrolled(system, ZHAOJUE)
    for page in (pages[0], pages[-1]):
        expect(page.locator("[data-figure=all] .now")).to_have_text(f"{before + 1:,}")
    expect(pages[5].locator("[data-part=newest] li")).not_to_have_count(0)
    for page in pages[1:]:
        page.close()
    report_never_enrolled(system, ZHAOJUE)
    screen.shows(before + 2)
    assert streams(system) == 1


def test_a_page_that_nobody_sees_follows_nothing_and_goes_on_when_it_is_seen_again(screen: Screen, system: LocalStack) -> None:
    screen.open()
    before = screen.now()
    screen.page.evaluate(SEEN, "hidden")
    screen.until(lambda: streams(system) == 0, "no stream for a page that is hidden")
    report_never_enrolled(system)
    screen.page.evaluate(SEEN, "visible")
    screen.shows(before + 1)
    screen.is_("live")


def test_a_page_that_is_left_ends_its_stream(screen: Screen, system: LocalStack) -> None:
    screen.open()
    screen.page.goto("about:blank")
    screen.until(lambda: streams(system) == 0, "no stream for a page that was left")


def test_without_shared_workers_a_page_follows_by_itself(screen: Screen, system: LocalStack) -> None:
    screen.page.add_init_script(ALONE)
    screen.open(f"?area={LIANGSHAN}")
    screen.page.click(".trail a[data-code='100000']")
    expect(screen.page.locator(".nation")).to_be_hidden()
    before = screen.now()
    report_never_enrolled(system)
    screen.shows(before + 1)
    assert streams(system) == 1


def test_a_worker_that_says_nothing_any_more_is_done_without(screen: Screen, system: LocalStack) -> None:
    screen.page.add_init_script(DEAF)
    screen.page.clock.install()
    screen.page.goto(f"{system.config.api_url('reporting')}/")
    expect(screen.page.locator(".age")).to_contain_text("等待数字")

    def asked_itself() -> bool:
        screen.page.clock.run_for(10_000)  # the page may not have begun to wait when the first of these are over
        return streams(system) > 0

    screen.until(asked_itself, "a stream of the page's own")
    screen.is_("live")


@pytest.mark.parametrize("view", ["", f"?area={SICHUAN}"])
def test_the_number_and_the_list_beside_it_are_never_of_two_moments(screen: Screen, system: LocalStack, view: str) -> None:
    screen.open(view)
    screen.page.evaluate(SAMPLED)
    before = screen.now()
    for n in range(12):
        report_never_enrolled(system, (ZHAOJUE, "510104", "510105")[n % 3])
    screen.shows(before + 12)
    sums = _sums(screen.page)
    assert len(sums) > 1
    assert [each for each in sums if each[0] != each[1]] == []


def _sums(page: Page) -> list[list[int]]:
    found: list[list[int]] = page.evaluate("() => [...sums].map(each => JSON.parse(each))")
    return found
