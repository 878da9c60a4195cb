"""`baoxue id` and its keys: the same ids as the api makes, from standard input or a file, and nothing of a number on the screen."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.enrolment.cli import app
from services.enrolment.directory.key_files import add_master_key, add_student_key, read_student_keys
from tests.components.enrolment.directory.names import number_of

TEMPORARY = "L513431201001011234"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    file = tmp_path / "student-id.keys"
    add_student_key(file, date(2020, 1, 1))
    return file


def run(keys: Path, *words: str, lines: str = "") -> tuple[int, list[str], str]:
    result = CliRunner().invoke(app, [*words, "--keys", str(keys)], input=lines)
    return result.exit_code, result.stdout.splitlines(), result.stderr


def test_ids_come_out_a_line_for_each_line_in(keys: Path, tmp_path: Path) -> None:
    key = read_student_keys(keys).keys[0]
    lines = f"{number_of(1)}\n\ng{number_of(1).lower()}, {TEMPORARY}\n{TEMPORARY}\n"
    expected = [key.id_of(number_of(1)), "", key.id_of(number_of(1)), key.id_of(TEMPORARY)]
    assert run(keys, "id", lines=lines) == (0, expected, "")
    file = tmp_path / "numbers.txt"
    file.write_text(lines, "utf-8")
    assert run(keys, "id", str(file)) == (0, expected, "")


def test_what_is_no_number_is_told_by_its_line_and_not_repeated(keys: Path) -> None:
    code, lines, said = run(keys, "id", lines=f"{number_of(1)}\n00513420100101999Z\n")
    assert (code, lines[1:]) == (1, [""])
    assert said.startswith("line 2: a number must be an identity number")
    assert "005134" not in said + lines[0]


def test_every_version_tells_the_old_ids_too(keys: Path) -> None:
    add_student_key(keys, date(2026, 9, 1))
    old, new = read_student_keys(keys).keys
    number = number_of(1)
    assert run(keys, "id", "--on", "2026-08-31", lines=number)[1] == [old.id_of(number)]
    assert run(keys, "id", "--on", "2026-09-01", "--every-version", lines=number)[1] == [f"{new.id_of(number)} {old.id_of(number)}"]


def test_keys_are_compared_by_fingerprints_and_never_shown(keys: Path) -> None:
    code, (added,), _ = run(keys, "id-key", "add", "--from", "2026-09-01")
    assert code == 0
    code, shown, _ = run(keys, "id-key", "show")
    old, new = read_student_keys(keys).keys
    assert code == 0
    assert [each.fingerprint in line for each, line in zip((old, new), shown, strict=True)] == [True, True]
    assert new.fingerprint in added
    assert all(each.key.hex() not in "".join(shown) for each in (old, new))
    assert keys.stat().st_mode & 0o777 == 0o600


def test_a_version_that_would_begin_before_another_is_refused(keys: Path) -> None:
    code, _, said = run(keys, "id-key", "add", "--from", "2019-01-01")
    assert code == 2
    assert "begin on a later day" in said
    assert len(read_student_keys(keys).keys) == 1


@pytest.mark.parametrize(("spoil", "said"), [("remove", "No such file"), ("open", "chmod 600"), ("cut", "no file of keys")])
def test_a_file_of_keys_that_cannot_be_used_says_what_mends_it(keys: Path, spoil: str, said: str) -> None:
    match spoil:
        case "remove":
            keys.unlink()
        case "open":
            keys.chmod(0o640)
        case _:
            keys.write_bytes(keys.read_bytes()[:-20])
    code, lines, error = run(keys, "id", lines=number_of(1))
    assert (code, lines) == (2, [])
    assert said in error
    assert str(keys) in error


def test_the_master_key_is_changed_and_the_old_one_retired(tmp_path: Path) -> None:
    master = tmp_path / "master.keys"
    add_master_key(master)
    environment = {
        "ENROLMENT_DIRECTORY_URL": f"sqlite:///{tmp_path}/children.sqlite",
        "ENROLMENT_KEYSTORE_URL": f"sqlite:///{tmp_path}/keystore.sqlite",
        "ENROLMENT_MASTER_KEYS_FILE": str(master),
        "ENROLMENT_ISSUER": "http://127.0.0.1:8090",
    }

    def command(*words: str) -> str:
        result = CliRunner().invoke(app, ["directory", *words], env=environment)
        assert result.exit_code == 0, result.output
        return result.stdout

    assert "newest migration" in command("migrate")
    assert "version 2" in command("change-master-key")
    assert "Only version 2" in command("retire-master-key")
    assert command("status").splitlines()[:2] == ["directory: directory_0002", "keystore: keystore_0001"]
    assert (tmp_path / "keystore.sqlite").stat().st_mode & 0o777 == 0o600
