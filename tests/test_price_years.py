"""Every amount of money in the register says of which year its prices are, and an answer names the years it mixes."""

import re

import pytest

from sim import load
from sim.analysis.assumptions import assumed_numbers, read_keys, read_register
from sim.analysis.valuation import AS_ENTERED, Worth, price_year_at, price_year_of, price_years, price_years_text

REGISTER = read_register()


def test_every_amount_of_money_states_its_price_year_and_nothing_else_does() -> None:
    money = {name for name, row in REGISTER.items() if "CAD" in row.unit}
    assert {"STF06", "COSA01", "RUNA19", "WORA03"} <= money
    assert {name for name, row in REGISTER.items() if price_year_of(row) is not None} == money
    said = re.compile(r"20\d\d|mixed|none|not stated( \([^)]+\))?")
    assert [name for name in money if not said.fullmatch(price_year_of(REGISTER[name]) or "")] == []


@pytest.mark.parametrize(("name", "year"), [("STF06", "2017"), ("STF07", "2017"), ("COSA01", "2025")])
def test_a_year_is_that_of_the_source(name: str, year: str) -> None:
    assert price_year_of(REGISTER[name]) == year
    assert year in f"{REGISTER[name].quantity} {REGISTER[name].source} {REGISTER['STF08'].source}"


def test_every_hourly_cost_and_worth_that_is_shipped_has_a_row_with_a_year() -> None:
    keys = {item.key: item.id for item in read_keys() if item.key.endswith(("hourly_cost", "cad_per_unit"))}
    assert len(keys) >= 11
    for key, name in keys.items():
        (value,) = assumed_numbers(REGISTER[name]) or ()
        assert price_year_at(key, value) == price_year_of(REGISTER[name])


def test_years_are_told_with_what_they_are_of_and_a_rate_of_ones_own_as_entered() -> None:
    scenario = load("staffing=peer_added", "staffing.nurse.hourly_cost=70")
    visit = Worth(name="mental_health_visit", measure="visits_per_week.mental_health", cad_per_unit=-370.0)
    cost = Worth(name="staff_cost", measure="staff_cost_per_week.all", cad_per_unit=-1.0)
    found = price_years([scenario, scenario], [cost, visit])
    assert found["2017"] == ["physician", "psychiatrist"]
    assert found["2025"] == ["triage nurse", "psw"]
    assert found[AS_ENTERED] == ["nurse"]
    assert found["mixed"] == ["mental health visit"]
    assert "weekly extra" in found["not stated"]
    assert price_years_text([scenario], [visit]).startswith(
        "Price years differ: 2017 (physician, psychiatrist), 2025 ("
    )


def test_the_worth_of_an_admission_follows_from_the_cost_study() -> None:
    cost, stays = REGISTER["WORA01"], REGISTER["WORA02"]
    assert -float(REGISTER["WORA03"].value) == pytest.approx(float(cost.value) / float(stays.value), rel=0.001)
    assert -float(REGISTER["WORA03"].low) == pytest.approx(float(cost.high) / float(stays.low), rel=0.01)
    assert -float(REGISTER["WORA03"].high) == pytest.approx(float(cost.low) / float(stays.high), rel=0.01)


def test_the_worth_of_a_boarding_hour_lies_between_nurse_minutes_without_staff_and_more_than_a_staffed_place() -> None:
    (payroll,) = assumed_numbers(REGISTER["COSA14"]) or ()
    places = sum(float(REGISTER[f"ZONA0{number}"].value) for number in (1, 2, 3, 4))
    minutes, rate = float(REGISTER["BOAA04"].value), float(REGISTER["COSA01"].value)
    assert -float(REGISTER["WORA04"].value) == pytest.approx(payroll / (places * 24.0), rel=0.05)
    assert -float(REGISTER["WORA04"].high) == pytest.approx(minutes * rate / 60.0, rel=0.06)
