"""The questions that can be asked, one file each.

To add a study write its class (`sim.studies.study`) in a module of this package, and register it here.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.studies.study import Study

REGISTERED = {
    "compare": "sim.studies.compare.CompareStudy",
    "run": "sim.studies.compare.RunStudy",
    "validate": "sim.studies.validate.ValidateStudy",
    "assumptions": "sim.studies.assumptions.AssumptionsStudy",
    "conditioning": "sim.studies.conditioning.ConditioningStudy",
    "calibrate": "sim.studies.calibrate.CalibrateStudy",
    "results": "sim.studies.results.ResultsStudy",
    "report": "sim.studies.report.ReportStudy",
    "breakeven": "sim.studies.breakeven.BreakevenStudy",
    "optimise": "sim.studies.optimise.OptimiseStudy",
    "journey": "sim.studies.journey.JourneyStudy",
    "sensitivity": "sim.studies.sensitivity.SensitivityStudy",
    "trial": "sim.studies.trial.TrialStudy",
}
"""The class of each study by its name; its module is loaded when it is asked for."""


def study_named(name: str) -> "Study":
    """The study of a name. Raises KeyError for an unknown one."""
    module, _, kind = REGISTERED[name].rpartition(".")
    study: Study = getattr(import_module(module), kind)()
    return study
