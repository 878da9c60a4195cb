"""A journey for each reason, from the report of a dropout to the second office's word that the child is back and stayed.

What provinces and schools report comes as reports do. All that an officer, a teacher or a superior does is clicked and typed at their own desk, the
teacher's on a telephone. The days are the record's.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.stack import LocalStack
from services.case.domain.deadlines import deadlines_in
from shared.contracts.words import Reason
from tests.browser.desk import TELEPHONE, ZHAOJUE, listened_to, open_desk, running_desk, serious, until_file, write_names
from tests.browser.journeys import AFTER_THE_RETURN, JOURNEYS, OF_DAYS, SCHOOL, Counted, Days, Walk

pytestmark = pytest.mark.live

FIRST_DAY = date(2019, 9, 1)
AT_SCHOOL: dict[str, Any] = {"school": SCHOOL, "stage": "junior", "grade": 7}
_numbers = itertools.count(700)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Everything, with an empty record that tells the day."""
    with running_desk(tmp_path_factory.mktemp("journeys"), today="record") as running:
        yield running


@pytest.fixture(scope="module")
def days(system: LocalStack) -> Days:
    days = Days(system, FIRST_DAY)
    days.pass_to(FIRST_DAY)
    return days


@pytest.fixture(scope="module")
def desks(chromium: Browser, system: LocalStack, days: Days) -> Iterator[dict[str, Page]]:
    """The desks of the county, of its school, and of the prefecture, each in a browser of its own. Whatever a page complains of fails the test."""
    assert days.today == FIRST_DAY
    with ExitStack() as browsers:
        made = {
            "officer": browsers.enter_context(listened_to(chromium)),
            "reporter": browsers.enter_context(listened_to(chromium, **TELEPHONE)),
            "superior": browsers.enter_context(listened_to(chromium, viewport={"width": 1920, "height": 1080})),
        }
        yield {office: open_desk(context, system, office) for office, context in made.items()}


@pytest.fixture
def walk(request: pytest.FixtureRequest, system: LocalStack, days: Days, desks: dict[str, Page]) -> Walk:
    """A child that is in school on the fourth day of a term."""
    ((student, name),) = write_names(system, ZHAOJUE, next(_numbers), 1)
    walk = Walk(system, days, desks, request.param, student, name)
    days.pass_to(days.term())
    walk.report("enrolled", days.today, county=ZHAOJUE, poor=walk.journey.poor, **AT_SCHOOL)
    return walk


def test_there_is_a_journey_for_every_reason_that_an_official_can_name() -> None:
    assert sorted(each.reason for each in JOURNEYS) == sorted(set(Reason) - {Reason.OTHER, Reason.UNKNOWN})


@pytest.mark.parametrize("walk", JOURNEYS, ids=lambda journey: journey.reason, indirect=True)
def test_a_child_comes_back_and_stays(system: LocalStack, walk: Walk) -> None:
    journey, before = walk.journey, walk.counted()
    _drops_out(system, walk, before)
    _is_persuaded(walk)
    _is_back(system, walk, before)
    _stays(system, walk)
    _is_told_of_whole(walk)
    walk.counted(before._replace(back=before.back + 1, closed=before.closed + 1))
    assert journey.reason == until_file(system, walk.student)["reason"]


def _drops_out(system: LocalStack, walk: Walk, before: Counted) -> None:
    """Its school finds it gone; a policy opens the file, with the plan of the reason."""
    walk.days_later(1)
    walk.report("dropped-out", walk.days.today, reason=walk.journey.reason, last_seen=f"{walk.days.today - timedelta(1)}")
    walk.told.append("opened")
    until_file(system, walk.student, state="open", reason=walk.journey.reason)
    walk.counted(before._replace(out=before.out + 1, of_reason=before.of_reason + 1))
    page = walk.open("officer", "coming")
    assert [each.get_attribute("data-check") for each in page.locator("[data-check]").all()] == [step.code for step in walk.steps()]
    assert serious(page) == []


def _is_persuaded(walk: Walk) -> None:
    """The county goes there, hands the file on to the school, goes by the law where it must, and works the plan off until the family gives in."""
    walk.attempt("refused_by_family", 14)
    if walk.journey.poor:
        expect(walk.at("officer").locator("[data-grant=suspended]")).to_be_visible()
    walk.hand_on()
    for step in walk.journey.law[:1]:
        walk.law(step)
    walk.plan([step for step in walk.steps() if step.code not in AFTER_THE_RETURN])
    walk.days_later(12)
    for step in walk.journey.law[1:]:
        walk.law(step)
    walk.attempt("promised", 7)


def _is_back(system: LocalStack, walk: Walk, before: Counted) -> None:
    """The return is claimed by one and seen by another; the school does what is left of the plan."""
    journey = walk.journey
    walk.days_later(5)
    walk.report("returned", walk.days.today, journey.claimed_by, placement=journey.placement, evidence="FX/2020-01", **AT_SCHOOL)
    walk.told.append("put-under-observation")
    until_file(system, walk.student, state="returned")
    walk.counted(before._replace(back=before.back + 1))
    walk.plan([step for step in walk.steps() if step.code in AFTER_THE_RETURN])
    page = walk.at(journey.seen_by)
    page.click("[data-step=corroborate-return]")
    walk.send(page, "corroborate-return", "return-corroborated", by=journey.by, evidence="KQ/2020-01")
    page = walk.open("officer", "watched")
    expect(page.locator("[data-not~=close-after-return]")).to_contain_text("观察期未满")
    if journey.poor:
        expect(page.locator("[data-grant=due]")).to_be_visible()


def _stays(system: LocalStack, walk: Walk) -> None:
    """Once it stayed for the observation the county would close the file, and only the second office closes it."""
    walk.days_later(deadlines_in(ZHAOJUE, walk.days.today).observation)
    page = walk.open("officer", "confirm")
    page.click(".big[data-step=close-after-return]")
    walk.send(page, "close-after-return", "closing-proposed", evidence="KQ/2020-06")
    expect(page.locator("[data-not~=confirm-closing]")).to_contain_text("没有这项权限")
    page = walk.open("superior", "second")
    page.click(".big[data-step=confirm-closing]")
    walk.send(page, "confirm-closing", "closed-by-return", evidence="ZF/2020-07")
    until_file(system, walk.student, state="closed", attempts=2)


def _is_told_of_whole(walk: Walk) -> None:
    """The file says that it is closed, and its timeline names each step with its cause."""
    page = walk.open("officer", "closed")
    expect(page.locator(".stands .state")).to_contain_text("已销号")
    expect(page.locator("[data-step]")).to_have_count(0)
    entries = [(each.get_attribute("data-what"), each.locator(".note").inner_text()) for each in page.locator("[data-what]").all()]
    told = [(what, cause) for what, cause in reversed(entries) if what not in OF_DAYS]
    assert [what for what, _ in told] == walk.told
    assert all(cause for _, cause in told), "each has a cause"
    for step in walk.steps():
        expect(page.locator(".timeline")).to_contain_text(step.zh)
    assert serious(page) == []
