"""The server of the planners' page, for this machine alone.

It holds no question of anybody: each request brings its own, so that two pages do not see each other's. What is played
is shared (`sim.runs.run_queue`), a question is read in `questions`, put into words in `answers`, and who may ask is
decided in `guards`.
"""

import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from importlib import resources
from typing import Annotated, Any

import uvicorn
from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sim.analysis.roster_search_objectives import OBJECTIVES
from sim.department.scenario import Scenario, ScenarioError
from sim.planner.answers import FIRST_MEASURE, PAGE_LOOKS, look_rows
from sim.planner.days import both_days, role_words
from sim.planner.guards import OwnPageOnly
from sim.planner.journeys import journey_of
from sim.planner.long_studies import COMPARISON, SEARCH, long_study, long_study_of
from sim.planner.questions import Name, PageQuestion, PageQuestions, words_beside_question
from sim.planner.rosters import cover_of, hours_and_cost, question_file
from sim.planner.sliders import offers_peers, slider_of_peer_hours, sliders
from sim.runs.run_queue import QueueFull, RunNotPlayed, RunQueue

SEED = 1
MOST_STUDIES = 2
"""Long studies at once; each takes all cores that the page leaves."""
MOST_CONNECTIONS = 200
"""At once; more are answered with 503."""
PAGE_FILES = {
    "main.js": "text/javascript",
    "roster.js": "text/javascript",
    "answer.js": "text/javascript",
    "journey.js": "text/javascript",
    "day.js": "text/javascript",
    "floor.js": "text/javascript",
    "peer_hours.js": "text/javascript",
    "study.js": "text/javascript",
    "page_parts.js": "text/javascript",
    "style.css": "text/css",
}
"""What the page loads, with its type; nothing else is served."""


