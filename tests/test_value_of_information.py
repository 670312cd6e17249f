"""What knowing more is worth, where the truth is known: by a closed form, and by brute force."""

import numpy as np
import pytest
from scipy.stats import norm

from sim.statistics.arrays import FloatArray
from sim.statistics.rank_regression import dummy_coefficients, rank_effects, standard_ranks
from sim.statistics.spline_ridge import cross_fitted, ridge_fit, spline_features
from sim.statistics.value_of_information import (
    fitted_benefits,
    gain_of_choosing,
    partial_values,
    sampled_by_moments,
    sampled_by_regression,
    value_of_everything,
)
from tests.value_worlds import (
    MEAN,
    SLOPE,
    curved_world,
    known_by_study,
    known_for_sure,
    linear_world,
    nested,
    normal_gain,
)


def features_by_name(inputs: FloatArray) -> dict[str, FloatArray]:
    return {str(number): spline_features(inputs[:, [number]]) for number in range(inputs.shape[1])}


# --- closed form


def test_knowing_an_input_is_worth_what_the_closed_form_says() -> None:
    """2,000 draws, z-limit 2, one seed."""
    inputs, benefits = linear_world(1, 2_000)
    found = partial_values(features_by_name(inputs), benefits, np.random.default_rng(1))
    truth = normal_gain(MEAN, SLOPE)
    assert abs(found.value[0] - truth) < 2.0 * found.standard_error[0]
    assert found.crossed[0] == pytest.approx(truth, abs=4.0 * found.standard_error[0])
    assert found.is_real[0]


@pytest.mark.parametrize("error", [0.3, 1.0, 3.0])
def test_a_study_is_worth_what_the_closed_form_says_by_both_methods(error: float) -> None:
    """2,000 draws, z-limit 2 by the standard error of knowing it for sure, one seed."""
    inputs, benefits = linear_world(2, 2_000)
    rng = np.random.default_rng(2)
    features = spline_features(inputs)
    whole = partial_values({"theta": features}, benefits, rng, permutations=20)
    truth = normal_gain(MEAN, SLOPE / np.sqrt(1.0 + error**2))
    fitted, _ = fitted_benefits(features, benefits)
    for value in (
        sampled_by_moments(inputs[:, 0], fitted, error, rng),
        sampled_by_regression(inputs[:, 0], benefits, error, rng),
    ):
        assert abs(value - truth) < 2.0 * whole.standard_error[0]


def test_inputs_that_do_nothing_are_not_called_real() -> None:
    """20 worlds of 20 inputs that do nothing, judged by the largest: one may be by chance in 20, three by bad luck."""
    called = 0
    for seed in range(20):
        inputs, benefits = linear_world(100 + seed, 300, n_inputs=20, slope=0.0)
        found = partial_values(features_by_name(inputs), benefits, np.random.default_rng(seed), permutations=60)
        called += bool(found.is_real.any())
    assert called <= 3


def test_knowing_everything_is_never_overstated_by_chance() -> None:
    """Chance as large as what is not known: the plain value is far too high, that of two runs is not (100 worlds)."""
    truth, plain, lower = normal_gain(0.0, 1.0), [], []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        known = rng.standard_normal(400)
        first, again = (np.column_stack((np.zeros(400), known + rng.standard_normal(400))) for _ in range(2))
        plain.append(gain_of_choosing(first))
        lower.append(value_of_everything(first, again).value)
    assert np.mean(plain) > 1.2 * truth
    assert 0.6 * truth < np.mean(lower) < truth


# --- brute force


def test_a_bent_benefit_of_three_choices_agrees_with_nested_simulation() -> None:
    """EVPPI of the first unknown at 4,000 draws beside 2,000 x 400 nested ones, z-limit 3 of both errors, one seed."""
    inputs, benefits = curved_world(3, 4_000)
    found = partial_values({"theta": spline_features(inputs[:, [0]])}, benefits, np.random.default_rng(3), 40)
    truth, error = nested(2_000, 400, 30, known_for_sure)
    assert abs(found.value[0] - truth) < 3.0 * np.hypot(found.standard_error[0], error)


def test_a_study_of_a_bent_benefit_agrees_with_nested_simulation() -> None:
    """EVSI at a standard error of 0.7, by both methods, z-limit 3; moment matching may err by a tenth more, as the
    shape of what is learned is not quite that of the benefit."""
    inputs, benefits = curved_world(4, 4_000)
    rng = np.random.default_rng(4)
    features = spline_features(inputs[:, [0]])
    found = partial_values({"theta": features}, benefits, rng, 20)
    truth, error = nested(2_000, 400, 40, known_by_study(0.7))
    limit = 3.0 * np.hypot(found.standard_error[0], error)
    by_regression = sampled_by_regression(inputs[:, 0], benefits, 0.7, rng)
    by_moments = sampled_by_moments(inputs[:, 0], fitted_benefits(features, benefits)[0], 0.7, rng)
    assert abs(by_regression - truth) < limit
    assert abs(by_moments - truth) < limit + 0.1 * truth


# --- regressions


def test_a_p_spline_follows_a_curve_and_leaves_noise_alone() -> None:
    rng = np.random.default_rng(5)
    x = rng.random(600)
    y = np.column_stack((np.sin(5.0 * x) + 0.3 * rng.standard_normal(600), rng.standard_normal(600)))
    fit = ridge_fit(spline_features(x[:, None]), y)
    assert np.corrcoef(fit.fitted[:, 0], np.sin(5.0 * x))[0, 1] > 0.99
    assert fit.edf[1] < 3.0
    assert fit.noise[0] == pytest.approx(0.09, rel=0.2)


def test_a_fit_to_other_folds_does_not_know_its_own_outcome() -> None:
    rng = np.random.default_rng(6)
    x, y = rng.standard_normal((60, 40)), rng.standard_normal((60, 1))
    crossed = cross_fitted(x - x.mean(axis=0), y, np.arange(60) % 10)
    assert ((y - crossed) ** 2).mean() > 0.9 * y.var()


def test_a_dummy_has_the_coefficient_it_would_have_if_it_were_fitted_too() -> None:
    rng = np.random.default_rng(7)
    x, y, dummy = (standard_ranks(rng.random((80, width))) for width in (6, 1, 1))
    fit = ridge_fit(x, y)
    both = np.hstack((x, dummy))
    whole = np.linalg.solve(both.T @ both + fit.penalty[0] * np.eye(7), both.T @ y)
    assert dummy_coefficients(x, y, fit, dummy)[0, 0] == pytest.approx(whole[-1, 0])


def test_inputs_that_move_an_outcome_are_above_the_noise_line_and_hardly_ever_others() -> None:
    """30 worlds of 50 inputs, three of which matter; one in 20 may have another above the line."""
    false = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        x = rng.random((300, 50))
        y = 3.0 * x[:, 0] - 2.0 * x[:, 1] + 2.0 * x[:, 2] ** 2 + rng.standard_normal(300)
        found = rank_effects(x, y[:, None], rng)
        above = np.abs(found.coefficients[:, 0]) > found.noise[0]
        assert above[:3].all()
        assert found.coefficients[0, 0] > 0.0 > found.coefficients[1, 0]
        assert 0.3 < found.r_squared[0] < 0.7
        false += bool(above[3:].any())
    assert false <= 5


def test_the_closed_form_of_the_tests_is_that_of_a_simulation() -> None:
    draws = norm.rvs(loc=-0.1, scale=0.3, size=400_000, random_state=8)
    assert normal_gain(-0.1, 0.3) == pytest.approx(np.maximum(draws, 0.0).mean(), rel=0.01)
