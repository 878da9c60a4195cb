"""One area's events: each encoded once, for all who follow it, and some kept for those who come back."""

from collections import deque
from collections.abc import Callable
from itertools import islice

import msgspec
from fastapi.sse import format_sse_event

from services.reporting.answers.documents import AsOf
from services.reporting.live.document import Kind, LiveCounts, told_again

_KEPT_BYTES = 32_768
"""Of events kept for those who come back: beyond about this much a snapshot is the shorter way."""
_RECONNECT_MS = 2_000
"""What a browser is told to wait before it comes back."""
_SAME_AGE = 0.5
"""Seconds by which an encoded snapshot's age may be off before it is encoded anew."""

_encode = msgspec.json.Encoder().encode


def heartbeat(as_of: AsOf) -> bytes:
    """Encode a sign of life. It has no id: the last one of a reader stays what it was."""
    return format_sse_event(event=Kind.HEARTBEAT, data_str=_encode({"as_of": as_of}).decode())


class Channel:
    """What those who follow an area have, and what they are told next."""

    def __init__(self, document: LiveCounts, draw_id: Callable[[], str]) -> None:
        """Begin with a document. ``draw_id`` gives ids that no other state of any channel ever had or will have."""
        self.document = document
        self._draw_id = draw_id
        self._id = draw_id()
        self._kept: deque[tuple[str, bytes]] = deque()
        """Ids, and the event that leads on from each to the next."""
        self._snapshot: bytes | None = None
        self._snapshot_lag = 0.0

    def take(self, document: LiveCounts) -> tuple[Kind, bytes] | None:
        """Go on to a document, and give the event that tells of it; None where no number changed."""
        told = told_again(self.document, document)
        self.document, self._snapshot = document, None
        if told is None:
            return None
        kind, news = told
        before, self._id = self._id, self._draw_id()
        event = self._event(kind, news)
        self._kept.append((before, event))
        while sum(len(kept) for _, kept in self._kept) > _KEPT_BYTES:
            self._kept.popleft()
        return kind, event

    def replace(self, document: LiveCounts) -> tuple[Kind, bytes]:
        """Begin anew with a document of another generation, for those who follow and for all who come back."""
        self._kept.clear()
        self.document, self._id, self._snapshot = document, self._draw_id(), None
        return Kind.SNAPSHOT, self.snapshot(document.as_of)

    def since(self, last: str | None, as_of: AsOf) -> tuple[Kind, bytes]:
        """Give what brings a reader to where the channel is: the events since the last it had, or where that is not known a snapshot.

        ``as_of``: where the record is now, of the same vector as the document.
        """
        if last == self._id:
            return Kind.HEARTBEAT, heartbeat(as_of)
        missed = next((n for n, (before, _) in enumerate(self._kept) if before == last), None)
        if missed is None:
            return Kind.SNAPSHOT, self.snapshot(as_of)
        events = [event for _, event in islice(self._kept, missed, None)]
        return Kind.DELTA, b"".join([*events, heartbeat(as_of)])

    def snapshot(self, as_of: AsOf) -> bytes:
        """Encode the document whole; the same bytes as long as it and its age are about the same."""
        if self._snapshot is None or abs(as_of.lag_seconds - self._snapshot_lag) > _SAME_AGE:
            self.document.as_of = as_of
            self._snapshot, self._snapshot_lag = self._event(Kind.SNAPSHOT, self.document, retry=_RECONNECT_MS), as_of.lag_seconds
        return self._snapshot

    def _event(self, kind: Kind, document: LiveCounts, retry: int | None = None) -> bytes:
        return format_sse_event(event=kind, data_str=_encode(document).decode(), id=self._id, retry=retry)
