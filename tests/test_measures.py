"""Measures, census, tables and event log on trajectories small enough to count by hand."""

import datetime
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.validation import published_rows, unit_of_row
from sim.department.arrivals import Steady
from sim.department.department import Department
from sim.department.pathway import Delay, Place, Route, Task
from sim.department.patients import Stream
from sim.department.places import Zone
from sim.department.quantities import Constant
from sim.department.roster import Role, Shift, Staffing
from sim.department.scenario import Scenario
from sim.engine.event_log import event_log
from sim.engine.measures.catalogue import HEADLINE, MEASURES, PROTOCOL_RANKS, catalogue_table
from sim.engine.measures.census import census_of
from sim.engine.measures.cohort import Cohort, hours_of_day, hours_of_week
from sim.engine.measures.intervals import (
    covered_and_longest_gap,
    end_of_last_begun,
    minutes_between,
    minutes_by_code,
    running_at,
)
from sim.engine.measures.measuring import (
    QUANTILE_SHARES,
    linear_quantiles,
    measure,
    per_visit_outcomes,
)
from sim.engine.measures.visit_groups import VISIT_ATTRIBUTES
from sim.engine.measures.week import breakdown, hour_of_week_table
from sim.engine.trajectory import (
    ADMITTED,
    AMA,
    BREAK_COLUMNS,
    CARE,
    CASE_COLUMNS,
    CONTACT,
    DISCHARGED,
    LWBS,
    MAIN,
    OBSERVATION,
    PLACE_COLUMNS,
    PRESENT,
    RESPONSE,
    SIDE,
    STAFF_COLUMNS,
    TASK_COLUMNS,
    TRANSFERRED,
    VISIT_COLUMNS,
    Trajectory,
)
from sim.runs.comparison_runs import return_table
from sim.runs.engines import Engine

ROOT = Path(__file__).resolve().parents[1]
NAN = float("nan")
WEEK = 10080.0
STEPS = ("desk", "triage", "place", "assessment", "clearance_nurse")
ROLES = ("triage_nurse", "physician", "psw")
TRIAGE_NURSE, PHYSICIAN, PSW = range(3)
ZONES = ("acute", "waiting")
MEDICAL, MENTAL = 0, 1

VISIT = dict.fromkeys(VISIT_COLUMNS, 0) | {
    "visit_number": 1,
    "acuity": 3,
    "departure": NAN,
    "disposition": PRESENT,
    "pia": NAN,
    "boarding_start": NAN,
    "boarding_end": NAN,
    "peer_started": NAN,
    "peer_met": NAN,
    "peer_ended": NAN,
    "next_visit": NAN,
}
TASK = {
    "visit": 0,
    "role": PHYSICIAN,
    "step": -1,
    "kind": MAIN,
    "contact": 2,
    "slot": 0,
    "band": 2,
    "member": -1,
    "requested": 0.0,
    "started": NAN,
    "ended": NAN,
    "company_since": NAN,
    "interrupted": False,
    "withdrawn": False,
    "opened_case": False,
    "handover": 0.0,
    "overtime": 0.0,
}
DUTY = {"member": 0, "role": PHYSICIAN, "left": NAN, "busy": 0.0, "overtime": 0.0, "n_handed_over": 0, "n_unheld": 0}


def table(rows: list[dict[str, Any]], schema: Any) -> dict[str, np.ndarray]:
    return {name: np.array([row[name] for row in rows], dtype=kind) for name, kind in schema.items()}


def played(
    visits: list[dict[str, Any]],
    *,
    tasks: list[dict[str, Any]] | None = None,
    places: list[tuple[Any, ...]] | None = None,
    duties: list[dict[str, Any]] | None = None,
    breaks: list[tuple[Any, ...]] | None = None,
    steps: dict[tuple[int, str], tuple[float, float, float]] | None = None,
    horizon: float = WEEK,
    warm_up: float = 0.0,
    members: tuple[str, ...] = ("dr_a", "nurse_b", "peer_c", "peer_d"),
) -> Trajectory:
    """A trajectory of a few rows; what is not said is zero, or has not happened."""
    times = np.full((len(visits), len(STEPS), 3), np.nan)
    for (row, name), moments in (steps or {}).items():
        times[row, STEPS.index(name)] = moments
    place_rows = [dict(zip(PLACE_COLUMNS, row, strict=True)) for row in places or []]
    break_rows = [dict(zip(BREAK_COLUMNS, row, strict=True)) for row in breaks or []]
    return Trajectory(
        engine="by hand",
        seed=0,
        replication=0,
        horizon=horizon,
        warm_up=warm_up,
        streams=("medical", "mental_health"),
        roles=ROLES,
        zones=ZONES,
        groups=("all",),
        steps=STEPS,
        members=members,
        visit_columns=table([VISIT | {"patient": row} | visit for row, visit in enumerate(visits)], VISIT_COLUMNS),
        step_times=times,
        step_members=np.full(times.shape[:2], -1, dtype=np.int32),
        task_columns=table([TASK | task for task in tasks or []], TASK_COLUMNS),
        place_columns=table(place_rows, PLACE_COLUMNS),
        case_columns=table([], CASE_COLUMNS),
        staff_columns=table([DUTY | duty for duty in duties or []], STAFF_COLUMNS),
        break_columns=table(break_rows, BREAK_COLUMNS),
        n_entries=0,
    )


def scenario(**roles: Role) -> Scenario:
    minutes = Constant(value=5.0)
    pathway = (
        Delay(name="desk", minutes=minutes),
        Task(name="triage", role="triage_nurse", minutes=minutes, purpose="triage"),
        Place(name="place", routes=(Route(acuities=(1, 2, 3, 4, 5), zones=("acute",)),)),
        Task(name="assessment", role="physician", minutes=minutes, purpose="physician"),
        Task(name="clearance_nurse", role="triage_nurse", minutes=minutes, purpose="clearance"),
    )
    given = {
        "triage_nurse": Role(),
        "physician": Role(),
        "psw": Role(kind="peer"),
    }
    return Scenario(
        department=Department(
            name="tiny",
            streams={"medical": Stream(pathway=pathway), "mental_health": Stream(pathway=pathway)},
            zones={"acute": Zone(places=4), "waiting": Zone(places=None)},
        ),
        demand=Steady(per_hour={"medical": 1.0, "mental_health": 1.0}),
        staffing=Staffing(name="tiny", roles=given | roles),
    )


def stay(arrival: float, departure: float, disposition: int = DISCHARGED, **more: Any) -> dict[str, Any]:
    return {"arrival": arrival, "departure": departure, "disposition": disposition} | more


def peer_visit(arrival: float, departure: float, disposition: int = DISCHARGED, **more: Any) -> dict[str, Any]:
    told = {"stream": MENTAL, "peer_eligible": True, "peer_offered": True, "peer_consented": True}
    return stay(arrival, departure, disposition, **(told | more))


