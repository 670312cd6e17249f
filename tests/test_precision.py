"""Precision asked for, the best of many, known controls: rules by hand, and sweeps that play until they are met."""

from collections import Counter
from collections.abc import Mapping
from math import inf, nan, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.analysis import estimates
from sim.analysis.best import Contenders, contenders, contenders_by
from sim.analysis.sequential_sampling import ReplicationPlan, choosing, narrowing
from sim.analysis.sweeping import counted_arrivals, expected_arrivals, mean_day_factor
from sim.cli import main
from sim.config import compose, compose_sweep
from sim.department.quantities import gamma_table, table_quantile
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.engine.trajectory import Trajectory
from sim.runs import playing
from sim.runs.engines import COMPILED, ENGINES
from sim.runs.run_store import PARTS
from sim.runs.stopping_rules import Precision, Selecting, StoppingRules
from sim.runs.tables_on_disk import read_table
from sim.statistics.control_variates import controlled_means
from sim.statistics.intervals import paired_differences
from sim.statistics.multiple_comparisons import nelson_matejcik, simultaneous_half_widths
from sim.statistics.stopping import FIRST_LOOK, LOOK_AHEAD, next_number, paths, select_best, stops_after
from tests.one_interval import mean_interval
from tests.plays import PlantedRun, by_run

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]

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
    assert Precision(relative=0.1).widest(np.array([-5.0, 0.0])).tolist() == [0.5, 0.0]
    assert Precision(half_width=2.0).widest(np.array([-5.0, 0.0])).tolist() == [2.0, 2.0]


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


def test_arrivals_counted_beforehand_are_those_of_the_run() -> None:
    words = ["study=run", "study.weeks=1", "study.warm_up_weeks=1", "study.follow_up_days=3", "demand.growth=0.3"]
    scenario = compose(words).scenario
    counted = counted_arrivals(scenario, 5, 2)
    for replication in range(2):
        trajectory = ENGINES[COMPILED](scenario, 5, replication)
        visits = trajectory.visit_columns
        inside = (visits["arrival"] >= trajectory.warm_up) & (visits["arrival"] < trajectory.measured_until)
        streams = visits["stream"][inside & (visits["visit_number"] == 1)]
        assert counted[:, replication].tolist() == np.bincount(streams, minlength=2).tolist()


def test_arrivals_expected_are_the_mean_of_those_drawn() -> None:
    """Law: z of the mean over 400 replications, normal by the central limit; |z| < 4 fails by chance in 1 of 8,000."""
    words = ["study=run", "study.weeks=2", "study.month_factors=true", "demand.day_factor_cv.medical=0.4"]
    scenario = compose(words).scenario
    counted = counted_arrivals(scenario, 11, 400)
    z = (counted.mean(axis=1) - expected_arrivals(scenario)) / (counted.std(axis=1) / 20.0)
    assert (np.abs(z) < 4.0).all()


def test_the_mean_day_factor_is_that_of_the_table_the_factors_are_drawn_from() -> None:
    table = gamma_table(1.0)
    middles = (np.arange(200_000) + 0.5) / 200_000
    drawn = np.mean([table_quantile(table, u) for u in middles])
    assert mean_day_factor(1.0) == pytest.approx(drawn, abs=1e-5)
    assert mean_day_factor(0.0) == 1.0


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


# --- what may be asked ------------------------------------------------------------------------------

TINY = ["study.weeks=1", "study.warm_up_weeks=0"]
WAIT, STAY = "wait_triage_to_pia_mean.all", "length_of_stay_mean.medical"
ASKED = f"study.precision={{{WAIT}:{{half_width:0.3}},{STAY}:{{relative:0.05,of:differences}}}}"
PRECISE = ["-m", "demand.growth=0.2,0.3,0.4", *TINY, "study.replications=4", ASKED]


def problems(*words: str) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as caught:
        compose_sweep(["demand.growth=1,1.1", *words])
    return caught.value.problems


