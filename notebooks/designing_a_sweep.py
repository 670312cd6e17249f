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
# ---

# %% [markdown]
# # Designing a sweep: from a roster of your own to the scenarios that answer a question
#
# *Does a peer in the evening still help when more children come?* That is not one comparison but several. This notebook
# writes a roster into a file, plays it at three levels of demand, reads the answer, and then asks the same over what
# nobody knows. The steps are those for any sweep:
#
# 1. the roster, in a file,
# 2. a grid: every staffing at every level,
# 3. the answer, in five lines,
# 4. one number of it, as a picture,
# 5. a sample instead of a grid, for what is uncertain,
# 6. how many replications are enough.
#
# Every child is simulated, and no benefit of peers is assumed ([the founding question](founding_question.ipynb) says
# why). Runs here are short, to be played in seconds; for a decision leave `SHORT` away.

# %%
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt

import sim
from sim.report.figures.theme import HUE_OF, HUES, STYLE

plt.rcParams.update({**STYLE, "figure.dpi": 120, "font.size": 10})
SHORT = {"weeks": 4, "warm_up_weeks": 2}


def show(text, lines=5):
    """Print the first lines of an answer that begin with a mark of a list, wrapped."""
    found = [line.replace("**", "") for line in text.splitlines() if line.startswith("- ")]
    print(*(textwrap.fill(line, 100, subsequent_indent="  ") for line in found[:lines]), sep="\n")


# %% [markdown]
# ## 1. The roster, in a file
#
# `defaults: [traditional, _self_]` begins with the whole traditional team; below it stands only what differs. Beside
# each number stands where it comes from.

# %%
ROSTER = """\
defaults: [traditional, _self_]
label: A peer till late
psw:
  kind: peer
  hourly_cost: 31.7          # COSA03: CAD an hour, benefits included
  hours: 14:00-23:00         # assumption
  heads: 1                   # assumption
"""
file = Path("mine/staffing/ours.yaml")
file.parent.mkdir(parents=True)
file.write_text(ROSTER, encoding="utf-8")

# What was understood: a slip would be refused here, with its place, its value and what to do.
scenario = sim.load(configs="mine", staffing="ours")
scenario.summary()

# %%
assert scenario.staffing.roles["psw"].hours_per_week() == 63, "nine hours on seven days"

# %% [markdown]
# ## 2. A grid: every staffing at every level
#
# `sim.sweep` plays every combination, as `peered -m` does. The first value of each key is the baseline: put there what
# you compare with. Beside your roster stands `peer_added`, a shipped one, as a yardstick: peers from 09:00 to 21:00,
# Monday to Saturday.

# %%
grid = sim.sweep(
    {"staffing": ["traditional", "ours", "peer_added"], "demand.growth": [1, 1.05, 1.1]},
    configs="mine",
    study=SHORT,
    replications=6,
    output="grid",
)

# %% [markdown]
# ## 3. The answer, in five lines
#
# Each staffing is compared with the traditional one *at the same level of demand*, on the same simulated children. That
# is the pairing to want: a difference from another level would mix the roster with how many come.

# %%
show(grid.answer)

# %% [markdown]
# Behind the lines are tables. A row of `within` is a difference at one level of demand (`differences` are all from the
# very first scenario):

# %%
rows = grid["within"][grid["within"]["measure"] == "minutes_without_staff_mean.mental_health"].copy()
rows[["staffing", "growth"]] = rows["label"].str.extract(r"staffing=(\w+) .*growth=([\d.]+)").to_numpy()
within = rows[rows["staffing"] != "traditional"].astype({"growth": float}).set_index(["staffing", "growth"])
within[["mean", "low", "high", "n"]].round(1)

# %% [markdown]
# ## 4. One number of it, as a picture

# %%
figure, axes = plt.subplots(figsize=(8.5, 3.4), layout="constrained")
for name, colour, label in (("ours", HUES[6], "A peer till late"), ("peer_added", HUE_OF["peer_added"], "Peers added")):
    row = within.loc[name]
    axes.errorbar(row.index, row["mean"], yerr=row["half_width"], fmt="o-", color=colour, capsize=3, label=label)
axes.axhline(0, color="#595959", lw=0.8)
axes.set(xlabel="demand, as a factor on today's", ylabel="minutes without staff,\ndifference from traditional")
axes.set_xticks([1, 1.05, 1.1])
axes.legend(loc="lower left")
axes.set_title("Peers leave children fewer minutes alone at each level of demand")
assert (within["high"] < 0).all()

# %% [markdown]
# Bars are 95 % intervals of the chance of simulated weeks. They do not reach zero at any level; that is checked each
# time this notebook is played.
#
# ## 5. A sample instead of a grid
#
# Nobody knows how many children consent to a peer, nor how long they wish for company. A grid over five values of each
# has 25 points and still misses what lies between. A Latin hypercube spreads any number of points evenly over the
# ranges of the [register](../docs/assumptions.md): here ten (`SUPA02`, `SUPA28`).

# %%
sample = sim.sweep(
    {},
    "support.consent=interval(0.4,0.9)",
    "support.wish_minutes=interval(30,240)",
    "sweep.design=lhs",
    "sweep.samples=10",
    configs="mine",
    staffing="ours",
    study=SHORT,
    replications=2,
    output="sample",
).estimates
met = sample[sample["measure"] == "reach.mental_health"].assign(
    consent=lambda table: table["label"].str.extract(r"consent=([\d.]+)")[0].astype(float),
    wish=lambda table: table["label"].str.extract(r"wish_minutes=([\d.]+)")[0].astype(float),
)
round(met[["consent", "wish", "mean"]].corr()["mean"], 2)

# %% [markdown]
# Whom a peer meets hangs on consent almost alone; how long children wish for company hardly moves it. So it is consent
# that is worth asking about before a decision.

# %%
correlation = met[["consent", "wish", "mean"]].corr()["mean"]
assert correlation["consent"] > 0.8
assert abs(correlation["wish"]) < 0.5

# %% [markdown]
# ## 6. How many replications are enough?
#
# Ask for a precision instead of a number, and the sweep plays on until it is reached:
#
# ```
# peered -m staffing=traditional,peer_added "study.precision={reach.mental_health:{half_width:0.01}}"
# ```
#
# And a folder is never played twice: the same command with more replications plays only those that are missing. What
# else a sweep can do (filters, tables of scenarios, the best of many, several machines) stands in
# [many scenarios](../docs/sweeps.md).
#
# **What this cannot say.** The intervals show the chance of simulated weeks alone; the hours of this roster, how long
# children wish for company and who consents are assumptions. Hope, dignity, stigma and belonging are outside the model.
