"""Simulated annealing over rosters: several chains side by side, each after a goal of its own.

All chains take a step together, and what they propose is valued together, so that what is found does not depend on
how many workers value it. Kirkpatrick, Gelatt & Vecchi 1983 (Science 220:671-680).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.analysis.roster_search import Lines, RosterSpace, canonical
from sim.analysis.roster_search_objectives import RosterObjective

RosterValues = Mapping[str, float]
"""Of one roster, by objective."""
ValueRosters = Callable[[Sequence[Lines]], Sequence[RosterValues]]
"""Plays rosters, in order, and gives the values of each."""

FEWEST_CHAINS = 8
"""At least half of them after the objective asked for; a step keeps so many workers busy."""
WARMTH = 1.0
"""How much worse, in smallest differences that matter, a roster may be at the beginning to be taken in 37 of 100."""
PENALTY = 10.0
"""What missing a floor by the smallest difference that matters costs, in such differences of the goal."""
GATHERED_AT = (0.5, 0.75)
"""Shares of the search after which chains of one goal go on from the best roster that any of them has found."""
MOST_STEPS_PER_ROSTER = 3
"""Steps after which a search ends that finds no rosters it has not valued yet."""


@dataclass(frozen=True)
class RosterFloor:
    """What an objective must reach: at least `limit` where more is better, else at most."""

    objective: RosterObjective
    limit: float

    def missed_by(self, values: RosterValues) -> float:
        """By how much it is missed, in smallest differences that matter; 0 where it is met."""
        short = self.objective.sign * (self.limit - values[self.objective.name])
        return max(0.0, short / scale_of(self.objective)) if math.isfinite(short) else math.inf

    def is_met(self, values: RosterValues) -> bool:
        """Whether it is reached."""
        return self.missed_by(values) == 0.0


def scale_of(objective: RosterObjective) -> float:
    """The smallest difference that matters; where nobody said one in the unit it is shown in."""
    return objective.matters or 1.0 / objective.shown_times


@dataclass(frozen=True)
class SearchGoal:
    """What a chain is after: an objective, and floors that hold whatever it is."""

    objective: RosterObjective
    floors: tuple[RosterFloor, ...] = ()

    def score(self, values: RosterValues) -> float:
        """More is better, in smallest differences that matter; minus infinity where the objective is undefined."""
        value = values[self.objective.name]
        if not math.isfinite(value):
            return -math.inf
        missed = sum(floor.missed_by(values) for floor in self.floors)
        return self.objective.sign * value / scale_of(self.objective) - PENALTY * missed


@dataclass
class AnnealingChain:
    """A roster on its way, and the best one so far."""

    goal: SearchGoal
    lines: Lines
    rng: np.random.Generator
    score: float = -math.inf
    best: Lines = ()
    best_score: float = -math.inf
    proposed: Lines | None = field(default=None, repr=False)

    def take(self, lines: Lines, score: float) -> None:
        """Go on from a roster."""
        self.lines, self.score = lines, score
        if score > self.best_score:
            self.best, self.best_score = lines, score

    def judge(self, score: float, warmth: float) -> None:
        """Take what was proposed, or stay."""
        drawn = self.rng.random()  # drawn in any case, so that a step takes as many draws whatever it finds
        better_by = score - self.score if math.isfinite(score) else -math.inf
        if self.proposed is not None and (better_by >= 0.0 or drawn < math.exp(better_by / max(warmth, 1e-9))):
            self.take(self.proposed, score)


def search_rosters(
    space: RosterSpace,
    starts: Sequence[Lines],
    goals: Sequence[SearchGoal],
    n_rosters: int,
    seed: int,
    value: ValueRosters,
) -> dict[Lines, RosterValues]:
    """The values of so many rosters at most, the starts first; the first of the `goals` is the one asked for."""
    found: dict[Lines, RosterValues] = {}

    def look_up(several: Sequence[Lines]) -> list[RosterValues]:
        new = list(dict.fromkeys(known for lines in several if (known := canonical(lines)) not in found))[
            : max(0, n_rosters - len(found))
        ]
        found.update(zip(new, value(new) if new else (), strict=True))
        return [found.get(canonical(lines), {}) for lines in several]

    chains = chains_of(space, starts, goals, seed)
    look_up(starts)
    for chain in chains:
        if values := look_up([chain.lines])[0]:
            chain.take(chain.lines, chain.goal.score(values))
    gather_at = [share * n_rosters for share in GATHERED_AT]
    for _ in range(MOST_STEPS_PER_ROSTER * n_rosters // len(chains) + 1):
        if len(found) >= n_rosters:
            break
        if gather_at and len(found) >= gather_at[0]:
            gather_at.pop(0)
            gather(chains)
        warmth = WARMTH * (1.0 - len(found) / n_rosters)
        for chain in chains:
            chain.proposed = space.changed(chain.lines, chain.rng)
        moving = [chain for chain in chains if chain.proposed is not None]
        for chain, values in zip(moving, look_up([chain.proposed or () for chain in moving]), strict=True):
            if values:
                chain.judge(chain.goal.score(values), warmth)
    return found


def chains_of(
    space: RosterSpace, starts: Sequence[Lines], goals: Sequence[SearchGoal], seed: int
) -> list[AnnealingChain]:
    """A chain for each of the other goals, and at least as many for the first; they begin at the starts in turn."""
    asked, *others = goals
    n_asked = max(len(others), FEWEST_CHAINS - len(others))
    return [
        AnnealingChain(goal, space.with_room(starts[number % len(starts)]), np.random.default_rng([seed, number]))
        for number, goal in enumerate([*[asked] * n_asked, *others])
    ]


def gather(chains: Sequence[AnnealingChain]) -> None:
    """Have the chains of each goal go on from the best that any of them has found."""
    for goal in dict.fromkeys(chain.goal for chain in chains):
        of_goal = [chain for chain in chains if chain.goal == goal]
        best = max(of_goal, key=lambda chain: chain.best_score)
        for chain in of_goal:
            if best.best:
                chain.take(best.best, best.best_score)
