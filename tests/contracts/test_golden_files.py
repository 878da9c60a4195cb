"""What was once on the wire can be read for ever: a golden file per type and version, never edited."""

from hashlib import sha256
from pathlib import Path
from shutil import copytree

import msgspec
import pytest
from msgspec import Raw, Struct
from msgspec.structs import replace

from shared.contracts.reports import Completed
from shared.contracts.words import CountyCode
from shared.events.codec import encode
from tests.contracts.examples import example_of
from tests.contracts.golden_files import Tampered, sums_in, write_missing
from tests.contracts.published import GOLDEN, LANGUAGE_OF, SHAPES, SUMS, golden, read


def test_every_published_type_has_a_golden_file_and_every_golden_file_a_published_type() -> None:
    assert {path.name for path in GOLDEN.iterdir()} - {SUMS.name} == {f"{type_}.json" for type_ in SHAPES}


def test_a_golden_file_is_never_edited() -> None:
    """``make golden`` writes a new file and its sum. No line of the list ever changes."""
    assert sums_in(GOLDEN) == {path.name: sha256(path.read_bytes()).hexdigest() for path in GOLDEN.iterdir() if path != SUMS}


@pytest.mark.parametrize("type_", SHAPES)
def test_a_golden_file_is_read_and_written_back_as_it_was(type_: str) -> None:
    event, data = read(type_, golden(type_))
    assert encode(replace(event, data=Raw(encode(data)))) == golden(type_)


@pytest.mark.parametrize("type_", SHAPES)
def test_a_golden_file_shows_every_field_of_its_shape(type_: str) -> None:
    shown = msgspec.json.decode(golden(type_))
    assert shown["type"] == type_
    assert shown["data"].keys() == set(SHAPES[type_].__struct_fields__)


@pytest.mark.parametrize("type_", SHAPES)
def test_a_golden_file_is_read_in_the_newest_version(type_: str) -> None:
    event, data = read(type_, golden(type_))
    newest = LANGUAGE_OF[type_].read(type_, event.data)
    if newest != data:
        assert type(newest) is not SHAPES[type_]


@pytest.mark.parametrize("type_", SHAPES)
def test_the_example_of_a_shape_gives_every_field_and_can_be_read(type_: str) -> None:
    example = example_of(SHAPES[type_])
    assert msgspec.json.decode(encode(example)).keys() == set(SHAPES[type_].__struct_fields__)
    assert msgspec.json.decode(encode(example), type=SHAPES[type_]) == example


class Readmitted(Struct, frozen=True):
    """A report that nobody published."""

    TYPE = "cn.baoxue.reported.readmitted.v1"
    county: CountyCode


PUBLISHED_TOO: dict[str, type[Struct]] = {**SHAPES, Readmitted.TYPE: Readmitted}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copytree(GOLDEN, tmp_path / "golden")


def test_a_new_type_gets_a_golden_file_and_no_other_file_is_touched(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert write_missing(folder, PUBLISHED_TOO) == [Readmitted.TYPE]
    written = folder / f"{Readmitted.TYPE}.json"
    event = msgspec.json.decode(written.read_bytes())
    assert (event["type"], event["data"], event["specversion"]) == (Readmitted.TYPE, {"county": "513431"}, "1.0")
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert after == before | {written.name: written.read_bytes(), SUMS.name: after[SUMS.name]}
    assert after[SUMS.name].decode() == before[SUMS.name].decode() + f"{sha256(written.read_bytes()).hexdigest()}  {written.name}\n"
    assert write_missing(folder, PUBLISHED_TOO) == []


@pytest.mark.parametrize("harm", ["edited", "removed", "added"])
def test_no_golden_file_is_written_where_one_was_edited_removed_or_added_by_hand(folder: Path, harm: str) -> None:
    touched = folder / f"{Completed.TYPE}.json"
    match harm:
        case "edited":
            touched.write_bytes(touched.read_bytes() + b" ")
        case "removed":
            touched.unlink()
        case _:
            touched = folder / "cn.baoxue.reported.surprise.v1.json"
            touched.write_bytes(b"{}")
    with pytest.raises(Tampered, match=touched.name):
        write_missing(folder, PUBLISHED_TOO)
    assert not (folder / f"{Readmitted.TYPE}.json").exists()
