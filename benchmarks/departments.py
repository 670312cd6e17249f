"""The departments that are timed: the default one, and the same with more staff, more zones, more patients.

How they are timed is `runs`.
"""

import sim
from sim.department.department import Department
from sim.department.pathway import Place, Step
from sim.department.places import Zone
from sim.department.roster import Role, Staffing
from sim.department.scenario import Scenario
from sim.runs.design import at_demand

SPLIT = "acute"


def department(weeks: int, staff: int = 1, zones: int | None = None, growth: float = 1.0) -> Scenario:
    """The default department, traditional staffing, without warm-up, month factors on whatever the length.

    `staff` multiplies heads, places and patients alike, so that the load stays; `zones` is the number of
    zones among which the same places are divided; `growth` multiplies patients alone.
    """
    scenario = sim.load(f"study.weeks={weeks}", "study.warm_up_weeks=0", "study.month_factors=true")
    scenario = at_demand(scenario, growth * staff)
    building = grown(scenario.department, staff)
    if zones is not None:
        building = divided(building, zones - len(building.zones) + 1)
    return scenario.model_copy(
        update={"department": building, "staffing": with_heads(scenario.staffing, staff)}
    ).checked()


def with_heads(staffing: Staffing, factor: int) -> Staffing:
    """Every shift with `factor` times its heads."""
    roles = {name: role_with_heads(role, factor) for name, role in staffing.roles.items()}
    return staffing.model_copy(update={"roles": roles})


def role_with_heads(role: Role, factor: int) -> Role:
    shifts = {name: shift.model_copy(update={"heads": shift.heads * factor}) for name, shift in role.shifts.items()}
    return role.model_copy(update={"shifts": shifts})


def grown(department: Department, factor: int) -> Department:
    """Every zone with `factor` times its places."""
    zones = {
        name: zone if zone.places is None else zone.model_copy(update={"places": zone.places * factor})
        for name, zone in department.zones.items()
    }
    return department.model_copy(update={"zones": zones})


def divided(department: Department, parts: int) -> Department:
    """The acute zone in so many parts, which routes name one after the other: same places, same visits."""
    names = tuple(f"{SPLIT}_{part + 1}" for part in range(parts))
    zones: dict[str, Zone] = {}
    for name, zone in department.zones.items():
        if name == SPLIT:
            assert zone.places is not None
            for part, new in enumerate(names):
                places = (part + 1) * zone.places // parts - part * zone.places // parts
                zones[new] = zone.model_copy(update={"places": places})
        else:
            zones[name] = zone
    streams = {
        name: stream.model_copy(update={"pathway": tuple(rerouted(step, names) for step in stream.pathway)})
        for name, stream in department.streams.items()
    }
    return department.model_copy(update={"zones": zones, "streams": streams})


def rerouted(step: Step, names: tuple[str, ...]) -> Step:
    """A place step that names the parts where it named the whole."""
    if not isinstance(step, Place):
        return step
    routes = tuple(
        route.model_copy(
            update={"zones": tuple(new for zone in route.zones for new in (names if zone == SPLIT else (zone,)))}
        )
        for route in step.routes
    )
    return step.model_copy(update={"routes": routes})
