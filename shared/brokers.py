"""Where Kafka is, and as whom a process uses it: the settings of every client of Kafka, and what a client is told of them.

A password and a key stand in files; settings name the files only. A client reads them when it connects.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, field_validator, model_validator

Mechanism = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]


@dataclass(frozen=True)
class Brokers:
    """The brokers of a cluster, and as whom they are asked. Without ``user`` and ``certificate_file`` it is nobody."""

    bootstrap: str
    user: str | None = None
    password_file: Path | None = None
    mechanism: Mechanism = "SCRAM-SHA-512"
    tls: bool = False
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    @property
    def password(self) -> str | None:
        """The password that its file holds now. Raises ``OSError``."""
        return None if self.password_file is None else one_line(self.password_file)

    def tls_context(self) -> ssl.SSLContext | None:
        """Return how the brokers are made sure of, and what they are shown; None without TLS. Raises ``OSError``, ``ssl.SSLError``."""
        return tls_context(self.ca_file, self.certificate_file, self.key_file) if self.tls else None

    def client(self) -> dict[str, Any]:
        """Return the arguments by which a client connects; aiokafka and kafka-python name them alike. Raises as ``tls_context`` does."""
        layers = "_".join((*(["SASL"] if self.user else []), "SSL" if self.tls else "PLAINTEXT"))
        told: dict[str, Any] = {"bootstrap_servers": self.bootstrap, "security_protocol": layers}
        if self.user:
            told |= {"sasl_mechanism": self.mechanism, "sasl_plain_username": self.user, "sasl_plain_password": self.password}
        return told | ({"ssl_context": self.tls_context()} if self.tls else {})


class BrokerSettings(BaseModel):
    """Where the log is, and as whom it is used. Each is a setting: the service's prefix and the name in capitals."""

    kafka_bootstrap: str = Field("127.0.0.1:19092", description="host:port of the brokers, comma between")
    kafka_user: str | None = Field(None, description="as whom Kafka is used, by name and password (SASL)")
    kafka_password_file: Path | None = Field(None, description="file that holds the password for Kafka, on one line")
    kafka_mechanism: Mechanism = Field("SCRAM-SHA-512", description="how the password is proved to Kafka")
    kafka_tls: bool = Field(False, description="whether Kafka is reached by TLS, and its certificate and name are checked")
    kafka_ca_file: Path | None = Field(
        None, description="file of the certificates that Kafka's must come from, in PEM; without it, those that the system trusts"
    )
    kafka_certificate_file: Path | None = Field(None, description="file of the client's own certificate for Kafka, in PEM")
    kafka_key_file: Path | None = Field(None, description="file of the key of that certificate, in PEM; without it, it stands in the same file")

    @property
    def kafka(self) -> Brokers:
        """The brokers that these settings name."""
        return Brokers(
            self.kafka_bootstrap,
            self.kafka_user,
            self.kafka_password_file,
            self.kafka_mechanism,
            self.kafka_tls,
            self.kafka_ca_file,
            self.kafka_certificate_file,
            self.kafka_key_file,
        )

    @field_validator("kafka_password_file")
    @classmethod
    def _is_one_line(cls, file: Path | None) -> Path | None:
        return checked_one_line(file)

    @model_validator(mode="after")
    def _agree_about_kafka(self) -> Self:
        if (self.kafka_user is None) != (self.kafka_password_file is None):
            raise ValueError("kafka_user and kafka_password_file go together: set both, or neither")
        check_tls("kafka", on=self.kafka_tls, ca=self.kafka_ca_file, certificate=self.kafka_certificate_file, key=self.kafka_key_file)
        return self


def one_line(file: Path) -> str:
    """Return the one line that a file holds. Raises ``OSError``."""
    return file.read_text("utf-8").strip()


def checked_one_line(file: Path | None) -> Path | None:
    """Return the file. Raises ``ValueError`` where it cannot be read, or does not hold a password on one line."""
    if file is not None:
        try:
            written = one_line(file)
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"{file} cannot be read: {error}") from error
        if not written or len(written.splitlines()) > 1:
            raise ValueError(f"{file} does not hold a password, which is one line")
    return file


def check_tls(of: str, *, on: bool, ca: Path | None, certificate: Path | None, key: Path | None) -> None:
    """Raise ``ValueError`` where the files of TLS cannot be used, or are named and TLS is not on."""
    named = {"ca_file": ca, "certificate_file": certificate, "key_file": key}
    if not on and (first := next((name for name, file in named.items() if file), None)):
        raise ValueError(f"{of}_{first} is set, and {of} is not reached by TLS: it would be of no use")
    if key and not certificate:
        raise ValueError(f"{of}_key_file is set, and {of}_certificate_file is not")
    if on:
        try:
            tls_context(ca, certificate, key)
        except (OSError, ssl.SSLError) as error:
            files = ", ".join(str(file) for file in named.values() if file)
            raise ValueError(f"the files of {of}'s TLS cannot be used ({files}): {error}") from error


def tls_context(ca: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """Return a context that checks certificate and name of the server. Raises ``OSError``, ``ssl.SSLError``."""
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context
