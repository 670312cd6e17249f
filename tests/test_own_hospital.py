"""From visits, a staff list and places to a compared staffing, by the commands that the page of visits shows."""

import re
import shlex
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import main
from sim.config import compose
from sim.department.roster import heads_by_minute
from sim.department.scenario import Scenario
from tests.in_process import peered
from tests.run_json import assert_as_documented

PAGE = Path(__file__).resolve().parents[1] / "docs" / "visits.md"
MOST_COMMANDS = 5
pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]

CHOICES = ["study=run", "demand=ours", "department=ours"]


def of_section(language: str) -> list[str]:
    """Blocks of code of the section, in their order."""
    text = PAGE.read_text(encoding="utf-8")
    section = text.partition("## From your own visits to a compared staffing\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return [text for written_in, text in blocks if written_in == language]


COMMANDS = [line for block in of_section("") for line in block.splitlines()]
PLAYED = [command.replace("study.weeks=8", "study.weeks=4") for command in COMMANDS]
"""In half of their time: as much is written, read and compared."""


@pytest.fixture(scope="module")
def printed(one_figure: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder in which the commands were given, and what each printed."""
    folder, told = tmp_path_factory.mktemp("hospital"), []
    for name, text in zip(("staff.csv", "places.csv"), of_section("csv"), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    for command in PLAYED:
        done = peered(*shlex.split(command)[1:], cwd=folder)
        assert done.returncode == 0, done.stderr
        told.append(done.stdout)
    return folder, told


def scenario_of(folder: Path, staffing: str) -> Scenario:
    return compose([*CHOICES, f"staffing={staffing}"], folder / "ours").scenario


def test_at_most_five_commands_lead_to_a_comparison(printed: tuple[Path, list[str]]) -> None:
    assert len(COMMANDS) <= MOST_COMMANDS
    assert "Peers added to ours beside ours: 5 replications of 4 weeks" in printed[1][-1]


def test_the_last_line_of_a_calibration_is_the_next_command(printed: tuple[Path, list[str]]) -> None:
    last = printed[1][1].splitlines()[-1]
    assert COMMANDS[2] == f"{last} study.weeks=8 study.replications=5"


def test_the_staffing_written_is_that_of_the_list(printed: tuple[Path, list[str]]) -> None:
    roles = scenario_of(printed[0], "ours").staffing.roles
    assert roles["physician"].hours_per_week() == 7 * 8 * (4 + 3 + 4 + 2)
    assert roles["nurse"].hours_per_week() == 12 * (7 * (7 + 6) + 5 * 4 + 2 * 5)
    assert roles["psychiatrist"].hours_per_week() == 40
    assert roles["physician"].hourly_cost == 230
    shipped = compose(["study=run"]).scenario.staffing.roles
    assert roles["nurse"].hourly_cost == shipped["nurse"].hourly_cost
    assert roles["security"] == shipped["security"], "what the list does not name is the default's of this volume"
    midnight = 0
    assert heads_by_minute(roles["crisis_clinician"])[[midnight, 8 * 60, 16 * 60]].tolist() == [1, 2, 2]


def test_the_department_written_has_the_places_of_the_list(printed: tuple[Path, list[str]]) -> None:
    zones = scenario_of(printed[0], "ours").department.zones
    found = {name: (zone.places, zone.nurse_twelfths) for name, zone in zones.items()}
    assert found == {
        "resus": (3, 12), "acute": (20, 4), "fast_track": (10, 3), "mh_safe": (4, 4), "corridor": (None, 12),
    }  # fmt: skip


def test_peers_beside_the_staffing_are_those_of_the_shipped_one_and_nothing_else_changes(
    printed: tuple[Path, list[str]],
) -> None:
    own, beside = (scenario_of(printed[0], name).staffing for name in ("ours", "ours_peers"))
    shipped = compose(["study=run", "staffing=peer_added"]).scenario.staffing
    assert {name: role for name, role in beside.roles.items() if name != "psw"} == own.roles
    assert beside.roles["psw"] == shipped.roles["psw"]
    assert beside.weekly_extra_cost == own.weekly_extra_cost + shipped.weekly_extra_cost


def test_what_is_not_of_the_hospital_is_said(printed: tuple[Path, list[str]]) -> None:
    folder, told = printed
    for text in (told[1], (folder / "ours" / "ours_calibration.md").read_text(encoding="utf-8")):
        assert "roles that staff.csv does not name are kept from the default" in text
        assert "role 'triage nurse' read as triage_nurse, 3 rows" in text
    written = (folder / "ours" / "staffing" / "ours.yaml").read_text(encoding="utf-8")
    assert "heads: 4}    # staff.csv, row 1 (line 2)" in written
    assert "COSA01 as in staffing=traditional" in written


def test_a_calibration_has_a_report_and_a_workbook_that_are_made_again_from_its_folder(
    printed: tuple[Path, list[str]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    looked_at: Callable[[Path], None],
) -> None:
    folder = printed[0] / "ours"
    for suffix, name in ((".html", "ours_report.html"), (".md", "ours_calibration.md")):
        again = tmp_path / f"again{suffix}"
        assert main(["study=report", f"run={folder}", f"export={again}"]) == 0
        assert again.read_bytes() == (folder / name).read_bytes()
    assert (folder / "ours_report.html").read_text(encoding="utf-8").count("<svg") >= 2
    assert main(["study=report", f"run={folder}"]) == 0
    assert main(["study=results", f"run={folder}"]) == 0
    assert "Does it play like the file?" in capsys.readouterr().out
    file = tmp_path / "verdict.csv"
    assert main(["study=results", f"run={folder}", "table=ours_verdict", f"export={file}"]) == 0
    assert len(file.read_text(encoding="utf-8").splitlines()) > 2
    assert zipfile.is_zipfile(folder / "ours_answer.xlsx")
    assert_as_documented(folder / "ours_run.json")
    looked_at(folder / "ours_report.html")


@pytest.mark.usefixtures("short_calibrations", "few_bootstrapped_samples")
def test_an_example_that_was_changed_is_kept_by_the_next_calibration(printed: tuple[Path, list[str]]) -> None:
    folder = printed[0]
    example = folder / "ours" / "staffing" / "ours_peers.yaml"
    before = example.read_text(encoding="utf-8")
    mine = before.replace("heads: 1", "heads: 2")
    example.write_text(mine, encoding="utf-8")
    try:
        done = peered(*shlex.split(COMMANDS[1])[1:], "study.hold_out=0", cwd=folder)
        assert done.returncode == 0, done.stderr
        assert "kept as you changed it: ours/staffing/ours_peers.yaml" in done.stdout.replace("\\", "/")
        assert example.read_text(encoding="utf-8") == mine
    finally:
        example.write_text(before, encoding="utf-8")
