"""Who is met and who is left out: counts as a reader of the visits makes them, gaps, small groups, words and figure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sim
from sim.analysis.compare import comparison_of
from sim.analysis.comparison_result import Comparison
from sim.analysis.subgroups import (
    MEASURES_OF_GROUPS,
    compared_groups,
)
from sim.config.composition import compose
from sim.config.sweeps import compose_sweep
from sim.department.scenario import Scenario, ScenarioError
from sim.engine.measures.cohort import Cohort
from sim.engine.measures.visit_groups import FEWEST_IN_GROUP, SUMS, VISIT_ATTRIBUTES, checked_attributes, group_sums
from sim.engine.trajectory import Trajectory
from sim.report.comparison_answer import describe_comparison
from sim.report.description import WHO_IS_LEFT_OUT, answer_markdown
from sim.report.figures.left_out_figure import left_out_figure
from sim.report.words.left_out_text import REACH, group_clause, left_out_line, name_of_group
from sim.runs.engines import ENGINES
from sim.studies.compare import plan_of
from tests.plays import played

WAIT = "wait_triage_to_pia_mean.mental_health"
WORDS = ("study.weeks=4", "study.warm_up_weeks=1", "study.replications=6", "study.demand_levels=[1.0]")


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return sim.load("staffing=peer_added", "study.weeks=1", "study.warm_up_weeks=1")


@pytest.fixture(scope="module")
def run(scenario: Scenario) -> Trajectory:
    return ENGINES["compiled"](scenario, 3, 0)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    plan = plan_of(compose(["study.staffing=[traditional,peer_added,clinician_added]", *WORDS]))
    return comparison_of(played(plan), plan, 0.0)


# --- counts, as somebody makes them who has the tables of a run


def eligible_visits(run: Trajectory) -> pd.DataFrame:
    visits = run.visits
    chosen = visits["in_window"] & (visits["stream"] == "mental_health") & visits["peer_eligible"]
    return visits[chosen & (visits["disposition"] != "present")]


def time_unseen(visit: pd.Series, tasks: pd.DataFrame) -> tuple[float, float]:
    """Minutes without staff, and the longest stretch of them, from the tasks of one visit."""
    beside = tasks[tasks["kind"].isin(["main", "response", "contact"]) & tasks["started"].notna()]
    began = beside["started"].where(beside["kind"] != "contact", beside["company_since"])
    ended = beside["ended"].fillna(np.inf)
    alone, longest, here = 0.0, 0.0, float(visit["arrival"])
    for start, end in sorted(
        zip(began.clip(upper=visit["departure"]), ended.clip(upper=visit["departure"]), strict=True)
    ):
        if end <= start:
            continue
        alone, longest = alone + max(start - here, 0.0), max(longest, start - here)
        here = max(here, end)
    return alone + visit["departure"] - here, max(longest, visit["departure"] - here)


def test_sums_of_groups_are_those_of_the_tables_of_a_run(run: Trajectory, scenario: Scenario) -> None:
    visits = eligible_visits(run)
    by_visit = dict(list(run.tasks.groupby("visit")))
    unseen = [time_unseen(row, by_visit[number]) for number, row in visits.iterrows()]
    wait = visits["pia"] - visits["ended_triage"].fillna(visits["arrival"])
    counted = pd.DataFrame(
        {
            "visits": 1.0, "met": visits["peer_met"].notna(), "seen": wait.notna(), "wait_minutes": wait.fillna(0.0),
            "left": visits["disposition"].isin(["lwbs", "ama"]), "minutes_without_staff": [each[0] for each in unseen],
            "longest_unseen_minutes": [each[1] for each in unseen],
        }, index=visits.index,
    ).astype(float)  # fmt: skip
    flag = np.array(["no", "yes"], dtype=object)
    groups: Mapping[str, object] = {
        "age_group": visits["age_group"].astype(str),
        "arrival_hour": (visits["hour"] // 4).map(lambda block: f"{4 * block:02d}-{4 * block + 4:02d}"),
        "weekday": visits["weekday"].astype(str),
        "acuity": visits["acuity"].astype(str),
        "boarding": flag[visits["boarding_start"].notna().to_numpy(int)],
        "caregiver": flag[visits["caregiver"].to_numpy(int)],
        "held": flag[visits["held"].to_numpy(int)],
        **{name: visits[name] for name in ("group", "severity", "arrival_mode", "peer_kind_wished")},
    }
    assert set(groups) == set(VISIT_ATTRIBUTES)
    assert len(visits) > 50
    assert counted["met"].sum() > 5
    found = group_sums(Cohort(run, scenario)).set_index(["by", "group"])
    for by, names in groups.items():
        expected = counted.groupby(np.asarray(names)).sum()
        of_by = found.loc[by]
        assert of_by["visits"].sum() == len(visits), by
        for group, row in expected.iterrows():
            for column in SUMS:
                assert of_by.loc[group, column] == pytest.approx(row[column], rel=1e-12, abs=1e-9), (by, group, column)


def test_both_engines_count_the_same_to_the_last_bit(run: Trajectory, scenario: Scenario) -> None:
    other = group_sums(Cohort(ENGINES["simpy"](scenario, 3, 0), scenario))
    pd.testing.assert_frame_equal(group_sums(Cohort(run, scenario)), other, check_exact=True)


def test_all_groups_together_are_the_measures_of_the_answer(comparison: Comparison) -> None:
    sums = comparison.groups[comparison.groups["by"] == "weekday"]
    whole = sums.groupby(["staffing", "replication"])[list(SUMS)].sum()
    for name in ("reach_of_eligible", "minutes_without_staff_mean", "longest_unseen_mean"):
        above, below = MEASURES_OF_GROUPS[f"{name}.mental_health"]
        for staffing in comparison.staffings:
            found = (whole.loc[staffing][above] / whole.loc[staffing][below]).mean()
            expected = comparison.estimate(staffing, f"{name}.mental_health")
            assert expected is not None
            assert found == pytest.approx(expected.mean, rel=1e-12), (name, staffing)


def test_every_coded_column_of_the_visits_has_words(run: Trajectory) -> None:
    visits = run.visits
    for name in ("stream", "severity", "age_group", "arrival_mode", "group", "disposition", "peer_kind_wished",
                 "follow_up", "weekday"):  # fmt: skip
        assert all(isinstance(value, str) for value in visits[name].unique()), name
    assert set(visits["acuity"].unique()) <= {1, 2, 3, 4, 5}, "the CTAS level is its own name"


# --- from sums to shares, gaps and differences


def made_up(visits: Mapping[str, float], met: Mapping[str, Mapping[str, list[float]]]) -> pd.DataFrame:
    """Sums of one attribute: `visits` of each group a replication, and how many were met by staffing and group."""
    rows = []
    for staffing, groups in met.items():
        for group, numbers in groups.items():
            for replication, number in enumerate(numbers):
                sums = dict.fromkeys(SUMS, 0.0) | {"visits": visits[group], "met": number, "seen": visits[group]}
                rows.append({"demand": 1.0, "staffing": staffing, "replication": replication, "by": "held",
                             "group": group, **sums})  # fmt: skip
    return pd.DataFrame(rows)


def test_gaps_and_differences_are_taken_replication_by_replication() -> None:
    own, rest, before = [30.0, 34.0, 29.0, 35.0], [60.0, 58.0, 66.0, 60.0], [20.0, 26.0, 20.0, 24.0]
    sums = made_up({"no": 100.0, "yes": 200.0},
                   {"a": {"no": before, "yes": rest}, "b": {"no": own, "yes": rest}})  # fmt: skip
    table = compared_groups(sums, "held", "a", 0.9)
    row = table[(table["staffing"] == "b") & (table["group"] == "no") & (table["measure"] == REACH)].iloc[0]
    for name, values in (
        ("gap", np.array(own) / 100 - np.array(rest) / 200), ("difference", (np.array(own) - np.array(before)) / 100),
    ):  # fmt: skip
        low, high = stats.t.interval(0.9, 3, values.mean(), stats.sem(values))
        assert (row[name], row[f"{name}_low"], row[f"{name}_high"]) == pytest.approx((values.mean(), low, high))
        of_family = table["staffing"] == "b" if name == "gap" else table["difference"].notna()
        n_shown = int(table.loc[of_family, name].notna().sum())
        half = stats.t.ppf(1.0 - 0.05 / n_shown, 3) * stats.sem(values)
        assert row[f"{name}_simultaneous"] == pytest.approx(half)
    of_baseline = table[table["staffing"] == "a"]
    assert of_baseline["difference"].isna().all()
    assert of_baseline["gap"].notna().any()


@pytest.mark.parametrize(
    ("n_visits", "n_replications", "is_hidden"),
    [
        (FEWEST_IN_GROUP, 10, False),
        (FEWEST_IN_GROUP - 1, 20, True),
        (FEWEST_IN_GROUP, 9, True),
        (100, 1, False),
    ],
)
def test_a_group_is_hidden_by_its_visits_and_not_by_its_result(
    n_visits: float, n_replications: int, is_hidden: bool
) -> None:
    for met_here in (0.0, 5.0):
        met = {"no": [met_here] * n_replications, "yes": [40.0 + number % 2 for number in range(n_replications)]}
        table = compared_groups(made_up({"no": n_visits, "yes": 120.0}, {"a": met}), "held", "a")
        few = table[table["group"] == "no"].set_index("measure")
        assert few["hidden"].tolist() == [is_hidden] * len(MEASURES_OF_GROUPS)
        assert few["mean"].isna().all() == is_hidden
        assert few["visits"].tolist() == [n_visits] * len(few), "how few there are is said"
        others = table[table["group"] == "yes"]
        assert not others["hidden"].any()
        assert others["gap"].isna().all() == is_hidden, "the gap to a hidden group would tell it"


def test_a_share_of_which_hardly_a_case_is_expected_is_hidden_and_the_wait_is_not() -> None:
    met = {"no": [0.0] * 10, "yes": [1.0] * 10}
    table = compared_groups(made_up({"no": 20.0, "yes": 90.0}, {"a": met}), "held", "a").set_index(["group", "measure"])
    assert table.loc[("no", REACH), "hidden"], "20 of 1100 visits at 1 in 110 make 2"
    assert not table.loc[("yes", REACH), "hidden"]
    assert not table.loc[("no", WAIT), "hidden"]


# --- what is typed


def test_an_unknown_attribute_names_the_remedy() -> None:
    with pytest.raises(ScenarioError) as caught:
        compose(["report.by=[agegroup,language,held]"])
    problems = {problem.path: problem for problem in caught.value.problems}
    assert problems["report.by.0"].remedy == "did you mean age_group?"
    assert "department.groups" in problems["report.by.1"].remedy
    assert set(problems) == {"report.by.0", "report.by.1"}
    with pytest.raises(ValueError, match=r"by = 'wekday' .*did you mean weekday\?"):
        checked_attributes("wekday")


@pytest.mark.parametrize("study", ["validate", "calibrate", "breakeven", "journey"])
def test_a_study_without_groups_refuses_them_by_name(study: str) -> None:
    with pytest.raises(ScenarioError, match=r"report\.by = held.*\n?.*it is for study=compare"):
        compose([f"study={study}", "report.by=held"])


def test_a_sweep_says_why_it_has_no_groups() -> None:
    with pytest.raises(ScenarioError, match=r"no groups: compare staffings instead"):
        compose_sweep(["staffing=traditional,peer_added", "report.by=[held]"])


def test_groups_are_shown_unasked_where_peers_are_and_only_there() -> None:
    def shown(*words: str) -> tuple[str, ...]:
        return plan_of(compose([*words, *WORDS])).by

    usual = compose([]).by
    assert shown("study.staffing=[traditional,peer_added]") == usual != ()
    assert shown("study.staffing=[traditional,nurse_added]") == ()
    assert shown("study.staffing=[traditional,nurse_added]", "report.by=[held]") == ("held",)
    assert shown("study.staffing=[traditional,peer_added]", "report.by=[]") == ()
    assert shown("study=run", "staffing=peer_added") == usual


# --- what is said and drawn


def test_the_line_names_who_is_met_least_by_the_numbers_of_the_table(comparison: Comparison) -> None:
    line = left_out_line(comparison)
    assert line is not None
    assert line in describe_comparison(comparison).finding.lines
    reach = comparison.left_out[(comparison.left_out["staffing"] == "peer_added")
                                & (comparison.left_out["measure"] == REACH)]  # fmt: skip
    hours = reach[(reach["by"] == "arrival_hour") & ~reach["hidden"]].set_index("group")["mean"]
    text = f"{100 * hours['20-24']:.0f} % of {group_clause('arrival_hour', '20-24')}"
    assert text in line.text
    assert f"{name_of_group('arrival_hour', str(hours.idxmax()))}: {100 * hours.max():.0f} %" in line.text


def test_no_gap_is_named_that_chance_may_have_made(comparison: Comparison) -> None:
    even = made_up({"no": 100.0, "yes": 100.0}, {"peer_added": {"no": [30.0, 34.0, 29.0], "yes": [33.0, 30.0, 36.0]}})
    line = left_out_line(replace(comparison, groups=even, by=("held",)))
    assert line is not None
    assert line.text.endswith("no gap beyond chance by being held.")


def test_one_group_is_no_gap_and_one_scenario_has_the_line_too(comparison: Comparison) -> None:
    alone = made_up({"all": 500.0}, {"peer_added": {"all": [180.0, 170.0, 175.0]}})
    line = left_out_line(replace(comparison, groups=alone, by=("held",)))
    assert line is not None
    assert line.text == "with peers added, there is one group only."
    single = replace(comparison, baseline="peer_added", staffings=("peer_added",))
    assert describe_comparison(single).finding.lines[-1] == left_out_line(single)


def test_the_page_has_every_group_and_a_mark_for_the_hidden(comparison: Comparison) -> None:
    page = answer_markdown(describe_comparison(replace(comparison, by=("weekday", "age_group"))))
    section = page.partition("## Who is met, and who is left out: Peers added")[2].partition("\n## Cost")[0]
    assert re.search(r"\| Sunday \(\d+\) \|", section)
    young = next(line for line in section.splitlines() if line.startswith("| 0 to 5 years ("))
    assert young.count("·") == len(MEASURES_OF_GROUPS)
    assert "fewer than 10 visits a replication" in section
    assert "each judged by itself" in section
    assert WHO_IS_LEFT_OUT in page


def test_the_figure_draws_staffings_with_peers_and_says_what_is_hidden(comparison: Comparison) -> None:
    figure = left_out_figure(comparison).figure
    texts = [text.get_text() for text in figure.texts]
    assert any("Peers added: " in text and "are met" in text.replace("\n", " ") for text in texts)
    assert any("Peers added" in text and text.startswith("●") for text in texts)
    assert not any("linician" in text for text in texts), "with no peer on duty nobody can be met"
    assert any("too few visits" in text.get_text() for axes in figure.axes for text in axes.texts)
    assert len(figure.axes) == len(comparison.by)


def test_a_folder_has_both_tables_and_gives_the_same_answer_again(tmp_path: Path) -> None:
    from sim.analysis.stored_comparison import stored_comparison
    from sim.cli import main

    words = ["study=run", "staffing=peer_added", "study.weeks=2", "study.warm_up_weeks=1", "study.replications=2"]
    assert main([*words, "report.by=[weekday,held]", f"output={tmp_path / 'out'}"]) == 0
    stored = stored_comparison(tmp_path / "out")
    assert stored.by == ("weekday", "held")
    written = sim.results(tmp_path / "out")
    pd.testing.assert_frame_equal(stored.left_out, written.left_out, check_dtype=False)
    assert set(written.groups["by"]) == set(VISIT_ATTRIBUTES), "whatever is shown, all is kept"
    acuity = stored.breakdown("acuity")
    assert acuity["group"].unique().tolist() == ["1", "2", "3", "4", "5"]
    page = tmp_path / "again.md"
    assert main(["study=report", f"run={tmp_path / 'out'}", "report.by=[caregiver]", f"export={page}"]) == 0
    text = page.read_text(encoding="utf-8")
    assert "| By caregiver (visits) |" in text
    assert "| By weekday (visits) |" not in text
