"""The event log of a run on disk opens in our own readers and in vidigi, and says what the run says."""

import datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

import sim
from sim.cli import main
from sim.engine.event_log import event_log
from sim.engine.trajectory import TASK_KINDS, Trajectory
from sim.runs.event_export import VIDIGI_COLUMNS, WAITING, event_table, vidigi_table, write_event_log
from sim.visits.xes import xes_events

pytestmark = pytest.mark.end_to_end

MONDAY = datetime.date(2024, 1, 1)
SHORT = ("study=run", "staffing=peer_added", "study.weeks=1", "study.warm_up_weeks=0", "demand.growth=0.5")


@pytest.fixture(scope="module")
def run() -> Trajectory:
    return sim.simulate(sim.load(*SHORT, "demand.mental_health_share=0.15"), seed=2)


def test_the_long_table_has_every_event_of_the_log_with_minutes_and_calendar_time(run: Trajectory) -> None:
    table, log = event_table(run, MONDAY), event_log(run, MONDAY)
    names = ["case", "patient", "stream", "acuity", "activity", "lifecycle", "resource", "minutes", "timestamp"]
    assert list(table.columns) == names
    for name in ("case", "activity", "lifecycle", "resource"):
        assert table[name].tolist() == log[name].tolist()
    assert (table["timestamp"] - log["time"]).abs().max() <= pd.Timedelta("1ms")
    assert table["patient"].astype(str).tolist() == [case.split("-")[0] for case in table["case"]]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_file_holds_the_long_table(run: Trajectory, kind: str, tmp_path: Path) -> None:
    path = write_event_log(run, kind, tmp_path, "one", MONDAY)
    assert path == tmp_path / f"one.{kind}"
    read = duckdb.sql(f"SELECT * FROM '{path}'").df()
    table = event_table(run, MONDAY)
    assert list(read.columns) == list(table.columns)
    assert read["minutes"].tolist() == table["minutes"].tolist()
    assert read["timestamp"].tolist() == table["timestamp"].tolist()
    assert read["resource"].fillna("").tolist() == table["resource"].tolist()


def test_the_xes_file_read_by_our_own_reader_holds_every_event_in_its_case(run: Trajectory, tmp_path: Path) -> None:
    path = write_event_log(run, "xes", tmp_path, "one", MONDAY)
    with path.open("rb") as stream:
        events = list(xes_events(stream))
    table = event_table(run, MONDAY)
    assert len(events) == len(table)
    read = pd.DataFrame(events).rename(columns={"case:concept:name": "case"})
    for _, ours in table.groupby("case", sort=False):
        theirs = read[read["case"] == ours["case"].iloc[0]]
        assert theirs["concept:name"].tolist() == ours["activity"].tolist()
        assert theirs["lifecycle:transition"].tolist() == ours["lifecycle"].tolist()
        assert theirs["org:resource"].fillna("").tolist() == ours["resource"].tolist()
        assert theirs["minutes"].astype(float).tolist() == ours["minutes"].tolist()
        assert pd.to_datetime(theirs["time:timestamp"]).dt.tz_localize(None).tolist() == ours["timestamp"].tolist()
        if ours.index[0] > 400:
            break
    first = read.drop_duplicates("case")
    assert first["case:acuity"].astype(int).tolist() == table.drop_duplicates("case")["acuity"].tolist()


def test_a_log_for_vidigi_has_each_visit_in_one_place_at_a_time(run: Trajectory) -> None:
    log = vidigi_table(run, MONDAY)
    assert tuple(log.columns) == VIDIGI_COLUMNS
    assert set(log["event_type"]) == {"arrival_departure", "queue", "resource_use", "resource_use_end"}
    edges = log[log["event_type"] == "arrival_departure"]
    assert set(edges["event"]) == {"arrival", "depart"}
    assert (edges["event"] == "arrival").sum() == run.n_visits
    assert not edges.duplicated(["entity_id", "event"]).any()
    used = log["event_type"].isin(["resource_use", "resource_use_end"])
    assert log["resource_id"].notna().equals(used)
    assert log["time"].is_monotonic_increasing
    departed = log["entity_id"].map(edges[edges["event"] == "depart"].set_index("entity_id")["time"])
    assert not (log["time"] > departed).any()


