"""What an analyst writes, checked by mypy with the package: what is right passes, what is wrong is found.

A wrong line carries the error that it must have; mypy complains of a comment that is not needed.
"""

from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

import sim
from sim.objects import Comparison, Run


def an_evening() -> None:
    """Never run: only its types are looked at."""
    scenario = sim.load("demand.growth=1.1", staffing="peer_added", study={"weeks": 4})
    run: Run = sim.simulate(scenario, seed=1)
    visits: pd.DataFrame = run.visits[run.visits["in_window"]]
    share: float = run.measures["lwbs_or_ama.all"]
    answer: Comparison = sim.compare(["traditional", "peer_added"], study={"weeks": 4}, replications=2)
    axes: Axes = answer.plot("lwbs_or_ama.all")
    told: str = answer.finding + sim.measures["lwbs_or_ama"].label + sim.journey().text
    rows: int = len(sim.results(Path("folder")).estimates) + len(answer["lwbs_or_ama.all"])
    swept: pd.DataFrame = sim.sweep({"demand.growth": [1, 1.1]}, output="grown").summary()
    groups: pd.DataFrame = sim.breakdown(answer, "held")
    print(visits, share, axes, told, rows, swept, groups)
    sim.simulate("peer_added")  # type: ignore[arg-type]
    sim.compare("traditional", replications="two")  # type: ignore[arg-type]
    sim.lod()  # type: ignore[attr-defined]
    answer.sumary()  # type: ignore[attr-defined]
