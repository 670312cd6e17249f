"""Quantities of a department that a factor can change: minutes, boarding, patience, heads, places.

A user names them in `study.match`. `with_factors` is the only place that knows what a name changes.

| Name | What the factor multiplies |
|---|---|
| a role, as `physician` | minutes of its main tasks |
| `delays` | minutes of the delays |
| `boarding` | minutes until an inpatient bed is there, of long boarders too |
| `patience` | minutes after which a patient leaves |
| `heads.ROLE` | heads of its shifts, in whole heads |
| `places` | places of every limited zone, in whole places |
| `levels.N` | minutes of all tasks and delays at acuity level N, beside the factors above |
| `steps.NAME` | minutes of the step of that name alone, in place of its role's or of `delays` |
"""

from collections.abc import Mapping
from typing import Any, Final

from sim.calibration.resources.scaling import fewest_heads, present_by_minute, with_heads_of_shifts
from sim.department.boarding import Boarding
from sim.department.department import Department
from sim.department.quantities import ACUITIES, Distribution
from sim.department.roster import Role, Staffing, heads_by_minute
from sim.department.scenario import Scenario

DELAYS: Final = "delays"
BOARDING: Final = "boarding"
PATIENCE_FACTOR: Final = "patience"
ALL_PLACES: Final = "places"
HEADS: Final = "heads."
"""Before the name of a role: its heads, not its minutes."""
SINGLE_STEP: Final = "steps."
"""Before the name of one step."""
LEVELS: Final = "levels."
"""Before an acuity level."""
EACH_LEVEL: Final = tuple(f"{LEVELS}{level}" for level in ACUITIES)
"""Acuity levels that can have a factor of their own, as `levels.1`."""
_IN_MINUTES: Final = {
    "constant": ("value",),
    "exponential": ("mean",),
    "lognormal": ("mean",),
    "lognormal_median": ("median",),
    "gamma": ("mean",),
    "weibull": ("scale",),
    "empirical": ("scale",),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
}
"""Parameters of each family that a factor multiplies."""
_SAME_AT_ALL_LEVELS: Final = ("uniform", "triangular")
"""Families without parameters by level: a factor of a level leaves them as they are."""


