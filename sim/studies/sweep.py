"""`peered -m`: many scenarios, each compared with the first.

How scenarios are made of words is `sim.config.sweeps`, what their runs say `sim.analysis.sweeping`.
"""

import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from rich.console import Console

from sim.analysis import sweeping
from sim.analysis.assumption_spread import Draws, drawn_runs, draws_design
from sim.analysis.best import SIGNS, Contenders, contenders_by, dominated_table
from sim.analysis.comparison_result import Comparison, no_rows
from sim.analysis.design_needs import check_design
from sim.analysis.early_looks import MOST_WATCHED, EarlyLooks
from sim.analysis.scenario_facts import SweptScenarios, groups_of_alike, scenario_of, swept_scenarios, worlds_of
from sim.analysis.sequential_sampling import missing
from sim.analysis.swept_factors import firsts_of_worlds, places_by_world
from sim.analysis.warm_up import PILOT_WEEKS, find_warm_up, pilot_of, read_warm_up, write_warm_up
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.engine.code_version import code_version
from sim.engine.measures.number_text import counted, measure_of
from sim.io.short_lists import few_of
from sim.report.comparison_answer import sentences_by_staffing
from sim.report.console import say
from sim.report.description import ANSWER_PAGE, Description, answer_markdown
from sim.report.early_table import EARLY_MEASURES, early_differences
from sim.report.progress import nothing_early, progress, tell_results, teller
from sim.report.screen import print_answer
from sim.report.study_report import (
    REPORT,
    ReportFacts,
    compared_report,
    drawings,
    pictures_of,
    swept_report,
)
from sim.report.sweep_answer import describe_sweep
from sim.report.tables.answer_workbook import ANSWER, answer_sheets, write_answer_workbook
from sim.report.terminal import lines_written, patient_console, show_finished
from sim.report.words.assumption_words import titled_rows, with_assumptions_text
from sim.report.words.short_names import short_names
from sim.report.words.sweep_finding import SweepReport, alike_lines
from sim.report.words.sweep_questions import DOTS, answers_of, kind_of_figure
from sim.runs import run_store
from sim.runs.design import Design, RunFiles, RunKey, RunTask, no_files
from sim.runs.interrupts import uninterrupted
from sim.runs.output_folder import results_place
from sim.runs.received_sweep import AS_WRITTEN, ReceivedSweep, refuse_all, shortened_value
from sim.runs.tables_on_disk import WriteErrors, json_text, write_json, write_or_remove, write_table, write_text
from sim.runs.worker_pool import NoWorkers
from sim.statistics.arrays import FloatArray
from sim.studies.draws import draws_of, draws_text, with_assumptions
from sim.studies.question import Question, SweepQuestion
from sim.studies.study import (
    DRAWS_PLAYED,
    Files,
    Waits,
    Watch,
    all_drawn,
    design_for,
    facts_of,
    play_missing,
    tell_design,
    write_each,
)

LINES_AFTER = 3
"""Lines printed below the answer: where the results are, and how to go on."""

_MOST_NAMED = 5
"""Series or damaged parts named in one line."""


def sweep_design(question: SweepQuestion) -> Design:
    """Scenarios and replications of a sweep. Raises ScenarioError if they would need more memory than there is."""
    study = question.study
    design = design_for(
        question.first,
        question.scenarios,
        keep_visits=study.visits,
        rules=study.rules,
        hashed=question.keys,
        matters=question.matters,
    )
    check_design(design)
    return design


def sweep(question: SweepQuestion, dry: bool, console: Console) -> int:
    """Play many scenarios, or what is missing of them, and compare each with the first; `dry`: say what would run."""
    design = sweep_design(question)
    if question.same:  # one by name, the others counted
        (label, earlier), *others = question.same
        more = f", and {counted(len(others), 'further scenario')} likewise" if others else ""
        say(console, f"{label} is the same as {earlier}: played once{more}")
    for line in question.notes:
        say(console, line)
    if not dry:
        place = results_place(question.first.output, "sweep", run_store.foreign_to_sweeps)
        return play_in(place, design, question, console)
    say(console, f"sweep: {counted(len(design.scenarios), 'scenario')}, baseline {next(iter(design.scenarios))}")
    if beside := draws_text(draws_of(question.study, question.first), len(design.scenarios), question.study.minutes):
        say(console, beside)
    for line in alike_lines(groups_of_alike(question.matters), short_names(list(design.scenarios))):
        say(console, line)
    rosters: dict[str, Scenario] = {}
    for scenario in design.scenarios.values():
        rosters.setdefault(scenario.staffing.name, scenario)
    most, rules = design.rules.most_replications, design.rules
    further = f" in the first round, at most {most} where what is asked for takes more" if rules.in_rounds else ""
    return tell_design(design, rosters, (1.0,), console, further=further)


