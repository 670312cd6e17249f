"""A comparison still gives what it gave, on either engine: a change of results is meant, and told in the changelog."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.compare import comparison_of, played_of, values_table
from sim.config import compose
from sim.engine.measures.catalogue import HEADLINE
from sim.runs.engines import COMPILED
from sim.studies.compare import plan_of
from tests.plays import played
from tests.reference import ESTIMATES, FIRST, QUESTION, digest, first_replication

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"


def test_the_changelog_names_the_reference_in_force() -> None:
    assert f"reference {digest()}" in CHANGELOG.read_text(encoding="utf-8")


@pytest.mark.slow_on_simpy
def test_the_first_replication_of_the_reference_is_reproduced(engine: str) -> None:
    plan = plan_of(compose((*QUESTION, f"engine={engine}")))
    if engine != COMPILED:  # the whole reference is played below
        plan = replace(plan, base=replace(plan.base, scenarios={plan.baseline: plan.scenarios[plan.baseline]}))
    plan = replace(plan, levels=(1.0,), base=replace(plan.base, replications=1))
    found = first_replication(values_table(played_of(played(plan), plan)[0]))
    expected = pd.read_csv(FIRST).query("staffing in @plan.scenarios").reset_index(drop=True)
    assert found[["staffing", "measure"]].equals(expected[["staffing", "measure"]])
    differing = ~((found["value"] - expected["value"]).abs() <= 1e-9 * expected["value"].abs().clip(lower=1.0))
    differing &= ~(found["value"].isna() & expected["value"].isna())
    assert not differing.any(), found[differing].assign(expected=expected["value"])


@pytest.mark.slow
@pytest.mark.verification
def test_the_whole_reference_is_reproduced(engine: str) -> None:
    plan = plan_of(compose((*QUESTION, f"engine={engine}")))
    plan = replace(plan, base=replace(plan.base, workers=1))
    comparison = comparison_of(played(plan), plan, 0.0)
    found = comparison.estimates[comparison.estimates["measure"].isin(HEADLINE)].set_index(
        ["demand", "staffing", "measure"]
    )
    expected = pd.read_csv(ESTIMATES).set_index(["demand", "staffing", "measure"])
    assert set(expected.index) == set(found.index)
    for key, row in expected.iterrows():
        assert found.loc[key, "mean"] == pytest.approx(row["mean"], rel=1e-5, abs=1e-9), key
