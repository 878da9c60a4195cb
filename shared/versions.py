"""Dated data in versions: a file each, in force from a day, and never changed once it was published. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from importlib.resources import files
from itertools import pairwise
from typing import Protocol, TypeVar

import msgspec


class Version(Protocol):
    """A version of something. ``since``: the day from which on it is in force."""

    @property
    def version(self) -> int: ...
    @property
    def since(self) -> date: ...


V = TypeVar("V", bound=Version)


class VersionsUnsound(Exception):
    """A file of dated data cannot be used. The message says which, and what to mend."""


def shipped(package: str, room: str) -> Mapping[str, str]:
    """Return the texts of the files of a folder in a package, by their names."""
    return {each.name: each.read_text("utf-8") for each in (files(package) / room).iterdir() if each.name.endswith(".toml")}


def read_each(texts: Mapping[str, str], kind: type[V], fault_of: Callable[[V, str], str | None]) -> Iterable[V]:
    """Yield what TOML texts hold, by their file names. ``fault_of`` says what is wrong with one in a file. Raises ``VersionsUnsound``."""
    for name, text in texts.items():
        try:
            read = msgspec.toml.decode(text, type=kind)
        except msgspec.DecodeError as error:
            raise VersionsUnsound(f"{name}: {error}") from None
        if fault := fault_of(read, name):
            raise VersionsUnsound(f"{name}: {fault}")
        yield read


def in_order(found: Iterable[V], what: str) -> Sequence[V]:
    """Return the versions of one thing, the first one first. Raises ``VersionsUnsound`` where one is missing, or not later than the one before."""
    versions = sorted(found, key=lambda each: each.version)
    if [each.version for each in versions] != [*range(1, len(versions) + 1)] or not versions:
        raise VersionsUnsound(f"{what}: its versions must be 1, 2, 3 and so on, each in a file")
    if any(newer.since <= older.since for older, newer in pairwise(versions)):
        raise VersionsUnsound(f"{what}: each version must be in force from a later day than the one before it")
    return versions


def in_force(versions: Sequence[V], on: date) -> V:
    """Return the version in force on a day; before the first, the first."""
    for each in reversed(versions):
        if each.since <= on:
            return each
    return versions[0]
