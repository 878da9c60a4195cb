"""How long a report takes, from the moment at which it is due to be sent until its value stands in Redis, and until a screen shows it.

A system of all processes, 1,000 screens that follow the nation, and a page in a real browser. The full load is how many reports a second are
counted while 16 requests are always under way, each with one report. Half of it is then sent at an even rate, whatever becomes of the reports
before (open loop). A report stands in Redis when the delta of its fact is there for whoever follows reporting's board, and is on the screen when
the page's own number covers it, as the vector of the document with that number tells. It has come out right where each report was acknowledged
and recorded once, the page's number grew by as many, and no screen was cut off or is behind.
"""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from playwright.async_api import Page, async_playwright

from bench.side_by_side.catalogue import PYTHON
from bench.side_by_side.stack import PARTITIONS
from bench.side_by_side.task import Task
from bench.targets.measured import Found, NotRight, Value
from bench.targets.reporter import Reporter, reporter
from bench.targets.system import GENERATION, told
from bench.targets.timing import Deltas, Logged, Sent, Times, check, in_redis, p99, quantile, times_of
from deploy.local import kafka_access, redis_access
from deploy.local.config import ROOT, StackConfig
from deploy.local.private_files import write_private
from deploy.local.stack import LocalStack
from services.reporting.board.board import Board
from shared.contracts.services import REPORTING
from shared.log import topics
from shared.redis.edge import connect_to
from tests.support.browser import FLAGS, browser

SCREENS, SECONDS, FULL_FOR = 1_000, 30.0, 10.0
"""Screens; seconds of a round at half load, and at full load."""
RAW_RATE, RAW_SECONDS = 50.0, 20.0
"""Records a second that go the raw way, and for how long."""
TO_REDIS, AGAINST_RAW, TO_SCREEN = 60.0, 3.0, 300.0
"""Milliseconds, times the raw way, milliseconds: at p99."""
_WITHIN, _RAW = 60.0, "bench.raw"
"""Seconds until everything must have come; the topic of the raw way."""
_SEEN = """() => {
    const number = document.querySelector("[data-figure=all] .now");
    globalThis.seen = [];
    new MutationObserver(() => globalThis.seen.push([Date.now() / 1000, number.textContent]))
        .observe(number, { subtree: true, childList: true, characterData: true });
}"""


class Round(NamedTuple):
    """A round, with the seconds of the raw way beside it and of the raw way before it, when nothing else was sent."""

    times: Times
    raw_beside: list[float]
    raw_alone: list[float]


def measure(factor: float, rounds: int) -> Found:
    """Measure latency at half load."""
    with (
        told({"REPORTING_BASELINE": "record"}),
        TemporaryDirectory(prefix="baoxue-bench-") as home,
        LocalStack(StackConfig.on_free_ports(Path(home), partitions=PARTITIONS).model_copy(update={"today": "record"})) as stack,
    ):
        full, found, taken = asyncio.run(_measured(stack, factor, rounds))
    raw = [p99(each.raw_beside) for each in found]
    values = [
        Value("to Redis, p99", "ms", [p99(each.times.to_redis) for each in found], at_most=TO_REDIS),
        Value(
            "to Redis, p99, against the raw way at the same time",
            "x",
            [p99(each.times.to_redis) / beside for each, beside in zip(found, raw, strict=True)],
            at_most=AGAINST_RAW,
        ),
        Value("to the screen, p99", "ms", [p99(each.times.to_screen) for each in found], at_most=TO_SCREEN),
        Value("to Redis, median", "ms", [quantile(each.times.to_redis, 0.5) for each in found]),
        Value("to the screen, median", "ms", [quantile(each.times.to_screen, 0.5) for each in found]),
        Value("acknowledged, p99", "ms", [p99(each.times.acked) for each in found]),
        Value("its fact is in the record, p99", "ms", [p99(each.times.logged) for each in found]),
        Value("the raw way at the same time, p99", "ms", raw),
        Value("the raw way while nothing else is sent, p99", "ms", [p99(each.raw_alone) for each in found]),
    ]
    size = f"{SCREENS:,} screens and a browser; full load {full:.0f} reports a second, one a request, half of it for {SECONDS * factor:.0f} s"
    return Found(f"{size}, {taken / 1e6:,.0f} MB to the screens; {rounds} rounds", values)


