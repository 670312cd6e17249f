"""Rows of the assumption register, and the config keys that hold their values."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"
REGISTER = DATA / "assumptions.csv"
KEYS = DATA / "assumption_keys.csv"

ROLES = {
    "unknown": "nobody knows it: drawn, or the row says why not",
    "site": "a site knows it from its own books: left as it is set",
    "decision": "somebody decides it: left as it is set",
    "rule": "a rule, bound or study setting: left as it is set",
    "derived": "computed from other rows, and again when these are drawn",
    "evidence": "a published figure that something else is set by or held against",
}
GRADES = {
    "A": "read in its source",
    "B": "read where another text quotes it",
    "C": "assumption, or not found in its source",
}


@dataclass(frozen=True, slots=True)
class Assumption:
    """One row of the register, as text.

    `role` is one of `ROLES`, `drawn` says of unknowns how they are drawn (`sim.register.draws`) or why not. `places`
    are the config keys that name the row, in the `files` (as `demand/default.yaml`); `overridden` those of the keys
    that were set on the command line.
    """

    id: str
    quantity: str
    value: str
    low: str
    high: str
    distribution: str
    role: str
    drawn: str
    unit: str
    source: str
    doi: str
    grade: str
    note: str
    places: tuple[str, ...] = ()
    overridden: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyOf:
    """The config key that holds a row's value: its `entry` of several (from 0), times `scale`."""

    id: str
    key: str
    entry: int | None
    scale: float


Register = Mapping[str, Assumption]


def read_register(file: Path = REGISTER) -> dict[str, Assumption]:
    """All rows by id; ValueError for an id that stands there twice."""
    rows: dict[str, Assumption] = {}
    with file.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["id"] in rows:
                raise ValueError(f"{file.name}: {row['id']} stands there twice: give each row its own id")
            columns: dict[str, Any] = row
            rows[row["id"]] = Assumption(**columns)
    return rows


def read_keys(file: Path = KEYS) -> tuple[KeyOf, ...]:
    """Which config key holds the value of which row; of several rows of a key, the one whose value it has."""
    with file.open(newline="", encoding="utf-8") as lines:
        return tuple(
            KeyOf(row["id"], row["key"], int(row["entry"]) if row["entry"] else None, float(row["scale"]))
            for row in csv.DictReader(lines)
        )


def assumed_numbers(row: Assumption) -> tuple[float, ...] | None:
    """The value as numbers, several where it is written a/b/c; None where it is something else."""
    try:
        return tuple(float(part) for part in row.value.split("/"))
    except ValueError:
        return None
