"""Does the department look like a real one? Simulated values beside published ones, judged by docs/protocol.md.

The ranges are read from a data file, which a test compares with the protocol; nothing is tuned here.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from math import isfinite, isnan, nan
from statistics import median
from typing import Literal

from sim.department.scenario import Scenario
from sim.engine.measures.measuring import face_validity_values
from sim.runs.engines import ENGINES
from sim.runs.worker_pool import run_blocks
from sim.statistics.intervals import mean_interval

Verdict = Literal["inside", "near", "miss"]
VERDICTS: tuple[Verdict, ...] = ("inside", "near", "miss")
USES = ("calibrate", "check", "input")
"""calibrate: numbers may be tuned to it; check: none was moved for it; input: put in, verified."""
PLAYED_WITH_PEERS = "children_met_per_day"
"""Key of the row that another staffing, `peer_added`, is played for."""
LONGEST_OF_A_YEAR, WEEKS_OF_A_YEAR = "wait_triage_to_physician_longest_h", 52


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A line of the face-validity table: what is published, and the range that is accepted.

    `published` is nan where no single value is published; `published_range` what is published instead, in words.
    `basis` says where the range comes from: `source`, `± 20 %` of the published value, `± N points`, `judgement`.
    `use` is one of `USES`; `trade` what it would cost to meet the row, empty where that is not known. Values and
    limits are in `unit`, shares as proportions.
    """

    row: str
    key: str
    measure: str
    published: float
    published_range: str
    accept_low: float
    accept_high: float
    unit: str
    basis: str
    source_ids: str
    use: str
    trade: str

    @property
    def half_width(self) -> float:
        """Half the width of the accepted range."""
        return (self.accept_high - self.accept_low) / 2.0


@dataclass(frozen=True, slots=True)
class ValidatedRow:
    """A published row and the simulated mean over `n` replications with its confidence interval, nan where undefined.

    With one replication the interval is infinite.
    """

    published: PublishedRow
    simulated: float
    low: float
    high: float
    n: int

    @property
    def verdict(self) -> Verdict | None:
        """The protocol's verdict; None where there is no interval to judge by."""
        if not (isfinite(self.low) and isfinite(self.high)):
            return None
        return verdict_of(self.low, self.high, self.published.accept_low, self.published.accept_high)

    @property
    def distance(self) -> float:
        """|simulated mean - published value| in half-widths of the accepted range, nan where either is missing."""
        return abs(self.simulated - self.published.published) / self.published.half_width


def verdict_of(low: float, high: float, accept_low: float, accept_high: float) -> Verdict:
    """`inside` if the whole interval lies in the accepted range, limits included; `near` if the two overlap."""
    if accept_low <= low and high <= accept_high:
        return "inside"
    return "near" if low <= accept_high and high >= accept_low else "miss"


