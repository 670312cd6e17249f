"""Places: zones are counts; a place held is given up, cleaned, and free again.

Who gets the next one is decided in `settling`.
"""

from sim.department.places import may_open
from sim.engine.calendar_entries import CLEANED
from sim.engine.compiled.calendar import enter
from sim.engine.compiled.memory import Row
from sim.engine.compiled.row_writers import write_place
from sim.engine.compiled.tables import NONE


def move_into(ed: Row, v: Row, zone: int, requested: float) -> None:
    """A visit takes a place and leaves the one it had."""
    give_up_place(ed, v)
    v.zone, v.place_since, v.place_request = zone, ed.now, requested
    ed.n_places_held += 1
    if ed.n_place_rows + ed.n_places_held > ed.room_for_place_rows:
        ed.needs_memory = True
    z = ed.zones[zone]
    z.n_taken += 1
    ed.occupied_twelfths += z.twelfths


def give_up_place(ed: Row, v: Row) -> None:
    """The place held, if any, is left and cleaned."""
    if v.zone == NONE:
        return
    z = ed.zones[v.zone]
    write_place(ed, v, ed.now)
    ed.occupied_twelfths -= z.twelfths
    ed.places_changed = True
    if z.cleaning > 0.0:
        enter(ed, ed.now + z.cleaning, CLEANED, v.zone, 0, v.zone)
    else:
        z.n_taken -= 1
    v.zone = NONE
    ed.settle_due = True


def place_is_clean(ed: Row, zone: int) -> None:
    """A place can be used again."""
    ed.zones[zone].n_taken -= 1
    ed.places_changed = True
    ed.settle_due = True


def open_zone(ed: Row, first: int, n: int, v: Row) -> int:
    """The first zone of a route that has a place and may open it; NONE if there is none."""
    occupied = ed.occupied_twelfths
    if v.zone != NONE:
        occupied -= ed.zones[v.zone].twelfths
    for number in range(first, first + n):
        zone = ed.zones_of_routes[number].zone
        z = ed.zones[zone]
        if z.n_taken < z.n_places and (
            ed.ratio_role == NONE or may_open(occupied, z.twelfths, ed.roles[ed.ratio_role].n_on_duty, v.acuity)
        ):
            return zone
    return NONE
