"""Of which year the prices behind an answer are: what the register says of each rate and worth in use.

Nothing is brought to one year here: the register holds no index of prices with a source.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from sim.analysis.valuation import STAFF_COST, Worth
from sim.department.scenario import Scenario
from sim.register.rows import Assumption, assumed_numbers, read_keys, read_register

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
    for name, key, value in (*priced_in(scenarios), *valued_in(worth)):
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


def valued_in(worth: Iterable[Worth]) -> Iterator[tuple[str, str, float]]:
    """Name, key and value of what has a worth; a dollar of staff cost has the years of its rates."""
    for item in worth:
        if item.cad_per_unit and item.measure != STAFF_COST:
            yield item.name.replace("_", " "), f"study.worth.{item.name}.cad_per_unit", item.cad_per_unit


def price_years_text(scenarios: Iterable[Scenario], worth: Iterable[Worth] = ()) -> str:
    """One sentence: `Price years differ: 2017 (physician, psychiatrist), 2025 (nurse); money is left as it is, ...`."""
    years = price_years(scenarios, worth)
    told = ", ".join(f"{year} ({', '.join(names)})" for year, names in sorted(years.items()))
    return f"{'Price years differ' if len(years) > 1 else 'Price year'}: {told or 'none'}; {LEFT_AS_IT_IS}."
