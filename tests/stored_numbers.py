"""The tables of a comparison's folder, and their values as its report writes them, by arithmetic of our own."""

import json
import math
import re
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from sim.engine.measures.catalogue import COST_NAMES, HEADLINE, MEASURE_BY_KEY
from sim.runs.result_tables import Results
from tests.report_page import REPLICATIONS, STAFFINGS

BASELINE, PEERS, NURSE = STAFFINGS
Row = dict[str, Any]
NUMBER = r"[−+]?\d+(?:,\d{3})*(?:\.\d+)?"


class Store:
    """The tables of a folder as rows at demand as it is."""

    def __init__(self, folder: Path) -> None:
        self.results = Results(folder)
        self.found: dict[tuple[str, float], list[Row]] = {}
        self.cells: dict[tuple[str, float], dict[tuple[str, str], Row]] = {}
        self.facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))

    def rows(self, table: str, demand: float = 1.0) -> list[Row]:
        if (table, demand) not in self.found:
            rows = self.results[table]
            at_level = rows[(rows["demand"] - demand).abs() < 1e-6] if "demand" in rows else rows
            self.found[table, demand] = [{str(name): row[name] for name in row} for row in at_level.to_dict("records")]
        return self.found[table, demand]

    def by_cell(self, table: str, demand: float = 1.0) -> dict[tuple[str, str], Row]:
        if (table, demand) not in self.cells:
            rows = self.rows(table, demand)
            self.cells[table, demand] = {(row["staffing"], row["measure"]): row for row in rows}
        return self.cells[table, demand]

    def estimate(self, staffing: str, name: str, demand: float = 1.0) -> Row:
        return self.by_cell("estimates", demand)[staffing, name]

    def difference(self, staffing: str, name: str, demand: float = 1.0) -> Row:
        return self.by_cell("differences", demand)[staffing, name]

    @property
    def headline(self) -> list[str]:
        return [name for name in HEADLINE if (BASELINE, name) in self.by_cell("estimates")]

    def changed(self, staffing: str) -> list[Row]:
        """Differences of clinical headline measures that are beyond chance, those of all visits first."""
        rows = [self.difference(staffing, name) for name in self.headline if name not in COST_NAMES]
        rows.sort(key=lambda row: not row["measure"].endswith(".all"))
        return [row for row in rows if abs(row["mean"]) > row["simultaneous_half_width"]]

    def costs(self, staffing: str) -> Row:
        (row,) = [row for row in self.rows("costs") if row["staffing"] == staffing]
        return row


def written(value: float, decimals: int, *, signed: bool = False) -> str:
    """Of two neighbours at the same distance the even one, thousands apart, a true minus, no sign on a zero."""
    if not math.isfinite(value):
        return "–"
    size = Decimal(abs(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    sign = "" if not size or (value > 0.0 and not signed) else "+" if value > 0.0 else "−"
    return f"{sign}{size:,f}"


def number(name: str, value: float, *, signed: bool = False) -> str:
    measure = MEASURE_BY_KEY[name.partition(".")[0]]
    is_share = measure.unit == "proportion"
    return written(100.0 * value if is_share else value, measure.decimals - 2 * is_share, signed=signed)


def within(name: str, value: float) -> float:
    """No share of visits changes by more than all."""
    measure = MEASURE_BY_KEY[name.partition(".")[0]]
    return max(-1.0, min(1.0, value)) if measure.unit == "proportion" and measure.by == "stream" else value


def reach(name: str, half_width: float) -> str:
    widest = within(name, half_width)
    return f"± {'>' * (widest < half_width)}{number(name, widest)}"


def mean_cell(row: Row) -> str:
    fewer = "" if row["n"] == REPLICATIONS else f" (n = {row['n']})"
    return f"{number(row['measure'], row['mean'])} {reach(row['measure'], row['half_width'])}{fewer}"


def change_cell(name: str, mean: float, half_width: float, together: float) -> str:
    """A paired difference, or the gap of a group."""
    if mean == half_width == 0.0:
        return "="
    return f"{number(name, mean, signed=True)} {reach(name, half_width)}{' *' * (abs(mean) > together)}"


def difference_cell(row: Row) -> str:
    return change_cell(row["measure"], row["mean"], row["half_width"], row["simultaneous_half_width"])


def percent(share: float, decimals: int = 0) -> str:
    return f"{written(100.0 * share, decimals)} %"


def numbers(text: str) -> list[str]:
    """Numbers of a sentence; times of return are names of measures."""
    return re.findall(NUMBER, re.sub(r"return within 72 h|in 100\b", "", text))


def whole_cells(store: Store, name: str, level: float = 1.0) -> list[str]:
    """The baseline with its interval, of the others the value and the difference."""
    own, *others = (store.estimate(staffing, name, level) for staffing in STAFFINGS)
    apart = [difference_cell(store.difference(row["staffing"], name, level)) for row in others]
    return [mean_cell(own), *(f"{number(name, row['mean'])} ({cell})" for row, cell in zip(others, apart, strict=True))]
