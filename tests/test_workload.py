"""The law of the workload: keyed draws, quantiles, arrivals, returns and the prelude, against their distributions.

Statistical tests use fixed seeds and refuse |z| >= 4 (a false alarm in 16,000 a figure). A chi-square of df degrees of
freedom is read as z = (chi2 - df) / sqrt(2 df).
"""

import datetime
import math
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import pairwise, product
from math import sqrt
from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.config import compose
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH, Profile, Replay, SlowLevel, SpecialDay, Steady
from sim.department.pathway import Delay
from sim.department.patients import Group, ReturnVisits, minutes_to_return, time_of_return
from sim.department.quantities import (
    EMPIRICAL,
    GAMMA,
    Constant,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
    LognormalMedian,
    Triangular,
    Uniform,
    Weibull,
    gamma_table,
    knot_quantile,
    normal_quantile,
    quantile,
    table_quantile,
)
from sim.department.roster import Staffing
from sim.department.scenario import Period, Scenario
from sim.engine.draw_numbers import DAY_ID, FIRST_DAY, PERSON, WEEK_ID, flag_id, quantity_id
from sim.engine.hourly_rates import FORGOTTEN, HourlyRates, day_factors, shock_weights, week_levels
from sim.engine.keyed_uniforms import keyed, visit_uniform
from sim.engine.workload import Workload, return_gap, return_time
from sim.runs.engines import COMPILED, ENGINES, Engine
from tests.worlds import always, one_stream, visits_at

Floats = NDArray[np.float64]

Z_LIMIT = 4.0
DAY = 1440.0
WEEK = 10080.0
SEED = 20240101


def z_of_chi2(observed: Any, expected: Any, df: int | None = None) -> float:
    """How far counts stand from what is expected of independent Poisson or multinomial cells."""
    counts, means = np.ravel(np.asarray(observed, dtype=float)), np.ravel(np.asarray(expected, dtype=float))
    freedom = len(counts) - 1 if df is None else df
    return float((((counts - means) ** 2 / means).sum() - freedom) / sqrt(2.0 * freedom))


def z_of_mean(values: Any, law: float) -> float:
    numbers = np.asarray(values, dtype=float)
    return float((numbers.mean() - law) / (numbers.std(ddof=1) / sqrt(len(numbers))))


def z_of_share(count: float, n: int, law: float) -> float:
    return (count - n * law) / sqrt(n * law * (1.0 - law))


# --- keyed uniforms -------------------------------------------------------------------------------------------------

N_DRAWS = 65_536
CARE = quantity_id("step/care")


def base_of(seed: int, replication: int = 0) -> int:
    return int(keyed(seed, replication, 0)) >> 1


ALONG: dict[str, Callable[[int], float]] = {
    "patient": lambda i: visit_uniform(base_of(SEED), i, 1, CARE, 0),
    "patient of another stream": lambda i: visit_uniform(base_of(SEED), 10**9 + i, 1, CARE, 0),
    "visit number": lambda i: visit_uniform(base_of(SEED), 17, i, CARE, 0),
    "quantity": lambda i: visit_uniform(base_of(SEED), 17, 1, quantity_id(f"step/{i}"), 0),
    "counter": lambda i: visit_uniform(base_of(SEED), 17, 1, CARE, i),
    "seed": lambda i: visit_uniform(base_of(i), 17, 1, CARE, 0),
    "replication": lambda i: visit_uniform(base_of(SEED, i), 17, 1, CARE, 0),
}


@cache
def along(key: str) -> Floats:
    return np.array([ALONG[key](i) for i in range(N_DRAWS)])


@pytest.mark.parametrize("key", ALONG)
def test_draws_are_uniform_along_every_part_of_their_key(key: str):
    u = along(key)
    assert u.min() > 0.0
    assert u.max() < 1.0
    counts = np.histogram(u, bins=256, range=(0.0, 1.0))[0]
    assert abs(z_of_chi2(counts, np.full(256, N_DRAWS / 256))) < Z_LIMIT


@pytest.mark.parametrize("key", ALONG)
def test_the_fine_digits_of_draws_are_uniform_too(key: str):
    counts = np.histogram((along(key) * 2.0**24) % 1.0, bins=256, range=(0.0, 1.0))[0]
    assert abs(z_of_chi2(counts, np.full(256, N_DRAWS / 256))) < Z_LIMIT


@pytest.mark.parametrize("lag", [1, 2, 16])
@pytest.mark.parametrize("key", ALONG)
def test_neighbouring_draws_are_independent(key: str, lag: int):
    """Disjoint pairs fall into 16 x 16 cells alike."""
    u = along(key)
    pairs = u[: N_DRAWS - N_DRAWS % (2 * lag)].reshape(-1, 2, lag)
    cells = np.histogram2d(pairs[:, 0].ravel(), pairs[:, 1].ravel(), bins=16, range=((0, 1), (0, 1)))[0]
    assert abs(z_of_chi2(cells, np.full(256, cells.sum() / 256))) < Z_LIMIT


@pytest.mark.parametrize(
    ("a", "b"), [("step/a", "step/b"), ("acuity", "age"), ("peer_consent", "peer_kind"), ("return", "frailty")]
)
def test_two_quantities_of_a_visit_are_independent(a: str, b: str):
    base, first, second = base_of(SEED), quantity_id(a), quantity_id(b)
    x = [visit_uniform(base, patient, 1, first, 0) for patient in range(N_DRAWS)]
    y = [visit_uniform(base, patient, 1, second, 0) for patient in range(N_DRAWS)]
    cells = np.histogram2d(x, y, bins=16, range=((0, 1), (0, 1)))[0]
    assert abs(z_of_chi2(cells, np.full(256, N_DRAWS / 256))) < Z_LIMIT


def test_quantities_of_the_default_department_have_ids_of_their_own():
    workload = Workload(compose(["study=run"]).scenario, SEED, 0)
    for draws in workload.draws:
        ids = [quantity_id(name) for name in (*draws.uniform_at, *draws.value_at)]
        ids += [flag_id(name) for name in draws.flag_at]
        assert len(set(ids)) == len(ids)
        assert all(0 <= number < 2**63 for number in ids)


