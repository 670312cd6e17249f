"""Places: zones, who waits for a place, which place opens under the nurse ratio, and cleaning.

The ratio rule is `sim.department.places`; the ranking of those who wait is law (docs/law.md, Ranking of places).
"""

from math import inf

from sim.department.discipline import RULES
from sim.department.pathway import Place
from sim.department.places import may_open
from sim.department.scenario import Scenario
from sim.engine.calendar_entries import CLEANED
from sim.engine.reference.calendar import Calendar, Entry
from sim.engine.reference.entities import Request, Visit, WaitingLine
from sim.engine.reference.records import Records
from sim.engine.reference.staff import Staff


class Places:
    """Zones with places taken and the lines of those who wait, one a route.

    `changed`: something may have become possible since the last settling. Loads of nurses are whole twelfths.
    """

    def __init__(self, scenario: Scenario, calendar: Calendar, staff: Staff, records: Records) -> None:
        self.calendar, self.staff, self.records = calendar, staff, records
        zones = scenario.department.zones
        self.zone_names = tuple(zones)
        self.zone_of = {name: number for number, name in enumerate(zones)}
        self.n_places = [inf if zone.places is None else float(zone.places) for zone in zones.values()]
        self.twelfths = [zone.nurse_twelfths for zone in zones.values()]
        self.cleaning_minutes = [zone.cleaning_minutes for zone in zones.values()]
        self.n_taken = [0] * len(zones)  # cleaning counted
        self.occupied_twelfths = 0  # cleaning not counted
        ratio_role = scenario.department.ratio_role
        self.ratio_role = -1 if ratio_role is None else staff.role_of[ratio_role]
        pathways = [stream.pathway for stream in scenario.department.streams.values()]
        self.places_are_exchanged = any(sum(isinstance(step, Place) for step in steps) > 1 for steps in pathways)
        places = scenario.discipline.places
        self.rule = RULES[places.rule], places.slopes, places.targets
        self.lines: dict[tuple[int, ...], WaitingLine] = {}
        self.changed = False

    def line_up(self, request: Request) -> None:
        """A visit waits for a place on its route."""
        if request.zones not in self.lines:
            self.lines[request.zones] = WaitingLine(*self.rule)
        self.lines[request.zones].add(request)
        self.changed = True

    def best_met(self) -> tuple[Request | None, int]:
        """The best-ranked request that can be met, and its zone; None where there is none."""
        now = self.calendar.time
        best: tuple[int, bool, float, float, int] | None = None
        chosen: Request | None = None
        chosen_zone = -1
        for zones, line in self.lines.items():
            for waiting in line.classes.values():
                request, zone = self._first_to_place(zones, waiting)
                if request is None:
                    continue
                band, worth, since, row, _ = line.rank(now, request)
                rank = (band, request.visit.acuity != 1, worth, since, row)
                if best is None or rank < best:
                    best, chosen, chosen_zone = rank, request, zone
        return chosen, chosen_zone

    def _first_to_place(self, zones: tuple[int, ...], waiting: list[Request]) -> tuple[Request | None, int]:
        """The first of a class that can be met, and its zone.

        The ratio rule may let one who gives up a place pass the first of a class; else all fare like the first.
        """
        may_pass = self.places_are_exchanged and self.ratio_role >= 0
        for request in waiting if may_pass else waiting[:1]:
            zone = self._open_zone(zones, request.visit)
            if zone >= 0:
                return request, zone
        return None, -1

    def _open_zone(self, zones: tuple[int, ...], visit: Visit) -> int:
        """The first zone of a route that has a place and may open it; -1 if none."""
        occupied = self.occupied_twelfths - (self.twelfths[visit.zone] if visit.zone >= 0 else 0)
        for zone in zones:
            if self.n_taken[zone] < self.n_places[zone] and (
                self.ratio_role < 0
                or may_open(occupied, self.twelfths[zone], self.staff.n_on_duty[self.ratio_role], visit.acuity)
            ):
                return zone
        return -1

    def move_into(self, visit: Visit, zone: int, requested: float) -> None:
        """A visit takes a place and gives up the one it held."""
        self.give_up(visit)
        visit.zone, visit.place_since, visit.place_request = zone, self.calendar.time, requested
        self.n_taken[zone] += 1
        self.occupied_twelfths += self.twelfths[zone]

    def give_up(self, visit: Visit) -> None:
        """The place held, if any, is left and cleaned."""
        zone = visit.zone
        if zone < 0:
            return
        self.records.place(visit, self.calendar.time)
        visit.zone = -1
        self.occupied_twelfths -= self.twelfths[zone]
        if self.cleaning_minutes[zone] > 0.0:
            self.calendar.at(self.calendar.time + self.cleaning_minutes[zone], CLEANED, zone, self._is_clean, zone)
        else:
            self.n_taken[zone] -= 1
        self.look_again()

    def _is_clean(self, entry: Entry) -> None:
        self.n_taken[entry.subject] -= 1
        self.look_again()

    def look_again(self) -> None:
        """Somebody who waits may be met now: settle at this instant."""
        self.changed = True
        self.calendar.settle_due = True
