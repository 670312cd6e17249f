"""Whatever a user gets from `sim` shows itself in a few lines, as text and as HTML, and is otherwise as it was."""

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from types import MethodType
from typing import Any

import pytest
from pydantic import BaseModel

import sim
from sim.analysis.comparison_result import TABLES, Comparison
from sim.department.roster import Staffing
from sim.department.scenario import Scenario
from sim.department.short_text import LONGEST_SHORT_LINE, lines_html, lines_text, short_value

MOST_LINES, WIDEST = 20, 120
HOSTILE = "<script>\x1b[31m" + "x" * 500


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return sim.load("staffing=peer_added", "study.weeks=1", "study.warm_up_weeks=0")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    overrides = ("study.weeks=1", "study.warm_up_weeks=0", "study.demand_levels=[1.0]")
    return sim.compare(["traditional", "peer_added"], *overrides, replications=2, seed=1)


def ours_in(value: Any, seen: set[int]) -> Iterator[Any]:
    """Objects of classes of this package that can be reached by attributes, items and keys."""
    if id(value) in seen or isinstance(value, str | bytes | int | float | MethodType | type):
        return
    seen.add(id(value))
    if type(value).__module__.startswith("sim."):
        yield value
    if isinstance(value, BaseModel):
        inside = [getattr(value, name) for name in type(value).model_fields]
    elif is_dataclass(value):
        inside = [getattr(value, field.name) for field in fields(value)]
    elif isinstance(value, Mapping):
        inside = list(value.values())
    elif isinstance(value, list | tuple):
        inside = list(value)
    else:
        inside = []
    for one in inside:
        yield from ours_in(one, seen)


def test_every_object_of_ours_that_can_be_reached_has_a_short_repr(scenario: Scenario, comparison: Comparison) -> None:
    run = sim.simulate(scenario)
    many = replace(comparison, staffings=tuple(f"{'staffing' * 4}_{n}" for n in range(900)), levels=(1.0,) * 99)
    public = [scenario, run, run.measures, comparison, many, sim.measures, *sim.measures.values()]
    found = [*public, *ours_in(public, set())]
    assert len({type(one) for one in found}) > 20
    for one in found:
        for text in (repr(one), str(one)):
            lines = text.splitlines()
            assert len(lines) <= MOST_LINES, text
            assert max(map(len, lines)) <= WIDEST, text


def test_a_scenario_says_who_works_for_what_money(scenario: Scenario) -> None:
    lines = repr(scenario).splitlines()
    assert lines[0] == "Scenario"
    assert lines[1].split()[:2] == ["staffing", "peer_added"]
    assert f"{scenario.staffing.weekly_cost():,.0f} CAD a week" in lines[1]
    assert "psw" in lines[2]


def test_a_run_and_a_comparison_say_what_was_played(scenario: Scenario, comparison: Comparison) -> None:
    run = sim.simulate(scenario, seed=7)
    assert "seed 7, replication 0, engine compiled" in repr(run)
    assert f"{run.n_visits:,}" in repr(run)
    assert "peer_added" in repr(comparison)
    assert "2 at each level of demand (all finished)" in repr(comparison)


def test_only_what_differs_from_the_default_is_shown() -> None:
    assert repr(sim.load("study.weeks=3", "study.warm_up_weeks=0").period) == "Period(weeks=3)"


def test_html_is_small_and_text_of_others_stays_text(scenario: Scenario, comparison: Comparison) -> None:
    staffing = scenario.staffing.model_copy(update={"name": HOSTILE, "label": HOSTILE})
    renamed = scenario.model_copy(update={"staffing": staffing})
    tables = {name: getattr(comparison, name).replace("peer_added", HOSTILE) for name in TABLES}
    others = replace(comparison, staffings=("traditional", HOSTILE), labels={HOSTILE: HOSTILE}, **tables)
    for one in (renamed, staffing, others, sim.simulate(scenario)):
        page = one._repr_html_()
        assert "<script" not in page
        assert "\x1b" not in page + repr(one)
        assert len(page) < 5000
        assert max(map(len, repr(one).splitlines())) <= WIDEST


@pytest.mark.parametrize("value", ["x" * 500, list(range(500)), {str(n): n for n in range(500)}, object(), 10**39])
def test_a_value_of_any_kind_is_cut(value: object) -> None:
    assert len(short_value(value)) <= 41


def test_lines_are_cut_and_escaped() -> None:
    assert max(map(len, lines_text("title", [("name", "y" * 500)]).splitlines())) == LONGEST_SHORT_LINE
    assert "&lt;b&gt;" in lines_html("title", [("name", "<b>")])


def test_pickles_equality_and_dumps_are_as_they_were(scenario: Scenario, comparison: Comparison) -> None:
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert type(scenario).model_validate(scenario.model_dump()) == scenario
    assert pickle.loads(pickle.dumps(scenario.staffing)) == scenario.staffing
    assert isinstance(scenario.staffing, Staffing)
    loaded = pickle.loads(pickle.dumps(comparison))
    assert loaded.estimates.equals(comparison.estimates)
