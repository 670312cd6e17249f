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


@pytest.mark.parametrize("word", ["output=\udcff", "staffing=\udcff", "\udcff=1", "--config-dir=\udcff"])
def test_bytes_that_are_no_characters_are_refused(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dry-run", "study=run", word]) == 2
    assert "in UTF-8" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("number", ["9" * 20, "9" * 5_000, "１２", "0"])
def test_a_number_of_samples_that_is_none_is_refused_with_what_is_taken(
    number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sweep.design=lhs", f"sweep.samples={number}", "demand.growth=interval(0.9,1.1)"]
    assert main(["-m", "--dry-run", *words]) == 2
    assert "from 1 to 9,223,372,036,854,775,807" in " ".join(capsys.readouterr().err.split())


def test_a_name_that_leads_elsewhere_is_refused_with_what_a_name_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dry-run", "study=calibrate", "study.demand_name=../../x"]) == 2
    assert "use lower-case letters" in " ".join(capsys.readouterr().err.split())


def test_a_shortened_text_keeps_its_beginning_and_end_and_says_how_much_is_left_out() -> None:
    text = "b" + "a" * (LONGEST_SHOWN + 98) + "e"
    assert shortened(text[:LONGEST_SHOWN]) == text[:LONGEST_SHOWN]
    assert shortened(text).startswith("ba")
    assert shortened(text).endswith("ae")
    assert "… 100 characters …" in shortened(text)
