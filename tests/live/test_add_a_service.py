"""The page on adding a service, followed to the letter: in a copy of the checkout its files are a service that runs beside the others."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.config import ROOT, free_ports
from tests.support.documents import Block
from tests.support.pages import Shell, copy_checkout, make_files, steps

PAGE = ROOT / "docs" / "how-to" / "add-a-service.md"
PORTS = (
    "import json; from deploy.local.config import StackConfig; "
    "print(json.dumps({name: field.default for name, field in StackConfig.model_fields.items() if name.endswith('_port')}))"
)
STANDS_FOR = {
    "make check": """
        make lint imports
        .venv/bin/mypy services/meals shared/contracts tests/domain/meals
        .venv/bin/python -m pytest -q -p no:cacheprovider tests/domain/meals tests/contracts -k "meals or golden"
        .venv/bin/python -m pytest -q -p no:cacheprovider tests/rules/test_services.py tests/rules/test_containers.py tests/rules/test_one_address.py
        .venv/bin/python -m pytest -q -p no:cacheprovider tests/rules/test_reference.py tests/components/shared/test_rights.py
    """
}
"""All checks take minutes: here stand those that a new service can break."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout in which the files of the page were made."""
    checkout = copy_checkout(tmp_path / "checkout")
    make_files(checkout, PAGE)
    return checkout


@pytest.fixture
def shell(checkout: Path, tmp_path: Path) -> Iterator[Shell]:
    """A shell in the copy, on free ports; what it started is stopped."""
    asked = subprocess.run([sys.executable, "-c", PORTS], cwd=checkout, env={"PYTHONPATH": "."}, capture_output=True, text=True, check=True)
    named: dict[str, int] = json.loads(asked.stdout)
    used = dict(zip(named, free_ports(len(named)), strict=True))
    environment = {f"BAOXUE_{name.upper()}": str(port) for name, port in used.items()}
    environment["MEALS_WORD_SECONDS"] = "60"  # on a busy machine the worker decides later than the page says
    shell = Shell({named[name]: port for name, port in used.items()}, tmp_path, checkout=checkout, environment=environment)
    yield shell
    shell.run(Block("sh", "make down", 0))


def test_the_page_makes_all_of_a_service(checkout: Path) -> None:
    made = {str(path.relative_to(checkout)) for path in (checkout / "services" / "meals").rglob("*.py")}
    like = {str(path.relative_to(ROOT)).replace("case", "meals", 1) for path in (ROOT / "services" / "case").glob("*.py")}
    assert made >= {f"services/meals/{name}.py" for name in ("__init__", "__main__", "api", "decider", "policies", "settings", "wiring")}
    assert {name for name in made if name.count("/") == 2} <= like
    subprocess.run([sys.executable, "-c", "import services.meals.wiring"], cwd=checkout, env={"PYTHONPATH": "."}, check=True)


@pytest.mark.live
def test_the_page_makes_a_service_that_runs(shell: Shell) -> None:
    stood_for = set()
    for step in steps(PAGE):
        if (text := step.command.text.strip()) in STANDS_FOR:
            stood_for.add(text)
            step = step._replace(command=step.command._replace(text=STANDS_FOR[text]))
        shell.follow(step)
    assert stood_for == set(STANDS_FOR)
