"""The quick way through the check of a line, for lines as nearly all are: the attributes that must be there and no others, each once.

One decode builds the event with its data, and the same struct is then written as the submission. What does not fit is no fault yet: such a line is
looked at by the long way, which alone says what is wrong. Whatever is accepted here is accepted there, as the same bytes; a test holds that.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, get_args, get_type_hints

import msgspec
from msgspec import NODEFAULT, Meta, Struct

from shared.contracts.reports import Report
from shared.contracts.words import CountyCode
from shared.events.envelope import ReportEvent

_BEGINS = b'"cn.baoxue.reported.'
"""How the type of a report begins in a line."""
_ADDED_QUOTES = 8
"""Quotation marks of a submission beyond those of its line: around the names and the values of ``partitionkey`` and ``recordedtime``."""
_Code = Annotated[str, Meta(min_length=6, max_length=6)]
"""In place of a county's code: the table of counties, in which it is looked up, makes sure of its form, in less time than a pattern."""
_Office = Annotated[str, Meta(max_length=20)]
"""Likewise in place of a source."""

PlainLine = tuple[type[Report], Any]
"""A report, and the event around it, whose ``partitionkey`` and ``recordedtime`` are to be set."""


class PlainLines:
    """How the lines of each type of report are read."""

    def __init__(self, reports: Mapping[str, type[Report]]) -> None:
        """Read the schemas of reports, by type."""
        self._decode: dict[bytes, tuple[type[Report], Callable[[bytes], Any]]] = {
            type_.encode(): (report, msgspec.json.Decoder(_whole(type_, report)).decode) for type_, report in reports.items()
        }

    def read(self, line: bytes) -> PlainLine | None:
        """Return what a line says, None where its type does not stand there as in most. Raises ``ValueError`` and ``RecursionError``.

        What looks like a type may be another text of the line: the event is read as of this type, or not at all.
        """
        begin = line.find(_BEGINS) + 1
        if (found := self._decode.get(line[begin : line.find(b'"', begin)])) is None:
            return None
        report, decode = found
        return report, decode(line)


def is_whole(line: bytes, submission: bytes) -> bool:
    """Return whether a submission has all that its line says, and each once.

    A name that stands there twice, or that the submission leaves out, has two quotation marks at least; no text that is accepted holds one.
    """
    return line.count(b'"') + _ADDED_QUOTES == submission.count(b'"')


def _whole(type_: str, report: type[Report]) -> type[Struct]:
    """Return a submission of one type of report as a struct with the members of a plain line, in the order of a submission."""
    attributes = get_type_hints(ReportEvent, include_extras=True)
    data = [_looked_up(field) for field in msgspec.structs.fields(report)]
    return msgspec.defstruct(
        f"Plain{report.__name__}",
        [
            *((name, attributes[name]) for name in ("specversion", "id")),
            ("source", _Office),
            ("type", Literal[type_]),
            *((name, attributes[name]) for name in ("subject", "time")),
            ("partitionkey", str | None, None),
            ("data", msgspec.defstruct(report.__name__, data, forbid_unknown_fields=True, omit_defaults=True, gc=False)),
            ("recordedtime", datetime | None, None),
        ],
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
    )


def _looked_up(field: msgspec.structs.FieldInfo) -> Any:
    """Return a field of a report, with a county's code as a text of its length."""
    kind = field.type
    if kind == CountyCode:
        kind = _Code
    elif CountyCode in get_args(kind):
        kind = _Code | None
    return (field.name, kind) if field.default is NODEFAULT else (field.name, kind, field.default)
