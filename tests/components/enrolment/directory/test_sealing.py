"""A seal opens with its key, for its child, its field and its version, and nowhere else."""

from __future__ import annotations

import pytest

from services.enrolment.directory.sealing import SealBroken, draw_key, open_field, seal_field, unwrap_key, wrap_key

KEY, OTHER_KEY = draw_key(), draw_key()
ONE, TWO = f"{1:032x}", f"{2:032x}"
SEALED = seal_field(KEY, ONE, "name", b"clear")
WRAPPED = wrap_key(KEY, 1, ONE, OTHER_KEY)


def test_a_seal_opens_in_its_place() -> None:
    assert open_field(KEY, ONE, "name", SEALED) == b"clear"
    assert unwrap_key(KEY, 1, ONE, WRAPPED) == OTHER_KEY
    assert b"clear" not in SEALED
    assert seal_field(KEY, ONE, "name", b"clear") != SEALED


@pytest.mark.parametrize(
    ("key", "student", "field", "sealed"),
    [
        (OTHER_KEY, ONE, "name", SEALED),
        (KEY, TWO, "name", SEALED),
        (KEY, ONE, "address", SEALED),
        (KEY, ONE, "name", SEALED[:-1] + bytes([SEALED[-1] ^ 1])),
        (KEY, ONE, "name", SEALED[:20]),
        (KEY, ONE, "name", b""),
    ],
    ids=["another key", "another child", "another field", "a changed byte", "cut short", "nothing"],
)
def test_a_seal_opens_nowhere_else(key: bytes, student: str, field: str, sealed: bytes) -> None:
    with pytest.raises(SealBroken, match="does not open"):
        open_field(key, student, field, sealed)


@pytest.mark.parametrize(
    ("key", "version", "owner"), [(OTHER_KEY, 1, ONE), (KEY, 2, ONE), (KEY, 1, TWO)], ids=["another key", "another version", "another owner"]
)
def test_a_wrapped_key_opens_nowhere_else(key: bytes, version: int, owner: str) -> None:
    with pytest.raises(SealBroken):
        unwrap_key(key, version, owner, WRAPPED)