def spell(started: float, ended: float, **more: Any) -> dict[str, Any]:
    return {"requested": started, "started": started, "ended": ended, "member": 0} | more


# Intervals


@pytest.mark.parametrize("edges", [np.arange(0.0, 601.0, 60.0), np.array([0.0, 1.0, 2.0, 500.0, 501.5, 600.0])])
def test_minutes_by_code_are_those_of_each_interval_in_each_span(edges: np.ndarray) -> None:
    rng = np.random.default_rng(3)
    starts = np.round(rng.uniform(-100.0, 700.0, 400) / 20.0) * 20.0
    ends = np.where(rng.uniform(size=400) < 0.1, np.nan, starts + rng.exponential(60.0, 400))
    codes = rng.integers(-1, 3, 400).astype(np.int8)
    expected = np.zeros((3, edges.size - 1))
    for code, start, end in zip(codes.tolist(), starts, np.fmin(ends, 1e9), strict=True):
        if code >= 0:
            expected[code] += np.maximum(np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1]), 0.0)
    assert np.allclose(minutes_by_code(codes, 3, starts, ends, edges), expected, rtol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 11, 1000, 1001, 1003])
def test_quantiles_are_those_of_numpy_to_the_bit(n: int) -> None:
    values = np.random.default_rng(n).exponential(100.0, n)
    assert list(linear_quantiles(values).values()) == np.quantile(values, list(QUANTILE_SHARES.values())).tolist()


def test_overlapping_spells_of_one_group_are_covered_once_and_groups_do_not_touch() -> None:
    group = np.array([1, 0, 0, 0, 2])
    starts = np.array([0.0, 10.0, 0.0, 2.0, 5.0])
    ends = np.array([4.0, 12.0, 5.0, 3.0, 5.0])
    covered, _ = covered_and_longest_gap(group, starts, ends, np.full(4, 20.0))
    assert covered.tolist() == [7.0, 4.0, 0.0, 0.0]


def test_minutes_between_edges_are_those_inside_each_span() -> None:
    starts, ends = np.array([0.0, 50.0, np.nan]), np.array([90.0, np.nan, np.nan])
    assert minutes_between(starts, ends, np.array([0.0, 60.0, 120.0])).tolist() == [70.0, 90.0]


def test_who_enters_at_an_instant_is_there_and_who_leaves_is_not() -> None:
    count = running_at(np.array([0.0, 15.0]), np.array([15.0, np.nan]), np.array([0.0, 15.0, 30.0]))
    assert count.tolist() == [1, 1, 1]


def test_minutes_inside_one_span_are_those_of_two_spans_added_up() -> None:
    rng, edges = np.random.default_rng(5), np.array([100.0, 400.0])
    starts = np.where(rng.uniform(size=400) < 0.1, np.nan, np.round(rng.uniform(0.0, 500.0, 400)))
    ends = np.where(rng.uniform(size=400) < 0.1, np.nan, starts + np.round(rng.exponential(60.0, 400)))
    codes = rng.integers(-1, 3, 400).astype(np.int8)
    cut = minutes_by_code(codes, 3, starts, ends, np.array([edges[0], 250.0, edges[1]]))
    assert minutes_by_code(codes, 3, starts, ends, edges)[:, 0].tolist() == cut.sum(axis=1).tolist()


def test_the_interval_that_began_last_is_found_as_on_one_line_of_time() -> None:
    rng, apart = np.random.default_rng(1), 1001.0
    group = rng.integers(1, 6, 60).astype(np.int32)
    starts = rng.permutation(1000)[:60].astype(np.float64)
    ends = starts + rng.uniform(0.0, 50.0, 60)
    of_group, moments = rng.integers(0, 7, 200).astype(np.int32), np.round(rng.uniform(0.0, 1000.0, 200))
    moments[:60], of_group[:60] = starts, group
    order = np.argsort(group * apart + starts)
    place = np.searchsorted((group * apart + starts)[order], of_group * apart + moments, side="right")
    expected = np.append(np.inf, ends[order])[place]
    assert end_of_last_begun(7, apart, group, starts, ends, of_group, moments).tolist() == expected.tolist()
    assert np.isinf(expected).any()


def test_hours_of_the_week_and_of_the_day_begin_anew_on_monday_and_at_midnight() -> None:
    times = np.array([0.0, 59.9, 60.0, 1439.0, 1440.0, WEEK - 0.5, WEEK, 5.0 * WEEK + 61.0])
    assert hours_of_week(times).tolist() == [0, 0, 1, 23, 24, 167, 0, 1]
    assert hours_of_day(times).tolist() == [0, 0, 1, 23, 0, 23, 0, 1]


# Which visits count


def test_only_arrivals_from_warm_up_to_horizon_count_and_stays_only_of_the_departed() -> None:
    run = played(
        [
            stay(WEEK - 1.0, WEEK + 600.0),
            stay(WEEK, WEEK + 60.0),
            stay(WEEK + 10.0, WEEK + 190.0),
            {"arrival": WEEK + 5.0},
        ],
        warm_up=WEEK,
        horizon=2.0 * WEEK,
    )
    values = measure(run, scenario())
    assert values["n_visits.all"] == 3.0
    assert values["n_present_at_end.all"] == 1.0
    assert values["visits_per_week.all"] == 3.0
    assert values["length_of_stay_mean.all"] == pytest.approx(2.0)


def test_a_wait_of_a_visit_still_present_counts_if_it_is_over() -> None:
    run = played([{"arrival": 0.0, "pia": 40.0}, {"arrival": 0.0}])
    assert measure(run, scenario())["time_to_pia_mean.all"] == 40.0


def test_a_run_without_visits_is_nan_in_means_and_zero_in_counts() -> None:
    values = measure(played([]), scenario())
    assert np.isnan(values["time_to_pia_mean.all"])
    assert np.isnan(values["cost_per_visit.all"])
    assert values["n_visits.mental_health"] == 0.0
    assert values["census_present_mean.all"] == 0.0


def test_a_stream_the_run_does_not_have_is_reported_as_nan() -> None:
    run = replace(played([stay(0.0, 60.0)]), streams=("medical",))
    values = measure(run, scenario())
    assert values["length_of_stay_mean.medical"] == 1.0
    assert np.isnan(values["length_of_stay_mean.mental_health"])


def test_a_window_that_is_empty_is_refused_with_a_remedy() -> None:
    with pytest.raises(ValueError, match=r"horizon 10080 is not after warm_up 10080.*add weeks"):
        measure(played([], warm_up=WEEK), scenario())


# Waits


