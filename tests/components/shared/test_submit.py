"""What an office asks for is judged, logged, and answered with the worker's word; whatever is unavailable, nobody is told more than is so."""

import asyncio
import json

import pytest
from redis.exceptions import ConnectionError as RedisIsGone

from shared.commands import submit
from shared.http.idempotency import Answer
from shared.http.problems import Problem
from shared.identity.caller import Caller, Role
from shared.log.partitioner import partition_of
from tests.components.shared.counting_service import COMMANDS, NOW, OFFICE, PARTITIONS, STUDENT, CountingDesk, CountOf, CountUp, speaker_of
from tests.support.redis import RedisDatabase

P = partition_of(STUDENT.encode(), PARTITIONS)
IT = CountOf(STUDENT)
NATION = Caller("somebody", "/nation", frozenset(Role))


@pytest.fixture
def desk(database: RedisDatabase) -> CountingDesk:
    return CountingDesk(database)


async def ask(desk: CountingDesk, by: int, key: str | None = None, office: str = OFFICE) -> Answer:
    async with asyncio.timeout(10):  # far beyond the desk's patience
        return await desk.asking.take(CountUp(by), IT, office=office, speaker=speaker_of(NATION), key=key)


async def refused(desk: CountingDesk, by: int, key: str | None = None) -> Problem:
    with pytest.raises(Problem) as caught:
        await ask(desk, by, key)
    return caught.value


async def test_what_is_asked_goes_into_the_log_and_the_resource_comes_back_as_it_stands_then(desk: CountingDesk) -> None:
    answer = await ask(desk, 3)
    assert (answer.status, json.loads(answer.body)) == (200, {"count": 3})
    [command] = desk.asked()
    assert (command.source, command.type, command.subject, command.partitionkey, command.time) == (OFFICE, CountUp.TYPE, STUDENT, STUDENT, NOW)
    assert (json.loads(bytes(command.data)), command.sequence) == ({"by": 3}, "-")
    assert len(desk.log.topics[COMMANDS][P]) == 1, "in the partition of the student"


async def test_what_the_state_does_not_allow_is_refused_and_never_logged(desk: CountingDesk) -> None:
    await ask(desk, 3)
    problem = await refused(desk, 7)
    assert (problem.status, problem.kind, problem.detail) == (409, "refused", "it counts no further than nine")
    assert problem.more == {"code": "not_allowed_now", "field": "by"}
    assert len(desk.asked()) == 1


async def test_where_the_states_are_being_built_again_nothing_is_asked(desk: CountingDesk) -> None:
    await ask(desk, 3)
    desk.redis.lose()
    problem = await refused(desk, 3)
    assert (problem.status, problem.kind) == (503, "not-built")
    assert len(desk.asked()) == 1


async def test_a_code_may_have_another_status(desk: CountingDesk) -> None:
    assert (await refused(desk, 0)).status == 404


async def test_what_the_worker_refuses_after_all_is_refused_with_its_reason(desk: CountingDesk) -> None:
    await ask(desk, 5)
    desk.log.stopped = True
    assert (await ask(desk, 4)).status == 202
    desk.log.stopped = False
    problem = await refused(desk, 4)
    assert (problem.status, problem.more["code"]) == (409, "not_allowed_now")
    assert len(desk.asked()) == 3


async def test_where_the_worker_says_nothing_in_time_it_is_told_that_it_was_taken_and_where_to_look(desk: CountingDesk) -> None:
    await ask(desk, 1)
    desk.log.stopped = True
    answer = await ask(desk, 3)
    assert (answer.status, answer.headers) == (202, {"Location": f"/v1/counts/{STUDENT}"})
    desk.log.stopped = False
    assert json.loads((await ask(desk, 1)).body) == {"count": 5}


async def test_the_same_key_and_content_get_the_same_answer_and_are_logged_once(desk: CountingDesk) -> None:
    first = await ask(desk, 3, "k")
    await ask(desk, 1)
    assert await ask(desk, 3, "k") == first
    assert len(desk.asked()) == 2


async def test_the_same_key_with_other_content_is_a_conflict(desk: CountingDesk) -> None:
    await ask(desk, 3, "k")
    assert (await refused(desk, 2, "k")).kind == "other-body"


async def test_what_was_taken_and_not_yet_decided_is_asked_again_with_its_key_and_counts_once(desk: CountingDesk) -> None:
    await ask(desk, 1)
    desk.log.stopped = True
    assert (await ask(desk, 3, "k")).status == 202
    assert (await ask(desk, 3, "k")).status == 202
    desk.log.stopped = False
    await desk.log.decide(P)
    assert json.loads((await ask(desk, 3, "k")).body) == {"count": 4}
    assert len({command.id for command in desk.asked()}) == 2
    assert len(desk.asked()) == 3, "once it is known to be done, it is not even logged"


