"""``/docs`` and ``/docs/problems`` in a real browser: they show what they should, and ask nothing of anybody else."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from deploy.local.stack import LocalStack


@pytest.fixture
def page(chromium: Browser) -> Page:
    return chromium.new_context().new_page()


@pytest.mark.parametrize("service", ["enrolment", "reporting"])
def test_the_description_is_shown_by_files_of_ours(page: Page, system: LocalStack, service: str) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    origin = system.config.api_url(service)
    page.goto(f"{origin}/docs")
    page.get_by_text(f"Baoxue {service}").first.wait_for()
    page.locator(".opblock-summary-path").first.wait_for()
    page.locator(".opblock-summary").first.click()
    page.locator(".opblock-body").first.wait_for()
    assert complaints == []
    assert [url for url in asked if not url.startswith((origin, "data:"))] == []


def test_the_type_of_a_problem_leads_to_what_it_means(page: Page, system: LocalStack) -> None:
    origin = system.config.api_url("enrolment")
    problem = page.request.get(f"{origin}/v1/receipts/none").json()
    page.goto(f"{origin}{problem['type']}")
    assert page.locator("h2:target").inner_text() == "no-token"
