"""`study=assumptions`: every assumption in use, with its key, range, source and grade; shown, and kept if asked to."""

import time
from functools import partial

from rich.console import Console

from sim.analysis.assumptions import Wanted, assumptions_in_use
from sim.analysis.measures_that_apply import absent_from
from sim.register.rows import read_register
from sim.report.assumptions_report import REGISTER_FILE, print_register, register_answer, register_sheet, register_table
from sim.report.description import ANSWER_PAGE
from sim.report.progress import tell_results
from sim.report.study_report import REPORT, is_about
from sim.report.tables.answer_workbook import ANSWER
from sim.runs.output_folder import results_folder, results_place
from sim.runs.tables_on_disk import write_table
from sim.studies.question import Question
from sim.studies.settings_by_study import AssumptionsSettings
from sim.studies.stored import files_of_answer
from sim.studies.study import Study, facts_of_question, write_each


class AssumptionsStudy(Study):
    """The rows of the register behind the numbers in use; writes only where `output` says."""

    name = "assumptions"
    settings = AssumptionsSettings

    def run(self, question: Question, console: Console) -> int:
        study, started = question.study, time.monotonic()
        assert isinstance(study, AssumptionsSettings)
        wanted = Wanted(study.word, study.source, study.grade, study.file)
        absent = absent_from(question.played.values())
        in_use = assumptions_in_use(question.files, read_register(), question.overridden, question.chosen)
        used = [row for row in in_use if is_about(row.id, absent)]
        rows = [row for row in used if wanted.holds(row)]
        staffing, own = question.scenario.staffing.name, own_files_of(question)
        answer = register_answer(rows, len(used), wanted.text(), staffing, absent, own)
        if question.output is None:
            print_register(answer, console)
            return 0
        place = results_place(question.output, self.name)
        with results_folder(place, self.name) as draft:
            facts = facts_of_question(question, question.command(), time.monotonic() - started)
            table = register_table(rows)
            files = files_of_answer(answer, facts | {"assumptions": {}}, [register_sheet(table)])
            write_each({**files, REGISTER_FILE: partial(write_table, table)}, draft.folder, draft.errors)
        print_register(answer, console)
        tell_results(console, place, (REPORT, ANSWER_PAGE, ANSWER, REGISTER_FILE))
        return 0


def own_files_of(question: Question) -> list[str]:
    """The files in use of the user's own folder, each as `department/ours.yaml`."""
    folder = question.config_dir
    if folder is None:
        return []
    own = (file.resolve() for file in question.files)
    return sorted(
        {file.relative_to(folder.resolve()).as_posix() for file in own if file.is_relative_to(folder.resolve())}
    )
