"""The short pages for each kind of reader, and the how-tos: played as they stand, from top to bottom, only shorter."""

import re
import shlex
from pathlib import Path

import pytest

from sim.cli import main
from sim.studies import report

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]
ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
STARTS, HOW_TOS = sorted(DOCS.glob("start/*.md")), sorted(DOCS.glob("how-to/*.md"))
PLAYED_ELSEWHERE = {"add-a-site"}
"""Its commands are those of docs/visits.md, which test_own_hospital plays."""
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHORTER = (
    ("study.weeks=8 study.replications=5", "study.weeks=1 study.warm_up_weeks=0 study.replications=2"),
    ('"study.weeks=8", replications=5', '"study.weeks=1", "study.warm_up_weeks=0", replications=2'),
    ("study.weeks=8", "study.weeks=1"),
    ("engine=simpy study.weeks=1", "engine=simpy study.weeks=1 study.warm_up_weeks=0"),
    ('peered "study.staffing=', 'peered study.demand_levels=[1.0] "study.staffing='),
    ('--config-dir mine "study.staffing=', '--config-dir mine study.demand_levels=[1.0] "study.staffing='),
    ("rosters=40 study.search_weeks=2 study.finalists=4", "rosters=24 study.search_weeks=1 study.finalists=3"),
    ("study.draws=40", "study.draws=40 study.draw_weeks=1"),
)
TOO_LONG = {"peered study=optimise": "peered --dry-run study=optimise"}
"""A search of a thousand rosters; the same page plays a small one."""
READERS_OWN = re.compile(r"HOST|\.\.\. |^dask ")
"""Lines with something of the reader's own, or of another program."""


def blocks_of(page: Path) -> list[tuple[str, str]]:
    """Language and text of each block of code, in order."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def shorter(text: str) -> str:
    for long, short in SHORTER:
        text = text.replace(long, short)
    return text


def commands_of(block: str) -> list[list[str]]:
    lines = [TOO_LONG.get(line, line) for line in block.splitlines() if not READERS_OWN.search(line)]
    return [shlex.split(shorter(line), comments=True)[1:] for line in lines if line.startswith("peered ")]


def play(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Write the files of a page, give its commands, run its Python, in its order, in the current folder."""
    found: dict[str, object] = {}
    for language, block in blocks_of(page):
        if language == "yaml":
            file = Path(block.splitlines()[0].removeprefix("# "))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block, encoding="utf-8")
        elif language == "python":
            exec(shorter(block), found)
        for words in commands_of(block) if language == "" else []:
            assert main(words) == 0, (words, capsys.readouterr().err)


@pytest.fixture(autouse=True)
def nothing_redrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that is made again has no figures here: `test_html_report` draws and compares them."""
    monkeypatch.setattr(report, "redrawn", lambda _: {})


@pytest.mark.parametrize("page", [*STARTS, *HOW_TOS], ids=lambda page: page.stem)
def test_a_guide_works_as_it_is_written(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if page.stem in PLAYED_ELSEWHERE:
        theirs = (DOCS / "visits.md").read_text(encoding="utf-8")
        lists = "study.staff=staff.csv study.places=places.csv "
        *_, (_, block) = blocks_of(page)  # those before it are of test_new_site
        lines = block.splitlines()
        assert len(lines) == 3
        assert [line for line in lines if line not in theirs.replace(lists, "")] == []
        return
    monkeypatch.chdir(tmp_path)
    play(page, capsys)
    if page.stem == "planner":
        assert {"report.html", "answer.xlsx", "answer.md"} <= {path.name for path in Path("final").iterdir()}


def test_every_guide_is_short_and_has_something_to_do() -> None:
    for page in (*STARTS, *HOW_TOS):
        assert len(page.read_text(encoding="utf-8").splitlines()) <= 70, page.name
        assert sum(len(commands_of(block)) for _, block in blocks_of(page)) >= 1, page.name
    planner = [words for _, block in blocks_of(DOCS / "start" / "planner.md") for words in commands_of(block)]
    assert 2 + len(planner) < 10, "the first ten minutes take under ten commands"
    assert [page.stem for page in STARTS] == ["analyst", "planner", "researcher", "student"]
