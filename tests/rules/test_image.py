"""The image: made of what is pinned, nothing built that was fetched, and nobody in it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.makefile import recipe

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "deploy" / "image" / "Dockerfile").read_text("utf-8")
STEPS = [
    tuple(step.split(None, 1)) for step in re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE)).splitlines() if step.strip()
]


def steps(word: str) -> list[str]:
    return [said for kind, said in STEPS if kind == word]


def test_it_stands_on_the_python_that_the_lock_was_made_for() -> None:
    (image,) = {said.split()[0] for said in steps("FROM")}
    assert re.fullmatch(r"python:3\.11\.[0-9]+-slim-[a-z]+@sha256:[0-9a-f]{64}", image), "a whole version by its digest: a tag can be moved"
    locking = recipe("lock")
    assert {locking[n + 1] for n, word in enumerate(locking) if word == "--python-version"} == {"3.11"}


def test_it_is_fetched_from_nowhere_but_the_registry_and_by_nothing_but_pip() -> None:
    assert not re.search(r"https?://|ftp://|--index-url|--extra-index-url|--find-links|--trusted-host", DOCKERFILE)
    assert not re.search(r"\b(curl|wget|git|apt-get|apk|npm)\b", DOCKERFILE)
    assert steps("ADD") == []


def test_every_package_is_a_wheel_held_to_its_sum_and_nothing_fetched_is_built() -> None:
    installs = re.findall(r"pip install ([^&]*)", " ".join(steps("RUN")))
    assert [each.strip() for each in installs] == [
        "--only-binary :all: --require-hashes -r requirements/run.lock",
        "--no-deps --no-build-isolation --no-index -e .",
    ]


def test_it_runs_as_nobody() -> None:
    (user,) = steps("USER")
    assert all(int(number) > 999 for number in user.split(":"))
    assert [kind for kind, _ in STEPS].index("USER") > [kind for kind, _ in STEPS].index("RUN")


def test_the_builder_is_given_what_is_copied_and_nothing_else() -> None:
    first, *others = (line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and not line.startswith("#"))
    given = {line.removeprefix("!") for line in others if line.startswith("!")}
    copied = {source for said in steps("COPY") if "--from" not in said for source in said.split()[:-1]}
    assert copied == given
    assert all((ROOT / source).exists() for source in copied)
    assert first == "*"


def test_a_container_that_is_told_nothing_says_what_it_can_do() -> None:
    assert steps("CMD") == ['["baoxue", "--help"]']
