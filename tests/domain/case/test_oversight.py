"""What is kept of a county: flags that many files raise together, and one sample a period of each level above."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given as invented
from hypothesis import settings
from hypothesis import strategies as st

from services.case.domain import packed_county
from services.case.domain.oversight import NOTHING, County, CountyCommand, decide, evolve
from services.case.domain.stored_numbers import pack_day
from shared.contracts.case_codes import Role
from shared.contracts.flags import CountyFlagCleared, CountyFlagConfirmed, CountyFlagged, OversightFact, SampleDrawn
from shared.contracts.oversight_codes import GROUNDS, OF_CHILDREN, FlaggedAct, FlagGround, FlagState, Rule
from shared.contracts.refusal import Refusal, RefusalCode
from shared.contracts.student import StudentCompleted
from shared.states import UnfoldableFact, UnknownFormat
from tests.domain.case.case_story import BUTUO, OFFICE, PREFECTURE, PROVINCE, ZHAOJUE, day
from tests.domain.case.flag_story import FEBRUARY, JANUARY, NATION, cleared, flag_confirmed, flag_of, raised, sampled
from tests.domain.decided import Decided, decided_in_order

ON = date(2020, 3, 10)
BURST = raised(1, 2, rule=Rule.BURST, flagged=OFFICE, role=Role.OFFICER, act=FlaggedAct.PROPOSED)
THIS = flag_of(1, 2, rule=Rule.BURST)


def judge(known: County, asked: CountyCommand, *, on: date = ON, cause: str = "c") -> OversightFact | None:
    answers_for = {ZHAOJUE, BUTUO} if not asked.office.startswith("/counties/") else {asked.office.removeprefix("/counties/")}
    return decide(ZHAOJUE, known, asked, on=on, cause=cause, answers_for=answers_for)


def after(*asked: CountyCommand, start: County = NOTHING) -> County:
    known = start
    for n, each in enumerate(asked):
        fact = judge(known, each, cause=f"given-{n}")
        assert fact is not None
        known = evolve(ZHAOJUE, known, fact, on=ON, cause=f"given-{n}")
    return known


def when(known: County, asked: CountyCommand, *, on: date = ON, cause: str = "c") -> Decided[OversightFact]:
    try:
        return Decided(judge(known, asked, on=on, cause=cause), None)
    except Refusal as refusal:
        return Decided(None, refusal)


def test_a_county_is_flagged_once_for_the_same_evidence() -> None:
    fact = when(NOTHING, BURST).fact
    assert isinstance(fact, CountyFlagged)
    assert (fact.flagged, fact.role, fact.act, fact.pieces) == (OFFICE, Role.OFFICER, FlaggedAct.PROPOSED, 2)
    when(after(BURST), BURST, cause="another").then_nothing()
    when(after(BURST, cleared(THIS, because=FlagGround.RECHECKED)), BURST).then_nothing()


@pytest.mark.parametrize("rule", Rule)
def test_the_rules_of_counties_and_no_others_flag_a_county(rule: Rule) -> None:
    asked = when(NOTHING, raised(rule=rule))
    if rule in OF_CHILDREN:
        asked.then_refused(RefusalCode.MALFORMED, "data.rule")
    else:
        assert isinstance(asked.fact, CountyFlagged)


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule not in OF_CHILDREN])
@pytest.mark.parametrize("ground", FlagGround)
def test_a_countys_flag_is_cleared_by_what_its_rule_says(rule: Rule, ground: FlagGround) -> None:
    asked = when(after(raised(rule=rule)), cleared(flag_of(rule=rule), because=ground))
    if ground in GROUNDS[rule]:
        assert isinstance(asked.fact, CountyFlagCleared)
    else:
        asked.then_refused(RefusalCode.MALFORMED, "data.because")


def test_neither_the_flagged_office_nor_its_county_settles_a_flag() -> None:
    known = after(BURST, raised(rule=Rule.ZERO_STATED, flagged=PREFECTURE))
    when(known, flag_confirmed(THIS, OFFICE)).then_refused(RefusalCode.SECOND_OFFICE_NEEDED, "data.office")
    other = flag_of(rule=Rule.ZERO_STATED)
    when(known, flag_confirmed(other, PREFECTURE)).then_refused(RefusalCode.SECOND_OFFICE_NEEDED, "data.office")
    when(known, flag_confirmed(other, OFFICE)).then_refused(RefusalCode.SECOND_OFFICE_NEEDED, "data.office")
    when(known, flag_confirmed(THIS, f"/counties/{BUTUO}")).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")
    assert isinstance(when(known, flag_confirmed(THIS)).fact, CountyFlagConfirmed)
    when(after(BURST, flag_confirmed(THIS)), flag_confirmed(THIS), cause="given-1").then_nothing()


def test_a_flag_of_another_county_is_not_this_ones() -> None:
    when(NOTHING, raised(rule=Rule.BURST, county=BUTUO)).then_refused(RefusalCode.NOT_YOUR_COUNTY, "data.office")


def test_an_office_draws_once_for_a_period_whatever_the_seed() -> None:
    fact = when(NOTHING, sampled()).fact
    assert isinstance(fact, SampleDrawn)
    assert (fact.office, fact.since, fact.until, fact.population, fact.size) == (PROVINCE, JANUARY, FEBRUARY, 40, 4)
    known = after(sampled())
    when(known, sampled()).then_nothing()
    when(known, sampled(seed="seed-another", digest="cd" * 32)).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.since", str(FEBRUARY))
    when(known, sampled(since=FEBRUARY, until=date(2020, 2, 20))).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.since")
    when(known, sampled(since=date(2019, 1, 1), until=date(2019, 2, 1))).then_refused(RefusalCode.NOT_ALLOWED_NOW, "data.since")
    assert isinstance(when(known, sampled(since=date(2020, 2, 2), until=date(2020, 2, 20))).fact, SampleDrawn)
    assert isinstance(when(known, sampled(PREFECTURE)).fact, SampleDrawn)


def test_what_a_sample_must_be() -> None:
    when(NOTHING, sampled(OFFICE)).then_refused(RefusalCode.MALFORMED, "data.office")
    when(NOTHING, sampled(until=ON)).then_refused(RefusalCode.MALFORMED, "data.until")
    when(NOTHING, sampled(since=FEBRUARY, until=JANUARY)).then_refused(RefusalCode.MALFORMED, "data.until")
    when(NOTHING, sampled(population=3, size=4)).then_refused(RefusalCode.MALFORMED, "data.size")
    assert isinstance(when(NOTHING, sampled(population=4, size=4)).fact, SampleDrawn)


def test_a_county_is_packed_and_read_back_and_listed_while_a_flag_is_open() -> None:
    known = after(BURST, sampled(), raised(rule=Rule.ZERO_STATED), flag_confirmed(THIS), sampled(PREFECTURE))
    state = packed_county.pack(ZHAOJUE, known)
    assert packed_county.unpack(state) == known
    assert packed_county.is_county(state)
    assert packed_county.place_in_lists(state) == (f"{ZHAOJUE}:county-flags", pack_day(FEBRUARY))
    assert packed_county.place_in_lists(packed_county.pack(ZHAOJUE, after(BURST, flag_confirmed(THIS)))) is None
    assert packed_county.unpack(None) == NOTHING


@pytest.mark.parametrize("state", [b"\6\xff" + bytes(4) + b"\0\1", b"\5\xff" + bytes(6), b"\6\xff" + bytes(4) + b"\0\0abc"])
def test_bytes_that_are_no_county_are_an_error_that_says_what_to_do(state: bytes) -> None:
    with pytest.raises(UnknownFormat, match=r"generation|rebuild"):
        packed_county.unpack(state)


def test_a_fact_of_no_rule_stops_the_worker() -> None:
    with pytest.raises(UnfoldableFact, match="deploy"):
        evolve(ZHAOJUE, NOTHING, StudentCompleted(before=None, after=None), on=ON, cause="c")  # type: ignore[arg-type]  # on purpose


# --- laws

DIGESTS = ["ab" * 32, "cd" * 32]
law = settings(max_examples=200, deadline=None)
_rule = st.sampled_from(Rule)
_ids = st.lists(st.integers(1, 3), min_size=1, max_size=3, unique=True)
_office = st.sampled_from([OFFICE, PREFECTURE, PROVINCE, NATION, f"/counties/{BUTUO}"])
_flag = st.builds(lambda ids, rule: flag_of(*ids, rule=rule), _ids, _rule)
_days = st.sampled_from([date(2020, 1, n) for n in range(1, 9)])
ASKED: st.SearchStrategy[CountyCommand] = st.one_of(
    st.builds(lambda ids, rule, office, flagged: raised(*ids, rule=rule, office=office, flagged=flagged), _ids, _rule, _office, _office),
    st.builds(cleared, _flag, _office, because=st.sampled_from(FlagGround)),
    st.builds(flag_confirmed, _flag, _office),
    st.builds(sampled, _office, since=_days, until=_days, seed=st.sampled_from(["seed-one", "seed-two"]), digest=st.sampled_from(DIGESTS)),
)
HISTORIES = st.lists(ASKED, max_size=20).map(lambda asked: [(day(10 + n), f"c{n}", each) for n, each in enumerate(asked)])


def live(history: Sequence[tuple[date, str, CountyCommand]], start: County = NOTHING) -> tuple[County, list[tuple[date, str, OversightFact]]]:
    return decided_in_order(history, start, decide=judge, evolve=lambda known, fact, on, cause: evolve(ZHAOJUE, known, fact, on=on, cause=cause))


@law
@invented(HISTORIES)
def test_no_evidence_flags_twice_no_flag_is_settled_twice_and_none_goes(history: list[tuple[date, str, CountyCommand]]) -> None:
    known, facts = live(history)
    flagged = [fact.digest for _, _, fact in facts if isinstance(fact, CountyFlagged)]
    settled = [fact for _, _, fact in facts if isinstance(fact, CountyFlagCleared | CountyFlagConfirmed)]
    assert len(flagged) == len(set(flagged)) == len(known.flags)
    assert len({fact.flag for fact in settled}) == len(settled) == sum(flag.state is not FlagState.OPEN for flag in known.flags)
    by_id = {flag.id: flag for flag in known.flags}
    assert all(fact.office not in (by_id[fact.flag].flagged, OFFICE) and fact.evidence for fact in settled)


@law
@invented(HISTORIES)
def test_the_periods_of_an_offices_samples_never_overlap(history: list[tuple[date, str, CountyCommand]]) -> None:
    _, facts = live(history)
    for office in (PREFECTURE, PROVINCE, NATION):
        samples = [fact for _, _, fact in facts if isinstance(fact, SampleDrawn) and fact.office == office]
        assert all(newer.since > older.until for older, newer in pairwise(samples))


@law
@invented(HISTORIES, st.integers(0, 20))
def test_a_replay_of_the_facts_gives_the_same_county(history: list[tuple[date, str, CountyCommand]], cut: int) -> None:
    known, facts = live(history)
    again = NOTHING
    for n, (on, cause, fact) in enumerate(facts):
        again = evolve(ZHAOJUE, again, fact, on=on, cause=cause)
        if n == cut:
            again = packed_county.unpack(packed_county.pack(ZHAOJUE, again))
    assert again == known


@law
@invented(HISTORIES, ASKED)
def test_deciding_twice_decides_nothing(history: list[tuple[date, str, CountyCommand]], asked: CountyCommand) -> None:
    known, _ = live(history)
    again, facts = live([(day(60), "again", asked)], start=known)
    if facts:
        assert judge(again, asked, on=day(60), cause="again") is None
