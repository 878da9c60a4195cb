"""A screen as somebody before it sees it, and a province that reports."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import ConsoleMessage, Page, Request, expect

from deploy.local.stack import LocalStack
from shared import clock
from shared.contracts.words import Reason
from tests.support.stack_tokens import bearer

PATIENCE = 20_000
"""Milliseconds until something is given up that ought to be seen."""
NATION, SICHUAN, LIANGSHAN, ZHAOJUE, LUOCHENG, SHAPINGBA = "100000", "510000", "513400", "513431", "451225", "500106"
NAMES = {SICHUAN: "四川省", LIANGSHAN: "凉山彝族自治州", ZHAOJUE: "昭觉县", LUOCHENG: "罗城仫佬族自治县"}

ALONE = "delete globalThis.SharedWorker"
"""What makes a browser one without shared workers. What such a worker asks for, a test can neither see nor answer."""

_number = re.compile(r"^([\d,]+|未上报|not reported)$")
expect.set_options(timeout=PATIENCE)
_child, _report_number = itertools.count(1), itertools.count(1)


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
        """Return one of the three figures as it is shown."""
        return int(self.page.locator(f"[data-figure={figure}] .now").inner_text().replace(",", ""))

    def shows(self, children: int, figure: str = "all") -> None:
        """Wait until a figure is so many children."""
        expect(self.page.locator(f"[data-figure={figure}] .now")).to_have_text(f"{children:,}")

    def row(self, code: str, part: str = "rank") -> str:
        """Return where an area is in a list."""
        return f"[data-part={part}] a[data-code='{code}']"

    def point_at(self, chart: str) -> None:
        """Move the pointer over the middle of a drawn chart, as a hand that goes on moving, until the chart says what is there."""
        plot, tip = self.page.locator(f"{chart} .plot[data-drawn]"), self.page.locator(f"{chart} .tip")
        sway = itertools.cycle((0, 1))

        def told() -> bool:
            box = plot.bounding_box()
            assert box
            self.page.mouse.move(box["x"] + box["width"] / 2 + next(sway), box["y"] + box["height"] * 0.42)
            return tip.is_visible()

        self.until(told, f"what {chart} says of what is pointed at")

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something outside the page is so."""
        end = clock.seconds() + PATIENCE / 1000
        while not holds():
            assert clock.seconds() < end, f"{what}: not within {PATIENCE} ms"
            self.page.wait_for_timeout(100)

    def focused(self) -> str | None:
        """The key of the link that has the focus, or None."""
        key: str | None = self.page.evaluate("(e => e.dataset.code ?? e.dataset.key ?? null)(document.activeElement)")
        return key

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
    _report(system, county, "never-enrolled", child, {"county": county, "poor": True, "reason": "distance"}, time)
    return child


def report_stated(system: LocalStack, county: str, children: int, *, time: str = "2020-06-14T10:00:00+08:00") -> None:
    """Report, as its province, how many children out of school a county says that it has."""
    _report(system, county, "county-reported", county, {"out_of_school": children}, time)


def _report(system: LocalStack, county: str, what: str, subject: str, data: dict[str, Any], time: str) -> None:
    event = {
        "specversion": "1.0",
        "id": f"page-{what}-{next(_report_number)}",
        "source": f"/provinces/{county[:2]}",
        "type": f"cn.baoxue.reported.{what}.v1",
        "subject": subject,
        "time": time,
        "data": data,
    }
    answer = httpx.post(
        f"{system.config.api_url('enrolment')}/v1/reports",
        json=event,
        headers={"content-type": "application/cloudevents+json", **bearer(system.config)},
        timeout=30,
    )
    assert answer.status_code == 202, answer.text


def streams(system: LocalStack) -> int:
    """How many streams the reporting api serves now."""
    lines = httpx.get(f"{system.config.api_url('reporting')}/metrics", timeout=30).text.splitlines()
    return int(float(next(line.split()[1] for line in lines if line.startswith("baoxue_stream_clients "))))


def as_of_a_whole_nation(system: LocalStack, area: str) -> str:
    """Return a stream's snapshot of an area in which every number has as many digits as it ever may."""

    def grown(value: Any, name: str = "") -> Any:
        match value:
            case bool() | float() | str():
                return value
            case dict():
                return {key: grown(each, key) for key, each in value.items()}
            case list():
                return [grown(each) for each in value]
            case int():
                return 23_456_789 if name == "fen" else 234_567
            case _:
                return 234_567 if name == "out_of_school" else None

    counts = httpx.get(f"{system.config.api_url('reporting')}/v1/counts", params={"area": area}, timeout=30).json()
    counties = httpx.get(f"{system.config.api_url('reporting')}/v1/map", timeout=30).json()["out_of_school"]
    figure = {"now": 600_000, "baseline": 600_000, "baseline_date": "2019-01-01", "baseline_precision": "about", "basis": "published", "fall": 0.9887}
    change = {"county": LUOCHENG, "name": NAMES[LUOCHENG], "day": "2020-06-14", "flow": "newly_out", "n": 1}
    breakdown = {
        "suppressed": False,
        "poor": 234_567,
        "by_reason": dict.fromkeys(Reason, 234567),
        "by_stage": dict.fromkeys(("primary", "junior", "none"), 234567),
        "relief": {"living_subsidy": {state: {"grants": 234_567, "fen": 23_456_789} for state in ("due", "paid", "suspended", "ended")}},
        "stated": {"out_of_school": 234_567, "difference": 234_567, "counties": 2_846, "differing": 2_846},
    }
    whole = {
        **grown({**counts, "as_of": None, "coverage": None}),
        "as_of": counts["as_of"],
        "coverage": {"counties": 2846, "reporting": 2846},
        **breakdown,
    }
    figures = {"figure": figure, "headline": {"all": figure, "poor": figure, "watch52": figure}}
    snapshot = {**whole, **figures, "newest": [change] * 20, "counties": dict.fromkeys(counties, 23456)}
    return f"event: snapshot\nretry: 60000\ndata: {json.dumps(snapshot)}\n\n"
