"""The five lines of a comparison, and of one scenario that is compared with nothing.

A difference is named as a change only where it is beyond chance when all headline measures of all staffings are judged
together (`FoundValue.beyond_chance`), and never without a steady state.
"""

from collections.abc import Sequence

import numpy as np

from sim.analysis.comparison_result import LEAST_ADDED, Comparison, FoundValue, ResultRow
from sim.analysis.scenario_facts import is_same_money
from sim.analysis.sentences import capital, in_spoken_units, inside, under
from sim.engine.measures import number_text
from sim.engine.measures.catalogue import COST_NAMES, HEADLINE, HEADLINES, protocol_place
from sim.engine.measures.currency import in_currency, is_of_shipped
from sim.io.short_lists import few_of
from sim.report.description import CERTAINTY, WHAT_IT_COSTS, Finding, FindingLine, five_lines
from sim.report.words import caveats
from sim.report.words.assumption_words import with_assumptions_text
from sim.report.words.left_out_text import left_out_line
from sim.report.words.measure_words import HINT, change_text, hint, hours_text, named_topics, whole_percent
from sim.report.words.shown_measures import PHYSICIAN_WAIT, longest_step_waits

MOST_CHANGES = 5
"""Changes named of the staffing the finding is about; of one that costs the same, `MOST_CHANGES_ELSEWHERE`."""
MOST_CHANGES_ELSEWHERE = 3
MOST_ELSEWHERE = 4
"""Staffings for the same money that are named."""


def finding_of(comparison: Comparison) -> Finding:
    """The five lines at the central level of demand, and where peers are on duty one on who is left out."""
    finding = difference_finding(comparison) if comparison.others else scenario_finding(comparison)
    left_out = left_out_line(comparison)
    return finding._replace(lines=(*finding.lines, left_out)) if left_out else finding


def difference_finding(comparison: Comparison) -> Finding:
    """The five lines of staffings that are compared."""
    subject = comparison.others[0]
    changes = f"{changes_text(comparison, subject, MOST_CHANGES, with_intervals=True)}."
    changes += changed_waits_text(comparison, subject)
    others = [text(comparison, subject) for text in (_unchanged_text, _cost_text, _same_money_text)]
    return five_lines(short_question(comparison), [changes, *others, _certainty_text(comparison)])


def short_question(comparison: Comparison) -> str:
    """What was compared; of many staffings only the first, which the finding is about."""
    names = comparison.others
    if len(names) <= _MOST_NAMED:
        return caveats.question(comparison)
    first, baseline = comparison.label(names[0]), inside(comparison.label(comparison.baseline))
    n = number_text.counted(comparison.n_replications(), "replication")
    return (
        f"{first}, and {len(names) - 1} more, beside {baseline}: {n} of {comparison.length}, "
        f"{caveats.central_demand(comparison)}, {caveats.effects_text(comparison)}"
    )


_MOST_NAMED = 3
"""Staffings named in the question."""


def changes_text(comparison: Comparison, staffing: str, most: int, with_intervals: bool = False) -> str:
    """What is beyond chance in a staffing, in one sentence that names so many changes, with intervals or without."""
    who = with_staffing(comparison, staffing)
    if nothing := why_nothing_changes(comparison, staffing):
        return f"{who}, {nothing}"
    moved = changed_measures(comparison, staffing)
    named_here = most_important(moved, most)
    intervals = [f" ({interval_text(name, found)}{hint(name)})" * with_intervals for name, found in named_here]
    intervals[0] = intervals[0].replace("(", f"({whole_percent(comparison.confidence)} CI ")
    return f"{who}, {clauses_text(named_here, len(moved), intervals)}"


def most_important(moved: Sequence[tuple[str, FoundValue]], most: int) -> list[tuple[str, FoundValue]]:
    """So many of what changes, those of the protocol before others, in the order given."""
    ranked = sorted(moved, key=lambda item: protocol_place(item[0]))
    chosen = {name for name, _ in ranked[:most]}
    return [item for item in moved if item[0] in chosen]


