"""The hub: when it works, for which areas, and how often."""

import asyncio
import json
from functools import partial
from math import inf

import pytest
from prometheus_client import CollectorRegistry

from services.reporting.answers.current_view import CurrentView
from services.reporting.answers.documents import AsOf
from services.reporting.answers.exactness import Exactness
from services.reporting.live import channel as channel_module
from services.reporting.live import hub as hub_module
from services.reporting.live.document import LiveCounts
from services.reporting.live.hub import Hub, Pace
from services.reporting.live.meters import ApiMeters
from services.reporting.live.subscriber import Subscriber
from services.reporting.view.board_reader import BoardReader
from services.reporting.view.rolled_up import RolledUp
from shared import clock
from shared.geography.county_codes import codes_in
from shared.http.problems import Problem
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect
from tests.components.reporting.counted_facts import folded, remembered
from tests.components.reporting.live.live_rig import HURRIED, count, memory_to_show
from tests.components.reporting.screen import NATION, NOWHERE, RECORD, URUMQI, ZHAOJUE
from tests.components.reporting.written_facts import fact, standing
from tests.support.served import PATIENCE, eventually

LIANGSHAN = "513400"
ONCE = Pace(delta=3_600.0, heartbeat=3_600.0)
"""Sends one delta; the next would come long after the test."""


class Rig:
    """A hub over a memory, without a server."""

    def __init__(self, pace: Pace = HURRIED, *, most: int = 1_000) -> None:
        self.meters = ApiMeters(CollectorRegistry())
        self.reader = BoardReader(connect(NOWHERE), MemoryLog(1), partitions=1)
        self.reader.show(memory_to_show())
        self.hub = Hub(self.reader, CurrentView(self.reader), baseline="published", most=most, most_per_address=most, meters=self.meters, pace=pace)

    def join(self, area: str, last: str | None = None) -> "Look":
        return Look(self.hub.subscribe([area], last, None))


class Look:
    """The events that a subscriber receives."""

    def __init__(self, reader: Subscriber) -> None:
        self.reader = reader
        self._events = reader.events()

    async def next(self) -> bytes:
        """Wait for an event, and return all that wait."""
        async with asyncio.timeout(PATIENCE):
            return await anext(self._events)

    async def next_with(self, what: bytes) -> bytes:
        """Wait for the next piece that has these bytes in it."""
        while what not in (got := await self.next()):
            pass
        return got

    async def ends(self) -> None:
        async with asyncio.timeout(PATIENCE):
            async for _ in self._events:
                pass


async def others_had_their_turn() -> None:
    """Let every task that is ready run, many times over."""
    for _ in range(200):
        await asyncio.sleep(0)


