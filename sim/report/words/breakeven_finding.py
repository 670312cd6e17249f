"""The finding of a break-even study in five lines; every number in them stands in its tables.

The sentences on where net benefit turns are shared with the page (`sim.report.breakeven_answer`).
"""

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import cache
from typing import Any

import pandas as pd

from sim.analysis.breakeven import BreakEven, BreakEvenAnswer, Chance, Span, StaffingAnswer
from sim.analysis.comparison_result import LEAST_ADDED
from sim.analysis.scenario_facts import groups_of_same_money, is_swap
from sim.analysis.sentences import capital, inside
from sim.analysis.valuation import STAFF_COST, Worth, preset_text
from sim.engine.measures import number_text
from sim.engine.measures.currency import in_currency, is_of_shipped
from sim.report.description import Finding, five_lines
from sim.report.words.assumption_words import LIKE_PUBLISHED
from sim.report.words.caveats import A_STRESS_TEST, short_cautions, size_text
from sim.report.words.measure_words import change_text, measure_text, short_measure, whole_percent
from sim.report.words.short_names import some
from sim.report.words.worth_text import NOT_COUNTED_SHORTLY, counted_text, money_text

EFFECTS = {
    "effects.total_return_hr": "hazard ratio of returns of those who consent to a peer",
    "effects.peer.assessment_minutes": "factor of peers on minutes of assessments",
    "effects.peer.linkage_odds": "odds ratio of follow-up with a peer",
    "effects.peer.patience_while": "pace of patience while accompanied by a peer",
    "effects.peer.patience_after": "pace of patience after a peer's company",
    "effects.peer.escalation_while": "pace of escalation while accompanied by a peer",
    "effects.peer.escalation_after": "pace of escalation after a peer's company",
    "effects.clinician.assessment_minutes": "factor of the enhanced team on minutes of assessments",
    "effects.clinician.linkage_odds": "odds ratio of follow-up with the enhanced team",
}
MOST_DIGITS = 6
"""Digits of an effect that is shown."""
MOST_PRESETS = 2
"""Presets whose answers are shown on the terminal; the page has all."""
MOST_VALUED = 2
"""Valued measures of one staffing that are shown on the terminal."""
MOST_STAFFINGS = 3
"""Staffings shown on the terminal; the page has all."""
TO_COMPARE = '"study.staffing=[traditional,peer_added,clinician_added]"'
"""Shipped staffings that spend the same money in two ways."""
NOT_FINISHED = "no replication of all scenarios has finished, so nothing can be said."


def break_even_finding(answer: BreakEvenAnswer) -> Finding:
    """The question and the five lines."""
    labels = [item.label for item in answer.staffings] or list(answer.plan.staffings.values())
    names = number_text.joined(labels)
    low, high = answer.plan.effects[0], answer.plan.effects[-1]
    question = f"{names} beside {inside(answer.plan.baseline)}: {effect_text(answer)}, {low:g} to {high:g}"
    if not answer.staffings:
        nothing = "nothing can be said of that either."
        return five_lines(question, [NOT_FINISHED, nothing, _cost_text(answer), NOT_FINISHED, study_size_text(answer)])
    texts = (_changes_text, _unchanged_text, _cost_text, _same_money_text, _certainty_text)
    return five_lines(question, [text(answer) for text in texts])


def effect_text(answer: BreakEvenAnswer) -> str:
    """The effect in words."""
    return EFFECTS.get(answer.plan.effect, answer.plan.effect)


def effect_number(answer: BreakEvenAnswer, effect: float) -> str:
    """An effect in as few digits, three or more, as tell all effects of the study apart: `0.867`."""
    return f"{effect:.{digits_needed(tuple(answer.plan.effects))}g}"


@cache
def digits_needed(effects: tuple[float, ...]) -> int:
    """Digits that tell effects apart, and give the ends of the range as they were asked for."""
    for digits in range(3, MOST_DIGITS):
        texts = {f"{effect:.{digits}g}" for effect in effects}
        if len(texts) == len(effects) and {f"{effects[0]:g}", f"{effects[-1]:g}"} <= texts:
            return digits
    return MOST_DIGITS


