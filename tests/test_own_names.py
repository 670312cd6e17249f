"""A department with names of its own for roles, steps and zones is measured and shown as one with shipped names."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import sim
from sim.department.roster import Role
from sim.department.scenario import Scenario
from sim.engine.compiled import simulate
from sim.engine.measures.measuring import measure
from sim.engine.measures.staff_time import main_roles, peer_roles

OWN_NAMES = {
    "psw": "companion", "nurse": "sister", "physician": "medic", "crisis_clinician": "listener", "triage": "sorting",
    "clearance_nurse": "blood_test", "clearance_wait": "laboratory", "acute": "main_hall", "place": "room",
}  # fmt: skip


def renamed(part: Any, field: str = "") -> Any:
    """Values of a scenario with other names of roles, steps and zones; words of the model itself stay."""
    if isinstance(part, dict):
        return {key if key == "triage" else OWN_NAMES.get(key, key): renamed(value, key) for key, value in part.items()}
    if isinstance(part, list):
        return [renamed(each, field) for each in part]
    return part if field in ("kind", "purpose") or not isinstance(part, str) else OWN_NAMES.get(part, part)


def own(name: str) -> str:
    """A name of a measure with the names of the department in it."""
    return ".".join(OWN_NAMES.get(part, part) for part in name.split("."))


@pytest.fixture(scope="module")
def shipped() -> Scenario:
    return sim.load("study.weeks=2", "study.warm_up_weeks=0", "staffing=peer_added")


def test_every_measure_is_the_same_under_other_names(shipped: Scenario) -> None:
    run, other = simulate(shipped, 3, 0), Scenario.model_validate(renamed(shipped.model_dump(mode="json")))
    assert "psw" not in other.model_dump_json()
    own_run = replace(
        run,
        roles=tuple(OWN_NAMES.get(name, name) for name in run.roles),
        steps=tuple(OWN_NAMES.get(name, name) for name in run.steps),
        zones=tuple(OWN_NAMES.get(name, name) for name in run.zones),
    )
    before, after = measure(run, shipped), measure(own_run, other)
    assert after.keys() == {own(name) for name in before}
    differs = [name for name, value in before.items() if not np.array_equal(value, after[own(name)], equal_nan=True)]
    assert differs == []
    for name in ("clearance_extra_stay.all", "peer_time_company.all", "time_to_triage_mean.all"):
        assert np.isfinite(after[name]), name


def test_roles_of_peers_and_roles_set_against_their_work_are_read_off_the_scenario(shipped: Scenario) -> None:
    assert peer_roles(shipped) == ("psw",)
    assert main_roles(shipped) == ("physician", "nurse", "crisis_clinician", "psw")
    other = Scenario.model_validate(renamed(shipped.model_dump(mode="json")))
    assert peer_roles(other) == ("companion",)
    assert main_roles(other) == ("medic", "sister", "listener", "companion")


def test_a_second_role_of_kind_peer_is_one_of_peers_too(shipped: Scenario) -> None:
    roles = {**shipped.staffing.roles, "family_peer": Role(kind="peer")}
    staffing = shipped.staffing.model_copy(update={"roles": roles})
    assert peer_roles(shipped.model_copy(update={"staffing": staffing})) == ("psw", "family_peer")