def why_nothing_changes(comparison: Comparison, staffing: str) -> str:
    """Why no change is named; empty if there is one to name."""
    if comparison.flags_of(staffing)[1]:
        return f"no difference is claimed: there is no steady state ({caveats.NO_STEADY_STATE})"
    if comparison.n_replications() < 2:
        return "no difference can be distinguished from chance: that takes two replications or more"
    return "" if changed_measures(comparison, staffing) else "nothing beyond chance"


def with_staffing(comparison: Comparison, staffing: str) -> str:
    """`with peers added`, `with a nurse added`."""
    return inside(under(comparison.label(staffing)))


def changed_measures(comparison: Comparison, staffing: str) -> list[tuple[str, FoundValue]]:
    """Clinical measures beyond chance."""
    return [(name, item) for name, item in clinical_differences(comparison, staffing).items() if item.beyond_chance]


def clauses_text(moved: Sequence[tuple[str, FoundValue]], n_changed: int, intervals: Sequence[str]) -> str:
    """`mental-health visits spent 12.8 minutes less without staff (12.4 to 13.2) and ...`; the part only where it
    changes. `n_changed`: how many measures changed, named or not.
    """
    clauses: list[str] = []
    subject_before = ""
    for (name, found), interval in zip(moved, intervals, strict=True):
        brief, subject = HEADLINES[name], number_text.part_text(name.partition(".")[2])
        way = brief.less if found.mean < 0.0 else brief.more
        amount = amount_of_change(name, found.mean)
        if brief.says.startswith("{amount}"):  # so many visits more or fewer
            amount = amount.replace(number_text.POINTS, "in 100")
        words = brief.says.format(amount=amount, way=way)
        subject = subject.replace("visits", "patients") if brief.of_patients else subject
        about = f"of {subject}, " if words[0].isdigit() or words.startswith(UNDER) else f"{subject} "
        clauses.append(f"{'' if subject == subject_before else about}{words}{interval}")
        subject_before = subject
    if n_changed > len(moved):
        clauses.append(f"{number_text.counted(n_changed - len(moved), 'more measure')} changed")
    return number_text.joined(clauses)


UNDER = "under "
"""Before the smallest amount that is shown, of a difference that would be rounded to nothing."""


def amount_of_change(name: str, change: float) -> str:
    """`12.8 minutes`, `under 0.1 minutes`."""
    decimals = number_text.decimals_shown(name)
    number = number_text.bare(name, abs(change))
    if not number.strip("0.,"):
        number = f"{UNDER}{number_text.plain_number(10.0**-decimals, decimals)}"
    return in_spoken_units(f"{number} {number_text.unit_of_difference(name)}", number_text.measure_of(name))


def interval_text(name: str, found: FoundValue) -> str:
    """Both ends as sizes: the direction is in the words."""
    small, large = sorted(abs(number_text.within_scale(name, end)) for end in (found.low, found.high))
    return f"{number_text.bare(name, small)} to {number_text.bare(name, large)}"


def clinical_differences(comparison: Comparison, staffing: str, level: float | None = None) -> dict[str, FoundValue]:
    """Differences of the headline measures without the costs, at the central level of demand unless one is given."""
    names = clinical_measures(comparison)
    return {name: found for name in names if (found := comparison.difference(staffing, name, level)) is not None}


def clinical_measures(comparison: Comparison) -> list[str]:
    """Headline measures that were measured, but for the costs: those of all visits first."""
    names = [name for name in comparison.known_measures(HEADLINE) if name not in COST_NAMES]
    return sorted(names, key=lambda name: not name.endswith(".all"))


