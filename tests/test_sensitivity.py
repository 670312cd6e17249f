"""`study=sensitivity`: draws of a comparison again, or played; what decides, what to measure first, what is refused."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from benchmarks.sensitivity import made_up
from sim.analysis.assumption_spread import DrawnRuns
from sim.analysis.played_draws import PlayedDraws, facts_of_draws, played_draws, read_played_draws, tables_of_draws
from sim.analysis.sensitivity import ROW, ROW_GROUP, Sensitivity, SensitivityAsked, sensitivity_of
from sim.analysis.trial_worth import (
    RETURN_HAZARD,
    RETURN_OUTCOME,
    RETURNS_COUNTED,
    binomial_errors,
    read_trial_errors,
)
from sim.analysis.valuation import STAFF_COST, Worth
from sim.department.scenario import ScenarioError
from sim.register.draw_table import shipped_draws
from sim.register.draws import shipped_cube
from sim.register.groups import LEARNED_BY, group_of_row
from sim.report.figures import sensitivity_figures
from sim.report.figures.theme import styled
from sim.report.sensitivity_answer import first_table, money, sensitivity_finding
from sim.runs.tables_on_disk import write_table
from tests.in_process import peered
from tests.opened_tables import assert_every_file_is_in_a_table

pytestmark = pytest.mark.end_to_end

ALONE, VISITS = "minutes_without_staff_mean.mental_health", "visits_per_week.mental_health"
WORTH = (
    Worth(name="staff_cost", measure=STAFF_COST, cad_per_unit=-1.0),
    Worth(name="visit", measure=VISITS, cad_per_unit=-370.0),
)
NAMES = ("traditional", "peer_added", "clinician_added")


@pytest.fixture(scope="module")
def toy() -> PlayedDraws:
    """300 accepted draws whose outcomes are made up: consent (SUPA02) moves the minutes, the return effect the visits,
    and nothing else anything."""
    places = shipped_draws().places[:300]
    scenarios = {name: sim.load(f"staffing={name}", "study.weeks=2") for name in NAMES}
    empty = DrawnRuns(NAMES, (ALONE,), np.zeros((300, 3, 1)), np.zeros((300, 3, 1)), 26, 0.95)
    moved = played_draws(empty, places, scenarios)
    values = {row: shipped_cube().values(places)[row][:, 0] for row in ("SUPA02", RETURN_HAZARD)}
    rng = np.random.default_rng(1)

    def played() -> np.ndarray:
        measures = np.zeros((300, 3, 4))
        measures[:, :, 0] = 200.0 + 20.0 * rng.standard_normal((300, 1))
        measures[:, 1, 0] -= 30.0 * values["SUPA02"] + rng.standard_normal(300)
        measures[:, 2, 0] -= 10.0 + rng.standard_normal(300)
        measures[:, 1:, 1] = [3_800.0, 3_750.0]
        measures[:, 1, 2] = 60.0 * (values[RETURN_HAZARD] - 1.0) + 0.3 * rng.standard_normal(300)
        measures[:, :, 3] = 0.1
        return measures

    first, again = played(), played()
    again[75:] = np.nan
    drawn = DrawnRuns(NAMES, (ALONE, STAFF_COST, VISITS, RETURN_OUTCOME), first, again, 26, 0.95)
    return PlayedDraws(moved.rows, moved.quantiles, drawn, moved.labels)


@pytest.fixture(scope="module")
def found(toy: PlayedDraws) -> Sensitivity:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sim.analysis.sensitivity.WORTH_TIMES", (0.0, 1.0, 10.0))
        return sensitivity_of(toy, SensitivityAsked(ALONE, WORTH, ("",), (200, 6_000), binomial_errors(0.1)))


def test_what_moves_a_difference_leads_its_ranks_and_noise_does_not(found: Sensitivity) -> None:
    ranks = found.difference_ranks("peer_added", "traditional")
    assert ranks["row"].iloc[0] == "SUPA02"
    assert ranks["coefficient"].iloc[0] < -ranks["noise"].iloc[0]
    assert ranks["at_low"].iloc[0] > ranks["at_high"].iloc[0] + 5.0, "minutes, where consent is low and high"
    assert (ranks["coefficient"].abs() > ranks["noise"]).sum() <= 3
    assert ranks["r_squared"].iloc[0] > 0.5
    beside = found.difference_ranks("clinician_added", "traditional")
    assert (beside["coefficient"].abs() > beside["noise"]).sum() <= 1


def test_the_effect_on_returns_is_worth_knowing_where_visits_are_dear_and_nothing_where_cheap(
    found: Sensitivity,
) -> None:
    rows = found.learning[found.learning["what"] == ROW].set_index(["times", "name"]).sort_index()
    assert not rows.loc[0.0]["is_real"].any()
    assert rows.loc[(1.0, RETURN_HAZARD), "is_real"]
    assert not rows.loc[(1.0, "SUPA02"), "is_real"]
    groups = found.learning[(found.learning["what"] == ROW_GROUP) & (found.learning["times"] == 1.0)]
    assert list(groups.loc[groups["is_real"], "name"]) == ["effects of peers and clinicians"]
    everything = found.everything.set_index("times")
    assert (everything["value"] <= everything["highest"]).all()
    assert rows.loc[(1.0, RETURN_HAZARD), "value"] == pytest.approx(everything.loc[1.0, "value"], rel=0.35)


def test_a_larger_trial_is_worth_more_and_never_more_than_knowing(found: Sensitivity) -> None:
    trials = found.trials[found.trials["times"] == 1.0].set_index("n_patients")
    learned = found.learning.set_index(["what", "times", "name"]).sort_index()
    most = learned.loc[(ROW, 1.0, RETURN_HAZARD), "value"]
    assert 0.0 <= trials.loc[200, "value"] < trials.loc[6_000, "value"] <= most
    assert trials.loc[6_000, "by_regression"] == pytest.approx(trials.loc[6_000, "value"], rel=0.25)


def test_the_five_lines_tell_what_a_site_can_measure_from_what_needs_a_trial(found: Sensitivity) -> None:
    lines = dict(sensitivity_finding(found).lines)
    assert len(lines) == 5
    assert "consent to peer contact (SUPA02)" in lines["Measure this first"]
    assert RETURN_HAZARD not in lines["Measure this first"]
    assert f"({RETURN_HAZARD})" in lines["What needs a trial"]
    assert "SUPA02: " in lines["What decides"]
    table = first_table(found).set_index("row")
    assert table.loc[RETURN_HAZARD, "needs_trial"]
    assert not table.loc["SUPA02", "needs_trial"]


def test_every_drawn_row_has_a_group_and_a_way_to_learn_it() -> None:
    assert {group_of_row(row).learned_by for row in shipped_cube().dimensions} == set(LEARNED_BY)
    with pytest.raises(KeyError, match="no beginning of it"):
        group_of_row("XYZ01")


def test_each_figure_says_its_finding_and_the_title_is_a_number_of_the_tables(found: Sensitivity) -> None:
    with styled():
        frames = sensitivity_figures.frames_of(found)
    assert list(frames) == ["ranks", "learning", "best", "trials"]
    assert "SUPA02" in frames["ranks"][1].title
    real = found.learning[found.learning["is_real"] & (found.learning["name"] == RETURN_HAZARD)].sort_values("times")
    assert money(float(real["value"].iloc[0])) in frames["learning"][1].title


# --- folders


@pytest.fixture(scope="module")
def folder(toy: PlayedDraws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder with the toy's draws and nothing else."""
    return write_draws_folder(toy, tmp_path_factory.mktemp("draws") / "made")


