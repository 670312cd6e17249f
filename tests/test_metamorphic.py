"""What must not change when something else does: relations between runs on common random numbers.

Both engines stand to it. No figure is predicted here; runs of related departments are compared, mostly to the last bit.
"""

import hashlib
import itertools
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.config import compose
from sim.department.arrivals import Steady
from sim.department.discipline import PlaceDiscipline
from sim.department.pathway import Delay, Place, Route, Task
from sim.department.places import Zone
from sim.department.quantities import Constant, Exponential, Lognormal
from sim.department.scenario import Scenario
from sim.engine.measures.afterwards import SPANS, returned
from sim.engine.measures.cohort import Cohort
from sim.engine.measures.measuring import measure
from sim.engine.trajectory import Trajectory, arrays_of, differences, identical, same_bits
from sim.engine.workload import Workload
from sim.runs.comparison_runs import return_table
from sim.runs.engines import ENGINES, Engine
from tests.invariants import violations
from tests.worlds import one_stream, random_scenario, staffed

ROOT = Path(__file__).resolve().parent.parent
STAFFINGS = sorted(file.stem for file in (ROOT / "configs" / "staffing").glob("*.yaml"))
PEERS_ADDED = [name for name in STAFFINGS if name in ("peer_added", "peer_evening", "peer_247")]
SEED = 20240101

PEER_SIDE = {"n_peer_spells", "n_peer_exposures", "minutes_accompanied", "bridged", "called", "call_reached"}


def scenario_of(*overrides: str, weeks: int = 2, warm_up: int = 0) -> Scenario:
    """The default department for some weeks from an empty start."""
    return compose(["study=run", f"study.weeks={weeks}", f"study.warm_up_weeks={warm_up}", *overrides]).scenario


def days_of(n_days: int, *overrides: str) -> Scenario:
    """The default department for some days from an empty start."""
    scenario = scenario_of(*overrides)
    return with_(scenario, period=scenario.period.model_copy(update={"minutes": 1440.0 * n_days}))


@lru_cache(maxsize=4)
def without_effects(
    simulate: Engine, staffing: str, *overrides: str, huddle_share: float = 0.0, weeks: int = 1, seed: int = SEED
) -> Trajectory:
    huddles = f"support.huddle_share={huddle_share}"
    return simulate(scenario_of(f"staffing={staffing}", "effects=none", huddles, *overrides, weeks=weeks), seed)


def patient_side(visits: pd.DataFrame) -> list[str]:
    """All columns of `visits` but those that tell of peers."""
    return [name for name in visits if not name.startswith("peer_") and name not in PEER_SIDE]


def changed_columns(a: pd.DataFrame, b: pd.DataFrame) -> list[str]:
    """Patient-side columns that differ in a single bit."""
    return [name for name in patient_side(a) if not same_bits(bits_of(a[name]), bits_of(b[name]))]


def bits_of(column: pd.Series) -> np.ndarray:
    return column.to_numpy(dtype=str) if column.dtype == object else column.to_numpy()


# --- peers ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow_on_simpy
@pytest.mark.parametrize("staffing", PEERS_ADDED)
def test_without_effects_and_huddles_peers_change_nothing_on_the_patients_side(simulate: Engine, staffing: str):
    """Not who waits for whom, nor for how long, nor a task of anybody else."""
    without, with_peers = without_effects(simulate, "traditional"), without_effects(simulate, staffing)
    assert (~np.isnan(with_peers.visit_columns["peer_met"])).sum() > 15
    assert len(without.visits) == len(with_peers.visits) > 1250
    assert list(without.visits) == list(with_peers.visits)
    assert changed_columns(without.visits, with_peers.visits) == []
    assert work_of_others(with_peers).equals(work_of_others(without))


@pytest.mark.slow_on_simpy
def test_peers_wished_for_again_and_again_change_nothing_on_the_patients_side_either(simulate: Engine):
    """They come back after six minutes, are called away and put down wherever they can be."""
    wishes = ("support.wish_minutes=20", "support.again_hours=0.1", "support.caseload=null", "support.consent=1")
    without, with_peers = without_effects(simulate, "traditional"), without_effects(simulate, "peer_247", *wishes)
    assert with_peers.visit_columns["n_peer_spells"].sum() > 200
    assert changed_columns(without.visits, with_peers.visits) == []
    assert work_of_others(with_peers).equals(work_of_others(without))


