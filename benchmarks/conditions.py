"""What decides between peers, a clinician and a nurse: the founding comparison under eight conditions.

`python -m benchmarks.conditions FOLDER` reads the results folder of `peered -m experiment=founding_conditions`, pairs
each staffing with the traditional one under the same condition, replication by replication, and writes the differences
to docs/figures/data/conditions.csv. With or without a folder it prints the table, and writes it into
docs/what-decides.md. A sweep by itself compares with its first scenario alone, which here is another condition for
seven rows of eight.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import sim
from benchmarks.figures import ROOT, TABLES, read, write
from sim.statistics.intervals import paired_differences

ADMISSION = "department.streams.mental_health.pathway.dispose.admission"
CONDITIONS = {"demand": "demand", "wish_minutes": "support.wish_minutes", "admission": ADMISSION}
"""Columns of the table of conditions, and the key that each varies."""
BASELINE = "traditional"
ADDED = {"peer_added": "peers", "clinician_added": "clinician", "nurse_added": "nurse"}
MEASURES = {
    "minutes_without_staff_mean.mental_health": "Without staff",
    "longest_unseen_mean.mental_health": "Longest unseen",
}
COLUMNS = [*CONDITIONS, "staffing", "measure", "baseline", "difference", "half_width", "n", "many_leave"]
MARKERS = "<!-- conditions: made by python -m benchmarks.conditions -->", "<!-- end of conditions -->"
"""Lines of the page between which the table stands."""
PAGE = ROOT / "docs" / "what-decides.md"
MANY_LEAVE = "†"


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.conditions", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="of experiment=founding_conditions")
    folder = parser.parse_args().folder
    if folder is not None:
        TABLES.mkdir(parents=True, exist_ok=True)
        write(conditions_of(folder), "conditions", COLUMNS)
    table = markdown_table(read("conditions"))
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), table), encoding="utf-8")
    print("\n".join(table))
    return 0


def with_table(page: str, lines: list[str]) -> str:
    """The page with these lines as its table, between the two markers."""
    start, end = MARKERS
    before, after = page.partition(start)[0], page.partition(end)[2]
    return "\n\n".join([f"{before}{start}", "\n".join(lines), f"{end}{after}"])


def conditions_of(folder: Path) -> pd.DataFrame:
    """Differences from the traditional staffing under the same condition, replication by replication.

    Minutes a visit, `half_width` of the 95 % interval; `baseline` is the level of the traditional staffing;
    `many_leave`: more leave under one of the two than is safe to compare. Raises ScenarioError for a folder that cannot
    be read, ValueError where a run is missing.
    """
    results = sim.results(folder)
    runs = results.read("replications", ["label", "measure", "replication", "value"])
    runs = runs[runs["measure"].isin(list(MEASURES))]
    values = runs.pivot(index=["label", "measure"], columns="replication", values="value")
    cautions = results.cautions.set_index("label")["many_leave"] if "cautions" in results else pd.Series(dtype=bool)
    labels = {tuple(varied(label).values()): label for label in runs["label"].unique()}
    rows = []
    for *condition, staffing in labels:
        if staffing != BASELINE:
            pair = labels[*condition, staffing], labels[*condition, BASELINE]
            leave = any(bool(cautions.get(label, False)) for label in pair)
            rows += [[*condition, staffing, *numbers, leave] for numbers in differences(values, *pair)]
    return pd.DataFrame(rows, columns=COLUMNS)


def varied(label: str) -> dict[str, Any]:
    """What a scenario of the sweep differs in, by its label: the condition, then the staffing."""
    words = dict(word.split("=", 1) for word in label.split())
    wish, admission = float(words[CONDITIONS["wish_minutes"]]), float(words[ADMISSION])
    return {"demand": words["demand"], "wish_minutes": wish, "admission": admission, "staffing": words["staffing"]}


def differences(values: pd.DataFrame, ours: str, theirs: str) -> Iterator[tuple[str, float, float, float, int]]:
    """Measure, level of the baseline, difference, half-width and number of replications of one pair of scenarios."""
    for measure in MEASURES:
        first, second = (values.loc[(label, measure)].to_numpy() for label in (ours, theirs))
        if missing := int(np.isnan(first - second).sum()):
            raise ValueError(f"{ours}, {measure}: {missing} runs are missing: play the experiment to its end")
        found = paired_differences(first[np.newaxis], second[np.newaxis])
        yield measure, float(second.mean()), float(found["mean"][0]), float(found["half_width"][0]), first.size


def markdown_table(table: pd.DataFrame) -> list[str]:
    """The table of the README: a row a condition, differences from the traditional staffing in minutes a visit."""
    first = next(iter(ADDED.values()))
    heads = [f"{words}: {who}" if who == first else who for words in MEASURES.values() for who in ADDED.values()]
    lines = ["| Demand | Wish | Admitted | " + " | ".join(heads) + " |", "|---|---:|---:|" + "---:|" * len(heads)]
    table = table.sort_values(list(CONDITIONS), ascending=[False, True, False], kind="stable")
    table = table.sort_values("demand", key=lambda names: names != "default", kind="stable")
    for (demand, wish, admission), rows in table.groupby(list(CONDITIONS), sort=False):
        of = rows.set_index(["measure", "staffing"])
        cells = [cell(of.loc[(measure, staffing)]) for measure in MEASURES for staffing in ADDED]
        mark = f" {MANY_LEAVE}" if rows["many_leave"].any() else ""
        lines.append(f"| {demand}{mark} | {wish:g} | {100 * admission:g} % | " + " | ".join(cells) + " |")
    return lines


def cell(row: Any) -> str:
    """`−16.9 ± 0.2`."""
    return f"{row.difference:+.1f} ± {row.half_width:.1f}".replace("-", "−")


if __name__ == "__main__":
    raise SystemExit(main())
