"""The quick way through the check accepts nothing that the long way does not, and writes the same bytes."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.components.enrolment.lines import ANY_SOURCE, BOUNDS, CHILD, GOOD, INTAKE, ZHAOJUE, event, line

NAMES = st.sampled_from(["specversion", "id", "source", "type", "subject", "time", "partitionkey", "sequence", "recordedtime", "data", "more"])
TEXTS = st.sampled_from(
    [
        "/schools/2151000001",
        "/provinces/51",
        "/counties/513431",
        "/counties/51343\u0661",
        "/nowhere",
        ZHAOJUE,
        "51343a",
        "2020-09-31",
        CHILD,
        "r-1",
        "",
    ]
)
DATA_NAMES = st.sampled_from(["county", "stage", "reason", "poor", "grade", "since", "evidence", "more"])
NO_TEXTS: list[Any] = [None, True, 7, 7.0, 10**20, [], {}]
VALUES: st.SearchStrategy[Any] = st.one_of(
    TEXTS, st.text(max_size=40), st.sampled_from([None, True, 7, 7.0, 10**20, [], {}]), st.text('"\\ \u00e9a1', max_size=4)
)


class Object(dict[str, Any]):
    """An object that may have a name twice."""

    def __init__(self, members: list[tuple[str, Any]]) -> None:
        super().__init__(members)
        self._members = members

    def items(self) -> Any:
        return self._members


@given(
    st.sampled_from(sorted(GOOD)),
    st.dictionaries(NAMES, VALUES, max_size=1),
    st.lists(st.tuples(NAMES, VALUES), max_size=2),
    st.lists(st.tuples(DATA_NAMES, VALUES), max_size=2),
    st.data(),
)
@settings(max_examples=400, deadline=None)
def test_what_the_quick_way_accepts_the_long_way_accepts_as_the_same_bytes(
    what: str, changed: dict[str, Any], more: list[tuple[str, Any]], in_data: list[tuple[str, Any]], order: st.DataObject
) -> None:
    sent = event(what) | changed
    if isinstance(sent["data"], dict):
        sent["data"] = Object(order.draw(st.permutations([*sent["data"].items(), *in_data])))
    attributes = order.draw(st.permutations([*sent.items(), *more]))
    # Without its C encoder json writes an object's members as ``items`` returns them.
    text = "".join(json.JSONEncoder(indent=0).iterencode(Object(attributes))).replace("\n", "").encode()
    quick = INTAKE._plain(text, BOUNDS, ANY_SOURCE)
    assert quick is None or quick == INTAKE._any(text, BOUNDS, ANY_SOURCE)


@pytest.mark.parametrize("what", GOOD)
@pytest.mark.parametrize("source", ["/provinces/51", "/counties/513431", "/schools/2151000001"])
def test_a_good_line_goes_the_quick_way(what: str, source: str) -> None:
    text = line(what, source=source)
    quick = INTAKE._plain(text, BOUNDS, ANY_SOURCE)
    assert quick is not None
    assert quick == INTAKE._any(text, BOUNDS, ANY_SOURCE)


BAD = [
    line(partitionkey=CHILD),
    line(recordedtime="2020-06-14T08:00:00+08:00"),
    line(recordedtime=None),
    line(source="/counties/513431").replace(b"513431", b"51343\xd9\xa1", 1),
    line(source="/nowhere"),
    line(id="110101199003070134"),
    line("listed", change={"county": "999999"}),
    line("listed").replace(b'"poor": true', b'"poor": true, "poor": true'),
    line().replace(b'"id": "r-1"', b'"id": "r-1", "id": "r-1"'),
    line(id='r"1'),
    line(time="2020-12-09T08:00:00+08:00"),
    line("completed", without="data"),
    line("resumed", id="cn.baoxue.reported.progressed.v1"),
]


@pytest.mark.parametrize("text", BAD)
def test_a_line_that_is_not_plain_or_breaks_a_rule_goes_the_long_way(text: bytes) -> None:
    assert INTAKE._plain(text, BOUNDS, ANY_SOURCE) is None
