"""`study=breakeven`: how large an effect must be for a staffing to pay, and how likely that is.

Runs are played and stored as those of a sweep (`sim.studies.sweep`); what they say is `sim.analysis.breakeven`.
"""

from functools import partial

from rich.console import Console

from sim.analysis.breakeven import BreakEvenAnswer, BreakEvenPlan, answer_of_runs
from sim.engine.measures.number_text import counted
from sim.report.breakeven_answer import describe_break_even
from sim.report.console import say
from sim.report.description import answer_markdown
from sim.report.figures.breakeven_figure import draw_break_even
from sim.report.progress import teller
from sim.report.tables.answer_workbook import ANSWER, answer_sheets, write_answer_workbook
from sim.runs.output_folder import results_place
from sim.runs.run_log import SweepLog
from sim.runs.run_store import RunStore, foreign_to_sweeps, write_facts
from sim.runs.tables_on_disk import write_table, write_text
from sim.studies.breakeven_plans import break_even_plan_of
from sim.studies.question import Question
from sim.studies.settings import BreakevenSettings
from sim.studies.study import Files, Study, Waits, all_drawn, tell_design, write_each
from sim.studies.sweep import ANSWER_PAGE, ended, opened_store, played_into, show_answer


class BreakevenStudy(Study):
    """Each staffing at each value of one effect, on common seeds."""

    name = "breakeven"
    settings = BreakevenSettings

    def dry_run(self, question: Question, console: Console) -> int:
        plan = break_even_plan_of(question)
        say(console, f"break-even: {what_is_played(plan)}, {', '.join(plan.staffings)} beside {plan.baseline}")
        return tell_design(plan.design, question.scenarios, (1.0,), console)

    def run(self, question: Question, console: Console) -> int:
        plan = break_even_plan_of(question)
        place = results_place(question.output, self.name, foreign_to_sweeps)
        with opened_store(place, plan.design.seed, console) as (store, log):
            return play_and_answer(plan, store, question, log, console)


def play_and_answer(plan: BreakEvenPlan, store: RunStore, question: Question, log: SweepLog, console: Console) -> int:
    """Play the runs that are not there, write what they say, show it."""
    folder, command = store.folder, question.command(store.folder)
    own, what = plan.facts() | {"study": "breakeven"}, what_is_played(plan)
    with played_into(store, log, plan.design, command, question.choices, own, console, what) as (facts, unwritten):
        answer = answer_of_store(plan, store)
        known = facts(replications_done=answer.n)
        tables = {"curves": answer.curves, "cautions": answer.cautions, "worth": answer.parts}
        files = {f"{name}.parquet": partial(write_table, table) for name, table in tables.items() if len(table)}
        described = describe_break_even(answer, question.command(elsewhere=True))
        write_each(files | {ANSWER_PAGE: partial(write_text, answer_markdown(described))}, folder, unwritten)
        figures: Waits = [lambda: draw_break_even(answer, folder / "figures")] if answer.staffings else []
        drawn = all_drawn(figures, teller(console), unwritten)
        sheets = answer_sheets(described, known)
        last: Files = {"run.json": lambda _: write_facts(known, folder), ANSWER: partial(write_answer_workbook, sheets)}
        write_each(last, folder, unwritten)
    log.say(f"end: {counted(answer.n, 'replication')} of all scenarios, {known['seconds']} s")
    show_answer(described, console, folder)
    return max(ended(folder, unwritten, log, answer.is_whole, command, console), 0 if drawn else 1)


def what_is_played(plan: BreakEvenPlan) -> str:
    """The scenarios in words; of one staffing `8 effects and the baseline`, as many as the table has rows, and one."""
    n_effects = len(plan.effects)
    if len(plan.design.scenarios) == n_effects + 1:
        return f"{counted(n_effects, 'effect')} and the baseline"
    return counted(len(plan.design.scenarios), "scenario")


def answer_of_store(plan: BreakEvenPlan, store: RunStore) -> BreakEvenAnswer:
    """What the runs in a store say. Raises ScenarioError where something is valued that no run has."""
    return answer_of_runs(plan, *store.values(list(plan.design.labels), plan.design.replications))