def of_each(answer: BreakEvenAnswer, what: Callable[[BreakEvenAnswer, StaffingAnswer], str]) -> str:
    """What there is to say of each of several staffings; the page has those that are too many."""
    pieces = [f"{item.label}: {what(answer, item)}" for item in answer.staffings[:MOST_STAFFINGS]]
    more = len(answer.staffings) - MOST_STAFFINGS
    return "; ".join([*pieces, *[f"{number_text.counted(more, 'further staffing')} in answer.md"] * (more > 0)]) + "."


# --- what changes, what does not ---


def _changes_text(answer: BreakEvenAnswer) -> str:
    """What the strongest effect played does, and that it is assumed."""
    if all(item.found is None for item in answer.staffings):
        tests = [f"{label} is {A_STRESS_TEST}" for label in stress_tests(answer).values()]
        return f"{'; '.join(['nothing is concluded', *tests])}."
    one = len(answer.staffings) == 1
    changes = f"{changes_of(answer, answer.staffings[0])}." if one else of_each(answer, changes_of)
    return f"with the effect assumed at {effect_number(answer, strongest(answer))}, {changes}"


def changes_of(answer: BreakEvenAnswer, item: StaffingAnswer) -> str:
    """What a staffing changes at the strongest effect; a stress test is named as such."""
    mark = f" ({A_STRESS_TEST})" if item.staffing in stress_tests(answer) else ""
    return f"{valued_changes_text(answer, item)}{mark}"


def stress_tests(answer: BreakEvenAnswer) -> dict[str, str]:
    """Staffings that give up hours of other roles for peers, with their labels."""
    plan, scenarios = answer.plan, answer.plan.design.scenarios
    baseline = scenarios[plan.beside[0]]
    return {name: label for name, label in plan.staffings.items() if is_swap(scenarios[plan.labels[name][0]], baseline)}


def valued_changes_text(answer: BreakEvenAnswer, item: StaffingAnswer) -> str:
    """What is valued at the strongest effect, what it is worth, what is left with no effect, and the net benefit."""
    if item.found is None:
        return "nothing is concluded"
    if len(set(answer.plan.labels[item.staffing])) == 1:
        return "the effect is not in force in it"
    effect = strongest(answer)
    valued = [worth for worth in answer.plan.worth if worth.cad_per_unit and worth.measure != STAFF_COST]
    n_shown = MOST_VALUED if len(answer.staffings) == 1 else 1
    pieces = [valued_text(answer, item, worth, effect) for worth in valued[:n_shown]]
    if len(valued) > n_shown:
        pieces.append(f"and {len(valued) - n_shown} more")
    return ", ".join([*pieces, f"net benefit {benefits_text(answer, item, effect)} ({in_currency('CAD a week')})"])


def benefits_text(answer: BreakEvenAnswer, item: StaffingAnswer, effect: float) -> str:
    """`−2,859 ± 166`, or of several presets `−2,859 ± 166 staff time only, 1,120 ± 902 with admissions`; CAD a week."""
    shown = shown_presets(answer, item)
    rows = [curve_by_effect(answer, one)[effect] for one in shown]
    names = [f" {preset_text(one.preset)}" if len(shown) > 1 else "" for one in shown]
    each = [money_text(row["mean"], row["half_width"]) + name for row, name in zip(rows, names, strict=True)]
    return ", ".join(each)


def shown_presets(answer: BreakEvenAnswer, item: StaffingAnswer) -> tuple[StaffingAnswer, ...]:
    """A staffing by the first presets, as many as the terminal shows."""
    return answer.by_presets(item.staffing)[:MOST_PRESETS]


def curve_by_effect(answer: BreakEvenAnswer, item: StaffingAnswer) -> dict[float, dict[Hashable, Any]]:
    """The row of the net benefit of a staffing by one preset at each effect."""
    return {row["effect"]: row for row in curve_of(answer, item).to_dict("records")}


