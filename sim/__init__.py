"""PeerED: what changes in a children's emergency department when peer support workers join or replace part of the team.

    import sim

    scenario = sim.load("staffing=peer_added", "study.weeks=4")  # KEY=VALUE, as on the command line
    run = sim.simulate(scenario, seed=1)                         # one replication: run.visits, run.tasks ...
    answer = sim.compare(["traditional", "peer_added"], "study.weeks=4", replications=10)
    answer.summary()                                             # a small DataFrame; .plot() and .to_excel(path) too
    tables = sim.results("results/compare-20260101-120000")      # what a command has written, as DataFrames

load      a scenario, composed of shipped and own settings and checked
simulate  one replication of a scenario
compare   staffings on the same patients: the founding question
results   the tables of a results folder

Keys are listed in docs/keys.md, columns and measures in docs/data-dictionary.md; docs/python.md shows all of this.
"""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.objects import Comparison, Results, Run, Scenario

__all__ = ["__version__", "compare", "load", "results", "simulate"]


_MAX_SEED = 2**63

try:
    __version__ = version("peered")  # as pyproject.toml says
except PackageNotFoundError:  # the sources without an installation
    __version__ = "unknown"


def load(*overrides: str) -> "Scenario":
    """The scenario that overrides such as `"staffing=peer_added"` describe, checked.

    Raises ScenarioError with every problem at once, TypeError for an override that is not a string.
    """
    from sim.config import compose
    from sim.objects import Scenario

    return Scenario.of(compose(["study=run", *_as_overrides(overrides)]).scenario)


def simulate(scenario: "Scenario", seed: int = 1, replication: int = 0, engine: str = "compiled") -> "Run":
    """Play one replication: `.visits`, `.tasks`, `.staff` and `.census` of the run are DataFrames.

    `engine` "simpy" gives the same to the last bit, slowly. Raises TypeError for what is not a scenario, ValueError
    for an unknown engine, an impossible seed, or a run that needs more memory than this machine has.
    """
    from sim.analysis.design_needs import check_run
    from sim.department.scenario import Scenario
    from sim.objects import Run
    from sim.runs.engines import ENGINES

    if not isinstance(scenario, Scenario):
        raise TypeError(f"scenario = {scenario!r}: give what sim.load returns")
    if engine not in ENGINES:
        raise ValueError(f"engine = {engine!r}: use one of {', '.join(ENGINES)}")
    _check_whole("seed", seed)
    _check_whole("replication", replication)
    check_run(scenario, engine)
    return Run.of(ENGINES[engine](scenario, seed, replication), scenario)


def compare(
    staffings: Sequence[str],
    *overrides: str,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
) -> "Comparison":
    """Compare staffings by name on the same patients; the first is the baseline. Overrides as on the command line.

    `workers` None: all cores. Where they are processes (`engine=simpy`), a script calls it under
    `if __name__ == "__main__":`. Raises ScenarioError with every problem at once, TypeError where names or overrides
    are not strings.
    """
    from sim.config import compose
    from sim.objects import Comparison
    from sim.studies.compare import compare_in_memory, plan_of

    if isinstance(staffings, str) or not staffings or not all(isinstance(name, str) for name in staffings):
        raise TypeError(f"staffings = {staffings!r}: give a list of names, the baseline first")
    if workers is not None and workers < 1:
        raise ValueError(f"workers = {workers}: give 1 or more, or None for all cores")
    if any(text.startswith(("study=", "staffing=")) for text in _as_overrides(overrides)):
        raise ValueError("study and staffing are chosen by this function: leave them out of the overrides")
    settings = [f"study.staffing=[{','.join(staffings)}]", f"study.baseline={staffings[0]}", *overrides]
    if replications is not None:
        settings.append(f"study.replications={replications}")
    if seed is not None:
        settings.append(f"seed={seed}")
    if workers is not None:
        settings.append(f"executor.workers={workers}")
    plan = plan_of(compose(["study=compare", *settings]))
    return Comparison.of(compare_in_memory(plan))


def results(folder: str | PathLike[str]) -> "Results":
    """The tables of the results folder of any study as DataFrames: `results(FOLDER).estimates`, or by `["estimates"]`.

    Each is read when it is first asked for; `.visits` holds the visits of all staffings. Nothing in the folder is run
    or changed. Raises FileNotFoundError where there is no table, ScenarioError for a folder that is not safe to read.
    """
    from pathlib import Path

    from sim.objects import Results

    return Results(Path(folder))


def _check_whole(name: str, value: object) -> None:
    """Raise ValueError unless the value can key random draws."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MAX_SEED:
        raise ValueError(f"{name} = {value!r}: give a whole number from 0 to 2**63 - 1")


def _as_overrides(overrides: Sequence[str]) -> list[str]:
    """The overrides, if they are strings."""
    for text in overrides:
        if not isinstance(text, str):
            raise TypeError(f'override {text!r}: write it as text, like "demand.growth=1.1"')
    return list(overrides)
