"""The face-validity table is the protocol's, and every row is judged as the protocol says."""

import csv
import io
import re
from math import inf, isnan, nan
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import sim
from sim.analysis.validation import (
    PLAYED_WITH_PEERS,
    PublishedRow,
    ValidatedRow,
    Validation,
    published_rows,
    validation_of,
    verdict_of,
)
from sim.cli import main
from sim.department.scenario import Scenario
from sim.report.screen import MOST_LINES
from sim.report.validation_report import (
    COLUMNS,
    accepted_text,
    missed_sentences,
    print_validation,
    published_text,
    simulated_text,
    text_rows,
    validation_markdown,
    validation_sheets,
    validation_table,
)
from sim.runs.comparison_runs import RunsInMemory
from sim.runs.design import Design
from sim.runs.playing import play_all
from sim.runs.run_store import RunResult

ROOT = Path(__file__).resolve().parents[1]
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
WEEK = ["study.weeks=1", "study.warm_up_weeks=0", "study.replications=2"]


# The table is the protocol's


def rows_of_the_protocol() -> list[list[str]]:
    """The cells of the table of rows: row, measure, published, accepted range, basis, use."""
    lines = PROTOCOL.split("\n## Rows\n")[1].split("\n## ")[0].splitlines()
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    head, _, *rows = table
    assert head == ["Row", "Measure", "Published", "Accepted range", "Basis", "Use"]
    return rows


def test_the_face_validity_table_is_the_one_of_the_protocol_cell_by_cell() -> None:
    ours = [
        [row.row, row.measure, published_text(row), accepted_text(row), row.basis, row.use] for row in published_rows()
    ]
    # Of row 25 two values are published: the protocol says that the range is that of their middle.
    theirs = [[cell.replace("3.9 ± 20 %", "± 20 %") for cell in row] for row in rows_of_the_protocol()]
    assert ours == theirs
    assert len(ours) == 40


def test_a_range_that_moves_by_a_little_is_no_longer_the_protocols() -> None:
    first = published_rows()[0]
    assert accepted_text(first) == "72-108"
    moved = PublishedRow(**{name: getattr(first, name) for name in first.__slots__} | {"accept_low": 71.9})
    assert accepted_text(moved) == "71.9-108"


# Verdicts


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (72.0, 108.0, "inside"),  # the limits belong to the range
        (80.0, 90.0, "inside"),
        (71.9, 90.0, "near"),
        (90.0, 108.1, "near"),
        (60.0, 120.0, "near"),
        (60.0, 72.0, "near"),  # one point in common
        (108.0, 110.0, "near"),
        (60.0, 71.9, "miss"),
        (108.1, 110.0, "miss"),
    ],
)
def test_a_row_is_inside_only_with_its_whole_interval(low: float, high: float, verdict: str) -> None:
    assert verdict_of(low, high, 72.0, 108.0) == verdict


def row(name: str, use: str = "check", published: float = 90.0, *, trade: str = "", unit: str = "min") -> PublishedRow:
    return PublishedRow(
        name, f"key_{name}", "Wait, min", published, "", 72.0, 108.0, unit, "± 20 %", "TIM12", use, trade
    )


def test_a_mean_inside_with_an_interval_that_is_not_is_near() -> None:
    assert ValidatedRow(row("1"), 100.0, 90.0, 110.0, 5).verdict == "near"


@pytest.mark.parametrize(("low", "high", "n"), [(-inf, inf, 1), (nan, nan, 0)])
def test_without_an_interval_there_is_no_verdict(low: float, high: float, n: int) -> None:
    assert ValidatedRow(row("1"), 90.0, low, high, n).verdict is None


def test_distance_is_in_half_widths_of_the_range_and_needs_a_published_value() -> None:
    assert ValidatedRow(row("1"), 81.0, 80.0, 82.0, 5).distance == 0.5
    assert ValidatedRow(row("1"), 126.0, 120.0, 130.0, 5).distance == 2.0
    assert isnan(ValidatedRow(row("1", published=nan), 81.0, 80.0, 82.0, 5).distance)
    assert isnan(ValidatedRow(row("1"), nan, nan, nan, 0).distance)


