"""The finished answer in results/example is what its command writes now, to the last digit and the last word.

Why it is played again: docs/decisions/0022.
"""

import json
import re
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image
from xlsxwriter import Workbook

from benchmarks import example
from benchmarks.notebooks import MACHINE_FACTS
from sim.engine.measures.number_text import bare, measure_and_part
from tests.pictures import SHADES, furthest

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("whole_workbooks")]

STORED = example.FOLDER
MOST_BYTES = 1_200_000
OF_ITS_MAKER = ("code", "versions", "python")
"""Facts of run.json that say by what the stored answer was made, which need not be what is here now."""
OF_ITS_MAKING = ("Code", "PeerED version")
"""Rows of the workbook that say the same."""


def outdated(stored: Path, made: Path) -> list[str]:
    """Files of a stored example that are not as in one just made; empty if it is current."""
    if other := (files(stored) - {example.BY_HAND}) ^ files(made):
        return sorted(other)
    return [name for name in sorted(files(made)) if not same(stored / name, made / name)]


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def same(stored: Path, made: Path) -> bool:
    if stored.read_bytes() == made.read_bytes():
        return True
    if made.suffix == ".png":
        return furthest(stored, made) <= SHADES
    if made.suffix == ".xlsx":
        return sheets(stored) == sheets(made)
    if made.suffix == ".json":
        return facts(stored) == facts(made)
    if made.suffix == ".csv":
        return same_table(pd.read_csv(stored), pd.read_csv(made))
    return text(stored) == text(made)


def same_table(stored: pd.DataFrame, made: pd.DataFrame) -> bool:
    try:
        pd.testing.assert_frame_equal(stored, made, rtol=1e-9, atol=1e-12)
    except AssertionError:
        return False
    return True


def sheets(workbook: Path) -> dict[str, list[str]]:
    """The rows of each sheet with nine digits of its numbers, without those that say by what it was made.

    Some figures differ in the 15th digit with the version of the library for linear algebra.
    """
    with zipfile.ZipFile(workbook) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        pages = {name: archive.read(name).decode() for name in names}
    rows = {name: re.findall(r"<row .*?</row>", page, re.DOTALL) for name, page in pages.items()}
    return {
        name: [nine_digits(row) for row in found if not any(f">{word}<" in row for word in OF_ITS_MAKING)]
        for name, found in rows.items()
    }


def nine_digits(row: str) -> str:
    return re.sub(r"<v>([-+.\deE]+)</v>", lambda number: f"<v>{float(number[1]):.9g}</v>", row)


def facts(path: Path) -> dict[str, object]:
    """What run.json says of the question."""
    return {name: value for name, value in json.loads(text(path)).items() if name not in OF_ITS_MAKER}


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_the_example_is_what_its_command_writes_now(tmp_path: Path) -> None:
    """If this is meant to change: `make example`, and look at the pictures."""
    assert outdated(STORED, example.make(tmp_path)) == []


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("answer.md", "identical to the last bit", "the same"),
        ("estimates.csv", "peer_added,reach.mental_health,0.3", "peer_added,reach.mental_health,0.5"),
        ("replications.csv", "traditional,9,", "traditional,10,"),
        ("run.json", '"seed": 1', '"seed": 2'),
    ],
)
def test_one_word_or_digit_that_is_not_written_now_makes_it_outdated(
    tmp_path: Path, name: str, before: str, after: str
) -> None:
    changed = shutil.copytree(STORED, tmp_path / "changed")
    (changed / example.BY_HAND).unlink()
    assert outdated(STORED, changed) == []
    assert before in text(changed / name)
    (changed / name).write_text(text(changed / name).replace(before, after), encoding="utf-8")
    assert outdated(STORED, changed) == [name]


def test_another_picture_or_another_file_makes_it_outdated(tmp_path: Path) -> None:
    changed = shutil.copytree(STORED, tmp_path / "changed")
    (changed / example.BY_HAND).unlink()
    scorecard = changed / "figures" / "scorecard.png"
    drawn = Image.open(scorecard).convert("RGB")
    drawn.paste("black", (300, 300, 310, 310))
    drawn.save(scorecard)
    assert outdated(STORED, changed) == ["figures/scorecard.png"]
    scorecard.unlink()
    assert outdated(STORED, changed) == ["figures/scorecard.png"]


def test_of_a_workbook_every_cell_counts_but_by_what_it_was_made(tmp_path: Path) -> None:
    def written(name: str, code: str, mean: float) -> Path:
        with Workbook(tmp_path / name, {"constant_memory": True}) as book:
            page = book.add_worksheet("README")
            for number, row in enumerate([("Question", "which?"), ("Code", code), ("mean", mean)]):
                page.write_row(number, 0, row)
        return tmp_path / name

    first = written("first.xlsx", "abc", 0.41)
    assert same(first, written("later.xlsx", "def", 0.41))
    assert not same(first, written("other.xlsx", "abc", 0.42))


def test_the_example_names_its_command_and_no_machine() -> None:
    stored = json.loads(text(STORED / "run.json"))
    assert stored["command"] == ["peered", *example.QUESTION]
    typed = " ".join(f'"{word}"' if "[" in word else word for word in example.QUESTION)
    assert f"peered {typed}\n" in text(STORED / "README.md")
    assert not set(example.OF_THE_MACHINE) & set(stored)
    for name in sorted(name for name in files(STORED) if not name.endswith((".png", ".xlsx"))):
        assert MACHINE_FACTS.search(text(STORED / name)) is None, name


def test_the_means_of_the_example_stand_in_its_answer() -> None:
    answer = text(STORED / "answer.md")
    for row in pd.read_csv(STORED / "estimates.csv").itertuples():
        assert f" {bare(measure_and_part(row.measure)[0], row.mean)} " in answer, row


@pytest.mark.parametrize("page", ["README.md", "answer.md", "../README.md"])
def test_the_links_of_the_example_lead_somewhere(page: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text(STORED / page)) if "://" not in link]
    assert [link for link in links if not ((STORED / page).parent / link.split("#")[0]).exists()] == []
    assert links or page == "answer.md"


def test_the_example_is_small() -> None:
    assert sum((STORED / name).stat().st_size for name in files(STORED)) < MOST_BYTES
