"""The shipped site at another volume: files that play, with what was rounded beside each number."""

import shlex
from pathlib import Path

import pytest

from sim.cli import main
from sim.config import compose
from sim.department.arrivals import Profile
from sim.department.roster import heads_by_minute
from sim.department.scenario import Scenario


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "mine"
    assert main(["new", "site", "small", "30000", "--config-dir", str(folder)]) == 0
    return folder


def scenario_of(folder: Path, staffing: str) -> Scenario:
    return compose(["study=run", "demand=small", "department=small", f"staffing={staffing}"], folder).scenario


def test_visits_are_scaled_exactly_and_heads_and_places_to_whole_numbers_nearby(small: Path) -> None:
    site, usual = scenario_of(small, "small"), compose(["study=run"]).scenario
    factor = 30_000 / 75_000
    assert isinstance(site.demand, Profile)
    assert isinstance(usual.demand, Profile)
    assert site.demand == usual.demand.model_copy(update={"name": "small", "visits_per_year": 30_000.0})
    for name, role in site.staffing.roles.items():
        before = usual.staffing.roles[name]
        assert role == before.model_copy(update={"shifts": role.shifts}), "only heads of shifts differ"
        assert min(heads_by_minute(role)) >= min(1, min(heads_by_minute(before)))
    assert abs(site.staffing.roles["nurse"].hours_per_week() - 1512 * factor) <= 84 / 2
    places = [zone.places for zone in site.department.zones.values()]
    assert places == [1, 9, 4, 1, None]
    assert site.department.minimum_cover["nurse"] == 2
    assert site.department.streams == usual.department.streams


def test_the_same_with_peers_has_the_shipped_peers_and_nothing_else(small: Path) -> None:
    alone, beside = (scenario_of(small, name).staffing for name in ("small", "small_peers"))
    assert {name: role for name, role in beside.roles.items() if name != "psw"} == alone.roles
    assert beside.roles["psw"] == compose(["study=run", "staffing=peer_added"]).scenario.staffing.roles["psw"]


def test_each_number_says_its_product_and_the_command_how_far_rounding_misses(
    small: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = (small / "staffing" / "small.yaml").read_text(encoding="utf-8")
    assert "from_11: {heads: 1}    # staffing=traditional 3 x 0.400 = 1.20" in text
    assert main(["new", "site", "small", "30_000", "--config-dir", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "nurse: scaled from staffing=traditional: 588 hours a week, exactly 604.8" in said
    assert "places: 15, exactly 15.2" in said
    assert "cover at all times: physician 1, nurse 2" in said
    assert 'demand=small department=small "study.staffing=[small,small_peers]"' in said


def test_a_volume_near_the_shipped_one_keeps_heads_and_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["new", "site", "near", "77000", "--config-dir", str(tmp_path)]) == 0
    assert "heads, places and cover stay" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["site", "small"], "write peered new site NAME VISITS"),
        (["site", "small", "many"], "visits a year are a number from 1,000 to 1,000,000"),
        (["site", "small", "nan"], "visits a year are a number"),
        (["site", "small", "-5"], "write peered new site"),
        (["site", "peer_added", "30000"], "staffing=peer_added is shipped"),
        (["site", "../up", "30000"], "is no configuration name"),
        (["sit", "small"], "did you mean site?"),
    ],
)
def test_what_is_no_site_is_refused_and_nothing_written(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["new", *words, "--config-dir", str(tmp_path / "mine")]) == 2
    assert said in capsys.readouterr().err.replace("\n", " ")
    assert not (tmp_path / "mine").exists()


def test_a_file_that_is_there_keeps_all_four_from_being_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "staffing").mkdir()
    (tmp_path / "staffing" / "small.yaml").write_text("label: Mine\n", encoding="utf-8")
    assert main(["new", "site", "small", "30000", "--config-dir", str(tmp_path)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert [file.name for file in tmp_path.rglob("*.yaml")] == ["small.yaml"]


def test_the_commands_of_the_page_are_understood(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).resolve().parents[1] / "docs" / "how-to" / "add-a-site.md").read_text(encoding="utf-8")
    new, played = (shlex.split(line) for line in page.split("```")[1].split("\n") if line)
    assert main(new[1:]) == 0
    assert main(["--dry-run", *played[1:]]) == 0
    assert "small, small_peers" in capsys.readouterr().out
