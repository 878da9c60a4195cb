"""One connection: uvicorn's own protocol, with bounds for what a client sends and takes, and with one end for all of its requests.

uvicorn waits for headers and bodies without end, counts no address, and at the end of a connection tells the last request only. What the
others do: nginx, hyper and hypercorn time headers out, nginx and gunicorn bound their size, nginx counts connections by address. The names
of uvicorn's that are used here are its protocol's callbacks, ``cycle``, ``pipeline``, ``config`` and ``connections``; a test holds each.

A request goes through three states: its headers come, its body comes, it is whole. Each of the first two has a deadline, looked after by one
timer a connection, which is set only where a piece of the network's ended inside a request: a small request never sets it again.
"""

import socket
from asyncio import TimerHandle, Transport
from collections import Counter
from collections.abc import Callable, MutableMapping
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from shared.http import problems
from shared.http.problems import Problem
from shared.settings import ServerLimits

EXTENSION = "baoxue.connection"
"""The ASGI extension by which a request knows its connection."""
_MOST_HEADERS = 100
_MOST_PIPELINED = 16
_LINGER = 1.0
"""Seconds that a refused client has to read why, while whatever else it sends is dropped."""

_TOO_MANY = Problem(503, "too-many-connections", "Too many connections", "Try again, or use those that are open.", headers={"Retry-After": "5"})
_HEADERS = Problem(431, "headers-too-large", "The headers are over a limit", "Send fewer or shorter headers, or a shorter address.")
_PIPELINED = Problem(400, "too-many-pipelined", "Too many requests at once", "Wait for answers before sending more on one connection.")
_SLOW = Problem(408, "too-slow", "The request took too long to come", "Nothing of it was logged: send it again, over a quicker line or in parts.")
_NO_HTTP = Problem(400, "bad-request", "Not HTTP", "What was sent is no request of HTTP/1.1.")


class Connection:
    """What the answers to a client's requests go out on."""

    def __init__(self, transport: Transport, address: str) -> None:
        self._transport, self.address = transport, address
        self._at_end: list[Callable[[], object]] = []

    def abort(self) -> None:
        """Close at once, without waiting for what was written and never taken."""
        self._transport.abort()

    def limit_write_buffer(self, octets: int) -> None:
        """Let no more than about this much, twice, wait here and in the kernel for a client that takes nothing."""
        self._transport.set_write_buffer_limits(high=octets)
        held: socket.socket | None = self._transport.get_extra_info("socket")
        if held is not None:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, octets)

    def at_end(self, call: Callable[[], object]) -> None:
        """Call this when the connection has ended, however it ended."""
        self._at_end.append(call)

    def end(self) -> None:
        """Call what waits for the end."""
        calls, self._at_end = self._at_end, []
        for call in calls:
            call()


