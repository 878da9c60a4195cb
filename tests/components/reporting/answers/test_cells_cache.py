"""``/v1/cells``: one copy serves all who ask at one vector, whole, compressed or not."""

import asyncio
import gzip
import json

import httpx
import pytest

from services.reporting.answers import cells_cache
from services.reporting.answers.cells import cells_of
from services.reporting.answers.current_view import CurrentView
from tests.components.reporting.live.live_rig import Rig, memory_to_show
from tests.support.callers import carrying


class Auditors(Rig):
    """Auditors that ask, and the number of times that the cells were written down for them."""

    def __init__(self) -> None:
        super().__init__(memory_to_show())
        self.written = 0
        transport = httpx.ASGITransport(self.app, client=("127.0.0.1", 1))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://localhost")

    async def ask(self, encoding: str = "gzip") -> httpx.Response:
        return await self.client.get("/v1/cells", headers={"accept-encoding": encoding, **carrying()})


@pytest.fixture
def auditors(monkeypatch: pytest.MonkeyPatch) -> Auditors:
    made, write = Auditors(), cells_of

    def counted(*asked: object) -> object:
        made.written += 1
        return write(*asked)  # type: ignore[arg-type]  # whatever it was asked with

    monkeypatch.setattr(cells_cache, "cells_of", counted)
    return made


def offsets(answer: httpx.Response) -> dict[str, int]:
    found: dict[str, int] = json.loads(answer.text.splitlines()[0])["as_of"]["offsets"]
    return found


async def test_one_copy_serves_all_who_ask_while_the_counts_stand(auditors: Auditors) -> None:
    answers = await asyncio.gather(*(auditors.ask() for _ in range(50)))
    assert len({answer.text for answer in answers}) == 1
    await auditors.ask()
    assert auditors.written == 1


async def test_after_a_change_it_is_written_anew_and_says_so(auditors: Auditors) -> None:
    before = await auditors.ask()
    auditors.count()
    after = await auditors.ask()
    assert (offsets(before), offsets(after), auditors.written) == ({"0": 1}, {"0": 2}, 2)
    assert before.text != after.text


@pytest.mark.parametrize(
    ("encoding", "compressed"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("identity", False), ("gzip;q=0", False), ("deflate", False), ("", False)],
)
async def test_it_is_compressed_for_those_who_take_that(auditors: Auditors, encoding: str, compressed: bool) -> None:
    answer = await auditors.ask(encoding)
    assert ("content-encoding" in answer.headers) == compressed
    assert (answer.headers["vary"], answer.headers["content-type"], answer.headers["cache-control"]) == (
        "Accept-Encoding",
        "application/x-ndjson",
        "no-store",
    )
    assert answer.text == (await auditors.ask("gzip")).text


async def test_much_comes_in_pieces_and_whole(auditors: Auditors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells_cache, "_PIECE", 8)
    pieces = (await cells_cache.CellsCache(_current(auditors)).get()).compressed
    assert len(pieces) > 1
    assert gzip.decompress(b"".join(pieces)) == b"".join(cells_cache.Pieces(pieces).inflated())


async def test_a_copy_that_could_not_be_written_is_not_kept(auditors: Auditors, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("no")

    cache = cells_cache.CellsCache(_current(auditors))
    with monkeypatch.context() as patch:
        patch.setattr(cells_cache, "cells_of", broken)
        with pytest.raises(RuntimeError):
            await cache.get()
    assert (await cache.get()).length


def _current(auditors: Auditors) -> CurrentView:
    return CurrentView(auditors.reader)
