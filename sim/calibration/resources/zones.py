"""Places of a hospital by zone, and the heads it must have at all times: its own, else the base's, scaled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sim.calibration.resources.csv_list import rows_text
from sim.calibration.resources.places_list import PlacesList
from sim.calibration.resources.scaling import Volume, fewest_heads, scaled_cover, scaled_places
from sim.department.department import Department
from sim.department.places import Zone
from sim.department.roster import Staffing


@dataclass(frozen=True, slots=True)
class SourcedZones:
    """Zones by name, and where the places of each are from. `unlisted` are zones that no list names."""

    zones: dict[str, Zone]
    sources: Mapping[str, str]
    unlisted: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """A line for each zone, with where its places are from."""
        for name, zone in self.zones.items():
            places = "unlimited" if zone.places is None else f"{zone.places}"
            yield f"zones.{name}.places = {places}: {self.sources[name]}"


def zones_for(places: PlacesList | None, base: Department, volume: Volume) -> SourcedZones:
    """The zones of a list, else the base's: of zones that are not in the list the base's, scaled to the volume."""
    factor, whose = volume.factor, f"department={base.name}"
    scaled = scaled_places(base.zones, factor)
    zones, sources = {}, {}
    for name, zone in base.zones.items():
        row = places.rows.get(name) if places else None
        if places and row is not None:
            ratio = {} if row.nurse_twelfths is None else {"nurse_twelfths": row.nurse_twelfths}
            zones[name] = zone.model_copy(update={"places": row.places, **ratio})
            sources[name] = f"{places.file}, {rows_text([row.row])}"
        elif zone.places is None or not volume.is_scaled:
            zones[name], sources[name] = zone, f"as in {whose}"
        else:
            zones[name] = zone.model_copy(update={"places": scaled[name]})
            sources[name] = f"{whose} {zone.places} x {factor:.3f} = {zone.places * factor:.2f}, rounded"
    return SourcedZones(zones, sources, tuple(name for name in zones if not places or name not in places.rows))


@dataclass(frozen=True, slots=True)
class SourcedCover:
    """Heads of roles that must be there at all times, and a line for each that is not the base's."""

    heads: dict[str, int]
    changes: tuple[str, ...]


def cover_for(staffing: Staffing, base: Department, volume: Volume) -> SourcedCover:
    """The base's minimum cover, scaled, and never above the least heads that a role has at any time.

    A roster that a hospital works by cannot be below a minimum that was assumed for another.
    """
    heads, changes = {}, []
    for role, before in base.minimum_cover.items():
        scaled = scaled_cover(before, volume.factor)
        least = fewest_heads(staffing, role)
        heads[role] = scaled if least is None else min(scaled, least)
        if heads[role] != before:
            whose = f"department={base.name}"
            product = f"{whose} {before} x {volume.factor:.3f} = {before * volume.factor:.2f}"
            why = product if volume.is_scaled else f"{whose} has {before}"
            of_roster = "the least of the roster at any time; " if heads[role] < scaled else ""
            changes.append(f"minimum_cover.{role} = {heads[role]}: {of_roster}{why}")
    return SourcedCover(heads, tuple(changes))
