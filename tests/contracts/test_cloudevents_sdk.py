"""Any CloudEvents SDK reads our records, and we read what it writes: structured mode, Kafka binding."""

import msgspec
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.events.codec import encode, read_fact, read_submission
from shared.events.envelope import HEADERS
from tests.contracts.published import FACTS, REPORTS, SHAPES, golden, read


@pytest.mark.parametrize("type_", SHAPES)
def test_the_sdk_reads_our_record(type_: str) -> None:
    ours, _ = read(type_, golden(type_))
    message = KafkaMessage(headers=dict(HEADERS), key=(ours.partitionkey or "").encode(), value=encode(ours))
    event = from_kafka(message, JSONFormat())
    assert isinstance(event, CloudEvent)
    written = msgspec.json.decode(golden(type_))
    assert event.get_data() == written.pop("data")
    times = {"time": ours.time, "recordedtime": written["recordedtime"]}
    assert event.get_attributes() == {**written, **times}


@pytest.mark.parametrize("type_", SHAPES)
def test_we_read_what_the_sdk_writes(type_: str) -> None:
    attributes = msgspec.json.decode(golden(type_))
    data = attributes.pop("data")
    ours, shape = read(type_, golden(type_))
    message = to_structured(CloudEvent({**attributes, "time": ours.time}, data), JSONFormat())
    theirs, their_shape = read(type_, message.value)
    assert their_shape == shape
    assert {field: getattr(theirs, field) for field in theirs.__struct_fields__ if field != "data"} == {
        field: getattr(ours, field) for field in ours.__struct_fields__ if field != "data"
    }


def test_the_sdk_marks_a_structured_record_as_we_do() -> None:
    submission = read_submission(golden(REPORTS[0]))
    event = CloudEvent({"id": submission.id, "source": submission.source, "type": submission.type, "partitionkey": submission.subject}, {})
    message = to_structured(event, JSONFormat())
    assert message.headers == dict(HEADERS)
    assert message.key == submission.subject


def test_a_fact_that_went_through_the_sdk_is_the_same_fact() -> None:
    for type_ in FACTS:
        message = KafkaMessage(headers=dict(HEADERS), key=None, value=golden(type_))
        assert read_fact(to_structured(from_kafka(message, JSONFormat()), JSONFormat()).value)[1] == read_fact(golden(type_))[1]
