"""Every key that can be set: what it means, in which unit, its value in a composition, and where that comes from.

What keys mean is written in `sim/data/keys.csv` alone; the tables of docs/keys.md are made of it. A number without a
line there means what its row of the assumption register says.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.analysis.assumptions import numbers_in_use
from sim.config.changed_steps import CHANGED
from sim.config.files import choices_of, folders_of, shipped_configs
from sim.config.key_paths import MODELS
from sim.department.roster import WEEKDAYS, Shift, Staffing, clock_text
from sim.department.scenario import Scenario
from sim.io.suggest import closest
from sim.register.rows import Assumption, read_register
from sim.studies.question import Question, studies_with

MEANINGS = Path(__file__).resolve().parent.parent / "data" / "keys.csv"
PLACEHOLDER = re.compile(r"\b[A-Z]{4,}\b")


@dataclass(frozen=True, slots=True)
class Meaning:
    """A line of the table of meanings. Words in capitals in its key stand for names: ROLE, STREAM, STEP."""

    section: str
    key: str
    default: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key with its value as it would be typed. `source` names rows of the register with their grade, or is empty."""

    key: str
    value: str
    unit: str
    meaning: str
    source: str


@lru_cache(maxsize=1)
def meanings() -> tuple[Meaning, ...]:
    """The whole table."""
    with MEANINGS.open(newline="", encoding="utf-8") as lines:
        return tuple(Meaning(**row) for row in csv.DictReader(lines))


def keys_of(composed: Question) -> list[Key]:
    """Every key of a composition, groups first, then what is outside them, then the entries of each group in order."""
    known = {row.key: row for row in meanings() if not PLACEHOLDER.search(row.key)}
    patterns = [(pattern_of(row.key), row) for row in meanings() if PLACEHOLDER.search(row.key)]
    rows, comments = sources_of(composed)
    register = read_register()
    found = [chosen(row, composed) for row in meanings() if row.section in ("group", "outside", "sweep")]
    for key, value in leaves_of(composed):
        row = known.get(key) or next((row for pattern, row in patterns if pattern.fullmatch(key)), None)
        behind = [register[name] for name in rows.get(key, ()) if name in register]
        cited = ", ".join(f"{entry.id} (grade {entry.grade})" for entry in behind)
        typed = any(f"{key}.".startswith(f"{one.lstrip('+')}.") for one in composed.overridden)
        source = "set in this command" if typed else cited or comments.get(key, "")
        found.append(Key(key, value, *unit_and_meaning(row, behind, key), source))
    return found


def pattern_of(key: str) -> "re.Pattern[str]":
    """What keys a word in capitals stands for."""
    return re.compile(PLACEHOLDER.sub(r"[^.]+", re.escape(key)))


def unit_and_meaning(row: Meaning | None, behind: Sequence[Assumption], key: str) -> tuple[str, str]:
    """Unit and meaning: of the table, else of the register where one row stands behind the key, else none."""
    if row is not None:
        return row.unit, row.meaning
    if len(behind) == 1:
        return behind[0].unit, behind[0].quantity
    if key.endswith(("minutes", "minutes.mean")):
        return "min", ""
    return "", "; ".join(item.quantity for item in behind)


