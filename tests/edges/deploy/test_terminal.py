"""What every command prints, on a terminal of any encoding. `tests/live/test_terminals.py` has a stack behind it."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
import typer

from deploy import cli
from deploy.terminal import can_show, show_what_it_can
from tests.support.terminals import ENCODINGS, run

COMMANDS = sorted(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]  # a group


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("command", [[], *([each] for each in COMMANDS)], ids=lambda words: "-".join(words) or "baoxue")
def test_every_command_says_what_it_does(encoding: str, command: list[str]) -> None:
    done = run(encoding, *command, "--help")
    assert done.returncode == 0, done.stderr
    assert b"Usage" in done.stdout


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_where_nothing_runs_that_is_said_and_no_command_breaks(encoding: str, tmp_path: Path) -> None:
    nowhere = {"BAOXUE_HOME": str(tmp_path / "县"), "BAOXUE_KAFKA_PORT": "1", "BAOXUE_REDIS_PORT": "2", "BAOXUE_REPORTING_PORT": "3"}
    exits = {"status": 1, "down": 0, "doctor": 1, "redis ping": 1, "topics": 2, "tail": 2, "replay": 2, "verify": 2}
    found = {words: run(encoding, *words.split(), **nowhere).returncode for words in exits}
    assert found == exits


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_bad_argument_in_chinese_is_an_error_of_its_own(encoding: str) -> None:
    assert run(encoding, "replay", "--area", "昭觉县").returncode == 2
    assert run(encoding, "昭觉县").returncode == 2


def test_what_an_encoding_lacks_is_shown_as_a_question_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = {name: io.TextIOWrapper(io.BytesIO(), encoding="gbk") for name in ("stdout", "stderr")}
    for name, stream in streams.items():
        monkeypatch.setattr(sys, name, stream)
    with pytest.raises(UnicodeEncodeError):
        streams["stdout"].write("✓")
    show_what_it_can()
    for stream in streams.values():
        stream.write("✓ 昭觉县")
        stream.flush()
        stream.seek(0)
        assert stream.read() == "? 昭觉县"


@pytest.mark.parametrize(
    ("text", "encoding", "shown"), [("✓✗", "gbk", False), ("✓✗", "gb18030", True), ("昭觉县", "gbk", True), ("昭", "ascii", False)]
)
def test_it_is_known_what_an_encoding_has(text: str, encoding: str, shown: bool) -> None:
    assert can_show(text, encoding) is shown
