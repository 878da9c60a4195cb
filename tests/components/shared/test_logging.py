"""What a process says as it goes."""

import json
import logging
from collections.abc import Callable
from typing import Any, Literal

import msgspec
import pytest

from shared.log.event_log import LogUnavailable
from shared.logging import about, log_as_json

Said = Callable[[Callable[[], None]], dict[str, Any]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Return the one line that a process logs when it does something."""

    def during(act: Callable[[], None]) -> dict[str, Any]:
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        try:
            log_as_json("case", "worker")
            act()
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
        (line,) = capsys.readouterr().err.splitlines()
        return dict(json.loads(line))

    return during


def test_a_line_is_one_json_object_and_says_who_speaks(said: Said) -> None:
    line = said(lambda: logging.getLogger("some.where").warning("it %s", "broke"))
    assert line.pop("time").endswith("Z")
    assert line == {"level": "warning", "service": "case", "part": "worker", "version": "0.1.0", "logger": "some.where", "message": "it broke"}


def test_a_line_about_a_record_says_where_it_stands_and_which_event_it_led_to(said: Said) -> None:
    line = said(lambda: logging.getLogger().warning("aside", extra=about("case.commands", 3, 17, "an-id")))
    assert {name: line.get(name) for name in ("at", "event")} == {"at": "case.commands[3]@17", "event": "an-id"}


def test_what_a_library_says_of_what_it_was_given_is_not_told(said: Said) -> None:
    def act() -> None:
        try:
            try:
                msgspec.json.decode(b'"secret"', type=Literal["known"])
            except msgspec.ValidationError as error:
                raise KeyError("secret") from error
        except KeyError:
            logging.getLogger().exception("it broke")

    told = said(act)["error"]
    assert "builtins.KeyError\n" in told
    assert "msgspec.ValidationError\n" in told
    assert f"{__file__}:" in told
    assert "secret" not in told


def test_what_our_own_errors_say_is_told_with_what_they_came_from(said: Said) -> None:
    def act() -> None:
        try:
            try:
                raise ConnectionRefusedError(111, "refused")
            except OSError as error:
                raise LogUnavailable("nobody at 127.0.0.1:1") from error
        except LogUnavailable:
            logging.getLogger().exception("it broke")

    told = said(act)["error"]
    assert "shared.log.event_log.LogUnavailable: nobody at 127.0.0.1:1" in told
    assert "builtins.ConnectionRefusedError: [Errno 111] refused" in told


def test_an_error_that_came_of_itself_ends_somewhere(said: Said) -> None:
    error = LogUnavailable("again")
    error.__cause__ = error
    assert said(lambda: logging.getLogger().error("it broke", exc_info=error))["error"].count("again") == 1
