"""The two diagrams of docs/department.md, drawn from the shipped configuration: the department, and a visit.

`python -m benchmarks.diagrams` writes docs/diagrams/*.svg. They are text, so that they can be read aloud, searched and
compared; a test draws them again. Lengths are pixels.
"""

import sys
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

import sim
from sim.department.arrivals import Profile
from sim.department.pathway import (
    Board,
    Choose,
    Delay,
    Dispose,
    FollowUp,
    Fork,
    Observe,
    Place,
    Release,
    SideTask,
    Step,
    Task,
)
from sim.department.roster import Role, heads_by_minute
from sim.department.scenario import Scenario
from sim.report.figures.theme import HUES, INK, QUIET

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "diagrams"
PEER, DOOR, EDGE, PAPER, BOX = HUES[0], HUES[1], "#a0a0a0", "#ffffff", "#f4f4f4"
PLURALS = {"psw": "Peer support workers", "security": "Security"}
ZONE_WORDS = {
    "resus": "Resuscitation", "acute": "Acute rooms", "fast_track": "Fast track", "mh_safe": "Mental-health rooms",
    "corridor": "Corridor, for CTAS 1",
}  # fmt: skip
STREAM_WORDS = {"medical": "A medical visit", "mental_health": "A mental-health visit"}
WIDTH = 980
ROW = 27
"""Height of a step."""


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for name, text in drawings().items():
        (FOLDER / f"{name}.svg").write_text(text, encoding="utf-8")
    return 0


def drawings() -> dict[str, str]:
    """Both diagrams by name, of the default department with peers added."""
    scenario = sim.load("staffing=peer_added")
    return {"department": department(scenario), "visit": visits(scenario)}


def words(name: str) -> str:
    """A role, need or step as it is said."""
    return name.replace("_", " ")


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


# --- parts of a drawing


def text(x: float, y: float, line: str, size: int = 13, colour: str = INK, more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{colour}"{more}>{escape(line)}</text>'


def bold(x: float, y: float, line: str, size: int = 14, colour: str = INK) -> str:
    return text(x, y, line, size, colour, ' font-weight="bold"')


def box(x: float, y: float, width: float, height: float, edge: str = EDGE, fill: str = BOX) -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" fill="{fill}" stroke="{edge}"'
        ' stroke-width="1.3"/>'
    )


def arrow(points: Sequence[tuple[float, float]], colour: str = QUIET) -> str:
    path = " L".join(f"{x:g} {y:g}" for x, y in points)
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.6" marker-end="url(#tip)"/>'


def labelled_box(x: float, y: float, width: float, lines: Sequence[str], edge: str = EDGE) -> Iterator[str]:
    """A box with a bold first line and quiet ones below."""
    yield box(x, y, width, 16 + 18 * len(lines), edge)
    yield bold(x + 12, y + 23, lines[0], colour=edge if edge != EDGE else INK)
    for number, line in enumerate(lines[1:], 1):
        yield text(x + 12, y + 23 + 18 * number, line, 12, QUIET)


def drawing(height: float, title: str, description: str, parts: Sequence[str]) -> str:
    tip = '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}"'
        ' role="img" aria-labelledby="title description" font-family="DejaVu Sans, Verdana, sans-serif">'
    )
    lines = [
        head,
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}</desc>',
        f'<defs>{tip}<path d="M0 0 L8 4 L0 8 z" fill="{QUIET}"/></marker></defs>',
        f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>',
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


# --- the department