def work_of_others(run: Trajectory) -> pd.DataFrame:
    """All tasks but those of peers, as they were asked for, done and ended, and by whom."""
    members = np.asarray((*run.members, "nobody"), dtype=object)[run.task_columns["member"]]
    tasks = run.tasks.drop(columns=["slot", "member"]).assign(name=members)  # slots count requests of peers too
    order = ["requested", "visit", "role", "kind", "step", "started", "ended"]
    return tasks[tasks["role"] != "psw"].sort_values(order).reset_index(drop=True)


@pytest.mark.slow_on_simpy
@pytest.mark.parametrize("staffing", ["peer_added", "peer_247"])
def test_a_longer_wish_for_company_never_lowers_the_company_given(simulate: Engine, staffing: str):
    """Over seeds, and neither does one that comes again sooner."""

    def company(*wishes: str) -> float:
        runs = [without_effects(simulate, staffing, *wishes, weeks=2, seed=seed) for seed in range(3)]
        return float(sum(run.visit_columns["minutes_accompanied"].sum() for run in runs))

    given = [company(f"support.wish_minutes={minutes}") for minutes in (15, 30, 60, 120, 240)]
    assert given == sorted(given)
    assert given[-1] > 1.5 * given[0]
    later = [company(f"support.again_hours={hours}") for hours in (1, 4, 16)]
    assert later == sorted(later, reverse=True)


@pytest.mark.slow_on_simpy
def test_huddles_do_change_something(simulate: Engine):
    """So that the test above can fail: three minutes of a colleague now and then move other patients."""
    assert changed_columns(
        without_effects(simulate, "traditional").visits,
        without_effects(simulate, "peer_added", huddle_share=1.0).visits,
    )


# --- common random numbers ------------------------------------------------------------------------------------------


ATTRIBUTES = (
    "stream", "acuity", "age_years", "arrival_mode", "group", "held", "caregiver", "patience", "escalation_budget",
    "peer_eligible", "peer_kind_wished", "needs_observation",
)  # fmt: skip


DAYS = {"simpy": 3, "compiled": 7}
"""Played under every staffing; the engines are equal to the last bit over a week in `test_engines_agree`."""


@pytest.fixture(scope="module")
def visits_by_staffing(engine: str) -> dict[str, pd.DataFrame]:
    scenarios = {name: days_of(DAYS[engine], f"staffing={name}") for name in STAFFINGS}
    return {name: ENGINES[engine](scenario, SEED).visits for name, scenario in scenarios.items()}


@pytest.mark.slow_on_simpy
@pytest.mark.parametrize("staffing", STAFFINGS)
def test_all_staffings_share_first_visits_and_their_times(
    engine: str, staffing: str, visits_by_staffing: dict[str, pd.DataFrame]
):
    ours, others = (
        frame[frame.visit_number == 1] for frame in (visits_by_staffing[s] for s in (staffing, "traditional"))
    )
    assert len(ours) > 140 * DAYS[engine]
    for column in ("patient", "arrival"):
        assert same_bits(ours[column].to_numpy(), others[column].to_numpy())


UNEVEN_WEEKS = (
    "demand.slow_level.medical.cv=0.4",
    "demand.slow_level.mental_health.cv=0.2",
    "study.month_factors=true",
    "+demand.special_days={new_year: {dates: [01-01, 01-02], medical: 0.5}}",
)


@pytest.mark.slow_on_simpy
def test_staffings_share_first_visits_in_uneven_weeks_and_on_special_days_too(simulate: Engine):
    scenarios = [days_of(3, f"staffing={name}", *UNEVEN_WEEKS) for name in ("traditional", "peer_247")]
    ours, others = (simulate(scenario, SEED).visits.query("visit_number == 1") for scenario in scenarios)
    even = simulate(days_of(3), SEED).visits.query("visit_number == 1")
    assert same_bits(ours["arrival"].to_numpy(), others["arrival"].to_numpy())
    assert not same_bits(ours["arrival"].to_numpy(), even["arrival"].to_numpy())


