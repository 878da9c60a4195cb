"""As whom a client of Kafka connects, and how, by its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.case.settings import Settings
from shared.brokers import Brokers
from shared.redis.edge import connect_to
from shared.worker.faust_edge.runner import credentials_of

CA = Path(__file__).resolve().parents[2] / "rules" / "schemas" / "compose-spec.json"


@pytest.fixture
def password(tmp_path: Path) -> Path:
    (tmp_path / "password").write_text("a secret\n")
    return tmp_path / "password"


def settings(**told: Any) -> Settings:
    return Settings.model_validate(told)


def test_without_a_user_it_is_nobody() -> None:
    assert settings().kafka.client() == {"bootstrap_servers": "127.0.0.1:19092", "security_protocol": "PLAINTEXT"}
    assert credentials_of(settings().kafka) is None


def test_a_user_proves_the_password_that_its_file_holds_now(password: Path) -> None:
    brokers = settings(kafka_user="case-api", kafka_password_file=password).kafka
    login = {"sasl_mechanism": "SCRAM-SHA-512", "sasl_plain_username": "case-api", "sasl_plain_password": "a secret"}
    assert brokers.client() == {"bootstrap_servers": "127.0.0.1:19092", "security_protocol": "SASL_PLAINTEXT", **login}
    password.write_text("another", "utf-8")
    assert brokers.client()["sasl_plain_password"] == "another"


def test_faust_logs_in_like_the_others(password: Path) -> None:
    found = credentials_of(Brokers("b:1", "case-worker", password, "SCRAM-SHA-256"))
    assert found is not None
    assert (found.username, found.password, found.mechanism.value, found.protocol.value) == (  # type: ignore[attr-defined]  # Faust's own
        "case-worker",
        "a secret",
        "SCRAM-SHA-256",
        "SASL_PLAINTEXT",
    )
    assert credentials_of(Brokers("b:1", "case-worker", password, tls=True)).protocol.value == "SASL_SSL"  # type: ignore[union-attr]
    assert credentials_of(Brokers("b:1", tls=True)).protocol.value == "SSL"  # type: ignore[union-attr]


def test_no_password_is_shown_with_the_brokers(password: Path) -> None:
    brokers = Brokers("b:1", "case-worker", password)
    assert "a secret" not in repr(brokers) + repr(credentials_of(brokers))


def test_tls_checks_certificate_and_name() -> None:
    context = settings(kafka_tls=True).kafka.client()["ssl_context"]
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"
    assert settings(kafka_tls=True).kafka.client()["security_protocol"] == "SSL"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"kafka_user": "case-api"}, "kafka_user and kafka_password_file go together"),
        ({"kafka_password_file": "PASSWORD"}, "kafka_user and kafka_password_file go together"),
        ({"kafka_user": "case-api", "kafka_password_file": "/nowhere"}, "/nowhere cannot be read"),
        ({"kafka_ca_file": CA}, "kafka_ca_file is set, and kafka is not reached by TLS"),
        ({"kafka_tls": True, "kafka_ca_file": "/nowhere"}, "the files of kafka's TLS cannot be used"),
        ({"kafka_tls": True, "kafka_ca_file": CA}, "the files of kafka's TLS cannot be used"),
        ({"kafka_tls": True, "kafka_key_file": CA}, "kafka_key_file is set, and kafka_certificate_file is not"),
        ({"kafka_mechanism": "MD5"}, "Input should be 'SCRAM-SHA-512'"),
        ({"redis_ca_file": CA}, "redis_ca_file is set, and redis is not reached by TLS"),
        ({"redis_url": "rediss://redis:1/0", "redis_ca_file": CA}, "the files of redis's TLS cannot be used"),
    ],
)
def test_settings_that_do_not_agree_are_refused(password: Path, told: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(**{name: password if value == "PASSWORD" else value for name, value in told.items()})


async def test_redis_is_reached_by_tls_where_its_url_says_so() -> None:
    client = connect_to(settings(redis_url="rediss://case-api@redis.example:6379/0"))
    told = client.connection_pool.connection_kwargs
    assert (told["ssl_check_hostname"], told["ssl_min_version"].name) == (True, "TLSv1_2")
    assert "SSLConnection" in {base.__name__ for base in client.connection_pool.connection_class.__mro__}
    await client.aclose()