def test_whether_a_step_happens_says_nothing_about_its_minutes():
    """A step that half the visits take lasts its 20 minutes on average where it happens."""
    workload = Workload(delays("a"), SEED, 0)
    rows = [drawn_by_name(workload, patient, 1) for patient in range(20_000)]
    minutes = np.array([row["value step/a"] for row in rows if row["flag step/a"]])
    assert abs(minutes.mean() - 20.0) / (minutes.std() / np.sqrt(len(minutes))) < Z_LIMIT


# --- quantiles ------------------------------------------------------------------------------------------------------

U_GRID = np.concatenate(
    [10.0 ** np.arange(-15.0, -3.0, 0.25), np.linspace(0.001, 0.999, 1999), 1.0 - 10.0 ** np.arange(-15.0, -3.0, 0.25)]
)


def test_the_normal_quantile_is_that_of_scipy_to_two_in_ten_to_fifteen():
    ours = np.array([normal_quantile(u) for u in U_GRID])
    theirs = scipy.special.ndtri(U_GRID)
    assert np.abs(ours - theirs).max() <= 2e-15 * np.maximum(1.0, np.abs(theirs)).max()
    assert (np.abs(ours - theirs) <= 2e-15 * np.maximum(1.0, np.abs(theirs))).all()


MEANS = (0.5, 7.0, 240.0)
CLOSED: dict[str, tuple[Callable[[float], Any], Callable[[float], Any]]] = {
    "exponential": (lambda m: Exponential(mean=m), lambda m: scipy.stats.expon(scale=m)),
    "lognormal": (
        lambda m: Lognormal(mean=m, cv=0.7),
        lambda m: scipy.stats.lognorm(s=sqrt(math.log(1.49)), scale=m / sqrt(1.49)),
    ),
    "lognormal_median": (
        lambda m: LognormalMedian(median=m, log_sd=0.8),
        lambda m: scipy.stats.lognorm(s=0.8, scale=m),
    ),
    "weibull": (lambda m: Weibull(shape=0.742, scale=m), lambda m: scipy.stats.weibull_min(0.742, scale=m)),
    "uniform": (lambda m: Uniform(low=m, high=3.0 * m), lambda m: scipy.stats.uniform(m, 2.0 * m)),
    "triangular": (
        lambda m: Triangular(low=m, mode=1.5 * m, high=4.0 * m),
        lambda m: scipy.stats.triang(0.5 / 3.0, loc=m, scale=3.0 * m),
    ),
}


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("family", CLOSED)
def test_closed_quantiles_are_those_of_scipy(family: str, mean: float):
    ours, theirs = CLOSED[family][0](mean), CLOSED[family][1](mean)
    code, *parameters = ours.lowered(3)
    values = np.array([quantile(code, *parameters, u) for u in U_GRID])
    np.testing.assert_allclose(values, theirs.ppf(U_GRID), rtol=5e-13)
    assert ours.mean_of(3) == pytest.approx(theirs.mean(), rel=1e-12)


@pytest.mark.parametrize(("cv", "error"), [(0.02, 3e-5), (0.07, 3e-5), (0.3, 3e-5), (0.5, 3e-5), (1.0, 3e-5)])
def test_gamma_tables_are_as_exact_as_they_say(cv: float, error: float):
    """Absolute error for mean 1, over the body and both tails, at points between the grid's."""
    table, shape = gamma_table(cv), 1.0 / cv**2
    body = U_GRID[(U_GRID > 1e-12) & (U_GRID < 1.0 - 1e-12)]
    ours = np.array([table_quantile(table, u) for u in body])
    assert np.abs(ours - scipy.stats.gamma.ppf(body, shape, scale=1.0 / shape)).max() < error


def test_a_gamma_table_keeps_mean_and_spread():
    u = (np.arange(200_000) + 0.5) / 200_000
    values = np.array([table_quantile(gamma_table(0.5), x) for x in u])
    assert values.mean() == pytest.approx(1.0, abs=1e-4)
    assert values.std() == pytest.approx(0.5, abs=1e-3)


def drawn_at(distribution: Any, u: float) -> float:
    code, *parameters = distribution.lowered(3)
    if code == GAMMA:
        return parameters[0] * table_quantile(gamma_table(parameters[1]), u)
    if code == EMPIRICAL:
        return parameters[0] * knot_quantile(np.array(distribution.knots(3)), u)
    return quantile(code, *parameters, u)


FAMILIES: dict[str, Callable[[float], Any]] = {
    "constant": lambda m: Constant(value=m),
    "gamma": lambda m: Gamma(mean=m, cv=0.5),
    "empirical": lambda m: Empirical(quantiles=(0.1, 0.5, 0.5, 3.0), at=(0.0, 0.3, 0.6, 1.0), scale=m),
    **{name: pair[0] for name, pair in CLOSED.items()},
}
OPEN_UNIT = st.floats(min_value=2.0**-54, max_value=1.0 - 2.0**-53)


@pytest.mark.parametrize("family", FAMILIES)
@given(u=OPEN_UNIT, means=st.tuples(st.floats(0.01, 1e4), st.floats(0.01, 1e4)))
def test_a_larger_mean_never_makes_a_draw_smaller(family: str, u: float, means: tuple[float, float]):
    low, high = sorted(means)
    assert drawn_at(FAMILIES[family](low), u) <= drawn_at(FAMILIES[family](high), u) * (1.0 + 1e-13)


@pytest.mark.parametrize("family", FAMILIES)
@given(pair=st.tuples(OPEN_UNIT, OPEN_UNIT))
def test_a_quantile_never_falls(family: str, pair: tuple[float, float]):
    low, high = sorted(pair)
    assert drawn_at(FAMILIES[family](7.0), low) <= drawn_at(FAMILIES[family](7.0), high) * (1.0 + 1e-13)


