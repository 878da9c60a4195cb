"""A line of a body is taken, or refused with a code, the field and the rule."""

import json
from typing import Any

import pytest

from services.enrolment.intake.line_checker import Accepted, LineChecker, Refused
from shared.contracts.registry import REPORT_LANGUAGE
from shared.events.codec import read_data, read_submission
from shared.geography.divisions import divisions
from tests.components.enrolment.lines import ANY_SOURCE, BOUNDS, CHILD, GOOD, INTAKE, ZHAOJUE, event, line, refusal, why_refused


@pytest.mark.parametrize("what", GOOD)
def test_a_good_line_of_every_type_is_taken_as_it_was_sent(what: str) -> None:
    sent = event(what)
    taken = INTAKE.check(json.dumps(sent).encode(), BOUNDS, ANY_SOURCE)
    assert isinstance(taken, Accepted)
    assert taken.key == sent["subject"].encode()
    assert json.loads(taken.value) == {**sent, "partitionkey": sent["subject"], "recordedtime": "2020-12-01T12:00:00+08:00"}
    submission = read_submission(taken.value)
    assert read_data(REPORT_LANGUAGE, submission.type, submission.data)


def test_every_type_of_the_language_is_taken() -> None:
    assert {f"cn.baoxue.reported.{what}.v1" for what in GOOD} == set(REPORT_LANGUAGE.shapes)


def test_what_may_be_left_out_may_be_there() -> None:
    more = {
        "sequence": "17",
        "partitionkey": CHILD,
        "causationid": "c",
        "correlationid": "d",
        "datacontenttype": "application/json",
        "dataschema": "urn:x",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "tracestate": "a=b",
    }
    taken = INTAKE.check(line(**more), BOUNDS, ANY_SOURCE)
    assert isinstance(taken, Accepted)
    assert more.items() <= json.loads(taken.value).items()


def test_data_that_a_type_does_not_need_may_be_left_out() -> None:
    taken = INTAKE.check(line("completed", without="data"), BOUNDS, ANY_SOURCE)
    assert isinstance(taken, Accepted)
    assert json.loads(taken.value)["data"] == {}


def test_what_reaches_the_log_is_written_anew() -> None:
    taken = INTAKE.check(line(data={}).replace(b'"data": {}', b'"data": { "reason":"work",\t"last_seen" :"2020-06-01"}'), BOUNDS, ANY_SOURCE)
    assert isinstance(taken, Accepted)
    assert b'"data":{"reason":"work","last_seen":"2020-06-01"}' in taken.value


@pytest.mark.parametrize("text", [b"{", b"no", b'{"a": nan}', b"\xff\xfe", b'{"id": "\xff"}', b"{} {}", b"\x00", b'"text"', b"[]", b"7", b"null"])
def test_what_is_no_json_object_is_malformed_without_a_field_or_an_id(text: bytes) -> None:
    assert (*why_refused(text), refusal(text).id) == ("malformed", None, None)


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "subject", "time"])
def test_an_attribute_that_is_missing_is_malformed_and_named(name: str) -> None:
    assert why_refused(line(without=name)) == ("malformed", name)


@pytest.mark.parametrize("what", [what for what in GOOD if what not in ("completed", "departed")])
def test_data_without_what_their_type_needs_are_malformed_and_the_first_that_is_missing_is_named(what: str) -> None:
    assert why_refused(line(what, {})) == (
        "malformed",
        f"data.{next(iter(REPORT_LANGUAGE.shapes[f'cn.baoxue.reported.{what}.v1'].__struct_fields__))}",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("specversion", "0.3"),
        ("id", ""),
        ("id", "x" * 65),
        ("id", 5),
        ("source", "/provinces/5"),
        ("source", "/schools/513431000"),
        ("source", "https://example.org/51"),
        ("source", "/provinces/51\n"),
        ("type", None),
        ("time", "2020-06-14T08:00:00"),
        ("time", "2020-06-14"),
        ("time", 1592092800),
        ("time", "2020-02-30T08:00:00Z"),
        ("sequence", "x" * 65),
        ("sequence", 1.5),
        ("datacontenttype", "text/xml"),
        ("causationid", ""),
        ("traceparent", "x" * 65),
        ("data", None),
        ("data", []),
        ("data", "reason"),
        ("partitionkey", 7),
    ],
)
def test_an_impossible_attribute_is_malformed_and_named(name: str, value: Any) -> None:
    sent = event()
    sent[name] = value
    assert why_refused(json.dumps(sent).encode()) == ("malformed", name)


@pytest.mark.parametrize(
    ("what", "name", "value"),
    [
        ("dropped-out", "reason", "laziness"),
        ("dropped-out", "last_seen", "2020-06-31"),
        ("listed", "status", "completed"),
        ("listed", "poor", 1),
        ("enrolled", "grade", 10),
        ("enrolled", "grade", 7.0),
        ("enrolled", "school", "513431000"),
        ("enrolled", "stage", "senior"),
        ("enrolled", "county", "5134"),
        ("enrolled", "county", "513431\n"),
        ("suspected", "found_by", "neighbour"),
        ("cleared", "outcome", "fine"),
        ("returned", "placement", "home"),
        ("returned", "evidence", "A 1"),
        ("returned", "evidence", "110101200001011234"),
        ("on-leave", "kind", "holiday"),
        ("household-changed", "category", "rich"),
        ("removed", "code", "lost"),
        ("county-reported", "out_of_school", -1),
        ("county-reported", "out_of_school", "0"),
    ],
)
def test_an_impossible_value_in_the_data_is_malformed_and_named(what: str, name: str, value: Any) -> None:
    assert why_refused(line(what, change={name: value})) == ("malformed", f"data.{name}")


