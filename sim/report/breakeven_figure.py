"""The break-even curve: net benefit against the assumed effect, the prior drawn under it, and where no effect lies.

What the curve says in words is `sim.report.breakeven_answer`.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from sim.report.breakeven_finding import effect_text, percent_text
from sim.report.honesty import RESPECT
from sim.report.theme import ASSUMED, FAINT, INK, QUIET, WIDTH, Sheet, colours, styled
from sim.study.breakeven import BreakEvenAnswer, Span, StaffingAnswer
from sim.study.number_text import counted, plain_number
from sim.study.worth import Prior

CURVE, PRIOR, GAP = 2.6, 0.95, 0.12
HEAD, BELOW = 0.28, 0.62
MARGIN = 0.01
FORMATS = ("png", "svg")


def draw_break_even(answer: BreakEvenAnswer, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write the figure in every format and return the files; the same answer gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    with styled():
        return break_even_sheet(answer).save(folder, "breakeven", formats)


def break_even_sheet(answer: BreakEvenAnswer) -> Sheet:
    """A curve for each staffing, one below the other."""
    prior = answer.plan.prior
    each = HEAD + CURVE + (GAP + PRIOR if prior else 0.0) + BELOW
    sheet = Sheet(each * len(answer.staffings), title(answer), subtitle(answer), footer(answer))
    paint = colours([item.staffing for item in answer.staffings], "")
    for number, item in enumerate(answer.staffings):
        top = number * each + HEAD
        sheet.write(0.95, top - HEAD, item.label, size=9.5, weight="bold")
        axes = sheet.panel(0.95, top, WIDTH - 1.2, CURVE)
        draw_curve(axes, answer, item, paint[item.staffing])
        lowest = axes
        if prior:
            lowest = sheet.panel(0.95, top + CURVE + GAP, WIDTH - 1.2, PRIOR, share_x=axes)
            axes.tick_params(labelbottom=False)
            draw_prior(lowest, item, prior, paint[item.staffing])
        lowest.set_xlabel(f"assumed effect: {effect_text(answer)}")
    return sheet


def title(answer: BreakEvenAnswer) -> str:
    """The answer, where there is one staffing."""
    if len(answer.staffings) != 1 or answer.staffings[0].found is None:
        return "How large must the effect be to pay?"
    item = answer.staffings[0]
    found = item.found
    assert found is not None
    if found.verdict == "turns":
        pays_below = found.pays[0][0] == answer.plan.effects[0]
        return f"Pays {'below' if pays_below else 'above'} an effect of {found.roots[0]:.2f}"
    return {
        "never": "No effect in the range pays by what is valued here",
        "always": "Pays at every effect in the range",
    }.get(found.verdict, "Where it pays is not decided yet")


def subtitle(answer: BreakEvenAnswer) -> str:
    return (
        f"Net benefit beside {answer.plan.baseline}, CAD a week, on the same patients. Band: "
        f"{100 * answer.plan.sweep.confidence:g} % interval at each effect. Shaded upright: effects at which it cannot "
        "be distinguished from 0. Below: what the prior believes of the effect; filled where it pays."
    )


def footer(answer: BreakEvenAnswer) -> str:
    period = next(iter(answer.plan.sweep.scenarios.values())).period
    valued = "; ".join(
        f"{item.name.replace('_', ' ')} {plain_number(item.cad_per_unit, 0)}"
        for item in answer.plan.worth
        if item.cad_per_unit
    )
    return (
        f"Simulated: {counted(answer.n, 'replication')} of {counted(period.weeks, 'week')}. Worth of one more, CAD: "
        f"{valued}; nothing else is valued. The effect is assumed, not found. {RESPECT}"
    )


def draw_curve(axes: Axes, answer: BreakEvenAnswer, item: StaffingAnswer, colour: str) -> None:
    """Net benefit with its band, zero, no effect, and what cannot be distinguished from zero."""
    rows = answer.curves[answer.curves["staffing"] == item.staffing]
    effects = rows["effect"].to_numpy(float)
    for low, high in item.found.spans if item.found else ():
        axes.axvspan(low, high, color=FAINT, alpha=0.7, linewidth=0, zorder=0)
    axes.fill_between(
        effects, rows["low"].to_numpy(float), rows["high"].to_numpy(float), color=colour, alpha=0.25, linewidth=0
    )
    axes.plot(effects, rows["mean"].to_numpy(float), color=colour, linewidth=1.8, marker="o", markersize=4)
    careful = rows["many_leave"].to_numpy(bool) | rows["no_steady_state"].to_numpy(bool)
    axes.plot(
        effects[careful],
        rows["mean"].to_numpy(float)[careful],
        "o",
        color=colour,
        markerfacecolor="white",
        markersize=4,
    )
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -0.08 * max(high - low, 1.0)), max(high, 0.12 * (max(high, 0.0) - min(low, 0.0))))
    axes.axhline(0.0, color=INK, linewidth=0.9)
    axes.set_xlim(effects[0] - MARGIN * (effects[-1] - effects[0]), effects[-1] + MARGIN * (effects[-1] - effects[0]))
    no_effect(axes, effects, named=True)
    for root in item.found.roots if item.found else ():
        axes.plot([root], [0.0], "D", color=INK, markersize=5, zorder=5)
        axes.annotate(f"{root:.2f}", (root, 0.0), (6, 6), textcoords="offset points", size=9, weight="bold")
    axes.set_ylabel("net benefit, CAD a week")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: plain_number(value, 0)))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def no_effect(axes: Axes, effects: np.ndarray, named: bool) -> None:
    """Where 1 lies, if it does."""
    if not effects[0] <= 1.0 <= effects[-1]:
        return
    axes.axvline(1.0, color=QUIET, linewidth=1.0, linestyle=(0, (1, 2)))
    if named:
        axes.annotate(
            "no effect", (1.0, 1.0), (3, 0), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha="left", va="bottom", size=8, color=QUIET,
        )  # fmt: skip


def draw_prior(axes: Axes, item: StaffingAnswer, prior: Prior, colour: str) -> None:
    """The density of the prior, filled where the mean net benefit is above 0, with the probability in words."""
    effects = item.curve.effects
    fine = np.linspace(effects[0], effects[-1], 400)
    density = np.array([prior.density(float(at)) for at in fine])
    axes.plot(fine, density, color=ASSUMED, linewidth=1.2)
    for span in item.found.pays if item.found else ():
        inside = within(fine, span)
        axes.fill_between(fine[inside], density[inside], color=colour, alpha=0.45, linewidth=0)
    no_effect(axes, effects, named=False)
    axes.set_ylim(0.0, 1.25 * float(density.max()))
    axes.set_yticks([])
    axes.set_ylabel("prior")
    if item.chance is not None:
        probability = f"probability of paying: {percent_text(item.chance.probability)}"
        axes.annotate(probability, (0.01, 0.93), xycoords="axes fraction", va="top", size=8.5, weight="bold")


def within(fine: np.ndarray, span: Span) -> np.ndarray:
    return np.asarray((fine >= span[0]) & (fine <= span[1]))