class PageRequest(BaseModel):
    """A question with what the page says of itself: `page` is a random text, so that its last question counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: PageQuestion
    page: Annotated[str, Field(pattern=r"^[0-9a-z-]{1,40}$")] = "page"
    patient: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    weekday: Annotated[int, Field(ge=0, le=6)] = 0
    assumptions: bool = False
    study: Annotated[str, Field(pattern=f"^({COMPARISON}|{SEARCH})$")] = COMPARISON
    objective: Name = "reach"
    name: Name = "ours"


class PlannerServer:
    """Routes, and what they share: the reader of questions and the queue of runs."""

    def __init__(self, questions: PageQuestions, queue: RunQueue) -> None:
        self.questions, self.queue = questions, queue
        self.n_studies = 0
        self.waiting = CapacityLimiter(queue.most_open)  # threads that wait for runs, so that no others have to

    def app(self, port: int, token: str) -> Starlette:
        """The application for one port and one token."""
        routes = [
            Route("/", self.page),
            Route("/page/{name}", self.page_file),
            Route("/api/start", self.start),
            Route("/api/ask", refusing(self.ask), methods=["POST"]),
            Route("/api/journey", refusing(self.journey), methods=["POST"]),
            Route("/api/day", refusing(self.day), methods=["POST"]),
            Route("/api/save", refusing(self.save), methods=["POST"]),
            Route("/api/study", refusing(self.study), methods=["POST"]),
            Route("/api/load", refusing(self.load), methods=["POST"]),
        ]
        return Starlette(routes=routes, middleware=[Middleware(OwnPageOnly, port=port, token=token)])

    # --- the page

    async def page(self, request: Request) -> Response:
        return Response(page_text("index.html"), media_type="text/html")

    async def page_file(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in PAGE_FILES:
            return Response("no such file\n", status_code=404, media_type="text/plain")
        return Response(page_text(name), media_type=PAGE_FILES[name])

    async def start(self, request: Request) -> Response:
        """Everything the page begins with; names of departments, roles and measures come from here alone."""
        return JSONResponse(await to_thread.run_sync(self.beginning))

    def beginning(self) -> dict[str, Any]:
        scenario = self.questions.default()
        rosters = {name: self.questions.roster(name) for name in self.questions.staffings()}
        baseline = scenario.staffing.name
        return {
            "baseline": baseline,
            "begin_from": self.first_to_try(scenario, rosters),
            "staffings": rosters,
            "effects": self.questions.effects(),
            "sliders": sliders(scenario),
            "role_names": {scenario.support.role: role_words(scenario.support.role, scenario)},
            "peer_role": scenario.support.role,
            "peer_hours": slider_of_peer_hours(scenario),
            "first_measure": FIRST_MEASURE,
            "objectives": {name: objective.label for name, objective in OBJECTIVES.items()},
            "period": scenario.period.text,
            "ends": not scenario.period.is_of_weeks,
        }

    def first_to_try(self, scenario: Scenario, rosters: Mapping[str, Any]) -> str:
        """The first staffing that fits the department beside the baseline: with peers if they are offered, then any."""
        baseline, role = scenario.staffing.name, scenario.support.role
        others = [name for name in rosters if name != baseline]
        with_peers = [name for name in others if offers_peers(scenario) and role in rosters[name]]
        for name in dict.fromkeys((*with_peers, *others)):
            with suppress(ScenarioError):
                self.questions.scenarios(PageQuestion(baseline=baseline, roster=rosters[name]))
                return name
        return baseline

    # --- what is asked

    async def read_request(self, request: Request) -> tuple[PageRequest, tuple[Scenario, Scenario]]:
        """What a request asks, with its two scenarios. Raises ValidationError, ScenarioError."""
        page_request = PageRequest.model_validate_json(await request.body())
        return page_request, await to_thread.run_sync(self.questions.scenarios, page_request.question)

    async def journey(self, request: Request) -> Response:
        """One child under both."""
        page_request, scenarios = await self.read_request(request)
        return JSONResponse(await to_thread.run_sync(journey_of, scenarios, SEED, page_request.patient))

    async def day(self, request: Request) -> Response:
        """A day on the floor under both."""
        page_request, scenarios = await self.read_request(request)
        return JSONResponse(await to_thread.run_sync(both_days, scenarios, SEED, page_request.weekday))

    async def save(self, request: Request) -> Response:
        """The text of a file that holds the question."""
        page_request, _ = await self.read_request(request)
        words = words_beside_question(self.questions.overrides)
        text = question_file(page_request.name, page_request.question, words)
        return JSONResponse({"file": f"{page_request.name}.yaml", "text": text})

    async def load(self, request: Request) -> Response:
        """The question that a file holds."""
        text = (await request.body()).decode("utf-8", errors="replace")
        question = await to_thread.run_sync(self.questions.read, text)
        return JSONResponse({"question": question.model_dump()})

    async def ask(self, request: Request) -> Response:
        """Lines of JSON: both rosters, then one a look; closing the stream drops what is not yet played."""
        page_request, scenarios = await self.read_request(request)
        waiting = self.queue.open(page_request.page, scenarios, SEED, PAGE_LOOKS[-1])

        async def lines() -> AsyncIterator[str]:
            try:
                yield json.dumps({"rosters": both_rosters(*scenarios)}) + "\n"
                for n in PAGE_LOOKS:
                    look = await to_thread.run_sync(
                        self.queue.wait_for, waiting, n, abandon_on_cancel=True, limiter=self.waiting
                    )
                    yield json.dumps(look_rows(look, scenarios[0].staffing.currency), allow_nan=False) + "\n"
            except RunNotPlayed as error:
                yield json.dumps({"failed": str(error)}) + "\n"
            finally:
                self.queue.drop(waiting)

        return streamed(lines())

    async def study(self, request: Request) -> Response:
        """A long study as lines of JSON, or everything it refuses; closing the stream ends it."""
        page_request, (_, tried) = await self.read_request(request)
        if self.n_studies >= MOST_STUDIES:
            raise QueueFull(f"{self.n_studies} long studies are being played: wait for one to end, or cancel it")
        role, assumptions = tried.support.role, page_request.assumptions
        study = long_study_of(page_request.study, role, page_request.objective, assumptions)

        async def lines() -> AsyncIterator[str]:
            self.n_studies += 1
            try:
                async with aclosing(long_study(page_request.question, study, self.questions)) as played:
                    async for line in played:
                        yield line
            except ScenarioError as error:
                yield json.dumps({"event": "problems", "problems": problems_in(error)}) + "\n"
            finally:
                self.n_studies -= 1

        return streamed(lines())


def streamed(lines: AsyncIterator[str]) -> Response:
    """Lines of JSON as they come."""
    return StreamingResponse(lines, media_type="application/x-ndjson")


Endpoint = Callable[[Request], Awaitable[Response]]


def refusing(endpoint: Endpoint) -> Endpoint:
    """The endpoint, which says all that is wrong with a question instead of answering it, or that too much is asked."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except (ScenarioError, ValidationError) as error:
            return JSONResponse({"problems": problems_in(error)})
        except QueueFull as full:
            return JSONResponse({"problems": [{"path": "page", "value": "busy", "remedy": str(full)}]}, 503)

    return answered


def both_rosters(baseline: Scenario, tried: Scenario) -> dict[str, Any]:
    """Hours and cost of both rosters, cover of the one that is tried."""
    cost = {"tried": hours_and_cost(tried.staffing), "baseline": hours_and_cost(baseline.staffing)}
    return {**cost, "cover": cover_of(tried.staffing)}


def web_server(planner: PlannerServer, listening: socket.socket, token: str) -> uvicorn.Server:
    """What answers at a listening socket until it is told to end; `run(sockets=[listening])` begins."""
    app = planner.app(listening.getsockname()[1], token)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=1,
        )
    )


def page_text(name: str) -> str:
    """A file of the page."""
    return resources.files("sim.planner").joinpath("page", name).read_text(encoding="utf-8")


def problems_in(error: ScenarioError | ValidationError) -> list[dict[str, str]]:
    """Place, value and remedy of everything that is wrong."""
    if isinstance(error, ScenarioError):
        return [{"path": one.path, "value": one.value, "remedy": one.remedy} for one in error.problems]
    return [
        {"path": ".".join(map(str, one["loc"])), "value": repr(one["input"])[:60], "remedy": one["msg"]}
        for one in error.errors()
    ]
