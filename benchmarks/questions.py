"""The answers of docs/questions.md, as its commands give them: the five lines, and one figure.

`python -m benchmarks.questions [NUMBER ...]` gives the command of each section, in results/questions/NUMBER, and writes
between the markers of the page what the answer says first. A folder that is there is not played again: delete it, or
lay it out again with `--kept`.
"""

import argparse
import json
import re
import shlex
import shutil
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from sim.cli import main as peered

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "questions.md"
FIGURES = PAGE.parent / "questions"
FOLDERS = ROOT / "results" / "questions"
START, END = "<!-- answer: made by python -m benchmarks.questions -->", "<!-- end of answer -->"
SECTION = re.compile(r"^## (\d+)\. (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
FIGURE_OF = {1: "finding", 2: "breakeven", 5: "finding", 9: "left_out", 10: "ranks"}
"""Which of several drawings answers a question; of a sweep the first there is."""
WIDTH = 118


@dataclass(frozen=True)
class Question:
    """A section of the page: its number, question, and the words of its command."""

    number: int
    text: str
    words: tuple[str, ...]


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.questions", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="of questions; all if none is named")
    parser.add_argument("--folders", type=Path, default=FOLDERS, help="where a folder a question is, or is to be")
    parser.add_argument("--kept", action="store_true", help="play nothing: lay out the folders that are there")
    typed = parser.parse_args()
    for question in questions():
        if not typed.numbers or question.number in typed.numbers:
            folder = typed.folders / str(question.number)
            if not typed.kept and not folder.exists() and peered([*question.words, f"output={folder}"]):
                return 1
            store(question, folder)
    return 0


def questions() -> list[Question]:
    """The sections of the page that have a command."""
    found = SECTION.findall(PAGE.read_text(encoding="utf-8"))
    return [Question(int(number), text, command_of(body)) for number, text, body in found if START in body]


def command_of(body: str) -> tuple[str, ...]:
    """The words behind `peered` of the first line of code."""
    line = re.findall(r"^```\n(peered .*)$", body, re.MULTILINE)[0]
    return tuple(shlex.split(line)[1:])


def store(question: Question, folder: Path) -> None:
    """Put the answer of a folder into the page, and its figure beside it."""
    picture = FIGURES / f"{question.number}.png"
    drawn = figure_in(folder, question.number)
    if drawn is not None:
        FIGURES.mkdir(exist_ok=True)
        shutil.copyfile(drawn, picture)
    shown = [*lines_of(folder), "", provenance(folder)]
    if picture.exists():
        shown += ["", f"![{question.text}](questions/{picture.name})"]
    PAGE.write_text(with_answer(PAGE.read_text(encoding="utf-8"), question.number, shown), encoding="utf-8")


def lines_of(folder: Path) -> list[str]:
    """The lines in which an answer says first what it found, without what comes below them."""
    page = (folder / "answer.md").read_text(encoding="utf-8")
    lines = re.findall(r"^- \*\*.*$", page.partition("\n|")[0].partition("\n## ")[0], re.MULTILINE)
    return ["\n".join(textwrap.wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False)) for line in lines]


def labels_of(lines: list[str]) -> list[str]:
    return [line.partition("**: ")[0].removeprefix("- **") for line in lines if line.startswith("- **")]


def provenance(folder: Path) -> str:
    """From which run an answer is."""
    facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return f"*PeerED {facts['versions']['peered']}, seed {facts['seed']}, hash of the code {facts['code']}.*"


def figure_in(folder: Path, number: int) -> Path | None:
    """The drawing that is shown: the one named for the question, else the first of the folder."""
    drawn = sorted(folder.glob("figures/*.png"))
    named = [path for path in drawn if path.stem == FIGURE_OF.get(number)]
    return (named or drawn or [None])[0]


def with_answer(page: str, number: int, lines: list[str]) -> str:
    """The page with these lines between the markers of a section."""
    head, found, rest = page.partition(f"## {number}. ")
    before, _, after = rest.partition(START)
    answer = "\n".join([START, "", *lines, ""])
    return f"{head}{found}{before}{answer}\n{after[after.index(END) :]}"


if __name__ == "__main__":
    sys.exit(main())
