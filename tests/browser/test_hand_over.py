"""A child moves to the next county: its file goes from one desk to the other, in a real browser against the real system."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.stack import LocalStack
from tests.browser.desk import BUTUO, ZHAOJUE, Child, fill, go_to, listened_to, open_desk, report, row, running_desk, serious, today, until_file

pytestmark = pytest.mark.live

SCHOOL = "5134310001"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalStack, list[Child]]]:
    """A system with the files of four children of 昭觉, of whom three moved to 布拖 today."""
    with running_desk(tmp_path_factory.mktemp("over")) as running:
        children = fill(running, ZHAOJUE, 1, [30, 20, 12, 3])
        for child in children[:3]:
            report(running, ZHAOJUE, "moved", child.student, {"county": BUTUO}, today())
        for child in children[:3]:
            until_file(running, child.student, county=ZHAOJUE)
            until_sent(running, child.student)
        yield running, children


def until_sent(system: LocalStack, student: str) -> None:
    """Wait until a file is on its way."""
    for _ in range(200):
        if until_file(system, student)["hand_over"] is not None:
            return
    raise AssertionError(f"the file of {student} is on its way nowhere")


@pytest.fixture
def desks(chromium: Browser, county: tuple[LocalStack, list[Child]]) -> Iterator[dict[str, Page]]:
    """The desks of both counties, of the prefecture and of a school, each in a browser of its own. Whatever a page complains of fails the test."""
    with ExitStack() as browsers:
        contexts = {
            office: browsers.enter_context(listened_to(chromium, expected=("404",), height=900))
            for office in ("officer", "neighbour", "superior", "reporter")
        }
        yield {office: open_desk(made, county[0], office) for office, made in contexts.items()}


def do(page: Page, step: str, **chosen: str) -> None:
    """Take a step of the file that is open: choose what its form has, and send it."""
    page.click(f"[data-step={step}]")
    for name, value in chosen.items():
        page.check(f"[data-form={step}] input[name={name}][value={value}]", force=True)
    page.click(f"[data-form={step}] .big")
    expect(page.locator("[data-sent]")).to_be_visible()


def waiting(page: Page, queue: str, number: int) -> None:
    expect(page.locator(f"nav [data-queue={queue}] b")).to_have_text(str(number))


def test_a_file_is_sent_taken_over_sent_back_given_and_handed_on(desks: dict[str, Page], county: tuple[LocalStack, list[Child]]) -> None:
    system, (first, second, third, stays) = county
    here, there, above, school = (desks[office] for office in ("officer", "neighbour", "superior", "reporter"))
    for page, queue in ((here, "sent"), (there, "incoming"), (above, "incoming")):
        waiting(page, queue, 3)
        go_to(page, system, f"?queue={queue}")
        expect(page.locator("[data-row]")).to_have_count(3)
        expect(page.locator(f"{row(first)} [data-way]")).to_contain_text("昭觉县 → 布拖县")
        assert serious(page) == []

    # Taken over: it is the neighbour's from then on.
    go_to(there, system, f"?file={first.student}")
    expect(there.locator("[data-sent-to='513429']")).to_contain_text("接收前由昭觉县负责")
    expect(there.locator("[data-not~=record-attempt]")).to_contain_text("由另一个县负责")
    assert serious(there) == []
    do(there, "take-over")
    expect(there.locator("[data-part=owner] [data-answers]")).to_contain_text("布拖县")
    expect(there.locator("[data-what=taken-over]")).to_contain_text("昭觉县 → 布拖县")
    expect(there.locator("[data-step=record-attempt]")).to_be_visible()
    go_to(here, system, f"?file={first.student}")
    expect(here.locator(".says")).to_contain_text("没有这份档案")

    # Sent back with a reason: the former county sees why, and takes it back.
    go_to(there, system, f"?file={second.student}")
    do(there, "send-back", sent_back="lives_elsewhere")
    go_to(here, system, "?queue=incoming")
    expect(here.locator("[data-row]")).to_have_count(1)
    here.click(f"{row(second)} .name a")
    expect(here.locator("[data-sent-to='513431']")).to_contain_text("住在别处")
    do(here, "take-over")
    expect(here.locator("[data-sent-to]")).to_have_count(0)

    # What nobody owns is in sight of the level above, which gives it to a county.
    go_to(there, system, f"?file={third.student}")
    do(there, "send-back", sent_back="no_household_register")
    go_to(here, system, f"?file={third.student}")
    do(here, "disown", unowned="between_counties")
    expect(here.locator("[data-unowned=between_counties]")).to_be_visible()
    go_to(above, system, "?queue=unowned")
    waiting(above, "unowned", 1)
    above.click(f"{row(third)} .name a")
    above.click("[data-step=give]")
    above.select_option("select[name=to_county]", BUTUO)
    above.click("[data-form=give] .big")
    expect(above.locator("[data-unowned]")).to_have_count(0)
    expect(above.locator("[data-what=given]")).to_contain_text("昭觉县 → 布拖县")
    until_file(system, third.student, county=BUTUO, unowned=None)

    # Handed on to a school, whose reporter sees this file and no other.
    expect(school.locator(".says")).to_be_visible()
    go_to(here, system, f"?file={stays.student}")
    expect(here.locator("[data-link=education_head][aria-current=true]")).to_be_visible()
    here.click("[data-step=hand-on]")
    here.check("[data-form=hand-on] input[name=to][value=principal]", force=True)
    here.fill("input[name=to_office]", SCHOOL)
    assert serious(here) == []
    here.click("[data-form=hand-on] .big")
    expect(here.locator("[data-link=principal][aria-current=true]")).to_be_visible()
    go_to(here, system, "?queue=coming&answers=principal")
    expect(here.locator("[data-row]")).to_have_count(1)
    expect(here.locator(f"{row(stays)} .answers")).to_contain_text("校长")
    go_to(school, system, "?queue=coming")
    expect(school.locator("[data-row]")).to_have_count(1)
    school.click(f"{row(stays)} .name a")
    expect(school.locator("[data-part=owner] [data-answers=principal]")).to_be_visible()
    do(school, "record-attempt", outcome="promised")
    expect(school.locator("[data-attempts='1']")).to_be_visible()
    assert serious(school) == []
