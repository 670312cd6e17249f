"""That every role of a roster says what an hour of it costs: one that does not would work for nothing, unnoticed."""

from collections.abc import Iterator
from functools import lru_cache

from sim.config.files import choices_of, file_of, shipped_configs
from sim.config.key_paths import Plain
from sim.department.roster import Staffing
from sim.department.scenario import Problem

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
