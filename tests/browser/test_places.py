"""A seat is asked for at the desk, held, given up and held for the next child, in a real browser against the real system."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from deploy.local.stack import LocalStack
from shared.calendar.terms import name_of, term_on
from tests.browser.desk import ZHAOJUE, Child, fill, go_to, open_desk, report, row, running_desk, serious, today

pytestmark = pytest.mark.live

SCHOOL = "5134310001"
NARROW, WIDE = ViewportSize(width=390, height=844), ViewportSize(width=1366, height=768)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalStack, list[Child]]]:
    """Two children of 昭觉, and a school that has one seat and no bed this term."""
    with running_desk(tmp_path_factory.mktemp("places")) as running:
        children = fill(running, ZHAOJUE, 1, [12, 3])
        places = {"county": ZHAOJUE, "term": name_of(term_on(today())), "seats": 1, "beds": 0}
        report(running, ZHAOJUE, "places-stated", SCHOOL, places, today())
        yield running, children


def ask(page: Page, system: LocalStack, child: Child, *, becomes: str) -> None:
    """Ask for a seat for a child, and wait for what the school answers."""
    go_to(page, system, f"?file={child.student}")
    page.click("[data-step=hold-place]")
    page.fill("[data-form=hold-place] [name=school]", SCHOOL)
    expect(page.locator("[data-form=hold-place] [data-free]")).to_contain_text("空余")
    assert serious(page) == []
    page.click("[data-form=hold-place] .big")
    expect(page.locator(f"[data-place=seat][data-place-state={becomes}]")).to_be_visible()


def test_a_seat_is_held_for_one_child_given_up_and_held_for_the_next(context: BrowserContext, county: tuple[LocalStack, list[Child]]) -> None:
    system, (first, second) = county
    page = open_desk(context, system, "officer", "?view=places")
    expect(page.locator(f"[data-school='{SCHOOL}'] [data-free=some] b")).to_have_text("1")
    assert serious(page) == []

    ask(page, system, first, becomes="held")
    expect(page.locator("[data-what=place-held]")).to_contain_text(SCHOOL)
    expect(page.locator("[data-missing]")).to_have_count(0)

    page.set_viewport_size(NARROW)
    ask(page, system, second, becomes="wanting")
    expect(page.locator("[data-missing=seat]")).to_contain_text("学位")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.set_viewport_size(WIDE)
    go_to(page, system, "?queue=no-place")
    expect(page.locator("nav [data-queue=no-place] b")).to_have_text("1")
    expect(page.locator(row(second))).to_be_visible()
    expect(page.locator(row(first))).to_have_count(0)

    go_to(page, system, f"?file={first.student}")
    page.click("[data-step=free-place]")
    page.click("[data-form=free-place] .big")
    expect(page.locator("[data-part=places]")).to_have_count(0)
    expect(page.locator("[data-what=place-freed]")).to_be_visible()

    ask(page, system, second, becomes="held")
    expect(page.locator("[data-missing]")).to_have_count(0)
    go_to(page, system, "?view=places&lang=en")
    expect(page.locator(f"[data-school='{SCHOOL}'] [data-free=none] .note").first).to_contain_text("held 1")
    assert serious(page) == []
