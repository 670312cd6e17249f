"""Days of the calendar are found by the names people give them."""

import pytest
from pydantic import TypeAdapter, ValidationError

from sim.io.calendar_days import SpecialDates, dates_named


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("12-25", ["2023-12-25", "2024-12-25"]),
        ("02-29", ["2024-02-29"]),
        ("2024-03-31", ["2024-03-31"]),
        ("2022-03-31", []),
        ("4th Thursday of November", ["2023-11-23", "2024-11-28"]),
        ("last monday of may", ["2023-05-29", "2024-05-27"]),
        ("5th saturday of june", ["2024-06-29"]),
    ],
)
def test_a_day_is_found_in_every_year_that_has_it(text: str, dates: list[str]) -> None:
    assert [date.isoformat() for date in dates_named(text, range(2023, 2025))] == dates


@pytest.mark.parametrize("text", ["13-25", "02-30", "2023-02-29", "christmas", "6th monday of may", "4th thursday"])
def test_what_names_no_day_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValidationError, match=f"'{text}' is no day: write 12-25, 2023-04-07, or 4th thursday of nov"):
        TypeAdapter(SpecialDates).validate_python([text])


def test_one_day_may_stand_without_brackets() -> None:
    assert TypeAdapter(SpecialDates).validate_python("12-25") == ("12-25",)