@pytest.mark.slow_on_simpy
def test_levels_without_spread_and_special_days_that_never_come_change_nothing(simulate: Engine):
    words = ("demand.slow_level.medical.memory_weeks=9", "study.month_factors=true")
    never = "+demand.special_days={later: {dates: [2031-02-28, 2019-12-25], medical: 0.1}}"
    runs = [simulate(days_of(3, *more), SEED) for more in (words, (*words, never))]
    assert identical(*runs)
    assert identical(runs[0], simulate(days_of(3, "study.month_factors=true"), SEED))


@pytest.mark.slow_on_simpy
@pytest.mark.parametrize("staffing", STAFFINGS)
def test_a_visit_is_the_same_visit_under_every_staffing(
    engine: str, staffing: str, visits_by_staffing: dict[str, pd.DataFrame]
):
    """For each (patient, visit number) that comes in both runs, at whatever time."""
    keys = ["patient", "visit_number"]
    # needs_observation is set when the pathway gets there: compare those who completed it in both.
    both = visits_by_staffing[staffing].merge(visits_by_staffing["traditional"], on=keys, suffixes=("", "_base"))
    done = both.disposition.isin(["discharge", "admission", "transfer"])
    done &= both.disposition_base.isin(["discharge", "admission", "transfer"])
    assert done.sum() > 120 * DAYS[engine]
    for column in ATTRIBUTES:
        rows = done if column == "needs_observation" else np.ones(len(both), dtype=bool)
        assert same_bits(bits_of(both[column][rows]), bits_of(both[f"{column}_base"][rows])), column


@pytest.mark.parametrize("staffing", [name for name in STAFFINGS if name != "traditional"])
def test_the_workload_of_a_visit_does_not_know_the_roster(staffing: str):
    """Every draw of a visit, needs and minutes included, is equal under every staffing; so are all arrivals."""
    ours = Workload(scenario_of(f"staffing={staffing}"), SEED, 3)
    base = Workload(scenario_of("staffing=traditional"), SEED, 3)
    assert ours.arrivals() == base.arrivals()
    for coming in base.arrivals()[:200]:
        for number in (coming.number, coming.number + 1):
            assert ours.visit(coming.stream, coming.patient, number) == base.visit(
                coming.stream, coming.patient, number
            )


# --- one more member ------------------------------------------------------------------------------------------------


def tandem(first: int, second: int, load: float, mean: tuple[float, float]) -> Scenario:
    """Two queues in a row: first come first served, one-off tasks, always on, nobody leaves."""
    return one_stream(
        [
            Task(name="first", role="nurse", minutes=Exponential(mean=mean[0])),
            Task(name="second", role="physician", minutes=Lognormal(mean=mean[1], cv=1.2)),
        ],
        {"nurse": staffed(first), "physician": staffed(second)},
        Steady(per_hour={"medical": load}, acuity_mix={"medical": (0.1, 0.2, 0.4, 0.2, 0.1)}),
        minutes=1440.0,
    )


def mean_wait(trajectory: Trajectory, step: str, n_visits: int) -> float:
    """Mean wait for a step of the first visits, all of whom began it in both runs compared."""
    requested, started, _ = trajectory.step_times[:n_visits, trajectory.steps.index(step)].T
    return float(np.mean(started - requested))


def n_started(trajectory: Trajectory, step: str) -> int:
    """Visits before the first that has not begun the step."""
    missing = np.isnan(trajectory.step_times[:, trajectory.steps.index(step), 1])
    return int(np.argmax(missing)) if missing.any() else len(missing)


@pytest.mark.slow_on_simpy
@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    heads=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    load=st.floats(2.0, 20.0),
    mean=st.tuples(st.floats(5.0, 20.0), st.floats(5.0, 20.0)),
)
def test_one_more_member_never_raises_the_mean_wait(
    simulate: Engine, seed: int, heads: tuple[int, int], load: float, mean: tuple[float, float]
):
    """Kiefer and Wolfowitz: the ordered workloads of G/G/c fall with c on every path, so each single wait falls."""
    base = simulate(tandem(*heads, load, mean), seed)
    for step, more in (("first", (1, 0)), ("second", (0, 1))):
        helped = simulate(tandem(heads[0] + more[0], heads[1] + more[1], load, mean), seed)
        n = min(n_started(base, step), n_started(helped, step))
        assert n > 0
        assert mean_wait(helped, step, n) <= mean_wait(base, step, n) + 1e-9


# --- places ---------------------------------------------------------------------------------------------------------

