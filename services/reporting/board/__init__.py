"""The board: the counts in Redis, written by compare-and-set on the offset, and read as snapshots and steps.

Here belong the keys, the scripts and the shapes of what is stored. What is counted stands in ``counting``; what is shown in ``view``.
"""
