"""The report shows what the comparison says, all of it, in words and pictures that fit their page."""

import io
import math
import re
import struct
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from sim.department.scenario import Problem, ScenarioError
from sim.engine.measure_catalogue import MEASURE_BY_KEY
from sim.report.cells import labelled
from sim.report.console import (
    ProgressLines,
    print_assumptions,
    print_comparison,
    print_estimates,
    print_problems,
    print_validation,
    progress,
)
from sim.report.figures import FIGURES, draw_figures
from sim.report.honesty import NO_BENEFIT, ONE_SIDED, honesty_lines
from sim.report.markdown import comparison_markdown
from sim.report.theme import DPI, WIDTH, colours, spread_apart
from sim.study.assumptions import Assumption
from sim.study.comparison import HEADLINE, Comparison
from sim.study.data_quality import VisitsFileError
from sim.study.number_text import plain_number
from sim.study.sentences import difference_sentence
from sim.study.validation import PublishedRange, ValidatedRow

LABELS = {
    "traditional": "Traditional",
    "peer_added": "Peers added",
    "clinician_added": "Crisis clinician added",
    "peer_swapped": "Peers for nurse hours",
    "nurse_added": "Nurse added",
    "peer_evening": "Peers in the evening",
    "peer_247": "One peer at all times",
}
FOUR = ("traditional", "peer_added", "clinician_added", "peer_swapped")
ROLES = ("physician", "nurse", "triage_nurse", "crisis_clinician", "psychiatrist", "observation_aide", "psw")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# measure.part: baseline, then difference and half-width of peer_added, clinician_added, peer_swapped
WORLD: dict[str, tuple[float, tuple[tuple[float, float], ...]]] = {
    "wait_triage_to_pia_mean.all": (77.84, ((0.06, 0.41), (-0.83, 0.52), (5.91, 0.88))),
    "wait_triage_to_pia_mean.medical": (79.02, ((0.05, 0.40), (-0.80, 0.55), (6.02, 0.90))),
    "wait_triage_to_pia_mean.mental_health": (57.31, ((0.11, 0.63), (-1.21, 0.79), (4.40, 1.13))),
    "lwbs_or_ama.all": (0.0234, ((0.0, 0.0), (-0.0003, 0.0004), (0.0031, 0.0008))),
    "length_of_stay_mean.medical": (3.412, ((0.001, 0.006), (-0.011, 0.009), (0.094, 0.017))),
    "length_of_stay_mean.mental_health": (7.112, ((0.010, 0.041), (-0.382, 0.110), (0.121, 0.081))),
    "minutes_alone_mean.mental_health": (243.7, ((-21.34, 1.08), (-15.90, 4.11), (-14.11, 3.30))),
    "minutes_alone_p90.mental_health": (612.0, ((-30.0, 6.0), (-20.0, 9.0), (-22.0, 8.0))),
    "reach.mental_health": (0.0, ((0.4731, 0.0112), (0.0, 0.0), (0.4702, 0.0120))),
    "left_empty_handed.mental_health": (0.4121, ((-0.1893, 0.0094), (-0.0120, 0.0070), (-0.1854, 0.0101))),
    "return_72h_per_patient.mental_health": (0.0231, ((0.0, 0.0), (0.0, 0.0), (0.0002, 0.0004))),
    "return_30d_per_patient.mental_health": (0.0842, ((0.0, 0.0), (0.0, 0.0), (0.0004, 0.0009))),
    "observation_unmet_share.mental_health": (0.1432, ((0.0012, 0.0031), (-0.0101, 0.0060), (0.0050, 0.0048))),
    "staff_cost_per_week.all": (335412.0, ((3838.0, 11.0), (3790.0, 25.0), (40.0, 90.0))),
    "cost_per_visit.all": (231.42, ((2.65, 0.02), (2.61, 0.03), (0.33, 0.11))),
}