def department(scenario: Scenario) -> str:
    """Who comes, where they are, who works there, how a visit ends."""
    title = "The department: who comes, where they are, who works there"
    staff = list(staff_rows(scenario))
    height = 440 + 40 * ((len(staff) + 1) // 2)
    parts = [bold(24, 36, title, 17), *flow(scenario), bold(24, 396, "Who works there"), *staff_boxes(staff, 410)]
    places = ", ".join(f"{name} {number}" for name, number in zones(scenario))
    at_work = "; ".join(": ".join(row) for row in staff)
    described = (
        f"Children come, {of_all(scenario)}. All but the most urgent are triaged, wait, and get a place: {places}. They"
        " go home, to a ward bed for which they may wait in their place, or leave unseen. Some come back. At work:"
        f" {at_work}."
    )
    return drawing(height, title, described, parts)


def profile_of(scenario: Scenario) -> Profile:
    assert isinstance(scenario.demand, Profile)
    return scenario.demand


def of_all(scenario: Scenario) -> str:
    return f"{profile_of(scenario).visits_per_year:,.0f} visits a year"


def zones(scenario: Scenario) -> list[tuple[str, str]]:
    """Label and number of places of each zone."""
    found = scenario.department.zones
    return [(ZONE_WORDS[name], "any" if zone.places is None else f"{zone.places}") for name, zone in found.items()]


def flow(scenario: Scenario) -> Iterator[str]:
    """The upper half: from the door to home."""
    demand = profile_of(scenario)
    late = percent(sum(demand.mh_hour_shares[demand.mh_shape][16:]))
    crisis = f"{percent(demand.mental_health_share)} in a mental-health crisis,"
    come = ["Children come", of_all(scenario), crisis, f"{late} of these after 16:00"]
    yield from labelled_box(24, 120, 210, come)
    yield from labelled_box(284, 84, 170, ["Triage", "CTAS 1 goes straight in"])
    yield from labelled_box(284, 190, 170, ["Waiting", "the most urgent first;", "patience can end"])
    yield box(504, 60, 226, 270, fill=PAPER)
    yield bold(520, 84, "Places")
    for number, (name, places) in enumerate(zones(scenario)):
        yield box(520, 98 + 42 * number, 194, 34)
        yield text(532, 120 + 42 * number, name)
        yield text(702, 120 + 42 * number, places, 13, INK, ' text-anchor="end"')
    yield text(520, 322, "a place opens only with a nurse for it", 10, QUIET)
    yield from labelled_box(780, 60, 176, ["Home", "with or without a plan,", "a follow-up, a call"])
    yield from labelled_box(780, 156, 176, ["A ward bed", "waited for in the place:", "boarding"])
    yield from labelled_box(780, 262, 176, ["Left", "unseen, or against", "advice"], DOOR)
    yield arrow([(234, 160), (258, 160), (258, 110), (284, 110)])
    yield arrow([(369, 136), (369, 190)])
    yield arrow([(454, 220), (504, 220)])
    yield arrow([(730, 95), (780, 95)])
    yield arrow([(730, 190), (780, 190)])
    yield arrow([(730, 290), (780, 290)], DOOR)
    yield arrow([(369, 260), (369, 348), (868, 348), (868, 334)], DOOR)
    yield arrow([(956, 90), (968, 90), (968, 366), (129, 366), (129, 210)])
    yield text(150, 360, "some come back within days or months", 11, QUIET)


def staff_rows(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Each role with its people at once and hours a week."""
    for name, role in scenario.staffing.roles.items():
        least, most = at_once(role)
        heads = f"{least}" if least == most else f"{least} to {most}"
        yield (
            PLURALS.get(name, f"{words(name).capitalize()}s"),
            f"{heads} at once, {role.hours_per_week():,.0f} hours a week",
        )


def at_once(role: Role) -> tuple[int, int]:
    """The fewest and the most on duty in any minute of the week."""
    heads = heads_by_minute(role)
    return int(min(heads)), int(max(heads))


def staff_boxes(rows: Sequence[tuple[str, str]], top: float) -> Iterator[str]:
    for number, (name, work) in enumerate(rows):
        x, y = 24 + 474 * (number % 2), top + 40 * (number // 2)
        peer = name.startswith("Peer")
        yield box(x, y, 458, 32, PEER if peer else EDGE)
        yield bold(x + 12, y + 21, name, 13, PEER if peer else INK)
        yield text(x + 446, y + 21, work, 12, QUIET, ' text-anchor="end"')


# --- a visit


def visits(scenario: Scenario) -> str:
    """Both pathways, step by step, and where a peer may be."""
    title = "A visit, step by step"
    streams = scenario.department.streams
    longest = max(len(stream.pathway) for stream in streams.values())
    parts = [bold(24, 36, title, 17), *legend()]
    described = []
    for place, (name, stream) in enumerate(streams.items()):
        x = 24 + 478 * place
        parts.append(bold(x, 96, STREAM_WORDS[name]))
        for number, step in enumerate(stream.pathway):
            parts += row(x, 106 + ROW * number, step, stream.needs)
        if name in scenario.support.streams:
            parts += company(x, scenario, stream.pathway)
        described.append(f"{STREAM_WORDS[name]}: {'; '.join(in_words(step, stream.needs) for step in stream.pathway)}.")
    return drawing(120 + ROW * longest, title, " ".join(described), parts)


def legend() -> Iterator[str]:
    """What the marks mean."""
    marks = (
        (INK, "somebody of the staff is needed"),
        (EDGE, "time passes, or something is settled"),
        (DOOR, "dot: may leave while waiting for it"),
        (PEER, "a peer may be there"),
    )
    for number, (colour, line) in enumerate(marks):
        x = 24 + 238 * number
        yield f'<rect x="{x}" y="54" width="5" height="16" fill="{colour}"/>'
        yield text(x + 12, 67, line, 11, QUIET)


def row(x: float, y: float, step: Step, needs: dict[str, object]) -> Iterator[str]:
    """One step: its mark, its name, whom it needs, and to whom it happens."""
    staffed = isinstance(step, Task | SideTask | Observe)
    yield f'<rect x="{x:g}" y="{y:g}" width="440" height="{ROW - 4}" rx="3" fill="{BOX}"/>'
    yield f'<rect x="{x:g}" y="{y:g}" width="5" height="{ROW - 4}" fill="{INK if staffed else EDGE}"/>'
    yield text(x + 14, y + 16, words(step.name), 12)
    yield text(x + 168, y + 16, whom(step), 11, QUIET)
    yield text(x + 422, y + 16, to_whom(step, needs), 11, QUIET, ' text-anchor="end"')
    if getattr(step, "may_leave", False):
        yield f'<circle cx="{x + 432:g}" cy="{y + 11.5:g}" r="4" fill="{DOOR}"/>'


def whom(step: Step) -> str:
    """Who is needed, in a word or two."""
    if isinstance(step, SideTask):
        return f"{words(step.role)}, beside"
    if isinstance(step, Task | Observe):
        return words(step.role)
    others = {
        Delay: "time", Place: "a free place", Board: "a ward bed", Dispose: "home or ward", FollowUp: "appointment",
        Release: "cases close", Choose: "one of several ways", Fork: "several ways at once",
    }  # fmt: skip
    return others[type(step)]


def to_whom(step: Step, needs: dict[str, object]) -> str:
    """To which visits it happens; nothing is said of a step for all."""
    after = {None: "", "discharge": "going home", "admission": "admitted", "transfer": "transferred"}[step.only_if]
    share = shares_text(needs[step.need]) if step.need else shares_text(step.share)
    if step.need and step.share != 1.0:
        share = f"{shares_text(step.share)} of these"
    return ", ".join(part for part in (after, share) if part)


def shares_text(share: object) -> str:
    """A share of visits: a percentage, a range over CTAS 1 to 5, or the levels it is for."""
    values = [float(value) for value in (share if isinstance(share, Sequence) else [share])]  # type: ignore[arg-type]
    if set(values) == {1.0}:
        return ""
    if set(values) <= {0.0, 1.0}:
        levels = [level for level, value in enumerate(values, 1) if value]
        return f"CTAS {levels[0]}" if len(levels) == 1 else f"CTAS {levels[0]} to {levels[-1]}"
    low, high = min(values), max(values)
    return percent(low) if low == high else f"{low * 100:.0f} to {percent(high)}"


def in_words(step: Step, needs: dict[str, object]) -> str:
    """The same row to be read aloud."""
    parts = [words(step.name), whom(step), to_whom(step, needs)]
    return ", ".join(part for part in parts if part)


def company(x: float, scenario: Scenario, pathway: Sequence[Step]) -> Iterator[str]:
    """The bar of company beside a pathway, from its trigger to the door."""
    triaged = [number for number, step in enumerate(pathway) if getattr(step, "purpose", "") == "triage"]
    first = triaged[0] + 1 if scenario.support.trigger == "after_triage" else 0
    top, bottom = 106 + ROW * first, 102 + ROW * len(pathway)
    yield f'<rect x="{x + 448:g}" y="{top:g}" width="18" height="{bottom - top:g}" rx="4" fill="{PEER}"/>'
    middle = (top + bottom) / 2
    yield (
        f'<text transform="translate({x + 453:g} {middle:g}) rotate(90)" text-anchor="middle" font-size="11"'
        f' fill="{PAPER}">a peer may keep company, and makes room when a clinician comes</text>'
    )


if __name__ == "__main__":
    sys.exit(main())
