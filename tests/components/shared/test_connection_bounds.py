"""What one client can take of a server: bytes of headers, time, connections; and that the end of a connection ends all that it asked for."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect

from shared.http.server import serving
from tests.support.served import PATIENCE, Served, eventually, served

NEVER = 3_600.0
"""Seconds that no test lasts: a limit of so much is none."""


class Streams:
    """An app with a short answer, one that takes a body, and a stream without an end; it knows who follows."""

    def __init__(self) -> None:
        self.app, self.followers, self.ended = FastAPI(), 0, 0

        @self.app.get("/short")
        async def short() -> str:
            return "short"

        @self.app.post("/body")
        async def take(request: Request) -> int:
            try:
                return len(await request.body())
            except ClientDisconnect:
                self.ended += 1
                raise

        @self.app.get("/refused")
        @self.app.post("/refused")
        async def refuse() -> str:
            return "without a look at the body"

        @self.app.get("/stream")
        async def stream(request: Request) -> StreamingResponse:
            connection = serving.connection_of(request)
            assert connection is not None
            connection.at_end(self._note_end)
            return StreamingResponse(self._ticks())

    def _note_end(self) -> None:
        self.ended += 1

    async def _ticks(self) -> AsyncIterator[bytes]:
        self.followers += 1
        try:
            while True:
                yield b"tick\n"
                await asyncio.sleep(0.01)
        finally:
            self.followers -= 1


@pytest.fixture
def streams() -> Streams:
    return Streams()


class Client:
    """A connection on which anything can be sent."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, text: bytes) -> None:
        self._writer.write(text)
        await self._writer.drain()

    async def send_for_ever(self, text: bytes) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                await self.send(text)
                await asyncio.sleep(0.01)

    async def answer(self) -> tuple[int, str | int]:
        """The status of the next answer, and the kind of problem or the text that it is."""
        async with asyncio.timeout(PATIENCE):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
            body = json.loads(await self._reader.readexactly(length))
        return int(head.split()[1]), body if isinstance(body, str | int) else body["type"].rpartition("#")[2]

    async def rest(self) -> bytes:
        """All that comes until the server closes."""
        async with asyncio.timeout(PATIENCE):
            try:
                return await self._reader.read()
            except ConnectionResetError:
                return b""

    async def line(self, text: bytes) -> None:
        """Wait for a line."""
        async with asyncio.timeout(PATIENCE):
            while await self._reader.readline() != text:
                pass

    def abort(self) -> None:
        self._writer.transport.abort()


@asynccontextmanager
async def client(server: Served) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


# --- headers


@pytest.mark.parametrize("size", [1, 700, 100_000])
async def test_headers_may_be_as_long_as_the_limit_and_no_longer(streams: Streams, size: int) -> None:
    async with served(streams.app, header_bytes=4_096) as server, client(server) as one, client(server) as two:
        await one.send(b"GET /short HTTP/1.1\r\nhost: localhost\r\nx: " + b"x" * 4_000 + b"\r\n\r\n")
        assert await one.answer() == (200, "short")
        long = b"GET /short HTTP/1.1\r\nhost: localhost\r\nx: " + b"x" * 5_000 + b"\r\n\r\n"
        for at in range(0, len(long), size):
            await two.send(long[at : at + size])
        assert await two.answer() == (431, "headers-too-large")
        assert await two.rest() == b""


