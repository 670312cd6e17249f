"""Waits: until triage, until the first physician contact, for a step, and for a nurse after rooming."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import dropwhile

import numpy as np

from sim.department.pathway import Place, Task
from sim.department.quantities import sum_in_order
from sim.department.scenario import Scenario
from sim.engine.measures import entry
from sim.engine.measures.array_loops import Floats
from sim.engine.measures.cohort import Cohort, Few, Share, few, parts_and_streams, within_limits
from sim.engine.measures.staff_time import StaffTime

WAITS = entry.Entries()
CTAS_TARGETS = (0.0, 15.0, 30.0, 60.0, 120.0)
"""Minutes to physician for CTAS 1 to 5 (TIM04-TIM08 of the assumption register)."""
CTAS_OF_WAITS = (2, 3, 4, 5)
"""Levels whose wait from triage to physician is told apart; CTAS 1 goes straight in."""
FROM_TRIAGE = (
    "minutes from the end of triage (from arrival where there was none) to the first physician contact, 0 where that "
    "came before"
)
TO_TRIAGE = "minutes from arrival to the start of triage"


@WAITS.spread("Time to triage", TO_TRIAGE, "Visits triaged", entry.IF_IT_HAPPENED, entry.MEAN_MEDIAN_P90)
def time_to_triage(cohort: Cohort) -> Floats:
    return cohort.by_step.triage_started - cohort.arrival


@WAITS.spread(
    "Time to physician initial assessment", "minutes from arrival to the start of the first physician contact",
    "Visits seen by a physician", entry.IF_IT_HAPPENED, entry.MEAN_MEDIAN_P90,
    phrase=entry.Phrase(
        "{who} were first seen by a physician on average {amount} {way} after arrival",
        "the mean time of {who} from arrival to a physician", "sooner", "later",
    ),
)  # fmt: skip
def time_to_pia(cohort: Cohort) -> Floats:
    return cohort.to_physician


@WAITS.spread(
    "Wait from triage to physician", FROM_TRIAGE, "Visits seen by a physician", entry.IF_IT_HAPPENED,
    ("mean", "sd", "median", "p90", "p99", "max"),
    phrase=entry.Phrase(
        "{who} waited on average {amount} {way} for a physician", "the mean wait of {who} for a physician", "less",
        "longer",
    ),
    headline=entry.Headline(
        10, ("all", "medical", "mental_health"), "Wait for a physician", "waited {amount} {way} for a physician",
        more="longer", head="Wait", protocol=entry.Protocol(3, "secondary", "all"),
    ),
)  # fmt: skip
def wait_triage_to_pia(cohort: Cohort) -> Floats:
    return cohort.from_triage_to_physician


@WAITS.spread("Time to triage, CTAS 3", TO_TRIAGE, "CTAS 3 visits triaged", entry.IF_IT_HAPPENED, ("median",))
def time_to_triage_ctas3(cohort: Cohort) -> Few:
    return few(cohort.codes("acuity") == 3, time_to_triage(cohort))


def wait_of_acuity(cohort: Cohort, acuity: int) -> Few:
    """The wait from triage to physician of the visits of one CTAS level."""
    return few(cohort.codes("acuity") == acuity, cohort.from_triage_to_physician)


def mean_over_ctas3(values: Mapping[str, float], acuity: int) -> float:
    """Mean wait from triage to physician of one CTAS level, over that of CTAS 3."""
    above, below = (values[f"wait_triage_to_pia_ctas{level}_mean.all"] for level in (acuity, 3))
    return entry.quotient(above, below)


for _level in CTAS_OF_WAITS:
    WAITS.spread(
        f"Wait from triage to physician, CTAS {_level}", FROM_TRIAGE, f"CTAS {_level} visits seen by a physician",
        entry.IF_IT_HAPPENED, ("mean", "median"), key=f"wait_triage_to_pia_ctas{_level}",
    )(partial(wait_of_acuity, acuity=_level))  # fmt: skip
for _level in (4, 5):
    WAITS.values(
        f"Mean wait from triage to physician, CTAS {_level} over CTAS 3", "ratio",
        f"wait_triage_to_pia_ctas{_level}_mean of all visits", "wait_triage_to_pia_ctas3_mean of all visits",
        key=f"wait_triage_to_pia_ctas{_level}_to_ctas3",
    )(partial(mean_over_ctas3, acuity=_level))  # fmt: skip


@WAITS.share(
    "Seen by a physician within the CTAS target",
    "Visits with at most 0, 15, 30, 60, 120 minutes (CTAS 1-5) from arrival to the first physician contact",
    "Visits seen by a physician", entry.IF_IT_HAPPENED, better="high",
)  # fmt: skip
def pia_within_target(cohort: Cohort) -> Share:
    within = within_limits(cohort.to_physician, CTAS_TARGETS, cohort.codes("acuity"))
    return Share(~np.isnan(cohort.to_physician), within)


@WAITS.run(
    "Wait for a step, mean", "min", "Sum of the minutes from request to start of the step",
    "Visits in which the step started (tasks, places, delays of limited capacity); `step_wait_mean.STEP` all "
    "visits, `step_wait_mean.STEP.STREAM` one stream",
    entry.IF_IT_HAPPENED, by="step", kind="mean", decimals=1, better="low",
)  # fmt: skip
def step_wait_mean(time: StaffTime) -> entry.NamedValues:
    """Mean wait for every step that can be waited for, over all visits and by stream."""
    run, values = time.trajectory, entry.NamedValues()
    for step in time.by_step.waited_for:
        number = run.steps.index(step)
        for part, streams in parts_and_streams(run):
            name = step if part == "all" else f"{step}.{part}"
            values[name] = mean_wait(time, [(stream, number) for stream in streams])
    return values


@WAITS.run(
    "Wait for a nurse after rooming, mean", "min",
    "Sum of the minutes from request to start of the first task that the nurse (the role of the ratio rule) has "
    "after the first place of the pathway",
    "Visits in which that task started; nan where no pathway has one", entry.IF_IT_HAPPENED, by="stream", kind="mean",
    decimals=1, better="low",
)  # fmt: skip
def wait_for_nurse_mean(time: StaffTime) -> entry.NamedValues:
    run, first = time.trajectory, first_nurse_tasks(time.scenario)
    there = [(number, stream) for number, stream in enumerate(run.streams) if first.get(stream) in run.steps]
    steps = {number: run.steps.index(first[stream]) for number, stream in there}
    values = entry.NamedValues()
    for part, streams in parts_and_streams(run):
        values[part] = mean_wait(time, [(code, steps[code]) for code in streams if code in steps])
    return values


def first_nurse_tasks(scenario: Scenario) -> dict[str, str]:
    """Step by stream: the first task of the role that the ratio rule counts, after the first place of the pathway.

    Streams without a place, or whose nurse has no task after it, are left out.
    """
    role = scenario.department.ratio_role
    found = {}
    for name, stream in scenario.department.streams.items():
        roomed = dropwhile(lambda step: not isinstance(step, Place), stream.pathway)
        tasks = [step.name for step in roomed if isinstance(step, Task) and step.role == role]
        if tasks:
            found[name] = tasks[0]
    return found


def mean_wait(cohort: Cohort, steps: Sequence[tuple[int, int]]) -> float:
    """Mean minutes from request to start over steps, each given by its stream and its place among all steps."""
    minutes = sum_in_order(float(cohort.by_step.minutes[step]) for step in steps)
    n_waits = sum_in_order(float(cohort.by_step.n_waits[step]) for step in steps)
    return entry.quotient(minutes, n_waits)


@WAITS.values(
    "Mental-health minus medical wait to physician, CTAS 3", "min", "wait_triage_to_pia_ctas3_median of mental health",
    "minus that of medical visits", kind="quantile", decimals=1,
)  # fmt: skip
def mh_minus_medical_wait_ctas3_median(values: Mapping[str, float]) -> float:
    of_part = "wait_triage_to_pia_ctas3_median.{}".format
    return values[of_part("mental_health")] - values[of_part("medical")]
