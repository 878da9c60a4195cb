"""The body of an office's POST: the member ``do`` names a command, and beside it stand the fields of the command.

{"do": "record-attempt", "office": "/counties/513431", "method": "visit", "outcome": "promised"}
"""

from collections.abc import AsyncIterator, Iterable
from typing import Any, Protocol

import msgspec
from fastapi import Request
from msgspec import Raw
from starlette.requests import ClientDisconnect

from shared.contracts.refusal import RefusalCode
from shared.events.envelope import EventData
from shared.events.field_rules import Fault, FieldRules, too_deep
from shared.http.problems import Problem

MEDIA_TYPE = "application/json"
MOST_BYTES = 16 << 10
"""The longest body; a command takes a few hundred bytes."""
_DEEPEST = 4

_decode_object = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode


class Instruction(EventData, Protocol):
    """A command that an office submits in its own name."""

    @property
    def office(self) -> str:
        """The office: /counties/NNNNNN or /schools/NNNNNNNNNN."""


class Instructions:
    """The commands of a service, by the word of ``do``."""

    def __init__(self, commands: Iterable[type[Any]]) -> None:
        """The word of a command is the last word of its type."""
        self._commands = {command.TYPE.split(".")[-2]: command for command in commands}
        self._readers = {
            word: (msgspec.json.Decoder(command).decode, FieldRules(command, called="what is asked for")) for word, command in self._commands.items()
        }
        self._words = ", ".join(self._commands)

    def read(self, body: bytes) -> Instruction:
        """Return the command in a body. Raises ``Problem``: 400 for a body that is no JSON object, 422 for a field that breaks a rule."""
        if fault := too_deep(body, _DEEPEST):
            raise _wrong(fault)
        try:
            fields = _decode_object(body)
        except (ValueError, RecursionError):
            raise Problem(400, "unreadable-body", "The body cannot be read", "It must be one JSON object, in UTF-8.") from None
        try:
            decode, form = self._readers[_decode_text(fields.pop("do", Raw(b"0")))]
        except (KeyError, msgspec.MsgspecError):
            raise _wrong(Fault(RefusalCode.MALFORMED, "do", f"do must be one of {self._words}")) from None
        rest = _encode(fields)
        try:
            asked: Instruction = decode(rest)
        except ValueError:
            raise _wrong(form.read(rest).faults[0]) from None
        return asked

    def described(self, reference: str) -> dict[str, Any]:
        """Return the ``requestBody`` for ``openapi_extra``; ``reference`` leads to the schema of a command by its ``{name}``."""
        choices = [
            {"allOf": [{"$ref": reference.format(name=command.__name__)}], "properties": {"do": {"const": word}}, "required": ["do"]}
            for word, command in self._commands.items()
        ]
        return {"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": {"oneOf": choices}}}}}


async def body_of(request: Request) -> bytes:
    """Read the body of a request. Raises ``Problem``: 415 for another media type, 413 for a long body, 400 for a body that ends too early."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        detail = f"Content-Type must be {MEDIA_TYPE}; in UTF-8."
        raise Problem(415, "media-type", "Not a media type that is taken", detail, headers={"Accept-Post": MEDIA_TYPE})
    try:
        return await _bounded(request.stream())
    except ClientDisconnect:
        raise Problem(400, "ended-early", "The body ended too early", "Nothing of it was logged.") from None


async def _bounded(chunks: AsyncIterator[bytes]) -> bytes:
    body = b""
    async for chunk in chunks:
        body += chunk
        if len(body) > MOST_BYTES:
            raise Problem(413, "too-large", "The body is over a limit", f"A body must not be longer than {MOST_BYTES} bytes.")
    return body


def _wrong(fault: Fault) -> Problem:
    return Problem(422, "malformed", "A field breaks a rule", fault.detail, more={"code": fault.code, "field": fault.field})
