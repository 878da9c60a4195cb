"""Whether what the demo is shown is what it played, also where a figure is withheld."""

import pytest

from deploy.demo.history.published import Figures
from deploy.demo.playing.record import Files, Shown, ShownFigures


@pytest.mark.parametrize(
    ("shown", "agrees"),
    [((6_781, 97, 433), True), ((6_781, None, 433), True), ((6_781, 96, 433), False), ((6_780, None, 433), False), ((6_781, 97, 432), False)],
)
def test_figures_agree_where_those_that_are_shown_do(shown: tuple[int, int | None, int], agrees: bool) -> None:
    found = Shown(ShownFigures(*shown), Files(6_781, 9), 1, None)
    assert found.agrees_with(Figures(6_781, 97, 433), Files(6_781, 9)) is agrees
    assert not found.agrees_with(Figures(6_781, 97, 433), Files(6_781, 8))