def test_waits_run_from_arrival_and_from_the_end_of_triage() -> None:
    run = played(
        [
            stay(100.0, 300.0, pia=150.0, acuity=3),
            stay(200.0, 300.0, pia=205.0, acuity=1),
            stay(0.0, 90.0, LWBS, acuity=3),
        ],
        steps={(0, "triage"): (105.0, 110.0, 120.0), (2, "triage"): (4.0, 20.0, 25.0)},
    )
    values = measure(run, scenario())
    assert values["time_to_triage_mean.all"] == 15.0
    assert values["time_to_pia_mean.all"] == 27.5
    assert values["time_to_pia_p90.all"] == pytest.approx(45.5)
    # CTAS 1 had no triage: its wait is from arrival.
    assert values["wait_triage_to_pia_mean.all"] == 17.5
    assert values["wait_triage_to_pia_sd.all"] == pytest.approx(np.std([30.0, 5.0], ddof=1))
    assert values["time_to_triage_ctas3_median.all"] == 15.0
    assert values["wait_triage_to_pia_ctas3_median.all"] == 30.0
    assert values["step_wait_mean.triage"] == 10.5
    assert np.isnan(values["step_wait_mean.triage.mental_health"])
    assert "step_wait_mean.desk" not in values


def test_the_spread_and_the_longest_of_waits_are_those_of_all_that_were_seen() -> None:
    waits = [float(wait) for wait in range(101)]
    values = measure(played([*(stay(0.0, 500.0, pia=wait) for wait in waits), stay(0.0, 900.0, LWBS)]), scenario())
    assert values["wait_triage_to_pia_sd.all"] == pytest.approx(np.std(waits, ddof=1))
    assert values["wait_triage_to_pia_p99.all"] == 99.0
    assert values["wait_triage_to_pia_max.all"] == 100.0
    assert np.isnan(values["wait_triage_to_pia_max.mental_health"])


def test_waits_of_ctas_4_and_5_are_set_against_those_of_ctas_3_in_both_streams() -> None:
    waits = {2: [10.0, 20.0, 60.0], 3: [20.0, 80.0], 4: [100.0], 5: [10.0, 20.0]}
    visits = [stay(0.0, 500.0, acuity=level, pia=wait) for level, of_level in waits.items() for wait in of_level]
    visits += [stay(0.0, 500.0, acuity=level, pia=140.0, stream=MENTAL) for level in (3, 4)]
    values = measure(played(visits), scenario())
    assert values["wait_triage_to_pia_ctas2_median.all"] == 20.0
    assert values["wait_triage_to_pia_ctas3_mean.all"] == 80.0
    assert values["wait_triage_to_pia_ctas3_mean.medical"] == 50.0
    assert values["wait_triage_to_pia_ctas4_mean.medical"] == 100.0
    assert values["wait_triage_to_pia_ctas4_to_ctas3.all"] == 1.5
    assert values["wait_triage_to_pia_ctas5_to_ctas3.all"] == 0.1875


def test_the_ratio_of_waits_is_unknown_where_nobody_of_ctas_3_was_seen() -> None:
    values = measure(played([stay(0.0, 90.0, acuity=4, pia=30.0)]), scenario())
    assert np.isnan(values["wait_triage_to_pia_ctas4_to_ctas3.all"])


def test_the_wait_for_a_nurse_is_that_of_the_first_task_of_the_ratio_role_after_the_place() -> None:
    """`triage` is of the same role and comes before the place."""
    plain = scenario()
    medical = plain.department.streams["medical"]
    without = medical.model_copy(update={"pathway": medical.pathway[:4]})

    def with_nurses(mental_health: Stream) -> Scenario:
        streams = {"medical": medical, "mental_health": mental_health}
        changed = {"ratio_role": "triage_nurse", "streams": streams}
        return plain.model_copy(update={"department": plain.department.model_copy(update=changed)})

    run = played(
        [stay(0.0, 300.0), stay(0.0, 300.0), stay(0.0, 300.0, stream=MENTAL), stay(0.0, 300.0)],
        steps={
            (0, "triage"): (0.0, 90.0, 95.0),
            (0, "clearance_nurse"): (100.0, 104.0, 110.0),
            (1, "clearance_nurse"): (100.0, 110.0, 120.0),
            (2, "clearance_nurse"): (100.0, 140.0, 150.0),
            (3, "clearance_nurse"): (100.0, NAN, NAN),
        },
    )
    values = measure(run, with_nurses(medical))
    assert values["wait_for_nurse_mean.medical"] == 7.0
    assert values["wait_for_nurse_mean.mental_health"] == 40.0
    assert values["wait_for_nurse_mean.all"] == 18.0
    values = measure(run, with_nurses(without))
    assert values["wait_for_nurse_mean.all"] == 7.0
    assert np.isnan(values["wait_for_nurse_mean.mental_health"])
    assert np.isnan(
        measure(run, plain)["wait_for_nurse_mean.all"]
    )  # no ratio rule, so it is not known who the nurse is


def test_ctas_3_of_leavers_counts_those_who_left_unseen_and_against_advice_alone() -> None:
    visits = [
        stay(0.0, 60.0, LWBS, acuity=3),
        stay(0.0, 60.0, AMA, acuity=4),
        stay(0.0, 60.0, LWBS, acuity=5, stream=MENTAL),
        stay(0.0, 60.0, AMA, acuity=4),
        stay(0.0, 60.0, acuity=3),
    ]
    values = measure(played(visits), scenario())
    assert values["ctas3_of_leavers.all"] == 0.25
    assert values["ctas3_of_leavers.mental_health"] == 0.0
    assert values["lwbs_or_ama.mental_health"] == 1.0


def test_the_ctas_target_is_met_at_its_last_minute() -> None:
    visits = [stay(0.0, 500.0, acuity=level, pia=wait) for level, wait in ((1, 0.5), (2, 15.0), (3, 30.5), (5, 120.0))]
    assert measure(played(visits), scenario())["pia_within_target.all"] == 0.5


def test_the_gap_between_streams_is_mental_health_minus_medical() -> None:
    visits = [stay(0.0, 500.0, pia=33.0), stay(0.0, 500.0, pia=28.0, stream=MENTAL)]
    assert measure(played(visits), scenario())["mh_minus_medical_wait_ctas3_median.all"] == -5.0


# Stays, boarding, leaving


def test_stays_are_split_by_boarding_and_disposition() -> None:
    run = played(
        [
            stay(0.0, 120.0),
            stay(0.0, 780.0, ADMITTED, boarding_start=180.0, boarding_end=720.0),
            stay(0.0, 720.0, TRANSFERRED),
            stay(0.0, 1500.0, AMA),
            stay(0.0, 60.0, LWBS),
            {"arrival": 0.0, "boarding_start": WEEK - 60.0},
        ]
    )
    values = measure(run, scenario())
    assert values["length_of_stay_median.all"] == 12.0
    assert values["length_of_stay_p25.all"] == 2.0
    assert values["length_of_stay_p75.all"] == 13.0
    assert values["length_of_stay_without_boarding_median.all"] == 4.0
    assert values["length_of_stay_discharged_median.all"] == 2.0
    assert values["length_of_stay_admitted_mean.all"] == 12.5
    assert values["stay_over_12h.all"] == 0.4
    assert values["stay_over_24h.all"] == 0.2
    assert values["admitted_stay_over_12h.all"] == 1.0
    assert values["admission.all"] == 0.4
    assert values["admissions_per_week.all"] == 2.0, "one admitted, one transferred; who is still present is not yet"
    assert (values["lwbs.all"], values["ama.all"], values["lwbs_or_ama.all"]) == (0.2, 0.2, 0.4)
    assert values["boarding_hours_per_admitted.all"] == 4.5
    assert values["boarding_hours_per_week.all"] == pytest.approx(10.0)


