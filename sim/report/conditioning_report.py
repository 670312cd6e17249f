"""The answer of a conditioning: how many draws look like the published departments, and which rows they meet."""

from collections.abc import Iterator
from math import isnan

import numpy as np
import pandas as pd
from rich.console import Console

from sim.calibration.conditioning import LEAST_INSIDE, MANY_LOST, Conditioned
from sim.engine.measures.number_text import NOTHING, counted, plain_number
from sim.report.console import say, show
from sim.report.description import Points, Section, TextRows, TextTable, page
from sim.report.screen import rich_table
from sim.report.validation_report import accepted_text, in_unit, percent_sign

LOOK_PUBLISHED = "Departments that look like the published ones"


def conditioning_lines(found: Conditioned) -> Iterator[str]:
    """What was played and accepted, and what the draws are like."""
    n_played = sum(wave.n_played for wave in found.waves)
    n_impossible = sum(wave.n_impossible for wave in found.waves)
    draws, waves = counted(len(found.places), "draw"), counted(len(found.waves), "wave")
    yield (
        f"{draws} of {len(found.dimensions)} assumptions, accepted of {n_played} that were played in {waves}; "
        f"{n_impossible} contradicted themselves."
    )
    yield f"A draw is accepted if it is inside at least {LEAST_INSIDE:.0%} of the published rows it has a value for."
    yield f"{found.share_losing_many:.1%} of the draws lose more than {MANY_LOST:.0%} of visits."
    medians = dict(zip(found.rows, found.medians.tolist(), strict=True))
    judged = {row: value for row, value in medians.items() if not isnan(value)}
    missed = [row.row for row, value in judged.items() if not row.accept_low <= value <= row.accept_high]
    outside = f"; not inside: {', '.join(missed)}" if missed else ""
    yield f"The median draw is inside {len(judged) - len(missed)} of {len(judged)} rows{outside}."
    undefined = [row.row for row in medians if row not in judged]
    if undefined:
        yield f"Not judged, because runs of this length have no value: {', '.join(undefined)}."


def conditioning_table(found: Conditioned) -> pd.DataFrame:
    """A row for each published row: its key and range, median and middle 95 % of the draws, the share inside."""
    rows = []
    for number, row in enumerate(found.rows):
        known = found.values[:, number][np.isfinite(found.values[:, number])]
        low, median, high = np.quantile(known, (0.025, 0.5, 0.975)) if known.size else (np.nan, np.nan, np.nan)
        limits = {"accept_low": row.accept_low, "accept_high": row.accept_high}
        of_draws = {"low": low, "median": median, "high": high, "inside": found.inside[:, number].mean()}
        rows.append({"row": row.row, "value": row.value, "unit": row.unit, **limits, **of_draws, "n": known.size})
    return pd.DataFrame(rows)


def conditioning_rows(found: Conditioned) -> TextRows:
    """Every published row: its range, the median of the draws, the middle 95 % of them, the share inside."""
    rows: TextRows = [("Row", "Measure", "Range", "Median", "95 % of draws", "Inside")]
    for row, of_draws in zip(found.rows, conditioning_table(found).to_dict("records"), strict=True):
        texts = [NOTHING] * 3
        if of_draws["n"]:
            low, median, high = (
                plain_number(float(in_unit(row, of_draws[end])), 2) for end in ("low", "median", "high")
            )
            sign = percent_sign(row)
            texts = [f"{median}{sign}", f"{low} to {high}{sign}", f"{of_draws['inside']:.0%}"]
        rows.append((row.row, row.measure, accepted_text(row), *texts))
    return rows


def print_conditioning(found: Conditioned, console: Console) -> None:
    """The lines, then every row."""
    for line in conditioning_lines(found):
        say(console, f"• {line}")
    console.print()
    show(console, rich_table(conditioning_rows(found), (0, 1, 2, 4)))


def conditioning_markdown(found: Conditioned) -> str:
    """The same as a page."""
    return page(
        LOOK_PUBLISHED,
        [Points(list(conditioning_lines(found)))],
        [Section("Row by row", [TextTable(conditioning_rows(found))])],
    )
