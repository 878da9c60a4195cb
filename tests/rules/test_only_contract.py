"""The contract that says what a module may import: what it lets through, and what it names."""

from __future__ import annotations

import pytest
from grimp import ImportGraph

from tests.rules.only_contract import OnlyContract


def broken_by(*imports: tuple[str, str]) -> list[tuple[str, str]]:
    graph = ImportGraph()
    for module in ("services.one", "services.one.domain", "services.one.domain.child", "services.two.domain", "shared.words", "shared.events.codec"):
        graph.add_module(module)
    for importer, imported in imports:
        if imported not in graph.modules:
            graph.add_module(imported, is_squashed=True)
        graph.add_import(importer=importer, imported=imported)
    options = {"name": "pure", "source_modules": ["services.*.domain"], "allowed_modules": ["shared.words", "msgspec"]}
    check = OnlyContract("pure", {}, options).check(graph, verbose=False)
    broken: list[tuple[str, str]] = check.metadata["broken"]
    assert check.kept == (not broken)
    return broken


@pytest.mark.parametrize("imported", ["shared.words", "shared.words.school", "msgspec", "enum", "datetime", "services.one.domain"])
def test_what_is_allowed_passes(imported: str) -> None:
    assert broken_by(("services.one.domain.child", imported)) == []


@pytest.mark.parametrize(
    "imported", ["shared.events.codec", "shared.wordsmith", "redis", "services.two.domain", "services.one", "random", "os", "time"]
)
def test_everything_else_is_named(imported: str) -> None:
    assert broken_by(("services.one.domain.child", imported)) == [("services.one.domain.child", imported)]


def test_what_is_not_a_source_may_import_anything() -> None:
    assert broken_by(("shared.events.codec", "redis")) == []
