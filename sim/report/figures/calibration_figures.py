"""Figures of a calibration: arrivals by hour of the week, waits and stays, patience and returns, the part held out.

What they show was estimated in `sim.calibration.calibrate`; the words around them are
`sim.report.calibration_report`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.sentences import capital
from sim.calibration.estimators.arrival_rates import ArrivalRates
from sim.calibration.estimators.family_choice import Choice, quantile_pairs
from sim.calibration.estimators.hourly_counts import Counts, count_arrivals, month_of
from sim.calibration.estimators.streams import stream_parts
from sim.calibration.holdout import DailyCounts, HoldOut
from sim.calibration.result import CalibrationReport, DepartmentReport
from sim.report.figures.axes_parts import band, hour_of_week_axis, no_data, positive_top
from sim.report.figures.frame import Frame, Grid, slide_room
from sim.report.figures.theme import BASELINE, FAINT, HUES, QUIET, styled
from sim.statistics.arrays import FloatArray, IntArray
from sim.statistics.survival import SurvivalCurve

OBSERVED, FITTED, SIMULATED = BASELINE, HUES[0], HUES[1]
DURATION_WORDS = {"wait_minutes": "Minutes until the physician", "stay_minutes": "Minutes of stay"}
CAPTIONS = {
    "arrivals": "Arrivals by hour, weekday and month: observed and fitted",
    "durations": "Waits and stays: observed, fitted and simulated",
    "quantiles": "Quantiles of waits and stays beside those of the file",
    "behaviour": "Patience and returns",
    "held_out": "The part held out and what was predicted of it",
}
"""What each figure shows, in a few words."""
FigureMaker = Callable[[DepartmentReport, str], Frame]


def draw_calibration(report: CalibrationReport, folder: Path, formats: tuple[str, ...] = ("png",)) -> list[Path]:
    """Every figure the calibration has the data for; returns the files, named after the calibration."""
    if report.department is None:
        return []
    drawn: list[Path] = []
    source = report.demand.name
    with styled():
        for name, make in figures_known(report.department).items():
            drawn += make(report.department, source).save(folder, f"{source}_{name}", formats)
    return drawn


def figures_known(department: DepartmentReport) -> dict[str, FigureMaker]:
    """The figures there are data for, by name, each with what draws it."""
    found = department.estimates
    has_durations = any(choice is not None for _, choice in duration_choices(department))
    figures: tuple[tuple[str, FigureMaker, bool], ...] = (
        ("arrivals", arrivals_figure, bool(found.rates) and knows_hours(department)),
        ("durations", durations_figure, has_durations),
        ("quantiles", quantiles_figure, has_durations),
        ("behaviour", behaviour_figure, bool(found.patience or found.returns)),
        ("held_out", held_out_figure, department.held_out is not None),
    )
    return {name: make for name, make, is_known in figures if is_known}


def knows_hours(department: DepartmentReport) -> bool:
    """Whether the file tells the hours of arrivals; one that counts by day does not."""
    return bool(department.visits["minute_of_day"].notna().any())


def _footer(source: str, text: str = "") -> str:
    return f"{text} Calibration {source}: estimates of one file, with its limits; see its report.".strip()


# --- arrivals ---


def arrivals_figure(department: DepartmentReport, source: str) -> Frame:
    """Arrivals by hour of the week, weekday and month: observed with errors, as fitted, and what is left between them.

    A column per stream. What is fitted is averaged over the same hours as what was observed.
    """
    rates, visits = department.estimates.rates, department.visits
    parts = stream_parts(visits)
    calendar = department.calendar.over(visits["arrival"].to_numpy(dtype="datetime64[h]"))
    grid = Grid(4 * len(rates), 1.35, len(rates), left=0.7, between=0.5, below=0.45)
    frame = Frame(
        grid.total_height,
        "Arrivals by hour, weekday and month, observed and fitted",
        "Points: means of what the file covers, with 95 % intervals of their own spread. Line: fitted, over the same "
        "hours. Below the hours what is left, in standard errors: about one in twenty lies outside the lines.",
        _footer(source),
    )
    panels = list(frame.panels(grid))
    for place, (stream, found) in enumerate(rates.items()):
        arrival = parts.by_stream.get(stream, visits)["arrival"].dropna().to_numpy(dtype="datetime64[m]")
        hours, residuals, weekdays, months = panels[place :: len(rates)]
        draw_arrivals((hours, residuals, weekdays, months), found, count_arrivals(arrival, calendar=calendar))
        if visits["minute_of_day"].isna().all():
            for axes in (hours, residuals):
                axes.clear()
                no_data(axes, "the file counts days, not hours")
        hours.set_title("All visits" if parts.is_pooled else stream.replace("_", " ").capitalize())
    return frame


@dataclass(frozen=True, slots=True)
class CellMeans:
    """Means of counts in cells, their standard errors, and the means fitted to the same counts; NaN in empty cells.

    `n`: counts in each cell.
    """

    observed: FloatArray
    error: FloatArray
    fitted: FloatArray
    n: FloatArray

    @property
    def left(self) -> FloatArray:
        """Observed less fitted, in standard errors; at least those of Poisson counts, which a few equal counts hide."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((self.observed - self.fitted) / np.fmax(self.error, np.sqrt(self.fitted / self.n)))


