"""The figures of the README are what the code draws from the tables beside them."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks import figures
from sim.report.breakeven_answer import sentences_by_preset
from sim.report.comparison_answer import summary
from sim.report.description import markdown_table
from sim.report.figures.draw_all import draw_figure
from sim.report.words.comparison_finding import finding_of
from sim.runs.tables_on_disk import write_table
from tests.pictures import SHADES, furthest

MOST_BYTES = 400 * 1024


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return list(figures.draw(tmp_path_factory.mktemp("figures")))


def test_every_figure_of_the_readme_is_what_is_drawn_now(drawn: list[Path]) -> None:
    """If this is meant to change: `python -m benchmarks.figures`."""
    assert {path.name for path in drawn} == {path.name for path in figures.FIGURES.glob("*.png")}
    apart = {path.name: furthest(path, figures.FIGURES / path.name) for path in drawn}
    assert {name: shades for name, shades in apart.items() if shades > SHADES} == {}


def test_one_digit_that_changes_is_seen(drawn: list[Path], tmp_path: Path) -> None:
    comparison = figures.stored_comparison()
    estimates = comparison.estimates
    row = (estimates["measure"] == "staff_cost_per_week.all") & (estimates["demand"] == 1.0)
    estimates.loc[row & (estimates["staffing"] == "traditional"), "mean"] += 1.0
    (changed,) = draw_figure("scorecard", comparison, tmp_path, ("png",))
    (before,) = [path for path in drawn if path.name == "scorecard.png"]
    assert furthest(changed, before) > SHADES


def test_tables_taken_out_of_results_are_those_that_figures_are_drawn_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results as their folders hold them, made of the stored tables with columns and rows that no figure needs."""
    drawn_from = ("estimates", "differences", "cautions", "week", "assumptions", "chances", "breakeven_runs")
    stored = {f"{name}.csv": (figures.TABLES / f"{name}.csv").read_bytes() for name in drawn_from}
    more = {"estimates": {"p_value": 1.0}, "differences": {"sentence": "-"}, "week": {"present": 1.0}}
    for name, columns in more.items():
        table = figures.read(name)
        other = table.assign(measure="lwbs.all") if "measure" in table else table.assign(demand=0.95)
        write_table(pd.concat([table.assign(**columns), other]), tmp_path / f"{name}.parquet")
    write_table(figures.read("assumptions").assign(more=1.0), tmp_path / "assumptions.parquet")
    chances = figures.read("chances").fillna({"against": ""})
    other = chances.assign(measure="lwbs_or_ama.all")
    write_table(pd.concat([chances, other]), tmp_path / "chances.parquet")
    write_table(figures.read("cautions").assign(more=1.0), tmp_path / "cautions.parquet")
    runs = figures.read("breakeven_runs")
    monkeypatch.setattr(figures.RunStore, "values", lambda *_: (sorted(set(runs["measure"])), runs["value"].to_numpy()))
    monkeypatch.setattr(figures, "TABLES", tmp_path / "data")
    figures.write_tables(tmp_path, tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()} == stored


def test_the_tables_are_small() -> None:
    assert sum(path.stat().st_size for path in figures.TABLES.iterdir()) < MOST_BYTES


def test_the_five_lines_of_the_readme_are_those_of_the_answer_its_figures_are_drawn_from() -> None:
    """And the table beside them in docs. If this is meant to change: `make figures` of a new answer, and the texts."""
    answer = figures.stored_comparison()
    readme = " ".join((figures.ROOT / "README.md").read_text(encoding="utf-8").split())
    for line in finding_of(answer).lines:
        assert f"**{line.label}**: {line.text}" in readme, line.label
    page = (figures.ROOT / "docs" / "default-answer.md").read_text(encoding="utf-8")
    table = summary(answer)
    assert markdown_table(table.rows, table.headings) in page


def test_the_break_even_of_the_docs_is_that_of_the_answer_its_figure_is_drawn_from() -> None:
    answer = figures.stored_break_even()
    page = " ".join((figures.ROOT / "docs" / "default-answer.md").read_text(encoding="utf-8").split())
    for sentence in sentences_by_preset(answer, answer.staffings[0]):
        assert sentence in page
