"""What a run hands over has the types of the schema, stands in one piece, and is left alone by the runs that follow."""

import numpy as np
import pytest

from sim.engine.compiled import simulate
from sim.engine.compiled.handover import AT_ONCE, columns_of_rows
from sim.engine.compiled.running import NAMES_IN_VISIT, visit_columns
from sim.engine.compiled.tables import BREAK_ROW, CASE_ROW, PLACE_ROW, STAFF_ROW, TASK_ROW, VISIT, Dtype
from sim.engine.trajectory import (
    BREAK_COLUMNS,
    CASE_COLUMNS,
    PLACE_COLUMNS,
    STAFF_COLUMNS,
    TASK_COLUMNS,
    VISIT_COLUMNS,
    tables_of,
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


@pytest.mark.parametrize("n", [0, 1, AT_ONCE + 1])
def test_columns_of_visits_are_found_by_their_names_in_the_rows(n: int) -> None:
    visits = any_rows(VISIT, n)
    visits["contacts"] %= 2
    columns = visit_columns(visits)
    for name, kind in VISIT_COLUMNS.items():
        if name != "peer_missed":
            expected = visits[NAMES_IN_VISIT.get(name, name)].astype(kind)
            assert np.array_equal(columns[name], expected, equal_nan=expected.dtype.kind == "f")
    missed = visits["offered"] & visits["consented"] & visits["departed"] & (visits["contacts"] == 0)
    assert np.array_equal(columns["peer_missed"], missed)


def test_every_table_of_a_run_stands_in_one_piece_and_later_runs_do_not_touch_it() -> None:
    first = simulate(random_scenario(2), 1)
    before = {name: values.copy() for name, values in tables_of(first).items()}
    for world in (2, 3, 4):
        simulate(random_scenario(world), 9)
    for name, values in tables_of(first).items():
        assert values.flags.c_contiguous
        assert np.array_equal(values, before[name], equal_nan=values.dtype.kind == "f"), name
