"""`study=optimise`: a roster is searched, selected and confirmed on three seeds, and plays as it was written."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.roster_choice import FOUND, SEARCH_SEED_APART, SELECTION_SEED_APART
from sim.analysis.roster_search_objectives import OBJECTIVES, objectives_reduced
from sim.analysis.sentences import inside
from sim.config import compose
from sim.department.scenario import Problem, ScenarioError
from sim.engine.measures.cohort import Cohort
from sim.engine.measures.measuring import measure
from sim.runs.engines import ENGINES
from sim.runs.run_store import RunResult
from sim.runs.tables_on_disk import read_table
from sim.studies.optimise import RosterPlayer
from sim.studies.optimise_plan import optimise_plan_of
from tests.in_process import peered
from tests.opened_tables import assert_every_file_is_in_a_table
from tests.run_json import assert_as_documented

pytestmark = pytest.mark.end_to_end

SMALL = (
    "study=optimise", "study.rosters=24", "study.search_weeks=1", "study.finalists=3", "study.indifference=0.1",
    "study.weeks=2", "study.warm_up_weeks=1", "study.replications=3",
)  # fmt: skip
CUT_SHORT = 15


@dataclass(frozen=True)
class Found:
    """A folder of the small study, and what was printed."""

    folder: Path
    printed: str

    def table(self, name: str) -> pd.DataFrame:
        return read_table(self.folder / f"{name}.parquet")

    @property
    def facts(self) -> dict:
        return json.loads((self.folder / "run.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    place = tmp_path_factory.mktemp("optimise")
    ended = peered(*SMALL, "executor.workers=2", "output=found", cwd=place)
    assert ended.returncode == 0, ended.stderr
    return Found(place / "found", ended.stdout)


def problems_of(*words: str) -> dict[str, Problem]:
    with pytest.raises(ScenarioError) as caught:
        optimise_plan_of(compose(["study=optimise", *words]))
    return {problem.path: problem for problem in caught.value.problems}


# --- what is said and written


def test_the_answer_is_five_lines_and_a_folder(found: Found) -> None:
    assert found.printed.count("•") == 5
    for name in ("report.html", "answer.md", "answer.xlsx", "answer.json", "figures/rosters.svg", "figures/front.png"):
        assert (found.folder / name).is_file(), name
    page = (found.folder / "answer.md").read_text(encoding="utf-8")
    assert "third" in page
    assert "together" in page
    assert_as_documented(found.folder / "run.json")


def test_the_three_seeds_are_three(found: Found) -> None:
    seeds = found.facts["seeds"]
    assert seeds == {"search": 1 + SEARCH_SEED_APART, "selection": 1 + SELECTION_SEED_APART, "confirmation": 1}


def test_the_file_plays_to_the_values_of_the_confirmation(found: Found) -> None:
    """So that no value is one of another roster, whatever is kept in memory of scenarios that differ in shifts."""
    words = ("staffing=found", "study=run", "study.weeks=2", "study.warm_up_weeks=1")
    scenario = compose(words, found.folder).scenario
    reduce = objectives_reduced(OBJECTIVES)
    rows = found.table("replications").set_index(["staffing", "replication"])
    for number in range(2):
        values = reduce(ENGINES["compiled"](scenario, 1, number), scenario, None).values
        assert dict(values) == rows.loc[(FOUND, number)].to_dict()
    assert (found.table("replications").groupby("staffing")["reach"].sum() > 0).to_dict() == {
        FOUND: True, "peer_evening": True, "peer_added": True, "traditional": False,
    }  # fmt: skip
    described = (found.folder / "staffing" / "found.yaml").read_text(encoding="utf-8")
    assert "defaults: [traditional, _self_]" in described
    assert "ssumption" in described


def test_contrasts_are_paired_and_judged_together(found: Found) -> None:
    rows, contrasts = found.table("replications"), found.table("contrasts")
    assert len(contrasts) == 3 * len(OBJECTIVES)
    reach = rows.pivot(index="replication", columns="staffing", values="reach")
    apart = reach[FOUND] - reach["peer_added"]
    row = contrasts.query("against == 'peer_added' and objective == 'reach'").iloc[0]
    assert row["difference"] == pytest.approx(apart.mean())
    assert row["simultaneous_half_width"] > row["high"] - row["difference"]
    better = abs(row["difference"]) > row["simultaneous_half_width"]
    assert row["verdict"] == ("same" if not better else "better" if row["difference"] > 0 else "worse")
    assert np.isnan(contrasts["assumptions_low"]).all()


def test_no_roster_is_over_the_budget_and_each_was_valued_once(found: Found) -> None:
    rosters = found.table("rosters")
    assert len(rosters) == rosters["roster"].nunique() == 24
    assert rosters["hours"].max() <= 108.0
    assert rosters["on_front"].any()
    assert found.table("front")["chosen"].sum() == 1
    assert set(found.table("front")["staffing"]) >= {FOUND}


def test_the_answer_is_shown_again_from_its_folder(found: Found) -> None:
    again = peered("study=results", f"run={found.folder}", cwd=found.folder.parent)
    assert (
        again.stdout.strip() == found.printed[found.printed.index("A roster") :].rpartition("results are in")[0].strip()
    )
    asked = peered("study=results", f"run={found.folder}", "table=front", cwd=found.folder.parent)
    assert asked.returncode == 0, asked.stderr
    assert "rosters" in sim.results(found.folder)
    assert_every_file_is_in_a_table(sim.results(found.folder))


# --- the same whoever plays it, and after a stop


def test_a_stopped_search_goes_on_and_ends_as_if_it_had_not_been(found: Found, tmp_path: Path, monkeypatch) -> None:
    n_played, play = 0, RosterPlayer.play

    def stopping(player: RosterPlayer, tasks, advance: Callable[[str], None] = lambda _: None) -> None:
        nonlocal n_played
        play(player, tasks, advance)
        n_played += len(tasks)
        if n_played > CUT_SHORT:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RosterPlayer, "play", stopping)
        assert peered(*SMALL, "executor.workers=1", "output=again", cwd=tmp_path).returncode == 1
    added: list[RunResult] = []
    with monkeypatch.context() as patch:
        take_over = RosterPlayer.take_over
        patch.setattr(
            RosterPlayer,
            "take_over",
            lambda player, folder: (take_over(player, folder), added.extend(player.runs.results.values())),
        )
        ended = peered(*SMALL, "executor.workers=1", "output=again", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert len(added) > CUT_SHORT
    again = Found(tmp_path / "again", ended.stdout)
    for name in ("rosters", "front", "selection", "contrasts", "replications"):
        pd.testing.assert_frame_equal(again.table(name), found.table(name))
    assert not (again.folder / "parts").exists()
    assert (again.folder / "answer.md").read_text("utf-8") == (found.folder / "answer.md").read_text("utf-8").replace(
        "executor.workers=2", "executor.workers=1"
    )


def test_a_dry_run_counts_what_would_be_played(tmp_path: Path) -> None:
    ended = peered("--dry-run", *SMALL, "study.assumptions=true", "study.draws=40", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "24 to search" in ended.stdout
    assert "12 to confirm" in ended.stdout
    assert "in 40 draws" in ended.stdout
    assert not list(tmp_path.iterdir())


# --- what it is for

BEATS = (
    (
        "night",
        ("study.rosters=70", "study.search_weeks=2", "study.finalists=3", "study.indifference=0.1"),
        ("study.weeks=6", "study.warm_up_weeks=1", "study.replications=5"),
    ),
    ("reach", (), ()),
)


@pytest.mark.parametrize(
    ("objective", "search", "confirmation"), [BEATS[0], pytest.param(*BEATS[1], marks=pytest.mark.slow)]
)
def test_the_roster_found_beats_the_shipped_one_and_what_it_costs_is_said(objective, search, confirmation, tmp_path):
    """On a seed of its own, by the interval of all differences together: what a short search gains is real."""
    words = ("study=optimise", f"study.objective={objective}", *search, *confirmation, "output=out")
    ended = peered(*words, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    found = Found(tmp_path / "out", ended.stdout)
    assert found.facts["roster"]
    rows = found.table("contrasts").query("against == 'peer_evening'").set_index("objective")
    assert rows.loc[objective, "verdict"] == "better"
    assert rows.loc[objective, "difference"] > rows.loc[objective, "simultaneous_half_width"]
    worse = rows.index[rows["verdict"] == "worse"]
    assert len(worse)
    costs = " ".join(ended.stdout.partition("What it costs")[2].partition("The same money")[0].split())
    for name in worse:
        assert f"{inside(OBJECTIVES[name].label)} {OBJECTIVES[name].text(rows.loc[name, 'found'])}" in costs


# --- objectives


def test_objectives_are_those_of_the_catalogue_where_it_has_them() -> None:
    scenario = compose(["study=run", "staffing=peer_evening", "study.weeks=2", "study.warm_up_weeks=1"]).scenario
    run = ENGINES["compiled"](scenario, 3, 0)
    name = "minutes_without_staff_mean.mental_health"
    values = objectives_reduced([*OBJECTIVES, name])(run, scenario, None).values
    measured = measure(run, scenario)
    assert values["reach"] == pytest.approx(measured["reach.mental_health"])
    assert values["longest_unseen"] == pytest.approx(measured["longest_unseen_mean.mental_health"])
    assert values[name] == measured[name]
    cohort = Cohort(run, scenario)
    eligible = (cohort.eligible & cohort.mental_health).sum()
    minutes = measured["minutes_accompanied_mean.mental_health"] * eligible
    assert values["company"] == pytest.approx(minutes / 60 / 2)
    sunday = cohort.departed & cohort.mental_health & (cohort.arrival // 1440 % 7 == 6)
    assert values["sunday"] == pytest.approx(cohort.met[sunday].mean())
    hour = cohort.arrival / 60 % 24
    night = cohort.departed & cohort.mental_health & ((hour >= 23) | (hour < 7))
    assert values["night"] == pytest.approx(cohort.met[night].mean())


# --- what cannot be asked


def test_a_budget_below_cover_is_refused_with_what_cover_takes() -> None:
    problem = problems_of("study.role=nurse", "study.hours=900", "study.objective=wait_triage_to_pia_mean.all",
                          "study.indifference=1", "study.people=null")["study.hours"]  # fmt: skip
    assert "minimum cover (6 nurse at all times) takes 1,008 h a week" in problem.remedy
    assert "the shortest shift takes 4 h" in problems_of("study.hours=3")["study.hours"].remedy


def test_peers_are_never_searched_with_a_role_they_could_be_traded_for() -> None:
    problem = problems_of("study.role=[psw,security]")["study.role"]
    assert "cover for nobody" in problem.remedy
    assert "study.role=[psw]" in problem.remedy


def test_everything_wrong_with_objectives_floors_and_roles_is_told_at_once() -> None:
    found = problems_of(
        "study.objective=happiness", "study.objectives=[reach,peer_declined.mental_health]", "study.floors={night: 40}",
        "study.role=psychologist", "study.replications=1",
    )  # fmt: skip
    assert set(found) == {
        "study.objective", "study.objectives", "study.floors.night", "study.role", "study.replications",
    }  # fmt: skip
    assert "longest_unseen" in found["study.objective"].remedy
    assert "0.4 is 40 %" in found["study.floors.night"].remedy


def test_a_measure_needs_the_difference_that_does_not_matter() -> None:
    found = problems_of("study.objective=minutes_without_staff_mean.mental_health")
    assert "in min" in found["study.indifference"].remedy


def test_too_few_people_for_any_roster_are_told_with_how_many_it_takes() -> None:
    words = (
        "study.role=crisis_clinician",
        "study.people=1",
        "study.objective=minutes_without_staff_mean.mental_health",
    )
    found = problems_of(*words, "study.indifference=2")["study.people"]
    assert "study.people=null" in found.remedy


def test_two_budgets_are_one_too_many(tmp_path: Path) -> None:
    ended = peered("study=optimise", "study.hours=100", "study.money=3000", cwd=tmp_path)
    assert ended.returncode == 2
    assert "keep one budget" in ended.stderr


def test_a_floor_nobody_can_meet_is_refused_with_what_the_nearest_reaches(tmp_path: Path) -> None:
    words = ("study.rosters=4", "study.finalists=2", "study.floors={night: 0.999, reach: 0.01}", "output=out")
    ended = peered(*SMALL, *words, cwd=tmp_path)
    assert ended.returncode == 2
    assert "study.floors.night = 0.999" in ended.stderr
    assert "none of 4 rosters keeps all floors" in ended.stderr
    assert "study.floors.reach" not in ended.stderr
    assert not (tmp_path / "out").exists()
