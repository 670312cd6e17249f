"""What is looked for in a user's own department and staffing: steps it adds, purposes of tasks, costs of roles.

`added_steps` stand behind the pathway a department inherits, and are put there once the files have been merged: lists
are replaced when files are merged, so that one more step would ask for the whole pathway again. Measures once found
tasks by their names and now find them by their purpose: without one their waits would be measured for no visit, and a
role without a cost would work for nothing, and nobody would be told.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from sim.config.files import choices_of, file_of, shipped_configs
from sim.config.key_paths import Plain
from sim.department.roster import Staffing
from sim.department.scenario import Problem

ADDED = "added_steps"


def in_their_pathways(department: Plain) -> Plain:
    """A department whose `added_steps` are the last steps of their pathways. The data are not changed.

    What is no list of steps is left where it stands: there is no such key, and that is reported.
    """
    streams = department.get("streams") if isinstance(department, dict) else None
    if not isinstance(streams, dict):
        return department
    return {**department, "streams": {name: with_all_steps(stream) for name, stream in streams.items()}}


def with_all_steps(stream: Plain) -> Plain:
    """A stream that says its steps in one list."""
    inherited, added = (stream.get("pathway"), stream.get(ADDED)) if isinstance(stream, dict) else (None, None)
    if not isinstance(inherited, list) or not isinstance(added, list):
        return stream
    kept = {key: value for key, value in stream.items() if key != ADDED}
    return kept | {"pathway": [*inherited, *added]}


BY_NAME = re.compile("(?P<triage>triage)|(?P<physician>physician)|(?P<clearance>clearance_.*)", re.DOTALL)
"""Names of tasks, with the purpose of each as the name of its group."""


def tasks_without_purpose(department: Plain) -> Iterator[Problem]:
    """A problem for each task, as written, whose name says what it is for and that says no purpose."""
    streams = department.get("streams") if isinstance(department, dict) else None
    for stream_name, stream in streams.items() if isinstance(streams, dict) else ():
        pathway = stream.get("pathway") if isinstance(stream, dict) else None
        for step in pathway if isinstance(pathway, list) else ():
            if purpose := _purpose_meant(step):
                remedy = (
                    f"measures find it by its purpose: add purpose: {purpose}, or purpose: none if it is no {purpose}"
                )
                place = f"department.streams.{stream_name}.pathway.{step['name']}.purpose"
                yield Problem(place, "nothing", remedy, ("purpose", purpose))


def _purpose_meant(step: Plain) -> str | None:
    """The purpose that a task without one has by its name; None for any other entry."""
    if not isinstance(step, Mapping) or step.get("kind") != "task" or "purpose" in step:
        return None
    named = BY_NAME.fullmatch(str(step.get("name", "")))
    return named and named.lastgroup


MISSING_COST = "cost"
"""Kind of these problems: nothing else about the roster is in doubt because of them."""


def without_cost(roster: Plain) -> Iterator[Problem]:
    """A problem for each role, as written, without an hourly cost, with the shipped one as an example."""
    for name, role in roster.items() if isinstance(roster, dict) else ():
        if name not in Staffing.model_fields and isinstance(role, dict) and "hourly_cost" not in role:
            remedy = f"add CAD an hour, benefits included{example_of(name)}; without it the role works for nothing"
            yield Problem(f"staffing.{name}.hourly_cost", "nothing", remedy, (MISSING_COST, name))


def example_of(role: str) -> str:
    """The cost in the shipped rosters, and where it comes from; nothing for a role they do not have."""
    line = shipped_costs().get(role)
    return "" if line is None else f" (shipped: hourly_cost: {line})"


@lru_cache(maxsize=1)
def shipped_costs() -> dict[str, str]:
    """Hourly cost of each shipped role, with the comment that names its row of the register."""
    from sim.analysis.assumptions import numbers_in  # only where something is wrong

    folder, found = shipped_configs(), dict[str, str]()
    for name in choices_of("staffing", (folder,)):
        for number in numbers_in(file_of((folder,), "staffing", name)):
            role, _, key = number.key.partition(".")
            if key == "hourly_cost":
                found.setdefault(role, f"{number.text}  # {number.comment}")
    return found
