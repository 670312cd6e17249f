"""Two factors are a table, and what is said of them is what the tables of the folder hold."""

from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from sim.analysis.swept_factors import factors_of, firsts_of_worlds, step_pairs
from sim.cli import main
from sim.engine.measures.catalogue import MEASURE_BY_KEY
from sim.report.description import Description, answer_markdown
from sim.report.screen import MOST_LINES, print_answer
from sim.report.words.shown_measures import SHOWN_BY, shown_for
from sim.runs import playing
from sim.runs.tables_on_disk import read_table
from tests.plays import PlantedRun, by_run

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]

TINY = ("study.weeks=1", "study.warm_up_weeks=0", "study.replications=4")
WAIT, REACH, ALONE = "wait_triage_to_pia_mean.all", "reach.mental_health", "minutes_without_staff_mean.mental_health"
STAY, REST = "length_of_stay_mean.mental_health", "length_of_stay_without_boarding_mean.mental_health"


def planted(task: PlantedRun) -> Mapping[str, float]:
    """A wait that bends at growth 1.1, a reach that grows to two heads, a stay of which boarding is half an hour a
    mean hour, and leaving beyond its limit at growth 1.2; a little noise that all scenarios share."""
    scenario, noise = task.scenario, 0.01 * (task.key.replication - 1.5)
    growth, boarding = scenario.demand.growth, scenario.boarding.mean_hours
    peers = scenario.staffing.roles.get("psw")
    heads = 0 if peers is None else max(shift.heads for shift in peers.shifts.values())
    wait = 60.0 + 100.0 * (growth - 1.0) + 900.0 * max(growth - 1.1, 0.0)
    return {
        WAIT: wait + noise, REACH: 0.2 * min(heads, 2) + 0.1 * noise, ALONE: 200.0 - 10.0 * heads + noise,
        STAY: 6.0 + boarding / 2.0 + noise, REST: 6.0 + noise, "unfinished_share.all": 0.0, "measured_days.all": 364.0,
        "lwbs_or_ama.all": 0.02 if growth < 1.2 else 0.09, "staff_cost_per_week.all": scenario.staffing.weekly_cost(),
    }  # fmt: skip


Sweep = Callable[..., Description]


@pytest.fixture
def sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    """Plays a sweep of planted runs and returns its answer, described; its folder is `tmp_path / "out"`."""
    seen: list[Description] = []
    monkeypatch.setattr(playing, "play_task", by_run(planted))
    monkeypatch.setattr("sim.studies.sweep.print_answer", lambda answer, *_: seen.append(answer))

    def played(*words: str) -> Description:
        assert main(["-m", *words, *TINY, f"output={tmp_path / 'out'}"]) == 0
        return seen[-1]

    return played


def shown(answer: Description, width: int = 100) -> str:
    written = StringIO()
    print_answer(answer, Console(file=written, width=width))
    return written.getvalue()


def what_changes(answer: Description) -> str:
    return answer.finding.lines[0].text


def test_every_measure_of_the_rule_exists_and_every_row_is_reached() -> None:
    for begins, names in SHOWN_BY:
        assert all(name.partition(".")[0] in MEASURE_BY_KEY for name in names)
        assert set(names[:1]) <= set(shown_for([f"{begins}x" if begins else "sweep"]))
    assert shown_for(["demand.growth"])[0] == WAIT
    assert shown_for(["staffing"])[0] == REACH
    assert shown_for(["staffing", "boarding.mean_hours"])[:2] == (STAY, REST)
    assert shown_for(["staffing"], [WAIT, WAIT]) == (WAIT,)


def test_two_factors_are_rows_and_columns_with_differences_in_the_same_world(sweep: Sweep, tmp_path: Path) -> None:
    answer = sweep("staffing=traditional,peer_added", "demand.growth=1,1.1,1.2")
    text = shown(answer)
    assert len(text.splitlines()) <= MOST_LINES
    assert "growth \\ staffing" in text
    assert "n = 4 in each cell" in text
    assert "the first with the same growth" in " ".join(text.split())
    assert "170.0" in text


def test_the_knee_and_the_limit_of_leaving_are_said(sweep: Sweep) -> None:
    text = what_changes(sweep("staffing=traditional,peer_added", "demand.growth=1,1.05,1.1,1.15,1.2"))
    assert "the knee is at growth=1.1 with every staffing (each further 0.1: 10 min before it, 100 min after)" in text
    assert "From growth=1.2 on more than 5 % leave" in text


