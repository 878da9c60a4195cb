"""What a measurement ran on: the machine, and the versions of everything that took part."""

import os
import platform
import re
from collections.abc import Iterable
from pathlib import Path

from bench.side_by_side.catalogue import Contestant
from bench.side_by_side.contestants.kafka_streams import LOCK
from deploy.local import jars
from deploy.local.config import ROOT
from deploy.local.java import find_java
from deploy.local.redis_server import find_redis_server

_PINNED = re.compile(r"^([\w-]+)==([^ ;]+)", re.MULTILINE)


def described() -> str:
    """Return the machine in words."""
    models = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8", "replace"), re.MULTILINE)
    model, system = models[0] if models else platform.machine(), f"{platform.system()} {platform.release()}"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB of memory, {system}"


def versions() -> dict[str, str]:
    """Return the versions of what all contestants share."""
    java, kafka = find_java(), jars.KAFKA.rpartition(":")[2]
    return {"Python": platform.python_version(), "Java": str(java.version), "Kafka": kafka, "Valkey": find_redis_server().version}


def packages(contestants: Iterable[Contestant]) -> dict[str, str]:
    """Return the packages that each contestant stands on, with their versions."""
    theirs = _pinned("bench.lock") | {jar.coordinates.split(":")[1]: jar.coordinates.split(":")[2] for jar in jars.locked(LOCK)}
    pinned = {each.name: _pinned("run.lock") if each.command is None else theirs for each in contestants}
    return {each.name: ", ".join(f"{package} {pinned[each.name][package]}" for package in each.packages) for each in contestants}


def _pinned(lock: str) -> dict[str, str]:
    return dict(_PINNED.findall((ROOT / "requirements" / lock).read_text("utf-8")))
