"""Sets papers as PDF by Typst: a template, and what stands in it. The same content makes the same bytes, on any machine and any day.

No font of the machine, no clock and no network takes part: the type is the one file that is shipped, and the document has no date of making.
"""

import asyncio
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import msgspec
import typst

_ROOM = files("services.case") / "papers"
_AT_ONCE = 1
_encode = msgspec.json.Encoder(order="deterministic").encode


class Typesetter:
    """Sets one paper at a time, beside whatever the api does."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def set(self, template: str, content: Mapping[str, Any]) -> bytes:
        """Return a paper as PDF. ``content``: what the template calls ``data``; texts stand in it as they are, whatever they are."""
        async with self._turn:
            return await asyncio.to_thread(set_now, template, content)


def set_now(template: str, content: Mapping[str, Any]) -> bytes:
    """Return a paper as PDF; it takes some tenths of a second."""
    with as_file(_ROOM) as room:
        made = typst.Compiler(
            str(room / "templates" / f"{template}.typ"),
            root=str(room / "templates"),
            font_paths=_type(room),
            sys_inputs={"data": _encode(content).decode()},
        ).compile(format="pdf", timestamp=0)
    if not isinstance(made, bytes):
        raise TypeError("Typst makes one PDF of one document")
    return made


@cache
def _type(room: Path) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(room / "fonts")])
