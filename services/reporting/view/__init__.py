"""The counts in the memory of the api, kept up with the board, and rolled up into areas.

Here belongs what is true of all answers alike. The shapes of answers stand in ``answers``, what goes to screens in ``live``.
"""
