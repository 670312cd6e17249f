"""Play a calibrated demand and department: the checked scenario, and its visits as a tidy table.

The only place of calibration that runs an engine.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from sim.analysis.design_needs import check_run
from sim.department.arrivals import Demand
from sim.department.department import Department
from sim.department.scenario import Period, Scenario
from sim.engine.trajectory import DISPOSITIONS, Trajectory
from sim.io.strict_yaml import parsed_yaml
from sim.runs.design import Design, Reduced
from sim.runs.engines import COMPILED
from sim.runs.playing import play_all

_DEMAND: TypeAdapter[Any] = TypeAdapter(Demand)


def calibrated_scenario(base: Scenario, demand_text: str, department: Department, weeks: int) -> Scenario:
    """`base` with the demand of a configuration text merged over its own, and the department; raises ScenarioError."""
    config = parsed_yaml(Path("demand"), demand_text)
    config.pop("defaults", None)
    demand = _DEMAND.validate_python(_merged(base.demand.model_dump(mode="json"), config))
    period = Period(weeks=weeks, warm_up_weeks=2)
    scenario = base.model_copy(update={"demand": demand, "department": department, "period": period}).checked()
    check_run(scenario, COMPILED)
    return scenario


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """As configurations are merged: dictionaries key by key, all else replaced."""
    found = dict(under)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(found.get(key), dict)
        found[key] = _merged(found[key], value) if both else value
    return found


def simulated_visits(scenario: Scenario, seed: int, replications: int = 1) -> list[pd.DataFrame]:
    """Visits of each replication after the warm-up, tidy: stream, acuity, wait_minutes, stay_minutes, disposition."""
    design = Design({"calibrated": scenario}, replications, seed, COMPILED, reduce=visits_alone)
    return [result.summary for results in play_all(design.tasks()) for result in results]


def visits_alone(trajectory: Trajectory, scenario: Scenario, _: object = None) -> Reduced:
    """That table of one run, and no measures."""
    columns = trajectory.visit_columns
    arrival = np.asarray(columns["arrival"], dtype=np.float64)
    table = pd.DataFrame(
        {
            "stream": np.array(trajectory.streams, dtype=object)[columns["stream"]],
            "acuity": np.asarray(columns["acuity"], dtype=np.float64),
            "wait_minutes": np.asarray(columns["pia"], dtype=np.float64) - arrival,
            "stay_minutes": np.asarray(columns["departure"], dtype=np.float64) - arrival,
            "disposition": np.array(DISPOSITIONS, dtype=object)[columns["disposition"]],
        }
    )
    inside = (arrival >= trajectory.warm_up) & (arrival < trajectory.measured_until)
    return Reduced({}, table[inside].reset_index(drop=True))
