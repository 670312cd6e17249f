"""Groups of children in words, and the one line that says who is left out.

The numbers are those of `sim.analysis.subgroups`. A group is named as left out only where its gap in being met is
beyond chance when all groups of its attribute are judged together.
"""

import math
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from sim.analysis.comparison_result import Comparison, FoundValue, ResultRow
from sim.analysis.sentences import inside, under
from sim.analysis.subgroups import HIDING_RULE, MEASURES_OF_GROUPS
from sim.engine.measures.number_text import counted, joined
from sim.io.calendar_days import WEEKDAY_NAMES
from sim.report.description import WHO_IS_LEFT_OUT, FindingLine
from sim.report.words.caveats import NO_STEADY_STATE

REACH = next(iter(MEASURES_OF_GROUPS))
_MOST_NAMED = 2
"""Attributes of which the line names the least met group."""
_NAMES_OF_DAYS = {name[:3]: name.capitalize() for name in WEEKDAY_NAMES}
ATTRIBUTE_WORDS = {
    "age_group": "age",
    "arrival_hour": "hour of arrival",
    "group": "group of the department",
    "held": "being held",
    "acuity": "acuity",
    "peer_kind_wished": "kind of peer wished for",
}
"""What visits are grouped by, where the name alone says it badly."""
_LABELS = {
    ("caregiver", "no"): "no caregiver there",
    ("caregiver", "yes"): "a caregiver there",
    ("held", "no"): "free to leave",
    ("held", "yes"): "held",
    ("boarding", "no"): "not boarding",
    ("boarding", "yes"): "boarding",
    ("arrival_mode", "walk_in"): "walked in",
    ("arrival_mode", "ambulance"): "by ambulance",
    ("arrival_mode", "police"): "with the police",
    ("peer_kind_wished", "youth"): "a youth peer",
    ("peer_kind_wished", "family"): "a family peer",
}
_CLAUSES = {
    "age_group": "those aged {}",
    "arrival_hour": "those who come at {}",
    "weekday": "those who come on a {}",
    "caregiver": "those with {}",
    "held": "those who are {}",
    "boarding": "those who are {}",
    "arrival_mode": "those who came {}",
    "peer_kind_wished": "those who wish for {}",
}
"""A group inside a sentence, by its label."""
WHY_GROUPS_DIFFER = (
    "In the model groups differ by when peers are on duty and by how long a visit lasts: who stays longer is met more "
    "often, and so are those who board. What a child or a family is like matters only where the scenario says so: in "
    "department.groups, and where a child is too young to be offered a peer without a caregiver there "
    "(support.minimum_age), who is in no table here. Language is not in the model."
)


def attribute_words(by: str) -> str:
    """`hour of arrival`."""
    return ATTRIBUTE_WORDS.get(by, by.replace("_", " "))


def name_of_group(by: str, group: str) -> str:
    """`20 to 24 h`, `Sunday`, `6 to 11 years`: a group in a table."""
    if by == "weekday":
        return _NAMES_OF_DAYS.get(group, group)
    if by == "arrival_hour":
        return f"{group.replace('-', ' to ')} h"
    if by == "age_group":
        return f"{group.replace('-', ' to ')} years"
    if by == "acuity":
        return f"CTAS {group}"
    return _LABELS.get((by, group), group.replace("_", " "))


def group_clause(by: str, group: str) -> str:
    """`those who come on a Sunday`: a group in a sentence."""
    return _CLAUSES.get(by, "those of {}").format(name_of_group(by, group))


def staffings_that_meet(comparison: Comparison) -> list[str]:
    """Staffings under which anybody was met at the central level of demand, shown or hidden; the baseline last."""
    groups = comparison.at_level(comparison.groups)
    met = set() if groups.empty or not comparison.by else set(groups.loc[groups["met"] > 0.0, "staffing"])
    return [name for name in (*comparison.others, comparison.baseline) if name in met]


def subject_of(comparison: Comparison) -> str | None:
    """The staffing that the line is about: the first under which anybody was met; None without any."""
    return next(iter(staffings_that_meet(comparison)), None)


def left_out_line(comparison: Comparison) -> FindingLine | None:
    """Who is met least, in one sentence, at the central level of demand; None where nobody is on duty to meet them."""
    subject = subject_of(comparison)
    if subject is None:
        return None
    if comparison.flags_of(subject)[1]:
        return FindingLine(WHO_IS_LEFT_OUT, f"nothing is claimed: there is no steady state ({NO_STEADY_STATE}).")
    if comparison.n_replications() < 2:
        return FindingLine(WHO_IS_LEFT_OUT, "gaps between groups cannot be told from chance in one replication.")
    who = inside(under(comparison.label(subject)))
    several = [str(by) for by, rows in comparison.left_out.groupby("by", sort=False) if rows["group"].nunique() > 1]
    return FindingLine(WHO_IS_LEFT_OUT, f"{who}, {_gaps_text(reach_rows(comparison, subject), several)}.")


