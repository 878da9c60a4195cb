"""One child and its grants: the state, and how facts change it.

There is one grant a child and term, wherever the child is. A happening touches the grant of the term that it falls in, and
no other: what was due for a term that is over stays due, and what was suspended when it ended stays so (inferred: no
source says that a later return earns an earlier term's aid). ``policy_commands.py`` decides the commands of policies,
``office_commands.py`` those of offices.
"""

from collections.abc import Iterable
from datetime import date
from hashlib import blake2b

from msgspec import Struct

from services.relief.domain.rates import amount
from services.relief.domain.terms import name_of, number_of
from services.relief.domain.timeline import added
from shared.contracts.relief import (
    RELIEF_FACTS,
    AidPaid,
    Eligibility,
    EligibilityLapsed,
    EligibilityRecognised,
    Grant,
    GrantState,
    ReliefFact,
    Scheme,
)
from shared.contracts.sequence import position_of
from shared.states import UnfoldableFact

KEPT = 20
"""Grants that a state keeps: nine years of two terms, and a year more. The oldest goes first; the record has them all."""

DIGEST, DIGESTS = 6, 4
"""How many offices' commands a state knows again, and by how many bytes of a digest each."""

NOTHING_TAKEN = -1


class TermsGrant(Struct, frozen=True, gc=False):
    """A grant, its history (``timeline.py``), and the reference of its payment, "" while there is none."""

    grant: Grant
    history: bytes = b""
    reference: str = ""


class Pupil(Struct, frozen=True, gc=False):
    """What relief knows of a child.

    ``eligible``: where a new term would find it, None where the term would bring it nothing. ``taken``: the position of
    the last student's fact that a fact of ours followed from (``position_of``). ``asked``: digests of the last commands
    of offices that made a fact. ``grants``: the oldest first.
    """

    eligible: Eligibility | None = None
    boards: bool = False
    taken: int = NOTHING_TAKEN
    asked: bytes = b""
    grants: tuple[TermsGrant, ...] = ()

    def kept_of(self, term: int) -> TermsGrant | None:
        """Return what is kept of the grant of a term."""
        name = name_of(term)
        for each in reversed(self.grants):
            if each.grant.term == name:
                return each
        return None

    def grant_of(self, term: int) -> Grant | None:
        """Return the grant of a term."""
        kept = self.kept_of(term)
        return None if kept is None else kept.grant

    def boarded_in(self, term: int) -> bool:
        """Return whether the child boarded in a term, as far as is known: what is recognised holds from its own term on."""
        if term >= self.newest:
            return self.boards
        return next((each.grant.boarder for each in reversed(self.grants) if number_of(each.grant.term) < term), False)

    @property
    def newest(self) -> int:
        """The newest term that there is a grant of; 0 where there is none."""
        return number_of(self.grants[-1].grant.term) if self.grants else 0

    @property
    def forgotten(self) -> int:
        """The first term of which a grant is known if there ever was one: the grants of earlier ones may have been forgotten."""
        return number_of(self.grants[0].grant.term) if len(self.grants) == KEPT else 0


INITIAL = Pupil()
"""A child that relief never heard of."""

FOLDED = frozenset(RELIEF_FACTS)
"""The facts that a state is folded from."""


def evolve(pupil: Pupil, fact: ReliefFact, *, on: date, cause: str) -> Pupil:
    """Return the child as it is after a fact of this day, whose cause was the command of this id.

    Raises ``UnfoldableFact`` for a type nothing is known of.
    """
    if type(fact) not in FOLDED:
        raise UnfoldableFact(f"no rule folds {type(fact).TYPE} into a grant: deploy a relief worker that knows it")
    taken, asked = (pupil.taken, _remembering(pupil.asked, cause)) if fact.fact is None else (position_of(fact.fact), pupil.asked)
    grants = pupil.grants if fact.after is None else _with(pupil.grants, fact, fact.after, on)
    return Pupil(fact.eligible, fact.boards, taken, asked, grants)


def fold(facts: Iterable[tuple[date, str, ReliefFact]], start: Pupil = INITIAL) -> Pupil:
    """Return the child after its facts, each with its day and the id of its cause; raises as ``evolve``."""
    pupil = start
    for on, cause, fact in facts:
        pupil = evolve(pupil, fact, on=on, cause=cause)
    return pupil


def knows_again(pupil: Pupil, cause: str) -> bool:
    """Return whether this command of an office is one of the last that made a fact of this child."""
    digest = _digest(cause)
    return any(pupil.asked[at : at + DIGEST] == digest for at in range(0, len(pupil.asked), DIGEST))


def due_grant(pupil: Pupil, eligible: Eligibility, term: int, *, boarder: bool) -> Grant | None:
    """Return the grant that an eligible child is due for a term.

    None where it has one, or had one that may have been forgotten, and where there was no aid for it then.
    """
    if term < pupil.forgotten or pupil.grant_of(term) is not None:
        return None
    fen = amount(Scheme.LIVING_SUBSIDY, term, eligible.stage, boarder)
    if fen is None:
        return None
    return Grant(GrantState.DUE, eligible.county, Scheme.LIVING_SUBSIDY, name_of(term), eligible.stage, boarder, fen)


def eligibility_changed(pupil: Pupil, eligible: Eligibility | None, *, fact: str | None, boards: bool | None = None) -> ReliefFact | None:
    """Return the fact of a change that no grant shows, or None where nothing changed."""
    boards = pupil.boards if boards is None else boards
    if eligible == pupil.eligible and boards == pupil.boards:
        return None
    kind = EligibilityLapsed if eligible is None else EligibilityRecognised
    return kind(before=None, after=None, eligible=eligible, boards=boards, fact=fact)


def _with(grants: tuple[TermsGrant, ...], fact: ReliefFact, after: Grant, on: date) -> tuple[TermsGrant, ...]:
    reference = fact.reference if isinstance(fact, AidPaid) else ""
    for place, each in enumerate(grants):
        if each.grant.term == after.term:
            changed = TermsGrant(after, added(each.history, fact, after, on), reference or each.reference)
            return (*grants[:place], changed, *grants[place + 1 :])
    together = (*grants, TermsGrant(after, added(b"", fact, after, on), reference))
    if grants and number_of(grants[-1].grant.term) > number_of(after.term):
        together = tuple(sorted(together, key=lambda each: number_of(each.grant.term)))
    return together[-KEPT:]


def _remembering(asked: bytes, cause: str) -> bytes:
    return (asked + _digest(cause))[-DIGEST * DIGESTS :]


def _digest(cause: str) -> bytes:
    return blake2b(cause.encode(), digest_size=DIGEST).digest()