def _unchanged_text(comparison: Comparison, staffing: str) -> str:
    """Measures of which no difference is shown, in one line."""
    if comparison.flags_of(staffing)[1]:
        return "nothing is claimed here either."
    found = clinical_differences(comparison, staffing)
    if comparison.n_replications() < 2:
        equal = [name for name, item in found.items() if item.mean == 0.0]
        return f"{named_topics(equal, 'the same in it: ') or 'nothing'}."
    unknown = [name for name in clinical_measures(comparison) if name not in found or not found[name].has_interval]
    found = {name: item for name, item in found.items() if item.has_interval and not item.beyond_chance}
    same = [name for name, item in found.items() if item.identical]
    alone = [name for name, item in found.items() if item.beyond_own_interval]
    unshown = [name for name in found if name not in (*same, *alone)]
    parts = [
        named_topics(unshown, "no difference beyond chance in "),
        named_topics(alone, "taken alone beyond chance, all measures together not: "),
        named_topics(same, "exactly the same: "),
        named_topics(unknown, "not measured: "),
    ]
    return f"{'; '.join(part for part in parts if part) or 'every headline measure changes'}."


def _cost_text(comparison: Comparison, staffing: str) -> str:
    """Rostered hours and money, and what the staff cost with overtime."""
    row, who = costs_row(comparison, staffing), with_staffing(comparison, staffing)
    added = float(row["weekly_difference"])
    money = (
        f"{number_text.as_money(abs(added))} {'more' if added > 0.0 else 'less'}" if abs(added) >= 0.5 else "the same"
    )
    hours = "" if row["hours_added"] == "none" else f" ({hours_text(comparison, row['hours_added'])} hours)"
    week = caveats.cost_of_a_part_text([comparison.minutes])
    return f"{who}, {money} a week by the roster{hours}{paid_text(comparison, staffing)}.{week}"


def paid_text(comparison: Comparison, staffing: str) -> str:
    """What was paid, overtime included; nothing without a steady state, as overtime depends on the queue."""
    weekly, per_visit = (comparison.difference(staffing, name) for name in COST_NAMES)
    if weekly is None or comparison.flags_of(staffing)[1]:
        return ""
    numbers = weekly.low, weekly.mean, weekly.high
    low, mean, high = (number_text.bare(COST_NAMES[0], number, signed=True) for number in numbers)
    interval = f" ({low} to {high})" if weekly.has_interval else ""
    visit = "" if per_visit is None else f", {number_text.bare(COST_NAMES[1], per_visit.mean, signed=True)} a visit"
    return f"; with overtime {mean} {in_currency('CAD')}{interval}{visit}"


def costs_row(comparison: Comparison, staffing: str) -> ResultRow:
    return next(row for row in comparison.costs.to_dict("records") if row["staffing"] == staffing)


def _same_money_text(comparison: Comparison, subject: str) -> str:
    """What staffings change that add the same weekly cost in other roles."""
    added = float(costs_row(comparison, subject)["weekly_difference"])
    if abs(added) <= LEAST_ADDED:
        return f"{with_staffing(comparison, subject)}, no money is added: what changes above is for the same money."
    if added < 0.0:
        return "money is saved, not spent: nothing is bought with it in what is compared."
    equal = elsewhere_for_same_money(comparison, subject)
    if not equal:
        return f"not compared here. {how_to_compare_same_money(comparison, subject, added)}"
    texts = [changes_text(comparison, name, MOST_CHANGES_ELSEWHERE) for name in equal[:MOST_ELSEWHERE]]
    more = f"; {len(equal) - MOST_ELSEWHERE} more in the table" if len(equal) > MOST_ELSEWHERE else ""
    return f"{'; '.join(texts)}{more}."


def elsewhere_for_same_money(comparison: Comparison, subject: str) -> list[str]:
    """Staffings that add the same weekly cost as one, in other roles."""
    added = float(costs_row(comparison, subject)["weekly_difference"])
    return [
        name
        for name in comparison.others
        if roles_changed(comparison, name) != roles_changed(comparison, subject)
        and is_same_money(added, float(costs_row(comparison, name)["weekly_difference"]))
    ]


def roles_changed(comparison: Comparison, staffing: str) -> set[str]:
    """Roles of more or fewer hours than in the baseline: the same money for the same role is not spent elsewhere."""
    return {text.split()[-1] for text in str(costs_row(comparison, staffing)["hours_added"]).split(", ")}


