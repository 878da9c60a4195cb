"""Settings of a process: what cannot be is told with the name of its variable, and the process does not start."""

from pathlib import Path

import pytest
from pydantic_settings import SettingsConfigDict

from shared.settings import EXIT_SETTINGS, ServiceSettings, read_settings


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
