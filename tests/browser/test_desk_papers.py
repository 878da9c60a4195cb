"""The rest of an officer's day at the desk: the plan and the law as checklists, several files at once, other orders, papers, notes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from deploy.local.stack import LocalStack
from tests.browser.desk import AGES, ZHAOJUE, Child, go_to, masked, open_desk, row, serious, today, until_file

pytestmark = pytest.mark.live

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 400


@pytest.fixture
def system(county: tuple[LocalStack, list[Child]]) -> LocalStack:
    return county[0]


def rows(page: Page) -> list[str | None]:
    return [each.get_attribute("data-row") for each in page.locator("[data-row]").all()]


def text_of(pdf: Path) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.read_bytes())).pages).translate(dict.fromkeys(map(ord, "\n \u3000")))


def test_several_files_are_worked_on_with_one_act_and_each_says_what_became_of_it(
    context: BrowserContext, system: LocalStack, children: list[Child]
) -> None:
    page = open_desk(context, system, "officer", "?queue=all")
    expect(page.locator("[data-row]")).to_have_count(len(AGES))
    for child in children[:3]:
        page.check(f"{row(child)} [name=pick]")
    expect(page.locator("[data-picked='3']")).to_be_visible()
    assert serious(page) == []
    page.click(".many .go")
    expect(page.locator("[data-told=done]")).to_have_count(3)
    expect(page.locator(f"{row(children[0])} .visit")).to_be_visible()
    assert until_file(system, children[0].student)["history"][-1]["what"] == "visit-planned"
    page.click("[data-act=told]")
    page.check(f"{row(children[0])} [name=pick]")
    page.check(f"{row(children[2])} [name=pick]")
    page.select_option(".many [name=act]", "leave_out")
    page.select_option(".many [name=step]", "report-child-labour")
    page.click(".many .go")
    expect(page.locator("[data-told=done]")).to_have_count(1)
    expect(page.locator("[data-told=refused]")).to_contain_text("步骤")
    assert serious(page) == []


def test_several_files_are_handed_on_with_one_act(context: BrowserContext, system: LocalStack, children: list[Child]) -> None:
    page = open_desk(context, system, "officer", "?queue=all")
    for child in children[1:3]:
        page.check(f"{row(child)} [name=pick]")
    page.select_option(".many [name=act]", "hand-on")
    page.select_option(".many [name=to]", "township_head")
    page.click(".many .go")
    expect(page.locator("[data-told=done]")).to_have_count(2)
    for child in children[1:3]:
        expect(page.locator(f"{row(child)} .answers")).to_contain_text("乡镇长")
        assert until_file(system, child.student)["history"][-1]["what"] == "handed-on"
    assert serious(page) == []


def test_a_list_is_sorted_and_thinned_out_as_the_address_says(context: BrowserContext, system: LocalStack, children: list[Child]) -> None:
    page = open_desk(context, system, "officer", "?queue=all")
    page.select_option("select[name=order]", "out")
    expect(page.locator("[data-row]").first).to_have_attribute("data-row", children[0].student)
    assert rows(page) == [child.student for child in children]
    assert page.url.endswith("queue=all&order=out")
    page.reload()
    expect(page.locator("[data-row]").first).to_have_attribute("data-row", children[0].student)
    page.fill("[name=school]", "5134319999")
    page.keyboard.press("Enter")
    expect(page.locator(".says")).to_be_visible()
    assert "school=5134319999" in page.url


def test_the_plan_and_the_law_are_checklists_and_the_next_step_is_the_large_button(
    context: BrowserContext, system: LocalStack, children: list[Child]
) -> None:
    child = children[1]
    page = open_desk(context, system, "officer", f"?file={child.student}")
    expect(page.locator(".big[data-step=record-attempt]")).to_be_visible()
    expect(page.locator("[data-check=visit-home][data-now=to_do]")).to_be_visible()
    expect(page.locator("[data-rung=notice] .want")).to_contain_text("先劝返")
    expect(page.locator("[data-rung=report] .want")).to_contain_text("限期复学通知书")
    page.click(".big[data-step=record-attempt]")
    page.check("input[name=outcome][value=refused_by_family]", force=True)
    page.click(".record .big")
    expect(page.locator("[data-attempts='1']")).to_be_visible()
    expect(page.locator(".big[data-step=record-step][data-which=visit-home]")).to_be_visible()
    page.click(".big[data-step=record-step]")
    page.check("input[name=as][value=teacher]", force=True)
    page.fill("[name=evidence]", "JF/1")
    page.click(".record .big")
    expect(page.locator("[data-check=visit-home][data-now=done]")).to_be_visible()
    page.click("[data-law-step=notice]")
    assert page.input_value("[name=document]") == f"{ZHAOJUE}/{today():%Y%m%d}/{child.student[:8]}/notice"
    page.click(".record .big")
    expect(page.locator("[data-rung=notice][data-now=done]")).to_be_visible()
    expect(page.locator("[data-rung=report] .want")).to_contain_text("期限未满")
    assert serious(page) == []


def test_a_step_is_left_out_of_a_plan_and_taken_in_again(context: BrowserContext, system: LocalStack, children: list[Child]) -> None:
    page = open_desk(context, system, "officer", f"?file={children[4].student}")
    optional = page.locator("[data-change]").first
    code = optional.get_attribute("data-change")
    optional.click()
    page.click(".record .big")
    expect(page.locator(f"[data-check='{code}'][data-now=left_out]")).to_be_visible()
    page.click(f"[data-change='{code}']")
    page.click(".record .big")
    expect(page.locator(f"[data-check='{code}'][data-now=left_out]")).to_have_count(0)


def test_papers_and_the_ledger_are_saved_with_and_without_names(
    context: BrowserContext, system: LocalStack, children: list[Child], tmp_path: Path
) -> None:
    page = open_desk(context, system, "officer", f"?file={children[5].student}")
    with page.expect_download() as taken:
        page.click("[data-paper=visit-form]")
    taken.value.save_as(tmp_path / "form.pdf")
    text = text_of(tmp_path / "form.pdf")
    assert text.startswith("家访（劝返）登记表")
    assert children[5].name in text, "an officer may unmask"
    go_to(page, system, "?queue=all")
    with page.expect_download() as taken:
        page.click("[data-export=pdf]")
    taken.value.save_as(tmp_path / "ledger.pdf")
    ledger = text_of(tmp_path / "ledger.pdf")
    assert "控辍保学工作台账昭觉县全部失学" in ledger
    assert masked(children[5].name) in ledger
    assert children[5].name not in ledger


def test_notes_and_attachments_are_kept_read_by_a_second_act_and_seen_by_a_superior(
    chromium: Browser, context: BrowserContext, system: LocalStack, children: list[Child], tmp_path: Path
) -> None:
    page = open_desk(context, system, "officer", f"?file={children[6].student}")
    page.fill("[data-form=note] textarea", "奶奶说下周一\n送回学校")
    page.click("[data-form=note] button")
    expect(page.locator("[data-note=note] .text")).to_have_text("奶奶说下周一\n送回学校")
    (tmp_path / "form.png").write_bytes(PNG)
    page.set_input_files("[name=file]", tmp_path / "form.png")
    page.click("[data-form=attachment] button")
    expect(page.locator("[data-note=signed_form]")).to_be_visible()
    with page.expect_download() as taken:
        page.click("[data-take]")
    taken.value.save_as(tmp_path / "back.png")
    assert (tmp_path / "back.png").read_bytes() == PNG
    assert serious(page) == []
    above = chromium.new_context(viewport={"width": 1920, "height": 1080})
    superior = open_desk(above, system, "superior", f"?file={children[6].student}")
    expect(superior.locator("[data-part=looks]")).to_contain_text("写笔记")
    expect(superior.locator("[data-form=note]")).to_have_count(0)
    expect(superior.locator("[data-note]")).to_have_count(0)
    superior.click("[data-act=notes]")
    expect(superior.locator("[data-note=note]")).to_contain_text("奶奶")
    assert serious(superior) == []
    above.close()


def test_a_telephone_shows_all_of_it_in_its_width(chromium: Browser, context: BrowserContext, system: LocalStack, children: list[Child]) -> None:
    page = open_desk(context, system, "officer")
    expect(page.locator("[data-row]").first).to_be_visible()
    telephone = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, storage_state=context.storage_state())
    held = telephone.new_page()
    for view in (f"?file={children[1].student}", "?queue=all"):
        go_to(held, system, view)
        expect(held.locator("[data-part=law], [data-row]").first).to_be_visible()
        assert held.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the telephone"
        assert serious(held) == []
    telephone.close()
