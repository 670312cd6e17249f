"""What a run hands over has the types of the schema, stands in one piece, and is left alone by the runs that follow."""

import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import numpy as np
import pytest

from sim.engine.compiled import replication as running
from sim.engine.compiled import simulate
from sim.engine.compiled.replication import NAMES_IN_VISIT
from sim.engine.compiled.rows_to_columns import AT_ONCE, FEW, ColumnsOfRows, columns_of_rows
from sim.engine.compiled.tables import BREAK_ROW, CASE_ROW, PLACE_ROW, STAFF_ROW, TASK_ROW, VISIT, Dtype
from sim.engine.measures.measuring import measure
from sim.engine.trajectory import (
    BREAK_COLUMNS,
    CASE_COLUMNS,
    PLACE_COLUMNS,
    STAFF_COLUMNS,
    TASK_COLUMNS,
    VISIT_COLUMNS,
    Trajectory,
    arrays_of,
    as_it_stands,
    identical,
)
from tests.worlds import random_scenario

TABLES = (
    (TASK_ROW, TASK_COLUMNS),
    (PLACE_ROW, PLACE_COLUMNS),
    (CASE_ROW, CASE_COLUMNS),
    (STAFF_ROW, STAFF_COLUMNS),
    (BREAK_ROW, BREAK_COLUMNS),
)


def any_rows(dtype: Dtype, n: int) -> np.ndarray:
    """Rows of anything, whole numbers small enough for the narrowest column."""
    random, rows = np.random.default_rng(n), np.zeros(n, dtype)
    for name in dtype.names or ():
        if dtype[name].kind == "f":
            rows[name] = np.where(random.random(n) < 0.2, np.nan, random.normal(size=n))
        elif dtype[name].kind == "b":
            rows[name] = random.random(n) < 0.5
        else:
            rows[name] = random.integers(0 if dtype[name].kind == "u" else -1, 100, n)
    return rows


@pytest.mark.parametrize("n", [0, 1, AT_ONCE, 3 * AT_ONCE + 7])
@pytest.mark.parametrize(("dtype", "schema"), TABLES)
def test_columns_are_those_of_the_rows_in_the_types_of_the_schema(dtype, schema, n) -> None:  # type: ignore[no-untyped-def]
    rows = any_rows(dtype, n)
    columns = columns_of_rows(rows, schema)
    assert list(columns) == list(schema)
    for name, kind in schema.items():
        assert columns[name].dtype == kind
        assert np.array_equal(columns[name], rows[name].astype(kind), equal_nan=columns[name].dtype.kind == "f")


@pytest.mark.parametrize("n", [0, 1, FEW, FEW + 1])
def test_columns_of_visits_are_found_by_their_names_in_the_rows(n: int) -> None:
    visits = any_rows(VISIT, n)
    columns = ColumnsOfRows(visits, VISIT_COLUMNS, NAMES_IN_VISIT)
    for name, kind in VISIT_COLUMNS.items():
        expected = visits[NAMES_IN_VISIT.get(name, name)].astype(kind)
        assert np.array_equal(columns[name], expected, equal_nan=expected.dtype.kind == "f")


def test_every_table_of_a_run_stands_in_one_piece_and_later_runs_do_not_touch_it() -> None:
    first = simulate(random_scenario(2), 1)
    before = {name: values.copy() for name, values in arrays_of(first).items()}
    for world in (2, 3, 4):
        simulate(random_scenario(world), 9)
    for name, values in arrays_of(first).items():
        assert values.flags.c_contiguous
        assert np.array_equal(values, before[name], equal_nan=values.dtype.kind == "f"), name


def test_a_run_has_every_field_of_a_trajectory_though_they_are_not_set_one_by_one() -> None:
    run = simulate(random_scenario(2), 1)
    assert set(vars(run)) == {field.name for field in fields(Trajectory)}
    again = Trajectory(**vars(run))
    assert identical(again, run)
    assert repr(again) == repr(run)


# Memory of a run that is there, and of one that is gone


def addresses(run: Trajectory) -> list[int]:
    """Where the tables stand that a run holds without a copy."""
    tables = (run.visit_columns, run.task_columns, run.place_columns, run.case_columns, run.staff_columns)
    rows = [columns.rows for columns in tables]  # type: ignore[attr-defined]
    return [table.ctypes.data for table in (run.step_times, run.step_members, *rows)]


def test_the_next_run_is_written_where_one_stood_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MEMORY", running.Memory())
    world = random_scenario(2)
    run = simulate(world, 1)
    stood = addresses(run)
    kept = simulate(world, 2)
    assert not set(stood) & set(addresses(kept))
    del run
    assert addresses(simulate(world, 3)) == stood


def test_of_many_runs_that_are_kept_none_is_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MEMORY", running.Memory())
    world = random_scenario(2)
    runs = [simulate(world, seed) for seed in (1, 2, 3, 4)]
    stood = [address for run in runs for address in addresses(run)]
    assert len(set(stood)) == len(stood)


def test_who_keeps_a_piece_of_a_run_alone_never_sees_it_change() -> None:
    world = random_scenario(2)
    piece = simulate(world, 1).step_times[1:, 0, :2]
    before = piece.copy()
    for seed in (2, 3, 4):
        simulate(world, seed)
    assert np.array_equal(piece, before, equal_nan=True)


def test_a_run_may_be_let_go_by_another_thread_than_played_it() -> None:
    world = random_scenario(3)
    with ThreadPoolExecutor(1) as pool:
        runs = [pool.submit(simulate, world, seed).result() for seed in (1, 2)]
        expected = [simulate(world, seed) for seed in (1, 2, 3)]
        assert all(map(identical, runs, expected[:2]))
        runs.clear()
        assert identical(pool.submit(simulate, world, 3).result(), expected[2])


# Columns that are made when asked for


@pytest.mark.parametrize("n", [FEW, FEW + 1])
@pytest.mark.parametrize("dtype_and_schema", TABLES[:3])
def test_columns_of_rows_are_the_same_before_and_after_they_are_made(dtype_and_schema, n) -> None:  # type: ignore[no-untyped-def]
    dtype, schema = dtype_and_schema
    rows = any_rows(dtype, n)
    columns = ColumnsOfRows(rows, schema)
    standing = {name: as_it_stands(columns, name).copy() for name in schema}
    made = dict(columns)
    assert (columns.rows is None) == (n > FEW), "many rows are let go once there are columns"
    for name, expected in columns_of_rows(rows, schema).items():
        assert made[name].dtype == expected.dtype
        assert np.array_equal(made[name], expected, equal_nan=expected.dtype.kind == "f")
        assert np.array_equal(standing[name], expected, equal_nan=expected.dtype.kind == "f")
        assert as_it_stands(columns, name) is made[name], "what is changed in a column is seen by all"


@pytest.mark.parametrize("as_dicts", [pickle.loads, None])
def test_measures_do_not_depend_on_how_a_run_holds_its_tables(as_dicts: Callable[[bytes], Trajectory] | None) -> None:
    world = random_scenario(5)
    run = simulate(world, 1)
    values = measure(run, world)
    if as_dicts is None:
        other = replace(run, **{name: dict(getattr(run, name)) for name in ("task_columns", "place_columns")})
    else:
        other = as_dicts(pickle.dumps(run))
        assert identical(run, other)
    assert repr(measure(other, world)) == repr(values)
