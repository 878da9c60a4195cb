"""What holds of every line, whatever is in it: the check gives a verdict, and no verdict repeats what was sent."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrolment.intake.line_checker import Accepted
from tests.components.enrolment.lines import ANY_SOURCE, BOUNDS, CHILD, GOOD, INTAKE, event, line

SECRET = "Zhang San 110101200001011234"
PLACES = [(what, name) for what in GOOD for name in (*event(what), *(f"data.{name}" for name in GOOD[what]))]


@pytest.mark.parametrize(("what", "name"), PLACES)
@pytest.mark.parametrize("secret", [SECRET, [SECRET], {SECRET: SECRET}, SECRET * 9])
def test_a_malformed_line_never_repeats_what_was_sent(what: str, name: str, secret: Any) -> None:
    sent = event(what)
    (sent["data"] if name.startswith("data.") else sent)[name.removeprefix("data.")] = secret
    verdict = INTAKE.check(json.dumps(sent).encode(), BOUNDS, ANY_SOURCE)
    if name != "id" and not (name == "data" and isinstance(secret, dict)):
        assert "Zhang" not in repr(verdict)
        assert "1234" not in repr(verdict).replace(CHILD, "")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
times = st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())


@settings(deadline=None)
@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_nothing_that_is_sent_makes_the_check_fail(text: bytes) -> None:
    INTAKE.check(text, BOUNDS, ANY_SOURCE)


@settings(deadline=None)
@given(
    st.sampled_from(PLACES), json_values | times | st.dates().map(str), st.sampled_from(["/provinces/51", "/counties/513431", "/schools/5134310001"])
)
def test_nothing_that_stands_in_a_good_lines_place_makes_the_check_fail(place: tuple[str, str], value: Any, source: str) -> None:
    what, name = place
    sent = event(what, source=source)
    (sent["data"] if name.startswith("data.") else sent)[name.removeprefix("data.")] = value
    verdict = INTAKE.check(json.dumps(sent).encode(), BOUNDS, ANY_SOURCE)
    if not isinstance(verdict, Accepted):
        assert verdict.faults
        assert verdict.id is None or all(fault.code != "malformed" for fault in verdict.faults)


@settings(deadline=None)
@given(st.binary(max_size=30), st.integers(0, 400), st.integers(0, 30))
def test_no_damage_to_a_good_line_makes_the_check_fail(damage: bytes, at: int, gone: int) -> None:
    good = line("listed")
    INTAKE.check(good[:at] + damage + good[at + gone :], BOUNDS, ANY_SOURCE)
