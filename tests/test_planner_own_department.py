"""The page with a department, roles and zones of the user's own: shown, moved, refused with its remedy, answered."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.config import compose
from sim.engine.floor_day import TOGETHER
from sim.planner.answers import PAGE_LOOKS
from sim.planner.long_studies import SEARCH, long_study_of, study_words, write_settings
from sim.planner.questions import PageQuestion
from sim.studies.optimise_plan import optimise_plan_of
from tests.browser import Chromium
from tests.how_to_files import write_files_of
from tests.planner_client import SHORT, TOKEN, Client, serving

pytestmark = pytest.mark.end_to_end

WORDS = ("department=clinic", "support=walking", "discipline=fair")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `peered new` writes, with names of one's own: a smaller department with a zone more, peers renamed."""
    mine = tmp_path_factory.mktemp("own") / "mine"
    for words in (["department", "clinic"], ["staffing", "ours"]):
        assert main(["--config-dir", str(mine), "new", *words]) == 0
    department, staffing = mine / "department" / "clinic.yaml", mine / "staffing" / "ours.yaml"
    text = department.read_text()
    changed = text.replace("places: 22", "places: 16").replace(
        "  mh_safe:", "  garden:\n    places: 2\n    nurse_twelfths: 4\n  mh_safe:"
    )
    department.write_text(changed.replace("nurse: 6", "nurse: 5"))
    staffing.write_text(staffing.read_text().replace("\npsw:", "\nwalker:"))
    assert changed != text
    for group, lines in {
        "support": "defaults: [default, _self_]\nname: walking\nrole: walker\n",
        "discipline": "name: fair\nroles:\n  walker: {rule: fifo}\n",
    }.items():
        (mine / group).mkdir()
        (mine / group / f"{'walking' if group == 'support' else 'fair'}.yaml").write_text(lines)
    return mine


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Client]:
    with serving(words=WORDS, folder=folder) as served:
        yield served


@pytest.fixture(scope="module")
def start(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.send("GET", "/api/start").body)
    return found


@pytest.fixture
def question(start: dict[str, Any]) -> dict[str, Any]:
    return {"baseline": "traditional", "roster": json.loads(json.dumps(start["staffings"]["ours"]))}


def test_the_page_begins_with_the_roster_of_ones_own(start: dict[str, Any]) -> None:
    assert start["begin_from"] == "ours"
    assert start["peer_role"] == "walker"
    assert start["staffings"]["ours"]["walker"]["shifts"]["day"]["start"] == "09:00"
    assert start["peer_hours"]["high"] > 0


def test_it_is_answered_and_a_moved_shift_is_answered_anew(client: Client, question: dict[str, Any]) -> None:
    before = client.looks(question)[-1]
    question["roster"]["walker"]["shifts"]["evening"]["start"] = "17:30"
    after = client.looks(question)[-1]
    assert before["n"] == after["n"] == PAGE_LOOKS[-1]
    reach = [next(row for row in look["rows"] if row["measure"] == "reach.mental_health") for look in (before, after)]
    assert reach[0]["mark"] == "better"
    assert reach[0]["difference"] != reach[1]["difference"]
    assert after["groups"]


def test_a_roster_below_ones_own_minimum_cover_is_refused_with_its_remedy(
    client: Client, question: dict[str, Any]
) -> None:
    question["roster"]["nurse"]["shifts"] = {"day": {"start": "07:30", "minutes": 1440, "heads": 4}}
    (problem,) = client.post("/api/ask", {"question": question})["problems"]
    assert problem["path"] == "staffing.nurse"
    assert "minimum cover is 5" in problem["remedy"]
    assert "roster more heads" in problem["remedy"]


def test_a_role_that_nothing_asks_for_is_refused_by_its_name(client: Client, question: dict[str, Any]) -> None:
    question["roster"]["juggler"] = {"hourly_cost": 20.0, "shifts": {"day": {"start": "10:00", "minutes": 240}}}
    problems = client.post("/api/ask", {"question": question})["problems"]
    assert [problem["path"] for problem in problems if "juggler" in problem["path"]]


def test_a_day_has_the_rooms_and_the_peers_of_ones_own(client: Client, question: dict[str, Any]) -> None:
    _, tried = client.post("/api/day", {"question": question, "weekday": 2})["days"]
    zones = {zone["name"]: zone["places"] for zone in tried["zones"]}
    assert (zones["garden"], zones["acute"]) == (2, 16)
    peers = {number for number, role in enumerate(tried["roles"]) if role["is_peer"]}
    assert len(peers) == 1
    role = {person: number for person, number, *_ in tried["duties"]}
    assert {role[person] for person, _, doing, *_ in tried["work"] if doing == TOGETHER} == peers


