"""The explorer of a stored sweep or comparison: one HTML file (`study=results run=FOLDER export=FILE.html`)."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from sim.analysis.scenario_facts import SweptScenarios, received_scenarios
from sim.analysis.stored_comparison import stored_comparison, stored_tables
from sim.analysis.sweeping import SweepAnswer, sweep_answer
from sim.department.scenario import Problem, ScenarioError
from sim.report.comparison_answer import describe_comparison
from sim.report.description import without_output
from sim.report.explorer_data import Explored, explored_comparison, explored_sweep
from sim.report.explorer_page import explorer_page
from sim.report.progress import teller
from sim.report.study_report import ReportFacts
from sim.report.sweep_answer import describe_sweep
from sim.report.tables.left_out_rows import left_out_sections
from sim.report.words.sweep_finding import SweepReport
from sim.runs.received_sweep import CONTROLLED, ReceivedSweep, read_checked, read_facts, refuse_all, shortened_value
from sim.runs.result_tables import Results, study_of
from sim.runs.run_store import FACTS, RunStore, read_sweep
from sim.runs.tables_on_disk import write_text
from sim.studies.report import refuse_unfit
from sim.studies.settings import REPORT_MEASURES
from sim.studies.sweep import report_of, tell_store

MOST_EXPLORED = 10_000
"""A page of so many is 25 MB, which browsers still open."""
MEGABYTE = 1e6


def write_explorer(folder: Path, file: Path, measures: Sequence[str], console: Console) -> None:
    """Write the explorer of a folder; `measures` are shown first, none: those of the rule. Raises ScenarioError."""
    study = study_of(folder)
    if study == "compare":
        with refuse_unfit(folder):
            text = explorer_of_comparison(folder, measures)
    elif study in ("sweep", None):  # none: read_sweep says what is missing
        text = explorer_of_sweep(folder, measures, console)
    else:
        remedy = (
            "an explorer is of a sweep or a comparison; study=report makes one file of any study, and effects or "
            "staffings can be swept: peered -m staffing=a,b effects=c,d"
        )
        raise ScenarioError([Problem(f"{folder}, study", shortened_value(study), remedy)])
    try:
        write_text(text, file)
    except OSError as error:
        remedy = f"cannot be written ({error.strerror})"
        raise ScenarioError([Problem("export", repr(str(file)), remedy)]) from error
    size = f"{len(text.encode()) / MEGABYTE:.1f} MB"
    teller(console)(f"the explorer is {file} ({size}): one file to open in a browser, without a network")


def explorer_of_sweep(folder: Path, measures: Sequence[str], console: Console) -> str:
    """The page of a sweep, from the runs in its folder."""
    received = read_sweep(folder)
    facts, labels = received.facts, received.labels
    if len(labels) > MOST_EXPLORED:
        remedy = f"an explorer holds {MOST_EXPLORED:,}: play a part of them in a folder of its own (sweep.filter)"
        raise ScenarioError([Problem(str(folder), f"{len(labels):,} scenarios", remedy)])
    store = RunStore(folder, facts.seed, facts.code)
    tell_store(store, console)
    report = report_in(received, store, measures)
    second = stored_tables(Results(folder), ("assumptions",), report.answer.labels).get("assumptions")
    rows = [] if second is None else second.to_dict("records")
    explored = explored_sweep(report, {(str(row["measure"]), str(row["staffing"])): row for row in rows})
    refuse_unmeasured(measures, explored)
    known = read_facts(folder / FACTS, ReportFacts)
    return explorer_page(explored, describe_sweep(report), known, [], facts.confidence)


def explorer_of_comparison(folder: Path, measures: Sequence[str]) -> str:
    """The page of a comparison, from its tables."""
    comparison, facts = stored_comparison(folder), read_facts(folder / FACTS, ReportFacts)
    explored = explored_comparison(comparison, without_output(facts.command), measures)
    refuse_unmeasured(measures, explored)
    left_out = list(left_out_sections(comparison))
    return explorer_page(explored, describe_comparison(comparison), facts, left_out, comparison.confidence)


def refuse_unmeasured(asked: Sequence[str], explored: Explored) -> None:
    """Raise ScenarioError for measures that are asked for and have no value in the folder."""
    remedy = "no measure of this folder: its table estimates has all there are (table=estimates)"
    refuse_all([Problem(REPORT_MEASURES, repr(name), remedy) for name in asked if name not in explored.measures])


def report_in(received: ReceivedSweep, store: RunStore, measures: Sequence[str]) -> SweepReport:
    """All that is shown of a received sweep; `measures`: those to be shown, none: those that it was asked for."""
    facts, controlled = received.facts, store.folder / CONTROLLED
    scenarios = received_scenarios(received.scenarios)
    return report_of(
        store,
        received.labels,
        scenarios,
        answer_in(received, store, scenarios),
        without_output(facts.command),
        read_checked(controlled) if controlled.is_file() else None,
        measures or facts.shown,
    )


def answer_in(received: ReceivedSweep, store: RunStore, scenarios: SweptScenarios) -> SweepAnswer:
    """The estimates and differences of a received sweep."""
    facts = received.facts
    return sweep_answer(store, received.labels, facts.replications, facts.confidence, facts.asked, scenarios.measures)
