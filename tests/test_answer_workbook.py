"""Every study leaves a workbook beside its answer: labelled, with units, and nothing in it becomes a formula."""

import json
import math
import os
import re
import shlex
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.comparison_result import Comparison
from sim.cli import main
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import is_share, measure_and_part, part_text
from sim.io import workbook
from sim.io.workbook import Column, Sheet, save_workbook, write_workbook
from sim.report.comparison_answer import describe_comparison
from sim.report.description import Description, with_code
from sim.report.tables import answer_workbook
from sim.report.tables.answer_workbook import answer_sheets
from sim.report.words.comparison_finding import finding_of
from sim.runs.tables_on_disk import read_table

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure", "whole_workbooks")]
QUICK = ("study.weeks=1", "study.warm_up_weeks=0", "study.replications=2")
Cells = list[list[Any]]


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    overrides = ("study.weeks=1", "study.warm_up_weeks=0", "study.demand_levels=[1.0]")
    return sim.compare(["traditional", "peer_added"], *overrides, replications=2, seed=1)


def read(file: Path) -> dict[str, Cells]:
    """Sheets of a workbook as rows of cells: numbers as float, texts as str; a formula fails."""
    with zipfile.ZipFile(file) as book:
        names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
        pages = [book.read(f"xl/worksheets/sheet{number + 1}.xml").decode() for number in range(len(names))]
    assert not any("<f>" in page or "<f " in page for page in pages)
    return {name: rows_in(page) for name, page in zip(names, pages, strict=True)}


def rows_in(page: str) -> Cells:
    rows = []
    for row in re.findall(r"<row .*?</row>", page, re.DOTALL):
        cells: list[Any] = []
        for letters, body in re.findall(r'<c r="([A-Z]+)\d+"[^>]*>(.*?)</c>', row, re.DOTALL):
            place = sum((ord(letter) - 64) * 26**power for power, letter in enumerate(reversed(letters))) - 1
            cells += [None] * (place - len(cells))
            number = re.search(r"<v>(.*?)</v>", body)
            text = re.search(r"<t[^>]*>(.*?)</t>", body, re.DOTALL)
            cells.append(float(number[1]) if number else unescape(text[1]) if text else None)
        rows.append(cells)
    return rows


def readme_of(sheets: Mapping[str, Cells]) -> dict[str, Any]:
    return {row[0]: row[1] for row in sheets["README"][1:]}


def test_a_comparison_is_readable_without_its_code(comparison: Comparison, tmp_path: Path) -> None:
    command = ["peered", "--config-dir", "/of Ada's/own", "study.staffing=[a,b]", "output=/tmp/r"]
    facts = {"command": command, "versions": {"peered": "9.9"}, "seed": 5, "code": "abc"}
    write_workbook(answer_sheets(describe_comparison(comparison), facts), tmp_path / "a.xlsx")
    sheets = read(tmp_path / "a.xlsx")
    tables = ["summary", "estimates", "differences", "peer_day", "left_out", "costs", "worth", "cautions"]
    assert list(sheets) == ["finding", "README", *tables]
    told = readme_of(sheets)
    assert shlex.split(told["Command"]) == command[:-1]
    assert "'study.staffing=[a,b]'" in told["Command"], "or some shells take it for names of files"
    assert (told["PeerED version"], told["Seed"], told["Code"]) == ("9.9", 5, "abc")
    assert all(f"Sheet {name}" in told for name in list(sheets)[2:])
    assert len(sheets["estimates"]) == len(comparison.estimates) + 1
    assert len(sheets["differences"]) == len(comparison.differences) + 1
    assert "CAD a week" in " ".join(sheets["costs"][0])
    head, *rows = sheets["worth"]
    assert {row[head.index("Counted")] for row in rows} == {
        "staff time only", "with admissions", "with admissions and boarding",
    }  # fmt: skip
    assert [row[head.index("Worth of the differences (CAD a week)")] for row in rows] == pytest.approx(
        comparison.worth["mean"].tolist()
    )


def test_shares_of_the_summary_are_percent_and_differences_are_those_found(
    comparison: Comparison, tmp_path: Path
) -> None:
    write_workbook(answer_sheets(describe_comparison(comparison), {}), tmp_path / "a.xlsx")
    head, *rows = read(tmp_path / "a.xlsx")["summary"]
    name = "reach.mental_health"
    (found,) = comparison.difference_rows["peer_added", name]
    (row,) = [row for row in rows if row[0] == "Met by a peer"]
    assert row[2] == "%"
    assert row[head.index("Peers added: difference (% points for shares)")] == pytest.approx(100 * found["mean"])
    assert row[head.index("Peers added: interval from")] == pytest.approx(100 * found["low"])
    assert len(rows) == len({measure for _, measure in comparison.estimate_rows} & set(HEADLINE))


