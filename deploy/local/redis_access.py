"""Who may do what in the embedded Redis, and how each is let in.

Redis's own user `default`, which everybody is who names none, is off. Each process has a user of its own, with the rights that follow from the
catalogue (`shared/redis/rights.py`), and a password of its own, made when the stack is set up, in a file that only the stack's owner reads; it
stands on no command line, in no setting and in no log. Redis holds its digest. A password whose file is removed is made anew at the next start.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from deploy.local.config import LOOPBACK, StackConfig
from deploy.local.private_files import ensure_password, write_private
from shared.redis.rights import rights

OPERATOR = "operator"
EVERYTHING = "~* &* +@all"

PROCESSES = tuple(rights())
RIGHTS: Mapping[str, str] = {**rights(), OPERATOR: EVERYTHING}
"""What each user may do, as Redis's lists of access say it."""


class Password(NamedTuple):
    """A user's password, and the file that holds it."""

    text: str
    file: Path


def ensure_users(folder: Path, rights: Mapping[str, str] = RIGHTS) -> dict[str, Password]:
    """Write the list of users into the folder of the server, and the password of each user that has none."""
    files = {user: folder / f"{user}.password" for user in rights}
    passwords = {user: Password(ensure_password(file), file) for user, file in files.items()}
    write_private(folder / "users.acl", user_list({user: password.text for user, password in passwords.items()}, rights))
    return passwords


def user_list(passwords: Mapping[str, str], rights: Mapping[str, str] = RIGHTS) -> str:
    """Return the list of users as Redis's file of it, which holds digests of the passwords."""
    lines = [f"user {user} on resetpass #{hashlib.sha256(text.encode()).hexdigest()} {rights[user]}" for user, text in passwords.items()]
    return "".join(f"{line}\n" for line in ("user default off resetpass -@all", *lines))


@dataclass(frozen=True)
class Address:
    """Where the stack's Redis is, as a user finds it: what a service would be told in its settings."""

    redis_url: str
    redis_password_file: Path
    redis_ca_file: Path | None = None
    redis_certificate_file: Path | None = None
    redis_key_file: Path | None = None


def address(config: StackConfig, user: str) -> Address:
    """Return the address of a stack's Redis for this user."""
    return Address(config.redis_url(user), config.redis_password_file(user))


def client(config: StackConfig, user: str, *, patience: float = 10.0) -> redis.Redis:
    """Return a client of a stack's Redis, let in as this user. Raises OSError where there is no password yet."""
    password = config.redis_password_file(user).read_text("ascii").strip()
    once = Retry(NoBackoff(), 0)
    return redis.Redis(
        LOOPBACK, config.redis_port, username=user, password=password, socket_timeout=patience, retry=once, decode_responses=True
    )  # fmt: skip
