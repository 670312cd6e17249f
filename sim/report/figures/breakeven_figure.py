"""The break-even curve: net benefit against the assumed effect, the prior drawn under it, and where no effect lies.

What the curve says in words is `sim.report.breakeven_answer`.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from sim.analysis.breakeven import BreakEvenAnswer, StaffingAnswer
from sim.analysis.sentences import capital
from sim.analysis.valuation import Prior, preset_text
from sim.engine.measures.currency import in_currency
from sim.engine.measures.number_text import counted, plain_number
from sim.report.figures.axes_parts import band, light_grid, limit
from sim.report.figures.frame import FORMATS, Frame, Grid, slide_room
from sim.report.figures.theme import ASSUMED, FAINT, INK, QUIET, colours, styled
from sim.report.words.breakeven_finding import curve_of, effect_text, percent_text, verdict_words
from sim.report.words.caveats import RESPECT
from sim.report.words.worth_text import counted_text, not_counted_text, with_presets

PRIOR_HEIGHT, GAP, LEAST_HEIGHT = 0.95, 0.1, 0.9
FILLS = (0.45, 0.15)
"""How dark the prior is filled where the first preset pays, and where the second does."""
MOST_IN_TITLE = 2
"""Presets whose verdict stands in the title."""


def draw_break_even(answer: BreakEvenAnswer, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write the figure in every format and return the files; the same answer gives the same bytes."""
    with styled():
        return break_even_figure(answer).save(folder, "breakeven", formats)


def break_even_figure(answer: BreakEvenAnswer) -> Frame:
    """A curve for each staffing, one below the other."""
    prior, n = answer.plan.prior, len(answer.staffings)
    words = break_even_title(answer), _subtitle(answer), _footer(answer)
    below = 0.42 + (GAP + PRIOR_HEIGHT if prior else 0.0)
    room = slide_room(*words)
    height = max(room / max(n, 1) - 0.28 - below, LEAST_HEIGHT)
    grid = Grid(n, height, left=0.95, above=0.28, below=below)
    frame = Frame(max(grid.total_height, room), *words)
    hues = colours([item.staffing for item in answer.staffings], "")
    for number, (item, axes) in enumerate(zip(answer.staffings, frame.panels(grid), strict=True)):
        frame.head(grid.left, grid.top_of(number) - grid.above, item.label)
        draw_curve(axes, answer, item, hues[item.staffing])
        lowest = axes
        if prior:
            top = grid.top_of(number) + grid.height + GAP
            lowest = frame.panel(grid.left, top, grid.width, PRIOR_HEIGHT, share_x=axes)
            axes.tick_params(labelbottom=False)
            draw_prior(lowest, answer.by_presets(item.staffing), prior, hues[item.staffing])
        lowest.set_xlabel(f"assumed effect: {effect_text(answer)}")
    return frame


def break_even_title(answer: BreakEvenAnswer) -> str:
    """The answer, where there is one staffing; by the first presets, where there are several."""
    if len(answer.staffings) != 1 or answer.staffings[0].found is None:
        return "How large must the effect be to pay?"
    every = answer.by_presets(answer.staffings[0].staffing)[:MOST_IN_TITLE]
    if len(every) > 1:
        return capital(with_presets([(one.preset, verdict_words(one)) for one in every]))
    return {
        "turns": capital(re.sub(r"(below|above)", r"\1 an effect of", verdict_words(every[0]))),
        "never": "No effect in the range pays by what is valued here",
        "always": "Pays at every effect in the range",
    }.get(answer.staffings[0].found.verdict, "Where it pays is not decided yet")


def _subtitle(answer: BreakEvenAnswer) -> str:
    presets = answer.plan.presets
    below = f"; pale: {preset_text(presets[1])}" if len(presets) > 1 else ""
    curve = f" Curve: {preset_text(presets[0])}." if len(presets) > 1 else ""
    return (
        f"Net benefit beside {answer.plan.baseline}, {in_currency('CAD a week')}, on the same patients.{curve} Band: "
        f"{100 * answer.plan.design.confidence:g} % interval at each effect. Shaded upright: effects at which it "
        f"cannot be distinguished from 0. Below: what the prior believes of the effect; filled where it pays{below}."
    )


