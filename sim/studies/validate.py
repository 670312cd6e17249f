"""`study=validate`: from a composed command to its folder and its answer.

What the runs say is `sim.analysis.validation`, how it is laid out `sim.report.validation_report`.
"""

import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console

from sim.analysis.memory_check import Load, check_load
from sim.analysis.validation import Validation, play_validations, validated, validation_blocks
from sim.config import Composed, staffing_scenarios
from sim.config.overrides import command_words
from sim.config.plans import executor_of
from sim.report.progress import progress, teller
from sim.report.tables.answer_workbook import ANSWER, write_answer_workbook
from sim.report.terminal import patient_console, show_finished
from sim.report.validation_report import (
    print_validation,
    validation_markdown,
    validation_sheets,
    validation_table,
)
from sim.runs.output_folder import results_folder, results_place
from sim.runs.tables_on_disk import WriteErrors, provenance, write_csv, write_json, write_text
from sim.studies.settings import PlayedSettings, RunSettings

STUDY, WITH_PEERS = "validate", "peer_added"
KEPT = 10_000
"""Bytes of a replication that stay until it is shown: some forty numbers by name, and its block."""


def with_peers_beside(composed: Composed) -> Composed:
    """The command with the scenarios that it plays: the staffing chosen, and the one that a row asks for."""
    peers = staffing_scenarios(composed, [WITH_PEERS])
    return replace(composed, scenarios={composed.scenario.staffing.name: composed.scenario} | peers)


def as_run(composed: Composed) -> Composed:
    """The command that plays as much: its scenarios, without what is asked of them."""
    return replace(with_peers_beside(composed), study=RunSettings(**composed.study.model_dump(exclude={"name"})))


def validation_study(composed: Composed, console: Console) -> int:
    """Play the department, judge every row, write and show the answer."""
    place = results_place(composed.output, STUDY)
    started = time.monotonic()
    validation = played_and_judged(composed, console)
    facts = facts_of(composed, validation, time.monotonic() - started)
    with results_folder(place, STUDY) as (draft, unwritten):
        write_answer(validation, facts, composed, draft, unwritten)
        show_finished(lambda: print_validation(validation, console), patient_console(sys.stderr), place)
    teller(console)(f"results are in {place}: answer.md, {ANSWER}, validation.csv")
    return 0


def played_and_judged(composed: Composed, console: Console) -> Validation:
    """Every row, judged by all replications."""
    study, engine, settings = composed.study, composed.engine, composed.executor
    assert isinstance(study, PlayedSettings)
    executor, elsewhere = executor_of(composed), settings.address is not None
    scenario, with_peers = composed.scenario, staffing_scenarios(composed, [WITH_PEERS])[WITH_PEERS]
    load = Load(
        [scenario, with_peers], study.replications, engine, 1.0, executor, settings.workers, elsewhere, bytes_kept=KEPT
    )
    check_load(load)
    blocks = validation_blocks(scenario, with_peers, study.replications, composed.seed, engine)
    played = []
    with progress(len(blocks), f"runs of {study.weeks} weeks", console) as advance:
        for block, values in play_validations(blocks, settings.workers, executor, settings.address):
            played.append((block, values))
            advance(f"{block.scenario.staffing.name}, replication {block.replication}")
    return validated(played, study.weeks, study.confidence)


def write_answer(
    validation: Validation, facts: dict[str, object], composed: Composed, folder: Path, unwritten: WriteErrors
) -> None:
    """The table, its provenance and the answer in words; a file that cannot be written costs no other."""
    command = command_words(composed.overrides, composed.config_dir, elsewhere=True)
    for file, write in (
        (folder / "run.json", partial(write_json, facts)),
        (folder / "answer.md", partial(write_text, validation_markdown(validation, command, composed.seed))),
        (folder / "validation.csv", partial(write_csv, validation_table(validation))),
        (folder / ANSWER, partial(write_answer_workbook, validation_sheets(validation, facts))),
    ):
        with unwritten.noted(file):
            write(file)


def facts_of(composed: Composed, validation: Validation, seconds: float) -> dict[str, object]:
    """Provenance of the study."""
    return provenance(
        command=command_words(composed.overrides, composed.config_dir),
        choices=composed.choices,
        seed=composed.seed,
        engine=composed.engine,
        replications=composed.study.model_dump()["replications"],
        weeks=validation.weeks,
        confidence=validation.confidence,
        seconds=round(seconds, 1),
        scenario_hash=composed.scenario.content_hash(),
    )
