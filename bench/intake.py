"""The cost of a report for the enrolment api, in microseconds of CPU: ``python -m bench.intake``. Limit: 12 for a check.

The log is in memory and Redis is a server of its own, so that only the api is measured: the check alone; a whole post within one process; a
whole post to uvicorn in a process of its own, of which only the CPU of uvicorn counts.
"""

import asyncio
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import uvicorn
from fastapi import FastAPI, Request

from deploy.local.config import free_ports
from deploy.local.redis_server import command, find_redis_server
from services.enrolment.api import create_app
from services.enrolment.domain.packed import FORMAT
from services.enrolment.intake.line_checker import Accepted, LineChecker
from services.enrolment.intake.report_rules import TimeBounds
from services.enrolment.limits import Limits
from shared.clock import CHINA
from shared.deciding.states.state_store import StateStore
from shared.geography.divisions import divisions
from shared.identity.offices import offices_below
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect
from tests.support.callers import carrying, identity, token

RECEIVED = datetime(2020, 6, 15, tzinfo=CHINA)
PARTITIONS = 12
NDJSON, ARRAY = "application/x-ndjson", "application/cloudevents-batch+json"

LISTED = {"status": "dropped_out", "county": "513431", "stage": "junior", "poor": True, "reason": "work", "since": "2019-03-01"}
DROPPED = {"reason": "work", "last_seen": "2020-06-01"}
ENROLLED = {"county": "513431", "school": "5134310001", "stage": "junior", "grade": 7, "poor": True}


def reports(number: int) -> list[bytes]:
    """Return lines of three kinds on as many children."""
    kinds = (("listed", LISTED), ("dropped-out", DROPPED), ("enrolled", ENROLLED))
    return [
        json.dumps(
            {
                "specversion": "1.0",
                "id": f"2020-06-14/{n:06}",
                "source": "/provinces/51",
                "type": f"cn.baoxue.reported.{kinds[n % 3][0]}.v1",
                "subject": f"{n * 2654435761:032x}",
                "time": "2020-06-14T08:00:00+08:00",
                "data": kinds[n % 3][1],
            },
            separators=(",", ":"),
        ).encode()
        for n in range(number)
    ]


def api(redis_port: int) -> FastAPI:
    """Return the api over a log in memory."""
    redis = connect(f"redis://127.0.0.1:{redis_port}/0")
    store = StateStore(redis, "enrolment", generation="1", buckets=1, format_version=FORMAT)
    return create_app(
        limits=Limits(), log=MemoryLog(PARTITIONS), redis=redis, store=store, divisions=divisions(), partitions=PARTITIONS, identity=identity()
    )


def check_alone() -> None:
    """Print the time of the check alone, the best of five: other work of the machine can only add time."""
    checker, bounds = LineChecker(divisions(), longest=16_384, deepest=8), TimeBounds.at(RECEIVED)
    lines, spent, sources = reports(5_000), [], offices_below("/provinces/51", bounds.day)
    for _ in range(5):
        begun = time.process_time()
        assert all(isinstance(checker.check(line, bounds, sources), Accepted) for line in lines)
        spent.append(time.process_time() - begun)
    print(f"{'check of a line':42}{min(spent) / len(lines) * 1e6:8.1f} us")


async def check_of_callers() -> None:
    """Print what it takes to learn who sent a request: by a token that is known, and by one that is new."""
    verifier, asked = identity(), Request({"type": "http", "headers": [(b"authorization", f"Bearer {token('/provinces/51', 'sender')}".encode())]})
    new = [
        Request({"type": "http", "headers": [(b"authorization", f"Bearer {token('/provinces/51', 'sender', sub=str(n))}".encode())]})
        for n in range(1_000)
    ]
    for what, requests in (("a token that is known", [asked] * 20_000), ("a new token", new)):
        begun = time.process_time()
        for request in requests:
            await verifier.caller_of(request)
        spent = (time.process_time() - begun) / len(requests) * 1e6
        print(f"{f'who is asking, by {what}':42}{spent:8.1f} us a request, {spent / 100:.2f} a report at 100 lines a request")


async def posts(what: str, client: httpx.AsyncClient, cpu: "Cpu") -> None:
    """Print the times of posts of several sizes and kinds."""
    for number, kind, zipped in ((1, NDJSON, False), (1_000, NDJSON, False), (5_000, NDJSON, False), (5_000, NDJSON, True), (5_000, ARRAY, False)):
        lines = reports(number)
        body = b"\n".join(lines) if kind == NDJSON else b"[" + b",".join(lines) + b"]"
        headers = {"content-type": kind} | ({"content-encoding": "gzip"} if zipped else {})
        spent = []
        for _ in range(5):
            begun, repeats = cpu.seconds(), max(1, 20_000 // (number + 50))
            for _ in range(repeats):
                answer = await client.post("/v1/reports", content=gzip.compress(body, 1) if zipped else body, headers=headers)
                assert answer.json()["logged"] == number
            spent.append((cpu.seconds() - begun) / repeats / number)
        name = f"{what}: {number} as {'gzip of ' if zipped else ''}{'lines' if kind == NDJSON else 'an array'}"
        print(f"{name:42}{min(spent) * 1e6:8.1f} us a report")


class Cpu:
    """The CPU seconds of a process, this one by default."""

    def __init__(self, pid: int | None = None) -> None:
        self._pid = pid

    def seconds(self) -> float:
        """Return the seconds so far, in user and system mode."""
        if self._pid is None:
            return time.process_time()
        fields = Path(f"/proc/{self._pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(*command: str | Path, within: Path) -> Iterator[int]:
    """Run a process during the block, and yield its id."""
    process = subprocess.Popen(command, cwd=within, stdout=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


async def measure(redis_port: int, api_port: int) -> None:
    """Measure within this process, then against uvicorn."""
    transport = httpx.ASGITransport(api(redis_port))
    async with httpx.AsyncClient(transport=transport, base_url="http://api", headers=carrying()) as client:
        await posts("within a process", client, Cpu())
    with running(sys.executable, "-m", "bench.intake", str(redis_port), str(api_port), within=Path.cwd()) as pid:
        wait_for_api(f"http://127.0.0.1:{api_port}/readyz")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{api_port}", timeout=60, headers=carrying()) as client:
            await posts("uvicorn", client, Cpu(pid))


def wait_for_api(url: str) -> None:
    """Wait until the api is ready, for 20 s at most."""
    for _ in range(200):
        with suppress(httpx.ConnectError):
            if httpx.get(url).status_code == 200:
                return
        time.sleep(0.1)
    raise TimeoutError(f"{url} never answered 200")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        uvicorn.run(api(int(sys.argv[1])), port=int(sys.argv[2]), log_level="warning", access_log=False)
    else:
        check_alone()
        asyncio.run(check_of_callers())
        redis_port, api_port = free_ports(2)
        with TemporaryDirectory() as home:
            options = ("--port", str(redis_port), "--bind", "127.0.0.1", "--save", "")
            with running(*command(find_redis_server(), *options), within=Path(home)):
                asyncio.run(measure(redis_port, api_port))