def test_a_mean_by_acuity_is_that_of_the_acuity():
    five = (50.0, 40.0, 30.0, 20.0, 10.0)
    for acuity in range(1, 6):
        code, *parameters = Exponential(mean=five).lowered(acuity)
        assert quantile(code, *parameters, 0.3) == -five[acuity - 1] * math.log1p(-0.3)


SAMPLE = (0.0, 2.0, 3.0, 3.0, 8.0, 21.0, 22.0, 90.0)
"""With a zero, a tie and a tail."""


def test_an_empirical_quantile_is_the_value_given_at_each_share_and_a_straight_line_between():
    """Against NumPy's, whose lines between the order statistics of a sample are those of quantiles at even steps."""
    knots = np.array(Empirical(quantiles=SAMPLE).knots(3))
    assert [knot_quantile(knots, share) for share in np.arange(8) / 7] == pytest.approx(SAMPLE, rel=1e-15)
    u = U_GRID[(U_GRID > 0.0) & (U_GRID < 1.0)]
    np.testing.assert_allclose([knot_quantile(knots, x) for x in u], np.quantile(SAMPLE, u), rtol=1e-9, atol=1e-12)
    uneven = np.array(Empirical(quantiles=(5.0, 10.0, 100.0), at=(0.0, 0.9, 1.0)).knots(1))
    assert [knot_quantile(uneven, x) for x in (0.45, 0.9, 0.95)] == pytest.approx([7.5, 10.0, 55.0], rel=1e-12)


def test_the_mean_of_an_empirical_distribution_is_that_of_its_quantiles():
    lists = tuple(tuple(level * value for value in SAMPLE) for level in range(1, 6))
    law = Empirical(quantiles=lists, scale=(5.0, 4.0, 3.0, 2.0, 1.0))
    u = (np.arange(70_000) + 0.5) / 70_000  # whole numbers of points between knots: the middle rule is exact
    for acuity in (1, 4, 5):
        knots, scale = np.array(law.knots(acuity)), 6 - acuity
        assert law.mean_of(acuity) == pytest.approx(scale * np.mean([knot_quantile(knots, x) for x in u]), rel=1e-9)


def test_draws_of_an_empirical_distribution_are_distributed_as_its_quantiles_say():
    """Law: the Kolmogorov distance of n draws exceeds 1.95 / sqrt(n) once in a thousand times; the seed is fixed."""
    step = Delay(name="a", minutes=Empirical(quantiles=(0.0, 10.0, 12.0, 70.0), at=(0.0, 0.5, 0.8, 1.0), scale=2.0))
    demand = Steady(per_hour={"medical": 2.0}, acuity_mix={"medical": (0.05, 0.15, 0.4, 0.3, 0.1)})
    workload = Workload(one_stream([step], {}, demand), SEED, 0)
    drawn = np.array([drawn_by_name(workload, patient, 1)["value step/a"] for patient in range(20_000)])
    below = np.interp(drawn, (0.0, 20.0, 24.0, 140.0), (0.0, 0.5, 0.8, 1.0))
    assert scipy.stats.kstest(below, "uniform").statistic < 1.95 / np.sqrt(drawn.size)


def test_gamma_and_empirical_tables_stand_beside_each_other():
    """Each step has its own table, whatever order they were asked for in."""
    minutes = {
        "g": Gamma(mean=7.0, cv=0.5), "e": Empirical(quantiles=(30.0, 40.0)), "h": Gamma(mean=7.0, cv=0.02),
        "f": Empirical(quantiles=(((1.0, 2.0), (3.0, 4.0), (5.0, 6.0), (7.0, 8.0), (9.0, 10.0)))),
    }  # fmt: skip
    demand = Steady(per_hour={"medical": 2.0}, acuity_mix={"medical": (0.2, 0.2, 0.2, 0.2, 0.2)})
    steps = [Delay(name=name, minutes=law) for name, law in minutes.items()]
    workload = Workload(one_stream(steps, {}, demand), SEED, 0)
    for patient in range(200):
        row = drawn_by_name(workload, patient, 1)
        acuity = int(row["acuity"])
        for name, law in minutes.items():
            u = workload.uniform(patient, 1, quantity_id(f"step/{name}"))
            code, scale, *_ = law.lowered(acuity)
            table = gamma_table(law.cv) if code == GAMMA else np.array(law.knots(acuity))
            expected = table_quantile(table, u) if code == GAMMA else knot_quantile(table, u)
            assert row[f"value step/{name}"] == scale * expected


# --- visits ---------------------------------------------------------------------------------------------------------

STEPS = {name: Delay(name=name, minutes=Lognormal(mean=20.0, cv=0.5), share=0.5) for name in "abcd"}


def delays(*names: str, **more: Any) -> Scenario:
    demand = Steady(per_hour={"medical": 2.0}, acuity_mix={"medical": (0.05, 0.15, 0.4, 0.3, 0.1)})
    return one_stream([STEPS[name] for name in names], {}, demand, **more)


def drawn_by_name(workload: Workload, patient: int, number: int) -> dict[str, float]:
    draws, values = workload.draws[0], workload.visit(0, patient, number)
    named = {f"flag {name}": values[at] for name, at in draws.flag_at.items()}
    named |= {f"value {name}": values[at] for name, at in draws.value_at.items()}
    return named | {name: values[at] for name, at in draws.uniform_at.items()} | {"acuity": values[0]}


def test_the_order_of_steps_and_steps_added_change_no_draw():
    one, other, more = (Workload(delays(*names), SEED, 0) for names in ("abc", "cba", "dcab"))
    assert one.arrivals() == other.arrivals() == more.arrivals()
    for patient in range(300):
        first = drawn_by_name(one, patient, 1)
        assert drawn_by_name(other, patient, 1) == first
        assert first.items() <= drawn_by_name(more, patient, 1).items()
        assert drawn_by_name(one, patient, 2) != first


