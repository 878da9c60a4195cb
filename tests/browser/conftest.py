"""The whole way from a report to the wall, and to the desk: a system of its own, and a real browser before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from deploy.local.config import StackConfig
from deploy.local.processes import PROCESSES
from deploy.local.stack import LocalStack
from tests.browser.desk import AGES, BUTUO, ZHAOJUE, Child, fill, listened_to, running_desk
from tests.browser.screen import LUOCHENG, SHAPINGBA, Screen, report_never_enrolled
from tests.support.browser import FLAGS, browser

LATE_AFTER, GONE_AFTER = 7, 12
"""Seconds. A sign of life comes every five, so anything above that is live while all is well."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real headless Chromium, with a profile of its own. Fails where there is none, and says what mends it.

    Not for the whole run: as long as it is driven no test can have an event loop of its own.
    """
    program, environment = browser()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(FLAGS), env={**environment})
        yield running
        running.close()


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Enrolment and reporting with a small record, for the tests of a module: each counts from what it finds.

    Two counties have so many children that what is told of theirs tells of none of them.
    """
    services = tuple(each for each in PROCESSES if each.service in {"enrolment", "reporting"})
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("REPORTING_LATE_AFTER", str(LATE_AFTER))
        environment.setenv("REPORTING_GONE_AFTER", str(GONE_AFTER))
        environment.setenv("REPORTING_DEMO", "true")
        with LocalStack(StackConfig.on_free_ports(tmp_path_factory.mktemp("wall")), services=services) as running:
            for county in (LUOCHENG, SHAPINGBA):
                for _ in range(6):
                    report_never_enrolled(running, county)
            yield running


@pytest.fixture
def screen(chromium: Browser, system: LocalStack) -> Iterator[Screen]:
    """A screen that nobody has looked at yet. Whatever it complained of, or asked of anybody else, fails the test."""
    context = chromium.new_context(viewport={"width": 1920, "height": 1080})
    looked_at = Screen(context.new_page(), system)
    yield looked_at
    context.close()
    assert looked_at.complaints == []


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalStack, list[Child]]]:
    """A desk with the files of two counties, for the tests of a module, and the children of Zhaojue."""
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        children = fill(running, ZHAOJUE, 1, AGES)
        fill(running, BUTUO, 500, [40, 2])
        yield running, children


@pytest.fixture
def children(county: tuple[LocalStack, list[Child]]) -> list[Child]:
    return county[1]


@pytest.fixture
def expected() -> Sequence[str]:
    """Words of the complaints that the tests of a module bring about themselves; there are none unless the module says so."""
    return ()


@pytest.fixture
def context(chromium: Browser, expected: Sequence[str]) -> Iterator[BrowserContext]:
    """A browser before the desk."""
    with listened_to(chromium, expected=expected) as made:
        yield made
