"""Why bytes do not fit a struct: which field breaks which rule. The rule in words is made from the schema and repeats nothing that was sent."""

from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec
from msgspec import Raw, Struct, inspect

from shared.contracts.refusal import RefusalCode
from shared.events.personal_data import holds_identity_number, is_mobile_number

_NAME_SHOWN = 64
"""Most characters of an unknown field's name that are repeated to its sender."""
NO_IDENTITY = "must hold no identity number"
_UNKNOWN_SHOWN = 8
"""Most unknown fields of an object that are named to its sender."""
_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_decode_object = msgspec.json.Decoder(dict[str, Raw]).decode


class Fault(NamedTuple):
    """What is wrong with a line: the code, the field's dotted name (None where the line is no JSON object) and the rule."""

    code: RefusalCode
    field: str | None
    detail: str


class Reading(NamedTuple):
    """What an object says as far as it keeps the rules: the decoded ``values`` by name, and the ``faults`` of its other fields."""

    values: dict[str, Any]
    faults: list[Fault]


class _Field(NamedTuple):
    """How a field is read, and its faults: None as ``missing`` means that it may be left out."""

    decode: Callable[[Raw], Any]
    missing: Fault | None
    wrong: Fault


class FieldRules:
    """A struct's fields, each with its decoder and its rule in words.

    ``called`` names the object to a sender; ``prefix`` stands before the names of its fields.
    """

    def __init__(self, struct: type[Struct], *, called: str, prefix: str = "") -> None:
        """Read the schema of a struct."""
        self._called, self._prefix = called, prefix
        self._fields = {field.name: self._field(field) for field in msgspec.structs.fields(struct)}

    def read(self, line: bytes | Raw) -> Reading:
        """Return the fields that keep their rules, and what is wrong with the others: unknown ones first, then those of the schema in order."""
        try:
            str(line, "utf-8")  # the decoder does not check text that it does not build
            given = _decode_object(line)
        except msgspec.ValidationError:
            return Reading({}, [self._malformed(f"{self._called} must be a JSON object")])
        except (ValueError, RecursionError):
            return Reading({}, [self.unreadable()])
        values: dict[str, Any] = {}
        faults = [self._unknown(name) for name in islice((name for name in given if name not in self._fields), _UNKNOWN_SHOWN)]
        for name, field in self._fields.items():
            try:
                if name in given:
                    values[name] = field.decode(given[name])
                elif field.missing:
                    faults.append(field.missing)
            except ValueError:
                faults.append(field.wrong)
        return Reading(values, faults)

    def _field(self, field: msgspec.structs.FieldInfo) -> _Field:
        rule = _rule(inspect.type_info(field.type))
        missing = self._wrong(field.name, f"is missing; it must be {rule}") if field.required else None
        return _Field(msgspec.json.Decoder(field.type).decode, missing, self._wrong(field.name, f"must be {rule}"))

    def unreadable(self) -> Fault:
        """Return the fault of bytes that are no JSON."""
        return self._malformed(f"{self._called} must be valid JSON in UTF-8")

    def _malformed(self, detail: str) -> Fault:
        return Fault(RefusalCode.MALFORMED, self._prefix.rstrip(".") or None, detail)

    def _wrong(self, name: str, rule: str) -> Fault:
        return Fault(RefusalCode.MALFORMED, self._prefix + name, f"{self._prefix}{name} {rule}")

    def _unknown(self, name: str) -> Fault:
        shown = self._prefix + shown_name(name)
        if known := ", ".join(self._fields):
            return Fault(RefusalCode.UNKNOWN_FIELD, shown, f"leave it out; the fields of {self._called} are {known}")
        return Fault(RefusalCode.UNKNOWN_FIELD, shown, f"leave it out; {self._called} has no fields")


def fields_of_type(struct: type[Struct], wanted: object) -> tuple[str, ...]:
    """Return the names of a struct's fields whose type is ``wanted``, or that or None."""
    hints = get_type_hints(struct, include_extras=True)
    return tuple(name for name in struct.__struct_fields__ if hints[name] == wanted or wanted in get_args(hints[name]))


def reference_fault(field: str, reference: str) -> Fault | None:
    """Return what is wrong with a reference, whose form was checked: that it is the number of a person or of a telephone."""
    if holds_identity_number(reference):
        return Fault(RefusalCode.MALFORMED, field, f"{field} {NO_IDENTITY}")
    if is_mobile_number(reference):
        return Fault(RefusalCode.MALFORMED, field, f"{field} must be no mobile number")
    return None


def repeated_member(name: str) -> Fault:
    """Return the fault of a member, by its dotted name, that stands twice in its object."""
    shown = shown_name(name)
    return Fault(RefusalCode.MALFORMED, shown, f"{shown} must not stand there twice")


def too_deep(line: bytes, limit: int) -> Fault | None:
    """Return the fault of a line whose objects and arrays are nested more than ``limit`` deep, else None."""
    if not _deeper_than(line, limit):
        return None
    field = None
    with suppress(ValueError, RecursionError):
        field = next((shown_name(name) for name, value in _decode_object(line).items() if _deeper_than(value, limit - 1)), None)
    return Fault(RefusalCode.MALFORMED, field, f"objects and arrays must not be nested more than {limit} deep")


def _deeper_than(value: bytes | Raw, limit: int) -> bool:
    """Return whether brackets are nested deeper. No parser is used, because none bears every depth; the time grows with the length only."""
    text = bytes(value)
    if text.count(b"[") + text.count(b"{") <= limit:
        return False
    outside = b"".join(text.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])
    brackets = outside.translate(_SQUARE, delete=_NO_BRACKETS)
    if brackets.count(b"[") != brackets.count(b"]"):
        return False
    for _ in range(limit):
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def shown_name(name: str) -> str:
    """Return a field's name as it may be repeated: not at any length, and none that holds an identity number."""
    if holds_identity_number(name):
        return "…"
    return name if len(name) <= _NAME_SHOWN else name[:_NAME_SHOWN] + "…"


def _rule(schema: inspect.Type) -> str:
    match schema:
        case inspect.Metadata(extra_json_schema={"description": str(words)}):
            return words
        case inspect.UnionType(types=types):
            return ", or ".join(_rule(each) for each in types if not isinstance(each, inspect.NoneType))
        case inspect.EnumType(cls=words):
            return _one_of([str(word.value) for word in words])
        case inspect.LiteralType(values=values):
            return _one_of([str(value) for value in values])
        case inspect.StrType(max_length=int(longest)):
            return f"text of at most {longest} characters"
        case _:
            return _PLAIN[type(schema)]


def _one_of(words: list[str]) -> str:
    return f"one of {', '.join(words)}" if len(words) > 1 else words[0]


_PLAIN: dict[type[inspect.Type], str] = {
    inspect.StrType: "text",
    inspect.IntType: "a whole number",
    inspect.BoolType: "true or false",
    inspect.DateType: "a day, YYYY-MM-DD",
    inspect.RawType: "a JSON object",
}
