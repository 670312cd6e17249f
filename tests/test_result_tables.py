"""The tables of a results folder open by name, whoever wrote it, and nothing else of the folder is done."""

import os
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import sim
from sim.calibration.calibrate import calibrate
from sim.cli import main
from sim.department.roster import WEEKDAYS
from sim.department.scenario import ScenarioError
from sim.runs import received_sweep
from sim.runs.tables_on_disk import read_table, write_table
from sim.studies.question import studies_using
from sim.visits.column_map import ColumnMap
from tests.opened_tables import assert_every_file_is_in_a_table
from tests.test_calibration import ARRIVAL, arrivals_file

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]

QUICK = ("study.weeks=1", "study.warm_up_weeks=0")
WORDS = {
    "compare": ("study.staffing=[traditional,peer_added]", "study.demand_levels=[1.0]", "study.event_log=csv"),
    "run": ("study=run", "staffing=peer_added"),
    "sweep": ("-m", "staffing=traditional,peer_added", "study.visits=true"),
    "breakeven": ("study=breakeven", "staffing=peer_added"),
    "validate": ("study=validate",),
    "assumptions": ("study=assumptions",),
    "journey": ("study=journey",),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A results folder of each study."""
    place = tmp_path_factory.mktemp("results")
    for name, words in WORDS.items():
        quick = () if name in ("assumptions", "journey") else (*QUICK, "study.replications=2")
        assert main([*quick, *words, f"output={place / name}"]) == 0
    return {name: place / name for name in WORDS}


def test_there_is_a_folder_of_every_study_that_leaves_tables() -> None:
    elsewhere = {"calibrate", "conditioning", "optimise", "sensitivity", "trial"}  # below, and in tests of their own
    assert {*WORDS, *elsewhere} - {"sweep"} == set(studies_using("output"))


@pytest.mark.parametrize("study", WORDS)
def test_every_table_that_a_study_wrote_opens_by_its_name(study: str, folders: dict[str, Path]) -> None:
    results = sim.results(folders[study])
    written = {file.stem for file in folders[study].glob("*.parquet")}
    assert written <= set(results)
    for name in results:
        table = getattr(results, name)
        assert isinstance(table, pd.DataFrame)
        assert table is results[name]
        assert f".{name}" in repr(results)
        if name in written:
            assert len(table) == len(read_table(folders[study] / f"{name}.parquet"))
    assert results.facts["command"][0] == "peered"
    assert len(repr(results).splitlines()) < 8
    assert "<table>" in results._repr_html_()
    assert_every_file_is_in_a_table(results)


def test_visits_of_all_staffings_stand_together(folders: dict[str, Path]) -> None:
    visits = sim.results(folders["compare"]).visits
    files = list((folders["compare"] / "visits").glob("*.parquet"))
    assert len(files) == 2
    assert len(visits) == sum(len(read_table(file)) for file in files)
    assert set(visits["staffing"]) == {"traditional", "peer_added"}
    assert visits["in_window"].dtype == bool
    assert list(visits["weekday"].cat.categories) == list(WEEKDAYS)
    assert "filename" not in visits


def test_visits_of_a_sweep_say_whose_they_are(folders: dict[str, Path]) -> None:
    visits = sim.results(folders["sweep"]).visits
    assert set(visits["label"]) == {"staffing=traditional", "staffing=peer_added"}
    assert visits.groupby("label")["replication"].nunique().tolist() == [2, 2]


def test_events_say_whose_they_are(folders: dict[str, Path]) -> None:
    events = sim.results(folders["compare"]).events
    assert set(events["staffing"]) == {"traditional", "peer_added"}
    assert {"case", "activity", "timestamp"} <= set(events)


def test_some_columns_and_rows_can_be_read_alone(folders: dict[str, Path]) -> None:
    results = sim.results(folders["compare"])
    some = results.read("visits", columns=["hour", "pia"], staffing="peer_added", in_window=True)
    assert list(some) == ["hour", "pia"]
    whole = results.visits
    assert len(some) == ((whole["staffing"] == "peer_added") & whole["in_window"]).sum()


def test_a_name_that_is_not_there_is_told_with_what_may_be_meant(folders: dict[str, Path]) -> None:
    results = sim.results(folders["run"])
    with pytest.raises(AttributeError, match=r"run has no table 'estimate'; did you mean estimates"):
        results.estimate  # noqa: B018
    with pytest.raises(KeyError, match="did you mean estimates"):
        results["estimate"]
    with pytest.raises(KeyError, match="no column 'weekdya'; did you mean weekday"):
        results.read("visits", columns=["weekdya"])
    with pytest.raises(KeyError, match="no column 'sleep'"):
        results.read("visits", sleep=1)
    assert "estimates" in dir(results)


def test_a_folder_that_is_not_there_or_holds_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such folder; give the results folder"):
        sim.results(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="holds no table"):
        sim.results(str(tmp_path))


def test_nothing_is_read_before_it_is_asked_for(folders: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(folders["run"], tmp_path / "r")
    (tmp_path / "r" / "waits.parquet").write_text("no table")
    results = sim.results(tmp_path / "r")
    assert len(results.estimates) > 100
    with pytest.raises(ScenarioError, match=r"r, table waits = cannot be read"):
        results.waits  # noqa: B018


def test_a_folder_with_a_link_is_refused(folders: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(folders["run"], tmp_path / "r")
    try:
        os.symlink("/etc/passwd", tmp_path / "r" / "mine.csv")
    except OSError:
        pytest.skip("no links here")
    with pytest.raises(ScenarioError, match="a link"):
        sim.results(tmp_path / "r")


def test_more_than_memory_holds_is_refused_with_how_to_ask_for_less(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received_sweep, "MOST_VALUES_READ", 20_000)
    results = sim.results(folders["compare"])
    with pytest.raises(ScenarioError, match=r'read\("visits", columns=\[...\], staffing='):
        results.visits  # noqa: B018
    assert len(results.read("visits", columns=["hour"], staffing="peer_added")) > 1000


def test_a_small_file_that_unpacks_to_much_text_is_refused_before_it_is_read(tmp_path: Path) -> None:
    big = "SELECT repeat('a', 20 * 1024 * 1024) AS note, i FROM range(60) t(i)"
    duckdb.sql(f"COPY ({big}) TO '{tmp_path}/estimates.parquet' (FORMAT parquet, COMPRESSION zstd)")
    assert (tmp_path / "estimates.parquet").stat().st_size < 10_000
    results = sim.results(tmp_path)
    with pytest.raises(ScenarioError, match=r"1,\d{3},\d{3},\d{3} characters of text: too much for memory"):
        results.estimates  # noqa: B018
    assert results.read("estimates", columns=["i"])["i"].sum() == 1770
    assert len(results.read("estimates", i=3)) == 1


def test_a_value_of_text_counts_for_more_than_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_table(pd.DataFrame({"note": ["a"] * 100, "x": range(100)}), tmp_path / "estimates.parquet")
    monkeypatch.setattr(received_sweep, "MOST_VALUES_READ", 1_200)
    with pytest.raises(ScenarioError, match=r"100 rows of 2 columns"):
        sim.results(tmp_path).estimates  # noqa: B018
    assert len(sim.results(tmp_path).read("estimates", columns=["x"])) == 100


@pytest.mark.parametrize("value", ["['x']", "{'a': 'x'}", "'x'::BLOB", "['x'::ENUM('x', 'y')]", "MAP {'a': 'x'}"])
def test_a_column_of_lists_or_bytes_is_refused(value: str, tmp_path: Path) -> None:
    duckdb.sql(f"COPY (SELECT {value} AS odd, 1 AS x) TO '{tmp_path}/estimates.parquet' (FORMAT parquet)")
    with pytest.raises(ScenarioError, match=r"column odd = of type .*: numbers, text or times should stand there"):
        sim.results(tmp_path).estimates  # noqa: B018
    assert sim.results(tmp_path).read("estimates", columns=["x"])["x"].tolist() == [1]


def test_results_are_compared_and_hashed_by_identity(folders: dict[str, Path]) -> None:
    results, other = sim.results(folders["run"]), sim.results(folders["run"])
    assert results == results
    assert results != other
    assert results != {"estimates": 1}
    assert len({results, other}) == 2


def test_a_column_may_have_any_name(tmp_path: Path) -> None:
    name = 'a"; DROP TABLE x; --'
    write_table(pd.DataFrame({name: [1, 2], "filename": ["x", "y"]}), tmp_path / "odd.parquet")
    with pytest.raises(ScenarioError, match="odd"):
        sim.results(tmp_path).read("odd", columns=[name])
    write_table(pd.DataFrame({name: [1, 2]}), tmp_path / "odd.parquet")
    assert sim.results(tmp_path).read("odd", columns=[name], **{name: 2})[name].tolist() == [2]


def test_tables_of_a_calibration_open_too(tmp_path: Path) -> None:
    times = pd.DatetimeIndex(pd.date_range("2024-01-01", periods=336, freq="h"))
    column_map = ColumnMap.model_validate({"arrival": ARRIVAL})
    calibrate(arrivals_file(tmp_path, times), column_map, name="ours", output=tmp_path / "c")
    results = sim.results(tmp_path / "c")
    assert {"ours_estimates", "ours_quality", "ours_exclusions"} <= set(results)
    assert {"quantity", "standard_error"} <= set(results.ours_estimates)
    assert (results.ours_estimates["n"] > 0).all()
    assert_every_file_is_in_a_table(results)


def test_a_folder_gives_its_answer_and_its_comparison_back(folders: dict[str, Path]) -> None:
    tables = sim.results(folders["compare"])
    assert tables.answer.startswith("# ")
    again = tables.comparison()
    assert again == sim.results(folders["compare"]).comparison()
    assert again.finding.splitlines()[1].startswith("What changes: ")
    assert (
        again["lwbs_or_ama.all"].loc["peer_added", "difference"]
        == again.difference("peer_added", "lwbs_or_ama.all").mean
    )
    assert sim.results(folders["run"]).comparison().staffings == ("peer_added",)
    with pytest.raises(ValueError, match=r"sweep: holds no comparison; its tables are cautions"):
        sim.results(folders["sweep"]).comparison()
    (folders["run"] / "answer.md").rename(folders["run"] / "aside.md")
    with pytest.raises(FileNotFoundError, match=r"answer\.md: this folder has none"):
        _ = sim.results(folders["run"]).answer
    (folders["run"] / "aside.md").rename(folders["run"] / "answer.md")
