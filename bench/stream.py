"""The cost of a thousand screens, and the time until a change reaches them: the api on one core, the screens on another.

``python -m bench.stream [clients] [seconds] [area]``; defaults: 1000, 20 and 100000. The api is the real one behind its real server, over a
memory of all counties that changes as if a worker counted. Times are from each change to its receipt by each screen, the wait for the next
delta included. One more client requests the counts of the nation all the while, to measure how long others wait.
"""

import asyncio
import os
import re
import sys
import time
from collections.abc import Iterable
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import NamedTuple

import httpx
import msgspec
import numpy as np
import numpy.typing as npt

from bench.counts import batches, returns
from bench.intake import Cpu
from deploy.local.config import free_ports
from services.reporting.api import create_app
from services.reporting.board.partition import Delta, Step
from services.reporting.counting import CELLS, Record, fold
from services.reporting.view.areas import ROWS
from services.reporting.view.board_reader import BoardReader
from services.reporting.view.memory import Memory
from shared.clock import micros_of
from shared.http.server import serving
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect
from tests.support.callers import identity

NOWHERE = "redis://127.0.0.1:1/0"
DAYS = [f"2019-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]
JUST_NOW = 1_560_000_000_000_000
_event = re.compile(rb'event: (\w+)\n[^\n]*"offsets":\{"0":(\d+)\}')


Times = npt.NDArray[np.float64]


class Way(NamedTuple):
    """The rate of change of the memory: seconds between two steps, and facts in each."""

    name: str
    every: float
    facts: int


WAYS = (
    Way("nothing happens", 3_600.0, 1),
    Way("a fact every 0.7 s", 0.7, 1),
    Way("20 facts a second", 0.05, 1),
    Way("80,000 facts a second, 8,000 a step", 0.1, 8_000),
)


class Fed(BoardReader):
    """A reader without Redis: it makes the steps of a worker itself, over and over again."""

    def __init__(self, way: Way) -> None:
        """Begin with the counts of every county and a year of flows."""
        super().__init__(connect(NOWHERE), MemoryLog(1), partitions=1)
        self._way = way
        self._packed = [_packed(batch) for batch in batches(way.facts, returns)[:6]]
        self.times: list[float] = []
        memory = Memory("1")
        memory.add(
            cells={f"{county}:{cell}": 7 for county in ROWS for cell in CELLS},
            flows={f"{county}:{day}:returned": 1 for day in DAYS for county in ROWS[::7]},
            reported=dict.fromkeys(ROWS, JUST_NOW),
        )
        memory.move(0, 0, JUST_NOW, JUST_NOW)
        self.show(memory)

    async def step(self) -> None:
        """Wait, and then apply one more step."""
        await asyncio.sleep(self._way.every)
        n = len(self.times)
        self.times.append(time.monotonic())
        await self._take(self.memory, 0, Step(n, n + 1, self._packed[n % len(self._packed)]))


def _packed(facts: Iterable[Record]) -> bytes:
    changes = fold(facts, {}, lambda *_: None)
    reported = {county: micros_of(moment) for county, moment in changes.reported.items()}
    return msgspec.msgpack.encode(Delta(changes.cells, changes.flows, changes.due, reported, {}, JUST_NOW, JUST_NOW))


async def _serve(way: Way, port: int, asked: Connection) -> None:
    reader = Fed(way)
    server = serving.server(create_app(reader=reader, log=MemoryLog(1), redis=connect(NOWHERE), identity=identity()), host="127.0.0.1", port=port)
    loop = asyncio.get_running_loop()
    loop.add_reader(asked.fileno(), partial(setattr, server, "should_exit", True))
    await server.serve()
    asked.send(reader.times)


def serve(way: Way, port: int, core: int, asked: Connection) -> None:
    """Run the api on one core until something is sent, and then send the time of each step."""
    os.sched_setaffinity(0, {core})
    serving.raise_file_limit()
    asyncio.run(_serve(way, port, asked))


class Screen(asyncio.Protocol):
    """A screen that reads its stream, and remembers the time and the offsets of each delta."""

    def __init__(self, area: str) -> None:
        self._area = area
        self._rest = b""
        self.begun = asyncio.Event()
        self.lost = False
        self.octets = 0
        self.at: list[tuple[float, int]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(f"GET /v1/stream?area={self._area} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        """Look for the ends of events."""
        now = time.monotonic()
        self.octets += len(data)
        self._rest += data
        *events, self._rest = self._rest.split(b"\n\n")
        for event in events:
            if (found := _event.search(event)) is not None and found[1] != b"heartbeat":
                self.at.append((now, int(found[2])))
                self.begun.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remember that."""
        self.lost = True


class Seen(NamedTuple):
    """The deltas that the screens received in the measured time."""

    began: float
    ended: float
    screens: list[Screen]
    answers: list[float]
    cpu: float


async def look(port: int, pid: int, clients: int, seconds: float, area: str) -> Seen:
    """Let screens follow an area, and one client request the counts of the nation ten times a second."""
    loop = asyncio.get_running_loop()
    screens: list[Screen] = []
    for begin in range(0, clients, 100):
        more = min(100, clients - begin)
        made = await asyncio.gather(*(loop.create_connection(lambda: Screen(area), "127.0.0.1", port) for _ in range(more)))
        screens += [screen for _, screen in made]
    await asyncio.gather(*(screen.begun.wait() for screen in screens))
    cpu, answers = Cpu(pid), list[float]()
    before, began = cpu.seconds(), time.monotonic()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        while time.monotonic() < began + seconds:
            asked = time.monotonic()
            (await client.get("/v1/counts")).raise_for_status()
            answers.append(time.monotonic() - asked)
            await asyncio.sleep(0.1)
    return Seen(began, time.monotonic(), screens, answers, cpu.seconds() - before)


def delays(seen: Seen, times: list[float]) -> Times:
    """Return the seconds from every step of the measured time to its receipt by every screen."""
    taken = np.array(times)
    found = []
    for screen in seen.screens:
        at, led_to = (np.array(column) for column in zip(*screen.at, strict=True))
        event = np.searchsorted(led_to, np.arange(1, len(taken) + 1))  # the first that leads beyond the step
        measured = (taken >= seen.began) & (taken < seen.ended - 2.0) & (event < len(at))
        found.append(at[event[measured]] - taken[measured])
    return np.concatenate(found)


def wait_for(port: int) -> None:
    """Wait until the api answers, for 60 s at most."""
    for _ in range(600):
        try:
            httpx.get(f"http://127.0.0.1:{port}/livez")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the api never answered")


def told(milliseconds: Times) -> str:
    """Return the median and the rare values as text."""
    return f"p50 {np.median(milliseconds):.1f}, p99 {np.quantile(milliseconds, 0.99):.1f}, most {milliseconds.max():.1f} ms"


def measure(way: Way, clients: int, seconds: float, area: str) -> None:
    """Measure at one rate, and print the result."""
    [port], (ours, theirs) = free_ports(1), get_context("spawn").Pipe()
    cores = sorted(os.sched_getaffinity(0))
    process = get_context("spawn").Process(target=serve, args=(way, port, cores[0], theirs))
    process.start()
    os.sched_setaffinity(0, set(cores[1:]) or set(cores))
    try:
        wait_for(port)
        seen = asyncio.run(look(port, process.pid or 0, clients, seconds, area))
        ours.send("that is all")
        times = ours.recv()
        process.join(30)
    finally:
        os.sched_setaffinity(0, set(cores))
        process.kill()
    spent = seen.ended - seen.began
    answers = np.array(seen.answers) * 1e3
    line = f"{way.name}: the api uses {100 * seen.cpu / spent:.0f}% of a core; an answer in {told(answers)}"
    if len(found := delays(seen, times) * 1e3):
        line += f"; a change is there in {told(found)}"
    deltas = sum(len(screen.at) for screen in seen.screens) / clients / spent
    lost = sum(screen.lost for screen in seen.screens)
    print(f"{line}; {deltas:.1f} deltas a second and screen, {sum(s.octets for s in seen.screens) / clients / 1e3:.0f} kB each; {lost} lost")


if __name__ == "__main__":
    clients, seconds, area = (*sys.argv[1:], *("1000", "20", "100000")[len(sys.argv) - 1 :])
    for way in WAYS:
        measure(way, int(clients), float(seconds), area)