@pytest.fixture
async def encoded(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The documents that channels encode."""
    documents: list[object] = []
    encode = channel_module._encode

    def watched(document: object) -> bytes:
        documents.append(document)
        return encode(document)

    monkeypatch.setattr(channel_module, "_encode", watched)
    return documents


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The area of each document that was made."""
    areas: list[str] = []
    made = Hub._document

    def watched(hub: Hub, view: RolledUp, shown: hub_module._Shown, as_of: AsOf) -> LiveCounts:
        areas.append(shown.area)
        return made(hub, view, shown, as_of)

    monkeypatch.setattr(Hub, "_document", watched)
    return areas


@pytest.fixture
def dissolved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Areas that no longer exist."""
    areas: list[str] = []
    made = Hub._document

    def refusing(hub: Hub, view: RolledUp, shown: hub_module._Shown, as_of: AsOf) -> LiveCounts:
        if shown.area in areas:
            raise Problem(404, "unknown-area", "No such area", "It was dissolved.")
        return made(hub, view, shown, as_of)

    monkeypatch.setattr(Hub, "_document", refusing)
    return areas


async def test_changes_in_between_are_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    paused, sleep = asyncio.Event(), asyncio.sleep

    async def pause(seconds: float) -> None:
        if seconds == ONCE.delta:
            paused.set()
        await sleep(seconds)

    monkeypatch.setattr(asyncio, "sleep", pause)
    rig = Rig(ONCE)
    look = rig.join(NATION)
    async with rig.hub.running(), asyncio.timeout(PATIENCE):
        await look.next_with(b"heartbeat")
        count(rig.reader)
        assert b'"offsets":{"0":2}' in await look.next_with(b"event: delta")
        await paused.wait()
        for _ in range(5):
            count(rig.reader)
            await others_had_their_turn()
        # No event waits although the memory changed five times: the pause after the first delta lasts.
        assert look.reader.offer(b"the next")
        assert await look.next() == b"the next"


async def test_a_heartbeat_holds_no_delta_up() -> None:
    rig = Rig(Pace(delta=3_600.0, heartbeat=0.01))
    look = rig.join(NATION)
    async with rig.hub.running():
        await look.next_with(b"heartbeat")
        await look.next_with(b"heartbeat")
        count(rig.reader)
        await look.next_with(b"event: delta")


async def test_all_who_follow_an_area_get_the_same_bytes_encoded_once(encoded: list[object]) -> None:
    rig = Rig(Pace(delta=0.0, heartbeat=3_600.0))
    looks = [rig.join(NATION) for _ in range(5)]
    async with rig.hub.running():
        snapshots = {id(await look.next()) for look in looks}
        for look in looks:
            await look.next_with(b"heartbeat")
        assert (len(snapshots), len(encoded)) == (1, 2)
        count(rig.reader)
        deltas = {id(await look.next()) for look in looks}
        assert (len(deltas), len(encoded)) == (1, 3)


async def test_nothing_is_worked_out_for_an_area_that_nobody_follows(worked_out: list[str]) -> None:
    rig = Rig()
    left, stays = rig.join(ZHAOJUE), rig.join(NATION)
    rig.hub.unsubscribe(left.reader)
    async with rig.hub.running():
        await stays.next_with(b"heartbeat")
        for _ in range(3):
            count(rig.reader)
            await stays.next_with(b"event: delta")
        rig.hub.unsubscribe(stays.reader)
        count(rig.reader)
        await others_had_their_turn()
    assert worked_out == [ZHAOJUE, NATION, NATION, NATION, NATION]


async def test_nothing_is_worked_out_while_nothing_changes(worked_out: list[str]) -> None:
    rig = Rig()
    look = rig.join(NATION)
    async with rig.hub.running():
        for _ in range(5):
            await look.next_with(b"heartbeat")
    assert worked_out == [NATION]


async def test_who_joins_while_others_follow_is_brought_to_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_module, "_SAME_AGE", -1.0)
    rig = Rig(ONCE)
    first = rig.join(NATION)
    async with rig.hub.running():
        await first.next_with(b"heartbeat")
        count(rig.reader)
        await first.next_with(b"event: delta")
        count(rig.reader)
        second = rig.join(NATION)
        assert b'"offsets":{"0":2}' in await second.next()


async def test_another_generation_is_told_whole_and_ends_what_was_kept() -> None:
    rig = Rig(Pace(delta=0.0, heartbeat=3_600.0))
    look = rig.join(NATION)
    async with rig.hub.running():
        await look.next_with(b"heartbeat")
        count(rig.reader)
        first = await look.next_with(b"event: delta")
        count(rig.reader)
        await look.next_with(b"event: delta")
        rig.reader.show(remembered(folded(*RECORD), generation="2"))
        again = await look.next_with(b"snapshot")
        assert id_of(again) != id_of(first)
        assert b"event: snapshot" in await rig.join(NATION, id_of(first)).next()


async def test_counts_that_were_read_whole_again_are_told_as_a_change() -> None:
    rig = Rig(Pace(delta=0.0, heartbeat=3_600.0))
    look = rig.join(NATION)
    async with rig.hub.running():
        first = await look.next()
        await look.next_with(b"heartbeat")
        again = fact("listed", None, standing("dropped_out"), 9, spell=1)
        rig.reader.show(remembered(folded(*RECORD, again)))
        delta = await look.next_with(b"event: delta")
        assert b'"out_of_school":3,' in delta
        assert await rig.join(NATION, id_of(first)).next_with(b"event: delta")


async def test_while_nobody_follows_another_generation_is_noticed_too() -> None:
    rig = Rig()
    look = rig.join(NATION)
    first = await look.next()
    rig.hub.unsubscribe(look.reader)
    rig.reader.show(remembered(folded(*RECORD), generation="2"))
    assert b"event: snapshot" in await rig.join(NATION, id_of(first)).next()


async def test_an_area_that_is_no_more_ends_its_streams_and_no_others(caplog: pytest.LogCaptureFixture, dissolved: list[str]) -> None:
    rig = Rig()
    gone, other = rig.join(LIANGSHAN), rig.join(NATION)
    async with rig.hub.running():
        await gone.next_with(b"heartbeat")
        dissolved.append(LIANGSHAN)
        count(rig.reader)
        await gone.ends()
        assert b"event: delta" in await other.next_with(b"event: delta")
    assert "513400" in caplog.text


async def test_so_many_areas_are_kept_for_those_who_come_back_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "_IDLE_CHANNELS_KEPT", 2)
    rig = Rig()
    last = {}
    for area in (ZHAOJUE, URUMQI, LIANGSHAN):
        look = rig.join(area)
        last[area] = id_of(await look.next())
        rig.hub.unsubscribe(look.reader)
    assert b"event: snapshot" in await rig.join(ZHAOJUE, last[ZHAOJUE]).next()
    assert b"event: heartbeat" in await rig.join(URUMQI, last[URUMQI]).next()


async def test_a_reader_is_cut_off_once_and_not_after_it_left() -> None:
    rig = Rig()
    reader = rig.join(NATION).reader
    rig.hub._cut_off(reader)
    rig.hub._cut_off(reader)
    assert rig.meters.stream_cut_off._value.get() == 1


async def test_when_it_stops_nobody_new_is_let_in() -> None:
    rig = Rig()
    look = rig.join(NATION)
    rig.hub.close()
    await look.ends()
    with pytest.raises(Problem, match="another one takes over"):
        rig.join(NATION)


async def test_what_was_missed_too_long_ago_is_told_whole() -> None:
    rig = Rig(Pace(delta=0.0, heartbeat=3_600.0))
    look = rig.join(NATION)
    async with rig.hub.running():
        first = await look.next()
        await look.next_with(b"heartbeat")
        for _ in range(50):
            count(rig.reader)
            latest = await look.next_with(b"event: delta")
        assert b"event: snapshot" in await rig.join(NATION, id_of(first)).next()
        assert (await rig.join(NATION, id_of(latest)).next()).startswith(b"event: heartbeat")


def id_of(event: bytes) -> str:
    return next(line for line in event.decode().splitlines() if line.startswith("id: ")).removeprefix("id: ")


async def test_a_snapshot_is_encoded_anew_when_it_has_grown_older(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    told = []
    for age in (0.1, 0.3, 60.0):
        monkeypatch.setattr(rig.reader, "lag", partial(float, age))
        told.append(await rig.join(NATION).next())
    assert [b'"lag_seconds":%b' % age in event for age, event in zip((b"0.1", b"0.1", b"60.0"), told, strict=True)] == [True] * 3


async def test_a_snapshot_belongs_to_the_vector_that_was_looked_at_last_though_no_number_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_module, "_SAME_AGE", inf)
    rig = Rig()
    look = rig.join(NATION)

    async def told_of_the_seventh() -> bool:
        joined = rig.join(NATION)
        told = await joined.next()
        rig.hub.unsubscribe(joined.reader)
        return b'"offsets":{"0":7}' in told

    async with rig.hub.running():
        await look.next_with(b"heartbeat")
        rig.reader.memory.move(0, 7, None, None)
        rig.reader.changed.set()
        await eventually(told_of_the_seventh, "a snapshot of the newer vector")


async def test_after_long_work_the_pause_is_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(Pace(delta=0.0, heartbeat=3_600.0))
    now, pauses = [0.0], list[float]()
    paused = asyncio.Event()
    sleep = asyncio.sleep

    async def long_work(hub: Hub, *, heartbeats: bool) -> bool:
        now[0] += 7.0
        return False

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        paused.set()
        await sleep(0)

    monkeypatch.setattr(Hub, "_tick", long_work)
    monkeypatch.setattr(clock, "seconds", lambda: now[0])
    monkeypatch.setattr(asyncio, "sleep", pause)
    async with rig.hub.running(), asyncio.timeout(PATIENCE):
        await paused.wait()
    assert pauses[0] == 7.0


async def test_while_many_are_told_others_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "_AT_ONCE", 10)
    rig = Rig()
    looks = [rig.join(ZHAOJUE) for _ in range(100)]
    telling = asyncio.create_task(rig.hub._tick(heartbeats=True))
    turns = 0
    while not telling.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 10
    assert all([b"event: heartbeat" in await look.next() for look in looks])


async def test_the_numbers_of_small_cells_are_in_the_streams_of_those_alone_who_may_see_them() -> None:
    rig = Rig()
    county, nation = Exactness(frozenset({ZHAOJUE})), Exactness(frozenset(codes_in(NATION)))
    told = {
        name: json.loads((await Look(rig.hub.subscribe([ZHAOJUE], None, None, exactness=each)).next()).partition(b"data: ")[2].splitlines()[0])
        for name, each in {"anybody": Exactness(frozenset()), "county": county, "nation": nation}.items()
    }
    assert {name: (each["poor"], each["suppressed"]) for name, each in told.items()} == {
        "anybody": (None, True),
        "county": (1, False),
        "nation": (1, False),
    }
    assert {name: each["headline"]["poor"]["now"] for name, each in told.items()} == {"anybody": None, "county": None, "nation": 1}


async def test_the_id_of_an_exact_stream_opens_nothing_to_others() -> None:
    rig = Rig()
    last = id_of(await Look(rig.hub.subscribe([ZHAOJUE], None, None, exactness=Exactness(frozenset({ZHAOJUE})))).next())
    count(rig.reader)
    got = await rig.join(ZHAOJUE, last).next()
    assert b"event: snapshot" in got
    assert b'"suppressed":true' in got
