"""What all services share: the published language, and plumbing that knows no business rule.

Each room says what belongs in it. A room imports only the rooms below it; the import contract "Rooms of shared code stand in this
order" in ``pyproject.toml`` holds the order. What needs no room of its own stands here: the clock, ids, settings, logging, the start of
a process.
"""
