"""What one fresh process measures: the speed of one run or of measuring it, or the peak memory of a study.

Prints one line of JSON.

Which processes there are, and what is made of their lines, is `run.py`'s business.
"""

import json
import pickle
import platform
import resource
import sys
import time
from dataclasses import replace

import sim
from sim.config import compose
from sim.config.plans import plan_of
from sim.department.scenario import Scenario
from sim.study.comparing import compared
from sim.study.executor import run_blocks
from sim.study.experiment import BlockAnswer, matched_changes, per_visit_outcomes, play_block
from sim.study.experiment import played as played_of
from sim.study.plan import Plan

KIB_OR_BYTES = 1 if platform.system() == "Darwin" else 1024
"""`ru_maxrss` is in KiB on Linux, in bytes on macOS."""


def peak_mib() -> float:
    """Largest resident size this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB_OR_BYTES / 2**20


def department(weeks: int) -> Scenario:
    """The default department, traditional staffing, without warm-up, month factors on whatever the length."""
    return sim.load(f"study.weeks={weeks}", "study.warm_up_weeks=0", "study.month_factors=true")


def speed(weeks: int, replication: int) -> dict[str, float]:
    """Play one run after a short one that loads what is compiled."""
    sim.simulate(department(1), seed=2, replication=replication)
    scenario = department(weeks)
    cpu, wall = time.process_time(), time.perf_counter()
    trajectory = sim.simulate(scenario, seed=1, replication=replication)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "weeks": weeks,
        "replication": replication,
        "visits": trajectory.n_visits,
        "entries": trajectory.n_entries,
        "cpu_seconds": cpu,
        "wall_seconds": wall,
        "peak_mib": peak_mib(),
    }


def measured(weeks: int, repetitions: int) -> dict[str, float]:
    """Reduce one run to what a comparison needs, over and over after a first time that loads what is compiled."""
    scenario = department(weeks)
    trajectory = sim.simulate(scenario, seed=1)
    cpu, wall = [], []
    for _ in range(repetitions + 1):
        before = time.process_time(), time.perf_counter()
        outcomes = per_visit_outcomes(trajectory)
        changes = matched_changes(outcomes, outcomes, trajectory.streams)
        played_of(trajectory, scenario, changes)
        cpu.append(time.process_time() - before[0])
        wall.append(time.perf_counter() - before[1])
    return {
        "weeks": weeks,
        "visits": trajectory.n_visits,
        "cpu_seconds": min(cpu[1:]),
        "wall_seconds": min(wall[1:]),
        "peak_mib": peak_mib(),
    }


def comparison_plan(weeks: int, replications: int, staffings: str) -> Plan:
    """A comparison at one demand level."""
    return plan_of(
        compose(
            [
                "study=compare",
                *([f"study.staffing=[{staffings}]"] if staffings else []),
                f"study.weeks={weeks}",
                f"study.replications={replications}",
                "study.warm_up_weeks=0",
                "study.demand_levels=[1.0]",
            ]
        )
    )


def played(weeks: int, replications: int) -> dict[str, float]:
    """Peak memory of a study that plays every block in this process, measures it, keeps its answer and compares."""
    plan = comparison_plan(weeks, replications, "traditional,peer_added")
    answers = [answer for _, answer in run_blocks(play_block, plan.blocks(), 1, plan.executor)]
    compared(answers, plan, seconds=0.0)
    return {"weeks": weeks, "replications": replications, "peak_mib": peak_mib()}


def kept(weeks: int, replications: int) -> dict[str, float]:
    """The same for long blocks of all default staffings: one is played, its answer is kept as often as asked."""
    plan = comparison_plan(weeks, replications, "")
    one = play_block(plan.blocks()[0])
    compared([copied(one, number) for number in range(replications)], plan, seconds=0.0)
    return {"weeks": weeks, "replications": replications, "peak_mib": peak_mib()}


def copied(answer: BlockAnswer, number: int) -> BlockAnswer:
    """An answer as another worker would have sent it: nothing is shared with the first."""
    sent: BlockAnswer = pickle.loads(pickle.dumps(answer))
    return replace(sent, replication=number)


MEASUREMENTS = {"speed": speed, "measured": measured, "played": played, "kept": kept}

if __name__ == "__main__":
    name, first, second = sys.argv[1:]
    print(json.dumps(MEASUREMENTS[name](int(first), int(second))))
