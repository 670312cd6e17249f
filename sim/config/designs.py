"""Which scenarios a sweep has: combinations, values side by side, samples of ranges, or the rows of a CSV file.

Samples are a Latin hypercube or a Sobol sequence. Words are read by `overrides`; whether keys and values make sense is
seen when scenarios are put together.
"""

import csv
import math
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product, zip_longest
from math import prod
from pathlib import Path

import numpy as np

from sim.config import overrides
from sim.config.files import unreadable_problem
from sim.config.overrides import MOST_VALUES, PATH_KEYS, Override, Range, read_override
from sim.department.scenario import Problem
from sim.io.bounded_reader import UnreadableFile, read_text
from sim.io.suggest import did_you_mean

LATIN, SOBOL = "lhs", "sobol"
SAMPLED = (LATIN, SOBOL)
FINENESS = 1e-6
"""Samples of a range are rounded to a place as fine as this part of its width: easy to read and to type."""


def sampled(
    columns: Mapping[str, Range | Sequence[Override]], kind: str, n: int, seed: int
) -> list[tuple[Override, ...]]:
    """`n` scenarios over the columns. The same seed gives the same ones on every machine."""
    unit = unit_samples(kind, n, len(columns), seed)
    chosen = [
        from_range(column, unit[:, place]) if isinstance(column, Range) else from_choices(column, unit[:, place])
        for place, column in enumerate(columns.values())
    ]
    return list(zip(*chosen, strict=True))


def unit_samples(kind: str, n: int, dimensions: int, seed: int) -> np.ndarray:
    """Samples of the unit cube, a row each."""
    from scipy.stats import qmc  # slow to load

    if kind == LATIN:
        return np.asarray(qmc.LatinHypercube(dimensions, rng=seed).random(n))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # no power of two: said by `note_of`
        return np.asarray(qmc.Sobol(dimensions, scramble=True, rng=seed).random(n))


def from_range(column: Range, unit: np.ndarray) -> list[Override]:
    """A number of the range for each sample."""
    decimals = math.ceil(-math.log10((column.high - column.low) * FINENESS))
    values = (round(column.low + (column.high - column.low) * float(u), decimals) for u in unit)
    return [column.holding(float(min(max(value, column.low), column.high))) for value in values]


