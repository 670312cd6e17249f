"""`study=assumptions`: every assumption in use, with its range, source and grade."""

from rich.console import Console

from sim.analysis.assumptions import assumptions_in_use, read_register
from sim.report.console import print_assumptions
from sim.studies.question import AssumptionsSettings, Question
from sim.studies.study import Study


class AssumptionsStudy(Study):
    """The rows of the register behind the numbers in use."""

    name = "assumptions"
    settings = AssumptionsSettings

    def run(self, question: Question, console: Console) -> int:
        in_use = assumptions_in_use(question.files, read_register(), question.overridden, question.chosen)
        print_assumptions(in_use, console)
        return 0
