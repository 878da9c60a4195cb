"""The stream over real sockets, from a memory."""

import asyncio
import json

import httpx
import pytest

from services.reporting.live import subscriber as subscriber_module
from services.reporting.live.subscriber import Subscriber
from tests.components.reporting.answers.test_open_answers import BUTUO, JINYANG, memory_of
from tests.components.reporting.live.live_rig import HURRIED, Rig, memory_to_show
from tests.components.reporting.screen import NATION, ZHAOJUE
from tests.support.served import PATIENCE, eventually, following, served, taking_nothing, until_it_ends


@pytest.fixture
def rig() -> Rig:
    return Rig(memory_to_show())


async def test_first_the_counts_then_what_changes_in_them(rig: Rig) -> None:
    async with served(rig.app) as server, following(server.url, "513400") as follower:
        snapshot = await follower.next()
        async with httpx.AsyncClient(base_url=server.url) as client:
            counts, headline = [(await client.get(path)).json() for path in ("/v1/counts?area=513400", "/v1/headline")]
        assert snapshot.kind == "snapshot"
        assert {name: snapshot.data[name] for name in counts if name != "as_of"} == {name: counts[name] for name in counts if name != "as_of"}
        assert snapshot.data["headline"] == {name: headline[name] for name in ("all", "poor", "watch52")}
        rig.count(children=3)
        delta = await follower.next("delta")
        assert (delta.data["out_of_school"], delta.data["as_of"]["offsets"]) == (4, {"0": 2})
        assert [(part["code"], part["out_of_school"]) for part in delta.data["children"]] == [(ZHAOJUE, 4)]
        assert delta.data["headline"]["all"]["now"] == 5
        assert delta.data["newest"][0] == {"county": ZHAOJUE, "name": "昭觉县", "day": "2019-05-01", "flow": "newly_out", "n": 3}
        assert delta.id not in (None, snapshot.id)


async def test_of_a_county_that_comes_to_have_few_children_a_delta_takes_back_all_but_the_number() -> None:
    rig = Rig(memory_of({ZHAOJUE: 5, BUTUO: 30, JINYANG: 8}))
    async with served(rig.app) as server, following(server.url, ZHAOJUE) as county, following(server.url, "513400") as prefecture:
        told = (await county.next("snapshot")).data
        assert (told["out_of_school"], told["poor"], told["by_reason"]["work"], told["suppressed"]) == (5, 2, 5, False)
        await prefecture.next("snapshot")
        rig.count(children=-1)
        few = (await county.next("delta")).data
        assert (few["out_of_school"], few["suppressed"]) == (4, True)
        assert [few[part] for part in ("poor", "by_reason", "by_stage", "relief")] == [None] * 4
        children = {
            child["code"]: (child["out_of_school"], child["poor"], child["suppressed"]) for child in (await prefecture.next("delta")).data["children"]
        }
        assert children == {ZHAOJUE: (4, None, True), JINYANG: (8, None, True)}  # and the neighbour that covers it, though its number is the same


async def test_it_tells_how_old_it_is_while_nothing_happens(rig: Rig) -> None:
    rig.log.unavailable = True  # so nobody knows whether there is more
    async with served(rig.app) as server, following(server.url, NATION) as follower:
        first, second = await follower.next("heartbeat"), await follower.next("heartbeat")
        assert set(first.data) == {"as_of"}
        assert first.data["as_of"]["offsets"] == {"0": 1}
        assert second.data["as_of"]["lag_seconds"] > first.data["as_of"]["lag_seconds"]
        assert first.id is None


async def test_whoever_comes_back_gets_what_was_missed(rig: Rig) -> None:
    async with served(rig.app) as server, following(server.url, NATION) as stays:
        async with following(server.url, NATION) as leaves:
            last = (await leaves.next("snapshot")).id
        await stays.next("snapshot")
        rig.count(children=2)
        missed = await stays.next("delta")
        async with following(server.url, NATION, last) as back:
            assert await back.next("snapshot", "delta") == missed
        async with following(server.url, NATION, missed.id) as back:
            assert (await back.next()).kind == "heartbeat"


async def test_nothing_is_lost_while_nobody_follows(rig: Rig) -> None:
    async with served(rig.app) as server:
        async with following(server.url, NATION) as leaves:
            last = (await leaves.next("snapshot")).id
        rig.count(children=2)
        rig.count(children=2)
        async with following(server.url, NATION, last) as back:
            delta = await back.next()
            assert (delta.kind, delta.data["out_of_school"], delta.data["as_of"]["offsets"]) == ("delta", 6, {"0": 3})


