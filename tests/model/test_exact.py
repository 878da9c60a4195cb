"""Every state of the models is exact, and their number is known; without a guard some state is not, and the page tells how it came to it."""

import pytest

from docs.generate.commit_model import commit_model
from tests.model.catalogue import GUARDS, LIMIT, SEARCHES, WITHOUT_HARM, Exact, Guard
from tests.model.search import TooManyStates, search


@pytest.mark.parametrize("exact", [each for each in SEARCHES if not each.large], ids=lambda each: f"{each.what}; {each.accidents}")
def test_every_state_is_exact(exact: Exact) -> None:
    found = search(exact.model)
    assert (found.wrong, found.story, found.states) == (None, (), exact.states)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_without_a_guard_a_story_ends_wrong(guard: Guard) -> None:
    found = search(guard.model)
    assert found.wrong
    assert all(sentence in commit_model() for sentence in found.story)


def test_two_versions_at_one_time_are_not_excluded() -> None:
    assert search(LIMIT.model).wrong


def test_the_compare_of_the_policies_cursor_spares_repeats_and_nothing_else() -> None:
    assert search(WITHOUT_HARM.model).wrong is None


def test_a_world_that_never_comes_to_rest_is_found() -> None:
    assert search(next(guard for guard in GUARDS if guard.name == "_rebuild").model).wrong == "From here nothing comes to rest."


def test_a_model_that_is_larger_than_it_may_be_is_no_success() -> None:
    with pytest.raises(TooManyStates):
        search(SEARCHES[0].model, most=100)
