"""What a difference between two staffings is worth in money, of which year prices are, and a belief about an effect.

`sim.analysis.breakeven` reckons with them. Nothing is brought to one year here: the register holds no index of prices
with a source.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.analysis.measures_that_apply import measures_that_apply
from sim.department.quantities import Frozen, Positive
from sim.department.roster import SHIPPED_CURRENCY
from sim.department.scenario import Problem, Scenario
from sim.engine.measures.currency import in_currency
from sim.io.suggest import did_you_mean
from sim.register.rows import Assumption, assumed_numbers, read_keys, read_register

STAFF_COST = "staff_cost_per_week.all"
"""The measure that is money itself."""
SHIPPED_PRESETS = {
    "staff_only": "staff time only",
    "with_admissions": "with admissions",
    "with_boarding": "with admissions and boarding",
}
"""Presets of worth that are shipped, by name, and how they are called in a sentence."""
EVERYTHING = ""
"""The preset of a study that names none: all that has a worth is counted."""


class Worth(Frozen):
    """One line of a net benefit: what one unit more of a measure is worth, in money; a cost is below 0.

    `measure` is the key of a value of the catalogue with its part (`staff_cost_per_week.all`). Measures per week add up
    to money a week. With `cad_per_unit` 0 an outcome is shown and not valued; its name is of the shipped currency,
    whatever `staffing.currency` says. `presets` names those that count it; empty: every one does.
    """

    name: str
    measure: str
    cad_per_unit: float
    presets: tuple[str, ...] = ()

    def counts_in(self, preset: str) -> bool:
        """Whether a preset counts it: it has a worth, and the preset is among those that count it."""
        return self.cad_per_unit != 0.0 and (preset == EVERYTHING or not self.presets or preset in self.presets)


def preset_text(preset: str) -> str:
    """A preset in a sentence: `with admissions`."""
    return SHIPPED_PRESETS.get(preset, preset.replace("_", " ") or "all that is valued")


def net_benefit(worth: Iterable[Worth], preset: str, apart: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Money a week by one preset: differences (staffing minus baseline) times what one more is worth.

    `apart` holds the difference in each counted measure, by name of the worth, all of one shape. What is not counted
    adds nothing, whatever its difference. Raises ValueError where nothing is counted.
    """
    counted = [item.cad_per_unit * apart[item.name] for item in worth if item.counts_in(preset)]
    if not counted:
        raise ValueError(f"preset {preset!r} counts nothing: give a measure a worth that is not 0")
    total = counted[0].copy()
    for part in counted[1:]:
        total += part
    return total


def problems_of_presets(presets: Sequence[str], worth: Sequence[Worth]) -> Iterator[Problem]:
    """Presets that count nothing or that nobody knows, and entries that name such a one."""
    named = {name for item in worth for name in item.presets}
    known = sorted({*SHIPPED_PRESETS, *named})
    for preset in presets:
        if preset not in known:
            remedy = (
                f"no such preset; {did_you_mean(preset, known)}; or name it in `presets` of an entry of study.worth"
            )
            yield Problem("study.presets", repr(preset), remedy)
        elif not any(item.counts_in(preset) for item in worth):
            yield Problem("study.presets", repr(preset), "counts nothing: give a measure a worth that is not 0")
    asked_for = sorted({*SHIPPED_PRESETS, *presets})
    for item in worth:
        for name in item.presets:
            if name not in asked_for:
                remedy = f"no preset that is answered; {did_you_mean(name, asked_for)}; or add it to study.presets"
                yield Problem(f"study.worth.{item.name}.presets", repr(name), remedy)


class Prior(Frozen):
    """A lognormal belief about an effect that is a factor: its median, and the standard deviation of its logarithm."""

    median: Positive
    log_sd: Positive

    def below(self, effect: float) -> float:
        """Probability that the effect is smaller."""
        return 0.5 * math.erfc(-self._standard(effect) / math.sqrt(2.0))

    def density(self, effect: float) -> float:
        """Probability per unit of the effect."""
        height = math.exp(-0.5 * self._standard(effect) ** 2)
        return height / (effect * self.log_sd * math.sqrt(2.0 * math.pi))

    def within(self, low: float, high: float) -> float:
        """Probability of an effect between the two."""
        return self.below(high) - self.below(low)

    def _standard(self, effect: float) -> float:
        return math.log(effect / self.median) / self.log_sd


