"""The tutorial and the how-to pages, typed in: every command of them on a real stack, and every answer that they show.

The how-to pages go on where the tutorial ends, so all of them run on one stack, in this order.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
import redis

from deploy.local.config import ROOT, StackConfig, free_ports
from deploy.local.processes import PROCESSES
from docs.generate.reference import redis_keys
from tests.support.documents import Block, blocks
from tests.support.stack import NewStack

TUTORIAL = ROOT / "docs" / "tutorial" / "first-dropout.md"
PAGES = (TUTORIAL, *(ROOT / "docs" / "how-to" / name for name in ("read-the-record.md", "replay-for-an-auditor.md", "rebuild.md")))
COMMANDS, ANSWERS = {"sh", "python"}, {"json", "text"}
STANDS_FOR = {"BAOXUE_TODAY=record make up": "the stack of this test", "make down": "the end of this test"}
CHANGING = re.compile(r" -d |\bkill |&$|>|\.flushall|\.set\(", re.MULTILINE)
"""A command that changes something is typed once; one that only asks is typed again until it is answered as the page says."""
PATIENCE = 60.0


class Step(NamedTuple):
    """A command of a page, and what it is said to answer."""

    page: Path
    command: Block
    answer: Block | None

    def __str__(self) -> str:
        return f"{self.page.name}, line {self.command.line}"


def steps(page: Path) -> Iterator[Step]:
    found = list(blocks(page))
    after = dict(pairwise(found))
    for block in found:
        if block.kind in COMMANDS:
            yield Step(page, block, answer if (answer := after.get(block)) and answer.kind in ANSWERS else None)


def is_part(said: Any, answer: Any) -> bool:
    """Whether an answer holds what a page shows of it."""
    match said, answer:
        case dict(), dict():
            return all(name in answer and is_part(value, answer[name]) for name, value in said.items())
        case list(), list():
            return len(said) == len(answer) and all(map(is_part, said, answer))
        case _:
            return bool(said == answer)


def says(answer: Block, output: str) -> bool:
    """Whether an output is what a page shows; `…` is anything."""
    if answer.kind == "json":
        try:
            return is_part(json.loads(answer.text), json.loads(output))
        except ValueError:
            return False
    wanted = (re.escape(re.sub(r" +", " ", line)).replace("…", ".*") for line in answer.text.splitlines())
    seen = [re.sub(r" +", " ", line.rstrip()) for line in output.splitlines()]
    return all(any(re.fullmatch(line, each) for each in seen) for line in wanted)


class Shell:
    """Types what a page shows, where other ports than the page's are free."""

    def __init__(self, config: StackConfig, folder: Path) -> None:
        ports = {field.default: getattr(config, name) for name, field in StackConfig.model_fields.items() if name.endswith("_port")}
        self._ports = {f"{default}": f"{port}" for default, port in ports.items()} | {"8110": str(free_ports(1)[0])}
        self._folder = folder

    def run(self, command: Block) -> str:
        text = re.sub(r"\b\d{4,5}\b", lambda found: self._ports.get(found[0], found[0]), command.text)
        text = text.replace("/tmp/", f"{self._folder}/").replace(".venv/bin/", f"{Path(sys.executable).parent}/")
        typed = [sys.executable, "-c", text] if command.kind == "python" else ["bash", "-euo", "pipefail", "-c", text]
        done = subprocess.run(typed, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
        return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """What the pages call /tmp; whatever a page left running is ended with it."""
    yield tmp_path
    for left in tmp_path.glob("*.pid"):
        with suppress(psutil.NoSuchProcess):
            psutil.Process(int(left.read_text())).kill()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_commands_and_their_answers_and_nothing_else(page: Path) -> None:
    assert {block.kind for block in blocks(page)} <= COMMANDS | ANSWERS
    answered = [step.answer for step in steps(page)]
    assert [block for block in blocks(page) if block.kind in ANSWERS] == [answer for answer in answered if answer]


def test_the_tutorial_starts_and_stops_as_the_test_does() -> None:
    assert [text for step in steps(TUTORIAL) if (text := step.command.text.strip()) in STANDS_FOR] == list(STANDS_FOR)


def test_every_command_answers_what_its_page_says(new_stack: NewStack, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    stack = new_stack(services=PROCESSES, today="record")
    for name, value in stack.config.model_dump().items():
        monkeypatch.setenv(f"BAOXUE_{name.upper()}", str(value))
    monkeypatch.setenv("REPORTING_KAFKA_BOOTSTRAP", stack.config.kafka_bootstrap)
    monkeypatch.setenv("REPORTING_URL", stack.config.api_url("reporting"))
    monkeypatch.setenv("REPORTING_REDIS_URL", stack.config.redis_url)
    shell = Shell(stack.config, folder)
    for step in (step for page in PAGES for step in steps(page) if step.command.text.strip() not in STANDS_FOR):
        output, deadline = shell.run(step.command), time.monotonic() + PATIENCE
        while step.answer and not says(step.answer, output):
            assert not CHANGING.search(step.command.text), f"{step}: {output}"
            assert time.monotonic() < deadline, f"{step}: not within {PATIENCE} s; the last answer was: {output}"
            time.sleep(0.1)
            output = shell.run(step.command)
        check_keys(stack.config)


def check_keys(config: StackConfig) -> None:
    """Every key in Redis is one that the reference has, and of the kind that it says."""
    declared = [key for keys in redis_keys.KEYS.values() for key in keys]
    with redis.Redis.from_url(config.redis_url, decode_responses=True) as client:
        for name in client.scan_iter(count=1000):
            kinds = {key.kind.replace("sorted set", "zset") for key in declared if key.is_name_of(name)}
            assert client.type(name) in kinds | {"none"}, name
