"""The page of every event: reports, facts, commands, refusals, each with its fields and an example."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from docs.generate.markdown import as_json, code, page, prose, sentence, table
from docs.generate.reference.schemas import Schema, attributes, golden, published, rows, schemas_of
from shared.contracts.registry import ACCESS_LANGUAGE, REPORT_LANGUAGE, UNRECORDED_LANGUAGE
from shared.contracts.services import SERVICES
from shared.events.envelope import Event, ReportEvent
from shared.log import topics

FIELDS = ("field", "must be there", "is")

INTRODUCTION = f"""\
One Kafka record is one [CloudEvents 1.0](https://cloudevents.io) event in structured mode: a JSON object in UTF-8, with the header
`content-type: application/cloudevents+json`. The key of the record is the event's `partitionkey`. No event holds a name, an identity
number or free text.

A shape that was ever on the wire never changes: a new field is a new version, and readers get the newest one through upcasts
([how to add an event](../how-to/add-an-event.md)). The examples are the golden files of `tests/contracts/golden/`.

[Reports](#reports) are claims of senders ({code(topics.SUBMISSIONS)}). [Facts](#facts) are decisions of a service
({code(topics.STUDENT_STATUS)}). [Commands](#commands) come from offices and policies
({", ".join(code(topic.name) for topic in topics.INPUTS.values())}).
[Refusals and dead letters](#refusals-and-dead-letters) tell which inputs were not taken. [Access](#access) tells who looked at whom
({code(topics.ACCESS)})."""

REPORTED = f"""\
A sender writes these attributes. Any other attribute is refused by its name; `recordedtime` is the api's own. In
{code(topics.SUBMISSIONS)} the same event has `recordedtime`, the time of receipt, and `partitionkey` filled in."""

WRITTEN = """\
A service writes these attributes. `id` and `sequence` follow from the position of the input, so the same input gives the same bytes. `sequence` grows
for each `source` within a partition: a reader that sees one not above the last has seen the event already. `time` and `recordedtime`
are those of the cause; `causationid` is the id of the input, `correlationid` that of the first report in the chain, `reportedby` the
`source` of the input."""


def _type(shape: type[Struct]) -> str:
    name: str = shape.TYPE  # type: ignore[attr-defined]  # every published shape names its TYPE
    return name


_COMMANDED = tuple(
    (spec, tuple(each for each in spec.input.types if _type(each) not in REPORT_LANGUAGE.shapes)) for spec in SERVICES if spec.input is not None
)
"""What may be asked of each service: what its input topic holds, but for reports."""


def events() -> str:
    """Return the page."""
    schemas = schemas_of(published())
    shapes = {shape.__name__ for shape in published()}
    words = {name: schema for name, schema in sorted(schemas.items()) if name not in shapes}
    return page(
        "Events",
        INTRODUCTION,
        "## Attributes",
        "### Of a report",
        REPORTED,
        table(FIELDS, rows(attributes(ReportEvent), words)),
        "As the log holds it:",
        as_json(golden("cn.baoxue.reported.dropped-out.v1")),
        "### Of everything else",
        WRITTEN,
        table(FIELDS, rows(attributes(Event), words)),
        as_json(golden("cn.baoxue.student.dropped-out.v1")),
        "## Reports",
        *_each(REPORT_LANGUAGE.shapes.values(), words, "###"),
        "## Facts",
        "Every fact carries its subject as it found it (`before`) and as it left it (`after`). A count of anything is: over all facts not seen "
        "before, add 1 for `after`, take 1 for `before`.",
        *(part for spec in SERVICES if spec.facts for part in (f"### Of {spec.name}", *_each(spec.facts, words))),
        "## Commands",
        *(part for spec, commands in _COMMANDED for part in (f"### To {spec.name}", *_each(commands, words))),
        "## Refusals and dead letters",
        *_each(UNRECORDED_LANGUAGE.shapes.values(), words, "###"),
        "## Access",
        "Written by the apis before they answer. `source` is the service whose api was asked, `sequence` is `-`, `causationid` and "
        "`correlationid` are the event's own `id`, `time` and `recordedtime` are the moment of the request.",
        *_each(ACCESS_LANGUAGE.shapes.values(), words, "###"),
        "## What events are made of",
        *(_word(name, schema, words) for name, schema in words.items()),
    )


def _each(shapes: Iterable[type[Struct]], words: dict[str, Schema], level: str = "####") -> Iterable[str]:
    for shape in shapes:
        type_ = _type(shape)
        found = list(rows(schemas_of((shape,))[shape.__name__], words))
        yield f"{level} {type_}"
        yield prose(shape.__doc__)
        yield table(FIELDS, found) if found else "No fields: `data` is `{}`, or left out."
        if found:
            yield as_json(golden(type_)["data"])


def _word(name: str, schema: Schema, words: dict[str, Schema]) -> str:
    said = " ".join(code(str(value)) for value in schema["enum"]) if "enum" in schema else table(FIELDS, rows(schema, words))
    return f"### {name}\n\n{sentence(schema.get('description'))}\n\n{said}"
