"""The view: a copy of the board in the memory of the api, kept up to date, and rolled up into areas.

Here belongs what is true of all answers alike. The documents of answers stand in ``answers``, the streams of screens in ``live``.
"""