def how_to_compare_same_money(comparison: Comparison, subject: str, added: float) -> str:
    """What to type, where shipped staffings cost the same; else what to write."""
    missing = [name for name in SHIPPED_SAME_MONEY if "peer" not in name and name not in comparison.staffings]
    as_shipped = not any(text.lstrip("+~").startswith("staffing.") for text in comparison.changed)
    if not (missing and as_shipped and subject in SHIPPED_SAME_MONEY and comparison.baseline == "traditional"):
        return f"Write a staffing that adds some {number_text.as_money(added)} a week to another role, and name it too."
    return f'Add it: "study.staffing=[{",".join((*comparison.staffings, *missing))}]".'


SHIPPED_SAME_MONEY = ("peer_added", "peer_evening", "clinician_added", "nurse_added")
"""Shipped staffings that add the same weekly cost to `traditional` within `EQUAL_MONEY`."""


def _certainty_text(comparison: Comparison) -> str:
    """Chance alone, said, or both intervals; what was assumed; and what few replications do not allow."""
    subject = comparison.others[0]
    second = with_assumptions_text(comparison, subject, elsewhere_for_same_money(comparison, subject))
    return f"{after_care(comparison, second or chance_text(comparison))} {caveats.effect_note(comparison)}".rstrip()


def certainty_line(comparison: Comparison) -> FindingLine | None:
    """The last of the five lines where it holds a second interval, which is there last."""
    if comparison.assumptions.empty:
        return None
    return FindingLine(CERTAINTY, _certainty_text(comparison))


def care_text(comparison: Comparison) -> str:
    """Where many leave, and where there is no steady state, with the marks of the table."""
    rows = comparison.cautions[np.isclose(comparison.cautions["demand"], comparison.central_level)]
    texts = []
    for flag, mark, words in (
        ("no_steady_state", caveats.NO_STEADY_STATE, "no steady state, so that means depend on how long was played"),
        ("many_leave", caveats.MANY_LEAVE, "many leave, so that waits look shorter than they would be"),
    ):
        names = [comparison.label(name) for name in rows.loc[rows[flag].astype(bool), "staffing"]]
        where = "" if len(comparison.staffings) == 1 else f" ({few_of(names, 2)})"
        texts += [f"{mark} {words}{where}. "] * bool(names)
    return "".join(texts)


def after_care(comparison: Comparison, text: str) -> str:
    """What must be read with care, if anything, and then a text, which begins a sentence of its own after it."""
    care = care_text(comparison)
    return f"{care}{capital(text)}" if care else text


def chance_text(comparison: Comparison) -> str:
    """What the intervals cover, and what they leave out."""
    n = comparison.n_replications()
    if n < 2:
        return "one replication, so chance cannot be judged: play more (study.replications=20)."
    little = f" With fewer than {caveats.ENOUGH_REPLICATIONS} little can be shown."
    few = little if n < caveats.ENOUGH_REPLICATIONS else ""
    percent = whole_percent(comparison.confidence)
    return f"of chance alone ({percent} intervals, {n} replications), not of the assumptions.{few}"


