"""The explorer holds the numbers of the store to the last bit, shows them as reports do, and lets nothing else in."""

import base64
import hashlib
import math
import re
import shlex
import struct
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis import sweeping
from sim.cli import main
from sim.report.explorer_commands import sweep_commands, typed_word
from sim.report.explorer_data import NOT_SET, SCENARIO, factors_in
from sim.report.tables.left_out_rows import WHO
from sim.runs.tables_on_disk import read_table
from tests.explorer_file import (
    HOSTILE,
    as_shown,
    columns_of,
    explored_of,
    exported,
    labels_of,
    numbers_in,
    page_of,
    stored_numbers,
)
from tests.explorer_picture import PICTURE, WINDOW
from tests.report_page import LEVELS, SHORT, STAFFINGS, Page

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def file(sweep_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(sweep_folder, tmp_path_factory.mktemp("explorer") / "swept.html")


@pytest.fixture(scope="module")
def columns(file: Path) -> dict[str, Any]:
    return columns_of(file)


# --- the store


def test_numbers_are_those_of_the_store_to_the_last_bit(sweep_folder: Path, columns: dict[str, Any]) -> None:
    numbers = stored_numbers(columns)
    assert_equal_to(read_table(sweep_folder / "estimates.parquet"), columns, numbers, ("mean", "low", "high"))
    kinds = ("difference", "difference low", "difference high")
    n_compared = assert_equal_to(read_table(sweep_folder / "within.parquet"), columns, numbers, kinds)
    assert n_compared == 5 * len(columns["measures"])  # all but the first of each world


def assert_equal_to(
    table: pd.DataFrame, columns: dict[str, Any], numbers: Mapping[str, np.ndarray], kinds: Sequence[str]
) -> int:
    """Every cell of a stored table, or nan where it has none; how many there are."""
    labels = labels_of(columns)
    rows = {(row["measure"], row["label"]): row for row in table.to_dict("records")}
    found = 0
    for place, measure in enumerate(columns["measures"]):
        for scenario, label in enumerate(labels):
            row = rows.get((measure["name"], label))
            for kind, column in zip(kinds, ("mean", "low", "high"), strict=True):
                number = numbers[kind][place, scenario]
                assert math.isnan(number) if row is None else number == row[column]
            found += row is not None
    return found


def test_what_is_shown_is_stored_with_the_digits_of_the_reports(sweep_folder: Path, columns: dict[str, Any]) -> None:
    labels = labels_of(columns)
    means = read_table(sweep_folder / "estimates.parquet").set_index(["measure", "label"])
    changes = read_table(sweep_folder / "within.parquet").set_index(["measure", "label"])
    for measure in columns["measures"]:
        name = measure["name"]
        for scenario, label in enumerate(labels):
            own = means.loc[(name, label)]
            assert numbers_in(measure["means"][scenario])[0] == as_shown(name, own["mean"])[0]
            if (name, label) not in changes.index:
                assert measure["differences"][scenario] == ""
                continue
            row = changes.loc[(name, label)]
            if row["mean"] == 0.0 == row["sd"]:
                assert measure["differences"][scenario] == "="
            elif ">" not in measure["differences"][scenario]:
                shown = numbers_in(measure["differences"][scenario])
                assert shown == as_shown(name, row["mean"], row["half_width"])


def test_each_scenario_is_compared_with_the_first_of_its_own_demand(columns: dict[str, Any]) -> None:
    names = [columns["names"][place] for place in columns["baselines"]]
    assert names == [f"traditional growth={growth}" for growth in (0.8, 0.9, 1.0, 0.8, 0.9, 1.0, 0.9, 1.0)]
    assert columns["beside"] == "the first with the same growth"


def test_numbers_are_sliders_in_order_and_names_are_lists(columns: dict[str, Any]) -> None:
    keys = {key["key"]: key for key in columns["keys"]}
    assert keys["demand.growth"]["numbers"] == [0.8, 0.9, 1.0]
    assert keys["demand.growth"]["values"] == ["0.8", "0.9", "1.0"]
    assert keys["staffing"]["numbers"] is None
    assert len(set(zip(*(key["places"] for key in columns["keys"]), strict=True))) == 8  # one of nine was not played


def test_what_assumed_effects_are_set_to_move_is_marked_where_they_are_in_force(columns: dict[str, Any]) -> None:
    moved = {measure["name"]: measure["moved"] for measure in columns["measures"]}
    in_force = [bits > 0 for bits in columns["assumed"]]
    assert in_force == [False, False, False, True, True, True, False, False]  # without peers none has an effect
    assert moved["return_72h_per_patient.mental_health"] & columns["assumed"][3]
    assert not moved["staff_cost_per_week.all"]


def test_the_command_of_a_scenario_plays_the_same_numbers_again(
    columns: dict[str, Any], sweep_folder: Path, tmp_path: Path
) -> None:
    command = columns["commands"][5]
    assert command.startswith("peered -m sweep.design=zip staffing=traditional,peer_added demand.growth=1.0 ")
    assert main([*shlex.split(command)[1:], f"output={tmp_path / 'again'}"]) == 0
    again = read_table(tmp_path / "again" / "differences.parquet").set_index("measure")["mean"]
    before = read_table(sweep_folder / "within.parquet")
    before = before[before["label"] == labels_of(columns)[5]].set_index("measure")["mean"]
    pd.testing.assert_series_equal(again, before)


# --- what else is stored


def test_intervals_with_the_assumptions_are_there_where_they_are_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "MOST_COMPARED", 2)
    monkeypatch.setattr("sim.studies.sweep.figures_of_sweep", lambda *_: [])
    folder = tmp_path / "drawn"
    draws = ("study.assumptions=true", "study.draws=40", "study.draw_weeks=1")
    assert main(["-m", "staffing=traditional,peer_added", *draws, *SHORT, f"output={folder}"]) == 0
    columns = columns_of(exported(folder, tmp_path / "drawn.html"))
    numbers, table = stored_numbers(columns), read_table(folder / "assumptions.parquet")
    names = [measure["name"] for measure in columns["measures"]]
    assert len(table)
    for row in table.to_dict("records"):
        place = names.index(row["measure"])
        assert (numbers["second low"][place, 1], numbers["second high"][place, 1]) == (row["low"], row["high"])
        shown = numbers_in(columns["measures"][place]["second"][1])
        assert shown[0] == as_shown(row["measure"], row["mean"])[0]
    assert "study.assumptions" not in columns["commands"][0]  # one scenario alone has none
    assert "study.assumptions=true" in columns["commands"][1]


