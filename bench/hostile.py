"""What hostile inputs cost the enrolment api: ``python -m bench.hostile``. Each is sent to a server of its own, as deployed but for a log in memory.

Printed are the answer, the seconds until it, the CPU seconds of the server, and by how much its memory grew at most.
"""

import gzip
import random
import select
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.intake import ARRAY, NDJSON, Cpu, api, reports, running, wait_for_api
from deploy.local.config import free_ports
from deploy.local.redis_server import command, find_redis_server
from shared.http.server.serving import server

ONE = "application/cloudevents+json"
LONGEST = 75.0
"""Seconds that an answer is waited for."""
_PAUSE = 0.5


class Hostile(NamedTuple):
    """What is sent: a beginning, made when it is its turn, and a piece that follows twice a second without end."""

    what: str
    begin: Callable[[], bytes]
    then: bytes = b""


def post(body: bytes, media_type: str = NDJSON, *, zipped: bool = False) -> bytes:
    """Return a whole request."""
    more = "content-encoding: gzip\r\n" if zipped else ""
    head = f"POST /v1/reports HTTP/1.1\r\nhost: localhost\r\ncontent-type: {media_type}\r\n{more}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def zipped_array() -> bytes:
    """Return a gzip that is an array of 8 million numbers."""
    drawn = random.Random(1)
    return post(gzip.compress(b"[" + b",".join(drawn.choices((b"0", b"1"), k=8_000_000)) + b"]", 6), ARRAY, zipped=True)


def repeated_members() -> bytes:
    """Return an event whose data name 700 members twice."""
    members = ",".join(f'"m{n}":1,"m{n}":2' for n in range(700))
    return post(reports(1)[0].replace(b'"data":{', b'"data":{' + members.encode() + b","), ONE)


INPUTS = (
    Hostile("1.3 MB of gzip: an array of 8 million numbers", zipped_array),
    Hostile("1 MB of gzip: 1 GB of zeros", lambda: post(gzip.compress(bytes(1 << 30), 6), zipped=True)),
    Hostile("gzip of a line, and 16 MB of zeros behind it", lambda: post(gzip.compress(reports(1)[0]) + bytes(16 << 20), zipped=True)),
    Hostile("8 million empty lines", lambda: post(b"\n" * 8_000_000)),
    Hostile("a million lines of one character", lambda: post(b"x\n" * 1_000_000)),
    Hostile("an event nested a million deep", lambda: post(b"[" * 1_000_000 + b"]" * 1_000_000, ONE)),
    Hostile("an event that names 700 members twice", repeated_members),
    Hostile("1 MB of headers", lambda: b"GET /livez HTTP/1.1\r\nhost: localhost\r\n" + b"x: y\r\n" * 170_000 + b"\r\n"),
    Hostile("10,000 requests at once on a connection", lambda: b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n" * 10_000),
    Hostile("headers that never end", lambda: b"GET /livez HTTP/1.1\r\nhost: localhost\r\nx: ", b"y"),
    Hostile("a body that never ends", lambda: post(bytes(1000))[:-1000], b" "),
)


def ask(port: int, hostile: Hostile) -> tuple[str, float]:
    """Send an input; return the status of the first answer, and the seconds until it or until the connection ends."""
    waiting, then = memoryview(hostile.begin()), hostile.then
    begun = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setblocking(False)
        sent_at = begun
        while (now := time.perf_counter()) - begun < LONGEST:
            if then and not waiting and now - sent_at > _PAUSE:
                waiting, sent_at = memoryview(then), now
            readable, writable, _ = select.select([connection], [connection] if waiting else [], [], _PAUSE / 5)
            try:
                if readable:
                    said = connection.recv(1 << 16)
                    return said[9:12].decode() or "ended", time.perf_counter() - begun
                if writable:
                    waiting = waiting[connection.send(waiting[: 1 << 20]) :]
            except ConnectionError:
                return "ended", time.perf_counter() - begun
    return "none", LONGEST


def peak(pid: int) -> int:
    """Return the most memory that a process ever had, in bytes."""
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) << 10


def measure(redis_port: int) -> None:
    """Print the cost of each input."""
    for hostile in INPUTS:
        (port,) = free_ports(1)
        with running(sys.executable, "-m", "bench.hostile", str(redis_port), str(port), within=Path.cwd()) as pid:
            wait_for_api(f"http://127.0.0.1:{port}/readyz")
            before, cpu = peak(pid), Cpu(pid)
            used = cpu.seconds()
            answer, seconds = ask(port, hostile)
            grown = (peak(pid) - before) / (1 << 20)
            print(f"{hostile.what:50}{answer:>6}{seconds:8.2f} s{cpu.seconds() - used:8.2f} s of CPU{grown:8.0f} MiB", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        server(api(int(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2])).run()
    else:
        (redis_port,) = free_ports(1)
        with TemporaryDirectory() as home:
            options = ("--port", str(redis_port), "--bind", "127.0.0.1", "--save", "")
            with running(*command(find_redis_server(), *options), within=Path(home)):
                measure(redis_port)
