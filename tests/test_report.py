"""The report shows what the comparison says, all of it, in words and pictures that fit their page."""

import io
import itertools
import math
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import fields, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from rich.console import Console

from sim.analysis.comparison_result import CLOUD_MEASURES, Comparison, as_found
from sim.analysis.sentences import difference_sentence
from sim.department.scenario import Problem, ScenarioError
from sim.engine.measures.catalogue import COST_NAMES, HEADLINE, MEASURE_BY_KEY
from sim.engine.measures.number_text import half_width_text, plain_number, three_digits
from sim.engine.measures.visit_groups import HOUR_BLOCKS
from sim.register.rows import Assumption
from sim.report.assumptions_report import print_register, register_answer
from sim.report.comparison_answer import describe_comparison, print_comparison
from sim.report.console import print_problems
from sim.report.description import answer_markdown
from sim.report.figures.axes_parts import spread_apart
from sim.report.figures.captions import figures_drawn
from sim.report.figures.draw_all import FIGURE_MAKERS, draw_figure
from sim.report.figures.figure_workers import begin_figures, drawers, figure_names
from sim.report.figures.frame import DPI, SLIDE_HEIGHT, WIDTH
from sim.report.figures.staff_figures import heads_and_load_figure, utilisation_figure
from sim.report.figures.theme import colours, styled
from sim.report.figures.week_figures import shade_without_peers
from sim.report.progress import ProgressLines, progress
from sim.report.tables.comparison_rows import change_rows, cost_rows
from sim.report.words.caveats import FEW_REPLICATIONS, NO_BENEFIT, ONE_REPLICATION, ONE_SIDED, footer, in_mind, question
from sim.report.words.comparison_finding import finding_of
from sim.report.words.measure_words import interval_words, labelled
from sim.visits.file_error import VisitsFileError

pytestmark = pytest.mark.end_to_end

LABELS = {
    "traditional": "Traditional",
    "peer_added": "Peers added",
    "clinician_added": "Crisis clinician added",
    "peer_swapped": "Peers for nurse hours",
    "nurse_added": "Nurse added",
    "peer_evening": "Peers in the evening",
    "peer_247": "One peer at all times",
    "crisis_generous": "Crisis team, generous",
    "crisis_lean": "Crisis team, lean",
}
HOURS_ADDED = {"clinician_added": "+70 crisis_clinician", "nurse_added": "+60 nurse"}
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
    "minutes_without_staff_mean.mental_health": (243.7, ((-21.34, 1.08), (-15.90, 4.11), (-14.11, 3.30))),
    "longest_unseen_mean.mental_health": (151.2, ((-31.52, 3.10), (-8.04, 1.30), (-25.30, 3.90))),
    "minutes_without_staff_p90.mental_health": (612.0, ((-30.0, 6.0), (-20.0, 9.0), (-22.0, 8.0))),
    "reach.mental_health": (0.0, ((0.4731, 0.0112), (0.0, 0.0), (0.4702, 0.0120))),
    "went_home_empty_handed.mental_health": (0.4121, ((-0.1893, 0.0094), (-0.0120, 0.0070), (-0.1854, 0.0101))),
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
                            "many_leave": False,
                            "no_steady_state": False,
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


def groups_of(staffings: tuple[str, ...], levels: tuple[float, ...]) -> pd.DataFrame:
    """Twenty visits of each group a replication; of those who come late, or on a Sunday, peers meet few."""
    groups = [("arrival_hour", name) for name in HOUR_BLOCKS] + [("weekday", name) for name in WEEKDAYS]
    late = np.array([name in ("00-04", "20-24", "sun") for _, name in groups])
    parts = []
    for level, name, replication in itertools.product(levels, staffings, range(10)):
        met = np.where(late, 2.0, 12.0 + np.arange(len(groups)) % 3) + replication % 2
        sums = {"visits": 20.0, "met": met * name.startswith("peer"), "seen": 19.0, "wait_minutes": 900.0 + 30.0 * late}
        further = {"left": 0.4, "minutes_without_staff": 5000.0, "longest_unseen_minutes": 3200.0 - 10.0 * replication}
        keys = {"demand": level, "staffing": name, "replication": replication}
        parts.append(pd.DataFrame(groups, columns=["by", "group"]).assign(**keys, **sums, **further))
    return pd.concat(parts, ignore_index=True)


def cautions_of(staffings: tuple[str, ...], levels: tuple[float, ...]) -> pd.DataFrame:
    """Nothing to be careful about."""
    known = {"leaving": 0.0234, "unfinished": 0.002, "unfinished_limit": 0.02, "wait_first_third": 80.0}
    flags = {"wait_last_third": 81.0, "many_leave": False, "no_steady_state": False}
    rows = [{"demand": level, "staffing": name} | known | flags for level in levels for name in staffings]
    return pd.DataFrame(rows)


def where_many_leave(comparison: Comparison, staffing: str, level: float = 1.0, share: float = 0.061) -> Comparison:
    """The same with many leaving in one staffing."""
    return cautioned(comparison, staffing, level, many_leave=True, leaving=share)


def without_steady_state(comparison: Comparison, staffing: str, level: float = 1.0) -> Comparison:
    """The same with a queue that grows in one staffing."""
    seen = {"unfinished": 0.112, "wait_first_third": 900.0, "wait_last_third": 2904.0}
    return cautioned(comparison, staffing, level, no_steady_state=True, **seen)


def cautioned(comparison: Comparison, staffing: str, level: float, **seen: float | bool) -> Comparison:
    """The same with values of one row of the cautions replaced, and the flags of its differences."""
    cautions, differences = comparison.cautions.copy(), comparison.differences.copy()
    for table in (cautions, differences):
        if table.empty:  # nothing is compared
            continue
        chosen = (table["demand"] == level) & (table["staffing"] == staffing)
        if "baseline" in table:  # a difference is flagged where either of the two is
            chosen |= (table["demand"] == level) & (table["baseline"] == staffing)
        for name, value in seen.items():
            if name in table:
                table.loc[chosen, name] = value
    return replace(comparison, cautions=cautions, differences=differences)


