"""Whether a calibrated department plays like its file: said rightly of those that do and those that do not."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.calibration.estimators.file_calendar import FileCalendar
from sim.calibration.holdout import score_second
from sim.calibration.matching.quantities import (
    EACH_LEVEL,
    quantities_of,
    quantity_words,
    steps_of,
    with_factors,
    with_heads,
)
from sim.calibration.still_default import still_default
from sim.calibration.verdict import FileVerdict, judge
from sim.cli import main
from sim.config.composition import compose
from sim.department.department import Calibration
from sim.department.roster import heads_by_minute
from sim.report.words.caveats import calibration_lines, words_of_verdict
from sim.runs import playing
from tests.calibration_worlds import known_scenario
from tests.plays import PlantedRun, by_run
from tests.test_breakeven import planted
from tests.test_sweep_finding import nothing
from tests.test_sweep_finding import planted as planted_of_sweep

WEEKS = 8
N = 56 * 60
"""Sixty visits a day."""


def visits_of(seed: int, *, stay: float = 200.0, wait: float = 40.0, left: float = 0.04, n: int = N) -> pd.DataFrame:
    """Visits of one law: levels 2 and 3, exponential waits and stays after them."""
    rng = np.random.default_rng(seed)
    arrival = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(rng.uniform(0.0, 56 * 1440.0, n)), unit="m")
    waits = rng.exponential(wait, n)
    ends = rng.choice(["lwbs", "admission", "discharge"], n, p=[left, 0.2, 0.8 - left])
    return pd.DataFrame(
        {
            "arrival": arrival,
            "stream": None,
            "acuity": rng.choice([2.0, 3.0], n),
            "wait_minutes": waits,
            "stay_minutes": waits + rng.exponential(stay, n),
            "disposition": ends,
        }
    )


def judged(file: pd.DataFrame, **law: float) -> FileVerdict:
    return judge(file, [visits_of(seed, **law) for seed in (11, 12, 13)], WEEKS)


def test_another_run_of_the_same_law_plays_like_the_file() -> None:
    verdict = judged(visits_of(1))
    assert verdict.plays_like_file
    assert verdict.because == ()
    assert verdict.sentence().startswith("plays like your file: all 7 numbers compared are near enough; furthest off, ")


def test_stays_twice_as_long_are_said_in_minutes_with_the_worst_first() -> None:
    verdict = judged(visits_of(1), stay=400.0)
    assert not verdict.plays_like_file
    assert len(verdict.misses) == 2
    text = verdict.sentence()
    assert text.startswith("does not play like your file, because stay at level ")
    played, observed = (
        float(word) for word in text.split("median ")[1].split(" in the file")[0].split(" min played, ")
    )
    assert played == pytest.approx(400.0 * np.log(2.0) + 40.0, rel=0.15)
    assert observed == pytest.approx(200.0 * np.log(2.0) + 40.0, rel=0.15)


def test_a_median_half_as_long_again_is_a_miss_though_its_loss_is_near_the_least() -> None:
    """Of an exponential law the loss of quantiles half as large again is under 1.25 times the least."""
    verdict = judged(visits_of(1), wait=60.0, stay=200.0)
    missed = [each for each in verdict.misses if each.quantity.startswith("wait")]
    assert len(missed) == 2
    ratios = [float(each.words.split("(loss ")[1].split(" times")[0]) for each in missed]
    assert max(ratios) < 1.25


@pytest.mark.parametrize(("n_times", "is_miss"), [(1, False), (10, True)])
def test_the_median_of_a_file_is_judged_within_chance_of_its_visits(n_times: int, is_miss: bool) -> None:
    """A median two fifths longer, by more than 10 minutes: of 54 visits that is chance, of 540 it is not."""
    file, played = visits_of(1), [visits_of(seed) for seed in (11, 12, 13)]
    level = int(file["acuity"].mode()[0])
    of_level = pd.concat([table.loc[table["acuity"] == level, "wait_minutes"] for table in played])
    shares = (np.arange(54) + 0.5) / 54
    waits = np.repeat(1.42 * np.quantile(of_level, shares), n_times)
    rows = file.index[file["acuity"] == level]
    file.loc[rows, "wait_minutes"] = np.concatenate([waits, np.full(len(rows) - len(waits), np.nan)])
    (of_wait,) = [each for each in judge(file, played, WEEKS).judged if each.quantity == f"wait at level {level}"]
    assert of_wait.n == len(waits)
    assert of_wait.is_miss is is_miss, of_wait.words
    assert not is_miss or "median" in of_wait.words


def test_shares_are_judged_within_chance_and_a_margin() -> None:
    assert "left unseen: 4." in judged(visits_of(1), left=0.045).judged[-2].words
    verdict = judged(visits_of(1), left=0.1)
    assert [each.quantity for each in verdict.misses] == ["left unseen"]
    assert "left unseen: 1" in verdict.sentence()
    assert "% played, " in verdict.sentence()


def test_arrivals_a_day_are_judged() -> None:
    verdict = judge(visits_of(1), [visits_of(seed, n=N * 2) for seed in (11, 12)], WEEKS)
    assert [each.quantity for each in verdict.misses] == ["arrivals a day"]
    assert "arrivals a day: 120.0 played, 60.0 in the file" in verdict.sentence()


def test_days_that_the_file_does_not_cover_are_not_days_without_arrivals() -> None:
    """Sundays were left out: the mean is that of the other days, and a department that plays it is like the file."""
    file, played = visits_of(1), [visits_of(seed) for seed in (11, 12, 13)]
    hours = np.arange(np.datetime64("2024-01-01", "h"), np.datetime64("2024-02-26", "h"))
    sundays = hours[hours.astype("datetime64[D]").astype(int) % 7 == 3]
    covered = file[~np.isin(file["arrival"].to_numpy().astype("datetime64[h]"), sundays)]
    verdict = judge(covered, played, WEEKS, calendar=FileCalendar(sundays))
    assert verdict.plays_like_file
    assert "arrivals a day: 60.0 played, 60." in verdict.judged[-1].words
    assert [each.quantity for each in judge(covered, played, WEEKS).misses] == ["arrivals a day"]


def test_hours_that_a_second_file_does_not_cover_are_its_own() -> None:
    """The first file covers every day; the second one no Sunday, which says nothing of a department with Sundays."""

    def with_times(visits: pd.DataFrame) -> pd.DataFrame:
        arrival = visits["arrival"]
        minute = 60 * arrival.dt.hour + arrival.dt.minute
        return visits.assign(minute_of_day=minute, weekday=arrival.dt.day_of_week, cluster=None)

    first, second = with_times(visits_of(1)), with_times(visits_of(2))
    hours = np.arange(np.datetime64("2024-01-01", "h"), np.datetime64("2024-02-26", "h"))
    sundays = hours[hours.astype("datetime64[D]").astype(int) % 7 == 3]
    second = second[second["weekday"] != 6]
    played = [visits_of(seed) for seed in (11, 12, 13)]

    def misses(of_second: FileCalendar) -> list[str]:
        found = score_second(first, second, ("a.csv", "b.csv"), played, WEEKS, (FileCalendar(), of_second))
        assert found.verdict is not None
        return [each.quantity for each in found.verdict.misses]

    assert misses(FileCalendar(sundays)) == []
    assert misses(FileCalendar()) == ["arrivals a day"]


def test_a_file_in_which_nobody_leaves_is_not_taken_to_say_so() -> None:
    file = visits_of(1, left=0.0)
    verdict = judged(file, left=0.08)
    assert verdict.plays_like_file
    assert verdict.not_judged[0].startswith("left unseen: nobody in the file, so not compared; 8.")
    assert "many" in verdict.not_judged[0]


def test_a_file_without_waits_and_stays_is_not_said_to_be_played_like() -> None:
    file = visits_of(1).assign(wait_minutes=np.nan, stay_minutes=np.nan)
    verdict = judged(file)
    assert verdict.plays_like_file is None
    assert verdict.because == ()
    assert verdict.sentence() == "cannot be judged against your file, which has neither waits nor stays by acuity level"
    calibration = Calibration(file="visits.csv", plays_like_file=None)
    assert "nobody can tell whether it plays like it" in calibration_lines([calibration])[0]
    assert words_of_verdict(calibration).startswith("made from visits.csv, which has no waits and no stays")


def test_streams_are_judged_apart_and_a_file_of_one_stream_by_its_own_visits() -> None:
    def both(seed: int, mental_stay: float) -> pd.DataFrame:
        mental = visits_of(seed + 100, stay=mental_stay).assign(stream="mental_health")
        return pd.concat([visits_of(seed).assign(stream="medical"), mental], ignore_index=True)

    played = [both(seed, 600.0) for seed in (11, 12, 13)]
    verdict = judge(both(1, 200.0), played, WEEKS)
    assert {each.quantity.partition(" (")[2] for each in verdict.misses} == {"mental health)"}
    alone = both(1, 200.0)
    assert judge(alone[alone["stream"] == "medical"], played, WEEKS).plays_like_file


def test_levels_with_few_visits_are_not_judged() -> None:
    file = visits_of(1)
    file.loc[:40, "acuity"] = 1.0
    assert not [each for each in judged(file).judged if "level 1" in each.quantity]


def test_a_level_that_nobody_played_is_a_miss() -> None:
    file = visits_of(1)
    file.loc[:99, "acuity"] = 1.0
    verdict = judged(file)
    assert "wait at level 1: none played, 100 in the file" in verdict.because


def test_weights_count_a_visit_as_often_as_they_say() -> None:
    file = visits_of(1).assign(arrival=pd.NaT)
    weight = np.where(file["stay_minutes"] > 240.0, 3.0, 1.0)
    repeated = file.loc[file.index.repeat(weight.astype(int))]
    weighted, expanded = (
        {each.quantity: each.excess for each in judged(table).judged if each.quantity.startswith(("wait", "stay"))}
        for table in (file.assign(weight=weight), repeated)
    )
    assert weighted == pytest.approx(expanded, rel=0.02)


# --- quantities and what is still the default's


def test_what_matters_most_is_ranked_and_what_was_told_is_left_out() -> None:
    scenario = known_scenario(6)
    found = still_default(scenario, frozenset({"patience"}), 6, seed=1)
    assert {each.name for each in found} == {"physician", "delays", "heads.physician"}
    assert [each.effect for each in found] == sorted((each.effect for each in found), reverse=True)
    assert "to" in found[0].line()
    measured = still_default(scenario, frozenset({"patience"}), 6, 1, frozenset({"treatment"}))
    assert "delays" not in {each.name for each in measured}


def test_heads_are_whole_and_no_minute_that_had_somebody_is_left_alone() -> None:
    staffing = compose(["study=run"]).scenario.staffing
    for factor in (0.3, 0.5, 0.8, 1.0, 1.4):
        changed = with_heads(staffing, {"physician": factor})
        before, after = (each.roles["physician"] for each in (staffing, changed))
        assert (heads_by_minute(after)[heads_by_minute(before) > 0] > 0).all()
        assert after.hours_per_week() == pytest.approx(factor * before.hours_per_week(), abs=7 * 8 * 2)
        assert changed.roles["nurse"] == staffing.roles["nurse"]
    assert with_heads(staffing, {"physician": 1.0}).roles["physician"].shifts == staffing.roles["physician"].shifts


def test_every_quantity_can_be_made_larger_and_changes_nothing_else() -> None:
    scenario = compose(["study=run"]).scenario
    for name in (*quantities_of(scenario), *EACH_LEVEL, *steps_of(scenario.department)):
        changed = with_factors(scenario, {name: 1.5}).checked()
        assert changed.content_hash() != scenario.content_hash(), name
        assert quantity_words(name)
        names = "department", "staffing", "boarding"
        parts = [part for part in names if getattr(changed, part) != getattr(scenario, part)]
        assert len(parts) == 1, name
        assert with_factors(scenario, {name: 1.0}).content_hash() == scenario.content_hash(), name


def test_a_smaller_roster_lowers_the_minimum_cover_it_could_not_meet() -> None:
    scenario = with_factors(compose(["study=run"]).scenario, {"heads.nurse": 0.5}).checked()
    assert scenario.department.minimum_cover["nurse"] < 6


def test_a_factor_of_every_level_alike_is_one_of_all() -> None:
    scenario = known_scenario()
    by_level = with_factors(scenario, dict.fromkeys(EACH_LEVEL, 1.3)).department
    steps = [step for stream in by_level.streams.values() for step in stream.pathway if step.kind == "delay"]
    assert steps
    assert steps == [
        step
        for stream in with_factors(scenario, {"delays": 1.3}).department.streams.values()
        for step in stream.pathway
        if step.kind == "delay"
    ]


def test_a_step_that_is_measured_keeps_its_minutes() -> None:
    scenario = compose(["study=run"]).scenario
    changed = with_factors(scenario, {"delays": 2.0}, frozenset({"imaging"}))
    for before, after in zip(
        *(each.department.streams["medical"].pathway for each in (scenario, changed)), strict=True
    ):
        is_changed = before.kind == "delay" and before.name != "imaging"
        assert (before != after) == is_changed


# --- what is said beside answers

CALIBRATION = Calibration(
    file="visits.csv",
    plays_like_file=False,
    because=("stay at level 3: median 463 min played, 245 in the file",),
    still_default=("minutes of delays", "minutes boarded"),
)


def test_a_department_that_does_not_play_like_its_file_says_so_in_one_sentence() -> None:
    good = CALIBRATION.model_copy(update={"plays_like_file": True, "because": (), "still_default": ()})
    assert calibration_lines([good, CALIBRATION]) == [
        "The department was calibrated on visits.csv and does not play like it, because stay at level 3: median 463 "
        "min played, 245 in the file: the answer is one about another department; still the default's, of what matters "
        "most: minutes of delays and minutes boarded.",
        "The department was calibrated on visits.csv and plays like it.",
    ]


@pytest.mark.parametrize(
    ("words", "play"),
    [
        (["-m", "staffing=traditional,peer_added", "study.replications=3"], planted_of_sweep(nothing)),
        (["study=breakeven", "staffing=peer_added", "study.replications=8"], planted(0.4, Counter())),
    ],
    ids=["sweep", "break-even"],
)
def test_a_sweep_and_a_break_even_study_say_so_of_their_department(
    words: list[str],
    play: Callable[[PlantedRun], Mapping[str, float]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = {"defaults": ["default", "_self_"], "name": "ours", "calibration": CALIBRATION.model_dump(mode="json")}
    (tmp_path / "department").mkdir()
    (tmp_path / "department" / "ours.yaml").write_text(json.dumps(data), encoding="utf-8")
    monkeypatch.setattr(playing, "play_task", by_run(play))
    folder = tmp_path / "out"
    of_department = ["department=ours", "--config-dir", str(tmp_path), f"output={folder}"]
    assert main([*words, *of_department, "study.weeks=1", "study.warm_up_weeks=0"]) == 0
    (said,) = calibration_lines([CALIBRATION])
    first = "this is about another department."
    assert f"does not play like it (stay at level 3: median 463 min played, 245 in the file): {first}" in " ".join(
        capsys.readouterr().out.split()
    )
    assert said in (folder / "answer.md").read_text(encoding="utf-8")


def test_a_calibration_has_no_influence_on_any_result() -> None:
    scenario = compose(["study=run"]).scenario
    department = scenario.department.model_copy(update={"calibration": CALIBRATION})
    assert scenario.model_copy(update={"department": department}).content_hash() == scenario.content_hash()


def test_reasons_are_the_worst_three_and_how_many_more() -> None:
    verdict = judged(visits_of(1), stay=900.0, wait=300.0, left=0.2)
    assert verdict.sentence().count(";") == 2
    assert "numbers missed)" in verdict.sentence()
    assert replace(verdict, of="later.csv").sentence().startswith("does not play like later.csv, because ")
