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
# # Reading a hospital's file of visits
#
# A hospital has a file: one row a visit, columns with names of its own. This notebook goes from such a file to a
# department that plays like it, and says what no file can tell:
#
# 1. the file,
# 2. a draft of the column map,
# 3. what is wrong with the file, told before anything is estimated,
# 4. what was estimated, with its errors,
# 5. does the department play like the file?
# 6. and then the question: what would peers change *here*?
#
# No visit of a patient is used. The file is simulated, four weeks of the default department with more children than
# usual; it stands in for yours. Nothing here uses a network.

# %%
import os
import shlex
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import yaml

import sim
from sim.report.figures.theme import HUES, STYLE

plt.rcParams.update({**STYLE, "figure.dpi": 120, "font.size": 10})


def peered(line, code=0):
    """Give a command, as in a terminal, and return what it prints, or why it refuses."""
    plain = {**os.environ, "FORCE_COLOR": ""}
    words = [sys.executable, "-m", "sim", *shlex.split(line)]
    done = subprocess.run(words, capture_output=True, text=True, env=plain)
    assert done.returncode == code, done.stderr
    return done.stderr if code else done.stdout


# %% [markdown]
# ## 1. The file
#
# Words and columns are a hospital's own: when the child was registered, the triage level, when a physician came, when
# the child left, and how.

# %%
run = sim.simulate(sim.load("demand.growth=1.05", "study.weeks=4"), seed=3)
inside = run.visits[run.visits["in_window"]]


def clock(minutes):
    """Minutes since Monday 00:00 as date and time."""
    return (pd.Timestamp("2024-01-01") + pd.to_timedelta(minutes.round(), unit="min")).dt.strftime("%Y-%m-%d %H:%M")


file = pd.DataFrame(
    {
        "registered": clock(inside["arrival"]),
        "CTAS": inside["acuity"],
        "first physician": clock(inside["pia"]),
        "left ED": clock(inside["departure"]),
        "service": inside["stream"].map({"medical": "medicine", "mental_health": "psychiatry"}),
        "outcome": inside["disposition"].map({"discharge": "home", "admission": "ward", "lwbs": "LWBS", "ama": "AMA"}),
    }
)
file.to_csv("visits.csv", index=False)
file.head()

# %% [markdown]
# ## 2. A draft of the column map
#
# Without a map the command prints a draft and writes nothing. It has read names and values. What it cannot know is a
# question, or left out: `service` is not used.

# %%
draft = peered("study=calibrate visits=visits.csv")
print(draft)

# %% [markdown]
# So one answer is ours: which words of `service` are which stream.

# %%
folder = Path("ours/visits")
folder.mkdir(parents=True)
stream = 'stream:\n  column: service\n  recode: {"medicine": medical, "psychiatry": mental_health}\n'
(folder / "ours.yaml").write_text(draft + stream, encoding="utf-8")
assert set(yaml.safe_load(draft)) >= {"arrival", "physician_time", "departure_time", "acuity", "disposition"}

# %% [markdown]
# ## 3. What is wrong with the file
#
# Say that somebody sorted one column and not the others. Three visits of a hundred end before they begin. The command
# names them and estimates nothing, because a file with more than 1 % of impossible rows says something about the file.

# %%
broken = file.copy()
rows = np.random.default_rng(1).choice(len(broken), len(broken) * 3 // 100, replace=False)
broken.iloc[rows, broken.columns.get_loc("left ED")] = "2023-12-31 09:00"
broken.to_csv("broken.csv", index=False)
refused = peered("--config-dir ours study=calibrate visits=broken.csv study.map=ours output=refused", code=2)
print("\n".join(refused.splitlines()[:6]))
assert not Path("refused").exists()

# %% [markdown]
# ## 4. What was estimated, with its errors
#
# The file as it was. Every number comes with its standard error; what the file is too short for is said, not guessed.

# %%
_ = peered("--config-dir ours study=calibrate visits=visits.csv study.map=ours study.hold_out=0 output=ours")
estimates = pd.read_csv("ours/calibrated_estimates.csv")
estimates[estimates["quantity"] == "block_share"][["quantity", "hour", "n", "estimate", "standard_error"]]

# %%
report = Path("ours/calibrated_calibration.md").read_text(encoding="utf-8")
print(*(line.strip() for line in report.splitlines() if "medical: no " in line), sep="\n")

# %% [markdown]
# The hours at which children come, as they were counted, and as they are written for the simulation:

# %%
hour = pd.to_datetime(file["registered"]).dt.hour
counted = (hour.value_counts(normalize=True).sort_index() * 100).reindex(range(24), fill_value=0)
written = yaml.safe_load(Path("ours/demand/calibrated.yaml").read_text(encoding="utf-8"))
shares = np.asarray(written["hour_shares"], dtype=float)
shares = shares.mean(axis=0) if shares.ndim == 2 else shares
figure, axes = plt.subplots(figsize=(8.5, 3.0), layout="constrained")
axes.bar(range(24), counted, color="#d9d9d9", label="counted in the file")
axes.step(np.arange(25) - 0.5, np.append(shares, shares[-1]) * 100, where="post", color=HUES[0], label="written")
axes.set(xlim=(-0.5, 23.5), xlabel="hour of the day", ylabel="% of visits")
axes.legend(loc="upper left")
axes.set_title("What is written follows the file, without the chance of single hours")
assert np.abs(shares * 100 - counted.to_numpy()).max() < 1.5

# %% [markdown]
# ## 5. Does the department play like the file?
#
# It is played, and every number of the file is compared with the same number played: arrivals, waits, stays, shares.
# The verdict is the first line of the report, and stands beside every answer that is played with it.

# %%
verdict = next(line for line in report.splitlines() if "calibrated department plays like" in line)
print(verdict.replace("*", ""))
assert "The calibrated department plays like your file" in verdict

# %% [markdown]
# Roster and places were not in the file. The default's were scaled to the volume, and the report says that they are not
# yours. Give them with `study.staff=` and `study.places=`
# ([two lists](../docs/visits.md#from-your-own-visits-to-a-compared-staffing)): minutes that fit with another
# hospital's staff make up for it.
#
# ## 6. And then the question
#
# Two rosters were written beside the department: `calibrated`, and `calibrated_peers`, the same with peers beside, an
# example to change.

# %%
answer = sim.compare(
    ["calibrated", "calibrated_peers"],
    configs="ours",
    demand="calibrated",
    department="calibrated",
    study={"weeks": 6, "demand_levels": [1.0]},
    replications=4,
)
row = answer.differences.set_index("measure").loc["minutes_without_staff_mean.mental_health"]
print(row["sentence"])
assert row["high"] < 0

# %% [markdown]
# **What this cannot say.** A file tells when children came, how long they waited, how it ended. It does not tell who
# was on duty, what was done in the minutes between, or why somebody left. Those stay assumptions, and each is listed in
# the report.
