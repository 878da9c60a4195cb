"""What decisions come to in tests: the sentences that the stories of all services share, and a history decided in order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from shared.contracts.refusal import Refusal, RefusalCode

Fact = TypeVar("Fact")
State = TypeVar("State")
Asked = TypeVar("Asked")


@dataclass(frozen=True)
class Decided(Generic[Fact]):
    """What one thing asked or told came to: a fact, nothing, or a refusal."""

    fact: Fact | None
    refusal: Refusal | None

    def then_nothing(self) -> None:
        """It says nothing new."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert self.fact is None

    def then_refused(self, code: RefusalCode, field: str, saying: str = "") -> None:
        """It is refused with this code, names this field, and its rule contains these words."""
        assert self.refusal is not None, f"not refused: {self.fact}"
        assert (self.refusal.code, self.refusal.field) == (code, field)
        assert saying in self.refusal.detail


def decided_in_order(
    history: Iterable[tuple[date, str, Asked]], start: State, *, decide: Callable[..., Fact | None], evolve: Callable[..., State]
) -> tuple[State, list[tuple[date, str, Fact]]]:
    """Ask one after the other, as a worker does: the state at the end, and the facts made, each with its day and its cause."""
    state, facts = start, list[tuple[date, str, Fact]]()
    for on, cause, asked in history:
        try:
            fact = decide(state, asked, on=on, cause=cause)
        except Refusal:
            continue
        if fact is not None:
            state = evolve(state, fact, on=on, cause=cause)
            facts.append((on, cause, fact))
    return state, facts