def curve_of(answer: BreakEvenAnswer, item: StaffingAnswer) -> pd.DataFrame:
    """The net benefit of a staffing by one preset, a row for each effect."""
    table = answer.curves
    return table[(table["staffing"] == item.staffing) & (table["preset"] == item.preset)]


def strongest(answer: BreakEvenAnswer) -> float:
    """The effect played that is furthest from none, as a factor."""
    return max(answer.plan.effects, key=lambda effect: abs(math.log(effect)) if effect > 0 else math.inf)


def valued_text(answer: BreakEvenAnswer, item: StaffingAnswer, worth: Worth, effect: float) -> str:
    """`visits a week −2.7 ± 0.5 (with no effect 0.0) worth 1,002 CAD`."""
    by_effect = {float(row["effect"]): row for row in _rows_of(answer, item, worth).to_dict("records")}
    row = by_effect[effect]
    notes = [] if abs(row["difference"]) > row["half_width"] else ["not shown to differ"]
    if 1.0 in by_effect and effect != 1.0 and len(answer.staffings) == 1:
        none = change_text(worth.measure, by_effect[1.0]["difference"], with_unit=False)
        notes.append(f"with no effect {none}")
    in_brackets = f" ({'; '.join(notes)})" if notes else ""
    size = change_text(worth.measure, row["difference"], row["half_width"], with_unit=False)
    return f"{short_measure(worth.measure)} {size}{in_brackets} worth {number_text.as_money(row['worth'])}"


def _rows_of(answer: BreakEvenAnswer, item: StaffingAnswer, worth: Worth) -> pd.DataFrame:
    """A measure of a staffing at every effect."""
    table = answer.parts
    return table[(table["staffing"] == item.staffing) & (table["name"] == worth.name)]


def _unchanged_text(answer: BreakEvenAnswer) -> str:
    """Outcomes not shown to differ from the baseline at any effect, and those that are shown to at every effect."""
    if all(item.found is None for item in answer.staffings):
        return "nothing can be said of that either."
    percent = whole_percent(answer.plan.design.confidence)
    outcomes = [worth for worth in answer.plan.worth if worth.measure != STAFF_COST]
    open_ = [short_measure(worth.measure) for worth in outcomes if not any(differs_somewhere(answer, worth))]
    pieces = [f"no difference shown at any effect, by its own {percent} interval: {', '.join(open_)}"] if open_ else []
    fixed = list(changed_at_every_effect(answer, outcomes))
    pieces += [f"moved by the staffing itself at every effect: {', '.join(fixed)}"] if fixed else []
    return ("; ".join(pieces) or "every outcome is shown to differ from the baseline at some effect") + "."


def differs_somewhere(answer: BreakEvenAnswer, worth: Worth) -> Iterator[bool]:
    """Of each staffing that something is concluded of, whether the measure is shown to differ at any effect."""
    for item in answer.staffings:
        if item.found is not None:
            rows = _rows_of(answer, item, worth)
            yield bool((rows["difference"].abs() > rows["half_width"]).any())


def changed_at_every_effect(answer: BreakEvenAnswer, outcomes: Sequence[Worth]) -> Iterator[str]:
    """Outcomes that nothing is paid for and that differ at every effect, with their range; of one staffing alone."""
    if len(answer.staffings) > 1:
        return
    for worth in outcomes:
        rows = _rows_of(answer, answer.staffings[0], worth)
        low, high = float(rows["difference"].min()), float(rows["difference"].max())
        if worth.cad_per_unit == 0.0 and low * high > 0.0 and (rows["difference"].abs() > rows["half_width"]).all():
            span = " to ".join(number_text.bare(worth.measure, end, signed=True) for end in (low, high))
            yield f"{short_measure(worth.measure)} {span} {number_text.short_unit_of_difference(worth.measure)}"


# --- money ---


def _cost_text(answer: BreakEvenAnswer) -> str:
    """What each staffing costs more a week than the baseline, by roster; of one alone with overtime too. Then what the
    net benefit counts and what it does not."""
    plan = answer.plan
    return f"{_added_text(answer)} {counted_text(plan.worth, plan.presets)} {NOT_COUNTED_SHORTLY}"


