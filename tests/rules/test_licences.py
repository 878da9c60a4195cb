"""What of others is used is permissively licensed, or is an exception that says why."""

from __future__ import annotations

import re

import pytest

from bench.side_by_side.contestants import kafka_streams
from deploy.local import jars
from deploy.local.config import ROOT
from docs.generate import bench_licences
from docs.generate.notices import BY_MACHINE, EXCEPTIONS, SHIPPED, is_permissive, licence_of_jar, notices, packages, pinned

LOCKS = ("run.lock", "dev.lock", "redis.lock", "browser.lock", "bench.lock")
JARS = {jar.coordinates for lock in (jars.LOCK, kafka_streams.LOCK) for jar in jars.locked(lock)}
PINNED = {package.name: package for lock in LOCKS for package in packages(lock)}


@pytest.mark.parametrize("name", sorted(PINNED))
def test_every_package_is_permissively_licensed_or_an_exception(name: str) -> None:
    assert is_permissive(PINNED[name].licence) != (name in EXCEPTIONS), PINNED[name].licence


def test_no_exception_and_no_declaration_outlives_its_package() -> None:
    assert EXCEPTIONS.keys() | BY_MACHINE.keys() <= PINNED.keys()


def test_the_licences_of_the_contestants_are_those_of_what_is_pinned() -> None:
    assert list(bench_licences.known()) == list(pinned(bench_licences.LOCK))


@pytest.mark.parametrize("coordinates", sorted(JARS))
def test_every_jar_is_permissively_licensed(coordinates: str) -> None:
    assert is_permissive(licence_of_jar(coordinates))


def test_a_jar_that_nobody_knows_the_licence_of_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"org\.example:thing:1: name its licence"):
        licence_of_jar("org.example:thing:1")


@pytest.mark.parametrize(("_what", "licence", "where", "_why"), SHIPPED)
def test_what_is_shipped_is_there_and_permissively_licensed(_what: str, licence: str, where: str, _why: str) -> None:
    assert (ROOT / where).exists()
    assert is_permissive(licence)


def test_nothing_is_shipped_that_the_notices_do_not_name() -> None:
    web = ROOT / "services" / "reporting" / "web"
    look = ROOT / "shared" / "http" / "pages" / "look"
    pages = ROOT / "shared" / "http" / "pages" / "files"
    shipped = [
        *(web / "vendor").glob("*/"),
        *pages.glob("*/"),
        *(look / "fonts").glob("*/"),
        *(look / "vendor").glob("*/"),
        *(ROOT / "services" / "case" / "papers" / "fonts").glob("*/"),
        *(ROOT / "tests" / "rules" / "schemas").glob("*.json"),
    ]
    assert {str(path.relative_to(ROOT)) for path in shipped} == {where.rstrip("/") for _, _, where, _ in SHIPPED}


@pytest.mark.parametrize(
    ("licence", "taken"),
    [
        ("MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("Apache-2.0 AND GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("MPL-2.0", False),
        ("", False),
    ],
)
def test_of_several_licences_all_must_be_permissive_and_of_alternatives_one(licence: str, taken: bool) -> None:
    assert is_permissive(licence) == taken


def test_the_notices_name_everything_that_is_pinned() -> None:
    named = set(re.findall(r"^\| `([\w.:-]+)` \|", notices(), re.MULTILINE))
    assert named == PINNED.keys() | JARS
