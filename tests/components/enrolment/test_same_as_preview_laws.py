"""A preview says what then happens, whatever happened before: whether the ids are merged, which survives, and how every count changes."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from services.enrolment.decider import provinces_in
from services.enrolment.domain.merge_preview import preview
from shared.contracts.student import Standing
from shared.geography.divisions import divisions
from tests.components.enrolment.test_same_as_laws import CHILDREN, MOVES, NEVER_HEARD_OF, Move, known, law
from tests.components.enrolment.two_writers import SICHUAN, Enrolment

PROVINCES = provinces_in(divisions())
_ids = st.permutations((*CHILDREN, NEVER_HEARD_OF)).map(lambda ids: ids[:2])
_sources = st.sampled_from([SICHUAN, SICHUAN, "/counties/513431", "/counties/513429"])


def counted(enrolment: Enrolment) -> Counter[Standing]:
    return Counter(standing for standing in enrolment.standings().values() if standing is not None)


@law
@given(MOVES, _ids, _sources)
def test_the_preview_is_what_the_merge_then_comes_to(moves: list[Move], pair: list[str], source: str) -> None:
    enrolment = Enrolment()
    known(enrolment)
    for move in moves:
        move(enrolment)
    enrolment.settle()
    one, other = pair
    expected = preview(one, enrolment.child(one), other, enrolment.child(other), source, PROVINCES)
    before = counted(enrolment)
    enrolment.send(one, "same-as", "2020-03-31T08:00:00+08:00", {"student": other}, id_="previewed", source=source)
    enrolment.settle()
    after = counted(enrolment)
    changed = Counter(after)
    changed.subtract(before)
    assert after.total() == before.total() - expected.would_merge
    if expected.would_merge:
        assert {each.standing: each.change for each in expected.counts} == {standing: n for standing, n in changed.items() if n}
        assert expected.after is not None
        assert expected.survivor is not None
        survivor = enrolment.child(expected.survivor)
        assert (expected.after.standing, expected.after.spells) == (survivor.standing, survivor.spells)
        assert [each.id for each in expected.before if enrolment.standings()[each.id] is None] == [expected.merged]
        assert sum(each.out_of_school for each in expected.out_of_school) == out(after) - out(before)
    else:
        assert expected.obstacles
        assert before == after


def out(count: Counter[Standing]) -> int:
    return sum(n for standing, n in count.items() if standing.reason is not None)
