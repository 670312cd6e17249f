"""What planners ask of a sweep, by what it varies: where a demand bends, where more people stop adding, how much of a
stay boarding is, and who may be best under each belief. Sentences for the first line and for the page.

Nothing here names one winner over all; what is said to grow is beyond chance, all steps judged together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.analysis.best import Contenders
from sim.analysis.comparison_result import FoundValue, as_found
from sim.analysis.estimates import LEAVING
from sim.analysis.sentences import capital
from sim.analysis.swept_factors import Factor
from sim.engine.measures.number_text import joined, measure_of, plain_number, short_unit_of_difference, value_text
from sim.report.words.measure_words import change_text, short_measure
from sim.report.words.short_names import some
from sim.report.words.shown_measures import (
    MH_STAY,
    MH_STAY_WITHOUT_BOARDING,
    PEER_REACH,
    PHYSICIAN_WAIT,
    WITHOUT_STAFF_MEAN,
)
from sim.report.words.sweep_finding import SweepReport, is_of_the_world

KNEE = 1.5
"""So many times as steep as before it has a curve to be after a knee; less nobody would call one."""
_MOST_LINES = 3
"""Lines of a factor, and worlds, that are named one by one."""


def answers_of(report: SweepReport) -> list[str]:
    """Sentences that answer what is asked by varying one factor or two; none of more, or where nothing was played."""
    factors = report.factors.factors
    if not report.answer.n_done or len(report.answer.labels) < 2 or len(factors) > 2:
        return []
    found: list[str] = []
    for factor in factors:
        if factor.key.startswith("boarding.") and factor.numbers is not None:
            found += boarding_texts(report, factor)
        elif factor.key.startswith("demand.") and factor.is_curve:
            found += demand_texts(report, factor)
        elif factor.key in report.steps and not is_of_the_world(factor):
            found += growth_texts(report, factor, PEER_REACH)
    if report.within is not None and not found:
        found += best_texts(report)
    return found


def other_factor(report: SweepReport, factor: Factor) -> Factor | None:
    """The second of two factors."""
    return next((other for other in report.factors.factors if other != factor), None)


# --- demand: the knee, and where differences are not read


@dataclass(frozen=True)
class Knee:
    """Where a curve bends: the value, and how much steeper it is after it than before."""

    value: str
    before: float
    after: float


def knee_of(report: SweepReport, factor: Factor, labels: Sequence[str], name: str) -> Knee | None:
    """The value farthest below the straight line from the first to the last, where the curve is `KNEE` times as steep
    after it as before, and its rise after it is more than both intervals there."""
    points = [(float(report.factors.value_of[label][factor.key]), report.means.get((name, label))) for label in labels]
    known = [(x, found, label) for (x, found), label in zip(points, labels, strict=True) if found is not None]
    if len(known) < 3:
        return None
    (x_0, first, _), (x_n, last, _) = known[0], known[-1]
    slope = (last.mean - first.mean) / (x_n - x_0)

    def below(point: tuple[float, FoundValue, str]) -> float:
        x, found, _ = point
        return first.mean + slope * (x - x_0) - found.mean

    x, found, label = max(known[1:-1], key=below)
    before, after = (found.mean - first.mean) / (x - x_0), (last.mean - found.mean) / (x_n - x)
    rises = last.mean - found.mean > last.half_width + found.half_width
    if not rises or after < KNEE * max(before, 0.0):
        return None
    return Knee(report.factors.value_of[label][factor.key], before, after)


def first_flagged(report: SweepReport, factor: Factor, labels: Sequence[str], caution: str) -> str:
    """The least value with a caution; empty where there is none."""
    flagged = set(report.labels_with(caution))
    return next((report.factors.value_of[label][factor.key] for label in labels if label in flagged), "")


def demand_texts(report: SweepReport, factor: Factor) -> Iterator[str]:
    """How the wait grows with demand, where it bends, and from where on differences are not read."""
    lines = report.factors.lines(factor)
    knees = {value: knee_of(report, factor, labels, PHYSICIAN_WAIT) for value, labels in lines}
    value, labels = lines[0]
    low, high = (report.means.get((PHYSICIAN_WAIT, label)) for label in (labels[0], labels[-1]))
    if low is not None and high is not None:
        ends = (report.factors.value_of[label][factor.key] for label in (labels[0], labels[-1]))
        first, last = ends
        who = f" with {value}" if value else ""
        yield (
            f"{short_measure(PHYSICIAN_WAIT)}{who} from {value_text(PHYSICIAN_WAIT, low.mean)} at "
            f"{factor.name}={first} to {value_text(PHYSICIAN_WAIT, high.mean)} at {last}{knee_text(factor, knees)}"
        )
    yield from limits_texts(report, factor, lines)


def knee_text(factor: Factor, knees: dict[str, Knee | None]) -> str:
    """`; the knee is at growth=1.05 (each further 0.1: 25.1 min before it, 116 min after)`."""
    there = {value: knee for value, knee in knees.items() if knee is not None}
    if not there:
        return ", without a knee in this range"
    knee = next(iter(there.values()))
    step = 0.1 if abs(float(knee.value)) < 10 else 1.0  # factors around 1, hours and heads in whole ones
    unit = short_unit_of_difference(PHYSICIAN_WAIT)
    sizes = f"{plain_number(step * knee.before, 0)} {unit} before it, {plain_number(step * knee.after, 0)} {unit} after"
    places = {each.value for each in there.values()}
    if len(places) == 1:
        every = f" with every {'staffing' if len(knees) > 1 else 'one'}" if len(there) == len(knees) > 1 else ""
        return f"; the knee is at {factor.name}={knee.value}{every} (each further {step:g}: {sizes})"
    named = joined([f"{each.value} with {value}" for value, each in list(there.items())[:_MOST_LINES]])
    return f"; the knee of {factor.name} is at {named}"


def limits_texts(report: SweepReport, factor: Factor, lines: Sequence[tuple[str, list[str]]]) -> Iterator[str]:
    """From which value on too many leave, and from which there is no steady state."""
    for caution, what in (
        ("many_leave", "more than 5 % leave: differences in waits are not read there"),
        ("no_steady_state", "there is no steady state, and that is the answer"),
    ):
        found = {value: first_flagged(report, factor, labels, caution) for value, labels in lines}
        places = sorted({place for place in found.values() if place}, key=float)
        if places:
            some_only = "" if all(found.values()) and len(places) == 1 else " (not with every staffing)"
            yield f"from {factor.name}={places[0]} on{some_only} {what}"


# --- more people: where a measure stops growing


def growth_texts(report: SweepReport, factor: Factor, name: str) -> Iterator[str]:
    """Up to which value each step adds something beyond chance; each line of the other factor by itself."""
    last = growth_places(report, factor, name)
    if not last:
        return
    other, (first, labels) = other_factor(report, factor), growth_lines(report, factor)[0]
    means = [report.means.get((name, label)) for label in labels]
    values = ", ".join("–" if mean is None else value_text(name, mean.mean) for mean in means)
    at = f" at {other.name}={first}" if other is not None else ""
    ends = ", and none after it" if is_one_place(other, last) else ""
    grows = f"each step adds something beyond chance up to {where(factor, other, last)}{ends}"
    if nothing_grows(factor, last):
        grows = "no step is shown to add anything"
    yield f"{short_measure(name)}{at}: {values} for {factor.name}={', '.join(factor.in_order)}; {grows}"


def growth_lines(report: SweepReport, factor: Factor) -> list[tuple[str, list[str]]]:
    """Lines along a factor on which there is a step."""
    return [(value, labels) for value, labels in report.factors.lines(factor) if len(labels) > 1]


def growth_places(report: SweepReport, factor: Factor, name: str) -> dict[str, str]:
    """By value of the other factor, up to which value each step adds something; empty where no step is known."""
    table = report.steps[factor.key]
    rows = table[table["measure"] == name].to_dict("records") if len(table) else []
    steps = {str(row["label"]): as_found(row) for row in rows}
    lines = growth_lines(report, factor) if steps else []
    return {value: grows_to(report, factor, labels, steps) for value, labels in lines}


def nothing_grows(factor: Factor, last: Mapping[str, str]) -> bool:
    """Whether no step adds anything, on any line."""
    return set(last.values()) == {factor.in_order[0]}


def is_one_place(other: Factor | None, last: Mapping[str, str]) -> bool:
    """Whether all lines grow up to the same value."""
    return other is None or len(set(last.values())) == 1


def grows_to(report: SweepReport, factor: Factor, labels: Sequence[str], steps: Mapping[str, FoundValue]) -> str:
    """The last value before the first step that is not beyond chance."""
    last = labels[0]
    for label in labels[1:]:
        step = steps.get(label)
        if step is None or not step.beyond_chance:
            break
        last = label
    return report.factors.value_of[last][factor.key]


def where(factor: Factor, other: Factor | None, last: Mapping[str, str]) -> str:
    """`heads=3`; of several lines `heads=3 (caseload=1), 2 (caseload=2)`."""
    if other is None or is_one_place(other, last):
        return f"{factor.name}={next(iter(last.values()))}"
    by_place: dict[str, list[str]] = {}
    for value, place in last.items():
        by_place.setdefault(place, []).append(value)
    return f"{factor.name}=" + ", ".join(f"{place} ({other.name}={joined(vs)})" for place, vs in by_place.items())


# --- boarding: what no staffing can touch


def boarding_share(report: SweepReport, factor: Factor) -> str:
    """How much of the stay boarding is, at the least and the most of it; empty where it is not known."""
    parts = []
    for value in (factor.in_order[0], factor.in_order[-1]):
        label = next(each for each in report.answer.labels if report.factors.value_of[each].get(factor.key) == value)
        whole, rest = (report.means.get((name, label)) for name in (MH_STAY, MH_STAY_WITHOUT_BOARDING))
        if whole is not None and rest is not None and whole.mean > 0.0:
            share = plain_number(100.0 * (whole.mean - rest.mean) / whole.mean, 0)
            parts.append(f"{share} % of {value_text(MH_STAY, whole.mean)} at {factor.name}={value}")
    return f"of the mental-health stay boarding is {joined(parts)}" if len(parts) == 2 else ""


def boarding_texts(report: SweepReport, factor: Factor) -> Iterator[str]:
    """How much of the stay boarding is, and the largest change of the stay by any staffing."""
    share = boarding_share(report, factor)
    if not share:
        return
    yield f"{share}: that share no staffing of the department can touch"
    changes = report.differences.get(MH_STAY, {})
    if report.within is not None and changes:
        label, found = max(changes.items(), key=lambda pair: abs(pair[1].mean))
        size = change_text(MH_STAY, found.mean, found.half_width)
        sure = "" if found.beyond_chance else ", which may be chance"
        yield f"the largest change of the stay by a staffing is {size} ({report.names[label]}{sure})"


# --- beliefs: who may be best under each


def best_texts(report: SweepReport) -> Iterator[str]:
    """By each measure that decides, who may be the best in every world, judged in each by itself."""
    for name in (WITHOUT_STAFF_MEAN, PEER_REACH, PHYSICIAN_WAIT, LEAVING):
        if name not in report.shown:
            continue
        found = {first: best[name] for first, best in report.best_in.items() if name in best}
        if len(found) < len(report.best_in) or not any(each.n_ruled_out for each in found.values()):
            continue
        yield f"{better_text(name)} {short_measure(name)}: {by_world(report, found)}"


def better_text(name: str) -> str:
    """`least`, `most`."""
    return "least" if measure_of(name).better == "low" else "most"


def by_world(report: SweepReport, found: Mapping[str, Contenders]) -> str:
    """`peer_247 under both`, or who under which."""
    choice = next((factor for factor in report.factors.factors if not is_of_the_world(factor)), None)
    world = next((factor for factor in report.factors.factors if is_of_the_world(factor)), None)
    if choice is None or world is None:
        return ""
    names: dict[str, list[str]] = {}
    for first, best in found.items():
        who = [report.factors.value_of[label][choice.key] for label in best.labels]
        text = f"{some(who, 2)}{' (undecided)' * (len(who) > 1)}"
        names.setdefault(text, []).append(report.factors.value_of[first][world.key])
    if len(names) == 1:
        return f"{next(iter(names))} under all {len(found)} values of {world.name}"
    return "; ".join(f"{who} under {joined(values)}" for who, values in names.items())


# --- what the figure of a sweep is, and its title

CURVES, DOTS = "curves", "dots"
MOST_LINES_DRAWN, MOST_DOTS = 8, 24


def figure_factors(report: SweepReport) -> tuple[Factor, Factor | None]:
    """The factor along which curves run, or of the blocks of dots, and the other one, if there is one."""
    factors = report.factors.factors
    numbers = [factor for factor in factors if factor.is_curve]
    choices = [factor for factor in factors if not is_of_the_world(factor)]
    along = next(filter(is_of_the_world, numbers), None) or next(iter([*numbers, *choices, *factors]))
    return along, other_factor(report, along)


def kind_of_figure(report: SweepReport) -> str:
    """`curves` along a number, `dots` of differences between names; empty where nobody could read either."""
    if not 1 <= len(report.factors.factors) <= 2 or not report.answer.n_done or not report.shown:
        return ""
    along, other = figure_factors(report)
    if along.is_curve:
        return CURVES if other is None or len(other.values) <= MOST_LINES_DRAWN else ""
    n_rows = max((len(changes) for changes in report.differences.values()), default=0)
    return DOTS if 0 < n_rows <= MOST_DOTS else ""


def title_of(report: SweepReport) -> str:
    """The finding as the title of the figure."""
    along, _ = figure_factors(report)
    if along.key.startswith("demand.") and along.numbers is not None:
        title = bend_title(report, along)
    elif along.key.startswith("boarding."):
        title = boarding_title(report, along)
    else:
        title = next(iter(report.answers), "")
        if along.key in report.steps:
            title = growth_title(report, along)
    if title:
        return capital(title)
    return "No difference beyond chance in what is shown" if not any_beyond(report) else f"What {along.name} changes"


def any_beyond(report: SweepReport) -> bool:
    """Whether any difference that is shown is beyond chance."""
    return any(found.beyond_chance for name in report.shown for found in report.differences.get(name, {}).values())


def bend_title(report: SweepReport, factor: Factor) -> str:
    """Where waits bend and where differences are no longer read."""
    lines = report.factors.lines(factor)
    knees = (knee_of(report, factor, labels, PHYSICIAN_WAIT) for _, labels in lines)
    knee = next((each for each in knees if each is not None), None)
    begin = f"waits bend at {factor.name} {knee.value}" if knee else f"waits rise with {factor.name} without a knee"
    flagged = [place for _, labels in lines if (place := first_flagged(report, factor, labels, "many_leave"))]
    limit = f"; from {min(flagged, key=float)} on over 5 % leave, so differences are not read" if flagged else ""
    return f"{begin}{limit}"


def boarding_title(report: SweepReport, factor: Factor) -> str:
    """How much of the stay boarding is."""
    share = boarding_share(report, factor)
    return f"{share}, which no staffing can touch" if share else ""


def growth_title(report: SweepReport, factor: Factor) -> str:
    """Up to where more of it adds something."""
    last = growth_places(report, factor, PEER_REACH)
    if not last or nothing_grows(factor, last):
        return ""
    return f"{short_measure(PEER_REACH)}: no growth shown beyond {where(factor, other_factor(report, factor), last)}"
