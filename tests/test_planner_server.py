"""The planners' page over HTTP: what it answers, what it refuses, and that no page sees another's question."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

import sim
from sim.commands.app import read_words, socket_on
from sim.config import compose
from sim.engine.floor_day import floor_day
from sim.planner import long_studies
from sim.planner.answers import PAGE_LOOKS
from sim.planner.days import DAY_TABLES, both_days
from sim.planner.guards import HEADERS, MOST_BODY_BYTES
from sim.planner.questions import PageQuestion, PageQuestions
from sim.planner.server import PAGE_FILES, SEED
from sim.runs.engines import COMPILED, ENGINES
from tests.planner_client import SHORT, TOKEN, Client, serving, short_command
from tests.waiting import wait_until

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def start(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.send("GET", "/api/start").body)
    return found


@pytest.fixture
def question(start: dict[str, Any]) -> dict[str, Any]:
    return {"baseline": "traditional", "roster": json.loads(json.dumps(start["staffings"]["peer_added"]))}


# --- answers


def test_the_page_begins_with_every_staffing_and_slider(start: dict[str, Any]) -> None:
    assert (start["baseline"], start["begin_from"]) == ("traditional", "peer_added")
    assert start["staffings"]["peer_added"]["psw"]["shifts"]["day"]["start"] == "09:00"
    assert {"demand.growth", "support.wish_minutes"} <= {slider["key"] for slider in start["sliders"]}
    assert all(slider["evidence"].partition(",")[0] for slider in start["sliders"])
    assert start["effects"][0] == "none"


def test_the_last_look_is_what_a_comparison_gives(client: Client, question: dict[str, Any]) -> None:
    looks = client.looks(question)
    assert [look["n"] for look in looks] == list(PAGE_LOOKS)
    answer = sim.compare(["traditional", "peer_added"], *SHORT[:2], "study.demand_levels=[1.0]", replications=20)
    table = answer.differences.set_index(["staffing", "measure"])
    assert looks[-1]["rows"]
    for row in looks[-1]["rows"]:
        found = table.loc[("peer_added", row["measure"])]
        assert row["mean"] == pytest.approx(found["mean"], rel=1e-12, abs=1e-12), row["measure"]


def test_who_is_met_is_what_a_comparison_says(client: Client, question: dict[str, Any]) -> None:
    *early, last = client.looks(question)
    assert [look["groups"] for look in early] == [[]] * len(early)
    answer = sim.compare(["traditional", "peer_added"], *SHORT[:2], "study.demand_levels=[1.0]", replications=20)
    table = answer.breakdown(by="weekday").set_index(["staffing", "group", "measure"])
    met = {row["group"]: row for row in last["groups"] if row["by"] == "weekday"}
    assert list(met) == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    for day, row in met.items():
        found = table.loc[("peer_added", day[:3].lower(), "reach_of_eligible.mental_health")]
        assert (row["share"] is None) == bool(found["hidden"])
        if row["share"] is not None:
            assert row["share"] == pytest.approx(found["mean"])


def test_without_peers_nobody_is_said_to_be_left_out(client: Client, start: dict[str, Any]) -> None:
    asked = {"baseline": "traditional", "roster": start["staffings"]["clinician_added"]}
    assert client.looks(asked)[-1]["groups"] == []


def test_nothing_is_marked_before_the_last_look(client: Client, question: dict[str, Any]) -> None:
    *early, last = client.looks(question)
    assert {row["mark"] for look in early for row in look["rows"]} == {""}
    marks = {row["measure"]: row["mark"] for row in last["rows"]}
    assert marks["reach.mental_health"] == "better"
    assert marks["staff_cost_per_week.all"] == "worse"


def test_the_same_roster_is_identical_and_played_once(client: Client, start: dict[str, Any]) -> None:
    before = client.queue.n_played
    same = {"baseline": "nurse_added", "roster": start["staffings"]["nurse_added"]}
    last = client.looks(same)[-1]
    assert {row["difference"] for row in last["rows"]} == {"identical"}
    assert client.queue.n_played - before == PAGE_LOOKS[-1]


def test_numbers_of_peers_leave_a_baseline_without_peers_as_it_is(client: Client, question: dict[str, Any]) -> None:
    client.looks(question)
    before = client.queue.n_played
    client.looks(question | {"values": {"support.wish_minutes": 120.0}})
    assert client.queue.n_played - before == PAGE_LOOKS[-1]  # of the roster with peers alone


def test_a_moved_shift_is_answered_anew(client: Client, question: dict[str, Any]) -> None:
    first = client.looks(question)[-1]
    question["roster"]["psw"]["shifts"]["day"]["start"] = "13:30"
    assert client.looks(question)[-1]["rows"] != first["rows"]


def test_the_first_line_gives_cost_hours_and_cover(client: Client, question: dict[str, Any]) -> None:
    line = client.send("POST", "/api/ask", {"question": question}).body.splitlines()[0]
    found = json.loads(line)["rosters"]
    assert found["tried"]["cost"] == pytest.approx(sim.load("staffing=peer_added").staffing.weekly_cost())
    assert found["tried"]["hours"]["psw"] == 108
    assert len(found["cover"]["psw"]) == 336
    assert max(found["cover"]["psw"]) == 2


def test_a_journey_is_that_of_the_study(client: Client, question: dict[str, Any]) -> None:
    found = client.post("/api/journey", {"question": question})
    assert found["patient"] in found["patients"]
    assert [len(visit["words"]) > 3 for visit in found["visits"]] == [True, True]


def test_a_saved_question_is_a_file_that_the_command_plays(
    client: Client, question: dict[str, Any], tmp_path: Path
) -> None:
    question["roster"]["psw"]["shifts"]["evening"]["heads"] = 2
    question["values"] = {"demand.growth": 1.05}
    saved = client.post("/api/save", {"question": question, "name": "ours"})
    (tmp_path / "question").mkdir()
    (tmp_path / "question" / saved["file"]).write_text(saved["text"])
    played = compose(["question=ours", *SHORT], tmp_path)
    assert list(played.scenarios) == ["traditional", "ours"]
    assert played.scenarios["ours"].staffing.roles["psw"].shifts["evening"].heads == 2
    assert played.scenarios["ours"].demand.growth == 1.05
    by_page = PageQuestions(SHORT, None).scenarios(PageQuestion(**question))
    assert [one.result_key() for one in by_page] == [one.result_key() for one in played.scenarios.values()]
    loaded = client.post("/api/load", saved["text"])["question"]
    assert client.looks(loaded)[-1]["rows"] == client.looks(question)[-1]["rows"]


def test_probability_and_regret_come_with_the_last_look_alone(client: Client, question: dict[str, Any]) -> None:
    *early, last = client.looks(question)
    assert [look["choices"] for look in early] == [[]] * len(early)
    texts = {row["measure"]: row["text"] for row in last["choices"]}
    assert "more than 99 %" in texts["reach.mental_health"]
    assert last["choices"][0]["label"]


@pytest.mark.parametrize("weekday", [0, 4])
def test_a_day_is_that_of_the_first_replication_under_both(
    weekday: int, client: Client, question: dict[str, Any]
) -> None:
    found = client.post("/api/day", {"question": question, "weekday": weekday})["days"]
    for shown, scenario in zip(found, PageQuestions(SHORT, None).scenarios(PageQuestion(**question)), strict=True):
        day = floor_day(ENGINES[COMPILED](scenario, SEED, 0), scenario, weekday)
        for table in DAY_TABLES:
            assert shown[table] == [list(row) for row in getattr(day, table)]
    baseline, tried = ([role["name"] for role in day["roles"] if role["is_peer"]] for day in found)
    assert (baseline, tried) == ([], ["peer support"])
    assert len({role["tag"] for role in found[1]["roles"]}) == len(found[1]["roles"])


def test_a_day_that_is_not_played_says_why(question: dict[str, Any]) -> None:
    scenario = PageQuestions(SHORT, None).scenarios(PageQuestion(**question))[1]
    short = scenario.model_copy(update={"period": scenario.period.model_copy(update={"minutes": 600.0})})
    assert "play more weeks" in both_days((short, short), SEED, 0)["nothing"]


# --- refusals


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"roster": {"nurse": {"heads": 0}}}, "staffing.nurse", "minimum cover"),
        ({"roster": {"psw": {"shifts": {"day": {"start": "25:00"}}}}}, "staffing.psw.shifts.day.start", "07:30"),
        ({"roster": {"psw": {"also_serves": [["nurse"]]}}}, "staffing.psw.also_serves", "no clinical"),
        ({"values": {"demand.grwoth": 1.1}}, "demand.grwoth", "growth"),
        ({"values": {"executor.workers": 1.0}}, "executor.workers", "the page sets numbers"),
        ({"values": {"study.weeks": 9999.0}}, "study.weeks", "the page sets numbers"),
        ({"baseline": "nobody"}, "staffing", "peer_added"),
    ],
)
def test_what_cannot_be_played_is_refused_with_its_remedy(
    change: dict[str, Any], path: str, words: str, client: Client, question: dict[str, Any]
) -> None:
    for key, value in change.items():
        question[key] = merged(question.get(key, {}), value)
    for endpoint in ("ask", "save", "journey", "day", "study"):
        problems = client.post(f"/api/{endpoint}", {"question": question})["problems"]
        found = {problem["path"]: problem["remedy"] for problem in problems}
        assert path in found, problems
        assert words in found[path]


def merged(data: Any, change: Any) -> Any:
    """The data with entries changed."""
    if not isinstance(data, dict) or not isinstance(change, dict):
        return change
    return {**data, **{key: merged(data.get(key), value) for key, value in change.items()}}


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", "nul", '{"question": {}}', '{"question": {"baseline": "a b", "roster": {}}}',
     '{"question": {"baseline": "traditional", "roster": [], "values": {"a": "b"}}}',
     '{"question": {"baseline": "../x", "roster": {}}, "more": 1}'],
)  # fmt: skip
def test_what_is_no_question_is_refused(body: str, client: Client) -> None:
    response = client.send("POST", "/api/ask", body)
    assert response.status == 200
    assert json.loads(response.body)["problems"]


@pytest.mark.parametrize(
    "text",
    ["", "nurse: [", "a: &a [*a]", "!!python/object:os.system {}", "defaults: [/etc/passwd]", "\x00",
     "{baseline: traditional, effects: none, roster: {name: '${oc.env:HOME}'}}",
     "{baseline: ../../etc/passwd, effects: none, roster: {}}",
     "{baseline: traditional, effects: none, roster: {}, values: {executor.address: 1}}"],
)  # fmt: skip
def test_a_hostile_file_is_refused(text: str, client: Client) -> None:
    found = client.post("/api/load", text)
    assert found.get("problems"), found


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 400),
        ({"Host": "127.0.0.1:1"}, 400),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "null"}, 403),
        ({"X_PeerED_Token": "another"}, 403),
        ({"X_PeerED_Token": ""}, 403),
    ],
)
def test_another_page_is_not_answered(
    headers: dict[str, str], status: int, client: Client, question: dict[str, Any]
) -> None:
    assert client.send("POST", "/api/ask", {"question": question}, **headers).status == status


def test_the_page_itself_needs_the_token(client: Client) -> None:
    assert client.send("GET", "/").status == 403
    assert client.send("GET", "/?token=wrong").status == 403
    response = client.send("GET", f"/?token={TOKEN}")
    assert response.status == 200
    assert {key: response.headers[key] for key in HEADERS} == HEADERS


def test_only_files_of_the_page_are_served(client: Client) -> None:
    for name in PAGE_FILES:
        assert client.send("GET", f"/page/{name}").status == 200
    for name in ("../server.py", "%2e%2e%2fserver.py", "index.html", ""):
        assert client.send("GET", f"/page/{name}").status == 404


def test_a_body_too_large_is_refused(client: Client) -> None:
    assert client.send("POST", "/api/load", "#" * (MOST_BODY_BYTES + 1)).status == 413


def test_questions_of_many_pages_do_not_mix(client: Client, question: dict[str, Any], start: dict[str, Any]) -> None:
    rosters = [start["staffings"][name] for name in ("peer_added", "nurse_added", "peer_247", "peer_evening")]
    asked = [question | {"roster": roster} for roster in rosters]
    alone = [client.looks(one)[-1]["rows"] for one in asked]
    found: dict[int, Any] = {}

    def ask(number: int) -> None:
        found[number] = client.looks(asked[number % 4], page=f"page-{number}")[-1]["rows"]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number] == alone[number % 4] for number in range(8)] == [True] * 8


def test_a_page_that_goes_away_has_nothing_more_played(client: Client, question: dict[str, Any]) -> None:
    body = json.dumps({"question": question | {"values": {"demand.growth": 1.07}}, "page": "gone"})
    head = (
        f"POST /api/ask HTTP/1.1\r\nHost: {client.host}\r\nOrigin: http://{client.host}\r\n"
        f"X-PeerED-Token: {TOKEN}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", client.port)) as connection:
        connection.sendall((head + body).encode())
        connection.recv(200)
    wait_until(lambda: client.queue.n_open == 0)


# --- the command


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], (8765, True, [])),
        (["--port", "0", "demand.growth=1.1"], (0, True, ["demand.growth=1.1"])),
        (["--port=9000", "--no-browser"], (9000, False, [])),
    ],
)
def test_the_command_reads_its_words(words: list[str], found: tuple[int, bool, list[str]]) -> None:
    assert read_words(words) == found


@pytest.mark.parametrize("words", [["--port", "99999"], ["--port"], ["--public"]])
def test_the_command_refuses_other_words(words: list[str]) -> None:
    with pytest.raises(ValueError, match="--p"):
        read_words(words)


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    from sim.cli import main

    listening = socket_on(0)
    assert listening is not None
    assert main(["app", "--no-browser", "--port", str(listening.getsockname()[1])]) == 2
    assert "is taken: write --port 0" in capsys.readouterr().err
    listening.close()


# --- a long study


def test_a_long_study_is_the_command_and_ends_with_its_report(
    client: Client, question: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_studies, "study_command", short_command)
    body = client.send("POST", "/api/study", {"question": question}).body
    events = [json.loads(line) for line in body.splitlines()]
    names = [event["event"] for event in events]
    assert (names[0], names[-2:]) == ("progress", ["end", "report"])
    answer = next(event for event in events if event["event"] == "answer")
    assert answer["question"].startswith("Your roster beside traditional: 2 replications")
    assert events[-1]["html"].startswith("<!doctype html>")


def test_a_search_ends_with_the_shifts_it_found_for_the_same_hours(
    client: Client, question: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_studies, "study_command", short_command)
    question["roster"]["nurse"]["shifts"]["from_11"]["heads"] = 4  # what is tried is no staffing that has a file
    body = client.send(
        "POST", "/api/study", {"question": question, "study": "better_roster", "objective": "night"}
    ).body
    events = {event["event"]: event for event in map(json.loads, body.splitlines())}
    assert "your roster" in events["answer"]["question"]
    assert events["report"]["html"].startswith("<!doctype html>")
    found = events["found"]
    assert found["role"] == "psw"
    question["roster"]["psw"]["shifts"] = found["shifts"]
    line = client.send("POST", "/api/ask", {"question": question}).body.splitlines()[0]
    hours = json.loads(line)["rosters"]["tried"]["hours"]
    assert 100 <= hours["psw"] <= 108
    assert hours["nurse"] > sim.load("staffing=traditional").staffing.roles["nurse"].hours_per_week()


@pytest.mark.parametrize(
    ("staffing", "objective", "path", "words"),
    [
        ("peer_added", "reech", "study.objective", "reach"),
        ("traditional", "reach", "study.role", "psw"),
    ],
)
def test_a_search_that_cannot_be_is_refused_with_its_remedy(
    staffing: str, objective: str, path: str, words: str, client: Client, start: dict[str, Any]
) -> None:
    asked = {"baseline": "traditional", "roster": start["staffings"][staffing]}
    body = client.send("POST", "/api/study", {"question": asked, "study": "better_roster", "objective": objective}).body
    (line,) = [json.loads(line) for line in body.splitlines()]
    problems = {problem["path"]: problem["remedy"] + problem["value"] for problem in line["problems"]}
    assert words in problems[path], problems


def test_a_long_study_that_nobody_reads_is_ended(client: Client, question: dict[str, Any]) -> None:
    body = json.dumps({"question": question})
    head = (
        f"POST /api/study HTTP/1.1\r\nHost: {client.host}\r\nOrigin: http://{client.host}\r\n"
        f"X-PeerED-Token: {TOKEN}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", client.port)) as connection:
        connection.sendall((head + body).encode())
        read = b""
        while b'"progress"' not in read:
            read += connection.recv(4000)
        assert client.planner.n_studies == 1
    wait_until(lambda: client.planner.n_studies == 0)
    assert not [child for child in psutil.Process().children() if "--json-progress" in child.cmdline()]
