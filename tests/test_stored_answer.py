"""Answers that no table gives: kept as they were described, read back as data, laid out the same, asked in SQL."""

import csv
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sim.analysis.assumptions import Wanted
from sim.cli import main
from sim.department.scenario import ScenarioError
from sim.register.draws import shipped_cube
from sim.register.rows import read_register
from sim.report.assumptions_report import register_answer, register_table
from sim.report.conditioning_report import conditioning_answer, conditioning_sheets, conditioning_table
from sim.report.description import Finding, FindingLine, Points, Section, TextTable, Typed, Written
from sim.report.html_page import Picture
from sim.report.safe_drawing import refuse_unsafe, trimmed_drawing
from sim.report.stored_answer import StoredAnswer, answer_text, read_answer, stored_answer, stored_markdown
from sim.report.study_report import StudyFacts, stored_report
from tests.run_json import assert_as_documented

pytestmark = pytest.mark.end_to_end

SVG = '<svg viewBox="0 0 1 1"><g id="a" style="fill: #fff"><path d="M 0 1.23456"/></g><text>a</text></svg>'
FACTS = StudyFacts(study="journey", command=("peered", "study=journey", "output=out"))


def described() -> StoredAnswer:
    """Every kind of block and a drawing."""
    blocks = [
        TextTable([("", "a"), ("head", ""), ("b", "1")], (1,)),
        "text",
        Points(["one", "two"]),
        Typed(["peered"]),
        Written("`code`"),
    ]
    finding = Finding("What?", (FindingLine("How sure", "not at all"),))
    return stored_answer(finding, [Section("", blocks), Section("More", ["x"])], [Picture("p", "P", SVG, "p.png")])


def test_an_answer_is_read_back_as_it_was_described_and_laid_out_the_same(tmp_path: Path) -> None:
    answer = described()
    (tmp_path / "answer.json").write_text(answer_text(answer), encoding="utf-8")
    again = read_answer(tmp_path / "answer.json")
    assert again == answer
    assert stored_report(again, FACTS) == stored_report(answer, FACTS)
    page = stored_markdown(again, FACTS.command)
    assert "![P](p.png)" in page
    assert page.endswith("    peered study=journey\n")
    assert "<figure" in stored_report(again, FACTS)


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("question", 7, "question"),
        ("lines", [{"label": "a"}], "lines.0.text"),
        ("sections", [{"title": "a", "blocks": []}], "sections.0.blocks"),
        ("sections", [{"title": "", "blocks": [{"kind": "table", "rows": [["a"], ["b", "c"]]}]}], "differ in length"),
        ("sections", [{"title": "", "blocks": [{"kind": "script", "text": "a"}]}], "sections.0.blocks.0"),
        ("pictures", [{"name": "p", "caption": "", "svg": "<svg><script/></svg>"}], "pictures.0"),
        ("pictures", [{"name": "p", "caption": "", "svg": SVG, "file": "http://a"}], "pictures.0.file"),
        ("more", 1, "more"),
    ],
)
def test_an_answer_that_is_not_as_written_is_refused_by_place(
    name: str, value: object, named: str, tmp_path: Path
) -> None:
    changed = json.loads(answer_text(described())) | {name: value}
    (tmp_path / "answer.json").write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_answer(tmp_path / "answer.json")
    assert named in str(caught.value)


SPACE = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<g onload="alert(1)"/>',
        "<foreignObject><p/></foreignObject>",
        '<use xlink:href="https://example.invalid/a.svg#b"/>',
        '<image href="file:///etc/passwd"/>',
        '<image href="data:image/svg+xml;base64,AAAA"/>',
        '<path style="fill: url(https://example.invalid/a)"/>',
        '<path style="fill: ur\\6c(https://example.invalid/a)"/>',
        "<style>@import 'https://example.invalid/a'</style>",
        "<title><g/></title>",
        '<a href="#x"/>',
        '<animate attributeName="href"/>',
        '<x:script xmlns:x="http://www.w3.org/2000/svg"/>',
        "<![CDATA[<script>]]>",
        "<g>",
    ],
)
def test_a_drawing_that_runs_or_fetches_anything_is_refused(inside: str) -> None:
    refuse_unsafe(f'<svg {SPACE} viewBox="0 0 1 1"><g id="a" clip-path="url(#b)"/></svg>')
    with pytest.raises(ValueError, match="drawing"):
        refuse_unsafe(f'<svg {SPACE} viewBox="0 0 1 1">{inside}</svg>')


