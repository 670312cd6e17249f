"""A roster that was found: its week beside the shipped ones as bars, and the front of the objectives."""

from typing import Any

from matplotlib.axes import Axes

from sim.analysis.roster_choice import FOUND, RosterAnswer
from sim.analysis.roster_search import Lines, canonical
from sim.analysis.roster_search_objectives import RosterObjective
from sim.analysis.sentences import inside
from sim.department.quantities import MINUTES_PER_HOUR
from sim.department.roster import clock_text
from sim.department.working_time import HOURS_OF_A_WEEK
from sim.engine.measures.currency import in_currency
from sim.engine.measures.number_text import counted
from sim.report.figures.axes_parts import hour_of_week_axis, light_grid
from sim.report.figures.frame import WIDTH, Frame, Grid, slide_room
from sim.report.figures.named_frames import NamedFrames
from sim.report.figures.theme import ASSUMED, HUES, QUIET, colours
from sim.report.optimise_answer import budget_text, contrast_text, label_in_answer, roles_text

ROSTERS_FIGURE, FRONT_FIGURE = "rosters", "front"
BAR_OF_LINE, HEIGHT_OF_LINE = 0.72, 0.21
"""Height of a bar in its row, and inches of a row."""
MOST_PANELS = 4
LEGEND_INCHES = 0.3
"""Inches for what the marks mean."""
ON_FRONT, BEATEN = "on the front", "beaten in everything"


def figures_of_roster(found: RosterAnswer) -> NamedFrames:
    """The week of each roster, and the front where there is more than one objective."""
    frames = {ROSTERS_FIGURE: ("The week of each roster", weeks_figure(found))}
    if any(each != found.plan.goal.objective for each in found.plan.objectives):
        frames[FRONT_FIGURE] = ("What each roster of the front reaches", front_figure(found))
    return frames


# --- the week of each roster


def weeks_figure(found: RosterAnswer) -> Frame:
    """A panel for each roster that has the searched roles, the found one first: a bar for every shift."""
    plan = found.plan
    rosters = {FOUND: found.chosen} | {name: canonical(lines) for name, lines in plan.rosters.items() if lines}
    hues = colours(tuple(rosters), "")
    hues[FOUND] = HUES[1]
    reached = contrast_text(found, plan.goal.objective, plan.baseline, with_interval=False)
    words = (
        f"Found roster: {reached} as with {inside(label_in_answer(found, plan.baseline))}",
        f"Shifts of {roles_text(found)} in a week of at most {budget_text(found).removesuffix(' a week')}. A bar is a "
        "shift, a row a line of the roster; what goes beyond Sunday begins the week.",
        "Rosters are set beside each other on the same patients, on a seed that neither search nor selection saw.",
    )
    rows = max(len(lines) for lines in rosters.values())
    height = min(HEIGHT_OF_LINE * rows + 0.1, slide_room(*words) / len(rosters) - 0.6)
    grid = Grid(len(rosters), height, left=1.05, right=0.35, above=0.3, below=0.3)
    frame = Frame(grid.total_height, *words)
    for number, ((name, lines), axes) in enumerate(zip(rosters.items(), frame.panels(grid), strict=True)):
        hours = sum(line.hours for line in lines)
        frame.head(0.35, grid.top_of(number) - 0.24, label_in_answer(found, name), f"{hours:g} h a week")
        draw_week(axes, lines, rows, hues[name])
    return frame


def draw_week(axes: Axes, lines: Lines, rows: int, colour: str) -> None:
    """Bars of the shifts of a roster, a row for each line, with their hours in words."""
    for row, line in enumerate(lines):
        for day in line.weekdays:
            begin = 24.0 * day + line.start / MINUTES_PER_HOUR
            length = line.minutes / MINUTES_PER_HOUR
            for start, end in ((begin, min(begin + length, HOURS_OF_A_WEEK)), (0.0, begin + length - HOURS_OF_A_WEEK)):
                if end > start:
                    axes.barh(row, end - start, BAR_OF_LINE, start, color=colour, edgecolor="white", linewidth=0.5)
    hour_of_week_axis(axes)
    axes.set_ylim(rows - 0.5, -0.5)
    clocks = [f"{clock_text(line.start)}-{clock_text(line.start + line.minutes)}" for line in lines]
    axes.set_yticks(range(len(lines)), clocks, size=8.5, color=QUIET)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


# --- the front


def front_figure(found: RosterAnswer) -> Frame:
    """What was asked for along, each other objective upwards: rosters of the front, shipped ones, the found one."""
    asked = found.plan.goal.objective
    others = [each for each in found.plan.objectives if each.name != asked.name][:MOST_PANELS]
    on_front = counted(int(found.front["still_on_front"].sum()), "roster")
    words = (
        f"{on_front} for {budget_text(found)}, none better in everything",
        f"The front: what each reaches, along by {inside(asked.label)}, upwards by each other objective. Shipped "
        "rosters are shown whether or not another beats them.",
        "Means of ten short runs on the seed of the selection, which the search did not see.",
    )
    frame = Frame.slide(*words)
    n_columns = min(2, len(others))
    n_rows = -(-len(others) // n_columns)
    height = (frame.room - LEGEND_INCHES) / n_rows - 0.84
    grid = Grid(
        len(others), height, n_columns, left=0.65, right=0.3, between=0.85, above=0.32, below=0.52, top=LEGEND_INCHES
    )
    panels = frame.panels(grid)
    first_axes = panels[0]
    for number, (objective, axes) in enumerate(zip(others, panels, strict=True)):
        less = " (less is better)" if objective.better == "low" else ""
        frame.head(
            grid.left_of(number) - 0.3,
            grid.top_of(number) - 0.26,
            f"{objective.label}, {in_currency(objective.unit)}{less}",
        )
        draw_front(axes, found, asked, objective)
    place = 0.2 / WIDTH, 1.0 - frame.top / frame.height
    marks, names = first_axes.get_legend_handles_labels()
    frame.figure.legend(marks, names, loc="upper left", bbox_to_anchor=place, ncols=5, borderpad=0.0, handletextpad=0.3)
    return frame


def draw_front(axes: Axes, found: RosterAnswer, asked: RosterObjective, objective: RosterObjective) -> None:
    """The rosters of the front by two objectives."""
    names = [name for name in found.front["staffing"] if name and name != FOUND]
    hues = colours(tuple(names), found.plan.baseline)
    for row in found.front.to_dict("records"):
        place = row[asked.name] * asked.shown_times, row[objective.name] * objective.shown_times
        look: dict[str, Any] = {"color": HUES[0], "marker": "o", "markersize": 6, "label": ON_FRONT, "zorder": 2}
        if row["chosen"]:
            look = {
                "color": HUES[1],
                "marker": "*",
                "markersize": 14,
                "label": label_in_answer(found, FOUND),
                "zorder": 4,
            }
        elif row["staffing"]:
            label, hue = label_in_answer(found, row["staffing"]), hues[row["staffing"]]
            look = {"color": hue, "marker": "D", "markersize": 6.5, "label": label, "zorder": 3}
        elif not row["still_on_front"]:
            look |= {"color": ASSUMED, "label": BEATEN}
        if look["label"] in axes.get_legend_handles_labels()[1]:
            del look["label"]
        axes.plot(*place, linestyle="none", **look)
    axes.set_xlabel(f"{inside(asked.label)} ({in_currency(asked.unit)})", color=QUIET)
    axes.margins(0.12, 0.14)
    light_grid(axes, "both")
