"""Faust at the speed of the client below it: an agent gets one batch for each partition and fetch, from where Redis says.

Stock Faust 0.15.3 spends 75-90 us a record on asyncio. Here a consumer hands over what one fetch brought of a partition as one event;
everything else that Faust does (workers, agents, rebalancing, sensors) stays as it is. All knowledge of Faust's private names stands in
this package; ``tests/edges/shared/test_faust_names.py`` fails when one of them moves.

A ``Follower`` says what a worker does with a batch. Its cursor decides where a partition goes on; Kafka's committed offsets are for lag
tools and are never read back. Order of imports: ``runner``, then ``app``, then ``consumer`` and ``watchdog``, then ``process_exit``.
"""

from shared.worker.faust_edge.process_exit import EXIT_BROKEN
from shared.worker.faust_edge.runner import run_worker

__all__ = ["EXIT_BROKEN", "run_worker"]
