"""Matched factors in the files that are written: the department, boarding and staffing that carry them say so."""

from collections.abc import Iterator
from dataclasses import replace

import yaml

from sim.calibration.matching.history_matching import CUTOFF, Region
from sim.calibration.matching.quantities import ALL_PLACES, HEADS, part_changed, quantity_words
from sim.calibration.resources.own_resources import Resources
from sim.calibration.resources.rosters import SourcedRole
from sim.calibration.writing.department_file import DepartmentFile
from sim.department.boarding import Boarding
from sim.department.department import Calibration
from sim.department.roster import Role
from sim.department.scenario import Scenario


def matched_department(file: DepartmentFile, scenario: Scenario, region: Region | None) -> DepartmentFile:
    """The department with the factors of the nearest point, and a comment for each."""
    if region is None:
        return file
    data = scenario.department.model_dump(mode="json") | {"name": file.name}
    return replace(file, data=data, about=(*file.about, *matched_lines(region, "department")))


def judged_department(file: DepartmentFile, calibration: Calibration) -> DepartmentFile:
    """The department with what is said of it beside every answer."""
    return replace(file, data=file.data | {"calibration": calibration.model_dump(mode="json")})


def matched_lines(region: Region, part: str) -> Iterator[str]:
    """The factors that a part of the scenario carries, and how near to the file they come."""
    values = {name: value for name, value in region.nearest_values().items() if part_changed(name) == part}
    if not values:
        return
    failed, n = len(region.nearest.failed), len(region.targets)
    yield (
        f"Matched to waits and stays of the file: the nearest of {region.n_played} points played; "
        f"{n - failed} of {n} targets lie within {CUTOFF:g} spreads there."
    )
    edges = dict(region.at_edge())
    for name, value in values.items():
        edge = f", at the edge {edges[name]:g} of where was looked" if name in edges else ""
        yield f"  {quantity_words(name)} ({name}) x {value:.4g}{edge}"


def matched_resources(resources: Resources, scenario: Scenario, region: Region | None) -> Resources:
    """Staff and places with the factors of the nearest point, and what is said of each role and shift."""
    factors = {} if region is None else region.nearest_values()
    heads = {name.removeprefix(HEADS): value for name, value in factors.items() if name.startswith(HEADS)}
    zones = resources.zones
    if ALL_PLACES in factors:
        said = f"; x {factors[ALL_PLACES]:.3g}, matched to waits and stays"
        limited = {name for name, zone in zones.zones.items() if zone.places is not None}
        sources = {name: f"{source}{said}" if name in limited else source for name, source in zones.sources.items()}
        zones = replace(zones, zones=scenario.department.zones, sources=sources)
    staffing = resources.sourced.staffing.model_copy(update={"roles": scenario.staffing.roles})
    roles = {
        name: _matched_role(each, staffing.roles[name], heads[name]) if name in heads else each
        for name, each in resources.sourced.roles.items()
    }
    sourced = replace(resources.sourced, staffing=staffing, roles=roles)
    return replace(resources, sourced=sourced, zones=zones)


def _matched_role(each: SourcedRole, role: Role, factor: float) -> SourcedRole:
    said = f"; heads x {factor:.3g}, matched to waits and stays"
    shifts = {name: f"{source}{said}" for name, source in each.shift_sources.items()}
    return replace(each, role=role, source=f"{each.source}{said}", shift_sources=shifts)


def boarding_text(name: str, boarding: Boarding, region: Region, source: str) -> str:
    """The configuration of boarding that carries its factor."""
    head = (
        f"# boarding={name}: as it was before, with what was matched to the visits of {source}.",
        "# Written by `peered study=calibrate`: change the visits file or what is matched, not this file.",
        *(f"# {line}" for line in matched_lines(region, "boarding")),
    )
    data = boarding.model_dump(mode="json") | {"name": name}
    body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)
    return "\n".join(head) + "\n" + body
