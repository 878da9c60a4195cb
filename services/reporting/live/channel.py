"""The events of one area: each is encoded once for all subscribers, and the last ones are kept for those that come back."""

from collections import deque
from collections.abc import Callable
from itertools import islice

import msgspec
from fastapi.sse import format_sse_event

from services.reporting.answers.documents import AsOf
from services.reporting.live.document import Kind, LiveCounts, difference

_KEPT_BYTES = 32_768
"""Bytes of events that are kept: beyond about this much a snapshot is shorter."""
_RECONNECT_MS = 2_000
"""Milliseconds that a browser is asked to wait before it comes back."""
_SAME_AGE = 0.5
"""Seconds by which the age in an encoded snapshot may be wrong before the snapshot is encoded again."""

_encode = msgspec.json.Encoder().encode


def heartbeat(as_of: AsOf) -> bytes:
    """Encode a heartbeat. It has no id, so the last id of a subscriber stays what it was."""
    return format_sse_event(event=Kind.HEARTBEAT, data_str=_encode({"as_of": as_of}).decode())


class Channel:
    """The document that the subscribers of an area have, and the events that led to it."""

    def __init__(self, document: LiveCounts, draw_id: Callable[[], str]) -> None:
        """``draw_id`` returns a new id: no state of any channel, of this or another process, ever had it or will have it."""
        self.document = document
        self._draw_id = draw_id
        self._id = draw_id()
        self._kept: deque[tuple[str, bytes]] = deque()
        """An id, and the event that leads from it to the next one."""
        self._snapshot: bytes | None = None
        self._snapshot_lag = 0.0

    def advance(self, document: LiveCounts) -> tuple[Kind, bytes] | None:
        """Replace the document by a newer one and return the event that leads to it; None where no number changed."""
        changed = difference(self.document, document)
        self.document, self._snapshot = document, None
        if changed is None:
            return None
        kind, part = changed
        before, self._id = self._id, self._draw_id()
        event = self._event(kind, part)
        self._kept.append((before, event))
        while sum(len(kept) for _, kept in self._kept) > _KEPT_BYTES:
            self._kept.popleft()
        return kind, event

    def restart(self, document: LiveCounts) -> tuple[Kind, bytes]:
        """Replace the document by one of another generation and return its snapshot. No kept event leads to it."""
        self._kept.clear()
        self.document, self._id, self._snapshot = document, self._draw_id(), None
        return Kind.SNAPSHOT, self.snapshot(document.as_of)

    def since(self, last: str | None, as_of: AsOf) -> tuple[Kind, bytes]:
        """Return what brings a subscriber up to date: the events since the last that it had, or a snapshot where that one is unknown.

        ``as_of``: the position of the view now; it has the same vector as the document.
        """
        if last == self._id:
            return Kind.HEARTBEAT, heartbeat(as_of)
        missed = next((n for n, (before, _) in enumerate(self._kept) if before == last), None)
        if missed is None:
            return Kind.SNAPSHOT, self.snapshot(as_of)
        events = [event for _, event in islice(self._kept, missed, None)]
        return Kind.DELTA, b"".join([*events, heartbeat(as_of)])

    def snapshot(self, as_of: AsOf) -> bytes:
        """Encode the whole document. The bytes stay the same as long as the document does and its age is about the same."""
        if self._snapshot is None or abs(as_of.lag_seconds - self._snapshot_lag) > _SAME_AGE:
            self.document.as_of = as_of
            self._snapshot, self._snapshot_lag = self._event(Kind.SNAPSHOT, self.document, retry=_RECONNECT_MS), as_of.lag_seconds
        return self._snapshot

    def _event(self, kind: Kind, document: LiveCounts, retry: int | None = None) -> bytes:
        return format_sse_event(event=kind, data_str=_encode(document).decode(), id=self._id, retry=retry)
