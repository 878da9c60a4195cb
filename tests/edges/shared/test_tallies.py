"""Counts of lists: written with the lists, by the same compare-and-set, and read for many groups at once."""

import pytest

from shared.deciding.states import tallies as tallies_module
from shared.deciding.states.listing import Counted, Listing
from shared.deciding.states.state_store import Change, StateStore
from shared.deciding.states.tallies import Tallies
from shared.deciding.states.tally import Tallied
from shared.redis.edge import Redis
from tests.support.mutants import script_without

GROUPS = [f"{county:06d}" for county in range(510_000, 510_600)]
TALLIED = Tallied({group: n for n, group in enumerate(GROUPS)}, ["open", "closed"], ["open"], ["open"], "clock:began")
PARTITIONS = 2


def day(n: int) -> bytes:
    return (737_000 + n).to_bytes(3)


@pytest.fixture
def tallies(redis: Redis) -> Tallies:
    return Tallies(redis, "case", generation="1", partitions=PARTITIONS, tallied=TALLIED)


@pytest.fixture
async def store(redis: Redis) -> StateStore:
    made = StateStore(redis, "case", generation="1", buckets=8, format_version=1)
    for partition in range(PARTITIONS):
        await made.rebuilding(partition)
        await made.finish_rebuilding(partition, 0, 0)
    return made


async def step(store: StateStore, at: int, *changes: Change, partition: int = 0) -> int | None:
    return await store.apply(partition, at, at + 1, changes, outcomes=b"", exceptions=(), tallied=TALLIED)


def entered(n: int, name: str, on: int) -> Change:
    return Change(n.to_bytes(16), b"x", enters=[(name, day(on) + n.to_bytes(16))])


def left(n: int, name: str, on: int) -> Change:
    return Change(n.to_bytes(16), b"y", leaves=[(name, day(on) + n.to_bytes(16))])


def begun(on: int) -> Change:
    return Change(b"c" * 16, b"clock", enters=[("clock:began", day(on))])


async def test_all_groups_of_all_partitions_are_counted_in_one_step(store: StateStore, tallies: Tallies) -> None:
    """More than one call of a script takes, in each of them."""
    for partition in range(PARTITIONS):
        await step(store, 0, begun(1), partition=partition)
        await step(store, 1, *(entered(n, f"{group}:open", n % 3) for n, group in enumerate(GROUPS)), partition=partition)
    found = await tallies.counted(GROUPS, day(1))
    assert found == {(group, "open"): Counted(day(n % 3), tuple(2 * (part == n % 3) for part in range(3))) for n, group in enumerate(GROUPS)}
    assert await tallies.counted(GROUPS[7:9], day(1)) == {key: each for key, each in found.items() if key[0] in GROUPS[7:9]}


async def test_the_earliest_is_that_of_all_partitions_and_goes_with_what_leaves(store: StateStore, tallies: Tallies) -> None:
    name = f"{GROUPS[3]}:open"
    await step(store, 0, entered(1, name, 4), entered(2, name, 2), begun(9))
    await step(store, 0, entered(3, name, 3), begun(9), partition=1)
    assert await tallies.counted(GROUPS[3:4], day(9)) == {(GROUPS[3], "open"): Counted(day(2), (3, 0, 0))}
    await step(store, 1, left(2, name, 2))
    assert await tallies.counted(GROUPS[3:4], day(9)) == {(GROUPS[3], "open"): Counted(day(3), (2, 0, 0))}
    await step(store, 2, left(1, name, 4))
    await step(store, 1, left(3, name, 3), partition=1)
    assert await tallies.counted(GROUPS[3:4], day(9)) == {}


async def test_a_worker_that_was_overtaken_counts_nothing(store: StateStore, tallies: Tallies) -> None:
    await step(store, 0, entered(1, f"{GROUPS[0]}:closed", 0), begun(0))
    await step(store, 0, begun(0), partition=1)
    assert await step(store, 0, entered(1, f"{GROUPS[0]}:closed", 0)) == 1
    assert await tallies.counted(GROUPS[:1], day(0)) == {(GROUPS[0], "closed"): Counted(b"", (0, 0, 1))}


async def test_groups_without_a_number_are_counted_by_their_lists(store: StateStore, tallies: Tallies) -> None:
    await step(store, 0, entered(1, "/schools/2151343101:open", 0))
    assert await tallies.counted(["/schools/2151343101"], day(0)) is None
    assert await tallies.counted([], day(0)) == {}


