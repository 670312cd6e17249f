"""What `sim` returns sums itself up, is drawn and is saved, and still is the plain value it extends."""

import pickle
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes

import sim
from sim.analysis.comparison_result import Comparison as PlainComparison
from sim.analysis.comparison_result import FoundValue
from sim.config import compose
from sim.department.scenario import Scenario as PlainScenario
from sim.department.scenario import ScenarioError
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.measuring import measure
from sim.engine.trajectory import Trajectory, identical
from sim.objects import Comparison, Run, Scenario
from sim.report.figures.pictures import differences_title
from sim.report.tables import python_workbooks
from sim.runs.engines import ENGINES
from tests.test_answer_workbook import read

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[1]
QUICK = ("study.weeks=1", "study.warm_up_weeks=0")
matplotlib.use("Agg")


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return sim.load("staffing=peer_added", *QUICK)


@pytest.fixture(scope="module")
def run(scenario: Scenario) -> Run:
    return sim.simulate(scenario, seed=1)


@pytest.fixture(scope="module")
def small_run() -> Run:
    """Few visits, which are soon written to a sheet."""
    return sim.simulate(sim.load("staffing=peer_added", *QUICK, demand={"growth": 0.1}))


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    overrides = (*QUICK, "study.demand_levels=[0.9,1.0]")
    return sim.compare(["traditional", "peer_added", "nurse_added"], *overrides, replications=3, seed=1)


@pytest.fixture(autouse=True)
def _no_figure_stays_open() -> Iterator[None]:
    yield
    pyplot.close("all")


def test_a_measure_that_does_not_exist_is_answered_with_a_close_one(run: Run) -> None:
    with pytest.raises(KeyError, match=r"no measure 'lwbs_or_ama'; did you mean lwbs_or_ama\.all\?"):
        run.measures["lwbs_or_ama"]
    with pytest.raises(KeyError, match=r"list\(run\.measures\) has the names"):
        run.measures["?"]
    again = pickle.loads(pickle.dumps(run.measures))
    assert list(again) == list(run.measures) == list(measure(run, run.scenario))


def test_what_is_no_axes_is_refused_with_what_to_give(scenario: Scenario, run: Run) -> None:
    for picture in (scenario, run):
        with pytest.raises(TypeError, match="ax = 'x': give Matplotlib axes"):
            picture.plot("x")  # type: ignore[arg-type]


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert sim.__version__ == project["version"]
    with pytest.raises(AttributeError, match="versoin"):
        sim.versoin  # type: ignore[attr-defined]  # noqa: B018


def test_help_tells_the_functions_and_no_others() -> None:
    words = "import sim, pydoc; print(pydoc.plain(pydoc.render_doc(sim)))"
    told = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    functions = told.split("\nFUNCTIONS\n")[1].split("\nDATA\n")[0]
    known = ["breakdown", "compare", "journey", "load", "results", "simulate", "study", "sweep"]
    assert re.findall(r"^    (\w+)\(", functions, re.MULTILINE) == known
    assert sorted([*known, "__version__", "measures"]) == sorted(sim.__all__) == dir(sim)
    assert "answer.summary()" in told
    assert f"VERSION\n    {sim.__version__}" in told


# --- they still are what they extend ---


def test_a_loaded_scenario_equals_the_plain_one_both_ways(scenario: Scenario) -> None:
    plain = compose(["study=run", "staffing=peer_added", *QUICK]).scenario
    assert type(plain) is PlainScenario
    assert scenario == plain
    assert plain == scenario
    assert scenario.content_hash() == plain.content_hash()
    assert scenario.model_dump() == plain.model_dump()
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    longer = scenario.model_copy(update={"period": scenario.period.model_copy(update={"weeks": 2})})
    assert longer != plain
    assert isinstance(longer, Scenario)
    assert scenario != "peer_added"


def test_a_run_is_to_the_last_bit_what_the_engine_left(scenario: Scenario, run: Run) -> None:
    plain = ENGINES["compiled"](scenario, 1, 0)
    assert type(plain) is Trajectory
    assert identical(run, plain)
    np.testing.assert_equal(run.measures, measure(plain, scenario))
    assert identical(pickle.loads(pickle.dumps(run)), plain)


