"""Tasks of a user's own department that measures once found by their names, and now find by their purpose.

Without a purpose their waits and times would be measured for no visit, and nobody would be told.
"""

import re
from collections.abc import Iterator, Mapping

from sim.config.key_paths import Plain
from sim.department.scenario import Problem

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
