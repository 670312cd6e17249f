"""Intervals shown while somebody watches: levels, and how often any of them leaves the truth out."""

import numpy as np
import pytest

from sim.statistics.intervals import mean_intervals
from sim.statistics.watching import EARLY_SHARE, intervals_at_look, look_levels, look_numbers

PLANNED = (6, 8, 20, 27, 100, 1000)
EARLY_ERROR = 0.05 * EARLY_SHARE


def any_excludes_zero(planned: int, studies: int, seed: int) -> tuple[float, float, float]:
    """Of studies without a difference the shares in which zero is left out: ever at 95 % a look; at an early look, and
    at any look, of levels that spend the error once."""
    values = np.random.default_rng(seed).normal(size=(studies, planned))
    plain, early, last = (np.zeros(studies, dtype=bool) for _ in range(3))
    for n in look_numbers(planned):
        usual, watched = mean_intervals(values[:, :n]), intervals_at_look(values[:, :n], look_numbers(planned))
        plain |= np.abs(usual["mean"]) > usual["half_width"]
        here = np.abs(watched["mean"]) > watched["half_width"]
        early, last = (early | here, last) if n < planned else (early, here)
    return float(plain.mean()), float(early.mean()), float((early | last).mean())


@pytest.mark.parametrize("planned", PLANNED)
def test_what_is_spent_over_all_looks_is_the_error_that_is_allowed(planned: int) -> None:
    levels = look_levels(look_numbers(planned))
    *early, last = (1.0 - level for level in levels.values())
    assert sum(early) == pytest.approx(EARLY_ERROR)
    assert sum(early) + last == pytest.approx(0.05)


def test_looks_depend_on_the_number_planned_alone_and_end_with_it() -> None:
    assert look_numbers(20) == (4, 8, 12, 20)
    assert look_numbers(5) == (5,), "too few to look at before"
    assert look_numbers(6) == (4, 6)
    assert all(look_numbers(planned)[-1] == planned for planned in range(1, 300))


def test_of_few_replications_there_is_one_look_at_the_confidence_itself() -> None:
    assert look_levels((3,)) == {3: 0.95}
    assert look_levels((4,), confidence=0.9) == {4: 0.9}


def test_a_high_confidence_leaves_less_to_spend() -> None:
    *early, last = (1.0 - level for level in look_levels(look_numbers(20), confidence=0.999).values())
    assert sum(early) == pytest.approx(0.0002)
    assert last == pytest.approx(0.0008)


def test_twenty_null_studies_of_a_hundred_are_not_raised_by_looking_on() -> None:
    plain, early, watched = any_excludes_zero(planned=20, studies=20_000, seed=38)
    assert plain > 0.12, "looking four times at 95 % deceives"
    assert early <= EARLY_ERROR
    assert 0.04 < watched <= 0.05, "and nearly all of what is allowed is used"


@pytest.mark.slow
@pytest.mark.verification
@pytest.mark.parametrize("planned", PLANNED[:-1])
def test_the_error_over_all_looks_is_at_most_five_percent(planned: int) -> None:
    _, early, watched = any_excludes_zero(planned, studies=400_000, seed=1983)
    tolerance = 3.0 * np.sqrt(0.05 * 0.95 / 400_000)  # chance of the simulation itself, one in a thousand
    assert early <= EARLY_ERROR + tolerance
    assert 0.04 < watched <= 0.05 + tolerance


def test_intervals_at_a_look_are_student_intervals_at_its_level() -> None:
    values = np.random.default_rng(4).normal(3.0, size=(10, 8))
    found, expected = intervals_at_look(values, (2, 8, 20)), mean_intervals(values, look_levels((2, 8, 20))[8])
    for name, column in expected.items():
        np.testing.assert_array_equal(found[name], column)
    assert (found["half_width"] > mean_intervals(values)["half_width"]).all()


def test_a_look_at_another_number_of_replications_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="9 replications are no look: there are those of 4, 8, 12, 20"):
        intervals_at_look(np.zeros((1, 9)), (4, 8, 12, 20))


@pytest.mark.parametrize("looks", [(), (4, 4), (8, 4), (0, 4)])
def test_looks_that_do_not_rise_are_refused(looks: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="give numbers of replications that rise"):
        look_levels(looks)


def test_no_replications_planned_are_refused() -> None:
    with pytest.raises(ValueError, match="give 1 or more"):
        look_numbers(0)
