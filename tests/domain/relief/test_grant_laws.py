"""What holds for every child, whatever is asked and in whichever order."""

from collections import Counter, defaultdict
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from services.relief.domain.grant import FOLDED, evolve, fold, is_poor_outside
from services.relief.domain.packed import pack, unpack
from services.relief.domain.rates import amount
from shared.calendar.terms import number_of, term_on
from shared.contracts.refusal import Refusal
from shared.contracts.relief import AidGranted, FollowingCommand, Grant, GrantState, MergedAidFact, ReliefFact
from shared.contracts.relief_referrals import HouseholdNoted, ReferralAnswered
from shared.contracts.sequence import sequence_of
from shared.events.codec import encode, read_fact
from shared.events.envelope import Event
from shared.ids import uuid5_of_position
from tests.domain.relief.grants import decided
from tests.domain.relief.invented_aid import History, histories, live

law = settings(max_examples=200, deadline=None, derandomize=True)


@law
@given(histories(), st.integers(0, 24))
def test_folding_in_two_parts_is_folding_at_once(history: History, cut: int) -> None:
    pupil, facts = live(history)
    assert fold(facts[cut:], start=fold(facts[:cut])) == fold(facts) == pupil


@law
@given(histories())
def test_deciding_twice_decides_nothing(history: History) -> None:
    pupil, facts = live(history)
    if facts:
        on, cause, asked = next(each for each in reversed(history) if each[1] == facts[-1][1])
        assert decided(pupil, asked, on=on, cause=cause) is None


@law
@given(histories())
def test_what_followed_from_the_students_facts_follows_once(history: History) -> None:
    pupil, _ = live(history)
    for on, cause, asked in history:
        if isinstance(asked, FollowingCommand) and any(cause == made for _, made, _ in live(history)[1]):
            assert decided(pupil, asked, on=on, cause=cause) is None


@law
@given(histories())
def test_there_is_one_grant_a_child_and_term(history: History) -> None:
    pupil, facts = live(history)
    granted = Counter(fact.after.term for _, _, fact in facts if isinstance(fact, AidGranted) and fact.after)
    assert set(granted.values()) <= {1}
    assert [each.grant.term for each in pupil.grants] == sorted(granted, key=number_of)


@law
@given(histories())
def test_what_is_counted_is_the_sum_over_the_facts(history: History) -> None:
    pupil, facts = live(history)
    counted: Counter[Grant] = Counter()
    for _, _, fact in facts:
        if fact.after is not None:
            counted[fact.after] += 1
        if fact.before is not None:
            counted[fact.before] -= 1
    assert +counted == Counter(each.grant for each in pupil.grants)
    assert not -counted


@law
@given(histories())
def test_each_fact_finds_what_the_one_before_it_left_and_changes_it(history: History) -> None:
    left: defaultdict[str, Grant | None] = defaultdict(lambda: None)
    eligible, boards, poor = None, False, False
    for _, _, fact in live(history)[1]:
        if isinstance(fact, ReferralAnswered):
            assert fact.before == fact.after
            assert fact.after is None or fact.after == left[fact.after.term]
        elif fact.after is None:
            assert fact.before is None
            assert (fact.eligible, fact.boards) != (eligible, boards) or (isinstance(fact, HouseholdNoted) and fact.poor != poor)
        else:
            assert fact.before == left[fact.after.term] != fact.after
            left[fact.after.term] = fact.after
        eligible, boards = fact.eligible, fact.boards
        poor = poor if fact.fact is None else is_poor_outside(fact)


@law
@given(histories())
def test_a_referral_is_answered_once_and_again_only_where_a_report_on_the_household_changed_the_answer(history: History) -> None:
    last: ReferralAnswered | None = None
    for _, _, fact in live(history)[1]:
        if isinstance(fact, ReferralAnswered):
            if last is not None and fact.referral == last.referral:
                assert fact.fact is not None
                assert fact.answer is not last.answer
            else:
                assert fact.fact is None
                assert last is None or fact.referral > last.referral
            last = fact


@law
@given(histories())
def test_paid_and_ended_are_the_end(history: History) -> None:
    for _, _, fact in live(history)[1]:
        assert fact.before is None or fact.before == fact.after or fact.before.state in {GrantState.DUE, GrantState.SUSPENDED}


@law
@given(histories())
def test_a_grant_is_always_the_amount_in_force_for_its_term(history: History) -> None:
    for _, _, fact in live(history)[1]:
        if (grant := fact.after) is not None:
            assert grant.fen == (amount(grant.scheme, number_of(grant.term), grant.stage, grant.boarder) or 0)
            assert grant.fen or grant.state is GrantState.ENDED


@law
@given(histories())
def test_a_students_fact_touches_the_grant_of_its_own_term_and_no_other(history: History) -> None:
    for on, _, fact in live(history)[1]:
        if (fact.fact is not None or isinstance(fact, ReferralAnswered)) and fact.after is not None:
            assert number_of(fact.after.term) == term_on(on)


@law
@given(histories())
def test_a_decision_is_the_same_every_time_and_on_a_state_that_was_stored(history: History) -> None:
    pupil, _ = live(history)
    stored = unpack(pack(pupil))
    assert stored == pupil
    for on, cause, asked in history[-3:]:
        said = []
        for found in (pupil, stored):
            try:
                said.append(decided(found, asked, on=on, cause=cause))
            except Refusal as refusal:
                said.append(refusal.args)  # type: ignore[arg-type]  # compared, whichever it is
        assert said[0] == said[1]


@law
@given(histories())
def test_a_state_rebuilt_from_the_record_is_byte_for_byte_the_live_one(history: History) -> None:
    pupil, facts = live(history)
    state: bytes | None = None
    for n, (on, cause, fact) in enumerate(facts):
        event, data = read_fact(_recorded(n, cause, fact))
        state = pack(evolve(unpack(state), data, on=on, cause=event.causationid))
    assert state == (pack(pupil) if facts else None)


def test_the_invented_histories_reach_every_fact() -> None:
    reached: set[type[ReliefFact]] = set()

    @law
    @given(histories())
    def tell(history: History) -> None:
        reached.update(type(fact) for _, _, fact in live(history)[1])

    tell()
    # The steps of merges: `tests/components/relief/test_aid_of_merges.py`.
    assert reached == {fact for fact in FOLDED if not issubclass(fact, MergedAidFact)}


def _recorded(offset: int, cause: str, fact: ReliefFact) -> bytes:
    student, at = "0" * 32, datetime(2020, 3, 1, tzinfo=UTC)
    return encode(
        Event(
            specversion="1.0",
            id=uuid5_of_position("relief.commands", 0, offset, 0),
            source="/relief",
            type=fact.TYPE,
            subject=student,
            time=at,
            recordedtime=at,
            partitionkey=student,
            sequence=sequence_of(offset, 0),
            causationid=cause,
            correlationid=cause,
            data=fact,
        )
    )