def test_a_share_of_visits_has_a_step_and_the_draws_of_two_steps_are_independent():
    workload = Workload(delays("a", "b"), SEED, 0)
    rows = [drawn_by_name(workload, patient, 1) for patient in range(20_000)]
    flags = np.array([(row["flag step/a"], row["flag step/b"]) for row in rows])
    assert abs(z_of_share(flags[:, 0].sum(), len(flags), 0.5)) < Z_LIMIT
    cells = [np.sum((flags == pair).all(axis=1)) for pair in ((0, 0), (0, 1), (1, 0), (1, 1))]
    assert abs(z_of_chi2(cells, [5000.0] * 4)) < Z_LIMIT


def test_acuity_follows_its_mix_and_a_given_acuity_keeps_all_other_draws():
    workload = Workload(delays("a"), SEED, 0)
    drawn = [int(workload.visit(0, patient, 1)[0]) for patient in range(20_000)]
    counts = np.bincount(drawn, minlength=6)[1:]
    assert abs(z_of_chi2(counts, 20_000 * np.array([0.05, 0.15, 0.4, 0.3, 0.1]))) < Z_LIMIT
    for patient, acuity in enumerate(drawn[:200]):
        assert workload.visit(0, patient, 1, acuity) == workload.visit(0, patient, 1)


def test_groups_and_frailty_belong_to_the_patient():
    groups = (Group(name="a", share=0.7), Group(name="b", share=0.3))
    workload = Workload(delays("a", department={"groups": groups}), SEED, 0)
    in_b = sum(workload.group(patient) for patient in range(20_000))
    assert abs(z_of_share(in_b, 20_000, 0.3)) < Z_LIMIT
    law = ReturnVisits(susceptible=0.18, shape=0.742, scale_days=110.7, frail_share=0.2, frailty=5.44)
    frail = [workload.frailty(patient, law) for patient in range(20_000)]
    assert set(frail) == {1.0, 5.44}
    assert abs(z_of_share(frail.count(5.44), 20_000, 0.2)) < Z_LIMIT


def test_a_share_of_shifts_goes_unfilled():
    workload = Workload(delays("a"), SEED, 0)
    absent = [workload.is_absent(f"nurse/day/{k}", DAY * day, 0.08) for k in range(20) for day in range(1000)]
    assert abs(z_of_share(sum(absent), len(absent), 0.08)) < Z_LIMIT
    assert not any(workload.is_absent("nurse/day/1", DAY * day, 0.0) for day in range(100))


# --- arrivals -------------------------------------------------------------------------------------------------------

N_WEEKS, N_REPLICATIONS = 26, 8


def plain_days(**demand: Any) -> Scenario:
    """The default demand without day factors, months or returns."""
    scenario = compose(["study=run"]).scenario
    streams = {
        name: stream.model_copy(update={"returns": None}) for name, stream in scenario.department.streams.items()
    }
    assert isinstance(scenario.demand, Profile)
    plain = {"day_factor_cv": {MEDICAL: 0.0, MENTAL_HEALTH: 0.0}} | demand
    return scenario.model_copy(
        update={
            "department": scenario.department.model_copy(update={"streams": streams}),
            "demand": scenario.demand.model_copy(update=plain),
            "period": Period(weeks=N_WEEKS, month_factors=False),
        }
    )


def expected_by_hour(scenario: Scenario, stream: str) -> Floats:
    """First visits in each hour of the week, from the shares and indices of the profile: department.md section 1."""
    demand = scenario.demand
    assert isinstance(demand, Profile)
    share = {MENTAL_HEALTH: demand.mental_health_share, MEDICAL: 1.0 - demand.mental_health_share}[stream]
    mental = np.array(demand.mh_hour_shares[demand.mh_shape])
    everyone = np.array(demand.hour_shares)
    hours = mental if stream == MENTAL_HEALTH else (everyone - demand.mental_health_share * mental) / share
    weekdays = np.array(demand.weekday_index[stream])
    a_day = demand.visits_per_year * share / 365.0 / demand.visits_per_patient[stream]
    return np.asarray(np.outer(weekdays / weekdays.mean(), hours * a_day).ravel())


def times_of(scenario: Scenario, stream: str) -> Iterator[Floats]:
    """Arrival times of first visits of a stream, replication by replication."""
    number = list(scenario.department.streams).index(stream)
    for replication in range(N_REPLICATIONS):
        coming = Workload(scenario, SEED, replication).arrivals()
        assert all(a.time <= b.time for a, b in pairwise(coming))
        yield np.array([arrival.time for arrival in coming if arrival.stream == number])


