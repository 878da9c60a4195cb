"""States in Redis change by compare-and-set on the cursor, or not at all."""

import pytest
from redis.exceptions import ResponseError

from shared.deciding.states import calls, state_store
from shared.deciding.states.state_store import Change, OtherFormat, RebuildOvertaken, StateStore
from shared.redis.edge import Redis
from shared.worker.follower import StartAgain
from tests.support.mutants import script_without

CHILD, OTHER = bytes(range(16)), bytes(range(16, 32))
P = 3


@pytest.fixture
def store(redis: Redis) -> StateStore:
    return StateStore(redis, "enrolment", generation="1", buckets=8, format_version=1)


async def begun(store: StateStore, at: int = 0) -> None:
    await store.rebuilding(P)
    assert await store.finish_rebuilding(P, 0, at) == at


async def test_a_partition_never_begun_has_no_cursor_and_gives_no_states(store: StateStore) -> None:
    assert await store.cursors([P]) == {P: None}
    assert await store.read(P, 0, [CHILD]) == (None, ())


async def test_a_step_writes_states_and_moves_the_cursor(store: StateStore) -> None:
    await begun(store)
    assert await store.apply(P, 0, 2, [Change(CHILD, b"one"), Change(OTHER, b"x" * 300)], outcomes=b"aa", exceptions=()) == 2
    assert await store.cursors([P]) == {P: 2}
    assert await store.read(P, 2, [OTHER, CHILD, b"z" * 16]) == (2, [b"x" * 300, b"one", None])


async def test_the_same_step_again_changes_nothing(store: StateStore) -> None:
    await begun(store)
    await store.apply(P, 0, 1, [Change(CHILD, b"first")], outcomes=b"a", exceptions=())
    assert await store.apply(P, 0, 1, [Change(CHILD, b"again")], outcomes=b"r", exceptions=[(0, b"{}")]) == 1
    assert await store.read(P, 1, [CHILD]) == (1, [b"first"])


async def test_a_worker_that_was_overtaken_is_told_where_the_cursor_stands_and_changes_nothing(store: StateStore) -> None:
    await begun(store)
    await store.apply(P, 0, 5, [Change(CHILD, b"new")], outcomes=b"aaaaa", exceptions=())
    assert await store.apply(P, 3, 9, [Change(CHILD, b"zombie")], outcomes=b"aaaaaa", exceptions=()) == 5
    assert await store.read(P, 5, [CHILD]) == (5, [b"new"])


async def test_a_worker_that_was_overtaken_reads_no_states(store: StateStore) -> None:
    await begun(store)
    await store.apply(P, 0, 5, [Change(CHILD, b"the future")], outcomes=b"aaaaa", exceptions=())
    assert await store.read(P, 0, [CHILD]) == (5, ())


async def test_outcomes_stand_at_their_offsets_across_chunks(store: StateStore, redis: Redis, operator: Redis) -> None:
    await begun(store, at=65_534)
    await store.apply(P, 65_534, 65_538, [], outcomes=b"ldar", exceptions=[(65_534, b"L"), (65_535, b"D"), (65_537, b"R")])
    assert await redis.getrange("{enrolment:p3}:outcomes:0", 65_533, 65_536) == b"\0ld"
    assert await redis.get("{enrolment:p3}:outcomes:1") == b"ar"
    assert await redis.hgetall("{enrolment:p3}:exceptions:0") == {b"65534": b"L", b"65535": b"D"}
    assert await redis.hgetall("{enrolment:p3}:exceptions:1") == {b"65537": b"R"}
    for key in ("outcomes:0", "outcomes:1", "exceptions:0", "exceptions:1"):
        assert 0 < await operator.ttl(f"{{enrolment:p3}}:{key}") <= 90 * 86_400


async def test_eight_thousand_states_and_refusals_go_in_one_step(store: StateStore) -> None:
    await begun(store)
    ids = [n.to_bytes(16) for n in range(8_000)]
    exceptions = [(n, b"{}") for n in range(8_000)]
    assert await store.apply(P, 0, 8_000, [Change(i, i) for i in ids], outcomes=b"r" * 8_000, exceptions=exceptions) == 8_000
    assert (await store.read(P, 8_000, ids)).states == ids


