"""A connection to DuckDB reaches the files it is given and nothing else, whatever is asked of it."""

import os
import re
from concurrent.futures import Future
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

import sim
from sim.io import sql
from sim.runs.tables_on_disk import read_table, write_table
from sim.visits.raw_table import SourceFile, scratch_database


def test_one_place_opens_connections() -> None:
    root = Path(sim.__file__).parent
    calls = re.compile(r"duckdb\.connect\(|duckdb\.(sql|query|execute|read_\w+)\(")
    found = {path.relative_to(root).as_posix() for path in root.rglob("*.py") if calls.search(path.read_text("utf-8"))}
    assert found == {"io/sql.py"}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM read_blob('{folder}/given/../secret.csv')",
        "SELECT * FROM glob('{folder}/*')",
        "COPY (SELECT 1) TO '{folder}/written.csv'",
        "ATTACH '{folder}/other.duckdb'",
        "EXPORT DATABASE '{folder}/exported'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_csv('https://example.org/a.csv')",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET memory_limit = '100GB'",
        "SELECT * FROM a_frame",
        "SELECT * FROM duckdb_secrets()",
    ],
)
def test_a_query_reaches_no_other_file_no_network_and_no_variable(query: str, tmp_path: Path) -> None:
    a_frame = pd.DataFrame({"secret": [1]})
    assert len(a_frame) == 1
    (tmp_path / "given").mkdir()
    (tmp_path / "secret.csv").write_text("password\nhunter2\n", encoding="utf-8")
    with sql.connect(folder=tmp_path / "given") as connection, pytest.raises(duckdb.Error):
        connection.execute(query.format(folder=tmp_path, secret=tmp_path / "secret.csv")).fetchall()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given", "secret.csv"]


def test_a_file_that_is_given_is_read_and_its_neighbour_is_not(tmp_path: Path) -> None:
    for name in ("given", "other"):
        write_table({"number": np.arange(3)}, tmp_path / f"{name}.parquet")
    with sql.connect([tmp_path / "given.parquet"]) as connection:
        assert sql.parquet(connection, [tmp_path / "given.parquet"]).fetchall() == [(0,), (1,), (2,)]
        with pytest.raises(duckdb.Error, match="Permission"):
            sql.parquet(connection, [tmp_path / "other.parquet"])


@pytest.mark.parametrize("name", ["a*.parquet", "a[1].parquet", "a?.parquet", "it's $1.parquet"])
def test_a_name_with_signs_of_a_pattern_means_that_file(name: str, tmp_path: Path) -> None:
    for other in ("a1.parquet", "ab.parquet"):
        write_table({"number": np.array([-1])}, tmp_path / other)
    write_table({"number": np.array([7])}, tmp_path / name)
    assert read_table(tmp_path / name)["number"].tolist() == [7]


def test_a_visits_file_with_signs_of_a_pattern_in_its_name_is_read_and_not_its_neighbour(tmp_path: Path) -> None:
    for name, code in (("visits[1].parquet", "ours"), ("visits1.parquet", "theirs")):
        write_table(pd.DataFrame({"code": [code]}), tmp_path / name)
    path, scratch = tmp_path / "visits[1].parquet", tmp_path / "scratch"
    scratch.mkdir()
    with scratch_database(scratch, [path]) as connection:
        table = SourceFile(path, connection, scratch).load(["code"], "visits")
        assert connection.execute("SELECT c0 FROM visits").fetchall() == [("ours",)]
    assert table.header == ["code"]


def test_values_reach_a_query_as_they_are() -> None:
    with sql.connect() as connection:
        sql.set_variables(connection, seed=2**63 - 1, code="'; DROP TABLE runs --")
        found = connection.execute("SELECT getvariable('seed'), getvariable('code')").fetchone()
    assert found == (2**63 - 1, "'; DROP TABLE runs --")


def test_a_query_that_takes_more_than_its_memory_ends(tmp_path: Path) -> None:
    settings: dict[str, sql.Setting] = {
        "memory_limit": "20MB",
        "temp_directory": str(tmp_path / "spilled"),
        "max_temp_directory_size": "20MB",
    }
    with sql.connect(folder=tmp_path, settings=settings) as connection, pytest.raises(duckdb.OutOfMemoryException):
        connection.execute("SELECT a.range FROM range(100000) a, range(300) b ORDER BY hash(a.range + b.range)")


def test_an_endless_query_ends_with_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for the query is interrupted at once, mostly before the query has begun."""
    endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c WHERE a.range * b.range = -1"

    def interrupted(_: Future[object]) -> None:
        raise KeyboardInterrupt

    with sql.connect() as connection, sql.interruptible(connection) as run:
        with monkeypatch.context() as patch:
            patch.setattr(Future, "result", interrupted)
            with pytest.raises(KeyboardInterrupt):
                run(lambda: connection.execute(endless))
        assert run(lambda: connection.execute("SELECT 1").fetchone()) == (1,)


def test_a_connection_serves_the_folders_below_its_own_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "one" / "visits").mkdir(parents=True)
    with sql.connection_in(tmp_path / "one") as first, sql.connection_in(tmp_path / "one" / "visits") as second:
        first.execute("CREATE OR REPLACE TABLE kept AS SELECT 1 AS n")
        assert second.execute("SELECT n FROM kept").fetchone() == (1,)
        with pytest.raises(duckdb.Error, match="Permission"):
            sql.copy_to_parquet(second, "kept", tmp_path / "two.parquet")
    assert sum(process == os.getpid() for process, _ in sql._by_folder) <= sql._MOST_FOLDERS