def some_rows() -> Validation:
    longest = PublishedRow(
        "3c", "wait_triage_to_physician_longest_h", "Longest, h", nan, "", 0.0, 24.0, "h", "judgement", "", "check", ""
    )
    return Validation(
        (
            ValidatedRow(row("1", "calibrate"), 90.0, 85.0, 95.0, 5),
            ValidatedRow(row("2", "calibrate", trade="Fewer rooms cure it."), 60.0, 55.0, 65.0, 5),
            ValidatedRow(longest, 23.0, 20.0, 26.0, 5),
            ValidatedRow(row("4"), 99.0, 90.0, 106.0, 5),
            ValidatedRow(row("5", "input"), nan, nan, nan, 0),
        ),
        weeks=26,
        confidence=0.95,
    )


def test_verdicts_are_counted_by_use_and_the_median_distance_is_over_rows_that_have_one() -> None:
    found = some_rows()
    assert found.counts == {
        "calibrate": {"inside": 1, "near": 0, "miss": 1},
        "check": {"inside": 1, "near": 1, "miss": 0},
        "input": {"inside": 0, "near": 0, "miss": 0},
    }
    assert (found.median_distance, len(found.distances)) == (0.5, 3)  # 0, 30/18 and 0.5
    assert [each.published.row for each in found.not_judged] == ["5"]


def test_a_window_shorter_than_a_year_and_rows_without_an_interval_are_said() -> None:
    short, unjudged = some_rows().notes
    assert short.startswith("Row 3c is the longest wait of 26 weeks;")
    assert unjudged.startswith("Not judged: 5.")
    whole_year = Validation(some_rows().rows[:4], 52, 0.95)
    assert whole_year.notes == ()


def test_the_mean_over_replications_is_the_same_in_whatever_order_they_end() -> None:
    design = Design({"alone": sim.load("study=validate", *WEEK)}, 3, 1)
    key, measure = "wait_triage_to_physician_mean", "wait_triage_to_pia_mean.all"
    results = [
        RunResult(run.key, run.label, {measure: value})
        for task, value in zip(design.tasks(), (0.1, 0.2, 0.3), strict=True)
        for run in task.runs
    ]
    found = []
    for order in (results, results[::-1]):
        runs = RunsInMemory()
        runs.add(order)
        found += [row for row in validation_of(design, runs, 52).rows if row.published.key == key]
    assert found[0] == found[1]
    assert found[0].n == 3


# What is shown


def printed(validation: Validation) -> str:
    page = io.StringIO()
    print_validation(validation, Console(file=page, width=100))
    return page.getvalue()


def test_the_terminal_says_in_five_lines_how_real_it_looks_and_then_what_is_not_inside() -> None:
    text = printed(some_rows())
    head, table = text.split("\nRow ", 1)
    assert head.count("• ") == 5
    said = " ".join(head.split())
    assert "1 inside, 0 near, 1 miss of rows that numbers may be tuned to" in said
    assert "0.50 half-widths" in said
    assert "over the 3 rows" in said
    assert "What does not: Wait, min: 60.0 (55.0 to 65.0), accepted 72-108." in said
    assert table.index("60.0 (55.0 to 65.0)  miss") < table.index("near")


@pytest.mark.parametrize("width", [80, 100])
def test_the_rows_of_a_validation_that_misses_much_fit_a_screen(width: int) -> None:
    outside = some_rows().rows[1]
    page = io.StringIO()
    print_validation(Validation((outside,) * 39, 52, 0.95), Console(file=page, width=width))
    lines = page.getvalue().splitlines()
    assert len(lines) + 4 <= MOST_LINES, "with progress above it and the folder below"
    assert max(len(line.rstrip()) for line in lines) <= width


