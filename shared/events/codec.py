"""From the bytes of a record to structs and back. Each reader builds only what it was asked for.

Speed matters here: a whole fact is decoded in about 3 us, and what is counted of it in less (``counted.py``, ``bench/codec.py``).
"""

from typing import Any

import msgspec
from msgspec import Raw

from shared.contracts.registry import RECORD_LANGUAGE, Language
from shared.events.envelope import Event, Submission

_decode_submission = msgspec.json.Decoder(Submission).decode
_decode_event = msgspec.json.Decoder(Event[Raw]).decode
encode = msgspec.json.Encoder().encode
"""Turn any struct of the published language into the bytes of its JSON object."""


class Unreadable(Exception):
    """These bytes are no event that any version of the language ever had: the record is a dead letter."""


def read_submission(value: bytes | None) -> Submission:
    """Read a submission, with its data raw. Raises ``Unreadable``."""
    try:
        return _decode_submission(value or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def read_event(value: bytes | None) -> Event[Raw]:
    """Read a fact, a command, a refusal or a dead letter, with its data raw. Raises ``Unreadable``."""
    try:
        return _decode_event(value or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def read_data(language: Language, type_: str, data: Raw | bytes) -> Any:
    """Read an event's data in its newest version. Raises ``Unreadable``, ``UnknownType``, ``NewerVersion``."""
    try:
        return language.read(type_, data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"{type_}: {error}") from error


def read_fact(value: bytes | None) -> tuple[Event[Raw], Any]:
    """Read a fact of the record: its attributes, and its data in the newest version.

    Raises ``Unreadable``, ``UnknownType``, ``NewerVersion``.
    """
    event = read_event(value)
    return event, read_data(RECORD_LANGUAGE, event.type, event.data)
