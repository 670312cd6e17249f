"""What a search of rosters found: the best of the last ones by KN, the front of the objectives, and the confirmation.

Three seeds, so that luck is not reported as an effect: rosters are searched on one, the best of them is selected and
the front is played again on a second, and what is said of the chosen roster is played on a third.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.assumption_spread import DrawnRuns
from sim.analysis.roster_annealing import RosterFloor, RosterValues, SearchGoal, scale_of
from sim.analysis.roster_search import Lines, RosterSpace, canonical, roster_in_words
from sim.analysis.roster_search_objectives import RosterObjective
from sim.department.roster import Role
from sim.department.scenario import Scenario
from sim.statistics.arrays import FloatArray
from sim.statistics.fronts import far_apart, non_dominated
from sim.statistics.intervals import mean_intervals
from sim.statistics.multiple_comparisons import simultaneous_half_widths
from sim.statistics.stopping import Selection, select_best
from sim.statistics.two_sources import FEWEST_DRAWS, split_of

SEARCH_SEED_APART, SELECTION_SEED_APART = 1_000_001, 1_000_002
"""Added to the seed of the question, on which the choice is confirmed, so that who compares the chosen roster with
others by the same seed sees no run again that it was found or selected by."""
FIRST_SELECTED = 10
"""Replications of all finalists before any is ruled out: the spread that KN goes by is estimated from them."""
MOST_SELECTED = 500
"""Replications after which the best mean is taken though KN has not decided, which is then said."""
MOST_ON_FRONT = 12
"""Rosters of the front that are played again and shown."""
FOUND = "found"
"""Name of the chosen roster as a staffing."""

PlayReplications = Callable[[Sequence[int], range], FloatArray]
"""RosterValues (places, replications) of what is selected, of the scenarios at these places in these replications."""


@dataclass(frozen=True)
class RosterPlan:
    """What is asked: where is searched from which `starts` and for which goals, and what the choice is set beside.

    `goal` is the one asked for, `objectives` those of the front, it among them; in the `hours` of arrival the choice is
    set beside the others too. `team` and `beside` have the period of
    the confirmation, `space` that of the search. `rosters`: lines of the staffings beside that have the roles.
    """

    space: RosterSpace
    team: Scenario
    starts: tuple[Lines, ...]
    goal: SearchGoal
    objectives: tuple[RosterObjective, ...]
    hours: tuple[RosterObjective, ...]
    beside: Mapping[str, Scenario]
    baseline: str
    rosters: Mapping[str, Lines]
    n_rosters: int
    n_finalists: int
    probability: float
    replications: int
    confidence: float
    seed: int

    @property
    def floors(self) -> tuple[RosterFloor, ...]:
        """What holds whatever the objective is."""
        return self.goal.floors

    @property
    def goals(self) -> list[SearchGoal]:
        """Goals of the chains, the one asked for first."""
        others = [each for each in self.objectives if each.name != self.goal.objective.name]
        return [self.goal, *(SearchGoal(each, self.floors) for each in others)]

    @property
    def names(self) -> tuple[str, ...]:
        """Objectives that runs are reduced to."""
        return tuple(each.name for each in (*self.compared, *self.hours))

    @property
    def compared(self) -> tuple[RosterObjective, ...]:
        """Those of the front and those of the floors, the one asked for first."""
        found: dict[str, RosterObjective] = {}
        for each in (self.goal.objective, *self.objectives, *(floor.objective for floor in self.floors)):
            found.setdefault(each.name, each)
        return tuple(found.values())

    @property
    def named_rosters(self) -> dict[Lines, str]:
        """The shifts of those staffings beside that differ from the team in these shifts alone, with their names."""
        own = self._others(self.team)
        alike = {
            name: lines for name, lines in self.rosters.items() if lines and self._others(self.beside[name]) == own
        }
        return {canonical(lines): name for name, lines in alike.items()}

    def _others(self, scenario: Scenario) -> dict[str, Role]:
        return {name: role for name, role in scenario.staffing.roles.items() if name not in self.space.roles}

    @property
    def seeds(self) -> dict[str, int]:
        """Seed of each part."""
        return {
            "search": self.seed + SEARCH_SEED_APART,
            "selection": self.seed + SELECTION_SEED_APART,
            "confirmation": self.seed,
        }


@dataclass(frozen=True)
class RosterAnswer:
    """What came of it. Tables have a column for each objective, by its name, in its own unit.

    `searched`: every roster valued (`search_table`). `front`: rosters of which none is better in everything, played
    again. `selection`: the finalists. `values`: staffing, replication and objectives of the confirmation. `confirmed`:
    means of each staffing. `contrasts`: the chosen roster minus each other staffing.
    """

    plan: RosterPlan
    chosen: Lines
    scenario: Scenario
    people: Mapping[str, int]
    searched: pd.DataFrame
    front: pd.DataFrame
    selection: pd.DataFrame
    is_decided: bool
    values: pd.DataFrame
    confirmed: pd.DataFrame
    contrasts: pd.DataFrame
    draw_weeks: int = 0
    n_draws: int = 0

    @property
    def same_as(self) -> str:
        """The staffing named that has the same shifts, if the search found none better; else empty."""
        return self.plan.named_rosters.get(self.chosen, "")

    def contrast(self, against: str, objective: str) -> Mapping[str, Any]:
        """The row of a staffing and an objective."""
        table = self.contrasts
        (row,) = table[(table["against"] == against) & (table["objective"] == objective)].to_dict("records")
        return {str(name): value for name, value in row.items()}

    def estimate(self, staffing: str, objective: str) -> Mapping[str, Any]:
        """The mean of a staffing in the confirmation."""
        table = self.confirmed
        (row,) = table[(table["staffing"] == staffing) & (table["objective"] == objective)].to_dict("records")
        return {str(name): value for name, value in row.items()}


# --- from the search to the last ones


def search_table(plan: RosterPlan, found: Mapping[Lines, RosterValues]) -> pd.DataFrame:
    """A row for each roster valued: number (in the order in which it was), roster (in words), hours, spent (of the
    budget), the objectives, meets_floors, on_front.
    """
    rows = [
        {
            "number": number,
            "roster": roster_in_words(lines, len(plan.space.roles) > 1),
            "hours": sum(line.hours for line in lines),
            "spent": plan.space.spent(lines),
            **{name: float(values[name]) for name in plan.names},
            "meets_floors": all(floor.is_met(values) for floor in plan.floors),
        }
        for number, (lines, values) in enumerate(found.items(), start=1)
    ]
    table = pd.DataFrame(rows)
    known = table["meets_floors"].to_numpy(bool) & np.isfinite(better_up(plan, table)).all(axis=1)
    on_front = np.zeros(len(table), dtype=bool)
    on_front[known] = non_dominated(better_up(plan, table[known]))
    return table.assign(on_front=on_front)


def better_up(plan: RosterPlan, table: pd.DataFrame) -> FloatArray:
    """The objectives of the front, more being better, in smallest differences that matter; shape (n, objectives)."""
    columns = [each.sign * table[each.name].to_numpy(float) / scale_of(each) for each in plan.objectives]
    return np.column_stack(columns)


def finalists_of(plan: RosterPlan, found: Mapping[Lines, RosterValues]) -> list[Lines]:
    """The best rosters of a search by the goal asked for, those alone that meet the floors."""
    meeting = [lines for lines, values in found.items() if all(floor.is_met(values) for floor in plan.floors)]
    scored = sorted(meeting, key=lambda lines: -plan.goal.score(found[lines]))
    return scored[: plan.n_finalists]


def front_of(plan: RosterPlan, found: Mapping[Lines, RosterValues], table: pd.DataFrame) -> list[Lines]:
    """Rosters of the front that lie far apart, the best in each objective among them."""
    rows = np.flatnonzero(table["on_front"])
    lines = list(found)
    chosen = far_apart(better_up(plan, table.iloc[rows]), MOST_ON_FRONT) if rows.size else rows
    return [lines[rows[place]] for place in chosen]


def nearest_to_floors(plan: RosterPlan, found: Mapping[Lines, RosterValues]) -> tuple[Lines, RosterValues]:
    """The roster that misses the floors least."""
    return min(found.items(), key=lambda item: sum(floor.missed_by(item[1]) for floor in plan.floors))


# --- the best of the last ones


@dataclass(frozen=True)
class ChosenBest:
    """The place of the choice, what KN says of all, and whether it has decided."""

    place: int
    selection: Selection | None
    is_decided: bool


def choose_best(
    play: PlayReplications,
    n: int,
    objective: RosterObjective,
    probability: float,
    first: int = FIRST_SELECTED,
    most: int = MOST_SELECTED,
) -> ChosenBest:
    """The best of n scenarios by KN (`sim.statistics.stopping.select_best`), played on only while they may be it.

    The choice is the best one with the probability, or one within the smallest difference that matters of it.
    """
    if n == 1:
        return ChosenBest(0, None, True)
    values = np.full((n, first), np.nan)
    values[:] = play(range(n), range(first))
    while True:
        found = select_best(values, objective.better, scale_of(objective), first, probability)
        if found.selected is not None:
            return ChosenBest(found.selected, found, True)
        n_played = values.shape[1]
        alive = np.flatnonzero(found.surviving)
        if n_played >= most:
            means = objective.sign * found.mean[alive]
            return ChosenBest(int(alive[np.nanargmax(means)]) if np.isfinite(means).any() else 0, found, False)
        further = range(n_played, min(most, n_played + max(5, n_played // 4)))
        more = np.full((n, len(further)), np.nan)
        more[alive] = play([int(place) for place in alive], further)
        values = np.hstack((values, more))


def selection_table_of(plan: RosterPlan, rosters: Sequence[Lines], chosen: ChosenBest) -> pd.DataFrame:
    """A row for each finalist: roster, mean (of the objective), n (replications it stayed in), ruled_out, chosen."""
    found, words = chosen.selection, [roster_in_words(lines, len(plan.space.roles) > 1) for lines in rosters]
    table = pd.DataFrame({"roster": words, "chosen": [place == chosen.place for place in range(len(words))]})
    if found is None:
        return table.assign(mean=np.nan, n=0, ruled_out=False)
    n = np.where(found.left_after > 0, found.left_after, found.n)
    return table.assign(mean=found.mean, n=n, ruled_out=~found.surviving)


def known_means(values: FloatArray) -> FloatArray:
    """Means over replications, the last axis, of those that have a value; nan where none has."""
    n = np.isfinite(values).sum(axis=-1)
    found: FloatArray = np.where(n > 0, np.nansum(values, axis=-1) / np.maximum(n, 1), np.nan)
    return found


def front_table(plan: RosterPlan, rosters: Mapping[Lines, str], values: FloatArray) -> pd.DataFrame:
    """A row for each roster of the front and each shipped one (`rosters`, with the name of its staffing if it has one).

    Columns: roster (in words), staffing, hours, the objectives (means of `values`, shape (rosters, objectives of
    `plan.names`, replications)), still_on_front (by these means), chosen.
    """
    means = known_means(values)
    table = pd.DataFrame({
        "roster": [roster_in_words(lines, len(plan.space.roles) > 1) for lines in rosters],
        "staffing": list(rosters.values()),
        "hours": [sum(line.hours for line in lines) for lines in rosters],
        **dict(zip(plan.names, means.T, strict=True)),
    })  # fmt: skip
    still = non_dominated(better_up(plan, table))
    return table.assign(still_on_front=still, chosen=[name == FOUND for name in rosters.values()])


# --- the confirmation


def confirmation_values(names: Sequence[str], staffings: Sequence[str], values: FloatArray) -> pd.DataFrame:
    """Values (staffings, objectives, replications) as rows: staffing, replication, a column for each objective."""
    tables = [
        pd.DataFrame(
            {"staffing": staffing, "replication": range(of_it.shape[1]), **dict(zip(names, of_it, strict=True))}
        )
        for staffing, of_it in zip(staffings, values, strict=True)
    ]
    return pd.concat(tables, ignore_index=True)


def confirmed_table(plan: RosterPlan, values: pd.DataFrame) -> pd.DataFrame:
    """staffing, objective, mean, low, high, sd, n: the means of the confirmation with their own intervals."""
    rows = []
    for staffing, of_it in values.groupby("staffing", sort=False):
        for name in plan.names:
            found = mean_intervals(of_it[name].to_numpy(float)[np.newaxis], plan.confidence)
            mean, half = float(found["mean"][0]), float(found["half_width"][0])
            ends = {"low": mean - half, "high": mean + half, "sd": float(found["sd"][0]), "n": int(found["n"][0])}
            rows.append({"staffing": staffing, "objective": name, "mean": mean, **ends})
    return pd.DataFrame(rows)


def contrasts_table(plan: RosterPlan, values: pd.DataFrame, drawn: DrawnRuns | None = None) -> pd.DataFrame:
    """The chosen roster minus each other staffing, replication by replication on the same patients.

    Columns: against, objective, found, other (means), difference, low, high (interval by itself),
    simultaneous_half_width (of all rows together, Bonferroni), verdict (better, worse, same: beyond the simultaneous
    interval or not), assumptions_low, assumptions_high (with the assumptions, nan if not asked for).
    """
    by_name = {str(name): rows.reset_index(drop=True) for name, rows in values.groupby("staffing", sort=False)}
    others = [name for name in by_name if name != FOUND]
    pairs = [(other, name) for other in others for name in plan.names]
    apart = np.column_stack([(by_name[FOUND][name] - by_name[other][name]).to_numpy(float) for other, name in pairs])
    wide = simultaneous_half_widths(apart, plan.confidence)
    alone = mean_intervals(apart.T, plan.confidence)
    signs = {each.name: each.sign for each in (*plan.compared, *plan.hours)}
    rows = []
    for place, (other, name) in enumerate(pairs):
        mean, half = float(alone["mean"][place]), float(alone["half_width"][place])
        ahead = signs[name] * mean
        low, high = (np.nan, np.nan) if drawn is None else second_ends(drawn, other, name)
        rows.append({
            "against": other,
            "objective": name,
            "found": float(by_name[FOUND][name].mean()),
            "other": float(by_name[other][name].mean()),
            "difference": mean,
            "low": mean - half,
            "high": mean + half,
            "simultaneous_half_width": float(wide[place]),
            "verdict": "better" if ahead > wide[place] else "worse" if -ahead > wide[place] else "same",
            "assumptions_low": low,
            "assumptions_high": high,
        })  # fmt: skip
    return pd.DataFrame(rows)


def second_ends(drawn: DrawnRuns, other: str, objective: str) -> tuple[float, float]:
    """Ends of the interval with the assumptions; nan where too few draws have a value."""
    place, against = drawn.staffings.index(FOUND), drawn.staffings.index(other)
    if objective not in drawn.measures:
        return np.nan, np.nan
    first, again = (each[:, place] - each[:, against] for each in drawn.values(objective))
    if np.isfinite(first).sum() < FEWEST_DRAWS:
        return np.nan, np.nan
    return split_of(first, again).interval(drawn.confidence)