def test_use_of_a_member_in_the_log_for_vidigi_is_the_work_of_the_run(run: Trajectory) -> None:
    """The visit's own path and peer contacts; what goes on past departure ends outside it."""
    log = vidigi_table(run, MONDAY)
    number = {name: place for place, name in enumerate(run.members, 1)}
    tasks = run.task_columns
    departure = run.visit_columns["departure"][tasks["visit"]]
    kinds = [TASK_KINDS.index(kind) for kind in ("main", "contact")]
    told = np.isin(tasks["kind"], kinds) & ~np.isnan(tasks["started"]) & ~(tasks["started"] > departure)
    expected = pd.Series(tasks["member"][told] + 1).value_counts().sort_index()
    begun = log[log["event_type"] == "resource_use"]
    assert begun["resource_id"].astype(int).value_counts().sort_index().to_dict() == expected.to_dict()
    assert begun["resource_id"].tolist() == [number[name] for name in begun["resource"]]


def test_after_a_contact_a_visit_waits_for_what_it_waited_for_before(run: Trajectory) -> None:
    log = vidigi_table(run, MONDAY)
    contact = log["event"].str.startswith("contact ") & (log["event_type"] == "resource_use_end")
    after = log["event"].shift(-1)[contact & (log["entity_id"] == log["entity_id"].shift(-1))]
    assert contact.sum() > 5
    assert (after.str.startswith(WAITING) | ~after.str.startswith("contact ")).all()
    for place in log.index[contact]:
        of_visit = log[(log["entity_id"] == log.at[place, "entity_id"]) & (log.index < place)]
        last = of_visit[~of_visit["event"].str.startswith("contact ")].iloc[-1]
        if last["event_type"] == "queue":
            assert (log.at[place + 1, "event"], log.at[place + 1, "event_type"]) == (last["event"], "queue")


def test_vidigi_opens_the_log_unchanged(run: Trajectory, tmp_path: Path) -> None:
    logging = pytest.importorskip("vidigi.logging", reason="vidigi is not installed (pip install 'vidigi>=2,<3')")
    prep = pytest.importorskip("vidigi.prep")
    log = pd.read_csv(write_event_log(run, "vidigi", tmp_path, "one", MONDAY))
    logger = logging.EventLogger()
    logger.from_csv(log)
    assert logger.summary()["unique_entities"] == run.n_visits
    for row in log.head(200).astype(object).where(log.head(200).notna(), None).to_dict("records"):
        row["resource_id"] = None if row["resource_id"] is None else int(row["resource_id"])
        logging.BaseEvent.model_validate(row)
    snapshots = prep.reshape_for_animations(log, every_x_time_units=60, limit_duration=1440)
    noon = snapshots[(snapshots["snapshot_time"] == 720) & (snapshots["event_type"] != "exit")]
    visits = run.visits
    present = (visits["arrival"] <= 720) & ~(visits["departure"] < 720)
    assert noon["entity_id"].nunique() == present.sum()


@pytest.mark.parametrize("kind", ["csv", "vidigi"])
def test_a_run_writes_its_events_beside_its_visits_for_the_first_replication(kind: str, tmp_path: Path) -> None:
    output = tmp_path / "out"
    command = [*SHORT, "study.replications=2", f"study.event_log={kind}", f"output={output}"]
    assert main(command) == 0
    suffix = "-vidigi.csv" if kind == "vidigi" else ".csv"
    assert [path.name for path in (output / "events").iterdir()] == [f"peer_added{suffix}"]
    assert main(command) == 0  # the folder is known as an earlier result


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["study=run", "study.event_log=json"], "study.event_log"),
        (["study=assumptions", "+study.event_log=csv"], "is a key of study=compare and study=run"),
        (["-m", "staffing=traditional,peer_added", "study.event_log=csv"], "a sweep keeps measures, no events"),
    ],
)
def test_an_event_log_where_there_is_none_is_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert said in " ".join(capsys.readouterr().err.split())
