"""Each published shape by itself: there and back, and nothing in it that nobody knows."""

from datetime import datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import asdict

from services.reporting.counting.counted import COUNTED_TYPES, read_counted
from shared.contracts.refusal import RefusalCode
from shared.contracts.registry import RECORD_LANGUAGE, REPORT_LANGUAGE
from shared.contracts.words import Status
from shared.events.codec import Unreadable, encode, read_data, read_event, read_fact, read_submission
from tests.contracts.invented_words import any_of
from tests.contracts.published import FACTS, LANGUAGE_OF, REPORTS, SHAPES, golden

law = settings(max_examples=30, deadline=None, derandomize=True)


@pytest.mark.parametrize("type_", SHAPES)
@law
@given(draw=st.data())
def test_whatever_a_shape_can_say_comes_back_as_it_was_said(type_: str, draw: st.DataObject) -> None:
    said = draw.draw(any_of(SHAPES[type_]))
    newest = read_data(LANGUAGE_OF[type_], type_, encode(said))
    assert {field: getattr(newest, field) for field in said.__struct_fields__} == asdict(said)
    assert msgspec.json.decode(encode(said), type=SHAPES[type_]) == said


@pytest.mark.parametrize("type_", SHAPES)
def test_a_field_that_nobody_knows_is_refused_by_its_name(type_: str) -> None:
    data = {**msgspec.json.decode(golden(type_))["data"], "surprise": 1}
    with pytest.raises(Unreadable, match="unknown field `surprise`"):
        read_data(LANGUAGE_OF[type_], type_, encode(data))


@pytest.mark.parametrize("type_", SHAPES)
def test_a_field_that_is_missing_is_refused_by_its_name(type_: str) -> None:
    shape = SHAPES[type_]
    data = msgspec.json.decode(golden(type_))["data"]
    for field in shape.__struct_fields__:
        rest = {name: value for name, value in data.items() if name != field}
        if field in _required(type_):
            with pytest.raises(Unreadable, match=f"missing required field `{field}`"):
                read_data(LANGUAGE_OF[type_], type_, encode(rest))
        else:
            read_data(LANGUAGE_OF[type_], type_, encode(rest))


def _required(type_: str) -> set[str]:
    return {field.name for field in msgspec.structs.fields(SHAPES[type_]) if field.required}


@pytest.mark.parametrize("type_", REPORTS)
def test_an_attribute_of_a_report_that_nobody_knows_is_refused_by_its_name(type_: str) -> None:
    with pytest.raises(Unreadable, match="unknown field `surprise`"):
        read_submission(encode({**msgspec.json.decode(golden(type_)), "surprise": "x"}))


@pytest.mark.parametrize("type_", FACTS)
def test_an_attribute_that_is_added_to_facts_later_is_passed_over(type_: str) -> None:
    later = encode({**msgspec.json.decode(golden(type_)), "sealedby": "x"})
    assert read_event(later) == read_event(golden(type_))


@pytest.mark.parametrize("type_", sorted(COUNTED_TYPES))
def test_what_is_counted_is_what_the_whole_fact_says(type_: str) -> None:
    counted = read_counted(golden(type_))
    event, fact = read_fact(golden(type_))
    assert (counted.source, counted.TYPE, counted.subject, counted.sequence) == (event.source, event.type, event.subject, event.sequence)
    assert (counted.time, counted.recordedtime) == (event.time, event.recordedtime)
    for field in counted.data.__struct_fields__:
        default = False if field in ("late", "unmatched") else None
        assert getattr(counted.data, field) == getattr(fact, field, default)


@pytest.mark.parametrize("reader", [read_submission, read_event, read_counted, read_fact])
@pytest.mark.parametrize("value", [None, b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"specversion": "1.0"}', b"[" * 100_000])
def test_bytes_that_are_no_event_are_unreadable(reader: object, value: bytes | None) -> None:
    assert callable(reader)
    with pytest.raises(Unreadable):
        reader(value)


@pytest.mark.parametrize("type_", [FACTS[0], REPORTS[0]])
@pytest.mark.parametrize("attribute", ["time", "recordedtime"])
def test_a_time_without_an_offset_is_unreadable(type_: str, attribute: str) -> None:
    event = {**msgspec.json.decode(golden(type_)), attribute: "2020-06-14T08:00:00"}
    for reader in (read_submission,) if type_ in REPORTS else (read_event, read_counted):
        with pytest.raises(Unreadable, match=attribute):
            reader(encode(event))


def test_a_time_keeps_the_offset_it_was_written_with() -> None:
    submission = read_submission(golden(REPORTS[0]))
    assert submission.time == datetime.fromisoformat("2020-06-14T08:00:00+08:00")
    assert b'"time":"2020-06-14T08:00:00+08:00"' in encode(submission)


NUMBER = "51343120080401001X"


@pytest.mark.parametrize("reference", [NUMBER, NUMBER.lower(), "513431200804010011", "A B", "", "x" * 65, "A-1\n", "汉"])
def test_a_reference_is_short_and_never_an_identity_number(reference: str) -> None:
    removed = b'{"code":"missing","evidence":%b}' % encode(reference)
    with pytest.raises(Unreadable, match="evidence"):
        read_data(REPORT_LANGUAGE, "cn.baoxue.reported.removed.v1", removed)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("county", "5134310"),
        ("county", "513431\n"),
        ("county", "５１３４３１"),
        ("school", "215100001"),
        ("grade", 0),
        ("grade", 10),
        ("stage", "senior"),
    ],
)
def test_a_value_outside_its_bounds_is_refused_and_its_field_named(field: str, value: object) -> None:
    type_ = "cn.baoxue.reported.enrolled.v1"
    data = {**msgspec.json.decode(golden(type_))["data"], field: value}
    with pytest.raises(Unreadable, match=rf"\$\.{field}"):
        read_data(REPORT_LANGUAGE, type_, encode(data))


@pytest.mark.parametrize(
    ("field", "value"), [("county", "51343"), ("county", "5134310"), ("school", "215100001"), ("grade", 10), ("stage", "senior")]
)
def test_the_record_is_held_to_the_lengths_and_bounds_of_what_was_reported(field: str, value: object) -> None:
    type_ = "cn.baoxue.student.enrolled.v1"
    data = {**msgspec.json.decode(golden(type_))["data"], field: value}
    with pytest.raises(Unreadable, match=rf"\$\.{field}"):
        read_data(RECORD_LANGUAGE, type_, encode(data))


def test_the_words_of_the_public_interface_are_all_there() -> None:
    page = "registered enrolled on_leave suspected dropped_out never_enrolled returned in_transfer completed removed"
    assert page.split() == list(Status)
    page = "malformed unknown_type unknown_field unknown_county county_not_valid_then not_your_county future_dated"
    of_reports = [*page.split(), "unknown_student", "impossible_order", "after_removal", "not_voidable"]
    assert of_reports == list(RefusalCode)[: len(of_reports)]


def test_data_stays_the_bytes_it_was_until_somebody_asks() -> None:
    report = b'{"county" : "513431",  "poor": true}'
    value = golden("cn.baoxue.reported.registered.v1").replace(b'{"county":"513431","poor":true}', report)
    submission = read_submission(value)
    assert submission.data == Raw(report)
    assert report in encode(submission)
