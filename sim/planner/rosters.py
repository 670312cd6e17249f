"""Rosters beside each other and as files: hours and cost, heads over the week, and the text of a staffing file."""

from typing import Any

import yaml

from sim.department.roster import Staffing, heads_by_minute
from sim.io.plain_data import Plain

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
    """Hours a week by role, CAD a week by the roster."""
    return {
        "cost": staffing.weekly_cost(),
        "hours": {name: role.hours_per_week() for name, role in staffing.roles.items()},
    }


def cover_of(staffing: Staffing) -> dict[str, list[int]]:
    """Fewest heads on duty in each half-hour of the week from Monday 00:00, by role."""
    return {
        name: heads_by_minute(role).reshape(-1, MINUTES_PER_STEP).min(axis=1).tolist()
        for name, role in staffing.roles.items()
    }


def roster_file(name: str, roster: Plain) -> str:
    """The text of a staffing file that has the roster, to be put into the folder `staffing` of one's own settings."""
    data: dict[str, Any] = {"name": name, "label": roster.get("label") or name}
    for key, value in roster.items():
        if key not in data:
            data[key] = _with_short_lines(value) if isinstance(value, dict) else value
    head = f"# A roster from the planners' page. Play it: peered --config-dir FOLDER staffing={name}\n"
    return head + yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=120)


def _with_short_lines(role: dict[str, Any]) -> dict[str, Any]:
    """A role with each shift and each break on a line."""
    written = dict(role)
    if isinstance(role.get("shifts"), dict):
        written["shifts"] = {name: _OneLine(shift) for name, shift in role["shifts"].items()}
    if isinstance(role.get("breaks"), list):
        written["breaks"] = [_OneLine(item) for item in role["breaks"]]
    return written
