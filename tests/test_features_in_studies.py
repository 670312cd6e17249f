"""Every study, and the page, with what a department of one's own may have: played, or refused by name.

Each feature alone is that of its how-to page; all of them together are in one department. Which study plays what is
the table of docs/studies.md, which is read here. The cells are checked by dry runs; `make verify` plays them.
"""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import sim
from sim.config import compose
from sim.department.pathway import Choose, Fork, Task
from sim.department.scenario import ScenarioError
from sim.planner.questions import PageQuestion, PageQuestions
from tests.how_to_files import write_files_of
from tests.in_process import peered
from tests.one_figure import draw_one_figure
from tests.planner_client import serving

pytestmark = pytest.mark.end_to_end

DOCS = Path(__file__).parents[1] / "docs"
SHORT = ("study.weeks=2", "study.replications=2")
SEARCH = ("study.rosters=12", "study.search_weeks=1", "study.finalists=2", "study.indifference=30")
DRAWS = ("study.draws=40", "study.draw_weeks=2", "study.weeks=2")


class Feature(NamedTuple):
    """Words that choose it, the two staffings it is played with (with peers last), and a key of it that is swept."""

    words: tuple[str, ...]
    staffings: tuple[str, str] = ("traditional", "peer_added")
    swept: str = ""


EVERYTHING = Feature(("department=everything", "demand=injuries"), ("euros", "euros_with_peers"), "demand.growth=1,1.1")
WAY_HOME = "department.streams.medical.pathway.way_home.branches"
ALONE = {
    "how-to/add-a-stream.md": Feature(
        ("department=injuries", "demand=injuries"), swept="demand.per_hour.injury=1,2"
    ),
    "how-to/branches.md": Feature(
        ("department=leaflets", "sweep.design=zip"),
        swept=f"{WAY_HOME}.with_leaflet.share=0.2,0.7 {WAY_HOME}.with_teaching.share=0.8,0.3",
    ),
    "how-to/teams.md": Feature(
        ("department=resuscitation",), swept="department.streams.medical.pathway.resus_assessment.team.nurse=1,2"
    ),
    "how-to/forks.md": Feature(
        ("department=side_by_side",), swept="department.streams.medical.pathway.at_once.share=0.1,0.9"
    ),
    "how-to/add-a-step.md": Feature(
        ("department=call_back",), swept="department.streams.mental_health.pathway.call_back.share=0.5,1"
    ),
    "how-to/add-a-site.md": Feature(
        ("department=small", "demand=small"), ("small", "small_peers"), "demand.growth=1,0.9"
    ),
    "Another currency": Feature((), ("euros", "euros_with_peers"), "demand.growth=1,0.9"),
    "study.minutes": Feature(("study.minutes=1440",), swept="study.minutes=720,1440"),
}  # fmt: skip
"""By what its row of the table has in its first cell."""
RULE = "how-to/add-a-rule.md"


def words_of(study: str, feature: Feature) -> tuple[str, ...]:
    """The command of a study with a feature, short enough to be played."""
    usual, with_peers = feature.staffings
    pair, beside = f"study.staffing=[{usual},{with_peers}]", f"study.baseline={usual}"
    short = SHORT if "study.minutes=1440" not in feature.words else ("study.replications=2",)
    chosen = tuple(word for word in feature.words if study == "sweep" or not word.startswith("sweep."))
    swept = feature.swept.split()
    dropped = {word.partition("=")[0] for word in swept}
    of_study: dict[str, tuple[str, ...]] = {
        "run": ("study=run", f"staffing={with_peers}", *short),
        "compare": (pair, "study.demand_levels=[1.0]", *short),
        "sweep": ("-m", f"staffing={with_peers}", *swept, *short),
        "breakeven": ("study=breakeven", f"staffing={with_peers}", beside, "study.points=3", *short),
        "trial": ("study=trial", pair, beside, "study.weeks=4", "study.replications=2"),
        "journey": ("study=journey", f"staffing={with_peers}", beside),
        "optimise": ("study=optimise", pair, f"study.baseline={with_peers}", *SEARCH, *short),
        "validate": ("study=validate", f"staffing={usual}", *short),
        "conditioning": ("study=conditioning", f"staffing={usual}", "study.draws=2", "study.weeks=2"),
        "study.assumptions=true": (pair, "study.demand_levels=[1.0]", "study.assumptions=true", *DRAWS[:2], *short),
        "sensitivity": ("study=sensitivity", pair, beside, *DRAWS),
    }
    kept = [word for word in chosen if study != "sweep" or word.partition("=")[0] not in dropped]
    return (*kept, *of_study[study])


