"""A step at the desk, and the reasons why one is not offered."""

from enum import StrEnum

from msgspec import Struct


class Why(StrEnum):
    """Why a step is not offered."""

    NO_RIGHT = "no-right"
    """The caller's roles have no right to it."""
    CLOSED = "closed"
    """The file is closed."""
    BACK = "back"
    """The child is back in school."""
    STILL_OUT = "still-out"
    """The child is out of school: only a report of its return brings the file on."""
    OWN_CLAIM = "own-claim"
    """The caller's own office claimed the return: another has to corroborate it."""
    NOT_CORROBORATED = "not-corroborated"
    """No other office corroborated the return yet."""
    TOO_EARLY = "too-early"
    """The observation is not over."""
    AWAITS_SECOND = "awaits-second"
    """One office would close the file, and a second has to speak."""
    NOT_PROPOSED = "not-proposed"
    """No office would close the file yet."""
    OWN_PROPOSAL = "own-proposal"
    """The caller's own office would close the file: a second has to confirm it."""
    ALL_DONE = "all-done"
    """Each step of the plan is done or left out, waits for another, or is another office's."""
    LAW_WAITS = "law-waits"
    """The next step of the law wants for something: the ladder says for what."""

    PLACE_TAKEN = "place-taken"
    """The child came back into its places."""
    NO_FLAG = "no-flag"
    """No flag of the file is open."""
    FLAGGED = "flagged"
    """The open flags speak of the caller's office, or of its county: another has to settle them."""
    NOT_DRAWN = "not-drawn"
    """The caller's office did not draw the file, or answered its draw."""
    OWN_CLOSING = "own-closing"
    """The caller's office closed the file: another has to re-check it."""
    NOT_OURS = "not-ours"
    """Another county answers for the file."""
    SENT_ELSEWHERE = "sent-elsewhere"
    """The file is on its way to another county than the caller's."""
    ON_ITS_WAY = "on-its-way"
    """The county to which the file is on its way has the word."""
    UNOWNED = "unowned"
    """It is known already that the file is nobody's."""
    FROM_ABOVE = "from-above"
    """An office above the counties does this."""


class Step(Struct, frozen=True):
    """A step. ``do``: the word of the command; ``why``: null where it may be done."""

    do: str
    why: Why | None
