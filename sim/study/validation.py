"""Does the department look like a real one? Simulated values beside published ranges, inside or not.

The ranges are read from a data file; nothing is tuned here.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from math import isnan, nan

from sim.department.scenario import Scenario
from sim.engine.measures import face_validity_values
from sim.study.engines import ENGINES
from sim.study.executor import run_blocks
from sim.study.output_analysis import mean_interval


@dataclass(frozen=True, slots=True)
class PublishedRange:
    """A line of the face-validity table. `use`: calibrate (may be tuned to it), check (must not), input (verified)."""

    row: str
    key: str
    measure: str
    stream: str
    statistic: str
    published: str
    accept_low: float
    accept_high: float
    unit: str
    source_ids: str
    use: str


@dataclass(frozen=True, slots=True)
class ValidatedRow:
    """A published range and what the simulation gives."""

    published: PublishedRange
    simulated: float
    low: float
    high: float
    n: int

    @property
    def is_inside(self) -> bool | None:
        """Whether the simulated mean lies in the accepted range; None where it could not be estimated."""
        if isnan(self.simulated):
            return None
        return self.published.accept_low <= self.simulated <= self.published.accept_high


@dataclass(frozen=True)
class ValidationBlock:
    """One replication to validate."""

    scenario: Scenario
    seed: int
    replication: int
    engine: str


def published_ranges() -> tuple[PublishedRange, ...]:
    """The face-validity table."""
    text = resources.files("sim.data").joinpath("face_validity.csv").read_text(encoding="utf-8")
    return tuple(
        PublishedRange(
            row=line["row"],
            key=line["key"],
            measure=line["measure"],
            stream=line["stream"],
            statistic=line["statistic"],
            published=line["published"] or line["published_note"],
            accept_low=float(line["accept_low"]),
            accept_high=float(line["accept_high"]),
            unit=line["unit"],
            source_ids=line["source_ids"],
            use=line["use"],
        )
        for line in csv.DictReader(text.splitlines())
    )


def play_validation(block: ValidationBlock) -> dict[str, float]:
    """Face-validity values of one replication."""
    trajectory = ENGINES[block.engine](block.scenario, block.seed, block.replication)
    return face_validity_values(trajectory, block.scenario)


def validation_values(
    scenario: Scenario,
    replications: int,
    seed: int,
    engine: str,
    workers: int | None,
    executor: str,
    address: str | None = None,
) -> Iterator[dict[str, float]]:
    """Values of each replication as it ends."""
    blocks = [ValidationBlock(scenario, seed, replication, engine) for replication in range(replications)]
    for _, values in run_blocks(play_validation, blocks, workers, executor, address):
        yield values


def validated(
    values: Sequence[dict[str, float]], confidence: float, elsewhere: dict[str, float] | None = None
) -> tuple[ValidatedRow, ...]:
    """Each published range with the simulated mean over replications and its interval.

    `elsewhere` gives values that another staffing had to be played for (children met by a peer a day).
    """
    rows = []
    for published in published_ranges():
        found = [value[published.key] for value in values if not isnan(value[published.key])]
        if elsewhere is not None and published.key in elsewhere:
            found = [elsewhere[published.key]]
        if not found:
            rows.append(ValidatedRow(published, nan, nan, nan, 0))
            continue
        interval = mean_interval(found, confidence)
        rows.append(ValidatedRow(published, interval.mean, interval.low, interval.high, interval.n))
    return tuple(rows)
