"""What was once on the wire can be read for ever: a golden file per type and version, never edited."""

from hashlib import sha256

import msgspec
import pytest
from msgspec import Raw
from msgspec.structs import replace

from shared.events.codec import encode
from tests.contracts.published import GOLDEN, LANGUAGE_OF, SHAPES, SUMS, golden, read


def test_every_published_type_has_a_golden_file_and_every_golden_file_a_published_type() -> None:
    assert {path.name for path in GOLDEN.iterdir()} - {SUMS.name} == {f"{type_}.json" for type_ in SHAPES}


def test_a_golden_file_is_never_edited() -> None:
    """A new type gets a new file, and a line: ``sha256sum <file> >> SHA256SUMS``. No line that is there ever changes."""
    sums = {name: sum_ for sum_, name in (line.split() for line in SUMS.read_text("ascii").splitlines())}
    assert sums == {path.name: sha256(path.read_bytes()).hexdigest() for path in GOLDEN.iterdir() if path != SUMS}


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
