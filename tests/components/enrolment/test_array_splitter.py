"""A JSON array is cut into its elements however its text comes in, with no more in memory than a limit allows."""

import gzip
import json
import tracemalloc
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrolment.intake import body
from services.enrolment.intake.array_splitter import ArraySplitter, NotAnArray
from services.enrolment.limits import Limits
from shared.http.problems import Problem

MIB = 1 << 20
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='a"\\[]{},: \n', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='b"\\[]{},', max_size=3), inner, max_size=3),
    max_leaves=8,
)


def cut(pieces: Iterable[bytes], longest: int = 1_000) -> list[bytes]:
    """The elements of a text that comes in these pieces."""
    splitter = ArraySplitter(longest)
    elements = [element for piece in pieces for element in splitter.cut(piece)]
    splitter.finish()
    assert splitter.found == len(elements)
    return elements


@settings(deadline=None)
@given(st.lists(VALUES, max_size=5), st.integers(1, 40), st.booleans(), st.sampled_from([None, 1]))
def test_the_elements_are_those_of_the_array_in_whatever_pieces_it_comes(array: list[Any], size: int, ascii_only: bool, indent: int | None) -> None:
    text = b" \n" + json.dumps(array, ensure_ascii=ascii_only, indent=indent).encode() + b"\r\n"
    assert [json.loads(element) for element in cut(text[at : at + size] for at in range(0, len(text), size))] == array


@pytest.mark.parametrize("text", [b"", b" ", b"{}", b"[", b"[1", b'["]', b'["\\"]', b"[1]]", b"[1],", b"[1][", b"1"])
def test_what_is_no_array_is_told(text: bytes) -> None:
    for size in (1, 100):
        with pytest.raises(NotAnArray):
            cut(text[at : at + size] for at in range(0, len(text), size))


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_of_an_element_that_is_too_long_only_so_much_is_held_as_shows_it(size: int) -> None:
    text = b"[" + b"1" * 100 + b", " + b"2" * 5_000 + b' ,"' + b" " * 5_000 + b'x", 3]'
    first, long, blank, last = cut((text[at : at + size] for at in range(0, len(text), size)), longest=100)
    assert (first, last) == (b"1" * 100, b"3")
    assert 100 < len(long) < 200
    assert 100 < len(blank) < 200


def test_blanks_around_an_element_are_none_of_its_own_but_nothing_is_lost_behind_them() -> None:
    assert cut([b"[" + b" " * 900 + b"1" * 10 + b" " * 20 + b"]"], longest=10) == [b"1" * 10]
    (element,) = cut([b"[1" + b" " * 900 + b"garbage]"], longest=10)
    assert len(element) > 10, "it is too long, whatever of it is held"


HOSTILE = {
    "elements without end": b"[" + b"1," * (16 * MIB),
    "brackets without end": b"[" * (32 * MIB),
    "quotes without end": b"[" + b'"' * (32 * MIB),
    "backslashes without end": b'["' + b"\\" * (32 * MIB),
    "one long element": b'["' + b"x" * (32 * MIB) + b'"]',
    "deep elements": b"[" + b",".join([b"[" * 8_000 + b"]" * 8_000] * 1_000) + b"]",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_arrays_are_read_in_bounded_memory(name: str) -> None:
    text, limits = HOSTILE[name], Limits(inflation_ratio=100_000)
    packed = gzip.compress(text, 1)

    async def sent() -> AsyncIterator[bytes]:
        for at in range(0, len(packed), 65_536):
            yield packed[at : at + 65_536]

    tracemalloc.start()
    try:
        with_problem = False
        try:
            async for lines in body.array(body.inflated(sent(), limits), limits):
                assert len(lines) <= 250
        except Problem:
            with_problem = True
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 24 * MIB
    assert with_problem == (name not in ("one long element", "deep elements"))
