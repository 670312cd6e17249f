"""Words of any length get one message that can be read, exit code 2, and no traceback."""

import pytest

from sim.cli import main
from sim.report.console import LONGEST_SHOWN, shortened


@pytest.mark.parametrize(
    ("word", "place"),
    [
        (f"seed={'9' * 5_000}", "seed"),
        (f"study.demand_levels={'[' * 2_000}1{']' * 2_000}", "study.demand_levels"),
        (f"staffing={'a' * 50_000}", "staffing"),
        (f"demand.{'a' * 50_000}=1", "demand"),
        ("a" * 50_000, "aaa"),
    ],
    ids=["a number of 5,000 digits", "2,000 brackets", "a long value", "a long key", "a long word"],
)
def test_a_word_of_any_length_is_refused_in_a_message_that_can_be_read(
    word: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--dry-run", "study=run", word]) == 2
    said = capsys.readouterr().err
    assert f"  {place}" in said
    assert len(said) < 5 * LONGEST_SHOWN


def test_a_shortened_text_keeps_its_beginning_and_end_and_says_how_much_is_left_out() -> None:
    text = "b" + "a" * (LONGEST_SHOWN + 98) + "e"
    assert shortened(text[:LONGEST_SHOWN]) == text[:LONGEST_SHOWN]
    assert shortened(text).startswith("ba")
    assert shortened(text).endswith("ae")
    assert "… 100 characters …" in shortened(text)