def tables_of_measures(staffings: tuple[str, ...], levels: tuple[float, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimates and differences as told by WORLD; further staffings repeat those told."""
    estimates: list[dict[str, Any]] = []
    differences: list[dict[str, Any]] = []
    for level in levels:
        for number, staffing in enumerate(staffings):
            for name, (base, told) in WORLD.items():
                mean, half = told[(number - 1) % 3] if number else (0.0, 0.0)
                start = base * (level**6 if name.startswith(("wait", "lwbs")) else 1.0)
                own = 0.02 * base
                row = {"demand": level, "staffing": staffing, "measure": name, "n": 10}
                value = start + mean
                estimates.append(
                    row | {"mean": value, "low": value - own, "high": value + own, "half_width": own, "sd": own}
                )
                if number:
                    simultaneous = 1.6 * half if name in HEADLINE else math.nan
                    interval = {"mean": mean, "low": mean - half, "high": mean + half, "half_width": half}
                    differences.append(
                        row
                        | interval
                        | {
                            "baseline": "traditional",
                            "simultaneous_half_width": simultaneous,
                            "sd": half,
                            "correlation": 0.9,
                            "p_value": 0.01,
                            "p_holm": 0.05,
                            "interpretable": True,
                            "sentence": f"A sentence on {name} of {staffing}.",
                        }
                    )
    return pd.DataFrame(estimates), pd.DataFrame(differences)


def week_of(staffing: str, level: float, rng: np.random.Generator) -> pd.DataFrame:
    hours = np.arange(168)
    hour, day = hours % 24, hours // 24
    tide = 1.0 + 0.75 * np.sin((hour - 10) / 24 * 2 * np.pi)
    peers = np.zeros(168)
    if staffing.startswith("peer"):
        peers = ((hour >= 9) & (hour < 21) & (day < 6)) * 0.9 + ((hour >= 15) & (hour < 21) & (day < 6)) * 0.9
    present = level * (6.5 + 3.5 * np.roll(tide, 3)) + rng.normal(0, 0.15, 168)
    columns = {
        "hour_of_week": hours,
        "weekday": np.array(WEEKDAYS)[day],
        "hour": hour,
        "present": 40 + 20 * tide,
        "mh_present": present,
        "peers_on_duty": peers,
        "mh_without_peer": present * (1.0 - 0.5 * (np.convolve(peers, np.ones(4) / 4, "same") > 0.2)),
        "mh_no_peer_on_duty": np.where(peers > 0, 0.0, present),
    }
    for number, role in enumerate(ROLES):
        size = (5.0, 9.0, 1.8, 1.3, 0.7, 1.4, 0.0)[number]
        heads = np.round(size * (0.8 + 0.3 * tide)) if size else peers
        heads = heads + (role == "crisis_clinician" and staffing == "clinician_added") * ((hour >= 11) & (hour < 21))
        heads = heads - (role == "nurse" and staffing == "peer_swapped") * 1.0 * ((hour >= 11) & (hour < 23))
        load = 0.72 * size * tide if size else 0.5 * (present / 8) * (peers > 0)
        columns |= {f"heads_{role}": heads, f"load_{role}": load, f"busy_{role}": np.minimum(heads, load)}
    return pd.DataFrame({"demand": level, "staffing": staffing} | columns)


def shares_over(edges: np.ndarray, mean: float, shape: float = 1.2) -> pd.DataFrame:
    cumulated = 1.0 - np.exp(-((np.minimum(edges, 1e9) / mean) ** shape))
    return pd.DataFrame({"from_minute": edges[:-1], "to_minute": edges[1:], "share": np.diff(cumulated)})


def comparison_of(staffings: tuple[str, ...] = FOUR, levels: tuple[float, ...] = (0.95, 1.0, 1.05)) -> Comparison:
    """A made-up answer; every table has its columns, every number is a choice of these tests."""
    rng = np.random.default_rng(3)
    estimates, differences = tables_of_measures(staffings, levels)
    waits, alone, returns, changes = [], [], [], []
    for level in levels:
        for number, name in enumerate(staffings):
            tags = {"demand": level, "staffing": name}
            for stream in ("medical", "mental_health"):
                for acuity, mean in enumerate((2.0, 38.0, 75.0, 110.0, 130.0), 1):
                    edges = np.append(np.arange(0.0, 481.0, 10.0), np.inf)
                    table = shares_over(edges, mean * (1 + 0.04 * number) * level)
                    waits.append(table.assign(**tags, stream=stream, acuity=acuity))
            alone_edges = np.append(np.arange(0.0, 961.0, 20.0), np.inf)
            alone.append(shares_over(alone_edges, 260.0 - 20 * number).assign(**tags))
            for index, top in (("patient", 0.16), ("visit", 0.27)):
                days = np.array([0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90], dtype=float)
                back = top * (1 - np.exp(-days / 40.0))
                table = pd.DataFrame({"days": days, "returned": back, "standard_error": 0.05 * back})
                returns.append(table.assign(**tags, index=index))
            for stream in ("medical", "mental_health") if number else ():
                for quantity in ("time_to_pia", "length_of_stay"):
                    told = {"n": 12345, "sooner": 0.21, "same": 0.58, "later": 0.21, "p10": -9.1, "p50": 0.0}
                    changes.append(tags | {"stream": stream, "quantity": quantity} | told | {"p90": 9.4, "mean": 0.1})
    costs = [
        {
            "staffing": name,
            "label": LABELS[name],
            "hours_added": "none",
            "weekly_cost": 335000.0,
            "weekly_difference": 0.0,
        }
        | ({"hours_added": "+108 psw", "weekly_cost": 338838.0, "weekly_difference": 3838.0} if number else {})
        for number, name in enumerate(staffings)
    ]
    return Comparison(
        baseline=staffings[0],
        staffings=staffings,
        labels={name: LABELS[name] for name in staffings},
        levels=levels,
        weeks=13,
        warm_up_weeks=2,
        replications=10,
        n_finished=10 * len(levels),
        confidence=0.95,
        effects="none",
        effects_assumed=False,
        one_sided=False,
        estimates=estimates,
        differences=differences,
        changes=pd.DataFrame(changes),
        week=pd.concat([week_of(name, level, rng) for level in levels for name in staffings], ignore_index=True),
        waits=pd.concat(waits, ignore_index=True),
        returns=pd.concat(returns, ignore_index=True),
        alone=pd.concat(alone, ignore_index=True),
        costs=pd.DataFrame(costs),
        notes=("Same money: a note.",),
    )
