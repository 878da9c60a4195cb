"""Officers go through their lists month by month: reports wait for a round to begin, and little is left behind, the same every time."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from deploy.demo.history.history import Portion
from deploy.demo.history.published import JUNE, LAST, LISTED
from deploy.demo.playing.outbox import Outbox
from deploy.demo.playing.rounds import TERMS, is_closed, is_paid, is_round, is_visited, next_step
from deploy.demo.playing.story import Story
from shared.calendar.terms import first_day, number_of

CHILDREN = [f"{n * 7_919 % 0x1000000:06x}{n:026x}" for n in range(3_000)]
SENDER = "/provinces/51"


async def _sent(days: Sequence[date]) -> list[str]:
    """Send a line of each day, and tell what was posted and begun in which order."""
    happened: list[str] = []

    async def post(lines: list[bytes], day: date) -> None:
        await asyncio.sleep(0)
        happened.append(f"posted up to {day}: {len(lines)}")

    async def room() -> None: ...

    async def round_(day: date) -> None:
        happened.append(f"round of {day}")

    outbox = Outbox({SENDER: post}, room, is_round, round_)
    await outbox.send(Portion(day, {SENDER: [b"x"]}) for day in days)
    return happened


async def test_a_round_begins_behind_the_reports_up_to_its_day_and_before_those_of_the_next() -> None:
    first = date(2020, 5, 12)
    happened = await _sent([first + timedelta(days=n) for n in range(6)])
    assert happened == ["posted up to 2020-05-14: 3", "round of 2020-05-14", "posted up to 2020-05-17: 3"]


async def test_reports_come_in_on_the_evening_of_the_last_day_that_they_tell_of() -> None:
    assert await _sent([date(2020, 5, 1), date(2020, 5, 2)]) == ["posted up to 2020-05-02: 2"]
    assert Story("key").of_reports(date(2020, 5, 2))["Baoxue-Story-Time"] == "2020-05-02T20:00:00+08:00"
    assert Story("key").of_officers(date(2020, 5, 2))["Baoxue-Story-Time"] == "2020-05-02T21:00:00+08:00"
    assert (Story("key").of_reports(date(2020, 5, 2))["Baoxue-Story-Key"], Story().of_reports(date(2020, 5, 2))) == ("key", {})


def test_the_last_round_is_on_the_day_of_the_published_figures() -> None:
    assert is_round(JUNE)
    assert [day for day in (LISTED + timedelta(days=n) for n in range(60)) if is_round(day)] == [date(2019, 1, 14), date(2019, 2, 14)]


def test_one_in_a_hundred_files_is_closed_a_month_late_and_none_later() -> None:
    day = JUNE
    late = [child for child in CHILDREN if not is_closed(child, day, day)]
    assert 0 < len(late) < len(CHILDREN) / 50
    assert all(is_closed(child, day - timedelta(days=31), day) for child in CHILDREN)


def test_one_in_fifty_visits_is_a_month_late_and_the_next_step_lies_ahead() -> None:
    late = [child for child in CHILDREN if not is_visited(child, JUNE, JUNE)]
    assert 0 < len(late) < len(CHILDREN) / 25
    assert all(is_visited(child, JUNE - timedelta(days=31), JUNE) for child in CHILDREN)
    assert all(JUNE < next_step(child, JUNE) < JUNE + timedelta(days=60) for child in CHILDREN)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_terms_aid_is_paid_while_it_lasts_but_for_one_in_150_that_is_paid_a_quarter_later(term: object) -> None:
    assert isinstance(term, type(TERMS[0]))
    assert first_day(number_of(term.name)) < term.granted < term.paid <= LAST
    assert is_round(term.granted)
    assert is_round(term.paid)
    missed = [child for child in CHILDREN if not is_paid(child, term, term.paid)]
    assert 0 < len(missed) < len(CHILDREN) / 75
    assert all(is_paid(child, term, term.paid + timedelta(days=90)) for child in CHILDREN)