@dataclass(frozen=True, slots=True)
class Validation:
    """Every row judged, of replications of `weeks` measured weeks; `confidence` that of the intervals."""

    rows: tuple[ValidatedRow, ...]
    weeks: int
    confidence: float

    @property
    def counts(self) -> dict[str, dict[Verdict, int]]:
        """How many rows of each use have each verdict; rows that cannot be judged are in none."""
        return {
            use: {
                verdict: sum(row.published.use == use and row.verdict == verdict for row in self.rows)
                for verdict in VERDICTS
            }
            for use in USES
        }

    @property
    def not_judged(self) -> tuple[ValidatedRow, ...]:
        """Rows without an interval."""
        return tuple(row for row in self.rows if row.verdict is None)

    @property
    def median_distance(self) -> float:
        """Median of the distances of all rows that have one, nan if none has."""
        known = [row.distance for row in self.rows if not isnan(row.distance)]
        return median(known) if known else nan

    @property
    def n_distances(self) -> int:
        """How many rows have a distance."""
        return sum(not isnan(row.distance) for row in self.rows)

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be known to read the verdicts of this run."""
        notes = []
        if self.weeks < WEEKS_OF_A_YEAR:
            row = next(row.published.row for row in self.rows if row.published.key == LONGEST_OF_A_YEAR)
            notes.append(f"Row {row} is the longest wait of {self.weeks} weeks; that of a year is as long or longer.")
        if self.not_judged:
            named = ", ".join(row.published.row for row in self.not_judged)
            notes.append(f"Not judged: {named}. There is no value, or only one replication and so no interval.")
        return tuple(notes)


@dataclass(frozen=True)
class ValidationBlock:
    """One replication to validate, for the values of some keys of the table."""

    scenario: Scenario
    seed: int
    replication: int
    engine: str
    keys: frozenset[str]


Played = tuple[ValidationBlock, dict[str, float]]
"""A block and its face-validity values by key."""


def published_rows() -> tuple[PublishedRow, ...]:
    """The face-validity table."""
    text = resources.files("sim.data").joinpath("face_validity.csv").read_text(encoding="utf-8")
    return tuple(
        PublishedRow(
            row=line["row"],
            key=line["key"],
            measure=line["measure"],
            published=float(line["published"] or nan),
            published_range=line["published_range"],
            accept_low=float(line["accept_low"]),
            accept_high=float(line["accept_high"]),
            unit=line["unit"],
            basis=line["basis"],
            source_ids=line["source_ids"],
            use=line["use"],
            trade=line["trade"],
        )
        for line in csv.DictReader(text.splitlines())
    )


def validation_blocks(
    scenario: Scenario, with_peers: Scenario | None, replications: int, seed: int, engine: str
) -> list[ValidationBlock]:
    """What has to be played. `with_peers` is the same department with the staffing `peer_added`, for the one row that
    asks for it; without it that row has no value.
    """
    with_peers_only = frozenset({PLAYED_WITH_PEERS})
    asked = [(scenario, frozenset(row.key for row in published_rows()) - with_peers_only)]
    if with_peers is not None:
        asked.append((with_peers, with_peers_only))
    return [ValidationBlock(of, seed, number, engine, keys) for of, keys in asked for number in range(replications)]


def play_validation(block: ValidationBlock) -> dict[str, float]:
    """Face-validity values of one replication."""
    trajectory = ENGINES[block.engine](block.scenario, block.seed, block.replication)
    values = face_validity_values(trajectory, block.scenario)
    return {key: value for key, value in values.items() if key in block.keys}


def play_validations(
    blocks: Sequence[ValidationBlock], workers: int | None, executor: str, address: str | None = None
) -> Iterator[Played]:
    """Every block with its values, in the order in which they end."""
    return run_blocks(play_validation, blocks, workers, executor, address)


def validated(played: Sequence[Played], weeks: int, confidence: float = 0.95) -> Validation:
    """Every published row judged by its mean over replications of `weeks` measured weeks."""
    # A sum depends on its order in the last digit, and blocks end in any order.
    in_order = [values for _, values in sorted(played, key=lambda pair: pair[0].replication)]
    return Validation(tuple(judged(row, in_order, confidence) for row in published_rows()), weeks, confidence)


def judged(row: PublishedRow, values: Sequence[dict[str, float]], confidence: float) -> ValidatedRow:
    """One published row with the simulated mean and its interval."""
    found = [known for value in values if not isnan(known := value.get(row.key, nan))]
    if not found:
        return ValidatedRow(row, nan, nan, nan, 0)
    interval = mean_interval(found, confidence)
    return ValidatedRow(row, interval.mean, interval.low, interval.high, interval.n)


def validate(
    scenario: Scenario,
    with_peers: Scenario | None = None,
    *,
    seed: int,
    replications: int = 20,
    confidence: float = 0.95,
    workers: int | None = None,
) -> Validation:
    """Play a department on the compiled engine and judge it; `with_peers` as in `validation_blocks`.

    `validate(sim.load("study=validate", "study.weeks=26"), seed=501, replications=8)`.
    """
    blocks = validation_blocks(scenario, with_peers, replications, seed, "compiled")
    return validated(list(play_validations(blocks, workers, "threads")), scenario.period.weeks, confidence)
