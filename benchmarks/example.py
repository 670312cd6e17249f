"""The finished answer in results/example: what a small comparison leaves behind, as far as it is read without software.

`python -m benchmarks.example` plays it (some ten seconds) and writes the folder anew: the answer in words, its figures,
its workbook, the headline measures as CSV, and by what it was made. README.md there is written by hand. A test plays it
again and compares (docs/decisions/0022).
"""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from PIL import Image

from sim.cli import main as peered
from sim.engine.measures.catalogue import HEADLINE
from sim.runs.tables_on_disk import read_table

FOLDER = Path(__file__).resolve().parents[1] / "results" / "example"
STAFFINGS = ("traditional", "peer_added", "clinician_added", "nurse_added")
QUESTION = (
    f"study.staffing=[{','.join(STAFFINGS)}]",
    "study.demand_levels=[1.0]",
    "study.weeks=26",
    "study.replications=10",
    "output=example",
)
"""The words after `peered`; its README repeats them."""
BY_HAND = "README.md"
N_COLOURS = 128
"""Of a picture: lines and letters need no more, and take half the room of all shades."""
TABLES = {
    "estimates": ["staffing", "measure", "mean", "low", "high", "half_width", "n"],
    "differences": ["staffing", "measure", "mean", "low", "high", "simultaneous_half_width", "n", "sentence"],
    "replications": ["staffing", "replication", "measure", "value"],
}
"""Tables that are kept as CSV, headline measures only, and their columns."""
OF_THE_MACHINE = ("machine", "system", "written", "seconds")
"""Facts of run.json that differ from machine to machine and from day to day."""
WORKBOOK = "answer.xlsx"


def main() -> int:
    with TemporaryDirectory(prefix="peered-example-") as folder:
        made = make(Path(folder))
        for old in FOLDER.rglob("*"):
            if old.is_file() and old.name != BY_HAND:
                old.unlink()
        shutil.copytree(made, FOLDER, dirs_exist_ok=True)
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        print(f"{path.relative_to(FOLDER)}: {path.stat().st_size:,} bytes")
    return 0


def make(folder: Path) -> Path:
    """Play the comparison in a folder; returns a folder in it with all files of the example but its README.

    Raises RuntimeError if the command fails.
    """
    with inside(folder):
        if code := peered(list(QUESTION)):
            raise RuntimeError(f"peered {' '.join(QUESTION)} ended with exit code {code}")
    results, made = folder / "example", folder / "made"
    (made / "figures").mkdir(parents=True)
    shutil.copy(results / "answer.md", made)
    if (results / WORKBOOK).exists():
        shutil.copy(results / WORKBOOK, made)
    for name in re.findall(r"\(figures/(\w+)\.png\)", (made / "answer.md").read_text(encoding="utf-8")):
        shrink(results / "figures" / f"{name}.png", made / "figures" / f"{name}.png")
    for name, columns in TABLES.items():
        headlines(read_table(results / f"{name}.parquet"))[columns].to_csv(
            made / f"{name}.csv", index=False, float_format="%.10g", lineterminator="\n"
        )
    facts = json.loads((results / "run.json").read_text(encoding="utf-8"))
    kept = {name: value for name, value in facts.items() if name not in OF_THE_MACHINE}
    (made / "run.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8", newline="\n")
    return made


def shrink(picture: Path, into: Path) -> None:
    """A copy of a picture in less room."""
    drawn = Image.open(picture).convert("RGB")
    drawn.quantize(N_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(into, optimize=True)


def headlines(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of headline measures; staffings and measures in the order in which an answer shows them."""
    chosen = table[table["measure"].isin(HEADLINE)]
    return chosen.sort_values(["staffing", "measure"], key=place_in_the_answer, kind="stable")


def place_in_the_answer(column: pd.Series) -> pd.Series:
    """For each staffing or measure, where it stands."""
    return column.map({name: place for place, name in enumerate((*STAFFINGS, *HEADLINE))})


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """A working folder for a command, whose `run.json` then holds no folder of this machine."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


if __name__ == "__main__":
    sys.exit(main())
