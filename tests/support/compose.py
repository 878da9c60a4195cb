"""Compose files as an engine reads them, as far as ours go: variables at their defaults, `extends`, and one file laid over another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "docker-compose.yml"
THREE_BROKERS = ROOT / "deploy" / "compose.three-brokers.yml"

_VARIABLE = re.compile(r"\$\{(?P<name>[A-Z0-9_]+):-(?P<default>[^}]*)\}")


class _Override(list[Any]):
    """A list that takes the place of the one below it, where lists are otherwise added up."""


class _Loader(yaml.SafeLoader):
    pass


def _override(loader: yaml.SafeLoader, node: yaml.SequenceNode) -> _Override:
    return _Override(loader.construct_sequence(node))


_Loader.add_constructor("!override", _override)


def load(*files: Path, variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The files laid over one another. Every variable must have a default; `variables` are set."""
    merged: dict[str, Any] = {}
    for file in files:
        merged = _laid_over(merged, parse(file, variables or {}))
    return merged


def parse(file: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    """One file, its variables put in, its services extended."""
    document: dict[str, Any] = _put_in(yaml.load(file.read_text("utf-8"), _Loader), variables)
    services = document["services"]
    for name, service in services.items():
        if (extends := service.pop("extends", None)) is not None:
            services[name] = _laid_over(parse(ROOT / extends["file"], variables)["services"][extends["service"]], service)
    return document


def broker_settings(service: Mapping[str, Any]) -> dict[str, str]:
    """What the broker's image makes of its environment: KAFKA_NODE_ID is node.id. The heap is for Kafka's own start script."""
    names = (name for name in service["environment"] if name.startswith("KAFKA_") and name != "KAFKA_HEAP_OPTS")
    return {_property(name): service["environment"][name] for name in names}


def _property(name: str) -> str:
    """What the image makes of the name of a variable: three underscores stand for a hyphen."""
    return name.removeprefix("KAFKA_").lower().replace("___", "-").replace("_", ".")


def variables_in(file: Path) -> dict[str, str]:
    """Every variable that a file takes from outside, with its default."""
    return {found["name"]: found["default"] for found in _VARIABLE.finditer(file.read_text("utf-8"))}


def _put_in(value: Any, variables: Mapping[str, str]) -> Any:
    """After parsing, as an engine does it: what is put in is text, whatever it looks like."""
    match value:
        case str():
            pieces = [_VARIABLE.sub(lambda found: variables.get(found["name"], found["default"]), piece) for piece in value.split("$$")]
            if any("${" in piece for piece in pieces):
                raise ValueError(f"{value!r} takes a variable without a default")
            return "$".join(pieces)
        case list():
            return type(value)(_put_in(each, variables) for each in value)
        case dict():
            return {name: _put_in(each, variables) for name, each in value.items()}
        case _:
            return value


def _laid_over(below: Any, above: Any) -> Any:
    match below, above:
        case dict(), dict():
            return {**below, **{name: _laid_over(below[name], value) if name in below else value for name, value in above.items()}}
        case list(), list() if not isinstance(above, _Override):
            return [*below, *above]
        case _:
            return above
