"""The settings of the embedded stack: its folders, its ports, its partitions."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.contracts.services import SERVICES

LOOPBACK = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]

Port = Annotated[int, Field(ge=1, le=65535)]

FREE_PORTS = range(20_000, 30_000)
"""The ports to choose from. They lie below the range that the system takes for outgoing connections: a client that connects before its
server is up could otherwise be given the port of that server, which then could not listen there."""


class SettingsWrong(Exception):
    """A setting has a value that it cannot have. The message names the variable and what it takes."""


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "baoxue"


def _service_ports() -> dict[str, Any]:
    """Return the ports of every service of the catalogue as fields: `<name>_port` and `<name>_worker_port`."""
    apis = {f"{spec.name}_port": (Port, Field(spec.port, description=f"the api of {spec.name}")) for spec in SERVICES}
    workers = {
        f"{spec.name}_worker_port": (Port, Field(spec.admin_port, description=f"the admin server of the worker of {spec.name}")) for spec in SERVICES
    }
    return apis | workers


if TYPE_CHECKING:
    _ServicePorts = BaseSettings
else:
    _ServicePorts = create_model("_ServicePorts", __base__=BaseSettings, **_service_ports())


class StackConfig(_ServicePorts):
    """One stack: a data folder and its ports. The variable `BAOXUE_<FIELD>` sets each field."""

    model_config = SettingsConfigDict(env_prefix="BAOXUE_", frozen=True, extra="ignore")

    home: Path = Field(ROOT / ".baoxue", description="folder of all data, logs and settings of the stack, below the checkout")
    cache: Path = Field(default_factory=_user_cache, description="folder of the broker's jars; by default `baoxue` in the user's cache folder")
    kafka_port: Port = Field(19092, description="Kafka")
    kafka_controller_port: Port = Field(19093, description="Kafka's controller")
    redis_port: Port = Field(16379, description="Redis")
    issuer_port: Port = Field(8020, description="the issuer of tokens")
    partitions: Annotated[int, Field(ge=1, le=254)] = Field(4, description="partitions of every topic; fixed for the life of the data")
    today: Literal["calendar", "record"] = Field(
        "calendar", description="by what the apis that show due days tell the day: `record` where a history is played in"
    )

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment. Raises `SettingsWrong`, which names every variable with a wrong value."""
        try:
            config = cls()
        except ValidationError as wrong:
            raise SettingsWrong("; ".join(_explained(wrong))) from wrong
        return config.model_copy(update={"home": config.home.expanduser().resolve(), "cache": config.cache.expanduser().resolve()})

    @classmethod
    def on_free_ports(cls, home: Path, *, partitions: int = 12) -> Self:
        """Return a stack in `home` on ports that nobody listened on a moment ago, with the user's cache of jars."""
        ports = [name for name in cls.model_fields if name.endswith("_port")]
        return cls.model_validate({"home": home.resolve(), "partitions": partitions, **dict(zip(ports, free_ports(len(ports)), strict=True))})

    @property
    def kafka_bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.kafka_port}"

    @property
    def kafka_users(self) -> Path:
        """The folder of the passwords for Kafka."""
        return self.home / "kafka" / "users"

    def kafka_password_file(self, user: str) -> Path:
        """Return the file of a user's password for Kafka."""
        return self.kafka_users / f"{user}.password"

    @property
    def redis_address(self) -> str:
        return f"{LOOPBACK}:{self.redis_port}"

    def redis_url(self, user: str) -> str:
        """Return where Redis is, as this user finds it; the password is in `redis_password_file`."""
        return f"redis://{user}@{self.redis_address}/0"

    def redis_password_file(self, user: str) -> Path:
        """Return the file of a user's password for Redis."""
        return self.redis_folder / f"{user}.password"

    @property
    def redis_folder(self) -> Path:
        """Where Redis runs, and keeps its data and who may use it."""
        return self.home / "redis"

    @property
    def issuer_url(self) -> str:
        """The address of the issuer, by which its tokens name it."""
        return f"http://{LOOPBACK}:{self.issuer_port}"

    @property
    def directory_folder(self) -> Path:
        """Where the names of children are, and the keys that open them."""
        return self.home / "directory"

    @property
    def issuer_folder(self) -> Path:
        """Where the keys of the issuer and of its clients are."""
        return self.home / "issuer"

    def port_of(self, service: str, part: str = "api") -> int:
        """Return the port of the api of a service, or of the admin server of its worker."""
        return int(getattr(self, port_field(service, part)))

    def api_url(self, service: str) -> str:
        return f"http://{LOOPBACK}:{self.port_of(service)}"

    @property
    def logs(self) -> Path:
        return self.home / "log"


def port_field(service: str, part: str) -> str:
    """Return the name of the field that holds the port of a process; the variable is `BAOXUE_` and the name in capitals."""
    return f"{service}_port" if part == "api" else f"{service}_{part}_port"


def free_ports(count: int) -> list[int]:
    """Return different ports of the loopback address that nobody listens on. Raises `SettingsWrong`."""
    candidates = random.sample(FREE_PORTS, min(1_000, len(FREE_PORTS)))
    found = [port for port in candidates if port_is_free(port)][:count]
    if len(found) < count:
        raise SettingsWrong(f"no {count} free ports between {FREE_PORTS[0]} and {FREE_PORTS[-1]} on {LOOPBACK}")
    return found


def port_is_free(port: int) -> bool:
    """Return whether a server could listen on a port now."""
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
