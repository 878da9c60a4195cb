"""What the documents say is there: the links, the commands, the pages."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer

from deploy.cli import app
from tests.support.documents import ROOT, anchors, blocks, documents, links, prose_code
from tests.support.makefile import targets

DOCUMENTS = documents()
EACH = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
COMMANDS = {str(command) for command in typer.main.get_command(app).commands}  # type: ignore[attr-defined]  # the app is a group of commands
PATHS = re.compile(r"(?:services|shared|deploy|docs|tests|bench|requirements)/[\w./-]*[\w/]")


def said(document: Path) -> str:
    """Everything of a document that somebody could type: its blocks that are not answers, and what stands in its text as code."""
    typed = [block.text for block in blocks(document) if block.kind in ("", "sh", "bash", "console")]
    return "\n".join([*typed, *prose_code(document)])


@EACH
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in links(document):
        url = urlsplit(target)
        if url.scheme or url.netloc:
            assert url.scheme in ("http", "https"), target
            continue
        path = (document.parent / url.path).resolve() if url.path else document
        assert path.exists(), f"{target}: there is no {path}"
        if url.fragment:
            assert url.fragment in anchors(path), f"{target}: {path.name} has no such heading"


@EACH
def test_every_make_target_and_every_command_is_there(document: Path) -> None:
    text = said(document)
    assert set(re.findall(r"\bmake ([a-z]+)\b", text)) <= targets()
    assert set(re.findall(r"\bbaoxue ([a-z][a-z-]*)\b", text)) <= COMMANDS


@EACH
def test_every_path_of_the_repository_is_there(document: Path) -> None:
    for code in prose_code(document):
        if PATHS.fullmatch(code):
            assert (ROOT / code).exists(), code


def test_every_decision_is_in_the_list_of_decisions() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = {target for target in links(folder / "README.md") if target.endswith(".md")}
    assert listed == {path.name for path in folder.glob("0*.md")}


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, left = set[Path](), [ROOT / "README.md"]
    while left:
        document = left.pop()
        if document not in reached and document.suffix == ".md":
            reached.add(document)
            left += [(document.parent / path).resolve() for target in links(document) if (path := urlsplit(target).path) and "://" not in target]
    wanted = {document for document in DOCUMENTS if document.is_relative_to(ROOT / "docs")} | {ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"}
    assert wanted <= reached, sorted(map(str, wanted - reached))


@pytest.mark.parametrize("service", sorted(path.parent for path in (ROOT / "services").glob("*/README.md")), ids=lambda path: path.name)
def test_every_file_that_a_service_lists_is_one_of_its_own(service: Path) -> None:
    listed = re.findall(r"[\w/]+\.(?:py|csv|lua)\b|[a-z]+/(?=  )", "\n".join(block.text for block in blocks(service / "README.md") if not block.kind))
    assert listed
    assert [name for name in listed if not any((room / name).exists() for room in (service, *service.glob("*/")))] == []
