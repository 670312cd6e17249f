"""Warm-up found by a pilot: daily series are what they say, the largest of those that settle counts for all."""

from pathlib import Path

import numpy as np
import pytest

from sim.analysis import warm_up
from sim.analysis.warm_up import SERIES, daily_series, decided
from sim.cli import main
from sim.config import compose, compose_sweep
from sim.department.scenario import ScenarioError
from sim.runs import playing
from sim.runs.design import RunTask
from sim.runs.engines import COMPILED, ENGINES
from sim.runs.playing import play_task
from sim.runs.received_sweep import WARM_UP
from sim.runs.run_store import RunResult
from sim.runs.tables_on_disk import read_table

pytestmark = pytest.mark.end_to_end

DAY = 1440.0


def test_daily_series_are_those_of_the_visits_of_a_day() -> None:
    scenario = compose(["study=run", "study.weeks=1", "study.warm_up_weeks=0", "demand.growth=0.2"]).scenario
    trajectory = ENGINES[COMPILED](scenario, 3, 0)
    series = dict(zip(SERIES, daily_series(trajectory, 6), strict=True))
    visits = trajectory.visits
    assert visits["boarding_start"].notna().sum() > 3
    for day in range(6):
        start, end = day * DAY, (day + 1) * DAY
        today = visits[(visits["arrival"] >= start) & (visits["arrival"] < end)]
        assert series["wait to physician"][day] == pytest.approx((today["pia"] - today["arrival"]).mean())
        mental = visits[visits["stream"].astype(str) == "mental_health"]
        boarders = visits[visits["boarding_start"].notna()]
        for name, who, came, left in (
            ("present", visits, "arrival", "departure"),
            ("mental-health present", mental, "arrival", "departure"),
            ("boarding", boarders, "boarding_start", "boarding_end"),
        ):
            minutes = (who[left].fillna(np.inf).clip(upper=end) - who[came].clip(lower=start)).clip(lower=0.0).sum()
            assert series[name][day] == pytest.approx(minutes / DAY), name


def level() -> np.ndarray:
    """Series that settle at once: shape (replications, series, days)."""
    return np.full((2, len(SERIES), 91), 10.0)


def test_the_largest_warm_up_of_all_scenarios_and_series_is_taken() -> None:
    quick, slow = level(), level()
    quick[:, 0, :5] -= 8.0
    slow[:, 2, :20] -= 8.0
    found = decided({"quick": quick, "slow": slow})
    table = found.evidence.set_index(["label", "series"])
    assert table.loc[("quick", SERIES[0]), "n_weeks"] == 1
    assert table.loc[("slow", SERIES[2]), "n_weeks"] == 3
    assert found.weeks == 3
    assert table["n_weeks"].sum() == 4
    assert found.unsettled == ()
    assert len(found.days) == 2 * len(SERIES) * 91


def test_a_series_that_does_not_settle_is_named_and_has_no_say() -> None:
    growing = level()
    growing[:, 1] += np.arange(91.0)
    growing[:, 3, :5] -= 8.0
    found = decided({"growing": growing})
    assert found.unsettled == (f"growing, {SERIES[1]}",)
    assert found.weeks == 1


def test_days_on_which_nobody_comes_make_no_series() -> None:
    empty = level()
    empty[:, 0, 30] = np.nan
    assert SERIES[0] not in set(decided({"empty": empty}).evidence["series"])
    assert decided({}).weeks == 0


AUTO = ["-m", "demand.growth=0.2,0.3", "study.weeks=1", "study.warm_up_weeks=auto", "study.replications=2"]


def test_a_sweep_finds_its_warm_up_once_and_plays_all_scenarios_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    played: list[RunTask] = []

    def counting(task: RunTask) -> list[RunResult]:
        if task.reduce is warm_up.series_alone:
            played.append(task)
        return play_task(task)

    monkeypatch.setattr(playing, "play_task", counting)
    folder = tmp_path / "out"
    assert main([*AUTO, f"output={folder}"]) == 0
    assert len(played) == 2 * warm_up.PILOT_REPLICATIONS
    evidence = read_table(folder / WARM_UP)
    weeks = int(evidence["n_weeks"][evidence["reliable"]].max())
    assert f"warm-up: {weeks} week" in capsys.readouterr().out
    given = [f"study.warm_up_weeks={weeks}" if word.endswith("auto") else word for word in AUTO[1:]]
    hashes = set(compose_sweep(given).keys.values())
    assert set(read_table(folder / "scenarios.parquet")["scenario"]) == hashes
    before = (folder / "estimates.parquet").read_bytes()
    played.clear()
    assert main([*AUTO, f"output={folder}", "executor.workers=1"]) == 0
    assert played == []
    assert (folder / "estimates.parquet").read_bytes() == before
    assert main([*AUTO, "seed=2", f"output={folder}"]) == 0
    assert len(played) == 2 * warm_up.PILOT_REPLICATIONS


def test_a_run_of_the_pilot_that_fails_takes_its_scenario_out_of_the_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = warm_up.daily_series
    failed: list[int] = []

    def failing(trajectory: object, n_days: int) -> np.ndarray:
        if not failed:
            failed.append(1)
            raise ArithmeticError("a bed was divided by zero")
        return play(trajectory, n_days)  # type: ignore[arg-type]

    monkeypatch.setattr(warm_up, "daily_series", failing)
    assert main([*AUTO, f"output={tmp_path / 'out'}", "executor.workers=1"]) == 0
    assert set(read_table(tmp_path / "out" / WARM_UP)["label"]) == {"demand.growth=0.3"}


def test_auto_is_for_sweeps_and_for_all_of_their_scenarios() -> None:
    with pytest.raises(ScenarioError, match="peered -m"):
        compose(["study.warm_up_weeks=auto"])
    with pytest.raises(ScenarioError, match="give auto alone"):
        compose_sweep(["study.warm_up_weeks=auto,2"])
    with pytest.raises(ScenarioError, match="warm_up_weeks"):
        compose_sweep(["study.warm_up_weeks=automatic"])
