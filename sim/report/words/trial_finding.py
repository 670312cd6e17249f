"""The five lines of a study of trials: what one takes, before and after, what it sees, what it costs, how sure."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.sentences import inside
from sim.analysis.trials import BEFORE_AFTER, OFFER, TrialAnswer, rows_with
from sim.engine.measures import number_text
from sim.engine.measures.currency import in_currency
from sim.engine.measures.number_text import as_money, counted, joined, plain_number, three_digits
from sim.report.description import CERTAINTY, WHAT_IT_COSTS, Finding, FindingLine
from sim.report.words.breakeven_finding import EFFECTS
from sim.report.words.measure_words import short_measure, whole_percent

TRIAL_DESIGNS: Mapping[str, str] = {OFFER: "patient-randomised offer", BEFORE_AFTER: "before-after comparison"}
LONG_MONTHS = 24.0
"""From here on years are told beside months."""
NOT_IN_REGISTER = (
    "What asking for consent, following up and analysing cost stands in no row of the register, and is left out."
)


def trial_finding(answer: TrialAnswer) -> Finding:
    """The question, and the lines that answer it."""
    plan = answer.plan
    without, with_peers = map(inside, plan.labels)
    effect = EFFECTS.get(plan.effect, plan.effect)
    question = f"What would a trial of {with_peers} beside {without} take, to find a {effect}?"
    if answer.n < 2:
        return Finding(question, (FindingLine(CERTAINTY, "An interval needs two runs of each scenario: play more."),))
    lines = {
        "What it takes": takes_text(answer),
        "Before and after": before_after_text(answer),
        "What it sees": sees_text(answer),
        WHAT_IT_COSTS: costs_text(answer),
        CERTAINTY: trial_certainty_text(answer),
    }
    return Finding(question, tuple(FindingLine(label, text) for label, text in lines.items() if text))


def months_text(months: float) -> str:
    """`18.2 months`, `150 months (12.5 years)`."""
    years = f" ({months / 12:.1f} years)" if LONG_MONTHS <= months < math.inf else ""
    return f"{three_digits(months)} months{years}"


def takes_text(answer: TrialAnswer) -> str:
    """The size of an offer by lot, and the other outcomes of which no size can be told."""
    plan = answer.plan
    if OFFER not in plan.designs:
        return ""
    told = sizes_told(answer, OFFER)
    begins = (
        f"By {short_measure(plan.outcomes[0])}, with power {whole_percent(plan.power)}, a patient-randomised offer (to "
        "half the patients, by lot)"
    )
    if not told:
        return f"{begins} has nothing to find that is beyond chance in {counted(answer.n, 'simulated site')}."
    return f"{begins} finds {told}.{unseen_text(answer)}"


def sizes_told(answer: TrialAnswer, design: str) -> str:
    """`a hazard ratio of 0.8 (−1.66 percentage points) in 14,300 visits ...; 0.9 ...`, by the first outcome."""
    rows = rows_with(answer.sizes, design=design, outcome=answer.plan.outcomes[0]).to_dict("records")
    return "; ".join(trial_size_text(answer, row) for row in rows if row["beyond_chance"])


def trial_size_text(answer: TrialAnswer, row: Mapping[Any, Any]) -> str:
    """`0.9 (−0.89 percentage points) in 52,000 visits (31,700 to 100,000), 168 months of 1 site, 8.4 of 20`."""
    plan = answer.plan
    visits, low, high = (three_digits(row[f"n_visits{end}"]) for end in ("", "_low", "_high"))
    first, *others = plan.sites
    several = [f"{three_digits(row[f'months_{n}'])} of {n}" for n in others[-1:]]
    months = joined([f"{months_text(row[f'months_{first}'])} of {counted(first, 'site')}", *several])
    difference = trial_difference_text(plan.outcomes[0], row["difference"])
    return f"{row['effect']:g} ({difference}) in {visits} visits ({low} to {high}), {months}"


def trial_difference_text(outcome: str, difference: float) -> str:
    """`−1.01 percentage points`."""
    return f"{bare_difference(outcome, difference)} {number_text.unit_of_difference(outcome)}"


def bare_difference(outcome: str, difference: float) -> str:
    """`−1.01`: of shares at least two digits, since trials are about small differences."""
    decimals = max(number_text.decimals_shown(outcome), 2 * number_text.is_share(outcome))
    return plain_number(difference * number_text.scale(outcome), decimals, signed=True)


def unseen_text(answer: TrialAnswer) -> str:
    """Outcomes besides the first of which an offer shows no difference beyond chance at any effect."""
    rows = rows_with(answer.sizes, design=OFFER)
    unseen = [
        short_measure(outcome)
        for outcome in answer.plan.outcomes[1:]
        if not rows_with(rows, outcome=outcome)["beyond_chance"].any()
    ]
    return f" Nothing beyond chance to plan on in {joined(unseen)}." if unseen else ""


def before_after_text(answer: TrialAnswer) -> str:
    """The size of a before-after comparison, and what a simulated one leaves out."""
    if BEFORE_AFTER not in answer.plan.designs:
        return ""
    told = sizes_told(answer, BEFORE_AFTER) or "nothing beyond chance"
    return (
        f"A time without peers and then one with them finds {told}, without and with together. Nothing else changes "
        "between two simulated periods; between real ones it does, and no number of patients helps against that."
    )


def sees_text(answer: TrialAnswer) -> str:
    """What an offer to half the patients sees beside the truth, at the strongest effect."""
    outcome, rows = answer.plan.outcomes[0], answer.seen
    rows = rows_with(rows, outcome=outcome)
    if not len(rows):
        return ""
    row = strongest_effect(rows)
    sees, truth = (trial_difference_text(outcome, row[name]) for name in ("sees", "truth"))
    beside = trial_difference_text(outcome, row["beside_truth"])
    clear = row["beside_truth_low"] > 0.0 or row["beside_truth_high"] < 0.0
    sure = "beyond chance" if clear else "not beyond chance"
    moved, spilt = (trial_difference_text(outcome, row[f"{arm}_moved"]) for arm in ("offered", "control"))
    return (
        f"At {row['effect']:g} the offer sees {sees}, where having peers always rather than never changes {truth}: "
        f"{beside} beside it, {sure}. Those offered one move by {moved} because peers are shared by half as many, "
        f"those not offered one by {spilt}."
    )


def strongest_effect(rows: pd.DataFrame) -> Mapping[Any, Any]:
    """The row of the effect that is furthest from none."""
    return rows.iloc[int(abs(np.log(rows["effect"])).to_numpy().argmax())].to_dict()


def nearest_to_none(rows: pd.DataFrame) -> Mapping[Any, Any]:
    """The row of the effect that is nearest to none."""
    return rows.iloc[int(abs(np.log(rows["effect"])).to_numpy().argmin())].to_dict()


def costs_text(answer: TrialAnswer) -> str:
    """Hours and money of the peers, by the roster, for the first outcome."""
    plan = answer.plan
    week = f"{plan.hours:g} hours and {as_money(plan.cad)} a week at a site"
    told = "; ".join(_costs_of_designs(answer))
    return f"Peers on duty take {week} by the roster{f': {told}' if told else ''}. {NOT_IN_REGISTER}"


def _costs_of_designs(answer: TrialAnswer) -> Iterator[str]:
    """What it costs to find the effects that are nearest to none."""
    for design in answer.plan.designs:
        rows = rows_with(answer.sizes, design=design, outcome=answer.plan.outcomes[0])
        rows = rows[rows["beyond_chance"]]
        if len(rows):
            row = nearest_to_none(rows)
            yield (
                f"{three_digits(row['peer_hours'])} hours and {three_digits(row['peer_cad'])} {in_currency('CAD')} to "
                f"find {row['effect']:g} in a {TRIAL_DESIGNS[design]}"
            )


def trial_certainty_text(answer: TrialAnswer) -> str:
    """False positives of whole runs, and what is assumed."""
    plan = answer.plan
    rows = rows_with(answer.false_positives, outcome=plan.outcomes[0], sites=1, weeks=float(plan.weeks))
    found = [
        f"{100 * row['share']:.1f} in 100 {TRIAL_DESIGNS[row['design']]}s (limits {100 * row['low']:.1f} to "
        f"{100 * row['high']:.1f})"
        for row in rows.to_dict("records")
    ]
    return (
        f"Where nobody was offered a peer, {joined(found)} of {counted(plan.weeks, 'week')} found a difference "
        f"({counted(answer.n, 'simulated site')} of each kind; {100 * (1 - plan.confidence):g} in 100 are meant to). "
        "The effect is assumed, sites are alike, and limits are of chance alone."
    )
