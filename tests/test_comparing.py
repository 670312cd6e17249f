"""A comparison adds up what its blocks say, on the same patients, and says so in words."""

import gc

import numpy as np
import pytest

import sim
from sim.analysis.compare import Plan, comparison_of, notes_on_volume, played_of, values_table
from sim.analysis.comparison_result import Comparison
from sim.analysis.scenario_facts import assumes_effects, costs_of, groups_of_same_money, is_one_sided
from sim.config import compose
from sim.department.scenario import ScenarioError
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.trajectory import Trajectory
from sim.report.comparison_answer import describe_comparison
from sim.report.description import answer_markdown
from sim.report.words.comparison_finding import finding_of
from sim.runs.comparison_runs import RunsInMemory, counts_of, matched_changes
from sim.runs.design import at_demand
from sim.runs.playing import play_task
from sim.studies.compare import plan_of
from tests.plays import played

SHORT = ("study.weeks=1", "study.warm_up_weeks=0", "study.replications=3", "study.demand_levels=[1.0]")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(compose(["study=compare", "study.staffing=[traditional,peer_added]", *SHORT]))


@pytest.fixture(scope="module")
def comparison(plan: Plan) -> Comparison:
    return comparison_of(played(plan), plan, 0.0)


def test_the_paired_difference_is_the_difference_of_the_means(comparison: Comparison) -> None:
    means = comparison.estimates.set_index(["staffing", "measure"])["mean"]
    rows = comparison.differences[comparison.differences["n"] == 3].to_dict("records")
    assert len(rows) > 100
    for row in rows:
        expected = means[row["staffing"], row["measure"]] - means[row["baseline"], row["measure"]]
        assert row["mean"] == pytest.approx(expected, rel=1e-9, abs=1e-9), row["measure"]


def test_every_headline_measure_that_is_defined_has_a_simultaneous_interval_at_least_as_wide(
    comparison: Comparison,
) -> None:
    family = comparison.differences[comparison.differences["measure"].isin(HEADLINE)]
    assert len(family) >= 10
    wide_enough = family["simultaneous_half_width"] >= family["half_width"] * (1 - 1e-12)
    assert wide_enough.all(), family.loc[~wide_enough, "measure"].tolist()


def test_nobody_is_reached_by_a_peer_who_is_not_there(comparison: Comparison) -> None:
    reach = comparison.estimates.query("measure == 'reach.mental_health'").set_index("staffing")["mean"]
    assert reach["traditional"] == 0.0
    assert reach["peer_added"] > 0.1


def test_shares_of_each_distribution_sum_to_one(comparison: Comparison) -> None:
    for table, keys in ((comparison.waits, ["staffing", "stream", "acuity"]), (comparison.alone, ["staffing"])):
        sums = table.groupby(keys)["share"].sum(min_count=1).dropna()
        assert np.allclose(sums, 1.0)


def test_matched_patients_are_the_same_patients(comparison: Comparison) -> None:
    changes = comparison.changes
    assert set(changes["stream"]) == {"medical", "mental_health"}
    assert np.allclose(changes[["sooner", "same", "later"]].sum(axis=1), 1.0)


def test_patients_are_matched_by_number_and_counted_by_whole_minutes() -> None:
    def visits(patients: list[int], streams: list[int], waits: list[float]) -> dict[str, np.ndarray]:
        told = {"patient": np.array(patients), "stream": np.array(streams, dtype=np.int8)}
        return told | {"time_to_pia": np.array(waits), "length_of_stay": np.full(len(waits), np.nan)}

    before = visits([7, 3, 9, 4], [0, 0, 1, 0], [10.0, 20.0, 30.0, np.nan])
    for after in (
        visits([7, 3, 9, 4], [0, 0, 1, 0], [12.2, 22.0, 29.0, 5.0]),
        visits([3, 7, 8, 9], [0, 0, 0, 1], [22.0, 12.2, 1.0, 29.0]),
    ):
        found = matched_changes(before, after, ("medical", "mental_health"))
        assert [tuple(row) for row in found.itertuples(index=False)] == [
            ("medical", "time_to_pia", 2, 2),
            ("mental_health", "time_to_pia", -1, 1),
        ]


