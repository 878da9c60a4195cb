"""The page of the settings: every variable that a process or the embedded stack reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from pydantic_settings import BaseSettings

from deploy.local.config import ROOT, StackConfig
from docs.generate.markdown import code, page, prose, table
from shared.contracts.services import SERVICES
from shared.settings import EXIT_SETTINGS

COLUMNS = ("variable", "default", "may be", "is")

INTRODUCTION = f"""\
Settings are environment variables, read once when a process starts. A process whose settings are wrong ends with exit code
{EXIT_SETTINGS}, naming the variable and what it takes. `make up` and the container set-up set what differs from the defaults."""


def settings_of(service: str) -> type[BaseSettings]:
    """Return the class of the settings of a service."""
    kind: type[BaseSettings] = import_module(f"services.{service}.settings").Settings
    return kind


def settings() -> str:
    """Return the page."""
    return page(
        "Settings",
        INTRODUCTION,
        *_section("The stack on one machine", StackConfig),
        *(part for spec in SERVICES for part in _section(spec.name, settings_of(spec.name))),
    )


def _section(title: str, kind: type[BaseSettings]) -> tuple[str, str, str]:
    return f"## {title}", prose(kind.__doc__), table(COLUMNS, _rows(kind))


def _rows(kind: type[BaseSettings]) -> Iterable[tuple[str, str, str, str]]:
    for name, schema in kind.model_json_schema()["properties"].items():
        default = "" if "default" not in schema else code(_relative(schema["default"]))
        yield code(f"{kind.model_config.get('env_prefix')}{name.upper()}"), default, _may_be(schema), str(schema.get("description", ""))


def _relative(default: Any) -> str:
    """Return a default as text, a folder relative to the checkout: the page is the same on every machine."""
    text = default if isinstance(default, str) else json.dumps(default)
    return text.removeprefix(f"{ROOT}/")


def _may_be(schema: dict[str, Any]) -> str:
    match schema:
        case {"enum": values}:
            return ", ".join(code(str(value)) for value in values)
        case {"pattern": pattern}:
            return code(pattern)
        case {"type": "integer" | "number" as kind}:
            low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
            number = "a whole number" if kind == "integer" else "a number"
            above = "" if low is None else f" above {low}" if "exclusiveMinimum" in schema else f" from {low}"
            return f"{number}{above}{'' if high is None else f' to {high}'}"
        case {"format": "path"}:
            return "a folder"
        case {"type": "boolean"}:
            return "`true` or `false`"
        case _:
            return "text"
