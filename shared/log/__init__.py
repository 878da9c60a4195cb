"""The log: what services append to and read by position, on Kafka and in memory; the topics, their settings, the partitioner.

Here belongs what knows of topics, partitions and offsets. What a worker does with the records of a topic stands in ``worker`` and
``deciding``. This room imports ``events``, ``contracts`` and the root, never ``redis`` beside it.
"""
