"""A hospital's staff list: who works on which days from when to when, read strictly from a CSV file.

Columns role, weekday, start, end, heads; and optionally hourly_cost, caseload, break_minutes, peer_kind. A row is a
shift that begins on each of its weekdays; one that ends at or before its start ends on the next day. Nothing is
guessed: a word for a role that is not one of the staffing it is read beside is refused with what it may mean.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from sim.calibration.resources.cell_text import name_in, number_in, whole_number_in
from sim.calibration.resources.csv_list import CsvList, CsvRow, UnreadableCell, read_csv_list, rows_text
from sim.department.quantities import MINUTES_PER_DAY, MINUTES_PER_WEEK
from sim.department.roster import MOST_HEADS, WEEKDAYS, clock_text
from sim.department.scenario import Problem, Scenario
from sim.io.calendar_days import WEEKDAY_NAMES
from sim.io.short_lists import few_of
from sim.io.suggest import did_you_mean

_NEEDED: Final = ("role", "weekday", "start", "end", "heads")
_OPTIONAL: Final = ("hourly_cost", "caseload", "break_minutes", "peer_kind")
_OTHER_NAMES: Final = {
    "weekdays": "weekday", "day": "weekday", "days": "weekday", "from": "start", "begin": "start", "until": "end",
    "to": "end", "headcount": "heads", "head_count": "heads", "break": "break_minutes", "breaks": "break_minutes",
}  # fmt: skip
_DAY_WORDS: Final = {
    "all": "mon-sun", "daily": "mon-sun", "every day": "mon-sun", "weekdays": "mon-fri", "weekday": "mon-fri",
    "weekend": "sat-sun", "weekends": "sat-sun",
}  # fmt: skip
_NUMBERED = re.compile(r"(?:week)?days?_?\(?(?P<number>[01])_?=_?(?P<day>mon|sun)[a-z]*\)?")
_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::00)?", re.ASCII)
_DAY_MINUTES: Final = int(MINUTES_PER_DAY)
_LIKELY_ROLES: Final[Mapping[str, str]] = {
    "rn": "nurse", "rpn": "nurse", "lpn": "nurse", "registered_nurse": "nurse", "staff_nurse": "nurse",
    "ed_nurse": "nurse", "triage": "triage_nurse", "triage_rn": "triage_nurse", "md": "physician", "dr": "physician",
    "doctor": "physician", "attending": "physician", "consultant": "physician", "pediatrician": "physician",
    "paediatrician": "physician", "emergency_physician": "physician", "ed_physician": "physician",
    "resident": "physician", "social_worker": "crisis_clinician", "crisis_worker": "crisis_clinician",
    "mental_health_clinician": "crisis_clinician", "mh_clinician": "crisis_clinician", "crisis": "crisis_clinician",
    "sitter": "observation_aide", "aide": "observation_aide", "observer": "observation_aide",
    "guard": "security", "security_guard": "security", "security_officer": "security", "psychiatry": "psychiatrist",
    "peer": "psw", "peer_support": "psw", "peer_support_worker": "psw", "peer_worker": "psw",
}  # fmt: skip
"""What common words for staff may mean: said when they are refused, never taken."""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One row of the list. `days` from Monday 0, `start` in minutes after midnight, `minutes` the length."""

    row: CsvRow
    role: str
    days: tuple[int, ...]
    start: int
    minutes: int
    heads: int
    hourly_cost: float | None = None
    caseload: int | None = None
    break_minutes: float | None = None
    peer_kind: str | None = None


@dataclass(frozen=True, slots=True)
class StaffList:
    """A sound list: its rows, and what was read in them another way than it is written. `file`: its name."""

    path: Path
    file: str
    rows: tuple[StaffRow, ...]
    notes: tuple[str, ...]

    def rows_of(self, role: str) -> list[StaffRow]:
        """The rows of one role."""
        return [row for row in self.rows if row.role == role]


def read_staff_list(path: Path, base: Scenario, problems: list[Problem]) -> StaffList | None:
    """The list at a path; None where something is wrong with it, all of which is put among the `problems`.

    `base` has the roles and the minimum cover.
    """
    found = read_csv_list(path, _NEEDED, _OPTIONAL, _column_named)
    rows = [row for each in found.rows if (row := _staff_row(found, each, base)) is not None]
    _refuse_repeats(found, rows)
    _refuse_several_values(found, rows)
    if found.is_sound:
        _refuse_gaps(found, rows, base)
    problems += found.all_problems()
    notes = (*found.notes(), *_doubtful(found, rows))
    return StaffList(path, found.file, tuple(rows), notes) if found.is_sound else None


def _column_named(name: str) -> str:
    """Our name of a column."""
    return "weekday" if _NUMBERED.fullmatch(name) else _OTHER_NAMES.get(name, name)


# --- one row ---


