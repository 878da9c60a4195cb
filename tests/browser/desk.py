"""The desk of case as somebody before it sees it, and a county with children whose names are invented."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from deploy.local.config import StackConfig
from deploy.local.processes import PROCESSES
from deploy.local.stack import LocalStack
from shared import clock
from shared.clock import china_day
from tests.browser.screen import PATIENCE
from tests.components.enrolment.directory.names import number_of
from tests.support.stack_tokens import bearer

ZHAOJUE, BUTUO = "513431", "513429"
NAMES = ("甲子", "乙丑", "丙寅", "丁卯", "戊辰", "己巳", "庚午", "辛未", "壬申", "癸酉", "子甲", "丑乙")
"""Plainly nobody's."""
BORN = "2010-03-05"
AGES = (30, 20, 12, 9, 7, 3, 1)
"""Days that the children of Zhaojue are out; the first visit is due after seven."""
_REASONS = ("work", "learning", "marriage", "distance")


class Child(NamedTuple):
    """A child with a file, and its name."""

    student: str
    name: str
    out: date


@contextmanager
def running_desk(folder: Path, *, today: Literal["calendar", "record"] = "calendar") -> Iterator[LocalStack]:
    """Run the desk, and what it asks. ``today``: what tells the day."""
    services = tuple(each for each in PROCESSES if each.service in {"enrolment", "case", "relief", "reporting"})
    config = StackConfig.on_free_ports(folder).model_copy(update={"today": today})
    with LocalStack(config, services=services) as running:
        yield running


TELEPHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
"""How a browser on a telephone is made."""


@contextmanager
def listened_to(chromium: Browser, *, expected: Sequence[str] = (), height: int = 768, **options: Any) -> Iterator[BrowserContext]:
    """Return a browser. Whatever a page complains of fails the test, but for what has one of the ``expected`` words."""
    heard: list[str] = []
    made = chromium.new_context(**{"viewport": {"width": 1366, "height": height}, **options})
    made.set_default_timeout(20_000)
    made.on("weberror", lambda error: heard.append(str(error.error)))
    made.on("console", lambda message: heard.append(message.text) if message.type in {"error", "warning"} else None)
    yield made
    made.close()
    complaints = [each for each in heard if not any(word in each for word in expected)]
    assert not complaints, complaints


def today() -> date:
    return china_day(clock.now())


def report(system: LocalStack, county: str, what: str, child: str, data: dict[str, Any], day: date, *, suffix: str = "", source: str = "") -> None:
    event = {
        "specversion": "1.0",
        "id": f"desk-{what}-{child}{suffix}",
        "source": source or f"/provinces/{county[:2]}",
        "type": f"cn.baoxue.reported.{what}.v1",
        "subject": child,
        "time": f"{day}T09:00:00+08:00",
        "data": data,
    }
    headers = {"content-type": "application/cloudevents+json", **bearer(system.config)}
    answer = httpx.post(f"{system.config.api_url('enrolment')}/v1/reports", json=event, headers=headers, timeout=30)
    assert answer.status_code == 202, answer.text


def write_names(system: LocalStack, county: str, first: int, count: int) -> list[tuple[str, str]]:
    """Write children into the directory; return id and name of each."""
    forms = [
        {
            "name": NAMES[n % len(NAMES)],
            "birth_date": BORN,
            "county": county,
            "sex": "female" if n % 2 else "male",
            "identity_number": number_of(first + n, BORN.replace("-", "")),
            "guardians": [{"name": "甲某", "telephone": "13800000000", "relation": "母亲"}],
            "school": f"{county}0001",
            "class_name": "七年级一班",
        }
        for n in range(count)
    ]
    body = "\n".join(json.dumps(form, ensure_ascii=False) for form in forms).encode()
    headers = {"content-type": "application/x-ndjson", **bearer(system.config)}
    answer = httpx.post(f"{system.config.api_url('enrolment')}/v1/children", content=body, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    return [(each["student"], forms[each["line"] - 1]["name"]) for each in answer.json()["children"]]


def fill(system: LocalStack, county: str, first: int, ages: Sequence[int]) -> list[Child]:
    """Report children that dropped out so many days ago, each with a name, and wait for their files."""
    children = []
    for n, (student, name) in enumerate(write_names(system, county, first, len(ages))):
        out = today() - timedelta(ages[n])
        report(system, county, "never-enrolled", student, {"county": county, "poor": n % 3 == 0, "reason": _REASONS[n % len(_REASONS)]}, out)
        children.append(Child(student, name, out))
    for child in children:
        until_file(system, child.student)
    return children


def file_of(system: LocalStack, student: str) -> dict[str, Any] | None:
    """Return the file of a child as the api has it."""
    answer = httpx.get(f"{system.config.api_url('case')}/v1/cases/{student}", headers=bearer(system.config), timeout=30)
    return dict(answer.json()) if answer.status_code == 200 else None


def until_file(system: LocalStack, student: str, **fields: Any) -> dict[str, Any]:
    """Wait until a file is there, with these fields."""
    end = clock.seconds() + 60
    while True:
        found = file_of(system, student)
        if found is not None and all(found[name] == value for name, value in fields.items()):
            return found
        assert clock.seconds() < end, f"the file of {student} is {found}, and not {fields}, after 60 s"


def open_desk(context: BrowserContext, system: LocalStack, office: str, view: str = "") -> Page:
    """Sign in at the desk in a new page, and wait until it is there."""
    page = context.new_page()
    page.goto(f"{system.config.api_url('case')}/{view}")
    page.click(".door .big")
    page.click(f"button[value={office}]")
    expect(page.locator("[data-act=out]")).to_be_visible()
    return page


def go_to(page: Page, system: LocalStack, view: str) -> None:
    page.goto(f"{system.config.api_url('case')}/{view}")
    expect(page.locator("[data-act=out]")).to_be_visible()


def row(child: Child | str) -> str:
    return f"[data-row='{child if isinstance(child, str) else child.student}']"


def masked(name: str) -> str:
    return f"{name[0]}*"


def serious(page: Page) -> list[str]:
    """What axe finds on a page that is serious or worse, as texts."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found if each["impact"] in {"serious", "critical"}]


expect.set_options(timeout=PATIENCE)
