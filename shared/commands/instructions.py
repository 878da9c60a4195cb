"""The body of an office's POST: the member ``do`` names a command, and beside it stand the fields of the command.

{"do": "record-attempt", "office": "/counties/513431", "method": "visit", "outcome": "promised"}
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

import msgspec
from fastapi import Request
from msgspec import Raw, Struct
from starlette.requests import ClientDisconnect

from shared.contracts.refusal import RefusalCode
from shared.contracts.words import Reference
from shared.events.envelope import EventData
from shared.events.field_rules import Fault, FieldRules, fields_of_type, reference_fault, repeated_member, shown_name, too_deep
from shared.events.repeated_members import repeated_members
from shared.http import openapi
from shared.http.problems import Problem

MEDIA_TYPE = "application/json"
MOST_BYTES = 16 << 10
"""The longest body; a command takes a few hundred bytes."""
MOST_FILE_BYTES = 5 << 20
"""The longest file."""
NO_FIELDS: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {MEDIA_TYPE: {"schema": {"type": "object", "maxProperties": 0, "description": "An object without members, `{}`"}}},
    }
}
"""The body that ``read_nothing`` reads, for ``openapi_extra``."""
_DEEPEST = 4

_decode_object = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode


Asked = TypeVar("Asked", bound=Struct)


class Instruction(EventData, Protocol):
    """A command that an office submits in its own name."""

    @property
    def office(self) -> str:
        """The office: /counties/NNNNNN or /schools/NNNNNNNNNN."""


class _Reader(NamedTuple):
    decode: Callable[[bytes], Any]
    form: FieldRules
    references: tuple[str, ...]


class Instructions:
    """The commands of a service, by the word of ``do``."""

    def __init__(self, commands: Iterable[type[Any]]) -> None:
        """The word of a command is the last word of its type."""
        self._commands = {command.TYPE.split(".")[-2]: command for command in commands}
        self._readers = {
            word: _Reader(msgspec.json.Decoder(command).decode, FieldRules(command, called="what is asked for"), fields_of_type(command, Reference))
            for word, command in self._commands.items()
        }
        self._words = ", ".join(self._commands)

    @property
    def words(self) -> str:
        """The words of ``do``, comma between."""
        return self._words

    def read(self, body: bytes) -> Instruction:
        """Return the command in a body. Raises ``Problem``: 400 for a body that is no JSON object, 422 for fields that break rules."""
        return self.read_fields(read_object(body))

    def read_fields(self, fields: dict[str, Raw]) -> Instruction:
        """Return the command of these members of a body. Raises ``Problem`` 422 for fields that break rules."""
        try:
            decode, form, references = self._readers[_decode_text(fields.pop("do", Raw(b"0")))]
        except (KeyError, ValueError):
            raise _wrong([Fault(RefusalCode.MALFORMED, "do", f"do must be one of {self._words}")]) from None
        asked = _read(_encode(fields), decode, form)
        texts = ((name, getattr(asked, name)) for name in references)
        if faults := [fault for name, text in texts if text is not None and (fault := reference_fault(name, text))]:
            raise _wrong(faults)
        return cast(Instruction, asked)

    def request_body(self) -> dict[str, Any]:
        """Return the ``requestBody`` for ``openapi_extra``: one of the commands, told by its ``do``."""
        leading = {word: openapi.REFERENCE.format(name=command.__name__) for word, command in self._commands.items()}
        schema = {"oneOf": [{"$ref": to} for to in leading.values()], "discriminator": {"propertyName": "do", "mapping": leading}}
        return {"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": schema}}}}

    def schemas(self) -> dict[str, Any]:
        """Return the schemas of the commands with their ``do``, and of all that they are made of, by name."""
        schemas = openapi.schemas_of(*self._commands.values())
        for word, command in self._commands.items():
            schema = schemas[command.__name__]
            schema["properties"] = {"do": {"const": word}, **schema["properties"]}
            schema["required"] = ["do", *schema.get("required", ())]
        return schemas


class Form(Generic[Asked]):
    """The fields of a body that asks for one thing only."""

    def __init__(self, struct: type[Asked]) -> None:
        self._decode: Callable[[bytes], Asked] = msgspec.json.Decoder(struct).decode
        self._rules = FieldRules(struct, called="the body")
        self._name = struct.__name__

    def read(self, body: bytes) -> Asked:
        """Return what a body asks for. Raises ``Problem`` as ``Instructions.read`` does."""
        read_object(body)
        return _read(body, self._decode, self._rules)

    def request_body(self) -> dict[str, Any]:
        """Return the ``requestBody`` for ``openapi_extra``."""
        return {"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": {"$ref": openapi.REFERENCE.format(name=self._name)}}}}}


def _read(body: bytes, decode: Callable[[bytes], Asked], form: FieldRules) -> Asked:
    try:
        return decode(body)
    except ValueError:
        raise _wrong(form.read(body).faults) from None


async def body_of(request: Request, media_type: str = MEDIA_TYPE, most_bytes: int | None = None) -> bytes:
    """Read the body of a request. Raises ``Problem``: 415 for another media type, 413 for a long body, 400 for a body that ends too early."""
    if _media_type(request) != media_type:
        detail = f"Content-Type must be {media_type}; in UTF-8."
        raise Problem(415, "media-type", "Not a media type that is taken", detail, headers={"Accept-Post": media_type})
    try:
        return await _bounded(request.stream(), MOST_BYTES if most_bytes is None else most_bytes)
    except ClientDisconnect:
        raise Problem(400, "ended-early", "The body ended too early", "Nothing of it was logged.") from None


async def file_in(request: Request, taken: Sequence[str]) -> tuple[str, bytes]:
    """Read a file of one of these media types; return the type that it is said to be, and the content. Raises ``Problem`` as ``body_of`` does."""
    if (said := _media_type(request)) not in taken:
        types = ", ".join(taken)
        detail = f"Content-Type must be one of {types}."
        raise Problem(415, "media-type", "Not a media type that is taken", detail, headers={"Accept-Post": types})
    return said, await body_of(request, said, MOST_FILE_BYTES)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _bounded(chunks: AsyncIterator[bytes], most_bytes: int) -> bytes:
    body = b""
    async for chunk in chunks:
        body += chunk
        if len(body) > most_bytes:
            raise Problem(413, "too-large", "The body is over a limit", f"A body must not be longer than {most_bytes} bytes.")
    return body


def read_object(body: bytes) -> dict[str, Raw]:
    """Return the members of the JSON object that a body is. Raises ``Problem``: 400 for a body that is none, 422 for a member that is there twice."""
    if fault := too_deep(body, _DEEPEST):
        raise _wrong([fault])
    try:
        fields = _decode_object(body)
        # Each member has a colon. Where there are as many as names, none stands twice, and no second parser need look.
        repeated = repeated_members(body) if body.count(b":") != len(fields) else ()
    except (ValueError, RecursionError):
        raise Problem(400, "unreadable-body", "The body cannot be read", "It must be one JSON object, in UTF-8.") from None
    if repeated:
        raise _wrong([repeated_member(name) for name in repeated])
    return fields


async def read_nothing(request: Request) -> None:
    """Read the body of a request that says all in its path: an empty JSON object. Raises ``Problem`` as ``body_of`` does, and 422 for any member."""
    for name in read_object(await body_of(request) or b"{}"):
        shown = shown_name(name)
        raise _wrong([Fault(RefusalCode.UNKNOWN_FIELD, shown, "leave it out; the body has no fields")])


def _wrong(faults: Sequence[Fault]) -> Problem:
    """Return the problem of fields that break rules: the first by itself, and all of them where there are several."""
    code, field, detail = faults[0]
    errors = {"errors": [fault._asdict() for fault in faults]} if len(faults) > 1 else {}
    return Problem(422, "malformed", "A field breaks a rule", detail, more={"code": code, "field": field, **errors})