def write_draws_folder(played: PlayedDraws, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name, table in tables_of_draws(played).items():
        write_table(table, folder / f"{name}.parquet")
    (folder / "run.json").write_text(json.dumps(facts_of_draws(played)), encoding="utf-8")
    return folder


def test_draws_read_from_a_folder_are_those_that_were_written(toy: PlayedDraws, folder: Path) -> None:
    read = read_played_draws(folder)
    assert read.rows == toy.rows
    assert read.labels == toy.labels
    np.testing.assert_array_equal(read.quantiles, toy.quantiles)
    order = [read.drawn.measures.index(name) for name in toy.drawn.measures]
    np.testing.assert_array_equal(read.drawn.first[:, :, order], toy.drawn.first)
    np.testing.assert_array_equal(read.drawn.again[:, :, order], toy.drawn.again)


@pytest.fixture
def broken(toy: PlayedDraws, tmp_path: Path) -> Iterator[Path]:
    return write_draws_folder(toy.where(np.arange(300) < 60), tmp_path / "broken")


def test_a_folder_drawn_with_another_register_is_refused(broken: Path) -> None:
    facts = json.loads((broken / "run.json").read_text(encoding="utf-8"))
    facts["drawn"]["register_digest"] = "0" * 16
    (broken / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(ScenarioError, match="another assumption register"):
        read_played_draws(broken)


@pytest.mark.parametrize(
    ("table", "column", "value", "why"),
    [
        ("draws", "SUPA02", 2.0, "no number from 0 to 1"),
        ("draws", "NOBODY1", 0.5, "no drawn row"),
        ("drawn_runs", "staffing", "stranger", "stranger"),
        ("drawn_runs", "value", "text", "holds what is no number"),
        ("drawn_runs", "draw", 999, "not those of the draws"),
    ],
)
def test_tables_that_are_none_of_draws_are_refused_with_their_place(
    broken: Path, table: str, column: str, value: object, why: str
) -> None:
    file = broken / f"{table}.parquet"
    rows = read_played_draws(broken) and sim.results(broken)[table]
    write_table(rows.assign(**{column: value}), file)
    with pytest.raises(ScenarioError, match=f"(?s)table {table}, column {column}.*{why}|{why}"):
        read_played_draws(broken)


def refusals(tmp_path: Path, *words: str) -> str:
    """What a command is refused with; it writes nothing."""
    done = peered("study=sensitivity", *words, cwd=tmp_path)
    assert done.returncode == 2, done.stdout
    return re.sub(r"\s+", " ", done.stderr)


def test_a_folder_without_draws_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = refusals(tmp_path, "run=empty")
    assert "run = empty" in said
    assert "play a comparison with study.assumptions=true" in said


def test_all_that_is_wrong_with_a_question_of_a_folder_is_said_at_once(folder: Path, tmp_path: Path) -> None:
    said = refusals(
        tmp_path, f"run={folder}", "study.outcome=nobody_has.all", "study.ranges={SUPA02: [0.1, 0.5]}",
        "study.draws=50", "study.trial_from=nowhere", f"output={folder}",
    )  # fmt: skip
    for part in (
        "study.outcome = 'nobody_has.all' no such measure",
        "study.ranges.SUPA02 = [0.1,0.5] contradicts the register, where SUPA02 lies from 0.4 to 0.9",
        "study.draws = set the draws of run= are there already",
        "study.trial_from = nowhere no results folder",
        "the folder that is read: name another one",
    ):
        assert part in said
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_played_is_refused_before_anything_is(tmp_path: Path) -> None:
    said = refusals(
        tmp_path, "study.outcome=nobody_has.all", "study.ranges={TIMA14: [0.1, 0.2], EFFX: [1, 2]}",
        "study.staffing=[traditional]",
    )  # fmt: skip
    for part in ("no such measure", "TIMA14 is no single number", "no drawn row of the register", "nothing to choose"):
        assert part in said
    assert "elementary effects (Morris 1991)" in refusals(tmp_path, "study.morris=true")
    assert "set draw_weeks and leave weeks out" in refusals(tmp_path, "study.weeks=4")


def test_a_range_that_hardly_any_draw_lies_in_is_refused(folder: Path, tmp_path: Path) -> None:
    said = refusals(tmp_path, f"run={folder}", "study.ranges={SUPA02: [0.69, 0.7]}")
    assert "of 300 draws lie in it: widen it" in said


# --- trials


def trial_folder(place: Path, **changed: object) -> Path:
    place.mkdir()
    row = {
        "design": "patient_offer", "outcome": RETURN_OUTCOME, "effect_key": "effects.total_return_hr", "effect": 0.9,
        "n_patients": 400.0, "log_effect_se": 0.5,
    }  # fmt: skip
    write_table(pd.DataFrame([row | changed]), place / "trial_errors.parquet")
    return place


def test_standard_errors_of_a_simulated_trial_are_scaled_by_its_size(tmp_path: Path) -> None:
    errors = read_trial_errors(trial_folder(tmp_path / "trial"))
    assert errors.at(400) == pytest.approx(0.5)
    assert errors.at(1_600) == pytest.approx(0.25)
    assert "simulated in the folder trial (study=trial; an offer to half of the patients, by lot)" in errors.source
    assert "0.32 of ln(hazard ratio) with 1,000 patients" in errors.source
    before_after = read_trial_errors(trial_folder(tmp_path / "other", design="before_after"))
    assert "a time without peers, and one with them" in before_after.source


def test_without_a_trial_study_the_binomial_formula_is_used_and_says_so() -> None:
    errors = binomial_errors(0.1)
    assert errors.at(2_000) == pytest.approx(np.sqrt(2 * 0.9 / (1_000 * 0.1)))
    assert "binomial formula" in errors.source


def test_a_trial_that_was_played_says_how_much_a_trial_is_worth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of one command is read by the other: the same draws, at the errors of eight sites of four weeks."""
    monkeypatch.setattr("sim.analysis.sensitivity.WORTH_TIMES", (1.0,))
    monkeypatch.setattr("sim.report.figures.named_frames.FORMATS", ("svg",))  # those of the pages, which are read here
    trial = peered(
        "study=trial", "study.weeks=4", "study.warm_up_weeks=0", "study.replications=8", "output=trial",
        "study.designs=[patient_offer]", f"study.outcomes=[{RETURNS_COUNTED[1]}]", "study.effect_sizes=[0.7,1]",
        cwd=tmp_path,
    )  # fmt: skip
    assert trial.returncode == 0, trial.stderr
    write_draws_folder(made_up(100), tmp_path / "made")
    asked = peered(
        "study=sensitivity", "run=made", "study.trial_from=trial", "study.trial_sizes=[60,6000]",
        "study.presets=[staff_only]", "output=asked", cwd=tmp_path,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    errors = sim.results(tmp_path / "trial")["trial_errors"]
    per_patient = (errors["log_effect_se"] * np.sqrt(errors["n_patients"])).dropna()
    trials = sim.results(tmp_path / "asked")["trials"]
    np.testing.assert_allclose(trials["error"] * np.sqrt(trials["n_patients"]), per_patient.median())
    assert per_patient.median() > 1.05 * binomial_errors(0.1).of_one, "an offer reaches only some"
    small, large = trials["value"]
    assert 0.0 <= small < large
    report, answer = ((tmp_path / "asked" / name).read_text("utf-8") for name in ("report.html", "answer.md"))
    for page in (report, answer):
        assert "simulated in the folder trial (study=trial; an offer to half of the patients, by lot)" in page
        assert "binomial" not in page
    assert "study.trial_from=trial" in answer
    assert "| 60 |" in answer, "a size that is worth nothing is shown beside one that is worth something"


def test_a_trial_of_another_effect_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no standard error of it"):
        read_trial_errors(trial_folder(tmp_path / "other", effect_key="effects.peer.patience_while"))


# --- from the command line


SMALL = ("study.draws=48", "study.draw_weeks=1", "study.warm_up_weeks=0")
TWO = "study.staffing=[traditional,peer_added]"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison with draws of the assumptions, without figures, and the sensitivity study that plays the same."""
    place = tmp_path_factory.mktemp("played")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sim.studies.compare.figures_drawn", lambda _: [])
        patched.setattr("sim.analysis.sensitivity.WORTH_TIMES", (1.0, 10.0))
        play_both(place)
    return place


def play_both(place: Path) -> None:
    """In folders `compared` and `direct`."""
    compared = peered(
        TWO, "study.assumptions=true", *SMALL, "study.weeks=1", "study.replications=2", "study.demand_levels=[1.0]",
        "output=compared", cwd=place,
    )  # fmt: skip
    assert compared.returncode == 0, compared.stderr
    direct = peered("study=sensitivity", TWO, *SMALL, "output=direct", cwd=place)
    assert direct.returncode == 0, direct.stderr


def test_too_few_draws_are_said_to_be_too_few(toy: PlayedDraws, found: Sensitivity) -> None:
    few = sensitivity_of(toy.where(np.arange(300) < 30), found.asked)
    lines = dict(sensitivity_finding(few).lines)
    assert lines["What decides"].startswith("Too few draws are there")
    assert "too few draws" in lines["What knowing more is worth"]
    assert sensitivity_figures.frames_of(few) == {}


def test_a_study_that_plays_has_the_draws_of_a_comparison_to_the_last_bit(played: Path) -> None:
    one, other = (read_played_draws(played / name) for name in ("compared", "direct"))
    assert one.rows == other.rows
    assert one.drawn.measures == other.drawn.measures
    np.testing.assert_array_equal(one.drawn.first, other.drawn.first)
    np.testing.assert_array_equal(one.drawn.again, other.drawn.again)


def test_a_folder_is_asked_without_new_runs_and_answers_the_same(played: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.analysis.sensitivity.WORTH_TIMES", (1.0, 10.0))
    done = peered("study=sensitivity", "run=compared", "output=asked", cwd=played)
    assert done.returncode == 0, done.stderr
    assert "What decides between" in done.stdout
    names = {path.name for path in (played / "asked").iterdir()}
    assert {"report.html", "answer.md", "answer.xlsx", "ranks.parquet", "draws.parquet", "figures"} <= names
    for table in ("ranks", "everything", "learning"):
        one, other = (sim.results(played / name)[table] for name in ("direct", "asked"))
        pd.testing.assert_frame_equal(one, other)
    assert_every_file_is_in_a_table(sim.results(played / "asked"))


def test_its_answer_and_report_are_shown_again(played: Path) -> None:
    again = peered("study=results", "run=direct", cwd=played)
    assert again.returncode == 0, again.stderr
    assert "Measure this first" in again.stdout
    report = (played / "direct" / "report.html").read_text(encoding="utf-8")
    assert peered("study=report", "run=direct", cwd=played).returncode == 0
    assert (played / "direct" / "report.html").read_text(encoding="utf-8") == report
