"""What becomes of a worker that keeps in its states what no state can hold: one check taken out, by its name."""

import pytest

from shared.deciding import storable


def take_out(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    """Let a field have any text for the rest of a test."""
    monkeypatch.setattr(storable, "_CHECKS", {name: check for name, check in storable._CHECKS.items() if name != field})
    storable._fields_of.cache_clear()
    monkeypatch.setattr(storable, "_fields_of", storable._fields_of.__wrapped__)