def test_estimates_stand_in_the_unit_of_their_row(comparison: Comparison, tmp_path: Path) -> None:
    write_workbook(answer_sheets(describe_comparison(comparison), {}), tmp_path / "a.xlsx")
    head, *rows = read(tmp_path / "a.xlsx")["estimates"]
    by_key = {(row[head.index("Staffing")], row[head.index("Key")]): row for row in rows}
    for name, factor, unit in (("reach.mental_health", 100, "%"), ("length_of_stay_mean.all", 1, "h")):
        (own,) = comparison.estimate_rows["peer_added", name]
        row = by_key["Peers added", name]
        assert row[head.index("Unit")] == unit
        assert row[head.index("Mean (in the unit of the row)")] == pytest.approx(factor * own["mean"])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "=cmd|' /C calc'!A0", "http://x.example", "{=1}"])
def test_text_never_becomes_a_formula_or_a_link(text: str, tmp_path: Path) -> None:
    write_workbook([Sheet(f"a {1}", [Column(text)], [(text, 1)])], tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx")["a 1"] == [[text], [text, 1.0]]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        assert "hyperlink" not in book.read("xl/worksheets/sheet1.xml").decode()


def test_a_number_without_bound_is_an_empty_cell_so_that_its_column_still_sorts(tmp_path: Path) -> None:
    rows = [(value, "text") for value in (1.5, math.inf, -math.inf, math.nan, np.float64("inf"), None)]
    write_workbook([Sheet("a", [Column("x"), Column("y")], rows)], tmp_path / "a.xlsx")
    assert [row[0] for row in read(tmp_path / "a.xlsx")["a"]] == ["x", 1.5, None, None, None, None, None]


def test_a_comparison_of_one_replication_has_no_text_among_its_numbers(tmp_path: Path) -> None:
    overrides = ("study.weeks=1", "study.warm_up_weeks=0", "study.demand_levels=[1.0]")
    alone = sim.compare(["traditional", "peer_added"], *overrides, replications=1, seed=1)
    alone.to_excel(tmp_path / "a.xlsx")
    sheets = read(tmp_path / "a.xlsx")
    head, *rows = sheets["estimates"]
    numbers = [head.index(name) for name in head if name.startswith(("Mean", "Interval"))]
    cells = [cell for row in rows for cell in row[numbers[0] : numbers[-1] + 1]]
    assert len(numbers) == 3
    assert not any(isinstance(cell, str) for cell in cells)
    assert "no bound" in readme_of(sheets)["Empty cells"]


def test_the_header_stays_in_sight_and_columns_have_room(tmp_path: Path) -> None:
    write_workbook([Sheet("a", [Column("x", "0.0")], [("y" * 40,), (1.25,)])], tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    assert 'ySplit="1"' in page
    assert 'state="frozen"' in page
    assert float(re.findall(r'width="([\d.]+)"', page)[0]) > 40
    assert 'formatCode="0.0"' in styles


def test_the_five_lines_of_a_finding_come_first(comparison: Comparison, tmp_path: Path) -> None:
    finding = finding_of(comparison)
    write_workbook(answer_sheets(describe_comparison(comparison), {}), tmp_path / "a.xlsx")
    lines = read(tmp_path / "a.xlsx")["finding"][1:]
    assert lines[0] == ["Question", finding.question]
    assert [row[0] for row in lines[1:]] == [line.label for line in finding.lines]
    assert lines[1][1] == finding.lines[0].text


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        (["study.staffing=[traditional,peer_added]", "study.demand_levels=[1.0]"], "differences"),
        (["study=run"], "estimates"),
        (["-m", "staffing=traditional,peer_added"], "differences"),
        (["study=breakeven", "staffing=peer_added", "study.points=2"], "curves"),
    ],
)
def test_every_study_leaves_a_workbook_that_is_known_as_its_own(
    words: list[str], holds: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [*words, *QUICK, f"output={tmp_path / 'r'}"]
    assert main(command) == 0, capsys.readouterr().err
    if holds != "estimates" and "study.demand_levels=[1.0]" not in words:
        # What grows is known by the names of its files: one it does not know would be refused now.
        assert main(command) == 0, capsys.readouterr().err
    sheets = read(tmp_path / "r" / "answer.xlsx")
    assert len(sheets[holds]) > 1
    assert "peered" in readme_of(sheets)["Command"]
    assert readme_of(sheets)["PeerED version"]
    assert not any("Written" in what for what in readme_of(sheets))
    assert next(iter(sheets)) == "finding"
    page = (tmp_path / "r" / "answer.md").read_text(encoding="utf-8")
    for label, text in sheets["finding"][2:]:
        assert f"- **{label}**: {with_code(text)}\n" in page


def test_what_a_net_benefit_is_made_of_stands_in_units_with_labels(tmp_path: Path) -> None:
    words = [
        "study=breakeven",
        "staffing=peer_added",
        "study.points=2",
        "study.worth.left_unseen.cad_per_unit=-5000",
    ]
    assert main([*words, *QUICK, f"output={tmp_path / 'r'}"]) == 0
    head, *rows = read(tmp_path / "r" / "answer.xlsx")["parts"]
    stored = read_table(tmp_path / "r" / "worth.parquet")
    assert len(rows) == len(stored) > 0
    for row, of_it in zip(rows, stored.to_dict("records"), strict=True):
        cells = dict(zip(head, row, strict=True))
        measure, part = measure_and_part(of_it["measure"])
        factor = 100.0 if is_share(measure) else 1.0
        assert (cells["Staffing"], cells["Valued"]) == ("Peers added", measure.label)
        assert cells["Of which visits, role or place"] == part_text(part)
        assert cells["Unit"] == ("% points" if factor > 1.0 else measure.unit)
        difference = cells["Difference from the baseline (in the unit of the row)"]
        assert difference == pytest.approx(factor * of_it["difference"])
        assert cells["Half-width of its interval"] == pytest.approx(factor * of_it["half_width"])
        assert difference * cells["Worth of one unit more (CAD)"] == pytest.approx(cells["Worth (CAD a week)"])
        assert cells["Counted in (study.presets)"] == of_it["presets"]
    head, *rows = read(tmp_path / "r" / "answer.xlsx")["curves"]
    assert [row[head.index("Counted")] for row in rows][:3] == ["staff time only"] * 3
    assert len(rows) == 3 * 3, "three effects by three presets"
    assert "| -50 CAD |".replace("-", "−") in (tmp_path / "r" / "answer.md").read_text(encoding="utf-8")


def test_a_staffing_that_nothing_is_compared_with_has_intervals_and_no_baseline(tmp_path: Path) -> None:
    assert main(["study=run", "staffing=peer_added", *QUICK, f"output={tmp_path / 'r'}"]) == 0
    sheets = read(tmp_path / "r" / "answer.xlsx")
    assert not any("baseline" in name for name in sheets["costs"][0])
    head, *rows = sheets["summary"]
    own = read_table(tmp_path / "r" / "estimates.parquet").set_index("measure").loc["reach.mental_health"]
    (row,) = [row for row in rows if row[0] == "Met by a peer"]
    found = [row[head.index(f"Peers added: {what}")] for what in ("mean", "interval from", "interval to")]
    assert found == pytest.approx([100 * own[name] for name in ("mean", "low", "high")])


def test_hours_against_the_baseline_are_told_as_on_the_terminal(comparison: Comparison, tmp_path: Path) -> None:
    write_workbook(answer_sheets(describe_comparison(comparison), {}), tmp_path / "a.xlsx")
    head, _, of_peers = read(tmp_path / "a.xlsx")["costs"]
    assert of_peers[head.index("Hours a week against the baseline")] == "+108 peer support"


@pytest.mark.parametrize(
    "words",
    [
        ["study.staffing=[traditional,ours]", "study.demand_levels=[1.0]"],
        ["-m", "staffing=traditional,ours"],
        ["study=breakeven", "staffing=ours", "study.points=2"],
    ],
)
def test_the_command_of_every_study_names_the_folder_of_own_settings(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "of Ada's"
    (folder / "staffing").mkdir(parents=True)
    (folder / "staffing" / "ours.yaml").write_text("defaults: [peer_added]\nlabel: Ours\n", encoding="utf-8")
    assert main(["--config-dir", str(folder), *words, *QUICK, "output=r"]) == 0
    recorded = json.loads((tmp_path / "r" / "run.json").read_text(encoding="utf-8"))["command"]
    typed = shlex.split(readme_of(read(tmp_path / "r" / "answer.xlsx"))["Command"])
    assert recorded[: len(typed)] == typed
    assert main([*typed[1:], "output=again"]) == 0
    assert (tmp_path / "again" / "answer.xlsx").read_bytes() == (tmp_path / "r" / "answer.xlsx").read_bytes()


def test_a_workbook_that_cannot_be_written_costs_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(answer_workbook, "write_workbook", full)
    assert main(["study=run", *QUICK, f"output={tmp_path / 'r'}"]) == 1
    assert "answer.xlsx (No space left on device)" in " ".join(capsys.readouterr().err.split())
    kept = {path.name for path in (tmp_path / "r.unfinished").iterdir()}
    assert {"answer.md", "estimates.parquet", "costs.parquet"} <= kept
    assert not any("xlsx" in name for name in kept)


def test_the_same_sheets_give_the_same_bytes_whenever_they_are_written(tmp_path: Path) -> None:
    contents = []
    for name in ("first.xlsx", "later.xlsx"):
        write_workbook([Sheet("a", [Column("x")], [(1,), ("text",)])], tmp_path / name)
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
    with zipfile.ZipFile(tmp_path / "first.xlsx") as book:
        assert re.findall(r">(\d{4})-[^<]*Z<", book.read("docProps/core.xml").decode()) == ["1980", "1980"]
        assert {entry.date_time[0] for entry in book.infolist()} == {1980}


def test_a_disk_that_fails_is_an_error_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_workbook([Sheet("a", [Column("x")], [(1,)])], tmp_path / "nowhere" / "a.xlsx")


def test_a_large_sweep_says_what_its_sheets_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Description] = []

    def kept(answer: Description, facts: Any) -> list[Sheet]:
        seen.append(answer)
        return answer_sheets(answer, facts)

    monkeypatch.setattr("sim.studies.sweep.answer_sheets", kept)
    assert main(["-m", "staffing=traditional,peer_added", *QUICK, f"output={tmp_path / 'r'}"]) == 0
    monkeypatch.setattr(answer_workbook, "MOST_SHEET_CELLS", 400)
    write_workbook(answer_sheets(seen[0], {}), tmp_path / "a.xlsx")
    sheets = read(tmp_path / "a.xlsx")
    assert {row[-1] for row in sheets["estimates"][1:]} <= set(HEADLINE)
    left_out = [row[1] for row in sheets["README"] if row[0] == "Left out"]
    assert any("estimates.parquet" in text for text in left_out)
    assert len(sheets["summary"]) == 3


def test_a_file_is_not_written_over_unless_asked(tmp_path: Path) -> None:
    sheets = [Sheet("a", [Column("x")], [(1,)])]
    file = tmp_path / "a.xlsx"
    save_workbook(sheets, file)
    before = file.read_bytes()
    with pytest.raises(FileExistsError, match="overwrite=True"):
        save_workbook([replace(sheets[0], rows=[(2,)])], file)
    assert file.read_bytes() == before
    save_workbook([replace(sheets[0], rows=[(2,)])], file, overwrite=True)
    assert read(file)["a"] == [["x"], [2.0]]
    with pytest.raises(ValueError, match=r"ends in \.xlsx"):
        save_workbook(sheets, tmp_path / "a.csv")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_writing_over_a_file_keeps_who_may_read_it(tmp_path: Path) -> None:
    sheets = [Sheet("a", [Column("x")], [(1,)])]
    file = tmp_path / "a.xlsx"
    save_workbook(sheets, file)
    for mode in (0o640, 0o600, 0o664):
        file.chmod(mode)
        save_workbook(sheets, file, overwrite=True)
        assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_file_that_appears_while_a_workbook_is_written_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"

    def rows() -> Iterator[tuple[object, ...]]:
        file.write_text("of somebody else")
        yield (1,)

    with pytest.raises(FileExistsError, match="overwrite=True"):
        save_workbook([Sheet("a", [Column("x")], rows())], file)
    assert file.read_text() == "of somebody else"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such folder; make it, or name another") as caught:
        save_workbook([Sheet("a", [Column("x")], [(1,)])], tmp_path / "nowhere" / "a.xlsx")
    assert "partial" not in str(caught.value)


def test_what_fails_leaves_the_earlier_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.xlsx"
    save_workbook([Sheet("a", [Column("x")], [(1,)])], file)
    before = file.read_bytes()
    monkeypatch.setattr(workbook, "MOST_SHEET_ROWS", 2)
    with pytest.raises(OSError, match="a sheet takes 2"):
        save_workbook([Sheet("a", [Column("x")], [(1,)] * 3)], file, overwrite=True)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