class BoundedConfig(uvicorn.Config):
    """uvicorn's own, with what its connections share: their limits and how many each address has."""

    def __init__(self, app: Any, *, limits: ServerLimits, **options: Any) -> None:
        super().__init__(app, http=BoundedProtocol, **options)
        self.limits = limits
        self.of_address: Counter[str] = Counter()


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's own, within limits."""

    config: BoundedConfig

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._limits = self.config.limits
        self._connection: Connection | None = None
        self._cycles: list[RequestResponseCycle] = []
        """The requests that are not answered yet, the newest last."""
        self._header_bytes = self._unread_bytes = 0
        """Of the headers that come: as the parser tells of them, and as they were received."""
        self._in_headers, self._in_body = True, False
        self._refusal = _NO_HTTP
        self._refused = False
        self._deadline: TimerHandle | None = None
        self._stall: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        self._connection = Connection(transport, address)
        self.config.of_address[address] += 1
        if len(self.connections) > self._limits.connections or self.config.of_address[address] > self._limits.connections_per_address:
            self._write(_TOO_MANY)
            transport.close()
        else:
            self._deadline = self.loop.call_later(self._limits.header_seconds, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._deadline, self._stall):
            if timer is not None:
                timer.cancel()
        self._disconnect()
        if self._connection is not None:
            address = self._connection.address
            self.config.of_address[address] -= 1
            if not self.config.of_address[address]:
                del self.config.of_address[address]
            self._connection.end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_over():
            return
        scope = self.scope
        super().data_received(data)
        if self._is_over():
            return
        if self._in_headers and self.scope is scope:
            # The parser holds a header back until it is whole.
            self._unread_bytes += len(data)
            if self._unread_bytes > self._limits.header_bytes:
                self._refuse(_HEADERS)
                return
        if not self._in_headers and not self._in_body:
            self._cancel_deadline()
        elif self._deadline is None:
            seconds = self._limits.header_seconds if self._in_headers else self._limits.body_seconds
            self._deadline = self.loop.call_later(seconds, self._too_slow)

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser, or a limit while it parsed, did not take; called by uvicorn."""
        self._refuse(self._refusal)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall = self.loop.call_later(self._limits.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    # What follows is called by the parser; an exception makes uvicorn call ``send_400_response``.

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = self._unread_bytes = 0
        self._in_headers = True
        self.scope["extensions"] = {EXTENSION: {"connection": self._connection}}

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        if len(self.headers) >= _MOST_HEADERS:
            self._fail(_HEADERS)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= _MOST_PIPELINED:
            self._fail(_PIPELINED)
        self._in_headers, self._in_body = False, True
        self._cancel_deadline()
        super().on_headers_complete()
        if self.scope["http_version"] == "1.0":
            self.cycle.send = _Unchunked(self.cycle)  # type: ignore[method-assign, assignment]  # it takes any message of ASGI
        self._cycles = [*(cycle for cycle in self._cycles if not cycle.response_complete), self.cycle]

    def on_message_complete(self) -> None:
        self._in_body = False
        super().on_message_complete()

    def _is_over(self) -> bool:
        return self._refused or self.transport.is_closing()

    def _count(self, octets: int) -> None:
        self._header_bytes += octets
        if self._header_bytes > self._limits.header_bytes:
            self._fail(_HEADERS)

    def _fail(self, problem: Problem) -> None:
        self._refusal = problem
        raise problem

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        if self._in_body and self.cycle.response_complete:
            self.transport.abort()
        else:
            self._refuse(_SLOW)

    def _refuse(self, problem: Problem) -> None:
        """Answer with a problem in the place of whatever waits, and close; what is half answered is cut off."""
        begun = any(cycle.response_started and not cycle.response_complete for cycle in self._cycles)
        self._disconnect()
        if begun:
            self.transport.abort()
            return
        self._write(problem)
        # A connection that is closed while more comes in is reset, and a reset may overtake the answer: what comes is dropped for a while.
        self._refused = True
        self.transport.write_eof()
        self.flow.resume_reading()
        self._cancel_deadline()
        self._deadline = self.loop.call_later(_LINGER, self.transport.abort)

    def _disconnect(self) -> None:
        """Tell all requests that nobody waits for their answers any more."""
        for cycle in self._cycles:
            cycle.disconnected = not cycle.response_complete
            cycle.message_event.set()
        self.pipeline.clear()

    def _write(self, problem: Problem) -> None:
        body = problem.body()
        headers = {**problem.headers, "content-type": problems.MEDIA_TYPE, "content-length": str(len(body)), "connection": "close"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.transport.write(STATUS_LINE[problem.status] + lines.encode("ascii") + b"\r\n" + body)


class _Unchunked:
    """What a request of HTTP/1.0 is answered by: a body of unknown length is sent as it is, and ends with the connection."""

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle, self._send = cycle, cycle.send
        self._open_ended = False

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._open_ended = all(name.lower() != b"content-length" for name, _ in message.get("headers", ()))
            if self._open_ended:
                self._cycle.chunked_encoding = False
        elif self._open_ended:
            self._cycle.expected_content_length = len(message.get("body", b""))
        await self._send(message)  # type: ignore[arg-type]  # a message of ASGI