@pytest.mark.parametrize("numbers", [[], [5], [3, -2, 3, 3, 0], [10**6, -7, 10**6], list(range(-50, 50)) * 2])
def test_different_numbers_are_counted_whether_they_lie_close_or_far_apart(numbers: list[int]) -> None:
    minutes = np.array(numbers, dtype=np.int32)
    for found, expected in zip(counts_of(minutes), np.unique(minutes, return_counts=True), strict=True):
        assert found.dtype == expected.dtype
        assert found.tolist() == expected.tolist()


def test_more_demand_means_more_patients_and_the_same_department() -> None:
    scenario = sim.load()
    more = at_demand(scenario, 1.05)
    assert more.demand.growth == pytest.approx(1.05 * scenario.demand.growth)
    assert more.department == scenario.department


def test_an_unfinished_comparison_says_how_many_blocks_it_rests_on(plan: Plan) -> None:
    comparison = comparison_of(played(plan, 1), plan, 0.0)
    assert (comparison.n_finished, comparison.n_planned) == (1, 3)
    assert np.isinf(comparison.estimates["half_width"]).all()


def trajectories() -> list[Trajectory]:
    # By type: asking whether it is one would wake proxies of things that are gone.
    return [thing for thing in gc.get_objects() if type(thing) is Trajectory]


def test_a_played_block_keeps_no_trajectory(plan: Plan) -> None:
    gc.collect()
    gc.disable()
    try:
        before = {id(run) for run in trajectories()}  # other tests keep theirs
        results = play_task(plan.design.tasks()[0])
        assert [run for run in trajectories() if id(run) not in before] == []
    finally:
        gc.enable()
    assert [result.label for result in results] == ["traditional-demand1", "peer_added-demand1"]


def test_staffings_of_the_same_money_are_told_apart_from_the_others() -> None:
    assert groups_of_same_money({"a": 100.0, "b": 250.0, "c": 101.0, "d": 200.0, "e": 203.0}) == [
        {"a": 100.0, "c": 101.0},
        {"d": 200.0, "e": 203.0},
        {"b": 250.0},
    ]


def test_no_finished_block_is_an_error(plan: Plan) -> None:
    with pytest.raises(ValueError, match="no replication has finished"):
        comparison_of(RunsInMemory(), plan, 0.0)


def test_added_money_is_held_equal_and_said(plan: Plan) -> None:
    wider = plan_of(
        compose(["study=compare", "study.staffing=[traditional,peer_added,clinician_added,nurse_added]", *SHORT])
    )
    comparison = comparison_of(played(wider, 1), wider, 0.0)
    assert any("Same money" in note for note in comparison.money_notes)
    added = comparison.costs.set_index("staffing")["weekly_difference"].drop("traditional")
    assert added.max() / added.min() < 1.02
    unequal = plan_of(compose(["study=compare", "study.staffing=[traditional,peer_added,peer_247]", *SHORT]))
    assert any("Not the same money" in n for n in comparison_of(played(unequal, 1), unequal, 0.0).money_notes)


def test_what_differences_are_worth_is_the_sum_of_paired_differences_times_their_worth(
    comparison: Comparison, plan: Plan
) -> None:
    apart = comparison.differences[comparison.differences["staffing"] == "peer_added"].set_index("measure")["mean"]
    worth = comparison.worth.set_index(["staffing", "preset"])["mean"]["peer_added"]
    cost, visits = apart["staff_cost_per_week.all"], apart["visits_per_week.mental_health"]
    admissions, hours = apart["admissions_per_week.mental_health"], apart["boarding_hours_per_week.mental_health"]
    assert worth["staff_only"] == pytest.approx(-cost - 370.0 * visits)
    assert worth["with_admissions"] == pytest.approx(-cost - 370.0 * visits - 20_000.0 * admissions)
    assert worth["with_boarding"] == pytest.approx(worth["with_admissions"] - 50.0 * hours)
    assert list(worth.index) == list(plan.presets)
    page = answer_markdown(describe_comparison(comparison))
    assert "## What the differences would be worth" in page
    assert "Staff time only (CAD a week) | With admissions (CAD a week) |" in page
    assert "What the differences would be worth, with intervals of chance alone. Counted, CAD for one less: " in page
    finding = finding_of(comparison)
    assert not any("worth" in line.text for line in finding.lines), "it is none of the five lines"


