"""Guards that tests take out by their names, in this process or in one that a test starts (decision 0008)."""

from collections.abc import Callable, Mapping
from typing import Any

from services.reporting.board import board
from services.reporting.counting import folding
from shared.deciding.deciding_follower import DecidingFollower, _Step
from shared.deciding.states import state_store
from shared.worker.follower import RecordBatch
from tests.support.mutants import script_without

Replace = Callable[[Any, str, Any], object]
"""Sets an attribute of a module or a class to another value: ``setattr``, or that of ``monkeypatch``."""

EXPECTED_CURSOR = "the cursor is the expected one"


def _enrolments_apply(replace: Replace) -> None:
    replace(state_store, "script", script_without("apply_states", EXPECTED_CURSOR))


def _reportings_apply(replace: Replace) -> None:
    # The ids of the delta stream are offsets, so that Redis itself refuses to go back: a second guard, which has to go as well.
    replace(board, "script", script_without("apply", EXPECTED_CURSOR, locals_={"id": "'*'"}))


def _read(replace: Replace) -> None:
    replace(state_store, "script", script_without("read_states", EXPECTED_CURSOR))


def _sequence(replace: Replace) -> None:
    replace(folding, "_is_repeat", lambda *_: False)


def _acknowledged_before_applied(replace: Replace) -> None:
    """Have a worker move its cursor before it publishes, and so never find in the record what it has not applied."""
    follow, publish = DecidingFollower.follow, DecidingFollower._publish
    held: dict[tuple[DecidingFollower, int], list[_Step]] = {}

    async def applied_first(self: DecidingFollower, batch: RecordBatch) -> int:
        stands = await follow(self, batch)
        for step in held.pop((self, batch.partition), ()):
            await publish(self, batch.partition, step)
        return stands

    async def hold(self: DecidingFollower, partition: int, step: _Step) -> Mapping[str, int]:
        held.setdefault((self, partition), []).append(step)
        return {}

    async def nothing(self: DecidingFollower, batch: RecordBatch) -> None:
        return None

    for name, instead in (("follow", applied_first), ("_publish", hold), ("_published_beyond", nothing)):
        replace(DecidingFollower, name, instead)


GUARDS: Mapping[str, Callable[[Replace], None]] = {
    "the compare in enrolment's apply": _enrolments_apply,
    "the compare in reporting's apply": _reportings_apply,
    "the compare in the read": _read,
    "the check of the sequence": _sequence,
    "the order acknowledged before applied": _acknowledged_before_applied,
}
