"""`study=trial`: trials cut from simulated sites, judged as a statistician would, told in words, tables and figures."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from benchmarks import questions
from benchmarks import trial as benchmark
from sim.analysis.trial_runs import CONTROL, OFFERED, ReduceToArms, cuts_of, value_key, with_arms
from sim.analysis.trial_worth import read_trial_errors
from sim.analysis.trials import NEVER_OFFERED, TrialAnswer, TrialPlan, answer_of_trials, rows_with
from sim.cli import main
from sim.config import compose
from sim.department.scenario import Problem, ScenarioError
from sim.engine.measures.measuring import measure
from sim.engine.trajectory import differences
from sim.report.trial_report import WHAT_IT_TAKES, head_of, trial_answer
from sim.runs.comparison_runs import RunsInMemory
from sim.runs.engines import ENGINES
from sim.runs.playing import play_all
from sim.studies.trial import TRIAL_OUTCOMES, trial_plan_of
from tests.opened_tables import assert_every_file_is_in_a_table
from tests.run_json import assert_as_documented

pytestmark = pytest.mark.end_to_end

SMALL = (
    "study=trial", "study.weeks=4", "study.warm_up_weeks=0", "study.replications=10", "study.sites=[1,6]",
    "study.effect_sizes=[0.7,0.85,1.0]",
)  # fmt: skip
RETURNS = "return_30d_per_visit.mental_health"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study, played from the command line."""
    place = tmp_path_factory.mktemp("trial") / "out"
    assert main([*SMALL, f"output={place}"]) == 0
    return place


def table(folder: Path, name: str) -> pd.DataFrame:
    from sim.runs.tables_on_disk import read_table

    return read_table(folder / f"{name}.parquet")


def problems_of(*words: str) -> dict[str, Problem]:
    with pytest.raises(ScenarioError) as caught:
        trial_plan_of(compose(["study=trial", *words]))
    return {problem.path: problem for problem in caught.value.problems}


# --- arms


def test_arms_split_each_group_and_nobody_of_the_control_arm_consents() -> None:
    groups = with_arms(compose(["study=trial"]).scenarios["peer_added"]).department.groups
    assert [(group.name, group.share, group.consent) for group in groups] == [
        (f"all{OFFERED}", 0.5, 1.0), (f"all{CONTROL}", 0.5, 0.0),
    ]  # fmt: skip


def test_arms_alone_move_nothing() -> None:
    """With the same consent in both, the run is that of the department without arms, to the last bit."""
    scenario = compose(["study=trial", "study.weeks=1", "study.warm_up_weeks=0"]).scenarios["peer_added"]
    plain, armed = (ENGINES["compiled"](each, 3, 0) for each in (scenario, with_arms(scenario, control_consents=True)))
    assert differences(plain, armed) == ["visit.group"]


def test_sums_by_arm_and_by_week_are_those_of_the_measure() -> None:
    scenario = with_arms(compose(["study=trial", "study.weeks=4"]).scenarios["traditional"], control_consents=True)
    run = ENGINES["compiled"](scenario, 5, 0)
    for outcome in (RETURNS, "lwbs_or_ama.all", "time_to_pia_mean.medical"):
        values = ReduceToArms((outcome,))(run, scenario).values
        sums = {what: sum(values[value_key(outcome, 1, 0, arm, what)] for arm in ("offered", "control"))
                for what in ("n", "total")}  # fmt: skip
        by_week = {
            what: sum(values[value_key(outcome, 0, week, "everybody", what)] for week in range(4)) for what in sums
        }
        assert sums == pytest.approx(by_week)
        assert sums["total"] / sums["n"] == pytest.approx(measure(run, scenario)[outcome])


def test_a_patient_stays_in_one_arm() -> None:
    scenario = with_arms(compose(["study=trial", "study.weeks=8"]).scenarios["peer_added"])
    visits = ENGINES["compiled"](scenario, 1, 0).visits
    arms = visits.groupby("patient")["group"].nunique()
    assert arms.max() == 1
    assert (visits["patient"].value_counts() > 1).sum() > 100
    control = visits[visits["group"].str.endswith(CONTROL)]
    assert control["n_peer_spells"].sum() == 0


