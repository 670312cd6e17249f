"""A hospital's places by zone, read strictly from a CSV file: zone, places, and optionally nurse_ratio.

`places` is a whole number or `unlimited`, `nurse_ratio` how many patients in the zone one nurse may have.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sim.calibration.resources.cell_text import name_in, number_in, whole_number_in
from sim.calibration.resources.csv_list import CsvList, CsvRow, UnreadableCell, read_csv_list, rows_text
from sim.department.department import Department
from sim.department.pathway import Place
from sim.department.places import TWELFTHS, Zone
from sim.department.scenario import Problem
from sim.io.suggest import did_you_mean

_OTHER_NAMES: Final = {"zones": "zone", "area": "zone", "beds": "places", "ratio": "nurse_ratio"}
_UNLIMITED: Final = ("unlimited", "no limit", "without limit")
_MOST_PLACES: Final = 1_000
"""In a zone; the largest emergency departments have some hundreds in all."""


@dataclass(frozen=True, slots=True)
class PlacesRow:
    """One zone of the list. `places` None: no limit; `nurse_twelfths` None: the list does not say."""

    row: CsvRow
    zone: str
    places: int | None
    nurse_twelfths: int | None


@dataclass(frozen=True, slots=True)
class PlacesList:
    """A sound list: its rows by zone, and what was read in them another way than it is written. `file`: its name."""

    file: str
    rows: Mapping[str, PlacesRow]
    notes: tuple[str, ...]


def read_places_list(path: Path, department: Department, problems: list[Problem]) -> PlacesList | None:
    """The list at a path; None where something is wrong with it, all of which is put among the `problems`.

    `department` has the zones there are.
    """
    found = read_csv_list(path, ("zone", "places"), ("nurse_ratio",), lambda name: _OTHER_NAMES.get(name, name))
    rows: dict[str, PlacesRow] = {}
    for each in found.rows:
        row = _places_row(found, each, department.zones)
        if row is not None and row.zone in rows:
            remedy = f"{row.zone} stands in {rows_text([rows[row.zone].row])} too: keep one row for a zone"
            found.refuse_cell(each, "zone", remedy)
        elif row is not None:
            rows[row.zone] = row
    if found.is_sound:
        _refuse_closed_routes(found, rows, department)
    problems += found.all_problems()
    return PlacesList(found.file, rows, tuple(found.notes())) if found.is_sound else None


def _places_row(found: CsvList, row: CsvRow, zones: Mapping[str, Zone]) -> PlacesRow | None:
    """A row of the list; None where something in it is wrong, which is then among the faulty cells."""
    before = len(found.faulty_cells)
    zone = found.needed(row, "zone", partial(_zone, zones=zones))
    places = found.needed(row, "places", _places)
    twelfths = found.read(row, "nurse_ratio", partial(_twelfths, separator=found.separator))
    if zone is None or places is None or len(found.faulty_cells) > before:
        return None
    found.note_reading("zone", row.cells["zone"], zone)
    return PlacesRow(row, zone, None if math.isinf(places) else int(places), twelfths)


def _zone(text: str, zones: Mapping[str, Zone]) -> str:
    """A zone of the department, case and blanks forgiven."""
    name = name_in(text)
    if name in zones:
        return name
    guess = did_you_mean(name, zones)
    there = "" if guess.startswith("use one of") else f"; there are {', '.join(zones)}"
    raise UnreadableCell(f"no zone of the department; {guess}{there}")


def _places(text: str) -> float:
    """Whole places, infinite without a limit."""
    if " ".join(text.lower().split()) in _UNLIMITED:
        return math.inf
    places = whole_number_in(text, _MOST_PLACES)
    if places is None:
        raise UnreadableCell(f"how many places: a whole number from 0 to {_MOST_PLACES:,}, or unlimited")
    return places


def _twelfths(text: str, separator: str) -> int:
    """The nurse load of one patient from `4` or `1:4`, patients a nurse may have; whole twelfths can be played."""
    patients = number_in(re.sub(r"^1\s*:\s*", "", text), separator)
    if patients is None or not 1 / TWELFTHS <= patients < 1_000:
        raise UnreadableCell("how many patients one nurse may have: a number such as 4; leave it empty for the base's")
    exact = TWELFTHS / patients
    if math.isclose(exact, round(exact), rel_tol=1e-3) and round(exact) > 0:
        return round(exact)
    choices = [f"{TWELFTHS / each:.4g}" for each in (math.ceil(exact), math.floor(exact)) if each > 0]
    raise UnreadableCell(
        f"cannot be played exactly, for a patient takes whole twelfths of a nurse, and {exact:.3g} are none: "
        f"write {' or '.join(choices)}"
    )


def _refuse_closed_routes(found: CsvList, rows: Mapping[str, PlacesRow], department: Department) -> None:
    """Visits whose every zone has no place would wait for ever."""
    closed = {zone for zone, row in rows.items() if row.places == 0}
    for stream_name, stream in department.streams.items():
        for step in stream.pathway:
            for route in step.routes if isinstance(step, Place) else ():
                if set(route.zones) <= closed:
                    levels = ", ".join(map(str, route.acuities))
                    remedy = f"visits of CTAS {levels} ({stream_name}) go there alone and wait for ever: give some"
                    found.refuse("0 places", remedy, f"zone {' and '.join(route.zones)}")