RULES_OF_PLACES = ("fifo", "acuity_fifo", "accumulating", "target")
SLOPES = PlaceDiscipline().slopes


def rooms(
    places: PlaceDiscipline,
    stay: Any,
    *,
    per_hour: float,
    mix: tuple[float, ...],
    n_acute: int = 2,
    less_urgent: tuple[str, ...] = ("acute",),
) -> Scenario:
    """A place and a stay in it, for two days; nobody leaves. CTAS 1-3 go to acute, CTAS 4 and 5 to `less_urgent`."""
    routes = (Route(acuities=(1, 2, 3), zones=("acute",)), Route(acuities=(4, 5), zones=less_urgent))
    return one_stream(
        [Place(name="room", routes=routes), Delay(name="stay", minutes=stay)],
        {},
        Steady(per_hour={"medical": per_hour}, acuity_mix={"medical": mix}),
        minutes=2880.0,
        zones={"acute": Zone(places=n_acute), "fast_track": Zone(places=1)},
        places=places,
    )


def waits_for_a_room(trajectory: Trajectory, acuity: int) -> np.ndarray:
    """Minutes every visit of an acuity waited, inf for those who wait at the end of the run."""
    requested, started, _ = trajectory.step_times[:, trajectory.steps.index("room")].T
    chosen = trajectory.visit_columns["acuity"] == acuity
    return np.where(np.isnan(started), np.inf, started - requested)[chosen]


def by_slope(slope: float) -> PlaceDiscipline:
    """Accumulating priority with a slope of CTAS 2 of one's own."""
    return PlaceDiscipline(rule="accumulating", slopes=(1000.0, slope, 1.5, 1.0, 1.0))


@pytest.mark.slow_on_simpy
@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    slopes=st.tuples(st.floats(0.0, 10.0), st.floats(0.0, 10.0)),
    n_acute=st.integers(1, 4),
    load=st.floats(0.7, 1.2),
)
def test_with_two_classes_and_equal_stays_a_steeper_slope_lengthens_no_wait_of_its_class(
    simulate: Engine, seed: int, slopes: tuple[float, float], n_acute: int, load: float
):
    """Rooms fall free at the same times in any order of service. While as many of each class have been served, the same
    children wait, and the steeper slope chooses CTAS 2 whenever the other does: so it never falls behind."""
    flat, steep = (
        waits_for_a_room(
            simulate(
                rooms(
                    by_slope(slope),
                    Constant(value=30.0),
                    per_hour=2.0 * load * n_acute,
                    mix=(0.0, 0.4, 0.0, 0.6, 0.0),
                    n_acute=n_acute,
                ),
                seed,
            ),
            2,
        )
        for slope in sorted(slopes)
    )
    assert len(flat) > 0
    assert (steep <= flat).all()


@pytest.mark.slow_on_simpy
def test_a_steeper_slope_shortens_the_mean_wait_of_its_class_where_stays_and_classes_differ(simulate: Engine):
    """Over 20 seeds with the same patients; on a single path longer stays can come forward, and the mean may rise."""
    stay = Lognormal(mean=30.0, cv=1.0)
    means = []
    for slope in (1.0, 1.5, 3.0, 6.0, 12.0):
        scenario = rooms(by_slope(slope), stay, per_hour=3.9, mix=(0.05, 0.2, 0.35, 0.25, 0.15))
        waits = [waits_for_a_room(simulate(scenario, seed), 2) for seed in range(20)]
        means.append(np.mean(np.concatenate([of_run[np.isfinite(of_run)] for of_run in waits])))
    assert means == sorted(means, reverse=True)
    assert means[-1] < 0.7 * means[0]


@pytest.mark.slow_on_simpy
@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    rule=st.sampled_from(RULES_OF_PLACES),
    n_acute=st.integers(1, 3),
    per_hour=st.floats(2.0, 8.0),
)
def test_overflow_lengthens_no_wait_of_the_class_that_may_overflow(
    simulate: Engine, seed: int, rule: str, n_acute: int, per_hour: float
):
    """Children of one acuity with a zone of their own are served in order. Who gets a place elsewhere gets it sooner
    and leaves less work behind: so each of them gets a place as soon, whoever competes for the second zone."""
    apart, together = (
        waits_for_a_room(
            simulate(
                rooms(
                    PlaceDiscipline(rule=rule),
                    Lognormal(mean=30.0, cv=1.0),
                    per_hour=per_hour,
                    mix=(0.1, 0.2, 0.3, 0.4, 0.0),
                    n_acute=n_acute,
                    less_urgent=zones,
                ),
                seed,
            ),
            4,
        )
        for zones in (("fast_track",), ("fast_track", "acute"))
    )
    assert (together <= apart + 1e-9).all()