@pytest.mark.parametrize("guarded", [True, False])
async def test_ids_that_somebody_chose_to_be_of_one_bucket_stop_nothing(redis: Redis, guarded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not guarded:
        monkeypatch.setattr(calls, "MOST", 100_000)
    store = StateStore(redis, "enrolment", generation="1", buckets=1, format_version=1)
    ids = [bytes([0, 0, *n.to_bytes(14)]) for n in range(8000)]
    changes = [Change(i, b"state") for i in ids]
    await begun(store)
    if guarded:
        assert await store.apply(P, 0, 8000, changes, outcomes=b"a" * 8000, exceptions=()) == 8000
        assert await store.read(P, 8000, ids) == (8000, [b"state"] * 8000)
        assert await store.get_all([(P, i) for i in ids]) == [b"state"] * 8000
    else:
        with pytest.raises(ResponseError, match="too many results to unpack"):
            await store.apply(P, 0, 8000, changes, outcomes=b"a" * 8000, exceptions=())


async def test_thousands_enter_one_list_and_leave_it_in_a_step_each(store: StateStore, redis: Redis, operator: Redis) -> None:
    await begun(store)
    entries = [("510000:open", n.to_bytes(4) + n.to_bytes(16)) for n in range(8_001)]
    ids = [entry[4:] for _, entry in entries]
    listed, groups = store.key(P, "l:510000:open"), store.key(P, "groups:open")
    await store.apply(P, 0, 1, [Change(i, i, enters=[entry]) for i, entry in zip(ids, entries, strict=True)], outcomes=b"a", exceptions=())
    assert await operator.zrange(listed, 0, -1) == [entry for _, entry in entries]
    assert await redis.smembers(groups) == {b"510000"}
    await store.apply(P, 1, 2, [Change(i, i, leaves=[entry]) for i, entry in zip(ids, entries, strict=True)], outcomes=b"a", exceptions=())
    assert not await redis.exists(listed)
    assert await redis.smembers(groups) == set()


async def test_states_of_another_format_are_not_read(store: StateStore, redis: Redis) -> None:
    await begun(store)
    newer = StateStore(redis, "enrolment", generation="1", buckets=8, format_version=2)
    with pytest.raises(OtherFormat, match="_GENERATION"):
        await newer.cursors([P])


async def test_a_rebuild_goes_on_where_it_was_interrupted(store: StateStore) -> None:
    assert await store.rebuilding(P) == (0, "", None)
    assert await store.read_rebuilding(P, 0, [CHILD]) == [None]
    await store.apply_rebuilding(P, 0, 40, "0000000000000007-0000", [Change(CHILD, b"half")])
    assert await store.rebuilding(P) == (40, "0000000000000007-0000", None)
    assert await store.cursors([P]) == {P: None}, "a partition half built has no cursor"
    assert await store.finish_rebuilding(P, 40, 8) == 8
    assert await store.read(P, 8, [CHILD]) == (8, [b"half"])


async def test_two_rebuilds_of_one_partition_do_not_mix(store: StateStore) -> None:
    await store.rebuilding(P)
    await store.apply_rebuilding(P, 0, 40, "a", [Change(CHILD, b"first")])
    await store.apply_rebuilding(P, 0, 40, "a", [Change(CHILD, b"a repeat of the same piece")])
    assert await store.read_rebuilding(P, 40, [CHILD]) == [b"first"]
    with pytest.raises(RebuildOvertaken):
        await store.apply_rebuilding(P, 0, 30, "a", [Change(CHILD, b"another piece")])
    with pytest.raises(RebuildOvertaken):
        await store.read_rebuilding(P, 0, [CHILD])
    assert issubclass(RebuildOvertaken, StartAgain), "the worker is started again, and waits for nobody"


@pytest.mark.parametrize("guarded", [True, False])
async def test_no_rebuild_begins_in_a_partition_that_has_a_cursor(redis: Redis, guarded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not guarded:
        monkeypatch.setattr(state_store, "script", script_without("begin_rebuilding", "the partition has no cursor"))
    store = StateStore(redis, "enrolment", generation="1", buckets=8, format_version=1)
    await begun(store)
    await store.apply(P, 0, 5, [Change(CHILD, b"new")], outcomes=b"aaaaa", exceptions=())
    if guarded:
        assert await store.rebuilding(P) is None
        with pytest.raises(RebuildOvertaken):
            await store.apply_rebuilding(P, 0, 1, "a", [Change(CHILD, b"old")])
    else:
        await store.rebuilding(P)
        await store.apply_rebuilding(P, 0, 1, "a", [Change(CHILD, b"old")])
    assert await store.get(P, CHILD) == (b"new" if guarded else b"old")


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_rebuild_that_redis_lost_at_its_end_leaves_no_cursor(
    redis: Redis, operator: Redis, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not guarded:
        monkeypatch.setattr(state_store, "script", script_without("finish_rebuilding", "the progress is the expected one"))
    store = StateStore(redis, "enrolment", generation="1", buckets=8, format_version=1)
    await store.rebuilding(P)
    await store.apply_rebuilding(P, 0, 40, "0000000000000007-0000", [Change(CHILD, b"rebuilt")])
    await operator.flushdb()
    if guarded:
        with pytest.raises(RebuildOvertaken):
            await store.finish_rebuilding(P, 40, 8)
    else:
        await store.finish_rebuilding(P, 40, 8)
    assert await store.cursors([P]) == {P: None if guarded else 8}