def test_a_comparison_is_explored_by_staffing_and_demand_with_who_is_left_out(compared: Path, tmp_path: Path) -> None:
    file = exported(compared, tmp_path / "compared.html")
    columns = columns_of(file)
    keys = {key["key"]: key["values"] for key in columns["keys"]}
    assert keys == {"staffing": list(STAFFINGS.values()), "demand": [f"{level:g}" for level in LEVELS]}
    table, numbers = read_table(compared / "differences.parquet"), stored_numbers(columns)
    for place, measure in enumerate(columns["measures"]):
        rows = table[(table["measure"] == measure["name"]) & (table["staffing"] == "peer_added")]
        scenarios = [columns["names"].index(f"Peers added × {level:g}") for level in rows["demand"]]
        assert numbers["difference"][place, scenarios].tolist() == rows["mean"].tolist()
    assert columns["names"][columns["start"]] == "Peers added × 1"
    assert '"study.staffing=[traditional,peer_added]"' in columns["commands"][columns["start"]]
    page = Page(file.read_text(encoding="utf-8"))
    assert any(title.startswith(WHO) for _, title in page.headings)


def test_the_page_says_limits_sources_and_what_a_sweep_does_not_count_without_a_script(file: Path) -> None:
    page = Page(file.read_text(encoding="utf-8"))
    titles = [title for _, title in page.headings]
    for title in (
        "What was found",
        "In one table",
        "Who is left out",
        "Limits",
        "Assumptions used",
        "How to repeat it",
    ):
        assert title in titles
    assert any("sweep keeps measures, no groups" in text for text in page.paragraphs["Who is left out"])
    assert len(page.lines) == 5
    assert len(page.table(caption="In one table").rows) > 1


