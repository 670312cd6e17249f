"""Numbers that the page lets move: `sim/data/planner_sliders.csv`, each with its row of the assumption register."""

import csv
from functools import lru_cache
from typing import Any

from sim.department.scenario import Scenario
from sim.register.rows import DATA, read_register

SLIDERS = DATA / "planner_sliders.csv"


@lru_cache(maxsize=1)
def slider_rows() -> tuple[dict[str, str], ...]:
    """Key, label, ends and step of each slider, and the row of the register that says where its number comes from."""
    with SLIDERS.open(newline="", encoding="utf-8") as lines:
        return tuple(csv.DictReader(lines))


def sliders(scenario: Scenario) -> list[dict[str, Any]]:
    """The sliders of a scenario, with its own values and the evidence in words; those it has no number for are left."""
    register = read_register()
    found = []
    for row in slider_rows():
        value = number_at(scenario, row["key"])
        if value is None:
            continue
        evidence = register[row["row"]]
        low, high = min(float(row["low"]), value), max(float(row["high"]), value)
        found.append(
            {
                "key": row["key"], "label": row["label"], "section": row["section"],
                "value": value, "low": low, "high": high, "step": float(row["step"]), "unit": row["unit"],
                "evidence": f"{evidence.id}, grade {evidence.grade}: {evidence.value} ({evidence.low} to "
                f"{evidence.high}); {evidence.source}",
            }
        )  # fmt: skip
    return found


def number_at(scenario: Scenario, key: str) -> float | None:
    """The number under a key; None where the scenario has none there."""
    value: Any = scenario
    for name in key.split("."):
        value = getattr(value, name, None)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
