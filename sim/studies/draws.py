"""The draws of the assumptions that a study asks for, and a comparison with what they say."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sim.analysis.assumption_spread import (
    TWICE,
    DrawnRuns,
    Draws,
    benefit_table,
    chances_table,
    drawn_cloud,
    spread_table,
)
from sim.analysis.comparison_result import Comparison
from sim.analysis.valuation import EVERYTHING, Worth
from sim.department.scenario import Problem, ScenarioError, length_text
from sim.register.draw_table import DRAWS_FILE, read_draws, shipped_draws
from sim.register.draws import shipped_cube
from sim.statistics.two_sources import FEWEST_DRAWS
from sim.studies.check_settings import SWEPT_INSTEAD, refuse_without_published
from sim.studies.question import Question
from sim.studies.settings import DrawnSettings


def draws_of(study: DrawnSettings, question: Question) -> Draws | None:
    """The draws of the register that a study asks for. Raises ScenarioError where there are not so many, or where they
    are of another department."""
    if not study.assumptions:
        return None
    refuse_without_published(question, "study.assumptions", "true", f"leave it out, and {SWEPT_INSTEAD}")
    choices = question.choices
    own = study.draws_from
    table = shipped_draws() if own is None else read_draws(Path(own) / DRAWS_FILE, shipped_cube())
    if study.draws > len(table.places):
        remedy = f"there are {len(table.places)}: ask for fewer, or make more (study=conditioning study.draws=N)"
        raise ScenarioError([Problem("study.draws", str(study.draws), remedy)])
    theirs = table.origin.get("choices", {}).get("department", choices["department"])
    if choices["department"] != theirs:
        remedy = (
            f"the draws were accepted for department={theirs}: make some for yours by study=conditioning, and name its "
            "folder in study.draws_from"
        )
        raise ScenarioError([Problem("study.assumptions", f"department={choices['department']}", remedy)])
    return Draws(table.places[: study.draws], study.draw_weeks)


def draws_text(draws: Draws | None, n_scenarios: int, minutes: float | None = None) -> str:
    """How many runs there are in draws, for a dry run; of `minutes` that end, if any; empty without draws."""
    if draws is None:
        return ""
    n_draws = len(draws.places)
    n_runs = (n_draws + math.ceil(TWICE * n_draws)) * n_scenarios
    length = length_text(draws.weeks, minutes)
    return f"and {n_runs} runs of {length} in {n_draws} draws of the assumptions, not in the time below"


def with_assumptions(
    comparison: Comparison, drawn: DrawnRuns, worth: Sequence[Worth], presets: Sequence[str]
) -> Comparison:
    """The comparison with its second intervals, as far as enough draws have been played."""
    if drawn.n_draws < FEWEST_DRAWS:
        note = f"{drawn.n_draws} draws of the assumptions are there: a second interval takes {FEWEST_DRAWS}."
        return replace(comparison, notes=(note, *comparison.notes))
    import pandas as pd  # slow to load

    swaps = comparison.costs.loc[comparison.costs["is_swap"].astype(bool), "staffing"]
    choices = drawn.without(set(swaps))  # a stress test of harm is no choice, whatever it saves
    return replace(
        comparison,
        assumptions=spread_table(drawn),
        chances=chances_table(choices),
        benefit=benefit_table(choices, worth, presets or (EVERYTHING,)),
        cloud=pd.concat([comparison.cloud, drawn_cloud(drawn)], ignore_index=True),
        draw_weeks=drawn.weeks,
    )
