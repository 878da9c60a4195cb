"""The commands over the embedded stack, as somebody types them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import cli
from deploy.demo.playing.apis import Apis
from deploy.local.config import ROOT, StackConfig
from deploy.local.processes import PROCESSES
from deploy.local.stack import LocalStack
from deploy.local.supervision import Supervisor

BAOXUE = "from deploy.cli import app; app()"

DEMO = """
import asyncio, functools, pathlib, signal, sys, types
from deploy import cli

# As a shell starts what it puts in the background.
signal.signal(signal.SIGINT, signal.SIG_IGN)

async def play_history(apis, **told):
    pathlib.Path("{played}").write_text(repr((apis, told)))
    if {forever}:
        await asyncio.Event().wait()
    return {exact}

sys.modules["deploy.demo.playing.play"] = play = types.ModuleType("play")
play.play_history = play_history
cli.LocalStack = functools.partial(cli.LocalStack, services=())
cli.app()
"""


def environment(config: StackConfig) -> dict[str, str]:
    return {f"BAOXUE_{name.upper()}": str(value) for name, value in config.model_dump().items()}


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StackConfig:
    """A stack of this test's own, which every command started here finds in its environment."""
    config = StackConfig.on_free_ports(tmp_path / "home", partitions=1)
    for name, value in environment(config).items():
        monkeypatch.setenv(name, value)
    return config


def baoxue(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", BAOXUE, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def eventually(holds: Callable[[], bool], what: str, timeout: float = 120.0) -> None:
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
        time.sleep(0.05)


@pytest.mark.live
def test_up_runs_everything_in_the_background_until_down(config: StackConfig) -> None:
    folders = set(ROOT.glob("*/"))
    try:
        up = baoxue("up")
        assert up.returncode == 0, up.stderr
        assert config.api_url("reporting") in up.stdout
        states = LocalStack(config).states()
        assert {name: state.state for name, state in states.items()} == dict.fromkeys(
            ("kafka", "redis", "issuer", *(service.name for service in PROCESSES)), "RUNNING"
        )
        status = baoxue("status")
        assert status.returncode == 0
        assert all(name in status.stdout and str(state.pid) in status.stdout for name, state in states.items())
        costs = LocalStack(config).costs()
        assert costs.keys() == states.keys()
        assert all(cost.cpu_seconds > 0 and cost.memory > 1 << 20 for cost in costs.values())
        doctor = baoxue("doctor")
        assert doctor.returncode == 0, doctor.stdout
        demo = baoxue("demo")
        assert demo.returncode == 1
        assert "make down" in demo.stderr
    finally:
        down = baoxue("down")
    assert down.returncode == 0, down.stderr
    assert Supervisor(config).processes() == []
    assert baoxue("status").returncode == 1
    assert baoxue("doctor").returncode == 1
    assert set(ROOT.glob("*/")) == folders, "what runs here keeps its data in its home, and nothing beside the code"


@pytest.mark.live
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_stopped_while_it_plays_leaves_nothing_running(config: StackConfig, tmp_path: Path, stop: signal.Signals) -> None:
    played = tmp_path / "played"
    program = DEMO.format(played=played, forever=True, exact=True)
    with subprocess.Popen([sys.executable, "-c", program, "demo", "--scale", "0.5", "--until", "2019-05-31", "--seed", "7"], cwd=ROOT) as demo:
        eventually(played.exists, "the demo plays")
        demo.send_signal(stop)
        assert demo.wait(timeout=120) == 0
    assert Supervisor(config).processes() == []
    for told in (
        "'scale': 0.5",
        "'seed': 7",
        repr(Apis.of(config)),
    ):
        assert told in played.read_text()
    assert "datetime.date(2019, 5, 31)" in played.read_text()


@pytest.mark.live
def test_a_demo_whose_figures_did_not_come_out_says_so_to_whoever_started_it(config: StackConfig, tmp_path: Path) -> None:
    program = DEMO.format(played=tmp_path / "played", forever=False, exact=False)
    with subprocess.Popen([sys.executable, "-c", program, "demo"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout
        while "until Ctrl-C" not in demo.stdout.readline():
            assert demo.poll() is None
        assert Supervisor(config).processes() != []
        demo.send_signal(signal.SIGINT)
        demo.stdout.read()
        assert demo.wait(timeout=120) == 1
    assert Supervisor(config).processes() == []


def test_the_demo_starts_empty_and_lets_be_what_is_kept(config: StackConfig) -> None:
    assert cli.demo_config(config) == config

    kept = config.home / "kafka" / "data" / "student-status-3" / "00000000000000000000.log"
    kept.parent.mkdir(parents=True)
    kept.touch()
    assert cli.demo_config(config) == config

    kept.write_bytes(b"a record")
    earlier = config.home / "demo" / "kafka" / "data" / "student-status-3" / "00000000000000000000.log"
    earlier.parent.mkdir(parents=True)
    earlier.write_bytes(b"a record of an earlier demo")

    chosen = cli.demo_config(config)

    assert chosen.home == config.home / "demo"
    assert not chosen.home.exists()
    assert kept.read_bytes() == b"a record"


def test_a_setting_that_cannot_be_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAOXUE_KAFKA_PORT", "often")
    for command in ("up", "down", "status", "doctor", "topics"):
        said = baoxue(command)
        assert said.returncode == 1
        assert said.stderr.startswith("BAOXUE_KAFKA_PORT is 'often'")
        assert "Traceback" not in said.stderr
