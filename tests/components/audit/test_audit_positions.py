"""The ways to write a position in the record."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.reporting.audit.sources.positions import parse_offsets, parse_until


@pytest.mark.parametrize(
    ("text", "offsets"),
    [
        ("0=123,1=456", {0: 123, 1: 456}),
        ("7=0", {7: 0}),
        ('{"0": 12, "11": 5}', {0: 12, 11: 5}),
        ('{"as_of": {"offsets": {"3": 4}, "event_time": null}, "area": {}}', {3: 4}),
    ],
)
def test_offsets_are_pairs_or_json(text: str, offsets: dict[int, int]) -> None:
    assert parse_offsets(text) == offsets
    assert parse_until(text) == offsets


@pytest.mark.parametrize("kept", ['{"0": 12}', '{"as_of": {"offsets": {"0": 12}}}', '{"as_of": {"offsets": {"0": 12}}}\n{"county": "513431"}\n'])
def test_a_saved_answer_says_its_own_offsets(tmp_path: Path, kept: str) -> None:
    (tmp_path / "answer.json").write_text(kept, encoding="utf-8")
    assert parse_until(f"@{tmp_path / 'answer.json'}") == {0: 12}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-06-14T08:00:00Z", datetime(2020, 6, 14, 8, tzinfo=UTC)),
        ("2020-06-14T08:00:00+08:00", datetime(2020, 6, 14, 0, tzinfo=UTC)),
        ("2020-06-14", datetime(2020, 6, 14, 15, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_a_time_is_itself_and_a_day_is_its_end_in_china(text: str, moment: datetime) -> None:
    assert parse_until(text) == moment


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("yesterday", "neither offsets"),
        ("2020-13-01", "neither offsets"),
        ("9999-12-31", "neither offsets"),
        ("", "neither offsets"),
        ("2020-06-14T08:00:00", r"add its offset, 2020-06-14T08:00:00\+08:00"),
        ("0=1,0=2", "each partition once"),
        ("0=-1", "are no offsets"),
        ("a=1", "are no offsets"),
        ("0=1,", "are no offsets"),
        ("{", "no JSON"),
        ("{}", "no offsets in it"),
        ('{"0": -1}', "whole numbers"),
        ('{"0": true}', "whole numbers"),
        ('{"0": "1"}', "whole numbers"),
        ('{"as_of": {}}', "no offsets in it"),
        ("@nowhere.json", "nowhere.json cannot be read"),
    ],
)
def test_anything_else_is_refused_with_what_would_do(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_until(text)


def test_a_file_that_is_no_answer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(b"\xff<html>")
    with pytest.raises(ValueError, match="cannot be read"):
        parse_offsets(f"@{tmp_path / 'page.html'}")
