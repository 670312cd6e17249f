"""`study=calibrate`: a demand and a department from a file of visits, with a report and figures.

Without a column map it prints a draft of one for the file, and writes nothing.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from sim.calibration.calibrate import MOST_MATCH_RUNS, OWNER, VERDICT_REPLICATIONS, WEEKS_PLAYED, estimate_calibration
from sim.calibration.resources.own_resources import read_resource_lists
from sim.calibration.result import CalibrationReport, always_written
from sim.calibration.writing.staffing_file import compared_name
from sim.department.scenario import Problem, ScenarioError
from sim.io.freed_memory import give_freed_arrays_back
from sim.report.calibration_report import calibration_markdown
from sim.report.figures.calibration_figures import draw_calibration
from sim.report.progress import teller
from sim.report.terminal import patient_console, show_finished
from sim.runs.output_folder import publish, refuse_overwriting, refuse_unwritable
from sim.runs.tables_on_disk import CannotKeep, OutputError, reason_of
from sim.studies.next_command import comparison_words, run_words, shell_text, words_kept
from sim.studies.question import CalibrateSettings, Question
from sim.studies.study import Study
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
        study, visits = question.study, question.visits
        assert isinstance(study, CalibrateSettings)
        if visits is None:
            remedy = "study=calibrate needs visits=FILE, and study.map=NAME of configs/visits"
            raise ScenarioError([Problem("visits", "nothing", remedy)])
        give_freed_arrays_back()
        if question.column_map is None:
            tell_lines(draft_map(visits).rstrip("\n").split("\n"), console)
            return 0
        folder = question.output or Path("results") / "calibrated"
        name = study.demand_name or visits.name.split(".")[0]
        refuse_unwritable(folder, folder)
        report_name = f"{name}_calibration.md"
        refuse_overwriting(folder, (*always_written(name), report_name), OWNER)
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
            n_figures = write_calibration(report, folder, report_name)
        except (OSError, OutputError) as error:
            why = f"output = {folder}: {reason_of(error)}" if isinstance(error, OSError) else str(error)
            show_finished(lambda: tell_lines(report.findings(), console), errors, "no file")
            remedy = "make room or name another folder (output=FOLDER), and give the same command again"
            raise CannotKeep(f"{why}: no file of the calibration was written or changed; {remedy}") from error
        lines = (
            *report.lines(),
            f"written: {folder / report_name}",
            f"written: {n_figures} figures in {folder / 'figures'}",
            *what_next(report, question),
        )
        show_finished(lambda: tell_lines(lines, console), errors, folder)
        return 0


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


def write_calibration(report: CalibrationReport, folder: Path, report_name: str) -> int:
    """Put all files of a calibration into its folder, or none. Returns how many figures there are.

    Raises OSError, OutputError.
    """
    with TemporaryDirectory(prefix="peered-") as drawn:
        figures = draw_calibration(report, Path(drawn))
        text = calibration_markdown(report, [folder / "figures" / figure.name for figure in figures])
        contents = {f"figures/{figure.name}": figure.read_bytes() for figure in figures}
    publish(folder, {**report.files, **contents, report_name: text.encode()}, OWNER)
    return len(figures)


def tell_lines(lines: Sequence[str], console: Console) -> None:
    """Print each line as it is, however long."""
    for line in lines:
        teller(console)(line)
