"""A file that names streams is estimated by stream: nothing of one is written for the other, or for both, unsaid."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from sim.calibration.calibrate import calibrate
from sim.calibration.estimators.demand_by_stream import WeekByStream, estimate_week, with_weekdays_of
from sim.calibration.estimators.visit_estimates import VisitEstimates, estimate_visits
from sim.calibration.writing.demand_file import DemandFile, VisitsSource, demand_of_week
from sim.calibration.writing.department_file import DepartmentFile, department_file
from sim.config import compose
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH, Profile
from sim.report.calibration_report import calibration_answer
from sim.report.stored_answer import stored_markdown
from sim.visits.column_map import ColumnMap
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import read_visits

pytestmark = pytest.mark.usefixtures("few_bootstrapped_samples")

LEVELS = {str(level): level for level in range(1, 6)}
MAP = ColumnMap.model_validate(
    {
        "arrival": {"kind": "timestamp", "column": "arrival"},
        "stream": "stream",
        "acuity": {"column": "acuity", "recode": LEVELS},
        "disposition": "disposition",
    }
)
BY_DAY = np.r_[np.full(8, 1.0), np.full(8, 5.0), np.full(8, 3.0)] / 72
BY_NIGHT = np.r_[np.full(8, 4.0), np.full(8, 1.0), np.full(8, 3.0)] / 64


def visits_of(
    stream: str | None,
    per_day: float,
    hours: np.ndarray,
    rng: np.random.Generator,
    *,
    admitted: float = 0.1,
    days: int = 140,
) -> pd.DataFrame:
    """Poisson arrivals over whole weeks from a Monday, of CTAS 2 to 4."""
    counts = rng.poisson(per_day * hours, (days, 24))
    day, hour = np.repeat(np.indices(counts.shape).reshape(2, -1), counts.ravel(), axis=1)
    times = pd.Timestamp("2024-01-01") + pd.to_timedelta(
        1440 * day + 60 * hour + rng.uniform(0, 60, day.size), unit="m"
    )
    end = np.where(rng.random(day.size) < admitted, "admission", "discharge")
    acuity = rng.integers(2, 5, day.size)
    return pd.DataFrame({"arrival": times, "stream": stream, "acuity": acuity, "disposition": end})


@dataclass(frozen=True)
class Made:
    """What is estimated and written of a file, not played."""

    week: WeekByStream
    found: VisitEstimates
    demand: DemandFile
    department: DepartmentFile

    def composed(self, folder: Path) -> Profile:
        """The demand as the command would compose it."""
        (folder / "demand").mkdir(exist_ok=True)
        (folder / "demand" / f"{self.demand.name}.yaml").write_text(self.demand.yaml_text(), encoding="utf-8")
        demand = compose(["study=run", f"demand={self.demand.name}"], folder).scenario.demand
        assert isinstance(demand, Profile)
        return demand


def written(table: pd.DataFrame, folder: Path) -> Path:
    """The visits as a file."""
    path = folder / "visits.csv"
    in_order = table.sort_values("arrival")
    in_order.assign(arrival=in_order["arrival"].dt.strftime("%Y-%m-%d %H:%M:%S")).to_csv(path, index=False)
    return path


def made(table: pd.DataFrame, folder: Path, name: str, *, rake: bool = False) -> Made:
    path, base = written(table, folder), compose(["study=run"]).scenario
    read = read_visits(path, MAP)
    week, found = estimate_week(read.frame), estimate_visits(read.frame)
    demand = demand_of_week(VisitsSource(name, path, MAP, read.quality, rake), week, found, base.demand)
    about = (f"{week.parts.first_line()}.",)
    return Made(week, found, demand, department_file(name, base.department, found, about))


def rates_of(demand: Profile, stream: str) -> np.ndarray:
    """Visits an hour of the week, returns included."""
    return np.array(demand.arrivals_of(stream, 1.0).rate_per_hour) * (demand.visits_per_patient[stream] or 1.0)


def as_tidy(table: pd.DataFrame, **columns: object) -> pd.DataFrame:
    """As `VisitsFile.frame` has it."""
    empty: Mapping[str, object] = {
        "cluster": None, "patient": None, "mode": None, "age": np.nan, "wait_minutes": np.nan, "stay_minutes": np.nan,
        "weight": np.nan, "departure_time": pd.NaT, "year": 2024.0,
    }  # fmt: skip
    times = {
        "minute_of_day": table["arrival"].dt.hour * 60.0 + table["arrival"].dt.minute,
        "weekday": table["arrival"].dt.day_of_week.astype(float),
    }
    return table.assign(**{**empty, **times, **columns}).reset_index(drop=True)


@pytest.fixture(scope="module")
def two_streams(tmp_path_factory: pytest.TempPathFactory) -> Made:
    rng = np.random.default_rng(1)
    medical = visits_of(MEDICAL, 50.0, BY_DAY, rng, admitted=0.05)
    mental = visits_of(MENTAL_HEALTH, 10.0, BY_NIGHT, rng, admitted=0.4)
    return made(pd.concat((medical, mental)), tmp_path_factory.mktemp("two"), "two")


@pytest.fixture(scope="module")
def default() -> Profile:
    demand = compose(["study=run"]).scenario.demand
    assert isinstance(demand, Profile)
    return demand


def test_the_file_written_has_the_rates_of_both_streams(two_streams: Made, tmp_path: Path) -> None:
    demand = two_streams.composed(tmp_path)
    week = with_weekdays_of(two_streams.week, two_streams.found.rates)
    for stream in (MEDICAL, MENTAL_HEALTH):
        own, year = week.by_stream[stream], two_streams.found.rates[stream].visits_per_year.value[0]
        shares = two_streams.found.rates[stream].hour_shares.value
        if stream == MENTAL_HEALTH:
            shares = np.tile(own.weekday.share @ shares, (7, 1))
        meant = year / 365.0 * 7.0 * own.weekday.share[:, None] * shares
        assert rates_of(demand, stream) == pytest.approx(meant.ravel(), rel=2e-5, abs=1e-6)
    assert rates_of(demand, MEDICAL).sum() == pytest.approx(7 * 50.0, rel=0.05)
    assert rates_of(demand, MENTAL_HEALTH).sum() == pytest.approx(7 * 10.0, rel=0.12)
    night = rates_of(demand, MENTAL_HEALTH).reshape(7, 24)[:, :8].sum() / rates_of(demand, MENTAL_HEALTH).sum()
    assert night == pytest.approx(0.5, abs=0.06)


def test_admission_is_each_streams_own(two_streams: Made) -> None:
    for stream, truth in ((MEDICAL, 0.05), (MENTAL_HEALTH, 0.4)):
        for level, shares in two_streams.found.admission[stream].items():
            assert abs(shares.share[1] - truth) < 4 * shares.standard_error[1], f"{stream} {level}"
    streams = two_streams.department.department().streams
    medical, mental = (next(step for step in streams[name].pathway if step.kind == "dispose") for name in streams)
    assert medical.admission[2] < 0.1 < 0.3 < mental.admission[2]


def test_the_first_line_of_what_is_written_says_by_stream(two_streams: Made) -> None:
    assert two_streams.demand.first_line.startswith("by stream: ")
    assert two_streams.demand.first_line.endswith("; each is estimated from its own visits")
    for what, text in (("demand", two_streams.demand.yaml_text()), ("department", two_streams.department.yaml_text())):
        assert text.splitlines()[0] == f"# {what}=two, {two_streams.demand.first_line}."


@pytest.mark.parametrize(("stream", "other"), [(MEDICAL, MENTAL_HEALTH), (MENTAL_HEALTH, MEDICAL)])
def test_a_file_of_one_stream_calibrates_it_and_leaves_the_other_as_it_was(
    tmp_path: Path, default: Profile, stream: str, other: str
) -> None:
    alone = made(visits_of(stream, 8.0, BY_NIGHT, np.random.default_rng(2)), tmp_path, "alone")
    demand = alone.composed(tmp_path)
    assert rates_of(demand, other) == pytest.approx(rates_of(default, other), rel=1e-4, abs=1e-6)
    own, year = rates_of(demand, stream), float(alone.found.rates[stream].visits_per_year.value[0])
    assert own.sum() * 365 / 7 == pytest.approx(year, rel=1e-5)
    assert own.sum() == pytest.approx(7 * 8.0, rel=0.12)
    assert own.reshape(7, 24)[:, :8].sum() / own.sum() == pytest.approx(0.5, abs=0.05)
    for key in ("weekday_index", "acuity_mix", "day_factor_cv"):
        assert getattr(demand, key)[other] == getattr(default, key)[other]
    assert demand.acuity_mix[stream] == pytest.approx((0, 1 / 3, 1 / 3, 1 / 3, 0), abs=0.06)
    assert alone.demand.first_line.startswith(f"{stream} alone: ")
    assert f"{other} keeps all of its own" in alone.demand.first_line
    base = compose(["study=run"]).scenario.department.streams[other]
    assert alone.department.department().streams[other].pathway == base.pathway


def test_a_file_without_streams_is_said_to_be_pooled_and_what_is_assumed_of_each(
    tmp_path: Path, default: Profile
) -> None:
    pooled = made(visits_of(None, 60.0, BY_DAY, np.random.default_rng(3)), tmp_path, "pooled")
    first = pooled.demand.first_line
    assert first.startswith("pooled: the file names no streams; ")
    assert "mental health keeps its share" in first
    demand = pooled.composed(tmp_path)
    assert demand.mental_health_share == default.mental_health_share
    assert demand.weekday_index[MENTAL_HEALTH] == default.weekday_index[MENTAL_HEALTH]
    streams = pooled.department.department().streams.values()
    medical, mental = (next(step for step in stream.pathway if step.kind == "dispose").admission for stream in streams)
    assert medical[1:4] == mental[1:4], "of all visits, written for both"


def test_the_console_and_the_report_say_it_before_anything_of_the_file(tmp_path: Path) -> None:
    path = written(visits_of(None, 20.0, BY_DAY, np.random.default_rng(3), days=28), tmp_path)
    report = calibrate(path, MAP, name="pooled", output=tmp_path / "out")
    assert report.lines()[0] == f"{report.demand.first_line}."
    text = stored_markdown(calibration_answer(report), [])
    assert text.index("pooled: the file names no streams") < text.index("rows read")


def test_visits_without_a_stream_are_left_out_and_counted_in_the_volume(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    parts = [visits_of(MEDICAL, 40.0, BY_DAY, rng), visits_of(MENTAL_HEALTH, 10.0, BY_DAY, rng)]
    unnamed = visits_of(None, 5.0, BY_NIGHT, rng)
    found = made(pd.concat((*parts, unnamed)), tmp_path, "unnamed")
    n = sum(map(len, parts))
    text = "\n".join(found.demand.summary_lines())
    assert f"{len(unnamed):,} of {n + len(unnamed):,} visits (" in text
    assert f"times {1 + len(unnamed) / n:.4f}, as if they were shared out like the others" in text
    demand = found.composed(tmp_path)
    assert demand.visits_per_year == pytest.approx((n + len(unnamed)) / 140 * 365, rel=0.01)
    assert demand.mental_health_share == pytest.approx(len(parts[1]) / n, rel=0.03)


def test_a_word_for_one_stream_and_none_for_the_other_is_not_a_file_of_one_stream(tmp_path: Path) -> None:
    """Blank means medical here: taking the blank ones for mental health would make all of them so."""
    rng = np.random.default_rng(4)
    both = pd.concat(
        (visits_of(None, 40.0, BY_DAY, rng, days=28), visits_of(MENTAL_HEALTH, 5.0, BY_NIGHT, rng, days=28))
    )
    base = compose(["study=run"]).scenario
    with pytest.raises(VisitsFileError, match="visits name no stream, and all others are of mental_health"):
        calibrate(written(both, tmp_path), MAP, name="no", output=tmp_path / "no", base=base)


def test_a_stream_too_thin_for_its_own_estimates_is_named_with_what_was_pooled() -> None:
    rng = np.random.default_rng(5)
    mental = visits_of(MENTAL_HEALTH, 10.0, BY_NIGHT, rng, admitted=1.0)[:30]
    frame = as_tidy(pd.concat((visits_of(MEDICAL, 30.0, BY_DAY, rng), mental)))
    week, found = estimate_week(frame), estimate_visits(frame)
    assert week.by_stream[MENTAL_HEALTH].hour_of_day is week.everyone.hour_of_day
    assert week.by_stream[MEDICAL].hour_of_day.n == len(frame) - 30
    assert any(
        note.startswith("mental_health: 30 arrivals, under 50: hours and weekdays pooled") for note in week.notes
    )
    assert any(note.startswith("mental_health: 30 levels, under 50: the acuity mix pooled") for note in week.notes)
    assert not week.has_own_hours(MENTAL_HEALTH)
    assert week.has_own_hours(MEDICAL)
    pooled, own = found.admission[MENTAL_HEALTH], found.admission[MEDICAL]
    assert sum(shares.n for shares in pooled.values()) == len(frame)
    assert sum(shares.n for shares in own.values()) == len(frame) - 30
    assert any(note.startswith("mental_health: too few visits for admission of its own") for note in found.notes)


def test_an_hour_of_the_week_without_visits_in_one_stream_leaves_no_rate_below_0(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    medical = visits_of(MEDICAL, 50.0, BY_DAY, rng)
    late = (medical["arrival"].dt.day_of_week == 6) & (medical["arrival"].dt.hour == 23)
    late_found = made(pd.concat((medical[~late], visits_of(MENTAL_HEALTH, 20.0, BY_DAY, rng))), tmp_path, "late")
    assert set(late_found.found.rates) == {MEDICAL, MENTAL_HEALTH}
    rates = rates_of(late_found.composed(tmp_path), MEDICAL)
    assert rates[167] >= 0.0
    assert rates[:167].min() > 0.2


# --- leaving unseen ---


def leaving(stream: str, n: int, median: float, rng: np.random.Generator) -> pd.DataFrame:
    """Visits that wait for up to three hours, and leave when a lognormal patience is used up."""
    patience, wait = median * np.exp(0.5 * rng.normal(size=n)), rng.uniform(0, 180, n)
    left = patience < wait
    times = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(rng.uniform(0, 60 * 1440, n)), unit="m")
    table = pd.DataFrame({"arrival": times, "stream": stream, "acuity": 3.0})
    table["disposition"] = np.where(left, "lwbs", "discharge")
    table["wait_minutes"] = np.where(left, np.nan, np.floor(wait))
    table["stay_minutes"] = np.where(left, np.maximum(np.floor(patience), 1.0), np.floor(wait) + 60.0)
    return table


def with_times(table: pd.DataFrame, **columns: object) -> pd.DataFrame:
    kept = {name: table[name] for name in ("wait_minutes", "stay_minutes")}
    return as_tidy(table.reset_index(drop=True), **{name: each.to_numpy() for name, each in kept.items()} | columns)


def test_patience_is_each_streams_own_and_few_leavers_are_pooled() -> None:
    rng = np.random.default_rng(7)
    frame = with_times(pd.concat((leaving(MEDICAL, 1500, 120.0, rng), leaving(MENTAL_HEALTH, 1500, 300.0, rng))))
    found = estimate_visits(frame)
    for stream, truth in ((MEDICAL, 120.0), (MENTAL_HEALTH, 300.0)):
        fit = found.patience[stream].fit
        middle = fit.scale[0] * (np.log(2.0) ** (1.0 / fit.shape) if fit.family == "weibull" else 1.0)
        assert middle == pytest.approx(truth, rel=0.25)
    written = department_file("ours", compose(["study=run"]).scenario.department, found).data["streams"]
    assert written[MEDICAL]["patience"]["minutes"] != written[MENTAL_HEALTH]["patience"]["minutes"]
    thin = with_times(pd.concat((leaving(MEDICAL, 1500, 120.0, rng), leaving(MENTAL_HEALTH, 15, 120.0, rng))))
    pooled = estimate_visits(thin)
    assert pooled.patience[MENTAL_HEALTH].fit.n == 1515
    assert any(note.startswith("mental_health: too few visits for patience of its own") for note in pooled.notes)


@pytest.mark.parametrize("unknown", [np.nan, 0.0])
def test_leavers_without_a_time_of_leaving_give_no_patience_but_their_share(unknown: float) -> None:
    """A departure at arrival is no time of leaving."""
    table = leaving(MEDICAL, 1200, 120.0, np.random.default_rng(8))
    left = table["disposition"] == "lwbs"
    table.loc[left, "stay_minutes"] = unknown
    found = estimate_visits(with_times(table))
    assert found.patience == {}
    why = f"{left.sum():,} of {left.sum():,} who left unseen have no time of leaving, more than 10 %: no patience"
    assert any(note.startswith(f"medical: {why}") for note in found.notes)
    share = found.left_unseen[MEDICAL]
    assert share.share[1] == pytest.approx(left.mean())
    assert share.standard_error[1] == pytest.approx(np.sqrt(left.mean() * (1 - left.mean()) / 1200))
    assert any("% left unseen (SE " in note for note in found.notes)


def test_a_few_leavers_without_a_time_are_counted_and_not_taken_for_times_of_0() -> None:
    table = leaving(MEDICAL, 1500, 120.0, np.random.default_rng(9))
    whole = estimate_visits(with_times(table)).patience[MEDICAL]
    some = table.index[table["disposition"] == "lwbs"][:20]
    table.loc[some, "stay_minutes"] = 0.0
    found = estimate_visits(with_times(table))
    assert found.patience[MEDICAL].fit.scale == pytest.approx(whole.fit.scale, rel=0.1)
    assert found.patience[MEDICAL].fit.n == whole.fit.n - 20
    assert any(note.startswith("medical: 20 of ") and "not in patience" in note for note in found.notes)


def test_a_file_without_ends_of_visits_is_not_said_to_have_no_leavers() -> None:
    table = visits_of(MEDICAL, 10.0, BY_DAY, np.random.default_rng(10), days=28)
    why = {
        found.notes[0] for found in (estimate_visits(as_tidy(table)), estimate_visits(as_tidy(table, disposition=None)))
    }
    assert why == {
        "medical: nobody is said to have left without being seen: no patience",
        "medical: the file does not say how visits ended: no patience",
    }


def test_nobody_admitted_is_told_with_an_error_and_an_interval() -> None:
    table = visits_of(MEDICAL, 10.0, BY_DAY, np.random.default_rng(10), admitted=0.0, days=28)
    found = estimate_visits(as_tidy(table))
    for item in department_file("ours", compose(["study=run"]).scenario.department, found).estimated:
        assert item.value == 0.0
        assert 0.005 < item.standard_error < 0.05
        assert "(none of " in item.line()
        assert "95 % interval of Wilson 0.0000 to 0.0" in item.line()


# --- raking ---


def test_raking_scales_every_stream_alike_and_meets_the_blocks(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    both = pd.concat((visits_of(MEDICAL, 50.0, BY_DAY, rng), visits_of(MENTAL_HEALTH, 5.0, BY_NIGHT, rng)))
    demand = made(both, tmp_path, "raked", rake=True).composed(tmp_path)
    total = (rates_of(demand, MEDICAL) + rates_of(demand, MENTAL_HEALTH)).reshape(7, 3, 8).sum(axis=(0, 2))
    assert total / total.sum() == pytest.approx((0.126, 0.438, 0.436), abs=0.004)
    nights = rates_of(demand, MENTAL_HEALTH).reshape(7, 24)[:, :8].sum() / rates_of(demand, MENTAL_HEALTH).sum()
    assert nights > 0.3, "the streams keep their own shapes"


def test_one_stream_cannot_be_raked_to_the_blocks_of_all(tmp_path: Path) -> None:
    path = written(visits_of(MENTAL_HEALTH, 8.0, BY_NIGHT, np.random.default_rng(12)), tmp_path)
    with pytest.raises(VisitsFileError, match=r"study\.rake: the published blocks are of all visits"):
        calibrate(path, MAP, name="no", output=tmp_path / "no", base=compose(["study=run"]).scenario, rake=True)


def test_a_file_without_weekdays_is_written_by_stream_too(tmp_path: Path) -> None:
    rng = np.random.default_rng(13)
    both = pd.concat((visits_of(MEDICAL, 50.0, BY_DAY, rng), visits_of(MENTAL_HEALTH, 10.0, BY_NIGHT, rng)))
    path = tmp_path / "shifted.csv"
    both.assign(arrival=both["arrival"].dt.strftime("%Y-%m-%d %H:%M:%S")).to_csv(path, index=False)
    shifted = MAP.model_copy(update={"calendar": "shifted"})
    report = calibrate(path, shifted, name="day", output=tmp_path, base=compose(["study=run"]).scenario)
    demand = compose(["study=run", "demand=day"], report.folder).scenario.demand
    assert isinstance(demand, Profile)
    assert demand.mental_health_share == pytest.approx(1 / 6, abs=0.02)
    assert sum(demand.mh_hour_shares["default"][:8]) == pytest.approx(0.5, abs=0.06)
    assert demand.medical_shares()[:, :8].sum(axis=1) == pytest.approx(np.full(7, 1 / 9), abs=0.02)
    assert set(yaml.safe_load(report.demand.yaml_text())["acuity_mix"]) == {MEDICAL, MENTAL_HEALTH}


def test_errors_of_weekdays_allow_for_days_that_are_busier_than_others(tmp_path: Path) -> None:
    """With a factor of whole days of CV 0.3 a weekday's mean is less certain than its visits alone would have it."""
    rng = np.random.default_rng(11)
    per_day = rng.poisson(60.0 * rng.gamma(1 / 0.09, 0.09, size=364))
    day = pd.Series(np.repeat(pd.date_range("2023-01-02", periods=364), per_day))
    table = pd.DataFrame({"arrival": day + pd.to_timedelta(rng.integers(0, 1440, len(day)), unit="min")})
    column_map = ColumnMap(arrival={"kind": "timestamp", "column": "arrival"})
    frame = read_visits(written(table, tmp_path), column_map).frame
    week, found = estimate_week(frame), estimate_visits(frame)
    of_visits_alone = week.everyone.weekday.standard_error
    assert np.all(with_weekdays_of(week, found.rates).everyone.weekday.standard_error > 1.5 * of_visits_alone)