def sources_of(composed: Question) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Rows of the register that the files name behind each key, and comments that name none.

    A list is one key, with the rows of all its numbers.
    """
    rows: dict[str, tuple[str, ...]] = {}
    comments: dict[str, str] = {}
    for number in numbers_in_use(composed.files, frozenset(composed.chosen)):
        group = "" if number.file.parent.name == shipped_configs().name else f"{number.file.parent.name}."
        key = re.sub(r"(\.\d+)+$", "", group + number.key).replace(f".{CHANGED}.", ".pathway.")
        ids = number.own_ids or number.ids
        rows[key] = tuple(dict.fromkeys((*rows.get(key, ()), *ids)))
        if number.comment and not ids:
            comments[key] = number.comment
    return rows, comments


def chosen(row: Meaning, composed: Question) -> Key:
    """A group with its choice, or a key outside the groups."""
    if row.section == "group":
        names = choices_of(row.key, folders_of(composed.config_dir))
        return Key(row.key, composed.choices[row.key], "", f"{row.meaning}; one of {', '.join(names)}", "")
    value = _typed_value(getattr(composed, row.key, None)) if row.section == "outside" else row.default.strip("`")
    return Key(row.key, "none" if row.key == "configs" else value, row.unit, row.meaning, "")


def leaves_of(composed: Question) -> Iterator[tuple[str, str]]:
    """Every key of the groups that leads to a value, with it."""
    for group in MODELS:
        part: Any = composed.study if group == "study" else getattr(composed, group, None)
        part = getattr(composed.scenario, group) if group in Scenario.model_fields else part
        if isinstance(part, BaseModel):
            yield from leaves_in(group, part)


def leaves_in(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Keys below a value; entries of lists by name."""
    inner = list(_entries_of(value))
    if not inner:
        yield place, _typed_value(value)
    for name, below in inner:
        if name != "name":  # it goes with its file, or its step
            yield from leaves_in(f"{place}.{name}", below)


def _entries_of(value: Any) -> Iterator[tuple[str, Any]]:
    """What has a key of its own below a value: fields, entries of mappings, models in a list."""
    if isinstance(value, Staffing):
        yield from ((name, getattr(value, name)) for name in type(value).model_fields if name != "roles")
        yield from value.roles.items()
    elif isinstance(value, Shift):
        days = ", ".join(WEEKDAYS[day] for day in value.days)
        typed = {"start": repr(clock_text(value.start)), "days": f"[{days}]" if len(value.days) < 7 else "daily"}
        yield from ((name, typed.get(name, getattr(value, name))) for name in type(value).model_fields)
    elif isinstance(value, BaseModel):
        yield from ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, Mapping):
        yield from ((str(name), below) for name, below in value.items())
    elif isinstance(value, tuple) and value and all(isinstance(item, BaseModel) for item in value):
        yield from ((str(getattr(item, "name", number)), item) for number, item in enumerate(value))


def _typed_value(value: Any) -> str:
    """A value as it is typed."""
    if value is None or value == {}:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_typed_value, value))}]"
    return str(value)


def matching(keys: Sequence[Key], words: Sequence[str]) -> list[Key]:
    """Keys that hold every word, in any case, in the key or its meaning; those that hold all in the key first."""
    wanted = [word.casefold() for word in words]
    named = [item for item in keys if all(word in item.key.casefold() for word in wanted)]
    meant = [item for item in keys if all(word in f"{item.key} {item.meaning}".casefold() for word in wanted)]
    return [*named, *(item for item in meant if item not in named)]


def close_word(keys: Sequence[Key], word: str) -> str | None:
    """A word of the keys, or of their meanings, that may have been meant."""
    segments = {segment for item in keys for segment in item.key.casefold().split(".")}
    parts = {part for item in keys for part in re.split(r"[\W_]+", f"{item.key} {item.meaning}".casefold())}
    for known in (
        {item.key for item in keys} if "." in word else set(),
        segments,
        {part for part in parts if len(part) > len("for")},
    ):
        if found := closest(word.casefold(), sorted(known), cutoff=SIMILAR):
            return found
    return None


SIMILAR = 0.66
"""How alike a word must be to one that may have been meant; two letters of three that are swapped still are."""


def keys_of_other_studies(composed: Question) -> list[Key]:
    """Keys that the study of a composition does not have, each with the studies that do."""
    others = [(row, studies_with(row.key.split(".")[1])) for row in meanings() if row.section == "study"]
    return [
        Key(row.key, row.default.replace("`", ""), row.unit, row.meaning, f"a key of {studies_text(studies)}")
        for row, studies in others
        if composed.study.name not in studies
    ]


def studies_text(studies: Sequence[str], quote: str = "") -> str:
    """Studies as they are typed."""
    *most, last = (f"{quote}study={name}{quote}" for name in studies)
    return f"{', '.join(most)} and {last}" if most else last
