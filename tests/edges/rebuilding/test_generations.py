"""Which generation is live, and what a worker and an api make of it when another becomes it."""

from collections.abc import AsyncIterator
from typing import NoReturn

import pytest

from services.case.domain.packed import FORMAT
from services.case.domain.stored_numbers import pack_day
from services.case.tallied import TALLIED
from shared.contracts.case_codes import CaseState
from shared.contracts.services import CASE
from shared.deciding.rebuilding.generation_keys import remove
from shared.deciding.rebuilding.rebuild import drop
from shared.deciding.states import state_store
from shared.deciding.states.generation import ShownGeneration, followed
from shared.deciding.states.listing import Listing
from shared.deciding.states.state_store import Change, StateStore, format_of
from shared.deciding.states.tallies import Tallies
from shared.rebuilding import generations
from shared.rebuilding.generations import live_generation, live_key, make_live, next_generation
from shared.worker.faust_edge import runner
from shared.worker.follower import StartAgain
from tests.domain.case.case_story import ZHAOJUE, day
from tests.edges.rebuilding.rebuilt_service import BUCKETS, PARTITIONS, P, Rebuilt
from tests.support.mutants import script_without

LIVE = "the generation is the live one"
CHILD = bytes(16)


def shown(rebuilt: Rebuilt, form: str = format_of(FORMAT, BUCKETS)) -> ShownGeneration:
    """What an api reads that was just started."""
    return ShownGeneration(rebuilt.database.client, CASE.name, partitions=PARTITIONS, form=form)


async def flipped(rebuilt: Rebuilt) -> None:
    work = rebuilt.beside()
    await work.fill(lambda _: None)
    await work.show()


@pytest.mark.parametrize(("live", "after"), [("1", "2"), ("9", "10"), ("2b", "1")])
def test_the_next_one_is_named_by_the_next_number(live: str, after: str) -> None:
    assert next_generation(live) == after