def test_shares_are_shown_in_percent_and_a_row_without_an_interval_without_one() -> None:
    told = PublishedRow("7", "k", "Left", 0.023, "", 0.013, 0.067, "proportion", "source", "LOS13", "check", "")
    _, cells = text_rows([ValidatedRow(told, 0.0224, 0.0161, 0.029, 5)])
    assert cells[2:6] == ("2.3 % (LOS13)", "1.3-6.7 %", "source", "2.24 % (1.61 to 2.90)")
    assert simulated_text(ValidatedRow(told, 0.0224, -inf, inf, 1)) == "2.24 %"
    assert simulated_text(ValidatedRow(told, nan, nan, nan, 0)) == "–"


def test_page_table_and_sheets_have_the_same_rows_and_say_the_same() -> None:
    validation = some_rows()
    page = validation_markdown(validation, ["peered", "study=validate"], 501)
    assert "5 replications of 26 weeks, seed 501" in page
    assert "Fewer rooms cure it." in page
    assert "peered study=validate" in page
    assert page.count("\n| ") == 4 + 6  # counts and rows, each with a head
    assert "| Row | Measure |" in page
    table = validation_table(validation)
    assert list(table) == list(COLUMNS)
    assert table["verdict"].tolist() == ["inside", "miss", "near", "inside", ""]
    sheets = {sheet.name: list(sheet.rows) for sheet in validation_sheets(validation, {})}
    assert [line[0] for line in sheets["validation"]] == table["row"].tolist()
    assert sheets["verdicts"][0] == ("calibrate", "1", "0", "1")


def test_every_row_known_to_be_hard_says_what_would_cure_it() -> None:
    hard = re.search(r"Known before tuning to be hard: (.*?)\.", PROTOCOL, re.DOTALL)
    assert hard is not None
    named = set(re.findall(r"\d+[a-z]?", hard[1])) - {"1a"}
    assert named == {"2", "3g", "10", "12", "14"}
    assert {row.row for row in published_rows() if row.trade} >= named
    assert list(missed_sentences(Validation((), 52, 0.95))) == []


# Played


def judged_anew(scenarios: dict[str, Scenario]) -> Validation:
    """Two replications of the scenarios, judged."""
    design, runs = Design(scenarios, 2, 501), RunsInMemory()
    for results in play_all(design.tasks()):
        runs.add(results)
    return validation_of(design, runs, 1)


def test_validation_plays_the_peer_staffing_for_the_row_that_asks_for_it_with_the_same_changes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["study=validate", *WEEK, "seed=501", "staffing.physician.caseload=6", "discipline.default.rule=fifo"]
    assert main([*words, f"output={out}"]) == 0
    assert {path.name for path in out.iterdir()} >= {"run.json", "answer.md", "answer.xlsx", "validation.csv"}
    with (out / "validation.csv").open(newline="", encoding="utf-8") as file:
        rows = {line["row"]: line for line in csv.DictReader(file)}
    assert list(rows) == [row.row for row in published_rows()]
    assert rows["25"]["n"] == rows["1a"]["n"] == "2"
    assert float(rows["25"]["simulated"]) > 0.0  # the chosen staffing has no peers
    scenario, with_peers = sim.load(*words), sim.load(*words, "staffing=peer_added")
    again = {each.published.row: each for each in judged_anew({"a": scenario, "b": with_peers}).rows}
    assert {name: float(line["simulated"] or nan) for name, line in rows.items()} == pytest.approx(
        {name: each.simulated for name, each in again.items()}, nan_ok=True
    )
    assert sim.results(out).validation["row"].tolist() == list(rows)


def test_without_the_peer_staffing_its_row_alone_has_no_value() -> None:
    rows = judged_anew({"alone": sim.load("study=validate", *WEEK)}).rows
    peers = [row for row in rows if row.published.key == PLAYED_WITH_PEERS]
    assert [(row.n, np.isnan(row.simulated)) for row in peers] == [(0, True)]
    assert sum(row.n == 2 for row in rows) > 20


def test_a_dry_run_counts_the_runs_of_both_staffings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dry-run", "study=validate", "study.replications=3"]) == 0
    assert "runs: 6 of 54 weeks each (2 staffings, 3 replications of each)" in capsys.readouterr().out
