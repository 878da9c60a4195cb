"""The settings of a service whose people sign in. Each is a setting: the service's prefix and the name in capitals."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator

from shared.http.sessions.provider import read_key
from shared.settings import IdentitySettings


class SignInSettings(IdentitySettings):
    """As whom a service asks the issuer, and how long its sessions last."""

    client_id: str = Field("", description="the service's id at the issuer; without one nobody can sign in to its pages, and they stay open")
    client_key_file: Path | None = Field(
        None, description="file of the private key, a JWK, by which the service proves itself to the issuer; without it PKCE is all (a public client)"
    )
    address: str = Field(
        "", validate_default=True, description="address by which browsers reach the pages, as `https://wall.example`; needed to sign in"
    )
    session_idle_seconds: int = Field(1_800, ge=60, le=86_400, description="seconds without a request after which a session ends")
    session_seconds: int = Field(28_800, ge=60, le=86_400, description="seconds after which a session ends, whatever happens")

    @field_validator("client_key_file")
    @classmethod
    def _holds_a_key(cls, file: Path | None) -> Path | None:
        if file is not None:
            try:
                read_key(file)
            except OSError as error:
                raise ValueError(f"{file} cannot be read: {error}") from error
        return file

    @field_validator("address")
    @classmethod
    def _is_an_origin(cls, address: str, info: ValidationInfo) -> str:
        if not address and info.data.get("client_id"):
            raise ValueError("must be set where people sign in: the issuer leads them back to it")
        parts = urlsplit(address)
        if address and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment):
            raise ValueError("must be a scheme and a host, as https://wall.example")
        return address.rstrip("/").lower()
