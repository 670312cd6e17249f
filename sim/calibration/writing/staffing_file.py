"""The configuration of a hospital's staffing, and of the same with peers added, each number with where it comes from.

The whole staffing is written, and inherits nothing: the shifts of a staffing that is inherited stay beside one's own.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from sim.calibration.resources.own_resources import Resources
from sim.calibration.resources.rosters import PRICED, SourcedRole
from sim.department.roster import SHIPPED_CURRENCY, WEEKDAYS, Break, Shift, clock_text
from sim.io.clean_text import one_line
from sim.io.strict_yaml import parsed_yaml

COMPARED_WITH: Final[Mapping[str, str]] = {"peers": "_peers", "without_peers": "_without_peers"}
"""What a hospital's staffing is compared with, peers added or taken out of it, and what is put behind its name then."""
_TEMPLATE: Final = Path(__file__).resolve().parents[2] / "data" / "new" / "peers_beside.yaml"
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)


def staffing_texts(resources: Resources) -> dict[str, str]:
    """The hospital's staffing and what it is compared with: `staffing`, and one of `COMPARED_WITH`."""
    return {"staffing": staffing_text(resources), _compared(resources): compared_text(resources)}


def compared_name(resources: Resources) -> str:
    """The name of the staffing that is compared with the hospital's own."""
    return f"{resources.sourced.staffing.name}{COMPARED_WITH[_compared(resources)]}"


def _compared(resources: Resources) -> str:
    """Which of `COMPARED_WITH` it is."""
    return "without_peers" if resources.sourced.peers else "peers"


def staffing_text(resources: Resources) -> str:
    """The file of the hospital's staffing."""
    staffing, roles = resources.sourced.staffing, resources.sourced.roles
    lines = [
        f"# staffing={staffing.name}: {resources.state()}.",
        f"# {resources.volume.text()}. Hours are of a week; minutes; {staffing.currency} an hour, loaded.",
        "# Written by `peered study=calibrate`: change its lists rather than this file, or copy it to a new name.",
        f"name: {staffing.name}",
        f"label: {staffing.label}",
        *([f"currency: {staffing.currency}"] if staffing.currency != SHIPPED_CURRENCY else []),
        f"weekly_extra_cost: {number_text(staffing.weekly_extra_cost)}    # as in {resources.sourced.whose}",
    ]
    if staffing.enhances:
        lines.append(f"enhances: {json.dumps(staffing.enhances)}")
    for name, each in roles.items():
        lines += ["", *_role_lines(name, each, resources.sourced.whose)]
    return "\n".join(lines) + "\n"


def compared_text(resources: Resources) -> str:
    """The file of the staffing it is compared with: with peers added, or without those it has."""
    own, name = resources.sourced.staffing.name, compared_name(resources)
    if not resources.sourced.peers:
        return _with_peers(own, name, resources.sourced.staffing.weekly_extra_cost)
    lines = [
        f"# staffing={name}: as {own} without its peers, and nobody in their place: what do they change?",
        f"defaults: [{own}, _self_]",
        f"name: {name}",
        f"label: No peers in {own}",
        "weekly_extra_cost: 0    # assumption: what comes beside all hours is the coordinator of the peers",
    ]
    for role in resources.sourced.peers:
        lines += ["", f"{key_text(role)}:", "  shifts:"]
        shifts = resources.sourced.staffing.roles[role].shifts
        lines += [f"    {key_text(shift)}: {{heads: 0}}    # structural: the shift is not filled" for shift in shifts]
    return "\n".join(lines) + "\n"


def _with_peers(own: str, name: str, extra: float) -> str:
    """The example of peers beside a staffing; `extra` is what that one costs a week beside its hours."""
    text = _TEMPLATE.read_text(encoding="utf-8").replace("BASE", own).replace("NAME", name)
    if not extra:
        return text
    key = "weekly_extra_cost: "
    coordinator = parsed_yaml(_TEMPLATE, text)[key.rstrip(": ")]
    return text.replace(f"{key}{coordinator}", f"{key}{number_text(extra + coordinator)}")


def _role_lines(name: str, each: SourcedRole, whose: str) -> Iterator[str]:
    """A role of the file."""
    role = each.role
    yield f"{key_text(name)}:    # {one_line(each.source)}"
    if role.kind != "clinical":
        yield f"  kind: {role.kind}"
    for key in PRICED:
        value = getattr(role, key)
        if value is not None and (value or key == "hourly_cost"):
            yield f"  {key}: {number_text(value)}    # {one_line(each.key_sources[key])}"
    if role.absence_share:
        yield f"  absence_share: {number_text(role.absence_share)}    # as in {whose}"
    if role.also_serves:
        yield f"  also_serves: {json.dumps(role.also_serves)}"
    if role.breaks:
        yield f"  breaks: {breaks_text(role.breaks)}    # as in {whose}"
    yield "  shifts:" if role.shifts else "  shifts: {}"
    for shift_name, shift in role.shifts.items():
        yield f"    {key_text(shift_name)}: {shift_on_one_line(shift)}    # {one_line(each.shift_sources[shift_name])}"


def shift_on_one_line(shift: Shift) -> str:
    """A shift on one line."""
    parts = {"start": f'"{clock_text(shift.start)}"', "minutes": number_text(shift.minutes), "heads": str(shift.heads)}
    if len(shift.days) < len(WEEKDAYS):
        parts["days"] = f"[{', '.join(WEEKDAYS[day] for day in shift.days)}]"
    if shift.breaks is not None:
        parts["breaks"] = breaks_text(shift.breaks)
    if shift.peer_kind is not None:
        parts["peer_kind"] = shift.peer_kind
    return flow_text(parts)


def breaks_text(breaks: tuple[Break, ...]) -> str:
    """Breaks as a list on one line."""
    listed = []
    for each in breaks:
        parts = {"minutes": number_text(each.minutes)}
        if each.after is not None:
            parts["after"] = number_text(each.after)
        if each.protected:
            parts["protected"] = "true"
        listed.append(flow_text(parts))
    return f"[{', '.join(listed)}]"


def flow_text(parts: Mapping[str, str]) -> str:
    """A mapping on one line."""
    return f"{{{', '.join(f'{key}: {value}' for key, value in parts.items())}}}"


def number_text(value: float) -> str:
    """A number to its last digit, whole ones without a point."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def key_text(name: str) -> str:
    """A name as a key of YAML, in quotes where it would be read as something else."""
    is_plain = _PLAIN_KEY.fullmatch(name) and parsed_yaml(Path("key"), name) == name
    return name if is_plain else json.dumps(name)
