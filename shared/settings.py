"""How a process reads its settings: once, from the environment. An error names the variable and the fix."""

import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings

from shared.brokers import BrokerSettings, check_tls, checked_one_line
from shared.contracts.services import ServiceSpec

Settings = TypeVar("Settings", bound=BaseSettings)

LOOPBACK = "127.0.0.1"
LOOPBACK_NAMES = "localhost,127.0.0.1,[::1]"

ALGORITHMS = ("EdDSA", "Ed25519", "ES256", "RS256", "PS256")
"""By which tokens may be signed: none that a key of the public could sign, and none without a signature."""

EXIT_SETTINGS = 78
"""The exit code of a process whose settings are wrong (EX_CONFIG)."""


class ServerLimits(BaseModel):
    """What whoever connects may ask for. Each is a setting: the service's prefix and the name in capitals."""

    connections: int = Field(4_096, ge=1, description="connections that are open at once; more are turned away with a 503")
    connections_per_address: int = Field(2_048, ge=1, description="connections of one address; raise it where a proxy stands in front")
    header_bytes: int = Field(32 << 10, ge=1 << 10, description="longest request line and headers, in bytes; longer ones are a 431")
    header_seconds: float = Field(10.0, gt=0, description="how long the headers of a request may take to come")
    body_seconds: float = Field(30.0, gt=0, description="how long the body of a request may take to come; one that takes longer is a 408")
    write_seconds: float = Field(30.0, gt=0, description="how long a connection may take nothing of what is sent to it before it is cut off")


class IdentitySettings(BaseModel):
    """Whose access tokens an api takes. Each is a setting: the service's prefix and the name in capitals."""

    issuer: str = Field("", description="URL of the issuer whose access tokens the api takes; without one the api does not start")
    issuer_address: str = Field(
        "",
        description="URL at which the issuer is asked for its description and keys, where that is not its name: next to the api, as behind a proxy",
    )
    audience: str = Field("baoxue", min_length=1, description="audience (`aud`) that an access token must be for")
    token_algorithms: str = Field(
        ",".join(ALGORITHMS), description="algorithms that access tokens may be signed by, comma between: any of those of the default"
    )

    @field_validator("issuer", "issuer_address")
    @classmethod
    def _is_safe(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        if issuer and (parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment or parts.username):
            raise ValueError("must be the URL of the issuer, with a host, and without a user, a query or a fragment")
        if parts.scheme == "http" and not is_on_this_machine(issuer) and "." in str(parts.hostname):
            raise ValueError("must begin with https:// unless the issuer is on this machine, or next to the api under a name without dots")
        return issuer

    @field_validator("token_algorithms")
    @classmethod
    def _are_known(cls, named: str) -> str:
        if not named or not set(named.split(",")) <= set(ALGORITHMS):
            raise ValueError(f"must be of {','.join(ALGORITHMS)}, comma between")
        return named


def is_on_this_machine(url: str) -> bool:
    """Return whether a URL names the loopback address."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or is_loopback(host)


def is_loopback(address: str) -> bool:
    """Return whether a text is a loopback address, of IPv4 within IPv6 too."""
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return (getattr(known, "ipv4_mapped", None) or known).is_loopback


class ServiceSettings(ServerLimits, IdentitySettings, BrokerSettings, BaseSettings):
    """What every service can be set to: what it stands on, and where its api and the admin server of its worker listen."""

    redis_url: str = Field(f"redis://{LOOPBACK}:16379/0", description="where everything is kept that can be rebuilt from the log; `rediss://` by TLS")
    redis_password_file: Path | None = Field(
        None, description="file that holds the password for Redis, on one line; without it, what the URL says is all"
    )
    redis_ca_file: Path | None = Field(
        None, description="file of the certificates that Redis's must come from, in PEM; without it, those that the system trusts"
    )
    redis_certificate_file: Path | None = Field(None, description="file of the client's own certificate for Redis, in PEM")
    redis_key_file: Path | None = Field(None, description="file of the key of that certificate, in PEM")
    host: str = Field(LOOPBACK, description="address that the api and the admin server listen on")
    hosts: str = Field(
        LOOPBACK_NAMES,
        description="names by which the api and the admin server are reached, comma between; `*.name` for all below a name, `*` for any",
    )
    port: int = Field(ge=1, le=65535, description="port that the api listens on")
    operations_port: int = Field(ge=1, le=65535, description="port that the admin server of the worker listens on")
    ready_lag_seconds: float = Field(
        30.0, gt=0, description="seconds behind the log's end beyond which a process says that it is not ready; it goes on all the same"
    )

    @field_validator("redis_password_file")
    @classmethod
    def _is_a_password(cls, file: Path | None) -> Path | None:
        return checked_one_line(file)

    @model_validator(mode="after")
    def _agree_about_redis(self) -> Self:
        by_tls = self.redis_url.startswith("rediss://")
        check_tls("redis", on=by_tls, ca=self.redis_ca_file, certificate=self.redis_certificate_file, key=self.redis_key_file)
        return self


def port_of_api(spec: ServiceSpec) -> Any:
    """Return the field ``port`` of the settings of a service."""
    return Field(spec.port, ge=1, le=65535, description="port that the api listens on")


def port_of_admin_server(spec: ServiceSpec) -> Any:
    """Return the field ``operations_port`` of the settings of a service."""
    return Field(spec.admin_port, ge=1, le=65535, description="port that the admin server of the worker listens on")


def read_settings(kind: type[Settings]) -> Settings:
    """Read a service's settings. Where some are wrong, write which variables and what they are, and exit with ``EXIT_SETTINGS``."""
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        for wrong in error.errors(include_input=False, include_url=False):
            name = prefix + "_".join(str(part) for part in wrong["loc"]).upper()
            described = kind.model_fields[str(wrong["loc"][0])].description if wrong["loc"] else None
            sys.stderr.write(f"{name}: {wrong['msg']}. It is: {described or 'see the reference of settings'}. Mend or unset it.\n")
        raise SystemExit(EXIT_SETTINGS) from None