@pytest.mark.parametrize(
    ("word", "path", "remedy"),
    [
        (
            "study.precision={lwbs_or_amma.all:{half_width:1}}",
            "study.precision.lwbs_or_amma.all",
            "mean lwbs_or_ama.all",
        ),
        ("study.precision={lwbs_or_ama.children:{half_width:1}}", "lwbs_or_ama.children", "no such measure"),
        ("study.precision={lwbs_or_ama.all:{relative:0.1}}", "lwbs_or_ama.all", "a rate may be near zero"),
        ("study.precision={lwbs_or_ama.all:{half_widht:1}}", "half_widht", "did you mean half_width"),
        ("study.precision={lwbs_or_ama.all:{}}", "study.precision.lwbs_or_ama.all", "one of them"),
        ("study.best=occupied.nurse", "study.best", "no such measure"),
        ("study.best=census_zone_mean.acute", "study.best", "neither high nor low"),
        ("study.select={measure:lwbs.all,indifference:0}", "study.select.indifference", "more than 0"),
        ("study.most_replications=3", "study.most_replications", "cap"),
        ("study.simultaneous=max", "study.simultaneous", "max_t"),
        ("study.precision=null,{}", "study.precision", "one for the whole sweep"),
    ],
)
def test_what_cannot_be_asked_is_told_before_anything_is_played(word: str, path: str, remedy: str) -> None:
    assert any(path in problem.path and remedy in problem.remedy for problem in problems(word))


def test_a_precision_a_selection_and_the_best_are_not_asked_at_once() -> None:
    select = "study.select={measure:lwbs.all,indifference:0.01}"
    told = problems(select, "study.best=lwbs.all", "study.precision={lwbs.all:{half_width:1}}", "study.replications=1")
    assert [problem.path for problem in told] == ["study.select", "study.best", "study.replications"]


def test_a_cap_leaves_room_to_see_whether_a_precision_holds() -> None:
    asked = ["study.precision={lwbs.all:{half_width:1}}", "study.replications=4"]
    (problem,) = problems(*asked, "study.most_replications=8")
    assert problem.path == "study.most_replications"
    assert "at least 9" in problem.remedy
    assert compose_sweep(["demand.growth=1,1.1", *asked, "study.most_replications=9"])


def test_one_scenario_alone_has_no_best_and_no_difference() -> None:
    with pytest.raises(ScenarioError, match="only one scenario"):
        compose_sweep(["study.best=lwbs.all"])
    with pytest.raises(ScenarioError, match="only one scenario"):
        compose_sweep(["study.precision={lwbs.all:{half_width:1,of:differences}}"])
    assert compose_sweep(["study.precision={lwbs.all:{half_width:1}}"]).first.study.precision


def test_a_precision_is_asked_of_one_scenario_too_and_a_best_of_a_sweep_alone() -> None:
    assert compose(["study=run", "study.precision={lwbs.all:{half_width:1}}"]).study.precision
    with pytest.raises(ScenarioError, match="peered -m"):
        compose(["study=run", "study.best=lwbs.all"])


def test_a_study_file_can_ask_for_a_precision(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "precise.yaml").write_text(
        "name: run\nreplications: 5\nweeks: 1\nprecision:\n  lwbs.all: {half_width: 0.01}\n"
    )
    sweep = compose_sweep(["study=precise", "demand.growth=1,1.1"], tmp_path)
    assert sweep.first.study.precision == {"lwbs.all": Precision(half_width=0.01)}


# --- what follows from the runs there are -----------------------------------------------------------


def spread_over(n: int, width: float) -> np.ndarray:
    """Values up and down by a width."""
    return 10.0 + width * (-1.0) ** np.arange(n)


def narrowed(rows: list[np.ndarray], there: list[int], cap: int, **asked: Precision) -> ReplicationPlan:
    """Where scenarios with these values of one measure stand, after 3 first replications."""
    table = np.full((len(rows), max(there)), nan)
    for row, (values, n) in enumerate(zip(rows, there, strict=True)):
        table[row, :n] = values[:n]
    labels = {str(row): f"scenario {row}" for row in range(len(rows))}
    question = StoppingRules(precision=asked, most_replications=cap)
    return narrowing(dict.fromkeys(asked, table), labels, np.array(there), 3, 0.95, question)


def test_replications_that_are_not_there_yet_are_no_narrow_look() -> None:
    calm = spread_over(30, 0.1)
    state = narrowed([calm, calm], [30, 6], 40, wait=Precision(half_width=1.0))
    assert state.precision_reached["status"].to_list() == ["met", "playing"]
    assert not state.is_final
    assert state.n_replications[1] > 8
    whole = narrowed([calm, calm], [30, 12], 40, wait=Precision(half_width=1.0))
    assert (whole.n_replications.tolist(), whole.is_final) == ([8, 8], True)