def _staff_row(found: CsvList, row: CsvRow, base: Scenario) -> StaffRow | None:
    """A row of the list; None where something in it is wrong, which is then among the faulty cells."""
    before = len(found.faulty_cells)
    amount = partial(_amount, separator=found.separator)
    role = found.needed(row, "role", partial(_role, base=base))
    days = found.needed(row, "weekday", partial(_days, first_day=_first_day(found)))
    start = found.needed(row, "start", partial(_minutes, is_end=False))
    end = found.needed(row, "end", partial(_minutes, is_end=True))
    heads = found.needed(row, "heads", _heads)
    cost = found.read(row, "hourly_cost", amount)
    caseload = found.read(row, "caseload", _caseload)
    rest = found.read(row, "break_minutes", amount)
    peer_kind = found.read(row, "peer_kind", _peer_kind)
    if role is None or days is None or start is None or end is None or heads is None:
        return None
    if len(found.faulty_cells) > before:
        return None
    found.note_reading("role", row.cells["role"], role)
    minutes = (end - start) % _DAY_MINUTES or _DAY_MINUTES
    if start == end:
        found.refuse_cell(row, "end", "begins when it ends: write 00:00 and 24:00 for a whole day, or two rows")
    if rest is not None and rest >= minutes:
        found.refuse_cell(row, "break_minutes", f"breaks fill the whole shift of {minutes} minutes: shorten them")
    is_peer = role == base.support.role or base.staffing.roles[role].kind == "peer"
    if is_peer and caseload is not None:
        found.refuse_cell(row, "caseload", "peers have no cases of their own: leave it empty, and set support.caseload")
    if not is_peer and peer_kind is not None:
        found.refuse_cell(row, "peer_kind", f"only peers have one, and {role} is none: leave it empty")
    return StaffRow(row, role, days, start, minutes, heads, cost, caseload, rest, peer_kind)


def _role(text: str, base: Scenario) -> str:
    """A role of the base staffing, case and blanks forgiven."""
    known = base.staffing.roles
    name = name_in(text)
    if name in known:
        return name
    if name == base.support.role:
        raise UnreadableCell(
            f"peer support workers are no role of staffing={base.staffing.name}: choose a base that has them, such as "
            "staffing=peer_added; a personal support worker is an observation_aide here"
        )
    singular = name.removesuffix("s")
    likely = _LIKELY_ROLES.get(name) or _LIKELY_ROLES.get(singular) or singular
    if likely in known:
        raise UnreadableCell(f"no role of staffing={base.staffing.name}: write {likely} if that is what it means here")
    other = "or type a staffing that has it, staffing=NAME"
    raise UnreadableCell(f"no role of staffing={base.staffing.name}; {did_you_mean(name, known)} {other}")


def _first_day(found: CsvList) -> tuple[int, int] | None:
    """The number and the weekday (Monday 0) that the header says of days in numbers; None where it says none."""
    match = _NUMBERED.fullmatch(name_in(found.header.get("weekday", "")))
    return None if match is None else (int(match["number"]), WEEKDAYS.index(match["day"]))


def _days(text: str, first_day: tuple[int, int] | None) -> tuple[int, ...]:
    """Weekdays from Monday 0, in order: names, ranges, several of them, or numbers as the header says."""
    words = " ".join(text.lower().replace("–", "-").split())
    words = _DAY_WORDS.get(words, words)
    days: set[int] = set()
    for part in filter(None, re.split(r"[,;/+&]|\band\b|\s(?!-)(?<!-\s)", words)):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        begin = _day(first, first_day)
        end = _day(last, first_day) if dash else begin
        days |= {(begin + step) % 7 for step in range((end - begin) % 7 + 1)}
    if not days:
        raise UnreadableCell("no weekday: write Monday .. Sunday, a range such as Mon-Fri, or daily")
    return tuple(sorted(days))


def _day(word: str, first_day: tuple[int, int] | None) -> int:
    """One weekday."""
    if word.isdecimal() and word.isascii():
        if first_day is None:
            remedy = "which day a number is, is not said: write Mon .. Sun, or name the column 'weekday (0=Monday)'"
            raise UnreadableCell(remedy)
        place = int(word) - first_day[0]
        if 0 <= place < 7:
            return (first_day[1] + place) % 7
        raise UnreadableCell(f"days are numbered {first_day[0]} to {first_day[0] + 6} in this column: correct it")
    matching = [number for number, name in enumerate(WEEKDAY_NAMES) if len(word) >= 3 and name.startswith(word)]
    if len(matching) == 1:
        return matching[0]
    raise UnreadableCell("no weekday: write Monday .. Sunday or Mon .. Sun, a range such as Mon-Fri, or daily")


