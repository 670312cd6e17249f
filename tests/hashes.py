"""Hashes of what every shipped staffing, sweep, break-even and calibration answers: a change of structure keeps them.

`python -m tests.hashes` compares with `tests/hashes.json`, `python -m tests.hashes --write` writes it anew.
Bits hold for one mathematical library and one processor family, so this is no test: it is run before and after a change
on one machine. Tables are hashed column by column with the values in ascending order, so that a column may be renamed
or move to another table; a hash that is found nowhere any more is a number that has changed.
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

import sim
from sim.cli import main
from sim.config import shipped_choices
from sim.engine.compiled import simulate
from sim.runs.tables_on_disk import read_table

FILE = Path(__file__).with_name("hashes.json")
WEEKS = ("study.weeks=4",)
FIXTURES = Path(__file__).with_name("fixtures")
STUDIES: Mapping[str, tuple[str, ...]] = {
    "compare": ("study.replications=3", *WEEKS),
    "compare levels": ("staffing=peer_added", "study.demand_levels=[0.9,1.0]", "study.replications=3", *WEEKS),
    "run": ("study=run", "staffing=peer_swapped", "study.replications=3", *WEEKS),
    "breakeven": ("study=breakeven", "staffing=peer_added", "study.replications=4", "study.points=3", *WEEKS),
    "sweep": ("-m", "staffing=traditional,peer_added", "demand.growth=1,1.1", "study.replications=4", *WEEKS),
    "conditions": ("-m", "experiment=founding_conditions", "study.replications=2", "study.weeks=2"),
    "precision": (
        "-m", "staffing=traditional,peer_added,nurse_added", "study.replications=5", "study.weeks=2",
        "study.precision={wait_triage_to_pia_mean.all: {half_width: 6.0, of: differences}}",
        "study.best=wait_triage_to_pia_mean.all", "study.controls=true", "study.most_replications=12",
    ),
    "validate": ("study=validate", "study.replications=3", *WEEKS),
    "calibrate": (
        "study=calibrate", f"visits={FIXTURES / 'malmo_march.csv.gz'}", "study.map=malmo", "study.hold_out=0.2",
    ),
    "calibrate bupar": ("study=calibrate", f"visits={FIXTURES / 'bupar_patients.csv'}", "study.map=bupar"),
}  # fmt: skip
IGNORED = ("seconds",)
BESIDE = {
    ("department", "callback"): ("staffing=clinician_callback",),
    ("staffing", "clinician_callback"): ("department=callback",),
}
"""Choices that need another one beside them."""


def digest(values: np.ndarray) -> str:
    """Hash of the values in ascending order, nan and its kind last."""
    return hashlib.sha256(np.sort(np.asarray(values, dtype=np.float64) + 0.0).tobytes()).hexdigest()[:16]


def trajectories() -> Iterator[tuple[str, str]]:
    """The whole trajectory of each shipped staffing, department, demand, set of effects and kind of boarding."""
    for group in ("staffing", "department", "demand", "effects", "boarding"):
        for name in shipped_choices(group):
            beside = BESIDE.get((group, name), ("staffing=peer_added",) if group != "staffing" else ())
            scenario = sim.load(f"{group}={name}", *beside, *WEEKS)
            for replication in range(2):
                yield f"{group}={name} {replication}", trajectory_hash(simulate(scenario, 1, replication))


def trajectory_hash(trajectory: object) -> str:
    """Hash of all arrays of a trajectory, in the order of its fields."""
    found = hashlib.sha256()
    for field in fields(trajectory):  # type: ignore[arg-type]
        value = getattr(trajectory, field.name)
        if isinstance(value, np.ndarray):
            found.update(np.ascontiguousarray(value).tobytes())
        elif isinstance(value, Mapping):
            for column in value.values():
                found.update(np.ascontiguousarray(column).tobytes())
        elif field.name not in ("engine",):
            found.update(repr(value).encode())
    return found.hexdigest()[:16]


def tables(folder: Path) -> Iterator[tuple[str, str]]:
    """Every column of numbers of every table of a results folder."""
    for file in sorted(folder.rglob("*.parquet")) + sorted(folder.rglob("*.csv")):
        if "parts" in file.parts or "figures" in file.parts:
            continue
        table = read_table(file) if file.suffix == ".parquet" else pd.read_csv(file, comment="#")
        for name in table.columns:
            if pd.api.types.is_numeric_dtype(table[name]) and name not in IGNORED:
                yield f"{file.relative_to(folder).as_posix()} {name}", digest(table[name].to_numpy())
    for file in sorted(folder.rglob("*.yaml")):  # what a calibration writes
        yield file.relative_to(folder).as_posix(), hashlib.sha256(numbers_in(file)).hexdigest()[:16]


def numbers_in(file: Path) -> bytes:
    """All numbers of a configuration file, in their order."""
    import re

    lines = [line.split("#")[0] for line in file.read_text(encoding="utf-8").splitlines()]
    return " ".join(re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])", "\n".join(lines))).encode()


def every_hash(only: str = "") -> dict[str, str]:
    """All of them by name."""
    found = {} if only else dict(trajectories())
    for study, words in STUDIES.items():
        if only and only not in study:
            continue
        with TemporaryDirectory() as place:
            status = main([*words, f"output={place}/answer"])
            if status != 0:
                raise SystemExit(f"{study}: ended with {status}")
            found |= {f"{study}: {name}": value for name, value in tables(Path(place) / "answer")}
    return found


def compare(before: Mapping[str, str], now: Mapping[str, str]) -> int:
    """Print what differs; the number of hashes that are found nowhere any more."""
    everywhere = set(now.values())
    lost = [name for name, value in before.items() if value not in everywhere]
    moved = [name for name, value in before.items() if value in everywhere and now.get(name) != value]
    for name in moved:
        print(f"elsewhere now: {name}")
    for name in lost:
        print(f"CHANGED: {name} {'(gone)' if name not in now else ''}")
    print(f"{len(before)} hashes: {len(lost)} changed, {len(moved)} found under another name, {len(now)} now")
    return len(lost)


if __name__ == "__main__":
    if "--write" in sys.argv:
        FILE.write_text(json.dumps(every_hash(), indent=0, sort_keys=True) + "\n", encoding="utf-8")
    else:
        words = [word for word in sys.argv[1:] if not word.startswith("-")]
        known = json.loads(FILE.read_text(encoding="utf-8"))
        chosen = {name: value for name, value in known.items() if not words or words[0] in name.split(":")[0]}
        sys.exit(1 if compare(chosen, every_hash(words[0] if words else "")) else 0)