def test_an_attribute_that_nobody_knows_is_refused_by_name_with_the_id_of_the_line() -> None:
    (code, field, _), sent_id = refusal(line(name="x")).first, refusal(line(name="x")).id
    assert (code, field, sent_id) == ("unknown_field", "name", "r-1")


def test_a_field_of_the_data_that_nobody_knows_is_refused_by_name() -> None:
    (code, field, _), sent_id = refusal(line(change={"name": "x"})).first, refusal(line(change={"name": "x"})).id
    assert (code, field, sent_id) == ("unknown_field", "data.name", "r-1")


def test_a_type_without_data_takes_no_field() -> None:
    assert refusal(line("completed", {"grade": 9})).first == ("unknown_field", "data.grade", "leave it out; data has no fields")


def test_a_senders_own_recordedtime_is_an_unknown_field() -> None:
    assert why_refused(line(recordedtime="2020-06-14T08:00:00+08:00")) == ("unknown_field", "recordedtime")


def test_of_a_very_long_unknown_name_only_the_beginning_is_repeated() -> None:
    assert refusal(line(**{"n" * 500: 1})).first.field == "n" * 64 + "…"


def test_an_unknown_field_of_a_line_whose_id_is_impossible_comes_without_it() -> None:
    assert (refusal(line(id=7, name="x")).first.code, refusal(line(id=7, name="x")).id) == ("unknown_field", None)


@pytest.mark.parametrize(
    "type_", ["cn.baoxue.reported.vanished.v1", "cn.baoxue.student.dropped-out.v1", "dropped-out", "", "cn.baoxue.reported.listed.vv"]
)
def test_a_type_that_was_never_published_is_unknown(type_: str) -> None:
    (code, field, detail), sent_id = refusal(line(type=type_)).first, refusal(line(type=type_)).id
    assert (code, field, sent_id) == ("unknown_type", "type", "r-1")
    assert "dropped-out" in detail


def test_a_version_that_is_not_known_yet_is_an_unknown_type_and_says_so() -> None:
    code, _, detail = refusal(line(type="cn.baoxue.reported.listed.v2")).first
    assert code == "unknown_type"
    assert "newer" in detail


def test_a_line_beyond_the_longest_is_malformed_and_one_of_that_length_is_not() -> None:
    good = line()
    assert isinstance(INTAKE.check(good.ljust(2_000), BOUNDS, ANY_SOURCE), Accepted)
    assert why_refused(good.ljust(2_001)) == ("malformed", None)


def test_what_is_nested_too_deep_is_malformed_and_what_is_not_is_judged_as_it_is() -> None:
    assert why_refused(line(extra=[[[]]])) == ("unknown_field", "extra")
    assert why_refused(line(extra=[[[[]]]])) == ("malformed", "extra")
    assert why_refused(line(extra=["[[[[[{{{{"])) == ("unknown_field", "extra")
    assert why_refused(line(change={"reason": {"a": [[]]}})) == ("malformed", "data")
    assert "4 deep" in refusal(line(extra=[[[[]]]])).first.detail


@pytest.mark.parametrize("name", ["data", "extra", "id"])
@pytest.mark.parametrize("closed", [b"]" * 5_000, b""])
def test_more_brackets_than_any_parser_bears_are_malformed_whether_they_are_closed_or_not(name: str, closed: bytes) -> None:
    patient = LineChecker(divisions(), longest=20_000, deepest=100)
    verdict = patient.check(line(without=name)[:-1] + b', "%b": %b%b}' % (name.encode(), b"[" * 5_000, closed), BOUNDS, ANY_SOURCE)
    assert isinstance(verdict, Refused)
    assert (verdict.first.code, verdict.id) == ("malformed", None)


def test_a_detail_states_the_rule_from_the_schema() -> None:
    assert refusal(line(change={"reason": "laziness"})).first.detail == (
        "data.reason must be one of learning, work, marriage, religion, family, poverty, illness, distance, other, unknown"
    )
    assert refusal(line("enrolled", without="data.grade")).first.detail == "data.grade is missing; it must be 1 to 9"
    assert refusal(line(change={"last_seen": 5})).first.detail == "data.last_seen must be a day, YYYY-MM-DD"
    assert refusal(line("listed", change={"poor": None})).first.detail == "data.poor must be true or false"
    assert refusal(line(time="now")).first.detail == "time must be RFC 3339 with an offset"
    assert refusal(line(specversion="2")).first.detail == "specversion must be 1.0"
    assert refusal(line(sequence=[])).first.detail == "sequence must be text of at most 64 characters, or a whole number"
    assert refusal(line(data=5)).first.detail == "data must be a JSON object"
    assert refusal(line(type=5)).first.detail == "type must be text"


def test_a_submission_tells_the_county_of_a_statement_by_its_key() -> None:
    taken = INTAKE.check(line("county-reported"), BOUNDS, ANY_SOURCE)
    assert isinstance(taken, Accepted)
    assert taken.key == ZHAOJUE.encode()
