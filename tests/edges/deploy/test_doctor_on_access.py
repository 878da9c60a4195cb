"""What the doctor says of a weak set-up, without a stack that runs; `tests/live/test_doctor_on_a_stack.py` has what needs one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.local import kafka_access, redis_access
from deploy.local.config import StackConfig
from deploy.local.doctor import access
from deploy.local.doctor import settings as by_settings
from deploy.local.doctor.check import Check
from deploy.local.issuer import setup as issuer_setup
from services.case.settings import Settings


@pytest.fixture
def config(tmp_path: Path) -> StackConfig:
    made = StackConfig.on_free_ports(tmp_path)
    kafka_access.ensure_passwords(made)
    made.redis_folder.mkdir()
    redis_access.ensure_users(made.redis_folder)
    issuer_setup.prepare(made)
    return made


def wrong(checks: Iterator[Check]) -> dict[str, tuple[str, str]]:
    return {check.about: (check.seen, check.mend) for check in checks if check.mend}


def test_secrets_as_they_are_made_are_well(config: StackConfig) -> None:
    assert [check.about for check in access.files(config.home) if check.mend is None] == ["secrets", "passwords"]


def test_a_stack_that_was_never_set_up_has_no_secrets(tmp_path: Path) -> None:
    assert list(access.files(tmp_path)) == []


@pytest.mark.parametrize(
    "which",
    [
        "kafka/users/case-api.password",
        "redis/operator.password",
        "redis/users.acl",
        "issuer/keys.json",
        "issuer/clients/reporting.json",
    ],
)
@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_secret_that_others_may_read_is_found(config: StackConfig, which: str, mode: int) -> None:
    (config.home / which).chmod(mode)
    assert wrong(access.files(config.home)) == {"secrets": (f"others may read {which}", f"chmod 600 {config.home / which}")}


def test_a_password_that_can_be_guessed_is_found_and_not_shown(config: StackConfig) -> None:
    file = config.kafka_password_file("auditor")
    file.write_text("admin")
    mend = f"make down, then rm {file}, then make up"
    assert wrong(access.files(config.home)) == {"passwords": ("can be guessed: kafka/users/auditor.password", mend)}


def test_an_address_that_others_may_reach_is_found() -> None:
    with socket.socket() as open_, socket.socket() as own:
        open_.bind(("0.0.0.0", 0))
        own.bind(("127.0.0.1", 0))
        for each in (open_, own):
            each.listen()
        port = open_.getsockname()[1]
        found = access.addresses([("case-api", access.listening(psutil.Process().pid))])
    assert found.mend is not None
    assert found.seen.startswith("others may reach ")
    assert f"case-api on 0.0.0.0:{port}" in found.seen
    assert "127.0.0.1" not in found.seen
    assert access.addresses([("case-api", [("127.0.0.1", 1), ("::1", 2)])]).mend is None


def test_a_listener_that_answers_whoever_asks_is_told_from_one_that_hangs_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        port = server.getsockname()[1]
        assert not access.answers_nobody_in_particular(1)
    assert not access.answers_nobody_in_particular(port)


GOOD = {
    "kafka_user": "case-api",
    "redis_url": "rediss://case-api@redis.example:6379/0",
    "kafka_bootstrap": "kafka.example:9092",
    "kafka_tls": True,
}


def told(tmp_path: Path, **other: Any) -> list[tuple[str, str | None]]:
    (tmp_path / "password").write_text("a" * 43)
    (tmp_path / "password").chmod(0o600)
    contained = bool(other.pop("contained", False))
    files = {"kafka_password_file": tmp_path / "password", "redis_password_file": tmp_path / "password"}
    settings = Settings.model_validate({**files, **GOOD, **other})
    return [(check.seen, check.mend) for check in by_settings.weaknesses("CASE", settings, contained=contained)]


def test_settings_with_logins_and_tls_are_well(tmp_path: Path) -> None:
    assert told(tmp_path) == []
    assert (
        told(tmp_path, kafka_tls=False, kafka_bootstrap="127.0.0.1:1,localhost:2,[::1]:3,kafka:9092", redis_url="redis://case-api@valkey:1/0") == []
    )
    assert told(tmp_path, host="0.0.0.0", contained=True) == []


@pytest.mark.parametrize(
    ("other", "seen", "mend"),
    [
        ({"kafka_user": None, "kafka_password_file": None}, "Kafka is used as nobody", "set CASE_KAFKA_USER and CASE_KAFKA_PASSWORD_FILE"),
        ({"kafka_tls": False}, "what is sent to Kafka at kafka.example leaves the machine in clear", "set CASE_KAFKA_TLS=true"),
        ({"kafka_tls": False, "kafka_bootstrap": "10.0.0.1:9092"}, "what is sent to Kafka at 10.0.0.1 leaves", "set CASE_KAFKA_TLS=true"),
        ({"redis_url": "redis://127.0.0.1:6379/0"}, "Redis is used as its user default", "set CASE_REDIS_URL with a user"),
        ({"redis_url": "redis://me:secret@127.0.0.1:6379/0"}, "the password for Redis stands in a variable", "put it into a file"),
        ({"redis_url": "redis://me@redis.example:6379/0"}, "what is sent to Redis at redis.example leaves", "set CASE_REDIS_URL to rediss://"),
        ({"host": "0.0.0.0"}, "it listens on 0.0.0.0 without TLS", "set CASE_HOST=127.0.0.1"),
    ],
)
def test_a_weak_setting_is_found_with_what_mends_it(tmp_path: Path, other: dict[str, Any], seen: str, mend: str) -> None:
    [(found, mended)] = told(tmp_path, **other)
    assert found.startswith(seen)
    assert mended is not None
    assert mended.startswith(mend)
    assert "secret" not in found + mended


def test_a_password_file_that_others_may_read_is_found(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "open").write_text("b" * 43)
    (tmp_path / "open").chmod(0o644)
    assert told(tmp_path, redis_password_file=tmp_path / "open") == [(f"others may read {tmp_path / 'open'}", f"chmod 600 {tmp_path / 'open'}")]


def test_only_services_whose_variables_are_set_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [check.about for check in by_settings.checks({})] == ["settings"]
    monkeypatch.setenv("CASE_KAFKA_BOOTSTRAP", "10.0.0.1:9092")
    assert {check.about for check in by_settings.checks({"CASE_KAFKA_BOOTSTRAP": "10.0.0.1:9092"})} == {"case"}
    monkeypatch.setenv("CASE_PORT", "0")
    [found] = by_settings.checks({"CASE_PORT": "0"})
    assert found.seen.startswith("its settings are wrong")