def play_in(place: Path, design: Design, question: SweepQuestion, console: Console) -> int:
    """Play what is missing in a folder, and show the answer."""
    with opened_folder(place, design.seed, console) as folder:
        if question.study.warm_up_weeks == "auto":
            weeks = warm_up_of(design, folder.store, console)
            if weeks is None:
                return 1
            design = design.with_warm_up(weeks)
        draws = draws_of(question.study, question.first)
        own: dict[str, object] = {"study": "sweep", "asked": design.rules.model_dump(mode="json")}
        own |= {"shown": list(question.first.measures)} if question.first.measures else {}
        own |= {} if draws is None else {"draw_weeks": draws.weeks}
        if draws is not None:
            check_comparable(design)
        further = None if draws is None else draws_design(design, design.scenarios, draws)
        answer = partial(answer_of_sweep, design, folder.store, question, draws, further)
        return folder.play_and_answer(
            design, question, own, answer, further=further, watch=watch_of_sweep(design, console)
        )


def watch_of_sweep(design: Design, console: Console) -> Watch:
    """What watches the scenarios of a sweep, each beside the first, of several worlds the first of its own."""
    keys = {label: key for key, label in design.labels.items()}
    firsts = firsts_of_worlds(worlds_of(design.table())) if len(keys) <= MOST_WATCHED else None
    looks = EarlyLooks(design, keys, EARLY_MEASURES, firsts or ())
    return Watch(looks, partial(early_differences, short_names(list(keys))), console)


def check_comparable(design: Design) -> None:
    """Raise ScenarioError for a sweep that has no second interval: of many scenarios, or of several worlds."""
    scenarios = swept_scenarios(design.scenarios, design.table())
    if len(design.scenarios) > sweeping.MOST_COMPARED or len(set(scenarios.worlds)) > 1:
        most = f"at most {sweeping.MOST_COMPARED} scenarios"
        remedy = f"{most} that differ only in what can be chosen have a second interval: leave it out, or sweep less"
        raise ScenarioError([Problem("study.assumptions", "True", remedy)])


@contextmanager
def opened_folder(place: Path, seed: int, console: Console) -> Iterator["GrowingFolder"]:
    """A folder that is ours alone meanwhile; what cannot be written is named in its log too."""
    with run_store.locked(place):
        store, log = run_store.RunStore(place, seed, code_version()), run_store.SweepLog(place)
        tell_store(store, console)
        with run_store.log_and_raise_if_unwritable(place, log.say):
            store.set_damaged_aside()
            yield GrowingFolder(store, log, console)


def warm_up_of(design: Design, store: run_store.RunStore, console: Console) -> int | None:
    """Weeks of warm-up, found by a pilot or by an earlier command from the same; None if the user ends it."""
    pilot = pilot_of(design)
    found = read_warm_up(pilot, store.folder)
    if found is None:
        try:
            with progress(pilot.n_tasks, f"pilot of {counted(PILOT_WEEKS, 'week')}", console) as advance:
                found = find_warm_up(pilot, advance)
        except KeyboardInterrupt:
            say(console, "interrupted: nothing was decided on the warm-up, and nothing is kept")
            return None
        write_warm_up(found, store.folder)
    n_settled = len(found.evidence) - len(found.unsettled)
    say(console, f"warm-up: {counted(found.weeks, 'week')}, the largest of {n_settled} daily series (MSER-5)")
    if found.unsettled:
        named = few_of(found.unsettled, _MOST_NAMED)
        say(console, f"not shown to settle within {counted(PILOT_WEEKS - 1, 'week')}, and left out: {named}")
    return found.weeks


def tell_store(store: run_store.RunStore, console: Console) -> None:
    """Say what in the folder cannot be used."""
    if store.damaged:
        verb = "is" if len(store.damaged) == 1 else "are"
        names = few_of([part.name for part in store.damaged], _MOST_NAMED)
        say(console, f"{names} {verb} damaged and left out; the runs have to be played again")
    others = store.n_of_other_code()
    if others:
        say(console, f"{counted(others, 'run')} of another version of the code are kept, and are not in the answer")


