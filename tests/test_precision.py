"""Precision asked for, the best of many, known controls: rules worked by hand, and sweeps that play until they are met."""

from math import inf, nan, sqrt

import numpy as np
import pytest
from scipy import stats

from sim.study.control_variates import controlled_means
from sim.study.output_analysis import mean_interval
from sim.study.precision import Precision, next_number, paths, stops_after
from sim.study.selection import select_best

# --- when a precision is reached --------------------------------------------------------------------


def flags(text: str) -> np.ndarray:
    """Of one mean: `x` where the interval is narrow after 1, 2, ... replications."""
    return np.array([[sign == "x" for sign in text]])


@pytest.mark.parametrize(
    ("narrow", "first", "after"),
    [
        ("..xxxxxx", 3, 8),  # the 3rd and five more
        ("..xxxxx", 3, 0),  # the look ahead is not over
        ("..xx.xxxxxx", 3, 11),  # wide again at the 5th: it starts anew at the 6th
        ("xxxxxxxx", 3, 8),  # never before the first look
        ("xxxxxxxxxx", 5, 10),
        ("........", 3, 0),
    ],
)
def test_a_precision_has_to_hold_for_five_further_replications(narrow: str, first: int, after: int) -> None:
    assert stops_after(flags(narrow), first).tolist() == [after]


def test_beyond_a_hundred_replications_it_has_to_hold_for_five_percent_more() -> None:
    assert stops_after(flags("." * 199 + "x" * 11), 2).tolist() == [210]
    assert stops_after(flags("." * 199 + "x" * 10), 2).tolist() == [0]


def test_each_row_stops_by_itself_and_rows_of_no_replication_do_not() -> None:
    both = np.vstack([flags("..xxxxxx."), flags("...xxxxxx")])
    assert stops_after(both, 2).tolist() == [8, 9]
    assert stops_after(np.zeros((2, 0), dtype=bool), 2).tolist() == [0, 0]


def test_intervals_along_the_way_are_those_of_the_replications_so_far() -> None:
    values = np.array([[1.0, 4.0, nan, 2.0, 3.0], [2.0, 2.0, 2.0, 2.0, 2.0]])
    means, half_widths = paths(values, 0.9)
    for n in (2, 3, 4, 5):
        alone = mean_interval(values[0, :n], 0.9)
        assert (means[0, n - 1], half_widths[0, n - 1]) == (alone.mean, alone.half_width)
    assert half_widths[1, 1:].tolist() == [0.0] * 4
    assert np.isnan(half_widths[:, 0]).all()


def test_a_relative_precision_is_a_share_of_the_absolute_mean() -> None:
    assert Precision(relative=0.1).allowed(np.array([-5.0, 0.0])).tolist() == [0.5, 0.0]
    assert Precision(half_width=2.0).allowed(np.array([-5.0, 0.0])).tolist() == [2.0, 2.0]


@pytest.mark.parametrize("given", [{}, {"half_width": 1.0, "relative": 0.1}, {"half_width": 0.0}, {"relative": -1.0}])
def test_a_precision_is_one_positive_number(given: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"one of them|greater than 0"):
        Precision(**given)


def test_a_round_at_most_doubles_and_never_passes_the_cap() -> None:
    values = np.random.default_rng(1).normal(size=10)
    assert next_number(values, 0.01, 0.95, 1000) == 20
    assert next_number(values, 0.01, 0.95, 17) == 17
    assert next_number(values, 100.0, 0.95, 1000) == 15
    for nothing in (np.full(10, nan), values):
        assert next_number(nothing, 0.0 if nothing is values else 1.0, 0.95, 1000) == 20
    assert next_number(values, inf, 0.95, 1000) == 20


# --- the best of many -------------------------------------------------------------------------------


def chosen_step_by_step(values: np.ndarray, better: str, delta: float, n0: int, confidence: float) -> tuple[int, int]:
    """KN as it stands in the paper: which is selected, and after how many replications."""
    x = values if better == "high" else -values
    k = len(x)
    eta = 0.5 * ((2 * (1 - confidence) / (k - 1)) ** (-2 / (n0 - 1)) - 1)
    h2 = 2 * eta * (n0 - 1)
    spread = [[np.var(x[i, :n0] - x[j, :n0], ddof=1) for j in range(k)] for i in range(k)]
    last = max(int(h2 * spread[i][j] / delta**2) for i in range(k) for j in range(k) if i != j)
    if n0 > last:
        return int(x[:, :n0].mean(axis=1).argmax()), n0
    still, r = set(range(k)), n0
    while True:
        mean = x[:, :r].mean(axis=1)
        still = {
            i
            for i in still
            if all(
                mean[i] >= mean[j] - max(0.0, delta / (2 * r) * (h2 * spread[i][j] / delta**2 - r)) for j in still - {i}
            )
        }
        if len(still) == 1:
            return still.pop(), r
        r += 1
        if r == last + 1:
            mean = x[:, :r].mean(axis=1)
            return max(still, key=lambda i: float(mean[i])), r


