"""Marks and words for results that must be read with care: many visits leave, or there is no steady state.

The verdicts are those of `sim.analysis.estimates`.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from sim.analysis.estimates import LEAVING_LIMIT, UNFINISHED_LIMIT
from sim.engine.measures.number_text import counted, plain_number
from sim.io.short_lists import few_of

MANY_LEAVE, NO_STEADY_STATE = "†", "‡"
"""Marks beside numbers."""
LEAVING_PERCENT = f"{100 * LEAVING_LIMIT:g} %"
LEGEND = (
    f"{MANY_LEAVE}: a warning: more than {LEAVING_PERCENT} of visits leave, so that those who would have "
    f"waited longest are not in the waits. {NO_STEADY_STATE}: no steady state, so that no difference is claimed."
)
WHY_LEAVING_MATTERS = (
    "Those who would have waited longest are gone, so waits look shorter than they would be: read each difference "
    "beside that of leaving."
)
WHY_STEADINESS_MATTERS = (
    "The means depend on how long the run was, so numbers are shown and no difference is claimed: add staff or places, "
    "lower demand, or let visits leave."
)
A_STRESS_TEST = "a stress test: takes hours from other roles, never recommended"
"""Said beside a staffing that gives up hours of other roles for peers."""


def mark_of(many_leave: bool, no_steady_state: bool) -> str:
    """The marks that stand beside a number; nothing if it needs no care."""
    return MANY_LEAVE * many_leave + NO_STEADY_STATE * no_steady_state


def marked(text: str, many_leave: bool, no_steady_state: bool) -> str:
    """A text with its marks, apart from it by a blank."""
    mark = mark_of(many_leave, no_steady_state)
    return f"{text} {mark}" if mark else text


def short_marks(any_flag: bool) -> str:
    """What the marks mean, shorter than `LEGEND`, after a blank; nothing where there is no mark."""
    words = f" {MANY_LEAVE}: over {LEAVING_PERCENT} of visits leave. {NO_STEADY_STATE}: no steady state."
    return words if any_flag else ""


def short_cautions(n_unsteady: int, n_leaving: int, n: int) -> list[str]:
    """How many of `n` scenarios are to be read with care."""
    of_all = counted(n, "scenario")
    unsteady = f"No steady state in {n_unsteady} of {of_all}: nothing is claimed there."
    leaving = f"More than {LEAVING_PERCENT} leave in {n_leaving} of {of_all}: waits look too short there."
    return [unsteady] * bool(n_unsteady) + [leaving] * bool(n_leaving)


def exact_percent(share: float) -> str:
    """`11.2 %`."""
    return f"{plain_number(100.0 * share, 1)} %"


def steadiness_words(row: Mapping[Any, Any]) -> str:
    """What shows that a scenario has no steady state, in numbers."""
    words = []
    if row["unfinished"] > row["unfinished_limit"]:
        limit = exact_percent(max(row["unfinished_limit"], UNFINISHED_LIMIT))
        words.append(f"{exact_percent(row['unfinished'])} of visits unfinished when the window ended, limit {limit}")
    first, last = row["wait_first_third"], row["wait_last_third"]
    if math.isfinite(first) and last > first:
        words.append(
            f"{plain_number(first, 0)} minutes waited per arrival in the first third of the window, "
            f"{plain_number(last, 0)} in the last"
        )
    return "; ".join(words)


MOST_SCENARIOS_NAMED = 9
"""Scenarios named in one line."""


def caution_lines(
    cautions: pd.DataFrame, names: Iterable[str], where: str = "", most: int = MOST_SCENARIOS_NAMED
) -> Iterator[str]:
    """A line for each flag that is raised, with up to `most` scenarios and their numbers. `names`: one for each row."""
    rows = list(zip(names, cautions.to_dict("records"), strict=True))
    unsteady = [(name, row) for name, row in rows if row["no_steady_state"]]
    leaving = [(name, row) for name, row in rows if row["many_leave"]]
    if unsteady:
        found = few_of([f"{name}: {steadiness_words(row)}" for name, row in unsteady], most)
        yield f"No steady state{where} ({found}). {WHY_STEADINESS_MATTERS}"
    if leaving:
        found = few_of([f"{name}: {exact_percent(row['leaving'])} leave" for name, row in leaving], most)
        limit = f"more than {LEAVING_PERCENT} of visits leave unseen or against advice"
        yield f"Many leave{where}: {limit} ({found}). {WHY_LEAVING_MATTERS}"
