"""An explicit-state search: every state that a model can reach, breadth first, so that the first wrong one has the shortest story."""

from collections import deque
from collections.abc import Hashable, Iterable
from typing import NamedTuple, Protocol, TypeVar

World = TypeVar("World", bound=Hashable)


class Step(NamedTuple):
    """One thing that may happen in a world: what is told of it, and the world after it. An accident need not happen."""

    told: str
    after: Hashable
    accident: bool = False


class Model(Protocol[World]):
    """What is searched. Worlds are hashable and compare by value."""

    def begin(self) -> World:
        """Return the first world."""

    def steps(self, world: World) -> Iterable[Step]:
        """Return all that may happen next, in every order in which it may."""

    def wrong(self, world: World, *, at_rest: bool) -> str | None:
        """Return what is wrong with a world, None where nothing is. At rest nothing but an accident can happen any more."""


class Searched(NamedTuple):
    """What a search came to: how many states there are, how many of them at rest, and the shortest story that ends wrong."""

    states: int
    at_rest: int
    wrong: str | None = None
    story: tuple[str, ...] = ()


class TooManyStates(Exception):
    """The model is larger than it may be."""


def search(model: Model[World], *, most: int = 1_000_000) -> Searched:
    """Visit every state until one is wrong. Raises ``TooManyStates``."""
    begin = model.begin()
    number, worlds, came = {begin: 0}, [begin], [(-1, "")]
    leads: list[list[int]] = [[]]
    """By state, those from which it is reached without an accident."""
    resting: list[int] = []
    for at, world in enumerate(worlds):  # it grows meanwhile
        steps = list(model.steps(world))
        at_rest = all(step.accident for step in steps)
        if (wrong := model.wrong(world, at_rest=at_rest)) is not None:
            return Searched(len(worlds), len(resting), wrong, _story(came, at))
        if at_rest:
            resting.append(at)
        for step in steps:
            after: World = step.after  # type: ignore[assignment]  # a model leads to worlds of its own
            if (known := number.get(after)) is None:
                known = number[after] = len(worlds)
                worlds.append(after)
                came.append((at, step.told))
                leads.append([])
                if known > most:
                    raise TooManyStates(f"more than {most}")
            if not step.accident:
                leads[known].append(at)
    if (stuck := _stuck(leads, resting)) is not None:
        return Searched(len(worlds), len(resting), "From here nothing comes to rest.", _story(came, stuck))
    return Searched(len(worlds), len(resting))


def _stuck(leads: list[list[int]], resting: list[int]) -> int | None:
    """Return the first state from which no rest can be reached without a further accident, None where there is no such state."""
    reaches, left = set(resting), deque(resting)
    while left:
        for before in leads[left.popleft()]:
            if before not in reaches:
                reaches.add(before)
                left.append(before)
    return next((at for at in range(len(leads)) if at not in reaches), None)


def _story(came: list[tuple[int, str]], at: int) -> tuple[str, ...]:
    told = []
    while at > 0:
        at, sentence = came[at]
        told.append(sentence)
    return tuple(reversed(told))
