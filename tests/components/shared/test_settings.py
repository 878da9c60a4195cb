"""Settings of a process: what cannot be is told with the name of its variable, and the process does not start."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic_settings import SettingsConfigDict

from shared.contracts.services import SERVICES
from shared.settings import EXIT_SETTINGS, ServiceSettings, read_settings

ROOT = Path(__file__).resolve().parents[3]


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SOME_", frozen=True)
    port: int = 1
    operations_port: int = 2


@pytest.fixture
def password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "password"
    monkeypatch.setenv("SOME_REDIS_PASSWORD_FILE", str(file))
    return file


def test_a_password_is_one_line_of_a_file_that_can_be_read(password: Path) -> None:
    password.write_text("secret\n", "utf-8")
    assert read_settings(Settings).redis_password_file == password


@pytest.mark.parametrize(
    ("holds", "said"),
    [(None, "cannot be read"), ("", "is one line"), (" \n", "is one line"), ("two\nlines\n", "is one line"), (b"\xff", "cannot be read")],
)
def test_a_password_that_cannot_be_read_ends_the_process_and_is_not_told(
    password: Path, capsys: pytest.CaptureFixture[str], holds: str | bytes | None, said: str
) -> None:
    if holds is not None:
        password.write_bytes(holds if isinstance(holds, bytes) else holds.encode())
    with pytest.raises(SystemExit) as ended:
        read_settings(Settings)
    assert ended.value.code == EXIT_SETTINGS
    told = capsys.readouterr().err
    assert told.startswith("SOME_REDIS_PASSWORD_FILE: ")
    assert str(password) in told
    assert said in told
    assert "lines" not in told


@pytest.mark.parametrize(
    "issuer",
    [
        "https://id.example.cn/realms/baoxue",
        "http://127.0.0.1:8020",
        "http://localhost:8020",
        "http://[::1]:8020",
        "http://keycloak:8080/realms/baoxue",
    ],
)
def test_an_issuer_is_asked_where_nobody_can_listen(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    for name in ("SOME_ISSUER", "SOME_ISSUER_ADDRESS"):
        monkeypatch.setenv(name, issuer)
    settings = read_settings(Settings)
    assert settings.issuer == settings.issuer_address == issuer


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SOME_ISSUER", "id.example.cn"),
        ("SOME_ISSUER", "ftp://id.example.cn"),
        ("SOME_ISSUER", "http://id.example.cn"),
        ("SOME_ISSUER", "http://10.0.0.7:8080"),
        ("SOME_ISSUER", "https://user:secret@id.example.cn"),
        ("SOME_ISSUER", "https://id.example.cn/?x=1"),
        ("SOME_ISSUER", "https://id.example.cn/#x"),
        ("SOME_ISSUER", "https://"),
        ("SOME_ISSUER_ADDRESS", "http://10.0.0.7:8080"),
        ("SOME_AUDIENCE", ""),
        ("SOME_TOKEN_ALGORITHMS", "none"),
        ("SOME_TOKEN_ALGORITHMS", "EdDSA,HS256"),
        ("SOME_TOKEN_ALGORITHMS", ""),
    ],
)
def test_what_would_let_anybody_in_is_told_and_the_process_does_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        read_settings(Settings)
    assert ended.value.code == EXIT_SETTINGS
    told = capsys.readouterr().err
    assert told.startswith(f"{name}: ")
    assert "secret" not in told


@pytest.mark.parametrize("service", [spec.name for spec in SERVICES])
def test_an_api_without_an_issuer_does_not_start_and_names_the_setting(service: str) -> None:
    done = subprocess.run([sys.executable, "-m", f"services.{service}", "api"], cwd=ROOT, capture_output=True, text=True, check=False, env={})
    assert done.returncode == EXIT_SETTINGS
    assert done.stderr.startswith(f"{service.upper()}_ISSUER is not set")
