"""From the bytes of a record to structs and back. Each reader builds only what it was asked for.

Speed matters here: a fact is decoded in about 3 us, a standing in less (``bench/codec.py``).
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from shared.contracts.registry import RECORD_LANGUAGE, Language
from shared.contracts.student import Standing
from shared.envelope import Event, Moment, Submission

_decode_submission = msgspec.json.Decoder(Submission).decode
_decode_event = msgspec.json.Decoder(Event[Raw]).decode
encode = msgspec.json.Encoder().encode
"""Turn any struct of the published language into the bytes of its JSON object."""


class Unreadable(Exception):
    """These bytes are no event that anybody could ever have meant: they go aside as dead."""


class CountedData(Struct, gc=False):
    """The part of a fact's data that a count needs; everything else is skipped unbuilt."""

    before: Standing | None = None
    after: Standing | None = None
    late: bool = False
    spell: int | None = None
    out_of_school: int | None = None


class CountedFact(Struct, gc=False):
    """The part of a fact that a count needs."""

    source: str
    type: str
    subject: str
    time: Moment
    recordedtime: Moment
    sequence: str
    data: CountedData


_decode_counted = msgspec.json.Decoder(CountedFact).decode


def read_submission(value: bytes | None) -> Submission:
    """Read what the log holds of a report; its data stay raw. Raises ``Unreadable``."""
    try:
        return _decode_submission(value or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def read_event(value: bytes | None) -> Event[Raw]:
    """Read the attributes of a fact, a refusal or a dead letter; its data stay raw. Raises ``Unreadable``."""
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
    """Read a fact of the record whole: its attributes, and its data in the newest version.

    Raises ``Unreadable``, ``UnknownType``, ``NewerVersion``.
    """
    event = read_event(value)
    return event, read_data(RECORD_LANGUAGE, event.type, event.data)


def read_counted(value: bytes | None) -> CountedFact:
    """Read of a fact what counting needs, and nothing else. Raises ``Unreadable``."""
    try:
        return _decode_counted(value or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error
