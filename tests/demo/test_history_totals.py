"""The totals of the history: the published ones, exactly, whatever the scale."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.demo.history.days import Days
from deploy.demo.history.history import History
from deploy.demo.history.plan import plan_of
from deploy.demo.history.published import JUNE, LISTED, NOVEMBER, PUBLISHED, SEPTEMBER, Figures, figures, group_sizes
from deploy.demo.history.school_year import DAYS, index_of
from deploy.demo.history.strata import strata_of
from tests.demo.reference_fold import Ledger


def test_the_published_figures_are_those_of_the_press() -> None:
    assert figures(1, LISTED) == (600_000, 200_000, 82_000)
    assert figures(1, JUNE) == (6_781, 97, 433)
    assert figures(1, SEPTEMBER)[:2] == (2_419, 0)
    assert figures(1, NOVEMBER)[:2] == (831, 0)
    with pytest.raises(ValueError, match="nothing was published"):
        figures(1, date(2020, 6, 15))


@pytest.mark.parametrize(("scale", "seed"), [(0.02, 1), (0.004, 2), (0.0003, 3)])
def test_whoever_folds_the_lines_finds_the_published_figures_on_every_published_day(scale: float, seed: int) -> None:
    ledger, found, ever_out = Ledger(), {}, {}
    history = History(scale=scale, until=NOVEMBER, seed=seed)
    for portion in history.portions():
        for lines in portion.lines.values():
            for line in (line for line in lines if b"county-reported" not in line):
                ledger.take(line)
        if portion.day in PUBLISHED:
            found[portion.day] = ledger.figures()
            ever_out[portion.day] = (history.ever_out, sum(child.spells > 0 for child in ledger.children.values()))
    assert found == {day: figures(scale, day) for day in PUBLISHED}
    assert all(told == counted > 0 for told, counted in ever_out.values())


def test_at_full_scale_the_days_pass_through_all_published_figures() -> None:
    strata = strata_of(1, 1)
    days, found = Days(strata, plan_of(strata, 1, 1), 1), {}
    for n, day in enumerate(DAYS):
        days.happen(n)
        found[day] = days.figures
        assert (days.stock >= 0).all()
    assert [found[day] for day in PUBLISHED] == [figures(1, day) for day in PUBLISHED]
    assert found[JUNE] == Figures(6_781, 97, 433)


@given(st.floats(0.0001, 1), st.integers(0, 2**31))
@settings(max_examples=25, deadline=None)
def test_a_plan_is_exact_at_any_scale(scale: float, seed: int) -> None:
    strata = strata_of(scale, seed)
    plan = plan_of(strata, scale, seed)
    left = strata.opening - plan.exits
    assert (left >= 0).all()
    assert (plan.exits[1:] >= plan.exits[:-1]).all()
    assert (plan.left <= plan.entered).all()
    for day in PUBLISHED:
        at = index_of(day) + 1
        groups = [int(left[at, strata.groups == group].sum()) for group in range(4)]
        assert tuple(groups + plan.entered[at] - plan.left[at]) == group_sizes(scale, day)


def test_the_fall_has_the_shape_of_the_832_counties() -> None:
    """832 counties: 290,000 at the end of May 2019 and 65,000 at the end of September, registered-poor 150,000 and 27,000."""
    strata = strata_of(1, 1)
    days, found = Days(strata, plan_of(strata, 1, 1), 1), {}
    for n, day in enumerate(DAYS[: index_of(date(2019, 9, 30)) + 1]):
        days.happen(n)
        found[day] = days.figures
    may, september = found[date(2019, 5, 31)], found[date(2019, 9, 30)]
    assert september.all / may.all == pytest.approx(65 / 290, rel=0.01)
    assert september.poor / may.poor == pytest.approx(27 / 150, rel=0.01)


@pytest.mark.parametrize("until", [date(2019, 1, 10), date(2020, 12, 1)])
def test_there_is_no_history_before_the_listing_or_after_november(until: date) -> None:
    with pytest.raises(ValueError, match="it cannot end on"):
        History(scale=0.01, until=until)


def test_a_scale_is_more_than_nothing() -> None:
    with pytest.raises(ValueError, match="more than 0"):
        History(scale=0, until=JUNE)
