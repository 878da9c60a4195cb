"""Invented histories of what is asked about one child: few counties, stages and terms, so that repeats and refusals abound."""

from datetime import date, timedelta

from hypothesis import strategies as st

from services.relief.domain.grant import INITIAL, Pupil, evolve
from shared.contracts import relief as r
from shared.contracts.relief_referrals import AnswerReferral, NoteHousehold
from shared.contracts.sequence import sequence_of
from shared.contracts.words import Stage
from tests.domain.decided import decided_in_order
from tests.domain.relief.grants import AUTUMN, BUTUO, OFFICE, OTHER_OFFICE, SPRING, ZHAOJUE, Command, decided, dropped_out, in_school, numbered

History = list[tuple[date, str, Command]]
"""What was asked: on which day, by the command of which id."""
Record = list[tuple[date, str, r.ReliefFact]]

TERMS = st.sampled_from([AUTUMN, AUTUMN, SPRING, "2019-spring"])
_county = st.sampled_from([ZHAOJUE, ZHAOJUE, BUTUO])
_office = st.sampled_from([OFFICE, OFFICE, OTHER_OFFICE])
_stage = st.sampled_from([Stage.PRIMARY, Stage.JUNIOR, Stage.JUNIOR, None])
_poor = st.sampled_from([True, True, False])
_fact = st.just(sequence_of(0, 0))
_fen = st.sampled_from([31_250, 31_250, 25_000, 62_500])
_paid_on = st.sampled_from([date(2019, 9, 3), date(2019, 10, 1), date(2020, 2, 3)])

FOLLOWING: st.SearchStrategy[r.FollowingCommand] = st.one_of(
    *(
        st.builds(kind, fact=_fact, county=_county, stage=_stage, poor=_poor)
        for kind in (r.GrantTermsAid, r.ResumeGrant, r.SuspendGrant, r.KeepGrant, r.EndGrant, NoteHousehold)
    ),
    st.builds(r.MoveGrant, fact=_fact, county=_county, stage=_stage, poor=_poor, in_school=st.booleans()),
)
ASKED: st.SearchStrategy[r.ReliefCommand] = st.one_of(
    st.builds(r.PayGrant, office=_office, term=TERMS, reference=st.sampled_from(["A-1", "B/2"]), day=_paid_on, fen=_fen),
    st.builds(r.SetBoarding, office=_office, term=TERMS, boarder=st.booleans()),
    st.builds(r.BeginTerm, term=TERMS, office=st.none() | _office),
)
REFERRED = st.builds(lambda n: AnswerReferral(asked=f"step-{n}", referral=sequence_of(n, 0)), st.integers(1, 6))
DAYS = st.builds(lambda days: date(2019, 9, 4) + timedelta(days=days), st.integers(0, 240))
BEGINNINGS: tuple[tuple[tuple[date, Command], ...], ...] = (
    (),
    ((date(2019, 3, 4), in_school),),
    ((date(2019, 9, 2), in_school),),
    ((date(2019, 9, 2), in_school), (date(2019, 9, 3), dropped_out)),
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Return what was asked of one child, day by day; facts of the student are numbered as they happened, some told twice."""
    told = [*draw(st.sampled_from(BEGINNINGS))]
    days = sorted(draw(st.lists(DAYS, min_size=4, max_size=12)))
    told += [(day, draw(st.one_of(FOLLOWING | REFERRED, ASKED, ASKED))) for day in days]  # type: ignore[misc]  # all of one language
    history: History = [(day, f"command-{n}", numbered(asked, n)) for n, (day, asked) in enumerate(told)]
    for again in draw(st.lists(st.integers(0, len(history) - 1), max_size=3)):
        history.insert(draw(st.integers(again + 1, len(history))), history[again])
    return history


def live(history: History, start: Pupil = INITIAL) -> tuple[Pupil, Record]:
    return decided_in_order(history, start, decide=decided, evolve=evolve)