def test_clearance_tests_are_told_apart_from_acuity_and_admission() -> None:
    visits, steps = [], {}
    for row in range(60):
        tested, admitted, acuity = row % 2 == 0, row % 3 == 0, 2 + row % 5 // 3
        minutes = 200.0 + 117.0 * tested + 300.0 * admitted + 40.0 * (acuity == 2)
        visits.append(stay(0.0, minutes, ADMITTED if admitted else DISCHARGED, stream=MENTAL, acuity=acuity))
        if tested:
            steps[row, "clearance_nurse"] = (50.0, 50.0, 60.0)
    visits += [stay(0.0, 5.0, LWBS, stream=MENTAL)] * 5
    values = measure(played(visits, steps=steps), scenario())
    assert values["clearance_extra_stay.all"] == pytest.approx(117.0)
    assert values["clearance_stay_difference.all"] == pytest.approx(117.0, abs=10.0)
    assert np.isnan(
        measure(played(visits[:15], steps=dict(list(steps.items())[:8])), scenario())["clearance_extra_stay.all"]
    )


def test_tests_that_only_the_admitted_have_are_no_effect_of_their_own() -> None:
    visits = [stay(0.0, 300.0, ADMITTED if row < 10 else DISCHARGED, stream=MENTAL) for row in range(20)]
    steps = {(row, "clearance_nurse"): (1.0, 1.0, 2.0) for row in range(10)}
    assert np.isnan(measure(played(visits, steps=steps), scenario())["clearance_extra_stay.all"])


# Peers


def test_minutes_without_staff_are_the_stay_less_the_union_of_staff_and_peer() -> None:
    run = played(
        [peer_visit(1000.0, 1300.0, peer_met=1060.0, minutes_accompanied=67.0, n_peer_spells=1), stay(0.0, 60.0)],
        tasks=[
            spell(1010.0, 1030.0),  # 20
            spell(1037.0, 1110.0, role=PSW, kind=CONTACT, member=2, company_since=1040.0),  # 70 after the walk
            spell(1060.0, 1080.0),  # in the peer's presence
            spell(1260.0, 1262.0, role=PSW, kind=CONTACT, member=2, company_since=1263.0),  # put down on the way
            spell(1200.0, 1230.0, kind=RESPONSE),  # 30 and 10 more of another responder
            spell(1220.0, 1240.0, kind=RESPONSE),
            spell(1120.0, 1150.0, kind=OBSERVATION),
            spell(1140.0, 1160.0, kind=CARE),
            spell(1290.0, 1400.0, kind=SIDE),
            spell(1295.0, 1400.0),  # runs past the departure: 5
            spell(10.0, 20.0, visit=1),
        ],
    )
    values = measure(run, scenario())
    assert values["minutes_without_staff_mean.mental_health"] == pytest.approx(300.0 - 20.0 - 70.0 - 40.0 - 5.0)
    assert values["minutes_unattended_mean.mental_health"] == pytest.approx(165.0 - 40.0)
    assert values["minutes_accompanied_mean.mental_health"] == 67.0
    assert np.isnan(values["minutes_without_staff_mean.medical"])


def test_reach_has_a_denominator_of_its_own_each_time() -> None:
    run = played(
        [
            peer_visit(0.0, 300.0, peer_started=20.0, peer_met=40.0, n_peer_spells=2),
            peer_visit(0.0, 300.0, peer_started=290.0, n_peer_spells=1, peer_missed=True),
            peer_visit(0.0, 300.0, peer_consented=False),
            stay(0.0, 300.0, stream=MENTAL),
            peer_visit(0.0, NAN, PRESENT, peer_started=30.0, peer_met=50.0, n_peer_spells=1),
        ]
    )
    values = measure(run, scenario())
    assert values["reach.mental_health"] == 0.25
    assert values["reach_of_eligible.mental_health"] == pytest.approx(1.0 / 3.0)
    assert values["reach_of_consenting.mental_health"] == 0.5
    assert values["peer_missed.mental_health"] == 0.5
    assert values["peer_declined.mental_health"] == pytest.approx(1.0 / 3.0)
    assert values["children_met_per_day.mental_health"] == pytest.approx(2.0 / 7.0)
    assert values["peer_spells_per_day.mental_health"] == pytest.approx(4.0 / 7.0)


def test_continuity_asks_only_those_with_two_spells_of_company() -> None:
    contact = {"kind": CONTACT, "role": PSW}
    run = played(
        [peer_visit(0.0, 300.0, peer_met=15.0) for _ in range(3)],
        tasks=[
            spell(10.0, 20.0, visit=0, member=2, **contact),
            spell(60.0, 70.0, visit=0, member=2, **contact),
            spell(10.0, 20.0, visit=1, member=2, **contact),
            spell(60.0, 70.0, visit=1, member=3, **contact),
            spell(10.0, 20.0, visit=2, member=3, **contact),
            TASK | contact | {"visit": 2, "requested": 60.0, "withdrawn": True},
        ],
    )
    assert measure(run, scenario())["peer_continuity.mental_health"] == 0.5


IN_HAND = (
    {"minutes_accompanied": 15.0},
    {"safety_plan": True},
    {"follow_up": 1},
    {"follow_up": 2},
    {"bridged": True},
    {"called": True, "call_reached": True},
)


@pytest.mark.parametrize("given", IN_HAND)
def test_anything_in_hand_is_not_empty_handed(given: dict[str, Any]) -> None:
    run = played(
        [
            peer_visit(0.0, 60.0, **given),
            peer_visit(0.0, 60.0, called=True, peer_met=20.0, minutes_accompanied=14.9),
            peer_visit(0.0, 60.0, ADMITTED),
        ]
    )
    assert measure(run, scenario())["went_home_empty_handed.mental_health"] == 0.5


# Safety, returns, follow-up, volume


def test_observation_and_escalations_are_rates_over_minutes_and_visits() -> None:
    run = played(
        [
            stay(0.0, 100.0, stream=MENTAL, minutes_observed=90.0, minutes_observation_unmet=30.0, n_escalations=2),
            stay(0.0, 100.0, stream=MENTAL, minutes_observed=60.0, n_escalations=1, n_restraints=1),
            stay(0.0, 100.0, stream=MENTAL),
            stay(0.0, 100.0),
        ]
    )
    values = measure(run, scenario())
    assert values["observation_unmet_share.mental_health"] == pytest.approx(30.0 / 180.0)
    assert values["observation_unmet_hours_per_week.all"] == 0.5
    assert values["escalations_per_100.mental_health"] == 100.0
    assert values["restraint.mental_health"] == pytest.approx(1.0 / 3.0)
    assert np.isnan(values["observation_unmet_share.medical"])


