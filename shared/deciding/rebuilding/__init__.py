"""How the states of a deciding service are built again beside those that are used, and compared with them.

Here belongs what fills, compares, shows and drops a generation of states. How one fact becomes a state stands in ``folding.py`` beside this room.
"""
