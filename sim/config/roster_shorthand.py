"""Short spellings of a roster in files: `hours: 09:00-17:00` for start and minutes, of a shift or of a whole role.

They are written out when a file has been read, so that a roster is said in one way from there on. What cannot be
written out, because it says two things or none, is left as it stands: there is no such key, and the remedy says why.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from sim.config.key_paths import put_value
from sim.department.quantities import MINUTES_PER_DAY
from sim.department.roster import Role, Staffing, clock_text
from sim.department.scenario import Problem
from sim.io.plain_data import Plain, copied

HOURS = re.compile(r"\s*(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)\s*", re.ASCII)
_MINUTES_PER_DAY = int(MINUTES_PER_DAY)
_LONGEST = 60
"""Characters of a faulty value that are shown."""
ONE_SHIFT = "day"
"""Name of the shift that `hours` of a role stand for."""
OF_ONE_SHIFT = ("hours", "days", "heads")
"""Keys of a role that describe its one shift where it has `hours`."""


def span_of(text: object) -> tuple[str, int] | None:
    """Start and minutes of `09:00-17:00`; one that ends at or before its start ends on the next day.

    None for what is no span, and where start and end are the same: that may be no time at all or a whole day.
    """
    times = begin_and_end(text)
    if times is None or times[0] == times[1]:
        return None
    begin, end = times
    return clock_text(begin), (end - begin) % _MINUTES_PER_DAY or _MINUTES_PER_DAY


def begin_and_end(text: object) -> tuple[int, int] | None:
    """Both times of `09:00-17:00` as minutes since midnight, 24:00 being 1440; None for anything else."""
    match = HOURS.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    begin_hour, begin_minute, end_hour, end_minute = map(int, match.groups())
    ends_at_midnight = (end_hour, end_minute) == (24, 0)
    if begin_hour > 23 or (end_hour > 23 and not ends_at_midnight) or begin_minute > 59 or end_minute > 59:
        return None
    return begin_hour * 60 + begin_minute, end_hour * 60 + end_minute


def written_out(roster: Plain, files: Sequence[Plain] = ()) -> Plain:
    """A roster with every `hours` as start and minutes, and roles where they belong. The data are not changed.

    `files` are what the files say by themselves from which the roster was composed, each after those it inherits
    from: hours that a later one states replace start and minutes of an earlier one, and the other way round.
    """
    if not isinstance(roster, dict):
        return roster
    roster = hoisted(copied(roster))
    earlier = [hoisted(copied(file)) for file in files if isinstance(file, dict)]
    for name, role in roster.items():
        if not isinstance(role, dict):
            continue
        said = [file[name] for file in earlier if isinstance(file.get(name), dict)]
        if unclear_heads(said):  # reported by `faults_of_heads`; the rest is checked without them
            role.pop("heads", None)
        write_out_role(role)
        shifts = role.get("shifts")
        for shift_name, shift in shifts.items() if isinstance(shifts, dict) else ():
            write_out_shift(shift, [one for file in said if (one := shift_in(file, shift_name))])
    return roster


def hoisted(roster: dict[str, Plain]) -> dict[str, Plain]:
    """Roles written under `roles` as entries of the roster itself."""
    roles = roster.get("roles")
    if not isinstance(roles, dict):
        return roster
    whole = {"": {key: value for key, value in roster.items() if key != "roles"}}
    put_value(whole, ("",), roles)
    return whole[""]


def without_faulty_roles(roster: dict[str, Plain]) -> dict[str, Plain]:
    """The roster without `roles` that hold none, which `faults_of_grouping` reports: the others are looked at."""
    faulty = "roles" in roster and not isinstance(roster["roles"], dict)
    return {key: value for key, value in roster.items() if key != "roles"} if faulty else roster


def faults_of_grouping(files: Mapping[str, Plain]) -> Iterator[Problem]:
    """A line `roles` that holds none; roles under `roles` and then, in the same file or an heir of it, outside it.

    Once the files are merged it is lost which of two came last, so that the earlier values would win without a word.
    `files` are what files say by themselves, by their names, each after those it inherits from.
    """
    under: dict[str, str] = {}
    for file, data in files.items():
        roles = data.get("roles") if isinstance(data, dict) else None
        if isinstance(data, dict) and "roles" in data and not isinstance(roles, dict):
            remedy = "write the roles below it, indented, or take the line out"
            value = {"NoneType": "nothing", "list": "a list"}.get(type(roles).__name__, repr(roles)[:_LONGEST])
            yield Problem("staffing.roles", value, remedy)
        under |= dict.fromkeys(roles if isinstance(roles, dict) else (), file)
        for role in data if isinstance(data, dict) else ():
            if role not in under:
                continue
            if under[role] == file:
                value, where = f"under roles and outside it, both in {file}", "all of it"
            else:
                value, where = f"under roles in {under[role]}, outside it in {file}", "in both files"
            yield Problem(f"staffing.{role}", value, f"write {role} in one place: {where} outside roles")


def not_indented(roster: Mapping[str, Plain]) -> Iterator[Problem]:
    """An empty role whose keys follow it in the same column, by the name of the role."""
    known = {*Role.model_fields, *OF_ONE_SHIFT} - {*Staffing.model_fields}
    keys = [key for key in roster if key in known]
    if not keys:
        return
    before = list(roster)[: list(roster).index(keys[0])]
    if before and roster[before[-1]] is None and before[-1] not in Staffing.model_fields:
        belong, them = ("belongs", "it") if len(keys) == 1 else ("belong", "them")
        remedy = f"{', '.join(keys)} {belong} to {before[-1]}: indent {them} by two spaces"
        yield Problem(before[-1], "nothing below it", remedy)


def faults_of_heads(files: Sequence[Plain]) -> Iterator[Problem]:
    """Heads of a role with several shifts: meant as people of the role, they would be people of every shift.

    `files` are what files say by themselves, each after those it inherits from.
    """
    rosters = [hoisted(copied(file)) for file in files if isinstance(file, dict)]
    for name in dict.fromkeys(name for roster in rosters for name in roster):
        said = [roster[name] for roster in rosters if isinstance(roster.get(name), dict)]
        if heads := unclear_heads(said):
            shifts = shift_names(said)
            remedy = f"it would be {heads} in every shift; say in which: shifts: {{{shifts[0]}: {{heads: {heads}}}}}"
            yield Problem(f"staffing.{name}.heads", f"{heads} for a role with {len(shifts)} shifts", remedy)


def unclear_heads(said: Sequence[Mapping[str, Plain]]) -> int | None:
    """The heads of a role, from what its files say of it, where it has several shifts; else None.

    No heads at all are clear: they are none in every shift. A role with `hours` and shifts is refused for its hours.
    """
    stated = latest(said, "heads")
    heads = said[stated]["heads"] if stated >= 0 else None
    if isinstance(heads, bool) or not isinstance(heads, int):
        return None
    if latest(said, "hours") >= 0 or len(shift_names(said)) < 2:
        return None
    return heads or None


def shift_names(said: Sequence[Mapping[str, Plain]]) -> list[str]:
    """Names of the shifts of a role, from what its files say of it, each once."""
    shifts = [role["shifts"] for role in said if isinstance(role.get("shifts"), dict)]
    return list(dict.fromkeys(str(name) for names in shifts for name in names))


def shift_in(role: Mapping[str, Plain], shift_name: str) -> Mapping[str, Plain]:
    """What one file says about a shift."""
    shifts = role.get("shifts")
    shift = shifts.get(shift_name) if isinstance(shifts, dict) else None
    if not isinstance(shift, dict) and shift_name == ONE_SHIFT and "hours" in role:
        return {"hours": role["hours"]}
    return shift if isinstance(shift, dict) else {}


def write_out_role(role: dict[str, Plain]) -> None:
    """Hours of a role without shifts as its one shift, with the days and heads beside them."""
    if "hours" in role and not role.get("shifts") and span_of(role["hours"]) is not None:
        role["shifts"] = {ONE_SHIFT: {key: role.pop(key) for key in OF_ONE_SHIFT if key in role}}


def write_out_shift(shift: Plain, said: Sequence[Mapping[str, Plain]]) -> None:
    """Hours of a shift as start and minutes, unless the file that says them says those too."""
    span = span_of(shift.get("hours")) if isinstance(shift, dict) else None
    if span is None:
        return
    stated = latest(said, "hours")
    kept = {key: shift[key] for key in ("start", "minutes") if key in shift and latest(said, key) > stated}
    if any(key in shift and latest(said, key) == stated for key in ("start", "minutes")):
        return
    del shift["hours"]
    shift.update({"start": span[0], "minutes": span[1]} | kept)


def latest(said: Sequence[Mapping[str, Plain]], key: str) -> int:
    """Number of the last file that states a key; -1 for none."""
    return max((number for number, one in enumerate(said) if key in one), default=-1)


def remedy_of_key(key: str, value: object, known: Sequence[str]) -> str | None:
    """What to write instead of a key that is none of a role or a shift; None for other keys and elsewhere.

    `known` are the keys that can stand there.
    """
    in_role, in_shift = "shifts" in known, "peer_kind" in known
    if key == "hours" and (in_role or in_shift):
        return remedy_of_hours(value, in_role)
    if key in ("end", "to", "until") and in_shift:
        return "a shift has start and minutes, its length; or write hours: 09:00-17:00 instead of start"
    if key in ("start", "minutes", "days", "end", "peer_kind") and in_role:
        shift = "shifts: {day: {hours: 09:00-17:00, days: [mon, tue]}}"
        return (
            f"it belongs to a shift: write {shift}, or hours: 09:00-17:00 and days: [mon, tue] of a role with one shift"
        )
    return None


def remedy_of_hours(value: object, in_role: bool) -> str:
    """Why hours could not be written out."""
    times = begin_and_end(value)
    if times is not None and times[0] == times[1]:
        whole_day = f"start: '{clock_text(times[0])}'", "minutes: 1440"
        written = f"shifts: {{{ONE_SHIFT}: {{{', '.join(whole_day)}}}}}" if in_role else " and ".join(whole_day)
        return f"begin and end are the same: write {written} for a whole day"
    if span_of(value) is None:
        return (
            "write begin and end of the shift, like 09:00-17:00; the last hour is 24:00, "
            "and 22:00-06:00 ends on the next day"
        )
    if in_role:
        return "hours are for a role with no other shifts, and this one has some: say which, shifts: {NAME: {hours: …}}"
    return "hours and start or minutes are both given: keep the hours, or start and minutes"


def remedy_of_typed(key: str, value: object) -> str | None:
    """What to type instead of `hours`, which is a spelling for files; None for other keys."""
    whose, _, last = key.rpartition(".")
    if not key.startswith("staffing.") or last != "hours":
        return None
    start, minutes = span_of(value) or ("09:00", 480)
    shift = whose if ".shifts." in whose else f"{whose}.shifts.NAME"
    return f"hours are written in a file; type {shift}.start='{start}' {shift}.minutes={minutes}"
