"""The questions of planners: each command, given small, answers in five lines with a figure; whole answers are kept."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks import questions
from benchmarks.questions import Question
from sim.cli import main
from sim.report.figures import draw_all, figure_workers

pytestmark = pytest.mark.end_to_end

QUESTIONS = questions.questions()
FIVE = ["What changes", "What does not", "What it costs", "The same money elsewhere", "How sure"]
OF_ASSUMPTIONS = [
    "What decides", "What knowing more is worth", "Measure this first", "What needs a trial", "How sure",
]  # fmt: skip
"""The five lines of a question about the assumptions themselves."""
SMALL = ("study.weeks=2", "study.warm_up_weeks=0", "study.replications=2")


def small(question: Question) -> list[str]:
    """The command of a question, of two weeks played twice."""
    if question.words[0] == "-m":
        return [*question.words, *SMALL]
    if "study=sensitivity" in question.words:
        return [*question.words, "study.draws=44", "study.draw_weeks=1", "study.presets=[staff_only]"]
    more = ["study.points=3"] if "study=breakeven" in question.words else ["study.demand_levels=[1.0]"]
    return [*question.words, *SMALL, *more]


def labels(question: Question) -> list[str]:
    """Of the five lines of its answer."""
    return OF_ASSUMPTIONS if "study=sensitivity" in question.words else FIVE


def section(number: int) -> str:
    """What the page says of a question."""
    return next(body for found, _, body in questions.SECTION.findall(text()) if int(found) == number)


def text() -> str:
    return questions.PAGE.read_text(encoding="utf-8")


@pytest.fixture
def drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a comparison only the figures that the page shows are drawn, in this process; of assumptions less is asked."""
    shown = {name: maker for name, maker in draw_all.FIGURE_MAKERS.items() if name in questions.FIGURE_OF.values()}
    monkeypatch.setattr(draw_all, "FIGURE_MAKERS", shown)
    monkeypatch.setattr(figure_workers, "POOLS", {"processes": lambda _: ThreadPoolExecutor(1)})
    monkeypatch.setattr("sim.analysis.sensitivity.WORTH_TIMES", (1.0, 10.0))


def test_the_page_has_ten_questions_and_links_to_each() -> None:
    assert [question.number for question in QUESTIONS] == list(range(1, 11))
    named = re.findall(r"^\| \[(\d+)\. (.+?)\]", text(), re.MULTILINE)
    assert [(int(number), words) for number, words in named] == [(one.number, one.text) for one in QUESTIONS]


@pytest.mark.usefixtures("drawn_sweeps", "drawn_here")
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.number))
def test_a_command_of_the_page_answers_in_five_lines_with_a_figure(
    question: Question, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*small(question), f"output={tmp_path / 'answer'}"]) == 0, capsys.readouterr().err
    assert questions.labels_of(questions.lines_of(tmp_path / "answer"))[:5] == labels(question)
    drawn = questions.figure_in(tmp_path / "answer", question.number)
    assert drawn is not None
    assert drawn.stat().st_size > 10_000


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.number))
def test_the_stored_answer_has_its_lines_its_run_and_its_figure(question: Question) -> None:
    """If one is missing: `python -m benchmarks.questions NUMBER`."""
    body = section(question.number)
    lines = body.partition(questions.START)[2].partition(questions.END)[0].splitlines()
    assert questions.labels_of(lines)[:5] == labels(question)
    assert re.search(r"^\*PeerED \S+, seed \d+, hash of the code [0-9a-f]{16}\.\*$", body, re.MULTILINE)
    (figure,) = re.findall(r"!\[.+?\]\((questions/\d+\.png)\)", body)
    assert (questions.PAGE.parent / figure).is_file()


def test_an_answer_is_written_between_the_markers_of_its_section_alone() -> None:
    page = f"## 1. One\n{questions.START}\nold\n{questions.END}\n## 2. Two\n{questions.START}\nkept\n{questions.END}\n"
    written = questions.with_answer(page, 1, ["- new"])
    assert written == page.replace("\nold\n", "\n\n- new\n\n")
