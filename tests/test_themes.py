"""Themes of the founding study as files of effects: what each says it moves is what it moves, and peers alone do it."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.config import compose, shipped_configs
from sim.department.scenario import Scenario
from sim.engine.trajectory import Trajectory, identical
from sim.io.strict_yaml import read_checked_yaml
from sim.runs.engines import ENGINES

THEMES = {
    "inside_out": "inside out and outside in",
    "no_one_leaves_empty_handed": "no one leaves empty-handed",
    "sculpting_softness": "sculpting health system softness",
}
SETS = [*THEMES, "all_themes"]
SEED = 3


def file_of(name: str) -> Path:
    return Path(str(shipped_configs())) / "effects" / f"{name}.yaml"


def leaves(data: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Values of nested mappings by dotted key."""
    found: dict[str, Any] = {}
    for key, value in data.items():
        found |= leaves(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
    return found


def written(name: str) -> dict[str, Any]:
    """What a file says by itself."""
    return leaves({key: value for key, value in read_checked_yaml(file_of(name)).items() if key != "defaults"})


@lru_cache
def scenario_of(effects: str, staffing: str = "peer_added", weeks: int = 1) -> Scenario:
    words = [f"effects={effects}", f"staffing={staffing}", f"study.weeks={weeks}", "study.warm_up_weeks=0"]
    return compose(["study=run", *words]).scenario


@lru_cache
def played(effects: str, staffing: str = "peer_added", weeks: int = 1) -> Trajectory:
    return ENGINES["compiled"](scenario_of(effects, staffing, weeks), SEED)


@pytest.mark.parametrize("name", SETS)
def test_a_theme_changes_exactly_the_keys_its_file_names(name: str) -> None:
    none, theme = (leaves(scenario_of(effects).effects.model_dump()) for effects in ("none", name))
    changed = {key: value for key, value in theme.items() if value != none[key]}
    assert changed == written(name)
    assert len(changed) >= 3


def test_all_themes_are_the_three_together_with_the_same_numbers() -> None:
    together: dict[str, Any] = {}
    for name in THEMES:
        own = written(name)
        assert not (set(own) - {"name"}) & set(together), "each theme has levers of its own"
        together |= own
    assert written("all_themes") == together | {"name": "all_themes"}


@pytest.mark.parametrize("name", SETS)
def test_a_theme_says_first_what_it_stands_for_and_that_it_is_an_assumption(name: str) -> None:
    text = file_of(name).read_text(encoding="utf-8")
    head = " ".join(line.lstrip("# ") for line in text.splitlines() if line.startswith("#"))
    assert text.startswith("# ")
    assert "founding study" in head
    assert "assumption" in head
    assert "no result" in head
    for theme in [THEMES[name]] if name in THEMES else THEMES:
        assert theme in head


def test_returns_are_claimed_once_and_by_no_more_than_the_prior_of_the_register() -> None:
    """The whole effect on returns of all themes is that of `evidence`, and bridging carries all of it."""
    together, evidence = scenario_of("all_themes").effects, scenario_of("evidence").effects
    assert together.total_return_hr == evidence.total_return_hr
    assert (together.linkage_share, together.bridging_share) == (0.0, 1.0)


@pytest.mark.parametrize("name", SETS)
def test_a_theme_moves_something_where_there_are_peers(name: str) -> None:
    assert not identical(played(name), played("none"))


@pytest.mark.parametrize("name", SETS)
def test_without_peers_a_theme_changes_no_bit(name: str) -> None:
    assert identical(played(name, "traditional"), played("none", "traditional"))


def assessment_minutes(run: Trajectory) -> float:
    """Minutes of crisis assessments of all visits a peer has met, begun and ended in the run."""
    _, started, ended = run.step_times[:, run.steps.index("crisis_assessment")].T
    met = ~np.isnan(run.visit_columns["peer_met"]) & (run.visit_columns["peer_met"] < started)
    lasted = (ended - started)[met]
    return float(lasted[~np.isnan(lasted)].mean())


def test_a_theme_is_favourable_within_the_range_of_its_row() -> None:
    """What harm would be is `effects=pessimistic`; these say what the founding study hopes for."""
    effects = scenario_of("all_themes").effects
    paces = (effects.peer.patience_while, effects.peer.patience_after)
    paces += (effects.peer.escalation_while, effects.peer.escalation_after)
    assert all(0.5 <= pace < 1.0 for pace in paces)
    assert 0.8 <= effects.peer.assessment_minutes < 1.0
    assert 1.0 < effects.peer.linkage_odds < scenario_of("both").effects.clinician.linkage_odds


def test_assessments_after_a_peer_contact_are_shorter_by_the_factor_of_the_file() -> None:
    """The mean of some hundred assessments; without the factor the two runs differ by a few per cent."""
    ratio = assessment_minutes(played("inside_out", weeks=8)) / assessment_minutes(played("none", weeks=8))
    assert ratio == pytest.approx(0.9, abs=0.05)


def test_bridging_and_answered_calls_alone_put_off_returns() -> None:
    """Until the first return that is moved comes in, both runs are one; so much of them is compared."""
    theme, none = played("no_one_leaves_empty_handed", weeks=8), played("none", weeks=8)
    n = min(theme.n_visits, none.n_visits)
    arrivals = [run.visit_columns["arrival"][:n] for run in (theme, none)]
    parted = arrivals[0][int(np.flatnonzero(arrivals[0] != arrivals[1])[0])]
    early = (none.visit_columns["departure"][:n] < parted) & (arrivals[1] < parted)
    following, unchanged = (run.visit_columns["next_visit"][:n][early] for run in (theme, none))
    moved = ~((following == unchanged) | (np.isnan(following) & np.isnan(unchanged)))
    in_hand = (theme.visit_columns["bridged"] | theme.visit_columns["call_reached"])[:n][early]
    assert moved.sum() > 5
    assert in_hand[moved].all()
    assert (following > unchanged)[moved].all()
