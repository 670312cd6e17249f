"""Figures of a sensitivity study: ranks with their noise line, the worth of knowing, who is best, the worth of a trial.

Tables are those of `sim.analysis.sensitivity`. A figure is drawn only where there is something to draw.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.analysis.sensitivity import LOW_AND_HIGH, ROW, ROW_GROUP, Sensitivity, pairs_of
from sim.analysis.sentences import capital, inside
from sim.analysis.valuation import preset_text
from sim.engine.measures import number_text
from sim.engine.measures.currency import in_currency
from sim.engine.measures.number_text import counted, plain_number
from sim.register.groups import group_of_row
from sim.report.figures.axes_parts import End, light_grid, name_ends, no_data
from sim.report.figures.frame import Frame, Grid
from sim.report.figures.named_frames import NamedFrames
from sim.report.figures.theme import ASSUMED, FAINT, HUES, INK, QUIET, colours, wrapped
from sim.report.sensitivity_answer import (
    amount_at,
    beyond_noise,
    cut_row,
    leading_worth,
    money,
    pair_text,
    row_text,
    worth_at,
    worth_words,
)
from sim.report.words.assumption_words import LIKE_PUBLISHED
from sim.report.words.caveats import RESPECT
from sim.report.words.measure_words import short_measure

SITE_HUE, TRIAL_HUE, GROUP_HUE = HUES[0], HUES[1], HUES[6]
"""What a site can measure itself, what needs a trial, and groups, which may hold both."""
MOST_BARS, BAR = 8, 0.62
ROW_NAME_WIDTH, TITLE_WIDTH = 29, 46
"""Characters of a line of a row's name beside its bar, and of a panel's title."""


def frames_of(found: Sensitivity) -> NamedFrames:
    """Caption and figure by name; those that have something to show."""
    frames = dict[str, tuple[str, Frame]]()
    if len(found.ranks):
        frames["ranks"] = ("Which rows of the register move the differences", ranks_figure(found))
    if len(found.learning):
        frames["learning"] = ("What knowing a row would be worth", learning_figure(found))
        frames["best"] = ("Which staffing is best, over what outcomes are worth", best_figure(found))
    if len(found.trials) and found.trials["value"].max() > 0.0:
        frames["trials"] = ("What a trial would be worth, by its size", trials_figure(found))
    return frames


def footer_text(found: Sensitivity) -> str:
    """From what the figure is."""
    drawn = found.played.drawn
    return (
        f"{counted(drawn.n_draws, 'draw')} of the assumptions, {LIKE_PUBLISHED}, {counted(drawn.weeks, 'week')} each. "
        f"{RESPECT}"
    )


# --- ranks


def ranks_figure(found: Sensitivity) -> Frame:
    """Bars of the rank coefficients of each pair, the noise line as a band."""
    drawn = found.played.drawn
    pairs = [(drawn.staffings[one], drawn.staffings[other]) for one, other in pairs_of(drawn.staffings)]
    tables = {pair: found.difference_ranks(*pair) for pair in (pairs[-1], pairs[0])}
    tables = {pair: table for pair, table in tables.items() if len(table)}
    unit = number_text.short_unit_of_difference(found.asked.outcome)
    frame = Frame.slide(
        ranks_title(found, tables),
        f"Standardised rank coefficients for the difference in {short_measure(found.asked.outcome)}, by row of the "
        "register. Grey band: what dummies reach; inside it a row is noise. Blue: a site can measure it itself; "
        f"orange: needs a trial. Right: the difference ({unit}) where the row is at its {100 * LOW_AND_HIGH[0]:g} and "
        f"at its {100 * LOW_AND_HIGH[1]:g} % point.",
        footer_text(found),
    )
    n = max(len(tables), 1)
    grid = Grid(n, frame.room - 0.35 - 0.5, n, left=2.15, right=1.2, between=3.05, above=0.35)
    for number, ((pair, table), axes) in enumerate(zip(tables.items(), frame.panels(grid), strict=True)):
        title = wrapped(capital(pair_text(found, *pair)), TITLE_WIDTH)
        frame.write(grid.left_of(number) - 1.95, 0.0, title, weight="bold", size=9.0)
        draw_ranks(found, table, axes)
    return frame


def ranks_title(found: Sensitivity, tables: Mapping[tuple[str, str], pd.DataFrame]) -> str:
    """The first row of the first pair that is beyond noise."""
    for pair, table in tables.items():
        above = beyond_noise(table)
        if len(above):
            return f"{capital(row_text(above['row'].iloc[0]))} decides most {pair_text(found, *pair)}"
    return f"No row is beyond noise in the difference of {short_measure(found.asked.outcome)}"


def draw_ranks(found: Sensitivity, table: pd.DataFrame, axes: Axes) -> Axes:
    """The rows with the largest coefficients of one pair, from the top."""
    shown = table.head(MOST_BARS)
    places = np.arange(len(shown))
    noise = float(table["noise"].iloc[0])
    axes.axvspan(-noise, noise, color=FAINT, linewidth=0, zorder=0)
    hues = [TRIAL_HUE if group_of_row(row).needs_trial else SITE_HUE for row in shown["row"]]
    alphas = [1.0 if abs(each) > noise else 0.35 for each in shown["coefficient"]]
    for place, value, hue, alpha in zip(places, shown["coefficient"], hues, alphas, strict=True):
        axes.barh(place, value, height=BAR, color=hue, alpha=alpha, linewidth=0)
    axes.axvline(0.0, color=INK, linewidth=0.9)
    axes.set_yticks(places, [wrapped(cut_row(row_text(row)), ROW_NAME_WIDTH) for row in shown["row"]])
    axes.tick_params(axis="y", labelsize=8.0, length=0)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    most = max(float(shown["coefficient"].abs().max()), noise) * 1.08
    axes.set_xlim(-most, most)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    name = found.asked.outcome
    for place, each in zip(places, shown.to_dict("records"), strict=True):
        low, high = (number_text.bare(name, each[end], signed=True) for end in ("at_low", "at_high"))
        look: Any = {"va": "center", "size": 8.0, "color": QUIET, "annotation_clip": False}
        at: Any = axes.get_yaxis_transform()
        axes.annotate(f"{low} to {high}", (1.0, place), (4, 0), xycoords=at, textcoords="offset points", **look)
    axes.set_xlabel(f"rank coefficient; R² {float(table['r_squared'].iloc[0]):.2f}")
    light_grid(axes, "x")
    return axes


# --- worth of knowing


def shown_times(found: Sensitivity) -> float:
    """The smallest worth at which knowing something is worth something, by the leading account; else the largest."""
    own = found.learning[found.learning["preset"] == found.preset]
    real = own[own["is_real"]]
    return float((real if len(real) else own)["times"].agg("min" if len(real) else "max"))


def learning_figure(found: Sensitivity) -> Frame:
    """Bars of rows and groups, with what chance gives, the cross-fitted value and the line of everything."""
    times = shown_times(found)
    own = found.learning[(found.learning["preset"] == found.preset) & (found.learning["times"] == times)]
    frame = Frame.slide(
        learning_title(found, own, times),
        f"{in_currency('CAD a year and site')}, outcomes at {worth_at(found, times)} ({preset_text(found.preset)}). "
        "Bar: by regression "
        "less permuted draws, with its 95 % interval; ◆ cross-fitted; dotted: what chance alone gives the largest of "
        "all; dashed: what knowing everything is worth at least. Pale: not beyond chance. Blue: a site can measure it "
        "itself; orange: needs a trial.",
        footer_text(found),
    )
    grid = Grid(2, frame.room - 0.35 - 0.5, 2, left=2.2, right=0.45, between=2.25, above=0.35)
    everything = found.everything
    at_least = everything[(everything["preset"] == found.preset) & (everything["times"] == times)]
    for what, title, axes in zip((ROW, ROW_GROUP), ("Rows", "Groups of rows"), frame.panels(grid), strict=True):
        axes.set_title(title, fontsize=9.5, loc="left")
        draw_learning(own[own["what"] == what], what, float(at_least["value"].iloc[0]), axes)
    return frame


def learning_title(found: Sensitivity, own: pd.DataFrame, times: float) -> str:
    """The row worth most, if any is."""
    real = own[own["is_real"] & (own["what"] == ROW)]
    if real.empty:
        return f"Knowing any one row would be worth nothing beyond chance, up to {worth_at(found, times)}"
    best = real.nlargest(1, "value").iloc[0]
    worth = f"{money(best['value'])} {in_currency('CAD a year and site')}"
    return f"{capital(row_text(best['name']))} is worth most to know: {worth}"


def draw_learning(table: pd.DataFrame, what: str, everything: float, axes: Axes) -> Axes:
    """The rows or groups worth most."""
    shown = table[table["value"] > 0.0].nlargest(MOST_BARS, "value")
    if shown.empty:
        no_data(axes, "nothing is worth anything")
        axes.set_axis_off()
        return axes
    places = np.arange(len(shown))
    for place, each in zip(places, shown.to_dict("records"), strict=True):
        trial = what == ROW and group_of_row(each["name"]).needs_trial
        hue, alpha = TRIAL_HUE if trial else SITE_HUE if what == ROW else GROUP_HUE, 1.0 if each["is_real"] else 0.35
        axes.barh(place, each["value"], height=BAR, color=hue, alpha=alpha, linewidth=0)
        half = 1.96 * each["standard_error"]
        axes.plot([max(each["value"] - half, 0.0), each["value"] + half], [place, place], color=INK, linewidth=1.1)
        axes.plot([max(each["crossed"], 0.0)], [place], "D", color="white", markeredgecolor=INK, markersize=5, zorder=4)
    axes.axvline(float(table["limit"].iloc[0]), color=QUIET, linewidth=1.1, linestyle=(0, (1, 2)))
    if everything > 0.0:
        axes.axvline(everything, color=ASSUMED, linewidth=1.4, linestyle="--")
    names = [name if what == ROW_GROUP else row_text(name) for name in shown["name"]]
    axes.set_yticks(places, [wrapped(name if what == ROW_GROUP else cut_row(name), ROW_NAME_WIDTH) for name in names])
    axes.tick_params(axis="y", labelsize=8.0, length=0)
    axes.set_ylim(max(len(shown), 4) - 0.4, -0.6)
    axes.set_xlim(left=0.0)
    axes.xaxis.set_major_formatter(lambda value, _: plain_number(value, 0))
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlabel(in_currency("CAD a year and site"))
    light_grid(axes, "x")
    return axes


# --- who is best


def best_figure(found: Sensitivity) -> Frame:
    """Probability of the largest net benefit against what outcomes are worth; the choice by the mean marked."""
    own = found.benefit[found.benefit["preset"] == found.preset]
    frame = Frame.slide(
        best_title(found, own),
        f"Share of the draws in which a staffing has the largest net benefit ({preset_text(found.preset)}), against "
        "what outcomes are worth. Large ring: the choice by the mean, which is not always the one that is best most "
        f"often. {never_best(found, own)}",
        footer_text(found),
    )
    grid = Grid(1, frame.room - 0.15 - 0.55, left=0.75, right=1.75, above=0.15, below=0.55)
    (axes,) = frame.panels(grid)
    draw_best(found, own, axes)
    return frame


def best_title(found: Sensitivity, own: pd.DataFrame) -> str:
    """Whether the choice changes over the range."""
    labels, choices = found.played.labels, chosen_by_mean(own)
    names = [str(name) for name in choices["staffing"]]
    if len(set(names)) == 1:
        return f"{labels[names[0]]} is best on average, whatever outcomes are worth in this range"
    turn = float(choices["times"].to_numpy(float)[[name != names[0] for name in names].index(True)])
    first, last = (inside(labels[names[place]]) for place in (0, -1))
    return f"Best on average: {first}, from {worth_at(found, turn)} on {last}"


def chosen_by_mean(own: pd.DataFrame) -> pd.DataFrame:
    """The row of the largest mean at each worth, in their order."""
    return own.sort_values("mean", ascending=False, kind="stable").drop_duplicates("times").sort_values("times")


def never_best(found: Sensitivity, own: pd.DataFrame) -> str:
    """Staffings that are never best, in words."""
    most = own.groupby("staffing", sort=False)["probability"].max()
    never = [found.played.labels[str(name)] for name in most.index[most < 0.005]]
    return f"Never best: {number_text.joined(never)}." if never else ""


def draw_best(found: Sensitivity, own: pd.DataFrame, axes: Axes) -> Axes:
    """A line a staffing."""
    hues = colours(found.played.drawn.staffings, found.played.drawn.staffings[0])
    times = sorted(own["times"].unique())
    ends: list[End] = []
    for name, line in own.groupby("staffing", sort=False):
        shares = 100 * line["probability"].to_numpy(float)
        if shares.max() < 0.5:
            continue
        axes.plot(range(len(times)), shares, color=hues[str(name)], linewidth=2.0, marker="o", markersize=4)
        ends.append((float(shares[-1]), wrapped(found.played.labels[str(name)], 20), hues[str(name)]))
    for place, best in enumerate(chosen_by_mean(own).to_dict("records")):
        axes.plot(
            [place], [100 * best["probability"]], "o", markersize=13, markerfacecolor="none",
            markeredgecolor=hues[str(best["staffing"])], markeredgewidth=1.6, clip_on=False,
        )  # fmt: skip
    axes.set_ylim(-3, 104)
    axes.set_xlim(-0.25, len(times) - 0.75)
    axes.set_xticks(range(len(times)), [amount_at(found, each) for each in times])
    item = leading_worth(found)
    axes.set_xlabel("what outcomes are worth" if item is None else worth_words(item))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    axes.set_ylabel("of draws best")
    light_grid(axes)
    name_ends(axes, ends, 0.09)
    return axes


# --- trials


def trials_figure(found: Sensitivity) -> Frame:
    """Worth of a trial of the effect on returns against its size, a line a worth of outcomes."""
    own = found.trials[found.trials["preset"] == found.preset]
    own = own[own["times"].isin(own.loc[own["value"] > 0.0, "times"])]
    if own.empty:
        first = found.trials.loc[found.trials["value"] > 0.0, "preset"].iloc[0]
        own = found.trials[found.trials["preset"] == first]
    errors = "" if found.asked.errors is None else found.asked.errors.source
    frame = Frame.slide(
        trials_title(found, own),
        f"{in_currency('CAD a year and site')}, by patients of both arms. Line: moment matching, with a band "
        f"of 1.96 standard errors; ×: by regression. Account: {preset_text(str(own['preset'].iloc[0]))}.",
        f"{errors} {footer_text(found)}",
    )
    grid = Grid(1, frame.room - 0.15 - 0.5, left=0.95, right=2.1, above=0.15, below=0.5)
    (axes,) = frame.panels(grid)
    draw_trials(found, own, axes)
    return frame


def trials_title(found: Sensitivity, own: pd.DataFrame) -> str:
    """The size at which half of what the largest trial is worth is reached."""
    last = own[own["times"] == own["times"].max()].sort_values("n_patients")
    most = float(last["value"].max())
    half = last[last["value"] >= most / 2.0]
    if most <= 0.0 or half.empty:
        return "No trial of the sizes asked for would be worth anything"
    n_patients, value = int(half["n_patients"].iloc[0]), float(half["value"].iloc[0])
    return (
        f"A trial of {n_patients:,} patients would be worth {money(value)} {in_currency('CAD a year and site')}, at "
        f"{worth_at(found, float(last['times'].iloc[0]))}"
    )


def draw_trials(found: Sensitivity, own: pd.DataFrame, axes: Axes) -> Axes:
    """A line for each worth of outcomes."""
    ends: list[End] = []
    for number, (times, line) in enumerate(own.groupby("times")):
        hue, ordered = HUES[number % len(HUES)], line.sort_values("n_patients")
        sizes, values = ordered["n_patients"].to_numpy(float), ordered["value"].to_numpy(float)
        half = 1.96 * ordered["standard_error"].to_numpy(float)
        axes.fill_between(sizes, np.maximum(values - half, 0.0), values + half, color=hue, alpha=0.18, linewidth=0)
        axes.plot(sizes, values, color=hue, linewidth=2.0, marker="o", markersize=4)
        axes.plot(sizes, ordered["by_regression"], "x", color=hue, markersize=7)
        ends.append((float(values[-1]), wrapped(worth_at(found, float(str(times))), 24), hue))
    if not ends:
        no_data(axes, "nothing is worth anything")
        return axes
    axes.set_xscale("log")
    axes.set_xticks(sorted(own["n_patients"].unique()))
    axes.set_xticks([], minor=True)
    axes.xaxis.set_major_formatter(lambda value, _: plain_number(value, 0))
    axes.set_ylim(bottom=0.0)
    axes.yaxis.set_major_formatter(lambda value, _: plain_number(value, 0))
    axes.set_xlabel("patients in both arms")
    axes.set_ylabel(in_currency("CAD a year and site"))
    light_grid(axes, "both")
    name_ends(axes, ends, 0.1)
    return axes
