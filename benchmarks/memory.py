"""The peak memory of a study as its replications grow in number."""

import pickle
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.runs import peak_mib
from sim.analysis.compare import comparison_of
from sim.analysis.plan import Plan
from sim.cli import main
from sim.config import compose
from sim.runs.comparison_runs import RunsInMemory
from sim.runs.playing import play_all, play_task
from sim.runs.run_store import RunResult
from sim.studies.compare import plan_of


def comparison(given: dict[str, Any], staffings: str) -> Plan:
    """A comparison at one demand level."""
    return plan_of(
        compose(
            [
                "study=compare",
                *([f"study.staffing=[{staffings}]"] if staffings else []),
                f"study.weeks={given['weeks']}",
                f"study.replications={given['replications']}",
                f"engine={given['engine']}",
                "study.warm_up_weeks=0",
                "study.demand_levels=[1.0]",
            ]
        )
    )


def played(given: dict[str, Any]) -> dict[str, float]:
    """A study that plays every block in this process, measures it, keeps its answer and compares."""
    plan = comparison(given, "traditional,peer_added")
    runs = RunsInMemory()
    for results in play_all(plan.design.tasks()):
        runs.add(results)
    comparison_of(runs, plan, seconds=0.0)
    return {"peak_mib": peak_mib()}


def kept(given: dict[str, Any]) -> dict[str, float]:
    """The same for long blocks of all default staffings: one is played, its answer is kept as often as asked."""
    plan = comparison(given, "")
    one, runs = play_task(plan.design.tasks()[0]), RunsInMemory()
    for number in range(given["replications"]):
        runs.add(copied(one, number))
    comparison_of(runs, plan, seconds=0.0)
    return {"peak_mib": peak_mib()}


def swept(given: dict[str, Any]) -> dict[str, float]:
    """A sweep of two scenarios, as the command plays it in this process: runs leave it for the disk as they come."""
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        words = [
            "staffing=traditional,peer_added",
            f"study.weeks={given['weeks']}",
            f"study.replications={given['replications']}",
            f"engine={given['engine']}",
            "study.warm_up_weeks=0",
            "executor=threads",
            "executor.workers=1",
            f"output={folder}/sweep",
        ]
        if main(["-m", *words]) != 0:
            raise RuntimeError("the sweep has failed")
    return {"peak_mib": peak_mib()}


def copied(results: list[RunResult], number: int) -> list[RunResult]:
    """Results of a task as another worker would have sent them: nothing is shared with the first."""
    sent: list[RunResult] = pickle.loads(pickle.dumps(results))
    return [replace(result, key=result.key._replace(replication=number)) for result in sent]