def test_a_journey_and_a_saved_question_are_of_ones_own_too(
    client: Client, question: dict[str, Any], folder: Path
) -> None:
    assert client.post("/api/journey", {"question": question})["visits"]
    saved = client.post("/api/save", {"question": question, "name": "tried"})
    (folder / "question").mkdir()
    (folder / "question" / saved["file"]).write_text(saved["text"])
    command = saved["text"].partition("\n")[0].partition("question=tried ")[2].split()
    assert command == list(WORDS)  # what the file does not hold, and how long the page plays not
    played = compose(["question=tried", *command, *SHORT], folder)
    assert list(played.scenarios) == ["traditional", "tried"]
    assert played.scenarios["tried"].staffing.roles["walker"].kind == "peer"


def test_a_search_begins_from_ones_own_roster(question: dict[str, Any], folder: Path, tmp_path: Path) -> None:
    write_settings(tmp_path, PageQuestion(**question), folder)
    words = study_words(long_study_of(SEARCH, "walker", "night", False), WORDS)
    plan = optimise_plan_of(compose(words, tmp_path))
    assert plan.space.roles == ("walker",)
    assert plan.baseline == "your_roster"
    assert plan.team.staffing.roles["walker"].shifts["day"].start == 540.0
    assert plan.team.department.zones["garden"].places == 2


def test_a_browser_shows_it_moves_it_and_says_what_is_wrong(browser: Chromium, client: Client) -> None:
    last = f"body[data-look='{PAGE_LOOKS[-1]}']"

    def look(page: Any) -> list[Any]:
        page.wait_for_selector(last)
        page.locator(".shift.peer").first.focus()
        page.evaluate("delete document.body.dataset.look")
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(last)
        moved = page.locator(".shift.peer").first.get_attribute("aria-label")
        page.locator(".shift[data-role=nurse]").last.focus()
        page.keyboard.press("Delete")
        page.wait_for_selector("#problems li")
        problem = page.locator("#problems").inner_text()
        return [page.locator("#begin-from").input_value(), moved, problem]

    begun, moved, problem = browser.look(f"http://{client.host}/?token={TOKEN}", look)[0]
    assert begun == "ours"
    assert "day: 09:30 to 17:30" in moved
    assert "minimum cover is 5" in problem


# --- a department with nothing of the shipped one


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The call centre of the docs: no rooms, peers, boarding, mental health."""
    folder = tmp_path_factory.mktemp("centre")
    write_files_of("another-department", folder)
    with serving(words=("department=centre", "demand=calls", "staffing=agents"), folder=folder / "mine") as served:
        yield served


def test_a_call_centre_has_what_means_something_there_and_no_more(centre: Client) -> None:
    start = json.loads(centre.send("GET", "/api/start").body)
    assert (start["baseline"], start["begin_from"]) == ("agents", "four_agents")
    assert start["peer_hours"] is None
    assert [slider["key"] for slider in start["sliders"]] == ["demand.growth"]
    asked = {"question": {"baseline": "agents", "roster": start["staffings"]["four_agents"]}}
    last = centre.looks(asked["question"])[-1]
    assert {row["measure"]: row["mark"] for row in last["rows"]}["lwbs_or_ama.all"] == "better"
    assert "more than 99 %" in last["choices"][0]["text"]
    days = centre.post("/api/day", asked)["days"]
    assert [len(day["zones"]) for day in days] == [0, 0]
    assert max(len(day["duties"]) for day in days) == 4
    assert "nothing" in centre.post("/api/journey", asked)
    search = centre.send("POST", "/api/study", {**asked, "study": "better_roster"}).body
    assert [json.loads(line)["event"] for line in search.splitlines()] == ["problems"]


def test_a_browser_shows_a_call_centre_without_a_word_of_peers(browser: Chromium, centre: Client) -> None:
    def look(page: Any) -> list[Any]:
        page.wait_for_selector(f"body[data-look='{PAGE_LOOKS[-1]}']")
        page.click("#show-day")
        page.wait_for_selector("body[data-minute]")
        words = page.locator(".day-words").first.inner_text()
        hidden = [
            page.locator(place).is_visible() for place in ("#search", "#effects", "#assumed", "#slider-peer-hours")
        ]
        return [hidden, words]

    hidden, words = browser.look(f"http://{centre.host}/?token={TOKEN}", look)[0]
    assert hidden == [False] * 4
    assert " here." in words
    assert "agent " in words
