"""The keys of days: one for each partition, so that what is recorded of a day stands where the children of the partition stand."""

from functools import cache

from shared.contracts.case_days import CLOCK
from shared.log.partitioner import partition_of


@cache
def clock_key(partition: int, partitions: int) -> str:
    """Return the key of the days of a partition, of so many: the first that the partitioner puts there."""
    return next(key for n in range(1 << 16) if partition_of((key := f"{CLOCK}{n:04x}").encode(), partitions) == partition)