@pytest.mark.parametrize(
    "long",
    [
        b"GET /short HTTP/1.1\r\nx: " + b"x" * 10_000_000,
        b"GET /short HTTP/1.1\r\n" + b"x" * 10_000_000,
        b"GET /" + b"x" * 10_000_000,
        b"GET /short HTTP/1.1\r\n" + b"a: b\r\n" * 1_000_000,
        b"GET /short HTTP/1.1\r\n" + b"a: b\r\n" * 101 + b"\r\n",
    ],
)
async def test_headers_without_an_end_are_refused_before_they_end(streams: Streams, long: bytes) -> None:
    async with served(streams.app) as server, client(server) as one:
        with suppress(ConnectionError):
            await one.send(long)
        told = await one.rest()
        assert not told or b" 431 " in told, "what still came in may have reset the connection before the answer was read"
        async with client(server) as other:
            await other.send(b"GET /short HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert await other.answer() == (200, "short")


async def test_a_body_before_the_next_requests_headers_is_none_of_them(streams: Streams) -> None:
    async with served(streams.app, header_bytes=1_024) as server, client(server) as one:
        body = b"POST /body HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9000\r\n\r\n" + b"x" * 9_000
        await one.send(body + b"GET /short HT")
        assert await one.answer() == (200, 9_000)
        await one.send(b"TP/1.1\r\nhost: localhost\r\n\r\n")
        assert await one.answer() == (200, "short")


async def test_what_is_no_http_is_a_problem(streams: Streams) -> None:
    async with served(streams.app) as server, client(server) as one:
        await one.send(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")
        assert await one.answer() == (400, "bad-request")


async def test_a_few_requests_may_come_at_once_and_many_not(streams: Streams) -> None:
    short = b"GET /short HTTP/1.1\r\nhost: localhost\r\n\r\n"
    async with served(streams.app) as server, client(server) as one, client(server) as two:
        await one.send(short * 10)
        assert [await one.answer() for _ in range(10)] == [(200, "short")] * 10
        await two.send(short * 1_000)
        assert b"too-many-pipelined" in await two.rest()


# --- time


async def test_headers_that_do_not_come_end_the_connection(streams: Streams) -> None:
    async with served(streams.app, header_seconds=0.05, body_seconds=NEVER) as server, client(server) as silent, client(server) as slow:
        await slow.send(b"GET /short HTTP/1.1\r\nhost: lo")
        assert await slow.answer() == (408, "too-slow")
        assert await silent.answer() == (408, "too-slow")
        assert await slow.rest() == await silent.rest() == b""


async def test_headers_of_a_second_request_are_held_to_the_same(streams: Streams) -> None:
    async with served(streams.app, header_seconds=0.2, body_seconds=NEVER) as server, client(server) as one:
        await one.send(b"GET /short HTTP/1.1\r\nhost: localhost\r\n\r\nGET /sh")
        assert await one.answer() == (200, "short")
        assert await one.answer() == (408, "too-slow")


@pytest.mark.parametrize("length", [b"content-length: 100", b"transfer-encoding: chunked"])
async def test_a_body_that_does_not_come_ends_its_request_and_the_connection(streams: Streams, length: bytes) -> None:
    async with served(streams.app, header_seconds=NEVER, body_seconds=0.05) as server, client(server) as one:
        await one.send(b"POST /body HTTP/1.1\r\nhost: localhost\r\n" + length + b"\r\n\r\n")
        assert await one.answer() == (408, "too-slow")
        assert await one.rest() == b""
        await eventually(lambda: _async(streams.ended == 1), "the request is told that nobody waits for it")


async def test_a_body_without_an_end_that_nobody_reads_ends_too(streams: Streams) -> None:
    async with served(streams.app, header_seconds=NEVER, body_seconds=0.2) as server, client(server) as one:
        await one.send(b"POST /refused HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n")
        assert await one.answer() == (200, "without a look at the body")
        with pytest.raises(ConnectionError):
            await one.send_for_ever(b"1\r\nx\r\n")


async def test_answers_and_streams_have_all_the_time_they_take(streams: Streams) -> None:
    async with served(streams.app, header_seconds=0.05, body_seconds=0.05) as server, client(server) as one:
        await one.send(b"GET /stream HTTP/1.1\r\nhost: localhost\r\n\r\n")
        for _ in range(20):
            await one.line(b"tick\n")


async def test_a_client_that_takes_nothing_is_cut_off(streams: Streams) -> None:
    @streams.app.get("/much")
    async def much() -> StreamingResponse:
        return StreamingResponse(_without_end())

    async def _without_end() -> AsyncIterator[bytes]:
        streams.followers += 1
        try:
            while True:
                yield bytes(65_536)
                await asyncio.sleep(0)
        finally:
            streams.followers -= 1

    async with served(streams.app, write_seconds=0.05) as server, client(server) as one:
        await one.send(b"GET /much HTTP/1.1\r\nhost: localhost\r\n\r\n")
        await eventually(lambda: _async(streams.followers == 1), "it begins")
        await eventually(lambda: _async(streams.followers == 0), "it is cut off")


# --- connections


async def test_an_address_has_so_many_connections_and_no_more(streams: Streams) -> None:
    async with served(streams.app, connections_per_address=2) as server:
        async with client(server) as one, client(server) as two:
            for each in (one, two):
                await each.send(b"GET /short HTTP/1.1\r\nhost: localhost\r\n\r\n")
                assert await each.answer() == (200, "short")
            async with client(server) as three:
                assert await three.answer() == (503, "too-many-connections")
        await eventually(lambda: _is_served(server), "those that were closed make room")


async def test_a_server_has_so_many_connections_and_no_more(streams: Streams) -> None:
    async with served(streams.app, connections=1) as server, client(server) as one:
        await one.send(b"GET /short HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert await one.answer() == (200, "short")
        async with client(server) as two:
            assert await two.answer() == (503, "too-many-connections")


async def _is_served(server: Served) -> bool:
    async with client(server) as one:
        await one.send(b"GET /short HTTP/1.1\r\nhost: localhost\r\n\r\n")
        return (await one.answer())[0] == 200


# --- one end


async def test_the_end_of_a_connection_ends_every_stream_that_it_asked_for(streams: Streams) -> None:
    """A second request behind the first was the one that uvicorn told of the end; the first went on for ever."""
    stream, short = (b"GET /%s HTTP/1.1\r\nhost: localhost\r\n\r\n" % path for path in (b"stream", b"short"))
    async with served(streams.app) as server:
        for sent in (stream, stream + short, stream + stream, stream + short * 10):
            async with client(server) as one:
                await one.send(sent)
                await one.line(b"tick\n")
                one.abort()
            await eventually(lambda: _async(streams.followers == 0), "nobody follows any more")
    assert streams.ended == 4


# --- HTTP/1.0


async def test_http_1_0_gets_no_chunks_and_the_end_of_the_connection(streams: Streams) -> None:
    @streams.app.get("/lines")
    async def lines() -> StreamingResponse:
        async def two() -> AsyncIterator[bytes]:
            yield b"one\n"
            yield b"two\n"

        return StreamingResponse(two())

    async with served(streams.app) as server, client(server) as one, client(server) as two, client(server) as three:
        await one.send(b"GET /lines HTTP/1.0\r\n\r\n")
        head, _, body = (await one.rest()).partition(b"\r\n\r\n")
        assert (b"transfer-encoding" in head.lower(), body) == (False, b"one\ntwo\n")
        await two.send(b"GET /short HTTP/1.0\r\n\r\n")
        assert (await two.answer(), await two.rest()) == ((200, "short"), b"")
        await three.send(b"GET /lines HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        assert b"4\r\none\n\r\n4\r\ntwo\n\r\n0\r\n\r\n" in await three.rest()


async def _async(value: bool) -> bool:
    return value
