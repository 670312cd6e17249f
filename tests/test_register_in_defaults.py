"""Every number a model supplies when no config states it, and every constant that is a fact, stands in the register."""

import typing
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

import sim
from sim.config.key_paths import MODELS
from sim.department import support
from sim.department.pathway import RESPONSE_BAND
from sim.department.patients import AGE_BOUNDS, OLDER_CHILD_FROM
from sim.engine.measures.afterwards import SPANS
from sim.engine.measures.stays import SMALLEST_GROUP
from sim.engine.measures.visit_groups import FEWEST_IN_GROUP
from sim.engine.measures.waits import CTAS_TARGETS
from sim.register.rows import assumed_numbers, read_register

REGISTER = read_register()
Numbers = tuple[float, ...]

OF_A_ROW = {
    "BoardingTime.long_cv": "BOAA07",
    "Boarding.mean_hours": "LOS09",
    "SlowLevel.memory_weeks": "ARRA40",
    "Support.minimum_age": "SUPA01",
    "Support.consent": "SUPA02",
    "YouthPeer.under_12": "SUPA35",
    "YouthPeer.from_12": "SUPA09",
    "Support.bridging_minutes": "SUPA10",
    "Support.call_minutes": "SUPA11",
    "Support.huddle_minutes": "SUPA13",
    "Support.huddle_share": "SUPA14",
    "Support.call_reached_share": "SUPA21",
    "Support.wish_minutes": "SUPA28",
    "Support.again_hours": "SUPA29",
    "Support.caseload": "POP09",
    "Effects.linkage_share": "EFFA02",
    "Effects.bridging_share": "EFFA03",
    "Effects.default_reach": "EFFA04",
    "Effects.default_bridged": "EFFA05",
    "Effects.default_linked": "REV07",
    "PlaceDiscipline.slopes": "DISA06",
    **{f"{step}.band": "DISA04" for step in ("Task", "SideTask", "Place", "Observe")},
}
OF_NO_ROW = {
    "Shift.days": ((0, 1, 2, 3, 4, 5, 6), "structural: every day"),
    "Task.gather_minutes": (30.0, "assumption: no shipped task is for several, so that no answer rests on it"),
}


def models(annotation: object) -> Iterator[type[BaseModel]]:
    """The models that an annotation holds, and theirs."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for part in typing.get_args(annotation):
        yield from models(part)


def numbers(value: object) -> Numbers:
    """A number, or several; nothing of anything else."""
    parts = value if isinstance(value, tuple) else (value,)
    are_numbers = all(isinstance(part, int | float) and not isinstance(part, bool) for part in parts)
    return tuple(float(part) for part in parts) if are_numbers else ()


def defaults() -> dict[str, Numbers]:
    """Numbers the department's models supply, by model and field."""
    parts = [part for group, part in MODELS.items() if group not in ("study", "engine", "executor")]
    found = {
        f"{model.__name__}.{name}": numbers(field.default)
        for part in parts
        for model in models(part)
        for name, field in model.model_fields.items()
        if not field.is_required()
    }
    return {place: value for place, value in found.items() if value}


def says_nothing(value: Numbers) -> bool:
    """None of it, all of it, no change: 0 and 1 need no source until they claim to be a row's."""
    return set(value) <= {0.0, 1.0}


def row(name: str) -> Numbers:
    return assumed_numbers(REGISTER[name]) or ()


def test_every_number_a_model_supplies_is_neutral_or_has_its_row() -> None:
    bare = {place for place, value in defaults().items() if not says_nothing(value)}
    assert bare - {"Discipline.targets", "PlaceDiscipline.targets"} == {*OF_A_ROW, *OF_NO_ROW}


@pytest.mark.parametrize(("place", "name"), OF_A_ROW.items())
def test_a_supplied_number_is_that_of_its_row(place: str, name: str) -> None:
    assert defaults()[place] == row(name)


@pytest.mark.parametrize(("place", "value"), [(place, value) for place, (value, _) in OF_NO_ROW.items()])
def test_a_supplied_number_without_a_row_is_as_explained(place: str, value: object) -> None:
    assert defaults()[place] == pytest.approx(numbers(value))


def test_targets_of_triage_levels_are_those_of_the_register_wherever_they_stand() -> None:
    targets = tuple(value for level in range(4, 9) for value in row(f"TIM{level:02d}"))
    assert targets == CTAS_TARGETS
    assert defaults()["Discipline.targets"] == defaults()["PlaceDiscipline.targets"] == targets


def test_constants_that_are_facts_or_rules_are_those_of_the_register() -> None:
    assert tuple(first for first, _ in AGE_BOUNDS) == row("ARRA19")
    assert tuple(last for _, last in AGE_BOUNDS) == row("ARRA20")
    assert row("SUPA20") == (OLDER_CHILD_FROM,)
    assert (*row("SUPA04"), *row("SUPA12")) == (support.MEETING_MINUTES, support.MEETING_CV)
    assert (*row("SUPA30"), *row("SUPA31")) == (support.WALK_MINUTES, support.LEAST_MINUTES)
    assert (*row("SUPA08"), *row("SUPA32")) == (support.RECOVERY_MINUTES, support.DEBRIEF_MINUTES)
    assert tuple(60 * hour for hour in row("SUPA33")) == (support.QUIET_FROM_MINUTE, support.QUIET_TO_MINUTE)
    assert tuple(days for _, days in SPANS.values()) == row("RUNA16")
    assert row("DISA02") == (RESPONSE_BAND,)
    assert (FEWEST_IN_GROUP,) == (SMALLEST_GROUP,) == row("RUNA17")


@pytest.mark.slow
def test_the_default_shares_met_and_bridged_are_those_played_with_peers_added() -> None:
    """Of the eligible and consenting visits that departed, in half a year; the register's are of eight whole years."""
    scenario = sim.load("staffing=peer_added", "study.weeks=26")
    visits = sim.simulate(scenario, seed=501).visits
    consenting = visits[visits["in_window"] & visits["peer_eligible"] & visits["peer_consented"]]
    gone = consenting[consenting["departure"].notna()]
    assert gone["peer_met"].notna().mean() == pytest.approx(scenario.effects.default_reach, abs=0.04)
    assert (gone["bridged"] | gone["call_reached"]).mean() == pytest.approx(scenario.effects.default_bridged, abs=0.04)
