"""A study of trials drawn: power by months of recruiting, and months by effect and number of sites."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from sim.analysis.sentences import capital
from sim.analysis.trials import WEEKS_PER_MONTH, TrialAnswer, formula_columns, periods_of, rows_with
from sim.engine.measures.number_text import counted, plain_number
from sim.report.figures.axes_parts import band, light_grid, limit, name_ends, no_data, per_cent
from sim.report.figures.frame import Frame, Grid
from sim.report.figures.named_frames import NamedFrames
from sim.report.figures.theme import HUES, QUIET
from sim.report.words.breakeven_finding import EFFECTS
from sim.report.words.measure_words import short_measure, whole_percent
from sim.report.words.trial_finding import TRIAL_DESIGNS, months_text, nearest_to_none

FINE = 120
"""Points of a curve."""
LONGEST_MONTHS = 360.0
"""The curve ends where the largest trial played does, or where all effects are found, but no later than this."""


def figures_of_trials(answer: TrialAnswer) -> NamedFrames:
    """Both figures; none of fewer than two runs."""
    if answer.n < 2:
        return {}
    power = "Power by months of recruiting: trials that were played, and the formula"
    size = "Months of recruiting for the power asked for, by effect and number of sites"
    return {"trial_power": (power, power_figure(answer)), "trial_size": (size, size_figure(answer))}


def panels_by_design(answer: TrialAnswer, words: tuple[str, str, str]) -> tuple[Frame, list[Axes]]:
    """A slide with a panel for each design, and its name above."""
    plan = answer.plan
    frame = Frame.slide(*words)
    grid = Grid(len(plan.designs), frame.room - 0.3 - 0.48, len(plan.designs), left=0.75, right=0.68, between=1.0)
    for number, design in enumerate(plan.designs):
        frame.write(
            grid.left_of(number), grid.top_of(number) - 0.24, capital(TRIAL_DESIGNS[design]), size=9.5, weight="bold"
        )
    return frame, frame.panels(grid)


def power_figure(answer: TrialAnswer) -> Frame:
    """Power by months of recruiting at one site, a line for each effect: formula with limits, trials as points."""
    plan, outcome = answer.plan, answer.plan.outcomes[0]
    subtitle = (
        f"{capital(short_measure(outcome))}. Lines: formula, with the limits of the difference simulated. Points: "
        f"share of trials played that found a difference, with {whole_percent(plan.confidence)} limits; those of "
        "several sites stand at the months of all together."
    )
    frame, panels = panels_by_design(answer, (power_title(answer), subtitle, trial_footer(answer)))
    for design, axes in zip(plan.designs, panels, strict=True):
        draw_power(axes, answer, rows_with(answer.power, design=design, outcome=outcome), design)
    panels[0].set_ylabel("trials that find a difference")
    return frame


def power_title(answer: TrialAnswer) -> str:
    """How long the first design takes at the weakest effect that it can find."""
    plan = answer.plan
    rows = rows_with(answer.sizes, design=plan.designs[0], outcome=plan.outcomes[0])
    rows = rows[rows["beyond_chance"]]
    if not len(rows):
        return "No difference beyond chance that a trial could be planned on"
    row = nearest_to_none(rows)
    months = row[f"months_{plan.sites[0]}"]
    return (
        f"{capital(EFFECTS.get(plan.effect, plan.effect))}: {row['effect']:g} takes {months_text(months)} of "
        f"{counted(plan.sites[0], 'site')} for power {whole_percent(plan.power)}"
    )


def trial_footer(answer: TrialAnswer) -> str:
    """What was simulated, and what is assumed."""
    plan = answer.plan
    return (
        f"Simulated: {counted(answer.n, 'site')} of {counted(plan.weeks, 'week')} with peers for half the patients, "
        f"for all and for nobody, at each effect. The effect ({EFFECTS.get(plan.effect, plan.effect)}) is assumed, not "
        "found; sites are alike. Between two real periods other things change too."
    )


def site_months(rows: pd.DataFrame) -> Any:
    """Months of recruiting of all sites together."""
    return (rows["sites"] * rows["months"]).to_numpy(float)


def draw_power(axes: Axes, answer: TrialAnswer, rows: pd.DataFrame, design: str) -> None:
    """The curves of one design and outcome."""
    plan = answer.plan
    ends = []
    first, last = float(site_months(rows).min()), min(longest_months(answer, rows), LONGEST_MONTHS)
    months = np.geomspace(first, max(last, first * 2.0), FINE)
    year = plan.weeks * periods_of(design) / WEEKS_PER_MONTH  # type: ignore[arg-type]
    for number, effect in enumerate(plan.effects):
        colour, of_effect = HUES[number % len(HUES)], rows_with(rows, effect=effect)
        whole = rows_with(of_effect, sites=1, weeks=float(plan.weeks)).iloc[0]
        sure = [
            formula_columns(
                whole["difference"], whole["difference_low"], whole["difference_high"],
                whole["estimate_se"] * np.sqrt(year / at), whole["freedom"] * at / year, plan.confidence,
            )
            for at in months
        ]  # fmt: skip
        low, middle, high = (
            [100.0 * each[name] for each in sure] for name in ("formula_low", "formula", "formula_high")
        )
        band(axes, months, low, high, colour)
        axes.plot(months, middle, color=colour, linewidth=1.6)
        draw_played(axes, of_effect, colour, number - (len(plan.effects) - 1) / 2.0)
        ends.append((middle[-1], f"{effect:g}", colour))
    limit(axes, 100.0 * plan.power, "y")
    limit(axes, 100.0 * (1.0 - plan.confidence), "y")
    axes.set_xscale("log")
    axes.set_ylim(0.0, 100.0)
    name_ends(axes, ends, 0.05, highest=1.0)
    month_axis(axes, months[0], months[-1])
    per_cent(axes)
    light_grid(axes)
    axes.set_xlabel("months of recruiting, all sites together")


def longest_months(answer: TrialAnswer, rows: pd.DataFrame) -> float:
    """Twice what the weakest effect beyond chance takes, at least the largest trial played."""
    design, outcome = rows["design"].iloc[0], rows["outcome"].iloc[0]
    sizes = rows_with(answer.sizes, design=design, outcome=outcome)
    year = answer.plan.weeks * periods_of(design) / WEEKS_PER_MONTH
    needed = (sizes["n_visits"] / rows_with(rows, sites=1, weeks=float(answer.plan.weeks))["n_visits"].mean()) * year
    finite = needed[np.isfinite(needed)]
    return max(float(site_months(rows).max()), 2.0 * float(finite.max()) if len(finite) else 0.0)


def draw_played(axes: Axes, rows: pd.DataFrame, colour: str, shift: float) -> None:
    """Trials that were played, beside each other where there are several effects."""
    at = site_months(rows) * 1.06**shift
    share, low, high = (100.0 * rows[name].to_numpy(float) for name in ("share", "low", "high"))
    axes.errorbar(
        at, share, [share - low, high - share], fmt="o", color=colour, markersize=4, linewidth=1.0, zorder=4
    )  # fmt: skip


MONTH_TICKS = (1, 3, 6, 12, 24, 60, 120, 240, 480)


def month_axis(axes: Axes, low: float, high: float) -> None:
    """Ticks at whole months and years."""
    axes.set_xlim(low / 1.15, high * 1.02)
    ticks = [tick for tick in MONTH_TICKS if low / 1.15 <= tick <= high * 1.02]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", which="minor", length=0)


def size_figure(answer: TrialAnswer) -> Frame:
    """Months of recruiting for the power asked for, by effect, a line for each number of sites."""
    plan, outcome = answer.plan, answer.plan.outcomes[0]
    subtitle = (
        f"By {short_measure(outcome)}. Lines upright: limits, from those of the difference simulated. Effects of which "
        "no difference is beyond chance have no point."
    )
    title = f"Months of recruiting for power {whole_percent(plan.power)}, by effect and number of sites"
    frame, panels = panels_by_design(answer, (title, subtitle, trial_footer(answer)))
    for design, axes in zip(plan.designs, panels, strict=True):
        draw_sizes(axes, answer, rows_with(answer.sizes, design=design, outcome=outcome))
    panels[0].set_ylabel("months (a scale of factors)")
    return frame


def draw_sizes(axes: Axes, answer: TrialAnswer, rows: pd.DataFrame) -> None:
    """The months of one design."""
    known = rows[rows["beyond_chance"]].sort_values("effect")
    if not len(known):
        no_data(axes, "no difference beyond chance")
        return
    effects, ends = known["effect"].to_numpy(float), []
    factors = [known[f"n_visits{end}"].to_numpy(float) / known["n_visits"].to_numpy(float) for end in ("_low", "_high")]
    for number, sites in enumerate(answer.plan.sites):
        months, colour = known[f"months_{sites}"].to_numpy(float), HUES[number % len(HUES)]
        reach = [months * (1.0 - factors[0]), months * (factors[1] - 1.0)]
        axes.errorbar(effects, months, reach, fmt="o-", color=colour, markersize=4, linewidth=1.3)
        for effect, value in zip(effects, months, strict=True):
            axes.annotate(
                plain_number(value, 0 if value >= 10 else 1),
                (effect, value),
                (6, 4),
                textcoords="offset points",
                size=8,
            )
        ends.append((months[-1], counted(sites, "site"), colour))
    axes.set_yscale("log")
    for value, name, colour in ends:
        axes.annotate(name, (1.0, value), (5, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
                      va="center", size=8, color=colour, annotation_clip=False)  # fmt: skip
    axes.yaxis.set_major_formatter(lambda value, _: plain_number(value, 0 if value >= 1 else 1))
    axes.set_xticks(effects, [f"{effect:g}" for effect in effects])
    margin = 0.25 * (np.ptp(effects) or 0.1)
    axes.set_xlim(effects[0] - margin, effects[-1] + margin)
    axes.set_xlabel("assumed effect")
    axes.xaxis.label.set_color(QUIET)
    light_grid(axes)
