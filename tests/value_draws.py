"""Draws on which values of information were also computed in R, for `tests/test_values_beside_r.py`.

`python -m tests.value_draws FOLDER` writes each table as FOLDER/NAME.csv: columns `input_NAME`, then `benefit_NUMBER`
of each choice. `tests/fixtures/values_in_r.R` reads them and writes `tests/fixtures/values_in_r.csv`.
`python -m tests.value_draws FOLDER RESULTS` makes `tests/fixtures/played_draws.csv.gz` anew before, from the results of
a `study=sensitivity`; the figures in R are then to be made anew too.
"""

import gzip
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.assumption_spread import benefits_of
from sim.analysis.design_needs import WEEKS_PER_YEAR
from sim.analysis.played_draws import read_played_draws
from sim.analysis.trial_worth import RETURN_HAZARD
from sim.config.composition import compose
from sim.statistics.arrays import FloatArray
from sim.studies.settings_by_study import SensitivitySettings
from tests.value_worlds import MEAN, SLOPE, curved_benefits, curved_world, linear_world

FIXTURES = Path(__file__).parent / "fixtures"
PLAYED = FIXTURES / "played_draws.csv.gz"
ROWS = ("EFFA01", "EFFA06", "EFFA07", "EFFA08", "EFFA10", "SUPA02", "SUPA28", "ARR13", "TIM25", "LOS09")
"""Those that are worth something there, and some that move the minutes and are worth nothing."""
TIMES = 10.0
"""Of `study.worth`: 3,700 CAD a visit."""


class ValueDraws(NamedTuple):
    """`inputs` (n,) by name, and `benefits` (n, choices)."""

    inputs: dict[str, FloatArray]
    benefits: FloatArray

    def columns(self, names: str) -> FloatArray:
        """Inputs (n, k) of names joined by `+`."""
        return np.column_stack([self.inputs[name] for name in names.split("+")])


def tables_of_draws() -> dict[str, ValueDraws]:
    """By name: a straight and a bent benefit, each with chance in it and without, and draws that were played.

    The last are quantiles of rows of the register, the logarithm of the hazard ratio on returns, and net benefits of
    the staffings of question 10 (CAD a year and site, at 3,700 CAD a mental-health visit avoided) in the 200 draws of
    its answer: kept in a file, as another register or another model would have others.
    """
    straight, noisy = linear_world(59, 2_000, n_inputs=2)
    theta = straight[:, 0]
    bent, bent_noisy = curved_world(59, 4_000)
    return {
        "straight": ValueDraws(named(straight), noisy),
        "straight_without_chance": ValueDraws(
            named(straight), np.column_stack((np.zeros(len(theta)), MEAN + SLOPE * theta))
        ),
        "bent": ValueDraws(named(bent), bent_noisy),
        "bent_without_chance": ValueDraws(named(bent), curved_benefits(*bent.T)),
        "bent_of_two": ValueDraws(named(bent), curved_benefits(*bent.T)[:, :2]),
        "played": played_table(),
    }


def named(inputs: FloatArray) -> dict[str, FloatArray]:
    """The two inputs of a world."""
    return {"theta": inputs[:, 0], "other": inputs[:, 1]}


def played_table() -> ValueDraws:
    """From its file."""
    table = pd.read_csv(PLAYED)
    is_input = table.columns.str.startswith("input_")
    inputs = {name.removeprefix("input_"): column.to_numpy(float) for name, column in table.loc[:, is_input].items()}
    return ValueDraws(inputs, table.loc[:, ~is_input].to_numpy(float))


def keep_played_table(results: Path) -> None:
    """Its file, from a folder that has played draws."""
    played, study = read_played_draws(results), compose(["study=sensitivity"]).study
    assert isinstance(study, SensitivitySettings)
    first, _ = benefits_of(played.choices, study.worth, study.presets[0], TIMES)
    columns = {f"input_{row}": played.quantiles[:, played.rows.index(row)].round(6) for row in ROWS}
    columns["input_log_hazard"] = np.log(played.numbers(RETURN_HAZARD)).round(6)
    columns |= {f"benefit_{number}": column.round(2) for number, column in enumerate(WEEKS_PER_YEAR * first.T)}
    with gzip.GzipFile(PLAYED, "wb", mtime=0) as file:
        file.write(pd.DataFrame(columns).to_csv(index=False).encode())


def write_draws(folder: Path) -> None:
    """One CSV file a table, with every digit."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (inputs, benefits) in tables_of_draws().items():
        columns = {f"input_{key}": values for key, values in inputs.items()}
        columns |= {f"benefit_{number}": column for number, column in enumerate(benefits.T)}
        pd.DataFrame(columns).to_csv(folder / f"{name}.csv", index=False)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        keep_played_table(Path(sys.argv[2]))
    write_draws(Path(sys.argv[1]))
