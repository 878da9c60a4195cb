"""Transfers without their other half, as a county sees them: from a report to the list, and out of it again."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.enrolment.decider import EnrolmentDecider
from shared.deciding.deciding_follower import DecidingFollower
from shared.log import topics
from shared.worker.follower import RecordBatch
from tests.components.enrolment.intake_desk import PARTITIONS, Desk
from tests.components.enrolment.lines import DONGCHENG, ZHAOJUE, line
from tests.support.redis import RedisDatabase

BUTUO = "513429"
CLASS = {"school": "5134290001", "stage": "junior", "grade": 7}


class County:
    """The api with the worker behind it."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.cursors = desk, dict.fromkeys(range(PARTITIONS), 0)
        self.follower = DecidingFollower(EnrolmentDecider(), desk.store, desk.log)

    async def tell(self, *lines: bytes) -> str:
        """Send lines and decide them; return the batch."""
        answer = (await self.desk.send(b"\n".join(lines))).json()
        assert answer["logged"] == len(lines)
        for partition, first in self.cursors.items():
            records = self.desk.log.topics[topics.SUBMISSIONS][partition][first:]
            if records:
                batch = RecordBatch(topics.SUBMISSIONS, partition, first, first + len(records), records)
                self.cursors[partition] = await self.follower.follow(batch)
                assert self.cursors[partition] == batch.next
        return str(answer["batch"])

    async def transfers(self, **query: Any) -> list[dict[str, Any]]:
        answer = await self.desk.client.get("/v1/transfers", params=query)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        found: list[dict[str, Any]] = answer.json()["transfers"]
        return found


@pytest.fixture
async def county(database: RedisDatabase) -> AsyncIterator[County]:
    desk = Desk(database)
    async with desk.app.router.lifespan_context(desk.app):
        yield County(desk)


def arrived(n: int, hour: int = 8) -> list[bytes]:
    """A child is enrolled in one county, and a day later another says that it arrived there."""
    child = f"{n:032x}"
    return [
        line("enrolled", subject=child, id=f"e-{n}"),
        line(
            "arrived", {"county": BUTUO, **CLASS}, subject=child, id=f"a-{n}", source=f"/counties/{BUTUO}", time=f"2020-06-15T{hour:02}:00:00+08:00"
        ),
    ]


def shown(n: int, hour: int = 8) -> dict[str, Any]:
    return {"student": f"{n:032x}", "from_county": ZHAOJUE, "to_county": BUTUO, "since": f"2020-06-15T{hour:02}:00:00+08:00"}


async def test_both_counties_see_it_until_the_one_that_lost_the_child_has_spoken(county: County) -> None:
    await county.tell(*arrived(1, 9), *arrived(2, 8))
    both = [shown(2, 8), shown(1, 9)]
    assert await county.transfers(county=ZHAOJUE) == await county.transfers(county=BUTUO) == both
    assert await county.transfers(county=ZHAOJUE, side="lost") == await county.transfers(county=BUTUO, side="gained") == both
    assert await county.transfers(county=ZHAOJUE, side="gained") == await county.transfers(county=DONGCHENG) == []
    await county.tell(line("departed", {}, subject=f"{2:032x}", id="d-2", source=f"/counties/{ZHAOJUE}", time="2020-06-20T08:00:00+08:00"))
    assert await county.transfers(county=ZHAOJUE) == await county.transfers(county=BUTUO) == [shown(1, 9)]


async def test_an_area_with_both_counties_shows_each_transfer_once(county: County) -> None:
    await county.tell(*arrived(1))
    assert await county.transfers() == await county.transfers(county="510000") == [shown(1)]
    assert await county.transfers(side="gained") == [shown(1)]
    assert await county.transfers(county="110000") == []


async def test_pages_follow_one_another(county: County) -> None:
    await county.tell(*(text for n in range(5) for text in arrived(n, 8 + n)))
    seen, after = [], None
    while True:
        query: dict[str, str | int] = {"county": BUTUO, "limit": 2, **({"after": after} if after else {})}
        page = (await county.desk.client.get("/v1/transfers", params=query)).json()
        assert len(page["transfers"]) <= 2
        seen += page["transfers"]
        if (after := page["next"]) is None:
            break
    assert seen == [shown(n, 8 + n) for n in range(5)]


@pytest.mark.parametrize(
    ("query", "field", "status"),
    [
        ({"county": "999999"}, "county", 404),
        ({"side": "both"}, "side", 422),
        ({"after": "x"}, "after", 422),
        ({"limit": 0}, "limit", 422),
        ({"sides": "left"}, "sides", 422),
    ],
)
async def test_what_breaks_a_rule_is_named(county: County, query: dict[str, Any], field: str, status: int) -> None:
    answer = await county.desk.client.get("/v1/transfers", params=query)
    assert answer.status_code == status
    assert field in answer.text


async def test_nothing_is_listed_while_the_states_are_being_rebuilt(county: County, database: RedisDatabase) -> None:
    await county.tell(*arrived(1))
    database.lose()
    assert (await county.desk.client.get("/v1/transfers")).status_code == 503


async def test_a_receipt_says_that_a_duplicate_is_at_odds_with_the_standing(county: County) -> None:
    await county.tell(line("enrolled", id="e-1"), line("dropped-out", id="d-1", time="2020-06-15T08:00:00+08:00"))
    batch = await county.tell(line("enrolled", id="e-2"), line("dropped-out", id="d-1", time="2020-06-15T08:00:00+08:00"))
    receipt = await county.desk.receipt(batch)
    assert receipt["lines"] == [
        {"line": 1, "id": "e-2", "outcome": "duplicate", "agrees": False},
        {"line": 2, "id": "d-1", "outcome": "duplicate"},
    ]
