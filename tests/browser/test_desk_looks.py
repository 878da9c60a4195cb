"""How the desk looks where people work: on the screen of an office, a large one, and a telephone. Nothing is cut, beyond the edge, or untold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.stack import LocalStack
from shared.contracts.case_codes import Role
from shared.contracts.case_commands import CaseCommand
from shared.contracts.oversight_codes import FlaggedAct, Rule
from tests.browser.desk import (
    BUTUO,
    TELEPHONE,
    ZHAOJUE,
    Child,
    fill,
    go_to,
    listened_to,
    open_desk,
    report,
    running_desk,
    serious,
    today,
    until_file,
)
from tests.domain.case.case_story import attempt, law_step
from tests.domain.case.flag_story import drawn, raised
from tests.domain.case.owner_story import handed_on
from tests.support.stack_tokens import bearer

pytestmark = pytest.mark.live

SCREENS: dict[str, dict[str, Any]] = {
    "1366": {"viewport": {"width": 1366, "height": 768}},
    "1920": {"viewport": {"width": 1920, "height": 1080}},
    "telephone": TELEPHONE,
}
SCHOOL = f"{ZHAOJUE}0001"
CUT = """() => [...document.querySelectorAll("h1, h2, h3, p, a, b, button, legend, dt, dd, th, td, li, .tag")]
  .filter(e => e.offsetParent && getComputedStyle(e).display !== "inline" && getComputedStyle(e).overflowX === "hidden")
  .filter(e => e.scrollWidth > e.clientWidth + 1)
  .map(e => `${e.tagName} ${e.className}: ${e.textContent}`)"""
SMALL = """() => [...document.querySelectorAll("button, select, input, textarea, summary, .queues a, .button, .quiet, .chips span, .back a, .pages")]
  .filter(e => e.offsetParent && e.type !== "radio" && e.type !== "checkbox")
  .filter(e => e.getBoundingClientRect().height < 44)
  .map(e => `${e.tagName} ${e.className} ${e.name ?? ""} ${e.textContent}: ${e.getBoundingClientRect().height}`)"""
"""What a thumb does not hit: 44 pixels are as many as the guidelines of telephones ask for."""
KEY = re.compile(r"\b[a-z]+(?:[.-][a-z_-]+)+\b")
"""A word of the catalogue that shows itself, for want of a text; a code of the record."""


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalStack, list[Child]]]:
    """Files of two counties: overdue ones, one along the law, one handed on to a school, one flagged, one drawn; and a county that is flagged."""
    with running_desk(tmp_path_factory.mktemp("looks")) as running:
        children = fill(running, ZHAOJUE, 1, [40, 30, 20, 9, 3, 1])
        fill(running, BUTUO, 500, [40, 2])
        served, _, _, at_school, back, gone = children
        office = f"/counties/{ZHAOJUE}"
        for asked in (attempt(office, next_=None, happened=today()), law_step(office=office, happened=today())):
            ask(running, f"cases/{served.student}", asked)
        ask(running, f"cases/{at_school.student}", handed_on(Role.PRINCIPAL, f"/schools/{SCHOOL}", office=office))
        for child in (back, gone):
            data = {"school": SCHOOL, "stage": "junior", "grade": 7, "placement": "class"}
            report(running, ZHAOJUE, "returned", child.student, data, today())
            until_file(running, child.student, state="returned")
        ask(running, f"cases/{back.student}", raised(1, 2, since=today() - timedelta(1), day=today()))
        ask(running, f"cases/{gone.student}", drawn("/prefectures/513400", since=today() - timedelta(30), until=today() - timedelta(1)))
        burst = raised(3, 4, rule=Rule.BURST, flagged=office, role=Role.OFFICER, act=FlaggedAct.PROPOSED, since=today() - timedelta(9), day=today())
        ask(running, f"county-flags/{ZHAOJUE}", burst)
        yield running, children


def ask(system: LocalStack, what: str, command: CaseCommand) -> None:
    body = {"do": command.TYPE.split(".")[-2], **msgspec.to_builtins(command)}
    answer = httpx.post(f"{system.config.api_url('case')}/v1/{what}", json=body, headers=bearer(system.config), timeout=30)
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module", params=SCREENS)
def desks(request: pytest.FixtureRequest, chromium: Browser, county: tuple[LocalStack, list[Child]]) -> Iterator[dict[str, Page]]:
    """The desks of the county, of its school and of the prefecture, each in a browser of its own, all on a screen of one kind."""
    screen = SCREENS[request.param]
    with ExitStack() as browsers:
        offices = ("officer", "reporter", "superior")
        made = {office: browsers.enter_context(listened_to(chromium, **screen)) for office in offices}
        yield {office: open_desk(context, county[0], office) for office, context in made.items()}


def looks_well(page: Page, *, alike: str = "") -> None:
    """Check what anybody would see at a look. ``alike``: what may look like a key, and is none."""
    width = page.evaluate("innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing is wider than the screen"
    assert page.evaluate(CUT) == []
    text = page.locator("#desk").inner_text()
    assert [word for word in KEY.findall(text) if word != alike] == []
    if width < 600:
        assert page.evaluate(SMALL) == []
    assert serious(page) == []


@pytest.mark.parametrize("queue", ["overdue", "all", "flagged", "closed"])
def test_the_lists_of_an_officer(desks: dict[str, Page], county: tuple[LocalStack, list[Child]], queue: str) -> None:
    page = desks["officer"]
    go_to(page, county[0], f"?queue={queue}")
    expect(page.locator(".says" if queue == "closed" else "[data-row]").first).to_be_visible()
    looks_well(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_file_with_its_plan_and_the_law(desks: dict[str, Page], county: tuple[LocalStack, list[Child]], lang: str) -> None:
    page, (system, children) = desks["officer"], county
    go_to(page, system, f"?file={children[0].student}&lang={lang}")
    expect(page.locator("[data-rung=notice][data-now=done]")).to_be_visible()
    expect(page.locator("[data-part=aid] .note")).to_be_visible()
    if lang == "zh":
        looks_well(page)
    for step in ("record-attempt", "hand-on"):
        page.click(f"[data-step={step}]")
        expect(page.locator(f"[data-form={step}]")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if lang == "zh":
            looks_well(page)
        page.click(f"[data-form={step}] .quiet >> nth=-1")


def test_a_teacher_sees_the_file_that_was_handed_on_and_records_a_visit(desks: dict[str, Page], county: tuple[LocalStack, list[Child]]) -> None:
    page, (system, children) = desks["reporter"], county
    go_to(page, system, "?queue=all")
    expect(page.locator("[data-row]")).to_have_count(1)
    looks_well(page)
    page.click(f"[data-row='{children[3].student}'] .name a")
    page.click("[data-step=record-attempt]")
    expect(page.locator("[data-form=record-attempt] input[name=as]")).to_have_count(2)
    looks_well(page)


@pytest.mark.parametrize(("queue", "which"), [("flagged", 4), ("recheck", 5)])
def test_what_a_superior_settles_and_sees_for_itself(desks: dict[str, Page], county: tuple[LocalStack, list[Child]], queue: str, which: int) -> None:
    page, (system, children) = desks["superior"], county
    go_to(page, system, f"?queue={queue}")
    expect(page.locator("[data-row]")).to_have_count(1)
    looks_well(page)
    page.click(f"[data-row='{children[which].student}'] .name a")
    expect(page.locator("[data-flag], [data-draw]").first).to_be_visible()
    looks_well(page)
    page.click("[data-step=clear-flag], [data-step=record-recheck]")
    looks_well(page)


@pytest.mark.parametrize("view", ["areas", "flags"])
def test_the_counties_of_a_superior(desks: dict[str, Page], county: tuple[LocalStack, list[Child]], view: str) -> None:
    page = desks["superior"]
    go_to(page, county[0], f"?view={view}")
    expect(page.locator(f"[data-county='{ZHAOJUE}']")).to_be_visible()
    looks_well(page)