def reach_rows(comparison: Comparison, staffing: str) -> pd.DataFrame:
    """Being met, by group, of a staffing at the central level of demand; hidden groups are left out."""
    rows = comparison.of_staffing(comparison.left_out, staffing)
    return rows[(rows["measure"] == REACH) & ~rows["hidden"]]


def _gaps_text(rows: pd.DataFrame, by: Iterable[str]) -> str:
    """`a peer meets 4 % of those who come on a Sunday (Tuesday: 44 %), ...`."""
    found = {name: rows[rows["by"] == name] for name in by}
    worst = {name: gap for name, of_name in found.items() if (gap := _least_met(of_name)) is not None}
    named = sorted(worst, key=lambda name: float(worst[name][0]["mean"]))[:_MOST_NAMED]
    texts = [
        f"{_percent(low['mean'])} of {group_clause(name, low['group'])} "
        f"({name_of_group(name, high['group'])}: {_percent(high['mean'])})"
        for name, (low, high) in ((name, worst[name]) for name in named)
    ]
    further = [attribute_words(name) for name in worst if name not in named]
    even = [attribute_words(name) for name, of_name in found.items() if name not in worst and len(of_name) > 1]
    untold = [attribute_words(name) for name, of_name in found.items() if len(of_name) < 2]
    parts = [f"a peer meets {joined(texts)}"] * bool(texts)
    parts += [f"gaps by {joined(further)} too"] * bool(further)
    parts += [f"no gap beyond chance by {joined(even)}"] * bool(even)
    parts += [f"too few to tell by {joined(untold)}"] * bool(untold)
    return "; ".join(parts) or "there is one group only"


def gaps_title(comparison: Comparison, subject: str) -> str:
    """The finding as a title: who is met least, and who most; or that no gap is beyond chance."""
    who = comparison.label(subject)
    if comparison.flags_of(subject)[1] or comparison.n_replications() < 2:
        return f"{who}: whom a peer meets, by group; no gap is claimed"
    rows = reach_rows(comparison, subject)
    worst = [(name, gap) for name in comparison.by if (gap := _least_met(rows[rows["by"] == name])) is not None]
    if not worst:
        return f"{who}: no gap in being met by a peer beyond chance"
    name, (low, high) = min(worst, key=lambda item: float(item[1][0]["mean"]))
    met = f"{_percent(low['mean'])} of {group_clause(name, low['group'])} are met"
    return f"{who}: {met}, {name_of_group(name, high['group'])} {_percent(high['mean'])}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _least_met(rows: pd.DataFrame) -> tuple[ResultRow, ResultRow] | None:
    """The group that is met least, if its gap is beyond chance, and the one that is met most."""
    behind = [row for row in rows.to_dict("records") if row["gap"] < -row["gap_simultaneous"]]
    if not behind:
        return None
    return min(behind, key=lambda row: float(row["mean"])), max(rows.to_dict("records"), key=lambda row: row["mean"])


def found_in(row: Mapping[object, object], prefix: str = "") -> FoundValue:
    """The mean, gap or difference of a row as a value with its interval."""
    names = {"": ("mean", "low", "high")}.get(prefix, (prefix, f"{prefix}_low", f"{prefix}_high"))
    mean, low, high = (float(str(row[name])) for name in names)
    spread = 0.0 if low == high else math.nan  # of zero width is what never varied
    simultaneous = float(str(row[f"{prefix}_simultaneous"])) if prefix else math.nan
    return FoundValue(mean, low, high, high - mean, spread, int(str(row["n"])), simultaneous)


def legend_lines(comparison: Comparison) -> Iterator[str]:
    """How to read the tables: what is judged together, what is hidden, and what groups do not mean."""
    percent = f"{100 * comparison.confidence:g} %"
    yield (
        "Eligible mental-health visits, and how many a replication. Leaving: unseen or against advice. "
        f"Mean ± half-width of its {percent} interval; in brackets the gap to all other groups together. "
        "*: beyond chance when all cells of a table are judged together; "
        f"{counted(len(comparison.by), 'table')}, each judged by itself. "
        f"·: hidden, {HIDING_RULE}."
    )
    yield WHY_GROUPS_DIFFER
