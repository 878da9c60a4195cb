"""Every command before a stack that runs, on terminals of other encodings than UTF-8."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest
import typer

from deploy import cli
from deploy.local.config import StackConfig
from deploy.local.processes import PROCESSES
from deploy.local.stack import LocalStack
from tests.components.enrolment.lines import event
from tests.support.stack_tokens import bearer
from tests.support.terminals import ENCODINGS, run

pytestmark = pytest.mark.live

COUNTY = "昭觉县"
EXITS = {
    "status": 0,
    "doctor": None,  # of the machine that the tests run on nothing is known
    "topics": 0,
    "topics --json": 0,
    "replay --area 513400": 0,
    "replay --area 513400 --by flow": 0,
    "replay --area 513400 --json": 0,
    "tail -n 5": 0,
    "tail -n 5 --json": 0,
    "verify": 0,
    "verify --json": 0,
    "create-topics --partitions 1": 0,
    "create-users --passwords nowhere": 1,
    "redis info server": 0,
    "redis nonsense": 1,
    "up": 0,  # it starts what does not run, and all runs
    "demo": 1,
    "token --as officer": 0,
    "token --as nobody": 1,
    "rotate-key": 0,
    "id": None,  # of what comes in by standard input
    "id-key show": 0,
    "directory --help": 0,
    "detector flags": 0,
    "detector flags --json": 0,
    "detector sample --office /provinces/51 --since 2020-01-01 --until 2020-01-31": 0,
    "detector samples": 0,
    "make-secrets /dev/null/secrets": 1,
    "rebuild --compare-only": 0,
}
"""What is typed while the stack runs, and its exit code. Two demos cannot run."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What a command must be told to find a stack of this module's own, in which a child is out of school."""
    config = StackConfig.on_free_ports(tmp_path_factory.mktemp("terminals"), partitions=1)
    with LocalStack(config, services=PROCESSES):
        report = event("never-enrolled", source="/counties/513431")
        with httpx.Client() as client:
            client.post(
                f"{config.api_url('enrolment')}/v1/reports", json=report, headers={"content-type": "application/cloudevents+json", **bearer(config)}
            )
            end = time.monotonic() + 60
            while client.get(f"{config.api_url('reporting')}/v1/counts?area=513431").json().get("out_of_school") != 1:
                assert time.monotonic() < end, "the report was not counted"
                time.sleep(0.2)
        yield {f"BAOXUE_{name.upper()}": str(value) for name, value in config.model_dump().items()}


def test_every_command_is_tried() -> None:
    every = set(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]  # a group
    assert {words.split()[0] for words in EXITS} == every - {"down"}, "down is tried where nothing runs"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("words", EXITS)
def test_no_command_breaks_on_any_terminal(told: dict[str, str], encoding: str, words: str) -> None:
    done = run(encoding, *words.split(), **told)
    assert EXITS[words] in (None, done.returncode), done.stderr
    if "--json" in words:
        assert [json.loads(line) for line in done.stdout.splitlines()], "for machines it is JSON in UTF-8"
    elif words.startswith("replay"):
        assert COUNTY.encode(encoding, "replace") in done.stdout
