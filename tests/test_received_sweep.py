"""The results folder of a sweep that somebody else sent is read as data: it runs nothing, reaches no other file, and
what is wrong with it is reported with its place and a remedy."""

import json
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from sim.cli import main
from sim.department.scenario import ScenarioError
from sim.report.console import print_problems
from sim.runs import received_sweep
from sim.runs.design import RunKey
from sim.runs.output_folder import Mark, write_mark
from sim.runs.received_sweep import SCENARIOS
from sim.runs.run_store import FACTS, PARTS, RunResult, RunStore
from sim.runs.tables_on_disk import code_version, read_table, write_json, write_table
from sim.studies.results import ResultsStudy

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]

MEASURES = ("wait_triage_to_pia_mean.all", "lwbs_or_ama.all", "staff_cost_per_week.all")
HASHES = ("a" * 64, "b" * 64)


def made(folder: Path, labels: tuple[str, str] = ("staffing=traditional", "staffing=peer_added")) -> Path:
    """The folder of a sweep of two scenarios with four replications each, without a run having been played."""
    (folder / PARTS).mkdir(parents=True)
    write_mark(Mark(study="sweep"), folder)
    content = json.dumps({"demand": {"growth": 1.0}, "period": {"weeks": 1}})
    rows = {"scenario": list(HASHES), "label": list(labels), "place": [0, 1], "content": [content] * 2}
    write_table(pd.DataFrame(rows), folder / SCENARIOS)
    facts = {"seed": 1, "code": code_version(), "replications": 4, "confidence": 0.95, "asked": {}}
    write_json({"study": "sweep", "command": ["peered", "-m", "output=there"], **facts}, folder / FACTS)
    played = [
        RunResult(RunKey(key, number), label, {name: 10.0 + number + len(label) for name in MEASURES})
        for key, label in zip(HASHES, labels, strict=True)
        for number in range(4)
    ]
    RunStore(folder, 1, code_version()).write(played)
    return folder


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as it was written, made once: not to be changed."""
    return made(tmp_path_factory.mktemp("sent") / "received")


@pytest.fixture
def folder(tmp_path: Path, sent: Path) -> Path:
    """A copy of one's own."""
    return shutil.copytree(sent, tmp_path / "received")


