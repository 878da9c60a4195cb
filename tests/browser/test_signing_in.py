"""People sign in to the wall in a real browser, each as whoever they are, see what their office may see, and sign out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from deploy.local.issuer.offices import DEMO_OFFICES, DemoOffice, demo_office
from deploy.local.stack import LocalStack
from tests.browser.screen import LIANGSHAN, ZHAOJUE, report_never_enrolled

pytestmark = pytest.mark.live

SESSION = "baoxue-reporting-session"
FEW = "<5"
"""What stands where a number is withheld."""
ELSEWHERE = "110101"
"""A county outside the superior's prefecture, with one child too."""
SEES_ZHAOJUE = {"superior", "auditor", "statistician"}


@pytest.fixture(scope="module")
def counted(system: LocalStack) -> LocalStack:
    """A system in which Zhaojue has one child out of school, of whom an open answer says no more than that."""
    for county in (ZHAOJUE, ELSEWHERE):
        report_never_enrolled(system, county)
    return system


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1920, "height": 1080})
    made.set_default_timeout(20_000)
    yield made
    made.close()


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """Whatever a page complained of, or asked of anybody but the two servers, fails the test."""
    heard: list[str] = []
    context.on("weberror", lambda error: heard.append(str(error.error)))
    context.on("console", lambda message: heard.append(message.text) if message.type in {"error", "warning"} else None)
    yield heard
    assert heard == []


def wall(page: Page, system: LocalStack, view: str = f"?area={ZHAOJUE}") -> None:
    page.goto(f"{system.config.api_url('reporting')}/{view}")
    expect(page.locator("body")).to_have_attribute("data-age", "live")


def sign_in(page: Page, office: DemoOffice) -> None:
    page.click("[data-part=session] .in")
    page.click(f"button[value={office.name}]")
    expect(page.locator("[data-part=session] .out")).to_be_visible()


def poor(page: Page) -> Locator:
    """Where the wall says how many of the children out of school are registered-poor."""
    return page.locator("[data-sum='map.poor'] .n")


def exact_of(page: Page) -> dict[str, Any]:
    return page.evaluate(f"fetch('/v1/counts?area={ZHAOJUE}').then(answer => answer.json())")  # type: ignore[no-any-return]


@pytest.mark.usefixtures("complaints")
@pytest.mark.parametrize("office", DEMO_OFFICES, ids=lambda office: office.name)
def test_each_office_signs_in_sees_what_it_may_and_signs_out(context: BrowserContext, counted: LocalStack, office: DemoOffice) -> None:
    page = context.new_page()
    wall(page, counted)
    expect(poor(page)).to_have_text(FEW)
    sign_in(page, office)
    assert page.url == f"{counted.config.api_url('reporting')}/?area={ZHAOJUE}", "back where they were"
    expect(page.locator("body")).to_have_attribute("data-age", "live")
    expect(page.locator("[data-part=session] .who")).to_contain_text(
        {"officer": "昭觉县", "superior": "凉山", "province": "四川"}.get(office.name, "")
    )
    may = office.name in SEES_ZHAOJUE
    expect(poor(page)).to_have_text("1" if may else FEW)
    assert bool(exact_of(page).get("suppressed")) is not may
    page.click("[data-part=session] .out")
    expect(page.locator("[data-part=session] .in")).to_be_visible()
    expect(poor(page)).to_have_text(FEW)
    assert exact_of(page)["suppressed"]


@pytest.mark.usefixtures("complaints")
def test_a_superior_sees_no_small_cells_beyond_the_prefecture(context: BrowserContext, counted: LocalStack) -> None:
    page = context.new_page()
    wall(page, counted, f"?area={LIANGSHAN}")
    sign_in(page, _named("superior"))
    assert page.evaluate("code => fetch(`/v1/counts?area=${code}`).then(answer => answer.json())", ELSEWHERE)["suppressed"]


@pytest.mark.usefixtures("complaints")
def test_the_cookie_is_closed_to_scripts_and_no_token_is_anywhere_in_the_browser(context: BrowserContext, counted: LocalStack) -> None:
    page = context.new_page()
    wall(page, counted)
    sign_in(page, _named("auditor"))
    kept = {cookie["name"]: cookie for cookie in context.cookies()}
    assert set(kept) == {SESSION}, "that of the sign-in under way is gone"
    assert (kept[SESSION]["httpOnly"], kept[SESSION]["sameSite"]) == (True, "Strict")
    held = page.evaluate(
        "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}, location.href, document.documentElement.outerHTML])"
    )
    assert SESSION not in held
    assert "eyJ" not in held + str(kept)


@pytest.mark.usefixtures("complaints")
def test_signing_out_in_one_tab_ends_the_exact_numbers_of_another(context: BrowserContext, counted: LocalStack) -> None:
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        wall(page, counted)
    sign_in(first, _named("statistician"))
    second.reload()
    expect(poor(second)).to_have_text("1")
    first.click("[data-part=session] .out")
    expect(first.locator("[data-part=session] .in")).to_be_visible()
    # Nobody touches the second tab: its stream ends with its caller, and the next one is open.
    expect(poor(second)).to_have_text(FEW, timeout=40_000)


@pytest.mark.usefixtures("counted")
def test_a_page_from_elsewhere_cannot_sign_anybody_out(context: BrowserContext, system: LocalStack) -> None:
    page = context.new_page()
    wall(page, system)
    sign_in(page, _named("officer"))
    other = context.new_page()
    # A page of another site, which sends what a form there could.
    other.route("http://elsewhere.example/", lambda route: route.fulfill(body="<h1>elsewhere</h1>", content_type="text/html"))
    other.goto("http://elsewhere.example/")
    address = system.config.api_url("reporting")
    other.evaluate("address => fetch(`${address}/sign-out`, { method: 'POST', mode: 'no-cors', credentials: 'include' }).catch(() => null)", address)
    page.reload()
    expect(page.locator("[data-part=session] .out")).to_be_visible()


def _named(name: str) -> DemoOffice:
    found = demo_office(name)
    assert found
    return found
