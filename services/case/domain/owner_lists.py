"""The lists in which a file stands beside that of its county and state: while it is on its way, while it is nobody's, and where it was handed on."""

from collections.abc import Sequence
from enum import StrEnum

from services.case.domain.owners import HandOver, Owner
from services.case.domain.stored_numbers import pack_day
from shared.contracts.case_codes import CaseStanding


class Kind(StrEnum):
    """A list of a county beside those of its files' states."""

    INCOMING = "incoming"
    """Files that were sent to the county, or sent back to it, and that it has not taken over yet."""
    SENT = "sent"
    """Files that the county sent, or sent back, and that another one has not taken over yet."""
    UNOWNED = "unowned"
    """Files for which the county answers though they are nobody's."""


def lists_of(owner: Owner, places: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Return these lists, each with the sort key. ``places``: the lists of the file's county, and by which day it stands there, the state's first."""
    county = places[0][0].partition(":")[0]
    found: list[tuple[str, bytes]] = []
    if (sent := owner.hand_over) is not None:
        found += [(f"{sent.to_county}:{Kind.INCOMING}", key_of(sent)), (f"{sent.from_county}:{Kind.SENT}", key_of(sent))]
    if owner.unowned is not None:
        found.append((f"{county}:{Kind.UNOWNED}", pack_day(owner.unowned.since)))
    if owner.answers is not None:
        of_county = ((name.partition(":"), key) for name, key in places)
        found += [(f"{owner.answers.office}:{kind}", key) for (group, _, kind), key in of_county if group == county]
    return found


def stands_in(owner: Owner, kind: Kind, now: CaseStanding | None) -> str | None:
    """Return the county in whose list of a kind a file stands, None where it stands in none."""
    match kind:
        case Kind.INCOMING:
            return None if owner.hand_over is None else owner.hand_over.to_county
        case Kind.SENT:
            return None if owner.hand_over is None else owner.hand_over.from_county
        case Kind.UNOWNED:
            return None if owner.unowned is None or now is None else now.county


def key_of(sent: HandOver) -> bytes:
    """Return the sort key of a file on its way: by when it is to be taken over."""
    return pack_day(sent.due)