def test_a_precision_just_reached_when_the_cap_comes_is_not_shown_to_hold() -> None:
    late = spread_over(20, 0.1)
    late[:4] = [0.0, 20.0, 4.0, 16.0]
    values = [spread_over(20, 0.1), late]
    widths = [mean_interval(late[:n]).half_width for n in range(2, 21)]
    just = narrowed(values, [20, 20], 20, wait=Precision(half_width=float(widths[-3])))
    assert just.precision_reached["status"].to_list() == ["met", "missed"]
    assert (just.is_final, just.hit_cap) == (True, True)
    assert just.precision_reached["half_width"][1] < just.precision_reached["asked"][1]
    assert just.n_replications.tolist() == [20, 20]


def test_the_baseline_waits_for_the_scenario_that_takes_most() -> None:
    values = [spread_over(60, 0.1), spread_over(60, 2.0)]
    state = narrowed(values, [8, 60], 60, wait=Precision(half_width=0.7))
    assert state.n_replications[0] == state.n_replications[1] > 8
    assert not state.is_final


def test_replications_of_those_ruled_out_do_not_make_the_others_end() -> None:
    rng = np.random.default_rng(12)
    values = rng.normal(size=(3, 30)) + np.array([[0.0], [0.0], [60.0]])
    values[:2, 12:] = nan
    state = choosing(values, np.array([12, 12, 30]), Selecting(measure="lwbs.all", indifference=0.5), 10, 30, 0.95)
    assert not state.is_final
    assert state.n_replications[2] < 30
    assert state.n_replications[0] == state.n_replications[1] == 17


# --- sweeps in rounds -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sweep with a precision, played in one go."""
    folder = tmp_path_factory.mktemp("precise") / "out"
    assert main([*PRECISE, f"output={folder}"]) == 0
    return folder


def tables(folder: Path) -> list[bytes]:
    return [(folder / f"{name}.parquet").read_bytes() for name in ("estimates", "differences", "precision")]


def values_of(folder: Path, measure: str) -> pd.DataFrame:
    """Values of a measure, a row per replication, a column per scenario."""
    runs = read_table(folder / PARTS)
    return runs[runs["measure"] == measure].pivot(index="replication", columns="label", values="value")


def first_enough(narrow: list[bool], first: int) -> int:
    """Replications at the end of the first six narrow looks in a row."""
    return next(n for n in range(first + 5, len(narrow) + 1) if all(narrow[n - 6 : n]))


def test_every_scenario_is_played_until_what_is_asked_of_it_holds(undisturbed: Path) -> None:
    waits, stays = values_of(undisturbed, WAIT), values_of(undisturbed, STAY)
    needed = {}
    for label in waits.columns[1:]:
        both = waits[label].notna()
        wait, stay = waits[label][both].to_numpy(), stays[label][both].to_numpy()
        apart = stay - stays["demand.growth=0.2"][: len(stay)].to_numpy()
        narrow = [
            n > 1
            and mean_interval(wait[:n]).half_width <= 0.3
            and mean_interval(apart[:n]).half_width <= 0.05 * stays["demand.growth=0.2"][:n].mean()
            for n in range(1, len(wait) + 1)
        ]
        needed[label] = first_enough(narrow, 4)
    alone = waits["demand.growth=0.2"].to_numpy()
    own = first_enough([n > 1 and mean_interval(alone[:n]).half_width <= 0.3 for n in range(1, len(alone) + 1)], 4)
    needed["demand.growth=0.2"] = max(own, *needed.values())
    estimates = read_table(undisturbed / "estimates.parquet")
    assert estimates[estimates["measure"] == WAIT].set_index("label")["n"].to_dict() == needed
    differences = read_table(undisturbed / "differences.parquet")
    pairs = differences[differences["measure"] == STAY].set_index("label")["n"]
    assert pairs.to_dict() == {label: needed[label] for label in waits.columns[1:]}
    assert min(needed.values()) >= 9
    reached = read_table(undisturbed / "precision.parquet")
    assert set(reached["status"]) == {"met"}
    assert (reached["half_width"] <= reached["asked"]).all()


