"""Every study, and the page, with a department that has all an own department may have: played, or refused by name.

The department is put together from the how-to pages: branches of a choice, a fork, a team, a third stream by rates of
its own. Staffings are in another currency.
"""

import json
import re
from pathlib import Path

import pytest

from sim.config import compose
from sim.department.pathway import Choose, Fork, Task
from tests.in_process import peered
from tests.one_figure import draw_one_figure
from tests.planner_client import serving

PAGES = Path(__file__).parents[1] / "docs" / "how-to"
BLOCKS = re.compile(r"```yaml\n(# (mine/\S+)\n.*?)```", re.DOTALL)
CHOICES = ("department=everything", "demand=injuries")
STAFFINGS = "study.staffing=[euros,euros_with_peers]"
SHORT = ("study.weeks=2", "study.replications=2")
DRAWS = ("study.draws=40", "study.draw_weeks=2", "study.weeks=2")

PLAYED = {
    "run": ("study=run", "staffing=euros_with_peers", *SHORT),
    "compare": (STAFFINGS, *SHORT),
    "sweep": ("-m", "staffing=euros,euros_with_peers", "demand.growth=1,1.1", *SHORT),
    "breakeven": ("study=breakeven", "staffing=euros_with_peers", "study.baseline=euros", "study.points=3", *SHORT),
    "validate": ("study=validate", "staffing=euros", *SHORT),
    "journey": ("study=journey", "staffing=euros_with_peers", "study.baseline=euros"),
    "conditioning": ("study=conditioning", "staffing=euros", "study.draws=2", "study.weeks=2"),
    "optimise": (
        "study=optimise", STAFFINGS, "study.baseline=euros", "study.rosters=12", "study.search_weeks=1",
        "study.finalists=2", "study.indifference=30", *SHORT,
    ),
    "trial": ("study=trial", STAFFINGS, "study.baseline=euros", "study.weeks=4", "study.replications=2"),
}  # fmt: skip
OF_NO_STAFFING = {"sweep", "validate", "conditioning"}
"""Their question names no staffing."""
REFUSED = {
    "assumptions": (("study.assumptions=true", STAFFINGS, *DRAWS), "make some for yours by study=conditioning"),
    "sensitivity": (("study=sensitivity", STAFFINGS, *DRAWS), "make some for yours by study=conditioning"),
    "two currencies": (("study.staffing=[traditional,euros]", *SHORT), "write the money of both in one currency"),
}
"""The shipped draws were accepted for the shipped department, and money is not converted."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the pages, and a department that inherits all of theirs."""
    folder = tmp_path_factory.mktemp("everything")
    for page in ("forks", "branches", "teams", "add-a-stream"):
        for text, name in BLOCKS.findall((PAGES / f"{page}.md").read_text(encoding="utf-8")):
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    mine = folder / "mine"
    heirs = "[side_by_side, leaflets, resuscitation, injuries, _self_]"
    (mine / "department" / "everything.yaml").write_text(f"defaults: {heirs}\n")
    (mine / "staffing").mkdir()
    for name, shipped in {"euros": "traditional", "euros_with_peers": "peer_added"}.items():
        (mine / "staffing" / f"{name}.yaml").write_text(f"defaults: [{shipped}, _self_]\ncurrency: EUR\n")
    return folder


@pytest.fixture(autouse=True)
def one_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_one_figure(monkeypatch)


def test_the_department_has_all_of_it(folder: Path) -> None:
    department = compose(["study=run", *CHOICES], folder / "mine").scenario.department
    steps = department.streams["medical"].pathway
    assert "injury" in department.streams
    assert {type(step) for step in steps} >= {Fork, Choose}
    assert any(isinstance(step, Task) and step.team for step in steps)


@pytest.mark.parametrize(
    "study", [pytest.param(study, marks=[pytest.mark.slow] if study == "conditioning" else []) for study in PLAYED]
)
def test_a_study_plays_it(study: str, folder: Path) -> None:
    done = peered("--config-dir", "mine", *CHOICES, *PLAYED[study], f"output={study}", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    question = (folder / study / "answer.md").read_text(encoding="utf-8").partition("\n")[0]
    assert ("euros" in question) == (study not in OF_NO_STAFFING), question
    if study == "sweep":
        shown = peered("study=results", "run=sweep", "export=sweep.html", cwd=folder)
        assert shown.returncode == 0, shown.stderr
        assert "euros_with_peers" in (folder / "sweep.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("study", REFUSED)
def test_a_study_refuses_it_by_name(study: str, folder: Path) -> None:
    words, remedy = REFUSED[study]
    done = peered("--config-dir", "mine", *CHOICES, *words, "output=refused", cwd=folder)
    assert done.returncode == 2
    assert remedy in " ".join(done.stderr.split())
    assert not (folder / "refused").exists()


def test_the_page_answers_it(folder: Path) -> None:
    with serving(words=CHOICES, folder=folder / "mine") as client:
        start = json.loads(client.send("GET", "/api/start").body)
        question = {"baseline": "euros", "roster": start["staffings"]["euros_with_peers"]}
        assert client.looks(question)[-1]["rows"]