class Answered(NamedTuple):
    """What the runs in a growing folder say: how it is shown and drawn, its report, tables and other files by name,
    facts for run.json, what there is in a few words for the log, and whether nothing is missing.

    `report` takes what run.json says and the drawings by name.
    """

    described: Description
    report: Callable[[ReportFacts, Mapping[str, str]], str]
    files: Files
    figures: Waits
    facts: Mapping[str, object]
    said: str
    is_whole: bool


@dataclass(frozen=True)
class GrowingFolder:
    """The folder of a study whose runs are kept for good, which is ours alone meanwhile."""

    store: run_store.RunStore
    log: run_store.SweepLog
    console: Console
    unwritten: WriteErrors = field(default_factory=WriteErrors)

    def tell(self, line: str) -> None:
        """Say a line, in the log too."""
        self.log.say(line)
        teller(self.console)(line)

    def play_and_answer(
        self,
        design: Design,
        question: Question | SweepQuestion,
        own_facts: Mapping[str, object],
        answer: Callable[[], Answered],
        what: str = "",
        further: Design | None = None,
        watch: Watch | None = None,
    ) -> int:
        """Play what is missing of a design, write and show what the runs say; what was played is kept, come what may.

        Inputs: `own_facts` of the study, for run.json; `answer` reads the store; `what` is played, in words; `further`
        is played after it, in draws of the assumptions; `watch` shows the first replications of the design meanwhile.
        Returns the exit code. Raises CannotKeep for what could not be written.
        """
        started, folder, command = time.monotonic(), self.store.folder, question.command(self.store.folder)

        def facts(**further: object) -> dict[str, object]:
            first = question.first if isinstance(question, SweepQuestion) else question
            known = facts_of(design, command, first, time.monotonic() - started)
            return {**known, **own_facts, "runs_planned": design.n_runs, **further}

        run_store.write_scenarios(design.table(), folder)
        begun = facts()
        write_json(begun, folder / run_store.FACTS)
        self.play(design, shlex.join(command), begun, what or counted(len(design.scenarios), "scenario"), watch)
        if further is not None:
            self.play(further, shlex.join(command), facts(), DRAWS_PLAYED)
        with uninterrupted():
            found = answer()
            known = facts(**found.facts)
            answer_page = partial(write_text, answer_markdown(found.described))
            book = partial(write_answer_workbook, answer_sheets(found.described, known))
            common: Files = {run_store.FACTS: partial(write_json, known), ANSWER_PAGE: answer_page, ANSWER: book}
            write_each({**found.files, **common}, folder, self.unwritten)
            drawn = all_drawn(found.figures, self.tell, self.unwritten)
            svgs = drawings(folder / "figures") if found.figures else {}  # there may be some of an earlier command
            page = found.report(ReportFacts.model_validate_json(json_text(known)), svgs)
            write_each({REPORT: partial(write_text, page)}, folder, self.unwritten)
        self.log.say(f"end: {found.said}, {known['seconds']} s")
        shown = partial(print_answer, found.described, self.console, lines_written(self.console) + LINES_AFTER)
        show_finished(shown, patient_console(sys.stderr), folder)
        if self.unwritten.found:
            self.log.say(f"ended: {self.unwritten.text()}")
            raise run_store.cannot_keep(folder, self.unwritten.text())
        self.console.print()
        tell_results(self.console, folder, (REPORT, ANSWER_PAGE, ANSWER))
        if not found.is_whole:
            teller(self.console)(f"to go on: {shlex.join(command)}")
        return 0 if found.is_whole and drawn else 1

    def play(
        self, design: Design, command: str, facts: Mapping[str, Any], what: str, watch: Watch | None = None
    ) -> None:
        """Play what is missing, with all of it in the log; files of runs that could not be written are noted."""
        store = self.store

        def visits(label: str, replication: int) -> RunFiles:
            return RunFiles(store.visits_of(RunKey(design.keys[label], replication)))

        files = visits if design.keep_visits else no_files
        tasks, n_wanted = missing(design, store, files)
        again = len(store.failed(design.labels, design.replications))
        state = {
            "played": f"{design.engine}, {design.executor}, workers {design.workers or 'all'}, seed {design.seed}",
            "scenarios": len(design.scenarios),
            "runs": f"{len(tasks)} of {n_wanted} to play, {again} of them failed before",
            "set aside": ", ".join(part.name for part in store.damaged) or "nothing",
        }
        self.log.start(command, facts, state)

        def on_played(_: RunTask, results: Sequence[run_store.RunResult]) -> None:
            self.note(results)
            if watch is not None:
                watch.add(results)

        try:
            play_missing(
                design, store, store, files, self.unwritten, self.console, self.tell, what, "run",
                on_played, self.tell_round, (lambda: watch.early) if watch is not None else nothing_early,
            )  # fmt: skip
        except NoWorkers as error:
            self.log.say(str(error))
            raise

    def tell_round(self, number: int, line: str) -> None:
        """All rounds are in the log; on the screen ever fewer, so that the finding stays on it."""
        (self.tell if number.bit_count() == 1 else self.log.say)(line)

    def note(self, results: Sequence[run_store.RunResult]) -> None:
        """Note what could not be written of some runs, and log those that failed."""
        for result in results:
            self.unwritten.add(result.unwritten)
            if result.traceback:
                self.log.failed(result)


