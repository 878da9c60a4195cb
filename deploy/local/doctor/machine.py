"""The machine: Python and its packages, Java, Redis, Kafka's jars, room on disk and in memory."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path

import psutil
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.local import jars
from deploy.local.config import ROOT, StackConfig
from deploy.local.doctor.check import Check
from deploy.local.java import OLDEST_JAVA, find_java, java_version
from deploy.local.redis_server import NoRedis, find_redis_server

ENOUGH_DISK = 5 * 1024**3  # bytes: a full history with its broker's log and Redis takes less than two of them
ENOUGH_MEMORY = 1536 * 1024**2  # bytes: the broker, Redis with a full history, and the processes of four services
LOCK = ROOT / "requirements" / "run.lock"

_pins = re.compile(r"^(\w\S*==.*?) *\\?$", re.MULTILINE).findall


def checks(config: StackConfig) -> Iterator[Check]:
    """Check the machine, whether anything runs on it or not."""
    version = sys.version_info
    yield Check("Python", f"{version.major}.{version.minor}", None if version >= (3, 11) else "make clean, then make setup PYTHON=python3.11")
    yield packages(LOCK, {each.name: each.version for each in distributions()})
    java = find_java()
    runs = java_version(java.path) is not None
    yield Check(
        "Java", f"{java.version if runs else 'does not run'} ({java.path})", None if runs else f"put a Java of {OLDEST_JAVA} or newer on the PATH"
    )
    try:
        redis = find_redis_server()
        yield Check("Redis server", f"{redis.version} ({redis.path}){' on mimalloc' if redis.allocator else ''}")
    except NoRedis as none:
        yield Check("Redis server", "none", str(none))
    yield _jars(config)
    place = next(parent for parent in (config.home, *config.home.parents) if parent.exists())
    yield disk(config.home, shutil.disk_usage(place).free)
    if config.home.exists():
        yield privacy(config.home)
    yield memory(psutil.virtual_memory().available)


def packages(lock: Path, installed: Mapping[str, str]) -> Check:
    """Check that the installed packages are those of the lock file. Packages that it has for other machines may be missing."""
    here = {canonicalize_name(name): version for name, version in installed.items()}
    pinned = [pin for pin in map(Requirement, _pins(lock.read_text("utf-8"))) if pin.marker is None or pin.marker.evaluate()]
    other = []
    for pin in pinned:
        version = here.get(canonicalize_name(pin.name))
        if version is None or version not in pin.specifier:
            other.append(f"{pin.name} is {version or 'missing'}, locked is {pin.specifier}")
    return Check("packages", "; ".join(other) or "as locked", "make clean, then make setup" if other else None)


def privacy(home: Path) -> Check:
    """Whether others than the owner may look into the stack's folder, in which passwords are."""
    open_ = home.stat().st_mode & 0o077
    return Check("folder", f"others may look into {home}" if open_ else "is its owner's alone", f"chmod 700 {home}" if open_ else None)


def disk(home: Path, free: int) -> Check:
    """Check that the disk has room for a history."""
    return Check("disk", f"{free / 1024**3:.0f} GiB free for {home}", None if free >= ENOUGH_DISK else "make room, or set BAOXUE_HOME")


def memory(available: int) -> Check:
    """Check that there is memory for all processes."""
    enough = available >= ENOUGH_MEMORY
    return Check("memory", f"{available / 1024**2:,.0f} MiB free", None if enough else "end something else, or take a larger machine")


def _jars(config: StackConfig) -> Check:
    locked = jars.locked()
    folder = jars.jar_folder(config.cache, locked)
    if not folder.is_dir():
        return Check("Kafka's jars", "not fetched yet", "make up, with a network")
    if wrong := jars.problems(folder, locked):
        return Check("Kafka's jars", "; ".join(wrong), f"rm -r {folder}, then make up")
    return Check("Kafka's jars", f"all {len(locked)} as locked ({folder})")
