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
# # Ten children and the five longest waits, minute by minute
#
# Averages can be right while no single visit makes sense. So here are single visits: ten children who come in a
# mental-health crisis, taken at random, and the five who wait longest for a physician. Each is told as a chart would
# tell it, and read as we imagine three people would: a paediatric emergency physician, a crisis clinician, and the
# lead of a peer support team. None of the three has read it yet; this is no clinical validation. What is believable
# is said, what is odd is said, and what a clinician would call absurd is named with the rule of the model that makes
# it.
#
# Every child is simulated. The department is the default one with peers added, half a year of it, seed 1.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import sim
from sim.report.figures.theme import HUE_OF, STYLE
from sim.report.journey import clock, journey

plt.rcParams.update({**STYLE, "figure.dpi": 120, "font.size": 10})
OF_STAFF_ALONE = ("charting", "notes (")

scenario = sim.load("staffing=peer_added", "study.weeks=26")
run = sim.simulate(scenario, seed=1)
everyone = run.visits[run.visits["in_window"]]
visits = everyone[everyone["departure"].notna()]


def tell(visit):
    """Print a visit, without the notes that staff write by themselves."""
    print(f"visit {visit}")
    for line in journey(run, visit):
        if not any(words in line for words in OF_STAFF_ALONE):
            print(f"  {line}")
    print()


# %% [markdown]
# ## Ten children
#
# They are drawn from all first visits for mental health, which are the same children under every staffing, by a
# generator with seed 1: the first seed tried, and no child was exchanged. The second column is the time since arrival.
# A *wait* stands in the line of what ended it, in minutes.

# %%
first_visits = everyone[(everyone["stream"] == "mental_health") & (everyone["visit_number"] == 1)]
ten = sorted(np.random.default_rng(1).choice(first_visits.index.to_numpy(), 10, replace=False).tolist())
for visit in ten:
    tell(visit)

# %% [markdown]
# The same ten in one picture: each bar is a stay, from arrival to departure.

# %%
PATH, AIDE = "#6b6b6b", "#d9c7a0"
tasks = run.tasks[run.tasks["visit"].isin(ten)].dropna(subset=["started"])
figure, axes = plt.subplots(figsize=(8.5, 4.2), layout="constrained")
for place, visit in enumerate(ten):
    arrival, departure = everyone.loc[visit, ["arrival", "departure"]]
    axes.barh(place, (departure - arrival) / 60, height=0.72, color="#eeeeee")
    for task in tasks[tasks["visit"] == visit].itertuples():
        begin = task.company_since if task.kind == "contact" else task.started
        colour, height = {
            "main": (PATH, 0.72),
            "response": (PATH, 0.72),
            "contact": (HUE_OF["peer_added"], 0.72),
            "observation": (AIDE, 0.25),
        }.get(task.kind, ("none", 0))
        length = max(0.0, min(task.ended, departure) - begin)
        axes.barh(place, length / 60, left=(begin - arrival) / 60, height=height, color=colour)
axes.set_yticks(range(10), [f"{visit}, {clock(everyone.loc[visit, 'arrival'])}" for visit in ten])
axes.invert_yaxis()
axes.set(xlim=(0, None), xlabel="hours since arrival")
axes.set_title("Ten stays: grey with a clinician, blue with a peer, thin line watched one-to-one by an aide")
axes.tick_params(axis="y", length=0)

# %% [markdown]
# ### As we imagine the three read them
#
# **Believable.** The order of things is that of a ward: triage, a room, the nurse, the physician, clearance, the
# crisis clinician, a decision, a safety plan, teaching, home or a bed. An assessment takes about an hour, and the long
# gap is the one before it, longest at night, when one crisis clinician is there. Most stays are two to six hours. The
# peer comes soon when a peer is there, makes room again and again as clinicians come, and returns. A child who comes
# after 21:00 or on a Sunday meets none, and the family gets a call on the next day that peers work. Not every child
# wants a peer, and that is left standing.
#
# **Odd, but seen on wards.** A peer arrives with the nurse and turns round at once. A first meeting is made of three
# pieces in three hours, because the crisis assessment lies between them. A crisis assessment is held after midnight.
# While the aide is on a break a child who is to be watched has nobody, and the nurse looks in when the aide is back:
# the nurse's minutes are right over the hour, not within it.
#
# **What a clinician would call absurd**, each with the rule that makes it:
#
# - *Watched one-to-one until the door, and home after two talks with a physician.* Whoever is admitted has been
#   assessed by a crisis clinician or a psychiatrist (`assessed_by`). Whoever is watched, or held, need not have been,
#   and nobody lifts a watch or a hold: both end with the visit. A psychiatrist might stop reading here.
# - *A ten-year-old sobers up for four hours.* Sobering is a share of all mental-health visits, at every age.
# - *Home at four in the morning*, after a safety plan at three. Nothing waits for the morning, and no family is asked.
# - *Brought by the police at twelve, alone, and sent home alone*; another of twelve walks in alone before dawn. Nobody
#   is called to fetch a child. Whether a caregiver is there does not depend on the hour and does not change.
# - *A child of CTAS 2 waits hours for an aide*, or goes home before one comes, while a nurse looks in for ten minutes
#   an hour. Hospitals know unmet observation, but a ward would send somebody at once; here nobody else may.
# - *The telephone rings as the family goes out of the door.* Two short spells with a peer were not a whole meeting, so
#   the child counts as missed, and a call to the missed is made as soon as a peer is free.
# - *Two people talk with one child at once.* Bridging by the peer runs beside the teaching or the safety plan, and may
#   run on for some minutes after the child has gone home.
#
# How often, in the half year; and two more that ten children need not show, because nothing but the share of age
# groups says how old a child in crisis is:

