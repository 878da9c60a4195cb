"""States that are filled beside those that are used, on a real Redis: the same at the same offsets, live in one step, and gone when told to go."""

from typing import Any

import pytest
from redis.asyncio.client import Pipeline

from services.case.domain.packed import FORMAT
from shared.contracts.services import CASE
from shared.deciding import folding
from shared.deciding.rebuilding.rebuild import StateRebuild, drop
from shared.deciding.states.outcomes import Outcome, Outcomes
from shared.log import topics
from shared.rebuilding.generations import live_generation, live_key
from shared.rebuilding.rebuild import CannotRebuild, Difference
from shared.worker.follower import StartAgain
from tests.edges.rebuilding.rebuilt_service import PARTITIONS, P, Rebuilt, children, found


async def test_it_goes_as_far_as_what_is_live_and_all_is_the_same(rebuilt: Rebuilt) -> None:
    work, passed = rebuilt.beside(), list[int]()
    before = await work.standing()
    await work.fill(passed.append)
    assert await found(work) == []
    assert before.rebuilt == 0
    assert sum(passed) == (await work.standing()).rebuilt == before.live > 0
    kept = await rebuilt.kept("1")
    assert {name.split(":")[1] for name in kept} == {"b", "l", "groups", "n"}
    assert await rebuilt.kept("2") == kept


async def test_the_live_one_goes_on_meanwhile_and_each_piece_is_compared_at_its_own_offset(rebuilt: Rebuilt, monkeypatch: pytest.MonkeyPatch) -> None:
    work, worker = rebuilt.beside(), rebuilt.worker()
    await work.fill(lambda _: None)
    ask, moved = StateRebuild._bring, list[int]()

    async def and_then_the_live_one_moves(self: StateRebuild, partition: int, cursor: int, *more: Any) -> None:
        await ask(self, partition, cursor, *more)
        if cursor < rebuilt.end(partition):
            moved.append(cursor)
            await rebuilt.work(worker, until=cursor + 1, size=1)

    monkeypatch.setattr(StateRebuild, "_bring", and_then_the_live_one_moves)
    assert await found(work) == []
    assert len(moved) > 3


async def test_a_piece_is_read_with_its_cursor_in_one_transaction(rebuilt: Rebuilt, monkeypatch: pytest.MonkeyPatch) -> None:
    together: list[bool] = []
    execute = Pipeline.execute

    async def noted(self: Pipeline, *args: Any, **more: Any) -> Any:
        asked = [command for command, _ in self.command_stack]
        if asked[0][0] == "HGET" and asked[0][2] == "next":
            together.append(self.is_transaction)
        return await execute(self, *args, **more)

    work = rebuilt.beside()
    await work.fill(lambda _: None)
    monkeypatch.setattr(Pipeline, "execute", noted)
    assert await found(work) == []
    assert len(together) > 3
    assert all(together)


