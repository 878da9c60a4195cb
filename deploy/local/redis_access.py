"""Who may do what in the embedded Redis, and how each is let in.

Redis's own user `default`, which everybody is who names none, is off. Each user has a password of its own, made when the stack is set up, in a
file that only the stack's owner reads; it stands on no command line, in no setting and in no log. Redis holds its digest. A password whose
file is removed is made anew at the next start.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import NamedTuple

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from deploy.local.config import LOOPBACK, StackConfig
from deploy.local.private_files import write_private

SERVICES = "services"
OPERATOR = "operator"

USED = (
    "client|setinfo config|get evalsha exec exists expire get getrange hdel hello hget hgetall hmget hset hsetnx info multi "
    "ping script|exists script|load select set setrange pexpire smembers smismember srem sadd unlink del xadd xread zadd zlexcount zrangebylex zrem"
)  # fmt: skip
"""The commands that services, their scripts, redis-py and the doctor use. Whatever else Redis can do is closed to them."""

RIGHTS = {
    SERVICES: " ".join(("~* resetchannels -@all", *(f"+{command}" for command in USED.split()))),
    OPERATOR: "~* &* +@all",
}
"""What each user may do, as Redis's lists of access say it."""


class Password(NamedTuple):
    """A user's password, and the file that holds it."""

    text: str
    file: Path


def password_file(folder: Path, user: str) -> Path:
    """Return where a user's password is, below the folder of the server."""
    return folder / f"{user}.password"


def ensure_users(folder: Path) -> dict[str, Password]:
    """Write the list of users into the folder of the server, and the password of each user that has none."""
    passwords = {user: _ensure_password(password_file(folder, user)) for user in RIGHTS}
    lines = ["user default off resetpass -@all"]
    for user, password in passwords.items():
        lines.append(f"user {user} on resetpass #{hashlib.sha256(password.text.encode()).hexdigest()} {RIGHTS[user]}")
    write_private(folder / "users.acl", "".join(f"{line}\n" for line in lines))
    return passwords


def client(config: StackConfig, user: str, *, patience: float = 10.0) -> redis.Redis:
    """Return a client of a stack's Redis, let in as this user. Raises OSError where there is no password yet."""
    password = password_file(config.redis_folder, user).read_text("ascii").strip()
    once = Retry(NoBackoff(), 0)
    return redis.Redis(
        LOOPBACK, config.redis_port, username=user, password=password, socket_timeout=patience, retry=once, decode_responses=True
    )  # fmt: skip


def _ensure_password(file: Path) -> Password:
    if not file.exists():
        write_private(file, f"{secrets.token_urlsafe(32)}\n")
    file.chmod(0o600)
    return Password(file.read_text("ascii").strip(), file)
