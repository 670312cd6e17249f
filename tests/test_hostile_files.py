"""Files that are broken or meant harm: one clear message each, exit code 2, nothing written."""

import errno
import gzip
import os
import stat
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from sim.calibration.calibrate import calibrate
from sim.cli import main
from sim.io import bounded_reader
from sim.visits import raw_table
from sim.visits.column_map import ColumnMap
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import inspect_visits, read_visits

HEADER = "t,a\n"
ROW = "2024-01-01 10:00,3\n"
MAP = "arrival: {kind: timestamp, column: t}\nacuity: {column: a, recode: {'3': 3}}\n"
TIMES = ColumnMap.model_validate(
    {"arrival": {"kind": "timestamp", "column": "t"}, "acuity": {"column": "a", "recode": {"3": 3}}}
)


def week(times: list[str]) -> str:
    return HEADER + "".join(f"{time},3\n" for time in times)


def text(words: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / "visits.csv").write_text(words, encoding="utf-8")
        return folder / "visits.csv"

    return make


def data(content: bytes, name: str = "visits.csv") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def packed_bomb(folder: Path) -> Path:
    """80 MiB of one row, a thousandth of that on disk."""
    block = (f"2024-01-01 10:00,3{' ' * 1000}\n" * 1024).encode()
    with gzip.open(folder / "visits.csv.gz", "wb") as file:
        file.write(HEADER.encode())
        for _ in range(80):
            file.write(block)
    return folder / "visits.csv.gz"


