"""`study=conditioning`: draws of the register that look like the published departments, kept as a table.

What is drawn, played and accepted is `sim.calibration.conditioning`; how the answer is laid out
`sim.report.conditioning_report`.
"""

import time
from functools import partial

from rich.console import Console

from sim.analysis.design_needs import check_design
from sim.calibration.conditioning import Conditioned, condition, conditions, playing_draws
from sim.department.scenario import Problem, ScenarioError
from sim.register.draw_table import DRAWS_FILE, DrawTable, digest_of_register, write_draws
from sim.register.draws import shipped_cube
from sim.report.conditioning_report import conditioning_markdown, conditioning_table, print_conditioning
from sim.report.console import say
from sim.report.progress import teller
from sim.runs.output_folder import results_folder, results_place
from sim.runs.tables_on_disk import provenance, write_json, write_table, write_text
from sim.studies.question import ConditioningSettings, Question
from sim.studies.study import Files, Study, design_for, write_each


class ConditioningStudy(Study):
    """Draws the register until enough of the departments look like the published ones."""

    name = "conditioning"
    settings = ConditioningSettings

    def dry_run(self, question: Question, console: Console) -> int:
        study = question.study
        assert isinstance(study, ConditioningSettings)
        say(console, f"study=conditioning: {question.scenario.staffing.name}, until {study.draws} draws are accepted")
        say(console, f"about four runs of {study.weeks} weeks for each; nothing was run, nothing was written")
        return 0

    def run(self, question: Question, console: Console) -> int:
        study, started = question.study, time.monotonic()
        assert isinstance(study, ConditioningSettings)
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
                raise ScenarioError([Problem("study.draws", str(study.draws), str(error))]) from None
            facts = provenance(
                command=question.command(), choices=question.choices, seed=question.seed, engine=question.engine,
                weeks=study.weeks, draws=study.draws, register=digest_of_register(cube),
                waves=[wave._asdict() for wave in found.waves], seconds=round(time.monotonic() - started, 1),
            )  # fmt: skip
            write_each(files_of(found, facts), draft.folder, draft.errors)
        print_conditioning(found, console)
        tell(f"results are in {place}: answer.md, {DRAWS_FILE}, rows.csv")
        return 0


def files_of(found: Conditioned, facts: dict[str, object]) -> Files:
    """The files of the answer."""
    kept = ("register", "code", "seed", "weeks", "choices", "waves")
    table = DrawTable(found.dimensions, found.places, {name: facts[name] for name in kept})
    return {
        "run.json": partial(write_json, facts),
        "answer.md": partial(write_text, conditioning_markdown(found)),
        "rows.csv": partial(write_table, conditioning_table(found)),
        DRAWS_FILE: partial(write_draws, table),
    }