PRICE_YEAR = re.compile(r"\bprice year: ([^;]+)")
AS_ENTERED = "as entered"
LEFT_AS_IT_IS = "money is left as it is, as no index of prices with a source is in the register"


def price_year_of(row: Assumption) -> str | None:
    """The price year that the note of a row states: `2017`, `not stated`, `mixed`; None where it states none."""
    found = PRICE_YEAR.search(row.note)
    return found[1].strip() if found else None


@lru_cache(maxsize=1)
def priced_keys() -> Mapping[str, tuple[float, str]]:
    """Value and price year of every key that holds one amount of money, as shipped."""
    register = read_register()
    found = {}
    for item in read_keys():
        row = register[item.id]
        values, year = assumed_numbers(row), price_year_of(row)
        if year is not None and values is not None and len(values) == 1:
            found[item.key] = (values[0] * item.scale, year)
    return found


def price_year_at(key: str, value: float) -> str:
    """The price year of a value under a key; `as entered` where it is not the shipped one."""
    shipped, year = priced_keys().get(key, (None, AS_ENTERED))
    return year if value == shipped else AS_ENTERED


def price_years(scenarios: Iterable[Scenario], worth: Iterable[Worth] = ()) -> dict[str, list[str]]:
    """What is priced, by price year: rostered roles, the weekly extra, and what is valued beside staff cost."""
    found: dict[str, list[str]] = {}
    played = tuple(scenarios)
    for name, key, value in (*priced_in(played), *valued_in(worth, played)):
        names = found.setdefault(price_year_at(key, value), [])
        if name not in names:
            names.append(name)
    return found


def priced_in(scenarios: Iterable[Scenario]) -> Iterator[tuple[str, str, float]]:
    """Name, key and value of every rate that some staffing pays."""
    for scenario in scenarios:
        for role, one in scenario.staffing.roles.items():
            if one.hourly_cost and one.hours_per_week():
                yield role.replace("_", " "), f"staffing.{role}.hourly_cost", one.hourly_cost
        if scenario.staffing.weekly_extra_cost:
            yield "weekly extra", "staffing.weekly_extra_cost", scenario.staffing.weekly_extra_cost


def valued_in(worth: Iterable[Worth], scenarios: Iterable[Scenario]) -> Iterator[tuple[str, str, float]]:
    """Name, key and value of what has a worth and is there in some scenario; a dollar of staff cost has the years of
    its rates."""
    there = measures_that_apply(scenarios)
    for item in worth:
        if item.cad_per_unit and item.measure != STAFF_COST and there.has(item.measure):
            yield item.name.replace("_", " "), f"study.worth.{item.name}.cad_per_unit", item.cad_per_unit


def price_years_text(scenarios: Iterable[Scenario], worth: Iterable[Worth] = ()) -> str:
    """One sentence: `Price years differ: 2017 (physician, psychiatrist), 2025 (nurse); money is left as it is, ...`."""
    years = price_years(scenarios, worth)
    told = ", ".join(f"{year} ({', '.join(names)})" for year, names in sorted(years.items()))
    return f"{'Price years differ' if len(years) > 1 else 'Price year'}: {told or 'none'}; {LEFT_AS_IT_IS}."


def unconverted_text(scenarios: Iterable[Scenario] = (), worth: Iterable[Worth] = ()) -> str:
    """That the currency is a label and what is still as shipped, in another one; empty in the shipped currency."""
    currency = in_currency(SHIPPED_CURRENCY)
    if currency == SHIPPED_CURRENCY:
        return ""
    played = tuple(scenarios)
    priced = [*priced_in(played), *valued_in(worth, played)]
    left = dict.fromkeys(name for name, key, value in priced if price_year_at(key, value) != AS_ENTERED)
    still = f" Still as shipped, as numbers of {SHIPPED_CURRENCY}: {', '.join(left)}." if left else ""
    return f"Money is in {currency} because staffing.currency says so; nothing was converted.{still}"
