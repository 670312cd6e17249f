"""The calibration report as Markdown: what was read and estimated, how well it fits and predicts, what it cannot say.

The figures are `sim.report.figures.calibration_figures`; the estimates are made in `sim.calibration.calibrate`.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from sim.calibration.calibrate import WEEKS_PLAYED
from sim.calibration.holdout import SCORED_QUANTILES
from sim.calibration.report import CalibrationReport, Deeper
from sim.io.clean_text import for_markdown, one_line
from sim.report.figures.calibration_figures import duration_choices, minutes_at_level

NAMES = {"wait_minutes": "wait", "stay_minutes": "stay"}


def calibration_markdown(report: CalibrationReport, figures: Iterable[Path] = ()) -> str:
    """The whole report; figures are linked by their names relative to `figures/` beside it."""
    parts = [f"# Calibration {for_markdown(report.demand.name)}", "", *_code(report.quality.report_lines()), ""]
    parts += ["## Arrivals", "", *(f"- {for_markdown(line)}" for line in report.demand.about), ""]
    if report.deeper is not None:
        parts += _deeper(report.deeper)
    pictures = [f"![{path.stem}](figures/{path.name})" for path in figures]
    parts += ["## Figures", "", *pictures] if pictures else []
    return "\n".join(parts).rstrip() + "\n"


def _deeper(deeper: Deeper) -> list[str]:
    held = deeper.held_out
    return [
        *_rates(deeper),
        "## Waits and stays: observed, fitted, simulated",
        "",
        f"Means in minutes. Simulated: the calibrated pair, {WEEKS_PLAYED} weeks. The families are marginal",
        "laws: in the department waits come from queues, so that a gap asks for staffing and service times.",
        "",
        *_table(("", "level", "n", "observed", "fitted", "simulated"), _means(deeper)),
        "",
        *_families(deeper),
        *(_steps(deeper) if deeper.department.minutes else []),
        "## The department",
        "",
        *(f"- {for_markdown(item.line())}" for item in deeper.department.estimated),
        *(["- nothing of it could be estimated from this file"] if not deeper.department.estimated else []),
        "",
        "## What the file cannot tell, and warnings",
        "",
        *(f"- {for_markdown(note)}" for note in deeper.estimates.notes),
        "- service times inside a stay: `study.match=[physician,delays]` matches them to waits and stays",
        "",
        *(_region(deeper) if deeper.region is not None else []),
        *(_held_out(deeper) if held is not None else []),
    ]


def _rates(deeper: Deeper) -> Iterator[str]:
    for stream, rates in deeper.estimates.rates.items():
        year, days, name = rates.visits_per_year, rates.days, for_markdown(stream)
        yield (
            f"- {name}: {year.value[0]:,.0f} visits a year (SE {year.standard_error[0]:,.0f}); daily totals vary "
            f"{days.index:.2f} times as much as Poisson's, hourly counts {rates.hourly_index:.2f} times"
        )
        if rates.growth is not None:
            yield f"- {name}: growth {rates.growth.value[0]:.3f} a year (SE {rates.growth.standard_error[0]:.3f})"
    yield ""


def _means(deeper: Deeper) -> Iterator[tuple[str, ...]]:
    for name, choice in duration_choices(deeper):
        for group, level in enumerate(deeper.estimates.levels if choice is not None else ()):
            assert choice is not None
            observed = minutes_at_level(deeper.visits, name, level)
            simulated = minutes_at_level(deeper.simulated, name, level)
            zero = float((observed == 0.0).mean()) if choice.n_zero else 0.0
            chances = (np.arange(2000) + 0.5) / 2000
            fitted = (1.0 - zero) * float((choice.chosen or choice.nearest).quantiles(chances, group).mean())
            played = f"{simulated.mean():.0f}" if simulated.size else "none came"
            yield NAMES[name], str(level), f"{observed.size:,}", f"{observed.mean():.0f}", f"{fitted:.0f}", played


def _families(deeper: Deeper) -> Iterator[str]:
    for name, choice in duration_choices(deeper):
        if choice is None:
            continue
        yield f"**{NAMES[name].capitalize()}s**: {for_markdown(choice.verdict())}"
        yield ""
        rows = []
        for fit in choice.fits:
            test = choice.test_of(fit.family)
            told = (f"{test.ks:.3f}", f"{test.ad:.2f}", f"{test.ad_p:.2f}") if test else ("", "", "not tested")
            rows.append((fit.family, f"{fit.aic:,.1f}", *told))
        yield from _table(("family", "AIC", "KS", "A-squared", "p"), rows)
        yield ""


def _steps(deeper: Deeper) -> Iterator[str]:
    yield "## Distributions written"
    yield ""
    for line in deeper.department.minutes:
        yield f"- {for_markdown(line)}"
    yield ""
    if not deeper.estimates.steps:
        return
    yield "Minutes of steps: means, and the largest distance of the file's shares below any minute from those written."
    yield ""
    rows = []
    if_none_fits = deeper.department.if_none_fits
    for (stream, step), found in deeper.estimates.steps.items():
        fit = found.used(if_none_fits)
        columns = zip(found.values, found.means(if_none_fits), found.distances(if_none_fits), strict=True)
        for group, (values, mean, distance) in enumerate(columns):
            level = str(found.levels[group]) if found.levels else "all"
            means = f"{values.mean():.1f}", f"{mean:.1f}"
            family = fit.family if fit else "empirical"
            rows.append((stream or "all", step, level, f"{values.size:,}", *means, family, f"{distance:.3f}"))
    yield from _table(("stream", "step", "level", "n", "observed", "written", "family", "distance"), rows)
    yield ""


def _region(deeper: Deeper) -> Iterator[str]:
    region = deeper.region
    assert region is not None
    yield "## Service times that are not ruled out"
    yield ""
    yield "Factors on the minutes of the department, with which it has the file's waits and stays (history matching)."
    yield ""
    for line in region.lines():
        yield f"- {for_markdown(line.strip())}"
    yield ""
    waves = (
        (str(n), str(w.n_points), f"{100 * w.share_left:.2g} %", f"{100 * w.misses:.1f} %")
        for n, w in enumerate(region.waves, 1)
    )
    yield from _table(("wave", "settings played", "of the box left", "left-out points missed"), waves)
    yield ""


def _held_out(deeper: Deeper) -> Iterator[str]:
    held = deeper.held_out
    assert held is not None
    yield "## The part held out"
    yield ""
    for line in held.lines():
        yield f"- {for_markdown(line.strip())}"
    yield ""
    rows = [
        (row.quantity, row.level, f"{row.predicted:.4g}", f"{row.low:.4g} to {row.high:.4g}", f"{row.observed:.4g}",
         "yes" if row.is_inside else "NO")
        for row in held.predictions
    ]  # fmt: skip
    yield from _table(("quantity", "level", "predicted", "95 % interval", "observed", "inside"), rows)
    yield ""
    if held.quantiles:
        chances = [f"{100 * q:g} %" for q in SCORED_QUANTILES]
        scored = [
            (score.quantity, str(score.level), *_beside(score.predicted, score.observed, score.simulated))
            for score in held.quantiles
        ]
        yield (
            "Quantiles in minutes: of the part fitted / observed in the part held out / simulated by the department "
            "calibrated on the part fitted."
        )
        yield ""
        yield from _table(("quantity", "level", *chances), scored)
        yield ""


def _beside(*each: np.ndarray | None) -> Iterator[str]:
    """Values of several rows, beside each other; a row that is not there is a dash."""
    n = max(values.size for values in each if values is not None)
    for place in range(n):
        yield " / ".join("–" if values is None else f"{values[place]:.0f}" for values in each)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(for_markdown, row))} |"


def _code(lines: Iterable[str]) -> Iterator[str]:
    yield "```"
    yield from (one_line(line).replace("```", "'''") for line in lines)
    yield "```"
