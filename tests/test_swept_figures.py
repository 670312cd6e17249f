"""A sweep of few scenarios has the figures and sentences of a comparison; others have curves or dots of their own."""

from pathlib import Path

import pytest

from sim.analysis import sweeping
from sim.cli import main
from sim.report.figures.frame import Frame
from sim.report.figures.sweep_figures import sweep_figure
from sim.report.figures.theme import styled
from sim.runs.run_store import RunStore, read_sweep
from sim.studies.sweep import received_design, sweep_and_comparison

pytestmark = pytest.mark.end_to_end

WORDS = ["-m", "study.weeks=1", "study.warm_up_weeks=0", "study.replications=3", "demand.growth=0.4"]
FIGURES = {"finding.png", "finding.svg", "differences.png", "differences.svg"}


@pytest.mark.usefixtures("drawn_sweeps")
def test_few_scenarios_are_drawn_and_told_and_of_many_earlier_figures_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    few = [*WORDS, "staffing=traditional,peer_added", f"output={folder}"]
    assert main(few) == 0
    assert {path.name for path in (folder / "figures").iterdir()} == FIGURES
    page = (folder / "answer.md").read_text(encoding="utf-8")
    assert "](figures/finding.png)" in page
    assert "## peer_added" in page
    assert "- With peer_added, the share of mental-health visits met by a peer was" in page
    assert "peer_added: " in (folder / "figures" / "finding.svg").read_text(encoding="utf-8")
    monkeypatch.setattr(sweeping, "MOST_COMPARED", 2)
    assert main([*WORDS, "staffing=traditional,peer_added,nurse_added", f"output={folder}"]) == 0
    assert {path.name for path in (folder / "figures").iterdir()} == {"sweep.png", "sweep.svg"}
    page = (folder / "answer.md").read_text(encoding="utf-8")
    assert "](figures/sweep.png)" in page
    assert "](figures/finding.png)" not in page
    assert "- With peer_added" not in page


@pytest.mark.usefixtures("drawn_sweeps")
def test_one_scenario_alone_is_not_drawn(tmp_path: Path) -> None:
    assert main([*WORDS, "study.replications=1", f"output={tmp_path / 'out'}"]) == 0
    assert not (tmp_path / "out" / "figures").exists()


def drawn(tmp_path: Path, *words: str) -> Frame:
    """The figure of a sweep, made again from its folder."""
    folder = tmp_path / "out"
    assert main([*WORDS, *words, f"output={folder}"]) == 0
    received = read_sweep(folder)
    design = received_design(received, folder / "run.json")
    store = RunStore(folder, received.facts.seed, received.facts.code)
    report, _ = sweep_and_comparison(design, store, [], lambda compared: compared)
    with styled():
        return sweep_figure(report)


@pytest.mark.usefixtures("drawn_sweeps")
def test_a_number_is_a_curve_and_lines_that_cannot_differ_are_drawn_once(tmp_path: Path) -> None:
    frame = drawn(tmp_path, "staffing=traditional", "effects=none,evidence", "demand.growth=0.3,0.4,0.5")
    wait, leaving = frame.figure.axes
    lines = [line for line in wait.get_lines() if len(line.get_xdata()) == 3]
    assert len(lines) == 1, "without peers both effects are the same"
    assert list(lines[0].get_xdata()) == [0.3, 0.4, 0.5]
    assert any(text.get_text() == "none = evidence" for text in wait.texts)
    assert leaving.get_ylabel() == "%"


@pytest.mark.usefixtures("drawn_sweeps")
def test_names_are_dots_of_differences_in_the_same_world(tmp_path: Path) -> None:
    frame = drawn(tmp_path, "staffing=traditional,peer_added,nurse_added", "effects=none,evidence")
    alone, _ = frame.figure.axes
    names = [label.get_text() for label in alone.get_yticklabels()]
    assert names[-1] == "nurse_added\nall the same"
    assert len(names) == 3, "peers under two effects, nurses once"
    assert "the first with the same effects" in frame.description