DAY = 1440.0


def test_an_index_visit_counts_if_it_arrives_long_enough_before_the_end_of_the_run() -> None:
    run = played(
        [
            stay(0.0, 100.0, next_visit=100.0 + 3.0 * DAY),
            stay(0.0, 100.0, next_visit=np.inf),
            stay(0.0, 100.0, next_visit=100.0 + 5.0 * DAY, visit_number=2),
            stay(21.0 * DAY, 21.5 * DAY, next_visit=28.25 * DAY),  # the last to be followed for 7 days
            stay(21.0 * DAY + 1.0, 21.5 * DAY, next_visit=22.5 * DAY),
            stay(25.0 * DAY, 27.5 * DAY, next_visit=30.5 * DAY),  # the last for 72 h, back after the run
            stay(25.0 * DAY + 1.0, 25.5 * DAY, next_visit=26.0 * DAY),
        ],
        horizon=28.0 * DAY,
    )
    values = measure(run, scenario())
    assert values["return_72h_per_visit.all"] == pytest.approx(3.0 / 6.0)
    assert values["return_72h_per_patient.all"] == pytest.approx(3.0 / 5.0)
    assert values["return_7d_per_visit.all"] == pytest.approx(3.0 / 4.0)
    assert values["return_7d_per_patient.all"] == pytest.approx(2.0 / 3.0)
    assert np.isnan(values["return_30d_per_visit.all"])
    assert np.isnan(values["return_180d_per_patient.all"])
    assert values["repeat_visit.all"] == pytest.approx(1.0 / 7.0)


def test_a_later_departure_takes_no_visit_out_of_the_rates_of_return() -> None:
    """Departures a minute apart, on either side of three days before the end; both come back after a day."""

    def rates(departure: float) -> dict[str, float]:
        visits = [stay(0.0, 100.0, next_visit=np.inf), stay(24.0 * DAY, departure, next_visit=departure + DAY)]
        return measure(played(visits, horizon=28.0 * DAY), scenario())

    for departure in (25.0 * DAY, 25.0 * DAY + 1.0):
        assert rates(departure)["return_72h_per_patient.all"] == 0.5


def test_who_is_still_there_at_the_end_is_no_index_visit() -> None:
    visits = [stay(0.0, 100.0, next_visit=200.0), VISIT | {"arrival": 1.0}]
    values = measure(played(visits, horizon=28.0 * DAY), scenario())
    assert values["return_7d_per_patient.all"] == 1.0
    assert values["n_present_at_end.all"] == 1.0


def test_returns_are_followed_for_as_long_as_the_run_goes_on_after_arrival() -> None:
    """Whenever the visit departs; visits still present have no departure to count from."""
    mental = {"stream": MENTAL}
    visits = [
        stay(1.0 * DAY, 2.0 * DAY, next_visit=5.0 * DAY, **mental),
        stay(1.0 * DAY, 2.0 * DAY, next_visit=np.inf, visit_number=2, **mental),
        stay(1.0 * DAY, 4.0 * DAY, next_visit=np.inf, **mental),
        stay(20.0 * DAY, 26.0 * DAY, next_visit=33.0 * DAY, **mental),  # back after the run, while it is followed
        stay(22.0 * DAY, 26.0 * DAY, next_visit=33.0 * DAY, **mental),
        VISIT | mental | {"arrival": 23.0 * DAY},
        stay(1.0 * DAY, 2.0 * DAY, next_visit=5.0 * DAY),
    ]
    table = return_table(Cohort(played(visits, horizon=28.0 * DAY), scenario()))
    assert table["first"].tolist() == [True, False, True, True, True]
    assert table["days"].tolist() == [3.0, 27.0, 27.0, 7.0, 6.0]
    assert table["observed"].tolist() == [True, False, False, True, False]


def test_follow_up_within_seven_days_is_within_thirty_too() -> None:
    visits = [stay(0.0, 9.0, stream=MENTAL, follow_up=kind) for kind in (0, 1, 2, 2)]
    values = measure(played([*visits, stay(0.0, 9.0, ADMITTED, stream=MENTAL)]), scenario())
    assert values["follow_up_7d.mental_health"] == 0.25
    assert values["follow_up_30d.mental_health"] == 0.75


def test_arrival_blocks_close_on_the_left() -> None:
    visits = [stay(minute, minute + 10.0) for minute in (0.0, 479.9, 480.0, 960.0, 1440.0 + 959.0)]
    values = measure(played(visits), scenario())
    assert [values[f"arrivals_{block}.all"] for block in ("00_08", "08_16", "16_24")] == [0.4, 0.4, 0.2]


# Zones and census


def test_zones_and_census_are_time_averages_of_the_window() -> None:
    run = played(
        [
            stay(WEEK - 1008.0, WEEK + 1008.0),
            stay(WEEK, WEEK + 504.0, LWBS, stream=MENTAL),
            {"arrival": 2.0 * WEEK - 1008.0},
        ],
        places=[(0, 0, 0.0, WEEK - 1000.0, WEEK + 1008.0), (2, 0, 0.0, 2.0 * WEEK - 504.0, NAN), (1, 0, 0.0, NAN, NAN)],
        warm_up=WEEK,
        horizon=2.0 * WEEK,
    )
    values = measure(run, scenario())
    assert values["census_present_mean.all"] == pytest.approx(0.25)
    assert values["census_present_mean.mental_health"] == pytest.approx(0.05)
    assert values["census_waiting_mean.all"] == pytest.approx(0.1)
    assert values["census_zone_mean.acute"] == pytest.approx(0.15)
    assert values["occupancy.acute"] == pytest.approx(0.0375)
    assert np.isnan(values["occupancy.waiting"])


def test_the_census_counts_states_every_quarter_of_an_hour() -> None:
    run = played(
        [
            stay(0.0, 45.0, ADMITTED, boarding_start=30.0, boarding_end=45.0),
            stay(10.0, 30.0, LWBS, stream=MENTAL),
            {"arrival": 15.0, "stream": MENTAL},
        ],
        places=[(0, 0, 0.0, 15.0, 45.0), (2, 1, 15.0, 16.0, NAN)],
        horizon=60.0,
    )
    census = census_of(run)
    assert census["time"].tolist() == [0.0, 15.0, 30.0, 45.0]
    assert census["waiting"].tolist() == [1, 2, 0, 0]
    assert census["acute"].tolist() == [0, 1, 1, 0]
    assert census["zone_waiting"].tolist() == [0, 0, 1, 1]
    assert census["boarding"].tolist() == [0, 0, 1, 0]
    assert census["present"].tolist() == [1, 3, 2, 1]
    assert census["mh_waiting"].tolist() == [0, 2, 0, 0]
    assert census["mh_present"].tolist() == [0, 2, 1, 1]
    assert census["mh_acute"].tolist() == [0, 0, 0, 0]
    assert run.census.equals(census)