def from_choices(choices: Sequence[Override], unit: np.ndarray) -> list[Override]:
    """A choice for each sample, every choice equally often or once more: by the order of the samples."""
    order = np.argsort(np.argsort(unit, kind="stable"), kind="stable")
    return [choices[place] for place in (order * len(choices) // len(unit)).tolist()]


def centre(column: Range) -> Override:
    """The middle of a range."""
    decimals = math.ceil(-math.log10((column.high - column.low) * FINENESS))
    return column.holding(float(round((column.low + column.high) / 2, decimals)))


def note_of(kind: str, n: int) -> list[str]:
    """What a number of samples costs a Sobol sequence."""
    if kind != SOBOL or n & (n - 1) == 0:
        return []
    below = 1 << (n.bit_length() - 1)
    return [
        f"{n} samples are no power of two: a Sobol sequence fills the space evenly at {below} or {2 * below}, "
        "in between less so"
    ]


DESIGN_KEYS = ("sweep.design", "sweep.csv", "sweep.samples", "sweep.seed", "sweep.baseline", "sweep.filter")
ONE_FOR_ALL = ("seed", "study", "engine", "executor", "report")
"""Keys and groups that say how scenarios are played."""
DESIGNS = ("grid", "zip", *SAMPLED)
_MOST_BYTES = 64 * 2**20
"""Of a file of scenarios: a hundred thousand rows of 600 characters."""
_WHOLE = re.compile(r"\d{1,19}", re.ASCII)

Varied = tuple[str, ...]
"""What tells a scenario from the others, as it could be typed: `("staffing=peer_247", "demand.growth=1.1")`."""
Values = Mapping[str, Sequence[Override]]


@dataclass(slots=True)
class SweepDesign:
    """What was typed, by key: values and ranges; and the scenarios that come of it, all overrides of each, the
    baseline first. `settings`: what was typed about the sweep itself. `apart`: keys that told scenarios apart before
    some were left out, which changes no label. `notes`: what whoever asked should know.
    """

    settings: dict[str, str] = field(default_factory=dict)
    words: dict[str, list[Override]] = field(default_factory=dict)
    ranges: dict[str, Range] = field(default_factory=dict)
    rows: list[list[Override]] = field(default_factory=list)
    apart: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def kind(self) -> str:
        """How values are put together."""
        return self.settings.get("sweep.design", "grid")

    def refuse(self, path: str, value: str, remedy: str) -> None:
        """Take down what is wrong."""
        self.problems.append(Problem(path, value, remedy))

    def scenarios(self) -> Iterator[tuple[Varied, list[Override]]]:
        """What varies and all overrides of every scenario."""
        varying = self.apart or self.varying()
        for items in self.rows:
            yield label_of(items, varying), items

    def texts(self) -> dict[str, list[str]]:
        """The different words given for each key."""
        texts: dict[str, dict[str, None]] = {}
        for items in self.rows:
            for item in items:
                texts.setdefault(item.key, {})[item.text] = None
        return {key: list(several) for key, several in texts.items()}

    def varying(self) -> set[str]:
        """Keys that tell scenarios apart: those with different values; of a lone scenario all that were typed."""
        texts = self.texts()
        several = {key for key, values in texts.items() if len(values) > 1}
        return several or {key for key in texts if key.split(".")[0] not in (*PATH_KEYS, *ONE_FOR_ALL)}

    def middle(self) -> dict[str, Override]:
        """One value of each key: the first that was given, of a range the middle."""
        return {key: values[0] for key, values in self.words.items()}


def label_of(items: Sequence[Override], varying: set[str]) -> Varied:
    """What tells a scenario from the others."""
    return tuple(item.text for item in items if item.key in varying) or ("scenario",)


def design_of(texts: Sequence[str]) -> SweepDesign:
    """The design that the words ask for, with what is wrong with their form."""
    design = SweepDesign()
    settings = design.settings
    for text in texts:
        key, _, value = text.partition("=")
        if key.startswith("sweep."):
            settings[key] = value
        else:
            take(design, text)
    check_settings(design)
    if "sweep.csv" in settings:
        add_rows(design)
    elif design.kind in SAMPLED:
        add_samples(design)
    else:
        add_combinations(design)
    if "sweep.baseline" in settings and design.rows:
        put_baseline_first(design, settings["sweep.baseline"])
    if "sweep.filter" in settings:
        leave_out(design, settings["sweep.filter"])
    return design


def take(design: SweepDesign, text: str) -> None:
    """One word; of two with the same key the later one counts, as everywhere."""
    read = overrides.read_several(text)
    if isinstance(read, Problem):
        design.problems.append(read)
        return
    key = read.key if isinstance(read, Range) else read[0].key
    design.words.pop(key, None)
    design.ranges.pop(key, None)
    if isinstance(read, Range):
        design.ranges[key] = read
    design.words[key] = [centre(read)] if isinstance(read, Range) else read


def check_settings(design: SweepDesign) -> None:
    """Words about the sweep itself."""
    kind, settings = design.kind, design.settings
    for key, value in settings.items():
        if key not in DESIGN_KEYS:
            design.refuse(key, repr(value), f"no such key; {did_you_mean(key, DESIGN_KEYS)}")
        elif key in ("sweep.samples", "sweep.seed") and kind not in SAMPLED:
            design.refuse(key, repr(value), "it is for sweep.design=lhs or sobol: leave it out, or name one of them")
    if kind not in DESIGNS:
        design.refuse("sweep.design", repr(kind), f"no such design; {did_you_mean(kind, DESIGNS)}")
    for one in design.ranges.values() if kind not in SAMPLED and "sweep.csv" not in settings else ():
        remedy = (
            "any number of a range: name sweep.design=lhs or sobol with sweep.samples=N; "
            "or write the values in their order: a,b,c or choice(a,b,c) or range(1,4)"
        )
        design.refuse(one.key, repr(one.text), remedy)


def add_combinations(design: SweepDesign) -> None:
    """Every combination of the values, the last word varying fastest; or the values side by side."""
    columns = list(design.words.values())
    if design.kind == "zip":
        longest = max(map(len, columns), default=1)
        sizes = {key: len(values) for key, values in design.words.items() if len(values) > 1}
        if len(set(sizes.values())) > 1:
            counts = ", ".join(f"{key} {n}" for key, n in sizes.items())
            remedy = "values go side by side: give each key the same number of them, or one"
            design.refuse("sweep.design", f"'zip' of {counts}", remedy)
        filled = [values * longest if len(values) == 1 else values for values in columns]
        design.rows = [[item for item in items if item is not None] for items in zip_longest(*filled)] or [[]]
    elif not too_many(design, prod(map(len, columns))):
        design.rows = [list(items) for items in product(*columns)]


def too_many(design: SweepDesign, n: int) -> bool:
    """More scenarios than a sweep can have; one is looked at all the same."""
    if n <= MOST_VALUES:
        return False
    design.refuse(
        "command line", f"{n:,} scenarios", f"at most {MOST_VALUES:,} scenarios in one sweep: vary less at once"
    )
    design.rows = [list(design.middle().values())]
    return True


def add_samples(design: SweepDesign) -> None:
    """Samples over the ranges and the keys with several values. Before them, as the baseline, goes the middle of
    every range with the first of all other values: a point of the space asked about that does not depend on the seed.
    """
    design.rows = [list(design.middle().values())]
    n, seed = whole(design, "sweep.samples", None, 1), whole(design, "sweep.seed", "1", 0)
    varied: dict[str, Range | Sequence[Override]] = {
        key: design.ranges.get(key, values)
        for key, values in design.words.items()
        if key in design.ranges or len(values) > 1
    }
    if not varied and not design.problems:
        remedy = "give a key a range or several values, as in demand.growth=interval(0.9,1.2) staffing=a,b"
        design.refuse("sweep.design", repr(design.kind), f"nothing varies: {remedy}")
    if n is None or seed is None or not varied or too_many(design, n):
        return
    for items in sampled(varied, design.kind, n, seed):
        chosen = {item.key: item for item in items}
        design.rows.append([chosen.get(key, values[0]) for key, values in design.words.items()])
    design.notes += note_of(design.kind, n)


def whole(design: SweepDesign, key: str, usual: str | None, least: int) -> int | None:
    """A whole number among the words about the sweep; None after reporting that it is none."""
    text = design.settings.get(key, usual)
    if text is not None and _WHOLE.fullmatch(text) and least <= int(text) < 2**63:
        return int(text)
    remedy = f"give a whole number from {least} to {2**63 - 1:,}, as in {key}=64"
    design.refuse(key, "nothing" if text is None else repr(text), remedy)
    return None


def put_baseline_first(design: SweepDesign, text: str) -> None:
    """The baseline that was named, before the first scenario or, of samples, instead of it; other keys are as there."""
    known = {item.key: item for item in design.rows[0]}
    for word in text.split():
        read = read_override(word)
        if isinstance(read, Problem):
            design.refuse(f"sweep.baseline, {read.path}", read.value, read.remedy)
        elif read.key not in known:
            design.refuse("sweep.baseline", repr(word), f"no key of this sweep; {did_you_mean(read.key, known)}")
        else:
            known[read.key] = read
    design.rows[: 1 if design.kind in SAMPLED else 0] = [list(known.values())]


def leave_out(design: SweepDesign, text: str) -> None:
    """Keep the scenarios that the filter lets through."""
    from sim.config.filters import kept_by  # loads DuckDB

    found = kept_by(text, [{item.key: item.value for item in items} for items in design.rows])
    faults = [fault for fault in found if isinstance(fault, Problem)]
    if faults:
        design.problems += faults
        return
    kept = [items for items, keeps in zip(design.rows, found, strict=True) if keeps]
    if not kept:
        remedy = f"keeps none of {len(design)} scenarios: write it so that it holds for those to be played"
        design.refuse("sweep.filter", repr(text), remedy)
        return
    design.apart = varying = design.varying()
    if len(kept) < len(design):
        design.notes.append(f"sweep.filter leaves out {len(design) - len(kept)} of {len(design)} scenarios")
    if kept[0] is not design.rows[0]:
        gone, now = (" ".join(label_of(items, varying)) for items in (design.rows[0], kept[0]))
        design.notes.append(f"{gone} is left out as well: the baseline is now {now}")
    design.rows = kept


def add_rows(design: SweepDesign) -> None:
    """The file alone says what varies."""
    name = design.settings["sweep.csv"]
    if "sweep.design" in design.settings:
        remedy = "the file says what goes with what: leave sweep.design or sweep.csv out"
        design.refuse("sweep.design", repr(design.kind), remedy)
    rows, problems = scenario_rows_in(Path(name))
    design.problems += problems
    columns = {item.key for row in rows for item in row}
    for key, values in design.words.items():
        text = ",".join(item.text.partition("=")[2] for item in values)
        if key in design.ranges or len(values) > 1:
            text = design.ranges[key].text if key in design.ranges else text
            design.refuse(key, repr(text), f"{name} says what varies: give one value, or a column {key}")
        elif key in columns and key != "study":
            design.refuse(key, repr(text), f"{name} has a column of this name: leave one of them out")
    fixed = [values[0] for key, values in design.words.items() if key not in columns]
    design.rows = [[*fixed, *row] for row in rows] or [fixed]


def scenario_rows_in(file: Path) -> tuple[list[list[Override]], list[Problem]]:
    """Overrides of each row of a CSV file, and what is wrong with the file."""
    try:
        reader = csv.reader(read_text(file, _MOST_BYTES).splitlines(keepends=True), strict=True)
        lines = [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except UnreadableFile as error:
        return [], [unreadable_problem(error)]
    except csv.Error as error:
        remedy = f"cannot be read ({error}): give a file of comma-separated values"
        return [], [Problem("sweep.csv", repr(str(file)), remedy)]
    if len(lines) > MOST_VALUES + 1:
        remedy = f"at most {MOST_VALUES:,} scenarios in one sweep: take some out"
        return [], [Problem(str(file), f"{len(lines) - 1:,} scenarios", remedy)]
    if len(lines) < 2:
        return [], [Problem(str(file), "no scenario", "give a first line of keys, and below it a line per scenario")]
    keys = [cell.strip() for cell in lines[0][1]]
    problems = faults_of_head(file, keys)
    if problems:
        return [], problems
    rows = []
    for number, cells in lines[1:]:
        row = _row_of(f"{file} line {number}", keys, [cell.strip() for cell in cells])
        problems += [item for item in row if isinstance(item, Problem)]
        rows.append([item for item in row if isinstance(item, Override)])
    return rows, problems


def faults_of_head(file: Path, keys: list[str]) -> list[Problem]:
    """Names of columns that cannot be keys."""
    place = f"{file} line 1"
    if len(keys) == 1 and ";" in keys[0]:
        return [Problem(place, repr(keys[0]), "one column: separate columns by commas, not by semicolons")]
    problems = [Problem(place, f"column {n}", "no name: name the key") for n, key in enumerate(keys, 1) if not key]
    twice = [key for key in dict.fromkeys(keys) if key and keys.count(key) > 1]
    problems += [Problem(place, repr(key), "two columns of this name: leave one out") for key in twice]
    ours = [key for key in keys if key in (*PATH_KEYS, "experiment") or key.startswith("sweep.")]
    problems += [Problem(place, repr(key), "not a part of a scenario: give it when typing") for key in ours]
    return problems + [Problem(place, repr(key), overrides.TYPED_ONLY) for key in keys if overrides.typed_only(key)]


def _row_of(place: str, keys: list[str], cells: list[str]) -> list[Override | Problem]:
    """One scenario of the file."""
    if len(cells) != len(keys):
        remedy = f"{len(keys)} keys in the first line: give as many values; one with a comma in it stands in quotes"
        return [Problem(place, f"{len(cells)} values", remedy)]
    return [cell_of(place, key, cell) for key, cell in zip(keys, cells, strict=True)]


def cell_of(place: str, key: str, cell: str) -> Override | Problem:
    """One value of the file."""
    if not cell:
        return Problem(f"{place}, {key}", "nothing", "give a value, or null for none")
    read = read_override(f"{key}={cell}")
    if isinstance(read, Problem):
        return Problem(f"{place}, {key}", repr(cell), read.remedy.removesuffix(", a sweep needs -m"))
    return read
