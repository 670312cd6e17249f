"""A sweep handed to Hydra's own multirun, for those who name its sweeper or launcher: basic, joblib, submitit ...

How a scenario is played is given from outside; `peered -m` without such a word does not come here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.config.files import choices_of, faults_of_file, faults_of_folder, folders_of
from sim.config.hydra_session import hydra_program, quoted, search_words, unwarned
from sim.config.key_paths import MODELS
from sim.config.overrides import NOTHING_LOOKED_UP, PATH_KEYS, SHAPE, folder_typed
from sim.config.sweeps import compose_sweep
from sim.department.scenario import Problem, ScenarioError

SWEEPER, LAUNCHER = "hydra/sweeper", "hydra/launcher"
OURS = "peered"
BASIC = "basic"
SETTINGS = re.compile(r"hydra/(?:sweeper|launcher)|hydra\.sweep\.(?:dir|subdir)|hydra\.(?:sweeper|launcher)\.[\w.]+")
"""What may be set of Hydra itself; its other settings can name things to be run."""

One = Callable[[list[str], Path | None, Path], None]
"""Play one scenario: overrides, folder of the user's own, folder of the results."""
Many = Callable[[list[list[str]], "Job", Path], None]
"""Play many scenarios as one sweep: overrides of each, the job, folder of the results."""


@dataclass(frozen=True)
class Job:
    """What Hydra is to do with each scenario. `words`: what was typed, without what is for Hydra."""

    words: tuple[str, ...]
    config_dir: Path | None
    one: One
    many: Many

    def __call__(self, config: object) -> None:
        """Play the scenario Hydra has composed, in its folder; it is checked from its overrides, as one typed alone."""
        from hydra.core.hydra_config import HydraConfig

        told = HydraConfig.get()
        self.one([str(word) for word in told.overrides.task], self.config_dir, Path(told.runtime.output_dir) / "run")


@dataclass
class Handed:
    """Words apart: those for Hydra by key, and the others."""

    hydra: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def sweeper(self) -> str:
        return self.hydra.get(SWEEPER, OURS)


def is_for_hydra(words: Sequence[str]) -> bool:
    """A sweeper or a launcher is named."""
    return any(word.partition("=")[0] in (SWEEPER, LAUNCHER) for word in words)


def handed(words: Sequence[str], config_dir: Path | None) -> Handed:
    """What was typed, sorted and checked as far as Hydra does not. Raises ScenarioError with all that is wrong."""
    sorted_words = Handed()
    for word in words:
        key, _, value = word.partition("=")
        if not key.lstrip("+~").startswith("hydra"):
            sorted_words.others.append(word)
        elif SETTINGS.fullmatch(key) and not re.search(r"_target_|\$\{", word) and "," not in value:
            sorted_words.hydra[key] = value
        else:
            remedy = (
                "not to be set here: name one hydra/sweeper and one hydra/launcher, and settings of theirs, "
                "hydra.launcher.n_jobs=4, or hydra.sweep.dir=FOLDER"
            )
            sorted_words.problems.append(Problem(key, repr(value), remedy))
    check_words(sorted_words, folder_typed(sorted_words.others, config_dir))
    return sorted_words


def check_words(words: Handed, config_dir: Path | None) -> None:
    """What only our sweeper understands; for Hydra's basic one, which combines the same values, every scenario too."""
    if words.sweeper != OURS:
        remedy = f"read by PeerED's own sweeper only: leave {SWEEPER} out, or this"
        ours = [word for word in words.others if re.match(r"\+*(?:sweep\.|experiment\b)", word)]
        words.problems += [Problem(word.partition("=")[0], repr(word.partition("=")[2]), remedy) for word in ours]
        words.others = [word for word in words.others if word not in ours]
    if words.sweeper in (OURS, BASIC):
        try:
            compose_sweep(words.others, config_dir)
        except ScenarioError as error:
            words.problems += error.problems
    else:  # scenarios are its own affair, but files and words stay data
        odd = [word for word in words.others if not SHAPE.fullmatch(word)]
        words.problems += [Problem("command line", repr(word), "write key=value") for word in odd]
        elsewhere = [word.partition("=") for word in words.others if "${" in word]
        words.problems += [Problem(key, repr(value), NOTHING_LOOKED_UP) for key, _, value in elsewhere]
        folders = folders_of(config_dir)
        words.problems += [fault for folder in folders[1:] for fault in faults_of_folder(folder)]
        for group in MODELS:
            for name in choices_of(group, folders[1:]):
                words.problems += faults_of_file(folders, group, name)
    if words.problems:
        raise ScenarioError(words.problems)


def run_by_hydra(words: Handed, job: Job, folder: Path) -> None:
    """Have Hydra make the jobs, and the launcher play them, in the folder. What goes wrong in a job is raised."""
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    typed = [] if words.sweeper == OURS else ["study=run", *(word for word in words.others if word != "study=run")]
    asked = {SWEEPER: OURS, LAUNCHER: OURS} | words.hydra | {"hydra.sweep.dir": quoted(folder.as_posix())}
    told = [f"{key}={value}" for key, value in asked.items()]
    values = [word for word in typed if word.partition("=")[0] not in PATH_KEYS]
    folders = folders_of(job.config_dir)
    try:
        with unwarned(), hydra_program(folders[0], "peered") as program:
            program.multirun("config", job, [*told, *values, *search_words(folders)])
    except (HydraException, OmegaConfBaseException) as error:
        named = ", ".join(f"{key}={asked[key]}" for key in (SWEEPER, LAUNCHER))
        remedy = f"Hydra cannot do this: {' '.join(str(error).split())}"
        raise ScenarioError([Problem("hydra", repr(named), remedy)]) from error


def jobs_of(task: object, arguments: Sequence[str]) -> list[list[str]]:
    """The overrides of every scenario, all of them checked; where the task is not ours, of the arguments given."""
    job = task if isinstance(task, Job) else None
    composed = compose_sweep(arguments, None) if job is None else compose_sweep(job.words, job.config_dir)
    return [list(words) for words in composed.jobs]


def play_together(task: object, jobs: Sequence[Sequence[str]], folder: Path, first: int) -> None:
    """Play a batch of jobs as one sweep in its folder."""
    if not isinstance(task, Job):
        remedy = f"plays what peered is asked, and calls no other program: name another launcher, {LAUNCHER}={BASIC}"
        raise ScenarioError([Problem(LAUNCHER, repr(OURS), remedy)])
    task.many([list(words) for words in jobs], task, folder / ("sweep" if first == 0 else f"sweep_{first}"))
