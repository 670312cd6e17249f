"""What cannot be seen is narrowed to a region that holds the truth, shrinks, and is empty if nothing explains the file.

Twenty worlds are in `tests/verification`.
"""

import numpy as np
import pytest

from sim.calibration.matching.history_matching import Target, Unknown, match
from sim.calibration.matching.match_visits import region_table
from sim.calibration.matching.quantities import quantities_of, scaled, with_factors
from sim.department.quantities import (
    Constant,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
    LognormalMedian,
    Triangular,
    Uniform,
    Weibull,
)
from sim.statistics.emulator import fit_emulator
from tests.calibration_worlds import PHYSICIAN, known_scenario, matched_world

BOX = (Unknown("load", 0.3, 0.95), Unknown("service", 5.0, 30.0))


def queue(point: np.ndarray) -> np.ndarray:
    """Logarithm of the mean wait of M/M/1, and of its mean stay: smooth, steep near saturation."""
    load, service = point
    return np.log([load / (1.0 - load) * service, service / (1.0 - load)])


def noisy(seed: int, spread: float = 0.03):
    rng = np.random.default_rng(seed)
    return lambda point: queue(point) + spread * rng.normal(size=(4, 2))


def test_an_emulator_goes_through_exact_values_and_knows_what_it_does_not_know() -> None:
    x = np.linspace(0.0, 1.0, 12)[:, None]
    found = fit_emulator(x, np.sin(5.0 * x[:, 0]), np.full(12, 1e-8))
    mean, variance = found.predict(np.array([[0.3], [0.77]]))
    assert mean == pytest.approx(np.sin([1.5, 3.85]), abs=0.01)
    assert found.predict(np.array([[1.6]]))[1][0] > 100.0 * variance.max() >= 0.0, "far from every point"


def test_left_out_points_lie_where_the_emulator_says() -> None:
    """Law: standardised errors of 40 points have mean square near 1; within 0.4 to 2.2 but for a chance under 1e-3."""
    rng = np.random.default_rng(2)
    x = rng.random((40, 2))
    y = np.exp(x[:, 0]) + np.sin(4.0 * x[:, 1]) + 0.05 * rng.normal(size=40)
    errors = fit_emulator(x, y, np.full(40, 0.05**2)).left_out_errors()
    assert 0.4 < float(np.mean(errors**2)) < 2.2


def test_the_region_holds_the_truth_and_rules_out_most_of_the_box() -> None:
    truth = np.array([0.8, 14.0])
    targets = tuple(Target(name, value) for name, value in zip(("wait", "stay"), queue(truth), strict=True))
    region = match(noisy(1), BOX, targets, seed=3, points=20, most_waves=2)
    assert region.holds(truth)
    assert region.waves[-1].share_left < 0.1
    assert not region.holds(np.array([0.5, 14.0]))
    assert not region.holds(np.array([0.8, 31.0])), "outside the box"
    (name, low, high), _ = region.ranges()
    assert name == "load"
    assert low < 0.8 < high


def test_what_nothing_in_the_box_explains_leaves_an_empty_region_that_says_so() -> None:
    targets = (Target("wait", np.log(14.0)), Target("stay", np.log(5000.0)))
    region = match(noisy(1), BOX, targets, seed=3, points=15, most_waves=1)
    assert region.is_empty
    assert "nothing in the box" in region.lines()[0]


def test_the_nearest_point_and_the_targets_that_fail_there_are_told_when_nothing_is_left() -> None:
    """The stay is out of reach: the most that the box can do is at its corner, where the wait is too long."""
    in_minutes = {"unit": "min", "in_unit": np.exp}
    targets = (Target("wait", np.log(14.0), **in_minutes), Target("stay", np.log(5000.0), **in_minutes))
    region = match(noisy(1), BOX, targets, seed=3, points=15, most_waves=1, rounds=10)
    assert region.is_empty
    assert region.n_played == 15 + 10 * 20
    assert region.nearest.worst > 3.0
    assert [miss.name for miss in region.nearest.failed]
    stay = next(miss for miss in region.nearest.targets if miss.name == "stay")
    assert (stay.observed, stay.unit) == (pytest.approx(5000.0), "min")
    assert stay.line() in "\n".join(region.lines())
    assert region.at_edge()
    name, edge = region.at_edge()[0]
    assert f"{name} is at the edge of the box, {edge:g}: study.match_range looks further" in "\n".join(region.lines())
    assert "study.match_range" in region.lines()[0]