def _added_text(answer: BreakEvenAnswer) -> str:
    """What each staffing costs more a week than the baseline."""
    added, labels = added_costs(answer), answer.plan.staffings
    beside = f"beside {inside(answer.plan.baseline)}"
    pieces = [f"{label} {number_text.plain_number(added[name], 0, signed=True)}" for name, label in labels.items()]
    if len(pieces) > 1:
        return f"{some(pieces, 2 * MOST_STAFFINGS)} {in_currency('CAD a week')} by roster, {beside}."
    (cost,) = added.values()
    more = f"{number_text.plain_number(cost, 0, signed=True)} {in_currency('CAD a week')}"
    return f"{more} by roster{overtime_text(answer)}, {beside}."


def overtime_text(answer: BreakEvenAnswer) -> str:
    """The range of the staff cost over the effects; none without a steady state, as overtime depends on the queue."""
    overtime = next((worth for worth in answer.plan.worth if worth.measure == STAFF_COST), None)
    if overtime is None or not answer.staffings or answer.staffings[0].unsteady_effects:
        return ""
    found = _rows_of(answer, answer.staffings[0], overtime)["difference"]
    ends = [number_text.plain_number(float(end), 0, signed=True) for end in (found.min(), found.max())]
    return f", {' to '.join(dict.fromkeys(ends))} with overtime over the effects"


def added_costs(answer: BreakEvenAnswer) -> dict[str, float]:
    """What the roster of each staffing costs more than that of the baseline, CAD a week."""
    plan, scenarios = answer.plan, answer.plan.design.scenarios
    base = scenarios[plan.beside[0]].staffing.weekly_cost()
    return {name: scenarios[plan.labels[name][0]].staffing.weekly_cost() - base for name in plan.staffings}


def _same_money_text(answer: BreakEvenAnswer) -> str:
    """Staffings of the same added cost beside each other; else the worth at which one would pay, and how to compare."""
    by_name = {item.staffing: item for item in answer.staffings}
    added = {name: cost for name, cost in added_costs(answer).items() if name in by_name}
    dearer = {name: cost for name, cost in added.items() if cost > LEAST_ADDED}
    groups = [list(group) for group in groups_of_same_money(dearer) if len(group) > 1]
    if groups:
        return f"{equal_cost_text(answer, [by_name[name] for name in groups[0]])}."
    as_dear = [by_name[name].label for name, cost in added.items() if abs(cost) <= LEAST_ADDED]
    sentences = [f"{label} adds no money: what it changes is for the same money." for label in as_dear[:MOST_STAFFINGS]]
    if len(answer.staffings) == 1:
        sentences += price_sentences(answer, answer.staffings[0])[:1]
    if len(as_dear) < len(answer.staffings):
        nothing = "Nothing else" if as_dear else "Nothing"
        shipped = f"{TO_COMPARE} sets peers beside a clinician"
        what = shipped if is_of_shipped() else "name a staffing that spends the same otherwise in study.staffing"
        sentences.append(f"{nothing} of equal cost is compared: {what}.")
    return " ".join(sentences)


def equal_cost_text(answer: BreakEvenAnswer, items: Sequence[StaffingAnswer]) -> str:
    """Net benefit of staffings that cost the same, at the strongest effect."""
    effect = strongest(answer)
    names = number_text.joined([item.label for item in items])
    if any(item.found is None for item in items):
        return f"{names} cost the same by roster; nothing is concluded of them"
    benefits = [f"{benefits_text(answer, item, effect)} ({item.label})" for item in items]
    at = effect_number(answer, effect)
    money = in_currency("CAD a week")
    return f"{names} cost the same by roster; net benefit at {at}, {money}: {some(benefits, MOST_STAFFINGS)}"


# --- how sure ---


def _certainty_text(answer: BreakEvenAnswer) -> str:
    """The verdict, the prior's word, and what the intervals leave out."""
    leaving = short_cautions(0, int(answer.cautions["many_leave"].sum()), len(answer.cautions))
    first, *others = answer.staffings
    verdicts = [of_each(answer, short_verdicts)] if others else verdicts_text(answer, shown_presets(answer, first))
    return " ".join([*leaving, *verdicts, study_size_text(answer), *filter(None, [paying_text(answer)])])