def test_interruptions_and_workers_do_not_show_in_what_a_precision_took(
    tmp_path: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    command = [*PRECISE, f"output={folder}", "executor.workers=1"]
    for patience in (5, 14, 9):
        left = Counter(runs=patience)

        def impatient(task: PlantedRun, left: Counter[str] = left) -> Mapping[str, float] | str | None:
            if not left["runs"]:
                raise KeyboardInterrupt
            left["runs"] -= 1
            return None

        with monkeypatch.context() as patch:
            patch.setattr(playing, "play_task", by_run(impatient))
            assert main(command) == 1
    assert main([*PRECISE, f"output={folder}", "executor.workers=2"]) == 0
    assert tables(folder) == tables(undisturbed)


def test_replications_there_already_are_not_played_and_not_counted_beyond_the_rule(
    tmp_path: Path, undisturbed: Path, plays: Counter[str]
) -> None:
    out = f"output={tmp_path / 'out'}"
    assert main(["-m", "demand.growth=0.2,0.3,0.4", *TINY, "study.replications=20", out]) == 0
    plays.clear()
    assert main([*PRECISE, out]) == 0
    assert plays.total() == 0
    assert tables(tmp_path / "out") == tables(undisturbed)


def test_a_cap_ends_it_and_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    asked = f"study.precision={{{WAIT}:{{half_width:0.01}},{STAY}:{{half_width:5}}}}"
    words = ["-m", "demand.growth=0.2,0.3", *TINY, asked, "study.replications=3", "study.most_replications=9"]
    assert main([*words, f"output={folder}"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "reached in 0 of 2 scenarios" in said
    assert "Not reached with the 9 replications" in said
    assert "Looked at from 3 replications on" in said
    page = (folder / "answer.md").read_text(encoding="utf-8")
    assert "demand.growth=0.3: Wait from triage to physician, mean, all visits ± 0." in page
    reached = read_table(folder / "precision.parquet").set_index(["measure", "label"])
    assert reached["status"].to_dict() == {
        (measure, f"demand.growth={growth}"): status
        for measure, status in ((WAIT, "missed"), (STAY, "met"))
        for growth in ("0.2", "0.3")
    }
    assert set(reached["n"]) == {9}
    assert main(["study=results", f"run={folder}"]) == 0
    assert "Not reached with the 9 replications" in " ".join(capsys.readouterr().out.split())


def test_by_default_nothing_is_looked_at_too_early(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = f"study.precision={{{WAIT}:{{half_width:50}}}}"
    assert main(["-m", "demand.growth=0.2", *TINY, asked, f"output={tmp_path / 'out'}"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"reached in 1 of 1 scenario, with {FIRST_LOOK + LOOK_AHEAD} replications" in said
    assert "Looked at from" not in said


def test_a_measure_that_a_scenario_does_not_have_is_not_asked_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = "study.precision={protected_time_kept.psw:{half_width:1}}"
    words = ["-m", "staffing=traditional,peer_247", "demand.growth=0.3", *TINY, asked, "study.replications=3"]
    assert main([*words, f"output={tmp_path / 'out'}"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "reached in 1 of 1 scenario, with 8 replications" in said
    assert "Without a value in the first replications, and not asked of: staffing=traditional" in said


def test_a_run_that_fails_holds_up_no_precision(
    tmp_path: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"

    def failing(scenario: Scenario, seed: int, replication: int = 0) -> Trajectory:
        if replication == 1 and scenario.demand.growth == 0.3:
            raise ArithmeticError("a bed was divided by zero")
        return ENGINES[COMPILED](scenario, seed, replication)

    with monkeypatch.context() as patch:
        patch.setattr(playing, "ENGINES", {COMPILED: failing})
        assert main([*PRECISE, f"output={folder}"]) == 1
    assert set(read_table(folder / "precision.parquet")["status"]) == {"met"}
    assert main([*PRECISE, f"output={folder}"]) == 0
    assert tables(folder) == tables(undisturbed)


def test_a_sweep_adjusts_its_estimates_for_the_arrivals_there_happened_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    words = ["demand.growth=0.3,0.6", *TINY, "study.replications=8"]
    assert main(["-m", *words, "study.controls=true", f"output={folder}"]) == 0
    assert "Controls: with the arrivals expected taken as known" in " ".join(capsys.readouterr().out.split())
    table = read_table(folder / "controlled.parquet").set_index(["of", "label", "measure"])
    key = "visits_per_week.all"
    values = values_of(folder, key)
    scenarios = compose_sweep(words).scenarios
    drawn = {label: counted_arrivals(scenario, 1, 8) for label, scenario in scenarios.items()}
    known = {label: expected_arrivals(scenario) for label, scenario in scenarios.items()}
    for label in scenarios:
        found = controlled_means(values[[label]].to_numpy().T, drawn[label], known[label])
        row = table.loc[("estimates", label, key)]
        assert (row["mean"], row["half_width"]) == pytest.approx((found["mean"][0], found["half_width"][0]))
        assert row["variance_ratio"] < 0.5
    apart = (values["demand.growth=0.6"] - values["demand.growth=0.3"]).to_numpy()[np.newaxis]
    found = controlled_means(apart, np.vstack(list(drawn.values())), np.concatenate(list(known.values())))
    row = table.loc[("differences", "demand.growth=0.6", key)]
    assert (row["mean"], row["half_width"]) == pytest.approx((found["mean"][0], found["half_width"][0]))
    assert main(["study=results", f"run={folder}"]) == 0
    assert "Controls: with the arrivals expected" in " ".join(capsys.readouterr().out.split())
    assert main(["-m", *words, f"output={folder}"]) == 0
    assert not (folder / "controlled.parquet").exists()


# --- the best, in a sweep ---------------------------------------------------------------------------

THREE = ["-m", "demand.growth=0.2,1.3,1.0", *TINY, "study.replications=5"]


def test_a_selection_plays_on_only_those_that_may_be_best(
    tmp_path: Path, plays: Counter[str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    words = ["-m", "demand.growth=0.2,0.3,0.5", *TINY, "study.replications=5"]
    select = f"study.select={{measure:{WAIT},indifference:0.15}}"
    assert main([*words, select, f"output={folder}"]) == 0
    table = read_table(folder / "selection.parquet").set_index("label")
    values = values_of(folder, WAIT)[list(table.index)].to_numpy().T
    choice = select_best(values, "low", 0.15, 5)
    assert table["selected"].to_list() == [place == choice.selected for place in range(3)]
    assert table["n"]["demand.growth=0.5"] == choice.left_after[2]
    assert plays["demand.growth=0.5"] < plays["demand.growth=0.2"]
    winner = table.index[table["selected"]][0]
    said = " ".join(capsys.readouterr().out.split())
    assert f"Selected as the best: {winner}" in said
    assert "probability of at least 95 %" in said
    before = plays.total()
    assert main([*words, select, f"output={folder}"]) == 0
    assert plays.total() == before


def test_a_selection_that_the_cap_ends_names_those_still_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["-m", "demand.growth=0.3,0.301,1.4", *TINY, "study.replications=3", "study.most_replications=6"]
    select = f"study.select={{measure:{WAIT},indifference:0.0001}}"
    assert main([*words, select, f"output={tmp_path / 'out'}"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "No best was selected with the 6 replications that are played at most: still in are demand.growth=0.3" in said
    )


def test_the_best_of_many_is_told_with_who_may_be_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    assert main([*THREE, f"study.best={WAIT}", f"output={folder}"]) == 0
    table = read_table(folder / "best.parquet")
    values = values_of(folder, WAIT)[list(table["label"])].to_numpy()
    found = nelson_matejcik(values, "low")
    assert table["low"].to_numpy() == pytest.approx(found.low)
    assert table["high"].to_numpy() == pytest.approx(found.high)
    assert table["is_best"].to_list() == found.is_best.tolist()
    assert "Best by Wait from triage to physician, mean:" in " ".join(capsys.readouterr().out.split())
    assert main([*THREE, f"output={folder}"]) == 0
    assert not (folder / "best.parquet").exists()


def test_max_t_judges_the_headline_measures_together_where_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    chosen = (WAIT, STAY)
    monkeypatch.setattr(estimates, "HEADLINE", chosen)
    assert main([*THREE, "study.simultaneous=max_t", f"output={folder}"]) == 0
    table = read_table(folder / "differences.parquet")
    table = table[table["measure"].isin(chosen)]
    columns = [values_of(folder, row["measure"]) for row in table.to_dict("records")]
    apart = np.column_stack(
        [
            values[row["label"]] - values["demand.growth=0.2"]
            for values, row in zip(columns, table.to_dict("records"), strict=True)
        ]
    )
    assert table["simultaneous_half_width"].to_numpy() == pytest.approx(simultaneous_half_widths(apart, 0.95, "max_t"))
    assert set(table["judged_by"]) == {"max_t"}
    monkeypatch.setattr(estimates, "MOST_BY_MAX_T", 2)
    capsys.readouterr()
    assert main([*THREE, "study.simultaneous=max_t", f"output={folder}"]) == 0
    assert "Judged together by Bonferroni" in " ".join(capsys.readouterr().out.split())


# --- who may be the best, without being asked ---------------------------------------------------------


def test_contenders_are_those_that_no_other_is_shown_to_beat() -> None:
    rng = np.random.default_rng(3)
    shared = rng.normal(size=12)
    values = np.array([shared + 0.1 * rng.normal(size=12) + mean for mean in (1.0, 0.0, 0.01, 3.0)])
    assert contenders(values, "low", 0.95).tolist() == [False, True, True, False]
    assert contenders(values, "high", 0.95).tolist() == [False, False, False, True]


def test_scenarios_without_the_measure_are_no_contenders_and_rule_nobody_out() -> None:
    values = np.array([[[5.0, 5.1, 5.2]], [[np.nan] * 3], [[9.0, 9.2, 9.1]]])
    labels = ["one", "two", "three"]
    assert contenders_by(labels, ["lwbs.all"], values, 0.95) == {"lwbs.all": Contenders(("one",), 1, (3, 3), 0.95)}
    assert contenders_by(labels[:2], ["lwbs.all"], values[:2], 0.95) == {}


def test_contenders_are_judged_by_all_replications_that_two_have_not_by_those_all_have() -> None:
    # In the first 5 replications b looks better than a by chance; in all 46 it does not.
    rng = np.random.default_rng(1)
    a = 10.0 + rng.normal(0.0, 0.1, 46)
    b = a + np.where(np.arange(46) < 5, -0.5, 0.1) + rng.normal(0.0, 0.05, 46)
    c = np.append(a[:5] + 9.0 + rng.normal(0.0, 0.1, 5), np.full(41, np.nan))
    first = contenders_by(["a", "b", "c"], ["lwbs.all"], np.array([a, b, c])[:, np.newaxis, :5], 0.95)["lwbs.all"]
    assert first.labels == ("b",)
    found = contenders_by(["a", "b", "c"], ["lwbs.all"], np.array([a, b, c])[:, np.newaxis], 0.95)["lwbs.all"]
    assert found == Contenders(("a", "b"), 1, (5, 46), 0.95)


def test_of_two_scenarios_one_is_best_only_if_the_interval_shown_beside_them_leaves_out_zero() -> None:
    rng = np.random.default_rng(5)
    for _ in range(200):
        a = rng.normal(size=8)
        b = a + rng.normal(0.7, 1.0, size=8)
        shown = paired_differences([b], [a])
        is_alone = contenders(np.array([a, b]), "low", 0.95).sum() == 1
        assert is_alone == bool(shown["low"][0] > 0.0 or shown["high"][0] < 0.0)


def test_a_sweep_over_staffings_names_who_may_be_best_and_one_over_demand_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny = ["-m", "study.weeks=1", "study.warm_up_weeks=0", "study.replications=3"]
    assert main([*tiny, "staffing=traditional,peer_247", f"output={tmp_path / 'a'}"]) == 0
    assert "staff cost a week: traditional;" in " ".join(capsys.readouterr().out.split())
    words = "staffing=traditional (at 95 %, judged by this measure alone; 3 replications)"
    assert f"Best by Staff cost a week: {words}." in (tmp_path / "a" / "answer.md").read_text(encoding="utf-8")
    assert main([*tiny, "demand.growth=0.9,1", f"output={tmp_path / 'b'}"]) == 0
    assert "Best" not in capsys.readouterr().out
    assert "Best by" not in (tmp_path / "b" / "answer.md").read_text(encoding="utf-8")


def test_the_line_on_the_best_is_of_the_replications_of_the_table_and_not_of_the_first_ones(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    words = ["-m", "staffing=traditional,peer_247", "study.weeks=1", "study.warm_up_weeks=0", "study.replications=3"]
    precision = f"study.precision={{{WAIT}:{{half_width:0.001}}}}"
    assert main([*words, precision, "study.most_replications=9", f"output={folder}"]) == 0
    assert set(read_table(folder / "estimates.parquet")["n"]) >= {9}
    page = (folder / "answer.md").read_text(encoding="utf-8")
    assert page.count("judged by this measure alone; 9 replications).") == page.count("Best by ") > 1
