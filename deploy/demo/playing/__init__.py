"""Plays the history into a running system, and compares the figures that the system shows with those expected.

Here belongs everything that talks to the apis.
"""
