"""From a composed command to the plan a study carries out; that of a sweep is made in `sim.config.sweep_plans`.

A plan that needs more memory than there is is refused here, before anything is played.
"""

from importlib.util import find_spec

from sim.analysis.memory_check import check_plan
from sim.analysis.plan import Plan
from sim.config.check_stopping_rules import presets_of, problems_of_worth
from sim.config.composition import Composed
from sim.department.scenario import Problem, ScenarioError
from sim.runs.engines import releases_gil
from sim.runs.worker_pool import DASK
from sim.studies.settings import CompareSettings, MeasuredSettings


def plan_of(composed: Composed) -> Plan:
    """Scenarios by staffing, levels and replications of a command; a single scenario is its own baseline.

    Raises ScenarioError if something is valued that no run has, or if it would need more memory than this machine has.
    """
    study = composed.study
    assert isinstance(study, MeasuredSettings)
    scenarios = composed.scenarios or {composed.scenario.staffing.name: composed.scenario}
    against = study if isinstance(study, CompareSettings) else None
    if against is not None and (problems := problems_of_worth(against, scenarios.values())):
        raise ScenarioError(problems)
    plan = Plan(
        scenarios=scenarios,
        baseline=(against and against.baseline) or next(iter(scenarios)),
        levels=study.demand_levels,
        replications=study.replications,
        seed=composed.seed,
        engine=composed.engine,
        executor=executor_of(composed),
        confidence=study.confidence,
        keep_all_visits=study.visits,
        simultaneous=study.simultaneous,
        event_log=study.event_log,
        workers=composed.executor.workers,
        address=composed.executor.address,
        worth=() if against is None else against.worth,
        presets=presets_of(against),
        changed=tuple(text for text in composed.overrides if not text.startswith(NOT_THE_QUESTION)),
    )
    check_plan(plan)
    return plan


def executor_of(composed: Composed) -> str:
    """The executor named, or the one that suits the engine. Raises ScenarioError if it is not installed."""
    name = composed.executor.name
    needed = ("distributed",) if composed.executor.address else ("distributed", "cryptography")
    if name == DASK and any(find_spec(library) is None for library in needed):
        remedy = "Dask is not installed whole: pip install 'peered[dask]', or use threads or processes"
        raise ScenarioError([Problem("executor", repr(name), remedy)])
    if name != "auto":
        return name
    return "threads" if releases_gil(composed.engine) else "processes"


NOT_THE_QUESTION = (
    "output", "engine", "executor", "study=", "study.staffing", "configs", "study.visits", "study.event_log",
)  # fmt: skip
"""Overrides that change where and how an answer is made, or that it shows anyway, not what was asked."""
