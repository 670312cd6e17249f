"""`study=validate`: simulated beside published values, judged by docs/protocol.md.

What the runs say is `sim.analysis.validation`, how it is laid out `sim.report.validation_report`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from sim.analysis.design_needs import check_design
from sim.analysis.validation import Validation, validation_of
from sim.report.study_report import REPORT, ReportFacts, drawings, validation_page
from sim.report.tables.answer_workbook import ANSWER, write_answer_workbook
from sim.report.validation_report import print_validation, validation_markdown, validation_sheets, validation_table
from sim.runs.comparison_runs import RunsInMemory
from sim.runs.design import Design
from sim.runs.tables_on_disk import write_json, write_table, write_text
from sim.studies.check_settings import refuse_without_published
from sim.studies.question import Question
from sim.studies.settings_by_study import ValidateSettings
from sim.studies.study import Files, PlayedStudy, Waits, design_for

VALIDATION_FILE = "validation.csv"
OWN_FIGURES = "set what study=run says of it beside figures of your own"
"""What serves a department that nothing is published of."""


@dataclass(frozen=True)
class ValidationPlan:
    """The staffing that is judged, and the one that a row asks for: the first and the last of the design, which are one
    where the user's own is judged."""

    design: Design
    weeks: int


class ValidateStudy(PlayedStudy[ValidationPlan, Validation]):
    """One staffing beside published values; one row is that of a staffing with peers."""

    name = "validate"
    settings = ValidateSettings
    shown_files = (REPORT, "answer.md", ANSWER, VALIDATION_FILE)

    def plan(self, question: Question) -> ValidationPlan:
        assert isinstance(question.study, ValidateSettings)
        refuse_without_published(question, "study", self.name, OWN_FIGURES)
        design = design_for(question, question.played)
        check_design(design)
        return ValidationPlan(design, question.study.weeks)

    def what(self, plan: ValidationPlan) -> str:
        return f"runs of {plan.weeks} weeks"

    def answer(self, plan: ValidationPlan, runs: RunsInMemory, seconds: float) -> Validation:
        return validation_of(plan.design, runs, plan.weeks)

    def report(self, answer: Validation, facts: ReportFacts, figures: Path) -> str:
        return validation_page(answer, facts, drawings(figures))

    @contextmanager
    def drawing(self, plan: ValidationPlan, folder: Path) -> Iterator[Callable[[Validation], Waits]]:
        yield lambda answer: [partial(draw_strip_of, answer, folder)]

    def show(self, answer: Validation, console: Console) -> None:
        print_validation(answer, console)

    def files(
        self,
        plan: ValidationPlan,
        answer: Validation,
        runs: RunsInMemory,
        facts: dict[str, Any],
        question: Question,
    ) -> Files:
        text = validation_markdown(answer, question.command(elsewhere=True), question.seed)
        return {
            "run.json": partial(write_json, facts),
            "answer.md": partial(write_text, text),
            VALIDATION_FILE: partial(write_table, validation_table(answer)),
            ANSWER: partial(write_answer_workbook, validation_sheets(answer, facts)),
        }


def draw_strip_of(answer: Validation, folder: Path, formats: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Write the figure of a validation; returns the files."""
    from sim.report.figures.validation_figure import draw_validation  # loads a drawing library

    return draw_validation(answer, folder, formats)