@pytest.mark.parametrize("guarded", [True, False])
async def test_of_two_that_make_another_one_live_the_first_is_the_last(rebuilt: Rebuilt, guarded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not guarded:
        monkeypatch.setattr(generations, "script", script_without("make_live", "the expected generation is the live one"))
    assert await make_live(rebuilt.redis, CASE.name, live="1", generation="2") == "2"
    assert await make_live(rebuilt.redis, CASE.name, live="1", generation="3") == ("2" if guarded else "3")
    assert await live_generation(rebuilt.redis, CASE.name) == ("2" if guarded else "3")


async def test_a_generation_that_a_worker_uses_keeps_its_own_cursor(rebuilt: Rebuilt) -> None:
    await rebuilt.redis.hset("{case:2:p0}:cursor", mapping={"next": 3, "published:refusals": 1})
    before = await rebuilt.redis.hgetall("{case:2:p0}:cursor")
    cursors = [("{case:1:p0}:cursor", "{case:2:p0}:cursor")]
    assert await make_live(rebuilt.redis, CASE.name, live="1", generation="2", cursors=cursors) == "2"
    assert await rebuilt.redis.hgetall("{case:2:p0}:cursor") == before


async def test_a_worker_that_must_start_again_ends_and_is_not_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    class Taking:
        async def take(self, _: object) -> None:
            raise StartAgain("generation 2 is the live one")

    async def batches() -> AsyncIterator[object]:
        yield object()

    def end(why: str) -> NoReturn:
        raise SystemExit(why)

    monkeypatch.setattr(runner, "exit_for_restart", end)
    with pytest.raises(SystemExit, match="generation 2 is the live one"):
        await runner._agent(Taking())(batches())  # type: ignore[arg-type]


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_worker_reads_no_step_in_a_generation_that_is_not_live_any_more(
    rebuilt: Rebuilt, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not guarded:
        monkeypatch.setattr(state_store, "script", script_without("read_states", LIVE))
    store = rebuilt.store()
    stands = (await store.cursors([P]))[P]
    assert stands is not None
    assert (await store.read(P, stands, [CHILD])).stands == stands
    await rebuilt.redis.set(live_key(CASE.name), "2")
    if guarded:
        with pytest.raises(StartAgain, match="generation 2 of case"):
            await store.read(P, stands, [CHILD])
    else:
        assert (await store.read(P, stands, [CHILD])).stands == stands


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_worker_applies_no_step_in_a_generation_that_is_not_live_any_more(
    rebuilt: Rebuilt, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not guarded:
        monkeypatch.setattr(state_store, "script", script_without("apply_states", LIVE))
    store = rebuilt.store()
    stands = (await store.cursors([P]))[P]
    assert stands is not None
    await rebuilt.redis.set(live_key(CASE.name), "2")
    step = store.apply(P, stands, stands + 1, [Change(CHILD, b"late")], outcomes=b"a", exceptions=())
    if guarded:
        with pytest.raises(StartAgain, match="generation 2 of case"):
            await step
    else:
        assert await step == stands + 1
    assert await store.get(P, CHILD) == (None if guarded else b"late")
    assert await store.cursors([P]) == {P: stands if guarded else stands + 1}


async def test_a_worker_that_a_variable_tells_its_generation_goes_on_whatever_is_live(rebuilt: Rebuilt) -> None:
    await rebuilt.redis.set(live_key(CASE.name), "2")
    worker = rebuilt.worker("1", only_while_live=False)
    await rebuilt.work(worker)
    assert await worker._store.cursors([P]) == {P: rebuilt.end()}


async def test_an_api_reads_the_new_one_once_it_has_come_as_far_in_every_partition(rebuilt: Rebuilt) -> None:
    api = shown(rebuilt)
    await api.look()
    await flipped(rebuilt)
    await api.look()
    assert str(api) == "1", "nobody has finished the new one"
    worker = rebuilt.worker("2")
    for partition in range(PARTITIONS):
        await api.look()
        assert str(api) == "1"
        await worker.follow(rebuilt.batch(partition))
        await worker.follow(rebuilt.batch(partition, (await worker.cursors(frozenset({partition})))[partition] or 0))
    await api.look()
    assert str(api) == "2"


async def test_states_and_lists_of_an_api_are_those_of_the_generation_that_it_reads(rebuilt: Rebuilt) -> None:
    api, client = shown(rebuilt), rebuilt.database.client
    store = StateStore(client, CASE.name, generation=api, buckets=BUCKETS, format_version=FORMAT)
    listing = Listing(client, CASE.name, generation=api, partitions=PARTITIONS)
    tallies = Tallies(client, CASE.name, generation=api, partitions=PARTITIONS, tallied=TALLIED)

    async def read() -> object:
        page = await listing.page([ZHAOJUE], [CaseState.OPEN], after=None, below=None, limit=50)
        states = await store.get_all([(entry.partition, entry.state_id) for entry in page.entries])
        return page, states, await tallies.counted([ZHAOJUE], pack_day(day(2)))

    await rebuilt.work(rebuilt.worker())
    before = await read()
    await api.look()
    await flipped(rebuilt)
    assert await read() == before
    await rebuilt.work(rebuilt.worker("2"))
    await api.look()
    await drop(rebuilt.redis, CASE.name, "1")
    assert await read() == before
    await remove(rebuilt.redis, CASE.name, "2")
    assert await read() != before


async def test_an_api_does_not_go_back_behind_what_the_policies_heard(rebuilt: Rebuilt) -> None:
    await rebuilt.redis.hset("{case:1:p0}:policies", mapping={"next": 5})
    api = shown(rebuilt)
    await api.look()
    await flipped(rebuilt)
    await rebuilt.work(rebuilt.worker("2"))
    await rebuilt.redis.hset("{case:1:p0}:policies", mapping={"next": 6})
    await api.look()
    assert str(api) == "1"
    await rebuilt.redis.hset("{case:2:p0}:policies", mapping={"next": 6})
    await api.look()
    assert str(api) == "2"


async def test_an_api_of_another_format_stays_where_it_is(rebuilt: Rebuilt) -> None:
    api = shown(rebuilt, format_of(FORMAT - 1, BUCKETS))
    await api.look()
    await flipped(rebuilt)
    await rebuilt.work(rebuilt.worker("2"))
    await api.look()
    assert str(api) == "1"


async def test_an_api_that_is_started_reads_what_is_live(rebuilt: Rebuilt) -> None:
    await flipped(rebuilt)
    api = shown(rebuilt)
    async with followed(api):
        assert str(api) == "2"


async def test_an_api_that_a_variable_tells_its_generation_asks_nobody(rebuilt: Rebuilt) -> None:
    rebuilt.database.unavailable = True
    async with followed("7"):
        pass