def scenario_finding(comparison: Comparison) -> Finding:
    """One scenario in five lines, fewer where a department has no mental-health stream or nobody who returns: how long
    visits wait, how mental-health visits go, returns, cost, how sure.
    """
    left, weekly_cost, visit_cost = (estimate_text(comparison, name) for name in ("lwbs_or_ama.all", *COST_NAMES))
    roster = float(costs_row(comparison, comparison.baseline)["weekly_cost"])
    overtime = f", with overtime {weekly_cost}; {visit_cost} a visit"
    week = caveats.cost_of_a_part_text([comparison.minutes])
    if comparison.flags_of(comparison.baseline)[1]:
        overtime = "; overtime depends on the queue, which is not steady"
    has_mental_health = comparison.speaks_of(".mental_health")
    lines = (
        ("How long they wait", f"{waits_text(comparison)}; {left} left unseen or against advice."),
        ("Mental-health visits", mental_health_text(comparison))
        if has_mental_health
        else ("How long they stay", f"{estimate_text(comparison, 'length_of_stay_mean.all')} on average."),
        ("Who comes back", returns_text(comparison) if comparison.speaks_of("return_", "repeat_visit.") else ""),
        (WHAT_IT_COSTS, f"by the roster {number_text.as_money(roster)} a week{overtime}.{week}"),
        (CERTAINTY, f"{after_care(comparison, chance_text(comparison))} {compare_with(comparison)}"),
    )
    return Finding(caveats.question(comparison), tuple(FindingLine(label, text) for label, text in lines if text))


def waits_text(comparison: Comparison) -> str:
    """The wait for a physician; of a department without physicians, or without triage, that for its longest steps."""
    everybody, mental = (f"wait_triage_to_pia_mean.{part}" for part in ("all", "mental_health"))
    has_mental_health = comparison.speaks_of(".mental_health")
    if comparison.estimate(comparison.baseline, everybody) is not None or has_mental_health:
        wait = f"from triage to a physician {estimate_text(comparison, everybody)} on average"
        return wait + f", in mental-health visits {estimate_text(comparison, mental)}" * has_mental_health
    waits = [f"{step_text(name)} {estimate_text(comparison, name)}" for name in step_waits(comparison)]
    return f"{number_text.joined(waits)} on average" if waits else "nobody waits for a step"


def step_waits(comparison: Comparison) -> list[str]:
    """Names of the longest waits for steps in the baseline."""
    names = (name for _, name in comparison.estimate_rows)
    found = {name: item.mean for name in names if (item := comparison.estimate(comparison.baseline, name)) is not None}
    return longest_step_waits(found)


def step_text(name: str) -> str:
    """`for answer`, of the wait for a step."""
    return f"for {number_text.part_text(name.partition('.')[2])}"


def changed_waits_text(comparison: Comparison, staffing: str) -> str:
    """How the longest waits for steps change where nobody waits for a physician: no other line would say it."""
    no_wait = comparison.estimate(comparison.baseline, PHYSICIAN_WAIT) is None
    if not no_wait or comparison.speaks_of(".mental_health") or comparison.flags_of(staffing)[1]:
        return ""
    texts = []
    for name in step_waits(comparison):
        before, after = comparison.estimate(comparison.baseline, name), comparison.estimate(staffing, name)
        change = comparison.difference(staffing, name)
        if before is not None and after is not None and change is not None:
            half_width = change.half_width if change.has_interval else None
            both = f"{number_text.value_text(name, after.mean)}, not {number_text.bare(name, before.mean)}"
            texts.append(f"{step_text(name)} {both} ({change_text(name, change.mean, half_width)})")
    return f" Waits, each judged by itself: {'; '.join(texts)}." if texts else ""


def mental_health_text(comparison: Comparison) -> str:
    """How mental-health visits go."""

    def mean(name: str) -> str:
        return estimate_text(comparison, f"{name}.mental_health")

    return (
        f"stayed {mean('length_of_stay_mean')}, of it without staff {mean('minutes_without_staff_mean')}, the longest "
        f"stretch {mean('longest_unseen_mean')}, a {HINT} outcome; {mean('reach')} were met by a peer; of those who "
        f"went home {mean('went_home_empty_handed')} went empty-handed."
    )


def estimate_text(comparison: Comparison, name: str) -> str:
    """`87.2 minutes (85.1 to 89.3)`, a dash where nothing is known."""
    found = comparison.estimate(comparison.baseline, name)
    if found is None:
        return number_text.NOTHING
    low, high = (number_text.bare(name, number_text.within_scale(name, end, 0.0)) for end in (found.low, found.high))
    interval = f" ({low} to {high})" if found.has_interval else ""
    return f"{in_spoken_units(number_text.value_text(name, found.mean), number_text.measure_of(name))}{interval}"


