"""From a composed sweep to the plan that is carried out.

Who plays it, and where, is the same as for a single command: `sim.config.plans`.
"""

from sim.analysis.memory_check import check_sweep
from sim.analysis.sweeping import SweepPlan
from sim.config.plans import executor_of
from sim.config.sweeps import ComposedSweep
from sim.runs.stopping_rules import MOST_REPLICATIONS, Asked
from sim.statistics.sequential_precision import LOOK_AHEAD
from sim.studies.settings import MeasuredSettings


def sweep_plan_of(sweep: ComposedSweep) -> SweepPlan:
    """Scenarios and replications of a sweep. Raises ScenarioError if they would need more memory than there is."""
    first, study = sweep.first, sweep.study
    plan = SweepPlan(
        scenarios=sweep.scenarios,
        labels=sweep.labels,
        replications=study.replications,
        seed=first.seed,
        engine=first.engine,
        executor=executor_of(first),
        confidence=study.confidence,
        workers=first.executor.workers,
        address=first.executor.address,
        keep_visits=study.visits,
        asked=asked_of(study),
    )
    check_sweep(plan)
    return plan


def asked_of(study: MeasuredSettings) -> Asked:
    """What is asked of a sweep beyond estimates."""
    return Asked(
        precision=study.precision,
        select=study.select,
        best=study.best,
        controls=study.controls,
        simultaneous=study.simultaneous,
        most_replications=study.most_replications or max(MOST_REPLICATIONS, study.replications + LOOK_AHEAD),
    )
