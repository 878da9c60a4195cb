"""What a line of many commands says: the id of a file or the code of a county, and beside it what the body of the single ``POST`` has."""

import re

from msgspec import Raw

from services.case.openapi import ASKED, ASKED_OF_COUNTY
from shared.commands.command_lines import OneOf, wrong_id

_is_student = re.compile(r"[0-9a-f]{32}").fullmatch
_is_county = re.compile(r"[0-9]{6}").fullmatch


def read_line(id_: str, fields: dict[str, Raw]) -> OneOf:
    """Return the command of a line. Raises ``Problem``."""
    if _is_student(id_) is None and _is_county(id_) is None:
        raise wrong_id("it must be the id of a student, 32 lower-case hex digits, or the code of a county, six digits")
    command = (ASKED_OF_COUNTY if _is_county(id_) else ASKED).read_fields(fields)
    return OneOf(id_, command, command.office)
