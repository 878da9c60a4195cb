"""The newest changes of an area."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.view.memory import Memory
from services.reporting.view.newest import MOST, Newest
from services.reporting.view.rolled_up import RolledUp
from tests.components.reporting.counted_facts import COUNTIES

NATION, SICHUAN, ZHAOJUE, JINYANG, URUMQI = "100000", "510000", "513431", "513430", "650102"

fields = st.builds(
    lambda county, day, flow: f"{county}:2019-{day // 28 + 1:02d}-{day % 28 + 1:02d}:{flow}",
    st.sampled_from(COUNTIES[:6]),
    st.integers(0, 60),
    st.sampled_from(("newly_out", "returned", "removed")),
)


def counted(batches: list[dict[str, int]]) -> tuple[Memory, Newest]:
    """Return the memory and the newest changes after these batches of flows."""
    memory, newest = Memory("1"), Newest()
    for flows in batches:
        memory.add(flows=flows)
        memory.move(0, memory.positions.get(0, 0) + 1, None, None)
        list(newest.note_in_pieces(flows))
    return memory, newest


def shown(memory: Memory, newest: Newest, area: str = NATION) -> list[tuple[str, int]]:
    return [(f"{change.county}:{change.day}:{change.flow}", change.n) for change in newest.of(RolledUp(memory), area)]


@given(batches=st.lists(st.dictionaries(fields, st.integers(1, 9), max_size=8), max_size=30))
@settings(deadline=None, max_examples=60)
def test_the_newest_are_those_that_changed_last_each_once_with_its_number_now(batches: list[dict[str, int]]) -> None:
    numbers: dict[str, int] = {}
    for flows in batches:
        for field, n in flows.items():
            numbers[field] = numbers.pop(field, 0) + n  # moves to the end
    memory, newest = counted(batches)
    for area, of in ((NATION, ""), (SICHUAN, "51"), (ZHAOJUE, ZHAOJUE)):
        assert shown(memory, newest, area) == [entry for entry in reversed(numbers.items()) if entry[0].startswith(of)][:MOST]


def test_a_change_has_the_countys_name_and_nobodys_identity() -> None:
    memory, newest = counted([{f"{ZHAOJUE}:2020-06-14:returned": 3}])
    [change] = newest.of(RolledUp(memory), NATION)
    assert (change.county, change.name, change.day, change.flow, change.n) == (ZHAOJUE, "昭觉县", "2020-06-14", "returned", 3)


def test_after_a_restart_the_newest_days_are_shown_and_then_what_changes() -> None:
    memory, _ = counted([{f"{ZHAOJUE}:2019-03-01:opening": 7, f"{URUMQI}:2019-03-03:returned": 2, f"{JINYANG}:2019-03-02:removed": 1}])
    newest = Newest()
    assert shown(memory, newest) == [(f"{URUMQI}:2019-03-03:returned", 2), (f"{JINYANG}:2019-03-02:removed", 1), (f"{ZHAOJUE}:2019-03-01:opening", 7)]
    memory.add(flows={f"{JINYANG}:2019-03-02:removed": 4})
    list(newest.note_in_pieces([f"{JINYANG}:2019-03-02:removed"]))
    assert shown(memory, newest)[:2] == [(f"{JINYANG}:2019-03-02:removed", 5), (f"{URUMQI}:2019-03-03:returned", 2)]


def test_what_happened_long_ago_is_no_news() -> None:
    days = {f"{ZHAOJUE}:2019-{month:02d}-{day:02d}:returned": 1 for month in (3, 4) for day in range(1, 29)}
    memory, _ = counted([{f"{URUMQI}:2019-01-01:opening": 1}, days])
    assert shown(memory, Newest(), URUMQI) == []
    assert len(shown(memory, Newest(), ZHAOJUE)) == MOST


def test_a_number_that_another_generation_does_not_have_is_not_shown() -> None:
    _, newest = counted([{f"{ZHAOJUE}:2019-03-01:opening": 7, f"{ZHAOJUE}:2019-03-02:returned": 7}])
    other, _ = counted([{f"{ZHAOJUE}:2019-03-01:opening": 6}])
    assert shown(other, newest) == [(f"{ZHAOJUE}:2019-03-01:opening", 6)]


def test_what_is_kept_of_a_county_is_no_more_than_is_ever_shown() -> None:
    _, newest = counted([{f"{ZHAOJUE}:2019-03-{day:02d}:{flow}": 1} for day in range(1, 29) for flow in ("returned", "removed")])
    assert len(newest._by_county[ZHAOJUE]) == MOST


def test_an_ended_code_shows_its_own_and_its_successor_both() -> None:
    memory, newest = counted([{"632321:2020-03-01:returned": 1}, {"632301:2020-03-02:returned": 1}])
    assert [entry for entry, _ in shown(memory, newest, "632321")] == ["632301:2020-03-02:returned", "632321:2020-03-01:returned"]
    assert [entry for entry, _ in shown(memory, newest, "632301")] == ["632301:2020-03-02:returned"]


def test_a_code_that_no_table_knows_is_no_areas_news() -> None:
    memory, newest = counted([{"999999:2020-03-01:returned": 1}])
    assert shown(memory, newest) == []


def test_noting_in_pieces_notes_the_same() -> None:
    fields = [f"{COUNTIES[n % 5]}:2019-{n % 12 + 1:02d}-{n % 28 + 1:02d}:returned" for n in range(5_000)]
    memory = Memory("1")
    memory.add(flows=dict.fromkeys(fields, 1))
    one, other = Newest(), Newest()
    list(one.note_in_pieces(fields))
    stops = sum(1 for _ in other.note_in_pieces(fields))
    assert stops > 3
    assert shown(memory, one) == shown(memory, other)
    assert one._by_county == other._by_county
