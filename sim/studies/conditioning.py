"""`study=conditioning`: draws of the register that look like the published departments, kept as a table.

What is drawn, played and accepted is `sim.calibration.conditioning`; how the answer is laid out
`sim.report.conditioning_report`.
"""

import time
from functools import partial
from typing import Any

from rich.console import Console

from sim.analysis.design_needs import check_design
from sim.calibration.conditioning import Conditioned, condition, conditions, playing_draws
from sim.department.scenario import Problem, ScenarioError
from sim.register.draw_table import DRAWS_FILE, DrawTable, digest_of_register, write_draws
from sim.register.draws import shipped_cube
from sim.report.conditioning_report import (
    conditioning_answer,
    conditioning_sheets,
    conditioning_table,
    print_conditioning,
)
from sim.report.console import say
from sim.report.description import ANSWER_PAGE
from sim.report.progress import tell_results, teller
from sim.report.stored_answer import StoredAnswer
from sim.report.study_report import REPORT
from sim.report.tables.answer_workbook import ANSWER
from sim.runs.output_folder import results_folder, results_place
from sim.runs.tables_on_disk import write_table
from sim.studies.check_settings import SWEPT_INSTEAD, refuse_without_published
from sim.studies.question import Question
from sim.studies.settings_by_study import ConditioningSettings
from sim.studies.stored import files_of_answer
from sim.studies.study import Files, Study, design_for, facts_of, write_each


class ConditioningStudy(Study):
    """Draws the register until enough of the departments look like the published ones."""

    name = "conditioning"
    settings = ConditioningSettings

    def dry_run(self, question: Question, console: Console) -> int:
        study = question.study
        assert isinstance(study, ConditioningSettings)
        refuse_without_published(question, "study", self.name, SWEPT_INSTEAD)
        say(console, f"study=conditioning: {question.scenario.staffing.name}, until {study.draws} draws are accepted")
        say(console, f"about four runs of {study.weeks} weeks for each; nothing was run, nothing was written")
        return 0

    def run(self, question: Question, console: Console) -> int:
        study, started = question.study, time.monotonic()
        assert isinstance(study, ConditioningSettings)
        refuse_without_published(question, "study", self.name, SWEPT_INSTEAD)
        design = design_for(question, {question.scenario.staffing.name: question.scenario})
        check_design(design)
        place, cube, rows, tell = (
            results_place(question.output, self.name),
            shipped_cube(),
            conditions(),
            teller(console),
        )
        with results_folder(place, self.name) as draft:
            play = playing_draws(question.scenario, cube, rows, design)
            try:
                found = condition(play, cube, rows, study.draws, question.seed, tell=tell)
            except ValueError as error:
                raise ScenarioError([Problem("department", question.choices["department"], str(error))]) from None
            facts = facts_of(design, question.command(), question, time.monotonic() - started) | {
                "draws": study.draws,
                "register": digest_of_register(cube),
                "waves": [wave._asdict() for wave in found.waves],
            }
            answer = conditioning_answer(found, study.weeks)
            write_each(files_of(found, answer, facts), draft.folder, draft.errors)
        print_conditioning(answer, console)
        tell_results(console, place, (REPORT, ANSWER_PAGE, ANSWER, DRAWS_FILE, "rows.csv"))
        return 0


def files_of(found: Conditioned, answer: StoredAnswer, facts: dict[str, Any]) -> Files:
    """The files of the answer."""
    kept = ("register", "code", "seed", "weeks", "choices", "waves")
    table = DrawTable(found.dimensions, found.places, {name: facts[name] for name in kept})
    return {
        **files_of_answer(answer, facts, list(conditioning_sheets(found))),
        "rows.csv": partial(write_table, conditioning_table(found)),
        DRAWS_FILE: partial(write_draws, table),
    }
