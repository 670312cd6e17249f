"""`study=calibrate`: a demand and a department from a file of visits, with a report and figures.

Without a column map it prints a draft of one for the file, and writes nothing.
"""

import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from sim.calibration.calibrate import MOST_MATCH_RUNS, OWNER, VERDICT_REPLICATIONS, WEEKS_PLAYED, estimate_calibration
from sim.calibration.resources.own_resources import read_resource_lists
from sim.calibration.result import CalibrationReport, always_written
from sim.calibration.writing.staffing_file import compared_name
from sim.department.arrivals import Profile
from sim.department.scenario import Problem, ScenarioError
from sim.engine.measures.cohort import REPORTED_STREAMS
from sim.io.freed_memory import give_freed_arrays_back
from sim.report.calibration_report import calibration_answer, calibration_sheets
from sim.report.console import say_unbroken
from sim.report.figures.calibration_figures import CAPTIONS, draw_calibration
from sim.report.html_page import Picture
from sim.report.progress import teller
from sim.report.screen import print_answer
from sim.report.stored_answer import StoredAnswer
from sim.report.terminal import patient_console, show_finished
from sim.runs.output_folder import publish, refuse_overwriting, refuse_unwritable
from sim.runs.tables_on_disk import CannotKeep, OutputError, reason_of
from sim.studies.next_command import comparison_words, run_words, shell_text, words_kept
from sim.studies.question import Question
from sim.studies.settings_by_study import CalibrateSettings
from sim.studies.stored import SHOWN_PAGES, files_of_answer, pages_of
from sim.studies.study import Study, facts_of_question
from sim.visits.draft_map import draft_map


class CalibrateStudy(Study):
    """Reads a file of visits, fits it, and writes configurations into a folder shared with the user."""

    name = "calibrate"
    settings = CalibrateSettings

    def dry_run(self, question: Question, console: Console) -> int:
        study, steps = question.study, ["the file is read and fitted"]
        assert isinstance(study, CalibrateSettings)
        if question.column_map is None:
            tell_lines(["study=calibrate without study.map: a draft of a column map is printed"], console)
            return 0
        refuse_unfit_base(question)
        if study.hold_out:
            steps.append("the days held out are predicted by playing a department")
        if study.match:
            times = "twice " if study.hold_out else ""
            steps.append(f"{times}at most {MOST_MATCH_RUNS:,} runs are matched to its waits and stays")
        steps.append(f"{VERDICT_REPLICATIONS} runs of {WEEKS_PLAYED} weeks are compared with it")
        tell_lines([f"study=calibrate: {', '.join(steps)}"], console)
        tell_lines(["how long depends on the file; nothing was run, nothing was written"], console)
        return 0

    def run(self, question: Question, console: Console) -> int:
        study, visits, started = question.study, question.visits, time.monotonic()
        assert isinstance(study, CalibrateSettings)
        if visits is None:
            remedy = "study=calibrate needs visits=FILE, and study.map=NAME of configs/visits"
            raise ScenarioError([Problem("visits", "nothing", remedy)])
        give_freed_arrays_back()
        if question.column_map is None:
            tell_lines(draft_map(visits).rstrip("\n").split("\n"), console)
            return 0
        refuse_unfit_base(question)
        folder = question.output or Path("results") / "calibrated"
        name = study.demand_name or visits.name.split(".")[0]
        refuse_unwritable(folder, folder)
        refuse_overwriting(folder, (*always_written(name), *pages_of(name).values()), OWNER)
        lists = read_resource_lists(study.staff, study.places, question.scenario, own_groups(question))
        errors = patient_console(sys.stderr)
        report = estimate_calibration(
            visits,
            question.column_map,
            name=name,
            output=folder,
            rake=study.rake,
            base=question.scenario,
            seed=question.seed,
            hold_out_share=study.hold_out,
            matched=study.boxes,
            if_none_fits=study.if_none_fits,
            lists=lists,
            test_file=None if study.test is None else Path(study.test).expanduser(),
            tell=teller(errors),
        )
        try:
            answer, n_figures = write_calibration(report, question, time.monotonic() - started)
        except (OSError, OutputError) as error:
            why = f"output = {folder}: {reason_of(error)}" if isinstance(error, OSError) else str(error)
            show_finished(lambda: tell_lines(report.findings(), console), errors, "no file")
            remedy = "make room or name another folder (output=FOLDER), and give the same command again"
            raise CannotKeep(f"{why}: no file of the calibration was written or changed; {remedy}") from error
        show_finished(partial(tell_calibration, report, answer, n_figures, question, console), errors, folder)
        return 0


