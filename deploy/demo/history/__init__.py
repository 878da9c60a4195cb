"""The invented history: which children, what happens to them, which reports tell of it.

Here belongs what can be made without a running system.
"""
