"""All kinds of happenings of a file, put together from the modules that write them down."""

from collections.abc import Iterator, Mapping

from services.case.domain import entries, oversight_entries, owner_entries, place_entries, referral_entries
from services.case.domain.entries import Kind
from shared.contracts.case import CaseFact

KINDS: Mapping[type[CaseFact], Kind] = {
    **entries.KINDS,
    **owner_entries.KINDS,
    **oversight_entries.KINDS,
    **place_entries.KINDS,
    **referral_entries.KINDS,
}
KNOWN_AGAIN = entries.OF_OFFICES | owner_entries.KNOWN_AGAIN | place_entries.KNOWN_AGAIN
"""The kinds that keep the digest of the command that was their cause."""
BY_NUMBER = {kind.number: (kind, fact.TYPE.split(".")[3]) for fact, kind in KINDS.items()}


def entries_of(history: bytes) -> Iterator[bytes]:
    """Yield the entries, oldest first."""
    at = 0
    while at < len(history):
        size = BY_NUMBER[history[at]][0].layout.size
        yield history[at : at + size]
        at += size