async def _measured(stack: LocalStack, factor: float, rounds: int) -> tuple[float, list[Round], int]:
    """Return the full load, the rounds, and the bytes that the screens took."""
    config = stack.config
    _make_topic(config)
    async with reporter(config) as sender, _page(config) as page:
        async with _followed(config) as deltas:
            base = await sender.fill()
            await _shows(page, base)
            screens = await _opened(config)
            try:
                await page.evaluate(_SEEN)
                full = await _full_load(sender, page, deltas, config)
                sent: list[dict[str, Sent]] = []
                alone, beside = list[list[float]](), list[list[float]]()
                for _ in range(rounds):
                    alone.append(await _raw(config))
                    other = asyncio.create_task(_raw(config))
                    sent.append(await sender.send(full / 2, SECONDS * factor))
                    beside.append(await other)
                    await _shows(page, sender.children)
                await asyncio.sleep(3)  # until each screen has a heartbeat of the end
                seen = [(at, int(text.replace(",", ""))) for at, text in await page.evaluate("globalThis.seen") if text]
                assert screens.stdin is not None, "it is piped"
                assert screens.stdout is not None, "it is piped"
                screens.stdin.write(b"\n")
                said = json.loads(await screens.stdout.readline())
            finally:
                screens.kill()
                await screens.wait()
        facts = await _facts(config)
    check(said, seen, {child for each in sent for child in each}, facts, sender.children)
    times = [times_of(each, facts, deltas, said["documents"], seen) for each in sent]
    return full, [Round(*each) for each in zip(times, beside, alone, strict=True)], said["bytes"]


@asynccontextmanager
async def _page(config: StackConfig) -> AsyncIterator[Page]:
    program, environment = browser()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=program, args=list(FLAGS), env={**environment})
        context = await running.new_context(viewport={"width": 1920, "height": 1080})
        page = await context.new_page()
        await page.goto(config.api_url(REPORTING.name))
        yield page
        await running.close()


async def _shows(page: Page, children: int) -> None:
    """Wait until the page shows so many children."""
    await page.wait_for_function(
        "text => document.querySelector('[data-figure=all] .now')?.textContent === text", arg=f"{children:,}", timeout=_WITHIN * 1e3
    )


@asynccontextmanager
async def _followed(config: StackConfig) -> AsyncIterator[Deltas]:
    """Note during the block when each delta of the board is there."""
    deltas: Deltas = {partition: ([], []) for partition in range(PARTITIONS)}
    redis = connect_to(redis_access.address(config, redis_access.OPERATOR))
    board = Board(redis, generation=GENERATION)

    async def follow() -> None:
        after = dict.fromkeys(deltas, 0)
        while True:
            found = await board.steps(after, wait_ms=1_000)
            now = time.time()
            for partition, steps in found.items():
                for step in steps:
                    deltas[partition][0].append(step.next)
                    deltas[partition][1].append(now)
                after[partition] = steps[-1].next

    following = asyncio.create_task(follow())
    try:
        yield deltas
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await board.close()


async def _opened(config: StackConfig) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "bench.targets.processes.screens", str(config.port_of(REPORTING.name)), str(SCREENS))
    screens = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=1 << 30)
    assert screens.stdout is not None, "it is piped"  # for the type checker
    async with asyncio.timeout(_WITHIN):
        if await screens.stdout.readline() != b"open\n":
            raise NotRight("the screens were not opened")
    return screens


async def _full_load(sender: Reporter, page: Page, deltas: Deltas, config: StackConfig) -> float:
    """Return how many reports a second stand in Redis while so many requests are under way."""
    begun = time.time()
    sent = await sender.full(FULL_FOR)
    await _shows(page, sender.children)
    facts = await _facts(config)
    return sum(in_redis(facts[child][0], deltas) < begun + FULL_FOR for child in sent) / FULL_FOR


async def _raw(config: StackConfig) -> list[float]:
    """Return the seconds of records that go the raw way."""
    kafka = kafka_access.brokers(config, kafka_access.OPERATOR)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "task.json"
        state = f"{RAW_RATE} {RAW_RATE * RAW_SECONDS}"
        task = Task("raw-latency", kafka.bootstrap, str(kafka.user), str(kafka.password), _RAW, PARTITIONS, 0, "", "", state)
        write_private(file, msgspec.json.encode(task).decode())
        command = (str(PYTHON), "-m", "bench.targets.processes.raw_latency", str(file))
        run = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, errors = await run.communicate()
    if run.returncode:
        raise NotRight(f"the raw way ended with {run.returncode}: {errors[-500:]!r}")
    return msgspec.json.decode(out, type=list[float])


def _make_topic(config: StackConfig) -> None:
    admin = KafkaAdminClient(**kafka_access.brokers(config, kafka_access.OPERATOR).client())
    try:
        admin.create_topics([NewTopic(_RAW, PARTITIONS, 1)])
    finally:
        admin.close()


async def _facts(config: StackConfig) -> dict[str, list[Logged]]:
    """Return where in the record the facts of enrolment are, by child."""
    found, child = dict[str, list[Logged]](), re.compile(rb'"subject":"([0-9a-f]{32})"')
    partitions = [TopicPartition(topics.STUDENT_STATUS, partition) for partition in range(PARTITIONS)]
    async with AIOKafkaConsumer(**kafka_access.brokers(config, kafka_access.OPERATOR).client(), auto_offset_reset="none") as consumer:
        consumer.assign(partitions)
        for each in partitions:
            consumer.seek(each, 0)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(each) < ends[each] for each in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    if b'"source":"/enrolment"' in record.value and (match := child.search(record.value)):
                        found.setdefault(match[1].decode(), []).append(Logged(record.partition, record.offset, record.timestamp / 1e3))
    return found
