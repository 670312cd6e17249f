"""The peak memory of a study as its replications grow in number."""

from contextlib import redirect_stdout
from io import StringIO
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.runs import peak_mib
from sim.cli import main
from sim.config import compose
from sim.studies.compare import compare_in_memory, plan_of


def words_of(given: dict[str, Any]) -> list[str]:
    """What a comparison and a sweep of two staffings have in common; one worker, in this process."""
    sizes = [f"study.{key}={given[key]}" for key in ("weeks", "replications")]
    return [*sizes, f"engine={given['engine']}", "study.warm_up_weeks=0", "executor=threads", "executor.workers=1"]


def played(given: dict[str, Any]) -> dict[str, float]:
    """A comparison that plays, measures and compares in this process."""
    staffings = ["study=compare", "study.staffing=[traditional,peer_added]", "study.demand_levels=[1.0]"]
    compare_in_memory(plan_of(compose([*staffings, *words_of(given)])))
    return {"peak_mib": peak_mib()}


def swept(given: dict[str, Any]) -> dict[str, float]:
    """A sweep, as the command plays it: runs leave the process for the disk as they come."""
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        words = ["staffing=traditional,peer_added", *words_of(given), f"output={folder}/sweep"]
        if main(["-m", *words]) != 0:
            raise RuntimeError("the sweep has failed")
    return {"peak_mib": peak_mib()}
