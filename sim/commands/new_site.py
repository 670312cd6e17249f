"""The files of `peered new site NAME VISITS`: the shipped site at another volume, what was rounded beside each number.

Visits are scaled exactly; heads, places and minimum cover in proportion, whole, as a calibration scales them. Peers are
not scaled: they are what is compared. Nothing is written here.
"""

from collections.abc import Iterator

from sim.calibration.resources.own_resources import NO_LISTS, Resources, resources_for
from sim.calibration.writing.staffing_file import key_text
from sim.config import compose
from sim.department.scenario import Scenario

FEWEST_YEARLY_VISITS, MOST_YEARLY_VISITS = 1_000, 1_000_000
"""Visits a year. With fewer, the one head that every shift keeps is nearly all of the site; with more, nothing of a
department of 75,000 is like it."""


def site_texts(name: str, visits: float, peers_beside: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Text of each file by group and name, as `demand/small`, and lines that say what was scaled and rounded.

    `peers_beside`: the file of a staffing with peers, BASE and NAME standing for the names.
    """
    base = compose(["study=run"]).scenario
    site = resources_for(NO_LISTS, base, visits, name)
    staffing_with_peers = peers_beside.replace("BASE", name).replace("NAME", f"{name}_peers")
    texts = {
        f"demand/{name}": "\n".join(lines_of_demand(name, visits, site)),
        f"department/{name}": "\n".join(lines_of_department(name, base, site)),
        f"staffing/{name}": "\n".join(lines_of_staffing(name, base, site)),
        f"staffing/{name}_peers": staffing_with_peers.rstrip("\n"),
    }
    return {file: f"{text}\n" for file, text in texts.items()}, tuple(what_was_rounded(base, site))


def lines_of_demand(name: str, visits: float, site: Resources) -> Iterator[str]:
    """The demand: hours, weekdays, months and mix stay."""
    yield f"# demand={name}: {site.volume.text()}. Hours, weekdays, months and mix are those of the shipped demand."
    yield f"defaults: [{site.volume.demand}, _self_]"
    yield f"name: {name}"
    yield f"visits_per_year: {visits:.10g}    # assumption: as typed, returns included"


def lines_of_department(name: str, base: Scenario, site: Resources) -> Iterator[str]:
    """The department: places and heads at all times; pathways, patience and all else stay."""
    yield f"# department={name}: {site.places_volume.text()}. Places and cover are whole; all else is as shipped."
    yield f"defaults: [{base.department.name}, _self_]"
    yield f"name: {name}"
    yield "zones:"
    for zone, scaled in site.zones.zones.items():
        if scaled.places is not None:
            yield f"  {key_text(zone)}: {{places: {scaled.places}}}    # {site.zones.sources[zone]}"
    yield "minimum_cover:    # heads at all times, never above the least of the roster"
    for role, heads in site.cover.heads.items():
        product = product_text(base.department.minimum_cover[role], site.volume.factor)
        yield f"  {key_text(role)}: {heads}    # department={base.department.name} {product}"


def lines_of_staffing(name: str, base: Scenario, site: Resources) -> Iterator[str]:
    """The staffing: heads of each shift; times, breaks and costs stay."""
    yield f"# staffing={name}: {site.volume.text()}. Heads are whole; times, breaks and costs are as shipped."
    yield f"defaults: [{base.staffing.name}, _self_]"
    yield f"name: {name}"
    yield f"label: {name.replace('_', ' ').capitalize()}"
    for role_name, sourced in site.sourced.roles.items():
        yield f"{key_text(role_name)}:    # {sourced.source}"
        yield "  shifts:"
        for shift, scaled in sourced.role.shifts.items():
            yield f"    {key_text(shift)}: {{heads: {scaled.heads}}}    # {sourced.shift_sources[shift]}"


def what_was_rounded(base: Scenario, site: Resources) -> Iterator[str]:
    """What a reader has to know: the volume, and by how much rounding misses it, by role, places and cover."""
    factor = site.volume.factor
    yield f"{site.volume.text()}; what was rounded stands beside each number"
    if not site.volume.is_scaled:
        yield "so near the shipped volume that heads, places and cover stay: a head more or less is a bigger step"
        return
    for name, sourced in site.sourced.roles.items():
        yield f"{name}: {sourced.source}"
    limited = [(zone.places, base.department.zones[name].places) for name, zone in site.zones.zones.items()]
    places, before = (sum(pair[end] or 0 for pair in limited) for end in (0, 1))
    yield f"places: {places}, exactly {before * factor:.1f}"
    yield f"cover at all times: {', '.join(f'{role} {heads}' for role, heads in site.cover.heads.items())}"
    yield "not scaled: peers, and beds elsewhere that boarders wait for (boarding.pool)"


def product_text(before: int, factor: float) -> str:
    """`6 x 0.400 = 2.40`."""
    return f"{before} x {factor:.3f} = {before * factor:.2f}"
