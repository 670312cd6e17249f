"""Numbers that the page lets move: `sim/data/planner_sliders.csv`, each with its row of the assumption register."""

import csv
from functools import lru_cache
from typing import Any

from sim.department.pathway import Board
from sim.department.scenario import Scenario, steps_with_paths
from sim.register.rows import DATA, read_register

SLIDERS = DATA / "planner_sliders.csv"


@lru_cache(maxsize=1)
def slider_rows() -> tuple[dict[str, str], ...]:
    """Key, label, ends and step of each slider, and the row of the register that says where its number comes from."""
    with SLIDERS.open(newline="", encoding="utf-8") as lines:
        return tuple(csv.DictReader(lines))


PEER_HOURS = "peer_hours"
"""The slider that is no key: it makes shifts of peers longer, shorter, more and fewer, by the rule it states."""


def offers_peers(scenario: Scenario) -> bool:
    """Whether some stream of the department is offered peer support."""
    return any(stream in scenario.department.streams for stream in scenario.support.streams)


def groups_without_meaning(scenario: Scenario) -> set[str]:
    """Groups of keys that change nothing in the department."""
    boards = any(isinstance(step, Board) for _, step in steps_with_paths(scenario))
    return (set() if boards else {"boarding"}) | (set() if offers_peers(scenario) else {"support", "effects"})


def slider_of_peer_hours(scenario: Scenario) -> dict[str, Any] | None:
    """The ends of the slider of peer hours, its label and evidence; None where no stream is offered peer support."""
    if not offers_peers(scenario):
        return None
    row = next(row for row in slider_rows() if row["key"] == PEER_HOURS)
    return {"label": row["label"], "high": float(row["high"]), "unit": row["unit"], "evidence": evidence_of(row["row"])}


def evidence_of(number: str) -> str:
    """A row of the register in words."""
    row = read_register()[number]
    span = f" ({row.low} to {row.high})" if (row.low, row.high) != (row.value, row.value) else ""
    return f"{row.id}, grade {row.grade}: {row.value}{span}; {row.source}"


def sliders(scenario: Scenario) -> list[dict[str, Any]]:
    """The sliders that mean something in a scenario, with its own values and the evidence in words."""
    found, left_out = [], groups_without_meaning(scenario)
    for row in slider_rows():
        value = number_at(scenario, row["key"])
        if value is None or row["key"].partition(".")[0] in left_out:
            continue
        low, high = min(float(row["low"]), value), max(float(row["high"]), value)
        found.append(
            {
                "key": row["key"], "label": row["label"], "section": row["section"],
                "value": value, "low": low, "high": high, "step": float(row["step"]), "unit": row["unit"],
                "evidence": evidence_of(row["row"]),
            }
        )  # fmt: skip
    return found


def number_at(scenario: Scenario, key: str) -> float | None:
    """The number under a key; None where the scenario has none there."""
    value: Any = scenario
    for name in key.split("."):
        value = getattr(value, name, None)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
