"""A superior compares counties by their flags and re-checks, as reporting counts them, in a real browser against the real system."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from playwright.sync_api import BrowserContext, expect

from deploy.local.stack import LocalStack
from shared.contracts.case_commands import CaseCommand
from shared.contracts.oversight_codes import FlagGround, Rule
from tests.browser.desk import BUTUO, ZHAOJUE, Child, open_desk, serious, today
from tests.domain.case.flag_story import cleared, flag_of, raised, sampled
from tests.support.stack_tokens import bearer

pytestmark = pytest.mark.live

AWAY = "503"
RECHECKED = FlagGround.RECHECKED


@pytest.fixture
def expected() -> Sequence[str]:
    return (AWAY,)


def ask(system: LocalStack, county: str, command: CaseCommand, office: str, role: str) -> None:
    body: dict[str, Any] = {"do": command.TYPE.split(".")[-2], **msgspec.to_builtins(command)}
    url = f"{system.config.api_url('case')}/v1/county-flags/{county}"
    answer = httpx.post(url, json=body, headers=bearer(system.config, role, office=office), timeout=30)
    assert answer.status_code == 200, answer.text


def test_counties_stand_side_by_side_with_their_flags_and_samples(
    context: BrowserContext, county: tuple[LocalStack, list[Child]], tmp_path: Any
) -> None:
    system, before = county[0], today() - timedelta(1)
    for n, code in ((1, ZHAOJUE), (2, ZHAOJUE), (3, BUTUO)):
        ask(system, code, raised(n, rule=Rule.BURST, county=code), "/nation", "auditor")
    ask(system, ZHAOJUE, cleared(flag_of(2, rule=Rule.BURST), "/prefectures/513400", because=RECHECKED), "/prefectures/513400", "superior")
    ask(system, BUTUO, sampled("/prefectures/513400", since=before, until=before, size=4), "/prefectures/513400", "superior")
    page = open_desk(context, system, "superior", "?view=areas&lang=en")
    zhaojue = page.locator(f"[data-overseen='{ZHAOJUE}']")
    expect(zhaojue.locator("[data-rule=burst]")).to_have_text("1cleared 1 · confirmed 0")
    expect(zhaojue.locator("[data-rule=no_seat]")).to_have_text("0")
    butuo = page.locator(f"[data-overseen='{BUTUO}']")
    expect(butuo.locator("[data-sampled=files]")).to_have_text("4")
    expect(butuo.locator("[data-finding=not_in_school]")).to_have_text("0")
    expect(page.locator("[data-overseen=all] [data-rule=burst] b")).to_have_text("2")
    expect(page.locator(f"[data-county='{BUTUO}'] [data-queue=overdue]")).to_have_text("1")
    assert serious(page) == []
    page.screenshot(path=tmp_path / "oversight.png", full_page=True)
    zhaojue.locator("[data-rule=burst] a").click()
    expect(page.locator(f"section[data-county='{ZHAOJUE}'] [data-form=settle]")).to_be_visible()


def test_without_reporting_the_counties_stand_side_by_side_all_the_same(context: BrowserContext, county: tuple[LocalStack, list[Child]]) -> None:
    system = county[0]
    with system._supervisor._proxy() as proxy:
        proxy.supervisor.stopProcess("reporting-api")
    page = open_desk(context, system, "superior", "?view=areas&lang=en")
    expect(page.locator(f"[data-county='{BUTUO}'] [data-queue=overdue]")).to_have_text("1")
    expect(page.locator("main")).to_contain_text("The counts are away. The lists go on without them.")