def cells() -> Iterator[tuple[str, str, str]]:
    """First cell of a row, a study of a column, and what the table of the page says of the two."""
    text = (DOCS / "studies.md").read_text(encoding="utf-8")
    table = text.partition("## What plays a department of your own")[2].partition("\nWhy")[0]
    head, _, *rows = [line.strip("| ").split(" | ") for line in table.strip().splitlines()]
    for first, *said in rows:
        for studies, state in zip(head, said, strict=True):
            for study in studies.replace("`", "").split(", "):
                yield first, study, state


CELLS = [(name, study, state) for first, study, state in cells() for name in (*ALONE, RULE) if name in first]


def marked(name: str, study: str, state: str) -> Any:
    """A dry run of the assumptions makes every draw, to count the runs."""
    is_slow = state == "played" and study == "sensitivity"
    return pytest.param(name, study, state, id=f"{name} {study}", marks=[pytest.mark.slow] if is_slow else [])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the pages, a site at another volume, and a department that inherits all of the pages."""
    folder = tmp_path_factory.mktemp("features")
    for page in ("forks", "branches", "teams", "add-a-stream", "add-a-step"):
        write_files_of(page, folder)
    mine = folder / "mine"
    heirs = "[side_by_side, leaflets, resuscitation, injuries, _self_]"
    (mine / "department" / "everything.yaml").write_text(f"defaults: {heirs}\n")
    (mine / "staffing").mkdir()
    for name, shipped in {"euros": "traditional", "euros_with_peers": "peer_added"}.items():
        (mine / "staffing" / f"{name}.yaml").write_text(f"defaults: [{shipped}, _self_]\ncurrency: EUR\n")
    assert peered("new", "site", "small", "30000", cwd=folder).returncode == 0
    return folder


@pytest.fixture(autouse=True)
def one_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_one_figure(monkeypatch)


def test_the_table_has_a_row_of_every_feature_and_every_study() -> None:
    assert {(name, study) for name, study, _ in CELLS} == {
        (name, study)
        for name in (*ALONE, RULE)
        for study in ("page", "run", "compare", "sweep", *OTHERS, "study.assumptions=true", "sensitivity")
    }
    assert len(CELLS) == len(list(cells()))


OTHERS = ("breakeven", "trial", "journey", "optimise", "validate", "conditioning")
REMEDIES = {
    "study.assumptions=true": "make some for yours by study=conditioning",
    "study.minutes": "study.minutes is a key of study=compare and study=run",
    "sensitivity": "make some for yours by study=conditioning",
}
"""What a refusal says, by the study or, where it is of the feature, by that."""


@pytest.mark.parametrize(
    ("name", "study", "state"), [marked(*cell) for cell in CELLS if cell[0] != RULE and cell[1] != "page"]
)
def test_a_cell_of_the_table_is_so(name: str, study: str, state: str, folder: Path) -> None:
    done = peered("--dry-run", "--config-dir", "mine", *words_of(study, ALONE[name]), cwd=folder)
    if state == "played":
        assert done.returncode == 0, done.stderr
    else:
        assert state == "refused"
        assert done.returncode == 2
        assert (REMEDIES.get(name) or REMEDIES[study]) in " ".join(done.stderr.split())
        assert "1 problem;" in done.stderr


@pytest.mark.parametrize("name", ALONE)
def test_the_page_asks_it(name: str, folder: Path) -> None:
    feature = ALONE[name]
    words = [word for word in feature.words if not word.startswith("sweep.")]
    questions = PageQuestions(("study.weeks=1", *words), folder / "mine")
    question = PageQuestion(baseline=feature.staffings[0], roster=questions.roster(feature.staffings[1]))
    first, second = questions.scenarios(question)
    assert first.department == second.department
    assert (name, "page", "played") in CELLS


def test_a_rule_is_refused_by_name_but_in_a_run_of_the_reference() -> None:
    rules = {"imaging": lambda visit, floor: False}
    assert {state for name, _, state in CELLS if name == RULE} == {"refused"}
    ways: list[Any] = [
        lambda: sim.compare(["traditional", "peer_added"], rules=rules, engine="simpy"),
        lambda: sim.sweep({"demand.growth": [1, 1.1]}, rules=rules),
        lambda: sim.journey(rules=rules),
        *(partial(sim.study, study, rules=rules) for study in OTHERS),
    ]
    for way in ways:
        with pytest.raises(
            ScenarioError, match=r"rules.imaging = a function: .* sim.simulate\(scenario, seed, engine="
        ):
            way()


@pytest.mark.parametrize("page", ["add-a-stream", "branches", "teams", "forks"])
def test_a_key_of_it_is_swept_and_explored(page: str, folder: Path) -> None:
    feature, output, explorer = ALONE[f"how-to/{page}.md"], f"output=swept_{page}", f"{page}.html"
    done = peered("--config-dir", "mine", *words_of("sweep", feature), output, cwd=folder)
    assert done.returncode == 0, done.stderr
    shown = peered("study=results", f"run=swept_{page}", f"export={explorer}", cwd=folder)
    assert shown.returncode == 0, shown.stderr
    text = (folder / explorer).read_text(encoding="utf-8")
    assert all(key.partition("=")[0] in text for key in feature.swept.split())


WHOLE = ("run", "compare", "sweep", *(study for study in OTHERS if study != "conditioning"))
SHIPPED_BESIDE = re.compile(r"staffing=\[?(traditional|peer_added|clinician_added)")
OF_NO_STAFFING = {"sweep", "validate", "conditioning"}
"""Their question names no staffing."""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "study"), [cell[:2] for cell in CELLS if cell[2] == "played" and cell[1] in WHOLE])
def test_each_alone_is_played_to_its_end(name: str, study: str, folder: Path) -> None:
    output = f"{study}_{list(ALONE).index(name)}"
    done = peered("--config-dir", "mine", *words_of(study, ALONE[name]), f"output={output}", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert (folder / output / "answer.md").exists()


def test_the_register_says_which_files_have_numbers_of_no_row(folder: Path) -> None:
    words = ("study=assumptions", "department=injuries", "demand=injuries", "study.word=stitches")
    said = " ".join(peered("--config-dir", "mine", *words, cwd=folder).stdout.split())
    assert "0 rows of" in said
    assert "Your own files: demand/injuries.yaml, department/injuries.yaml: numbers that are new there" in said
    assert "What kind" not in said


# --- all of it in one department


def test_one_department_has_all_of_it(folder: Path) -> None:
    department = compose(["study=run", *EVERYTHING.words], folder / "mine").scenario.department
    steps = department.streams["medical"].pathway
    assert "injury" in department.streams
    assert {type(step) for step in steps} >= {Fork, Choose}
    assert any(isinstance(step, Task) and step.team for step in steps)


@pytest.mark.parametrize("study", [*WHOLE, pytest.param("conditioning", marks=pytest.mark.slow)])
def test_a_study_plays_all_of_it(study: str, folder: Path) -> None:
    done = peered("--config-dir", "mine", *words_of(study, EVERYTHING), f"output={study}", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    question = (folder / study / "answer.md").read_text(encoding="utf-8").partition("\n")[0]
    assert ("euros" in question) == (study not in OF_NO_STAFFING), question
    assert not SHIPPED_BESIDE.search(" ".join(done.stdout.split())), "a staffing in CAD, which would be refused"


TWO_CURRENCIES = (
    "write the money of both in one currency, and say the same in both, or compare euros with another in EUR"
)
REFUSED = {
    "study.assumptions=true": (words_of("study.assumptions=true", EVERYTHING), REMEDIES["study.assumptions=true"]),
    "sensitivity": (words_of("sensitivity", EVERYTHING), REMEDIES["sensitivity"]),
    "two currencies": ((*EVERYTHING.words, "study.staffing=[traditional,euros]", *SHORT), TWO_CURRENCIES),
}
"""The shipped draws were accepted for the shipped department, and money is not converted."""


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_is_named(what: str, folder: Path) -> None:
    words, remedy = REFUSED[what]
    done = peered("--config-dir", "mine", *words, "output=refused", cwd=folder)
    assert done.returncode == 2
    assert remedy in " ".join(done.stderr.split())
    assert not (folder / "refused").exists()


def test_the_page_answers_all_of_it(folder: Path) -> None:
    with serving(words=EVERYTHING.words, folder=folder / "mine") as client:
        start = json.loads(client.send("GET", "/api/start").body)
        question = {"baseline": "euros", "roster": start["staffings"]["euros_with_peers"]}
        assert client.looks(question)[-1]["rows"]