def test_where_more_heads_stop_adding_is_said(sweep: Sweep, tmp_path: Path) -> None:
    text = what_changes(sweep("staffing=peer_added", "staffing.psw.shifts.day.heads=1,2,3,4"))
    assert "up to heads=2, and none after it" in text
    steps = read_table(tmp_path / "out" / "steps.parquet")
    none = what_changes(sweep("staffing=peer_added", "staffing.psw.shifts.day.heads=2,3,4"))
    assert "no step is shown to add anything" in none
    reach = steps[steps["measure"] == REACH].set_index("label")["mean"]
    assert reach["staffing.psw.shifts.day.heads=2"] == pytest.approx(0.2)
    assert reach["staffing.psw.shifts.day.heads=3"] == pytest.approx(0.0, abs=1e-12)


def test_how_much_of_a_stay_no_staffing_can_touch_is_said(sweep: Sweep) -> None:
    text = what_changes(sweep("staffing=traditional,peer_added", "boarding.mean_hours=2,12"))
    assert "boarding is 14 % of 7.00 h at mean_hours=2 and 50 % of 12.00 h at mean_hours=12" in text


def test_who_may_be_best_is_said_under_each_belief_and_never_over_all(sweep: Sweep) -> None:
    text = what_changes(sweep("staffing=traditional,peer_added", "demand.mh_shape=default,evening_heavy"))
    assert "Most met by a peer: peer_added under all 2 values of mh_shape" in text


def test_pivots_stand_on_the_page_and_in_the_workbook(sweep: Sweep) -> None:
    answer = sweep("staffing=traditional,peer_added", "demand.growth=1,1.1,1.2")
    page = answer_markdown(answer)
    assert "## Wait, all (min) by growth and staffing" in page
    (sheet,) = [sheet for sheet in answer.sheets() if sheet.name == "pivots"]
    rows = [row for row in sheet.rows if row[0] == "Wait, all (min)"]
    assert [row[1] for row in rows] == ["1", "1.1", "1.2"]
    assert [column.header for column in sheet.columns][2] == "staffing=traditional, mean"
    assert rows[2][2] == pytest.approx(170.0)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_pivot_is_never_wider_than_the_terminal(sweep: Sweep, width: int) -> None:
    answer = sweep("staffing=traditional,peer_added,peer_247,nurse_added", "demand.growth=1,1.05,1.1,1.15,1.2")
    assert max(map(len, shown(answer, width).splitlines())) <= width


def test_factors_are_read_from_labels_and_missing_combinations_make_no_pivot() -> None:
    grid = factors_of([f"staffing={s} demand.growth={g}" for s in "ab" for g in ("1.2", "1", "1.1")])
    assert grid.is_pivot
    assert [factor.key for factor in grid.factors] == ["staffing", "demand.growth"]
    assert grid.factors[1].in_order == ("1", "1.1", "1.2")
    assert step_pairs(grid) == {"demand.growth": [(2, 1), (0, 2), (5, 4), (3, 5)]}
    assert not factors_of(["staffing=a demand.growth=1", "staffing=b demand.growth=2"]).is_pivot


def test_the_first_of_each_world_is_its_baseline_and_worlds_of_one_have_none() -> None:
    assert firsts_of_worlds(["x", "y", "x", "y"]) == [0, 1, 0, 1]
    assert firsts_of_worlds(["x", "x"]) is None
    assert firsts_of_worlds(["x", "y", "x"]) is None


def test_the_measures_shown_can_be_named_and_asked_anew_without_playing(
    sweep: Sweep, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = sweep("staffing=traditional,peer_added", "demand.growth=1,1.1", f"report.measures=[{STAY}]")
    assert shown(answer).count("Stay, mental health (h)") == 1
    assert "Wait, all" not in shown(answer).partition("What it costs")[2]
    assert main(["study=results", f"run={tmp_path / 'out'}"]) == 0
    assert "Stay, mental health (h)" in capsys.readouterr().out
    assert main(["study=results", f"run={tmp_path / 'out'}", f"report.measures=[{ALONE}]"]) == 0
    assert "Time without staff (min)" in capsys.readouterr().out


def test_a_measure_that_is_none_and_one_for_no_sweep_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-m", "staffing=traditional,peer_added", "report.measures=[reach.mental_helth]"]) == 2
    assert "did you mean reach.mental_health" in capsys.readouterr().err
    assert main(["study=run", f"report.measures=[{WAIT}]"]) == 2
    assert "it is for sweeps: peered -m" in capsys.readouterr().err
    assert main([f"report.measures=[{WAIT}]"]) == 2
    assert "leave it out of study=compare" in capsys.readouterr().err