async def test_what_was_refused_frees_its_key(desk: CountingDesk) -> None:
    await ask(desk, 8)
    assert (await refused(desk, 2, "k")).status == 409
    assert (await ask(desk, 1, "k")).status == 200


async def test_without_a_key_the_same_is_asked_anew(desk: CountingDesk) -> None:
    await ask(desk, 2)
    assert json.loads((await ask(desk, 2)).body) == {"count": 4}


async def test_a_key_and_the_ids_made_of_it_belong_to_the_caller(desk: CountingDesk) -> None:
    other = speaker_of(Caller("another", "/nation", frozenset(Role)))
    first = await ask(desk, 3, "k")
    second = await desk.asking.take(CountUp(3), IT, office=OFFICE, speaker=other, key="k")
    assert (json.loads(first.body), json.loads(second.body)) == ({"count": 3}, {"count": 6}), "another caller's key is another key"
    assert len({command.id for command in desk.asked()}) == 2
    assert (await refused(desk, 2, "k")).kind == "other-body"


@pytest.mark.parametrize("office", ["/counties/513430", "/schools/5134310001", "/provinces/51"])
async def test_nobody_asks_in_the_name_of_an_office_that_is_not_their_own_or_below(desk: CountingDesk, office: str) -> None:
    with pytest.raises(Problem) as caught:
        await desk.asking.take(CountUp(3), IT, office=office, speaker=speaker_of(Caller("x", OFFICE, frozenset(Role))), key=None)
    assert (caught.value.status, caught.value.more) == (403, {"code": "not_your_county", "field": "office"})
    assert desk.asked() == []


async def test_nobody_asks_what_their_roles_have_no_right_to(desk: CountingDesk) -> None:
    with pytest.raises(Problem) as caught:
        await desk.asking.take(CountUp(3), IT, office=OFFICE, speaker=speaker_of(Caller("x", OFFICE, frozenset({Role.AUDITOR}))), key=None)
    assert (caught.value.status, caught.value.kind) == (403, "no-right")
    assert desk.asked() == []


async def test_a_child_that_is_not_the_speakers_is_refused_as_one_that_nobody_heard_of(desk: CountingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    await ask(desk, 3)
    await ask(desk, 6)
    assert "nine" in (await refused(desk, 1)).detail
    monkeypatch.setattr(IT, "is_within", lambda _state: False, raising=False)
    problem = await refused(desk, 0)
    assert (problem.status, problem.more["code"]) == (404, "unknown_case")
    assert len(desk.asked()) == 2


async def test_whoever_may_read_no_child_hears_only_that_it_was_taken(desk: CountingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IT, "is_within", lambda _state: False, raising=False)
    school = speaker_of(Caller("x", "/schools/5134310001", frozenset(Role)))
    await ask(desk, 9)
    for by in (1, 0):
        answer = await desk.asking.take(CountUp(by), IT, office="/schools/5134310001", speaker=school, key=None)
        assert (answer.status, answer.headers, json.loads(answer.body)["status"]) == (202, {}, "taken")
    assert len(desk.asked()) == 3


@pytest.mark.parametrize("key", [None, "k"])
async def test_with_the_log_away_nothing_is_acknowledged(desk: CountingDesk, key: str | None) -> None:
    desk.log.unavailable = True
    problem = await refused(desk, 3, key)
    assert (problem.status, problem.kind) == (503, "log-away")
    assert int(problem.headers["Retry-After"]) > 0
    desk.log.unavailable = False
    assert json.loads((await ask(desk, 3, key)).body) == {"count": 3}


@pytest.mark.parametrize("key", [None, "k"])
async def test_with_redis_away_nothing_is_asked(desk: CountingDesk, key: str | None) -> None:
    desk.redis.unavailable = True
    assert (await refused(desk, 3, key)).kind == "redis-away"
    assert desk.asked() == []


async def test_where_redis_goes_away_once_it_is_logged_it_is_told_that_it_was_taken(desk: CountingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(*_: object) -> None:
        raise RedisIsGone

    monkeypatch.setattr(desk.asking._outcomes, "of", gone)
    assert (await ask(desk, 3)).status == 202


async def test_if_every_answer_were_kept_a_repeat_would_never_hear_that_it_is_done(desk: CountingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submit, "_is_decided", lambda _answer: True)
    desk.log.stopped = True
    await ask(desk, 3, "k")
    await desk.log.decide(P)
    assert (await ask(desk, 3, "k")).status == 202
