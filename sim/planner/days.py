"""A day on the floor under both staffings, for the page: the first such weekday of the first replication of both."""

from typing import Any

from sim.department.scenario import Scenario
from sim.engine.floor_day import FloorDay, NoSuchDay, floor_day
from sim.report.journey import ZONES
from sim.runs.engines import COMPILED, ENGINES

DAY_TABLES = ("visits", "stays", "waits", "duties", "work", "breaks")
LONGEST_TAG = 3


def both_days(scenarios: tuple[Scenario, Scenario], seed: int, weekday: int) -> dict[str, Any]:
    """The day under the baseline and under what is tried, as rows of whole numbers with their words; or why none."""
    try:
        days = [day_of(scenario, seed, weekday) for scenario in scenarios]
    except NoSuchDay as error:
        return {"nothing": str(error)}
    return {"days": days}


def day_of(scenario: Scenario, seed: int, weekday: int) -> dict[str, Any]:
    """The rows of `FloorDay`, and what their numbers stand for."""
    day = floor_day(ENGINES[COMPILED](scenario, seed, 0), scenario, weekday)
    return {table: getattr(day, table) for table in DAY_TABLES} | {
        "streams": [
            {"name": name.replace("_", " "), "offered": name in scenario.support.streams} for name in day.streams
        ],
        "zones": [
            {"name": ZONES.get(zone, zone.replace("_", " ")), "places": places}
            for zone, places in zip(day.zones, day.places, strict=True)
        ],
        "roles": roles_of_day(day, scenario),
    }


def roles_of_day(day: FloorDay, scenario: Scenario) -> list[dict[str, Any]]:
    """Words of each role, the letters that stand for it in the drawing, and whether it is one of peers."""
    roles = scenario.staffing.roles
    words = [role_words(name, scenario) for name in day.roles]
    tags = tags_of(words)
    return [
        {"name": word, "tag": tag, "is_peer": name in roles and roles[name].kind == "peer"}
        for name, word, tag in zip(day.roles, words, tags, strict=True)
    ]


def role_words(role: str, scenario: Scenario) -> str:
    """A role as the page says it."""
    return "peer support" if role == scenario.support.role else role.replace("_", " ")


def tags_of(words: list[str]) -> list[str]:
    """The first letters that tell each word from the others, three at most."""
    tags = []
    for place, word in enumerate(words):
        others = [other for number, other in enumerate(words) if number != place]
        lengths = range(1, LONGEST_TAG)
        enough = next((n for n in lengths if not any(other.startswith(word[:n]) for other in others)), LONGEST_TAG)
        tags.append(word[:enough].capitalize())
    return tags