def test_a_comparison_holds_the_tables_of_the_plain_one(comparison: Comparison) -> None:
    plain = PlainComparison(**{name: getattr(comparison, name) for name in PlainComparison.__dataclass_fields__})
    assert Comparison.of(plain).differences is plain.differences
    again = pickle.loads(pickle.dumps(comparison))
    assert again == comparison == replace(comparison, seconds=99.0)
    assert hash(again) == hash(comparison)
    assert comparison != replace(comparison, estimates=comparison.estimates.iloc[1:])


def test_a_comparison_tells_all_of_one_measure(comparison: Comparison) -> None:
    table = comparison["lwbs_or_ama.all"]
    assert len(table) == 6  # three staffings at two levels of demand
    row = table[table["demand"] == 1.0].loc["nurse_added"]
    found = comparison.difference("nurse_added", "lwbs_or_ama.all", 1.0)
    assert found is not None
    assert (row["difference"], row["difference_low"], row["beyond_chance"]) == (
        found.mean,
        found.low,
        found.beyond_chance,
    )
    assert row["mean"] == comparison.estimate("nurse_added", "lwbs_or_ama.all", 1.0).mean  # type: ignore[union-attr]
    assert row["sentence"].startswith("With a nurse added")
    assert set(HEADLINE) <= set(comparison) | {
        "return_30d_per_patient.mental_health",
        "return_180d_per_patient.mental_health",
    }
    with pytest.raises(KeyError, match=r"no measure 'lwbs_or_ama'; did you mean lwbs_or_ama\.all"):
        comparison["lwbs_or_ama"]


def test_who_is_left_out_is_told_of_a_comparison_and_of_a_run(run: Run, comparison: Comparison) -> None:
    table = sim.breakdown(comparison, ["weekday", "held"])
    assert table.equals(comparison.breakdown(["weekday", "held"]))
    assert set(table["by"]) == {"weekday", "held"}
    assert sim.breakdown(run, "weekday").equals(run.breakdown("weekday"))
    for one in (run, comparison):
        with pytest.raises(ValueError, match="weekday"):
            sim.breakdown(one, "weekdya")
    with pytest.raises(TypeError, match=r"give what sim\.compare"):
        sim.breakdown("weekday", "weekday")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a run is grouped by one attribute"):
        sim.breakdown(run, ["weekday"])


def test_a_notebook_shows_the_five_lines(comparison: Comparison) -> None:
    question, *lines = comparison.finding.splitlines()
    labels = ["What changes", "What does not", "What it costs", "The same money elsewhere", "How sure"]
    assert [line.partition(":")[0] for line in lines][:5] == labels
    page = comparison._repr_html_()
    assert page.count("<li>") == len(lines)
    assert page.startswith(f'<table><caption style="text-align:left">{question[:40]}')
    assert page.count('<th scope="row"') == 7


def test_names_of_measures_are_offered(run: Run, comparison: Comparison) -> None:
    for one in (run.measures, comparison, sim.measures):
        assert any(name.startswith("lwbs_or_ama") for name in one._ipython_key_completions_())


def test_a_journey_is_told_summed_up_drawn_and_saved(tmp_path: Path) -> None:
    journey = sim.journey(seed=2)
    again = pickle.loads(pickle.dumps(journey))
    assert again == journey
    assert hash(again) == hash(journey)
    assert journey != sim.journey(patient=journey.visit.patient, seed=2, study={"weeks": 2})
    for label in journey.labels:
        assert f"\n{label}\n" in journey.text
    table = journey.summary()
    assert table.loc["minutes_without_staff"].tolist() == list(journey.visit.alone)
    assert set(journey.bars["staffing"]) == set(table.columns) == {"traditional", "peer_added"}
    journey.to_excel(tmp_path / "journey.xlsx")
    assert list(read(tmp_path / "journey.xlsx")) == ["README", "summary", "bars", "journey"]
    assert len(journey.plot().axes) == 2
    assert [line.partition(":")[0] for line in journey.finding.splitlines()[1:]] == [
        "What differs",
        "Which child",
        "How sure",
    ]
    assert journey.text.startswith(journey.finding)
    assert all(line.partition(": ")[2][:40] in journey._repr_html_() for line in journey.finding.splitlines()[2:])
    with pytest.raises(ScenarioError, match=r"study\.patient = 3: no patient of this number"):
        sim.journey(patient=3, seed=2)


