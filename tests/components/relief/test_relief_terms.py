"""A term begins: every child that went on being eligible is asked for, page by page, once in effect, whatever interrupts it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from unittest.mock import AsyncMock

import pytest
from redis.asyncio.lock import Lock

from services.relief.terms import term_start
from shared import clock
from shared.clock import CHINA
from shared.contracts.refusal import RefusalCode
from tests.components.relief.relief_desk import QUICK, ReliefDesk
from tests.components.shared.problems import problem_of
from tests.domain.relief.grants import AUTUMN, SPRING, ZHAOJUE, changed, dropped_out, in_school, lifted
from tests.support.redis import RedisDatabase

CHILDREN = [f"{n:032x}" for n in range(1, 11)]
PATIENCE = 10.0
TERM = f"/v1/terms/{SPRING}"


@pytest.fixture
async def desk(database: RedisDatabase) -> ReliefDesk:
    """Ten children, eligible since autumn, in three counties far apart."""
    desk = ReliefDesk(database)
    for n, child in enumerate(CHILDREN):
        await desk.tell(("2019-09-02", changed(in_school, county=("110101", ZHAOJUE, "659001")[n % 3])), child=child)
    return desk


@asynccontextmanager
async def running(desk: ReliefDesk) -> AsyncIterator[None]:
    """The api as a server runs it."""
    async with desk.app.router.lifespan_context(desk.app):
        yield


async def until(what: str, found: Callable[[], Awaitable[Any]]) -> Any:
    """Wait until something is so."""
    give_up = clock.seconds() + PATIENCE
    while True:
        if value := await found():
            return value
        assert clock.seconds() < give_up, f"{PATIENCE:g} s have passed, and not yet: {what}"
        await asyncio.sleep(0.002)


async def ended(desk: ReliefDesk, term: str = SPRING) -> dict[str, Any]:
    async def told() -> dict[str, Any] | None:
        progress: dict[str, Any] = await desk.get(f"/v1/terms/{term}")
        return progress if progress["ended"] else None

    progress: dict[str, Any] = await until(f"{term} is begun to its end", told)
    return progress


async def begin(desk: ReliefDesk, term: str = SPRING) -> dict[str, Any]:
    answer = await desk.client.post(f"/v1/terms/{term}", json={})
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/terms/{term}"
    progress: dict[str, Any] = answer.json()
    return progress


def commands(desk: ReliefDesk) -> list[str]:
    """Whom the operator asked for."""
    return [command.subject for command in desk.commands() if command.source == "/relief/operator"]


async def test_every_child_that_went_on_being_eligible_is_granted_the_terms_aid(desk: ReliefDesk) -> None:
    await desk.tell(("2019-11-04", dropped_out), child=CHILDREN[0])
    await desk.tell(("2019-11-04", lifted), child=CHILDREN[1])
    async with running(desk):
        first = await begin(desk)
        assert (first["term"], first["children"], first["ended"]) == (SPRING, 0, None)
        progress = await ended(desk)
    assert progress["children"] == 8
    assert progress["lists"] == progress["of"] > 4 * 2_800
    assert sorted(commands(desk)) == CHILDREN[2:]
    assert desk.facts()["granted"] == 10 + 8
    assert (await desk.get(f"/v1/grants/{CHILDREN[2]}-{SPRING}"))["fen"] == 31_250


async def test_what_is_asked_for_is_true_at_the_moment_of_the_beginning(desk: ReliefDesk) -> None:
    async with running(desk):
        await begin(desk)
        await ended(desk)
    assert {command.time for command in desk.commands() if command.source == "/relief/operator"} == {desk.now}


async def test_a_term_begun_twice_asks_with_the_same_ids_and_grants_once(desk: ReliefDesk) -> None:
    async with running(desk):
        await begin(desk)
        await ended(desk)
        desk.now = datetime(2020, 6, 15, tzinfo=CHINA)
        assert (await begin(desk))["children"] == 0, "it begins anew"
        assert (await ended(desk))["children"] == 10
    ids = [command.id for command in desk.commands() if command.source == "/relief/operator"]
    assert (len(ids), len(set(ids))) == (20, 10)
    assert desk.facts()["granted"] == 20


async def test_a_walk_that_was_interrupted_goes_on_where_it_was_after_a_restart(desk: ReliefDesk) -> None:
    desk.log.stopped = True
    async with running(desk):
        await begin(desk)
        halfway = await until("some were asked for", lambda: _some(desk))
    await desk.work()
    desk.begin_anew()
    async with running(desk):
        progress = await ended(desk)
    assert 0 < halfway["children"] < 10
    assert 0 < halfway["lists"] < halfway["of"]
    assert progress["children"] == 10
    assert progress["begun"] == halfway["begun"]
    assert sorted(set(commands(desk))) == CHILDREN
    assert desk.facts()["granted"] == 20


async def _some(desk: ReliefDesk) -> dict[str, Any] | None:
    progress: dict[str, Any] = await desk.get(TERM)
    return progress if progress["children"] else None


async def test_a_walk_waits_for_a_worker_that_does_not_keep_up(desk: ReliefDesk) -> None:
    desk.log.stopped = True
    async with running(desk):
        await begin(desk)
        await until("a page is asked for", lambda: _some(desk))
        assert 0 < len(commands(desk)) <= 4 * QUICK.page
        await desk.work()
        await ended(desk)
    assert sorted(commands(desk)) == CHILDREN


async def test_without_waiting_it_would_ask_for_a_nation_while_the_worker_stands(desk: ReliefDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(term_start, "until_decided", AsyncMock(return_value=True))
    desk.log.stopped = True
    async with running(desk):
        await begin(desk)
        await ended(desk)
    assert len(commands(desk)) == 10


async def test_while_the_log_is_away_a_walk_waits_and_then_goes_on(desk: ReliefDesk, caplog: pytest.LogCaptureFixture) -> None:
    desk.log.unavailable = True
    async with running(desk):
        await begin(desk)
        await until("the walk found the log unavailable", lambda: _warned(caplog))
        desk.log.unavailable = False
        assert (await ended(desk))["children"] == 10
    assert sorted(commands(desk)) == CHILDREN


async def test_while_redis_is_away_a_walk_waits_and_then_goes_on(desk: ReliefDesk, caplog: pytest.LogCaptureFixture) -> None:
    desk.log.stopped = True
    async with running(desk):
        await begin(desk)
        await until("some were asked for", lambda: _some(desk))
        desk.redis.unavailable = True
        await until("the walk found Redis unavailable", lambda: _warned(caplog))
        desk.redis.unavailable = False
        await desk.work()
        assert (await ended(desk))["children"] == 10
    assert sorted(commands(desk)) == CHILDREN


async def _warned(caplog: pytest.LogCaptureFixture) -> bool:
    return any("the beginning of" in record.message and "waits" in record.message for record in caplog.records)


async def test_a_restart_while_redis_is_away_goes_on_once_it_is_back(desk: ReliefDesk) -> None:
    desk.log.stopped = True
    async with running(desk):
        await begin(desk)
        await until("some were asked for", lambda: _some(desk))
    await desk.work()
    desk.begin_anew()
    desk.redis.unavailable = True
    async with running(desk):
        await asyncio.sleep(0)
        desk.redis.unavailable = False
        assert (await ended(desk))["children"] == 10


async def test_of_two_apis_one_walks(desk: ReliefDesk, database: RedisDatabase) -> None:
    other = ReliefDesk(database)
    other.log = desk.log
    other.begin_anew()
    async with running(desk), running(other):
        await asyncio.gather(begin(desk), begin(other))
        assert (await ended(desk)) == await ended(other)
    assert sorted(commands(desk)) == CHILDREN


async def _everybody_holds(_lease: object) -> bool:
    return True


async def test_without_the_lease_two_apis_walk_both(desk: ReliefDesk, monkeypatch: pytest.MonkeyPatch, database: RedisDatabase) -> None:
    monkeypatch.setattr(term_start, "_holds", _everybody_holds)
    other = ReliefDesk(database)
    other.log = desk.log
    other.begin_anew()
    async with running(desk), running(other):
        await asyncio.gather(begin(desk), begin(other))
        await ended(desk)
    assert len(commands(desk)) > 10
    assert desk.facts()["granted"] == 20, "and still each is granted once"


async def test_a_lease_that_was_not_given_back_expires(desk: ReliefDesk) -> None:
    await desk.redis.client.set("{relief:terms}:lease:" + SPRING, b"dead", nx=True, ex=QUICK.lease)
    async with running(desk):
        await begin(desk)
        await asyncio.sleep(0)
        assert commands(desk) == []
        desk.redis.pass_time(QUICK.lease)
        await ended(desk)
    assert sorted(commands(desk)) == CHILDREN


async def test_a_walk_that_waits_renews_its_lease(desk: ReliefDesk) -> None:
    desk.log.stopped = True
    async with running(desk):
        await begin(desk)
        await until("some were asked for", lambda: _some(desk))
        for _ in range(3):
            desk.redis.pass_time(QUICK.lease - 5)
            await until("the lease is renewed", lambda: _seconds_left(desk))


async def _seconds_left(desk: ReliefDesk) -> bool:
    return await desk.redis.operator.ttl("{relief:terms}:lease:" + SPRING) > 5


async def test_a_lease_that_another_took_over_is_waited_for(desk: ReliefDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    lease, tried, holds = "{relief:terms}:lease:" + SPRING, list[bool](), term_start._holds

    async def counted(lease: Lock) -> bool:
        tried.append(await holds(lease))
        return tried[-1]

    async def tried_in_vain() -> bool:
        return tried[-3:] == [False] * 3

    monkeypatch.setattr(term_start, "_holds", counted)
    desk.log.stopped = True
    async with running(desk):
        await begin(desk)
        await until("some were asked for", lambda: _some(desk))
        await desk.redis.client.set(lease, b"another", ex=QUICK.lease)
        asked = len(commands(desk))
        await desk.work()
        await until("it was tried for in vain", tried_in_vain)
        assert len(commands(desk)) == asked
    assert await desk.redis.client.get(lease) == b"another", "it is not ours to give back"


async def test_while_states_are_being_built_again_a_walk_waits(desk: ReliefDesk, caplog: pytest.LogCaptureFixture) -> None:
    cursor = "{relief:1:p0}:cursor"
    await desk.redis.operator.rename(cursor, "kept")
    async with running(desk):
        await begin(desk)
        await until("the walk waits", lambda: _warned(caplog))
        assert commands(desk) == []
        await desk.redis.operator.rename("kept", cursor)
        await ended(desk)
    assert sorted(commands(desk)) == CHILDREN


# --- what is told


async def test_a_term_that_was_never_begun_is_not_found(desk: ReliefDesk) -> None:
    answer = await desk.client.get(TERM)
    assert (answer.status_code, problem_of(answer)) == (404, "never-begun")


async def test_a_term_is_not_begun_before_its_first_day(desk: ReliefDesk) -> None:
    desk.now = datetime(2020, 1, 31, 23, 59, tzinfo=CHINA)
    answer = await desk.client.post(TERM, json={})
    assert (answer.status_code, problem_of(answer)) == (409, "refused")
    assert (answer.json()["code"], answer.json()["field"]) == (RefusalCode.NOT_ALLOWED_NOW, "path.term")
    desk.now = datetime(2020, 2, 1, tzinfo=CHINA)
    async with running(desk):
        await begin(desk)
        await ended(desk)


@pytest.mark.parametrize("term", ["2010-autumn", "1949-spring"])
async def test_a_term_without_any_aid_is_not_begun(desk: ReliefDesk, term: str) -> None:
    answer = await desk.client.post(f"/v1/terms/{term}", json={})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "path.term")
    assert (await desk.client.get(f"/v1/terms/{term}")).status_code == 404, "no walk was begun"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 415),
        ({"content": b"{}", "headers": {"content-type": "text/plain"}}, 415),
        ({"content": b"{}", "headers": {"content-type": "application/x-www-form-urlencoded"}}, 415),
        ({"json": {"term": SPRING}}, 422),
        ({"content": b"[]", "headers": {"content-type": "application/json"}}, 400),
    ],
)
async def test_a_term_is_begun_by_an_empty_object_of_json_which_no_form_of_a_page_can_send(desk: ReliefDesk, sent: Any, status: int) -> None:
    assert (await desk.client.post(TERM, **sent)).status_code == status
    assert (await desk.client.get(TERM)).status_code == 404, "no walk was begun"


@pytest.mark.parametrize("term", ["2020", "2020-summer", "1820-spring", "spring"])
async def test_what_is_no_term_is_named(desk: ReliefDesk, term: str) -> None:
    for answer in (await desk.client.post(f"/v1/terms/{term}", json={}), await desk.client.get(f"/v1/terms/{term}")):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "path.term")


@pytest.mark.parametrize("what", ["redis"])
async def test_with_redis_away_nothing_is_begun(desk: ReliefDesk, what: str) -> None:
    desk.redis.unavailable = True
    answer = await desk.client.post(TERM, json={})
    assert (answer.status_code, problem_of(answer)) == (503, f"{what}-away")


async def test_each_term_is_begun_by_itself(desk: ReliefDesk) -> None:
    async with running(desk):
        await asyncio.gather(begin(desk), begin(desk, AUTUMN))
        await ended(desk)
        assert (await ended(desk, AUTUMN))["children"] == 10
    assert desk.facts()["granted"] == 20, "autumn's had been granted already"