# Staff and cost


def test_utilisation_is_work_inside_the_shift_over_rostered_time_with_and_without_breaks() -> None:
    run = played(
        [stay(0.0, 600.0, pia=100.0), stay(0.0, 600.0, pia=430.0)],
        tasks=[
            spell(100.0, 160.0),
            spell(430.0, 510.0, visit=1, overtime=30.0),
            spell(200.0, 210.0, kind=SIDE),
            spell(300.0, 320.0, kind=RESPONSE, role=TRIAGE_NURSE),  # done by a physician: the physician's time
            TASK | {"requested": 1.0, "ended": 5.0, "withdrawn": True},
        ],
        duties=[
            {
                "member": 0,
                "scheduled_start": 0.0,
                "scheduled_end": 480.0,
                "left": 510.0,
                "n_handed_over": 2,
                "n_unheld": 1,
            }
        ],
        breaks=[(0, 250.0, 250.0, 280.0, False), (0, 470.0, NAN, NAN, False)],
    )
    values = measure(run, scenario())
    busy = 60.0 + 50.0 + 10.0 + 20.0
    assert values["utilisation.physician"] == pytest.approx(busy / 450.0)
    assert values["utilisation_raw.physician"] == pytest.approx(busy / 480.0)
    assert values["scheduled_hours_per_week.physician"] == 8.0
    assert values["busy_hours_per_week.physician"] == pytest.approx(busy / 60.0)
    assert values["overtime_hours_per_week.physician"] == 0.5
    assert values["handovers_per_week.physician"] == 2.0
    assert values["unheld_per_week.physician"] == 1.0
    assert np.isnan(values["utilisation.triage_nurse"])
    assert values["physician_hours_demanded_per_day.all"] == pytest.approx((60.0 + 80.0 + 10.0) / 60.0 / 7.0)
    assert values["patients_per_physician_hour.all"] == 0.25


def test_staff_time_is_clipped_to_the_measured_window() -> None:
    run = played(
        [stay(0.0, WEEK + 50.0), {"arrival": WEEK}],
        tasks=[spell(WEEK - 30.0, WEEK + 30.0), spell(2.0 * WEEK - 60.0, NAN, visit=1)],
        duties=[
            {"member": 0, "scheduled_start": WEEK - 240.0, "scheduled_end": WEEK + 240.0, "left": WEEK + 240.0},
            {"member": 0, "scheduled_start": 2.0 * WEEK - 120.0, "scheduled_end": 2.0 * WEEK},
        ],
        breaks=[
            (0, 2.0 * WEEK - 90.0, 2.0 * WEEK - 90.0, NAN, False),
            (0, WEEK + 230.0, WEEK + 230.0, WEEK + 260.0, False),
        ],
        warm_up=WEEK,
        horizon=2.0 * WEEK,
    )
    values = measure(run, scenario())
    assert values["utilisation_raw.physician"] == pytest.approx(90.0 / 360.0)
    # 90 of a break still going on, 10 of one that began late and ran past the shift.
    assert values["utilisation.physician"] == pytest.approx(90.0 / 260.0)


def peer_shifts() -> Role:
    shift = Shift(start=540.0, minutes=600.0, days=(0,), heads=2)
    return Role(kind="peer", shifts={"day": shift}, protected_share=0.1, hourly_cost=31.0)


def test_peers_have_protected_time_kept_and_no_utilisation() -> None:
    # With empty other roles the two peers are members 0 and 1 of the roster; 60 protected minutes each.
    run = played(
        [],
        duties=[
            {"member": member, "role": PSW, "scheduled_start": 540.0, "scheduled_end": 1140.0, "left": 1140.0}
            for member in (0, 1)
        ],
        breaks=[(0, 700.0, 710.0, 770.0, True), (1, 800.0, NAN, NAN, True)],
    )
    values = measure(run, scenario(psw=peer_shifts()))
    assert values["protected_time_kept.psw"] == 0.5
    assert values["scheduled_hours_per_week.psw"] == 20.0
    assert "utilisation.psw" not in values
    assert "utilisation_raw.psw" not in values
    assert np.isnan(values["protected_time_kept.physician"])


def test_protected_time_that_may_still_begin_is_left_out_but_not_that_of_an_earlier_duty() -> None:
    duty = {"member": 0, "role": PSW}
    run = played(
        [],
        duties=[
            duty | {"scheduled_start": 540.0, "scheduled_end": 1140.0, "left": 1140.0},
            duty | {"scheduled_start": WEEK - 300.0, "scheduled_end": WEEK},
        ],
        breaks=[(0, 700.0, NAN, NAN, True), (0, WEEK - 20.0, NAN, NAN, True), (0, WEEK - 90.0, WEEK - 30.0, NAN, True)],
    )
    assert measure(run, scenario(psw=peer_shifts()))["protected_time_kept.psw"] == 0.5


def test_cost_is_the_roster_extras_and_overtime_at_the_rate_of_the_member() -> None:
    run = played(
        [stay(0.0, 60.0), stay(0.0, 60.0)],
        tasks=[spell(470.0, 510.0, overtime=30.0)],
        duties=[{"scheduled_start": 0.0, "scheduled_end": 480.0, "left": 510.0}],
    )
    physician = Role(shifts={"day": Shift(start=0.0, minutes=480.0, days=(0,))}, hourly_cost=200.0)
    values = measure(run, scenario(physician=physician, psw=peer_shifts()))
    assert values["overtime_cost_per_week.all"] == 100.0
    assert values["staff_cost_per_week.all"] == pytest.approx(8.0 * 200.0 + 20.0 * 31.0 + 100.0)
    assert values["cost_per_visit.all"] == pytest.approx(1160.0)


# Tables


def test_a_cell_of_fewer_than_ten_visits_is_hidden() -> None:
    visits = [stay(0.0, 60.0, acuity=2, pia=6.0) for _ in range(10)] + [stay(0.0, 120.0, acuity=3) for _ in range(9)]
    rows = breakdown(played(visits), scenario(), "acuity").set_index(["cell", "stream", "measure"])
    assert rows.loc[("2", "medical", "length_of_stay_mean"), "value"] == 1.0
    assert not rows.loc[("2", "all", "time_to_pia_mean"), "hidden"]
    few = rows.loc[("3", "all", "length_of_stay_mean")]
    assert (few["n"], few["hidden"]) == (9, True)
    assert np.isnan(few["value"])


