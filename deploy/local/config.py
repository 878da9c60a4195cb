"""Where the stack lives and which ports it takes: everything about it that can be set."""

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
"""Where ports are looked for. Below the range that the system gives to outgoing connections: a client that knocks before its
server is up could otherwise be given the very port it knocks at, and the server could not have it any more."""


class SettingsWrong(Exception):
    """A setting has a value that cannot be. The message names the variable and what it takes."""


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "baoxue"


def _service_ports() -> dict[str, Any]:
    """The ports of every service of the catalogue, as fields: `<name>_port` and `<name>_worker_port`."""
    apis = {f"{spec.name}_port": (Port, Field(spec.port, description=f"the api of {spec.name}")) for spec in SERVICES}
    workers = {f"{spec.name}_worker_port": (Port, Field(spec.admin_port, description=f"how the worker of {spec.name} is")) for spec in SERVICES}
    return apis | workers


if TYPE_CHECKING:
    _ServicePorts = BaseSettings
else:
    _ServicePorts = create_model("_ServicePorts", __base__=BaseSettings, **_service_ports())


class StackConfig(_ServicePorts):
    """One stack: a data folder and its ports. Each field is set by the variable `BAOXUE_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="BAOXUE_", frozen=True, extra="ignore")

    home: Path = Field(ROOT / ".baoxue", description="where all data, logs and settings of the stack are, below the checkout")
    cache: Path = Field(default_factory=_user_cache, description="where the broker's jars are kept; without it `baoxue` in the user's cache folder")
    kafka_port: Port = Field(19092, description="Kafka")
    kafka_controller_port: Port = Field(19093, description="Kafka's controller")
    redis_port: Port = Field(16379, description="Redis")
    partitions: Annotated[int, Field(ge=1, le=254)] = Field(12, description="partitions of every topic; fixed for the life of the data")
    today: Literal["calendar", "record"] = Field(
        "calendar", description="by what the case and relief apis tell the day: `record` where a history is played in"
    )

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

    def port_of(self, service: str, part: str = "api") -> int:
        """The port of the api of a service, or of the admin server of its worker."""
        return int(getattr(self, port_field(service, part)))

    def api_url(self, service: str) -> str:
        return f"http://{LOOPBACK}:{self.port_of(service)}"

    @property
    def logs(self) -> Path:
        return self.home / "log"


def port_field(service: str, part: str) -> str:
    """The field, and in capitals behind `BAOXUE_` the variable, that holds the port of a process."""
    return f"{service}_port" if part == "api" else f"{service}_{part}_port"


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody listens on, all different."""
    candidates = random.sample(FREE_PORTS, min(1_000, len(FREE_PORTS)))
    found = [port for port in candidates if port_is_free(port)][:count]
    if len(found) < count:
        raise SettingsWrong(f"no {count} free ports between {FREE_PORTS[0]} and {FREE_PORTS[-1]} on {LOOPBACK}")
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