def returns_text(comparison: Comparison) -> str:
    """Returns of mental-health patients within each time that the run is long enough for."""
    names = [name for name in comparison.known_measures(HEADLINE) if name.startswith("return_")]
    if not names:
        return "the run is too short to see returns."
    topics = [HEADLINES[name].topic.removeprefix("return ") for name in names]
    texts = [f"{topic} {estimate_text(comparison, name)}" for topic, name in zip(topics, names, strict=True)]
    return f"{number_text.joined(texts)} of patients, counted from their first mental-health visit."


def compare_with(comparison: Comparison) -> str:
    """What to type to have this scenario compared."""
    played = comparison.baseline
    if not (caveats.speaks_of_peers(comparison) and is_of_shipped()):
        return f'Nothing is compared: "study.staffing=[{played},ANOTHER]" instead of study=run compares.'
    pair = ("traditional", "peer_added" if played == "traditional" else played)
    return f'Nothing is compared: "study.staffing=[{",".join(pair)}]" instead of study=run compares.'


def other_levels_line(comparison: Comparison) -> str:
    """Whether the changes of the first staffing are beyond chance at the other levels of demand too, and where there
    is no steady state; empty if one level was played."""
    central = comparison.central_level
    levels = [level for level in sorted(comparison.levels) if level != central and comparison.n_replications(level)]
    if not levels or not comparison.others or comparison.n_replications() < 2:
        return ""
    subject = comparison.others[0]
    texts = [deviation(comparison, subject, level) for level in levels]
    found = [f"at {level_text(comparison, level)} {text}" for level, text in zip(levels, texts, strict=True) if text]
    where = number_text.joined([level_text(comparison, level) for level in levels])
    any_change = directions(comparison, subject, central)
    same = "the same measures change in the same direction" if any_change else "nothing is beyond chance either"
    return f"{with_staffing(comparison, subject)}, {'; '.join(found) or f'{same} at {where}'}."


def level_text(comparison: Comparison, level: float) -> str:
    """`demand × 1.05`, with its replications where it has fewer than the central level."""
    n = comparison.n_replications(level)
    fewer = f" ({number_text.counted(n, 'replication')})" if n < comparison.n_replications() else ""
    return f"demand × {level:g}{fewer}"


OTHER_DEMAND = "At other demand"
"""A sixth line, of a comparison at several levels: it is printed when those have been played."""


def deviation(comparison: Comparison, staffing: str, level: float) -> str:
    """What changes at a level and not at the central one, and the other way round; empty if nothing does."""
    if comparison.flags_of(staffing, level)[1]:
        return "no difference is claimed, for want of a steady state"
    if comparison.n_replications(level) < 2:
        return "chance cannot be judged"
    here, central = (directions(comparison, staffing, each) for each in (level, comparison.central_level))
    measured = {name for name, item in clinical_differences(comparison, staffing, level).items() if item.has_interval}
    gone = [name for name in central if name not in here]
    texts = [
        named_topics([name for name in here if name not in central], "beyond chance: "),
        named_topics([name for name in here if here[name] != central.get(name, here[name])], "the other way round: "),
        named_topics([name for name in gone if name in measured], "no longer beyond chance: "),
        named_topics([name for name in gone if name not in measured], "not measured: "),
    ]
    return ", ".join(text for text in texts if text)


def directions(comparison: Comparison, staffing: str, level: float) -> dict[str, bool]:
    """Clinical measures beyond chance at a level, and whether they are more than in the baseline."""
    found = clinical_differences(comparison, staffing, level)
    return {name: item.mean > 0.0 for name, item in found.items() if item.beyond_chance}


def with_other_levels(finding: Finding, comparison: Comparison) -> Finding:
    """The same with a last line on the other levels of demand, if there are any."""
    text = other_levels_line(comparison)
    return Finding(finding.question, (*finding.lines, FindingLine(OTHER_DEMAND, text))) if text else finding
