"""The part of a document that is sent when it changes."""

from typing import Any

import msgspec
from hypothesis import given, settings

from services.reporting.answers.counts import counts_of
from services.reporting.answers.documents import AsOf
from services.reporting.answers.headline import area_figure, headline
from services.reporting.live.document import Kind, LiveCounts, difference, live_counts
from services.reporting.view.memory import Memory
from services.reporting.view.newest import Newest
from services.reporting.view.rolled_up import RolledUp
from tests.components.reporting.counted_facts import Turn, facts_of, folded, remembered, turns
from tests.components.reporting.written_facts import fact, standing

NATION, LIANGSHAN, ZHAOJUE = "100000", "513400", "513431"
LISTED = fact("listed", None, standing("dropped_out"), 1, spell=1)


def document(memory: Memory, area: str) -> LiveCounts:
    view, as_of = RolledUp(memory), AsOf({str(p): at for p, at in memory.positions.items()}, None, None, 0.0)
    counts, figures = counts_of(view, area, as_of), headline(view, "published", as_of)
    return live_counts(counts, area_figure(view, area, counts.out_of_school, figures), figures, Newest().of(view, area), view.stock)


def told(reader: dict[str, Any], event: LiveCounts) -> dict[str, Any]:
    """Return the document of a subscriber that replaces each part that an event has, as the page does."""
    news = msgspec.to_builtins(event)
    parts = {part["code"]: part for part in news["children"]}
    counties = {**reader["counties"], **news["counties"]}
    return {**reader, **news, "counties": counties, "children": [parts.get(part["code"], part) for part in reader["children"]]}


@given(happened=turns, then=turns)
@settings(deadline=None, max_examples=40)
def test_whoever_puts_every_delta_in_its_place_has_the_whole_document(happened: list[Turn], then: list[Turn]) -> None:
    facts = facts_of([*happened, *then])
    for area in (NATION, "650000", LIANGSHAN, ZHAOJUE, "watch52"):
        before = document(remembered(folded(*facts[: len(happened)])), area)
        after = document(remembered(folded(*facts)), area)
        news = difference(before, after)
        reader = msgspec.to_builtins(before)
        match news:
            case None:
                reader["as_of"] = msgspec.to_builtins(after.as_of)
            case (Kind.DELTA, delta):
                reader = told(reader, delta)
            case (_, snapshot):
                reader = msgspec.to_builtins(snapshot)
        assert reader == msgspec.to_builtins(after)


def test_a_delta_holds_the_parts_that_changed_and_no_others() -> None:
    before, after = (document(remembered(folded(*facts)), LIANGSHAN) for facts in ((LISTED,), (LISTED, _listed_again())))
    news = difference(before, after)
    assert news is not None
    kind, delta = news
    assert (kind, [(part.code, part.out_of_school) for part in delta.children]) == (Kind.DELTA, [(ZHAOJUE, 2)])
    assert delta.out_of_school == 2
    assert delta.counties == {ZHAOJUE: 2}
    assert len(after.children) == 17


def test_where_no_number_changed_nothing_is_told() -> None:
    memory = remembered(folded(LISTED))
    before = document(memory, LIANGSHAN)
    memory.move(0, 9, None, None)
    after = document(memory, LIANGSHAN)
    assert before.as_of.offsets != after.as_of.offsets
    assert difference(before, after) is None


def test_what_changes_elsewhere_is_told_with_the_headline() -> None:
    elsewhere = fact("listed", None, standing("dropped_out", "650102"), 2, spell=1)
    news = difference(document(remembered(folded(LISTED)), ZHAOJUE), document(remembered(folded(LISTED, elsewhere)), ZHAOJUE))
    assert news is not None
    assert (news[0], news[1].out_of_school, news[1].headline.all.now, news[1].counties) == (Kind.DELTA, 1, 2, {"650102": 1})


def test_where_the_areas_parts_are_others_the_whole_is_told() -> None:
    # On the day on which 同仁县 became 同仁市 the prefecture has another part.
    later = fact("enrolled", None, standing("enrolled", "110101"), 2, time="2020-09-01T08:00:00+08:00")
    before, after = (document(remembered(folded(*facts)), "632300") for facts in ((LISTED,), (LISTED, later)))
    news = difference(before, after)
    assert news is not None
    assert news[0] is Kind.SNAPSHOT
    assert news[1] == after


def _listed_again() -> bytes:
    return fact("listed", None, standing("dropped_out"), 2, spell=1)
