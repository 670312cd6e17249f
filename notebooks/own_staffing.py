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
# # Your own staffing in ten minutes
#
# You have a roster in mind and want to know what it would change in a children's emergency department. Here it is: a
# peer support worker from 14:00 to 23:00, every day of the week, because the children in crisis come in the evening and
# on Sundays too. The steps are those for any roster:
#
# 1. write it into a file,
# 2. look at what was understood,
# 3. compare it with the traditional staffing, on the same simulated patients,
# 4. read the answer,
# 5. draw one thing,
# 6. hand it on as a workbook.
#
# Every patient is simulated, and no benefit of peers is assumed: what changes is presence, time and cost
# ([the founding question](founding_question.ipynb) says why).

# %%
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt

import sim
from sim.report.figures.theme import HUE_OF, HUES, STYLE
from sim.report.words.comparison_finding import finding_of

plt.rcParams.update({**STYLE, "figure.dpi": 120, "font.size": 10})


def show(lines):
    """Print sentences as a list."""
    for line in lines:
        print(textwrap.fill(f"- {line}", 110, subsequent_indent="  "))


# %% [markdown]
# ## 1. Write it into a file
#
# A staffing is a YAML file in a folder `staffing` within one of your own. `defaults: [traditional, _self_]` starts from
# the whole traditional team; below it stands only what differs. Each number says where it comes from: a later reader
# will ask.

# %%
ROSTER = """\
# A peer support worker every day from early afternoon to late evening.
defaults: [traditional, _self_]
name: ours
label: Peers till late
weekly_extra_cost: 412       # supervision: a coordinator for 7.5 h a week at 54.90 CAD

psw:
  kind: peer
  hourly_cost: 31.7          # CAD: a wage of 26 and 22 % on top
  protected_share: 0.1       # of the hours: supervision, debriefing, training
  shifts:
    evening: {start: "14:00", minutes: 540, heads: 1, peer_kind: youth}
"""

# A fair comparison spends the same money otherwise: 44 hours of a crisis clinician cost what the 63 of the peer do.
SAME_MONEY = """\
defaults: [traditional, _self_]
name: same_money
label: Clinician for the same money

crisis_clinician:
  shifts:
    added: {start: "11:00", minutes: 660, heads: 1, days: [mon, wed, fri, sun]}
"""

folder = Path("mine") / "staffing"
folder.mkdir(parents=True)
for name, text in (("ours", ROSTER), ("same_money", SAME_MONEY)):
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")

# %% [markdown]
# ## 2. Look at what was understood
#
# `configs=mine` names your folder. A file that cannot be understood is refused here, with every problem at once: its
# place, its value and what to do.

# %%
scenario = sim.load("configs=mine", "staffing=ours")
scenario.summary()

# %%
assert scenario.staffing.roles["psw"].hours_per_week() == 63, "nine hours on seven days"

# %% [markdown]
# ## 3. Compare it
#
# Ten replications of a quarter of a year, at today's demand. `peer_added`, a shipped staffing, comes along as a
# yardstick: peers from 09:00 to 21:00, Monday to Saturday. On the command line the same, of more replications, is
#
# ```
# peered --config-dir mine "study.staffing=[traditional,ours,same_money,peer_added]" study.weeks=13
# ```

# %%
answer = sim.compare(
    ["traditional", "ours", "same_money", "peer_added"],
    "configs=mine",
    "study.weeks=13",
    "study.demand_levels=[1.0]",
    replications=10,
)
answer.costs[["label", "hours_added", "weekly_cost", "weekly_difference"]].round(0)

# %% [markdown]
# ## 4. Read the answer
#
# Five lines, the same that the command prints first: what changes, what does not, what it costs, what the same money
# buys elsewhere, how sure that is.

# %%
finding = finding_of(answer)
show(f"{line.label}: {line.text}" for line in finding.lines)

# %% [markdown]
# The numbers behind them; shares are in percent.

# %%
columns = ["label", "part", "unit", "traditional", "ours: difference", "ours: low", "ours: high", "ours: beyond_chance"]
answer.summary()[columns].round(2)

# %% [markdown]
# Beside the yardstick: nearly as many children are met, for less than two thirds of the money.

# %%
met = answer.summary().loc["reach.mental_health"]
added = answer.costs.set_index("staffing")["weekly_difference"]
print(f"met by a peer: {met['ours: difference']:.0f} % for {added['ours']:,.0f} CAD a week")
print(f"yardstick:     {met['peer_added: difference']:.0f} % for {added['peer_added']:,.0f} CAD a week (simulated)")
assert met["ours: difference"] > 0.9 * met["peer_added: difference"]
assert added["ours"] < 2 / 3 * added["peer_added"]

# %% [markdown]
# ## 5. Draw one thing
#
# Any measure, in a line:

# %%
axes = answer.plot("minutes_without_staff_mean.mental_health")
# %% [markdown]
# Or something of your own, from the tables behind the answer. When are children there whom no peer has met yet? The
# mean week of both rosters, side by side.

# %%
COLOURS = {"ours": HUES[6], "peer_added": HUE_OF["peer_added"]}
figure, axes = plt.subplots(figsize=(8.5, 3.4), layout="constrained")
for name, colour in COLOURS.items():
    week = answer.week[answer.week["staffing"] == name].sort_values("hour_of_week")
    axes.step(week["hour_of_week"] / 24, week["mh_without_peer"], where="post", color=colour, label=answer.labels[name])
axes.set(xlim=(0, 7), ylim=(0, 4.8), ylabel="children not (yet) met by a peer")
axes.set_xticks([day + 0.5 for day in range(7)], ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
axes.legend(loc="upper left", ncols=2)
axes.set_title("Peers till late leave fewer children unmet on Sundays, more in the mornings")
axes.tick_params(axis="x", length=0)

# %%
table = answer.week.pivot_table(index="hour_of_week", columns="staffing", values="mh_without_peer")
on_sunday, morning = (
    table.loc[144 + 14 : 167],
    table.loc[[24 * day + hour for day in range(6) for hour in range(9, 14)]],
)
assert on_sunday["ours"].mean() < on_sunday["peer_added"].mean()
assert morning["ours"].mean() > morning["peer_added"].mean()

# %% [markdown]
# ## 6. Hand it on
#
# A workbook for whoever opens tables in a spreadsheet: the five lines first, then tables with their units. The command
# writes the same beside its answer, as `answer.xlsx`.

# %%
answer.to_excel("ours.xlsx")
print(*(path.name for path in Path().glob("*.xlsx")))

# %% [markdown]
# ## What to do next
#
# - Change a line of the file and play it again: the same simulated children come, so only your change shows.
# - Give your own demand: `demand.growth=1.1`, or [a file of your own visits](../docs/visits.md).
# - Ask how large an effect would have to be: `peered --config-dir mine study=breakeven staffing=ours`.
# - Everything that can be changed is in [the list of keys](../docs/keys.md).
#
# **What this cannot say.** The intervals show the chance of simulated weeks alone; contact minutes and caseload of
# peers are assumptions ([register](../docs/assumptions.md)). Hope, dignity, stigma and belonging are outside the model.
