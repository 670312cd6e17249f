"""Which scenarios a sweep has: every combination, values side by side, or the rows of a CSV file.

Words are read by `overrides`; whether keys and values make sense is seen when scenarios are put together.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from pathlib import Path

from sim.config.overrides import MOST_VALUES, PATH_KEYS, Override, read_override, read_several
from sim.department.scenario import Problem, did_you_mean

DESIGN_KEYS = ("sweep.design", "sweep.csv")
ONE_FOR_ALL = ("seed", "study", "engine", "executor")
"""Keys and groups that say how scenarios are played."""
DESIGNS = ("grid", "zip")

Varied = tuple[str, ...]
"""What tells a scenario from the others, as it could be typed: `("staffing=peer_247", "demand.growth=1.1")`."""


@dataclass(slots=True)
class Design:
    """What was typed, by key, and the rows of a file. `beside`: values go side by side instead of all with all."""

    words: dict[str, list[Override]] = field(default_factory=dict)
    rows: list[list[Override]] | None = None
    beside: bool = False
    problems: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        if self.rows is not None:
            return len(self.rows)
        sizes = [len(values) for values in self.words.values()]
        return max(sizes, default=1) if self.beside else prod(sizes)

    def scenarios(self) -> Iterator[tuple[Varied, list[Override]]]:
        """What varies and all overrides of every scenario; the last word varies fastest."""
        columns = list(self.words.values())
        if self.rows is not None:
            fixed = [values[0] for values in columns]
            chosen: Iterator[Sequence[Override]] = iter([[*fixed, *row] for row in self.rows])
        elif self.beside:
            chosen = zip(*(values * len(self) if len(values) == 1 else values for values in columns), strict=False)
        else:
            chosen = product(*columns)
        varying = self.varying()
        for items in chosen:
            yield tuple(item.text for item in items if item.key in varying) or ("scenario",), list(items)

    def texts(self) -> dict[str, list[str]]:
        """The different words given for each key, typed or in the file."""
        given = [*self.words.values(), *(self.rows or ())]
        texts: dict[str, dict[str, None]] = {}
        for item in (item for items in given for item in items):
            texts.setdefault(item.key, {})[item.text] = None
        return {key: list(several) for key, several in texts.items()}

    def varying(self) -> set[str]:
        """Keys that tell scenarios apart: those with different values; of a lone scenario all that were typed."""
        texts = self.texts()
        several = {key for key, values in texts.items() if len(values) > 1}
        return several or {key for key in texts if key.split(".")[0] not in (*PATH_KEYS, *ONE_FOR_ALL)}


def design_of(texts: Sequence[str]) -> Design:
    """The design that the words ask for, with what is wrong with their form."""
    design = Design()
    ours: dict[str, str] = {}
    for text in texts:
        key, _, value = text.partition("=")
        if key in DESIGN_KEYS:
            ours[key] = value
        else:
            take(design, text)
    kind = ours.get("sweep.design", "grid")
    if kind not in DESIGNS:
        design.problems.append(Problem("sweep.design", repr(kind), f"no such design; {did_you_mean(kind, DESIGNS)}"))
    if "sweep.csv" in ours:
        add_rows(design, ours)
    elif kind == "zip":
        put_beside(design)
    if len(design) > MOST_VALUES:
        remedy = f"at most {MOST_VALUES:,} scenarios in one sweep: vary less at once"
        design.problems.append(Problem("command line", f"{len(design):,} scenarios", remedy))
        design.words = {key: values[:1] for key, values in design.words.items()}
    return design


def take(design: Design, text: str) -> None:
    """One word; of two with the same key the later one counts, as everywhere."""
    read = read_several(text)
    if isinstance(read, Problem):
        design.problems.append(read)
    else:
        design.words.pop(read[0].key, None)
        design.words[read[0].key] = read


def put_beside(design: Design) -> None:
    """Values side by side need equal numbers of them."""
    sizes = {key: len(values) for key, values in design.words.items() if len(values) > 1}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{key} {n}" for key, n in sizes.items())
        remedy = "values go side by side: give each key the same number of them, or one"
        design.problems.append(Problem("sweep.design", f"'zip' of {told}", remedy))
    else:
        design.beside = True


def add_rows(design: Design, ours: dict[str, str]) -> None:
    """The file alone says what varies."""
    name = ours["sweep.csv"]
    if "sweep.design" in ours:
        remedy = "the file says what goes with what: leave sweep.design or sweep.csv out"
        design.problems.append(Problem("sweep.design", repr(ours["sweep.design"]), remedy))
    rows, problems = rows_of(Path(name))
    columns = {item.key for row in rows for item in row}
    for key, values in design.words.items():
        text = ",".join(item.text.partition("=")[2] for item in values)
        if len(values) > 1:
            problems.append(Problem(key, repr(text), f"{name} says what varies: give one value, or a column {key}"))
        elif key in columns and key != "study":
            problems.append(Problem(key, repr(text), f"{name} has a column of this name: leave one of them out"))
    design.problems += problems
    design.words = {key: values[:1] for key, values in design.words.items() if key not in columns}
    design.rows = rows


def rows_of(file: Path) -> tuple[list[list[Override]], list[Problem]]:
    """Overrides of each row of a CSV file, and what is wrong with the file."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        lines = [line for line in numbered(text) if any(cell.strip() for cell in line[1])]
    except UnicodeDecodeError as error:
        return [], [Problem(str(file), f"byte {error.object[error.start]:#x}", "not in UTF-8: save the file as UTF-8")]
    except (OSError, csv.Error) as error:
        why = getattr(error, "strerror", None) or str(error)
        return [], [
            Problem("sweep.csv", repr(str(file)), f"cannot be read ({why}): give a file of comma-separated values")
        ]
    if len(lines) < 2:
        return [], [Problem(str(file), "no scenario", "give a first line of keys, and below it a line per scenario")]
    keys = [cell.strip() for cell in lines[0][1]]
    problems = faults_of_head(file, keys)
    if problems:
        return [], problems
    rows = []
    for number, cells in lines[1:]:
        row = row_of(f"{file} line {number}", keys, [cell.strip() for cell in cells])
        problems += [item for item in row if isinstance(item, Problem)]
        rows.append([item for item in row if isinstance(item, Override)])
    return rows, problems


def numbered(text: str) -> list[tuple[int, list[str]]]:
    """Rows with the line each ends on."""
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    return [(reader.line_num, cells) for cells in reader]


def faults_of_head(file: Path, keys: list[str]) -> list[Problem]:
    """Names of columns that cannot be keys."""
    if len(keys) == 1 and ";" in keys[0]:
        return [Problem(f"{file} line 1", repr(keys[0]), "one column: separate columns by commas, not by semicolons")]
    place = f"{file} line 1"
    problems = [Problem(place, f"column {n}", "no name: name the key") for n, key in enumerate(keys, 1) if not key]
    twice = [key for key in dict.fromkeys(keys) if key and keys.count(key) > 1]
    problems += [Problem(place, repr(key), "two columns of this name: leave one out") for key in twice]
    ours = [key for key in keys if key in (*PATH_KEYS, *DESIGN_KEYS)]
    return problems + [Problem(place, repr(key), "not a part of a scenario: give it when typing") for key in ours]


def row_of(place: str, keys: list[str], cells: list[str]) -> list[Override | Problem]:
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
