"""What a reader must know of a department: staff that does not fit demand, roles that never work, what is not measured.

What work is asked for is reckoned by `sim.department.expected_work`; how a comparison is made is
`sim.analysis.compare`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.department.arrivals import MEDICAL, MENTAL_HEALTH
from sim.department.expected_work import BUSY_AT_LEAST, RoleLoad, loads, seeing_roles
from sim.department.pathway import Task
from sim.department.scenario import Scenario
from sim.runs.design import at_demand

if TYPE_CHECKING:
    import pandas as pd


WORK_BY_CHANCE = 10.0
"""Hours of work expected in all runs together below which a role may well have had none."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A sentence about a role in one staffing at one demand level; of several `degree` says which is the worst."""

    about: tuple[str, str]
    where: str
    what: str
    degree: float


def notes_on_staffing(
    scenarios: Mapping[str, Scenario], levels: Iterable[float], estimates: "pd.DataFrame | None" = None
) -> tuple[str, ...]:
    """What does not fit in any staffing at any demand level, one sentence for each role and kind of misfit.

    `estimates` (columns demand, staffing, measure, mean, n) are those of the runs: with them staff is as busy as it
    was there, and who never worked is named too. Without them both are as reckoned.
    """
    measured = {} if estimates is None else means_of(estimates)
    replications = 0 if estimates is None or estimates.empty else int(estimates["n"].max())
    demands = tuple(levels)
    found: list[_Found] = []
    for level in demands:
        for name, scenario in scenarios.items():
            where = scenario.staffing.label or name
            where += f" at demand {level:g}" if len(demands) > 1 else ""
            here = measured.get((level, name), {})
            found += findings(at_demand(scenario, level), where, here, replications)
    return tuple(worst_of_each(found))


def means_of(estimates: "pd.DataFrame") -> dict[tuple[float, str], dict[tuple[str, str], float]]:
    """Means by demand and staffing, and then by measure and role."""
    found: dict[tuple[float, str], dict[tuple[str, str], float]] = {}
    rows = estimates[estimates["measure"].str.startswith(("busy_hours", "overtime_hours", "scheduled_hours"))]
    for demand, staffing, key, mean in zip(
        *(rows[name] for name in ("demand", "staffing", "measure", "mean")), strict=True
    ):
        measure, role = str(key).split(".", 1)
        found.setdefault((demand, staffing), {})[measure, role] = mean
    return found


def findings(
    scenario: Scenario, where: str, measured: Mapping[tuple[str, str], float], replications: int
) -> Iterator[_Found]:
    """All that does not fit in one scenario."""
    seeing = seeing_roles(scenario)
    for role, load in loads(scenario).items():
        name = role.replace("_", " ")
        busy = measured.get(("busy_hours_per_week", role))
        on_duty = measured.get(("scheduled_hours_per_week", role), load.hours)
        if load.is_too_large:
            yield _Found((role, "too large"), where, too_large(name, load), load.left - load.hours)
        elif busy is not None and on_duty > 0.0 and busy + measured.get(("overtime_hours_per_week", role), 0.0) == 0.0:
            weeks = scenario.period.measured_weeks * replications
            if not 0.0 < load.own * weeks < WORK_BY_CHANCE:
                cost = scenario.staffing.roles[role].hourly_cost * scenario.staffing.roles[role].hours_per_week()
                money = f"{cost:,.0f} {scenario.staffing.currency} a week"
                yield _Found((role, "never"), where, f"{name} never worked, at {money}.", cost)
        elif role in seeing and on_duty > 0.0:
            share = load.busy_share if busy is None or not scenario.period.is_of_weeks else busy / on_duty
            if share < BUSY_AT_LEAST:
                yield _Found((role, "too small"), where, too_small(name, share, on_duty), -share)


def too_large(name: str, load: RoleLoad) -> str:
    """More work than hours."""
    if load.hours == 0.0:
        return f"{name} is never on duty, and {load.left:,.1f} hours of its work a week are left undone."
    return (
        f"{name} is asked for {load.left:,.0f} hours of work a week and has {load.hours:,.0f}, so that its queue grows "
        "without end or patients leave."
    )


def too_small(name: str, share: float, hours: float) -> str:
    """Hours with little work in them."""
    return (
        f"{name} is busy for {100.0 * share:.0f} % of its {hours:,.0f} hours a week, as in the roster of a larger "
        "department."
    )


def worst_of_each(found: Iterable[_Found]) -> Iterator[str]:
    """One sentence for each role and kind of misfit, of where it is worst."""
    together: dict[tuple[str, str], list[_Found]] = {}
    for one in found:
        together.setdefault(one.about, []).append(one)
    for several in together.values():
        worst = max(several, key=lambda one: one.degree)
        others = f" (and {len(several) - 1} more)" if len(several) > 1 else ""
        yield f"Staffing and demand do not fit in {worst.where}{others}: {worst.what}"


LOST = {
    "triage": "waits for a physician count from arrival, and the wait for triage is not measured",
    "physician": "waits for a physician are not measured",
}
"""What is measured of no visit where no task of its stream has this purpose."""


def notes_on_purposes(scenarios: Iterable[Scenario]) -> tuple[str, ...]:
    """A sentence for each stream with patients and each purpose that none of its tasks has, and for each stream without
    patients, each once."""
    return tuple(dict.fromkeys(note for scenario in scenarios for note in _notes_of(scenario)))


def _notes_of(scenario: Scenario) -> Iterator[str]:
    """The sentences about one scenario."""
    for name in scenario.demand.streams():
        stream = scenario.department.streams.get(name)
        purposes = {step.purpose for step in stream.pathway if isinstance(step, Task)} if stream else set(LOST)
        if name not in (MEDICAL, MENTAL_HEALTH) and purposes.isdisjoint(LOST):  # no emergency department, it may be
            waits = "waits are measured for each step (step_wait_mean), and none until a physician"
            yield f"No step of stream {name} has purpose {' or '.join(LOST)}: {waits}."
            continue
        for purpose, lost in LOST.items():
            if purpose not in purposes:
                yield f"No step of stream {name} has purpose {purpose}: {lost}."
    for name in scenario.department.streams:
        if name not in scenario.demand.streams():
            yield f"Nobody comes to stream {name}: the demand has no rate for it, as demand.per_hour.{name} would be."
