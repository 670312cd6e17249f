"""What the page shows of the first replications: means, paired differences, and intervals that bear being watched.

Numbers are put into words here, so that the page has no rule of its own for digits, units or marks.
"""

from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.best import SIGNS
from sim.analysis.subgroups import compared_groups
from sim.department.patients import AGE_GROUPS
from sim.department.roster import WEEKDAYS
from sim.department.scenario import Scenario
from sim.engine.measures import number_text
from sim.engine.measures.catalogue import HEADLINE, PROTOCOL_OUTCOMES
from sim.engine.measures.currency import money_in
from sim.engine.measures.measuring import measure_cohort
from sim.engine.measures.peer_day import PeerDay
from sim.engine.measures.visit_groups import HOUR_BLOCKS, SUMS, group_sums
from sim.report.words.left_out_text import REACH, attribute_words, name_of_group
from sim.report.words.measure_words import short_label
from sim.runs.engines import COMPILED, ENGINES
from sim.runs.run_queue import FirstRuns
from sim.statistics.two_options import one_or_other
from sim.statistics.watching import intervals_at_look, look_numbers

PAGE_REPLICATIONS = 20
PAGE_LOOKS = look_numbers(PAGE_REPLICATIONS)
"""Replications after which the page shows what they say; the last answers."""


PAGE_GROUPS = {"age_group": AGE_GROUPS, "arrival_hour": HOUR_BLOCKS, "weekday": WEEKDAYS}
"""What those who are left out are looked for by: groups that every department has, in the order of their sums."""
N_HEADLINES = len(HEADLINE)
FIRST_MEASURE = next(name for name in PROTOCOL_OUTCOMES if name in HEADLINE)
"""By which a choice is judged unless another measure is asked for: the primary outcome of the protocol."""


def page_values(scenario: Scenario, seed: int, replication: int) -> np.ndarray:
    """Of one run the headline measures, nan for those that its department does not have, then sums of groups."""
    seen = PeerDay(ENGINES[COMPILED](scenario, seed, replication), scenario)
    values = measure_cohort(seen)
    sums = of_page(group_sums(seen))[list(SUMS)].to_numpy()
    return np.concatenate([[values.get(name, np.nan) for name in HEADLINE], sums.reshape(-1)])


def of_page(groups: pd.DataFrame) -> pd.DataFrame:
    """Rows of the groups that the page shows."""
    return groups[groups["by"].isin(PAGE_GROUPS)]


def look_rows(look: FirstRuns, currency: str) -> dict[str, Any]:
    """Everything that the page shows of a look, ready to be sent; money is in a `currency`."""
    with money_in(currency):
        return shown_rows(look)


def shown_rows(look: FirstRuns) -> dict[str, Any]:
    """The same, in the currency that money is shown in."""
    shown = {"rows": page_rows(look), "groups": group_rows(look), "choices": choice_rows(look)}
    return {"n": look.n, "of": PAGE_LOOKS[-1], **shown}


def group_rows(look: FirstRuns) -> list[dict[str, Any]]:
    """How many of each group a peer meets with the roster that is tried, at the last look; nothing without peers."""
    sums = look.values[1][:, N_HEADLINES:].reshape(look.n, -1, len(SUMS))
    if look.n < PAGE_LOOKS[-1] or not sums[..., SUMS.index("met")].any():
        return []
    names = [(by, group) for by, groups in PAGE_GROUPS.items() for group in groups]
    columns = {"demand": 1.0, "staffing": "tried", "replication": np.repeat(np.arange(look.n), len(names))}
    by, group = zip(*names, strict=True)
    table = pd.DataFrame(columns | {"by": by * look.n, "group": group * look.n})
    table[list(SUMS)] = sums.reshape(-1, len(SUMS))
    found = compared_groups(table, PAGE_GROUPS, "tried")
    return [row_of_group(row) for row in found[found["measure"] == REACH].to_dict("records")]


def row_of_group(row: dict[Any, Any]) -> dict[str, Any]:
    """A group in words, and the share of it that is met; hidden where single children would decide."""
    is_gap = abs(row["gap"]) > row["gap_simultaneous"]
    return {
        "by": attribute_words(row["by"]),
        "group": name_of_group(row["by"], row["group"]),
        "share": None if row["hidden"] else row["mean"],
        "text": "too few" if row["hidden"] else
        f"{number_text.bare(REACH, row['mean'])} {number_text.half_width_text(REACH, row['half_width'])} %",
        "mark": "" if row["hidden"] or not is_gap else "more" if row["gap"] > 0 else "fewer",
    }  # fmt: skip


def page_rows(look: FirstRuns) -> list[dict[str, Any]]:
    """A row for each measure that both scenarios have. Only the last look marks a difference as more than chance."""
    baseline, tried = look.values[..., :N_HEADLINES]
    differences = tried - baseline
    shown = np.flatnonzero(np.isfinite(baseline).all(axis=0) & np.isfinite(tried).all(axis=0))
    reach = intervals_at_look(differences.T, PAGE_LOOKS)["half_width"]
    return [
        {
            "measure": name,
            "label": short_label(name),
            "baseline": number_text.bare(name, float(baseline[:, number].mean())),
            **difference_of(name, differences[:, number], float(reach[number]), look.n == PAGE_LOOKS[-1]),
        }
        for number, name in enumerate(HEADLINE)
        if number in shown
    ]


def difference_of(name: str, differences: np.ndarray, reach: float, is_last: bool) -> dict[str, Any]:
    """The mean difference in words and its interval; nothing is marked before the last look."""
    mean = float(differences.mean())
    if not differences.any():
        return {"difference": "identical", "low": 0.0, "high": 0.0, "mean": 0.0, "mark": ""}
    text = f"{number_text.bare(name, mean, signed=True)} {number_text.half_width_text(name, reach)}"
    mark = number_text.measure_of(name).judged(mean) if is_last and abs(mean) > reach else ""
    return {"difference": text, "low": mean - reach, "high": mean + reach, "mean": mean, "mark": mark}


def choice_rows(look: FirstRuns) -> list[dict[str, str]]:
    """How probable it is that what is tried is better, and what is regretted, by each measure that has a better side.

    At the last look alone; of chance alone. Nothing is marked: this is no test, and one of many measures.
    """
    if look.n < PAGE_LOOKS[-1]:
        return []
    baseline, tried = look.values[..., :N_HEADLINES]
    rows = []
    for name, differences in zip(HEADLINE, (tried - baseline).T, strict=True):
        sign = SIGNS.get(number_text.measure_of(name).better)
        if sign is not None and np.isfinite(differences).all():
            gains = -sign * differences
            rows.append({"measure": name, "label": short_label(name), "text": choice_text(name, gains)})
    return rows


def choice_text(name: str, gains: np.ndarray) -> str:
    """The probability and both regrets in words; `gains` are positive where what is tried is better."""
    if not gains.any():
        return "Exactly the same under both: whichever you choose, nothing is to be regretted."
    found = one_or_other(gains)
    unit = number_text.unit_of_difference(name)
    first, second = (f"{number_text.bare(name, loss)} {unit}" for loss in (found.loss_of_first, found.loss_of_second))
    return (
        f"Your roster is the better of the two with a probability of {probability_text(found.chance)}. "
        f"The regret to expect: {first} if you choose it, {second} if you keep the baseline."
    )


def probability_text(chance: float) -> str:
    """A probability in whole per cent, which is never said to be none or all."""
    percent = round(100.0 * chance)
    return "less than 1 %" if percent < 1 else "more than 99 %" if percent > 99 else f"{percent} %"