# %%
mental_health = visits[visits["stream"] == "mental_health"]
home = mental_health[mental_health["disposition"] == "discharge"]
hour = home["departure"] % 1440 / 60
unassessed = home["started_crisis_assessment"].isna() & home["started_psychiatrist"].isna()
sober = mental_health["started_sobering"].notna()
odd = {
    "leave between 00:00 and 06:00": hour < 6,
    "leave between 00:00 and 06:00, alone": (hour < 6) & ~home["caregiver"],
    "leave alone, brought by the police": (home["arrival_mode"] == "police") & ~home["caregiver"],
    "were held, and saw neither a crisis clinician nor a psychiatrist": home["held"] & unassessed,
    "were to be watched one-to-one, and saw neither of the two": home["needs_observation"] & unassessed,
}
print("Of the children who go home")
for words, share in odd.items():
    print(f"  {share.mean():5.1%} {words}")
print(f"Of all visits for mental health {(mental_health['age_years'] < 3).mean():.1%} are by children under 3 years,")
print(f"and of those who sober up {(mental_health.loc[sober, 'age_years'] < 12).mean():.0%} are under 12.")

# %% [markdown]
# ## The five longest waits for a physician
#
# Of all visits of the half year, medical ones too: the time from the end of triage (from arrival where there is
# none) to the first physician.

# %%
wait = visits["pia"] - visits["ended_triage"].fillna(visits["arrival"])
five = wait.nlargest(5)
print("hours waited:", ", ".join(f"{minutes / 60:.1f}" for minutes in five), "\n")
for visit in five.index:
    tell(visit)

# %% [markdown]
# What the department looked like around the longest of them, every two hours:

# %%
longest = visits.loc[five.index[0]]
census = run.census.set_index("time")
start = (longest["arrival"] // 120 - 1) * 120
rows = {}
for time in np.arange(start, longest["pia"] + 120, 120):
    places = {zone: scenario.department.zones[zone].places for zone in ("acute", "fast_track")}
    row = {"waiting for a place": census.loc[time, "waiting"]}
    row |= {zone.replace("_", " "): f"{census.loc[time, zone]} of {number}" for zone, number in places.items()}
    on_duty = run.staff[(run.staff["scheduled_start"] <= time) & (run.staff["scheduled_end"] > time)]["role"]
    at_work = run.tasks[(run.tasks["started"] <= time) & (run.tasks["ended"] > time)]["role"]
    row |= {f"{role}s": f"{(at_work == role).sum()} of {(on_duty == role).sum()}" for role in ("nurse", "physician")}
    rows[clock(time)] = row
pd.DataFrame(rows).T

# %% [markdown]
# Places are those taken; of staff, those with a task at that minute, of those rostered (more: somebody stays late).

# %% [markdown]
# ### As they are read
#
# **Believable.** The longest waits are not spread over the half year. They are children of low acuity who come on one
# evening, after a day on which the department filled faster than it emptied. Everyone who works in an emergency
# department knows that night. These are the ones who do not leave; others of the same evening did.
#
# **Odd.** In the middle of the night dozens wait while more than half of the acute rooms stand empty. That is the rule
# of the ratio: a room opens only with a nurse for it, and six are there. In the morning most nurses are free at some
# minute while dozens wait: what a nurse does for a child in a room, beyond the tasks of the pathway, is in the ratio
# alone, so that nurses here are hardly ever waited for.
#
# **Absurd.**
#
# - *Many are given a room in the same minutes*, when the day nurses come, and then wait hours more in it. No charge
#   nurse rooms twenty children at once for two physicians.
# - *In the room the clock begins anew.* The physicians' order counts the wait since the nurse was done, so that a
#   child who has been there all night stands level with one who walked in at breakfast. A physician who looks at the
#   board sees the time since arrival.
# - *Nobody looks at a small child all night.* There is no second triage, no nurse walks through the waiting room, no
#   physician sees a child of CTAS 4 in a chair, and nobody is called in. Hospitals do all of these on such a night,
#   so that the longest waits of the model are longer than theirs would be.
#
# ## What it means for the answer
#
# None of these rules knows what the staffing is: the same child meets them with peers, a clinician or nurses added.
# Some lean all the same. If discharges waited for the morning, and who is held or watched for an assessment, more
# children would still be there when peers come, and a clinician added would have more to do. What one more nurse
# could do in a waiting room is left out, which counts against nurses. The department is a composite, not a hospital
# ([limits](../docs/reading-an-answer.md#honest-limits)).

# %%
assert len(set(ten)) == 10
assert set(everyone.loc[ten, "stream"]) == {"mental_health"}
assert five.is_monotonic_decreasing
assert five.iloc[0] == wait.max()