def test_the_interval_of_the_worth_is_that_of_whole_replications(plan: Plan) -> None:
    """Summed up in each replication, then judged: not put together from the intervals of the parts."""
    runs = played(plan)
    found = comparison_of(runs, plan, 0.0)
    values = values_table(played_of(runs, plan)[0]).pivot(
        index=["staffing", "replication"], columns="measure", values="value"
    )
    apart = values.loc["peer_added"] - values.loc["traditional"]
    each = -apart["staff_cost_per_week.all"] - 370.0 * apart["visits_per_week.mental_health"]
    (row,) = found.worth[found.worth["preset"] == "staff_only"].to_dict("records")
    assert (row["n"], row["sd"]) == (len(each), pytest.approx(each.std(ddof=1)))


def test_nothing_valued_is_worth_nothing_and_says_nothing() -> None:
    bare = staffed("traditional,peer_added", "study.worth=[]", "study.presets=[]")
    found = comparison_of(played(bare, 1), bare, 0.0)
    assert found.worth.empty
    assert "would be worth" not in answer_markdown(describe_comparison(found))


def test_a_measure_that_is_valued_and_that_no_run_has_is_refused_before_anything_is_played() -> None:
    with pytest.raises(ScenarioError, match=r"study\.worth\.admission\.measure .*did you mean admissions_per_week"):
        staffed("traditional,peer_added", "study.worth.admission.measure=admissions_per_weak.mental_health")


def test_the_years_of_prices_are_said_beside_the_money(comparison: Comparison) -> None:
    (note,) = [note for note in comparison.money_notes if note.startswith("Price years differ: ")]
    assert "2017 (physician, psychiatrist)" in note
    assert "2025 (nurse, triage nurse, psw)" in note
    assert "money is left as it is" in note


def test_a_volume_that_a_changed_law_of_return_moves_is_said(comparison: Comparison) -> None:
    changed = "department.streams.mental_health.returns.susceptible=0.25"
    follows = "demand.visits_per_patient.mental_health=null"
    told = " ".join(notes_on_volume(compose(["study=run", changed]).scenario))
    assert "divided by 1.564 a patient, but the law of return gives 2.023: about 29 % more come" in told
    assert follows in told
    assert not list(notes_on_volume(compose(["study=run", changed, follows]).scenario))
    assert not any("law of return" in note for note in comparison.notes)


def staffed(names: str, *overrides: str) -> Plan:
    return plan_of(compose(["study=compare", f"study.staffing=[{names}]", *overrides, *SHORT]))


@pytest.mark.parametrize(
    ("names", "effects", "expected"),
    [
        ("traditional,peer_added", "none", (False, False)),
        ("traditional,peer_added", "evidence", (True, True)),
        ("traditional,peer_added,clinician_added", "pessimistic", (True, True)),
        ("traditional,peer_added,clinician_added", "both", (True, False)),
        ("traditional,peer_added", "both", (True, True)),
        ("traditional,clinician_added", "both", (True, True)),
        ("traditional,clinician_added", "evidence", (True, False)),
        ("traditional,nurse_added", "both", (True, False)),
    ],
)
def test_effects_in_force_for_one_kind_alone_are_called_one_sided(
    names: str, effects: str, expected: tuple[bool, bool]
) -> None:
    scenarios = staffed(names, f"effects={effects}").scenarios
    found = assumes_effects(next(iter(scenarios.values())).effects), is_one_sided(scenarios.values())
    assert found == expected


def moved(names: str, *overrides: str) -> dict[str, str]:
    plan = staffed(names, *overrides)
    return dict(costs_of(plan.scenarios, plan.baseline).set_index("staffing")["moved_by_effects"])


def test_what_effects_were_told_to_move_is_read_from_their_values() -> None:
    three = "traditional,peer_added,clinician_added"
    assert set(moved(three).values()) == {""}
    assert moved(three, "effects=evidence")["peer_added"] == "returns, leaving, escalation"
    assert moved(three, "effects=clinician_evidence") == {
        "traditional": "",
        "peer_added": "",
        "clinician_added": "follow-up, minutes of assessments",
    }
    assert moved(three, "effects.total_return_hr=0.5")["peer_added"] == "returns"
    assert set(moved(three, "effects.linkage_share=0.5").values()) == {""}, "no total to split"


def test_a_swap_gives_up_hours_of_another_role_for_peer_hours() -> None:
    plan = staffed("traditional,peer_added,peer_swapped,crisis_lean,clinician_added")
    swaps = costs_of(plan.scenarios, plan.baseline).set_index("staffing")["is_swap"]
    assert {name for name, swap in swaps.items() if swap} == {"peer_swapped"}
    backwards = costs_of(plan.scenarios, "peer_swapped").set_index("staffing")["is_swap"]
    assert not backwards.any()
