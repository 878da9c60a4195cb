"""How the grants of two ids that are one child become those of the survivor, and of two children again (decision 0028).

No term is due twice for one child: an unpaid grant ends at the merged id before the survivor takes it over, or lapses where the survivor has
a grant of the term; and of a term that was paid under the merged id nothing is due to the survivor. What happened to a term is kept as a
``Link``, by which it is undone. A command that comes again finds the link, or the merge among those that are over, and makes no second fact.
"""

from datetime import date
from typing import assert_never

from msgspec.structs import replace

from services.relief.domain.grant import How, Pupil, digest_of
from shared.calendar.terms import number_of, term_on
from shared.contracts.relief import (
    AidGivenBack,
    AidHandedOver,
    AidMerged,
    AidParted,
    AidRegained,
    AidTakenOver,
    GiveBackGrant,
    Grant,
    GrantState,
    HandOverGrant,
    MergeAid,
    Onward,
    PartAid,
    RegainGrant,
    ReliefFact,
    TakeOverGrant,
)

MergeCommand = MergeAid | HandOverGrant | TakeOverGrant | PartAid | GiveBackGrant | RegainGrant

_UNPAID = frozenset({GrantState.DUE, GrantState.SUSPENDED})
_WAS = {
    How.COVERED_DUE: GrantState.DUE,
    How.COVERED_SUSPENDED: GrantState.SUSPENDED,
    How.GONE_DUE: GrantState.DUE,
    How.GONE_SUSPENDED: GrantState.SUSPENDED,
}


def decide(pupil: Pupil, command: MergeCommand, *, on: date) -> ReliefFact | None:
    """Return the fact that a step makes on this day, or None where it was taken before, or is over."""
    digest, known = digest_of(command.merge), pupil.eligible
    match command:
        case MergeAid():
            terms = tuple(each.grant.term for each in pupil.grants if _goes_over(pupil, each.grant))
            if _is_into(pupil, command.merge) or digest in pupil.over or (known is None and not terms and not pupil.poor):
                return None
            return AidMerged(before=None, after=None, eligible=None, boards=pupil.boards, student=command.student, merge=command.merge, terms=terms)
        case HandOverGrant():
            grant = pupil.grant_of(number_of(command.term))
            if not _is_into(pupil, command.merge) or grant is None or not _goes_over(pupil, grant) or pupil.link(digest, command.term) is not None:
                return None
            after = replace(grant, state=GrantState.ENDED) if grant.state in _UNPAID else grant
            return AidHandedOver(before=grant, after=after, eligible=known, boards=pupil.boards, student=command.student, merge=command.merge)
        case TakeOverGrant():
            return _take_over(pupil, command, digest, on)
        case PartAid():
            if digest in pupil.over:
                return None
            terms = tuple(each.term for each in pupil.links if each.merge == digest and each.how <= How.KEPT)
            return AidParted(before=None, after=None, eligible=known, boards=pupil.boards, student=command.student, merge=command.merge, terms=terms)
        case GiveBackGrant():
            return _give_back(pupil, command, digest)
        case RegainGrant():
            grant, how = pupil.grant_of(number_of(command.term)), pupil.link(digest, command.term)
            if grant is None or how not in (How.GONE_DUE, How.GONE_SUSPENDED) or grant.state is not GrantState.ENDED:
                return None
            after = replace(grant, state=_WAS[how])
            return AidRegained(before=grant, after=after, eligible=known, boards=pupil.boards, student=command.student, merge=command.merge)
        case _:
            assert_never(command)


def _is_into(pupil: Pupil, merge: str) -> bool:
    return pupil.into is not None and pupil.into.merge == merge


def _goes_over(pupil: Pupil, grant: Grant) -> bool:
    """Return whether the survivor must hear of a grant: it is unpaid, or was paid, here or under an id that was merged into this one."""
    return grant.state is not GrantState.ENDED or pupil.covered(grant.term)


def _take_over(pupil: Pupil, command: TakeOverGrant, digest: bytes, on: date) -> ReliefFact | None:
    grant, term = command.grant, number_of(command.grant.term)
    now = pupil.grant_of(term)
    if digest in pupil.over:
        # The ids were parted before the grant came here: it goes back.
        return _given_back(pupil, command, grant.term, None, None, returned=True) if grant.state in _UNPAID else None
    known = pupil.link(digest, grant.term)
    # Of a term that is known already, only that it was paid after all is news: of a third id, which was merged into the other.
    if term < pupil.forgotten or (known is not None and (grant.state in _UNPAID or now is None or now.state not in _UNPAID)):
        return None
    onward = None
    if pupil.into is not None:
        # This id was merged itself, and has handed over what it had: the grant goes on.
        after = now or replace(grant, state=GrantState.ENDED, fen=0)
        onward = Onward(pupil.into.student, pupil.into.merge, grant)
    elif grant.state not in _UNPAID:
        # Of a term without a grant nothing was ever due here.
        after = replace(grant, state=GrantState.ENDED, fen=0) if now is None else replace(now, state=GrantState.ENDED)
        after = now if now is not None and now.state not in _UNPAID else after
    else:
        after = _due_here(pupil, grant, term_on(on)) if now is None else now
    return AidTakenOver(
        before=now, after=after, eligible=pupil.eligible, boards=pupil.boards, student=command.student, merge=command.merge, onward=onward
    )


def _due_here(pupil: Pupil, grant: Grant, today: int) -> Grant:
    """Return a grant that was unpaid as it is due to the survivor: that of a term which is not over goes by where the survivor is."""
    if number_of(grant.term) < today:
        return grant
    if pupil.eligible is None:
        return replace(grant, state=GrantState.SUSPENDED)
    return replace(grant, county=pupil.eligible.county)


def _give_back(pupil: Pupil, command: GiveBackGrant, digest: bytes) -> ReliefFact | None:
    now, how = pupil.grant_of(number_of(command.term)), pupil.link(digest, command.term)
    if how is None or now is None:
        return None
    after, returned = now, how is How.KEPT
    if how is How.TAKEN:
        # What was paid meanwhile was paid for the other id: it stays, and is not due there again.
        returned = now.state is not GrantState.PAID
        after = replace(now, state=GrantState.ENDED) if returned else now
    elif how in (How.COVERED_DUE, How.COVERED_SUSPENDED) and now.state is GrantState.ENDED:
        after = replace(now, state=_WAS[how])
    return _given_back(pupil, command, command.term, now, after, returned=returned)


def _given_back(
    pupil: Pupil, command: TakeOverGrant | GiveBackGrant, term: str, before: Grant | None, after: Grant | None, *, returned: bool
) -> AidGivenBack:
    return AidGivenBack(
        before=before,
        after=after,
        eligible=pupil.eligible,
        boards=pupil.boards,
        student=command.student,
        merge=command.merge,
        term=term,
        returned=returned,
    )