@pytest.mark.parametrize("last", ["", "0", "nonsense", "1234567890ab-1", "ÿþ", "x" * 5_000])
async def test_an_id_that_nobody_knows_gets_the_whole(rig: Rig, last: str) -> None:
    async with served(rig.app) as server, following(server.url, ZHAOJUE, last) as follower:
        assert (await follower.next()).kind == "snapshot"


async def test_the_id_of_another_area_gets_the_whole(rig: Rig) -> None:
    async with served(rig.app) as server, following(server.url, NATION) as one:
        id_ = (await one.next("snapshot")).id
        async with following(server.url, ZHAOJUE, id_) as other:
            assert (await other.next()).data["area"]["code"] == ZHAOJUE


async def test_one_stream_tells_of_several_areas_each_in_documents_of_its_own(rig: Rig) -> None:
    async with served(rig.app) as server, following(server.url, f"{NATION},{ZHAOJUE},watch52,{ZHAOJUE}") as follower:
        first = [await follower.next("snapshot") for _ in range(3)]
        assert [each.data["area"]["code"] for each in first] == [NATION, ZHAOJUE, "watch52"]
        assert await rig.metric("baoxue_stream_clients") == 1
        rig.count(children=3)
        deltas = {delta.data["area"]["code"]: delta.data for delta in [await follower.next("delta") for _ in range(3)]}
        assert {area: delta["out_of_school"] for area, delta in deltas.items()} == {NATION: 5, ZHAOJUE: 4, "watch52": 4}
    await eventually(rig.nobody_follows, "the stream is gone from all its areas")


async def test_who_comes_back_to_several_areas_misses_nothing_of_any(rig: Rig) -> None:
    async with served(rig.app) as server:
        async with following(server.url, f"{NATION},{ZHAOJUE}") as leaves:
            last = [await leaves.next("snapshot") for _ in range(2)][-1].id
        rig.count(children=3)
        async with following(server.url, f"{NATION},{ZHAOJUE}", last) as back:
            events = [await back.next("snapshot", "delta") for _ in range(2)]
        assert {(event.kind, event.data["area"]["code"], event.data["out_of_school"]) for event in events} == {
            ("snapshot", NATION, 5),
            ("delta", ZHAOJUE, 4),
        }


async def test_all_counties_of_the_nation_stand_beside_the_counts_at_the_same_vector(rig: Rig) -> None:
    async with served(rig.app) as server, following(server.url, "110000") as follower:
        snapshot = await follower.next("snapshot")
        async with httpx.AsyncClient(base_url=server.url) as client:
            assert snapshot.data["counties"] == (await client.get("/v1/map")).json()["out_of_school"]
        rig.count(children=3)
        delta = await follower.next("delta")
        assert (delta.data["counties"], delta.data["children"], delta.data["as_of"]["offsets"]) == ({ZHAOJUE: 4}, [], {"0": 2})


async def test_an_area_has_a_figure_of_its_own(rig: Rig) -> None:
    async with served(rig.app) as server, following(server.url, f"{NATION},watch52,{ZHAOJUE},110000") as follower:
        found = {event.data["area"]["code"]: event.data for event in [await follower.next("snapshot") for _ in range(4)]}
    assert found[NATION]["figure"] == found[NATION]["headline"]["all"]
    assert found["watch52"]["figure"] == found[NATION]["headline"]["watch52"]
    own = {"now": 1, "baseline": 2, "baseline_date": "2019-03-01", "baseline_precision": "exact", "basis": "record", "fall": 0.5}
    assert found[ZHAOJUE]["figure"] == own
    assert (found["110000"]["figure"]["baseline"], found["110000"]["figure"]["fall"]) == (0, None)


@pytest.mark.parametrize(("areas", "status"), [(f"{NATION},999999", 404), (",".join(f"{n:06}" for n in range(17)), 422), (f"{NATION},", 404)])
async def test_several_areas_of_which_one_is_none_or_too_many_are_a_problem(rig: Rig, areas: str, status: int) -> None:
    async with served(rig.app) as server, httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.get("/v1/stream", params={"area": areas})).status_code == status
        assert await rig.metric("baoxue_stream_clients") == 0


async def test_a_stream_of_no_area_is_a_problem_before_it_begins(rig: Rig) -> None:
    async with served(rig.app) as server, httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.get("/v1/stream", params={"area": "999999"})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert answer.json()["type"].endswith("#unknown-area")