def test_runs_are_cut_where_whole_weeks_come_of_it() -> None:
    assert cuts_of(52) == (4, 2, 1)
    assert cuts_of(6) == (2, 1)
    assert cuts_of(4) == (2, 1)
    assert cuts_of(1) == (1,)


# --- a small study


def test_the_folder_has_tables_pages_and_figures(folder: Path) -> None:
    for name in ("power", "false_positives", "sizes", "seen", "trial_errors"):
        assert len(table(folder, name)) > 0, name
    for name in ("answer.md", "report.html", "answer.xlsx", "answer.json", "figures/trial_power.svg"):
        assert (folder / name).is_file(), name
    assert "<svg" in (folder / "report.html").read_text(encoding="utf-8")
    assert_every_file_is_in_a_table(sim.results(folder))


def test_the_finding_has_five_lines(folder: Path) -> None:
    lines = json.loads((folder / "answer.json").read_text(encoding="utf-8"))["lines"]
    assert [line["label"] for line in lines] == [
        "What it takes", "Before and after", "What it sees", "What it costs", "How sure"
    ]  # fmt: skip


def test_every_simulated_trial_is_counted_once(folder: Path) -> None:
    counted = table(folder, "false_positives").set_index(["design", "outcome", "sites", "weeks"])["n_trials"]
    assert counted["patient_offer", RETURNS, 1, 2.0] == 20
    assert counted["patient_offer", RETURNS, 1, 4.0] == 10
    assert (6, 4.0) not in [size[2:] for size in counted.index], "one trial says nothing of a share"


def test_columns_for_the_value_of_a_trial_are_there(folder: Path) -> None:
    errors = table(folder, "trial_errors")
    assert {
        "design",
        "outcome",
        "effect_key",
        "effect",
        "n_patients",
        "estimate",
        "estimate_se",
        "log_effect_se",
    } <= set(errors)
    offer = rows_with(errors, design="patient_offer", outcome=RETURNS, effect=0.85)
    assert set(offer["effect_key"]) == {"effects.total_return_hr"}
    one, six = (rows_with(offer, sites=sites, weeks=4.0).iloc[0] for sites in (1, 6))
    assert six["estimate_se"] == pytest.approx(one["estimate_se"] / np.sqrt(6))
    assert six["log_effect_se"] == pytest.approx(one["log_effect_se"] / np.sqrt(6))


def test_the_value_of_a_trial_reads_the_errors_of_the_folder(folder: Path) -> None:
    errors = table(folder, "trial_errors")
    one = rows_with(errors, design="patient_offer", outcome=RETURNS, effect=0.85, sites=1, weeks=4.0).iloc[0]
    found = read_trial_errors(folder)
    assert found.at(round(one["n_patients"])) == pytest.approx(one["log_effect_se"], rel=0.2)
    assert "simulated" in found.source


def test_results_and_report_are_made_again_from_the_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study=results", f"run={folder}"]) == 0
    assert "What it takes" in capsys.readouterr().out
    before = (folder / "report.html").read_text(encoding="utf-8")
    assert main(["study=report", f"run={folder}"]) == 0
    assert (folder / "report.html").read_text(encoding="utf-8") == before


