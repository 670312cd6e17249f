"""One child's visit under two staffings as bars along the time since arrival, a lane for each staffing."""

import math
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from sim.engine.trajectory import Trajectory
from sim.report.figures.axes_parts import light_grid, limit
from sim.report.figures.frame import FORMATS, Frame, Grid
from sim.report.figures.theme import ASSUMED, EMPTY, HUES, INK, QUIET, styled
from sim.report.journey import AWAY_FROM_THE_CHILD, WORTH_SAYING_MINUTES, delays_of, tasks_of
from sim.report.journey_answer import ILLUSTRATION, TwoJourneys, differences_in_words, how_chosen, note_without_peer

if TYPE_CHECKING:
    import pandas as pd

WAITS_ROW, CARE_ROW, COMPANY_ROW = "waits for place or staff", "staff with the child", "peer's company"
STEPS_ROW, WATCH_ROW = "tests, steps without staff", "aide observing, care"
ELSEWHERE_ROW, BOARDING_ROW = "other work for the child", "waits for a ward bed"
LOOKS = {
    WAITS_ROW: (EMPTY, "////"),
    CARE_ROW: (HUES[1], ""),
    COMPANY_ROW: (HUES[0], ""),
    STEPS_ROW: (ASSUMED, ""),
    WATCH_ROW: (HUES[2], ""),
    ELSEWHERE_ROW: (HUES[4], "...."),
    BOARDING_ROW: (EMPTY, "\\\\\\\\"),
}
"""Rows of a lane from the top, with colour and hatching; each has its name at its left."""
ROW_OF_KIND = {"contact": COMPANY_ROW, "bridging": ELSEWHERE_ROW, "observation": WATCH_ROW, "care": WATCH_ROW}
ROW_HEIGHT, LEAST_ROW_HEIGHT, BAR_HEIGHT = 0.3, 0.15, 0.66
BELOW_LANES = 0.1
"""Inches for the words below the lower axis."""
TURNED_BACK = "turned back"
Bar = tuple[str, str, float, float]
"""Row, what it is, beginning and end in minutes since Monday 00:00 of week 0."""


