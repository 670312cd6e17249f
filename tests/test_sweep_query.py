"""The tables of a sweep answer questions in SQL and leave as files, whatever is in them, and are never changed."""

import csv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.sweep_query import problems_of_asking, with_swept_keys
from sim.cli import main
from sim.io import workbook
from sim.runs import playing
from sim.runs.tables_on_disk import read_table
from tests.plays import PlantedRun, by_run

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]

SWEEP = ["-m", "demand.growth=0.2,0.3", "effects=none,evidence", "study.weeks=1", "study.replications=2"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sweep of four scenarios; one run of the last has failed."""
    place = tmp_path_factory.mktemp("sweep") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(playing, "play_task", by_run(fails_once))
        assert main([*SWEEP, "study.visits=true", f"output={place}"]) == 1
    return place


def fails_once(task: PlantedRun) -> Mapping[str, float] | str | None:
    if task.label == "demand.growth=0.3 effects=evidence" and task.key.replication == 1:
        return "Traceback\n=cmd|' /C calc'!A0"
    return None


def answer(folder: Path, query: str, tmp_path: Path) -> list[dict[str, str]]:
    file = tmp_path / "answer.csv"
    assert main(["study=results", f"run={folder}", f"query={query}", f"export={file}"]) == 0
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_swept_keys_are_columns_and_numbers_are_numbers(folder: Path, tmp_path: Path) -> None:
    query = 'SELECT effects, sum("demand.growth") AS total FROM scenarios GROUP BY effects ORDER BY effects'
    assert answer(folder, query, tmp_path) == [
        {"effects": "evidence", "total": "0.5"},
        {"effects": "none", "total": "0.5"},
    ]


@pytest.mark.parametrize(
    ("label", "keys"),
    [
        ("demand.growth=1 staffing=peer_247", {"demand.growth": 1, "staffing": "peer_247"}),
        ("+staffing.nurse.shifts.x={start: '10:00', days: [sat, sun]} seed=1", {"seed": 1}),
        ("night coverage", {}),
    ],
)
def test_a_label_is_read_as_the_keys_it_is_made_of(label: str, keys: dict[str, object]) -> None:
    (row,) = with_swept_keys({"abc": label}).to_dict("records")
    assert {key: row.get(key) for key in keys} == keys
    assert len(row) - 3 >= len(keys)


def test_every_table_can_be_asked_also_for_visits_and_failures(folder: Path, tmp_path: Path) -> None:
    query = (
        "SELECT (SELECT count(*) FROM failed) AS failed, (SELECT count(DISTINCT scenario) FROM visits) AS visited, "
        "(SELECT count(*) FROM replications WHERE status = 'failed') AS rows, "
        "(SELECT count(DISTINCT label) FROM differences) AS others, (SELECT max(n) FROM estimates) AS n"
    )
    assert answer(folder, query, tmp_path) == [{"failed": "1", "visited": "4", "rows": "1", "others": "3", "n": "2"}]


def test_what_is_asked_is_what_stands_in_the_files(folder: Path, tmp_path: Path) -> None:
    for name in ("estimates", "differences", "replications"):
        file = tmp_path / f"{name}.csv"
        assert main(["study=results", f"run={folder}", f"table={name}", f"export={file}"]) == 0
        written = pd.read_csv(file).fillna({"measure": ""})
        pd.testing.assert_frame_equal(written, read_table(folder / f"{name}.parquet"), check_dtype=False)


def test_nothing_in_the_folder_is_changed(folder: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    answer(folder, "SELECT * FROM estimates", tmp_path)
    assert main(["study=results", f"run={folder}", "table=visits", f"export={tmp_path / 'visits.csv'}"]) == 0
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_text_in_a_sheet_stays_text_and_numbers_are_numbers(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "failed.xlsx"
    query = (
        "query=SELECT split_part(traceback, chr(10), 2) AS why, replication, '-1+1' AS sum, '@x' AS name FROM failed"
    )
    assert main(["study=results", f"run={folder}", query, f"export={file}"]) == 0
    with zipfile.ZipFile(file) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    for text in ("=cmd|' /C calc'!A0", "-1+1", "@x"):
        assert f">{text}</t>" in sheet
    assert "<v>1</v>" in sheet


def test_more_than_a_sheet_takes_is_told_and_leaves_no_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(workbook, "MOST_SHEET_ROWS", 5)
    words = ["study=results", f"run={folder}", "table=estimates", f"export={tmp_path / 'a.xlsx'}"]
    assert main(words) == 2
    assert "a sheet takes 5: export a .csv" in " ".join(capsys.readouterr().err.split())
    assert main([*words[:2], "query=SELECT repeat('x', 40000) AS x", words[3]]) == 2
    assert "40,000 characters in one cell" in " ".join(capsys.readouterr().err.split())
    assert list(tmp_path.iterdir()) == []


def test_the_first_rows_are_shown_on_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study=results", f"run={folder}", "query=SELECT range AS i, NULL AS gap FROM range(100)"]) == 0
    said = capsys.readouterr().out
    assert "39" in said
    assert "40 " not in said.replace("The first 40 rows", "")
    assert "The first 40 rows; all of them with export=" in said


@pytest.mark.parametrize(
    ("query", "remedy"),
    [
        ("DROP TABLE estimates", "one SELECT"),
        ("COPY estimates TO 'x.csv'", "one SELECT"),
        ("SELECT 1; SELECT 2", "one SELECT"),
        ("SELECT FROM WHERE", "syntax error"),
        ("", "one SELECT"),
    ],
)
def test_a_query_reads_and_does_nothing_else(query: str, remedy: str) -> None:
    (problem,) = problems_of_asking(query, None, None)
    assert remedy in problem.remedy


def test_all_that_is_wrong_with_a_question_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study=results", "query=DROP TABLE x", "table=estimatse", "export=/nowhere/answer.pdf"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    for remedy in (
        "needs run=FOLDER",
        "one SELECT",
        "did you mean estimates",
        "leave one of the two out",
        ".csv or .xlsx",
    ):
        assert told.count(remedy) == 1
    assert "name a file in a folder that is there" in told


def test_a_name_that_is_not_there_is_told_with_the_tables_there_are(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study=results", f"run={folder}", "query=SELECT * FROM runs_of_mine"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "runs_of_mine does not exist" in told
    assert "the tables are differences, estimates, failed, replications, scenarios, visits" in told


@pytest.mark.parametrize("word", ["query=SELECT 1", "table=estimates", "export=x.csv"])
def test_other_studies_refuse_what_is_for_results(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study=assumptions", word]) == 2
    assert "is for study=results" in capsys.readouterr().err
