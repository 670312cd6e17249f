"""A crowd of requests, good and hostile, and a page left open: what the server holds stays bounded, and nothing mixes.

Runs are planted: playing is not the point here.
"""

import functools
import gc
import json
import sys
from collections.abc import Callable, Iterator, Sized
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from sim.department.scenario import Scenario
from sim.planner.answers import PAGE_LOOKS
from sim.planner.guards import MOST_BODY_BYTES
from tests.planner_client import TOKEN, Client, serving

pytestmark = pytest.mark.end_to_end

MOST_CACHED = 60
N_GOOD = 6
SECRET = "a-name-that-nobody-else-may-see"
FEW_QUESTIONS = 25
MOST_GROWTH_BLOCKS = 400 * FEW_QUESTIONS
"""Pieces of memory, of any number of questions from a few on: a server that kept two scenarios of each question would
hold a thousand more of each."""
N_VALUES = 128
"""Of a run: more than there are headline measures, and a whole number of sums of groups."""


def planted_run(scenario: Scenario, seed: int, replication: int) -> np.ndarray:
    """Values of a run that is not played; they depend on the scenario, so that a mix-up shows."""
    of_scenario = [round(1e6 * scenario.demand.growth), len(scenario.staffing.roles)]
    return np.random.default_rng([replication, *of_scenario]).uniform(1.0, 9.0, N_VALUES)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving(planted_run, most_cached=MOST_CACHED) as served:
        yield served


@pytest.fixture(scope="module")
def roster(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.send("GET", "/api/start").body)["staffings"]["peer_added"]
    return found


def question(roster: dict[str, Any], number: int) -> dict[str, Any]:
    """A question that nobody has asked before."""
    return {"baseline": "traditional", "roster": roster, "values": {"demand.growth": 1.0 + number / 1e6}}


def hostile(client: Client, roster: dict[str, Any]) -> list[Callable[[], Any]]:
    """Requests that must be refused, each in a way of its own."""
    asked = {"question": question(roster, 0)}
    deep = "[" * 2_000
    return [
        lambda: client.send("POST", "/api/ask", asked, Host="evil.example"),
        lambda: client.send("POST", "/api/ask", asked, Origin="http://evil.example"),
        lambda: client.send("POST", "/api/study", asked, X_PeerED_Token="guessed"),
        lambda: client.send("GET", "/?token=guessed"),
        lambda: client.send("GET", "/page/..%2fserver.py"),
        lambda: client.send("DELETE", "/api/ask"),
        lambda: client.send("POST", "/api/ask", deep),
        lambda: client.send("POST", "/api/load", deep),
        lambda: client.send("POST", "/api/load", "a: &a [*a]"),
        lambda: client.send("POST", "/api/load", "#" * (MOST_BODY_BYTES + 1)),
        lambda: client.send("POST", "/api/day", {"question": {}, "weekday": 9}),
        lambda: client.send("POST", "/api/save", {**asked, "name": "../../etc/passwd"}),
        lambda: client.send("POST", "/api/journey", {**asked, "patient": -1}),
        lambda: client.send("POST", "/api/ask", {"question": None}),
    ]


def held(client: Client) -> dict[str, int]:
    """The size of everything that the server holds between two requests, by name."""
    parts = {"queue": client.queue, "planner": client.planner, "questions": client.planner.questions}
    sizes = {
        f"{name}.{attribute}": len(value)
        for name, part in parts.items()
        for attribute, value in vars(part).items()
        if isinstance(value, Sized) and not isinstance(value, str)
    }
    waiting = client.planner.waiting.borrowed_tokens
    return sizes | {"studies": client.planner.n_studies, "threads that wait": waiting, "connections": client.n_open()}


def size_of_caches() -> int:
    """Entries of all functions of the product that remember what they have answered."""
    caches = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
    return sum(one.cache_info().currsize for one in caches if str(one.__module__).startswith("sim."))


def settled(client: Client) -> dict[str, int]:
    """What the server holds once nobody asks any more."""
    client.until(lambda: not client.queue.n_open and not client.n_open() and not client.planner.waiting.borrowed_tokens)
    return held(client)


@pytest.mark.parametrize("n_requests", [150, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_crowd_of_requests_leaves_nothing_behind(n_requests: int, client: Client, roster: dict[str, Any]) -> None:
    before = client.looks(question(roster, 0))
    attacks = hostile(client, roster)
    unknown = {"question": {**question(roster, 0), "values": {"executor.workers": 9.0}}}
    answers: dict[int, Any] = {}

    def send(number: int) -> bytes:
        if number % (n_requests // N_GOOD) == 0:
            named = {**roster, "label": SECRET}
            answers[number] = client.looks(question(named, number % 3), page=f"page-{number}")
            return b""
        found = attacks[number % len(attacks)]() if number % 50 else client.send("POST", "/api/ask", unknown)
        assert found.status in (200, 400, 403, 404, 405, 413)
        assert found.status != 200 or json.loads(found.body)["problems"]
        body: bytes = found.body
        return body

    with ThreadPoolExecutor(4) as crowd:
        bodies = list(crowd.map(send, range(n_requests)))
    assert len(answers) >= N_GOOD
    assert all(looks[-1]["n"] == PAGE_LOOKS[-1] for looks in answers.values())
    assert not [body for body in bodies if SECRET.encode() in body]
    assert client.looks(question(roster, 0)) == before
    sizes = settled(client)
    assert sizes.pop("queue._cache") <= MOST_CACHED
    assert sizes.pop("queue._threads") == 2
    own = {"questions.overrides": 3, "questions._words": 4}
    assert {name: size for name, size in sizes.items() if size} == own


def test_a_page_left_open_makes_the_server_no_larger(client: Client, roster: dict[str, Any]) -> None:
    assert blocks_grown(client, roster, FEW_QUESTIONS) < MOST_GROWTH_BLOCKS


@pytest.mark.slow
def test_ten_thousand_questions_make_the_server_no_larger(client: Client, roster: dict[str, Any]) -> None:
    assert blocks_grown(client, roster, 10_000) < MOST_GROWTH_BLOCKS


def blocks_grown(client: Client, roster: dict[str, Any], n_questions: int) -> int:
    """Pieces of memory that Python holds more after so many questions of one page; caches have no entry more."""
    for number in range(4):
        client.looks(question(roster, 1000 + number))
    settled(client)
    n_entries, before = size_of_caches(), blocks_held()
    for number in range(n_questions):
        client.looks(question(roster, 2000 + number))
    settled(client)
    assert size_of_caches() == n_entries
    assert client.queue.n_cached <= MOST_CACHED
    return blocks_held() - before


def blocks_held() -> int:
    """Pieces of memory that Python holds, garbage apart."""
    gc.collect()
    return sys.getallocatedblocks()


def test_the_count_of_memory_notices_a_server_that_keeps_questions(
    client: Client, roster: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Any] = []
    read = client.planner.questions.scenarios
    monkeypatch.setattr(client.planner.questions, "scenarios", lambda asked: kept.append(read(asked)) or kept[-1])
    assert blocks_grown(client, roster, FEW_QUESTIONS) > MOST_GROWTH_BLOCKS


def test_the_token_is_in_no_answer(client: Client, roster: dict[str, Any]) -> None:
    answers = [attack().body for attack in hostile(client, roster)]
    answers.append(client.send("POST", "/api/ask", {"question": question(roster, 1)}).body)
    assert not [body for body in answers if TOKEN.encode() in body]
