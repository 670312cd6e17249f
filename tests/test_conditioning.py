"""Draws that look like the published departments: how they are found, and the table of them that is shipped."""

import json
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.analysis.validation import PublishedRow
from sim.calibration import conditioning
from sim.calibration.conditioning import (
    DrawsPlayed,
    are_inside,
    condition,
    conditions,
    look_published,
    playing_draws,
)
from sim.department.scenario import ScenarioError
from sim.register.draw_table import (
    SHIPPED,
    DrawTable,
    digest_of_register,
    on_steps,
    read_draws,
    shipped_draws,
    write_draws,
)
from sim.register.draws import shipped_cube
from sim.runs.design import Design
from sim.statistics.arrays import FloatArray
from tests.in_process import peered

CUBE = shipped_cube()
WIDTH = len(CUBE.dimensions)
SEED = 1
"""Of the table that is shipped."""


def published(key: str, low: float, high: float, unit: str = "min") -> PublishedRow:
    return PublishedRow(key, key, key, np.nan, "", low, high, unit, "judgement", "", "check", "", f"{key}.all")


TOY = (published("first", 60.0, 90.0), published("lwbs_or_ama", 0.01, 0.05, "proportion"), published("never", 0.0, 1.0))


def toy(places: FloatArray, first: int) -> FloatArray:
    """Two rows that five of the dimensions move, and one that no run has a value for; chance on top."""
    rng = np.random.default_rng(first)
    waits = 40.0 * np.exp(1.5 * places[:, 0] + 0.5 * places[:, 1] - 0.3 * places[:, 2])
    leaving = 1.0 / (1.0 + np.exp(5.0 - 2.0 * places[:, 3] - places[:, 4] ** 2))
    noise = np.exp(0.05 * rng.standard_normal((2, len(places))))
    return np.column_stack((waits * noise[0], leaving * noise[1], np.full(len(places), np.nan)))


def test_accepted_draws_meet_the_rows_and_proposals_are_accepted_more_often_than_blind_draws() -> None:
    found = condition(toy, CUBE, TOY, 150, seed=2, wave=200)
    assert found.places.shape == (150, WIDTH)
    assert look_published(TOY, found.values).all()
    blind, *proposed = found.waves
    assert sum(wave.n_accepted for wave in proposed) / sum(wave.n_played for wave in proposed) > 1.5 * (
        blind.n_accepted / blind.n_played
    )


def test_the_same_seed_finds_the_same_draws_and_more_only_add() -> None:
    few, many = (condition(toy, CUBE, TOY, n, seed=3, wave=100) for n in (40, 90))
    assert (few.places == many.places[:40]).all()


def test_a_department_that_is_none_like_the_published_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    impossible = (published("first", 1e6, 2e6), published("lwbs_or_ama", 0.9, 0.95, "proportion"), TOY[2])
    monkeypatch.setattr(conditioning, "MOST_TRIED", 3)
    with pytest.raises(ValueError, match="no draw of a wave looks like the published departments"):
        condition(toy, CUBE, impossible, 10, seed=1, wave=60)


def test_a_draw_is_judged_by_the_rows_it_has_a_value_for() -> None:
    values = np.array([[70.0, 0.02, np.nan], [70.0, 0.2, np.nan], [np.nan] * 3])
    assert are_inside(TOY, values).tolist() == [[True, True, False], [True, False, False], [False] * 3]
    assert look_published(TOY, values).tolist() == [True, False, False]


# --- the table


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    places = on_steps(np.random.default_rng(1).random((7, WIDTH)))
    write_draws(DrawTable(CUBE.dimensions, places, {"register": digest_of_register(CUBE)}), tmp_path / "draws.npz")
    assert (read_draws(tmp_path / "draws.npz", CUBE).places == places).all()


@pytest.mark.parametrize(
    ("arrays", "why"),
    [
        ({"places": np.zeros((3, WIDTH), np.uint16), "origin": np.array(json.dumps({"register": "other"}))}, "another"),
        ({"places": np.zeros((3, 2), np.uint16), "origin": None}, r"\(3, 2\) uint16"),
        ({"places": np.zeros((0, WIDTH), np.uint16), "origin": None}, "draws of"),
        ({"places": np.zeros((3, WIDTH)), "origin": None}, "float64"),
        ({"origin": None}, "KeyError"),
        ({"places": np.array([[{}]]), "origin": None}, "ValueError"),
        ({"places": np.zeros((1, WIDTH), np.uint16), "origin": np.array("{")}, "JSONDecodeError"),
        ({"places": np.zeros((150_000, WIDTH), np.uint16), "origin": None}, "larger than any"),
    ],
)
def test_a_file_that_is_no_table_of_this_register_is_refused(
    arrays: dict[str, object], why: str, tmp_path: Path
) -> None:
    right = np.array(json.dumps({"register": digest_of_register(CUBE)}))
    given = {name: right if value is None else value for name, value in arrays.items()}
    np.savez_compressed(tmp_path / "draws.npz", **given)  # type: ignore[arg-type]
    with pytest.raises(ScenarioError, match=why) as error:
        read_draws(tmp_path / "draws.npz", CUBE)
    assert "study=conditioning" in str(error.value)


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "draws.npz").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(ScenarioError, match="BadZipFile"):
        read_draws(tmp_path / "draws.npz", CUBE)
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_draws(tmp_path / "nothing.npz", CUBE)


# --- the one that is shipped


def test_the_shipped_draws_are_of_this_register_and_say_where_they_come_from() -> None:
    table = shipped_draws()
    assert table.places.shape == (1000, WIDTH)
    assert table.origin["seed"] == SEED
    assert sum(DrawsPlayed(**wave).n_played for wave in table.origin["waves"]) > 1000
    assert SHIPPED.stat().st_size < 500_000


def replayed(number: int, n: int) -> FloatArray:
    """Rows of some of the shipped draws, played again under numbers of their own."""
    scenario = sim.load("study=conditioning")
    design = Design({"traditional": scenario}, 1, seed=77, workers=1)
    play = playing_draws(scenario, CUBE, conditions(), design)
    return play(shipped_draws().places[number : number + n], number)


def test_shipped_draws_look_like_the_published_departments_under_other_random_numbers_too() -> None:
    """By the same rule most do: what decides them is the draw, not chance."""
    rows = conditions()
    values = replayed(0, 12)
    inside = are_inside(rows, values).sum(axis=1) / np.isfinite(values).sum(axis=1)
    assert np.median(inside) >= 2 / 3
    assert inside.min() > 0.5
    left = values[:, [row.row for row in rows].index("7")]
    assert (left > 0.05).mean() < 0.15


@pytest.mark.slow
def test_the_command_finds_the_first_of_the_shipped_draws_again(tmp_path: Path) -> None:
    assert peered("study=conditioning", "study.draws=20", "output=found", cwd=tmp_path).returncode == 0
    found = read_draws(tmp_path / "found" / "draws.npz", CUBE)
    assert (found.places == shipped_draws().places[:20]).all()
    assert len(sim.results(tmp_path / "found")["rows"]) > 30


def test_what_is_played_is_said_and_nothing_is_written_by_a_dry_run(tmp_path: Path) -> None:
    told = peered("study=conditioning", "--dry-run", "output=x", cwd=tmp_path)
    assert told.returncode == 0
    assert "until 1000 draws are accepted" in told.stdout
    assert not (tmp_path / "x").exists()
