"""Large tables written while a study goes on are all there when it ends, or it does not end well."""

import threading
from pathlib import Path

import numpy as np
import pytest

from sim.runs import tables_on_disk as module
from sim.runs.tables_on_disk import Table, background_writer, read_table, write_large_table, write_table
from tests.waiting import PATIENCE

ROWS = {"number": np.arange(1000), "name": np.full(1000, "a", dtype=object)}


def test_a_table_written_behind_is_there_at_the_end_and_the_same(tmp_path: Path) -> None:
    write_large_table(ROWS, tmp_path / "at_once.parquet")
    with background_writer():
        write_large_table(ROWS, tmp_path / "behind.parquet")
    assert (tmp_path / "behind.parquet").read_bytes() == (tmp_path / "at_once.parquet").read_bytes()
    assert read_table(tmp_path / "behind.parquet")["number"].tolist() == list(range(1000))


def test_arrays_and_a_frame_are_written_alike(tmp_path: Path) -> None:
    import pandas as pd

    write_table(ROWS, tmp_path / "arrays.parquet")
    write_table(pd.DataFrame(ROWS), tmp_path / "frame.parquet")
    assert (tmp_path / "arrays.parquet").read_bytes() == (tmp_path / "frame.parquet").read_bytes()


def test_a_table_that_cannot_be_written_is_named_at_the_end_and_costs_no_other(tmp_path: Path) -> None:
    with background_writer() as writer:
        write_large_table(ROWS, tmp_path / "nowhere" / "table.parquet")
        writer.flush()
        write_large_table(ROWS, tmp_path / "other.parquet")
    assert list(writer.errors.found) == ["table.parquet"]
    assert len(read_table(tmp_path / "other.parquet")) == 1000


def test_who_comes_while_a_table_is_written_writes_for_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, writers = threading.Event(), {}

    def write(table: Table, path: Path) -> None:
        writers[path.name] = threading.current_thread().name
        if path.name == "first":
            assert gate.wait(PATIENCE)

    monkeypatch.setattr(module, "write_table", write)
    with background_writer() as writer:
        write_large_table(ROWS, tmp_path / "first")
        write_large_table(ROWS, tmp_path / "second")
        gate.set()
        writer.flush()
        write_large_table(ROWS, tmp_path / "third")
    here = threading.current_thread().name
    assert writers["second"] == here
    assert here not in (writers["first"], writers["third"])
