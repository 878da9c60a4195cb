"""Faust at the speed of the client under it: an agent gets one batch per partition and fetch, from where Redis says.

Stock Faust 0.15.3 spends 75-90 us a record on asyncio. Here a consumer hands over what one fetch brought of a partition
as one event, and everything else that Faust does (workers, agents, rebalancing, sensors) stays as it is. All that is
known of Faust's private names stands in this package; ``tests/edges/shared/test_faust_names.py`` fails when one of them moves.

What a worker does with a batch is a ``Follower``. The cursor it keeps decides; Kafka's committed offsets are for lag
tools only and are never read back.
"""

from shared.worker.faust_edge.process_exit import EXIT_BROKEN
from shared.worker.faust_edge.runner import run_worker

__all__ = ["EXIT_BROKEN", "run_worker"]