def followed_of(returns: pd.DataFrame) -> pd.DataFrame:
    """How many are followed along made-up curves of returns."""
    counts = (4000 * np.exp(-returns["days"] / 60.0)).round()
    return returns[["demand", "staffing", "index", "days"]].assign(at_risk=counts)


def cloud_of(differences: pd.DataFrame) -> pd.DataFrame:
    """Ten replications around the differences in cost and primary outcome."""
    if differences.empty:
        return pd.DataFrame()
    central = differences[(differences["demand"] == 1.0) & differences["measure"].isin(CLOUD_MEASURES)]
    parts = [central.assign(number=number, value=central["mean"] * (0.9 + 0.02 * number)) for number in range(10)]
    return pd.concat(parts, ignore_index=True)[["staffing", "number", "measure", "value"]].assign(source="replication")


@cache
def comparison_of(staffings: tuple[str, ...] = FOUR, levels: tuple[float, ...] = (0.95, 1.0, 1.05)) -> Comparison:
    """A made-up answer; every table has its columns, every number is a choice of these tests. Made once: read only."""
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
            "hours_added": HOURS_ADDED.get(name, "+108 psw") if number else "none",
            "weekly_cost": 338838.0 if number else 335000.0,
            "weekly_difference": 3838.0 if number else 0.0,
            "is_swap": name == "peer_swapped",
            "moved_by_effects": "",
        }
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
        cautions=cautions_of(staffings, levels),
        changes=pd.DataFrame(changes),
        week=pd.concat([week_of(name, level, rng) for level in levels for name in staffings], ignore_index=True),
        waits=pd.concat(waits, ignore_index=True),
        returns=pd.concat(returns, ignore_index=True),
        followed=followed_of(pd.concat(returns, ignore_index=True)),
        cloud=cloud_of(differences),
        alone=pd.concat(alone, ignore_index=True),
        groups=groups_of(staffings, levels),
        by=("arrival_hour", "weekday"),
        costs=pd.DataFrame(costs),
        notes=("Same money: a note.",),
        peer_roles=("psw",),
        main_roles=("physician", "nurse", "crisis_clinician", "psw"),
    )


@pytest.fixture(scope="module")
def four() -> Comparison:
    return comparison_of()


