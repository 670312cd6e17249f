"""The tables of the results folder of any study, for whoever asks in SQL, and as files of other programs.

A sweep, whose tables are made from its runs, has `sim.analysis.sweep_query`. Nothing in a folder is changed.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sim.analysis.sweep_query import QueryResult, asked, database_of_tables
from sim.io import sql
from sim.runs.received_sweep import refuse_unreadable
from sim.runs.result_tables import Results

TABLES_FIRST = ("estimates", "validation", "rows", "register", "journey", "sizes")
"""What is exported unless another table is named: the first of these that a folder has, or else its first."""


def table_exported(results: Results) -> str:
    """The table that stands for a folder."""
    return next((name for name in TABLES_FIRST if name in results), next(iter(results)))


@contextmanager
def queried_tables(results: Results, query: str) -> Iterator[QueryResult]:
    """The answer to a query; the tables that it names are copied into a database of their own.

    Raises ScenarioError for tables that cannot be read or are too large for memory, and for what is wrong with the
    query.
    """
    named = [name for name in results if re.search(rf"\b{re.escape(name)}\b", query, re.IGNORECASE)]
    with database_of_tables() as (database, settings):
        with (
            refuse_unreadable(results.folder, "tables that cannot be copied"),
            sql.connect((), database.parent, database, settings=settings) as connection,
        ):
            for name in named:
                connection.register("given", results[name])
                connection.execute(f"CREATE TABLE {sql.identifier(name)} AS SELECT * FROM given")
                connection.unregister("given")
        with asked(query, list(results), database, settings) as found:
            yield found