def test_overflow_shortens_the_wait_of_one_class_at_the_price_of_another(simulate: Engine):
    """So that the test above can fail: under first come first served both means move."""
    runs = [
        simulate(
            rooms(
                PlaceDiscipline(rule="fifo"),
                Lognormal(mean=30.0, cv=1.0),
                per_hour=5.0,
                mix=(0.1, 0.2, 0.3, 0.4, 0.0),
                less_urgent=zones,
            ),
            SEED,
        )
        for zones in (("fast_track",), ("fast_track", "acute"))
    ]
    less_urgent, urgent = ([np.median(waits_for_a_room(run, acuity)) for run in runs] for acuity in (4, 3))
    assert less_urgent[1] < less_urgent[0]
    assert urgent[1] > urgent[0]


def with_places(scenario: Scenario, **discipline: Any) -> Scenario:
    places = PlaceDiscipline(**discipline)
    return with_(scenario, discipline=scenario.discipline.model_copy(update={"places": places}))


@pytest.mark.parametrize("seed", range(8))
def test_with_equal_slopes_accumulating_priority_is_first_come_first_served(simulate: Engine, seed: int):
    """To the last bit, and whatever the slope of CTAS 1, who goes first under both."""
    scenario = random_scenario(seed)
    fifo = simulate(with_places(scenario, rule="fifo"), seed)
    for slopes in ((0.0, 1.0, 1.0, 1.0, 1.0), (9.0, 0.3, 0.3, 0.3, 0.3)):
        assert differences(fifo, simulate(with_places(scenario, rule="accumulating", slopes=slopes), seed)) == []


@pytest.mark.parametrize("seed", range(4))
def test_slopes_of_places_count_by_their_ratios_alone(simulate: Engine, seed: int):
    """A factor that is a power of two rounds nothing."""
    scenario = random_scenario(seed)
    ours, twice = (
        simulate(with_places(scenario, rule="accumulating", slopes=tuple(factor * slope for slope in SLOPES)), seed)
        for factor in (1.0, 2.0)
    )
    assert differences(ours, twice) == []


@pytest.mark.slow_on_simpy
def test_the_rule_of_places_does_change_something(simulate: Engine):
    """So that the two tests above can fail."""
    scenario = scenario_of(weeks=1)
    runs = [simulate(with_places(scenario, rule=rule), SEED) for rule in RULES_OF_PLACES]
    assert all(differences(a, b) for a, b in itertools.combinations(runs, 2))


# --- nothing to do, nobody to do it, no time, no room ---------------------------------------------------------------


def with_(scenario: Scenario, **parts: Any) -> Scenario:
    return scenario.model_copy(update=parts).checked()


def nobody_comes(scenario: Scenario) -> Scenario:
    streams = scenario.department.streams
    quiet = {name: stream.model_copy(update={"returns": None}) for name, stream in streams.items()}
    return with_(
        scenario,
        demand=Steady(per_hour=dict.fromkeys(streams, 0.0)),
        department=scenario.department.model_copy(update={"streams": quiet}),
    )


def nobody_works(scenario: Scenario) -> Scenario:
    roles = {name: role.model_copy(update={"shifts": {}}) for name, role in scenario.staffing.roles.items()}
    return with_(
        scenario,
        staffing=scenario.staffing.model_copy(update={"roles": roles}),
        department=scenario.department.model_copy(update={"minimum_cover": {}}),
    )


def one_minute(scenario: Scenario) -> Scenario:
    return with_(scenario, period=scenario.period.model_copy(update={"minutes": 1.0}))


def full_house(scenario: Scenario) -> Scenario:
    zones = {name: zone.model_copy(update={"places": 0}) for name, zone in scenario.department.zones.items()}
    return with_(scenario, department=scenario.department.model_copy(update={"zones": zones}))


