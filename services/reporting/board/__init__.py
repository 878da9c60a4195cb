"""The board: the counts in Redis, written by compare-and-set on the offset, and read as snapshots and deltas.

Here belong the keys, the scripts and the form in which counts are stored. What is counted stands in ``counting``; what the api makes of it
in ``view``.
"""
