"""A scenario is called dominated only if another is shown to be as good or better in cost and every outcome."""

import json

import numpy as np
import pandas as pd

from sim.analysis.best import dominated_table
from sim.analysis.scenario_facts import worlds_of

MEASURES = ("cost_per_visit.all", "lwbs_or_ama.all", "reach.mental_health")
"""The first two are better low, the third is better high."""
LABELS = ("a", "b", "c")


def found(
    *scenarios: tuple[float, float, float], worlds: str = "www", noise: float = 0.0, n: int = 10
) -> dict[str, str]:
    """Which is dominated by which, of scenarios with these means."""
    drawn = np.random.default_rng(1).normal(size=(len(scenarios), len(MEASURES), n))
    values = np.array(scenarios)[:, :, np.newaxis] * (1 + noise * drawn)
    table = dominated_table(LABELS[: len(scenarios)], list(worlds[: len(scenarios)]), MEASURES, values, 0.95)
    return dict(zip(table["label"], table["by"], strict=True))


def test_worse_in_all_is_dominated_by_the_first_that_beats_it() -> None:
    assert found((10, 0.01, 0.9), (11, 0.02, 0.8), (12, 0.03, 0.7), noise=0.001) == {"b": "a", "c": "a"}


def test_identical_outcomes_count_as_no_worse_and_all_identical_as_no_dominance() -> None:
    assert found((10, 0.01, 0.9), (11, 0.01, 0.9)) == {"b": "a"}
    assert found((10, 0.01, 0.9), (10, 0.01, 0.9)) == {}


def test_better_in_one_outcome_is_not_dominated_whatever_the_cost() -> None:
    assert found((10, 0.01, 0.8), (20, 0.04, 0.9), noise=0.001) == {}


def test_a_difference_within_chance_shows_no_dominance() -> None:
    assert found((10, 0.01, 0.9), (10.1, 0.0101, 0.899), noise=0.3) == {}


def test_only_choices_in_the_same_world_are_set_against_each_other() -> None:
    assert found((10, 0.01, 0.9), (11, 0.02, 0.8), worlds="wx", noise=0.001) == {}


def test_a_measure_that_neither_has_is_no_obstacle() -> None:
    values = np.tile(np.array([(10, 0.01, np.nan), (11, 0.01, np.nan)])[:, :, np.newaxis], 5)
    (row,) = dominated_table(LABELS[:2], ["w", "w"], MEASURES, values, 0.95).to_dict("records")
    assert (row["label"], row["by"], row["n_worse"], row["n_identical"]) == ("b", "a", 1, 1)


def test_where_many_leave_it_is_judged_all_the_same() -> None:
    assert found((10, 0.01, 0.9), (11, 0.06, 0.8), noise=0.001) == {"b": "a"}


def test_without_a_steady_state_nothing_is_judged() -> None:
    values = np.tile(np.array([(10, 0.01, 0.001, 60), (11, 0.02, 0.03, 60)])[:, :, np.newaxis], 5)
    measures = ("cost_per_visit.all", "lwbs_or_ama.all", "unfinished_share.all", "measured_days.all")
    assert len(dominated_table(LABELS[:2], ["w", "w"], measures, values, 0.95)) == 0
    values[1, 2] = 0.019
    assert len(dominated_table(LABELS[:2], ["w", "w"], measures, values, 0.95)) == 1


def test_one_replication_shows_nothing() -> None:
    assert found((10, 0.01, 0.9), (11, 0.02, 0.8), n=1) == {}


def test_a_measure_that_only_one_of_two_has_cannot_be_compared() -> None:
    values = np.tile(np.array([(10, 0.01, 0.9), (11, 0.02, np.nan)])[:, :, np.newaxis], 5)
    assert len(dominated_table(LABELS[:2], ["w", "w"], MEASURES, values, 0.95)) == 0


def test_one_outcome_that_is_equal_is_taken_for_worse_no_more_often_than_the_level_says() -> None:
    # Of two, the second costs more and loses more; reach is equal. Seeds 0 to 399, 6 replications each. Two pairs share
    # 0.05, so 10 of 400 are expected; more than 22, or none, happens with a chance below 1e-3.
    called = 0
    for seed in range(400):
        values = np.random.default_rng(seed).normal(1, 0.01, size=(2, 3, 6))
        values *= np.array([(10, 0.01, 0.5), (20, 0.02, 0.5)])[:, :, np.newaxis]
        called += len(dominated_table(LABELS[:2], ["w", "w"], MEASURES, values, 0.95))
    assert 1 <= called <= 22


def test_the_world_of_a_scenario_is_what_no_roster_chooses() -> None:
    contents = [
        {"department": {}, "demand": {"growth": 1.0}, "staffing": {"name": "x"}},
        {"department": {}, "demand": {"growth": 1.0}, "staffing": {"name": "y"}},
        {"department": {}, "demand": {"growth": 1.1}, "staffing": {"name": "x"}},
    ]
    one, other, busier = worlds_of(pd.DataFrame({"content": [json.dumps(content) for content in contents]}))
    assert one == other != busier
