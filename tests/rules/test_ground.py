"""The ground that everything runs on: what is pinned, and where every command is listed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.makefile import targets

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?P<rest>.*)$")


def entries(lock: str) -> dict[str, tuple[str, int]]:
    """{package and marker: (version, number of hashes)} of a lock file."""
    found: dict[str, tuple[str, int]] = {}
    name = ""
    for line in (ROOT / "requirements" / lock).read_text("utf-8").splitlines():
        if pin := PIN.match(line):
            name = pin["name"] + pin["rest"].removesuffix("\\").rstrip()
            found[name] = (pin["version"], 0)
        else:
            assert line.strip().startswith("--hash=sha256:"), f"{lock}: {line!r} is neither a pinned package nor a sum"
            version, hashes = found[name]
            found[name] = (version, hashes + 1)
    return found


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock", "redis.lock", "bench.lock"])
def test_every_package_is_pinned_with_its_sums_and_nothing_says_where_from(lock: str) -> None:
    assert all(hashes > 0 for _, hashes in entries(lock).values())


def test_the_tests_run_on_what_the_system_runs_on() -> None:
    assert entries("run.lock").items() <= entries("dev.lock").items()


@pytest.mark.parametrize("stem", ["run", "dev", "redis", "bench"])
def test_all_that_is_asked_for_is_in_the_lock(stem: str) -> None:
    asked = (line for line in (ROOT / "requirements" / f"{stem}.in").read_text("utf-8").splitlines() if re.match(r"[a-z]", line))
    names = {re.split(r"[\[=<>;]", line)[0] for line in asked}
    assert names <= {re.split(r"[ ;]", name)[0] for name in entries(f"{stem}.lock")}


def test_the_broker_s_private_names_cannot_move_under_us() -> None:
    pinned = {name: version for name, (version, _) in entries("run.lock").items()}
    assert pinned["faust-streaming"] == "0.15.3"
    assert pinned["aiokafka"].startswith("0.14.")


def test_help_lists_every_command() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert targets() == set(re.findall(r"^  make ([\w-]+) +\S", shown, re.MULTILINE))
