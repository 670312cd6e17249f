"""The five lines of a break-even study: true to its tables, and within a screen for several staffings."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from sim import load
from sim.cli import main
from sim.report.breakeven_answer import some_effects
from sim.report.description import CERTAINTY, CHANGES, SAME_MONEY, UNCHANGED, WHAT_IT_COSTS
from sim.report.words.breakeven_finding import digits_needed
from sim.report.words.caveats import STRESS_TEST
from sim.runs import playing
from sim.runs.tables_on_disk import read_table
from tests.plays import PlantedRun, by_run
from tests.test_breakeven import planted
from tests.test_sweep_finding import finding, screen

pytestmark = pytest.mark.end_to_end

ONE = ["study=breakeven", "staffing=peer_added", "study.weeks=1", "study.warm_up_weeks=0", "study.replications=8"]
VISITS, ALONE = "visits_per_week.mental_health", "minutes_without_staff_mean.mental_health"
LEFT = "went_home_empty_handed.mental_health"


@pytest.fixture(autouse=True)
def _planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "play_task", by_run(planted(0.4, Counter())))


def curve_of(folder: Path, preset: str = "staff_only") -> pd.DataFrame:
    """The net benefit by one preset, by effect."""
    table = read_table(folder / "curves.parquet")
    return table[table["preset"] == preset].set_index("effect")


def test_the_lines_are_true_to_the_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ONE, f"output={tmp_path / 'out'}"]) == 0
    lines = finding(screen(capsys))
    worth = read_table(tmp_path / "out" / "worth.parquet")
    curve = curve_of(tmp_path / "out")
    at = worth[worth["effect"] == 0.6].set_index("measure")
    visits = at.loc[VISITS]
    assert f"at 0.6, visits a week (mental-health visits) −{abs(visits['difference']):.1f}" in lines[CHANGES]
    assert f"± {visits['half_width']:.1f} " in lines[CHANGES]
    assert f"worth {visits['worth']:,.0f} CAD" in lines[CHANGES]
    benefit = f"−{abs(curve.loc[0.6, 'mean']):,.0f} ± {curve.loc[0.6, 'half_width']:,.0f} staff time only"
    assert f"net benefit {benefit}" in lines[CHANGES]
    for name, topic in (("lwbs_or_ama.all", "leaving"), ("went_home_empty_handed.mental_health", "home empty-handed")):
        assert (worth[worth["measure"] == name]["difference"] == 0.0).all()
        assert topic in lines[UNCHANGED].partition(";")[0]
    assert set(worth[worth["measure"] == ALONE]["difference"]) == {-20.0}
    assert "at every effect: time without staff −20.0 to −20.0 min" in lines[UNCHANGED]
    added = load("staffing=peer_added").staffing.weekly_cost() - load("staffing=traditional").staffing.weekly_cost()
    cost = worth[worth["name"] == "staff_cost"]["difference"]
    assert f"+{added:,.0f} CAD a week by roster, +{cost.min():,.0f}" in lines[WHAT_IT_COSTS]
    assert "No effect between 0.6 and 1.2 pays by what is valued" in lines[CERTAINTY]
    assert "probability of an effect that pays is 0.0 %" in lines[CERTAINTY]
    assert "8 replications of 1 week; intervals show chance alone" in lines[CERTAINTY]
    typed = '"study.staffing=[traditional,peer_added,clinician_added]"'
    assert typed in lines[SAME_MONEY]
    assert f"`{typed}`" in (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")


def test_the_answer_is_shown_again_from_its_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    words = ["study.prior={median: 0.8, log_sd: 0.1}", "study.points=3", "study.replications=4"]
    assert main([*ONE, *words, f"output={folder}"]) == 0
    played = screen(capsys)
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert main(["study=results", f"run={folder}"]) == 0
    again = screen(capsys)
    assert finding(again) == finding(played.partition("\nresults are in")[0])
    assert "Net benefit" in again
    assert before == {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("effects", [1.2, 0.6, 0.9, 1.0], "do not rise"),
        ("labels", {"peer_added": ["a"]}, "not one for each effect"),
        ("beside", ["a", "b", "c", "d"], "no scenario of this study"),
        ("presets", ["nonsense"], "no such preset"),
        ("worth", "nothing", "run.json.worth"),
    ],
)
def test_a_folder_that_says_what_no_study_can_be_asked_is_refused(
    key: str, value: object, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    assert main([*ONE, "study.points=3", "study.replications=2", f"output={folder}"]) == 0
    facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps(facts | {key: value}), encoding="utf-8")
    assert main(["study=results", f"run={folder}"]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert said in error
    assert "take the folder as peered wrote it" in error


def test_the_worth_at_which_it_would_pay_is_said_where_nothing_of_equal_cost_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(playing, "play_task", by_run(planted(0.8, Counter())))
    assert main([*ONE, f"output={tmp_path / 'out'}"]) == 0
    lines = finding(screen(capsys))
    assert "it would pay if one less of “Visits a week, mental-health visits” were worth" in lines[SAME_MONEY]
    assert "It pays below 0.8" in lines[CERTAINTY] or "It pays below 0.79" in lines[CERTAINTY]


def test_effects_have_three_digits_and_the_price_says_why_it_is_told_at_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(playing, "play_task", by_run(planted(0.8, Counter())))
    assert main([*ONE, "study.range=[0.5,1.05]", "study.points=7", f"output={tmp_path / 'out'}"]) == 0
    output = screen(capsys)
    assert "8 effects and the baseline: 72 to do" in output
    assert len(re.findall(r"^[\d.]+ +[+−]?[\d,]+ ", output, re.MULTILINE)) >= 6, "the table gives way to the lines"
    assert "At 0.867, played nearest to the prior's median 0.9, it would pay" in " ".join(output.split())
    page = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert "| 0.592 |" in page
    assert not re.search(r"\b0\.\d{4,}", page)


def test_a_staffing_without_the_effect_counts_as_one_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    staffings = "study.staffing=[traditional,peer_added,clinician_added]"
    assert main([*ONE, staffings, "study.range=[0.6,1]", "study.points=3", f"output={tmp_path / 'out'}"]) == 0
    assert "5 scenarios: 40 to do" in capsys.readouterr().out


def test_effects_that_three_digits_do_not_tell_apart_have_more() -> None:
    assert digits_needed((0.6, 0.6004, 1.0)) == 4
    assert digits_needed((0.6, 2 / 3, 1.0)) == 3
    assert digits_needed((0.6125, 0.9, 1.0)) == 4


def test_why_the_price_is_told_at_an_effect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, why in (([], "At 0.9, the prior's median, it"), (["study.prior=null"], "At 0.6, the smallest effect")):
        assert main([*ONE, *words, f"output={tmp_path / str(len(words))}"]) == 0
        assert why in " ".join(capsys.readouterr().out.split())


def test_what_is_not_shown_is_not_called_absent_and_few_replications_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def noisy(task: PlantedRun) -> Mapping[str, float] | str | None:
        noise = 9.0 * (-1.0) ** task.key.replication
        changed = {VISITS: 80.0, LEFT: 0.4}
        if "psw" in task.scenario.staffing.roles:
            changed = {VISITS: 80.0 - 2.0 + noise, LEFT: 0.4 - 0.26 + 0.01 * noise}
        played = planted(0.4, Counter())(task)
        return {**played, **changed}

    monkeypatch.setattr(playing, "play_task", by_run(noisy))
    few = "Fewer than 5 replications: what is not shown may still be there."
    for n, is_few in ((2, True), (6, False)):
        folder = tmp_path / str(n)
        assert main([*ONE[:-1], f"study.replications={n}", f"output={folder}"]) == 0
        lines = finding(screen(capsys))
        worth = read_table(folder / "worth.parquet")
        left = worth[worth["measure"] == LEFT]
        assert (left["difference"] < -0.2).all()
        assert bool((left["difference"].abs() <= left["half_width"]).all()) == is_few, "or the test shows nothing"
        unshown = lines[UNCHANGED].partition(";")[0]
        assert unshown.startswith("no difference shown at any effect, by its own 95 % interval: ")
        assert ("home empty-handed" in unshown) == is_few
        assert "visits a week (mental-health visits)" in unshown
        assert "(not shown to differ; with no effect " in lines[CHANGES]
        assert (few in lines[CERTAINTY]) == is_few
        assert (few in (folder / "answer.md").read_text(encoding="utf-8")) == is_few


@pytest.mark.parametrize("names", [["peer_swapped"], ["peer_swapped", "peer_added"]])
def test_a_stress_test_is_named_as_one(names: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    staffings = f"study.staffing=[traditional,{','.join(names)}]"
    assert main([*ONE[:1], *ONE[2:], staffings, f"output={tmp_path / 'out'}"]) == 0
    lines = finding(screen(capsys))
    page = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert lines[CHANGES].count("a stress test: takes hours from other roles, never recommended") == 1
    assert page.count(STRESS_TEST.format(label="Peers for nurse hours")) == 1
    assert "Peers for nurse hours adds no money: what it changes is for the same money." in lines[SAME_MONEY]
    assert ("Nothing else of equal cost" in lines[SAME_MONEY]) == (len(names) > 1)
    assert STRESS_TEST.format(label="Peers added") not in page


def test_what_is_counted_is_said_and_both_answers_stand_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(playing, "play_task", by_run(planted(0.4, Counter())))
    assert main([*ONE, f"output={tmp_path / 'out'}"]) == 0
    output = screen(capsys)
    lines = finding(output)
    assert (
        "Counted, CAD for one less: staff cost, mental health visit 370; with admissions also admission 20,000; "
        in (lines[WHAT_IT_COSTS])
    )
    assert "Not counted: outcomes without a worth, clinics and care outside this hospital" in lines[WHAT_IT_COSTS]
    assert "Staff time only: No effect between 0.6 and 1.2 pays" in lines[CERTAINTY]
    assert "With admissions: pays below 0.90" in lines[CERTAINTY], "1 - 0.6 x 370 / 2330"
    both = [curve_of(tmp_path / "out", preset).loc[0.6] for preset in ("staff_only", "with_admissions")]
    cells = [
        f"{number:,.0f} ± {half:,.0f}".replace("-", "−")
        for number, half in ((c["mean"], c["half_width"]) for c in both)
    ]
    assert f"net benefit {cells[0]} staff time only, {cells[1]} with admissions (CAD a week)" in lines[CHANGES]
    assert "Staff time only (CAD/week)" in output
    assert "With admissions (CAD/week)" in output
    page = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert "| With admissions and boarding (CAD/week) |" in page
    assert re.search(r"Admissions a week.*\| −20,000 CAD \| with admissions, with admissions and boarding \|", page)
    assert re.search(r"Minutes without staff.*\| not valued \| never \|", page)
    assert "not a share of visits" in page
    assert "Not counted: minutes without staff, went home empty handed, left unseen, observation unmet, clinics" in page


def test_a_stress_test_is_named_as_one_where_nothing_is_concluded_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unsteady(task: PlantedRun) -> Mapping[str, float] | str | None:
        played = planted(0.4, Counter())(task)
        queue = {"unfinished_share.all": 0.5, "measured_days.all": 364.0}
        return {**played, **queue}

    monkeypatch.setattr(playing, "play_task", by_run(unsteady))
    assert main([*ONE[:1], "staffing=peer_swapped", *ONE[2:], f"output={tmp_path / 'out'}"]) == 0
    changes = finding(screen(capsys))[CHANGES]
    assert changes.startswith("nothing is concluded")
    assert "a stress test: takes hours from other roles, never recommended" in changes


def test_several_staffings_and_many_effects_fit_the_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    staffings = "study.staffing=[traditional,peer_added,peer_247,clinician_added]"
    assert main([*ONE[:1], *ONE[2:], staffings, "study.points=25", f"output={tmp_path / 'out'}"]) == 0
    output = screen(capsys)
    lines = finding(output)
    assert "Peers added and Crisis clinician added cost the same by roster" in lines[SAME_MONEY]
    assert "the effect is not in force in it" in lines[CHANGES]
    assert lines[CERTAINTY].count("no effect between 0.6 and 1.2 pays") == 2
    curve = curve_of(tmp_path / "out")
    at = curve[curve["staffing"] == "peer_247"].loc[0.6]
    assert f"−{abs(at['mean']):,.0f} ± {at['half_width']:,.0f}" in output
    assert "of 25 effects." in " ".join(output.split())
    page = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert page.count("| 0.6 |") == 3
    assert page.count("## ") == 5
    assert "output=" not in page.partition("To go on")[2].partition("With")[0]


def test_without_a_run_that_counts_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(task: PlantedRun) -> Mapping[str, float] | str | None:
        return "ValueError: planted"

    monkeypatch.setattr(playing, "play_task", by_run(failing))
    assert main([*ONE, f"output={tmp_path / 'out'}"]) == 1
    output = screen(capsys)
    assert finding(output)[CHANGES].startswith("no replication of all scenarios has finished")
    assert "0 of 8 replications are counted" in " ".join(output.split())


def test_of_many_effects_the_ends_and_none_are_kept() -> None:
    effects = [0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2]
    assert some_effects(effects, 7) == effects
    for most in (3, 4, 5, 6):
        kept = some_effects(effects, most)
        assert {0.6, 1.0, 1.2} <= set(kept)
        assert len(kept) <= most
        assert kept == sorted(kept)
