"""Matched factors in the files that are written: the department, boarding and staffing that carry them say so."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml

from sim.calibration.matching.history_matching import CUTOFF, Region
from sim.calibration.matching.quantities import parts_changed, quantity_words
from sim.calibration.writing.department_file import DepartmentFile
from sim.department.boarding import Boarding
from sim.department.department import Calibration
from sim.department.roster import WEEKDAYS, Staffing, clock_text
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
    values = {name: value for name, value in region.nearest_values().items() if part in parts_changed((name,))}
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


def texts_of_matched(name: str, scenario: Scenario, region: Region | None, source: str) -> dict[str, str]:
    """Texts of the configurations besides the department that carry factors: `boarding` and `staffing`."""
    if region is None:
        return {}
    changed = parts_changed(tuple(region.nearest_values()))
    found: dict[str, str] = {}
    if "boarding" in changed:
        found["boarding"] = _text("boarding", name, _boarding_data(name, scenario.boarding), region, source)
    if "staffing" in changed:
        found["staffing"] = _text("staffing", name, _staffing_data(name, scenario.staffing), region, source)
    return found


def _boarding_data(name: str, boarding: Boarding) -> dict[str, Any]:
    return boarding.model_dump(mode="json") | {"name": name}


def _staffing_data(name: str, staffing: Staffing) -> dict[str, Any]:
    """Roles stand at the level of the staffing itself; clock times and weekdays are words, as people write them."""
    data: dict[str, Any] = staffing.model_dump(mode="json", exclude_defaults=True) | {"name": name}
    roles: dict[str, Any] = data.pop("roles")
    for role in roles.values():
        for shift in role.get("shifts", {}).values():
            shift["start"] = clock_text(shift["start"])
            if "days" in shift:
                shift["days"] = [WEEKDAYS[day] for day in shift["days"]]
    return data | roles


def _text(group: str, name: str, data: Mapping[str, Any], region: Region, source: str) -> str:
    head = (
        f"# {group}={name}: as it was before, with what was matched to the visits of {source}.",
        "# Written by `peered study=calibrate`: change the visits file or what is matched, not this file.",
        *(f"# {line}" for line in matched_lines(region, group)),
    )
    body = yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, width=120)
    return "\n".join(head) + "\n" + body