def shown(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Exit code, and what was said, on one line."""
    console = Console(width=1000)
    asked = dict(word.split("=", 1) for word in words)
    export = Path(asked["export"]) if "export" in asked else None
    composed = SimpleNamespace(run=folder, query=asked.get("query"), table=None, export=export, measures=None)
    try:
        code = ResultsStudy().run(composed, console)  # type: ignore[arg-type]
    except ScenarioError as error:
        print_problems(error, console)
        code = 2
    return code, " ".join(capsys.readouterr().out.split())


def with_facts(folder: Path, **changed: Any) -> None:
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    (folder / FACTS).write_text(json.dumps(facts | changed), encoding="utf-8")


def with_scenarios(folder: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    write_table(change(read_table(folder / SCENARIOS)), folder / SCENARIOS)


def with_part(folder: Path, content: bytes) -> None:
    """A part whose name tells the hash of its bytes, as if it had been written by a sweep."""
    name = f"000002-{sha256(content).hexdigest()[:16]}.parquet"
    (folder / PARTS / name).write_bytes(content)


def with_rows(folder: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """A further part, of the rows of the first, changed."""
    write_table(change(read_table(folder / PARTS)), folder / "changed.parquet")
    with_part(folder, (folder / "changed.parquet").read_bytes())
    (folder / "changed.parquet").unlink()


def test_the_command_ends_with_a_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_facts(folder, seed="1; DROP TABLE runs")
    assert main(["study=results", f"run={folder}"]) == 2
    assert "Input should be a valid integer: take the folder as peered wrote it" in capsys.readouterr().err


def test_a_folder_as_it_was_written_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, output = shown(folder, capsys)
    assert code == 0
    assert "peer_added" in output
    assert "peered -m output=there" in output


@pytest.mark.parametrize("key", ["seed", "replications", "code"])
def test_sql_in_run_json_is_not_run(key: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stolen = tmp_path / "written.csv"
    with_facts(folder, **{key: f"1; COPY (SELECT 'import os') TO '{stolen}' (FORMAT csv); SELECT 1"})
    code, output = shown(folder, capsys)
    assert code == 2
    assert f"{FACTS}.{key}" in output
    assert not stolen.exists()


FACTS_FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a seed in words": ({"seed": "1"}, "seed"),
    "a seed below nothing": ({"seed": -1}, "seed"),
    "a seed beyond 64 bits": ({"seed": 2**63}, "seed"),
    "a broken seed": ({"seed": 1.5}, "seed"),
    "a yes for a seed": ({"seed": True}, "seed"),
    "no replication": ({"replications": 0}, "replications"),
    "a million million replications": ({"replications": 10**12}, "replications"),
    "a list of replications": ({"replications": [4]}, "replications"),
    "no confidence": ({"confidence": 0}, "confidence"),
    "full confidence": ({"confidence": 1.0}, "confidence"),
    "a confidence that is no number": ({"confidence": float("nan")}, "confidence"),
    "a code that is a path": ({"code": "../../../../etc/passw"}, "code"),
    "nothing for a code": ({"code": None}, "code"),
    "a command in one piece": ({"command": "rm -rf /"}, "command"),
    "a command of numbers": ({"command": [1, 2]}, "command.0"),
    "a question in words": ({"asked": "everything"}, "asked"),
    "an unknown question": ({"asked": {"everything": True}}, "asked"),
    "a precision of no measure": ({"asked": {"precision": {"happiness.all": {"relative": 0.1}}}}, "no measure"),
    "a best of no measure": ({"asked": {"best": "\x1b]0;owned\x07[/blue]$\\frac{$<script>"}}, "no measure"),
    "a best without a direction": ({"asked": {"best": "n_visits.all"}}, "n_visits"),
    "a cap below the first": (
        {"asked": {"precision": {MEASURES[0]: {"relative": 1.0}}, "most_replications": 2}},
        "most",
    ),
}


@pytest.mark.parametrize(("changed", "place"), FACTS_FAULTS.values(), ids=FACTS_FAULTS)
def test_facts_that_cannot_be_are_reported_with_their_place(
    changed: dict[str, Any], place: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_facts(folder, **changed)
    code, output = shown(folder, capsys)
    assert code == 2
    assert place in output
    assert "take the folder as peered wrote it" in output


def test_all_that_is_wrong_with_the_facts_is_reported_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_facts(folder, seed="x", replications=-1, confidence="high")
    code, output = shown(folder, capsys)
    assert code == 2
    assert all(f"{FACTS}.{key}" in output for key in ("seed", "replications", "confidence"))


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


FILES: dict[str, tuple[str, bytes | None]] = {
    "no facts": (FACTS, None),
    "empty facts": (FACTS, b""),
    "garbled facts": (FACTS, b"\x00\xff{"),
    "half of the facts": (FACTS, b'{"seed": 1, "code": "'),
    "a list of facts": (FACTS, b"[1, 2]"),
    "facts within facts": (FACTS, f'{{"seed": {nested(100_000)}}}'.encode()),
    "a seed of ten thousand digits": (FACTS, b'{"seed": ' + b"9" * 10_000 + b"}"),
    "no scenarios": (SCENARIOS, None),
    "empty scenarios": (SCENARIOS, b""),
    "scenarios that are text": (SCENARIOS, b"scenario,label\n1,2\n"),
    "the ends of a Parquet file": (SCENARIOS, b"PAR1" + bytes(100) + b"PAR1"),
    "a part that is text": (PARTS, b"rows"),
    "an empty part": (PARTS, b""),
}


@pytest.mark.parametrize(("name", "content"), FILES.values(), ids=FILES)
def test_a_file_that_is_garbled_or_not_there_is_reported_with_its_name(
    name: str, content: bytes | None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if name == PARTS and content is not None:
        with_part(folder, content)
    elif content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    code, output = shown(folder, capsys)
    assert code == 2
    assert name in output


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", [SCENARIOS, PARTS])
def test_a_table_that_is_cut_is_reported(
    name: str, share: float, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / SCENARIOS if name == SCENARIOS else next((folder / PARTS).glob("*.parquet"))
    content = file.read_bytes()[: int(share * file.stat().st_size)]
    if name == SCENARIOS:
        file.write_bytes(content)
    else:
        with_part(folder, content)
    code, output = shown(folder, capsys)
    assert code == 2
    assert name in output


COLUMNS: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "no value": (lambda rows: rows.drop(columns="value"), "column value"),
    "a value in words": (lambda rows: rows.assign(value="many"), "column value"),
    "a replication in words": (lambda rows: rows.assign(replication="first"), "column replication"),
    "a broken replication": (lambda rows: rows.assign(replication=0.5), "column replication"),
    "a seed in words": (lambda rows: rows.assign(seed="1 OR true"), "column seed"),
    "numbers for measures": (lambda rows: rows.assign(measure=1), "column measure"),
    "an unknown measure": (lambda rows: rows.assign(measure="happiness.all"), "'happiness.all'"),
    "other columns": (lambda rows: rows[["value"]].rename(columns={"value": "x"}), "column scenario"),
}


@pytest.mark.parametrize(("change", "place"), COLUMNS.values(), ids=COLUMNS)
def test_a_part_of_another_form_is_reported_with_its_column(
    change: Callable[[pd.DataFrame], pd.DataFrame], place: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_rows(folder, change)
    code, output = shown(folder, capsys)
    assert code == 2
    assert place in output


SCENARIO_FAULTS: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "no content": (lambda rows: rows.drop(columns="content"), "column content"),
    "places in words": (lambda rows: rows.assign(place=["first", "second"]), "column place"),
    "a place far away": (lambda rows: rows.assign(place=[0, 2**40]), "row 2, place"),
    "no hash": (lambda rows: rows.assign(scenario=["../../x", HASHES[1]]), "row 1, scenario"),
    "no label": (lambda rows: rows.assign(label=["", "b"]), "row 1, label"),
    "an empty label": (lambda rows: rows.assign(label=[None, "b"]), "column label"),
    "a label without an end": (lambda rows: rows.assign(label=["a" * 30_000, "b"]), "row 1, label"),
    "more than are read": (
        lambda rows: rows.loc[rows.index.repeat(50_001)].reset_index(drop=True),
        "100,002 scenarios at most 100,000 are read",
    ),
    "two of a label": (lambda rows: rows.assign(label="a"), "label = 'a' twice"),
    "two of a scenario": (lambda rows: rows.assign(scenario=HASHES[0]), "twice"),
    "nothing asked for": (lambda rows: rows.assign(place=-1), "no scenario"),
    "content that is no JSON": (lambda rows: rows.assign(content="{"), "row 1, content"),
    "content that is a list": (lambda rows: rows.assign(content="[]"), "row 1, content"),
    "content without an end": (lambda rows: rows.assign(content=nested(100_000)), "row 1, content"),
    "content of many digits": (lambda rows: rows.assign(content=f'{{"demand": {"9" * 5000}}}'), "row 1, content"),
}


@pytest.mark.parametrize(("change", "place"), SCENARIO_FAULTS.values(), ids=SCENARIO_FAULTS)
def test_scenarios_that_cannot_be_are_reported_with_their_row(
    change: Callable[[pd.DataFrame], pd.DataFrame], place: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_scenarios(folder, change)
    code, output = shown(folder, capsys)
    assert code == 2
    assert place in output


ODD_ROWS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "replications before the first": lambda rows: rows.assign(replication=-1 - rows["replication"]),
    "replications beyond all": lambda rows: rows.assign(replication=2**62),
    "values that are no number": lambda rows: rows.assign(value=np.nan),
    "values without an end": lambda rows: rows.assign(value=np.inf),
    "values as large as they come": lambda rows: rows.assign(value=1.7e308),
    "no status": lambda rows: rows.assign(status=None),
    "an unknown status": lambda rows: rows.assign(status="perhaps"),
    "failures without a traceback": lambda rows: rows.assign(status="failed", traceback="", replication=9),
    "failures that say nothing": lambda rows: rows.assign(status="failed", traceback=None, replication=3),
    "a scenario of no name": lambda rows: rows.assign(scenario="\x00"),
    "no scenario": lambda rows: rows.assign(scenario=None),
    "every run twice": lambda rows: rows,
}


@pytest.mark.parametrize("change", ODD_ROWS.values(), ids=ODD_ROWS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of sums of values as large as they come
def test_odd_rows_of_a_part_end_in_an_answer_or_a_sentence(
    change: Callable[[pd.DataFrame], pd.DataFrame], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_rows(folder, change)
    code, _ = shown(folder, capsys)
    assert code in (0, 2)
    assert shown(folder, capsys, "query=SELECT * FROM replications")[0] in (0, 2)


def test_replications_before_the_first_count_for_no_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = f"query=SELECT mean FROM estimates WHERE measure = '{MEASURES[0]}'"
    before = shown(folder, capsys, query)
    with_rows(folder, lambda rows: rows.assign(replication=-1 - rows["replication"], value=1e9))
    assert shown(folder, capsys, query) == before


def put_link(place: Path, target: Path) -> None:
    place.unlink(missing_ok=True)
    place.symlink_to(target)


@pytest.mark.parametrize("name", [FACTS, SCENARIOS, "controlled.parquet", f"{PARTS}/000009.parquet", ".lock"])
def test_a_link_in_the_folder_is_refused_and_not_followed(
    name: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2", encoding="utf-8")
    put_link(folder / name, secret)
    code, output = shown(folder, capsys)
    assert code == 2
    assert f"{name} = a link" in output
    assert "hunter2" not in output


@pytest.mark.parametrize("name", [FACTS, SCENARIOS, "controlled.parquet", f"{PARTS}/000009.parquet"])
def test_a_pipe_in_the_folder_is_refused_and_not_waited_for(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    code, output = shown(folder, capsys)
    assert code == 2
    assert f"{name} = a pipe" in output


@pytest.mark.parametrize("name", [FACTS, SCENARIOS, f"{PARTS}/000009-{'0' * 16}.parquet", "controlled.parquet"])
def test_a_folder_where_a_file_should_be_is_reported(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).unlink(missing_ok=True)
    (folder / name).mkdir()
    code, output = shown(folder, capsys)
    assert code in (0, 2)
    assert code == 0 or name.split("/")[0] in output


def test_a_file_is_no_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, output = shown(folder / FACTS, capsys)
    assert code == 2
    assert "holds no sweep" in output


@pytest.mark.parametrize("rows", [{"of": ["estimates"]}, {"of": [1], "measure": ["x"], "variance_ratio": ["y"]}])
def test_adjusted_estimates_of_another_form_are_reported(
    rows: dict[str, list[Any]], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_table(pd.DataFrame(rows), folder / "controlled.parquet")
    code, output = shown(folder, capsys)
    assert code == 2
    assert "controlled.parquet, column" in output


def test_more_values_than_memory_are_refused_with_their_number(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received_sweep, "MOST_VALUES_READ", 23)
    code, output = shown(folder, capsys)
    assert code == 2
    assert "2 scenarios of 4 replications with 3 measures" in output


QUERIES = [
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM '{secret}'",
    "SELECT * FROM read_csv('https://example.org/x.csv')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM read_parquet('{folder}/scenarios.parquet')",
    "SELECT * FROM query('COPY (SELECT 1) TO ''{folder}/x''')",
    "SELECT getenv('HOME')",
    "SELECT * FROM labels",
]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("way", ["shown", "exported"])
def test_a_query_reads_the_tables_of_the_folder_and_nothing_else(
    query: str, way: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("password\nhunter2\n", encoding="utf-8")
    words = [f"export={tmp_path / 'out.csv'}"] if way == "exported" else []
    code, output = shown(folder, capsys, f"query={query.format(secret=secret, folder=folder)}", *words)
    assert code == 2
    assert "hunter2" not in output
    assert "the tables are" in output
    assert not (tmp_path / "out.csv").exists()


def test_what_is_exported_goes_to_that_file_and_not_through_a_link(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine", encoding="utf-8")
    (tmp_path / ".out.csv.partial").symlink_to(kept)
    code, _ = shown(folder, capsys, "query=SELECT 1 AS one", f"export={tmp_path / 'out.csv'}")
    assert code == 0
    assert kept.read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "one\n1\n"


SWEEP = ["-m", "demand.growth=0.2,0.3", "study.weeks=1", "study.replications=1"]
BREAK_EVEN = ["study=breakeven", "staffing=peer_added", "study.weeks=1", "study.replications=2", "study.points=2"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / SCENARIOS).write_bytes(b"no table"),
        lambda folder: with_scenarios(folder, lambda rows: rows.drop(columns="place")),
        lambda folder: with_part(folder, b"no table"),
        lambda folder: with_rows(folder, lambda rows: rows.drop(columns="code")),
        lambda folder: put_link(folder / "sweep.log", folder.parent / "outside.txt"),
        lambda folder: put_link(folder / ".run.json.partial", folder.parent / "outside.txt"),
        lambda folder: put_link(folder / ".lock", folder.parent / "outside.txt"),
        lambda folder: (shutil.rmtree(folder / PARTS), put_link(folder / PARTS, folder.parent)),
        lambda folder: os.mkfifo(folder / "dominated.parquet"),
    ],
)
def test_a_study_does_not_go_on_in_a_folder_that_is_no_sweep_of_ours(
    spoil: Callable[[Path], Any], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(folder)
    before = sorted(path.name for path in folder.parent.iterdir())
    assert main([*SWEEP, f"output={folder}"]) == 2
    assert str(folder.name) in capsys.readouterr().err
    assert main([*BREAK_EVEN, f"output={folder}"]) == 2
    assert str(folder.name) in capsys.readouterr().err
    assert sorted(path.name for path in folder.parent.iterdir()) == before


def test_a_received_warm_up_of_another_form_is_reported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("warm_up.parquet", "warm_up_days.parquet"):
        write_table(pd.DataFrame({"pilot": [1]}), folder / name)
    assert main([*SWEEP, "study.warm_up_weeks=auto", f"output={folder}"]) == 2
    assert "warm_up.parquet, column" in " ".join(capsys.readouterr().err.split())