def paying_text(answer: BreakEvenAnswer) -> str:
    """In how many of 100 departments the first staffing pays, with no effect and with the strongest one."""
    if answer.paying.empty:
        return ""
    row = answer.paying.iloc[0]
    end = "at_low" if strongest(answer) == answer.plan.effects[0] else "at_high"
    none = "" if math.isnan(row["at_none"]) else f"with none of this effect in {100 * row['at_none']:.0f} and "
    return (
        f"With the assumptions too ({row['n']} {LIKE_PUBLISHED}), counting {preset_text(row['preset'])}, it pays {none}"
        f"with the effect at {effect_number(answer, strongest(answer))} in {100 * row[end]:.0f} of 100."
    )


def verdicts_text(answer: BreakEvenAnswer, shown: Sequence[StaffingAnswer]) -> list[str]:
    """The verdict by the leading preset with the prior's word, and by each other one in a few words."""
    leading, *others = shown
    verdict = verdict_text(answer, leading)
    named = f"{capital(preset_text(leading.preset))}: {verdict}" if others else verdict
    texts = [named, *([chance_sentence(leading.chance), ONLY_A_PRIOR] if leading.chance else [])]
    if leading.found is None:
        return texts
    return texts + [f"{capital(preset_text(one.preset))}: {short_verdict(answer, one)}." for one in others]


def short_verdicts(answer: BreakEvenAnswer, item: StaffingAnswer) -> str:
    """The verdict by the leading preset in a few words, and by the others shown in fewer."""
    leading, *others = shown_presets(answer, item)
    if leading.found is None or not others:
        return short_verdict(answer, leading)
    texts = [f"{preset_text(leading.preset)} {short_verdict(answer, leading)}"]
    for one in others:
        by_prior = f" ({percent_text(one.chance.probability)})" if one.chance else ""
        texts.append(f"{preset_text(one.preset)} {verdict_words(one)}{by_prior}")
    return ", ".join(texts)


def verdict_words(item: StaffingAnswer) -> str:
    """The verdict in so few words that those of two presets fit a title: `pays below 0.91`."""
    found = item.found
    if found is None:
        return "nothing is concluded"
    if found.verdict == "turns":
        return f"pays {side_that_pays(item)} {found.roots[0]:.2f}"
    return {"never": "pays nowhere", "always": "pays everywhere"}.get(found.verdict, "undecided")


def side_that_pays(item: StaffingAnswer) -> str:
    """On which side of the effect at which net benefit turns it is above 0."""
    return "below" if item.curve.net_benefit[0].mean() > 0.0 else "above"


def study_size_text(answer: BreakEvenAnswer) -> str:
    """Replications and their length, that the intervals are of chance alone, and what few replications do not allow."""
    periods = {scenario.period for scenario in answer.plan.design.scenarios.values()}
    return size_text([answer.n], periods, "what is not shown may still be there")


def short_verdict(answer: BreakEvenAnswer, item: StaffingAnswer) -> str:
    """The verdict in a few words, with the prior's probability in brackets."""
    found = item.found
    if found is None:
        return "nothing is concluded" + ", for want of a steady state" * bool(item.unsteady_effects)
    if found.verdict == "turns":
        words = f"pays {side_that_pays(item)} {found.roots[0]:.3f} (interval {_span_text(found.spans[0])})"
    elif found.verdict == "unclear":
        words = f"undecided, {turning_text(found)}"
    else:
        pays = "pays at every effect" if found.verdict == "always" else "no effect"
        words = f"{pays} {effects_range(answer)}{' pays' * (found.verdict == 'never')}"
    return words + (f" (prior's probability {percent_text(item.chance.probability)})" if item.chance else "")


def effects_range(answer: BreakEvenAnswer) -> str:
    """`between 0.6 and 1.2`: the effects played."""
    return f"between {answer.plan.effects[0]:g} and {answer.plan.effects[-1]:g}"


