"""Reference tables of one comparison: written from a results folder, reproduced by the back test.

`python -m tests.reference FOLDER` writes them anew from the folder of a finished `peered` with the words of `QUESTION`;
the changelog must then name the new digest.
"""

import hashlib
import sys
from pathlib import Path

import pandas as pd

from sim.engine.measures.catalogue import HEADLINE
from sim.runs.tables_on_disk import read_table

FOLDER = Path(__file__).parents[1] / "results" / "reference"
ESTIMATES = FOLDER / "default_comparison.csv"
FIRST = FOLDER / "first_replication.csv"
QUESTION = (
    "study.staffing=[traditional,peer_added,clinician_added,peer_swapped]",
    "study.weeks=13",
    "study.replications=10",
)
"""A season, short enough for the SimPy model."""
FIRST_KEYS = ["staffing", "measure"]


def first_replication(values: pd.DataFrame) -> pd.DataFrame:
    """Headline values of replication 0 at the central demand."""
    chosen = values[(values["demand"] == 1.0) & (values["replication"] == 0) & values["measure"].isin(HEADLINE)]
    return chosen[[*FIRST_KEYS, "value"]].sort_values(FIRST_KEYS).reset_index(drop=True)


def digest() -> str:
    """Short digest of both tables."""
    return hashlib.sha256(ESTIMATES.read_bytes() + FIRST.read_bytes()).hexdigest()[:12]


def write(folder: Path) -> None:
    """Both tables from a results folder."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    estimates = read_table(folder / "estimates.parquet")
    chosen = estimates[estimates["measure"].isin(HEADLINE)]
    columns = ["demand", "staffing", "measure", "mean", "half_width", "n"]
    chosen.sort_values(columns[:3])[columns].to_csv(ESTIMATES, index=False, float_format="%.6g")
    first_replication(read_table(folder / "replications.parquet")).to_csv(FIRST, index=False, float_format="%.12g")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
    print(f"reference {digest()}: name it in CHANGELOG.md, with the reason")