def quantities_of(scenario: Scenario, measured: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Everything that can have a factor in this scenario, in the order of the table above.

    Minutes of steps that are `measured` need none.
    """
    streams, zones = scenario.department.streams.values(), scenario.department.zones.values()
    steps = [step for stream in streams for step in stream.pathway]
    factored = [step for step in steps if step.name not in measured]
    kinds = {step.kind for step in factored}
    roles = dict.fromkeys(step.role for step in steps if step.kind == "task")
    rest = {
        DELAYS: "delay" in kinds,
        BOARDING: "board" in kinds,
        PATIENCE_FACTOR: any(stream.patience.minutes is not None for stream in streams),
        **{f"{HEADS}{role}": role in scenario.staffing.roles for role in roles},
        ALL_PLACES: any(zone.places for zone in zones),
    }
    tasks = dict.fromkeys(step.role for step in factored if step.kind == "task")
    return (*tasks, *(name for name, is_there in rest.items() if is_there))


def steps_of(department: Department, measured: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Single steps that can have a factor of their own, as `steps.consultation`."""
    steps = [step for stream in department.streams.values() for step in stream.pathway if step.name not in measured]
    return tuple(dict.fromkeys(f"{SINGLE_STEP}{step.name}" for step in steps if step.kind in ("task", "delay")))


def quantity_words(name: str) -> str:
    """What a name means, as in `minutes of a physician's tasks`."""
    if name.startswith(HEADS):
        return f"heads of the role {name.removeprefix(HEADS)}"
    if name.startswith(LEVELS):
        return f"minutes of tasks and delays at level {name.removeprefix(LEVELS)}"
    if name.startswith(SINGLE_STEP):
        return f"minutes of the step {name.removeprefix(SINGLE_STEP)}"
    words = {
        DELAYS: "minutes of delays",
        BOARDING: "minutes boarded",
        PATIENCE_FACTOR: "minutes of patience",
        ALL_PLACES: "places of every zone",
    }
    return words.get(name, f"minutes of tasks of the role {name}")


def part_changed(name: str) -> str:
    """Which part of a scenario a quantity changes: `department`, `boarding` or `staffing`."""
    return "staffing" if name.startswith(HEADS) else "boarding" if name == BOARDING else "department"


def with_factors(scenario: Scenario, factors: Mapping[str, float], measured: frozenset[str] = frozenset()) -> Scenario:
    """The scenario with each named quantity times its factor; what is not named stays, and so do `measured` steps."""
    heads = {name.removeprefix(HEADS): factor for name, factor in factors.items() if name.startswith(HEADS)}
    staffing = with_heads(scenario.staffing, heads)
    department = _with_minutes(scenario.department, factors, measured)
    if ALL_PLACES in factors:
        department = _with_places(department, factors[ALL_PLACES])
    if heads:
        department = _with_cover(department, staffing)
    boarding = with_boarding(scenario.boarding, factors[BOARDING]) if BOARDING in factors else scenario.boarding
    return scenario.model_copy(update={"department": department, "staffing": staffing, "boarding": boarding})


def scaled(minutes: Distribution, *factors: float) -> Distribution:
    """The same distribution with every value times a factor, or with one for each acuity level."""
    found = {}
    for name in _IN_MINUTES[minutes.family]:
        value = getattr(minutes, name)
        values = value if isinstance(value, tuple) else (value,) * len(factors)
        each_factor = factors if len(factors) > 1 else factors * len(values)
        products = tuple(one * factor for one, factor in zip(values, each_factor, strict=True))
        found[name] = products if len(products) > 1 else products[0]
    return minutes.model_copy(update=found)


def _with_minutes(department: Department, factors: Mapping[str, float], measured: frozenset[str]) -> Department:
    streams = {}
    for name, stream in department.streams.items():
        pathway = tuple(step if step.name in measured else _with_step_minutes(step, factors) for step in stream.pathway)
        changed: dict[str, Any] = {"pathway": pathway}
        if PATIENCE_FACTOR in factors and stream.patience.minutes is not None:
            minutes = scaled(stream.patience.minutes, factors[PATIENCE_FACTOR])
            changed["patience"] = stream.patience.model_copy(update={"minutes": minutes})
        streams[name] = stream.model_copy(update=changed)
    return department.model_copy(update={"streams": streams})


def _with_step_minutes(step: Any, factors: Mapping[str, float]) -> Any:
    of_kind = DELAYS if step.kind == "delay" else step.role if step.kind == "task" else ""
    if not of_kind:
        return step
    own = factors.get(f"{SINGLE_STEP}{step.name}", factors.get(of_kind, 1.0))
    by_level = tuple(own * factors.get(name, 1.0) for name in EACH_LEVEL)
    if step.minutes.family in _SAME_AT_ALL_LEVELS:
        by_level = (own,)
    elif len(set(by_level)) == 1:
        by_level = by_level[:1]
    return step if by_level == (1.0,) else step.model_copy(update={"minutes": scaled(step.minutes, *by_level)})


def _with_places(department: Department, factor: float) -> Department:
    """A zone keeps one place at least; one without a limit stays without."""
    zones = {
        name: zone.model_copy(update={"places": max(1, round(zone.places * factor))}) if zone.places else zone
        for name, zone in department.zones.items()
    }
    return department.model_copy(update={"zones": zones})


def with_boarding(boarding: Boarding, factor: float) -> Boarding:
    """Every boarding time times a factor, the mean of long boarders too. A regional pool of beds stays as it is."""
    times = {
        name: time.model_copy(update={"minutes": scaled(time.minutes, factor)}) for name, time in boarding.times.items()
    }
    return boarding.model_copy(update={"times": times, "mean_hours": boarding.mean_hours * factor})


def with_heads(staffing: Staffing, factors: Mapping[str, float]) -> Staffing:
    """Heads of each named role times its factor, in whole heads."""
    changed = {name: _with_role_heads(role, factors[name]) for name, role in staffing.roles.items() if name in factors}
    return staffing.model_copy(update={"roles": staffing.roles | changed}) if changed else staffing


def _with_role_heads(role: Role, factor: float) -> Role:
    """What rounding takes from one shift goes to the next, so that heads of a day come nearest to the factor.

    No minute of the week that had somebody is left without anybody: there a shift keeps one.
    """
    carried, heads = 0.0, {}
    for name, shift in sorted(role.shifts.items(), key=lambda item: item[1].start):
        wanted = role.heads_of(shift) * factor + carried
        heads[name] = max(0, round(wanted))
        carried = wanted - heads[name]
    had = heads_by_minute(role) > 0
    for name, shift in role.shifts.items():
        uncovered = had & (heads_by_minute(with_heads_of_shifts(role, heads)) == 0)
        if not uncovered.any():
            break
        if heads[name] == 0 and role.heads_of(shift) and uncovered[present_by_minute(role, name) > 0].any():
            heads[name] = 1
    return with_heads_of_shifts(role, heads)


def _with_cover(department: Department, staffing: Staffing) -> Department:
    """Minimum cover is at most what the roster has at its thinnest, or a smaller roster could not be played."""
    cover = {}
    for role, needed in department.minimum_cover.items():
        fewest = fewest_heads(staffing, role)
        cover[role] = needed if fewest is None else min(needed, fewest)
    return department.model_copy(update={"minimum_cover": cover})