@pytest.mark.slow_on_simpy
@pytest.mark.parametrize("extreme", [nobody_comes, nobody_works, one_minute, full_house])
@pytest.mark.parametrize("boarding", ["default", "pool"])
@pytest.mark.parametrize("staffing", ["traditional", "peer_247"])
def test_extremes_end_cleanly(simulate: Engine, extreme: Any, boarding: str, staffing: str):
    scenario = extreme(scenario_of(f"staffing={staffing}", f"boarding={boarding}", weeks=1))
    trajectory = simulate(scenario, SEED)
    assert violations(trajectory, scenario) == []
    assert trajectory.visits.shape[0] == trajectory.n_visits
    assert trajectory.census is not None


def test_no_arrivals_leave_no_visits_and_idle_staff(simulate: Engine):
    trajectory = simulate(nobody_comes(scenario_of("staffing=peer_added", weeks=1)), SEED)
    assert trajectory.n_visits == 0
    assert trajectory.staff_columns["busy"].sum() == 0.0
    assert trajectory.staff_columns["overtime"].sum() == 0.0
    assert len(trajectory.break_columns["member"]) > 0


def test_without_staff_nobody_is_seen_and_who_can_leaves(simulate: Engine):
    trajectory = simulate(nobody_works(scenario_of(weeks=1)), SEED)
    assert trajectory.n_visits > 1000
    assert np.isnan(trajectory.visit_columns["pia"]).all()
    assert set(trajectory.visits.disposition) == {"present", "lwbs"}
    patient = trajectory.visits.patience
    left = trajectory.visits.disposition == "lwbs"
    assert np.isfinite(patient[left]).all()


def test_in_a_full_house_nobody_gets_a_place(simulate: Engine):
    trajectory = simulate(full_house(scenario_of(weeks=1)), SEED)
    assert len(trajectory.place_columns["zone"]) == 0
    assert set(trajectory.visits.disposition) == {"present", "lwbs"}


# --- returns --------------------------------------------------------------------------------------------------------

MOVES_DEPARTURES = ("traditional", "peer_added", "nurse_added", "peer_swapped")
SPAN_MINUTES = {span: days * 1440.0 for span, (_, days) in SPANS.items()}


@pytest.fixture(scope="module")
def cohorts_by_staffing(simulate: Engine) -> dict[str, Cohort]:
    """Three weeks without effects under staffings that move most departures."""
    scenarios = {name: scenario_of(f"staffing={name}", "effects=none", weeks=3) for name in MOVES_DEPARTURES}
    return {name: Cohort(simulate(scenario, SEED), scenario) for name, scenario in scenarios.items()}


def index_patients(cohort: Cohort, span: str) -> np.ndarray:
    """Patients whose first visit counts in a rate of return."""
    return cohort["patient"][returned(cohort, SPANS[span][1], first=True).whom]


@pytest.mark.slow_on_simpy
@pytest.mark.parametrize("span", ["72h", "7d"])
@pytest.mark.parametrize("staffing", MOVES_DEPARTURES[1:])
def test_rates_of_return_are_of_the_same_first_visits_under_every_staffing(
    staffing: str, span: str, cohorts_by_staffing: dict[str, Cohort]
):
    """Departures move around the last that could be followed for the span, and that decides nothing."""
    base, other = cohorts_by_staffing["traditional"], cohorts_by_staffing[staffing]
    last = base.trajectory.horizon - SPAN_MINUTES[span]
    day_around = last + 60.0 * np.arange(-12, 13)
    gone = [[np.count_nonzero(cohort.times("departure") <= hour) for hour in day_around] for cohort in (base, other)]
    assert gone[0] != gone[1]
    assert index_patients(base, span).size > 2000
    assert np.array_equal(index_patients(base, span), index_patients(other, span))


@pytest.mark.slow_on_simpy
@pytest.mark.parametrize("staffing", MOVES_DEPARTURES[1:])
def test_without_effects_a_rate_of_return_moves_by_the_returns_that_moved_across_the_span_alone(
    staffing: str, cohorts_by_staffing: dict[str, Cohort]
):
    base, other = cohorts_by_staffing["traditional"], cohorts_by_staffing[staffing]
    values = [measure(cohort.trajectory, cohort.scenario) for cohort in (base, other)]
    unmoved = 0
    for stream in ("medical", "mental_health"):
        for span, minutes in SPAN_MINUTES.items():
            before, after = (first_visits_back_within(cohort, stream, minutes) for cohort in (base, other))
            n = len(before)
            rates = [of_run[f"return_{span}_per_patient.{stream}"] for of_run in values]
            if before == after:
                unmoved += n > 0
                assert same_bits(np.array(rates[0]), np.array(rates[1]))
            else:
                assert rates[1] - rates[0] == pytest.approx((sum(after.values()) - sum(before.values())) / n)
    assert unmoved > 0