def cell_means(cell: IntArray, counts: FloatArray, fitted: FloatArray, n_cells: int) -> CellMeans:
    """By cell of each count; a cell with one count has no error."""
    n = np.bincount(cell, minlength=n_cells).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, mean_fitted = (np.bincount(cell, weights=each, minlength=n_cells) / n for each in (counts, fitted))
        squares = np.bincount(cell, weights=(counts - mean[cell]) ** 2, minlength=n_cells)
        error = np.sqrt(squares / (n - 1.0) / n)
    return CellMeans(mean, np.where(n > 1, error, np.nan), mean_fitted, n)


def draw_arrivals(panels: tuple[Axes, Axes, Axes, Axes], found: ArrivalRates, counts: Counts) -> None:
    """Hours of the week, what is left of them, weekdays and months of one stream."""
    hours, residuals, weekdays, months = panels
    expected, inside = found.expected_hours(counts), np.asarray(counts.inside)
    place = (counts.weekday[:, None] * 24 + np.arange(24))[inside]
    by_hour = cell_means(place, counts.by_hour[inside], expected[inside], 168)
    draw_means(hours, np.arange(168) + 0.5, by_hour)
    hour_of_week_axis(hours)
    hours.set_ylabel("arrivals an hour")
    hours.legend(loc="upper right", ncols=2)
    for end in (-1.96, 0.0, 1.96):
        residuals.axhline(end, color=FAINT, linewidth=0.8)
    residuals.plot(np.arange(168) + 0.5, by_hour.left, ".", color=OBSERVED, markersize=3.2)
    hour_of_week_axis(residuals)
    residuals.set_ylabel("left, SE")
    whole = inside.all(axis=1)
    days, fitted = counts.by_hour[whole].sum(axis=1), expected[whole].sum(axis=1)
    for axes, cell, words in (
        (weekdays, counts.weekday, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]),
        (months, month_of(counts.days), list("JFMAMJJASOND")),
    ):
        draw_means(axes, np.arange(len(words)), cell_means(cell[whole], days, fitted, len(words)))
        axes.set_xticks(range(len(words)), words)
        axes.set_xlim(-0.5, len(words) - 0.5)
        axes.set_ylabel("visits a day")


def draw_means(axes: Axes, x: np.ndarray, means: CellMeans) -> None:
    """Observed means as points with intervals, fitted ones as a line."""
    axes.plot(x, means.fitted, color=FITTED, linewidth=1.3, label="fitted")
    half = 1.96 * np.nan_to_num(means.error)
    axes.errorbar(x, means.observed, half, fmt=".", color=OBSERVED, markersize=3.2, elinewidth=0.6, label="observed")
    tops = (means.observed + half, means.fitted)
    top = max((float(np.nanmax(each)) for each in tops if np.isfinite(each).any()), default=1.0)
    axes.set_ylim(0, positive_top(1.25 * top))


def draw_fit(
    axes: Axes, x: np.ndarray, fitted: FloatArray, observed: FloatArray, interval: tuple[FloatArray, FloatArray],
    word: str = "fitted",
) -> None:  # fmt: skip
    """What is fitted or predicted as a line in its interval, what was observed as points."""
    band(axes, x, *interval, FITTED)
    axes.plot(x, fitted, color=FITTED, linewidth=1.3, label=word)
    axes.plot(x, observed, ".", color=OBSERVED, markersize=3.2, label="observed")


# --- waits and stays ---