# --- summary ---


def test_a_scenario_sums_up_its_hours_and_money(scenario: Scenario) -> None:
    table = scenario.summary()
    assert list(table.index) == [*scenario.staffing.roles, "extras", "total"]
    assert table.loc["psw", "hours_per_week"] == scenario.staffing.roles["psw"].hours_per_week()
    assert table["cost_per_week"].iloc[:-1].sum() == pytest.approx(table.loc["total", "cost_per_week"])
    assert table.loc["total", "cost_per_week"] == scenario.staffing.weekly_cost()
    assert "extras" not in sim.load("staffing=traditional", *QUICK).summary().index


def test_a_run_sums_up_its_headline_measures_in_the_units_shown(run: Run) -> None:
    table = run.summary()
    assert set(table.index) <= set(HEADLINE)
    reach = table.loc["reach.mental_health"]
    assert (reach["unit"], reach["part"]) == ("%", "mental-health visits")
    assert reach["value"] == pytest.approx(100 * run.measures["reach.mental_health"])
    assert not table["value"].isna().any()


def test_a_comparison_sums_up_differences_with_intervals(comparison: Comparison) -> None:
    table = comparison.summary()
    name = "lwbs_or_ama.all"
    (found,) = (row for row in comparison.difference_rows["nurse_added", name] if row["demand"] == 1.0)
    (own,) = (row for row in comparison.estimate_rows["traditional", name] if row["demand"] == 1.0)
    assert table.loc[name, "traditional"] == pytest.approx(100 * own["mean"])
    for column, key in (("difference", "mean"), ("low", "low"), ("high", "high")):
        assert table.loc[name, f"nurse_added: {column}"] == pytest.approx(100 * found[key])
    beyond = abs(found["mean"]) > found["simultaneous_half_width"]
    assert table.loc[name, "nurse_added: beyond_chance"] == beyond
    assert not table.equals(comparison.summary(0.9))
    with pytest.raises(ValueError, match=r"demand = 2: was not played, use one of 0\.9, 1"):
        comparison.summary(2)


# --- plot ---


def words_in(axes: Axes) -> str:
    return " ".join([axes.get_title(loc="left"), axes.get_xlabel()]).replace("\n", " ")


def test_each_is_drawn_into_one_axes_whose_title_says_what_it_shows(
    scenario: Scenario, run: Run, comparison: Comparison
) -> None:
    for one, said in (
        (scenario, "a peer on duty in 43 % of the week"),
        (run, "% of mental-health hours with no peer on duty"),
        (comparison, "Minutes without staff, mean, mental-health visits"),
        (sim.load("staffing=traditional", *QUICK), "no peer on the roster"),
        (sim.simulate(sim.load("staffing=traditional", *QUICK)), "no peer on the roster"),
    ):
        axes = one.plot()  # type: ignore[attr-defined]
        assert isinstance(axes, Axes)
        assert said in words_in(axes)
        axes.figure.canvas.draw()


def test_a_picture_can_be_drawn_beside_others(run: Run, comparison: Comparison) -> None:
    figure, (left, right) = pyplot.subplots(2)
    assert run.plot(ax=left) is left
    assert comparison.plot("reach.mental_health", demand=0.9, ax=right) is right
    assert "demand × 0.9" in words_in(right)
    assert len(figure.axes) == 2


def test_a_measure_that_was_not_compared_is_refused(comparison: Comparison) -> None:
    with pytest.raises(ValueError, match=r"no differences of it; did you mean lwbs_or_ama\.all"):
        comparison.plot("lwbs_or_ama.al")