def test_the_nearest_point_is_near_the_truth_and_meets_its_targets() -> None:
    truth = np.array([0.8, 14.0])
    targets = tuple(Target(name, value, 0.05**2) for name, value in zip(("wait", "stay"), queue(truth), strict=True))
    region = match(noisy(1), BOX, targets, seed=3, points=20, most_waves=2, rounds=5)
    assert region.nearest.failed == ()
    assert region.nearest_values()["load"] == pytest.approx(0.8, abs=0.03)
    assert region.nearest_values()["service"] == pytest.approx(14.0, rel=0.15)
    assert not region.at_edge()


def test_a_department_that_varies_wildly_is_not_near_because_it_varies() -> None:
    """On one side of the box outcomes vary a hundred times as much, far from the target."""
    rng = np.random.default_rng(4)

    def wild(point: np.ndarray) -> np.ndarray:
        return point + (20.0 if point[0] > 0.5 else 0.01) * rng.normal(size=(2, 1)) + (5.0 if point[0] > 0.5 else 0.0)

    region = match(wild, (Unknown("x", 0.0, 1.0),), (Target("y", 0.3),), seed=1, points=20, most_waves=1, rounds=3)
    assert region.nearest_values()["x"] == pytest.approx(0.3, abs=0.05)


def test_many_quantities_are_played_and_not_emulated() -> None:
    box = tuple(Unknown(name, 0.5, 2.0) for name in "abcde")

    def sums(point: np.ndarray) -> np.ndarray:
        return np.array([[point.sum(), point[0]], [point.sum() + 0.02, point[0] - 0.02]])

    targets = (Target("sum", 6.0, 0.1**2), Target("a", 1.0, 0.1**2))
    region = match(sums, box, targets, seed=2, points=20, rounds=6)
    assert (region.waves, region.emulators) == ((), ())
    assert not region.is_empty
    assert all(abs(point.sum() - 6.0) < 0.35 for point in region.points)
    assert region.holds(region.nearest.point)
    assert region.lines()[0].startswith(f"not ruled out: {len(region.points)} of the {20 + 6 * 20} points played")


def test_a_discrepancy_granted_to_the_model_widens_the_region() -> None:
    def left(discrepancy: float) -> float:
        targets = tuple(Target("", value, discrepancy=discrepancy) for value in queue(np.array([0.7, 12.0])))
        return match(noisy(1), BOX, targets, seed=3, points=15, most_waves=1).waves[-1].share_left

    assert left(0.04) > 2.0 * left(0.0) > 0.0


@pytest.mark.parametrize(
    "minutes",
    [
        Constant(value=3.0),
        Exponential(mean=(1.0, 2.0, 3.0, 4.0, 5.0)),
        Lognormal(mean=7.0, cv=0.5),
        LognormalMedian(median=7.0, log_sd=0.5),
        Weibull(shape=1.4, scale=9.0),
        Uniform(low=1.0, high=4.0),
        Triangular(low=1.0, mode=2.0, high=4.0),
        Gamma(mean=8.0, cv=0.3),
        Empirical(quantiles=(1.0, 2.0, 9.0), scale=(1.0, 2.0, 3.0, 4.0, 5.0)),
    ],
    ids=lambda minutes: minutes.family,
)
def test_a_factor_multiplies_the_mean_of_every_family(minutes) -> None:
    for acuity in (1, 3, 5):
        assert scaled(minutes, 1.7).mean_of(acuity) == pytest.approx(1.7 * minutes.mean_of(acuity))


def test_a_factor_changes_its_role_alone() -> None:
    scenario = known_scenario(weeks=4)
    assert quantities_of(scenario) == ("physician", "delays", "patience", "heads.physician")
    changed = with_factors(scenario, {"physician": 2.0})
    before, after = (each.department.streams["medical"].pathway for each in (scenario, changed))
    assert after[0].minutes.mean_of(3) == 2.0 * before[0].minutes.mean_of(3)
    assert after[1:] == before[1:]


def test_service_times_of_a_simulated_department_are_in_the_region_its_visits_leave() -> None:
    world = matched_world(3, points=14, replications=2)
    assert world.holds
    assert world.share_left < 0.2
    table = region_table(world.region)
    assert list(table.columns) == [PHYSICIAN.name, "delays", "implausibility"]
    assert table["implausibility"].is_monotonic_increasing
