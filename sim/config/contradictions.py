"""What does not fit among the parts of a scenario, by keys that can be typed."""

import re
from dataclasses import replace

from sim.department.scenario import Problem, Scenario

STEP = re.compile(r"department\.streams\.(?P<stream>[^\[]+)\.pathway\[(?P<number>\d+)\]")


def as_typed_key(problem: Problem, scenario: Scenario) -> Problem:
    """A problem of a cross-check with its path as a key, and a remedy that names keys."""
    key, _, _ = problem.path.partition(" (")
    remedy = problem.remedy.replace(f" in staffing.{scenario.staffing.name};", ";")
    if key.startswith("staffing.") and remedy.startswith("minimum cover"):
        remedy = f"{remedy}; {_heads_key(scenario, key.split('.')[1])}"
    if step := STEP.fullmatch(key):
        planned = scenario.department.streams[step["stream"]].pathway[int(step["number"])]
        key = f"department.streams.{step['stream']}.pathway.{planned.name}{_entry_naming(planned, problem.value)}"
    return replace(problem, path=key.replace("[", ".").replace("]", ""), remedy=remedy)


def _heads_key(scenario: Scenario, role_name: str) -> str:
    """The key that changes how many of a role are rostered."""
    role = scenario.staffing.roles[role_name]
    if role.heads is not None:
        return f"set staffing.{role_name}.heads"
    if not role.shifts:
        return f"add a shift: +staffing.{role_name}.shifts.NAME={{start: '07:00', minutes: 720, heads: 1}}"
    return f"set staffing.{role_name}.shifts.NAME.heads, NAME being the shift"


def _entry_naming(step: object, value: str) -> str:
    """The entry of a step that names this role, with its dot; nothing where none does."""
    for entry in ("role", "fallback_role", "roles"):
        named = getattr(step, entry, None)
        if value == repr(named) or (isinstance(named, tuple) and value in map(repr, named)):
            return f".{entry}"
    return ""
