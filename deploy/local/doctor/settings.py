"""What is weak in the settings of processes that are started by hand or in containers: read from the variables, as they would read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from deploy.local.doctor.check import Check
from shared.contracts.services import SERVICES
from shared.settings import ServiceSettings, is_loopback

HOW = "docs/how-to/use-tls.md"
IN_A_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))
"""Files that engines put into a container. In one, an api has to listen on all addresses; what the engine publishes is its own setting."""


def checks(environment: Mapping[str, str]) -> Iterator[Check]:
    """Check the settings of each service of which any variable is set."""
    named = [spec.name for spec in SERVICES if any(name.startswith(f"{spec.name.upper()}_") for name in environment)]
    if not named:
        yield Check("settings", "no variable of a service is set here")
    for name in named:
        try:
            settings: ServiceSettings = import_module(f"services.{name}.settings").Settings()
        except ValidationError as wrong:
            yield Check(name, f"its settings are wrong: {wrong.errors(include_input=False)[0]['msg']}", "see docs/reference/settings.md")
            continue
        found = list(weaknesses(name.upper(), settings, contained=any(file.exists() for file in IN_A_CONTAINER)))
        yield from found or [Check(name, "its settings let nobody in unasked, and nothing leaves the machine in clear")]


def weaknesses(prefix: str, settings: ServiceSettings, *, contained: bool) -> Iterator[Check]:
    """Say what is weak in the settings of one service, each with the variables that mend it."""
    for seen, mend in _weaknesses(prefix, settings, contained=contained):
        yield Check(prefix.lower(), seen, mend)


def _weaknesses(prefix: str, settings: ServiceSettings, *, contained: bool) -> Iterator[tuple[str, str]]:
    brokers, store = settings.kafka, urlsplit(settings.redis_url)
    if brokers.user is None and brokers.certificate_file is None:
        yield "Kafka is used as nobody: who reaches it writes the record", f"set {prefix}_KAFKA_USER and {prefix}_KAFKA_PASSWORD_FILE"
    far = [host for address in brokers.bootstrap.split(",") if leaves_the_machine(host := address.rpartition(":")[0])]
    if far and not brokers.tls:
        yield f"what is sent to Kafka at {', '.join(far)} leaves the machine in clear", f"set {prefix}_KAFKA_TLS=true ({HOW})"
    if store.username is None:
        mend = f"set {prefix}_REDIS_URL with a user, and {prefix}_REDIS_PASSWORD_FILE"
        yield "Redis is used as its user default, who may do everything", mend
    if store.password:
        yield "the password for Redis stands in a variable, which tools show", f"put it into a file, and set {prefix}_REDIS_PASSWORD_FILE"
    if store.hostname and leaves_the_machine(store.hostname) and store.scheme != "rediss":
        yield f"what is sent to Redis at {store.hostname} leaves the machine in clear", f"set {prefix}_REDIS_URL to rediss://… ({HOW})"
    for file in (settings.kafka_password_file, settings.redis_password_file):
        if file is not None and is_open(file):
            yield f"others may read {file}", f"chmod 600 {file}"
    if leaves_the_machine(settings.host) and not contained:
        yield f"it listens on {settings.host} without TLS", f"set {prefix}_HOST=127.0.0.1, and put a proxy with TLS before it"


def leaves_the_machine(host: str) -> bool:
    """Return whether an address is another machine's. A name without a dot is a container's, or this machine's own."""
    address = host.strip("[]")
    if is_loopback(address):
        return False
    return ("." in address and not address.endswith(".localhost")) or ":" in address


def is_open(file: Path) -> bool:
    """Return whether others may read a file: it lets them, and so does its folder. In a container its engine sees to that."""
    if file.parent == Path("/run/secrets"):
        return False
    return bool(file.stat().st_mode & 0o044 and file.parent.stat().st_mode & 0o011)
