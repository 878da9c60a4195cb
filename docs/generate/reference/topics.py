"""The page of the topics."""

from __future__ import annotations

from docs.generate.markdown import code, page, table
from shared.log.topics import topics, traffic

INTRODUCTION = """\
Services meet in these topics and nowhere else. `baoxue up` makes them; `baoxue create-topics` makes them on another
cluster. Both refuse a topic with other settings, and change none by themselves. `baoxue topics` prints the topics of a broker.

All topics have one partition count and the Java client's murmur2 partitioner, so that all records of a child stand in the partition of one
number. The count is fixed for the life of a deployment."""

SETTINGS = """\
Nothing is ever compacted or deleted: sequences and cursors are offsets, and the record is kept for ever. Of three replicas two must have a
record before it counts as logged: `min.insync.replicas` is one less than the replicas, and all producers wait for all in-sync replicas. Records
are never written in transactions, which would leave offsets that hold nothing."""


def topics_page() -> str:
    """Return the page."""
    rows = [(topic, traffic(topic.name)) for topic in topics()]
    one, three = topics(replicas=1)[0], topics(replicas=3)[0]
    return page(
        "Topics",
        INTRODUCTION,
        table(
            ("topic", "holds", "keyed by", "written by", "read by"),
            ((code(topic.name), uses.holds, uses.keyed_by, ", ".join(uses.written_by), ", ".join(uses.read_by)) for topic, uses in rows),
        ),
        f"What each topic holds, type by type, is in [events](events.md), and for programs in [asyncapi.json](asyncapi.json). By default there are "
        f"{one.partitions} partitions (`BAOXUE_PARTITIONS`) and {one.replicas} replica (`baoxue create-topics --replicas`).",
        "## Settings of every topic",
        SETTINGS,
        table(
            ("setting", "value", "with three replicas"),
            ((code(name), code(value), code(three.settings[name])) for name, value in one.settings.items()),
        ),
    )
