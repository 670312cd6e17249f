"""Rosters beside each other, and a question as a file: hours and cost, heads over the week, the text."""

import shlex
from collections.abc import Sequence
from typing import Any

import yaml

from sim.department.roster import Staffing, heads_by_minute
from sim.io.clean_text import one_line
from sim.planner.questions import PageQuestion

MINUTES_PER_STEP = 30
"""Of the strip of cover; the page moves shifts by as much."""


class _OneLine(dict[str, Any]):
    """A mapping that is written on one line, as shifts are in the shipped files."""


class _Writer(yaml.SafeDumper):
    """Writes shifts and breaks on one line each."""


_Writer.add_representer(
    _OneLine, lambda writer, data: writer.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)
)


def hours_and_cost(staffing: Staffing) -> dict[str, Any]:
    """Hours a week by role, money a week by the roster and its currency."""
    return {
        "cost": staffing.weekly_cost(),
        "currency": staffing.currency,
        "hours": {name: role.hours_per_week() for name, role in staffing.roles.items()},
    }


def cover_of(staffing: Staffing) -> dict[str, list[int]]:
    """Fewest heads on duty in each half-hour of the week from Monday 00:00, by role."""
    return {
        name: heads_by_minute(role).reshape(-1, MINUTES_PER_STEP).min(axis=1).tolist()
        for name, role in staffing.roles.items()
    }


def question_file(name: str, question: PageQuestion, words: Sequence[str] = ()) -> str:
    """The text of a question, to be put into the folder `question` of one's own settings, and how it is played.

    `words` are those of the page's question that the file does not hold, such as a department.
    """
    roster: dict[str, Any] = {"label": name.replace("_", " ").capitalize()}
    for key, value in question.roster.items():
        if key not in ("name", "label"):
            roster[key] = _with_short_lines(value) if isinstance(value, dict) else value
    data = {"baseline": question.baseline, "effects": question.effects, "values": question.values, "roster": roster}
    command = shlex.join(["peered", "--config-dir", "FOLDER", f"question={name}", *words])
    head = f"# A question of the planners' page. Play it: {one_line(command)}\n"
    return head + yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=120)


def _with_short_lines(role: dict[str, Any]) -> dict[str, Any]:
    """A role with each shift and each break on a line."""
    written = dict(role)
    if isinstance(role.get("shifts"), dict):
        written["shifts"] = {name: _OneLine(shift) for name, shift in role["shifts"].items()}
    if isinstance(role.get("breaks"), list):
        written["breaks"] = [_OneLine(item) for item in role["breaks"]]
    return written