def test_one_worker_and_two_say_the_same() -> None:
    plan = trial_plan_of(compose([*SMALL, "study.replications=2", "study.weeks=2", "study.effect_sizes=[0.7,1.0]"]))
    one, two = (answer_of_trials(plan, runs_of(plan, workers)) for workers in (1, 2))
    for name in ("power", "false_positives", "sizes", "seen", "errors"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


def test_run_json_is_as_documented(folder: Path) -> None:
    assert_as_documented(folder / "run.json")


# --- what it says


@pytest.fixture(scope="module")
def played() -> Callable[..., TrialAnswer]:
    def play(*words: str) -> TrialAnswer:
        plan = trial_plan_of(compose([*SMALL, *words]))
        return answer_of_trials(plan, runs_of(plan))

    return play


def runs_of(plan: TrialPlan, workers: int = 1) -> RunsInMemory:
    runs = RunsInMemory()
    for results in play_all(plan.design.tasks(), workers=workers):
        runs.add(results)
    return runs


def test_what_is_seen_is_the_truth_and_what_moves_either_arm(folder: Path) -> None:
    """By patients: the trial less the truth is what moves the offered less what moves the controls, but for chance."""
    seen = rows_with(table(folder, "seen"), outcome=RETURNS)
    assert (seen["beside_truth"] - (seen["sees"] - seen["truth"])).abs().max() < 1e-12
    strong = rows_with(seen, effect=0.7).iloc[0]
    assert strong["truth_high"] < 0.0
    assert strong["sees_high"] < 0.0


def test_an_outcome_that_nothing_moves_has_no_size(folder: Path) -> None:
    none = rows_with(table(folder, "sizes"), outcome=RETURNS, effect=1.0)
    assert not none["beyond_chance"].any()
    assert np.isinf(none["n_visits"]).all()


def test_a_stronger_effect_takes_fewer(folder: Path) -> None:
    sizes = rows_with(table(folder, "sizes"), outcome=RETURNS, design="patient_offer").set_index("effect")
    assert sizes.loc[0.7, "n_visits"] < sizes.loc[0.85, "n_visits"]
    assert sizes.loc[0.7, "n_visits_low"] < sizes.loc[0.7, "n_visits"] < sizes.loc[0.7, "n_visits_high"]
    assert sizes.loc[0.7, "months_6"] == pytest.approx(sizes.loc[0.7, "months_1"] / 6)


def test_a_study_of_two_sites_of_one_design_is_answered(played: Callable[..., TrialAnswer]) -> None:
    answer = played("study.replications=2", "study.designs=before_after", "study.effect_sizes=[1.0]", "study.sites=2",
                    f"study.outcomes={RETURNS}")  # fmt: skip
    assert answer.seen.empty
    assert set(answer.power["design"]) == {"before_after"}
    assert trial_answer(answer).table(WHAT_IT_TAKES)[1][3] != ""


def test_heads_of_columns_are_words() -> None:
    assert head_of("n_patients_low") == "Patients, lower limit"
    assert head_of("months_20") == "Months, 20 sites"


# --- what cannot be asked


def test_an_outcome_that_nobody_has_is_refused_with_the_nearest() -> None:
    found = problems_of("study.outcomes=return_30d_per_visti.mental_health")
    assert "did you mean return_30d_per_visit.mental_health?" in found["study.outcomes"].remedy


def test_a_measure_that_is_no_mean_over_visits_is_refused() -> None:
    found = problems_of("study.outcomes=time_to_pia_p90.mental_health")["study.outcomes"]
    assert "a trial compares means over visits" in found.remedy
    assert "staff_cost_per_week" not in TRIAL_OUTCOMES


def test_a_staffing_without_peers_is_refused() -> None:
    found = problems_of("staffing=clinician_added")
    assert "no peer support workers on duty" in found["study.staffing"].remedy


def test_a_baseline_with_peers_is_refused() -> None:
    found = problems_of("study.staffing=[peer_evening,peer_added]", "study.baseline=peer_evening")
    assert "nobody goes without" in found["study.baseline"].remedy


def test_three_staffings_are_refused() -> None:
    assert (
        "one staffing beside"
        in problems_of("study.staffing=[traditional,peer_added,peer_247]")["study.staffing"].remedy
    )


def test_follow_up_longer_than_the_run_is_refused() -> None:
    found = problems_of(
        "study.outcomes=return_180d_per_visit.mental_health", "study.weeks=26", "study.follow_up_days=0"
    )
    assert "180-day returns need more than 26 weeks" in found["study.follow_up_days"].remedy
    assert "set study.follow_up_days=180" in found["study.follow_up_days"].remedy


def test_those_recruited_last_must_be_followed_too() -> None:
    found = problems_of("study.outcomes=return_180d_per_visit.mental_health")["study.follow_up_days"]
    assert found.remedy == "those recruited last are followed for 180 days: set study.follow_up_days=180"


def test_an_effect_outside_the_limits_of_the_register_is_refused() -> None:
    found = problems_of("study.effect_sizes=[0.5,0.9]")["study.effect_sizes"]
    assert found.value == "0.5"
    assert "outside the register's limits, 0.67 to 1.21 (EFFA01)" in found.remedy


def test_an_effect_of_clinicians_is_refused() -> None:
    assert "no effect of peers" in problems_of("study.effect=effects.clinician.linkage_odds")["study.effect"].remedy


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = problems_of("staffing=clinician_added", "study.effect_sizes=2", "study.outcomes=nothing.all")
    assert set(found) == {"study.staffing", "study.effect_sizes", "study.outcomes"}


def test_whole_years_are_asked_of_a_real_before_after_comparison(folder: Path) -> None:
    assert "4 weeks are no whole years" in (folder / "answer.md").read_text(encoding="utf-8")


def test_runs_that_keep_other_outcomes_are_other_runs() -> None:
    one, other = (
        trial_plan_of(compose(["study=trial", f"study.outcomes={outcome}"])).design.keys[NEVER_OFFERED]
        for outcome in (RETURNS, "lwbs_or_ama.all")
    )
    assert one != other


# --- the page


def test_the_commands_of_the_page_answer_in_a_small_form(tmp_path: Path) -> None:
    """The worked example, with two sites of two weeks; the other commands are asked what they would do elsewhere."""
    words = benchmark.command()
    assert words == ["study=trial"]
    small = ["study.replications=2", "study.weeks=2", "study.warm_up_weeks=0", "study.effect_sizes=[0.7,1.0]"]
    assert main([*words, *small, f"output={tmp_path / 'out'}"]) == 0
    lines = questions.labels_of(questions.lines_of(tmp_path / "out"))
    assert lines == ["What it takes", "Before and after", "What it sees", "What it costs", "How sure"]


def test_the_check_of_power_counts_what_is_inside() -> None:
    """Limits of 10 of 20 at 95 % are .272 and .728 (Clopper & Pearson), wider for two at once; 0 of 20 begins at 0."""
    power = pd.DataFrame({
        "design": "patient_offer", "outcome": RETURNS, "effect": 0.8, "sites": [1, 1], "weeks": [13.0, 52.0],
        "n_trials": 20, "n_found": [10, 0], "share": [0.5, 0.0], "formula": [0.26, 0.2], "estimate_se": 1.0,
        "estimate_sd": 2.0,
    })  # fmt: skip
    table = benchmark.against_formula(power)
    assert table["alone_low"].tolist() == pytest.approx([0.27196, 0.0], abs=1e-5)
    assert table["alone_high"].tolist() == pytest.approx([0.72804, 0.16843], abs=1e-5)
    assert table["inside_alone"].tolist() == [False, False]
    assert table["inside_at_once"].tolist() == [True, False]
    assert table["error_over_spread"].tolist() == [0.5, 0.5]
    assert benchmark.how_many_inside(table).iloc[0, 2:].tolist() == [2, 1, 0]


def test_the_check_of_power_reads_the_folder_of_a_study(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten sites of four weeks: every share there is has the formula inside the limits that hold at once."""
    monkeypatch.setattr("sys.argv", ["trial", "--power", "--kept", "--folder", str(folder)])
    assert benchmark.main() == 0
    lines = capsys.readouterr().out.splitlines()
    head = next(at for at, line in enumerate(lines) if "shares" in line)
    assert lines[head].split() == ["design", "outcome", "shares", "inside_at_once", "inside_alone"]
    assert len(lines[head + 1 :]) == 6
    for line in lines[head + 1 :]:
        assert line.split()[2:4] == ["6", "6"], line


@pytest.mark.slow
@pytest.mark.verification
def test_where_nobody_is_offered_a_peer_five_trials_in_a_hundred_find_something() -> None:
    """500 sites of a year without peers: every design and outcome.

    Law: the share is binomial of 0.05; .03 to .07 is asked of it, which it leaves with probability below .05 a row.
    """
    found = benchmark.false_positives(benchmark.nobody_plan(benchmark.NOBODY_SITES))
    whole = found[(found["sites"] == 1) & (found["weeks"] == 52.0)]
    assert len(whole) == 6
    assert whole["share"].between(0.03, 0.07).all(), whole[["design", "outcome", "share"]]
