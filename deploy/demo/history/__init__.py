"""The invented history: its children, what happens to them, and the reports on it.

Here belongs everything that is computed without a running system.
"""
