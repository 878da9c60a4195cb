"""One child and its grants: the state, and how facts change it.

There is one grant a child and term, wherever the child is. A happening touches the grant of the term that it falls in, and
no other: what was due for a term that is over stays due, and what was suspended when it ended stays so (inferred: no
source says that a later return earns an earlier term's aid). ``policy_commands.py`` decides the commands of policies,
``referrals.py`` what a file that refers its child is answered, ``office_commands.py`` the commands of offices.
"""

from collections.abc import Iterable
from datetime import date
from enum import IntEnum
from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from services.relief.domain import timeline
from services.relief.domain.rates import amount
from services.relief.domain.timeline import added
from shared.calendar.terms import name_of, number_of
from shared.contracts.relief import (
    AidGivenBack,
    AidHandedOver,
    AidMerged,
    AidMoved,
    AidPaid,
    AidParted,
    AidSuspended,
    AidTakenOver,
    Eligibility,
    EligibilityLapsed,
    EligibilityRecognised,
    Grant,
    GrantState,
    MergedAidFact,
    ReliefFact,
    Scheme,
)
from shared.contracts.relief_language import RELIEF_FACTS
from shared.contracts.relief_referrals import HouseholdNoted, ReferralAnswer, ReferralAnswered
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


class How(IntEnum):
    """What became of a term by a merge. Stored in states: a number never changes. At the survivor, up to ``KEPT``; then at the merged id."""

    TAKEN = 1
    """It had no grant of the term, and took the unpaid one over."""
    COVERED_DUE = 2
    """The term was paid under the other id: what was due here has ended. So below, by what there was."""
    COVERED_SUSPENDED = 3
    COVERED_NONE = 4
    KEPT = 5
    """It kept a grant of its own as it was."""
    GONE_DUE = 6
    """The grant went over to the survivor, and was this before."""
    GONE_SUSPENDED = 7
    GONE_PAID = 8


MERGE = 8
"""The bytes of a merge's digest."""
MOST_OVER, MOST_LINKS = 16, 255


class Link(Struct, frozen=True, gc=False):
    """What became of a term by a merge, a digest of whose name this is."""

    merge: bytes
    term: str
    how: How


class Into(Struct, frozen=True, gc=False):
    """The other id, and the merge by which both became one child."""

    student: str
    merge: str


class Referral(Struct, frozen=True, gc=False):
    """The last referral of a child: by which command its file ``asked``, the position of case's fact, and what was answered last."""

    asked: str
    position: int
    answer: ReferralAnswer


class Pupil(Struct, frozen=True, gc=False):
    """What relief knows of a child.

    ``eligible``: where a new term would find it, None where the term would bring it nothing. ``taken``: the position of
    the last student's fact that a fact of ours followed from (``position_of``). ``asked``: digests of the last commands
    of offices that made a fact. ``grants``: the oldest first. ``into``: the merge by which the id became one child with
    another; ``over``: of those that were undone; ``links``: what became of terms by merges. ``poor``: the child is not in school, and its
    household is registered poor; ``referral``: the last one, None where no file ever referred the child.
    """

    eligible: Eligibility | None = None
    boards: bool = False
    taken: int = NOTHING_TAKEN
    asked: bytes = b""
    grants: tuple[TermsGrant, ...] = ()
    into: Into | None = None
    over: tuple[bytes, ...] = ()
    links: tuple[Link, ...] = ()
    poor: bool = False
    referral: Referral | None = None

    def link(self, merge: bytes, term: str) -> How | None:
        """Return what became of a term by a merge."""
        return next((each.how for each in self.links if (each.merge, each.term) == (merge, term)), None)

    def covered(self, term: str) -> bool:
        """Return whether a term was paid under an id that was merged into this one."""
        return any(each.term == term and How.COVERED_DUE <= each.how <= How.COVERED_NONE for each in self.links)

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
    if isinstance(fact, ReferralAnswered):
        return _referred(pupil, fact)
    if isinstance(fact, MergedAidFact):
        grants = pupil.grants if fact.after is None or not timeline.keeps(fact) else _with(pupil.grants, fact, fact.after, on)
        return _merging(replace(pupil, eligible=fact.eligible, boards=fact.boards, grants=grants), fact)
    grants = pupil.grants if fact.after is None or not timeline.keeps(fact) else _with(pupil.grants, fact, fact.after, on)
    if fact.fact is None:
        return replace(pupil, eligible=fact.eligible, boards=fact.boards, asked=_remembering(pupil.asked, cause), grants=grants)
    return replace(pupil, eligible=fact.eligible, boards=fact.boards, taken=position_of(fact.fact), poor=is_poor_outside(fact), grants=grants)


def is_poor_outside(fact: ReliefFact) -> bool:
    """Return whether a fact that follows from a student's leaves a child that is not in school, of a household that is registered poor."""
    match fact:
        case HouseholdNoted() | ReferralAnswered():
            return fact.poor
        case AidSuspended() | AidMoved():
            return fact.after is not None and fact.after.state is GrantState.SUSPENDED
        case _:
            return False


def _referred(pupil: Pupil, fact: ReferralAnswered) -> Pupil:
    """Return the child after an answer; a student's fact may have changed what is known of its household."""
    referral = Referral(fact.asked, position_of(fact.referral), fact.answer)
    if fact.fact is None:
        return replace(pupil, referral=referral)
    return replace(pupil, taken=position_of(fact.fact), poor=fact.poor, referral=referral)


def _merging(pupil: Pupil, fact: MergedAidFact) -> Pupil:
    """Return the child with what a step of a merge leaves to be remembered."""
    merge = digest_of(fact.merge)
    match fact:
        case AidMerged():
            return replace(pupil, into=Into(fact.student, fact.merge), poor=False)
        case AidParted():
            into = None if pupil.into is not None and pupil.into.merge == fact.merge else pupil.into
            return replace(pupil, into=into, over=(*pupil.over, merge)[-MOST_OVER:])
        case AidHandedOver() | AidTakenOver():
            link = _link(merge, fact)
            return replace(pupil, links=(*_without(pupil.links, merge, link.term), link)[-MOST_LINKS:])
        case _:
            grant = fact.after or fact.before
            term = fact.term if isinstance(fact, AidGivenBack) else grant.term if grant is not None else ""
            return replace(pupil, links=_without(pupil.links, merge, term))


def _without(links: tuple[Link, ...], merge: bytes, term: str) -> tuple[Link, ...]:
    return tuple(each for each in links if (each.merge, each.term) != (merge, term))


def _link(merge: bytes, fact: AidHandedOver | AidTakenOver) -> Link:
    before, after = fact.before, fact.after
    grant = after or before
    assert grant is not None, "such a fact has a grant"  # noqa: S101  # for the type checker
    if isinstance(fact, AidHandedOver):
        was = grant.state if before is None else before.state
        return Link(merge, grant.term, {GrantState.DUE: How.GONE_DUE, GrantState.SUSPENDED: How.GONE_SUSPENDED}.get(was, How.GONE_PAID))
    if before is None:
        return Link(merge, grant.term, How.COVERED_NONE if grant.state is GrantState.ENDED else How.TAKEN)
    if before == after:
        return Link(merge, grant.term, How.KEPT)
    return Link(merge, grant.term, How.COVERED_DUE if before.state is GrantState.DUE else How.COVERED_SUSPENDED)


def digest_of(merge: str) -> bytes:
    """Return what a state remembers of the name of a merge."""
    return blake2b(merge.encode(), digest_size=MERGE).digest()


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
