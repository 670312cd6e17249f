"""The texts of a calibrated demand: its configuration, its table of estimates, its summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from sim.calibration.estimators.shares import HOURS_PER_DAY, Shares
from sim.department.quantities import ACUITIES
from sim.statistics.arrays import FloatArray
from sim.visits.column_map import WEEKDAY_NAMES

Label = tuple[str, str, str]
"""Weekday, hour and level of an estimate, each empty where it has none."""
HOUR_LABELS: Final[tuple[Label, ...]] = tuple(("", f"{hour:02d}", "") for hour in range(HOURS_PER_DAY))
LEVEL_LABELS: Final[tuple[Label, ...]] = tuple(("", "", str(level)) for level in ACUITIES)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One row of the table: `in_config` is the value written to the configuration, None if it is not."""

    quantity: str
    weekday: str
    hour: str
    level: str
    n: int
    estimate: float
    standard_error: float | None
    in_config: float | None


def share_rows(
    quantity: str,
    shares: Shares,
    labels: Sequence[Label],
    *,
    written: Sequence[float] | None = None,
    scale: float = 1.0,
) -> Iterator[Estimate]:
    """Rows of shares with their errors, times `scale`, beside the values written."""
    values, errors = scale * shares.share, scale * shares.standard_error
    return value_rows(quantity, shares.n, labels, values, errors, written)


def value_rows(
    quantity: str,
    n: int,
    labels: Sequence[Label],
    values: FloatArray,
    errors: FloatArray,
    written: Sequence[float] | None = None,
) -> Iterator[Estimate]:
    """A row for each value with its error, beside the value written."""
    in_config = (None,) * len(labels) if written is None else written
    for label, value, error, config in zip(labels, values, errors, in_config, strict=True):
        yield Estimate(quantity, *label, n, float(value), float(error), config)


@dataclass(frozen=True, slots=True)
class ConfigLine:
    """Values of one line of the configuration and the comment that says where they come from."""

    values: tuple[float, ...]
    comment: str

    def text(self) -> str:
        return f"[{', '.join(f'{value:.5f}' for value in self.values)}]  # {self.comment}"


def hour_lines(by_day: Sequence[ConfigLine]) -> Iterator[str]:
    """The key `hour_shares`: for each weekday, Monday first, 24 shares that sum to 1."""
    yield "hour_shares:  # share of the day's arrivals by hour 00 .. 23"
    yield from (f"  - {line.text()}" for line in by_day)


def keyed_lines(key: str, lines: Mapping[str, ConfigLine | str | None], remark: str = "") -> Iterator[str]:
    """A key of the configuration with a line for each name that has values; nothing where none has."""
    known = {name: line.text() if isinstance(line, ConfigLine) else line for name, line in lines.items() if line}
    if known:
        yield f"{key}:{remark}"
    yield from (f"  {name}: {text}" for name, text in known.items())


@dataclass(frozen=True, slots=True)
class DemandFile:
    """A demand configuration: what was read and how it was used (`about`), its keys as lines of YAML (`config`), and
    the estimates it was made of. A key that is not in `config` keeps its value in demand=default.
    """

    name: str
    about: tuple[str, ...]
    config: tuple[str, ...]
    estimates: tuple[Estimate, ...]

    def yaml_text(self) -> str:
        """The configuration; it names only what was estimated and keeps the rest of `demand: default`."""
        lines = (
            f"# demand={self.name}: when patients come and how urgent they are, from a visits file.",
            "# Written by `peered study=calibrate`: change the visits file or its column map, not this file.",
            "# What is not named here keeps its value in demand=default.",
            *(f"# {line}" for line in self.about),
            "defaults:",
            "  - default",
            "  - _self_",
            "",
            f"name: {self.name}",
            *self.config,
        )
        return "\n".join(lines) + "\n"

    def estimates_text(self) -> str:
        """The table of estimates as CSV."""
        text: str = pd.DataFrame(self.estimates).to_csv(index=False, float_format="%.6f", lineterminator="\n")
        return text

    def summary_lines(self) -> tuple[str, ...]:
        """What a reader of the console needs: how it was done, and every share not by hour of the week."""
        short = ("hour_of_day_share", "block_share", "weekday_index", "acuity_share")
        rows = (row for row in self.estimates if row.quantity in short)
        return (
            *self.about,
            "",
            f"{'estimate':<32}{'value':>9}{'SE':>9}{'written':>10}",
            *map(_summary, rows),
        )


def _summary(row: Estimate) -> str:
    label = " ".join(part for part in (row.quantity, row.weekday, row.hour, row.level) if part)
    error = "" if row.standard_error is None else f"{row.standard_error:.4f}"
    written = "" if row.in_config is None else f"{row.in_config:.5f}"
    return f"{label:<32}{row.estimate:>9.4f}{error:>9}{written:>10}"


def weekday_name(day: int) -> str:
    """Monday for 0 .. Sunday for 6."""
    return WEEKDAY_NAMES[day].capitalize()
