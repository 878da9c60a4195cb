"""Every shape that was ever published, and the golden file of each: what it looks like on the wire."""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct

from shared.contracts.registry import ACCESS_LANGUAGE, INPUT_LANGUAGES, RECORD_LANGUAGE, REPORT_LANGUAGE, UNRECORDED_LANGUAGE, Language
from shared.events.codec import read_event, read_submission
from shared.events.envelope import Event, Submission

LANGUAGES = (RECORD_LANGUAGE, *INPUT_LANGUAGES.values(), UNRECORDED_LANGUAGE, ACCESS_LANGUAGE)
LANGUAGE_OF: dict[str, Language] = {type_: language for language in LANGUAGES for type_ in language.shapes}
SHAPES: dict[str, type[Struct]] = {type_: shape for language in LANGUAGES for type_, shape in language.shapes.items()}
REPORTS, FACTS = sorted(REPORT_LANGUAGE.shapes), sorted(RECORD_LANGUAGE.shapes)
OF_STUDENTS = [type_ for type_ in FACTS if type_.startswith(("cn.baoxue.student.", "cn.baoxue.county."))]
"""The facts of which students are counted."""

GOLDEN = Path(__file__).parent / "golden"
SUMS = GOLDEN / "SHA256SUMS"


def golden(type_: str) -> bytes:
    """Return the golden event of a type, as it is on the wire."""
    return msgspec.json.format((GOLDEN / f"{type_}.json").read_bytes(), indent=-1)


def read(type_: str, value: bytes) -> tuple[Submission | Event[Raw], Any]:
    """Read an event as its readers do, but its data in its own version, without upcasts."""
    event = read_submission(value) if type_ in REPORT_LANGUAGE.shapes else read_event(value)
    return event, msgspec.json.decode(event.data, type=SHAPES[type_])
