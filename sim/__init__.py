"""PeerED: what changes in a children's emergency department when peer support workers join or replace part of the team.

    import sim

    scenario = sim.load(staffing="peer_added", study={"weeks": 4})  # keywords, or words as on the command line
    run = sim.simulate(scenario, seed=1)                            # one replication: run.visits, run.tasks ...
    answer = sim.compare(["traditional", "peer_added"], study={"weeks": 4}, replications=10)
    print(answer.finding)                                           # the answer in five lines
    answer.summary()                                                # a small DataFrame; .plot() and .to_excel(path) too
    tables = sim.results("results/compare-20260101-120000")         # what a command has written, as DataFrames

load      a scenario, composed of shipped and own settings and checked
simulate  one replication of a scenario
compare   staffings on the same patients: the founding question
breakdown who is met and who is left out, by groups of a comparison or of a run
journey   one child's visit under two staffings, in words and drawn
sweep     many scenarios, each beside the first, kept in a folder
study     any other study of the command line (breakeven, validate, assumptions), kept in a folder
results   the tables of a results folder
measures  every measure: its name, what it counts, its unit, whether low or high is better

Keys are listed in docs/keys.md, columns and measures in docs/data-dictionary.md; docs/python.md shows all of this.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from operator import index
from os import PathLike
from typing import TYPE_CHECKING

from sim.engine.measures.measure_list import MeasureList

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pandas import DataFrame
    from rich.console import Console

    from sim.engine.reference.own_rules import StepRules
    from sim.objects import Comparison, Journey, Results, Run, Scenario

__all__ = [
    "__version__",
    "breakdown",
    "compare",
    "journey",
    "load",
    "measures",
    "results",
    "simulate",
    "study",
    "sweep",
]


_MAX_SEED = 2**63

measures = MeasureList()
"""Every measure by its name: `sim.measures["lwbs_or_ama"]`; a table of all by `sim.measures.summary()`."""

try:
    __version__ = version("peered")  # as pyproject.toml says
except PackageNotFoundError:  # the sources without an installation
    __version__ = "unknown"


def load(*overrides: str, **settings: object) -> "Scenario":
    """The scenario that settings describe, checked.

    Settings are keywords, `demand={"growth": 1.1}`, or words as on the command line, `"demand.growth=1.1"`; a keyword
    comes after the words. Times are in minutes unless a key says hours, days or weeks; money is in
    `staffing.currency`, by which nothing is converted.

    Raises ScenarioError with every problem at once, each with its place, its value and a remedy; TypeError for a word
    that is not a string.

    >>> scenario = sim.load(staffing="peer_added", demand={"growth": 1.1}, study={"weeks": 4})
    >>> scenario.staffing.name, scenario.period.weeks
    ('peer_added', 4)
    >>> sim.load(demand={"grwoth": 1.1})
    Traceback (most recent call last):
    ...
    sim.department.scenario.ScenarioError: demand.grwoth = 1.1: no 'grwoth' here; did you mean growth?
    """
    from sim.config import compose
    from sim.config.keywords import composed_with
    from sim.objects import Scenario

    _refuse_output(overrides, settings)
    return Scenario.of(composed_with(compose, ["study=run", *_as_overrides(overrides)], settings).scenario)


def simulate(
    scenario: "Scenario",
    seed: int = 1,
    replication: int = 0,
    engine: str = "compiled",
    rules: "StepRules | None" = None,
) -> "Run":
    """Play one replication: random patients, the same for the same seed.

    `.visits`, `.tasks`, `.staff` and `.census` of the run are DataFrames, times in minutes. `engine` "simpy" gives the
    same to the last bit, slowly. What one run shows cannot be distinguished from chance.

    `rules` are functions of one's own by the name of the step they are asked at (docs/how-to/add-a-rule.md): given a
    visit and the floor, None leaves the step as it is, False passes it over, a number is its minutes. They need
    `engine` "simpy".

    Raises TypeError for what is not a scenario, ValueError for an unknown engine, an impossible seed, a rule that
    cannot be asked or understood, or a run that needs more memory than this machine has.

    >>> run = sim.simulate(sim.load(study={"weeks": 1, "warm_up_weeks": 0}), seed=1)
    >>> run.n_visits == len(run.visits)
    True
    >>> 0 < run.measures["lwbs_or_ama.all"] < 1  # the share of visits that left unseen or against advice
    True
    """
    from sim.analysis.design_needs import check_run
    from sim.department.scenario import Scenario
    from sim.objects import Run
    from sim.runs.engines import ENGINES, simpy

    if not isinstance(scenario, Scenario):
        raise TypeError(f"scenario = {scenario!r}: give what sim.load returns")
    if engine not in ENGINES:
        raise ValueError(f"engine = {engine!r}: use one of {', '.join(ENGINES)}")
    seed, replication = _whole("seed", seed), _whole("replication", replication)
    check_run(scenario, engine)
    if rules:
        if engine != "simpy":
            why = "it is machine code, and cannot call Python in the middle of a run"
            raise ValueError(f"rules = {', '.join(rules)} with engine={engine}: {why}; give engine='simpy'")
        return Run.of(simpy(scenario, seed, replication, rules), scenario)
    return Run.of(ENGINES[engine](scenario, seed, replication), scenario)


def compare(
    staffings: Sequence[str],
    *overrides: str,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    quiet: bool = True,
    **settings: object,
) -> "Comparison":
    """Compare staffings by name on the same patients; the first is the baseline. Settings as in `sim.load`.

    What is not said is that of the shipped question: 20 replications of a year, some minutes; `quiet` False shows how
    far it is. `workers` None: all cores. Where they are processes (`engine="simpy"`), a script calls it under
    `if __name__ == "__main__":`. Nothing is written: `sim.study("compare", output=FOLDER)` keeps its tables.

    Raises ScenarioError with every problem at once, TypeError where names or words are not strings, ValueError for
    `workers` below 1.

    >>> quick = {"weeks": 1, "warm_up_weeks": 0, "demand_levels": [1]}
    >>> answer = sim.compare(["traditional", "peer_added"], study=quick, replications=2, seed=1)
    >>> float(answer["reach.mental_health"].loc["traditional", "mean"])  # nobody meets a peer where there is none
    0.0
    """
    from sim.config import compose
    from sim.config.keywords import composed_with
    from sim.engine.measures.currency import money_in
    from sim.objects import Comparison
    from sim.studies.compare import compare_in_memory, plan_of

    if isinstance(staffings, str) or not staffings or not all(isinstance(name, str) for name in staffings):
        raise TypeError(f"staffings = {staffings!r}: give a list of names, the baseline first")
    if workers is not None and workers < 1:
        raise ValueError(f"workers = {workers}: give 1 or more, or None for all cores")
    _refuse_chosen("study", overrides, settings)
    if _given("staffing", overrides, settings):
        raise ValueError("staffing is chosen by this function: give the names in its list")
    _refuse_output(overrides, settings)
    question = composed_with(
        compose,
        ["study=compare", f"study.staffing=[{','.join(staffings)}]", f"study.baseline={staffings[0]}", *overrides],
        _with_given(settings, replications, seed, workers),
    )
    with money_in(question.currency):
        return Comparison.of(compare_in_memory(plan_of(question), _console(quiet)))


def journey(
    staffings: Sequence[str] = ("traditional", "peer_added"),
    *overrides: str,
    patient: int | None = None,
    seed: int | None = None,
    **settings: object,
) -> "Journey":
    """One child's visit under two staffings, the same patient and the same draws: an illustration, no evidence.

    `patient` None: the eligible visit of the first week whose minutes without staff change by the median. Settings as
    in `sim.load`; `study={"stream": "medical"}` shows a child of another stream. The words are in `.text`, times in
    minutes in `.summary()` and `.bars`, `.plot()` draws both.

    Raises ScenarioError with every problem at once, a patient who does not come among them; TypeError for names that
    are not two.

    >>> journey = sim.journey(seed=1)
    >>> journey.summary().loc["minutes_without_staff"].index.tolist()
    ['traditional', 'peer_added']
    """
    from sim.config import compose
    from sim.config.keywords import composed_with
    from sim.objects import Journey
    from sim.studies.journey import journeys_of

    _refuse_chosen("study", overrides, settings)
    _refuse_output(overrides, settings)
    if isinstance(staffings, str) or len(staffings) != 2 or not all(isinstance(name, str) for name in staffings):
        raise TypeError(f"staffings = {staffings!r}: give two names, the baseline first")
    words = ["study=journey", f"study.staffing=[{','.join(staffings)}]", f"study.baseline={staffings[0]}", *overrides]
    given = {} if patient is None else {"study.patient": patient}
    question = composed_with(compose, words, _with_given(settings, None, seed, None) | given)
    return Journey.of(journeys_of(question), (staffings[0], staffings[1]))


def breakdown(of: "Comparison | Run", by: str | Sequence[str]) -> "DataFrame":
    """Who is met and who is left out: groups of visits by attributes such as "arrival_hour", "weekday" or "held".

    Of a comparison, the eligible mental-health visits with intervals and paired differences, as `answer.breakdown(by)`;
    of a run, all visits without intervals, as `run.breakdown(by)`. Groups of few visits are hidden.

    Raises ValueError for an unknown attribute, with those there are; TypeError for what is neither.

    >>> run = sim.simulate(sim.load(study={"weeks": 1, "warm_up_weeks": 0}))
    >>> sim.breakdown(run, "weekday")["cell"].unique().tolist()
    ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
    """
    from sim.objects import Comparison, Run

    if isinstance(of, Comparison):
        return of.breakdown(by)
    if not isinstance(of, Run):
        raise TypeError(f"{of!r}: give what sim.compare or sim.simulate returns")
    if not isinstance(by, str):
        raise TypeError(f"by = {by!r}: a run is grouped by one attribute, give its name")
    return of.breakdown(by)


def sweep(
    vary: Mapping[str, Sequence[object]],
    *overrides: str,
    output: str | PathLike[str] | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    quiet: bool = True,
    **settings: object,
) -> "Results":
    """Play many scenarios, each compared with the first: every combination of the values of each key.

    `vary` gives the values by key, the baseline first; settings as in `sim.load` hold for all. Runs are kept in the
    folder `output` (None: a new one under `results/`): the same call goes on there, and nothing is played twice.
    `quiet` False prints what the command prints. Returns the tables of the folder.

    Raises ScenarioError with every problem at once, OutputError for a folder that cannot be used. Warns where not
    everything could be played.

    >>> import tempfile
    >>> quick = {"weeks": 1, "warm_up_weeks": 0}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     tables = sim.sweep(
    ...         {"staffing": ["traditional", "peer_added"], "demand.growth": [1, 1.2]},
    ...         study=quick, replications=2, seed=1, output=folder + "/grown",
    ...     )
    ...     tables.scenarios["label"].iloc[0]
    'staffing=traditional demand.growth=1'
    """
    from functools import partial

    from sim.config import compose_sweep
    from sim.config.keywords import composed_with
    from sim.engine.measures.currency import money_in
    from sim.studies.sweep import sweep as play

    _refuse_chosen("study", overrides, settings)
    words, place = [*_as_overrides(overrides)], _folder_of(output, "sweep")
    given = {**_with_given(settings, replications, seed, workers), "output": place}
    question = composed_with(compose_sweep, words, given, vary)
    with money_in(question.first.currency):
        return _kept(partial(play, question, False), place, quiet)


def study(
    name: str,
    *overrides: str,
    output: str | PathLike[str] | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    quiet: bool = True,
    **settings: object,
) -> "Results":
    """Ask what a command asks, `peered study=NAME`, and open the tables of its folder.

    `name` is breakeven, validate, assumptions, conditioning, optimise, calibrate, compare, run, journey or trial;
    settings as in `sim.load`. The folder is `output` (None: a new one under `results/`); `quiet` False prints what the
    command prints.

    Raises ScenarioError with every problem at once, OutputError for a folder that cannot be used, ValueError for
    another name, or where nothing but words comes of it (calibrate without a map drafts one). Warns where not all of it
    could be played. Figures of a comparison are drawn by processes: a script calls it under
    `if __name__ == "__main__":`.

    >>> sim.study("breakevn")
    Traceback (most recent call last):
    ...
    ValueError: name = 'breakevn': no study that keeps tables; did you mean breakeven?
    """
    from functools import partial

    from sim.config import compose
    from sim.config.keywords import composed_with
    from sim.engine.measures.currency import money_in
    from sim.io.suggest import did_you_mean
    from sim.studies import study_named
    from sim.studies.question import studies_using

    known = sorted(studies_using("output"))
    if name not in known:
        raise ValueError(f"name = {name!r}: no study that keeps tables; {did_you_mean(name, known)}")
    _refuse_chosen("study", overrides, settings)
    words, place = [f"study={name}", *_as_overrides(overrides)], _folder_of(output, name)
    question = composed_with(compose, words, {**_with_given(settings, replications, seed, workers), "output": place})
    with money_in(question.currency):
        return _kept(partial(study_named(name).run, question), place, quiet)


def results(folder: str | PathLike[str]) -> "Results":
    """The tables of the results folder of any study as DataFrames: `results(FOLDER).estimates`, or by `["estimates"]`.

    Each is read when it is first asked for; `.visits` holds the visits of all staffings. `.summary()` lists them,
    `.answer` is the answer in words, `.comparison()` of a comparison what `sim.compare` returns. Nothing in the folder
    is run or changed.

    Raises FileNotFoundError where there is no table, ScenarioError for a folder that is not safe to read.

    >>> sim.results("no_such_folder")
    Traceback (most recent call last):
    ...
    FileNotFoundError: no_such_folder: no such folder; give the results folder of a study (output=FOLDER)
    """
    from pathlib import Path

    from sim.objects import Results

    return Results(Path(folder))


def __dir__() -> list[str]:
    """What is offered where a name is completed."""
    return __all__


def _whole(name: str, value: object) -> int:
    """The value as it keys random draws. Raises ValueError for what is no whole number, or too large."""
    with suppress(TypeError):
        if not isinstance(value, bool) and 0 <= (whole := index(value)) < _MAX_SEED:  # type: ignore[arg-type]
            return whole
    raise ValueError(f"{name} = {value!r}: give a whole number from 0 to 2**63 - 1")


def _as_overrides(overrides: Sequence[str]) -> list[str]:
    """The overrides, if they are strings."""
    for text in overrides:
        if not isinstance(text, str):
            raise TypeError(f'override {text!r}: write it as text, like "demand.growth=1.1"')
    return list(overrides)


def _refuse_chosen(group: str, overrides: Sequence[str], settings: Mapping[str, object]) -> None:
    """Raise ValueError where the study is chosen twice, TypeError for a word that is no string."""
    if _given(group, _as_overrides(overrides), {}) or not isinstance(settings.get(group, {}), Mapping):
        raise ValueError(f'{group} is chosen by this function: give its settings only, as {group}={{"weeks": 4}}')


def _refuse_output(overrides: Sequence[str], settings: Mapping[str, object]) -> None:
    """Raise ValueError where a folder is named for what is kept in memory alone."""
    if _given("output", _as_overrides(overrides), settings):
        raise ValueError("output: nothing is written here; sim.study(NAME, output=FOLDER) and sim.sweep keep tables")


def _given(key: str, overrides: Sequence[str], settings: Mapping[str, object]) -> bool:
    """Whether a setting is among the words or the keywords."""
    return key in settings or any(text.startswith(f"{key}=") for text in overrides)


def _with_given(
    settings: Mapping[str, object], replications: int | None, seed: int | None, workers: int | None
) -> dict[str, object]:
    """The settings, and what has a parameter of its own under the key that it has on the command line."""
    given = {"study.replications": replications, "seed": seed, "executor.workers": workers}
    return {**settings, **{key: value for key, value in given.items() if value is not None}}


def _folder_of(output: str | PathLike[str] | None, name: str) -> "Path":
    """The folder of results that is asked for, or a new one named after study and time."""
    from pathlib import Path

    from sim.runs.output_folder import new_name

    return new_name(Path("results"), name) if output is None else Path(output)


def _console(quiet: bool) -> "Console":
    """Where a study shows how far it is; nowhere if it is to be quiet."""
    import sys

    from sim.report.terminal import patient_console

    console = patient_console(sys.stdout)
    console.quiet = quiet
    return console


def _kept(play: "Callable[[Console], int]", place: "Path", quiet: bool) -> "Results":
    """Play a study into its folder and open that; warn where something of it is missing."""
    import warnings

    code = play(_console(quiet))
    if not place.is_dir():
        raise ValueError("this study has said something, and written no folder: ask with quiet=False to read it")
    if code != 0:
        warnings.warn(f"not all of it could be played; what there is stands in {place}", RuntimeWarning, stacklevel=3)
    return results(place)
