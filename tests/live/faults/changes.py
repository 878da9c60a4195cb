"""How a process that a row starts differs from the product, besides its failpoints: another group, another version."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.support.guards import Replace

OWN_GROUP, DECIDES_OTHERWISE = "a group of its own", "a decider that decides otherwise"


def _own_group(replace: Replace) -> None:
    """Have the worker join a group of its own: so it owns all partitions, whoever owns them beside it."""
    from shared.worker import faust_edge

    run = faust_edge.run_worker

    def run_alone(*, name: str, **options: Any) -> None:
        run(name=f"{name}-twin", **options)

    replace(faust_edge, "run_worker", run_alone)


def _decides_otherwise(replace: Replace) -> None:
    """Have the worker take every dropout to be for another reason: what it decides differs in every byte that matters."""
    from services.enrolment.decider import EnrolmentDecider
    from shared.contracts.reports import DroppedOut
    from shared.contracts.words import Reason

    decide = EnrolmentDecider._decided

    def otherwise(self: EnrolmentDecider, report: Any, *args: Any, **options: Any) -> Any:
        return decide(self, DroppedOut(Reason.ILLNESS, report.last_seen) if isinstance(report, DroppedOut) else report, *args, **options)

    replace(EnrolmentDecider, "_decided", otherwise)


CHANGES: Mapping[str, Callable[[Replace], None]] = {
    OWN_GROUP: _own_group,
    DECIDES_OTHERWISE: _decides_otherwise,
}


def change(names: Sequence[str], replace: Replace = setattr) -> None:
    """Make the changes of these names."""
    for name in names:
        CHANGES[name](replace)
