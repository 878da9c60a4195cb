"""Writes docs/reference from the code: `make docs`. Every page is a function of the code alone, so that a test finds a stale page."""
