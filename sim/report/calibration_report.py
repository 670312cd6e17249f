"""The calibration report: what was read and estimated, how well it fits and predicts, what it cannot say.

The figures are `sim.report.figures.calibration_figures`; the estimates are made in `sim.calibration.calibrate`.
"""

from collections.abc import Iterator, Sequence
from io import StringIO

import numpy as np
import pandas as pd

from sim.analysis.sentences import capital
from sim.calibration.holdout import HoldOut
from sim.calibration.matching.history_matching import Region
from sim.calibration.result import TABLES_WRITTEN, CalibrationReport, DepartmentReport
from sim.calibration.still_default import MOST_NAMED, RULE
from sim.calibration.verdict import (
    ARRIVALS_MARGIN,
    LEAST_LOSS_APART,
    LEAST_MINUTES_APART,
    MOST_LOSS,
    SCORED_QUANTILES,
    SHARE_MARGIN,
    FileVerdict,
)
from sim.engine.measures.number_text import counted
from sim.io.short_lists import few_of
from sim.io.workbook import Column, Sheet
from sim.report.description import CERTAINTY, Block, Finding, FindingLine, Points, Section, TextRows, TextTable
from sim.report.figures.calibration_figures import duration_choices, knows_hours, minutes_at_level
from sim.report.html_page import Picture
from sim.report.stored_answer import StoredAnswer, stored_answer
from sim.report.tables.answer_workbook import sheet_rows
from sim.report.words.measure_words import whole_percent

COMPARED = "Does it play like the file?"
_QUANTITIES = {"wait_minutes": "wait", "stay_minutes": "stay"}


def calibration_answer(report: CalibrationReport, pictures: Sequence[Picture] = ()) -> StoredAnswer:
    """The whole answer, the verdict first."""
    department = report.department
    arrivals = [*report.demand.about, *(_rates(department) if department else ())]
    verdict = list(_verdict(department.verdict)) if department else []
    default = list(_still_default(department)) if department else []
    sections = [
        *([Section(COMPARED, verdict)] if verdict else []),
        *([Section("Still the default's", default)] if default else []),
        Section("Arrivals", [Points(arrivals)]),
        *(_sections(department) if department else ()),
        Section("Quality of the file", [Points(map(str.strip, report.quality.report_lines()))]),
    ]
    words = _reporting_words(report) if department else {}
    return stored_answer(calibration_finding(report), sections, pictures, words)


def calibration_finding(report: CalibrationReport) -> Finding:
    """Whether what was written plays like the file, what was read, and what it cannot tell."""
    first, *_ = report.quality.report_lines()
    lines = [FindingLine("Of whom", f"{report.demand.first_line}."), FindingLine("What was read", f"{first}.")]
    department = report.department
    if department is not None:
        verdict = f"The calibrated department {department.verdict.sentence()}."
        default = [each.words for each in department.still_default]
        unknown = few_of(default, MOST_NAMED, "; ") if default else "nothing that was looked at"
        told = [line.strip() for found in (department.held_out, department.tested) if found for line in found.lines()]
        sure = (told[0] if told else department.not_held_out or "no part of the file was held out").rstrip(".:")
        lines = [
            FindingLine(COMPARED, verdict),
            *lines,
            FindingLine("Still the default's", f"{unknown}."),
            FindingLine(CERTAINTY, f"{capital(sure).rstrip('.:')}. Estimates are of one file, with its limits."),
        ]
    return Finding(f"Calibration {report.demand.name}", tuple(lines))


def _reporting_words(report: CalibrationReport) -> dict[str, str]:
    """Words for the reporting items."""
    assert report.department is not None
    verdict = report.department.verdict
    held = "a part of the file was held out and predicted" if report.department.held_out else "no part was held out"
    return {
        "scenarios": f"the department of the file, {report.demand.name}, as it was written",
        "played": f"{counted(verdict.replications, 'replication')} of {counted(verdict.weeks, 'week')}",
        "replications": str(verdict.replications),
        "validated": f"Held against the file it is of: it {verdict.sentence()}; {held}.",
        "sensitivity": "Estimates have standard errors (in the files written); their draws are not played here.",
        "warm_up": "weeks of warm-up are not measured.",
    }


