"""Lists out of states: pages follow one another in order, without a gap or a repeat, and each does bounded work."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from zlib import crc32

import pytest

from shared.deciding.states import listing as listing_module
from shared.deciding.states.listing import Cursor, Listing, Page
from shared.deciding.states.state_store import Change, StateStore
from shared.redis.edge import Redis

PARTITIONS = 3
COUNTIES = [f"{county:06d}" for county in range(510_000, 510_040)]
KINDS = ("open", "closed")


@pytest.fixture
def listing(redis: Redis) -> Listing:
    return Listing(redis, "case", generation="1", partitions=PARTITIONS)


def key(day: int) -> bytes:
    return day.to_bytes(4)


Listed = tuple[int, bytes, str, str, int]
"""Partition, id, group, kind and day of one entry."""


async def put(redis: Redis, entries: Sequence[Listed]) -> None:
    """Write entries as a worker does: with the states that they stand for."""
    store = StateStore(redis, "case", generation="1", buckets=8, format_version=1)
    for partition in range(PARTITIONS):
        changes = [
            Change(id_, b"state", enters=[(f"{group}:{kind}", key(day) + id_)]) for where, id_, group, kind, day in entries if where == partition
        ]
        await store.rebuilding(partition)
        await store.apply_rebuilding(partition, 0, 1, "", changes)


def invented(number: int, *, groups: Sequence[str] = COUNTIES, days: int = 9) -> list[Listed]:
    draws = [[crc32(b"%d/%d" % (n, draw)) for draw in range(4)] for n in range(number)]
    return [(draw[0] % PARTITIONS, n.to_bytes(16), groups[draw[1] % len(groups)], KINDS[draw[2] % 2], draw[3] % days) for n, draw in enumerate(draws)]


def in_order(entries: Sequence[Listed]) -> list[tuple[bytes, bytes]]:
    return [(key(day), id_) for _, id_, _, _, day in sorted(entries, key=lambda e: (e[2], e[4], e[1]))]


def shown(page: Page) -> list[tuple[bytes, bytes]]:
    return [(entry.sort_key, entry.state_id) for entry in page.entries]


async def all_pages(listing: Listing, groups: Sequence[str], kinds: Sequence[str] = KINDS, **asked: int) -> list[Page]:
    pages, after = [], None
    while True:
        page = await listing.page(groups, kinds, after=after, below=None, limit=asked.get("limit", 7), most_groups=asked.get("most_groups", 400))
        pages.append(page)
        if page.next is None:
            return pages
        after = Cursor.of(str(page.next))


@pytest.mark.parametrize("limit", [1, 7, 100, 1_000])
async def test_pages_follow_one_another_by_group_and_sort_key_without_a_gap_or_a_repeat(redis: Redis, listing: Listing, limit: int) -> None:
    entries = invented(300)
    await put(redis, entries)
    pages = await all_pages(listing, COUNTIES, limit=limit)
    assert [each for page in pages for each in shown(page)] == in_order(entries)
    assert all(len(page.entries) == limit for page in pages[:-1])


async def test_entries_of_one_group_come_from_all_partitions_and_kinds_in_one_order(redis: Redis, listing: Listing) -> None:
    entries = invented(60, groups=["510000"], days=2)
    await put(redis, entries)
    assert {entry.partition for page in await all_pages(listing, ["510000"]) for entry in page.entries} == {0, 1, 2}
    assert [each for page in await all_pages(listing, ["510000"]) for each in shown(page)] == in_order(entries)


async def test_each_entry_says_in_which_partition_its_state_is(redis: Redis, listing: Listing) -> None:
    entries = invented(30)
    await put(redis, entries)
    (page,) = await all_pages(listing, COUNTIES, limit=30)
    assert {entry.state_id: entry.partition for entry in page.entries} == {id_: partition for partition, id_, _, _, _ in entries}


async def test_only_the_partitions_asked_for_are_shown(redis: Redis, listing: Listing) -> None:
    entries = invented(100)
    await put(redis, entries)
    page = await listing.page(COUNTIES, KINDS, after=None, below=None, limit=1_000, partitions=[2, 0])
    assert shown(page) == in_order([entry for entry in entries if entry[0] != 1])
    assert {entry.partition for entry in page.entries} == {0, 2}


async def test_only_the_kinds_and_groups_asked_for_are_shown(redis: Redis, listing: Listing) -> None:
    entries = invented(200)
    await put(redis, entries)
    asked = [entry for entry in entries if entry[3] == "closed" and entry[2] in COUNTIES[5:9]]
    assert [each for page in await all_pages(listing, COUNTIES[5:9], ["closed"]) for each in shown(page)] == in_order(asked)


async def test_only_what_sorts_below_the_limit_is_shown(redis: Redis, listing: Listing) -> None:
    entries = invented(200)
    await put(redis, entries)
    page = await listing.page(COUNTIES, KINDS, after=None, below=key(4), limit=1_000)
    assert shown(page) == in_order([entry for entry in entries if entry[4] < 4])


@pytest.mark.parametrize("guarded", [True, False])
async def test_only_what_sorts_from_there_on_is_shown_in_every_group_and_behind_any_cursor(
    redis: Redis, listing: Listing, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = invented(200)
    await put(redis, entries)
    if not guarded:
        monkeypatch.setattr(listing_module._Wanted, "may_begin_behind", lambda *_: True)
    page = await listing.page(COUNTIES, KINDS, after=None, not_below=key(4), below=key(6), limit=1_000)
    assert shown(page) == in_order([entry for entry in entries if 4 <= entry[4] < 6])
    behind = Cursor(COUNTIES[3], key(1) + bytes(16))
    page = await listing.page(COUNTIES, KINDS, after=behind, not_below=key(4), below=None, limit=1_000)
    assert (shown(page) == in_order([entry for entry in entries if entry[4] >= 4 and entry[2] >= COUNTIES[3]])) == guarded


async def test_a_page_begins_behind_its_cursor_in_that_group_only(redis: Redis, listing: Listing) -> None:
    await put(redis, [(0, b"a" * 16, "510000", "open", 9), (1, b"b" * 16, "510000", "open", 8), (2, b"c" * 16, "510001", "open", 1)])
    first = await listing.page(COUNTIES, KINDS, after=None, below=None, limit=1)
    assert shown(first) == [(key(8), b"b" * 16)]
    rest = await listing.page(COUNTIES, KINDS, after=first.next, below=None, limit=10)
    assert shown(rest) == [(key(9), b"a" * 16), (key(1), b"c" * 16)]


async def test_the_groups_may_be_any_sequence(redis: Redis, listing: Listing) -> None:
    entries = invented(60)
    await put(redis, entries)
    pages = await all_pages(listing, tuple(COUNTIES), limit=7)
    assert [each for page in pages for each in shown(page)] == in_order(entries)


async def test_a_cursor_goes_on_though_its_group_is_not_asked_for(redis: Redis, listing: Listing) -> None:
    await put(redis, [(0, b"a" * 16, "510000", "open", 1), (0, b"b" * 16, "510002", "open", 1)])
    page = await listing.page(["510000", "510002"], KINDS, after=Cursor("510001", key(9) + b"x" * 16), below=None, limit=10)
    assert shown(page) == [(key(1), b"b" * 16)]


async def test_a_page_looks_into_so_many_groups_with_lists_and_no_more(redis: Redis, listing: Listing) -> None:
    """What is wanted is in two groups; each but the last few has a list, with nothing of it, in one partition."""
    entries = [(n % PARTITIONS, n.to_bytes(16), group, "open", 8) for n, group in enumerate(COUNTIES[:36])]
    await put(redis, [*entries, (0, b"a" * 16, COUNTIES[39], "open", 1), (2, b"b" * 16, COUNTIES[10], "open", 1)])
    pages = [await listing.page(COUNTIES, KINDS, after=None, below=key(2), limit=9, most_groups=4)]
    while after := pages[-1].next:
        pages.append(await listing.page(COUNTIES, KINDS, after=after, below=key(2), limit=9, most_groups=4))
    assert [[entry.state_id for entry in page.entries] for page in pages] == [[b"b" * 16], [], [b"a" * 16]]
    assert [str(page.next) for page in pages[:-1]] == ["510014.", "510030."]


async def test_groups_without_lists_are_passed_over_however_many(redis: Redis, listing: Listing) -> None:
    await put(redis, [(0, b"a" * 16, COUNTIES[39], "open", 1), (2, b"b" * 16, COUNTIES[10], "open", 1)])
    page = await listing.page(COUNTIES, KINDS, after=None, below=key(9), limit=9, most_groups=1)
    assert (shown(page), page.next) == ([(key(1), b"b" * 16), (key(1), b"a" * 16)], None)


@pytest.mark.parametrize("limit", [1, 2, 20, 59, 60])
async def test_pages_are_as_full_where_one_partition_has_it_all(redis: Redis, listing: Listing, limit: int) -> None:
    entries = [(1, id_, group, kind, day) for _, id_, group, kind, day in invented(60)]
    await put(redis, entries)
    pages = await all_pages(listing, COUNTIES, limit=limit)
    assert [each for page in pages for each in shown(page)] == in_order(entries)
    assert [len(page.entries) for page in pages] == [limit] * (60 // limit) + [60 % limit] * (60 % limit > 0)


async def test_of_nothing_there_is_one_empty_page(listing: Listing) -> None:
    assert await listing.page([], KINDS, after=None, below=None, limit=10) == Page([], None)
    assert await listing.page(COUNTIES, KINDS, after=None, below=None, limit=10) == Page([], None)


@pytest.mark.parametrize("text", ["", "510000", "510000.zz", "510000.0"])
def test_what_is_no_cursor_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Cursor.of(text)


async def test_states_are_read_together_from_several_partitions(redis: Redis) -> None:
    store = StateStore(redis, "case", generation="1", buckets=8, format_version=1)
    for partition in range(PARTITIONS):
        await store.rebuilding(partition)
        await store.apply_rebuilding(partition, 0, 1, "", [Change(bytes([partition]) * 16, b"state %d" % partition)])
    asked = [(2, b"\2" * 16), (0, b"\0" * 16), (1, b"\2" * 16)]
    assert await store.get_all(asked) == [b"state 2", b"state 0", None]
    assert await store.get_all([]) == []


async def test_a_group_is_known_to_have_a_list_as_long_as_it_has(redis: Redis) -> None:
    store, entries = StateStore(redis, "case", generation="1", buckets=8, format_version=1), [key(1) + bytes([n]) * 16 for n in range(3)]

    async def known() -> set[bytes]:
        redis_: Any = redis
        return set(await redis_.smembers("{case:1:p0}:groups:open"))

    async def change(at: int, *changes: tuple[Sequence[bytes], Sequence[bytes]]) -> None:
        lists = [([("510000:open", entry) for entry in leaves], [("510000:open", entry) for entry in enters]) for leaves, enters in changes]
        await store.apply_rebuilding(0, at, at + 1, "", [Change(b"a" * 16, b"state", leaves, enters) for leaves, enters in lists])

    await store.rebuilding(0)
    await change(0, ([], entries[:1]), ([], entries[:1]), ([], entries[1:2]))
    await change(1, (entries[:1], entries[2:]), (entries[1:2], []), (entries[1:2], []))
    assert await known() == {b"510000"}, "one is left, another came and went"
    await change(2, (entries[2:], []))
    assert await known() == set()
    await change(3, (entries[2:], entries[:1]))
    assert await known() == {b"510000"}
    await change(4, ([], entries[1:2]), (entries[:2], []))
    assert await known() == set(), "what came and went in one step is not there"


@pytest.mark.parametrize("bounds", [(), (3,), (2, 5), (0, 9)])
async def test_lists_are_counted_between_bounds_over_all_partitions(redis: Redis, listing: Listing, bounds: tuple[int, ...]) -> None:
    entries = invented(300)
    await put(redis, entries)
    counted = await listing.counted(COUNTIES, KINDS, [key(bound) for bound in bounds])
    edges = [-1, *bounds, 1_000]
    for county in COUNTIES:
        for kind in KINDS:
            days = [day for _, _, group, kind_, day in entries if (group, kind_) == (county, kind)]
            if not days:
                assert (county, kind) not in counted
                continue
            ranges = [sum(max(low, 0) <= day < high for day in days) for low, high in pairwise(edges)]
            assert counted[county, kind] == (key(min(days)), ranges)
    few = await listing.counted(COUNTIES[:1], KINDS[1:], [])
    assert few == {name: each for name, each in (await listing.counted(COUNTIES, KINDS, [])).items() if name == (COUNTIES[0], KINDS[1])}
