"""Rosters as lines of text, as they were read: what `--dry-run` shows before anything is played.

Where it does not fit the demand is said by `sim.analysis.staffing_notes`.
"""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console

from sim.analysis.staffing_notes import notes_on_purposes, notes_on_staffing
from sim.department.quantities import MINUTES_PER_DAY, MINUTES_PER_HOUR
from sim.department.roster import WEEKDAYS, Role, Shift, Staffing, clock_text, heads_by_minute
from sim.department.scenario import Scenario


def print_rosters(scenarios: Mapping[str, Scenario], levels: Sequence[float], console: Console) -> None:
    """The roster of every staffing, where it does not fit the demand at one of the levels, and what is not measured."""
    lines = roster_lines({name: scenario.staffing for name, scenario in scenarios.items()})
    for line in (*lines, *notes_on_staffing(scenarios, levels), *notes_on_purposes(scenarios.values())):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def roster_lines(staffings: Mapping[str, Staffing]) -> Iterator[str]:
    """A line for each role of the first staffing, and for each role of the others that no one before has just so; what
    is the same is named in one line."""
    shown: dict[tuple[str, str], str] = {}
    first = {role: role_text(one) for staffing in [*staffings.values()][:1] for role, one in staffing.roles.items()}
    for name, staffing in staffings.items():
        same: list[str] = []
        for role_name, role in staffing.roles.items():
            text = role_text(role)
            before = shown.setdefault((role_name, text), name)
            if before == name:
                yield f"{name}, {role_name}: {text}"
            elif first.get(role_name) != text:
                same.append(f"{role_name} as in {before}")
        same += [f"no {role_name}" for role_name in first if role_name not in staffing.roles]
        if same:
            yield f"{name}: {', '.join(same)}"


def role_text(role: Role) -> str:
    """Shifts, hours and fewest on duty: `day 07:00-19:00 daily x 6; 504.0 h a week; fewest on duty 0 (Mon 00:00)`."""
    if not role.shifts:
        return "no shifts"
    shifts = ", ".join(shift_text(name, shift, role.heads_of(shift)) for name, shift in role.shifts.items())
    heads = heads_by_minute(role)
    day, minute = divmod(int(heads.argmin()), int(MINUTES_PER_DAY))
    fewest = f"fewest on duty {heads.min()} ({WEEKDAYS[day].capitalize()} {clock_text(minute)})"
    if heads.min() == heads.max():
        fewest = f"{heads.min()} on duty at all times"
    return f"{shifts}; {role.hours_per_week():,.1f} h a week; {fewest}"


def shift_text(name: str, shift: Shift, heads: int) -> str:
    """A shift with its hours, days and heads: `day 07:00-19:00 mon-fri x 6`."""
    until = f"-{clock_text(shift.start + shift.minutes)}"
    if shift.minutes >= MINUTES_PER_DAY:
        until = f" for {shift.minutes / MINUTES_PER_HOUR:g} h"
    return f"{name} {clock_text(shift.start)}{until} {days_text(shift.days)} x {heads}"


def days_text(days: tuple[int, ...]) -> str:
    """Days of the week by number, Monday 0, as `daily`, `mon-sat` or `mon wed fri`."""
    named = [WEEKDAYS[day] for day in sorted(days)]
    if len(named) == len(WEEKDAYS):
        return "daily"
    if len(named) > 2 and max(days) - min(days) == len(named) - 1:
        return f"{named[0]}-{named[-1]}"
    return " ".join(named)
