"""Configurations that somebody sent lead to few files, of their own folder only, and ranges are ranges."""

from pathlib import Path

import pytest

from sim.cli import main

EXPERIMENT = "description: Who is there?\nsweep: {{csv: {csv}}}\n"


def sent(folder: Path, csv: str) -> list[str]:
    """The command that plays an experiment with this table."""
    (folder / "received" / "experiment").mkdir(parents=True)
    text = EXPERIMENT.format(csv=csv)
    (folder / "received" / "experiment" / "ours.yaml").write_text(text, encoding="utf-8")
    return ["-m", "--dry-run", "--config-dir", str(folder / "received"), "experiment=ours"]


@pytest.mark.parametrize("csv", ["../../secret.csv", "/etc/passwd", "link.csv", "linked/secret.csv"])
def test_a_table_outside_the_folder_of_the_experiment_is_refused_unread(
    csv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret.csv").write_text("a-secret\n1\n", encoding="utf-8")
    command = sent(tmp_path, csv)
    (tmp_path / "received" / "experiment" / "link.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "received" / "experiment" / "linked").symlink_to(tmp_path)
    assert main(command) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "lies outside the folder of the experiment" in said
    assert "a-secret" not in said
    assert "root:" not in said


@pytest.mark.parametrize("csv", ["rows.csv", "../tables/rows.csv"])
def test_a_table_in_the_folder_of_the_experiment_is_read(csv: str, tmp_path: Path) -> None:
    command = sent(tmp_path, csv)
    table = tmp_path / "received" / "experiment" / csv
    table.parent.mkdir(exist_ok=True)
    table.write_text("demand.growth\n1.0\n1.1\n", encoding="utf-8")
    assert main(command) == 0


@pytest.mark.parametrize(("group", "word"), [("staffing", "staffing=ours"), ("experiment", "experiment=ours")])
def test_a_link_out_of_the_folder_of_configurations_is_refused_unread(
    group: str, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret.yaml").write_text("a-secret\n", encoding="utf-8")
    (tmp_path / "received" / group).mkdir(parents=True)
    (tmp_path / "received" / group / "ours.yaml").symlink_to(tmp_path / "secret.yaml")
    many = ["-m"] if group == "experiment" else []
    assert main([*many, "--dry-run", "study=run", "--config-dir", str(tmp_path / "received"), word]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "leads out of the folder of configurations" in said
    assert "a-secret" not in said


def test_a_link_within_the_folder_of_configurations_and_a_linked_folder_are_read(tmp_path: Path) -> None:
    (tmp_path / "kept" / "staffing").mkdir(parents=True)
    (tmp_path / "kept" / "staffing" / "mine.yaml").write_text("defaults: [traditional, _self_]\n", encoding="utf-8")
    (tmp_path / "kept" / "staffing" / "ours.yaml").symlink_to("mine.yaml")
    (tmp_path / "received").symlink_to("kept")
    assert main(["--dry-run", "study=run", "--config-dir", str(tmp_path / "received"), "staffing=ours"]) == 0


def test_a_range_wider_than_all_numbers_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    samples = ["sweep.design=lhs", "sweep.samples=4", "demand.growth=interval(-1e308,1e308)"]
    assert main(["-m", "--dry-run", *samples]) == 2
    assert "not a range" in " ".join(capsys.readouterr().err.split())


def test_a_file_that_inherits_in_more_ways_than_can_be_walked_is_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "staffing").mkdir()
    for level in range(30):
        below = f"a{level + 1}, b{level + 1}" if level < 29 else "traditional"
        for side in "ab":
            text = f"defaults: [{below}, _self_]\n"
            (tmp_path / "staffing" / f"{side}{level}.yaml").write_text(text, encoding="utf-8")
    assert main(["--dry-run", "study=run", "--config-dir", str(tmp_path), "staffing=a0"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert said.startswith("1 problem")
    assert "staffing=a0 inherits from more than 50 files" in said


def test_a_start_in_digits_of_another_script_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    word = "staffing.nurse.shifts.from_11.start='０７:３０'"
    assert main(["--dry-run", "study=run", word]) == 2
    assert "write it like '07:30'" in " ".join(capsys.readouterr().err.split())
