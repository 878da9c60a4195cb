"""How the service's own facts of a partition become states again, in a generation that has no cursor there yet.

The steps of one piece of the record, and what a failure after each leaves behind:

1. Read the states that its facts touch, and fold them. (Nothing done.)
2. Write the states and move the progress, if that is still the expected one. (Done: whoever goes on begins behind this piece.)
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import cast

from shared.contracts.sequence import offset_of
from shared.deciding.decider import Decider
from shared.deciding.published import Reader
from shared.deciding.states.state_store import Change, Rebuilding, StateStore
from shared.log import topics
from shared.log.event_log import EventLog, LogRecord


class FactFolder:
    """Folds the record into the states of one generation. Raises ``RebuildOvertaken`` where somebody else does."""

    def __init__(self, decider: Decider, store: StateStore, log: EventLog, reader: Reader) -> None:
        self._decider, self._store, self._log, self._reader = decider, store, log, reader

    async def fold(
        self, partition: int, progress: Rebuilding, end: int, *, below: int | None = None, passed: Callable[[int], object] = lambda _: None
    ) -> Rebuilding:
        """Fold the facts of a partition from where the rebuild stands to an offset of the record; return where it stands then.

        ``below``: the first fact of an input at this offset or behind it is not folded, and ends the fold; ``passed``: called with the number of
        offsets that each piece passed. Memory is bounded by a piece.
        """
        known = await self._reader.known(partition)
        pieces = cast("AsyncGenerator[Sequence[LogRecord]]", self._log.read(topics.STUDENT_STATUS, partition, progress.facts, end))
        async with aclosing(pieces):
            async for piece in pieces:
                at, last = progress.facts, progress.sequence
                next_, ended = piece[-1].offset + 1, False
                own = self._reader.own_facts_in(piece, known, last)
                for n, (offset, _, event) in enumerate(own):
                    if _is_behind(event.sequence, below):
                        own, next_, ended = own[:n], offset, True
                        break
                touched = list({state_id for _, state_id, _ in own})
                found = dict(zip(touched, await self._store.read_rebuilding(partition, at, touched), strict=True))
                states = dict(found)
                for _, state_id, event in own:
                    states[state_id] = self._decider.evolved(event, states[state_id])
                    last = event.sequence
                changes = [change_of(self._decider, i, found[i], state) for i, state in states.items() if state is not None]
                await self._store.apply_rebuilding(partition, at, next_, last, changes, tallied=self._decider.tallied)
                passed(next_ - at)
                progress = progress._replace(facts=next_, sequence=last)
                if ended:
                    break
        return progress


def _is_behind(sequence: str, below: int | None) -> bool:
    return below is not None and offset_of(sequence) >= below


def change_of(decider: Decider, state_id: bytes, before: bytes | None, after: bytes) -> Change:
    """Return a state to write, with the lists it leaves and enters."""
    left, entered = decider.listed(before), decider.listed(after)
    if left == entered:
        return Change(state_id, after)
    return Change(
        state_id,
        after,
        [(name, key + state_id) for name, key in left - entered],
        [(name, key + state_id) for name, key in entered - left],
    )


def decided_below(progress: Rebuilding, begin: int) -> int:
    """Return the offset of the input topic below which all is decided and folded: where the generation of before stood, or behind the last fact.

    ``begin``: where the input topic begins, for whoever never made a fact.
    """
    behind = offset_of(progress.sequence) + 1 if progress.sequence else begin
    return behind if progress.decided is None else max(behind, progress.decided)
