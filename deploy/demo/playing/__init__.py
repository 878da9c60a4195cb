"""Plays the history into a running system, and says whether the system shows what it must.

Here belongs what talks to the apis.
"""
