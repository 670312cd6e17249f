"""The walk of the README from a file of visits to a compared staffing, played as it is written, only shorter."""

import re
import shlex
from pathlib import Path

import pytest

from sim.cli import main
from sim.study.store import read_table

README = Path(__file__).resolve().parents[1] / "README.md"
SHORTER = {"study.weeks=26": "study.weeks=5", "study.replications=5": "study.replications=2 study.weeks=2"}


def commands() -> list[str]:
    """The lines of the walk."""
    (block,) = re.findall(r"## From your own visits.*?```\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return block.strip().splitlines()


def test_the_walk_from_visits_to_a_compared_staffing_takes_few_commands_and_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = commands()
    assert len(lines) <= 6
    for number, line in enumerate(lines):
        for long, short in SHORTER.items():
            line = line.replace(long, short)
        program, *words = shlex.split(line)
        assert program == "peered"
        last = ["output=compared", "study.demand_levels=[1.0]"] if number == len(lines) - 1 else []
        assert main([*words, *last]) == 0, capsys.readouterr().err
    told = " ".join(capsys.readouterr().out.split())
    assert "No benefit was assumed" in told
    differences = read_table(tmp_path / "compared" / "differences.parquet")
    assert set(differences["staffing"]) == {"peer_added"}
    assert (tmp_path / "ours" / "ours_calibration.md").is_file()
