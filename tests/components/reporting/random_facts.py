"""Random facts for laws.

They stand in a module of their own: hypothesis keeps the modules of the functions that it calls until the process ends, and duckdb complains
of a connection that such a module still holds.
"""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from tests.components.reporting import oversight_facts
from tests.components.reporting.written_facts import case_fact, child_file, fact, grant, relief_fact, standing, statement

COUNTIES = ("513431", "513432", "110101")
CHINA = timezone(timedelta(hours=8))
OUT = ("dropped_out", "never_enrolled")
MOMENTS = st.datetimes(
    datetime(2019, 1, 1),  # noqa: DTZ001 - hypothesis takes the zone apart
    datetime(2019, 1, 4),  # noqa: DTZ001 - likewise
    timezones=st.sampled_from([CHINA, UTC, timezone(timedelta(hours=-9, minutes=-30))]),
).map(datetime.isoformat)

standings = st.builds(
    standing,
    st.sampled_from(("enrolled", "returned", "removed", "on_leave", "in_transfer", *OUT, *OUT)),
    st.sampled_from(COUNTIES),
    stage=st.sampled_from(("primary", "junior", None)),
    poor=st.booleans(),
    reason=st.sampled_from((None, "work", "illness")),
)
sequences = st.integers(1, 12)
student_facts = st.builds(
    fact,
    st.sampled_from(("listed", "dropped-out", "returned", "removed", "moved", "voided")),
    st.none() | standings,
    standings,
    sequences,
    time=MOMENTS,
    spell=st.sampled_from((1, 2, None)),
    unmatched=st.booleans(),
)
completed = st.builds(lambda lost, gained: {"from_county": lost, "to_county": gained}, st.sampled_from(COUNTIES), st.sampled_from(COUNTIES))
other_halves = standings.flatmap(
    lambda stays: st.builds(fact, st.just("departed"), st.just(stays), st.just(stays), sequences, time=MOMENTS, completes=completed)
)
files = st.builds(
    child_file,
    st.sampled_from(("open", "persuading", "returned", "closing", "closed")),
    st.sampled_from(COUNTIES),
    reason=st.sampled_from((None, "work", "illness")),
    attempts=st.integers(0, 2),
    due=st.sampled_from((None, "2019-01-05", "2019-02-01")),
)
case_facts = st.builds(case_fact, st.sampled_from(("opened", "moved", "attempted")), st.none() | files, files, sequences, time=MOMENTS)
grants = st.builds(
    grant,
    st.sampled_from(("due", "suspended", "paid", "ended")),
    st.sampled_from(COUNTIES),
    boarder=st.booleans(),
    fen=st.sampled_from((25_000, 62_500)),
)
relief_facts = st.builds(relief_fact, st.sampled_from(("granted", "moved", "paid")), st.none() | grants, grants, sequences, time=MOMENTS) | st.builds(
    relief_fact, st.sampled_from(("recognised", "lapsed")), st.none(), st.none(), sequences, time=MOMENTS
)
statements = st.builds(statement, st.sampled_from(COUNTIES), st.integers(0, 9), sequences, time=MOMENTS)
rules = st.sampled_from(("no_seat", "out_again", "burst"))
findings = st.sampled_from(("in_school", "not_in_school", "lawfully_absent", "other"))
flag_facts = st.one_of(
    *(st.builds(made, sequences, rules, st.sampled_from(COUNTIES), files) for made in (oversight_facts.flagged, oversight_facts.cleared)),
    st.builds(oversight_facts.confirmed, sequences, rules, st.sampled_from(COUNTIES), files),
    st.builds(oversight_facts.drawn, sequences, files),
    st.builds(oversight_facts.rechecked, sequences, findings, files, files),
    st.builds(oversight_facts.sampled, sequences, st.integers(0, 9), st.sampled_from(COUNTIES)),
    st.builds(
        lambda what, n, county, rule: oversight_facts.oversight(what, n, county, rule=rule),
        st.sampled_from(("flagged", "flag-cleared", "flag-confirmed")),
        sequences,
        st.sampled_from(COUNTIES),
        rules,
    ),
)
records = st.lists(
    st.tuples(st.integers(0, 2), student_facts | other_halves | case_facts | relief_facts | statements | flag_facts | st.just(b"rubbish")),
    max_size=40,
)