def calibration_sheets(report: CalibrationReport) -> list[Sheet]:
    """The tables that were written, a sheet each: estimates, quality, exclusions, verdict, region where there are."""
    sheets = []
    for name in TABLES_WRITTEN:
        if name in report.texts:
            table = pd.read_csv(StringIO(report.texts[name]))
            sheets.append(Sheet(name, [Column(str(column)) for column in table], sheet_rows(table)))
    return sheets


def _still_default(department: DepartmentReport) -> Iterator[Block]:
    """What matters most among what is still the default's."""
    named = department.still_default[:MOST_NAMED]
    if named:
        yield f"The {len(named)} quantities that matter most. {RULE}"
        rows: TextRows = [("quantity", "name in study.match", "largest change")]
        rows += [(each.words, each.name, each.largest) for each in named]
        yield TextTable(rows, is_words=True)


def _verdict(verdict: FileVerdict) -> Iterator[Block]:
    """Everything that was compared, and what is tolerated."""
    rows: TextRows = [("compared", "n", "of what is tolerated", "near enough")]
    for each in verdict.judged:
        excess = f"{each.excess:.2f}" if np.isfinite(each.excess) else "–"
        rows.append((each.words, f"{each.n:,}", excess, "NO" if each.is_miss else "yes"))
    yield TextTable(rows)
    yield (
        f"Played {verdict.replications} times {verdict.weeks} weeks. A duration at a level is near enough if the mean "
        f"pinball loss of its played quantiles is at most {MOST_LOSS:g} times that of the file's own (or "
        f"{LEAST_LOSS_APART:g} minutes more) and the medians differ by a third at most (or {LEAST_MINUTES_APART:g} "
        f"minutes); a share if it lies within chance and {100 * SHARE_MARGIN:g} percentage point; arrivals within "
        f"chance and {100 * ARRIVALS_MARGIN:g} %."
    )
    if verdict.not_judged:
        yield Points(verdict.not_judged)


def _sections(department: DepartmentReport) -> Iterator[Section]:
    verdict = department.verdict
    means = (
        f"Means in minutes. Simulated: the calibrated department, {verdict.replications} times {verdict.weeks} weeks. "
        "The families are marginal laws: in the department waits come from queues, so that a gap asks for staffing and "
        "service times."
    )
    weighted = [Points([each.line() for each in department.estimates.minutes])] if department.estimates.minutes else []
    of_families: list[Block] = [means, TextTable(_means(department)), *_families(department)]
    yield Section("Waits and stays: observed, fitted, simulated", weighted or of_families)
    yield Section("Distributions written", [Points(department.file.minutes), *_steps(department)])
    yield Section("Staffing and places", [Points([*department.resources.lines(), *department.misfits])])
    estimated = [item.line() for item in department.file.estimated]
    yield Section("The department", [Points(estimated or ["nothing of it could be estimated from this file"])])
    match = (
        'minutes inside a stay, boarding, heads and places: "study.match=[physician,delays,boarding]" matches such '
        "quantities to waits and stays"
    )
    yield Section("What the file cannot tell, and warnings", [Points([*department.estimates.notes, match])])
    if department.region is not None:
        yield Section("Matched to waits and stays", list(_matched(department.region)))
    if department.held_out is not None:
        yield Section("The part held out", _scored(department.held_out))
    if department.tested is not None:
        yield Section("The second file", _scored(department.tested))


def _matched(region: Region) -> Iterator[Block]:
    """What is not ruled out, the nearest point, and every target there."""
    yield (
        "Factors on what the department has (history matching). The nearest point, whose worst target is least far "
        "away, is in the configurations that were written."
    )
    yield Points([line.strip() for line in region.lines()])
    rows: TextRows = [("target", "observed", "played", "spread", "spreads away")]
    for target in region.nearest.targets:
        unit = f" {target.unit}" if target.unit else ""
        away = f"{target.implausibility:.1f}{' NO' if target.fails else ''}"
        rows.append((target.name, f"{target.observed:.4g}{unit}", f"{target.played:.4g}", f"{target.spread:.2g}", away))
    yield TextTable(rows)
    waves: TextRows = [("wave", "settings played", "of the box left", "left-out points missed")]
    for n, wave in enumerate(region.waves, 1):
        waves.append((str(n), str(wave.n_points), f"{100 * wave.share_left:.2g} %", f"{100 * wave.misses:.1f} %"))
    if region.waves:
        yield TextTable(waves)