@pytest.mark.parametrize("stream", [MEDICAL, MENTAL_HEALTH])
def test_arrivals_are_poisson_at_the_rate_of_each_hour_of_the_week(stream: str):
    """Counts by hour of the week against the profile; weekly totals, and the minute in the hour, against Poisson."""
    scenario = plain_days()
    means = expected_by_hour(scenario, stream)
    runs = list(times_of(scenario, stream))
    times = np.concatenate(runs)
    counts = np.bincount((times % WEEK // 60.0).astype(int), minlength=168)
    assert abs(z_of_chi2(counts, means * N_WEEKS * N_REPLICATIONS, df=168)) < Z_LIMIT
    weekly = [np.bincount((run // WEEK).astype(int), minlength=N_WEEKS) for run in runs]
    assert (
        abs(z_of_chi2(weekly, np.full((N_REPLICATIONS, N_WEEKS), means.sum()), df=N_WEEKS * N_REPLICATIONS)) < Z_LIMIT
    )
    minutes = np.bincount((times % 60.0).astype(int), minlength=60)
    assert abs(z_of_chi2(minutes, np.full(60, len(times) / 60.0))) < Z_LIMIT


def test_gaps_between_arrivals_at_a_steady_rate_are_exponential_and_independent():
    """Kolmogorov-Smirnov p > 6e-5, as |z| < 4; lag-1 correlation of n gaps has standard error 1 / sqrt(n)."""
    times = np.array([a.time for a in Workload(delays("a", minutes=DAY * 365.0), SEED, 0).arrivals()])
    gaps = np.diff(times)
    assert scipy.stats.kstest(gaps, scipy.stats.expon(scale=30.0).cdf).pvalue > 6e-5
    assert abs(np.corrcoef(gaps[:-1], gaps[1:])[0, 1]) * sqrt(len(gaps)) < Z_LIMIT


def test_arrivals_stand_in_order_of_time_and_patient_as_rows_too():
    """Drawn arrivals of both streams with the returns of the prelude; replayed ones with what is given of each."""
    drawn = Workload(compose(["study=run", "study.weeks=4"]).scenario, SEED, 0)
    replayed = Workload(one_stream([STEPS["a"]], {}, visits_at(5.0, 5.0, 9.0, acuity=2)), SEED, 0)
    for workload in (drawn, replayed):
        rows, coming = workload.arrivals_under(workload.base), workload.arrivals()
        assert [row[:4] for row in rows.tolist()] == [arrival[:4] for arrival in coming]
        assert coming == sorted(coming, key=lambda arrival: (arrival.time, arrival.patient))
    assert {(arrival.stream, arrival.number > 1) for arrival in drawn.arrivals()} == set(product((0, 1), (False, True)))
    assert set(drawn.arrivals_under(drawn.base)["given"]) == {-1}
    assert isinstance(replayed.scenario.demand, Replay)
    assert [arrival.given for arrival in replayed.arrivals()] == list(replayed.scenario.demand.visits)
    assert replayed.arrivals_under(0)["given"].tolist() == [0, 1, 2]


def test_the_address_of_arrivals_is_where_their_rows_are_and_drawn_ones_cannot_be_written_to():
    """Of one stream without a prelude, of two with one, of a replayed list, and where nobody comes."""
    of_one, of_two = delays("a", minutes=DAY), compose(["study=run", "study.weeks=1"]).scenario
    replayed = one_stream([STEPS["a"]], {}, visits_at(5.0, 9.0))
    for scenario, least in ((of_one, 20), (of_two, 1000), (replayed, 2), (delays("a", minutes=1e-9), 0)):
        rows, address = Workload(scenario, SEED, 0).addressed_arrivals(base_of(SEED))
        assert address == rows.ctypes.data
        assert len(rows) >= least
        assert rows.flags.writeable == (scenario is replayed)


def test_growth_and_months_multiply_the_number_of_arrivals():
    """52 weeks: expected counts by month are days x month index, and demand.growth multiplies them all."""
    year = plain_days(growth=1.2).model_copy(update={"period": Period(weeks=52)})
    assert year.period.uses_month_factors
    assert isinstance(year.demand, Profile)
    per_day = 1.2 * expected_by_hour(year, MEDICAL).sum() / 7.0
    index = np.array(year.demand.month_index[MEDICAL])
    start = np.datetime64(year.department.calendar_start)
    months = (start + np.arange(364)).astype("datetime64[M]").astype(int) % 12
    expected = per_day * index * np.bincount(months, minlength=12)
    runs = list(times_of(year, MEDICAL))
    counts = np.bincount(months[(np.concatenate(runs) // DAY).astype(int)], minlength=12)
    # Weekdays are uneven, so a month's expectation depends a little on where its week-ends lie: 1 % at most.
    assert np.abs(counts / (expected * N_REPLICATIONS) - 1.0).max() < 0.02
    in_all = expected.sum() * N_REPLICATIONS
    assert abs(counts.sum() - in_all) < Z_LIMIT * sqrt(in_all) + 0.002 * in_all


def test_day_factors_are_gamma_with_mean_one_and_the_coefficient_given():
    cv, n = 0.07, 20_000
    factors = day_factors(np.arange(n), cv, quantity_id(MEDICAL), base_of(SEED))
    assert abs(z_of_mean(factors, 1.0)) < Z_LIMIT
    assert abs(z_of_mean((factors - 1.0) ** 2, cv**2)) < Z_LIMIT
    assert scipy.stats.kstest(factors, scipy.stats.gamma(1.0 / cv**2, scale=cv**2).cdf).pvalue > 6e-5
    assert abs(np.corrcoef(factors[:-1], factors[1:])[0, 1]) * sqrt(n) < Z_LIMIT


def test_day_factors_are_the_plain_rule_to_the_last_bit():
    """Compiled or not; and days before time 0, those of the prelude, have factors too."""
    days, stream = np.arange(-1460, 400), quantity_id(MEDICAL)
    plain = [
        table_quantile(gamma_table(0.07), visit_uniform(base_of(SEED), stream, PERSON, DAY_ID, FIRST_DAY + int(day)))
        for day in days
    ]
    assert day_factors(days, 0.07, stream, base_of(SEED)).tolist() == plain
    assert set(day_factors(days, 0.0, stream, base_of(SEED))) == {1.0}


def test_daily_counts_spread_as_poisson_days_with_a_gamma_factor():
    """Variance of a day's count is m + (cv m)^2: for 166 medical first visits a day nearly twice the Poisson one."""
    scenario = plain_days(day_factor_cv={MEDICAL: 0.07, MENTAL_HEALTH: 0.07})
    means = expected_by_hour(scenario, MEDICAL).reshape(7, 24).sum(axis=1)
    squares = []
    for run in times_of(scenario, MEDICAL):
        counts = np.bincount((run // DAY).astype(int), minlength=7 * N_WEEKS).reshape(N_WEEKS, 7)
        squares += ((counts - means) ** 2 / (means + (0.07 * means) ** 2)).ravel().tolist()
    assert abs(z_of_mean(squares, 1.0)) < Z_LIMIT


def test_streams_have_day_factors_of_their_own_and_replications_too():
    days = np.arange(200)
    one = day_factors(days, 0.07, quantity_id(MEDICAL), base_of(SEED))
    other = day_factors(days, 0.07, quantity_id(MENTAL_HEALTH), base_of(SEED))
    again = day_factors(days, 0.07, quantity_id(MEDICAL), base_of(SEED, 1))
    for a, b in ((one, other), (one, again)):
        assert abs(np.corrcoef(a, b)[0, 1]) * sqrt(200) < Z_LIMIT


MEDICAL_ID = quantity_id(MEDICAL)


@pytest.mark.parametrize("memory", [0.4, 4.0, 13.0])
def test_levels_of_weeks_are_lognormal_with_mean_one_and_an_exponential_memory(memory: float):
    """Every tenth memory of a long run is nearly independent: its mean, variance and lagged products have z < 4."""
    cv, apart = 0.3, max(1, math.ceil(10 * memory))
    log_sd = sqrt(math.log(1.0 + cv**2))
    levels = week_levels(np.arange(20_000 * apart), SlowLevel(cv=cv, memory_weeks=memory), MEDICAL_ID, base_of(SEED))
    z = (np.log(levels) + log_sd**2 / 2.0) / log_sd
    assert abs(z_of_mean(levels[::apart], 1.0)) < Z_LIMIT
    assert abs(z_of_mean((levels[::apart] - 1.0) ** 2, cv**2)) < Z_LIMIT
    assert scipy.stats.kstest(z[::apart], scipy.stats.norm.cdf).pvalue > 6e-5
    for lag in (1, 2, 8):
        assert abs(z_of_mean(z[:-lag:apart] * z[lag::apart], math.exp(-lag / memory))) < Z_LIMIT


@pytest.mark.parametrize("memory", [0.1, 1.0, 26.0, 520.0])
def test_shocks_of_weeks_make_unit_variance_and_the_correlation_of_an_autoregression(memory: float):
    weights = shock_weights(memory)
    assert weights @ weights == pytest.approx(1.0, abs=1e-12)
    for lag in range(1, len(weights)):
        assert weights[:-lag] @ weights[lag:] == pytest.approx(math.exp(-lag / memory), abs=FORGOTTEN)


def test_the_level_of_a_week_is_the_plain_rule_to_the_last_bit_wherever_the_weeks_begin_and_end():
    level = SlowLevel(cv=0.2, memory_weeks=3.0)
    weights, log_sd = shock_weights(3.0), sqrt(math.log1p(0.2**2))

    def plain(week: int) -> float:
        z = 0.0
        for k, weight in enumerate(weights):
            z += weight * normal_quantile(
                visit_uniform(base_of(SEED), MEDICAL_ID, PERSON, WEEK_ID, FIRST_DAY + week - k)
            )
        return math.exp(log_sd * z - 0.5 * log_sd * log_sd)

    weeks = np.arange(-220, 60)
    found = week_levels(weeks, level, MEDICAL_ID, base_of(SEED))
    assert found.tolist() == [plain(int(week)) for week in weeks]
    assert week_levels(weeks[200:230], level, MEDICAL_ID, base_of(SEED)).tolist() == found[200:230].tolist()
    assert set(week_levels(weeks, SlowLevel(), MEDICAL_ID, base_of(SEED))) == {1.0}


def test_streams_and_replications_have_levels_of_their_own():
    weeks, level = np.arange(400), SlowLevel(cv=0.2, memory_weeks=0.3)
    one = week_levels(weeks, level, MEDICAL_ID, base_of(SEED))
    others = (
        week_levels(weeks, level, quantity_id(MENTAL_HEALTH), base_of(SEED)),
        week_levels(weeks, level, MEDICAL_ID, base_of(SEED, 1)),
    )
    for other in others:
        assert abs(np.corrcoef(one, other)[0, 1]) * sqrt(400) < Z_LIMIT


def variance_of_total(day_means: Floats, day_cv: float, level: SlowLevel) -> float:
    """Of the visits of some days: Poisson, plus the factor of each day, plus the levels of weeks with their memory.

    Cov(L_v, L_w) = exp(s^2 phi^|v - w|) - 1 for lognormal levels, and E[D^2 L^2] = (1 + cv^2)(1 + level cv^2).
    """
    weekly = day_means.reshape(-1, 7).sum(axis=1)
    apart = np.abs(np.subtract.outer(np.arange(len(weekly)), np.arange(len(weekly))))
    covariance = np.expm1(math.log1p(level.cv**2) * np.exp(-apart / level.memory_weeks))
    of_days = day_cv**2 * (1.0 + level.cv**2) * (day_means**2).sum()
    return float(day_means.sum() + of_days + weekly @ covariance @ weekly)


def test_totals_of_28_days_vary_as_poisson_days_and_levels_together_and_keep_their_mean():
    """400 replications of 28 days with a level of CV 0.1: nine times Poisson's variance, mean as without it."""
    level, n = SlowLevel(cv=0.1, memory_weeks=3.0), 400
    scenario = plain_days(day_factor_cv={MEDICAL: 0.07, MENTAL_HEALTH: 0.0}, slow_level={MEDICAL: level})
    scenario = scenario.model_copy(update={"period": Period(weeks=4, month_factors=False)})
    day_means = np.tile(expected_by_hour(scenario, MEDICAL).reshape(7, 24).sum(axis=1), 4)
    workload = Workload(scenario, SEED, 0)
    rows = [workload.arrivals_under(base_of(SEED, replication)) for replication in range(n)]
    totals = np.array([np.count_nonzero(each["stream"] == 0) for each in rows], dtype=float)
    law = variance_of_total(day_means, 0.07, level)
    assert next(iter(scenario.department.streams)) == MEDICAL
    assert law > 8.0 * day_means.sum()
    assert abs(z_of_mean(totals, day_means.sum())) < Z_LIMIT
    assert abs(z_of_mean((totals - day_means.sum()) ** 2, law)) < Z_LIMIT


def test_on_special_days_each_stream_comes_by_its_own_factors_which_multiply():
    """A year of both streams: Christmas, a Thursday that moves, and a day named twice."""
    special = {
        "christmas": SpecialDay(dates=("12-25", "12-26"), medical=0.5, mental_health=2.0),
        "thanksgiving": SpecialDay(dates=("4th thursday of november",), medical=0.25),
        "boxing_day": SpecialDay(dates=("2024-12-26",), medical=0.5),
    }
    scenario = plain_days(special_days=special)
    scenario = scenario.model_copy(update={"period": Period(weeks=52, month_factors=True)})
    rates = {
        name: HourlyRates(scenario.arrivals_of(name), datetime.date(2024, 1, 1), True, 0, 52 * WEEK).certain
        for name in (MEDICAL, MENTAL_HEALTH)
    }
    dates = np.datetime64("2024-01-01") + np.arange(364)
    for stream, christmas, both, thanksgiving in ((MEDICAL, 0.5, 0.25, 0.25), (MENTAL_HEALTH, 2.0, 2.0, 1.0)):
        plain = plain_days().model_copy(update={"period": scenario.period})
        without = HourlyRates(plain.arrivals_of(stream), datetime.date(2024, 1, 1), True, 0, 52 * WEEK).certain
        factors = (rates[stream] / without).reshape(-1, 24)[:, 0]
        named = {"2024-12-25": christmas, "2024-12-26": both, "2024-11-28": thanksgiving}
        expected = [named.get(str(date), 1.0) for date in dates]
        assert factors.tolist() == pytest.approx(expected)


def test_a_typical_week_has_neither_months_nor_special_days():
    special = {"new_year": SpecialDay(dates=("01-01",), medical=0.1)}
    period = Period(weeks=4, month_factors=False)
    with_days, without = (
        plain_days(**more).model_copy(update={"period": period}) for more in ({"special_days": special}, {})
    )
    both = [Workload(each, SEED, 0).arrivals_under(base_of(SEED)) for each in (with_days, without)]
    assert np.array_equal(*both)


def test_horizon_and_prelude_change_no_level_and_no_arrival_before_them():
    """The default department with returns, and so with a prelude of 208 weeks in which weeks have levels too."""
    scenario = compose(["study=run", "study.weeks=4", "demand.slow_level.medical.cv=0.3"]).scenario
    longer = scenario.model_copy(update={"period": Period(weeks=9, month_factors=scenario.period.uses_month_factors)})
    rows = [Workload(each, SEED, 0).arrivals_under(base_of(SEED)) for each in (scenario, longer)]
    short, long = (each[(each["number"] == 1) & (each["time"] < 4 * WEEK)] for each in rows)
    assert len(short) > 3000
    assert np.array_equal(short, long)


# --- returns --------------------------------------------------------------------------------------------------------

MH_RETURNS = ReturnVisits(
    susceptible=0.18, shape=0.742, scale_days=110.7, frail_share=0.2, frailty=5.44, prelude_days=1460.0
)
"""The mental health returns of department.md section 7."""
VISITS_OF_FRAIL = 1.0 / (1.0 - 0.18) ** 5.44
VISITS_OF_OTHERS = 1.0 / (1.0 - 0.18)
VISITS_PER_PATIENT = 0.8 * VISITS_OF_OTHERS + 0.2 * VISITS_OF_FRAIL


def returned_within(days: float, hazard: float, law: ReturnVisits = MH_RETURNS) -> float:
    """Share of an even grid of uniforms whose return comes within so many days."""
    u = (np.arange(20_000) + 0.5) / 20_000
    gaps = [minutes_to_return(law.susceptible, law.shape, law.scale_days, hazard, x) for x in u]
    return float(np.mean(np.array(gaps) <= days * DAY))


@pytest.mark.parametrize(
    ("days", "first_visit", "any_visit"),
    [(3.0, 2.2, 3.1), (7.0, 4.0, 5.6), (30.0, 10.0, 13.8), (180.0, 22.0, 29.3), (365.0, 25.6, 33.7)],
)
def test_return_rates_are_those_the_fit_implies(days: float, first_visit: float, any_visit: float):
    """Per cent of first visits and of any visits followed by another within 72 h, 7, 30, 180 and 365 days."""
    others, frail = returned_within(days, 1.0), returned_within(days, 5.44)
    share_of_frail = 0.2 * VISITS_OF_FRAIL / VISITS_PER_PATIENT
    assert 100.0 * (0.8 * others + 0.2 * frail) == pytest.approx(first_visit, abs=0.06)
    assert 100.0 * ((1.0 - share_of_frail) * others + share_of_frail * frail) == pytest.approx(any_visit, abs=0.06)


def test_medical_return_rates_are_those_the_fit_implies():
    law = ReturnVisits(susceptible=0.15, shape=0.6, scale_days=20.0)
    assert 100.0 * returned_within(3.0, 1.0, law) == pytest.approx(4.1, abs=0.06)
    assert 100.0 * returned_within(30.0, 1.0, law) == pytest.approx(10.8, abs=0.06)


MORE_RETURNS = "department.streams.mental_health.returns.susceptible=0.25"


def mental_visits(*overrides: str) -> int:
    """Mental-health visits of a year, returns included."""
    scenario = compose(["study=run", "study.warm_up_weeks=0", *overrides]).scenario
    played = ENGINES[COMPILED](scenario, SEED, 0)
    return int((played.visit_columns["stream"] == played.streams.index(MENTAL_HEALTH)).sum())


def test_the_volume_stays_when_more_return_and_first_visits_follow_the_law():
    asked = 75_000 * 0.05
    assert mental_visits() == pytest.approx(asked, rel=0.08)
    assert mental_visits(MORE_RETURNS, "demand.visits_per_patient.mental_health=null") == pytest.approx(asked, rel=0.08)
    assert mental_visits(MORE_RETURNS) > 1.15 * asked


def test_visits_per_patient_are_those_the_profile_divides_by():
    """1.564 visits a patient, 36 % of visits not the first."""
    assert pytest.approx(1.564, abs=5e-4) == VISITS_PER_PATIENT
    assert pytest.approx(0.36, abs=5e-3) == 1.0 - 1.0 / VISITS_PER_PATIENT


@given(u=OPEN_UNIT, hazards=st.tuples(st.floats(0.05, 8.0), st.floats(0.05, 8.0)))
def test_a_smaller_hazard_can_only_move_the_return_later(u: float, hazards: tuple[float, float]):
    low, high = sorted(hazards)
    assert minutes_to_return(0.18, 0.742, 110.7, low, u) >= minutes_to_return(0.18, 0.742, 110.7, high, u)


@given(u=OPEN_UNIT, hazard=st.floats(0.05, 8.0))
def test_the_gap_is_where_survival_reaches_the_uniform(u: float, hazard: float):
    days = minutes_to_return(0.18, 0.742, 110.7, hazard, u) / DAY
    if days == math.inf:
        assert (1.0 - 0.18) ** hazard >= u * (1.0 - 1e-12)
    else:
        survival = (1.0 - 0.18 * -math.expm1(-((days / 110.7) ** 0.742))) ** hazard
        assert survival == pytest.approx(u, rel=1e-9)


@given(u=OPEN_UNIT, hazard=st.floats(0.05, 8.0))
def test_compiled_and_plain_return_gaps_are_the_same_to_the_last_bit(u: float, hazard: float):
    assert return_gap(0.18, 0.742, 110.7, hazard, u) == minutes_to_return(0.18, 0.742, 110.7, hazard, u)


@lru_cache(maxsize=1)
def hours_of_mental_health() -> Floats:
    return compose(["study=run"]).scenario.arrivals_of(MENTAL_HEALTH).day_cumulated()


def test_returns_on_later_days_come_at_the_hours_of_the_profile():
    cumulated, n = hours_of_mental_health(), 50_000
    u = (along("patient")[:n], along("counter")[:n])
    times = np.array([return_time(600.0, DAY * (1.0 + 6.0 * a), cumulated, b) for a, b in zip(*u, strict=True)])
    assert (times // DAY == (600.0 + DAY * (1.0 + 6.0 * u[0])) // DAY).all()
    hours = np.bincount((times % DAY // 60.0).astype(int), minlength=24)
    shares = np.diff(cumulated, axis=1)
    assert np.allclose(shares, shares[0])
    assert abs(z_of_chi2(hours, n * shares[0])) < Z_LIMIT


@given(
    departure=st.floats(0.0, 20_000.0),
    gaps=st.tuples(st.floats(0.0, 20_000.0), st.floats(0.0, 20_000.0)),
    u=OPEN_UNIT,
)
def test_a_longer_gap_never_makes_an_earlier_return_and_none_comes_before_departure(
    departure: float, gaps: tuple[float, float], u: float
):
    low, high = sorted(gaps)
    early, late = (time_of_return(departure, gap, hours_of_mental_health(), u) for gap in (low, high))
    assert departure <= early <= late
    if (departure + low) // DAY == departure // DAY:
        assert early == departure + low


def test_a_return_that_never_comes_stays_never():
    assert time_of_return(100.0, math.inf, hours_of_mental_health(), 0.5) == math.inf


# --- the prelude ----------------------------------------------------------------------------------------------------

FIRST_VISITS_A_YEAR = 2398.0


def mental_health_alone(prelude_days: float, weeks: int = 52) -> Scenario:
    """The outside first visits and returns of mental health, with stays of no length."""
    law = MH_RETURNS.model_copy(update={"prelude_days": prelude_days})
    return one_stream(
        [Delay(name="stay", minutes=always(0.0))],
        {},
        Steady(per_hour={MENTAL_HEALTH: FIRST_VISITS_A_YEAR / 8760.0}),
        name=MENTAL_HEALTH,
        stream={"returns": law},
        minutes=weeks * WEEK,
    )


def visits_in_a_year(simulate: Engine, prelude_days: float) -> tuple[Floats, Floats, Floats]:
    """Repeat share, visits in the first quarter and in the last quarter, replication by replication."""
    scenario = mental_health_alone(prelude_days)
    rows = []
    for replication in range(40):
        visits = simulate(scenario, SEED, replication).visit_columns
        quarter = visits["arrival"] // (13 * WEEK)
        rows.append(((visits["visit_number"] > 1).mean(), (quarter == 0).sum(), (quarter == 3).sum()))
    shares, first, last = np.array(rows).T
    return shares, first, last


@pytest.mark.slow_on_simpy
def test_after_the_prelude_mental_health_visits_are_stationary(simulate: Engine):
    """36 % are not the patient's first, a year has 3,750 visits, and no trend is left between its quarters.

    Law: what four years of prelude leave out is under half a per cent (tolerance added to four standard errors).
    """
    shares, first, last = visits_in_a_year(simulate, 1460.0)
    law = 1.0 - 1.0 / VISITS_PER_PATIENT
    assert abs(shares.mean() - law) < Z_LIMIT * shares.std(ddof=1) / sqrt(40) + 0.005 * law
    assert abs(z_of_mean(last - first, 0.0)) < Z_LIMIT
    a_quarter = FIRST_VISITS_A_YEAR * VISITS_PER_PATIENT * 91.0 / 365.0
    assert abs(last.mean() - a_quarter) < Z_LIMIT * last.std(ddof=1) / sqrt(40) + 0.005 * a_quarter


def test_a_prelude_of_one_year_would_leave_a_trend():
    """So that the test above can fail, on the fast engine: visits start at about 92 % of their level and rise."""
    _, first, last = visits_in_a_year(ENGINES[COMPILED], 365.0)
    assert z_of_mean(last - first, 0.0) > Z_LIMIT
    assert first.mean() / (FIRST_VISITS_A_YEAR * VISITS_PER_PATIENT * 91.0 / 365.0) == pytest.approx(0.93, abs=0.02)


def test_without_a_prelude_the_first_week_has_no_returns_due():
    coming = Workload(mental_health_alone(0.0), SEED, 0).arrivals()
    assert {arrival.number for arrival in coming} == {1}
    due = [a for a in Workload(mental_health_alone(1460.0), SEED, 0).arrivals() if a.number > 1]
    assert len(due) > 300
    assert all(0.0 <= arrival.time < 52 * WEEK for arrival in due)


def test_the_prelude_is_the_same_for_every_staffing():
    one = mental_health_alone(1460.0, weeks=4)
    other = one.model_copy(update={"staffing": Staffing(name="other", roles={})})
    assert Workload(one, SEED, 2).arrivals() == Workload(other, SEED, 2).arrivals()
    assert Workload(one, SEED, 2).arrivals() != Workload(one, SEED, 3).arrivals()
