"""The published shapes as JSON schemas, and schemas in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, defstruct
from msgspec.structs import fields

from docs.generate.markdown import anchor, code
from shared.contracts.registry import ACCESS_LANGUAGE, INPUT_LANGUAGES, RECORD_LANGUAGE, UNRECORDED_LANGUAGE, Language
from shared.events.envelope import Event

GOLDEN = Path(__file__).resolve().parents[3] / "tests" / "contracts" / "golden"
LANGUAGES: tuple[Language, ...] = (RECORD_LANGUAGE, *INPUT_LANGUAGES.values(), UNRECORDED_LANGUAGE, ACCESS_LANGUAGE)

Schema = dict[str, Any]


@cache
def schemas_of(shapes: tuple[type[Struct], ...], template: str = "{name}") -> dict[str, Schema]:
    """Return the schemas of shapes, and of their parts, by name."""
    _, schemas = msgspec.json.schema_components(shapes, ref_template=template)
    return schemas


def published() -> tuple[type[Struct], ...]:
    """Return every shape that was ever published."""
    return tuple(shape for language in LANGUAGES for shape in language.shapes.values())


def attributes(of: type[Struct] | type[Event[object]]) -> Schema:
    """Return the schema of an event without its data: raw bytes have no schema."""
    described = [(f.name, f.type, f.default) if not f.required else (f.name, f.type) for f in fields(of) if f.name != "data"]
    return schemas_of((defstruct(of.__name__, described, kw_only=True),))[of.__name__]


def golden(type_: str) -> dict[str, Any]:
    """Return the golden event of a type."""
    event: dict[str, Any] = json.loads((GOLDEN / f"{type_}.json").read_text("utf-8"))
    return event


def rows(schema: Schema, words: Mapping[str, Schema]) -> Iterable[tuple[str, str, str]]:
    """Return each field of an object: its name, whether it is required, and its values in words. `words`: the schemas to link to."""
    for name, field in schema.get("properties", {}).items():
        must = "yes" if name in schema.get("required", ()) else f"no: {json.dumps(field['default'])}" if field.get("default") is not None else "no"
        yield code(name), must, says(field, words)


def says(schema: Schema, words: Mapping[str, Schema]) -> str:
    """Return the values that a schema allows, in words."""
    match schema:
        case {"anyOf": alternatives}:
            return ", or ".join(says(each, words) for each in alternatives)
        case {"$ref": name}:
            return f"[{name}]({anchor(name)})" if name in words else code(name)
        case {"enum": [only]} | {"const": only}:
            return code(str(only))
        case {"enum": values}:
            return " ".join(code(str(value)) for value in values)
        case {"type": "string", "format": "date"}:
            return "a day, `YYYY-MM-DD`"
        case {"type": "string", "description": described}:
            return str(described)
        case {"type": "string", "format": "date-time"}:
            return "a moment, RFC 3339 with an offset"
        case {"type": "string", "contentEncoding": encoding}:
            return f"bytes in {encoding}"
        case {"type": "array", "items": each}:
            return f"a list, each {says(each, words)}"
        case {"type": "string", "pattern": pattern}:
            return f"text like {code(pattern)}"
        case {"type": "integer", "description": described}:
            return f"a number: {described}"
        case {"type": "string"}:
            return f"text{_length(schema)}"
        case {"type": "boolean"}:
            return "`true` or `false`"
        case {"type": "integer"}:
            return "a whole number"
        case {"type": "null"}:
            return "null"
        case _:
            raise ValueError(f"no words for {schema}")


def _length(schema: Schema) -> str:
    least, most = schema.get("minLength"), schema.get("maxLength")
    return "" if most is None else f" of {least or 0} to {most} characters"
