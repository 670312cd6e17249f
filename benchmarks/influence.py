"""How much each assumption moves the answer, one at a time: each end of each range is played as a sweep, and ranked.

`python -m benchmarks.influence` writes docs/evidence/influence.csv. The ends are those of `ends`; what the entries say
is read in docs/evidence-reading.md.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from math import hypot
from pathlib import Path

import pandas as pd

from benchmarks.ends import End, ends_of
from sim.config.checking import CheckCache
from sim.config.chosen_files import composed_files
from sim.config.composition import put_together
from sim.config.key_paths import locate
from sim.config.overrides import drafted
from sim.io.plain_data import KeyPath, Plain, value_at
from sim.register.drawn_scenarios import has_value_of
from sim.register.rows import Assumption, KeyOf, assumed_numbers, read_keys, read_register
from sim.runs.tables_on_disk import read_table

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "evidence" / "influence.csv"
BASE = ("staffing=peer_added", "effects=evidence")
"""The department the ends are played in: peers at work, and one effect of theirs assumed."""
MEASURES = (
    "time_to_pia_mean.all",
    "lwbs_or_ama.all",
    "length_of_stay_mean.mental_health",
    "minutes_without_staff_mean.mental_health",
    "return_30d_per_patient.mental_health",
    "staff_cost_per_week.all",
)
NOT_FACTS = ("RUNA",)
"""Study settings: they make an answer more exact, and move nothing."""
HOURS_WOULD_MOVE = ("ROSA14", "ROSA15")
"""Shift lengths: with the heads as they are, another length is another number of rostered hours."""
OTHER_SHAPES = ("ARRA03",)
"""Of a choice that is not made here: moving it moves nothing."""
TO_FAST_TRACK = "department.streams.medical.pathway.place.routes.3.share"
"""What is left of the share sent to acute (ZONA08): it moves with it, and not by itself (ZONA09)."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.influence", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--weeks", type=int, default=8)
    parser.add_argument("--replications", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the sweeps are kept, to go on with (default: none)")
    parser.add_argument("--only", default="", help="rows whose ids begin with this, for a look; nothing is written")
    asked = parser.parse_args()
    words = [f"study.weeks={asked.weeks}", f"study.replications={asked.replications}"]
    words.append(f"executor.workers={asked.workers}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = [line for batch in batches(asked.only) for line in played(batch, folder, words)]
    table = ranked(pd.DataFrame(found))
    print(table.head(40).to_string(index=False))
    if not asked.only:
        TABLE.parent.mkdir(exist_ok=True)
        table.to_csv(TABLE, index=False, float_format="%.5g", lineterminator="\n")
    return 0


def rows_varied() -> Iterator[tuple[Assumption, list[KeyOf]]]:
    """Rows that stand behind a key of this department, with their keys."""
    register, keys = read_register(), read_keys()
    rows_of_key = Counter((key.key, key.entry) for key in keys)
    for name in dict.fromkeys(key.id for key in keys if not key.id.startswith(NOT_FACTS)):
        own = [key for key in keys if key.id == name and (rows_of_key[key.key, key.entry] == 1 or is_value_of(key))]
        if own and name not in (*HOURS_WOULD_MOVE, *OTHER_SHAPES, "ZONA09"):
            yield register[name], own


def is_value_of(key: KeyOf) -> bool:
    """Whether this base has the value of the row at the key: of several rows of a key, one has."""
    place = locate(base_files(), key.key)
    numbers = assumed_numbers(read_register()[key.id]) or ()
    return not isinstance(place, str) and has_value_of(value_at(base_files(), place), key, numbers)


def batches(only: str) -> Iterator[list[End]]:
    """Ends that this department can have, by theme; those it refuses are told and left out."""
    of_theme: dict[str, list[End]] = {}
    for row, keys in rows_varied():
        if row.id.startswith(only) and exists(keys):
            of_theme.setdefault(row.id[:3], []).extend(filter(is_possible, map(whole, ends_of(row, keys))))
    yield from (ends for ends in of_theme.values() if ends)


def whole(end: End) -> End:
    """The end with what has to move with it."""
    if end.id != "ZONA08":
        return end
    rest = f"{1 - float(end.settings[0][1]):.8g}"
    return replace(end, settings=(*end.settings, (TO_FAST_TRACK, rest)))


def exists(keys: list[KeyOf]) -> bool:
    """Whether the department of this base has the keys (another way of boarding has others)."""
    base = base_files()
    places = [locate(base, key.key) for key in keys]
    return all(not isinstance(place, str) and is_there(base, place) for place in places)


def is_there(base: Plain, place: KeyPath) -> bool:
    """Whether something stands at a place."""
    try:
        value_at(base, place)
    except KeyError:
        return False
    return True


def is_possible(end: End) -> bool:
    """Whether such a department is not refused."""
    draft = drafted(["study=run", *BASE, *(f"{key}={value}" for key, value in end.settings)], None)
    put_together(draft, base_files(), known())
    for problem in draft.problems:
        print(f"{end.id} {end.side}: {problem}", file=sys.stderr)
    return not draft.problems


@cache
def base_files() -> Plain:
    """The files of the base, put together."""
    return composed_files(drafted(["study=run", *BASE], None))


@cache
def known() -> CheckCache:
    """What has been checked before: groups that two ends write alike are checked once."""
    return CheckCache()


def played(ends: list[End], folder: Path, words: list[str]) -> Iterator[dict[str, str | float]]:
    """What each end does to each measure, against the base, in one sweep whose first scenario is the base."""
    theme = ends[0].id[:3]
    file, output = folder / f"{theme}.csv", folder / theme
    write_design(file, ends)
    command = [sys.executable, "-m", "sim", "-m", *BASE, *words, f"sweep.csv={file}", f"output={output}"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    places = read_table(output / "scenarios.parquet").set_index("place")["scenario"]
    means = read_table(output / "estimates.parquet").set_index(["scenario", "measure"])["mean"]
    differences = read_table(output / "differences.parquet").set_index(["scenario", "measure"])
    assert sorted(place for place in places.index if place >= 0) == list(range(len(ends) + 1)), theme
    for place, end in enumerate(ends, 1):
        for measure in MEASURES:
            moved = differences.loc[(places[place], measure)]
            value = {"id": end.id, "side": end.side, "measure": measure, "base": means[places[0], measure]}
            yield value | {"moved": moved["mean"], "half_width": moved["half_width"]}


def write_design(file: Path, ends: list[End]) -> None:
    """The base, then a scenario an end: all keys in every line, since a sweep's file leaves nothing out."""
    base = base_files()
    keys = dict.fromkeys(key for end in ends for key, _ in end.settings)
    plain = {key: as_typed(base, key) for key in keys}
    with file.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(keys)
        writer.writerow(plain.values())
        writer.writerows((plain | dict(end.settings)).values() for end in ends)


def as_typed(base: Plain, key: str) -> str:
    """The value a key has in the base."""
    place = locate(base, key)
    assert not isinstance(place, str), place
    return written(value_at(base, place))


def written(value: Plain) -> str:
    """A value of a config file as it would be typed."""
    if isinstance(value, list):
        return f"[{','.join(written(one) for one in value)}]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def ranked(found: pd.DataFrame) -> pd.DataFrame:
    """A line an entry, the most influential first.

    The swing of a measure is its change from the low end to the high end of a range (where only one is possible, from
    the base). Of each measure, swings are divided by the root of the sum of all their squares; an entry's influence is
    the largest of its six. `half_width`: of the two changes from the base, as if they were independent.
    """
    register = read_register()
    sides = found.pivot_table(index=["id", "measure", "base"], columns="side", values=["moved", "half_width"])
    swings = sides.fillna(0.0).reset_index()
    table = pd.DataFrame(
        {
            "id": swings["id"],
            "measure": swings["measure"],
            "base": swings["base"],
            "change_at_low": swings["moved", "low"],
            "change_at_high": swings["moved", "high"],
            "half_width": [hypot(*both) for both in swings["half_width"].itertuples(index=False)],
        }
    )
    swing = table["change_at_high"] - table["change_at_low"]
    total = (swing**2).groupby(table["measure"]).transform("sum") ** 0.5
    table["influence"] = (swing / total.where(total > 0, 1)).abs()
    best = table.sort_values("influence", ascending=False).drop_duplicates("id")
    best.insert(1, "quantity", [register[name].quantity for name in best["id"]])
    best.insert(0, "rank", range(1, len(best) + 1))
    return best


if __name__ == "__main__":
    sys.exit(main())
