"""Clock times, weekdays and dates as people write them in files, tables and on the command line."""

from pathlib import Path

import pytest

from sim.cli import main
from sim.config import compose
from sim.config.sweeps import compose_sweep
from sim.department.roster import Shift, Staffing
from sim.department.scenario import Problem, Scenario, ScenarioError

WRITE_IT = "a number is not a time of day (YAML reads 0700 as 448), write it like '07:30', in quotes"
DAYS = "use mon, tue, wed, thu, fri, sat, sun or daily"
LATE = "staffing.nurse.shifts.late"

NUMBERS_FOR_STARTS = """
defaults: [traditional, _self_]
name: ours
label: Ours
nurse:
  shifts:
    day: {start: 0700, minutes: 480, heads: 1}
    late: {start: 1100, minutes: 480, heads: 1}
    early: {start: 7, minutes: 480, heads: 1}
"""

DAYS_TWICE = """
defaults: [traditional, _self_]
name: ours
label: Ours
physician:
  shifts:
    from_23: {heads: 1, days: [mon, mon, tue, tue, wed, wed, thu]}
    n1: {start: "23:00", minutes: 480, days: [thu, thu, fri, fri, sat, sat, sun]}
    n2: {start: "23:00", minutes: 480, days: [sun, sun, thu]}
"""


def problems_of(folder: Path | None, *words: str) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as caught:
        compose(["study=run", *words], folder)
    return caught.value.problems


def own(folder: Path, text: str) -> Path:
    (folder / "staffing").mkdir()
    (folder / "staffing" / "ours.yaml").write_text(text)
    return folder


def test_starts_without_a_colon_are_refused_in_a_file(tmp_path: Path) -> None:
    shifts = "staffing.nurse.shifts"
    assert problems_of(own(tmp_path, NUMBERS_FOR_STARTS), "staffing=ours") == (
        Problem(f"{shifts}.day.start", "448", WRITE_IT),
        Problem(f"{shifts}.late.start", "1100", WRITE_IT),
        Problem(f"{shifts}.early.start", "7", WRITE_IT),
    )


def test_days_named_twice_are_refused_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = own(tmp_path, DAYS_TWICE)
    remedy, shifts = "name each day once, and set heads=2 for two people", "staffing.physician.shifts"
    assert problems_of(folder, "staffing=ours") == (
        Problem(f"{shifts}.from_23.days", "days names mon, tue, wed twice", remedy),
        Problem(f"{shifts}.n1.days", "days names thu, fri, sat twice", remedy),
        Problem(f"{shifts}.n2.days", "days names sun twice", remedy),
    )
    assert main(["--dry-run", "study=run", "staffing=ours", f"configs={folder}"]) == 2
    assert "days names mon, tue, wed twice" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "place", "value", "remedy"),
    [
        ("staffing.nurse.shifts.from_11.start=1100", "from_11.start", "1100", WRITE_IT),
        ("staffing.nurse.shifts.from_11.start=7", "from_11.start", "7", WRITE_IT),
        ("staffing.nurse.shifts.from_11.start=0.3125", "from_11.start", "0.3125", WRITE_IT),
        ("staffing.nurse.shifts.from_11.start=7.30", "from_11.start", "7.3", WRITE_IT),
        ("staffing.nurse.shifts.from_11.start=25:00", "from_11.start", "'25:00' is not a time of day", "like '07:30'"),
        ("staffing.nurse.shifts.from_11.days=[1,2,3,4,5]", "from_11.days", "unknown day 1", DAYS),
        ("staffing.nurse.shifts.from_11.days=[mon,2]", "from_11.days", "unknown day 2", DAYS),
        ("staffing.nurse.shifts.from_11.days=mon", "from_11.days", "'mon' is no list of days", "[mon], or daily"),
        (
            "staffing.nurse.shifts.from_11.days=1",
            "from_11.days",
            "1 is no list of days",
            "a list such as [mon, fri], or daily",
        ),
        ("staffing.nurse.shifts.from_11.minutes=1500", "from_11.minutes", "run into tue 11:00", "at most 1440"),
    ],
)
def test_a_number_for_a_clock_time_or_a_day_is_refused_as_typed(word: str, place: str, value: str, remedy: str) -> None:
    (problem,) = problems_of(None, word)
    assert problem.path == f"staffing.nurse.shifts.{place}"
    assert value in problem.value
    assert remedy in problem.remedy