def test_the_choice_is_that_of_the_paper_taken_step_by_step() -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        k, n0 = int(rng.integers(2, 7)), int(rng.integers(5, 12))
        values = rng.normal(size=(k, 2500))
        better = str(rng.choice(["low", "high"]))
        choice = select_best(values, better, 0.4, n0)  # type: ignore[arg-type]
        assert (choice.selected, choice.n) == chosen_step_by_step(values, better, 0.4, n0, 0.95)


def test_a_choice_needs_no_more_of_those_ruled_out() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(4, 200)) + np.array([[0.0], [0.4], [3.0], [6.0]])
    whole = select_best(values, "low", 0.4, 10)
    assert whole.selected == 0
    assert (whole.left_after[2:] < whole.n).all()
    for row in (1, 2, 3):
        values[row, whole.left_after[row] :] = nan
    values[0, whole.n :] = nan
    again = select_best(values, "low", 0.4, 10)
    assert (again.selected, again.n, again.left_after.tolist()) == (0, whole.n, whole.left_after.tolist())
    assert again.mean == pytest.approx([values[row, : whole.left_after[row] or whole.n].mean() for row in range(4)])


def test_a_choice_that_is_not_made_yet_says_who_is_still_in() -> None:
    values = np.random.default_rng(5).normal(size=(3, 12)) + np.array([[0.0], [0.0], [9.0]])
    choice = select_best(values, "low", 0.1, 10)
    assert choice.selected is None
    assert choice.surviving.tolist() == [True, True, False]
    assert choice.n == 12
    assert select_best(values[:, :9], "low", 0.1, 10).n == 0


def test_a_replication_undefined_in_one_is_left_out_for_all() -> None:
    rng = np.random.default_rng(6)
    values = rng.normal(size=(3, 300))
    holes = np.insert(values, [4, 15], 7.0, axis=1)
    holes[1, [4, 16]] = nan
    whole, some = select_best(values, "high", 0.4, 10), select_best(holes, "high", 0.4, 10)
    assert (some.selected, some.n) == (whole.selected, whole.n)
    assert some.n_undefined == 2


def test_scenarios_alike_to_the_last_bit_are_decided_at_once() -> None:
    same = np.tile(np.random.default_rng(7).normal(size=20), (3, 1))
    assert select_best(same, "low", 0.1, 10).selected == 0


@pytest.mark.parametrize(
    ("values", "indifference", "first", "place"),
    [
        (np.ones((1, 5)), 1.0, 2, "values"),
        (np.ones((2, 5)), 0.0, 2, "indifference"),
        (np.ones((2, 5)), 1.0, 1, "first"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(
    values: np.ndarray, indifference: float, first: int, place: str
) -> None:
    with pytest.raises(ValueError, match=place):
        select_best(values, "low", indifference, first)


# --- known controls ---------------------------------------------------------------------------------


def test_an_adjusted_mean_is_the_intercept_of_the_regression() -> None:
    rng = np.random.default_rng(8)
    above = rng.normal(size=(2, 12))
    values = 3.0 + np.array([0.7, -0.2]) @ above + 0.1 * rng.normal(size=12)
    found = controlled_means(values[np.newaxis], above + np.array([[5.0], [9.0]]), [5.0, 9.0], 0.9)
    design = np.column_stack([np.ones(12), above.T])
    coefficients, rest, *_ = np.linalg.lstsq(design, values, rcond=None)
    error = sqrt(rest[0] / 9 * np.linalg.inv(design.T @ design)[0, 0])
    assert found["mean"][0] == pytest.approx(coefficients[0])
    assert found["half_width"][0] == pytest.approx(stats.t.ppf(0.95, 9) * error)
    assert found["variance_ratio"][0] == pytest.approx(error**2 / (values.var(ddof=1) / 12))
    assert found["loss_factor"][0] == 10 / 8


def test_controls_that_say_nothing_new_are_left_out() -> None:
    rng = np.random.default_rng(9)
    one = rng.normal(size=10)
    values = np.vstack([one + rng.normal(size=10), np.full(10, 4.0)])
    alone = controlled_means(values, [one], [0.0])
    more = controlled_means(values, [one, 2.0 * one + 1.0, np.full(10, 3.0)], [0.0, 1.0, 3.0])
    assert more["n_controls"].tolist() == [1, 1]
    assert more["half_width"] == pytest.approx(alone["half_width"])
    assert (more["mean"][1], more["half_width"][1]) == (4.0, 0.0)


def test_replications_undefined_in_one_measure_cost_the_others_nothing() -> None:
    rng = np.random.default_rng(10)
    control, values = rng.normal(size=(1, 10)), rng.normal(size=(4, 10))
    values[1, 3], values[2], values[3, 2:] = nan, nan, nan
    found = controlled_means(values, control, [0.0])
    part = controlled_means(np.delete(values[1:2], 3, axis=1), np.delete(control, 3, axis=1), [0.0])
    assert found["n"].tolist() == [10, 9, 0, 2]
    assert found["mean"][1] == part["mean"][0]
    assert np.isnan(found["mean"][2])
    assert found["half_width"][3] == inf