def _minutes(text: str, is_end: bool) -> int:
    """Minutes after midnight."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise UnreadableCell("no time of day: write hours and minutes, as 07:30 or 19:00")
    hours, minutes = int(match[1]), int(match[2])
    if (hours, minutes) == (24, 0):
        if is_end:
            return _DAY_MINUTES
        raise UnreadableCell("no shift begins at 24:00: write 00:00 of the next day")
    if hours > 23 or minutes > 59:
        raise UnreadableCell("no time of day: hours go from 00 to 23, minutes to 59; the last end is 24:00")
    return hours * 60 + minutes


def _heads(text: str) -> int:
    """Whole people at once."""
    heads = whole_number_in(text, MOST_HEADS)
    if heads is None:
        raise UnreadableCell(
            f"how many people at once: a whole number from 0 to {MOST_HEADS}; half posts are fewer days"
        )
    return heads


def _caseload(text: str) -> int:
    """Open cases at once."""
    if re.fullmatch(r"\d{1,4}", text, re.ASCII) and int(text) > 0:
        return int(text)
    raise UnreadableCell("open cases of one person at once: a whole number from 1; leave it empty for the base's")


def _amount(text: str, separator: str) -> float:
    """Money or minutes."""
    amount = number_in(text, separator)
    if amount is None:
        raise UnreadableCell("a number from 0 without units: write 63.40; leave it empty for the base's")
    return amount


def _peer_kind(text: str) -> str:
    """What peers have in common with those they meet."""
    if text.lower() in ("youth", "family", "adult"):
        return text.lower()
    raise UnreadableCell("write youth, family or adult, or leave it empty")


# --- all rows ---


def _refuse_repeats(found: CsvList, rows: list[StaffRow]) -> None:
    """The same hours of a role on the same day twice: whether they add up is not said."""
    first: dict[tuple[object, ...], StaffRow] = {}
    for row in rows:
        for day in row.days:
            earlier = first.setdefault((row.role, day, row.start, row.minutes, row.peer_kind), row)
            if earlier is not row:
                hours = f"{_moment(day * _DAY_MINUTES + row.start)}-{_clock_of_end(row)}"
                where = f"{hours} of {row.role} stands in {rows_text([earlier.row])} too"
                found.refuse_cell(row.row, "weekday", f"{where}: keep one row, with the heads of both if they add up")
                break


def _refuse_several_values(found: CsvList, rows: list[StaffRow]) -> None:
    """A role has one cost and one caseload."""
    for column in ("hourly_cost", "caseload"):
        first: dict[str, StaffRow] = {}
        for row in (row for row in rows if getattr(row, column) is not None):
            earlier = first.setdefault(row.role, row)
            value = getattr(earlier, column)
            if getattr(row, column) != value:
                remedy = f"{value:g} in {rows_text([earlier.row])}: {row.role} has one, give the mean"
                found.refuse_cell(row.row, column, remedy)


def _refuse_gaps(found: CsvList, rows: list[StaffRow], base: Scenario) -> None:
    """Hours in which nobody of a role that must always be there is listed, not even as 0 heads."""
    for role, needed in base.department.minimum_cover.items():
        of_role = [row for row in rows if row.role == role]
        if not of_role or not needed:
            continue
        listed = np.zeros(int(MINUTES_PER_WEEK), dtype=bool)
        for row in of_role:
            for day in row.days:
                listed[(np.arange(row.minutes) + day * _DAY_MINUTES + row.start) % listed.size] = True
        if not listed.all():
            hours = f"{(~listed).sum() / 60:g} hours of the week"
            remedy = (
                f"{hours} have no row, and the department asks for heads at all times (its key "
                f"minimum_cover.{role}): add the rows, or rows of 0 heads for hours when nobody is there"
            )
            found.refuse(f"nobody {few_of(list(_spans(~listed)), 3)}", remedy, f"role {role}")


def _spans(gaps: np.ndarray) -> Iterator[str]:
    """`Sat 00:00 to Mon 07:00` for each run of minutes that are true; a run over the end of the week is one."""
    begins = np.flatnonzero(gaps & ~np.roll(gaps, 1))
    ends = np.flatnonzero(gaps & ~np.roll(gaps, -1)) + 1
    if begins.size == 0:
        yield "at any time"
        return
    if ends[0] <= begins[0]:
        ends = np.roll(ends, -1)
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        yield f"{_moment(begin)} to {_moment(end)}"


def _moment(minute: int) -> str:
    """A minute of the week as `Sat 07:00`."""
    return f"{WEEKDAYS[minute // _DAY_MINUTES % 7].capitalize()} {clock_text(minute)}"


def _clock_of_end(row: StaffRow) -> str:
    """`06:00`, or `24:00`."""
    end = row.start + row.minutes
    return "24:00" if end == _DAY_MINUTES else clock_text(end)


_LONG_SHIFT: Final = 14 * 60
"""Minutes of a shift that may be mistyped, or several shifts in one row: twelve hours and two of overlap are common."""


def _doubtful(found: CsvList, rows: list[StaffRow]) -> Iterator[str]:
    """What is kept and may not be meant."""
    long = [row for row in rows if row.minutes > _LONG_SHIFT]
    if long:
        listed = rows_text([row.row for row in long])
        yield (
            f"{found.file}: {listed}: shifts of over {_LONG_SHIFT // 60} hours are played as one person's; "
            "write a row for each shift if they are several"
        )