@pytest.mark.parametrize("by", [name for name in VISIT_ATTRIBUTES if name != "severity"])
def test_a_breakdown_puts_every_visit_in_one_cell(by: str) -> None:
    visits = [
        stay(1440.0 * row + 60.0 * row, 1440.0 * row + 90.0 * row + 1.0, acuity=1 + row % 5, held=row % 2)
        for row in range(7)
    ]
    rows = breakdown(played(visits), scenario(), by)
    counted = rows[(rows["measure"] == "length_of_stay_mean") & (rows["stream"] == "all")]
    assert counted["n"].sum() == 7
    assert set(rows["by"]) == {by}


def test_weekday_and_hour_are_those_of_arrival() -> None:
    run = played([stay(6.0 * 1440.0 + 23.5 * 60.0, 9900.0 + 200.0) for _ in range(10)])
    for by, cell in (("weekday", "sun"), ("arrival_hour", "23")):
        rows = breakdown(run, scenario(), by).query("stream == 'all' and measure == 'length_of_stay_mean'")
        assert rows[rows["n"] > 0]["cell"].tolist() == [cell]


def test_an_unknown_breakdown_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"by = 'colour'.*acuity"):
        breakdown(played([]), scenario(), "colour")


def test_the_mean_week_counts_who_is_present_and_who_works_by_the_hour() -> None:
    run = played(
        [
            stay(WEEK + 30.0, WEEK + 150.0, stream=MENTAL, peer_met=WEEK + 90.0),
            stay(2.0 * WEEK, 2.0 * WEEK + 60.0),
            stay(WEEK - 30.0, WEEK + 30.0, stream=MENTAL),
        ],
        tasks=[
            spell(WEEK + 70.0, WEEK + 100.0),
            spell(WEEK + 80.0, WEEK + 90.0, kind=SIDE),
            spell(WEEK + 90.0, WEEK + 120.0, role=PSW, kind=CONTACT, member=2),
            spell(WEEK, WEEK + 20.0, visit=2),
        ],
        duties=[
            {"member": 0, "scheduled_start": WEEK, "scheduled_end": WEEK + 120.0, "left": WEEK + 130.0},
            {
                "member": 2,
                "role": PSW,
                "scheduled_start": WEEK + 60.0,
                "scheduled_end": WEEK + 180.0,
                "left": WEEK + 180.0,
            },
        ],
        breaks=[(0, WEEK + 60.0, WEEK + 75.0, WEEK + 90.0, False), (2, WEEK + 60.0, WEEK + 60.0, WEEK + 75.0, True)],
        warm_up=WEEK,
        horizon=3.0 * WEEK,
    )
    week = hour_of_week_table(run, scenario())
    assert len(week) == 168
    assert week["weekday"].iloc[[0, 24, 167]].tolist() == ["mon", "tue", "sun"]
    first = week.iloc[:4]
    # Two Mondays are averaged: each number is half of what the one busy hour holds.
    assert first["present"].tolist() == pytest.approx([1.0, 0.5, 0.25, 0.0])
    assert first["mh_present"].tolist() == pytest.approx([0.5, 0.5, 0.25, 0.0])
    assert first["mh_without_peer"].tolist() == pytest.approx([0.5, 0.25, 0.0, 0.0])
    assert first["peers_on_duty"].tolist() == pytest.approx([0.0, 0.375, 0.5, 0.0])
    assert first["mh_no_peer_on_duty"].tolist() == pytest.approx([0.5, 0.125, 0.0, 0.0])
    assert first["heads_physician"].tolist() == pytest.approx([0.5, 0.375, 0.0, 0.0])
    assert first["load_physician"].tolist() == pytest.approx([40.0 / 120.0, 0.0, 0.0, 0.0])
    assert week["load_physician"].iloc[167] == 0.0, "the visit of the warm-up is not counted"
    assert first["busy_physician"].tolist() == pytest.approx([20.0 / 120.0, 40.0 / 120.0, 0.0, 0.0])
    assert first["busy_psw"].tolist() == pytest.approx([0.0, 30.0 / 120.0, 0.0, 0.0])
    assert first["load_psw"].tolist() == pytest.approx([30.0 / 120.0, 0.0, 0.0, 0.0])


def test_first_visits_of_the_window_are_given_for_matching() -> None:
    run = played([stay(0.0, 60.0, pia=10.0), stay(5.0, 65.0, visit_number=2), stay(7.0, 127.0, LWBS), {"arrival": 9.0}])
    found = per_visit_outcomes(run)
    assert found["patient"].tolist() == [0, 2, 3]
    assert found["left"].tolist() == [False, True, False]
    assert found["length_of_stay"].tolist()[:2] == [1.0, 2.0]
    assert found["time_to_pia"][0] == 10.0
    assert np.isnan(found["length_of_stay"][2])


# Event log


def test_the_event_log_tells_a_visit_with_an_interruption_and_a_withdrawal() -> None:
    cut = {"step": 1, "role": TRIAGE_NURSE, "member": 1, "requested": 5.0}
    run = played(
        [stay(0.0, 60.0, LWBS, patient=7)],
        tasks=[
            TASK | cut | {"started": 6.0, "ended": 8.0, "interrupted": True},
            TASK | cut | {"started": 9.0, "ended": 12.0, "member": 0},
            TASK | {"step": 3, "requested": 30.0, "ended": 60.0, "withdrawn": True},
            TASK | {"kind": SIDE, "slot": 1, "requested": 12.0, "started": 20.0, "ended": NAN, "member": 0},
        ],
        places=[(0, 0, 12.0, 12.0, 60.0)],
        steps={(0, "desk"): (0.0, 0.0, 5.0), (0, "triage"): (5.0, 6.0, 12.0), (0, "place"): (12.0, 12.0, 12.0)},
    )
    log = event_log(run)
    assert [tuple(row) for row in log.drop(columns="case").itertuples(index=False)] == [
        ("arrival", "", "complete", 0.0),
        ("desk", "", "schedule", 0.0),
        ("desk", "", "start", 0.0),
        ("desk", "", "complete", 5.0),
        ("triage", "", "schedule", 5.0),
        ("triage", "nurse_b", "start", 6.0),
        ("triage", "nurse_b", "suspend", 8.0),
        ("triage", "dr_a", "resume", 9.0),
        ("triage", "dr_a", "complete", 12.0),
        ("place", "", "schedule", 12.0),
        ("place", "", "start", 12.0),
        ("place", "", "complete", 12.0),
        ("place acute", "acute", "start", 12.0),
        ("side physician", "", "schedule", 12.0),
        ("side physician", "dr_a", "start", 20.0),
        ("assessment", "", "schedule", 30.0),
        ("assessment", "", "withdraw", 60.0),
        ("place acute", "acute", "complete", 60.0),
        ("departure lwbs", "", "complete", 60.0),
    ]
    assert set(log["case"]) == {"7-1"}


def test_the_event_log_has_calendar_time_when_told_the_first_monday() -> None:
    log = event_log(played([stay(90.0, 1500.0)]), datetime.date(2024, 1, 1))
    assert log["time"].tolist() == [pd.Timestamp("2024-01-01 01:30"), pd.Timestamp("2024-01-02 01:00")]


