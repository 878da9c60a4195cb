"""What tests of several files need."""

import pytest

from services.reporting.audit.definition import families, steps


@pytest.fixture
def visits_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that may hold one more type, of a family that nobody counts."""
    types = {**families.TYPES, "cn.baoxue.visit.made.v1": "visit"}
    monkeypatch.setattr(steps, "BEGIN", tuple(families.begin(types) if sql == families.BEGIN else sql for sql in steps.BEGIN))
