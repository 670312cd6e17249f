"""A sweep of few scenarios has the figures and the sentences of a comparison; one of many has neither."""

from pathlib import Path

import pytest

from sim.analysis import sweeping
from sim.cli import main

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
    assert list((folder / "figures").iterdir()) == []
    page = (folder / "answer.md").read_text(encoding="utf-8")
    assert "figures/" not in page
    assert "- With peer_added" not in page


@pytest.mark.usefixtures("drawn_sweeps")
def test_one_scenario_alone_is_not_drawn(tmp_path: Path) -> None:
    assert main([*WORDS, "study.replications=1", f"output={tmp_path / 'out'}"]) == 0
    assert not (tmp_path / "out" / "figures").exists()
