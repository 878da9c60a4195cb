"""Transfers of which only one side spoke, and the lists in which they stand until the other side does."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct


class Transfer(Struct, frozen=True, gc=False):
    """A transfer that the county which ``lost`` the child has not reported: the one that ``has`` it did, at a moment (``timeline.moment_of``)."""

    lost: str
    has: str
    moment: int


class Side(StrEnum):
    """A side of a transfer: the county that lost the child has not spoken, the one that gained the child has."""

    LOST = "lost"
    GAINED = "gained"


SIDES = tuple(Side)
_MOMENT = 8


def lists_of(transfers: Sequence[Transfer]) -> frozenset[tuple[str, bytes]]:
    """Return the lists in which a child's transfers stand, each with the sort key: the moment, and the side."""
    return frozenset((f"{county_of(each, side)}:{side}", sort_key(each, side)) for each in transfers for side in SIDES)


def county_of(transfer: Transfer, side: Side) -> str:
    """Return the county on a side of a transfer."""
    return transfer.lost if side is Side.LOST else transfer.has


def sort_key(transfer: Transfer, side: Side) -> bytes:
    """Return the bytes by which a transfer stands in the list of a county."""
    return (transfer.moment + (1 << 63)).to_bytes(_MOMENT, "big") + bytes((SIDES.index(side),))


def side_of(key: bytes) -> Side:
    """Return on which side a sort key stands."""
    return SIDES[key[_MOMENT]]
