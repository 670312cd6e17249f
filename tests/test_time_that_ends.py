"""What is said of `study.minutes`: a time that ends is told in minutes, is not judged as whole weeks are, and no roster
is called idle for it."""

import json
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.config import compose
from sim.department.roster import Role
from sim.planner.answers import PAGE_LOOKS
from sim.planner.long_studies import COMPARISON, SEARCH, long_study_of, study_words
from sim.report.figures.spread_figures import returns_figure
from sim.report.words.caveats import COST_OF_A_PART
from tests.browser import Chromium
from tests.in_process import peered
from tests.one_figure import draw_one_figure
from tests.planner_client import TOKEN, serving

PAIR = "study.staffing=[traditional,peer_added]"
DAY = ("study.minutes=1440", "study.replications=2")


@pytest.fixture(autouse=True)
def one_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_one_figure(monkeypatch)


def test_a_dry_run_tells_minutes_of_runs_and_of_draws(tmp_path: Path) -> None:
    done = peered("--dry-run", PAIR, *DAY, "study.assumptions=true", "study.draws=40", cwd=tmp_path)
    assert "runs: 12 of 1440 minutes each" in done.stdout
    assert "and 100 runs of 1440 minutes in 40 draws" in done.stdout
    swept = peered("-m", "--dry-run", "study.minutes=720,1440.5", "study.replications=2", cwd=tmp_path)
    assert "runs: 4 of 720 minutes or 1440.5 minutes each" in swept.stdout


def test_a_sweep_of_days_tells_their_minutes_and_its_report_that_they_end(tmp_path: Path) -> None:
    words = ("-m", "staffing=traditional,peer_added", "study.minutes=720,1440", "study.replications=2", "output=swept")
    said = " ".join(peered(*words, cwd=tmp_path).stdout.split())
    assert "2 replications of 720 or 1440 minutes;" in said
    assert COST_OF_A_PART in said
    report = (tmp_path / "swept" / "report.html").read_text(encoding="utf-8")
    assert "Terminating: it plays a time that ends." in report
    assert "Not terminating" not in report


def test_half_an_hour_calls_no_roster_idle_and_is_not_set_beside_published_years(tmp_path: Path) -> None:
    """Nobody has worked for long when it ends: so a morning says nothing of the hours of a week."""
    done = peered("study=run", "study.minutes=30", "study.replications=2", "output=short", cwd=tmp_path)
    assert done.returncode == 0
    assert "do not fit" not in done.stdout
    assert COST_OF_A_PART in " ".join(done.stdout.split())
    report = (tmp_path / "short" / "report.html").read_text(encoding="utf-8")
    assert "A time that ends is not set beside published figures" in report
    assert "is the longest wait of" not in report
    assert "Terminating: it plays a time that ends." in report


@pytest.mark.filterwarnings("error")
def test_within_a_day_no_curve_of_returns_is_drawn() -> None:
    """A curve of one day, the first, has no width."""
    day = sim.compare(["traditional", "peer_added"], study={"minutes": 1440, "demand_levels": [1]}, replications=2)
    frame = returns_figure(day)
    assert [axes.get_lines() for axes in frame.figure.axes if axes.get_title()] == [[], []]
    assert "nobody was followed for a day" in {text.get_text() for axes in frame.figure.axes for text in axes.texts}


def test_the_page_tells_the_minutes(tmp_path: Path, browser: Chromium) -> None:
    def look(page: Any) -> list[str]:
        page.wait_for_selector(f"body[data-look='{PAGE_LOOKS[-1]}']")
        return [page.inner_text("#study-length"), page.inner_text("#answer")]

    with serving(words=DAY, folder=tmp_path) as client:
        (length, answer), _ = browser.look(f"http://{client.host}/?token={TOKEN}", look)
    assert length == "20 times 1440 minutes"
    assert "20 replications of 1440 minutes." in answer


def test_a_long_study_of_the_page_is_of_the_same_time_or_is_refused(tmp_path: Path) -> None:
    """It plays years where the page plays weeks; but whole weeks are another question than a day."""
    words = study_words(long_study_of(COMPARISON, "psw", "reach", False), ("study.weeks=1", *DAY, "seed=3"))
    assert words[1:-1] == ["study.minutes=1440"]
    with serving(words=DAY, folder=tmp_path) as client:
        roster = json.loads(client.send("GET", "/api/start").body)["staffings"]["peer_added"]
        asked = {"question": {"baseline": "traditional", "roster": roster}, "page": "one", "study": SEARCH}
        (problem,) = client.post("/api/study", asked)["problems"]
        assert problem["path"] == "study.minutes"
        assert "leave it out of study=optimise" in problem["remedy"]


@pytest.mark.parametrize(
    ("days", "until_minutes", "hours"),
    [
        (["mon"], 1440.0, 2.0),
        (["mon"], 2880.0, 8.0),
        (["sun"], 1440.0, 6.0),
        (["sat"], 1440.0, 0.0),
        (["mon"], 60.0, 0.0),
    ],
)
def test_hours_of_a_time_that_ends_are_those_rostered_in_it(
    days: list[str], until_minutes: float, hours: float
) -> None:
    """A shift from 22 to 6 h: what of it lies in the time, the night before Monday too."""
    shift = {"start": "22:00", "minutes": 480, "heads": 1, "days": days}
    role = Role.model_validate({"hourly_cost": 30.0, "shifts": {"night": shift}})
    assert role.hours_per_week(until_minutes) == pytest.approx(hours * 10080.0 / until_minutes)
    assert role.hours_per_week(10080.0) == pytest.approx(role.hours_per_week()) == pytest.approx(8.0)


def test_a_visit_of_a_monday_costs_nothing_for_peers_of_saturdays() -> None:
    words = ("staffing=traditional", *DAY)
    saturdays = "+staffing.psw={kind: peer, hourly_cost: 30, hours: '09:00-17:00', days: [sat], heads: 2}"
    scenarios = [compose(["study=run", *each]).scenario for each in (words, (*words, saturdays))]
    without, beside = (sim.simulate(scenario, seed=3).measures for scenario in scenarios)
    assert beside["cost_per_visit.all"] == without["cost_per_visit.all"]
    assert beside["staff_cost_per_week.all"] - without["staff_cost_per_week.all"] == pytest.approx(480.0)