def test_the_event_log_of_a_run_without_visits_is_empty() -> None:
    log = event_log(played([]))
    assert len(log) == 0
    assert list(log.columns) == ["case", "activity", "resource", "lifecycle", "time"]


# The catalogue and its dictionary


def test_every_value_belongs_to_a_measure_and_every_measure_gives_a_value() -> None:
    values = measure(played([stay(0.0, 60.0)]), scenario())
    assert {key.partition(".")[0] for key in values} == {item.key for item in MEASURES}
    assert len({item.key for item in MEASURES}) == len(MEASURES)


def test_every_row_of_the_face_validity_table_names_a_value_and_is_in_its_unit() -> None:
    values = measure(played([stay(0.0, 90.0, pia=30.0), stay(0.0, 120.0, stream=MENTAL)]), scenario())
    rows = {row.key: row for row in published_rows()}
    assert {row.value for row in rows.values()} <= set(values)
    in_hours = {key for key, row in rows.items() if unit_of_row(row) == 60.0}
    assert in_hours == {"wait_triage_to_physician_p99_h", "wait_triage_to_physician_longest_h"}


def test_the_data_dictionary_prints_the_catalogue_as_it_is() -> None:
    assert catalogue_table() in (ROOT / "docs/data-dictionary.md").read_text(encoding="utf-8")


def test_outcomes_have_the_ranks_of_the_protocol_in_its_order() -> None:
    text = (ROOT / "docs/protocol.md").read_text(encoding="utf-8").split("## Outcomes")[1].split("\n## ")[0]
    rows = [line.split("|") for line in text.splitlines() if line.startswith("|")][2:]
    ranks = [(rank.strip(), "chosen after results were seen" in why) for _, _, rank, why, _ in rows]
    assert ranks == [(outcome.rank, outcome.after_results) for outcome in PROTOCOL_RANKS.values()]
    assert set(PROTOCOL_RANKS) <= set(HEADLINE)


def test_places_on_the_first_screen_are_all_different_and_every_headline_has_words() -> None:
    shown = [item for item in MEASURES if item.headline]
    assert len({item.headline.place for item in shown if item.headline}) == len(shown)
    assert [item.key for item in shown if item.by == "stream" and not item.phrase] == []


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("visits", VISIT_COLUMNS),
        ("tasks", TASK_COLUMNS),
        ("places", PLACE_COLUMNS),
        ("cases", CASE_COLUMNS),
        ("staff", STAFF_COLUMNS),
        ("breaks", BREAK_COLUMNS),
    ],
)
def test_the_data_dictionary_tells_every_column_of_the_trajectory(name: str, schema: Any) -> None:
    text = (ROOT / "docs/data-dictionary.md").read_text(encoding="utf-8")
    section = text.split(f"### `{name}`")[1].split("\n### ")[0].split("\n## ")[0]
    told = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert told == list(schema)


def many(n: int) -> Trajectory:
    """A long run of made-up rows, with as many tasks and places per visit as the default department has."""
    rng = np.random.default_rng(1)
    run = played([], members=tuple(str(number) for number in range(60)), horizon=13.0 * WEEK)
    visits = table([VISIT], VISIT_COLUMNS)
    visits = {name: np.repeat(values, n) for name, values in visits.items()}
    visits["arrival"] = np.sort(rng.uniform(0.0, 13.0 * WEEK, n))
    visits["departure"] = visits["arrival"] + rng.exponential(180.0, n)
    visits["pia"] = visits["arrival"] + rng.exponential(60.0, n)
    visits["stream"] = (rng.uniform(size=n) < 0.05).astype(np.int8)
    visits["peer_eligible"] = visits["stream"] == 1
    visits["disposition"] = np.full(n, DISCHARGED, dtype=np.int8)
    tasks = {name: np.repeat(values, 8 * n) for name, values in table([TASK], TASK_COLUMNS).items()}
    tasks["visit"] = np.repeat(np.arange(n), 8)
    tasks["started"] = np.repeat(visits["arrival"], 8) + rng.exponential(60.0, 8 * n)
    tasks["ended"] = tasks["started"] + 5.0
    tasks["member"] = rng.integers(0, 60, 8 * n).astype(np.int32)
    duties = [
        {"member": m, "scheduled_start": 1440.0 * d, "scheduled_end": 1440.0 * d + 480.0}
        for m in range(60)
        for d in range(91)
    ]
    staff = table([DUTY | duty for duty in duties], STAFF_COLUMNS)
    times = np.sort(np.repeat(visits["arrival"], 3 * len(STEPS)).reshape(n, len(STEPS), 3), axis=2)
    return replace(run, visit_columns=visits, task_columns=tasks, staff_columns=staff, step_times=times)


def test_sums_over_a_long_run_are_those_of_its_rows_added_up_exactly() -> None:
    run = many(2_000)
    visits, tasks, window = run.visit_columns, run.task_columns, 13.0 * WEEK
    values, week = measure(run, scenario()), hour_of_week_table(run, scenario())
    present = np.minimum(visits["departure"], window) - visits["arrival"]
    assert values["census_present_mean.all"] == pytest.approx(math.fsum(present) / window, rel=1e-13)
    monday = [
        max(0.0, min(end, WEEK * number + 120.0) - max(start, WEEK * number + 60.0))
        for start, end in zip(tasks["started"].tolist(), tasks["ended"].tolist(), strict=True)
        for number in range(13)
    ]
    assert week["busy_physician"][1] == pytest.approx(math.fsum(monday) / (13.0 * 60.0), rel=1e-13)


@pytest.mark.slow_on_simpy
def test_days_of_follow_up_are_played_but_only_their_returns_are_counted(simulate: Engine) -> None:
    settings = ("study.weeks=2", "study.warm_up_weeks=1", "staffing=peer_added")
    plain, followed = sim.load(*settings), sim.load(*settings, "study.follow_up_days=10")
    assert followed.period.horizon == plain.period.horizon + 10 * 1440.0
    before, after = simulate(plain, seed=4), simulate(followed, seed=4)
    assert after.measured_until == before.measured_until == 3 * 10080.0
    a, b = measure(before, plain), measure(after, followed)
    assert a["visits_per_week.all"] == b["visits_per_week.all"]
    assert a["staff_cost_per_week.all"] == pytest.approx(b["staff_cost_per_week.all"], rel=1e-3)
    assert np.isnan(a["return_7d_per_visit.mental_health"]) == np.isnan(b["return_7d_per_visit.mental_health"])
    counted = [
        np.count_nonzero(
            (run.visit_columns["arrival"] >= run.warm_up)
            & (run.visit_columns["arrival"] < run.measured_until)
            & (run.visit_columns["arrival"] + 7 * 1440.0 <= run.horizon)
        )
        for run in (before, after)
    ]
    assert counted[1] > 1.5 * counted[0]
