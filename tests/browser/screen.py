"""A screen as somebody before it sees it, and a province that reports."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import ConsoleMessage, Page, Request, expect

from deploy.local.stack import LocalStack

PATIENCE = 20_000
"""Milliseconds until something is given up that ought to be seen."""
NATION, SICHUAN, LIANGSHAN, ZHAOJUE, LUOCHENG = "100000", "510000", "513400", "513431", "451225"
NAMES = {SICHUAN: "四川省", LIANGSHAN: "凉山彝族自治州", ZHAOJUE: "昭觉县", LUOCHENG: "罗城仫佬族自治县"}

_number = re.compile(r"^[\d,]+$")
expect.set_options(timeout=PATIENCE)
_child = itertools.count(1)


class Screen:
    """The page in a browser, and all that it complained of."""

    def __init__(self, page: Page, system: LocalStack) -> None:
        self.page, self.system = page, system
        self.complaints: list[str] = []
        self.may_lose_the_server = False
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def open(self, view: str = "") -> None:
        """Look at a view, and wait until it shows live numbers."""
        self.page.goto(f"{self.system.config.api_url('reporting')}/{view}")
        self.is_("live")
        expect(self.page.locator("[data-figure=all] .now")).to_have_text(_number)
        expect(self.page.locator(".map .plot[data-drawn], .map .scroll:not([hidden])")).to_have_count(1)

    def is_(self, age: str) -> None:
        """Wait until the numbers are live, late or gone."""
        expect(self.page.locator("body")).to_have_attribute("data-age", age)

    def is_at(self, address: str) -> None:
        """Wait until the address is this one."""
        expect(self.page).to_have_url(f"{self.system.config.api_url('reporting')}/{address}")

    def now(self, figure: str = "all") -> int:
        """Give one of the three figures as it is shown."""
        return int(self.page.locator(f"[data-figure={figure}] .now").inner_text().replace(",", ""))

    def shows(self, children: int, figure: str = "all") -> None:
        """Wait until a figure is so many children."""
        expect(self.page.locator(f"[data-figure={figure}] .now")).to_have_text(f"{children:,}")

    def row(self, code: str, part: str = "rank") -> str:
        """Give where an area is in a list."""
        return f"[data-part={part}] a[data-code='{code}']"

    def _heard(self, message: ConsoleMessage) -> None:
        lost = self.may_lose_the_server and message.text.startswith("Failed to load resource")
        if message.type in {"error", "warning"} and not lost:
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.system.config.api_url("reporting")).netloc:
            self.complaints.append(f"asked elsewhere: {request.url}")


def report_never_enrolled(system: LocalStack, county: str = LUOCHENG, *, time: str = "2020-06-14T09:00:00+08:00") -> str:
    """Report, as its province, a child that was never in school; gives the child's id."""
    child = f"{next(_child):032x}"
    event = {
        "specversion": "1.0",
        "id": f"page-{child[-8:]}",
        "source": f"/provinces/{county[:2]}",
        "type": "cn.baoxue.reported.never-enrolled.v1",
        "subject": child,
        "time": time,
        "data": {"county": county, "poor": True, "reason": "distance"},
    }
    answer = httpx.post(
        f"{system.config.api_url('enrolment')}/v1/reports", json=event, headers={"content-type": "application/cloudevents+json"}, timeout=30
    )
    assert answer.status_code == 202, answer.text
    return child


def as_of_a_whole_nation(system: LocalStack, area: str) -> str:
    """Give a stream's snapshot of an area in which every number has as many digits as it ever may."""

    def grown(value: Any, name: str = "") -> Any:
        match value:
            case bool() | float() | None if name != "out_of_school":
                return value
            case dict():
                return {key: grown(each, key) for key, each in value.items()}
            case list():
                return [grown(each) for each in value]
            case int() | None:
                return 23_456_789 if name == "fen" else 234_567
            case _:
                return value

    counts = httpx.get(f"{system.config.api_url('reporting')}/v1/counts", params={"area": area}, timeout=30).json()
    figure = {"now": 600_000, "baseline": 600_000, "baseline_date": "2019-01-01", "baseline_precision": "about", "basis": "published", "fall": 0.9887}
    change = {"county": LUOCHENG, "name": NAMES[LUOCHENG], "day": "2020-06-14", "flow": "newly_out", "n": 1}
    whole = {**grown({**counts, "as_of": None, "coverage": None}), "as_of": counts["as_of"], "coverage": {"counties": 2846, "reporting": 2846}}
    snapshot = {**whole, "headline": {"all": figure, "poor": figure, "watch52": figure}, "newest": [change] * 20}
    return f"event: snapshot\nretry: 60000\ndata: {json.dumps(snapshot)}\n\n"
