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

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sim.department.boarding import Boarding
from sim.department.department import Department
from sim.department.quantities import ACUITIES, Distribution
from sim.department.roster import Role, Staffing, heads_by_minute
from sim.department.scenario import Scenario
from sim.statistics.arrays import BoolArray

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
    department = scenario.department
    steps = [step for stream in department.streams.values() for step in stream.pathway if step.name not in measured]
    tasks = dict.fromkeys(step.role for step in steps if step.kind == "task")
    roles = dict.fromkeys(role for role in _roles_with_main_tasks(department) if role in scenario.staffing.roles)
    found = [*tasks]
    found += [DELAYS] if any(step.kind == "delay" for step in steps) else []
    found += [BOARDING] if any(step.kind == "board" for step in steps) else []
    found += (
        [PATIENCE_FACTOR] if any(stream.patience.minutes is not None for stream in department.streams.values()) else []
    )
    found += [f"{HEADS}{role}" for role in roles]
    found += [ALL_PLACES] if any(zone.places for zone in department.zones.values()) else []
    return tuple(found)


def levels_of() -> tuple[str, ...]:
    """Acuity levels that can have a factor of their own, as `levels.1`."""
    return tuple(f"{LEVELS}{level}" for level in ACUITIES)


def steps_of(department: Department, measured: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Single steps that can have a factor of their own, as `steps.consultation`."""
    steps = [step for stream in department.streams.values() for step in stream.pathway if step.name not in measured]
    return tuple(dict.fromkeys(f"{SINGLE_STEP}{step.name}" for step in steps if step.kind in ("task", "delay")))


def _roles_with_main_tasks(department: Department) -> tuple[str, ...]:
    steps = [step for stream in department.streams.values() for step in stream.pathway]
    return tuple(dict.fromkeys(step.role for step in steps if step.kind == "task"))


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


def parts_changed(names: Mapping[str, float] | tuple[str, ...]) -> frozenset[str]:
    """Which parts of a scenario those quantities change: `department`, `boarding`, `staffing`."""
    return frozenset(
        "staffing" if name.startswith(HEADS) else "boarding" if name == BOARDING else "department" for name in names
    )


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


def scaled(minutes: Distribution, factor: float) -> Distribution:
    """The same distribution with every value times a factor."""
    found = {}
    for name in _IN_MINUTES[minutes.family]:
        value = getattr(minutes, name)
        found[name] = tuple(each * factor for each in value) if isinstance(value, tuple) else value * factor
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
    by_level = tuple(own * factors.get(name, 1.0) for name in levels_of())
    if set(by_level) == {1.0}:
        return step
    is_by_level = len(set(by_level)) > 1 and step.minutes.family not in _SAME_AT_ALL_LEVELS
    minutes = scaled_by_level(step.minutes, by_level) if is_by_level else scaled(step.minutes, own)
    return step.model_copy(update={"minutes": minutes})


def scaled_by_level(minutes: Distribution, factors: tuple[float, ...]) -> Distribution:
    """The same distribution with a factor for each acuity level."""
    found = {}
    for name in _IN_MINUTES[minutes.family]:
        value = getattr(minutes, name)
        values = value if isinstance(value, tuple) else (value,) * len(factors)
        found[name] = tuple(each * factor for each, factor in zip(values, factors, strict=True))
    return minutes.model_copy(update=found)


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
    roles = {
        name: _with_role_heads(role, factors[name]) if name in factors else role
        for name, role in staffing.roles.items()
    }
    return staffing.model_copy(update={"roles": roles}) if factors else staffing


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
        uncovered = had & (heads_by_minute(_with_shift_heads(role, heads)) == 0)
        if not uncovered.any():
            break
        if heads[name] == 0 and role.heads_of(shift) and (uncovered & _is_there(role, name)).any():
            heads[name] = 1
    return _with_shift_heads(role, heads)


def _with_shift_heads(role: Role, heads: Mapping[str, int]) -> Role:
    """The role with heads by shift, which a number for all shifts no longer replaces."""
    shifts = {name: shift.model_copy(update={"heads": heads[name]}) for name, shift in role.shifts.items()}
    return role.model_copy(update={"shifts": shifts, "heads": None})


def _is_there(role: Role, name: str) -> BoolArray:
    """Minutes of the week in which a shift is worked."""
    return heads_by_minute(_with_shift_heads(role, {each: int(each == name) for each in role.shifts})) > 0


def _with_cover(department: Department, staffing: Staffing) -> Department:
    """Minimum cover is at most what the roster has at its thinnest, or a smaller roster could not be played."""
    cover = {}
    for role, least in department.minimum_cover.items():
        there = int(heads_by_minute(staffing.roles[role]).min()) if role in staffing.roles else least
        cover[role] = min(least, there)
    return department.model_copy(update={"minimum_cover": cover})


def not_whole(names: tuple[str, ...]) -> Iterator[str]:
    """Those of the quantities whose factor acts in whole heads or places, so that it is met only roughly."""
    yield from (name for name in names if name.startswith(HEADS) or name == ALL_PLACES)