def draw_journeys(answer: TwoJourneys, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write the figure in every format and return the files; the same answer gives the same bytes."""
    with styled():
        return journeys_figure(answer).save(folder, "journey", formats)


def journeys_figure(answer: TwoJourneys) -> Frame:
    """A lane for each staffing, with the same rows and the same scale."""
    tables = [bars_of(run, row, answer.forks) for run, row in zip(answer.runs, answer.visit.rows, strict=True)]
    ends = [float(row.departure - row.arrival) for row in answer.rows]
    rows = [row for row in LOOKS if row == COMPANY_ROW or any((table["row"] == row).any() for table in tables)]
    note = note_without_peer(answer)
    subtitle = f"One visit, the same patient and the same draws{f'; {note}' if note else ''}."
    footer = (
        f"{how_chosen(answer)} {ILLUSTRATION} Right: minutes of each row. What is done after departure is in the "
        "words only; an empty bar of company: a peer turned back on the way."
    )
    words = differences_in_words(answer), subtitle, footer
    frame = Frame.slide(*words)
    row_height = min(max(((frame.room - BELOW_LANES) / 2 - 0.62) / len(rows), LEAST_ROW_HEIGHT), ROW_HEIGHT)
    grid = Grid(2, row_height * len(rows), left=2.05, right=0.85, above=0.3, below=0.32)
    frame = Frame(grid.total_height + BELOW_LANES, *words)
    longest = max(*ends, *(float(table["end"].max()) for table in tables)) * 1.02
    for number, (label, table, end, axes) in enumerate(
        zip(answer.labels, tables, ends, frame.panels(grid), strict=True)
    ):
        frame.head(0.2, grid.top_of(number) - grid.above, label)
        draw_journey(axes, table, rows, end)
        axes.set_xlim(0, longest)
        _hours(axes, longest)
    axes.set_xlabel("hours since arrival")
    return frame


def draw_journey(axes: Axes, bars: "pd.DataFrame", rows: Sequence[str], departure: float) -> None:
    """The bars of one visit (`bars_of`) in the rows named, and a line at its departure, minutes after arrival."""
    for place, name in enumerate(rows):
        (colour, hatch), total = LOOKS[name], 0.0
        for what, start, end in times_of(bars, name):
            is_company = what != TURNED_BACK
            face = colour if is_company else "white"
            axes.barh(place, end - start, BAR_HEIGHT, start, color=face, hatch=hatch, edgecolor=INK, linewidth=0.6)
            total += (end - start) * is_company
        axes.annotate(
            f"{total:.0f} min", (1.0, place), (5, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
            va="center", size=9, color=INK, annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(range(len(rows)), rows, size=9, color=INK)
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0)
    limit(axes, departure)
    axes.annotate(
        "leaves", (departure, 1.0), (0, 3), xycoords=axes.get_xaxis_transform(), textcoords="offset points",
        ha="right", size=8.5, color=QUIET, annotation_clip=False,
    )  # fmt: skip
    light_grid(axes, "x")


def times_of(bars: "pd.DataFrame", row: str) -> list[tuple[str, float, float]]:
    """What, start and end of the bars of a row."""
    found = bars[bars["row"] == row]
    return list(zip(found["what"].tolist(), found["start"].tolist(), found["end"].tolist(), strict=True))


def _hours(axes: Axes, longest: float) -> None:
    """Ticks at whole hours, some ten at most."""
    step = max(1, math.ceil(longest / 600.0))
    hours = range(0, int(longest // 60) + 1, step)
    axes.set_xticks([60 * hour for hour in hours], [str(hour) for hour in hours])


def bars_of(run: Trajectory, visit: int, forks: Collection[str]) -> "pd.DataFrame":
    """Everything of a visit that lasts: `row` (of `LOOKS`), `what`, `start` and `end` in minutes after arrival.

    Tasks that begin after departure are left out; what runs on when the run ends is cut there.
    """
    import pandas as pd

    row = run.visits.iloc[visit]
    bars = [*_bars_of_tasks(run, visit, float(row.departure)), *_bars_of_waits(run, visit)]
    bars += [(STEPS_ROW, run.steps[step], started, ended) for step, started, ended in delays_of(run, visit, forks)]
    if not math.isnan(row.boarding_start):
        bars.append((BOARDING_ROW, "bed", float(row.boarding_start), float(row.boarding_end)))
    table = pd.DataFrame(bars, columns=["row", "what", "start", "end"])
    table[["start", "end"]] = table[["start", "end"]].fillna(run.horizon) - float(row.arrival)
    return table.sort_values(["start", "end"], kind="stable", ignore_index=True)


def _bars_of_tasks(run: Trajectory, visit: int, departure: float) -> Iterator[Bar]:
    """A bar for every spell of work that began before departure."""
    for task in tasks_of(run, visit):
        kind, start, end = task["kind"], float(task["started"]), float(task["ended"])
        if not start < departure:
            continue
        row = ELSEWHERE_ROW if kind in AWAY_FROM_THE_CHILD else ROW_OF_KIND.get(kind, CARE_ROW)
        if kind == "contact" and task["company_since"] >= end:
            yield row, TURNED_BACK, start, end
        else:
            yield row, task["step"] or kind, float(task["company_since"]) if kind == "contact" else start, end


def _bars_of_waits(run: Trajectory, visit: int) -> Iterator[Bar]:
    """A bar for every wait that holds the child up: for a place, and for staff of the visit's own path."""
    places = run.place_columns
    of_visit = places["visit"] == visit
    waits = [("place", *times) for times in zip(places["requested"][of_visit], places["start"][of_visit], strict=True)]
    for task in tasks_of(run, visit):
        if task["kind"] == "main":
            begun = task["started"] == task["started"]
            waits.append((task["step"], task["waited_since"], task["started"] if begun else task["ended"]))
    for what, since, until in waits:
        if until - since >= WORTH_SAYING_MINUTES:
            yield WAITS_ROW, what, float(since), float(until)
