"""Records as they come out of a record batch, without a copy of each: offset, timestamp, key, value.

aiokafka makes of every record that it read a second one of twelve fields, its headers among them, which nobody here reads. That was half of what
fetching costs (decision 0061). What is known of aiokafka's private names is ``PartitionRecords._consumer_record``.
"""

from typing import Any

from aiokafka.consumer import fetcher


class BareRecords(fetcher.PartitionRecords):  # type: ignore[misc]  # aiokafka is not typed
    """The records of one partition that a fetch brought."""

    def _consumer_record(self, _: Any, record: Any) -> Any:
        return record


def fetch_bare_records() -> None:
    """Have every consumer of this process hand over its records so."""
    fetcher.PartitionRecords = BareRecords