def turning_text(found: BreakEven) -> str:
    """Where the mean net benefit turns, whether that can be told from chance or not."""
    roots = ", ".join(f"{root:.3f}" for root in found.roots)
    return f"the mean turns at {roots}" if roots else "the mean turns nowhere in the range"


def verdict_text(answer: BreakEvenAnswer, item: StaffingAnswer) -> str:
    """Where net benefit turns, or why nothing is concluded."""
    if item.unsteady_effects:
        effects = some([effect_number(answer, effect) for effect in item.unsteady_effects], 9)
        return f"Nothing is concluded: at {effects} there is no steady state, so the benefit depends on the weeks."
    if item.found is None:
        return "One replication: an interval needs two or more, so nothing can be said."
    return verdict_sentence(answer, item, item.found)


def verdict_sentence(answer: BreakEvenAnswer, item: StaffingAnswer, found: BreakEven) -> str:
    """Where net benefit turns."""
    percent = whole_percent(answer.plan.design.confidence)
    means = item.curve.net_benefit.mean(axis=1)
    if found.verdict == "turns":
        return (
            f"It pays {side_that_pays(item)} {found.roots[0]:.3f} ({percent} interval {_span_text(found.spans[0])}): "
            "there the net benefit turns."
        )
    if found.verdict == "unclear":
        spans = " and ".join(_span_text(span) for span in found.spans)
        return (
            f"Undecided: {turning_text(found)}, but the net benefit cannot be distinguished from 0 at {spans} "
            f"({percent} interval). Play more replications or a wider study.range."
        )
    never = found.verdict == "never"
    place = int(means.argmax() if never else means.argmin())
    pays = "No effect {} pays by what is valued" if never else "It pays at every effect {}"
    at = f"at {'best' if never else 'worst'}, at {effect_number(answer, item.curve.effects[place])}"
    return (
        f"{pays.format(effects_range(answer))}: {at}, the net benefit is {number_text.as_money(means[place])} a week."
    )


def at_price(answer: BreakEvenAnswer, effect: float) -> str:
    """At which effect a price is told, and why at this one."""
    prior = answer.plan.prior
    if prior is None:
        why = ", the smallest effect played"
    elif math.isclose(effect, prior.median):
        why = ", the prior's median"
    else:
        why = f", played nearest to the prior's median {prior.median:.3g}"
    return f"At {effect_number(answer, effect)}{why}"


def price_sentences(answer: BreakEvenAnswer, item: StaffingAnswer) -> list[str]:
    """What would have to be paid for one less or more of what is valued."""
    valued = {worth.name: worth for worth in answer.plan.worth}
    sentences = []
    for price in item.prices:
        name = measure_text(valued[price.name].measure, all_named=False)
        low, high = sorted(abs(end) for end in price.span)
        sentences.append(
            f"{at_price(answer, price.effect)}, it would pay if one {'less' if price.cad_per_unit < 0.0 else 'more'} "
            f"of “{name}” were worth {number_text.as_money(abs(price.cad_per_unit))} ("
            f"{number_text.plain_number(low, 0)} to {number_text.plain_number(high, 0)}) instead of "
            f"{number_text.as_money(abs(valued[price.name].cad_per_unit))}."
        )
    return sentences


ONLY_A_PRIOR = "A prior is a belief put into numbers, not evidence."


def chance_sentence(chance: Chance) -> str:
    """The prior's probability, with what the interval and the range leave open."""
    probability, low, high, outside = map(percent_text, (chance.probability, chance.low, chance.high, chance.outside))
    beyond = f"; {outside} lies outside the range and is left open" if chance.outside > 0.0005 else ""
    return (
        f"The prior's probability of an effect that pays is {probability} ({low} to {high} with the chance of "
        f"simulated weeks{beyond})."
    )


def _span_text(span: Span) -> str:
    return f"{span[0]:.3f} to {span[1]:.3f}"


def percent_text(share: float) -> str:
    if 0.0 < share < 0.001:
        return "less than 0.1 %"
    return f"{100 * share:.1f} %"
