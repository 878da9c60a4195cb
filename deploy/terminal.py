"""The terminal that a command writes to, which may have another encoding than UTF-8: GBK, GB18030, ASCII."""

import io
import sys


def show_what_it_can() -> None:
    """Let the standard streams show ? for what their encoding lacks. Without this the first such character ends the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def can_show(text: str, encoding: str) -> bool:
    """Return whether an encoding has all characters of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
