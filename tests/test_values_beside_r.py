"""Values of information beside those of R's `voi` and `dampack` on the same draws (`tests/value_draws.py`).

R's figures are facts in `tests/fixtures/values_in_r.csv`, made by `tests/fixtures/values_in_r.R`. Draws are the same,
so that what differs is the regression: there smooths of `mgcv`, here P-splines in ranks.
"""

import numpy as np
import pandas as pd
import pytest

from sim.statistics.spline_ridge import spline_features
from sim.statistics.value_of_information import (
    fitted_benefits,
    gain_of_choosing,
    partial_values,
    sampled_by_moments,
    sampled_by_regression,
)
from tests.value_draws import FIXTURES, ValueDraws, tables_of_draws
from tests.value_worlds import MEAN, SLOPE, normal_gain

FIGURES = pd.read_csv(FIXTURES / "values_in_r.csv", keep_default_na=False, dtype={"of": str}, comment="#")
FIGURES[["value", "standard_error", "spread", "error"]] = FIGURES[
    ["value", "standard_error", "spread", "error"]
].apply(pd.to_numeric, errors="coerce")  # fmt: skip


def figures(what: str, method: str) -> list[pytest.param]:
    """R's figures of one kind, each a test."""
    chosen = FIGURES[(FIGURES["what"] == what) & (FIGURES["method"] == method)]
    return [
        pytest.param(row, id=" ".join(str(each) for each in (row.draws, row.of, row.error)))
        for row in chosen.itertuples()
    ]


@pytest.fixture(scope="module")
def draws() -> dict[str, ValueDraws]:
    return tables_of_draws()


def test_knowing_everything_is_worth_as_much_as_in_r(draws: dict[str, ValueDraws]) -> None:
    """No regression, so the same to rounding."""
    rows = FIGURES[FIGURES["what"] == "evpi"]
    assert set(rows["draws"]) == set(draws)
    for row in rows.itertuples():
        assert gain_of_choosing(draws[row.draws].benefits) == pytest.approx(row.value, rel=1e-6)


@pytest.mark.parametrize("row", figures("evppi", "voi gam"))
def test_knowing_an_input_or_a_group_is_worth_as_much_as_in_r(row, draws: dict[str, ValueDraws]) -> None:
    """Within two of R's standard errors, with what chance alone gives taken off and without; where no chance is in the
    benefits, within 1 % of knowing everything."""
    benefits = draws[row.draws].benefits
    features = spline_features(draws[row.draws].columns(row.of))
    close = max(2.0 * row.standard_error, 0.01 * gain_of_choosing(benefits))
    fitted, _ = fitted_benefits(features, benefits)
    found = partial_values({row.of: features}, benefits, np.random.default_rng(1), permutations=30)
    assert gain_of_choosing(fitted) == pytest.approx(row.value, abs=close)
    assert found.value[0] == pytest.approx(row.value, abs=close)


@pytest.mark.parametrize("row", [*figures("evsi", "voi gam"), *figures("evsi", "voi mm")])
def test_a_study_is_worth_as_much_as_in_r_by_both_methods(row, draws: dict[str, ValueDraws]) -> None:
    """Within two of R's standard errors, or of the spread of its repeats, and 3 % for the shape of what is learned."""
    inputs, benefits = draws[row.draws]
    truth, rng = inputs[row.of], np.random.default_rng(2)
    fitted, _ = fitted_benefits(spline_features(truth[:, None]), benefits)
    close = 2.0 * np.nanmax([row.standard_error, row.spread]) + 0.03 * gain_of_choosing(fitted)
    assert sampled_by_moments(truth, fitted, row.error, rng) == pytest.approx(row.value, abs=close)
    assert sampled_by_regression(truth, benefits, row.error, rng) == pytest.approx(row.value, abs=close)


def test_r_and_the_closed_form_agree_too() -> None:
    """So that both are not wrong together: two thousand draws, two standard errors."""
    rows = FIGURES[(FIGURES["draws"] == "straight") & (FIGURES["of"] == "theta") & (FIGURES["method"] == "voi gam")]
    assert len(rows) == 4
    for row in rows.itertuples():
        learned = 1.0 if row.what == "evppi" else 1.0 / np.sqrt(1.0 + row.error**2)
        assert row.value == pytest.approx(normal_gain(MEAN, SLOPE * learned), abs=2.0 * row.standard_error)