def first_visits_back_within(cohort: Cohort, stream: str, minutes: float) -> dict[int, bool]:
    """Whether each patient who came early enough to be followed came back in time."""
    visits = cohort.trajectory.visits
    chosen = visits[(visits["visit_number"] == 1) & (visits["stream"] == stream)]
    chosen = chosen[chosen["arrival"] + minutes <= cohort.trajectory.horizon]
    returned = chosen["next_visit"] - chosen["departure"] <= minutes
    return dict(zip(chosen["patient"].tolist(), returned.tolist(), strict=True))


@pytest.mark.slow_on_simpy
@pytest.mark.parametrize("staffing", MOVES_DEPARTURES[1:])
def test_first_visits_are_followed_for_returns_equally_long_under_every_staffing(
    staffing: str, cohorts_by_staffing: dict[str, Cohort]
):
    followed = []
    for name in ("traditional", staffing):
        table = return_table(cohorts_by_staffing[name])
        censored = table[table["first"] & ~table["observed"]]
        followed.append(set(censored["days"]))
    # Those who return, or are still present at the end, under one of the two alone.
    assert len(followed[0] ^ followed[1]) < 0.2 * len(followed[0] | followed[1])


# --- repeatability --------------------------------------------------------------------------------------------------


def test_the_same_seed_twice_is_identical_and_another_is_not(simulate: Engine):
    scenario = days_of(2, "staffing=peer_added", "effects=evidence")
    first, again = simulate(scenario, SEED, 4), simulate(scenario, SEED, 4)
    assert identical(first, again)
    assert differences(first, simulate(scenario, SEED, 5))
    assert differences(first, simulate(scenario, SEED + 1, 4))


def test_a_run_in_between_leaves_no_trace(simulate: Engine):
    """Engines share no state: nothing a run does is seen by the next."""
    scenario = days_of(2, "staffing=peer_added")
    first = simulate(scenario, SEED)
    simulate(days_of(2, "staffing=crisis_lean", "boarding=pool"), SEED + 7)
    assert identical(first, simulate(scenario, SEED))


def fingerprint(trajectory: Trajectory) -> str:
    """Hash of every table of a run."""
    digest = hashlib.sha256()
    for name, values in sorted(arrays_of(trajectory).items()):
        digest.update(f"{name} {values.dtype} {values.shape}".encode() + np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


SCRIPT = """
import os, sys
if sys.argv[1] == "one core" and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
sys.path.insert(0, sys.argv[2])
from tests.test_metamorphic import days_of, fingerprint
from sim.runs.engines import ENGINES
for engine in ENGINES:
    print(fingerprint(ENGINES[engine](days_of(2, "staffing=peer_added", "effects=evidence"), 20240101)))
"""


def fingerprints_elsewhere(cores: str, hash_seed: str, folder: Path) -> list[str]:
    """The same run on each engine, in a process of its own."""
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    environment.pop("OPENBLAS_NUM_THREADS", None)  # which the tests have set
    if cores == "one core":
        environment |= {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", SCRIPT, cores, str(ROOT)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.fixture(scope="module")
def fingerprints_here() -> list[str]:
    scenario = days_of(2, "staffing=peer_added", "effects=evidence")
    return [fingerprint(simulate(scenario, SEED)) for simulate in ENGINES.values()]


@pytest.mark.parametrize(
    ("cores", "hash_seed", "elsewhere"),
    [
        pytest.param("all cores", "0", False, marks=pytest.mark.slow, id="hash seed 0"),
        pytest.param("all cores", "4711", True, id="another hash seed and folder"),
        pytest.param("one core", "random", True, id="one core"),
    ],
)
def test_hash_seed_folder_and_cores_change_nothing(
    fingerprints_here: list[str], cores: str, hash_seed: str, elsewhere: bool, tmp_path: Path
):
    assert fingerprints_elsewhere(cores, hash_seed, tmp_path if elsewhere else ROOT) == fingerprints_here
