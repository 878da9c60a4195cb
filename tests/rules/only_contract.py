"""An import-linter contract the other way round: what a module may import, everything else being forbidden.

A list of forbidden modules is out of date with the next module somebody writes; a list of allowed ones is not.
"""

from __future__ import annotations

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules

EFFECTS = frozenset({"random", "secrets", "time", "os", "io", "socket", "subprocess", "threading", "asyncio", "logging"})


class OnlyContract(Contract):
    """The source modules and all below them import directly only the allowed modules and what is below these, one another, and the
    pure part of the standard library.

    A module named here that does not exist is an error of the configuration.
    """

    type_name = "only"

    source_modules = fields.SetField(subfield=fields.ModuleExpressionField())
    allowed_modules = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        allowed: set[str] = set(self.allowed_modules)  # type: ignore[call-overload]  # a field gives the parsed set
        broken: list[tuple[str, str]] = []
        for source in module_expressions_to_modules(graph, self.source_modules):  # type: ignore[arg-type]  # likewise
            own = {source.name, *graph.find_descendants(source.name)}
            imports = ((importer, imported) for importer in sorted(own) for imported in sorted(graph.find_modules_directly_imported_by(importer)))
            broken += [(importer, imported) for importer, imported in imports if not (imported in own or _allowed(imported, allowed))]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}", bold=True)
        output.new_line()


def _allowed(module: str, packages: set[str]) -> bool:
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names:
        return top not in EFFECTS
    return any(module == package or module.startswith(f"{package}.") for package in packages)
