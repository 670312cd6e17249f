"""A scenario's tables are made once, are those of the scenario as it stands, and no replication changes them."""

import pickle
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from sim.config import compose
from sim.department.roster import duties_of, members_of, shift_starts
from sim.department.scenario import ScenarioError
from sim.engine.compiled import scenario_cache, simulate
from sim.engine.compiled.duty_tables import duty_tables
from sim.engine.compiled.scenario_cache import SCENARIO_CACHE, ScenarioCache, SeenScenario
from sim.engine.compiled.scenario_tables import ScenarioTables
from sim.engine.compiled.tables import MEMBER
from sim.engine.reference.model import simulate as play_reference
from sim.engine.trajectory import differences
from sim.engine.workload import Workload
from tests.worlds import random_scenario

WORLDS = range(12)


def test_a_scenario_and_its_equal_share_one_set_of_tables_and_another_demand_has_its_own() -> None:
    kept, scenario = ScenarioCache(), random_scenario(3)
    assert kept.of(scenario) is kept.of(scenario.model_copy())
    grown = scenario.model_copy(update={"period": scenario.period.model_copy(update={"weeks": 2})})
    assert kept.of(grown) is not kept.of(scenario)


def test_the_tables_of_a_scenario_changed_in_place_is_made_anew() -> None:
    kept, scenario = ScenarioCache(), random_scenario(3)
    before = kept.of(scenario)
    name, zone = next(iter(scenario.department.zones.items()))
    scenario.department.zones[name] = zone.model_copy(update={"places": 77})
    assert 77.0 in kept.of(scenario).tables["zones"]["n_places"]
    assert 77.0 not in before.tables["zones"]["n_places"]


def test_an_object_that_has_been_seen_is_not_read_again_until_a_dict_in_it_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, scenario = ScenarioCache(), random_scenario(3)
    before, read = kept.of(scenario), []

    def dumps(value: object) -> bytes:
        read.append(value)
        return pickle.dumps(value)

    monkeypatch.setattr(scenario_cache, "pickle", SimpleNamespace(dumps=dumps))
    assert kept.of(scenario) is before
    assert read == []
    roles = scenario.staffing.roles
    first = next(iter(roles))
    roles[first] = roles.pop(first)  # the same roles in another order, where there are several
    assert (kept.of(scenario) is before) == (len(roles) == 1)
    scenario.department.minimum_cover["nobody"] = 0
    with pytest.raises(ScenarioError):
        kept.of(scenario)
    assert len(read) >= 1


def test_a_scenario_with_a_value_nobody_knows_is_read_every_time() -> None:
    scenario = random_scenario(3)
    assert SeenScenario(scenario).is_still(scenario)
    odd = scenario.model_copy(update={"staffing": scenario.staffing.model_copy(update={"name": ["a list"]})})
    assert not SeenScenario(odd).is_still(odd)


def test_no_more_tables_are_kept_than_fit_and_those_used_last_stay() -> None:
    a, b, c = (random_scenario(seed) for seed in (1, 2, 3))
    sizes = [ScenarioTables(scenario).n_bytes for scenario in (a, b, c)]
    kept = ScenarioCache(most=sum(sizes) - 1)
    of_a, of_b = kept.of(a), kept.of(b)
    assert kept.of(a) is of_a
    kept.of(c)
    assert len(kept.kept) == 2
    assert kept.n_bytes == sizes[0] + sizes[2]
    assert kept.of(a) is of_a
    assert kept.of(b) is not of_b


def test_tables_too_large_to_be_kept_are_kept_until_the_next() -> None:
    kept = ScenarioCache(most=1)
    a, b = (random_scenario(seed) for seed in (1, 2))
    of_a = kept.of(a)
    assert kept.of(a) is of_a
    kept.of(b)
    assert (len(kept.kept), kept.n_bytes) == (1, ScenarioTables(b).n_bytes)


def test_the_memory_tables_say_they_take_is_about_what_it_takes() -> None:
    scenario = compose(["study=run", "study.weeks=4"]).scenario
    ScenarioTables(scenario)
    tracemalloc.start()
    lowered = ScenarioTables(scenario)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0.7 * taken < lowered.n_bytes < 1.5 * taken


def test_threads_that_ask_at_once_get_the_same_tables() -> None:
    kept, scenario = ScenarioCache(), random_scenario(5)
    with ThreadPoolExecutor(8) as pool:
        assert len({id(found) for found in pool.map(lambda _: kept.of(scenario), range(32))}) == 1


def test_a_scenario_with_contradictions_is_refused_every_time() -> None:
    scenario = random_scenario(3)
    wrong = scenario.model_copy(
        update={"staffing": scenario.staffing.model_copy(update={"roles": {}})},
    )
    for _ in range(2):
        with pytest.raises(ScenarioError):
            simulate(wrong, 1)


@pytest.mark.parametrize("world", WORLDS)
def test_replications_leave_the_tables_as_they_were_and_each_is_as_in_the_reference(world: int) -> None:
    scenario = random_scenario(world)
    tables = SCENARIO_CACHE.of(scenario).tables
    before = {name: table.tobytes() for name, table in tables.items()}
    for replication in (0, 1, 0):
        assert not differences(simulate(scenario, world, replication), play_reference(scenario, world, replication))
    assert [name for name, table in tables.items() if table.tobytes() != before[name]] == []


@pytest.mark.parametrize("world", WORLDS)
def test_duties_in_tables_are_those_of_the_roster_whichever_shifts_are_filled(world: int) -> None:
    scenario = random_scenario(world)
    roster, random = members_of(scenario.staffing.roles), np.random.default_rng(world)
    starts = [shift_starts(member.shift, scenario.period.horizon) for member in roster]
    filled = [[start for start in of_member if random.random() < 0.8] for of_member in starts]
    members = np.zeros(len(roster), MEMBER)
    tables = duty_tables(roster, [np.array(of_member, dtype=float) for of_member in filled], members)
    for member, of_member in zip(roster, filled, strict=True):
        row = members[member.index]
        assert row["first_duty"] == row["next_duty"]
        rows = tables["duties"][row["first_duty"] :][: row["n_duties"]]
        blocks = [tables["blocks"][duty["first_block"] :][: duty["n_blocks"]] for duty in rows]
        assert [
            (start, end, [tuple(block) for block in inside])
            for start, end, inside in zip(rows["start"], rows["end"], blocks, strict=True)
        ] == [
            (duty.start, duty.end, [(block.at, block.minutes, block.protected) for block in duty.off_floor])
            for duty in duties_of(member, of_member)
        ]


def test_a_workload_under_another_seed_draws_what_a_new_one_would() -> None:
    scenario = random_scenario(4)
    again, new = Workload(scenario, 0, 0).under(7, 3), Workload(scenario, 7, 3)
    assert again.base == new.base
    assert again.arrivals() == new.arrivals()
    assert again.visit(0, 5, 1) == new.visit(0, 5, 1)


def test_scenario_tables_keep_no_rows_in_the_making() -> None:
    assert not ScenarioTables(random_scenario(1)).rows
