"""`study=report`: the report of a study that was played, made again from its folder."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from sim.analysis.breakeven import BreakEvenAnswer
from sim.analysis.comparison_result import Comparison
from sim.analysis.stored_comparison import stored_comparison, stored_tables
from sim.analysis.validation import stored_validation
from sim.department.scenario import Problem, ScenarioError
from sim.engine.measures.currency import money_in
from sim.report.breakeven_answer import describe_break_even
from sim.report.comparison_answer import describe_comparison
from sim.report.description import answer_markdown, without_output
from sim.report.figures.breakeven_figure import draw_break_even
from sim.report.figures.captions import figures_drawn
from sim.report.progress import teller
from sim.report.stored_answer import STORED, read_answer, stored_markdown
from sim.report.study_report import (
    REPORT,
    ReportFacts,
    StudyFacts,
    comparison_report,
    drawings,
    stored_report,
    validation_page,
)
from sim.report.sweep_answer import describe_sweep
from sim.report.validation_report import validation_markdown
from sim.report.words.sweep_finding import SweepReport
from sim.runs.output_folder import write_again
from sim.runs.received_sweep import AS_WRITTEN, read_facts, shortened_text, shortened_value
from sim.runs.result_tables import CALIBRATE, Results, calibrations_in, currency_of, study_of
from sim.runs.run_store import FACTS, RunStore, read_sweep
from sim.runs.tables_on_disk import write_text
from sim.studies.breakeven import answer_of_store, break_even_page, received_plan
from sim.studies.question import Question
from sim.studies.settings import REPORT_BY
from sim.studies.settings_by_study import ReportSettings
from sim.studies.stored import pages_of
from sim.studies.study import Study
from sim.studies.sweep import figures_of_sweep, received_design, sweep_and_comparison, sweep_page
from sim.studies.validate import VALIDATION_FILE, draw_strip_of


class ReportStudy(Study):
    """The report of a study that was played, from its folder of results."""

    name = "report"
    settings = ReportSettings

    def run(self, question: Question, console: Console) -> int:
        problems = problems_of_place(question.export)
        if question.run is None or not question.run.is_dir():
            value = "nothing" if question.run is None else str(question.run)
            remedy = "study=report needs run=FOLDER, the results folder of a study"
            problems.insert(0, Problem("run", value, remedy))
        if problems or question.run is None:
            raise ScenarioError(problems)
        by = question.by if question.asks_by else None
        suffix = ".html" if question.export is None else question.export.suffix
        with money_in(currency_of(question.run)):
            pages = pages_of_folder(question.run, suffix, by, question.export is not None)
        for name, text in pages.items():
            place = question.export or question.run / name
            try:
                if question.export is None:
                    write_again(question.run, name, text)
                else:
                    write_text(text, place)
            except OSError as error:
                why = f"cannot be written ({error.strerror})"
                raise ScenarioError([Problem(str(place), place.name, why)]) from error
            teller(console)(f"the report is {place}")
        return 0


def pages_of_folder(folder: Path, suffix: str, by: tuple[str, ...] | None, is_one: bool = False) -> dict[str, str]:
    """The report of a folder, by its name in it, or its answer in Markdown; of a folder of calibrations one each,
    unless there is to be one (`is_one`).

    Raises ScenarioError.
    """
    study = study_played(folder)
    if study != CALIBRATE:
        return {REPORT: page_of(folder, study, suffix, by)}
    names = {name: pages_of(name) for name in calibrations_in(folder)}
    if len(names) > 1 and is_one:
        remedy = "several calibrations: leave export out, and the report of each is made"
        raise ScenarioError([Problem("run", f"{folder}, with {', '.join(names)}", remedy)])
    return {there[REPORT]: page_kept(folder, suffix, there[STORED], there[FACTS]) for there in names.values()}


def problems_of_place(file: Path | None) -> list[Problem]:
    """What is wrong with where the page is to be written; it replaces no file that somebody named."""
    if file is None:
        return []
    if file.suffix not in (".html", ".md"):
        return [Problem("export", str(file), "name a file that ends in .html, the report, or in .md, the answer")]
    if file.exists():
        return [Problem("export", str(file), "there is such a file already: name another one")]
    return [] if file.parent.is_dir() else [Problem("export", str(file), f"there is no folder {file.parent}: make it")]


def page_of(folder: Path, study: str, suffix: str, by: tuple[str, ...] | None = None) -> str:
    """The page of the folder of a study: its report, or its answer in Markdown; `by` the groups that are asked for.

    Raises ScenarioError.
    """
    if by is not None and study not in ("compare", "run"):
        remedy = f"a study={study} counts no groups of visits: leave it out"
        raise ScenarioError([Problem(REPORT_BY, ", ".join(by), remedy)])
    if study in KEPT:
        return page_kept(folder, suffix)
    facts = read_facts(folder / FACTS, ReportFacts).model_copy(update={"by": by})
    with refuse_unfit(folder):
        return PAGES[study](folder, facts, suffix)


@contextmanager
def refuse_unfit(folder: Path) -> Iterator[None]:
    """Raise ScenarioError where the tables of a folder do not fit each other, such as a column that a figure needs."""
    try:
        yield
    except ScenarioError:
        raise
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        found = f"tables that do not fit each other ({type(error).__name__}: {error})"
        raise ScenarioError([Problem(str(folder), shortened_text(found), AS_WRITTEN)]) from error


def study_played(folder: Path) -> str:
    """Which study a folder is of. Raises ScenarioError for one that has no report."""
    study = study_of(folder)
    if isinstance(study, str) and study in (*PAGES, *KEPT):
        return study
    if not (folder / FACTS).is_file():
        remedy = f"not there, so that this is no results folder: {AS_WRITTEN}"
        raise ScenarioError([Problem(str(folder / FACTS), "nothing", remedy)])
    known = f"none of {', '.join(sorted([*PAGES, *KEPT]))}: {AS_WRITTEN}"
    raise ScenarioError([Problem(f"{folder / FACTS}, study", shortened_value(study), known)])


def comparison_in(folder: Path, facts: ReportFacts) -> Comparison:
    """The comparison of a folder, with the groups of visits that are asked for. Raises ScenarioError."""
    comparison = stored_comparison(folder)
    if facts.by is None:
        return comparison
    if comparison.groups.empty:
        raise ScenarioError(
            [Problem(REPORT_BY, ", ".join(facts.by), f"{folder} has no table of groups: play it again")]
        )
    return replace(comparison, by=facts.by)


def comparison_page(folder: Path, facts: ReportFacts, suffix: str) -> str:
    """The page of a comparison."""
    comparison = comparison_in(folder, facts)
    if suffix == ".md":
        return answer_markdown(describe_comparison(comparison, with_figures=True))
    return comparison_report(comparison, facts, redrawn(comparison))


def scenario_page(folder: Path, facts: ReportFacts, suffix: str) -> str:
    """The page of one scenario, which has no figures."""
    comparison = comparison_in(folder, facts)
    if suffix == ".md":
        return answer_markdown(describe_comparison(comparison))
    return comparison_report(comparison, facts, {})


def swept_page(folder: Path, facts: ReportFacts, suffix: str) -> str:
    """The page of a sweep, from the runs in its folder."""
    received = read_sweep(folder)
    design = received_design(received, folder / FACTS)
    store = RunStore(folder, received.facts.seed, received.facts.code)

    def second(compared: Comparison) -> Comparison:
        tables = stored_tables(Results(folder), ("assumptions", "chances"), compared.staffings)
        return replace(compared, draw_weeks=received.facts.draw_weeks, **tables)  # type: ignore[arg-type]

    report, compared = sweep_and_comparison(design, store, without_output(facts.command), second, received.facts.shown)
    if suffix == ".md":
        return answer_markdown(describe_sweep(report))
    return sweep_page(report, compared, facts, redrawn_sweep(report, compared))


def effect_page(folder: Path, facts: ReportFacts, suffix: str) -> str:
    """The page of a break-even study, from the runs in its folder."""
    received = read_sweep(folder)
    store = RunStore(folder, received.facts.seed, received.facts.code)
    answer = answer_of_store(received_plan(received, folder), store)
    paying = stored_tables(Results(folder), ("paying",), answer.plan.staffings)
    answer = replace(answer, paying=paying.get("paying", answer.paying))
    if suffix == ".md":
        return answer_markdown(describe_break_even(answer, without_output(facts.command)))
    return break_even_page(answer, facts, redrawn_break_even(answer))


def published_page(folder: Path, facts: ReportFacts, suffix: str) -> str:
    """The page of a validation."""
    validation = stored_validation(folder / VALIDATION_FILE, facts.weeks, facts.confidence)
    if suffix == ".md":
        return validation_markdown(validation, without_output(facts.command), facts.seed)
    with TemporaryDirectory(prefix="peered-report-") as drawn:
        draw_strip_of(validation, Path(drawn), ("svg",))
        return validation_page(validation, facts, drawings(Path(drawn)))


def page_kept(folder: Path, suffix: str, stored: str = STORED, facts_file: str = FACTS) -> str:
    """The page of an answer that is kept as it was described."""
    answer, facts = read_answer(folder / stored), read_facts(folder / facts_file, StudyFacts)
    return stored_markdown(answer, facts.command) if suffix == ".md" else stored_report(answer, facts)


PAGES: Mapping[str, Callable[[Path, ReportFacts, str], str]] = {
    "compare": comparison_page,
    "run": scenario_page,
    "sweep": swept_page,
    "breakeven": effect_page,
    "validate": published_page,
}
"""What makes the page of each study from the tables of its folder."""
KEPT = ("assumptions", CALIBRATE, "conditioning", "journey", "optimise", "trial", "sensitivity")
"""Studies whose folder keeps the answer as it was described."""


def redrawn(comparison: Comparison) -> dict[str, str]:
    """The SVG of each figure, drawn from the tables: those of the folder may be anybody's."""
    from sim.report.figures.draw_all import draw_figure  # loads a drawing library

    with TemporaryDirectory(prefix="peered-report-") as folder:
        for name in figures_drawn(comparison):
            draw_figure(name, comparison, Path(folder), ("svg",))
        return drawings(Path(folder))


def redrawn_sweep(report: SweepReport, compared: Comparison | None) -> dict[str, str]:
    """The same of a sweep, with those of its comparison."""
    with TemporaryDirectory(prefix="peered-report-") as folder:
        for draw in figures_of_sweep(report, compared, Path(folder), ("svg",)):
            draw()
        return drawings(Path(folder))


def redrawn_break_even(answer: BreakEvenAnswer) -> dict[str, str]:
    """The same of a break-even study."""
    with TemporaryDirectory(prefix="peered-report-") as folder:
        if answer.staffings:
            draw_break_even(answer, Path(folder), ("svg",))
        return drawings(Path(folder))