def _rates(department: DepartmentReport) -> Iterator[str]:
    for name, rates in department.estimates.rates.items():
        year, days = rates.visits_per_year, rates.days
        hourly = f", hourly counts {rates.hourly_index:.2f} times" if knows_hours(department) else ""
        yield (
            f"{name}: {year.value[0]:,.0f} visits a year (SE {year.standard_error[0]:,.0f}); daily totals vary "
            f"{days.index:.2f} times as much as Poisson's{hourly}"
        )
        if rates.growth is not None:
            yield f"{name}: growth {rates.growth.value[0]:.3f} a year (SE {rates.growth.standard_error[0]:.3f})"


def _means(department: DepartmentReport) -> TextRows:
    rows: TextRows = [("quantity", "level", "n", "observed", "fitted", "simulated")]
    for name, choice in duration_choices(department):
        for group, level in enumerate(department.estimates.levels if choice is not None else ()):
            assert choice is not None
            observed = minutes_at_level(department.visits, name, level)
            simulated = minutes_at_level(department.simulated, name, level)
            zero = float((observed == 0.0).mean()) if choice.n_zero else 0.0
            chances = (np.arange(2000) + 0.5) / 2000
            fitted = (1.0 - zero) * float((choice.chosen or choice.nearest).quantiles(chances, group).mean())
            played = f"{simulated.mean():.0f}" if simulated.size else "none came"
            means = f"{observed.mean():.0f}", f"{fitted:.0f}", played
            rows.append((_QUANTITIES[name], str(level), f"{observed.size:,}", *means))
    return rows


def _families(department: DepartmentReport) -> Iterator[Block]:
    for name, choice in duration_choices(department):
        if choice is None:
            continue
        yield f"{_QUANTITIES[name].capitalize()}s:"
        yield choice.verdict()
        rows: TextRows = [("family", "AIC", "KS", "A-squared", "p")]
        for fit in choice.fits:
            test = choice.test_of(fit.family)
            found = (f"{test.distance:.3f}", f"{test.a_squared:.2f}", test.p_text) if test else ("", "", "not tested")
            rows.append((fit.family, f"{fit.aic:,.1f}", *found))
        yield TextTable(rows)


def _steps(department: DepartmentReport) -> Iterator[Block]:
    if not department.estimates.steps:
        return
    yield "Minutes of steps: means, and the largest distance of the file's shares below any minute from those written."
    rows: TextRows = [("stream", "step", "level", "n", "observed", "written", "family", "distance")]
    for (stream, step), found in department.estimates.steps.items():
        fit = found.written_fit
        columns = zip(found.values, found.means(), found.distances(), strict=True)
        for group, (values, mean, distance) in enumerate(columns):
            level = str(found.levels[group]) if found.levels else "all"
            means = f"{found.observed_means[group][0]:.1f}", f"{mean:.1f}"
            family = fit.family if fit else "empirical"
            rows.append((stream or "all", step, level, f"{values.size:,}", *means, family, f"{distance:.3f}"))
    yield TextTable(rows)


def _scored(held: HoldOut) -> list[Block]:
    """Lines, the numbers predicted, and quantiles beside each other."""
    rows: TextRows = [("quantity", "level", "predicted", "95 % interval", "observed", "inside")]
    for row in held.predictions:
        interval = f"{row.low:.4g} to {row.high:.4g}"
        inside = "yes" if row.is_inside else "NO"
        rows.append((row.quantity, row.level, f"{row.predicted:.4g}", interval, f"{row.observed:.4g}", inside))
    blocks: list[Block] = [Points([line.strip() for line in held.lines()]), TextTable(rows)]
    if held.quantiles:
        scored: TextRows = [("quantity", "level", *map(whole_percent, SCORED_QUANTILES))]
        for score in held.quantiles:
            beside = _beside(score.predicted, score.observed, score.simulated)
            scored.append((score.quantity, str(score.level), *beside))
        what = (
            "Quantiles in minutes: of what was fitted / observed in what was predicted / simulated by the department "
            "calibrated on what was fitted."
        )
        blocks += [what, TextTable(scored)]
    return blocks


def _beside(*each: np.ndarray | None) -> Iterator[str]:
    """Values of several rows, beside each other; a row that is not there is a dash."""
    n = max(values.size for values in each if values is not None)
    for place in range(n):
        yield " / ".join("–" if values is None else f"{values[place]:.0f}" for values in each)
