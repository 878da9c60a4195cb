"""The table of processes: which processes run on one machine, in which order they start, and the environment of each.

The processes of the services are those of the catalogue (`shared/contracts/services.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import directory, kafka, redis_server
from deploy.local.config import LOOPBACK, ROOT, StackConfig, port_field
from deploy.local.issuer import setup as issuer_setup
from deploy.local.issuer.clients import private_file
from deploy.local.issuer.tokens import AUDIENCE
from deploy.local.java import Java
from deploy.local.redis_server import RedisServer
from shared.contracts.services import CASE, ENROLMENT, RELIEF, REPORTING, SERVICES


@dataclass(frozen=True)
class Program:
    """One process as the supervisor keeps it. The process with the highest `priority` stops first."""

    name: str
    command: tuple[str, ...]
    directory: Path
    priority: int
    stop_seconds: int
    environment: Mapping[str, str] = field(default_factory=dict)
    starts_with_supervisor: bool = False


@dataclass(frozen=True)
class ServiceProcess:
    """One process of a service: `python -m services.<service> <part>`. Both parts answer `/readyz` on a port of their own.

    `tells_day`: whether the process takes the setting `today`.
    """

    service: str
    part: str
    tells_day: bool = False

    @property
    def name(self) -> str:
        return f"{self.service}-{self.part}"

    @property
    def port_variable(self) -> str:
        return f"BAOXUE_{port_field(self.service, self.part).upper()}"

    def port(self, config: StackConfig) -> int:
        return config.port_of(self.service, self.part)

    def url(self, config: StackConfig) -> str:
        return f"http://{LOOPBACK}:{self.port(config)}"

    def program(self, config: StackConfig) -> Program:
        prefix = self.service.upper()
        environment = {
            f"{prefix}_KAFKA_BOOTSTRAP": config.kafka_bootstrap,
            f"{prefix}_KAFKA_USER": self.name,
            f"{prefix}_KAFKA_PASSWORD_FILE": str(config.kafka_password_file(self.name)),
            f"{prefix}_REDIS_URL": config.redis_url(self.name),
            f"{prefix}_REDIS_PASSWORD_FILE": str(config.redis_password_file(self.name)),
            f"{prefix}_HOST": LOOPBACK,
            f"{prefix}_{'PORT' if self.part == 'api' else 'OPERATIONS_PORT'}": str(self.port(config)),
            f"{prefix}_PARTITIONS": str(config.partitions),
            "PYTHONUNBUFFERED": "1",
        }
        if self.part == "api":
            environment |= {f"{prefix}_ISSUER": config.issuer_url, f"{prefix}_AUDIENCE": AUDIENCE}
        if self.part == "api" and self.service in {spec.name for spec in issuer_setup.PAGES}:
            key = private_file(config.issuer_folder, self.service)
            environment |= {
                f"{prefix}_CLIENT_ID": self.service,
                f"{prefix}_CLIENT_KEY_FILE": str(key),
                f"{prefix}_ADDRESS": config.api_url(self.service),
            }
        if self.service == CASE.name and self.part == "api":
            environment |= {f"{prefix}_{asked.name.upper()}_URL": config.api_url(asked.name) for asked in (ENROLMENT, RELIEF, REPORTING)}
        if self.service == ENROLMENT.name and self.part == "api":
            environment |= directory.environment(config)
        if self.tells_day:
            environment[f"{prefix}_TODAY"] = config.today
        command = (sys.executable, "-m", f"services.{self.service}", self.part)
        return Program(self.name, command, ROOT, priority=200, stop_seconds=15, environment=environment)


PROCESSES = (
    *(ServiceProcess(spec.name, "worker", spec.passes_days) for spec in SERVICES),
    *(ServiceProcess(spec.name, "api", spec.tells_day) for spec in SERVICES),
)

KAFKA = "kafka"
REDIS = "redis"
ISSUER = "issuer"


def tools(config: StackConfig, java: Java, jars: Path, redis: RedisServer) -> tuple[Program, ...]:
    """Return Kafka, Redis and the issuer, which start with the supervisor and stop last."""
    places = {"BAOXUE_HOME": str(config.home), "BAOXUE_ISSUER_PORT": str(config.issuer_port), "PYTHONUNBUFFERED": "1"}
    pages = {f"BAOXUE_{port_field(spec.name, 'api').upper()}": str(config.port_of(spec.name)) for spec in issuer_setup.PAGES}
    return (
        Program(KAFKA, tuple(kafka.command(java, jars)), kafka.folder(config), 100, stop_seconds=30, starts_with_supervisor=True),
        Program(REDIS, tuple(redis_server.command(redis)), config.redis_folder, 101, stop_seconds=15, starts_with_supervisor=True),
        Program(
            ISSUER, (sys.executable, "-m", "deploy.local.issuer"), ROOT, 102, stop_seconds=5, environment=places | pages, starts_with_supervisor=True
        ),
    )


def parent_watch(parent: int) -> Program:
    """Return the process that stops the supervisor, and so everything, once the process `parent` is gone: nothing outlives a killed foreground."""
    command = (sys.executable, "-m", "deploy.local.parent_watch", str(parent))
    return Program("parent-watch", command, ROOT, 300, stop_seconds=5, starts_with_supervisor=True)


def ports(config: StackConfig, services: tuple[ServiceProcess, ...]) -> dict[str, tuple[int, str]]:
    """Return the port of every process, and the variable that sets it: {process: (port, variable)}."""
    wanted = {
        "Kafka": (config.kafka_port, "BAOXUE_KAFKA_PORT"),
        "Kafka's controller": (config.kafka_controller_port, "BAOXUE_KAFKA_CONTROLLER_PORT"),
        "Redis": (config.redis_port, "BAOXUE_REDIS_PORT"),
        "the issuer": (config.issuer_port, "BAOXUE_ISSUER_PORT"),
    }
    for each in services:
        wanted[f"the {each.service} {each.part}"] = (each.port(config), each.port_variable)
    return wanted
