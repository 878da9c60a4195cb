"""The age of an answer."""

from shared.worker.freshness import Freshness


def test_an_answer_is_as_old_as_the_last_look_it_has_reached() -> None:
    freshness = Freshness(0.0)
    freshness.look(10.0, {0: 5, 1: 7})
    assert freshness.age(10.5, {0: 5, 1: 7}) == 0.5
    freshness.look(11.0, {0: 6, 1: 7})
    assert freshness.age(11.5, {0: 5, 1: 7}) == 1.5
    assert freshness.age(11.7, {0: 6, 1: 7}) == 11.7 - 11.0


def test_it_grows_while_nobody_looks() -> None:
    freshness = Freshness(0.0)
    freshness.look(1.0, {0: 5})
    assert [freshness.age(now, {0: 5}) for now in (2.0, 60.0)] == [1.0, 59.0]


def test_one_partition_behind_keeps_it_old() -> None:
    freshness = Freshness(0.0)
    freshness.look(1.0, {0: 5, 1: 5})
    assert freshness.age(3.0, {0: 9, 1: 4}) == 3.0
    assert freshness.age(3.0, {0: 9}) == 3.0


def test_catching_up_reaches_the_looks_one_after_the_other() -> None:
    freshness = Freshness(0.0)
    for second in range(10):
        freshness.look(float(second), {0: 100 * second})
    assert freshness.age(10.0, {0: 450}) == 6.0
    assert freshness.age(10.0, {0: 900}) == 1.0


def test_a_long_time_behind_takes_no_more_room_and_is_never_told_too_young() -> None:
    freshness = Freshness(0.0)
    for second in range(5_000):
        freshness.look(float(second), {0: second})
    assert len(freshness._pending) < 5_000
    assert freshness.age(5_000.0, {0: 4_999}) >= 1.0
    freshness.look(5_001.0, {0: 4_999})
    assert freshness.age(5_002.0, {0: 4_999}) == 1.0


def test_before_the_first_look_is_reached_it_is_as_old_as_its_newest_fact() -> None:
    freshness = Freshness(100.0)
    freshness.assume(40.0)
    assert freshness.age(100.0, {0: 5}) == 60.0
    freshness.look(100.0, {0: 5})
    assert freshness.age(101.0, {0: 5}) == 1.0
    freshness.assume(40.0)
    assert freshness.age(101.0, {0: 5}) == 1.0


def test_looks_that_see_nothing_new_take_no_room_and_make_an_answer_younger() -> None:
    freshness = Freshness(0.0)
    for second in range(100):
        freshness.look(float(second), {0: 5})
    assert len(freshness._pending) == 1
    assert not freshness.reached
    assert freshness.age(100.0, {0: 5}) == 1.0
    assert freshness.reached
