"""Staff and places of a calibrated department: read from a hospital's own lists, else scaled to the volume of its file.

A default roster played with another hospital's volume is neither's: 75,000 visits a year are what the shipped one is
for. Whatever is not the hospital's own is said to be so.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sim.calibration.resources.places_list import PlacesList, read_places_list
from sim.calibration.resources.rosters import SourcedStaffing, staffing_for
from sim.calibration.resources.scaling import Volume, volume_of
from sim.calibration.resources.staff_list import StaffList, read_staff_list
from sim.calibration.resources.zones import SourcedCover, SourcedZones, cover_for, zones_for
from sim.department.department import Department
from sim.department.scenario import Problem, Scenario, ScenarioError, unattended


@dataclass(frozen=True, slots=True)
class ResourceLists:
    """The lists that a hospital gave, each None where it gave none.

    `own_groups`: of staffing and department, those whose choice is a file of the user's own.
    """

    staff: StaffList | None = None
    places: PlacesList | None = None
    own_groups: frozenset[str] = frozenset()


NO_LISTS: Final = ResourceLists()


@dataclass(frozen=True, slots=True)
class Resources:
    """Staff, zones and minimum cover of a calibrated department, with where each is from."""

    lists: ResourceLists
    volume: Volume
    """As it holds for the staffing."""
    places_volume: Volume
    sourced: SourcedStaffing
    zones: SourcedZones
    cover: SourcedCover
    department: Department
    """The base's with these zones and this minimum cover."""

    def on(self, base: Scenario) -> Scenario:
        """The base with this staffing and this department."""
        return base.model_copy(update={"staffing": self.sourced.staffing, "department": self.department})

    def state(self) -> str:
        """One sentence: what is the hospital's own, and what is not."""
        staff, places = self.lists.staff, self.lists.places
        partly = (
            " as far as they name it" if (staff and self.sourced.unlisted) or (places and self.zones.unlisted) else ""
        )
        if staff and places:
            return f"staffing and places are yours, from {staff.file} and {places.file}{partly}"
        if places:
            return f"places are yours, from {places.file}{partly}; {self.volume.state('staffing is', 'study.staff')}"
        of_places = self.places_volume.state("places are", "study.places")
        if staff:
            return f"staffing is yours, from {staff.file}{partly}; {of_places}"
        if self.volume.own or self.places_volume.own:
            return f"{self.volume.state('staffing is', 'study.staff')}; {of_places}"
        return self.volume.state("staffing and places are", "study.staff and study.places")

    def lines(self) -> tuple[str, ...]:
        """That sentence, then hours by role, places by zone, and all that was kept, changed or read another way."""
        notes = (note for one in (self.lists.staff, self.lists.places) if one for note in one.notes)
        return (
            f"{self.state()} ({self.volume.text()})",
            *(f"{name}: {each.source}" for name, each in self.sourced.roles.items()),
            *self.zones.lines(),
            *self.cover.changes,
            *self._about_silence(),
            *notes,
        )

    def _about_silence(self) -> Iterator[str]:
        """What the lists do not say."""
        staff, places = self.lists.staff, self.lists.places
        if staff and self.sourced.unlisted:
            of_staffing = self.sourced.staffing.roles
            roles = ", ".join(f"{name} {of_staffing[name].hours_per_week():,.10g}" for name in self.sourced.unlisted)
            yield (
                f"roles that {staff.file} does not name {self.volume.text_of_unlisted()} (hours a week: {roles}); "
                "a row of 0 heads says that there are none"
            )
        if places and self.zones.unlisted:
            zones = ", ".join(self.zones.unlisted)
            yield f"zones that {places.file} does not name {self.places_volume.text_of_unlisted()}: {zones}"


def read_resource_lists(
    staff: str | None, places: str | None, base: Scenario, own_groups: frozenset[str] = frozenset()
) -> ResourceLists:
    """The lists at these paths, which are as typed: from the working folder, `~` being the home of the user.

    Of `own_groups` (staffing, department) the base has files of the user's own, which are theirs and never scaled.

    Raises ScenarioError with every problem of both.
    """
    problems: list[Problem] = []
    read = ResourceLists(
        None if staff is None else read_staff_list(Path(os.path.expanduser(staff)), base, problems),
        None if places is None else read_places_list(Path(os.path.expanduser(places)), base.department, problems),
        own_groups,
    )
    if problems:
        raise ScenarioError(problems)
    return read


def resources_for(lists: ResourceLists, base: Scenario, visits_per_year: float | None, name: str) -> Resources:
    """Staff and places of a department of that name and volume; None: the file does not tell visits a year.

    Raises ScenarioError where visits would wait for a role that nobody has.
    """
    own = {group: f"{group}={getattr(base, group).name}" for group in lists.own_groups}
    volume = volume_of(base, visits_per_year, own.get("staffing", ""))
    places_volume = volume_of(base, visits_per_year, own.get("department", ""))
    sourced = staffing_for(lists.staff, base, volume, name)
    zones = zones_for(lists.places, base.department, places_volume)
    cover = cover_for(sourced.staffing, base.department, places_volume)
    department = base.department.model_copy(update={"zones": zones.zones, "minimum_cover": cover.heads})
    found = Resources(lists, volume, places_volume, sourced, zones, cover, department)
    if lists.staff and (nobody := list(unattended(found.on(base), frozenset(), frozenset()))):
        where = f"{lists.staff.path} role"
        remedy = "visits wait for this role for ever: give rows with heads, or leave the role out for the default's"
        raise ScenarioError([Problem(f"{where} {one.path.split('.')[1]}", one.value, remedy) for one in nobody])
    return found
