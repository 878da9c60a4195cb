"""The walls between rooms hold: an import that rises, and one that closes a circle, breaks its contract."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import grimp
import pytest
from grimp import ImportGraph
from importlinter import api
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.domain.contract import Contract

ROOT = Path(__file__).resolve().parents[2]
KINDS: dict[str, type[Contract]] = {
    "Rooms of shared code stand in this order": LayersContract,
    "Nothing imports what imports it, be it modules of a room or rooms": AcyclicSiblingsContract,
    "The rooms of reporting stand in this order, and its root holds nothing else": LayersContract,
    "Reporting's worker counts, and answers nobody": ForbiddenContract,
    "The rooms of the audit stand in this order": LayersContract,
    "The rooms of the detector stand in this order": LayersContract,
}
IN_ORDER, NO_CIRCLES, REPORTING, WORKER, AUDIT, DETECTOR = KINDS


@cache
def contract(name: str) -> Contract:
    options = api.read_configuration(str(ROOT / "pyproject.toml"))
    of_it: dict[str, Any] = next(each for each in options["contracts_options"] if each["name"] == name)
    return KINDS[name](name, options["session_options"], of_it)


@cache
def imports() -> ImportGraph:
    return grimp.build_graph("services", "shared", "deploy", include_external_packages=True)


def kept(name: str, *, importer: str, imported: str) -> bool:
    """Return whether a contract is kept once this import is added."""
    graph = deepcopy(imports())
    graph.add_import(importer=importer, imported=imported)
    return contract(name).check(graph, verbose=False).kept


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("shared.events.dead_letters", "shared.worker.follower"),
        ("shared.worker.admin_server", "shared.process"),
        ("shared.deciding.states.outcomes", "shared.commands.submit"),
        ("shared.http.problems", "shared.worker.lag"),
        ("shared.log.kafka_log", "shared.redis.edge"),
        ("shared.contracts.student", "shared.geography.divisions"),
        ("shared.ids", "shared.contracts.sequence"),
    ],
)
def test_an_import_that_rises_breaks_the_order(importer: str, imported: str) -> None:
    assert not kept(IN_ORDER, importer=importer, imported=imported)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("shared.worker.faust_edge.consumer", "shared.worker.faust_edge.app"),
        ("shared.worker.faust_edge.watchdog", "shared.worker.faust_edge.app"),
        ("shared.deciding.decider", "shared.deciding.deciding_follower"),
    ],
)
def test_a_circle_within_a_room_breaks_the_contract(importer: str, imported: str) -> None:
    assert not kept(NO_CIRCLES, importer=importer, imported=imported)


@pytest.mark.parametrize(
    ("contract_", "importer", "imported"),
    [
        (REPORTING, "view.newest", "live.document"),
        (REPORTING, "view.newest", "answers.counts"),
        (REPORTING, "board.board", "view.memory"),
        (REPORTING, "counting.folding", "board.keys"),
        (REPORTING, "answers.current_view", "live.hub"),
        (REPORTING, "live.hub", "openapi"),
        (REPORTING, "api", "worker"),
        (REPORTING, "api", "audit.recount"),
        (REPORTING, "api", "settings"),
        (WORKER, "worker", "view.memory"),
        (AUDIT, "audit.sources.positions", "audit.recount"),
        (AUDIT, "audit.definition.steps", "audit.sources.log"),
        (AUDIT, "audit.recount", "audit.comparison"),
        (AUDIT, "audit.verification", "audit.console.tables"),
    ],
)
def test_an_import_that_rises_breaks_the_order_of_reporting(contract_: str, importer: str, imported: str) -> None:
    assert not kept(contract_, importer=f"services.reporting.{importer}", imported=f"services.reporting.{imported}")


@pytest.mark.parametrize(("importer", "imported"), [("judging", "children"), ("children", "counties"), ("flags", "rulebook")])
def test_an_import_that_rises_breaks_the_order_of_the_detector(importer: str, imported: str) -> None:
    assert not kept(DETECTOR, importer=f"services.case.detector.{importer}", imported=f"services.case.detector.{imported}")


def test_a_new_file_at_the_root_of_reporting_has_no_place_in_its_order() -> None:
    graph = deepcopy(imports())
    graph.add_module("services.reporting.daily")
    assert not contract(REPORTING).check(graph, verbose=False).kept


def test_what_goes_down_is_kept() -> None:
    assert kept(REPORTING, importer="services.reporting.live.hub", imported="services.reporting.counting.folding")
    assert kept(IN_ORDER, importer="shared.process", imported="shared.ids")
    assert kept(NO_CIRCLES, importer="shared.process", imported="shared.ids")
