"""The reference pages: complete, valid for programs that read them, and the same whoever makes them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from deploy.local.config import ROOT
from docs.generate import __main__ as generate
from docs.generate.pages import reference
from docs.generate.reference.asyncapi import asyncapi
from docs.generate.reference.settings import settings_of
from docs.generate.source import exit_codes, member_docs
from shared.contracts.refusal import RefusalCode
from shared.contracts.services import SERVICES as CATALOGUE
from shared.deciding.states.outcomes import Outcome
from shared.log.topics import topics, traffic
from tests.contracts.published import SHAPES

PAGES = reference()
SERVICES = tuple(spec.name for spec in CATALOGUE)


@pytest.mark.parametrize("service", SERVICES)
def test_what_an_api_says_of_itself_is_openapi(service: str) -> None:
    document = json.loads(PAGES[f"openapi.{service}.json"])
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()


def test_what_goes_over_the_log_is_asyncapi() -> None:
    schema = json.loads((Path(__file__).parent / "schemas" / "asyncapi-3.1.0.json").read_text("utf-8"))
    document = json.loads(PAGES["asyncapi.json"])
    assert document["asyncapi"] == "3.1.0"
    jsonschema.Draft7Validator(schema).validate(document)


def test_every_message_of_the_log_fits_its_own_schema() -> None:
    document = asyncapi()
    for message in document["components"]["messages"].values():
        payload = {**message["payload"], "components": document["components"]}
        jsonschema.Draft202012Validator(payload).validate(message["examples"][0]["payload"])


def test_every_type_stands_in_one_topic_and_every_dead_letter_in_all_of_its_own() -> None:
    channels = asyncapi()["channels"]
    held = [type_ for channel in channels.values() for type_ in channel["messages"]]
    assert set(channels) == {topic.name for topic in topics()}
    assert set(held) == set(SHAPES)
    assert {type_ for type_ in held if held.count(type_) > 1} == {"cn.baoxue.record.dead.v1"}


@pytest.mark.parametrize("type_", SHAPES)
def test_every_event_has_its_fields_and_an_example(type_: str) -> None:
    _, heading, section = PAGES["events.md"].partition(f"# {type_}\n")
    assert heading
    section = section.partition("\n#")[0]
    fields = SHAPES[type_].__struct_fields__
    assert sorted(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == sorted(fields)
    assert ("```json" in section) == bool(fields)


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_says_what_it_is(service: str) -> None:
    for name, field in settings_of(service).model_fields.items():
        assert f"| `{service.upper()}_{name.upper()}` |" in PAGES["settings.md"]
        assert field.description, f"{service}: {name}"


def test_every_code_says_what_it_means() -> None:
    assert set(member_docs(RefusalCode)) == set(RefusalCode)
    assert set(member_docs(Outcome)) == set(Outcome)
    assert {code.number for code in exit_codes()} >= {64, 70, 78}


def test_a_topic_is_read_by_those_who_follow_it() -> None:
    followed: dict[str, set[str]] = {topic.name: set() for topic in topics()}
    for service in SERVICES:
        for follower in followers_of(service):
            followed[follower].add(f"{service}-worker")
    assert {name: {reader for reader in traffic(name).read_by if reader.endswith("-worker")} for name in followed} == followed


def followers_of(service: str) -> list[str]:
    wiring = import_module(f"services.{service}.wiring")
    join = wiring.SERVICE.followers if hasattr(wiring, "SERVICE") else wiring.follower
    made = join(settings_of(service).model_construct())
    return [each.topic for each in (made if isinstance(made, tuple | list) else [made])]


class TestStaleness:
    WANTED = {"NOTICES.md": "whose it is\n", "docs/reference/a.md": "as it is\n"}

    @pytest.fixture
    def checkout(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        (tmp_path / "docs").mkdir()
        monkeypatch.setattr(generate, "ROOT", tmp_path)
        monkeypatch.setattr(generate, "pages", lambda: dict(self.WANTED))
        assert generate.main([]) == 0
        return tmp_path

    def test_pages_that_say_what_the_code_says_are_let_be(self, checkout: Path) -> None:
        assert generate.main(["--check"]) == 0

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda root: (root / "docs" / "reference" / "a.md").write_text("as it was\n"),
            lambda root: (root / "docs" / "reference" / "a.md").unlink(),
            lambda root: (root / "docs" / "reference" / "b.md").write_text("of something that is gone\n"),
            lambda root: (root / "NOTICES.md").unlink(),
            lambda root: shutil.rmtree(root / "docs" / "reference"),
        ],
        ids=["changed", "gone", "left over", "another", "none"],
    )
    def test_pages_that_do_not_are_named_and_made_anew(
        self, checkout: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], object]
    ) -> None:
        spoil(checkout)
        assert generate.main(["--check"]) == 1
        assert re.search(r"(docs/reference/[ab]|NOTICES)\.md is not what the code says\. `make docs` writes it anew\.", capsys.readouterr().err)
        assert generate.main([]) == 0
        assert {str(path.relative_to(checkout)): path.read_text() for path in checkout.rglob("*.md")} == self.WANTED


def test_the_pages_are_what_the_code_says_whatever_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stale? `make docs` writes them anew."""
    misleading = {"ENROLMENT_PORT": "often", "BAOXUE_HOME": "/elsewhere", "BAOXUE_PARTITIONS": "often", "PYTHONHASHSEED": "7", "COLUMNS": "60"}
    for name, value in misleading.items():
        monkeypatch.setenv(name, value)
    checked = subprocess.run([sys.executable, "-m", "docs.generate", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (checked.stderr, checked.returncode) == ("", 0)
