"""What holds of the tables of every results folder, whichever study wrote it."""

from sim.runs.result_tables import Results


def assert_every_file_is_in_a_table(results: Results) -> None:
    """No table of the folder, however deep, is left out; and each has the size that is said."""
    table = results.summary()
    files = [file for file in results.folder.rglob("*") if file.suffix in (".parquet", ".csv")]
    assert table["files"].sum() == len(files)
    for name, row in table.iterrows():
        assert row["rows"] == len(results[str(name)])
        assert set(row["names"].split(", ")) <= set(results[str(name)])