def duration_choices(department: DepartmentReport) -> tuple[tuple[str, Choice | None], ...]:
    return ("wait_minutes", department.estimates.waits), ("stay_minutes", department.estimates.stays)


def minutes_at_level(table: pd.DataFrame, name: str, level: int) -> FloatArray:
    """Known minutes at one level, in order."""
    values = table.loc[(table["acuity"] == level) & table[name].notna(), name].to_numpy(np.float64)
    return np.sort(values)


def level_frame(
    department: DepartmentReport, title: str, subtitle: str, footer: str, draw: Callable[[Axes, str, Choice, int], None]
) -> Frame:
    """A row of panels for waits and one for stays as far as they are known, a column per acuity level.

    `draw` is given the axes, the column of the duration, its law, and the number of the level.
    """
    levels = department.estimates.levels
    rows = [(name, choice) for name, choice in duration_choices(department) if choice is not None]
    room = slide_room(title, subtitle, footer) / len(rows)
    grid = Grid(len(rows) * len(levels), min(room - 0.85, 1.6), len(levels), right=0.2, between=0.35, below=0.55)
    frame = Frame(grid.total_height, title, subtitle, footer)
    for number, axes in enumerate(frame.panels(grid)):
        row, group = divmod(number, len(levels))
        draw(axes, *rows[row], group)
        axes.set_title(f"Level {levels[group]}", fontsize=8.5)
    return frame


def durations_figure(department: DepartmentReport, source: str) -> Frame:
    """Shares of visits not longer than so many minutes: observed, fitted, simulated."""
    missed = "What the simulated misses, the file's arrivals do not explain: staffing and service times are not in it."
    frame = level_frame(
        department,
        "Waits and stays by acuity: observed, fitted and simulated",
        "Share of visits that lasted no longer. Fitted: a marginal law. Simulated: the calibrated department, "
        "where waits come from queues.",
        _footer(source, missed),
        lambda axes, name, choice, group: draw_shares(axes, department, name, choice, group),
    )
    frame.figure.axes[0].legend(loc="lower right", fontsize=8)
    return frame


def draw_shares(axes: Axes, department: DepartmentReport, name: str, choice: Choice, group: int) -> None:
    """Of one duration at one level."""
    level = department.estimates.levels[group]
    observed, simulated = (minutes_at_level(table, name, level) for table in (department.visits, department.simulated))
    top = float(np.quantile(observed, 0.98))
    grid = np.linspace(0.0, top, 200)
    zero = float((observed == 0.0).mean()) if choice.n_zero else 0.0
    fitted = zero + (1.0 - zero) * (1.0 - (choice.chosen or choice.nearest).survival(grid, group))
    axes.plot(grid, fitted, color=FITTED, linewidth=1.3, label="fitted")
    for values, colour, word, dash in (
        (observed, OBSERVED, "observed", "-"),
        (simulated, SIMULATED, "simulated", (0, (4, 1.5))),
    ):
        if values.size:
            share = np.searchsorted(values, grid, side="right") / values.size
            axes.plot(grid, share, color=colour, linewidth=1.1, linestyle=dash, label=word)
    axes.set_xlim(0, positive_top(top))
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1], ["", "", ""] if group else ["0", "½", "1"])
    axes.set_xlabel("" if group else DURATION_WORDS[name], loc="left")


def quantiles_figure(department: DepartmentReport, source: str) -> Frame:
    """Fitted against observed quantiles, on the diagonal where the family fits."""
    known = [(name, choice) for name, choice in duration_choices(department) if choice is not None]
    verdicts = "; ".join(f"{name[:4]}s: {choice.verdict().split(' (')[0]}" for name, choice in known)
    return level_frame(
        department,
        capital(verdicts),
        "Each point a quantile of the file beside that of the fitted family; on the line they agree.",
        _footer(source),
        lambda axes, name, choice, group: draw_quantiles(axes, department, name, choice, group),
    )


def draw_quantiles(axes: Axes, department: DepartmentReport, name: str, choice: Choice, group: int) -> None:
    """Of one duration at one level, beside the diagonal."""
    values = minutes_at_level(department.visits, name, department.estimates.levels[group])
    above_zero = values[values > 0.0] if choice.n_zero else values
    fitted, seen = quantile_pairs(choice.chosen or choice.nearest, above_zero, group)
    top = positive_top(float(max(fitted[-1], seen[-1])))
    axes.plot([0, top], [0, top], color=FAINT, linewidth=1.0)
    axes.plot(fitted, seen, ".", color=FITTED, markersize=2.5)
    axes.set_xlabel("" if group else f"{name[:4]}, fitted minutes", loc="left")
    axes.tick_params(labelsize=8)
    axes.locator_params(nbins=4)


