"""What all services share: the published language, and plumbing that knows no business rule.

Each room says what belongs in it. A room imports only rooms below it, in this order: process, commands, deciding, worker, http, redis and
log, events and settings, geography and contracts, then the clock, ids, logging and states. The import contract "Rooms of shared code stand
in this order" in ``pyproject.toml`` holds it, and another one that no two modules import each other. What needs no room of its own stands
here at the root.
"""
