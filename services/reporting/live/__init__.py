"""The streams of screens: the counts of an area as they change, encoded once for all who follow it.

Here belong the events of a stream, the subscribers and the hub that serves them. What a document holds stands in ``answers``.
"""