# --- patience and returns ---


def behaviour_figure(department: DepartmentReport, source: str) -> Frame:
    """Patience and returns: Kaplan-Meier with its 95 % interval, and the fitted law."""
    found = department.estimates
    panels: list[tuple[str, str, SurvivalCurve, Callable[[FloatArray], FloatArray]]] = []
    for stream, patience in found.patience.items():
        words = f"Still waiting, {stream.replace('_', ' ')}" if stream else "Still waiting"
        panels.append((words, "minutes waited", patience.curve, patience.survival))
    for stream, law in found.returns.items():
        words = f"Not back, {stream.replace('_', ' ')}"
        panels.append((words, "days since departure", law.curve, law.fit.survival))
    n_columns = len(panels) if len(panels) < 4 else 2
    grid = Grid(len(panels), 1.75, n_columns, right=0.35, between=0.55, above=0.35, below=0.5)
    frame = Frame(
        grid.total_height,
        "Patience and returns: observed and fitted",
        "Step: Kaplan-Meier with its 95 % interval; those seen, or followed to the end of the file, are censored.",
        _footer(source),
    )
    for (title, unit, curve, survival), axes in zip(panels, frame.panels(grid), strict=True):
        times = np.linspace(0.0, float(curve.times[-1]), 300)[1:]
        half = 1.96 * np.nan_to_num(curve.standard_error)
        band(axes, curve.times, curve.survival - half, curve.survival + half, OBSERVED, alpha=0.15, step="post")
        axes.step(curve.times, curve.survival, where="post", color=OBSERVED, linewidth=1.1, label="observed")
        axes.plot(times, survival(times), color=FITTED, linewidth=1.3, label="fitted")
        axes.set_title(title)
        axes.set_xlabel(unit)
        axes.set_ylim(0, 1.02)
    frame.figure.axes[0].legend(loc="lower left")
    return frame


# --- the part held out ---


def held_out_figure(department: DepartmentReport, source: str) -> Frame:
    """Hours of the day predicted and observed; and daily counts with their intervals where there are dates."""
    held = department.held_out
    assert held is not None
    words = (
        f"No hour's share is further than {held.largest_hour_gap:.2f} percentage points from what was predicted",
        f"Predicted from {held.fitted}, observed in {held.held_out}.",
        _footer(source, "Intervals are of 95 % and allow for the error of the estimate."),
    )
    n_panels = 1 if held.daily is None else 2
    room = slide_room(*words) / n_panels
    grid = Grid(n_panels, min(room - 0.8, 1.7), left=0.7, below=0.5)
    frame = Frame(grid.total_height, *words)
    hours, *days = frame.panels(grid)
    draw_held_out_hours(hours, held)
    if held.daily is not None:
        draw_held_out_days(days[0], held.daily)
    return frame


def draw_held_out_hours(axes: Axes, held: HoldOut) -> None:
    """Shares of the arrivals by hour of the day."""
    rows = [row for row in held.predictions if row.quantity == "hour_of_day_share"]
    shares = [(row.predicted, row.observed, row.low, row.high) for row in rows]
    predicted, observed, low, high = 100 * np.array(shares).T
    draw_fit(axes, np.arange(24), predicted, observed, (low, high), word="predicted")
    axes.set_xlabel("hour of arrival")
    axes.set_ylabel("% of arrivals")
    axes.set_xlim(0, 23)
    axes.legend(loc="upper left")


def draw_held_out_days(axes: Axes, daily: DailyCounts) -> None:
    """Counts of visits by date."""
    days = np.arange(daily.observed.size)
    band(axes, days, daily.low, daily.high, FITTED, alpha=0.2, step="mid")
    axes.step(days, daily.predicted, where="mid", color=FITTED, linewidth=1.2)
    axes.plot(days, daily.observed, ".", color=OBSERVED)
    axes.set_title(f"Visits a day: {100 * daily.coverage:.0f} % of days inside")
    axes.set_xlabel(f"days from {daily.days[0]}", color=QUIET)
    axes.set_ylabel("visits")
    axes.set_xlim(-0.5, max(daily.observed.size - 0.5, 0.5))
