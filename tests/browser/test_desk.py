"""An officer's morning at the desk, and a superior's, in a real browser against the real system."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from deploy.local.stack import LocalStack
from tests.browser.desk import (
    BORN,
    BUTUO,
    ZHAOJUE,
    Child,
    file_of,
    fill,
    go_to,
    masked,
    open_desk,
    row,
    serious,
    until_file,
)

pytestmark = pytest.mark.live


@pytest.fixture
def system(county: tuple[LocalStack, list[Child]]) -> LocalStack:
    return county[0]


@pytest.fixture
def expected() -> Sequence[str]:
    return "ERR_INTERNET_DISCONNECTED", "412"


def attempts(page: Page, number: int) -> None:
    expect(page.locator(f"[data-attempts='{number}']")).to_be_visible()


def record(page: Page, outcome: str) -> None:
    page.click("[data-step=record-attempt]")
    page.check(f"input[name=outcome][value={outcome}]", force=True)
    page.click(".record .big")


def test_an_officer_sees_what_is_overdue_with_masked_names_and_goes_through_it_by_keys(
    context: BrowserContext, system: LocalStack, children: list[Child]
) -> None:
    page = open_desk(context, system, "officer")
    expect(page.locator("[data-queue=overdue] b")).not_to_have_text("…")
    overdue = page.locator("[data-row]").count()
    assert int(page.locator("[data-queue=overdue] b").inner_text()) == overdue > 2
    expect(page.locator(f"{row(children[0])} .name")).to_have_text(masked(children[0].name))
    assert serious(page) == []
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    second = page.locator("[data-row]").nth(1)
    expect(second).to_have_class("chosen")
    chosen = second.get_attribute("data-row")
    page.keyboard.press("Enter")
    expect(page.locator(".columns")).to_be_visible()
    assert f"file={chosen}" in page.url
    page.keyboard.press("Escape")
    expect(page.locator("[data-row]")).to_have_count(overdue)


def test_the_address_keeps_queue_reason_and_language(context: BrowserContext, system: LocalStack, children: list[Child]) -> None:
    page = open_desk(context, system, "officer")
    page.click("[data-queue=coming]")
    expect(page.locator(row(children[-1]))).to_be_visible()
    page.select_option("select[name=reason]", "marriage")
    expect(page.locator(row(children[-1]))).to_be_visible()
    assert page.url.endswith("/?queue=coming&reason=marriage")
    page.select_option("select[name=reason]", "religion")
    expect(page.locator(".says")).to_have_text("这里没有待办，可以看看其他名单。")
    page.go_back()
    expect(page.locator(row(children[-1]))).to_be_visible()
    page.click("[data-act=tongue]")
    expect(page.locator(".lead h2")).to_have_text("Coming")
    assert "lang=en" in page.url
    assert serious(page) == []


def test_a_visit_is_recorded_on_a_telephone_in_a_few_touches(
    chromium: Browser, context: BrowserContext, system: LocalStack, children: list[Child]
) -> None:
    page = open_desk(context, system, "officer", f"?file={children[2].student}")
    telephone = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, storage_state=context.storage_state())
    held = telephone.new_page()
    go_to(held, system, f"?file={children[2].student}")
    expect(held.locator(".file h2")).to_have_text(masked(children[2].name))
    record(held, "promised")
    expect(held.locator("[data-sent]")).to_be_visible()
    attempts(held, 1)
    assert held.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the telephone"
    assert serious(held) == []
    telephone.close()
    page.reload()
    attempts(page, 1)
    expect(page.locator("[data-what=attempted]")).to_contain_text("家访 · 监护人 · 答应返校")
    assert file_of(system, children[2].student)["history"][-1]["office"] == f"/counties/{ZHAOJUE}"  # type: ignore[index]  # it is there


def test_what_was_recorded_without_a_connection_is_sent_once_when_it_is_back(
    context: BrowserContext, system: LocalStack, children: list[Child]
) -> None:
    page = open_desk(context, system, "officer", f"?file={children[3].student}")
    expect(page.locator(".file h2")).to_have_text(masked(children[3].name))
    context.set_offline(True)
    record(page, "not_found")
    expect(page.locator("[data-waiting='1']")).to_be_visible()
    assert (file_of(system, children[3].student) or {})["attempts"] == 0
    context.set_offline(False)
    attempts(page, 1)
    expect(page.locator("[data-waiting]")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).length") == 0, "nothing stays on the device"
    until_file(system, children[3].student, attempts=1)


def test_what_was_chosen_is_there_again_after_the_page_was_lost(context: BrowserContext, system: LocalStack, children: list[Child]) -> None:
    page = open_desk(context, system, "officer", f"?file={children[4].student}")
    page.click("[data-step=record-attempt]")
    page.check("input[name=method][value=call]", force=True)
    page.check("input[name=outcome][value=willing]", force=True)
    page.reload()
    page.click("[data-step=record-attempt]")
    expect(page.locator("input[name=method][value=call]")).to_be_checked()
    expect(page.locator("input[name=outcome][value=willing]")).to_be_checked()


def test_the_second_of_two_officers_sees_what_the_first_did_before_anything_is_recorded(
    context: BrowserContext, system: LocalStack, children: list[Child]
) -> None:
    first = open_desk(context, system, "officer", f"?file={children[1].student}")
    expect(first.locator(".big[data-step]")).to_be_visible()
    second = context.new_page()
    go_to(second, system, f"?file={children[1].student}")
    expect(second.locator(".big[data-step]")).to_be_visible()
    record(first, "promised")
    attempts(first, 1)
    record(second, "refused_by_family")
    expect(second.locator("[data-changed]")).to_be_visible()
    attempts(second, 1)
    expect(second.locator("[data-what=attempted]")).to_contain_text("答应返校")
    assert (file_of(system, children[1].student) or {})["attempts"] == 1
    second.click("[data-changed] button >> nth=0")
    attempts(second, 2)
    expect(second.locator("[data-changed]")).to_have_count(0)


def test_a_list_moves_when_the_log_does(context: BrowserContext, system: LocalStack) -> None:
    page = open_desk(context, system, "officer", "?queue=coming")
    expect(page.locator("[data-row]").first).to_be_visible()
    new = fill(system, ZHAOJUE, 200, [0])[0]
    expect(page.locator(f"{row(new)} .name")).to_have_text(masked(new.name))


def test_a_name_is_unmasked_by_a_second_act_and_a_superior_sees_who_looked(
    chromium: Browser, context: BrowserContext, system: LocalStack, children: list[Child]
) -> None:
    page = open_desk(context, system, "officer", f"?file={children[0].student}")
    expect(page.locator(".file h2")).to_have_text(masked(children[0].name))
    expect(page.locator("[data-part=looks]")).to_have_count(0)
    page.click("[data-act=unmask]")
    page.select_option(".unmask select", "verify")
    page.click(".unmask button >> nth=0")
    expect(page.locator(".file h2")).to_have_text(children[0].name)
    above = chromium.new_context(viewport={"width": 1920, "height": 1080})
    superior = open_desk(above, system, "superior", f"?file={children[0].student}")
    expect(superior.locator("[data-part=looks]")).to_contain_text("看全名")
    expect(superior.locator("[data-part=looks]")).to_contain_text("核实")
    expect(superior.locator("[data-step]")).to_have_count(0)
    expect(superior.locator("[data-not~=record-attempt]")).to_contain_text("您的角色没有这项权限")
    assert serious(superior) == []
    above.close()


def test_a_child_is_found_by_name_and_day_of_birth(context: BrowserContext, system: LocalStack, children: list[Child]) -> None:
    page = open_desk(context, system, "officer")
    expect(page.locator("[data-row]").first).to_be_visible()
    page.keyboard.press("/")
    page.fill("dialog [name=name]", children[5].name)
    page.fill("dialog [name=birth_date]", BORN)
    assert serious(page) == []
    page.click("dialog .big")
    page.click(f"[data-found='{children[5].student}']")
    expect(page.locator(".file h2")).to_have_text(masked(children[5].name))


def test_a_superior_compares_counties_and_goes_into_one(context: BrowserContext, system: LocalStack) -> None:
    page = open_desk(context, system, "superior")
    page.click("[data-queue=areas]")
    expect(page.locator(f"[data-county='{BUTUO}']")).to_contain_text("布拖县")
    expect(page.locator(f"[data-county='{BUTUO}'] [data-queue=overdue]")).to_have_text("1")
    assert serious(page) == []
    page.click(f"[data-county='{BUTUO}'] [data-queue=overdue] a")
    expect(page.locator("[data-row]")).to_have_count(1)
    assert f"county={BUTUO}" in page.url


def test_a_list_is_taken_away_as_it_is_seen(context: BrowserContext, system: LocalStack, tmp_path: Path) -> None:
    page = open_desk(context, system, "officer")
    expect(page.locator("[data-row] .name a").first).to_contain_text("*")
    with page.expect_download() as taken:
        page.click("[data-export=csv]")
    taken.value.save_as(tmp_path / "list.csv")
    rows = list(csv.reader((tmp_path / "list.csv").read_text("utf-8-sig").splitlines()))
    shown = page.locator("[data-row] .name a").all_inner_texts()
    assert [line[0] for line in rows[1:]] == shown


@pytest.mark.parametrize("office", ["auditor", "reporter", "statistician"])
def test_each_other_role_sees_what_it_may(context: BrowserContext, system: LocalStack, children: list[Child], office: str) -> None:
    if office == "statistician":
        page = context.new_page()
        page.goto(f"{system.config.api_url('case')}/")
        page.click(".door .big")
        page.click(f"button[value={office}]")
        expect(page.locator(".door")).to_contain_text("统计员")
        return
    page = open_desk(context, system, office)
    if office == "reporter":
        expect(page.locator(".says")).to_be_visible()
        return
    expect(page.locator(f"{row(children[0])} .name")).to_contain_text(children[0].student[:8])
    expect(page.locator("[data-export]")).to_have_count(0)
    page.click(f"{row(children[0])} a")
    expect(page.locator(".who")).to_contain_text("您的角色不能查看姓名")
