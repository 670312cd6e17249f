"""Figures of a calibration: arrivals by hour of the week, waits and stays, patience and returns, the part held out.

What they show was estimated in `sim.calibration.calibrate`; the words around them are
`sim.report.calibration_report`.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.calibration.estimators.arrival_rates import ArrivalRates
from sim.calibration.estimators.distribution_choice import Choice, quantile_pairs
from sim.calibration.holdout import DailyCounts, HoldOut
from sim.calibration.report import CalibrationReport, Deeper
from sim.report.figures.theme import BASELINE, FAINT, HUES, QUIET, WIDTH, FigureSheet, positive_top, styled
from sim.statistics.arrays import FloatArray
from sim.statistics.survival import SurvivalCurve

OBSERVED, FITTED, SIMULATED = BASELINE, HUES[0], HUES[1]
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WORDS = {"wait_minutes": "Minutes until the physician", "stay_minutes": "Minutes of stay"}


def draw_calibration(report: CalibrationReport, folder: Path, formats: tuple[str, ...] = ("png",)) -> list[Path]:
    """Every figure the calibration has the data for; returns the files, named after the calibration."""
    if report.deeper is None:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    source = report.demand.name
    drawn: list[Path] = []
    with styled():
        for name, make in sheets(report.deeper, source):
            drawn += make().save(folder, f"{source}_{name}", formats)
    return drawn


def sheets(deeper: Deeper, source: str) -> list[tuple[str, Callable[[], FigureSheet]]]:
    """Which figures there are data for, each with what draws it."""
    found, held = deeper.estimates, deeper.held_out
    known: list[tuple[str, Callable[[], FigureSheet]]] = []
    if found.rates:
        known.append(("arrivals", lambda: _hour_of_week(found.rates, deeper.visits, source)))
    if found.waits is not None or found.stays is not None:
        known.append(("durations", lambda: durations_sheet(deeper, source)))
        known.append(("quantiles", lambda: quantile_sheet(deeper, source)))
    if found.patience is not None or found.returns:
        known.append(("behaviour", lambda: behaviour(deeper, source)))
    if held is not None:
        known.append(("held_out", lambda: held_out_sheet(held, source)))
    return known


def _footer(source: str, text: str = "") -> str:
    return f"{text} Calibration {source}: estimates of one file, with its limits; see its report.".strip()


# --- arrivals ---


def _hour_of_week(rates: dict[str, ArrivalRates], visits: pd.DataFrame, source: str) -> FigureSheet:
    """Arrivals per hour of the week, counted and fitted, a panel per stream."""
    height = 1.75
    sheet = FigureSheet(
        len(rates) * (height + 0.75),
        "Arrivals by the hour of the week, observed and fitted",
        "Points: mean of the hours the file covers. Line: fitted rate of an average month with its 95 % interval.",
        _footer(source, "Intervals allow for whole days that are busier or quieter."),
    )
    for number, (stream, found) in enumerate(rates.items()):
        axes = sheet.panel(0.7, 0.3 + number * (height + 0.75), WIDTH - 0.95, height)
        part = visits if len(rates) == 1 else visits[visits["stream"] == stream]
        draw_week(axes, found, observed_rates(part["arrival"]))
        axes.set_title("All visits" if len(rates) == 1 else stream.replace("_", " ").capitalize())
    return sheet


def observed_rates(arrival: pd.Series) -> FloatArray:
    """Mean count of each hour of the week, by how often the file covers it."""
    hours = arrival.dropna().dt.floor("h")
    covered = pd.date_range(hours.min(), hours.max(), freq="h")
    place, all_places = hours.dt.day_of_week * 24 + hours.dt.hour, covered.day_of_week * 24 + covered.hour
    counts = np.bincount(place, minlength=168) / np.maximum(np.bincount(all_places, minlength=168), 1)
    return np.asarray(counts, dtype=np.float64)


def draw_week(axes: Axes, found: ArrivalRates, observed: FloatArray) -> None:
    hours = np.arange(168) + 0.5
    low, high = found.per_hour.interval()
    axes.fill_between(hours, low, high, color=FITTED, alpha=0.25, linewidth=0)
    axes.plot(hours, found.per_hour.value, color=FITTED, linewidth=1.3, label="fitted")
    axes.plot(hours, observed, ".", color=OBSERVED, markersize=3.2, label="observed")
    axes.set_xlim(0, 168)
    axes.set_xticks(np.arange(7) * 24 + 12, _DAYS)
    axes.tick_params(axis="x", length=0)
    for day in range(1, 7):
        axes.axvline(24 * day, color=FAINT, linewidth=0.7)
    top = float(np.nanmax((high, observed)))  # an hour nobody came in has no interval
    axes.set_ylim(0, positive_top(1.08 * top))
    axes.set_ylabel("arrivals an hour")
    axes.legend(loc="upper right", ncols=2)


# --- waits and stays ---


def durations_sheet(deeper: Deeper, source: str) -> FigureSheet:
    """Shares of visits not longer than so many minutes: observed, fitted, simulated; a column per acuity level."""
    levels, height = deeper.estimates.levels, 1.7
    rows = [(name, each) for name, each in choices(deeper) if each is not None]
    sheet = FigureSheet(
        len(rows) * (height + 0.85),
        "Waits and stays by acuity: observed, fitted and simulated",
        "Share of visits that lasted no longer. Fitted: a marginal law. Simulated: the calibrated department, "
        "where waits come from queues.",
        _footer(
            source,
            "What the simulated misses, the file's arrivals do not explain: staffing and service times are not in it.",
        ),
    )
    width = (WIDTH - 0.5) / len(levels)
    for row, (name, choice) in enumerate(rows):
        for group, level in enumerate(levels):
            axes = sheet.panel(0.55 + group * width, 0.32 + row * (height + 0.85), width - 0.22, height)
            draw_shares(axes, deeper, name, choice, group, level)
            axes.set_title(f"Level {level}", fontsize=8.5)
            axes.set_xlabel(WORDS[name] if group == 0 else "", loc="left")
            if group:
                axes.set_yticklabels([])
            elif row == 0:
                axes.legend(loc="lower right", fontsize=7)
    return sheet


def choices(deeper: Deeper) -> tuple[tuple[str, Choice | None], ...]:
    return ("wait_minutes", deeper.estimates.waits), ("stay_minutes", deeper.estimates.stays)


def values_of(table: pd.DataFrame, name: str, level: int) -> FloatArray:
    """Known minutes at one level, in order."""
    values = table.loc[(table["acuity"] == level) & table[name].notna(), name].to_numpy(np.float64)
    return np.sort(values)


def draw_shares(axes: Axes, deeper: Deeper, name: str, choice: Choice, group: int, level: int) -> None:
    observed, simulated = values_of(deeper.visits, name, level), values_of(deeper.simulated, name, level)
    top = float(np.quantile(observed, 0.98))
    grid = np.linspace(0.0, top, 200)
    zero = float((observed == 0.0).mean()) if choice.n_zero else 0.0
    fit = choice.chosen or choice.nearest
    axes.plot(
        grid, zero + (1.0 - zero) * (1.0 - fit.survival(grid, group)), color=FITTED, linewidth=1.3, label="fitted"
    )
    for values, colour, label, dash in (
        (observed, OBSERVED, "observed", "-"),
        (simulated, SIMULATED, "simulated", (0, (4, 1.5))),
    ):
        if values.size:
            share = np.searchsorted(values, grid, side="right") / values.size
            axes.plot(grid, share, color=colour, linewidth=1.1, linestyle=dash, label=label)
    axes.set_xlim(0, positive_top(top))
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1], ["0", "½", "1"])


def quantile_sheet(deeper: Deeper, source: str) -> FigureSheet:
    """Fitted against observed quantiles, on the diagonal where the family fits."""
    levels, height = deeper.estimates.levels, 1.5
    rows = [(name, each) for name, each in choices(deeper) if each is not None]
    sheet = FigureSheet(
        len(rows) * (height + 0.85),
        "Do the fitted families fit? Quantile against quantile",
        "Each point a quantile of the file beside that of the fitted family; on the line they agree. "
        + "; ".join(f"{name[:4]}s: {choice.verdict().split(' (')[0]}" for name, choice in rows),
        _footer(source),
    )
    width = (WIDTH - 0.5) / len(levels)
    for row, (name, choice) in enumerate(rows):
        for group, level in enumerate(levels):
            axes = sheet.panel(0.6 + group * width, 0.32 + row * (height + 0.85), width - 0.45, height)
            values = values_of(deeper.visits, name, level)
            kept = values[values > 0.0] if choice.n_zero else values
            fitted, seen = quantile_pairs(choice.chosen or choice.nearest, kept, group)
            top = positive_top(float(max(fitted[-1], seen[-1])))
            axes.plot([0, top], [0, top], color=FAINT, linewidth=1.0)
            axes.plot(fitted, seen, ".", color=FITTED, markersize=2.5)
            axes.set_title(f"Level {level}", fontsize=8.5)
            axes.set_xlabel(f"{name[:4]}, fitted minutes" if group == 0 else "", loc="left")
            axes.tick_params(labelsize=6.5)
    return sheet


# --- patience and returns ---


def behaviour(deeper: Deeper, source: str) -> FigureSheet:
    """Patience and returns: Kaplan-Meier with its 95 % interval, and the fitted law."""
    found = deeper.estimates
    panels: list[tuple[str, str, SurvivalCurve, Callable[[FloatArray], FloatArray]]] = []
    if found.patience is not None:
        panels.append(("Still waiting", "minutes waited", found.patience.curve, found.patience.survival))
    for stream, law in found.returns.items():
        words = f"Not back, {stream.replace('_', ' ')}"
        panels.append((words, "days since departure", law.curve, law.fit.survival))
    sheet = FigureSheet(
        2.6,
        "Patience and returns: observed and fitted",
        "Step: Kaplan-Meier with its 95 % interval; those seen, or followed to the end of the file, are censored.",
        _footer(source),
    )
    width = (WIDTH - 0.4) / len(panels)
    for number, (title, unit, curve, survival) in enumerate(panels):
        axes = sheet.panel(0.6 + number * width, 0.35, width - 0.55, 1.75)
        grid = np.linspace(0.0, float(curve.times[-1]), 300)[1:]
        half = 1.96 * np.nan_to_num(curve.standard_error)
        axes.fill_between(
            curve.times,
            curve.survival - half,
            curve.survival + half,
            step="post",
            color=OBSERVED,
            alpha=0.15,
            linewidth=0,
        )
        axes.step(curve.times, curve.survival, where="post", color=OBSERVED, linewidth=1.1, label="observed")
        axes.plot(grid, survival(grid), color=FITTED, linewidth=1.3, label="fitted")
        axes.set_title(title)
        axes.set_xlabel(unit)
        axes.set_ylim(0, 1.02)
        if number == 0:
            axes.legend(loc="lower left")
    return sheet


# --- the part held out ---


def held_out_sheet(held: HoldOut, source: str) -> FigureSheet:
    """Hours of the day predicted and observed; and daily counts with their intervals where there are dates."""
    sheet = FigureSheet(
        5.0 if held.daily is not None else 2.5,
        f"Predicted from {held.fitted}, observed in {held.held_out}",
        f"Largest gap of an hour's share: {held.largest_hour_gap:.2f} percentage points.",
        _footer(source, "Intervals are of 95 % and allow for the error of the estimate."),
    )
    rows = [row for row in held.predictions if row.quantity == "hour_of_day_share"]
    axes = sheet.panel(0.7, 0.3, WIDTH - 0.95, 1.75)
    hours = np.arange(24)
    axes.fill_between(
        hours, [100 * row.low for row in rows], [100 * row.high for row in rows], color=FITTED, alpha=0.25, linewidth=0
    )
    axes.plot(hours, [100 * row.predicted for row in rows], color=FITTED, linewidth=1.3, label="predicted")
    axes.plot(hours, [100 * row.observed for row in rows], ".", color=OBSERVED, label="observed")
    axes.set_xlabel("hour of arrival")
    axes.set_ylabel("% of arrivals")
    axes.set_xlim(0, 23)
    axes.legend(loc="upper left")
    if held.daily is not None:
        draw_daily(sheet.panel(0.7, 2.85, WIDTH - 0.95, 1.6), held.daily)
    return sheet


def draw_daily(axes: Axes, daily: DailyCounts) -> None:
    days = np.arange(daily.observed.size)
    axes.fill_between(days, daily.low, daily.high, color=FITTED, alpha=0.2, linewidth=0, step="mid")
    axes.step(days, daily.predicted, where="mid", color=FITTED, linewidth=1.2)
    axes.plot(days, daily.observed, ".", color=OBSERVED)
    axes.set_title(f"Visits a day: {100 * daily.coverage:.0f} % of days inside")
    axes.set_xlabel(f"days from {daily.days[0]}", color=QUIET)
    axes.set_ylabel("visits")
    axes.set_xlim(-0.5, max(daily.observed.size - 0.5, 0.5))
