"""The page of OWASP's ten risks of APIs, from ``owasp.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from docs.generate.markdown import page, table
from docs.generate.security.evidence import link

TABLE = Path(__file__).with_name("owasp.toml")

INTRODUCTION = """\
The attacks of the [OWASP API Security Top 10 (2023)](https://owasp.org/API-Security/editions/2023/en/0x11-t10/), made on the real apis by the tests
of `tests/components/attacks/` and those named beside them. `make test` runs them all. The table is `docs/generate/security/owasp.toml`."""


class Risk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row. ``left``: what is not stopped here, "" where nothing is left."""

    number: str
    title: str
    tries: str
    stops: str
    tests: Sequence[str]
    left: str = ""


def risks() -> list[Risk]:
    """Return the rows, in order."""
    return msgspec.convert(tomllib.loads(TABLE.read_text("utf-8"))["row"], list[Risk])


def owasp() -> str:
    """Return the page."""
    rows = (
        (f"{each.number} {each.title}", each.tries, " ".join(filter(None, (each.stops, left(each)))), ", ".join(map(link, each.tests)))
        for each in risks()
    )
    return page("OWASP API Security Top 10", INTRODUCTION, table(("risk", "an attacker", "what stops it", "tests"), rows))


def left(risk: Risk) -> str:
    """Return what a risk leaves, said so."""
    return f"**Left:** {risk.left}" if risk.left else ""
