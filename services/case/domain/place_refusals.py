"""The refusals of commands about the places of a file. A decision raises one before any fact exists."""

from shared.contracts.refusal import Refusal, RefusalCode


class TermOver(Refusal):
    """Nobody needs a place in a term that is over."""

    def __init__(self, now: str) -> None:
        """``now``: the term that runs."""
        super().__init__(RefusalCode.MALFORMED, "data.term", f"the term is over: a place is held for {now} or later")


class TermTooFar(Refusal):
    """No school knows its places of a term that is so far ahead."""

    def __init__(self, last: str) -> None:
        """``last``: the last term for which a place is held."""
        super().__init__(RefusalCode.FUTURE_DATED, "data.term", f"a place is held for {last} at the latest")


class NoSuchPlace(Refusal):
    """The plan asks for no such place."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "data.place", "no such place is held for the child, nor asked for")


class PlaceTakenAlready(Refusal):
    """The child is in the place."""

    def __init__(self) -> None:
        rule = "the child came back into this place: it is free again when the child is reported to be out of it"
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "data.place", rule)