async def test_a_fact_that_is_published_and_not_applied_is_not_folded(rebuilt: Rebuilt, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = rebuilt.worker()

    async def killed(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(worker._store, "apply", killed)
    before = rebuilt.facts()
    with pytest.raises(KeyboardInterrupt):
        await rebuilt.work(worker)
    assert rebuilt.facts() != before
    work = rebuilt.beside()
    await work.fill(lambda _: None)
    assert await found(work) == []


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_rebuild_that_did_not_stop_at_the_cursor_would_tell_of_differences_where_there_are_none(
    rebuilt: Rebuilt, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not guarded:
        monkeypatch.setattr(folding, "_is_behind", lambda *_: False)
    await rebuilt.work(rebuilt.worker("9", only_while_live=False))  # another decided all of it, and nothing of that is applied in the live one
    work = rebuilt.beside()
    await work.fill(lambda _: None)
    assert bool(await found(work)) is not guarded


async def test_an_interrupted_rebuild_goes_on_where_it_was(rebuilt: Rebuilt) -> None:
    first, again = rebuilt.beside(), rebuilt.beside()
    await first._bring(P, 7)
    begun = (await again.standing()).rebuilt
    passed: list[int] = []
    await again.fill(passed.append)
    assert begun > 0
    assert sum(passed) == (await again.standing()).live - begun
    assert await found(again) == []


async def test_what_is_wrong_is_named_by_ids_and_numbers_and_never_by_what_a_state_holds(rebuilt: Rebuilt) -> None:
    child = bytes.fromhex(children(P, 1)[0])
    store = rebuilt.store()
    bucket = next([name async for name in rebuilt.redis.scan_iter("{case:1:p0}:b:*") if await rebuilt.redis.hexists(name, child)].__iter__())
    state = await store.get(P, child)
    assert state is not None
    await rebuilt.redis.hset(bucket, child, state[:-1] + b"!")
    await rebuilt.redis.hset(bucket, b"nobody's state id", b"too much")
    (lists, *_) = sorted([name async for name in rebuilt.redis.scan_iter("{case:1:p0}:l:*:open")])
    entry = (await rebuilt.redis.zrange(lists, 0, 0))[0]
    await rebuilt.redis.zrem(lists, entry)
    await rebuilt.redis.sadd("{case:1:p0}:groups:open", "999999")
    await rebuilt.redis.setrange("{case:1:p0}:n:open", 0, (7).to_bytes(4))
    await rebuilt.redis.hset("{case:1:p0}:cursor", "begun", "1")
    work = rebuilt.beside()
    await work.fill(lambda _: None)
    told = {each.what: each for each in await found(work)}
    name = lists.decode().removeprefix("{case:1:p0}:l:")
    assert set(told) == {"state", "list", "group", "count", "day"}
    assert told["list"] == Difference(P, "list", f"{name} {entry[:-16].hex()} {entry[-16:].hex()}", None, "there")
    assert told["group"] == Difference(P, "group", "999999:open", "there", None)
    assert told["count"].field == "open 0"
    assert told["count"].shown == "7"
    states = {each.field: each for each in await found(work) if each.what == "state"}
    assert set(states) == {child.hex(), b"nobody's state id".hex()}
    assert states[b"nobody's state id".hex()].rebuilt is None
    assert not any(state.hex()[:24] in str(each) for each in await found(work))


async def test_a_state_that_only_the_new_generation_has_is_named(rebuilt: Rebuilt) -> None:
    child = bytes.fromhex(children(P, 1)[0])
    async for name in rebuilt.redis.scan_iter("{case:1:p0}:b:*"):
        await rebuilt.redis.hdel(name, child)
    work = rebuilt.beside()
    await work.fill(lambda _: None)
    assert [(each.field, each.shown) for each in await found(work)] == [(child.hex(), None)]


async def test_lists_longer_than_a_piece_are_compared_whole(rebuilt: Rebuilt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.deciding.rebuilding.comparison._ENTRIES", 2)
    monkeypatch.setattr("shared.deciding.rebuilding.comparison._LISTS", 3)
    monkeypatch.setattr("shared.deciding.rebuilding.comparison._BUCKETS", 1)
    work = rebuilt.beside()
    await work.fill(lambda _: None)
    assert await found(work) == []
    lists = [name async for name in rebuilt.redis.scan_iter("{case:1:p0}:l:*") if await rebuilt.redis.zcard(name) > 4]
    last = (await rebuilt.redis.zrange(lists[0], -1, -1))[0]
    await rebuilt.redis.zrem(lists[0], last)
    assert [each.what for each in await found(work)] == ["list"]


async def test_it_becomes_live_in_one_step_and_what_was_decided_is_not_decided_again(rebuilt: Rebuilt) -> None:
    work, worker = rebuilt.beside(), rebuilt.worker()
    await work.fill(lambda _: None)
    assert await found(work) == []
    stood = {partition: await worker._store.cursors([partition]) for partition in range(PARTITIONS)}
    facts = rebuilt.facts()
    await work.show()
    assert await live_generation(rebuilt.redis, CASE.name) == "2"
    with pytest.raises(StartAgain, match=r"generation 2 of case is the live one, and this worker fills 1"):
        await worker.cursors(frozenset({P}))
    new = rebuilt.worker("2")
    for partition, cursor in stood.items():
        await rebuilt.work(new, until=cursor[partition])
        assert await new._store.cursors([partition]) == cursor
    assert rebuilt.facts() == facts
    await rebuilt.work(new)
    assert rebuilt.facts() != facts
    again = rebuilt.beside("3", live="2")
    await again.fill(lambda _: None)
    assert await found(again) == []


@pytest.mark.parametrize("guarded", [True, False])
async def test_what_was_refused_behind_the_last_fact_stays_refused_by_the_next_version(
    rebuilt: Rebuilt, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not guarded:
        monkeypatch.setattr(
            "shared.deciding.deciding_follower.decided_below", lambda progress, begin: folding.decided_below(progress._replace(decided=None), begin)
        )
    await rebuilt.work(rebuilt.worker())
    await rebuilt.ask(0)  # all of it was decided before: no fact
    await rebuilt.work(rebuilt.worker())
    work = rebuilt.beside()
    await work.fill(lambda _: None)
    await work.show()
    new = rebuilt.worker("2")
    await new.cursors(frozenset(range(PARTITIONS)))
    judged: list[int] = []
    judge = new._decider.judge

    def noted(*args: Any, offset: int, **more: Any) -> object:
        judged.append(offset)
        return judge(*args, offset=offset, **more)

    monkeypatch.setattr(new._decider, "judge", noted)
    await rebuilt.work(new)
    assert bool(judged) is not guarded


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_step_that_was_published_and_not_applied_is_taken_up_with_its_outcomes(
    rebuilt: Rebuilt, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, work = rebuilt.worker(), rebuilt.beside()
    await work.fill(lambda _: None)
    apply = worker._store.apply

    async def made_live_before_it(*args: Any, **more: Any) -> int | None:
        await work.show()
        return await apply(*args, **more)

    monkeypatch.setattr(worker._store, "apply", made_live_before_it)
    with pytest.raises(StartAgain):
        await rebuilt.work(worker)
    published = rebuilt.facts()
    if not guarded:
        monkeypatch.setattr(folding, "_is_behind", lambda *_: False)
    await rebuilt.work(rebuilt.worker("2"))
    assert [facts[: len(before)] for facts, before in zip(rebuilt.facts(), published, strict=True)] == published
    outcomes = Outcomes(rebuilt.redis, CASE.name)
    assert (Outcome.PENDING in [await outcomes.of(P, offset) for offset in range(rebuilt.end())]) is not guarded
    again = rebuilt.beside("3", live="2")
    monkeypatch.undo()
    await again.fill(lambda _: None)
    assert await found(again) == []


async def test_outcomes_are_there_whichever_generation_is_live(rebuilt: Rebuilt) -> None:
    outcomes = Outcomes(rebuilt.redis, CASE.name)
    before = [await outcomes.of(P, offset) for offset in range(10)]
    assert Outcome.PENDING not in before
    work = rebuilt.beside()
    await work.fill(lambda _: None)
    await work.show()
    await drop(rebuilt.redis, CASE.name, "1")
    await rebuilt.work(rebuilt.worker("2"))
    assert [await outcomes.of(P, offset) for offset in range(10)] == before


async def test_how_far_each_topic_is_applied_is_taken_along(rebuilt: Rebuilt) -> None:
    await rebuilt.work(rebuilt.worker())
    read = (topics.REFUSALS, topics.dead(topics.CASE_COMMANDS))
    await rebuilt.redis.hset("{case:1:p0}:cursor", mapping={f"published:{topic}": n for n, topic in enumerate(read, 3)})
    work, worker = rebuilt.beside(), rebuilt.worker("2")
    await work.fill(lambda _: None)
    await work.show()
    assert await worker.follow(rebuilt.batch(P)) == rebuilt.end()
    assert await worker._store.published(P, read) == {topic: n for n, topic in enumerate(read, 3)}


async def test_the_cursor_of_the_policies_is_taken_along(rebuilt: Rebuilt) -> None:
    await rebuilt.redis.hset("{case:1:p0}:policies", mapping={"next": 5, "event_time": 12, "sequence:/enrolment": "x"})
    work = rebuilt.beside()
    await work.fill(lambda _: None)
    await work.show()
    assert await rebuilt.redis.hgetall("{case:2:p0}:policies") == {b"next": b"5", b"event_time": b"12", b"sequence:/enrolment": b"x"}


async def test_what_is_live_is_never_filled_over_nor_dropped(rebuilt: Rebuilt) -> None:
    with pytest.raises(CannotRebuild, match="--generation"):
        rebuilt.beside("1")
    with pytest.raises(CannotRebuild, match="stays"):
        await drop(rebuilt.redis, CASE.name, "1")
    assert len(await rebuilt.kept("1")) > 10


async def test_another_that_is_live_by_now_is_not_replaced(rebuilt: Rebuilt) -> None:
    work = rebuilt.beside()
    await rebuilt.redis.set(live_key(CASE.name), "3")
    with pytest.raises(CannotRebuild, match="3 is live by now"):
        await work.show()
    assert await rebuilt.redis.get(live_key(CASE.name)) == b"3"
    assert not await rebuilt.redis.hexists("{case:2:p0}:cursor", "decided")


async def test_a_generation_that_a_worker_uses_is_not_filled(rebuilt: Rebuilt) -> None:
    await rebuilt.work(rebuilt.worker("2", only_while_live=False))
    with pytest.raises(CannotRebuild, match="baoxue rebuild case --drop 2"):
        await rebuilt.beside().fill(lambda _: None)


async def test_a_generation_that_somebody_else_fills_meanwhile_is_not_compared(rebuilt: Rebuilt, monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = rebuilt.beside(), rebuilt.beside()
    await first.fill(lambda _: None)
    await rebuilt.work(rebuilt.worker())
    read = first._store.read_rebuilding

    async def overtaken(*args: Any) -> object:
        monkeypatch.setattr(first._store, "read_rebuilding", read)
        await other.fill(lambda _: None)
        return await read(*args)

    monkeypatch.setattr(first._store, "read_rebuilding", overtaken)
    with pytest.raises(CannotRebuild, match="somebody else fills generation 2"):
        await found(first)


async def test_dropping_leaves_nothing_of_it_and_all_of_the_other(rebuilt: Rebuilt) -> None:
    work = rebuilt.beside()
    await work.fill(lambda _: None)
    kept, before = await rebuilt.kept("1"), set(await rebuilt.redis.keys("*"))
    removed = await drop(rebuilt.redis, CASE.name, "2")
    gone = before - set(await rebuilt.redis.keys("*"))
    assert removed == len(gone) > 0
    assert all(key.startswith(b"{case:2:p") for key in gone)
    assert await rebuilt.kept("1") == kept
    assert await drop(rebuilt.redis, CASE.name, "2") == 0


async def test_states_of_another_format_are_compared_by_which_there_are_and_by_lists_and_counts(rebuilt: Rebuilt) -> None:
    work = rebuilt.beside(buckets=8)
    assert await work.is_needed()
    assert not await rebuilt.beside().is_needed()
    await work.fill(lambda _: None)
    assert await found(work) == []
    async for name in rebuilt.redis.scan_iter("{case:1:p*:b:*"):
        for state_id in await rebuilt.redis.hkeys(name):
            await rebuilt.redis.hset(name, state_id, b"another format")
    assert await found(work) == [], "their bytes say nothing"
    child = bytes.fromhex(children(P, 1)[0])
    async for name in rebuilt.redis.scan_iter("{case:1:p0}:b:*"):
        await rebuilt.redis.hdel(name, child)
    assert [(each.field, each.shown) for each in await found(work)] == [(child.hex(), None)]


async def test_the_beginning_that_another_version_left_is_begun_again(rebuilt: Rebuilt) -> None:
    left = rebuilt.beside(format_version=FORMAT + 1)
    await left._bring(P, 7)
    async for name in rebuilt.redis.scan_iter("{case:2:p0}:b:*"):
        for state_id in await rebuilt.redis.hkeys(name):
            await rebuilt.redis.hset(name, state_id, b"another format")
    work = rebuilt.beside()
    await work.fill(lambda _: None)
    assert await found(work) == []


async def test_a_live_one_that_redis_rolled_back_is_not_compared(rebuilt: Rebuilt) -> None:
    work = rebuilt.beside()
    await work.fill(lambda _: None)
    await rebuilt.redis.hset("{case:1:p0}:cursor", "next", 3)
    with pytest.raises(CannotRebuild, match="went back to 3"):
        await found(work)