def answer_of_sweep(
    design: Design, store: run_store.RunStore, question: SweepQuestion, draws: Draws | None, further: Design | None
) -> Answered:
    """What the runs of a sweep say, and those in draws of the assumptions."""
    folder, labels = store.folder, design.labels

    def second(compared: Comparison) -> Comparison:
        if draws is None or further is None:
            return compared
        return with_assumptions(compared, drawn_runs(store, further, compared.staffings, draws), (), ())

    report, compared = sweep_and_comparison(design, store, question.command(), second, question.first.measures)
    answer = report.answer
    controlled = pd.DataFrame() if report.controlled is None else report.controlled
    described = describe_sweep(report)
    numbers = answer.plan.n_replications.tolist()
    tables = {**sweeping.tables_of_sweep(answer), "controlled": controlled, "steps": steps_table(report.steps)}
    tables["within"] = no_rows() if report.within is None else report.within
    tables |= {name: no_rows() if compared is None else getattr(compared, name) for name in ("assumptions", "chances")}
    return Answered(
        described=described,
        report=partial(sweep_page, report, compared),
        files={
            **{f"{name}.parquet": partial(write_or_remove, table) for name, table in tables.items()},
            "replications.parquet": partial(store.write_replications, labels, numbers),
            "dominated.parquet": partial(write_table, report.dominated),
        },
        figures=figures_of_sweep(report, compared, folder / "figures"),
        facts={"runs_done": answer.n_done, "runs_planned": answer.n_runs},
        said=f"{answer.n_done} of {answer.n_runs} runs are there, {len(answer.failed)} failed",
        is_whole=answer.is_whole,
    )


