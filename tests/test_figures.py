"""The figures of the docs are what the code draws from the tables beside them, and can be read on a slide."""

import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from benchmarks import figures
from sim.report.breakeven_answer import sentences_by_preset
from sim.report.comparison_answer import summary
from sim.report.description import markdown_table
from sim.report.figures.frame import SLIDE_HEIGHT, Frame
from sim.report.figures.theme import LEAST_POINTS, styled
from sim.report.words.comparison_finding import finding_of
from sim.runs.tables_on_disk import write_table
from tests.pictures import SHADES, furthest
from tests.test_report import ticks_beyond_their_axis

pytestmark = pytest.mark.end_to_end

HIGHER_THAN_A_SLIDE = {"calibration_arrivals"}
"""Four rows of panels, each of which is read beside those above it."""
MOST_BYTES = 620 * 1024


@pytest.fixture(scope="module")
def frames() -> dict[str, Frame]:
    """Every figure of the docs, made once."""
    with styled():
        return {name: make() for name, make in figures.gallery(figures.stored_comparison()).items()}


@pytest.fixture(scope="module")
def drawn(frames: dict[str, Frame], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Their pictures, and one drawing."""
    folder = tmp_path_factory.mktemp("figures")
    with styled():
        frames["finding"].save(folder / "svg", "finding", ("svg",))
        return [path for name, frame in frames.items() for path in frame.save(folder, name, ("png",), figures.DOCS_DPI)]


def test_every_figure_of_the_docs_is_what_is_drawn_now(drawn: list[Path]) -> None:
    """If this is meant to change: `make figures`."""
    assert {path.name for path in drawn} == {path.name for path in figures.FIGURES.glob("*.png")}
    apart = {path.name: furthest(path, figures.FIGURES / path.name) for path in drawn}
    assert {name: shades for name, shades in apart.items() if shades > SHADES} == {}


def test_one_digit_that_changes_is_seen(drawn: list[Path], tmp_path: Path) -> None:
    comparison = figures.stored_comparison()
    estimates = comparison.estimates
    row = (estimates["measure"] == "staff_cost_per_week.all") & (estimates["demand"] == 1.0)
    estimates.loc[row & (estimates["staffing"] == "traditional"), "mean"] += 1.0
    with styled():
        frame = figures.gallery(comparison)["scorecard"]()
        (changed,) = frame.save(tmp_path, "scorecard", ("png",), figures.DOCS_DPI)
    (before,) = [path for path in drawn if path.name == "scorecard.png"]
    assert furthest(changed, before) > SHADES


def test_every_figure_fits_a_slide_and_no_text_is_small_or_on_another(frames: dict[str, Frame]) -> None:
    for name, frame in frames.items():
        assert frame.height <= SLIDE_HEIGHT + 1e-9 or name in HIGHER_THAN_A_SLIDE, name
        texts = [item for item in frame.figure.findobj(Text) if item.get_text().strip() and item.get_visible()]
        unseen = ticks_beyond_their_axis(frame.figure)
        with styled():
            frame.figure.draw_without_rendering()
            boxes = [(item.get_text(), item.get_window_extent().padded(-1.5)) for item in texts if item not in unseen]
        assert min(item.get_fontsize() for item in texts) >= LEAST_POINTS, name
        both = combinations(boxes, 2)
        assert [(one, other) for (one, box), (other, second) in both if box.overlaps(second)] == [], name


def test_a_drawing_is_named_for_a_screen_reader_and_its_text_is_text(
    drawn: list[Path], frames: dict[str, Frame]
) -> None:
    drawing = (drawn[0].parent / "svg" / "finding.svg").read_text(encoding="utf-8")
    assert f'<title id="title">{frames["finding"].title}</title>' in drawing
    assert 'aria-labelledby="title desc"' in drawing
    assert ">Peers in the evening</text>" in drawing
    assert ElementTree.fromstring(drawing).tag.endswith("svg")


def test_the_page_of_figures_shows_each_of_them_once() -> None:
    page = (figures.ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    shown = re.findall(r"\(figures/(\w+)\.png\)", page)
    assert sorted(shown) == sorted(path.stem for path in figures.FIGURES.glob("*.png"))


def test_tables_taken_out_of_results_are_those_that_figures_are_drawn_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results as their folders hold them, made of the stored tables with columns and rows that no figure needs."""
    drawn_from = (
        "estimates",
        "differences",
        "cautions",
        "week",
        "assumptions",
        "chances",
        "groups",
        "breakeven_runs",
        "sweep_runs",
    )
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
    groups = figures.read("groups").assign(seen=1.0)
    others = [groups.assign(demand=0.95), groups.assign(by="held"), groups.assign(staffing="traditional", met=0.0)]
    write_table(pd.concat([groups, *others]), tmp_path / "groups.parquet")
    runs, swept = figures.read("breakeven_runs"), figures.StoredRuns(figures.read("sweep_runs"))

    def values(_: object, scenarios: list[str], replications: int, only: list[str]) -> tuple[Sequence[str], np.ndarray]:
        if set(only) == set(figures.SWEPT):
            return swept.values(scenarios, replications)
        return sorted(set(runs["measure"])), runs["value"].to_numpy()

    monkeypatch.setattr(figures.RunStore, "values", values)
    monkeypatch.setattr(figures, "TABLES", tmp_path / "data")
    monkeypatch.setattr(figures, "write_spreads", lambda _: None)
    (tmp_path / figures.VALIDATION_FILE).write_bytes(b"rows")
    stored[figures.VALIDATION_FILE] = b"rows"
    figures.write_tables(tmp_path, tmp_path, tmp_path, tmp_path)
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