def zipped_bomb(folder: Path) -> Path:
    with (
        zipfile.ZipFile(folder / "visits.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("v.csv", "w") as file,
    ):
        file.write(HEADER.encode())
        for _ in range(80):
            file.write((f"2024-01-01 10:00,3{' ' * 1000}\n" * 1024).encode())
    return folder / "visits.zip"


def zipped(*names: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        with zipfile.ZipFile(folder / "visits.zip", "w") as archive:
            for name in names:
                archive.writestr(name, HEADER + ROW)
        return folder / "visits.zip"

    return make


def cut_short(folder: Path) -> Path:
    whole = gzip.compress((HEADER + ROW * 5000).encode())
    (folder / "visits.csv.gz").write_bytes(whole[: len(whole) // 2])
    return folder / "visits.csv.gz"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "visits.csv")
    return folder / "visits.csv"


def a_folder(folder: Path) -> Path:
    (folder / "visits.csv").mkdir()
    return folder / "visits.csv"


HOSTILE = {
    "wrong encoding": (data("t,a,ö\n2024-01-01 10:00,3,å\n".encode("latin-1")), "set `encoding` in the column map"),
    "UTF-16": (data((HEADER + ROW).encode("utf-16")), "perhaps to utf-16"),
    "UTF-16 without its mark": (data((HEADER + ROW).encode("utf-16-le")), "line 1 holds NUL characters"),
    "NUL in a cell": (data(b"t,a\n2024-01-01 10:00,\x003\n"), "line 2 holds NUL characters"),
    "a column twice": (text("t,a,t\n2024-01-01 10:00,3,x\n"), "the header names 't' more than once"),
    "500 other columns": (
        text(",".join(f"c{k}" for k in range(500)) + "\n" + ",".join("1" * 500) + "\n"),
        "'c11' and 488 more columns",
    ),
    "too many columns": (text(",".join(f"c{k}" for k in range(10_001)) + "\n"), "has 10,001 columns"),
    "empty": (text(""), "the file is empty"),
    "header alone": (text(HEADER), "the file has no rows"),
    "one row": (text(HEADER + ROW), "is less than a week"),
    "times in three ways": (
        text(week(["2024-01-01 10:00", "01/02/2024 11:00", "02/03/2024 9:05 PM", "3 Jan 2024"])),
        "written in 3 ways",
    ),
    "rows longer than the header": (text(HEADER + "2024-01-01 10:00,3,9\n"), "row 1 has 3 cells, the header 2"),
    "formulas": (
        text(week(["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", '"=HYPERLINK(""http://x"")"'])),
        "a spreadsheet formula (such as '=1+1'); export values",
    ),
    "spreadsheet errors": (text(week(["#VALUE!", "#N/A", "#REF!"])), "a spreadsheet error (such as '#VALUE!')"),
    "a quote that is never closed": (text(HEADER + '"2024-01-01 10:00,3\n' + ROW * 9000), "field larger than"),
    "a line without end": (data(b"t,a\n" + b"x" * 3_000_000), "line 2 is longer than 1,048,576 characters"),
    "a spreadsheet by another name": (data(b"PK\x03\x04rest"), "is a zip archive or a spreadsheet, not text"),
    "Parquet by another name": (data(b"PAR1rest"), "is Parquet, not text"),
    "no Parquet": (data(b"no parquet", "visits.parquet"), "check that it is a table"),
    "another kind of file": (data(b"", "visits.xlsx"), "file type '.xlsx' is not read; save it as .csv"),
    "a packed bomb": (packed_bomb, "unpacks to more than 200 times its size (64 MiB)"),
    "a zipped bomb": (zipped_bomb, "unpacks to more than 200 times its size (64 MiB)"),
    "two files in one": (zipped("a.csv", "b.csv"), "holds 2 files"),
    "no table in a zip": (zipped("a.exe"), "holds 'a.exe', which is no table of text"),
    "a zip cut short": (data(b"PK\x03\x04 cut", "visits.zip"), "cannot be unpacked"),
    "a gzip cut short": (cut_short, "cannot be unpacked"),
    "no gzip": (data(b"no gzip at all", "visits.csv.gz"), "cannot be unpacked"),
    "a folder": (a_folder, "a folder; not a regular file"),
    "a pipe": (pipe, "a pipe, a socket or a device; not a regular file"),
    "nothing there": (lambda folder: folder / "visits.csv", "No such file or directory"),
    "XML that calls for a file": (
        data(b'<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]><log>&x;</log>', "visits.xes"),
        "declares a document type",
    ),
    "XML cut short": (data(b"<log><trace>", "visits.xes"), "is no well-formed XML"),
    "XML of another kind": (data(b"<html></html>", "visits.xes"), "its outermost element is <html>, not <log>"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_gets_one_clear_message_and_exit_code_2_and_nothing_is_written(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, words = HOSTILE[kind]
    folder, maps, output = tmp_path / "files", tmp_path / "maps", tmp_path / "out"
    folder.mkdir()
    (maps / "visits").mkdir(parents=True)
    (maps / "visits" / "mine.yaml").write_text(MAP, encoding="utf-8")
    path = make(folder)
    code = main(["study=calibrate", f"visits={path}", "study.map=mine", f"configs={maps}", f"output={output}"])
    said = capsys.readouterr()
    assert code == 2
    assert words in " ".join(said.err.split())
    assert str(path) in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert not output.exists()


def not_allowed(*_: object) -> int:
    raise PermissionError(errno.EACCES, "Permission denied")


def test_a_file_that_may_not_be_read_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = text(HEADER + ROW)(tmp_path)
    path.chmod(stat.S_IWUSR)
    monkeypatch.setattr(bounded_reader.os, "open", not_allowed)  # root may read everything
    with pytest.raises(ValueError, match=r"cannot be read \(Permission denied\)"):
        inspect_visits(path, TIMES)


def test_a_file_of_five_hundred_columns_is_read_if_those_of_the_map_are_among_them(tmp_path: Path) -> None:
    names = [f"c{k}" for k in range(498)]
    path = text(",".join(["t", *names, "a"]) + "\n" + ",".join(["2024-01-01 10:00", *names, "3"]) + "\n")(tmp_path)
    frame = read_visits(path, TIMES).frame
    assert frame["acuity"].tolist() == [3.0]


def test_a_packed_table_that_unpacks_as_tables_do_is_read(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-01 {k // 60:02d}:{k % 60:02d},3\n" for k in range(1440))
    (tmp_path / "visits.csv.gz").write_bytes(gzip.compress((HEADER + rows).encode()))
    with zipfile.ZipFile(tmp_path / "visits.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("visits.csv", HEADER + rows)
    for name in ("visits.csv.gz", "visits.zip"):
        assert len(read_visits(tmp_path / name, TIMES).frame) == 1440


def test_scratch_files_are_gone_when_a_file_was_read_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    read_visits(text(HEADER + ROW)(tmp_path), TIMES)
    with pytest.raises(ValueError, match="more than once"):
        read_visits(text("t,a,t\n")(tmp_path), TIMES)
    assert list(scratch.iterdir()) == []


def test_the_tables_of_a_calibration_hold_no_formula(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-{1 + k // 24:02d} {k % 24:02d}:00,3\n" for k in range(14 * 24))
    path = text(HEADER + rows + "=cmd(1),3\n")(tmp_path)
    quality = read_visits(path, TIMES).quality
    assert ",'=cmd(1)," in quality.table_text()
    assert ",=cmd" not in quality.table_text()


def test_a_file_name_with_a_line_end_puts_no_line_into_the_demand(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-{1 + k // 24:02d} {k % 24:02d}:00,3\n" for k in range(14 * 24))
    path = tmp_path / "a\nname: b.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    written = calibrate(path, TIMES, name="ours", output=tmp_path / "out").path("demand").read_text(encoding="utf-8")
    assert [line for line in written.splitlines() if line.startswith("name:")] == ["name: ours"]


def test_an_output_that_cannot_be_written_to_is_refused_and_the_file_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"2024-01-{1 + k // 24:02d} {k % 24:02d}:00,3\n" for k in range(14 * 24))
    path = text(HEADER + rows)(tmp_path)
    (tmp_path / "visits").mkdir()
    (tmp_path / "visits" / "mine.yaml").write_text(MAP, encoding="utf-8")
    command = ["study=calibrate", f"visits={path}", "study.map=mine", f"configs={tmp_path}", f"output={path}/out"]
    assert main(command) == 2
    assert "cannot be written to; name a folder elsewhere" in " ".join(capsys.readouterr().err.split())
    assert path.read_text(encoding="utf-8") == HEADER + rows


def test_dates_over_more_than_a_hundred_years_are_refused_before_anything_is_made_for_every_day(tmp_path: Path) -> None:
    days = [(year, k) for year in (1905, 2024) for k in range(14 * 24)]
    rows = "".join(f"{year}-01-{1 + k // 24:02d} {k % 24:02d}:00,3\n" for year, k in days)
    path = text(HEADER + rows)(tmp_path)
    with pytest.raises(ValueError, match=r"43,478 days, more than the 36,525"):
        calibrate(path, TIMES, name="ours", output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_format_of_times_that_is_none_is_refused(tmp_path: Path) -> None:
    path = text(week(["2024-01-01 10:00"]))(tmp_path)
    with pytest.raises(ValueError, match="'%!' is not a format of strptime; correct `time_format`"):
        read_visits(path, TIMES.model_copy(update={"time_format": ("%!",)}))


@pytest.mark.parametrize("name", ["visits.csv", "visits.csv.gz", "visits.csv.zip", "visits.xes", "visits.parquet"])
def test_a_pipe_by_the_name_of_a_table_is_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(VisitsFileError, match="not a regular file"):
        read_visits(tmp_path / name, TIMES)


@pytest.mark.parametrize("name", ["visits.csv", "visits.parquet", "visits.csv.gz"])
def test_a_file_that_is_larger_than_any_table_of_visits_is_refused_unread(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_bytes(b"x" * 2000)
    monkeypatch.setattr(raw_table, "MOST_FILE_BYTES", 1000)
    with pytest.raises(VisitsFileError, match="2000 bytes; larger than the 1000 bytes read"):
        read_visits(tmp_path / name, TIMES)


def test_a_parquet_file_of_more_rows_than_there_are_visits_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = f"COPY (SELECT '2024-01-01 10:00' AS t, '3' AS a FROM range(50)) TO '{tmp_path / 'visits.parquet'}'"
    duckdb.sql(f"{written} (FORMAT parquet)")
    monkeypatch.setattr(raw_table, "MOST_PARQUET_ROWS", 40)
    with pytest.raises(VisitsFileError, match="50 rows, at most 40"):
        read_visits(tmp_path / "visits.parquet", TIMES)