def found(mean: float, low: float, high: float, simultaneous: float, sd: float = 1.0) -> FoundValue:
    return FoundValue(mean, low, high, (high - low) / 2, sd, 5, simultaneous)


@pytest.mark.parametrize(
    ("peers", "nurse", "said"),
    [
        (
            (-9.0, -10.0, -8.0, 2.0),
            (1.0, -1.0, 3.0, 4.0),
            "−9.0 min with peers added (−11.0 to −7.0 min, all headline measures judged together), the only one",
        ),
        (
            (-9.0, -10.0, -8.0, 2.0),
            (-20.0, -21.0, -19.0, 4.0),
            "−20.0 min with nurse added (−24.0 to −16.0 min, all headline measures judged together), the largest of 2",
        ),
        (
            (9.0, 8.0, 10.0, 2.0),
            (-20.0, -21.0, -19.0, 4.0),
            "−20.0 min with nurse added (−24.0 to −16.0 min, all headline measures judged together); 1 the other way",
        ),
        # No headline measure: the interval of the one picked would be too narrow.
        (
            (-9.0, -10.0, -8.0, np.nan),
            (-20.0, -21.0, -19.0, np.nan),
            "−20.0 min with nurse added, the largest of 2 beyond chance",
        ),
        # Excludes zero by itself, not when all are judged together: nothing is claimed.
        ((-9.0, -10.0, -8.0, 12.0), (1.0, -1.0, 3.0, 4.0), "no difference from traditional could be shown"),
        ((-9.0, np.nan, np.nan, np.nan), (1.0, np.nan, np.nan, np.nan), "cannot be distinguished from chance"),
        ((0.0, 0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0, 0.0), "identical to traditional"),
    ],
)
def test_a_title_claims_what_is_beyond_chance_and_no_more(
    peers: tuple[float, ...], nurse: tuple[float, ...], said: str, comparison: Comparison
) -> None:
    each = {"peer_added": found(*peers), "nurse_added": found(*nurse)}
    assert said in differences_title(comparison, "minutes_without_staff_mean.mental_health", each)


# --- to_excel ---


TABLES_OF_COMPARISON = ("summary", "estimates", "differences", "peer_day", "left_out", "costs", "worth", "cautions")


@pytest.mark.usefixtures("whole_workbooks")
def test_each_is_saved_with_all_its_tables(
    scenario: Scenario, small_run: Run, comparison: Comparison, tmp_path: Path
) -> None:
    run = small_run
    for one, sheets in (
        (scenario, ["README", "roles", "shifts", "settings"]),
        (run, ["README", "summary", "measures", "visits", "tasks", "staff", "census"]),
        (comparison, ["finding", "README", *TABLES_OF_COMPARISON]),
    ):
        file = tmp_path / f"{type(one).__name__}.xlsx"
        one.to_excel(file)
        saved = read(file)
        assert list(saved) == sheets
        assert all(len(rows) > 1 for rows in saved.values())
        with pytest.raises(FileExistsError, match="overwrite=True"):
            one.to_excel(str(file))
        one.to_excel(file, overwrite=True)
    saved = read(tmp_path / "Run.xlsx")
    assert len(saved["visits"]) == run.n_visits + 1
    assert {"arrival (min)", "patience (min, empty: never)"} <= set(saved["visits"][0])
    settings = dict(map(tuple, read(tmp_path / "Scenario.xlsx")["settings"][1:]))  # type: ignore[arg-type]
    assert settings["demand.growth"] == scenario.demand.growth == 1.0
    assert settings["period.weeks"] == 1


def test_a_table_too_large_for_a_sheet_is_left_out_and_this_is_said(
    small_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = small_run
    monkeypatch.setattr(python_workbooks, "MOST_TABLE_CELLS", run.tasks.size)
    with pytest.warns(UserWarning, match="visits: .* take minutes"):
        run.to_excel(tmp_path / "run.xlsx")
    saved: dict[str, Any] = read(tmp_path / "run.xlsx")
    assert "visits" not in saved
    assert "census" in saved
    assert any(row[0] == "Left out" and row[1].startswith("visits: ") for row in saved["README"])
