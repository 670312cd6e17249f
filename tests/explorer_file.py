"""Explorers for tests, played and made up, and as tests read them: columns of the file, numbers as they are shown."""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.analysis.comparison_result import FoundValue
from sim.analysis.swept_factors import Factor
from sim.cli import main
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import decimals_shown, scale
from sim.report.description import Description, Finding, FindingLine, ScreenTable
from sim.report.explorer_commands import sweep_commands
from sim.report.explorer_data import Explored
from sim.report.explorer_page import explorer_page
from sim.report.study_report import StudyFacts

DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
NUMBER = re.compile(r"[+−]?[\d,]+(?:\.\d+)?")


def columns_of(file: Path) -> dict[str, Any]:
    """The data of a page."""
    (text,) = DATA.findall(file.read_text(encoding="utf-8"))
    found: dict[str, Any] = json.loads(text)
    return found


def stored_numbers(columns: dict[str, Any]) -> dict[str, np.ndarray]:
    """Numbers of each kind, shape (measures, scenarios)."""
    flat = np.frombuffer(base64.b64decode(columns["numbers"]), dtype="<f8")
    shape = len(columns["kinds"]), len(columns["measures"]), len(columns["names"])
    return dict(zip(columns["kinds"], flat.reshape(shape), strict=True))


def numbers_in(text: str) -> list[float]:
    """The numbers that somebody reads in a cell."""
    return [float(number.replace(",", "").replace("−", "-")) for number in NUMBER.findall(text)]


def as_shown(measure: str, *values: float) -> list[float]:
    """Stored values in the unit and with the digits that are shown."""
    return [float(f"{value * scale(measure):.{decimals_shown(measure)}f}") for value in values]


def labels_of(columns: dict[str, Any]) -> list[str]:
    """Labels of the scenarios, put together from the places of their values."""
    each = [[f"{key['key']}={key['values'][place]}" for place in key["places"]] for key in columns["keys"]]
    return [" ".join(words) for words in zip(*each, strict=True)]


def exported(folder: Path, file: Path) -> Path:
    """The explorer of a folder."""
    assert main(["study=results", f"run={folder}", f"export={file}"]) == 0
    return file


HOSTILE = '</script><img src=x onerror="alert(1)">'


def found(mean: float) -> FoundValue:
    return FoundValue(mean, mean - 1.0, mean + 1.0, 1.0, 1.0, 5, simultaneous=2.0)


def explored_of(values: Sequence[str], key: str = "staffing") -> Explored:
    """Scenarios of one key with these values, each beside the first, with every headline measure."""
    labels = tuple(f"{key}={value}" for value in values)
    random = np.random.default_rng(1).normal(50.0, 20.0, (len(HEADLINE), len(labels)))
    cells = {(name, label): random[row, at] for row, name in enumerate(HEADLINE) for at, label in enumerate(labels)}
    command_of = sweep_commands(["peered", "-m", f"{key}={','.join(values[:2])}"], [key])
    return Explored(
        labels=labels,
        names=dict(zip(labels, values, strict=True)),
        factors=(Factor(key, tuple(values)),),
        values_of={label: {key: value} for label, value in zip(labels, values, strict=True)},
        beside=values[0],
        baseline_of=dict.fromkeys(labels, labels[0]),
        commands=lambda label: command_of(label, labels[0]),
        costs=dict.fromkeys(labels, 340_000.0),
        moved={},
        assumed="No benefit was assumed.",
        flags=dict.fromkeys(labels, (False, False)),
        telling=HEADLINE[:3],
        means={cell: found(value) for cell, value in cells.items()},
        differences={cell: found(value - 50.0) for cell, value in cells.items() if cell[1] != labels[0]},
        second={},
    )


def sample_of(n: int) -> Explored:
    """A sample of two keys in which every value was played once; `n` is no multiple of 11."""
    made = explored_of([f"{0.9 + place / 1000:.3f}" for place in range(n)], "demand.growth")
    hours = [str(1 + (11 * place) % n) for place in range(n)]
    values_of = {
        label: {**made.values_of[label], "boarding.mean_hours": hour}
        for label, hour in zip(made.labels, hours, strict=True)
    }
    return replace(made, factors=(*made.factors, Factor("boarding.mean_hours", tuple(hours))), values_of=values_of)


def page_of(explored: Explored, words: str = "plain") -> str:
    finding = Finding(words, (FindingLine("What changes", words),))
    described = Description(
        finding=finding, n_rows=0, screen_table=lambda *_: ScreenTable([(words,), (words,)]), remarks=(),
        sections=list, sheets=list, keep_in_mind=(), whole_finding=finding, title=words,
    )  # fmt: skip
    return explorer_page(explored, described, StudyFacts(study="sweep", command=("peered", "-m", words)), [], 0.95)
