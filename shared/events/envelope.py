"""The CloudEvents 1.0 attributes around every report, submission, fact and refusal (wire page, section 1).

One Kafka record is one event in structured mode. The attributes are structs of their own so that a reader builds only
what it asks for: ``data`` stays raw bytes until somebody wants it.
"""

from datetime import datetime
from typing import Annotated, ClassVar, Generic, Literal, NamedTuple, Protocol, TypeVar

from msgspec import Meta, Raw, Struct

from shared.contracts.sequence import sequence_of
from shared.ids import uuid5_of_position

Data = TypeVar("Data")

CONTENT_TYPE = "application/cloudevents+json"
HEADERS: list[tuple[str, bytes]] = [("content-type", CONTENT_TYPE.encode())]
"""The Kafka headers of every record that holds an event."""

Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset")]
Short = Annotated[str, Meta(min_length=1, max_length=64, description="1 to 64 characters")]
Link = Annotated[str, Meta(min_length=1, max_length=512, description="1 to 512 characters")]
Source = Annotated[
    str,
    Meta(
        pattern=r"^/(provinces/[0-9]{2}|counties/[0-9]{6}|schools/[0-9]{10})$(?!\n)",
        description="/provinces/NN, /counties/NNNNNN or /schools/NNNNNNNNNN",
    ),
]
NO_DATA = Raw(b"{}")


class ReportEvent(Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, gc=False):
    """A report as a sender writes it; every attribute that is not named here is refused."""

    specversion: Literal["1.0"]
    id: Short
    source: Source
    type: str
    subject: Annotated[str, Meta(max_length=32)]
    time: Moment
    partitionkey: str | None = None
    sequence: Annotated[str, Meta(max_length=64)] | int | None = None
    causationid: Short | None = None
    correlationid: Short | None = None
    datacontenttype: Literal["application/json"] | None = None
    dataschema: Link | None = None
    traceparent: Short | None = None
    tracestate: Link | None = None
    data: Raw = NO_DATA


class Submission(ReportEvent, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, gc=False):
    """A report as the log holds it: as received, with the time of receipt and the partition key added."""

    recordedtime: Moment

    @property
    def hops(self) -> None:
        """A report comes from outside."""
        return None  # for the protocol


class Event(Struct, Generic[Data], omit_defaults=True, kw_only=True, gc=False):
    """What a service writes: facts, commands, refusals, dead letters. A reader ignores attributes that were added later."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str
    time: Moment
    recordedtime: Moment
    partitionkey: str
    sequence: str
    causationid: str
    correlationid: str
    data: Data
    reportedby: str | None = None
    traceparent: str | None = None
    tracestate: str | None = None
    hops: int | None = None
    """How many policies answered facts that policies had caused, before this event; left out where none did."""


class Cause(Protocol):
    """The input that an event follows from: a submission or a command."""

    id: str
    source: str
    subject: str
    time: datetime
    recordedtime: datetime
    traceparent: str | None

    @property
    def hops(self) -> int | None:
        """The ``hops`` of the event; None for what came from outside."""

    @property
    def correlationid(self) -> str | None:
        """The id of the first report in the chain; None where this input is the first."""


class EventData(Protocol):
    """The data of an event: a struct of the published language."""

    TYPE: ClassVar[str]


class Addressed(NamedTuple):
    """A command for another subject than that of the fact which it answers."""

    subject: str
    command: EventData


AnyEventData = TypeVar("AnyEventData", bound=EventData)


NO_SEQUENCE = "-"
"""In place of a sequence: an event that follows from no input has no place in a worker's inputs."""


def first_event(data: AnyEventData, *, id_: str, source: str, subject: str, at: datetime, recorded: datetime) -> Event[AnyEventData]:
    """Return an event that follows from no input: the first of a chain, true ``at`` a moment and come in at another."""
    return Event(
        specversion="1.0",
        id=id_,
        source=source,
        type=data.TYPE,
        subject=subject,
        time=at,
        recordedtime=recorded,
        partitionkey=subject,
        sequence=NO_SEQUENCE,
        causationid=id_,
        correlationid=id_,
        data=data,
    )


def caused(
    cause: Cause,
    data: AnyEventData,
    *,
    source: str,
    topic: str,
    partition: int,
    offset: int,
    n: int = 0,
    hops: int | None = None,
    subject: str | None = None,
) -> Event[AnyEventData]:
    """Return the n-th event that follows from an input: its id and sequence derive from the input's position, its times are the input's.

    ``subject``: whom the event is about, where that is not the subject of the input.

    ``traceparent`` goes on from event to event; a sender's ``tracestate`` and ``dataschema`` are for whoever receives the report, and end here.
    """
    about = cause.subject if subject is None else subject
    return Event(
        specversion="1.0",
        id=uuid5_of_position(topic, partition, offset, n),
        source=source,
        type=data.TYPE,
        subject=about,
        time=cause.time,
        recordedtime=cause.recordedtime,
        partitionkey=about,
        sequence=sequence_of(offset, n),
        causationid=cause.id,
        correlationid=cause.correlationid or cause.id,
        reportedby=cause.source,
        traceparent=cause.traceparent,
        hops=cause.hops if hops is None else hops,
        data=data,
    )
