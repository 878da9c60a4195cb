"""Small things that the models share."""

from typing import Any


def put(items: tuple[Any, ...], at: int, item: object) -> tuple[Any, ...]:
    """Return a tuple with one of its items replaced."""
    return (*items[:at], item, *items[at + 1 :])


def span(what: str, first: int, next_: int) -> str:
    """Return a range of offsets in words."""
    return f"{what} {first}" if next_ == first + 1 else f"{what}s {first} to {next_ - 1}"
