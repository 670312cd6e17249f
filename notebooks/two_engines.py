# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3

# %% [markdown]
# # Two engines against each other, and both against theory
#
# How would anybody notice that a simulator is wrong? PeerED plays the same law of the department in two engines that
# share no line of the play: `simpy`, a model to be read aloud, and `compiled`, one loop over tables, a hundred times as
# fast. This notebook shows
#
# 1. that both leave the same week behind, to the last bit,
# 2. that one bit would be noticed,
# 3. why the same children come, whoever works,
# 4. that both agree with queueing theory where theory has an answer.
#
# The same on ten thousand random departments is `make agree`; what is held besides, more than a hundred planted faults
# among it, stands in [verification](../docs/verification.md).

# %%
from math import factorial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import sim
from sim.engine.trajectory import differences
from sim.report.figures.theme import HUES, STYLE

plt.rcParams.update({**STYLE, "figure.dpi": 120, "font.size": 10})

# %% [markdown]
# ## 1. The same week, to the last bit
#
# Every array that a run leaves behind is compared: visits, tasks, places, cases, duties, breaks, and when each step was
# asked for, begun and ended.

# %%
scenario = sim.load("staffing=peer_added", "study.weeks=1", "study.warm_up_weeks=0")
fast = sim.simulate(scenario, seed=7)
slow = sim.simulate(scenario, seed=7, engine="simpy")
print(f"{fast.n_visits} visits, {len(fast.tasks)} tasks; arrays that differ: {differences(fast, slow) or 'none'}")
assert differences(fast, slow) == []

# %% [markdown]
# ## 2. One bit would be noticed
#
# One departure of more than a thousand is moved to the next number a computer has, less than a billionth of a second
# later:

# %%
column = fast.visit_columns["departure"]
moved = int(np.flatnonzero(np.isfinite(column))[500])
kept = column[moved]
writable = column.flags.writeable
column.flags.writeable = True
column[moved] = np.nextafter(kept, np.inf)
found = differences(fast, slow)
column[moved] = kept
column.flags.writeable = writable
print(f"{(np.nextafter(kept, np.inf) - kept) * 60e9:.2f} billionths of a second later: {found}")
assert found == ["visit.departure"]
assert differences(fast, slow) == []

# %% [markdown]
# ## 3. The same children, whoever works
#
# Every random quantity is a function of seed, replication, patient, visit and name. So a nurse more changes nobody's
# arrival, needs or luck; only what follows from the nurse changes. That is what makes a paired difference narrow.

# %%
other = sim.simulate(sim.load("staffing=nurse_added", "study.weeks=1", "study.warm_up_weeks=0"), seed=7)
by_child = fast.visits.merge(other.visits, on=["patient", "visit_number"], suffixes=("", "_nurse"))
first = by_child[by_child["visit_number"] == 1]
for column in ("arrival", "acuity", "age_years", "patience"):
    assert (first[column] == first[f"{column}_nurse"]).all(), column
seen = first.dropna(subset=["pia", "pia_nurse"])
change = seen["pia_nurse"] - seen["pia"]
print(f"{len(first)} children, all the same; of those seen, {(change != 0).mean():.0%} at another minute")

# %%
figure, axes = plt.subplots(figsize=(8.5, 3.0), layout="constrained")
axes.hist(change, bins=np.arange(-60, 61, 4), color=HUES[2])
axes.set(xlabel="minutes later (right) or earlier (left) with a nurse more", ylabel="children")
axes.set_title("The same children, one by one: most are seen at another minute, some later")
assert (change > 0).any()
assert (change < 0).any()

# %% [markdown]
# ## 4. Both against theory
#
# A department can be made so small that a textbook knows the answer: children come at random, one queue, two nurses,
# exponential minutes. Erlang's formula gives the mean wait. The files are as any others:

# %%
FILES = {
    "department/queue": """\
ratio_role: null
streams:
  medical:
    pathway:
      - {name: service, kind: task, role: nurse, minutes: {family: exponential, mean: 10}}
""",
    "staffing/queue": """\
nurse: {hourly_cost: 0, shifts: {all_day: {start: "00:00", minutes: 1440, heads: 2}}}
""",
    "demand/queue": """\
kind: steady
per_hour: {medical: 9}
""",
}
for name, text in FILES.items():
    file = Path("mine") / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
small = sim.load(
    "configs=mine", "department=queue", "staffing=queue", "demand=queue", "study.weeks=4", "study.warm_up_weeks=1"
)


def erlang_wait(rate, minutes, servers):
    """Mean wait of M/M/c (Erlang C): `rate` a minute, service of `minutes` on average."""
    load = rate * minutes
    full = load**servers / factorial(servers) / (1 - load / servers)
    chance = full / (sum(load**k / factorial(k) for k in range(servers)) + full)
    return chance * minutes / (servers - load)


def waited(engine, seed):
    """Mean minutes from arrival to the service of one replication."""
    run = sim.simulate(small, seed=seed, engine=engine)
    tasks = run.tasks.merge(run.visits[["arrival", "in_window"]], left_on="visit", right_index=True)
    tasks = tasks[tasks["in_window"] & tasks["started"].notna()]
    return (tasks["started"] - tasks["arrival"]).mean()


theory = erlang_wait(9 / 60, 10, 2)
means = pd.Series([waited("compiled", seed) for seed in range(40)])
half = 2.02 * means.sem()
print(f"theory: {theory:.2f} minutes; simulated: {means.mean():.2f} ± {half:.2f} (40 replications of four weeks)")
assert abs(means.mean() - theory) < 1.5 * half
assert waited("compiled", 3) == waited("simpy", 3)

# %% [markdown]
# The tests hold priorities, impatience, finite queues, changing demand and many servers to their formulas in the same
# way, and check that each would notice a service time that is wrong by a twentieth.
#
# **What this cannot say.** That two engines and a textbook agree shows that the law is computed as it is written.
# Whether the law is how a department works is another question: [does it look like a real
# one?](../docs/verification.md#does-it-look-like-a-real-department)