@pytest.fixture(scope="module")
def drawn(four: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    for name in FIGURE_MAKERS:
        draw_figure(name, four, folder)
    return folder


def with_effects(comparison: Comparison, moved: str = "returns, leaving", **told: Any) -> Comparison:
    """The same with effects assumed that were told to move something."""
    costs = comparison.costs.assign(moved_by_effects=moved)
    return replace(comparison, **({"effects": "evidence", "effects_assumed": True, "costs": costs} | told))


def of_one_replication(comparison: Comparison) -> Comparison:
    """The same without intervals."""
    none = {"low": -np.inf, "high": np.inf, "half_width": np.inf, "sd": np.nan, "n": 1}
    differences = comparison.differences.assign(**none, simultaneous_half_width=np.inf)
    groups = comparison.groups[comparison.groups["replication"] == 0]
    estimates = comparison.estimates.assign(**none)
    return replace(comparison, estimates=estimates, differences=differences, groups=groups, replications=1, weeks=1)


def printed(show: Any, *args: Any, width: int = 100) -> str:
    page = io.StringIO()
    show(*args, Console(file=page, width=width))
    return page.getvalue()


def squeezed(text: str) -> str:
    """With line breaks and runs of blanks as one blank."""
    return re.sub(r"\s+", " ", text)


# Figures


DRAWN = tuple(name for name in FIGURE_MAKERS if name != "peer_day")
"""Figures that the made-up comparison has the tables for."""


def test_figures_are_drawn_where_there_is_something_to_draw(four: Comparison) -> None:
    assert set(figures_drawn(four)) == set(DRAWN)
    alone = comparison_of(("traditional",), (1.0,))
    assert set(DRAWN) - set(figures_drawn(alone)) == {"cost", "not_met", "demand"}, "traditional has groups too"


@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_is_a_png_twice_a_readme_column_wide_and_an_svg(name: str, drawn: Path) -> None:
    png = (drawn / f"{name}.png").read_bytes()
    width, height = struct.unpack(">II", png[16:24])
    assert png.startswith(b"\x89PNG")
    assert width == WIDTH * DPI
    assert 500 < height <= SLIDE_HEIGHT * DPI + 1
    assert len(png) > 20_000, "an empty page is smaller"
    assert ElementTree.parse(drawn / f"{name}.svg").getroot().tag.endswith("svg")


@pytest.mark.slow
def test_processes_of_their_own_draw_the_same_bytes(four: Comparison, drawn: Path, tmp_path: Path) -> None:
    with drawers(2) as pool:
        figures = begin_figures(four, tmp_path / "made" / "here", pool)
        paths = [path for figure in figures for path in figure.result()]
    assert sorted(path.name for path in paths) == sorted(path.name for path in drawn.iterdir())
    for path in paths:
        assert path.read_bytes() == (drawn / path.name).read_bytes(), path.name


def test_who_draws_figures_loads_neither_an_engine_nor_hydra_nor_a_database() -> None:
    look = "import sys; from sim.report.figures.figure_workers import figure_names; figure_names(); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout.split()
    assert "matplotlib.figure" in said
    assert {"simpy", "hydra", "duckdb", "sim.engine.compiled.replication", "sim.runs.engines"} & set(said) == set()


def test_processes_that_cannot_be_had_cost_the_figures_alone(four: Comparison, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        pass
    (failed,) = begin_figures(four, tmp_path, pool)
    assert isinstance(failed.exception(), RuntimeError)


class LaterPool(Executor):
    """Names the figures at once and keeps the drawing for later."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], object]] = []

    def submit(self, call: Any, /, *values: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if call is figure_names:
            future.set_result(("finding",))
        else:
            self.waiting.append(partial(call, *values, **named))
        return future


def test_figures_show_a_comparison_as_it_was_when_they_were_begun(drawn: Path, tmp_path: Path) -> None:
    comparison = replace(comparison_of(), differences=comparison_of().differences.copy())
    pool = LaterPool()
    begin_figures(comparison, tmp_path, pool)
    comparison.differences["mean"] += 1.0
    comparison.estimate_rows  # noqa: B018  a cache that fills meanwhile
    for draw in pool.waiting:
        draw()
    assert (tmp_path / "finding.png").read_bytes() == (drawn / "finding.png").read_bytes()


def test_hours_without_a_peer_are_shaded_in_one_piece() -> None:
    axes = Figure().add_subplot()
    on_duty = pd.Series([0.0, 0.0, 1.0, 0.0, 2.0, 0.0])
    shade_without_peers(axes, pd.DataFrame({"hour_of_week": range(6), "peers_on_duty": on_duty}))
    assert [(span.get_x(), span.get_width()) for span in axes.patches] == [(0, 2), (3, 1), (5, 1)]


@cache
def figure_of(name: str, staffings: tuple[str, ...] = FOUR) -> Figure:
    """A figure as it is in a report, drawn once for all that is read on it."""
    with styled():
        figure = FIGURE_MAKERS[name](comparison_of(staffings)).figure
        figure.draw_without_rendering()
    return figure


def texts_on(figure: Figure) -> list[str]:
    """Every text on a figure."""
    return [item.get_text() for item in figure.findobj(lambda item: hasattr(item, "get_text"))]


def texts_of(name: str, comparison: Comparison) -> list[str]:
    """The same of a comparison, drawn for this."""
    return texts_on(FIGURE_MAKERS[name](comparison).figure)


@pytest.mark.parametrize("name", FIGURE_MAKERS)
def test_every_figure_says_how_much_was_played_and_what_was_assumed(name: str, four: Comparison) -> None:
    said = squeezed(" ".join(texts_on(figure_of(name))))
    assert "10 replications of 13 weeks after 2 of warm-up" in said
    assert "No benefit was assumed" in said
    assumed = with_effects(four, one_sided=True)
    assert "Effects assumed for one side only (effects=evidence)" in squeezed(" ".join(texts_of(name, assumed)))


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("staffings", [FOUR, tuple(LABELS)], ids=["four", "nine"])
def test_no_text_of_a_figure_leaves_the_page(name: str, staffings: tuple[str, ...]) -> None:
    figure = figure_of(name, staffings)
    unseen = ticks_beyond_their_axis(figure)
    texts = [item for item in figure.findobj(Text) if item.get_text() and item.get_visible()]
    with styled():
        boxes = [(item.get_text(), item.get_window_extent()) for item in texts if item not in unseen]
    page = figure.bbox.padded(1.0)
    assert len(boxes) > 10
    assert [text for text, box in boxes if not (page.contains(*box.min) and page.contains(*box.max))] == []


def ticks_beyond_their_axis(figure: Figure) -> list[Text]:
    """Labels that matplotlib keeps and does not draw."""
    found = []
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        found += [tick.label1 for tick in axis.get_major_ticks() if not low - 1e-9 <= tick.get_loc() <= high + 1e-9]
    return found


def test_the_scorecard_shows_values_and_differences_as_told() -> None:
    said = texts_on(figure_of("scorecard"))
    assert {"77.8 ± 1.6", "+5.9 ± 0.9", "−31.5 ± 3.1", "−18.93 ± 0.94", "+3,838 ± 11", "identical"} <= set(said)


def test_figures_show_a_difference_with_its_caution_and_say_what_the_mark_means(four: Comparison) -> None:
    for changed, mark, cell, words in (
        (where_many_leave(four, "peer_swapped"), "†", "+5.9 ± 0.9", "more than 5 % of visits leave"),
        (without_steady_state(four, "peer_swapped"), "‡", "+5.9 ± 0.9 ‡", "no steady state"),
    ):
        said = [" ".join(text.split()) for text in texts_of("scorecard", changed)]
        assert cell in said
        assert f"Peers for nurse hours {mark}" in said
        assert any(words in text for text in said)
        assert f"Peers for nurse hours {mark}" in [" ".join(text.split()) for text in texts_of("differences", changed)]
    assert not any("‡" in text for text in texts_on(figure_of("scorecard")))


def test_a_title_counts_the_differences_beyond_chance_of_those_that_are_judged_together() -> None:
    judged = [name for name in WORLD if name in HEADLINE and name not in COST_NAMES]
    ways = {True: 0, False: 0}
    for name in judged:
        low_is_better = MEASURE_BY_KEY[name.partition(".")[0]].better == "low"
        for mean, half in WORLD[name][1]:
            ways[(mean < 0.0) == low_is_better] += abs(mean) > 1.6 * half
    ends = f"{ways[True]} for the better and {ways[False]} for the worse"
    words = f"{3 * len(judged)} differences in outcomes; beyond chance {ends}"
    assert words in [squeezed(text) for text in texts_on(figure_of("differences"))]


def test_the_hours_of_the_week_are_headed_by_how_much_has_no_peer() -> None:
    first = week_of("peer_added", 1.0, np.random.default_rng(0))
    share = 100 * first["mh_no_peer_on_duty"].sum() / first["mh_present"].sum()
    assert f"Peers added: {share:.0f} % of mental-health hours with no peer on duty" in texts_on(
        figure_of("hour_of_week")
    )


def test_returns_name_their_denominators_on_the_axis() -> None:
    said = texts_on(figure_of("return_curves"))
    assert "share back, of first mental-health visits of a patient" in said
    assert "share back, of all mental-health visits" in said


def test_figures_show_the_demand_as_it_is(four: Comparison) -> None:
    only = replace(
        four,
        estimates=four.estimates.query("demand == 1.0"),
        differences=four.differences.query("demand == 1.0"),
        week=four.week.query("demand == 1.0"),
    )
    for name in ("scorecard", "differences", "hour_of_week", "utilisation"):
        assert texts_of(name, four) == texts_of(name, only)


def test_a_comparison_without_peers_and_with_one_staffing_can_be_drawn() -> None:
    alone = comparison_of(("traditional",), (1.0,))
    assert "none on the roster" in texts_of("heads_and_load", alone)
    for draw in FIGURE_MAKERS.values():
        draw(alone)


def test_staffings_have_colours_of_their_own_and_keep_them() -> None:
    names = (*LABELS, "mine", "another")
    paint = colours(names, "traditional")
    assert len({paint[name] for name in LABELS}) == len(LABELS)
    assert colours(("traditional", "peer_added"), "traditional")["peer_added"] == paint["peer_added"]
    assert paint["mine"] != paint["another"] or len(LABELS) > 7


def test_labels_are_spread_apart_as_little_as_needed() -> None:
    assert spread_apart([5.0, 1.0], 1.0) == [5.0, 1.0]
    assert spread_apart([2.0, 2.0, 2.0], 1.0) == [1.0, 2.0, 3.0]
    assert spread_apart([0.0, 0.5, 9.0], 1.0) == [-0.25, 0.75, 9.0]
    assert spread_apart([2.0, 2.0], 1.0, highest=2.0) == [1.0, 2.0]
    assert spread_apart([1.0, 1.0, 1.0], 1.0, lowest=1.0) == [1.0, 2.0, 3.0]
    assert spread_apart([2.0, 2.0], 1.0, highest=1.5, lowest=1.0) == [1.0, 2.0], "rather too high than too low"


# Console


@pytest.mark.parametrize("staffings", [FOUR, tuple(LABELS)], ids=["four", "nine"])
def test_the_answer_fits_a_hundred_columns(staffings: tuple[str, ...]) -> None:
    for width in (100, 200):
        text = printed(print_comparison, comparison_of(staffings), width=width)
        assert max(len(line.rstrip()) for line in text.splitlines()) <= 100


def test_the_table_holds_the_numbers_of_the_comparison(four: Comparison) -> None:
    text = printed(print_comparison, four)
    for number in ("77.8", "+5.9 ± 0.9 *", "−21.3 ± 1.1 *", "−31.5 ± 3.1 *"):
        assert number in text
    few = printed(print_comparison, comparison_of(FOUR[:3]))
    assert "−0.38 ± 0.11 *" in few, "with few staffings there is room for more measures"
    assert "+47.31 ± 1.12 *" in few
    assert "335,412 ± 6,708" in few
    assert "+3,838 ± 11 *" in few
    assert "−0.8 ± 0.5" in few
    assert "−0.8 ± 0.5 *" not in few, "its simultaneous interval holds zero"
    for name in FOUR[1:]:
        assert f" {name} " not in text, "staffings go by their label"


def test_the_page_shows_two_figures_and_links_to_every_other(four: Comparison) -> None:
    assert "## Figures" not in answer_markdown(describe_comparison(four)), "a run draws none"
    page = answer_markdown(describe_comparison(four, with_figures=True))
    assert re.findall(r"\(figures/(\w+)\.png\)", page) == list(figures_drawn(four))
    assert re.findall(r"^!\[[^\]]+\]\(figures/(\w+)\.png\)$", page, re.MULTILINE) == ["finding", "hour_of_week"]
    assert page.index("## Figures") < page.index("## Matched simulated patients")


def test_the_demand_table_holds_every_level(four: Comparison) -> None:
    text = answer_markdown(describe_comparison(four))
    for level, wait in ((0.95, "57.2 ± 1.6"), (1.0, "77.8 ± 1.6"), (1.05, "104.3 ± 1.6")):
        assert f"demand × {level:g}" in text
        assert wait in text


def test_sentences_are_told_and_identical_measures_are_gathered(four: Comparison) -> None:
    text = squeezed(answer_markdown(describe_comparison(four)))
    assert "A sentence on length_of_stay_mean.medical of peer_added." in text, "nothing shown is told too"
    assert "A sentence on length_of_stay_mean.mental_health of clinician_added." in text
    assert "A sentence on lwbs_or_ama.all of peer_added." not in text
    assert (
        "Identical to the last bit to traditional staffing: left without being seen or against advice (all visits); "
        "return within 72 h, per patient (mental-health visits)"
    ) in text


def test_without_effects_no_benefit_can_appear_and_it_is_said(four: Comparison) -> None:
    assert in_mind(four)[0] == NO_BENEFIT
    assert squeezed(printed(print_comparison, four)).count("this is not evidence that peers do not work") == 1
    assumed = with_effects(four)
    assert NO_BENEFIT not in in_mind(assumed)
    assert "effects=evidence" in in_mind(assumed)[0]
    assert ONE_SIDED not in in_mind(assumed)
    assert ONE_SIDED in in_mind(replace(assumed, one_sided=True))


def test_where_many_leave_it_is_said_with_demand_staffing_and_number(four: Comparison) -> None:
    (line,) = [line for line in in_mind(where_many_leave(four, "peer_swapped", 1.05)) if "Many leave" in line]
    assert "at demand × 1.05" in line
    assert "Peers for nurse hours: 6.1 % leave" in line
    assert [line for line in in_mind(four) if "more than 5 %" in line] == []


def test_a_mark_says_of_which_level_of_demand_it_is_where_there_are_several(four: Comparison) -> None:
    said = "A mark beside a staffing is of demand × 1; the table of demand marks each level."
    assert said in answer_markdown(describe_comparison(where_many_leave(four, "peer_added", 1.05)))
    assert said not in answer_markdown(describe_comparison(comparison_of(FOUR, (1.0,))))


def test_where_many_leave_every_difference_is_still_shown(four: Comparison) -> None:
    text = answer_markdown(describe_comparison(where_many_leave(four, "peer_swapped")))
    assert "+5.9 ± 0.9 \\*" in text
    assert " of peer_swapped." in text


def test_that_many_leave_is_a_warning_beside_a_staffing_and_a_level_and_takes_nothing_from_a_difference(
    four: Comparison,
) -> None:
    """Where all leave above 5 %, as in hospitals that ask, no cell is marked: each head is, and all is claimed."""
    crowded = four
    for name in four.staffings:
        crowded = where_many_leave(crowded, name)
        crowded = where_many_leave(crowded, name, 1.05)
    page, before = answer_markdown(describe_comparison(crowded)), answer_markdown(describe_comparison(four))
    cells = [cell for line in page.splitlines() if line.startswith("| ") for cell in line.split(" | ")[1:]]
    marked_cells = [cell for cell in cells if "†" in cell]
    assert [cell for cell in marked_cells if "±" in cell] == []
    assert any(cell.startswith("demand × 1.05") for cell in marked_cells)
    assert not any(cell.startswith("demand × 0.95") for cell in marked_cells)
    assert page.count(" \\*)") == before.count(" \\*)") > 0, "stars stay"
    assert finding_of(crowded).lines[0] == finding_of(four).lines[0], "what changes is claimed all the same"
    assert "Peers for nurse hours: 6.1 % leave" in page


def test_without_a_steady_state_numbers_are_shown_and_no_difference_is_claimed(four: Comparison) -> None:
    unsteady = without_steady_state(four, "peer_swapped")
    (line,) = [line for line in in_mind(unsteady) if "No steady state" in line]
    assert "11.2 % of visits unfinished when the window ended, limit 2.0 %" in line
    assert "900 minutes waited per arrival in the first third of the window, 2,904 in the last" in line
    text = answer_markdown(describe_comparison(unsteady))
    assert squeezed(text).count("no difference is claimed: there is no steady state") == 1
    assert "+5.9 ± 0.9 ‡" in text
    assert " of peer_swapped." not in text
    assert " of clinician_added." in text
    rows = {row[0].strip(): row for row in change_rows(unsteady)}
    assert "Peers for nurse hours ‡" in rows
    assert "Peers added" in rows


def test_a_baseline_without_a_steady_state_leaves_no_difference_to_claim(four: Comparison) -> None:
    unsteady = without_steady_state(four, "traditional")
    assert (
        squeezed(answer_markdown(describe_comparison(unsteady))).count(
            "no difference is claimed: there is no steady state"
        )
        == 5
    )
    text = squeezed(printed(print_comparison, unsteady))
    assert "with peers added, no difference is claimed: there is no steady state" in text
    assert "with a crisis clinician added, no difference is claimed" in text
    assert "*" not in text.replace("*: beyond chance", "")


def test_the_half_width_of_the_stay_is_held_against_its_target(four: Comparison) -> None:
    (line,) = [line for line in in_mind(four) if "Precision" in line]
    assert "± 0.11 h at worst (Crisis clinician added), within the ± 0.2 h" in line
    wide = four.differences.assign(half_width=0.31)
    (line,) = [line for line in in_mind(replace(four, differences=wide)) if "Precision" in line]
    assert "± 0.31 h" in line
    assert "wider than" in line


def test_an_early_end_is_told(four: Comparison) -> None:
    assert not [line for line in in_mind(four) if "Stopped early" in line]
    (line,) = [line for line in in_mind(replace(four, n_finished=17)) if "Stopped early" in line]
    assert "17 of 30" in line


def test_one_scenario_shows_every_estimate_and_no_difference() -> None:
    alone = comparison_of(("traditional",), (1.0,))
    only = replace(alone, differences=pd.DataFrame())
    text = printed(print_comparison, only)
    assert "335,412 ± 6,708" in text
    assert "41.21 %" in text
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 100
    page = answer_markdown(describe_comparison(only))
    assert (
        "| Minutes without staff, 90th percentile | mental-health visits | 612.0 min | 599.8 min to 624.2 min | 10 |"
        in page
    )
    assert page.count("| mental-health visits |") == sum(name.endswith(".mental_health") for name in WORLD)


def test_problems_are_all_shown_with_path_value_and_remedy_and_no_markup_is_taken() -> None:
    problems = [
        Problem("staffing.roles.nurse.shifts.from_[07].heads", "-3", "give a whole number of 0 or more"),
        Problem("effects.totl", "0.9", f"no such key; did you mean effects.total_return_hr? {'long ' * 30}"),
    ]
    text = printed(print_problems, ScenarioError(problems))
    assert "2 problems; nothing was run, nothing was written" in text
    assert "staffing.roles.nurse.shifts.from_[07].heads = -3" in text
    assert "give a whole number of 0 or more" in text
    assert "did you mean effects.total_return_hr?" in text
    assert max(map(len, text.splitlines())) <= 100
    text = printed(
        print_problems, VisitsFileError("visits.csv", ("column 'age', row 3: below 0 (such as '-1'); fix it",))
    )
    assert "visits.csv: 1 problem" in text
    assert "column 'age', row 3: below 0 (such as '-1'); fix it" in text


NAMED = (("x",), ("staffing.psw",))
"""Where a row stands, and what of it was replaced."""


def test_assumptions_are_listed_with_source_and_counted_by_grade() -> None:
    rows = [
        Assumption(
            "POP08",
            "Minutes of a first contact",
            "20",
            "10",
            "30",
            "",
            "unknown",
            "yes",
            "min",
            "Author A. 2020",
            "",
            "A",
            "",
        ),
        Assumption(
            "ROSA41",
            "Shift",
            "720",
            "",
            "",
            "",
            "decision",
            "",
            "min",
            "assumption",
            "",
            "C",
            "",
            ("x",),
            ("staffing.psw",),
        ),
    ]
    text = squeezed(printed(print_register, register_answer(rows, 7, "grade A or C", "ours")))
    for words in ("POP08", "20 min (10 to 30)", "Author A. 2020", "720 min; replaced", "staffing.psw"):
        assert words in text
    assert "2 rows of 7 rows of the register in use with staffing=ours (grade A or C)." in text
    assert "1 A (read in its source); 0 B (read where another text quotes it); 1 C" in text
    assert "1 C (assumption, or not found in its source)." in text


# Progress


def test_progress_off_a_terminal_is_plain_lines_with_counts_and_time_left() -> None:
    page, moments = io.StringIO(), iter([0.0, 5.0, 30.0, 33.0, 60.0])
    lines = ProgressLines(4, "weeks", Console(file=page), clock=lambda: next(moments))
    for note in ("a", "b", "c", "d"):
        lines.advance(note)
    lines.end()
    assert page.getvalue().splitlines() == [
        "weeks: 4 to do",
        "2/4 done in 30 s, 4.0 a minute, about 30 s left; b",
        "4/4 done in 60 s, 4.0 a minute; d",
    ]


def test_progress_tells_when_the_work_ends_early() -> None:
    page = io.StringIO()
    with progress(5, "weeks", Console(file=page)) as advance:
        advance("one")
    assert page.getvalue().splitlines()[-1] == "ended after 1 of 5"
    assert "\x1b" not in page.getvalue()


def test_progress_on_a_terminal_counts_to_the_end() -> None:
    page = io.StringIO()
    with progress(3, "weeks", Console(file=page, force_terminal=True, width=100)) as advance:
        for _ in range(3):
            advance("demand 1")
    assert "3/3" in page.getvalue()
    assert "demand 1" in page.getvalue()


# Sentences


def spoken(key: str, part: str, **told: Any) -> str:
    named = {"staffing": "Peers added", "baseline": "Traditional"}
    named |= {name: told.pop(name) for name in ("staffing", "baseline", "confidence") if name in told}
    found = as_found({"n": 10, "half_width": math.nan, "sd": math.nan} | told)
    return difference_sentence(MEASURE_BY_KEY[key], part, found, **named)


def test_a_clear_difference_is_told_as_less_or_more_with_sizes() -> None:
    told = spoken("minutes_without_staff_mean", "mental_health", mean=-1.2, low=-1.6, high=-0.8)
    assert told == (
        "With peers added, eligible mental-health visits spent on average 1.2 minutes less without staff than with "
        "traditional staffing (95 % CI 0.8 to 1.6, 10 replications)."
    )
    told = spoken("wait_triage_to_pia_mean", "all", mean=5.91, low=5.03, high=6.79)
    assert "all visits waited on average 5.9 minutes longer for a physician" in told
    assert "95 % CI 5.0 to 6.8" in told


def test_one_member_added_gets_an_article() -> None:
    told = spoken("reach", "all", mean=0.0, low=0.0, high=0.0, staffing="Nurse added")
    assert told.startswith("With a nurse added, ")


def test_shares_differ_by_percentage_points() -> None:
    told = spoken("reach", "mental_health", mean=0.4731, low=0.4619, high=0.4843)
    assert "the share of mental-health visits met by a peer was 47.31 percentage points higher" in told
    assert "46.19 to 48.43" in told


def test_an_exact_zero_is_identical_to_the_last_bit() -> None:
    told = spoken("lwbs_or_ama", "all", mean=0.0, low=0.0, high=0.0)
    assert told == (
        "With peers added, the share of all visits that left unseen or against advice was identical to the last bit to "
        "that with traditional staffing."
    )


def test_an_interval_around_zero_shows_no_difference() -> None:
    told = spoken("length_of_stay_mean", "mental_health", mean=0.1, low=-0.3, high=0.5)
    assert (
        "no difference in the mean stay of mental-health visits could be shown (−0.30 to +0.50 hours, 95 % CI" in told
    )
    assert "less" not in told
    assert "longer" not in told


def test_without_a_steady_state_a_sentence_claims_nothing_and_has_no_number() -> None:
    told = spoken("length_of_stay_mean", "medical", mean=1.0, low=0.9, high=1.1, no_steady_state=True)
    assert "no difference in the mean stay of medical visits is claimed: there is no steady state" in told
    assert "1.0" not in told


def test_where_many_leave_a_sentence_has_its_number_and_the_warning() -> None:
    told = spoken("length_of_stay_mean", "medical", mean=1.0, low=0.9, high=1.1, many_leave=True)
    assert "stayed on average 1.00 hours longer" in told
    assert "replications, more than 5 % of visits leave)" in told


def test_judged_together_a_difference_may_be_chance() -> None:
    told = spoken("length_of_stay_mean", "medical", mean=1.0, low=0.2, high=1.8, simultaneous_half_width=1.4)
    assert "judged together with the other headline measures it could be chance (−0.40 to +2.40 hours)" in told
    clear = spoken("length_of_stay_mean", "medical", mean=1.0, low=0.2, high=1.8, simultaneous_half_width=0.9)
    assert "chance" not in clear


def test_one_replication_and_nothing_to_compare_are_told() -> None:
    nan = math.nan
    assert "in one replication" in spoken("length_of_stay_mean", "all", mean=1.0, low=nan, high=nan, n=1)
    assert "cannot be compared" in spoken("length_of_stay_mean", "all", mean=nan, low=nan, high=nan, n=0)


def test_the_same_cost_in_every_replication_has_no_interval() -> None:
    told = spoken("staff_cost_per_week", "all", mean=3838.0, low=3838.0, high=3838.0)
    assert "staff cost 3,838 CAD a week more than with traditional staffing (the same in every replication" in told


@pytest.mark.parametrize("key", [key for key, item in MEASURE_BY_KEY.items()])
def test_every_measure_can_be_spoken_of(key: str) -> None:
    told = spoken(key, "all", mean=2.0, low=1.0, high=3.0)
    assert told.startswith("With peers added, ")
    assert told.endswith(", 10 replications).")
    assert "{" not in told


def test_numbers_have_true_minus_signs_and_no_signed_zero() -> None:
    assert plain_number(-1234.56, 1) == "−1,234.6"
    assert plain_number(-0.004, 2, signed=True) == "0.00"
    assert plain_number(0.4, 1, signed=True) == "+0.4"
    assert plain_number(math.nan, 1) == "–"
    assert [three_digits(each) for each in (2_733_521.5, -163.4, 36.94, 4.266, 0.0, math.inf)] == [
        "2,730,000", "−163", "36.9", "4.3", "0", "–"
    ]  # fmt: skip
    assert three_digits(36.94, decimals=0) == "37"


def test_every_visit_is_eligible_in_good_english() -> None:
    told = spoken("minutes_without_staff_mean", "all", mean=-1.2, low=-1.6, high=-0.8)
    assert "all eligible visits spent on average" in told
    assert "after first visits" in spoken("return_72h_per_patient", "all", mean=0.1, low=0.05, high=0.15)


def test_two_replications_judged_together_give_no_numbers() -> None:
    told = {"mean": 1.0, "low": 0.2, "high": 1.8, "simultaneous_half_width": 140.0}
    assert "could be chance." in spoken("length_of_stay_mean", "medical", n=2, **told)
    assert "could be chance (−139.00 to +141.00 hours)." in spoken("length_of_stay_mean", "medical", n=3, **told)


def test_no_interval_of_a_share_is_longer_than_a_share_can_be() -> None:
    told = spoken("reach", "mental_health", mean=0.4, low=-5.0, high=5.8, n=2)
    assert "(−100.00 to +100.00 percentage points" in told
    told = spoken("reach", "mental_health", mean=0.4, low=0.1, high=5.8, n=2)
    assert "95 % CI 10.00 to 100.00" in told
    assert half_width_text(MEASURE_BY_KEY["reach"], 5.4) == "± >100.00"
    assert half_width_text(MEASURE_BY_KEY["reach"], 0.054) == "± 5.40"
    assert half_width_text(MEASURE_BY_KEY["length_of_stay_mean"], 5.4) == "± 5.40"
    assert interval_words(MEASURE_BY_KEY["reach"], -0.2, 1.3) == "0.00 % to 100.00 %"
    assert "−0.20 h" in interval_words(MEASURE_BY_KEY["length_of_stay_mean"], -0.2, 1.3)


def test_one_replication_has_no_interval_in_words() -> None:
    inf = math.inf
    told = spoken("length_of_stay_mean", "all", mean=1.0, low=-inf, high=inf, n=1)
    assert told.endswith("in one replication; an interval needs two or more.")
    assert "–" not in told
    assert interval_words(MEASURE_BY_KEY["reach"], -inf, inf) == "no interval"
    told = spoken("reach", "all", mean=0.0, low=-inf, high=inf, n=1)
    assert told.endswith("was the same as with traditional staffing in one replication.")


def test_a_member_whose_name_begins_like_a_plural_gets_an_article() -> None:
    told = spoken("reach", "all", mean=0.0, low=0.0, high=0.0, staffing="Crisis clinician added")
    assert told.startswith("With a crisis clinician added, ")


# What was asked


def test_what_was_changed_stands_under_the_title_everywhere(four: Comparison) -> None:
    changed = replace(four, changed=("demand.growth=1.2", "boarding=pool", "study.weeks=13"))
    line = "Changed from the shipped question: demand.growth=1.2, boarding=pool, study.weeks=13."
    assert line in squeezed(printed(print_comparison, changed))
    assert answer_markdown(describe_comparison(changed)).splitlines()[2] == line
    for name in FIGURE_MAKERS:
        assert "Changed: demand.growth=1.2, boarding=pool." in squeezed(" ".join(texts_of(name, changed)))
    assert "Changed" not in printed(print_comparison, four)
    assert "Changed" not in answer_markdown(describe_comparison(four))


def test_a_long_list_of_changes_is_shortened_in_a_footer_only(four: Comparison) -> None:
    many = replace(four, changed=tuple(f"department.steps.number_{n}.minutes=7" for n in range(20)))
    assert "number_19" not in footer(many)
    assert "…" in footer(many)
    assert "number_19" in answer_markdown(describe_comparison(many))
    assert "number_19" not in printed(print_comparison, many)


@pytest.mark.parametrize("text", ["demand.growth=1.2", "demand=nhamcs", "++demand.growth=2"])
def test_a_level_is_a_factor_on_the_demand_that_was_asked_for(text: str, four: Comparison) -> None:
    assert "demand × 1 of what was asked" in question(replace(four, changed=(text,)))
    assert "demand × 1," in question(replace(four, changed=("boarding=pool",)))


def test_effects_changed_one_by_one_are_not_called_by_the_name_of_the_set(four: Comparison) -> None:
    changed = with_effects(four, "returns", effects="none", changed=("effects.total_return_hr=0.5",))
    assert "effects none, changed: total_return_hr=0.5" in question(changed)
    assert "effects=none" not in printed(print_comparison, changed).replace("\n", " ")
    assert "(effects none, changed: total_return_hr=0.5)" in in_mind(changed)[0]
    assert "(effects none, changed: total_return_hr=0.5)" in footer(changed)


def test_peers_are_called_peer_support_whatever_their_role_is_called(four: Comparison) -> None:
    week = four.week.rename(columns=lambda name: name.replace("_psw", "_ally"))
    costs = four.costs.assign(hours_added="+108 ally, -40 psw_nurse")
    other = replace(four, week=week, costs=costs, peer_roles=("ally",), main_roles=("physician", "ally"))
    assert cost_rows(other)[1][1] == "+108 peer support, −40 psw nurse"
    drawn = [axes.get_title() for axes in heads_and_load_figure(other).figure.axes]
    assert drawn == ["Physician", "Peer support (contact load)"]
    named = [label.get_text() for label in utilisation_figure(other).figure.axes[0].get_yticklabels()]
    assert named[-2:] == ["Peer support (contact)", "Peers added and 1 more"]


# What must be said


def test_only_what_was_told_to_move_is_said_to_move(four: Comparison) -> None:
    clinicians = with_effects(four, "follow-up, minutes of assessments", effects="clinician_evidence")
    line = in_mind(clinicians)[0]
    assert "follow-up and minutes of assessments move because they are set so" in line
    assert "returns" not in line
    assert not clinicians.is_assumed("return_72h_per_patient.mental_health")
    assert with_effects(four, "returns").is_assumed("return_72h_per_patient.mental_health")
    assert clinicians.is_assumed("home_with_follow_up.mental_health"), "a follow-up is what is told to move"
    assert "escalation moves because it is set so" in in_mind(with_effects(four, "escalation"))[0]


def test_effects_of_nobody_present_are_told_to_move_nothing(four: Comparison) -> None:
    assert "in force in none: nothing moves" in in_mind(with_effects(four, ""))[0]


def test_a_staffing_with_an_effect_may_be_disfavoured() -> None:
    assert "favoured or disfavoured" in ONE_SIDED


def test_a_swap_is_a_stress_test_whatever_it_is_called(four: Comparison) -> None:
    def tests(comparison: Comparison) -> list[str]:
        return [line for line in in_mind(comparison) if "stress test of harm" in line]

    (line,) = tests(four)
    assert line.startswith("Peers for nurse hours takes hours ")
    renamed = replace(four, costs=four.costs.assign(is_swap=four.costs["staffing"] == "clinician_added"))
    (line,) = tests(renamed)
    assert line.startswith("Crisis clinician added takes hours ")
    assert tests(replace(four, costs=four.costs.assign(is_swap=False))) == []


def test_few_replications_are_told_with_what_they_do_not_allow(four: Comparison) -> None:
    few = replace(four, estimates=four.estimates.assign(n=4))
    assert FEW_REPLICATIONS in in_mind(few)
    assert FEW_REPLICATIONS not in in_mind(replace(four, estimates=four.estimates.assign(n=5)))
    assert ONE_REPLICATION in in_mind(of_one_replication(four))
    assert ONE_REPLICATION not in in_mind(few)


def test_matched_patients_name_their_stream_in_full(four: Comparison) -> None:
    heads = [row[0] for row in change_rows(four)]
    assert heads.index("  Peers added", heads.index("Stay, mental health (h)")) > 0


# One replication, nothing known


def test_one_replication_is_shown_without_intervals(four: Comparison) -> None:
    text = squeezed(printed(print_comparison, of_one_replication(four)))
    assert "1 replication of 1 week after 2 of warm-up" in text
    assert "±" not in text.replace("mean ± half-width", "")
    assert "– to –" not in text
    assert text.count("no difference can be distinguished from chance: that takes two replications") == 2


@pytest.mark.parametrize("name", FIGURE_MAKERS)
def test_every_figure_can_be_drawn_of_one_replication_and_of_undefined_values(
    name: str, four: Comparison, tmp_path: Path
) -> None:
    single = of_one_replication(four)
    holes = replace(
        four,
        estimates=four.estimates.assign(mean=np.nan, low=np.nan, high=np.nan, half_width=np.nan),
        differences=four.differences.assign(mean=np.nan, low=np.nan, high=np.nan, half_width=np.nan),
        waits=four.waits.assign(share=np.nan),
        alone=four.alone.assign(share=np.nan),
        week=four.week.assign(mh_present=np.nan, mh_without_peer=np.nan, load_nurse=np.nan, heads_nurse=np.nan),
        returns=four.returns.assign(standard_error=np.nan),
    )
    with styled():
        for number, comparison in enumerate((single, holes)):
            (path,) = FIGURE_MAKERS[name](comparison).save(tmp_path, f"{name}{number}", ("svg",))
            assert path.stat().st_size > 2500


@pytest.mark.parametrize("name", FIGURE_MAKERS)
def test_every_figure_can_be_drawn_of_empty_tables_and_of_one_stream(
    name: str, four: Comparison, tmp_path: Path
) -> None:
    tables = read_by(name) & {"estimates", "differences", "changes", "week", "waits", "returns", "alone"}
    bare = [replace(four, **{table: pd.DataFrame()}) for table in sorted(tables)]
    medical = four.estimates[~four.estimates["measure"].str.endswith("mental_health")]
    one_stream = replace(four, estimates=medical, waits=four.waits[four.waits["stream"] == "medical"])
    with styled():
        for number, comparison in enumerate((*bare, one_stream)):
            FIGURE_MAKERS[name](comparison).save(tmp_path, f"{name}{number}", ("svg",))
    assert len(list(tmp_path.iterdir())) == len(tables) + 1 > 1


class Watched(Comparison):
    """A comparison that notes which of its parts are read."""

    def __getattribute__(self, name: str) -> Any:
        READ.add(name)
        return super().__getattribute__(name)


READ: set[str] = set()


def read_by(name: str) -> set[str]:
    """The parts of a comparison that a figure reads: that the others are empty it cannot see."""
    four = comparison_of()
    watched = Watched(**{part.name: getattr(four, part.name) for part in fields(four)})
    READ.clear()
    with styled():
        FIGURE_MAKERS[name](watched)
    return set(READ)


# Markdown


def test_the_markdown_table_has_a_cell_for_every_staffing_and_headline_measure(four: Comparison) -> None:
    page = answer_markdown(describe_comparison(four))
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert {row.count("|") for row in rows if row.startswith("| Wait from triage to physician, mean (min)")} == {6}
    for name in four.known_measures(HEADLINE):
        assert any(row.startswith(f"| {labelled(name)} |") for row in rows), name
    assert "−0.38 ± 0.11 \\*" in page
    assert NO_BENEFIT in page
    assert "Same money: a note." in page
    assert "\n\n\n" not in page