async def test_what_stands_before_a_day_and_on_it_is_told_of_the_day_that_began_last_and_of_the_next(
    store: StateStore, tallies: Tallies, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{GROUPS[0]}:open"
    await step(store, 0, *(entered(n, name, n) for n in range(5)), begun(2))
    assert await tallies.counted(GROUPS[:1], day(2)) is None, "in the other partition no day began"
    await step(store, 0, begun(2), partition=1)
    await step(store, 1, left(0, name, 0), left(2, name, 2), *(entered(n, name, n % 10) for n in (11, 13, 14, 24)))
    found = {at: await tallies.counted(GROUPS[:1], day(at)) for at in range(6)}
    assert found == {
        0: None,
        1: None,
        2: {(GROUPS[0], "open"): Counted(day(1), (2, 0, 5))},
        3: {(GROUPS[0], "open"): Counted(day(1), (2, 2, 3))},
        4: None,
        5: None,
    }
    for partition, at in ((0, 2), (1, 1)):
        await step(store, at, begun(3), partition=partition)
    assert await tallies.counted(GROUPS[:1], day(3)) == found[3]
    assert await tallies.counted(GROUPS[:1], day(4)) == {(GROUPS[0], "open"): Counted(day(1), (4, 3, 0))}
    monkeypatch.setattr(tallies_module, "script", script_without("read_counts", "the days are told apart"))
    unguarded = Tallies(redis, "case", generation="1", partitions=PARTITIONS, tallied=TALLIED)
    assert await unguarded.counted(GROUPS[:1], day(9)) == {(GROUPS[0], "open"): Counted(day(1), (2, 2, 3))}, "it is counted as of another day"


async def test_a_day_that_follows_takes_over_what_was_counted_and_looks_into_each_list_once(
    store: StateStore, tallies: Tallies, redis: Redis, operator: Redis
) -> None:
    await step(store, 0, begun(1), *(entered(n, f"{group}:open", n % 5) for n, group in enumerate(GROUPS)))
    await step(store, 0, begun(1), partition=1)
    before = (await operator.info("commandstats"))["cmdstat_zlexcount"]["calls"]
    # In the step in which a day begins entries leave lists and enter them too, of the day itself, of the days around it, and of later ones.
    moved = [change for n in range(5) for change in (left(n, f"{GROUPS[n]}:open", n), entered(1000 + n, f"{GROUPS[n]}:open", (n + 1) % 5))]
    await step(store, 1, *moved, begun(2))
    assert (await operator.info("commandstats"))["cmdstat_zlexcount"]["calls"] - before == len(GROUPS), "a nation is not looked into three times"
    await step(store, 1, begun(2), partition=1)
    await check(tallies, redis, 2, 3)
    for partition in range(PARTITIONS):
        await step(store, 2, begun(4), partition=partition)
    await check(tallies, redis, 4, 5)
    for partition in range(PARTITIONS):
        await step(store, 3, begun(5), partition=partition)
    await check(tallies, redis, 5, 6)


async def check(tallies: Tallies, redis: Redis, *days: int) -> None:
    """Compare what stands before a day, on it and later with the lists."""
    listing = Listing(redis, "case", generation="1", partitions=PARTITIONS)
    for on in days:
        counted = await tallies.counted(GROUPS, day(on))
        assert counted is not None
        assert {name: each.ranges for name, each in counted.items()} == {
            name: tuple(each.ranges) for name, each in (await listing.counted(GROUPS, ["open"], [day(on), day(on + 1)])).items()
        }


RANGES = [(None, 1), (None, 2), (1, 2), (2, None), (1, None), (2, 3), (None, 0)]


@pytest.mark.parametrize(("not_below", "below"), RANGES)
async def test_groups_without_an_entry_in_a_range_are_known_without_a_look_into_their_lists(
    store: StateStore, tallies: Tallies, not_below: int | None, below: int | None
) -> None:
    """Today is the second day: what stands before it, on it, and later is told apart. A list that is not counted by day has an entry or has none."""
    for partition in range(PARTITIONS):
        changes = [entered(n, f"{GROUPS[n]}:open", n % 3) for n in range(0, 300, 2)]
        await step(store, 0, begun(1), *changes[partition::PARTITIONS], entered(999, f"{GROUPS[400]}:closed", 0), partition=partition)
    lowest, end = b"" if not_below is None else day(not_below), None if below is None else day(below)
    wanted = {n % 3 for n in range(3) if (not_below is None or n >= not_below) and (below is None or n < below)}
    if below == 0:
        wanted = {0}  # of the days before today it is not told which they are
    open_ = [group for n, group in enumerate(GROUPS) if n < 300 and n % 2 == 0 and n % 3 in wanted]
    assert list(await tallies.having(GROUPS, ["open"], day(1), not_below=lowest, below=end)) == open_
    assert list(await tallies.having(GROUPS, ["open", "closed"], day(1), not_below=lowest, below=end)) == [*open_, GROUPS[400]]


async def test_groups_of_which_it_is_not_known_stay(store: StateStore, tallies: Tallies) -> None:
    for partition in range(PARTITIONS):
        await step(store, 0, begun(1), entered(1, f"{GROUPS[0]}:open", 0), partition=partition)
    before = {"not_below": b"", "below": day(1)}
    assert await tallies.having(GROUPS, ["open"], day(1), **before) == GROUPS[:1]
    assert await tallies.having(GROUPS, ["open"], day(3), not_below=b"", below=day(3)) == GROUPS, "the day is not counted"
    assert await tallies.having([*GROUPS, "school"], ["open"], day(1), **before) == [*GROUPS, "school"], "one of them is not counted"
    assert await tallies.having(GROUPS, ["open", "due"], day(1), **before) == GROUPS, "one of the kinds is not counted"
    assert await tallies.having(GROUPS, ["open"], day(1), not_below=b"", below=None) == GROUPS, "which lists there are is known to whoever reads them"
    assert await tallies.having(GROUPS[: tallies_module.FEW], ["open"], day(1), **before) == GROUPS[: tallies_module.FEW], "few are read as quickly"
