"""Invented files in the layouts of others, faithful in names, codes and quirks; no row is anybody's."""

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from sim.io.strict_yaml import read_yaml
from sim.visits.column_map import ColumnMap


def text_of(header: Sequence[str], rows: Iterable[Sequence[object]], separator: str = ",") -> str:
    table = io.StringIO()
    writer = csv.writer(table, delimiter=separator, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return table.getvalue()


def stamp(time: datetime.datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")


def mimic(folder: Path, n: int = 120) -> Path:
    """`edstays.csv` and `triage.csv` of MIMIC-IV-ED: dates shifted patient by patient, blanks for unknown."""
    rng = np.random.default_rng(4)
    stays, triages = [], []
    for stay in range(30_000_000, 30_000_000 + n):
        patient = 10_000_000 + int(rng.integers(n // 3))
        shift = datetime.timedelta(days=365 * (110 + patient % 80))
        arrival = datetime.datetime(2015, 1, 1) + shift + datetime.timedelta(minutes=int(rng.integers(525_600)))
        leaving = arrival + datetime.timedelta(minutes=float(rng.lognormal(5.5, 0.5)))
        way = rng.choice(["AMBULANCE", "WALK IN", "UNKNOWN", "OTHER"], p=[0.5, 0.4, 0.08, 0.02])
        end = rng.choice(["ADMITTED", "HOME", "LEFT WITHOUT BEING SEEN", "ELOPED"], p=[0.6, 0.36, 0.02, 0.02])
        stays.append((patient, "", stay, stamp(arrival), stamp(leaving), "F", "WHITE", way, end))
        acuity = "" if rng.random() < 0.07 else f"{rng.integers(1, 6)}.0"[0]
        triages.append((patient, stay, 98.1, 80, 16, 99, 120, 70, 3, acuity, 'Abd pain, "cramps"'))
    keys = (
        "subject_id",
        "hadm_id",
        "stay_id",
        "intime",
        "outtime",
        "gender",
        "race",
        "arrival_transport",
        "disposition",
    )
    (folder / "edstays.csv").write_text(text_of(keys, stays), encoding="utf-8")
    keys = ("subject_id", "stay_id", "temperature", "heartrate", "resprate", "o2sat", "sbp", "dbp", "pain", "acuity",
            "chiefcomplaint")  # fmt: skip
    (folder / "triage.csv").write_text(text_of(keys, triages[::-1]), encoding="utf-8")
    return folder / "edstays.csv"


NHAMCS_2016 = (
    "VMONTH", "VDAYR", "ARRTIME", "WAITTIME", "LOV", "AGE", "ARREMS", "IMMEDR", "SEEN72", "LWBS", "LBTC", "LEFTAMA",
    "ADMITHOS", "PATWT", "YEAR", "HOSPCODE",
)  # fmt: skip


def nhamcs_2016(folder: Path, n: int = 2_000) -> Path:
    """NHAMCS 2016-2022 under its own names: -7, -8, -9 for missing, IMMEDR 0 and 7 for no triage, HHMM."""
    rng = np.random.default_rng(5)
    rows = []
    for _ in range(n):
        left = rng.random() < 0.03
        wait = -7 if left else -9 if rng.random() < 0.1 else int(rng.exponential(35))
        stay = -9 if rng.random() < 0.05 else max(wait, 0) + int(rng.exponential(150))
        clock = "-9" if rng.random() < 0.01 else f"{rng.integers(24):02d}{rng.integers(60):02d}"
        level = rng.choice([-9, -8, 0, 1, 2, 3, 4, 5, 7], p=[0.02, 0.15, 0.03, 0.01, 0.1, 0.35, 0.24, 0.05, 0.05])
        rows.append(
            (
                f"{rng.integers(1, 13):02d}", rng.integers(1, 8), clock, wait, stay, rng.integers(0, 95),
                rng.choice([1, 2, -8, -9], p=[0.16, 0.8, 0.02, 0.02]), level,
                rng.choice([1, 2, -8, -9], p=[0.04, 0.86, 0.06, 0.04]), int(left),
                int(cut := not left and rng.random() < 0.01), 0, int(not left and not cut and rng.random() < 0.12),
                round(float(rng.uniform(500, 20_000)), 2),
                rng.integers(2016, 2023), rng.integers(1, 40),
            )
        )  # fmt: skip
    path = folder / "nhamcs.csv"
    path.write_text(text_of(NHAMCS_2016, rows), encoding="utf-8")
    return path


def bupar(folder: Path, n: int = 600) -> Path:
    """A start and a complete for each activity, in no order of cases, times in UTC."""
    rng = np.random.default_rng(6)
    rows = []
    for case in range(1, n + 1):
        time = datetime.datetime(2024, 1, 1) + datetime.timedelta(minutes=int(rng.integers(42 * 1440)))
        for place, activity in enumerate(("Registration", "Triage and Assessment", "Discuss Results", "Check-out")):
            for kind in ("start", "complete"):
                rows.append((activity, case, f"r{place}", 10 * case + place, kind, time.strftime("%Y-%m-%dT%H:%M:%SZ")))
                time += datetime.timedelta(minutes=int(rng.integers(1, 40)))
    rows.sort(key=lambda row: row[-1])
    path = folder / "log.csv"
    names = ("handling", "patient", "employee", "handling_id", "registration_type", "time")
    path.write_text(text_of(names, rows), encoding="utf-8")
    return path


def load_column_map(path: Path) -> ColumnMap:
    """The column map in a YAML file."""
    return ColumnMap.model_validate(read_yaml(path))
