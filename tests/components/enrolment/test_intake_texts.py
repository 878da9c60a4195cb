"""The texts of a report: their form, and that none of them names a person."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrolment.intake.line_checker import Accepted
from shared.events.personal_data import holds_identity_number, is_mobile_number
from tests.components.enrolment.intake_desk import ONE, Desk
from tests.components.enrolment.lines import ANY_SOURCE, BOUNDS, INTAKE, all_that_is_wrong, event, line, refusal, why_refused
from tests.support.redis import RedisDatabase

IDENTITY = "510104199003078519"
WITH_X = "11010519491231002X"
OLD_IDENTITY = "510104900307851"
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def is_taken(text: bytes) -> bool:
    return isinstance(INTAKE.check(text, BOUNDS, ANY_SOURCE), Accepted)


# --- personal data


@pytest.mark.parametrize(
    "text",
    [IDENTITY, WITH_X, WITH_X.lower(), OLD_IDENTITY, f"G{IDENTITY}", f"L{WITH_X}", f"j{OLD_IDENTITY}", f"a/{IDENTITY}-1", f"r:{OLD_IDENTITY}:2"],
)
def test_an_identity_number_is_known_by_itself_and_behind_the_letter_of_a_school_number(text: str) -> None:
    assert holds_identity_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "510104199003078511",  # another check digit
        "510104199013078512",  # a thirteenth month, its check digit right
        "510104179003078510",  # nobody alive, its check digit right
        "5101041990030785199",  # longer
        "510104901307851",  # a thirteenth month
        "A510104900307851",  # no letter of a school number
        "c510104900307851d",  # in a digest
        "20200614080000",
        "2020-06-14/000001",
        "",
    ],
)
def test_what_only_looks_like_an_identity_number_is_none(text: str) -> None:
    assert not holds_identity_number(text)


@pytest.mark.parametrize(("text", "is_one"), [("13800138000", True), ("8613800138000", True), ("+86-13800138000", True), ("12800138000", False)])
def test_a_mobile_number_is_known(text: str, is_one: bool) -> None:
    assert is_mobile_number(text) == is_one


@pytest.mark.parametrize("name", ["id", "causationid", "correlationid", "sequence", "dataschema", "tracestate"])
@pytest.mark.parametrize("secret", [IDENTITY, WITH_X, OLD_IDENTITY, f"G{IDENTITY}", "张小明", f"r {IDENTITY}"])
def test_no_attribute_may_name_a_person_and_nothing_of_it_is_repeated(name: str, secret: str) -> None:
    text = {"dataschema": f"urn:{secret}", "tracestate": f"a={secret}"}.get(name, secret)
    assert why_refused(line(**{name: text})) == ("malformed", name)
    assert secret not in repr(refusal(line(**{name: text})))


def test_a_number_in_place_of_a_text_is_held_to_the_same() -> None:
    assert why_refused(line(sequence=int(IDENTITY))) == ("malformed", "sequence")
    assert is_taken(line(sequence=17))


@pytest.mark.parametrize(("what", "name"), [("returned", "evidence"), ("on-leave", "approval"), ("removed", "evidence")])
@pytest.mark.parametrize("secret", [IDENTITY, WITH_X, OLD_IDENTITY, f"G{IDENTITY}", f"A/{IDENTITY}", "13800138000", "8613800138000"])
def test_no_reference_may_be_the_number_of_a_person_or_of_a_telephone(what: str, name: str, secret: str) -> None:
    assert why_refused(line(what, change={name: secret})) == ("malformed", f"data.{name}")
    assert secret not in repr(refusal(line(what, change={name: secret})))


def test_an_unknown_field_is_named_unless_its_name_is_the_number_of_a_person() -> None:
    assert why_refused(line(change={"xingming": "x"})) == ("unknown_field", "data.xingming")
    assert why_refused(line(change={"张三": "x"})) == ("unknown_field", "data.张三")
    assert IDENTITY not in repr(refusal(line(**{IDENTITY: 1}, change={IDENTITY: 1})))


async def test_nothing_of_a_report_that_names_a_person_is_kept_anywhere(database: RedisDatabase, caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(database)
    sent = event(id=f"张小明 {IDENTITY}", correlationid=IDENTITY, tracestate="name=张小明", type="cn.baoxue.reported.nothing.v1")
    answer = await desk.send(json.dumps(sent).encode(), ONE, idempotency_key="k")
    batch = await desk.send(json.dumps(sent, ensure_ascii=False).encode())
    receipt = await desk.receipt(batch.json()["batch"])
    assert (answer.status_code, batch.json()["refused"], desk.logged()) == (422, 1, [])
    assert [each["field"] for each in answer.json()["errors"]] == ["type", "id", "correlationid", "tracestate"]
    told = answer.text + batch.text + json.dumps(receipt, ensure_ascii=False) + caplog.text
    assert IDENTITY not in told
    assert "小明" not in told
    assert "\\u5c0f" not in told


# --- forms


@pytest.mark.parametrize("name", ["id", "causationid", "correlationid"])
@pytest.mark.parametrize("text", ["a b", "a\n", "a@b", "a,b", "é", "x" * 65])
def test_an_id_has_its_characters_and_no_others(name: str, text: str) -> None:
    assert why_refused(line(**{name: text})) == ("malformed", name)
    assert is_taken(line(**{name: "AZaz09._:/-"}))


@pytest.mark.parametrize(
    "text",
    ["", "00-1", TRACEPARENT.upper(), "ff" + TRACEPARENT[2:], TRACEPARENT.replace("b7ad6b7169203331", "0" * 16), TRACEPARENT + "-1"],
)
def test_a_traceparent_is_as_w3c_writes_it(text: str) -> None:
    assert why_refused(line(traceparent=text)) == ("malformed", "traceparent")
    assert is_taken(line(traceparent=TRACEPARENT))


@pytest.mark.parametrize("text", ["", "a", "A=1", "a=1,a=2", "a=", "a=1;b=2=3", ",".join(f"k{n}=v" for n in range(33))])
def test_a_tracestate_is_as_w3c_writes_it(text: str) -> None:
    assert why_refused(line(tracestate=text)) == ("malformed", "tracestate")


@pytest.mark.parametrize(
    "text", ["rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "fw529a3039@dt=FfAbc;x, other=1", ",".join(f"k{n}=v" for n in range(32))]
)
def test_a_tracestate_as_others_write_it_is_taken(text: str) -> None:
    assert is_taken(line(tracestate=text))


@pytest.mark.parametrize("text", ["", "schema", "/schema", "urn:", "urn:a b", "urn:%zz", "https://例.cn/"])
def test_a_dataschema_is_a_uri(text: str) -> None:
    assert why_refused(line(dataschema=text)) == ("malformed", "dataschema")
    assert is_taken(line(dataschema="https://example.org/a/b?c=%20#d"))


# --- all at once


def test_everything_that_is_wrong_with_a_line_is_told_at_once_and_of_each_field_the_first() -> None:
    wrong = line(
        "listed", id="张", time="1980-01-01T00:00:00Z", source="/provinces/99", name="x", change={"county": "513499", "since": "never", "stage": "x"}
    )
    assert all_that_is_wrong(wrong) == [
        ("unknown_field", "name"),
        ("malformed", "data.since"),
        ("malformed", "data.stage"),
        ("malformed", "id"),
        ("malformed", "source"),
        ("malformed", "time"),
        ("unknown_county", "data.county"),
    ]


def test_a_rule_about_two_fields_says_nothing_where_one_of_them_is_wrong_already() -> None:
    assert all_that_is_wrong(line("listed", change={"status": "x"})) == [("malformed", "data.status")]
    assert all_that_is_wrong(line("listed", change={"reason": "x"})) == [("malformed", "data.reason")]
    assert all_that_is_wrong(line("removed", change={"evidence": "a b"})) == [("malformed", "data.evidence")]
    assert all_that_is_wrong(line(type="x", subject="y", county=1)) == [("unknown_field", "county"), ("unknown_type", "type")]


def test_of_unknown_fields_a_few_are_named() -> None:
    assert len(all_that_is_wrong(line(**{f"n{n}": n for n in range(100)}))) == 8


# --- members that are there twice

TWICE = [
    (b'"time": ', b'"time": "2020-06-14T08:00:00+08:00", "time": ', "time"),
    (b'"reason": ', b'"reason": "work", "reason": ', "data.reason"),
    (b'"reason": ', b'"reason": 7, "reason": ', "data.reason"),
    (b'"reason": ', b'"rea\\u0073on": "work", "reason": ', "data.reason"),
    (b'"reason": ', b'"reason": null, "reason": ', "data.reason"),
    (b'"data": ', b'"data": {}, "data": ', "data"),
    (b'"data": ', b'"data": [[[]]], "data": ', "data"),
    (b'"data": {', b'"data": {"a": [{"b": 1, "b": 2}], ', "data.a.b"),
    (b'"id": ', b'"sequence": null, "sequence": null, "id": ', "sequence"),
    (b'"id": ', b'"tracestate": "a=\\u0022\\u0022", "id": "r-0", "id": ', "id"),
    (b'"id": ', b'"id": 7, "id": ', "id"),
]


@pytest.mark.parametrize(("place", "more", "name"), TWICE)
def test_a_member_that_stands_there_twice_is_malformed_and_named_whatever_its_values(place: bytes, more: bytes, name: str) -> None:
    text = line().replace(place, more)
    assert text != line()
    assert ("malformed", name) in all_that_is_wrong(text)
    assert why_refused(text) == ("malformed", name)


def test_a_member_whose_first_value_no_parser_reads_makes_its_line_malformed() -> None:
    assert why_refused(line().replace(b'"data": ', b'"data": "\\x", "data": ')) == ("malformed", None)


@settings(deadline=None)
@given(
    st.sampled_from(sorted(event())),
    st.dictionaries(st.sampled_from(["partitionkey", "causationid", "sequence", "datacontenttype", "traceparent"]), st.none(), max_size=3),
)
def test_a_line_with_one_member_of_each_name_is_taken_and_with_two_of_any_refused(name: str, nothing: dict[str, Any]) -> None:
    good = {**event(), **nothing}
    assert is_taken(json.dumps(good).encode())
    twice = json.dumps(good)[:-1] + f", {json.dumps(name)}: {json.dumps(good[name])}}}"
    assert why_refused(twice.encode()) == ("malformed", name)
