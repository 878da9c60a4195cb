"""The tutorial and the how-to pages, typed in: every command of them on a real stack, and every answer that they show.

The how-to pages go on where the tutorial ends, so all of them run on one stack, in this order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from deploy.local import redis_access
from deploy.local.config import ROOT, StackConfig, free_ports
from deploy.local.processes import PROCESSES
from deploy.local.redis_access import OPERATOR
from docs.generate.reference import redis_keys
from tests.support.documents import blocks
from tests.support.pages import ANSWERS, COMMANDS, Shell, steps
from tests.support.stack import NewStack, told_of

TUTORIAL = ROOT / "docs" / "tutorial" / "first-dropout.md"
PAGES = (TUTORIAL, *(ROOT / "docs" / "how-to" / name for name in ("read-the-record.md", "replay-for-an-auditor.md", "rebuild.md")))
STANDS_FOR = {"BAOXUE_TODAY=record make up": "the stack of this test", "make down": "the end of this test"}


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
    for name, value in told_of(stack.config).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("REPORTING_URL", stack.config.api_url("reporting"))
    ports = {field.default: getattr(stack.config, name) for name, field in StackConfig.model_fields.items() if name.endswith("_port")}
    shell = Shell({**ports, 8110: free_ports(1)[0]}, folder, home=stack.config.home)
    for step in (step for page in PAGES for step in steps(page) if step.command.text.strip() not in STANDS_FOR):
        shell.follow(step)
        check_keys(stack.config)


def check_keys(config: StackConfig) -> None:
    """Every key in Redis is one that the reference has, and of the kind that it says."""
    declared = [key for keys in redis_keys.KEYS.values() for key in keys]
    with redis_access.client(config, OPERATOR) as client:
        for name in client.scan_iter(count=1000):
            kinds = {key.kind.replace("sorted set", "zset") for key in declared if key.is_name_of(name)}
            assert client.type(name) in kinds | {"none"}, name
