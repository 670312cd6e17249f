"""Studies whose answer is kept as it was described: the files of their folder, live and made again."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sim.io.workbook import Sheet
from sim.report.description import ANSWER_PAGE
from sim.report.stored_answer import STORED, StoredAnswer, answer_text, stored_markdown
from sim.report.study_report import REPORT, StudyFacts, stored_report
from sim.report.tables.answer_workbook import ANSWER, finding_sheet, with_readme, write_answer_workbook
from sim.runs.run_store import FACTS
from sim.runs.tables_on_disk import json_text, write_json, write_text
from sim.studies.study import Files

SHOWN_PAGES = (REPORT, ANSWER_PAGE, ANSWER)


def pages_of(name: str) -> dict[str, str]:
    """The files of a calibration of a name that every study has: their names in a folder that may hold several."""
    return {
        REPORT: f"{name}_report.html",
        ANSWER_PAGE: f"{name}_calibration.md",
        ANSWER: f"{name}_answer.xlsx",
        STORED: f"{name}_answer.json",
        FACTS: f"{name}_run.json",
    }


def files_of_answer(answer: StoredAnswer, facts: Mapping[str, Any], sheets: Sequence[Sheet]) -> Files:
    """The files that every such study has."""
    known = StudyFacts.model_validate_json(json_text(facts))
    said = [text for _, text in answer.finding.lines[-1:]]
    book = [finding_sheet(answer.finding), *with_readme(answer.question, sheets, said, facts)]
    return {
        FACTS: partial(write_json, facts),
        STORED: partial(write_text, answer_text(answer)),
        ANSWER_PAGE: partial(write_text, stored_markdown(answer, known.command)),
        REPORT: partial(write_text, stored_report(answer, known)),
        ANSWER: partial(write_answer_workbook, book),
    }