@pytest.mark.parametrize("start", ["22:30", '"22:30"', "'22:30'"])
def test_a_start_with_a_colon_is_a_text_with_and_without_quotes(start: str, tmp_path: Path) -> None:
    text = (
        f"defaults: [traditional, _self_]\nname: ours\nnurse: {{shifts: {{late: {{start: {start}, minutes: 480}}}}}}\n"
    )
    written = compose(["study=run", "staffing=ours"], own(tmp_path, text)).scenario
    assert written.staffing.roles["nurse"].shifts["late"].start == 22 * 60 + 30
    typed = compose(["study=run", f"staffing.nurse.shifts.from_11.start={start}"]).scenario
    assert typed.staffing.roles["nurse"].shifts["from_11"].start == 22 * 60 + 30


def test_an_heir_may_write_a_start_of_its_parent_anew(tmp_path: Path) -> None:
    """What stands in the last file counts, a number as well as a text."""
    text = "defaults: [traditional, _self_]\nname: ours\nnurse: {shifts: {late: {start: 22:30, minutes: 480}}}\n"
    folder = own(tmp_path, text)
    heir = "defaults: [ours, _self_]\nname: heir\nnurse: {shifts: {late: {start: START}}}\n"
    (folder / "staffing" / "heir.yaml").write_text(heir.replace("START", "1350"))
    assert [problem.value for problem in problems_of(folder, "staffing=heir")] == ["1350"]
    (folder / "staffing" / "other.yaml").write_text(heir.replace("START", "21:15"))
    composed = compose(["study.staffing=[traditional,ours,other]"], folder)
    starts = [composed.scenarios[name].staffing.roles["nurse"].shifts["late"].start for name in ("ours", "other")]
    assert starts == [1350.0, 1275.0]


def test_a_number_of_heads_is_not_read_in_base_sixty(tmp_path: Path) -> None:
    text = "defaults: [traditional, _self_]\nname: ours\nnurse: {shifts: {from_11: {heads: 1:30}}}\n"
    (problem,) = problems_of(own(tmp_path, text), "staffing=ours")
    assert problem == Problem("staffing.nurse.shifts.from_11.heads", "'1:30'", "give a whole number")


def test_an_early_start_without_quotes_is_read_as_written(tmp_path: Path) -> None:
    text = "defaults: [traditional, _self_]\nname: ours\nnurse: {shifts: {late: {start: 07:30, minutes: 480}}}\n"
    written = compose(["study=run", "staffing=ours"], own(tmp_path, text)).scenario
    assert written.staffing.roles["nurse"].shifts["late"].start == 450.0


def test_what_a_spreadsheet_makes_of_a_start_is_refused_in_a_table_of_scenarios(tmp_path: Path) -> None:
    table = tmp_path / "scenarios.csv"
    table.write_text("staffing.nurse.shifts.from_11.start\n0.3125\n10:30\n")
    with pytest.raises(ScenarioError, match="a number is not a time of day"):
        compose_sweep([f"sweep.csv={table}"], None)


def test_a_number_is_no_date() -> None:
    (problem,) = problems_of(None, "department.calendar_start=345600")
    assert problem == Problem("department.calendar_start", "345600", "a number is not a date, write it like 2024-01-01")


def test_a_scenario_comes_back_from_its_json_as_it_was() -> None:
    """Numbers pass where a model reads what a model wrote, and in Python."""
    scenario = compose(["study=run", "staffing=peer_added"]).scenario
    again = Scenario.model_validate_json(scenario.model_dump_json())
    assert again == scenario
    assert again.content_hash() == scenario.content_hash()
    assert Staffing.model_validate(scenario.staffing.model_dump()) == scenario.staffing
    assert Shift(start=450.0, minutes=480.0, days=(0, 4)) == Shift.model_validate(
        {"start": "07:30", "minutes": 480, "days": ["mon", "fri"]}
    )


SHIPPED = {
    "traditional": "20b8835c82f673c5f785237cf277431cfbbfd78d3eefc598d914ef573e3a11f2",
    "peer_swapped": "6e2359fd78e624a9408faf8e2733076dc059e7df2259c53a62dffb429c458d67",
}
"""Of the whole scenario: pinned anew when demand got a slow level and special days."""


def test_clock_times_and_days_keep_the_content_hashes_of_shipped_staffings() -> None:
    composed = compose(["study.staffing=[traditional,peer_swapped]"])
    assert {name: one.content_hash() for name, one in composed.scenarios.items()} == SHIPPED