def test_a_drawing_with_a_declaration_is_refused() -> None:
    with pytest.raises(ValueError, match="declaration"):
        refuse_unsafe(f'<!DOCTYPE svg [<!ENTITY a "b">]><svg {SPACE}>&a;</svg>')
    assert "DOCTYPE" not in trimmed_drawing(f"<!DOCTYPE svg><svg {SPACE} viewBox='0 0 1 1'/>")


# --- the register in use


def test_rows_are_found_by_word_source_grade_and_file() -> None:
    row = replace(
        next(iter(read_register().values())),
        id="AAA01", quantity="Nurse minutes", source="Author A. 2020", grade="B",
        places=("department.x.nurse",), files=("department/default.yaml",),
    )  # fmt: skip
    for wanted in (
        Wanted(), Wanted(words=["nurse", "AAA01"]), Wanted(words=["department.x"]), Wanted(sources=["author", "other"]),
        Wanted(grades=["A", "B"]), Wanted(files=["department"]), Wanted(["MINUTES"], ["2020"], ["B"], ["default.yaml"]),
    ):  # fmt: skip
        assert wanted.holds(row), wanted
    for wanted in (Wanted(words=["nurse", "peer"]), Wanted(sources=["B"]), Wanted(grades=["A"]), Wanted(files=["x"])):
        assert not wanted.holds(row), wanted
    assert Wanted(words=["a", "b"], grades=["A", "C"]).text() == "words a and b, grade A or C"
    assert register_answer([], 9, "grade A", "x").table("Rows of the register") == []


def test_the_register_in_use_is_kept_shown_again_and_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], looked_at: Callable[[Path], None]
) -> None:
    folder = tmp_path / "out"
    words = ["study=assumptions", "study.grade=[A,B]", "study.word=[physician]", "study.file=[department]"]
    assert main([*words, f"output={folder}"]) == 0
    shown = capsys.readouterr().out
    with (folder / "register.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows
    assert {row["grade"] for row in rows} <= {"A", "B"}
    assert all(row["key"] and row["file"] for row in rows)
    assert all(row["id"] in shown and row["key"].split()[0] in shown for row in rows)
    assert main(["study=results", f"run={folder}"]) == 0
    assert capsys.readouterr().out.strip() in shown
    for name in ("report.html", "answer.md"):
        again = tmp_path / f"again.{name.partition('.')[2]}"
        assert main(["study=report", f"run={folder}", f"export={again}"]) == 0
        assert again.read_bytes() == (folder / name).read_bytes()
    file = tmp_path / "asked.csv"
    query = "query=SELECT grade, count(*) AS n FROM register GROUP BY grade ORDER BY grade"
    assert main(["study=results", f"run={folder}", query, f"export={file}"]) == 0
    with file.open(encoding="utf-8", newline="") as lines:
        assert sum(int(row["n"]) for row in csv.DictReader(lines)) == len(rows)
    assert main(["study=results", f"run={folder}", f"export={tmp_path / 'all.xlsx'}"]) == 0
    assert zipfile.is_zipfile(tmp_path / "all.xlsx")
    assert main(["study=results", f"run={folder}", "table=registre"]) == 2
    assert "did you mean register" in capsys.readouterr().err
    assert_as_documented(folder / "run.json")
    looked_at(folder / "report.html")


def test_every_row_in_use_has_a_key() -> None:
    table = register_table(
        [replace(row, places=("a.b.0", "a.b.1"), files=("a/b.yaml",)) for row in read_register().values()]
    )
    assert (table["key"] != "").all()
    assert "a.b" in set(table["key"])


# --- draws that look published


def test_a_conditioning_says_what_its_table_holds(tmp_path: Path, looked_at: Callable[[Path], None]) -> None:
    from sim.calibration.conditioning import condition
    from tests.test_conditioning import TOY, toy

    found = condition(toy, shipped_cube(), TOY, 50, seed=2, wave=100)
    answer, table = conditioning_answer(found, weeks=8), conditioning_table(found)
    shown = answer.table("Row by row")[1:]
    assert [row[0] for row in shown] == table["row"].tolist()
    assert [row[5] for row in shown[:2]] == [f"{100 * share:.0f} %" for share in table["inside"][:2]]
    assert float(shown[0][3]) == pytest.approx(table["median"][0], abs=0.00501)
    assert answer.lines[0].text.startswith("50 draws of ")
    assert [sheet.name for sheet in conditioning_sheets(found)] == ["rows", "waves"]
    facts = FACTS.model_copy(update={"study": "conditioning", "seed": 2, "replications": 1, "confidence": 0.95})
    page = stored_report(StoredAnswer.model_validate_json(answer_text(answer)), facts)
    assert page == stored_report(answer, facts)
    assert "ISPOR-SMDM" in page
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    looked_at(tmp_path / "report.html")