def refuse_unfit_base(question: Question) -> None:
    """Raise ScenarioError where department or demand have nothing that estimates could be written over."""
    department, demand, problems = question.scenario.department, question.scenario.demand, list[Problem]()
    streams = " and ".join(REPORTED_STREAMS)
    if department.streams.keys().isdisjoint(REPORTED_STREAMS):
        remedy = (
            f"a file of visits tells of the streams {streams}, and this department has neither: write the rates of its "
            "own streams into a demand file, as kind: hourly"
        )
        problems.append(Problem("department", question.choices["department"], remedy))
    elif not isinstance(demand, Profile):
        remedy = (
            "estimates are a profile of hours, written over the demand that is chosen, and this one is kind: "
            f"{demand.kind}: choose one that is kind: profile, as demand=default"
        )
        problems.append(Problem("demand", question.choices["demand"], remedy))
    if problems:
        raise ScenarioError(problems)


def tell_calibration(
    report: CalibrationReport, answer: StoredAnswer, n_figures: int, question: Question, console: Console
) -> None:
    """The finding, then all that was found out, then where it is and what to do next."""
    print_answer(answer.on_screen(), console)
    head = len(list(report.department.head())) if report.department else 0
    say_unbroken(console, "\n".join(report.findings()[head:]))
    folder, pages = report.folder, pages_of(report.demand.name)
    shown = (f"written: {folder / page}" for what, page in pages.items() if what in SHOWN_PAGES)
    figures = f"written: {n_figures} figures in {folder / 'figures'}"
    tell_lines([*report.written(), *shown, figures, *what_next(report, question)], console)


def own_groups(question: Question) -> frozenset[str]:
    """Of staffing and department, those whose choice is a file of the user's own; a shipped name hides no such file."""
    folder = question.config_dir
    files = {group: f"{group}/{question.choices[group]}.yaml" for group in ("staffing", "department")}
    return frozenset(group for group, file in files.items() if folder is not None and (folder / file).is_file())


def what_next(report: CalibrationReport, question: Question) -> tuple[str, str]:
    """What the next command does, and the command, to be taken as it stands."""
    folder, name = report.folder, report.demand.name
    if report.department is None:
        return "\nrun it:", shell_text(run_words(folder, name))
    other = compared_name(report.department.resources)
    kept = [word for word in words_kept(question.overrides) if not word.startswith(tuple(_groups(report)))]
    words = comparison_words(folder, name, (name, other), [*report.further_choices, *kept])
    what = "without its peers" if other.endswith("_without_peers") else "with peers added, an example to change"
    return f"\ncompare {name} with {other}, the same {what} ({folder / 'staffing' / other}.yaml):", shell_text(words)


def _groups(report: CalibrationReport) -> list[str]:
    """Choices of configurations that what was written replaces, as far as `=`."""
    return [f"{choice.partition('=')[0]}=" for choice in report.further_choices]


def write_calibration(report: CalibrationReport, question: Question, seconds: float) -> tuple[StoredAnswer, int]:
    """Put all files of a calibration into its folder, or none. Returns its answer, and how many figures there are.

    Raises OSError, OutputError.
    """
    names = pages_of(report.demand.name)
    facts = facts_of_question(question, question.command(elsewhere=True), seconds)
    with TemporaryDirectory(prefix="peered-") as drawn:
        folder = Path(drawn)
        draw_calibration(report, folder, ("png", "svg"))
        figures = sorted(folder.glob("*.png"))
        answer = calibration_answer(report, list(pictures_drawn(figures, report.demand.name)))
        contents = {f"figures/{figure.name}": figure.read_bytes() for figure in figures}
        for name, write in files_of_answer(answer, facts, calibration_sheets(report)).items():
            write(folder / name)
            contents[names[name]] = (folder / name).read_bytes()
    publish(report.folder, {**report.files, **contents}, OWNER)
    return answer, len(figures)


def pictures_drawn(figures: Sequence[Path], name: str) -> Iterator[Picture]:
    """The figures of a calibration with the drawings beside them."""
    for figure in figures:
        short = figure.stem.removeprefix(f"{name}_")
        svg = figure.with_suffix(".svg").read_text(encoding="utf-8")
        is_large = len(svg) > MOST_DRAWING
        yield Picture(short, CAPTIONS[short], picture_in_drawing(figure) if is_large else svg, f"figures/{figure.name}")


MOST_DRAWING = 250_000
"""Characters of a drawing; one of thousands of points takes millions, and the picture of it a tenth."""


def picture_in_drawing(file: Path) -> str:
    """A PNG as a drawing that shows nothing else."""
    content = file.read_bytes()
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    data = b64encode(content).decode("ascii")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width} {height}"><image width="{width}" height="{height}" '
        f'xlink:href="data:image/png;base64,{data}"/></svg>'
    )


def tell_lines(lines: Sequence[str], console: Console) -> None:
    """Print each line as it is, however long."""
    for line in lines:
        teller(console)(line)