def steps_table(steps: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Differences of neighbours along each factor, with its key."""
    tables = [table.assign(factor=key) for key, table in steps.items() if len(table)]
    return pd.concat(tables, ignore_index=True) if tables else no_rows()


def sweep_and_comparison(
    design: Design,
    store: run_store.RunStore,
    command: Sequence[str],
    second: Callable[[Comparison], Comparison],
    asked: Sequence[str] = (),
) -> tuple[SweepReport, Comparison | None]:
    """All that is shown of a sweep, and if it can be read as one the comparison of its scenarios with the first.

    `second` adds the intervals with the assumptions to the comparison; `asked` names the measures to be shown.
    """
    labels, rules = design.labels, design.rules
    scenarios = swept_scenarios(design.scenarios, design.table())
    answer = sweeping.sweep_answer(store, labels, design.replications, design.confidence, rules, scenarios.measures)
    controlled = sweeping.controlled_answer(design, store, answer, scenarios.measures) if rules.controls else None
    report = report_of(store, labels, scenarios, answer, command, controlled, asked)
    is_one_world = len(set(scenarios.worlds)) == 1
    compared = sweeping.as_comparison(answer, design.scenarios, report.names) if is_one_world else None
    kind = kind_of_figure(report)
    swept = [_SWEPT] if kind and not (kind == DOTS and compared is not None) else []  # that is the finding's figure
    if compared is None:
        return replace(report, figures=swept), None
    compared = second(compared)
    report = replace(report, second=list(titled_rows(compared)), certainty=certainty_of(compared))
    return replace(report, sentences=list(sentences_by_staffing(compared)), figures=[*swept, *_FIGURES]), compared


def sweep_page(report: SweepReport, compared: Comparison | None, facts: ReportFacts, drawn: Mapping[str, str]) -> str:
    """The report of a sweep."""
    captions = {Path(file).stem: caption for caption, file in report.figures}
    described = describe_sweep(report)
    if compared is not None:
        return compared_report(described, compared, facts, pictures_of(captions, drawn))
    names = [report.names[label] for label in report.answer.cautions["label"]]
    return swept_report(described, report.answer.cautions, names, facts, pictures_of(captions, drawn))


def received_design(received: ReceivedSweep, file: Path) -> Design:
    """The scenarios of a sweep or a break-even study that was played. Raises ScenarioError for any of another
    version; `file` is its run.json."""
    table = received.scenarios
    scenarios = dict(zip(table["label"], map(scenario_of, table["content"]), strict=True))
    unreadable = [label for label, scenario in scenarios.items() if scenario is None]
    wrong = f"no scenario of this version of PeerED: {AS_WRITTEN}"
    refuse_all([Problem(f"{file}, scenario", shortened_value(label), wrong) for label in unreadable])
    return Design(
        scenarios={label: scenario for label, scenario in scenarios.items() if scenario is not None},
        replications=received.facts.replications,
        seed=received.facts.seed,
        confidence=received.facts.confidence,
        rules=received.facts.asked,
        hashed={label: key for key, label in received.labels.items()},
    )


def certainty_of(compared: Comparison) -> str:
    """Both intervals of the second scenario, and how often it does better than the third."""
    subject, *others = compared.others
    return with_assumptions_text(compared, subject, others[:1], for_money="")


_FIGURES = (
    ("What the scenarios change beside the first", "figures/finding.png"),
    ("Paired differences of the headline measures", "figures/differences.png"),
)
"""Captions and files of the figures of a sweep that is read as a comparison."""
_SWEPT = ("The sweep in one picture", "figures/sweep.png")


def figures_of_sweep(
    report: SweepReport, compared: Comparison | None, folder: Path, formats: Sequence[str] = ("png", "svg")
) -> Waits:
    """What draws the figures of a sweep: of one factor or two its curves or dots, of few scenarios that differ in
    nothing but what can be chosen those of a comparison; figures of an earlier command that had others are removed.
    """
    from sim.report.figures.draw_all import draw_figure  # loads a drawing library
    from sim.report.figures.sweep_figures import draw_sweep

    wanted = {Path(file).stem for _, file in report.figures}
    others = [Path(file).stem for _, file in (*_FIGURES, _SWEPT) if Path(file).stem not in wanted]
    earlier = [folder / f"{name}.{kind}" for name in others for kind in ("png", "svg")]
    waits: list[Callable[[], object]] = [partial(file.unlink, missing_ok=True) for file in earlier]
    if Path(_SWEPT[1]).stem in wanted:
        waits.append(partial(draw_sweep, report, folder, formats))
    names = [Path(file).stem for _, file in _FIGURES] if compared is not None else []
    return [*waits, *(partial(draw_figure, name, compared, folder, formats) for name in names if compared is not None)]


def report_of(
    store: run_store.RunStore,
    labels: Mapping[str, str],
    scenarios: SweptScenarios,
    answer: sweeping.SweepAnswer,
    command: Sequence[str],
    controlled: pd.DataFrame | None,
    asked: Sequence[str] = (),
) -> SweepReport:
    """All that is shown of a sweep, from the replications that the answer is made of."""
    measures, values = sweeping.values_that_count(store, labels, answer.plan, scenarios.measures)
    names, worlds = list(labels.values()), scenarios.worlds
    dominated = dominated_table(names, worlds, measures, values, answer.confidence)
    report = SweepReport(answer, scenarios, {}, dominated, command, controlled, asked=asked)
    best_in = {
        names[places[0]]: contenders_of([names[place] for place in places], measures, values[places], report)
        for places in places_by_world(worlds)
        if len(places) > 1
    }
    within, steps = sweeping.further_differences(labels, worlds, measures, values, answer)
    contenders = best_in.get(names[0], {}) if len(set(worlds)) == 1 else {}
    report = replace(report, contenders=contenders, best_in=best_in, within=within, steps=steps)
    return replace(report, answers=answers_of(report))


def contenders_of(
    names: Sequence[str],
    measures: Sequence[str],
    values: FloatArray,
    report: SweepReport,
) -> dict[str, Contenders]:
    """Who may be the best by each measure that is shown, of scenarios that differ in nothing but what can be chosen.

    Others, in demand for example, have no best in common. Those without a steady state are left out.
    """
    steady = [place for place, name in enumerate(names) if name not in report.unsteady]
    shown = [name for name in report.shown if name in measures and measure_of(name).better in SIGNS]
    of_shown = values[steady][:, [measures.index(name) for name in shown]]
    return contenders_by([names[place] for place in steady], shown, of_shown, report.answer.confidence)
