"""Values of information over many repeats: as often within two standard errors as that says, and null shown as null.

Law: being inside is a coin toss with the stated chance p, so that of N repeats at least N p - 2.6 sqrt(N p (1 - p)) are
inside but once in 200 seeds.
"""

import numpy as np
import pytest

from sim.statistics.spline_ridge import spline_features
from sim.statistics.value_of_information import (
    fitted_benefits,
    partial_values,
    sampled_by_moments,
    sampled_by_regression,
)
from tests.value_worlds import MEAN, SLOPE, linear_world, normal_gain

pytestmark = [pytest.mark.slow, pytest.mark.verification]

REPEATS, DRAWS = 100, 2_000


def test_values_lie_within_two_standard_errors_of_the_closed_form() -> None:
    """EVPPI, and EVSI by both methods: each at least 90 of 100 (95.4 expected), and right on average."""
    error = 1.0
    truth, sampled = normal_gain(MEAN, SLOPE), normal_gain(MEAN, SLOPE / np.sqrt(1.0 + error**2))
    inside, values = np.zeros(3), []
    for seed in range(REPEATS):
        inputs, benefits = linear_world(500 + seed, DRAWS)
        rng = np.random.default_rng(seed)
        features = spline_features(inputs)
        found = partial_values({"theta": features}, benefits, rng, 40)
        fitted, _ = fitted_benefits(features, benefits)
        each = (
            found.value[0],
            sampled_by_moments(inputs[:, 0], fitted, error, rng),
            sampled_by_regression(inputs[:, 0], benefits, error, rng),
        )
        values.append(each)
        inside += np.abs(np.array(each) - (truth, sampled, sampled)) < 2.0 * found.standard_error[0]
    print("within two standard errors", inside, "means", np.mean(values, axis=0).round(4), truth, sampled)
    assert (inside >= 90).all()
    assert np.mean(values, axis=0) == pytest.approx([truth, sampled, sampled], rel=0.1)


def test_parameters_that_do_nothing_are_shown_as_null_in_95_of_100() -> None:
    """Twenty inputs beside one that matters, none of the twenty called real: at least 95 of 100 repeats."""
    null, found_real = 0, 0
    for seed in range(REPEATS):
        inputs, benefits = linear_world(900 + seed, DRAWS, n_inputs=21)
        features = {str(number): spline_features(inputs[:, [number]]) for number in range(21)}
        found = partial_values(features, benefits, np.random.default_rng(seed))
        null += not found.is_real[1:].any()
        found_real += bool(found.is_real[0])
    print("null in", null, "real in", found_real)
    assert null >= 95
    assert found_real >= 95