async def test_before_anything_is_built_there_is_no_stream() -> None:
    async with served(Rig(None).app) as server, httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.get("/v1/stream")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json()["type"].endswith("#not-built")


@pytest.mark.parametrize(("most", "of_address"), [(2, 100), (100, 2)])
async def test_more_than_so_many_are_turned_away(most: int, of_address: int) -> None:
    rig = Rig(memory_to_show(), most_streams=most, most_streams_per_address=of_address)
    async with served(rig.app) as server, httpx.AsyncClient(base_url=server.url) as client:
        async with following(server.url, NATION) as one, following(server.url, ZHAOJUE) as other:
            await one.next()
            await other.next()
            async with client.stream("GET", "/v1/stream") as answer:  # not read before it is known to be no stream
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
                assert json.loads(await answer.aread())["type"].endswith("#too-many-streams")
            assert (await client.get("/v1/counts")).status_code == 200
            assert await rig.metric("baoxue_stream_turned_away_total") == 1
        await eventually(rig.nobody_follows, "those who left make room")
        async with following(server.url, NATION) as another:
            assert (await another.next()).kind == "snapshot"


async def test_a_request_behind_a_stream_leaves_no_place_taken_for_ever(rig: Rig) -> None:
    stream = b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with served(rig.app) as server:
        for behind in (b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", stream, stream * 3):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(stream + behind)
            async with asyncio.timeout(PATIENCE):
                await reader.readuntil(b"event: snapshot")
            writer.transport.abort()
            await eventually(rig.nobody_follows, "the place of who left is free")


async def test_head_takes_no_place(rig: Rig) -> None:
    async with served(rig.app) as server, httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as client:
        head = await client.head("/v1/stream")
        assert (head.status_code, head.headers["cache-control"]) == (200, "no-store")
        await eventually(rig.nobody_follows, "nobody follows")


async def test_no_proxy_stores_it_or_holds_it_back(rig: Rig) -> None:
    async with served(rig.app) as server, following(server.url, NATION) as follower:
        headers = follower.response.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")


async def test_a_reader_that_takes_nothing_is_cut_off_and_the_others_miss_nothing() -> None:
    rig = Rig(memory_to_show(), pace=HURRIED)
    async with served(rig.app) as server, following(server.url, "sanqu") as other, taking_nothing(server.url, "sanqu") as slow:
        shown = (await other.next("snapshot")).data["out_of_school"]
        for _ in range(1_000):
            if await rig.metric("baoxue_stream_cut_off_total"):
                break
            rig.count()
            delta = await other.next("delta")
            assert delta.data["out_of_school"] == shown + 1
            shown = delta.data["out_of_school"]
        assert await rig.metric("baoxue_stream_cut_off_total") == 1
        assert await rig.metric("baoxue_stream_clients") == 1
        # The connection is aborted, not ended in order: the server does not wait until it has taken what was written.
        assert not (await until_it_ends(slow)).endswith(b"\r\n0\r\n\r\n")
        rig.count()
        assert (await other.next("delta")).data["out_of_school"] == shown + 1


async def test_what_waits_for_a_reader_is_bounded() -> None:
    reader = Subscriber([b"first"], None)
    taken = [reader.offer(b"event") for _ in range(100)]
    assert 0 < sum(taken) < 50
    of_two = Subscriber([b"first", b"first"], None)
    assert sum(of_two.offer(b"event") for _ in range(100)) == 2 * sum(taken)
    assert not taken[-1]
    events = reader.events()
    assert await anext(events) == b"first" + b"event" * sum(taken)
    assert reader.offer(b"again")


async def test_when_the_server_stops_streams_end_at_once(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    async with served(rig.app) as server, following(server.url, NATION) as follower:
        await follower.next("snapshot")
        rest = asyncio.create_task(follower.rest())
        await server.stop()
        assert {event.kind for event in await rest} <= {"heartbeat"}
    assert "graceful shutdown exceeded" not in caplog.text


async def test_a_reader_that_takes_nothing_does_not_hold_the_server_up(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(subscriber_module, "MOST_WAITING", 10_000)  # it is stuck, and not cut off yet
    rig = Rig(memory_to_show(), pace=HURRIED)
    async with served(rig.app) as server, taking_nothing(server.url, "sanqu"), following(server.url, "sanqu") as other:
        await other.next("snapshot")
        for _ in range(200):
            rig.count()
            await other.next("delta")
        assert await rig.metric("baoxue_stream_cut_off_total") == 0
        await server.stop()
    assert await rig.metric("baoxue_stream_cut_off_total") == 1
    assert "graceful shutdown exceeded" not in caplog.text