# --- refused


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["query=SELECT 1 AS one"], ".html is for the whole answer"),
        (["table=estimates"], ".html is for the whole answer"),
    ],
)
def test_an_explorer_holds_the_whole_answer(
    words: list[str], said: str, sweep_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study=results", f"run={sweep_folder}", *words, f"export={tmp_path / 'some.html'}"]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["sweep_folder", "compared"])
def test_measures_that_are_asked_for_come_first_and_unknown_ones_are_refused(
    folder: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["study=results", f"run={request.getfixturevalue(folder)}", f"export={tmp_path / 'own.html'}"]
    assert main([*asked, "report.measures=[lwbs.medical,none_such.all]"]) == 2
    assert "report.measures = 'none_such.all'" in capsys.readouterr().err
    assert main([*asked, "report.measures=[lwbs.medical]"]) == 0
    assert columns_of(tmp_path / "own.html")["measures"][0]["name"] == "lwbs.medical"


def test_a_file_that_is_there_is_not_replaced(
    file: Path, sweep_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = file.read_bytes()
    assert main(["study=results", f"run={sweep_folder}", f"export={file}"]) == 2
    assert "there is a file of that name" in " ".join(capsys.readouterr().err.split())
    assert file.read_bytes() == before


def test_a_study_without_scenarios_to_choose_from_is_refused_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "assumed"
    assert main(["study=assumptions", "study.word=nurse", f"output={folder}"]) == 0
    capsys.readouterr()
    assert main(["study=results", f"run={folder}", f"export={tmp_path / 'none.html'}"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "an explorer is of a sweep or a comparison; study=report makes one file of any study" in said


def test_the_picture_of_the_guide_is_there_in_the_size_it_is_taken_in() -> None:
    data = PICTURE.read_bytes()
    assert struct.unpack(">II", data[16:24]) == WINDOW
    assert len(data) < 250_000


# --- hostile and large


def test_names_of_others_stay_text_wherever_they_stand() -> None:
    text = page_of(explored_of(["traditional", HOSTILE, "a\u202eb\u2028c"]), HOSTILE)
    assert "<img" not in text
    assert text.count("</script>") == 2  # of data and script
    assert not re.search("[\u2028\u2029\u202e]", text)
    assert Page(text).lines["What changes"] == HOSTILE


def test_nothing_runs_or_loads_but_what_the_policy_knows_by_its_hash(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    policy = dict(
        rule.strip().split(" ", 1) for rule in re.findall(r'Security-Policy" content="([^"]*)"', text)[0].split(";")
    )
    for tag in ("script", "style"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        known = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert policy[f"{tag}-src"] == f"'sha256-{known}'"
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert not re.search(r"\b(?:src|href)=\"(?!#|data:,)", text)
    assert not re.search(r"\son\w+=|\sstyle=|innerHTML|eval\(|fetch\(", text)


@pytest.mark.parametrize(
    "value", ["a$(calc)", "a`b`", "a;b", "a&b", "a|b", "a b", "a'b", "[1,2]", "{a: 1}", "a%PATH%b", 'a"b', "a\\", "a!b"]
)
def test_a_word_to_be_pasted_is_never_looked_into_by_a_shell(value: str) -> None:
    typed = typed_word(f"staffing={value}")
    assert typed == "" or shlex.split(typed) == [f"staffing={value}"]
    assert not re.search(r'[$`!%\\]|"[^"]*"[^"]*"', typed)
    assert typed == "" or typed.startswith('"') or not re.search(r"[;&|<>()\s'{}\[\]]", typed)


def test_words_that_say_where_runs_are_sent_or_written_are_not_handed_on() -> None:
    kept_back = ["executor=dask", "executor.address=tcp://elsewhere:1", "output=/etc", "hydra.run.dir=x"]
    command = ["peered", "-m", "--config-dir", "mine", "staffing=a,b", *kept_back, "study.weeks=3", "sweep.seed=2"]
    command_of = sweep_commands(command, ["staffing"])
    assert command_of("staffing=b", "staffing=a") == (
        "peered -m --config-dir mine sweep.design=zip staffing=a,b study.weeks=3"
    )
    assert command_of("staffing=$(b)", "staffing=a") == ""


@pytest.mark.parametrize("source", ["experiment=uncertain_assumptions", "sweep.csv=rows.csv"])
def test_of_scenarios_that_a_file_says_the_command_keeps_two_by_a_condition(source: str) -> None:
    command_of = sweep_commands(["peered", "-m", source, "sweep.samples=4"], ["staffing", "demand.growth"])
    assert command_of("staffing=b demand.growth=1.2", "staffing=a demand.growth=1.0") == (
        f"peered -m {source} sweep.samples=4 \"sweep.filter=(staffing = 'a' and demand.growth = 1.0) "
        "or (staffing = 'b' and demand.growth = 1.2)\""
    )
    assert command_of("staffing={a: 1}", "staffing=a") == ""


def test_the_command_of_an_experiment_keeps_the_scenario_and_its_baseline(
    capsys: pytest.CaptureFixture[str],
) -> None:
    command_of = sweep_commands(["peered", "-m", "experiment=night_coverage"], ["staffing", "demand.mh_shape"])
    label = "staffing={} demand.mh_shape={}".format
    command = command_of(label("peer_247", "evening_heavy"), label("traditional", "evening_heavy"))
    assert main(["--dry-run", *shlex.split(command)[1:]]) == 0
    assert "sweep: 2 scenarios, baseline staffing=traditional demand.mh_shape=evening_heavy" in capsys.readouterr().out


def test_a_sweep_of_a_thousand_scenarios_is_smaller_than_five_megabytes() -> None:
    values = [f"{0.9 + place / 3000:.7f}" for place in range(1000)]
    explored = explored_of(values, "demand.growth")
    seconds = {cell: {"mean": -20.1, "low": -33.3, "high": -11.9, "beyond_chance": True} for cell in explored.means}
    assert len(page_of(replace(explored, second=seconds)).encode()) < 5_000_000


def test_a_thousand_scenarios_and_more_than_an_explorer_holds(
    sweep_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.studies.explorer.MOST_EXPLORED", 4)
    assert main(["study=results", f"run={sweep_folder}", f"export={tmp_path / 'none.html'}"]) == 2
    assert "8 scenarios" in capsys.readouterr().err


def test_scenarios_that_keys_do_not_tell_apart_are_one_list() -> None:
    factors, values = factors_in(("night coverage", "day coverage"))
    assert [factor.key for factor in factors] == [SCENARIO]
    assert values["day coverage"] == {SCENARIO: "day coverage"}


def test_a_key_that_some_scenarios_lack_says_so() -> None:
    labels = ("staffing=a", "staffing=b demand.growth=1.1", "staffing=b demand.growth=1.2")
    factors, values_of = factors_in(labels)
    explored = replace(
        explored_of(["a", "b", "c"]), labels=labels, factors=factors, values_of=values_of,
        names=dict.fromkeys(labels, "x"), baseline_of=dict.fromkeys(labels, labels[0]),
        flags=dict.fromkeys(labels, (False, False)),
    )  # fmt: skip
    growth = next(key for key in explored.columns()["keys"] if key["key"] == "demand.growth")
    assert growth["values"] == ["1.1", "1.2", NOT_SET]
    assert growth["places"] == [2, 0, 1]
    assert growth["numbers"] is None
