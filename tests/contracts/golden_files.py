"""Writes the golden files that are missing, and touches none that is there: ``make golden``.

A golden file is the first event of its type that was ever written down. Its data is an example of the shape, its attributes are those of
the golden file whose type resembles it most.
"""

import sys
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from shared.contracts.services import SERVICES
from shared.events.codec import encode
from shared.log.belonging import COUNTY, OVERSIGHT, PLACE, SCHOOL
from shared.log.clock_keys import clock_key
from tests.contracts.examples import example_of
from tests.contracts.published import GOLDEN, SHAPES, SUMS

SOURCES = {fact.TYPE: spec.source for spec in SERVICES for fact in spec.facts}  # type: ignore[attr-defined]  # every shape names its TYPE
"""The ``source`` of each fact: the service that records it."""


SUBJECTS = {COUNTY: "513431", OVERSIGHT: "513431", SCHOOL: "2151000001", PLACE: "2151000001", "day": clock_key(0, 1)}
"""The subject of the families whose facts are about no student."""


class Tampered(Exception):
    """A golden file, or the list of their sums, is not what it was."""


def sums_in(folder: Path) -> Mapping[str, str]:
    """Return the SHA-256 of each golden file by its name, as the list of sums has them."""
    return {name: sum_ for sum_, name in (line.split() for line in (folder / SUMS.name).read_text("ascii").splitlines())}


def write_missing(folder: Path, shapes: Mapping[str, type[Struct]]) -> list[str]:
    """Write a golden file, and its sum, for each type that has none; return the types. Raises ``Tampered``, and has written nothing then."""
    sums = sums_in(folder)
    there = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.json")}
    if odd := sorted(name for name in sums.keys() | there.keys() if sums.get(name) != there.get(name)):
        raise Tampered(f"never edit, add or remove a golden file by hand, restore {', '.join(odd)}: what was on the wire once stays readable")
    missing = [type_ for type_ in shapes if f"{type_}.json" not in there]
    for type_ in missing:
        with (folder / f"{type_}.json").open("xb") as file:
            file.write(golden_event(folder, type_, shapes[type_], there))
        with (folder / SUMS.name).open("a", encoding="ascii") as lines:
            lines.write(f"{sha256((folder / f'{type_}.json').read_bytes()).hexdigest()}  {type_}.json\n")
    return missing


def golden_event(folder: Path, type_: str, shape: type[Struct], there: Iterable[str]) -> bytes:
    """Return the text of a golden file for a type."""
    nearest = max(sorted(there), key=lambda name: SequenceMatcher(None, name, f"{type_}.json").ratio())
    event = msgspec.json.decode((folder / nearest).read_bytes())
    event["type"], event["data"] = type_, example_of(shape)
    event["source"] = SOURCES.get(type_, event["source"])
    if (subject := SUBJECTS.get(type_.split(".")[2])) is not None:
        event["subject"] = event["partitionkey"] = subject
    if "dataschema" in event:
        event["dataschema"] = f"https://example.org/baoxue/{type_.split('.')[-2]}"
    return msgspec.json.format(encode(event), indent=2) + b"\n"


def main() -> int:
    """Write what is missing, and say what was written."""
    try:
        written = write_missing(GOLDEN, SHAPES)
    except Tampered as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.writelines(f"wrote {GOLDEN.name}/{type_}.json\n" for type_ in written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
