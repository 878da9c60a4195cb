"""Where the stack lives and which ports it takes: everything about it that can be set."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]

Port = Annotated[int, Field(ge=1, le=65535)]


class SettingsWrong(Exception):
    """A setting has a value that cannot be. The message names the variable and what it takes."""


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "baoxue"


class StackConfig(BaseSettings):
    """One stack: a data folder and its ports. Each field is set by the variable BAOXUE_<FIELD>; wire.md names the defaults."""

    model_config = SettingsConfigDict(env_prefix="BAOXUE_", frozen=True, extra="ignore")

    home: Path = ROOT / ".baoxue"
    cache: Path = Field(default_factory=_user_cache)
    kafka_port: Port = 19092
    kafka_controller_port: Port = 19093
    redis_port: Port = 16379
    reporting_port: Port = 8000
    enrolment_port: Port = 8001
    case_port: Port = 8002
    relief_port: Port = 8003
    reporting_worker_port: Port = 8010
    enrolment_worker_port: Port = 8011
    case_worker_port: Port = 8012
    relief_worker_port: Port = 8013
    partitions: Annotated[int, Field(ge=1, le=1024)] = 12
    today: Literal["calendar", "record"] = "calendar"

    @classmethod
    def from_environment(cls) -> Self:
        """Raises SettingsWrong, naming every variable whose value is no good."""
        try:
            config = cls()
        except ValidationError as wrong:
            raise SettingsWrong("; ".join(_explained(wrong))) from wrong
        return config.model_copy(update={"home": config.home.expanduser().resolve(), "cache": config.cache.expanduser().resolve()})

    @classmethod
    def on_free_ports(cls, home: Path, *, partitions: int = 12) -> Self:
        """A stack of its own in `home`, on ports that nobody listened on a moment ago. The cache stays the user's."""
        ports = [name for name in cls.model_fields if name.endswith("_port")]
        return cls.model_validate({"home": home.resolve(), "partitions": partitions, **dict(zip(ports, free_ports(len(ports)), strict=True))})

    @property
    def kafka_bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.kafka_port}"

    @property
    def redis_url(self) -> str:
        return f"redis://{LOOPBACK}:{self.redis_port}/0"

    @property
    def enrolment_url(self) -> str:
        return f"http://{LOOPBACK}:{self.enrolment_port}"

    @property
    def case_url(self) -> str:
        return f"http://{LOOPBACK}:{self.case_port}"

    @property
    def reporting_url(self) -> str:
        return f"http://{LOOPBACK}:{self.reporting_port}"

    @property
    def logs(self) -> Path:
        return self.home / "log"


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody listens on, all different.

    From below the range that the system gives to outgoing connections: a client that knocks before its server is up could
    otherwise be given the very port it knocks at, and the server could not have it any more.
    """
    candidates = random.sample(range(20_000, 30_000), 1_000)
    found = [port for port in candidates if port_is_free(port)][:count]
    if len(found) < count:
        raise SettingsWrong(f"no {count} free ports between 20000 and 30000 on {LOOPBACK}")
    return found


def port_is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _explained(wrong: ValidationError) -> Iterator[str]:
    for error in wrong.errors():
        name = "_".join(("BAOXUE", *(str(part).upper() for part in error["loc"])))
        yield f"{name} is {error['input']!r}: {error['msg']}. Unset it for the default, or set it to what it takes."