def _footer(answer: BreakEvenAnswer) -> str:
    period = next(iter(answer.plan.design.scenarios.values())).period
    plan = answer.plan
    return (
        f"Simulated: {counted(answer.n, 'replication')} of {counted(period.weeks, 'week')}. "
        f"{counted_text(plan.worth, plan.presets)} {not_counted_text(plan.worth, plan.presets)} "
        f"The effect is assumed, not found. {RESPECT}"
    )


def draw_curve(axes: Axes, answer: BreakEvenAnswer, item: StaffingAnswer, colour: str) -> None:
    """Net benefit with its band, zero, no effect, and what cannot be distinguished from zero."""
    rows = curve_of(answer, item)
    effects, low, mean, high = (rows[column].to_numpy(float) for column in ("effect", "low", "mean", "high"))
    for begin, end in item.found.spans if item.found else ():
        axes.axvspan(begin, end, color=FAINT, alpha=0.7, linewidth=0, zorder=0)
    band(axes, effects, low, high, colour)
    axes.plot(effects, mean, color=colour, linewidth=1.8, marker="o", markersize=4)
    careful = rows["no_steady_state"].to_numpy(bool)
    axes.plot(effects[careful], mean[careful], "o", color=colour, markerfacecolor="white", markersize=4)
    margin = 0.01 * (effects[-1] - effects[0])
    axes.set_xlim(effects[0] - margin, effects[-1] + margin)
    bottom, top = axes.get_ylim()
    axes.set_ylim(min(bottom, -0.08 * max(top - bottom, 1.0)), max(top, 0.12 * (max(top, 0.0) - min(bottom, 0.0))))
    axes.axhline(0.0, color=INK, linewidth=0.9)
    if mark_no_effect(axes, effects):
        axes.annotate("no effect", (1.0, axes.get_ylim()[1]), (3, 1), textcoords="offset points", size=8, color=QUIET)
    for root in item.found.roots if item.found else ():
        axes.plot([root], [0.0], "D", color=INK, markersize=5, zorder=5)
        axes.annotate(f"{root:.2f}", (root, 0.0), (6, 6), textcoords="offset points", size=9, weight="bold")
    axes.set_ylabel(in_currency("CAD a week"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: plain_number(value, 0)))
    light_grid(axes)


def mark_no_effect(axes: Axes, effects: np.ndarray) -> bool:
    """A line where no effect lies, at 1; returns whether that is in sight."""
    in_sight = bool(effects[0] <= 1.0 <= effects[-1])
    if in_sight:
        limit(axes, 1.0)
    return in_sight


def draw_prior(axes: Axes, every: Sequence[StaffingAnswer], prior: Prior, colour: str) -> None:
    """The density of the prior, filled where the mean net benefit is above 0, with the probability in words.

    Of several presets the second is filled paler, and each has an upright line where it turns and a line of words.
    """
    effects = every[0].curve.effects
    fine = np.linspace(effects[0], effects[-1], 400)
    density = np.array([prior.density(float(at)) for at in fine])
    axes.plot(fine, density, color=ASSUMED, linewidth=1.2)
    for item, alpha in zip(every, FILLS, strict=False):
        for low, high in item.found.pays if item.found else ():
            band(axes, fine, 0.0, density, colour, alpha, where=(fine >= low) & (fine <= high))
    mark_no_effect(axes, effects)
    axes.set_ylim(0.0, (1.25 if len(every) == 1 else 2.5) * float(density.max()))
    axes.set_yticks([])
    axes.set_ylabel("prior")
    if len(every) > 1:
        for root in [root for item in every for root in (item.found.roots if item.found else ())]:
            axes.plot([root, root], [0.0, prior.density(root)], color=INK, linewidth=1.0)
    words = "\n".join(prior_words(item, len(every) > 1) for item in every if item.chance is not None)
    axes.annotate(words, (0.01, 0.95), xycoords="axes fraction", va="top", size=8, weight="bold", linespacing=1.15)


def prior_words(item: StaffingAnswer, one_of_several: bool) -> str:
    """`probability of paying: 44.0 %`, of several presets `with admissions: pays below 0.88, probability 44.0 %`."""
    probability = percent_text(item.chance.probability) if item.chance is not None else "not known"
    if not one_of_several:
        return f"probability of paying: {probability}"
    return f"{preset_text(item.preset)}: {verdict_words(item)}, probability {probability}"
