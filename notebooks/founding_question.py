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
# # What changes when peer support workers join a children's emergency department?
#
# A child in a mental-health crisis, and whoever came along, may wait for hours in an emergency department (ED).
# Some hospitals have invited *peer support workers* (PSWs) into that wait: people with lived experience of their
# own, who keep a young person or a parent company, and do no triage, no assessment, no observation and no security
# work.
#
# Rao & Dimitropoulos ([10.1108/MHSI-02-2023-0016](https://doi.org/10.1108/MHSI-02-2023-0016)) asked eight PSWs in
# Alberta how their work works, so that its mechanisms could be used in a children's hospital ED. Their study is
# qualitative and gives no effect size, no time and no rate. What peers change *in the department* can still be
# asked of a simulation, one honest step at a time:
#
# 1. the department and one simulated week,
# 2. one simulated child's visit,
# 3. what peers change when **no benefit is assumed**,
# 4. the same money spent on clinicians or nurses,
# 5. what follows **if** an effect is assumed,
# 6. who is left out,
# 7. what none of this can say.
#
# Every patient here is simulated. Where a number comes from is said beside it: an id such as `POP02` is a row of
# the [assumption register](../docs/assumptions.md); "simulated" means that the cell above computed it. Every `assert`
# is a statement of the text that is checked whenever the notebook is played, which takes about fifteen
# seconds. To try a roster of your own, go straight to [designing a sweep](designing_a_sweep.ipynb).

# %%
import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import sim
from sim.engine.event_log import event_log
from sim.engine.measures.measuring import measure
from sim.engine.measures.week import breakdown
from sim.engine.trajectory import differences
from sim.report.figures.theme import HUE_OF, INK, QUIET, STYLE
from sim.report.words.caveats import in_mind
from sim.report.words.comparison_finding import finding_of

plt.rcParams.update({**STYLE, "figure.dpi": 120, "font.size": 10})
pd.set_option("display.max_colwidth", 200)
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def show(lines):
    """Print sentences as a list."""
    for line in lines:
        print(textwrap.fill(f"- {line}", 110, subsequent_indent="  "))


# %% [markdown]
# ## 1. The department and one simulated week
#
# `sim.load` composes a department from the files in `configs/` and checks it. The default is a Canadian children's
# ED with 75,000 visits a year (an assumption of this project, `ARR01`), of which 5 % are for mental health
# (`ARR13`). `peer_added` keeps the whole traditional team and adds peers from 09:00 to 21:00, Monday to Saturday,
# the coverage the programme at Alberta Children's Hospital began with (`POP02`): a youth peer all day, a family peer
# from 15:00.

# %%
traditional = sim.load("staffing=traditional", "study.weeks=1", "study.warm_up_weeks=1")
with_peers = sim.load("staffing=peer_added", "study.weeks=1", "study.warm_up_weeks=1")

hours = {role: value.hours_per_week() for role, value in with_peers.staffing.roles.items()}
pd.Series(hours, name="rostered hours a week")

# %% [markdown]
# `sim.simulate` plays one replication: week 0 fills the department, week 1 is what we look at. Everything that
# happened is kept. `visits` has a row per visit, `tasks` one per spell of work, `staff` one per spell of duty and
# `census` counts who is where, every 15 minutes. Times are minutes since Monday 00:00 of week 0.

# %%
week = sim.simulate(with_peers, seed=7)
visits = week.visits[week.visits["arrival"] >= week.warm_up]
visits[["stream", "acuity", "arrival", "departure", "disposition", "peer_met", "minutes_accompanied"]].head()

# %%
week.tasks.groupby("role")["started"].count().rename("tasks begun, both weeks")

# %%
week.staff[week.staff["role"] == "psw"][["name", "scheduled_start", "scheduled_end", "busy", "overtime"]].head()

# %%
census = week.census[week.census["time"] >= week.warm_up]
day = (census["time"] - week.warm_up) / 1440
figure, axes = plt.subplots(figsize=(8.5, 3), layout="constrained")
for start, end in week.staff[week.staff["role"] == "psw"][["scheduled_start", "scheduled_end"]].to_numpy():
    if start >= week.warm_up:
        axes.axvspan(
            (start - week.warm_up) / 1440, (end - week.warm_up) / 1440, color=HUE_OF["peer_added"], alpha=0.15, lw=0
        )
axes.step(day, census["mh_present"], where="post", color=INK, lw=1.2)
axes.set(xlim=(0, 7), ylim=(0, None), ylabel="children present")
axes.set_xticks(np.arange(7) + 0.5, DAYS)
axes.tick_params(axis="x", length=0)
axes.set_title("One simulated week: children in crisis are there by day and by night, peers are not")
figure.supxlabel("shaded: one peer is rostered; darker: two", fontsize=8.5, color=QUIET)
assert (census.groupby(census["time"] // 60 % 24)["mh_present"].max() > 0).all()

# %%
n_mental_health = int((visits["stream"] == "mental_health").sum())
print(f"{len(visits)} visits in the simulated week, {n_mental_health} of them for mental health")
# 75,000 a year are 1,438 a week; one replication scatters around it, month factors are off in short runs.
assert 1200 < len(visits) < 1700
assert set(visits["stream"]) == {"medical", "mental_health"}
assert visits.loc[visits["stream"] == "medical", "n_peer_spells"].sum() == 0, "peers are for the mental-health stream"

# %% [markdown]
# ## 2. One simulated child's visit
#
# Of the children whom a peer met and who have gone home, we take the one with the middle length of stay, and read
# the visit as a log. `schedule` is when something was asked for, `start` when it began: the time between is
# waiting.

# %%
met = visits[visits["peer_met"].notna() & (visits["disposition"] == "discharge")].copy()
met["stay"] = met["departure"] - met["arrival"]
child = met.sort_values("stay").iloc[len(met) // 2]
print(f"{child['age_years']} years old, CTAS {child['acuity']}, here for {child['stay'] / 60:.1f} hours (simulated)")

log = event_log(week)
story = log[log["case"] == f"{child['patient']}-{child['visit_number']}"].copy()
story["minute"] = (story["time"] - child["arrival"]).round(1)
story[["minute", "activity", "lifecycle", "resource"]].reset_index(drop=True)

# %% [markdown]
# The same visit as a picture: every spell with somebody, from arrival to departure. Where no bar stands, the child and
# the family are by themselves. A peer makes room when a clinician comes to the child, and comes back later: each blue
# bar is a spell of company, with the walk of three minutes that begins it and is not counted as company.

# %%
contacts = week.tasks[(week.tasks["visit"] == child.name) & (week.tasks["kind"] == "contact")]
begun = contacts.dropna(subset=["started"])
accompanied = float((begun["ended"] - begun["company_since"]).clip(lower=0.0).sum())

spells = week.tasks[week.tasks["visit"] == child.name].dropna(subset=["started"])
roles = list(dict.fromkeys(spells["role"]))
figure, axes = plt.subplots(figsize=(8.5, 0.9 + 0.33 * len(roles)), layout="constrained")
for spell in spells.itertuples():
    hour = (spell.started - child["arrival"]) / 60
    colour = HUE_OF["peer_added"] if spell.role == "psw" else "#6b6b6b"
    axes.barh(roles.index(spell.role), (spell.ended - spell.started) / 60, left=hour, height=0.6, color=colour)
axes.set_yticks(range(len(roles)), [{"psw": "peer support worker"}.get(role, role.replace("_", " ")) for role in roles])
axes.invert_yaxis()
axes.set(xlim=(0, child["stay"] / 60), xlabel="hours since arrival")
axes.set_title(
    f"One child's {child['stay'] / 60:.1f} hours in the department, {accompanied:.0f} minutes of them with a peer"
)
print(f"accompanied for {accompanied:.0f} of {child['stay']:.0f} minutes, in {len(begun)} spells (simulated)")
assert len(begun) == child["n_peer_spells"] >= 1
assert np.isclose(accompanied, child["minutes_accompanied"])
assert set(begun["role"]) == {"psw"}
# A peer makes room when a clinician comes: no spell of company lasts into the next task of the visit's own path.
own_path = spells[spells["kind"] == "main"]
for spell in begun.itertuples():
    assert not own_path["started"].between(spell.started, spell.ended, inclusive="neither").any()
assert story["minute"].is_monotonic_increasing

# %% [markdown]
# ## 3. What do peers change when no benefit is assumed?
#
# Nobody has published an effect of peers in a children's ED on waits, leaving or restraint. The base case therefore
# assumes **none** (`EFFA01`), and the first question is what the *work itself* changes.
#
# Every random quantity is keyed by patient, visit and name, so both staffings see the same children with the same
# needs. The only way a peer touches anybody else's time is a huddle with the team, 3 minutes (an assumption) after
# 39 % of first meetings (`POP07`). Without huddles nothing on the clinical side may move, not by one bit:

# %%
no_huddles = ["study.weeks=1", "study.warm_up_weeks=1", "support.huddle_share=0"]
scenarios = [sim.load(f"staffing={name}", *no_huddles) for name in ("traditional", "peer_added")]
before, after = (sim.simulate(scenario, seed=7) for scenario in scenarios)

about_peers = {"n_peer_spells", "n_peer_exposures", "minutes_accompanied", "bridged", "called", "call_reached"}
clinical = [name for name in before.visit_columns if not name.startswith("peer_") and name not in about_peers]
changed = [f"visit.{name}" for name in clinical if f"visit.{name}" in differences(before, after)]
print(f"{len(clinical)} clinical columns of {before.n_visits} visits, changed: {changed or 'none'}")
assert changed == []
assert np.array_equal(before.step_times, after.step_times, equal_nan=True)
assert after.visit_columns["n_peer_spells"].sum() > 0, "the peers were there"

# %% [markdown]
# What did change is company, on the same timeline: minutes of the stay in which no clinician and no peer was there.

# %%
lonely = [
    measure(run, scenario)["minutes_without_staff_mean.mental_health"]
    for run, scenario in zip((before, after), scenarios, strict=True)
]
print(f"minutes without staff, mean of eligible mental-health visits: {lonely[0]:.0f} and {lonely[1]:.0f} (simulated)")
assert lonely[1] < lonely[0], "company is what peers bring"

# %% [markdown]
# With huddles, over ten replications of a quarter of a year. Each difference is *paired*: the same simulated children
# under every staffing. The interval shows the chance of simulated weeks alone; what nobody knows about the assumptions
# comes on top. Where a 95 % interval includes zero the sentence says so, and where only luck among many measures made
# it exclude zero, it says that too. Two more staffings are played for section 4: who joins a comparison changes
# nothing for the others.

# %%
QUESTION = ("study.weeks=13", "study.warm_up_weeks=2", "study.demand_levels=[1.0]")
answer = sim.compare(["traditional", "peer_added", "clinician_added", "nurse_added"], *QUESTION, replications=10)

ASKED = [
    "wait_triage_to_pia_mean.all",
    "lwbs_or_ama.all",
    "length_of_stay_mean.mental_health",
    "return_30d_per_patient.mental_health",
    "reach.mental_health",
    "minutes_without_staff_mean.mental_health",
    "went_home_empty_handed.mental_health",
    "staff_cost_per_week.all",
]


def sentences(comparison, staffing):
    """The differences asked for between a staffing and the baseline, in words."""
    table = comparison.differences[comparison.differences["staffing"] == staffing].set_index("measure")
    return table.loc[ASKED, "sentence"]


def mean_of(comparison, staffing, measure):
    """A mean over replications."""
    table = comparison.estimates
    return float(table[(table["staffing"] == staffing) & (table["measure"] == measure)]["mean"].iloc[0])


show(sentences(answer, "peer_added"))

# %%
show(in_mind(answer))

# %%
reach = mean_of(answer, "peer_added", "reach.mental_health")
alone = [mean_of(answer, name, "minutes_without_staff_mean.mental_health") for name in ("traditional", "peer_added")]
print(
    f"met by a peer: {reach:.0%} of mental-health visits; "
    f"minutes without staff {alone[0]:.0f} and {alone[1]:.0f} (simulated)"
)
assert mean_of(answer, "traditional", "reach.mental_health") == 0.0
assert 0.2 < reach < 0.7
assert not answer.effects_assumed

# %% [markdown]
# What is *computed* here is presence: who was met, for how long, at what cost. No benefit was assumed: company is
# counted, not what it does; **this is not evidence that peers do not work**.

# %% [markdown]
# ## 4. The same money, spent on clinicians or nurses
#
# A fair question adds the same money elsewhere: 70 hours of a crisis clinician a week, or 60 of a nurse. Hourly
# costs are loaded (`STF08`, `STF09`, `STF10`, each with 22 % on-costs, `STF11`); the peers' cost includes 7.5 hours
# a week of a coordinator (`COSA06`). Peer support is not a cheaper kind of clinical care: the rows below do
# different work.

# %%
show(answer.money_notes)
answer.costs[["label", "hours_added", "weekly_difference"]].round(0)

# %%
table = answer.estimates[answer.estimates["measure"].isin(ASKED)]
table.pivot_table(index="measure", columns="staffing", values="mean").loc[ASKED, list(answer.staffings)].round(3)

# %% [markdown]
# The finding in five lines, the same that the command `peered` prints first:

# %%
show(f"{line.label}: {line.text}" for line in finding_of(answer).lines)

# %% [markdown]
# The same as a picture. A full dot is a difference beyond chance when all headline measures are judged together, a
# hollow one is not.

# %%
SHOWN = {
    "wait_triage_to_pia_mean.all": ("wait for a physician,\nall visits (min)", 1),
    "length_of_stay_mean.mental_health": ("stay,\nmental health (min)", 60),
    "minutes_without_staff_mean.mental_health": ("time without staff,\nmental health (min)", 1),
    "went_home_empty_handed.mental_health": ("home empty-handed,\nmental health (% points)", 100),
}


def beyond_chance(row):
    """Whether a difference is, when all headline measures are judged together."""
    return abs(row["mean"]) > row["simultaneous_half_width"]


def draw_differences(rows, title, measures=SHOWN):
    """A panel for each measure; a row is (label, colour, comparison, staffing)."""
    figure, panels = plt.subplots(
        1, len(measures), figsize=(8.5, 1.5 + 0.36 * len(rows)), sharey=True, layout="constrained"
    )
    for axes, (shown, (name, factor)) in zip(panels, measures.items(), strict=True):
        for height, (_, colour, comparison, staffing) in enumerate(rows):
            row = comparison.difference_rows[staffing, shown][0]
            axes.plot([row["low"] * factor, row["high"] * factor], [height, height], color=colour, lw=2)
            axes.plot(
                row["mean"] * factor, height, "o", ms=7, color=colour, mfc=colour if beyond_chance(row) else "white"
            )
        axes.axvline(0, color=QUIET, lw=0.8, zorder=0)
        axes.set_xlabel(name)
        axes.margins(x=0.15)
        axes.tick_params(axis="y", left=axes is panels[0])
    panels[0].set_yticks(range(len(rows)), [label for label, *_ in rows])
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    figure.suptitle(title, x=0.01, ha="left", fontsize=10.5, fontweight="bold")


ADDED = ["peer_added", "clinician_added", "nurse_added"]
draw_differences(
    [(answer.labels[name], HUE_OF[name], answer, name) for name in ADDED],
    "For the same money time without staff falls with peers or a clinician, the stay with a clinician only",
)
stays, alone_times = (
    [beyond_chance(answer.difference_rows[name, f"{quantity}.mental_health"][0]) for name in ADDED]
    for quantity in ("length_of_stay_mean", "minutes_without_staff_mean")
)
assert stays == [False, True, False]
assert alone_times == [True, True, False]

# %%
added = answer.costs.set_index("staffing")["weekly_difference"].drop("traditional")
assert added.max() / added.min() < 1.02, "the same money, within 2 %"
assert mean_of(answer, "clinician_added", "reach.mental_health") == 0.0

# %% [markdown]
# ## 5. What if an effect is assumed?
#
# `effects=evidence` is a prior, not a finding: the hazard of a return times 0.90 (0.67 to 1.21, `PEF16`) over those who
# consent, pooled from four trials with **adults**; and a pace of 0.85 at which patience and calm are used up
# (`EFFA12`, an assumption taken over from the priors `PEF17` and `PEF18`). Given to peers alone, such a comparison is
# **one-sided**: the staffing with an effect is favoured or disfavoured by construction, and is labelled so.
# `effects=both` gives the clinicians theirs as well: crisis assessments take 0.87 of the time (`EFFA13`, from `RED01`
# to `RED04`, shrunk half-way to 1) and the odds of linkage are 1.2 (`EFFA14`; `PEF11` gives the direction only).

# %%
STAFFINGS = ["traditional", "peer_added", "clinician_added"]
one_sided = sim.compare(STAFFINGS, *QUESTION, "effects=evidence", replications=10)
both = sim.compare(STAFFINGS, *QUESTION, "effects=both", replications=10)

draw_differences(
    [
        ("Peers, no effect assumed", HUE_OF["peer_added"], answer, "peer_added"),
        ("Peers, effect assumed", HUE_OF["peer_added"], both, "peer_added"),
        ("Clinician, no effect assumed", HUE_OF["clinician_added"], answer, "clinician_added"),
        ("Clinician, effect assumed", HUE_OF["clinician_added"], both, "clinician_added"),
    ],
    "Effects assumed for both: the clinician's shows beyond chance, the peers' not in a run this short",
    {
        "length_of_stay_mean.mental_health": ("stay,\nmental health (min)", 60),
        "minutes_without_staff_mean.mental_health": ("time without staff,\nmental health (min)", 1),
        "return_30d_per_patient.mental_health": ("back within 30 days,\nmental health (% points)", 100),
    },
)
assert beyond_chance(both.difference_rows["clinician_added", "length_of_stay_mean.mental_health"][0])
assert not beyond_chance(both.difference_rows["peer_added", "return_30d_per_patient.mental_health"][0])

# %%
for comparison, name in ((one_sided, "peer_added"), (both, "clinician_added")):
    print(f"effects={comparison.effects}" + (" (ONE-SIDED)" if comparison.one_sided else ""))
    show(sentences(comparison, name))
# What is assumed for the clinicians changes nothing that is said of the peers.
assert sentences(one_sided, "peer_added").equals(sentences(both, "peer_added"))

# %%
show(in_mind(one_sided))

# %%
assert one_sided.effects_assumed
assert one_sided.one_sided, "an effect for peers alone must be labelled"
assert both.effects_assumed
assert not both.one_sided
assert any("One-sided" in line for line in in_mind(one_sided))
assert not any("One-sided" in line for line in in_mind(both))
# Nobody enhances anything in the traditional team: the assumption cannot reach it.
unmoved = [mean_of(found, "traditional", "length_of_stay_mean.mental_health") for found in (answer, one_sided, both)]
assert len(set(unmoved)) == 1

# %% [markdown]
# A difference that appears here and not in section 4 is the assumption itself, passed through the department. What
# the simulation adds is its size in visits, hours and waits, and whether it would be seen at all beside chance.

# %% [markdown]
# ## 6. Who is left out?
#
# Averages hide those who come when nobody is there. One long run, reach by hour and day of arrival; cells with
# fewer than 10 visits are hidden. Reached and unreached children are *not* compared on outcomes: who stays longer
# is met more often.

# %%
long_scenario = sim.load("staffing=peer_added", "study.weeks=52")
long_run = sim.simulate(long_scenario, seed=11)


def reach_by(trait):
    """Share of mental-health visits met by a peer, by a trait, with the number of visits."""
    cells = breakdown(long_run, long_scenario, trait)
    chosen = cells[(cells["stream"] == "mental_health") & (cells["measure"] == "reach")]
    return chosen.set_index("cell")[["n", "value", "hidden"]]


by_hour, by_day = reach_by("arrival_hour"), reach_by("weekday")
figure, (left, right) = plt.subplots(1, 2, figsize=(8.5, 3.2), sharey=True, width_ratios=(2, 1), layout="constrained")
left.bar(range(24), 100 * by_hour["value"], color=HUE_OF["peer_added"])
left.set_xticks(range(0, 24, 3), [f"{hour:02}:00" for hour in range(0, 24, 3)])
left.set(xlabel="hour of arrival", ylabel="met by a peer (%)", ylim=(0, 100))
right.bar(range(7), 100 * by_day["value"], color=HUE_OF["peer_added"])
right.set_xticks(range(7), DAYS)
right.set_xlabel("day of arrival")
figure.suptitle(
    "Children who arrive late in the evening, or on a Sunday, are rarely met",
    x=0.01,
    ha="left",
    fontsize=10.5,
    fontweight="bold",
)
by_day

# %%
arrived = long_run.visits[(long_run.visits["arrival"] >= long_run.warm_up) & long_run.visits["departure"].notna()]
arrived = arrived[arrived["stream"] == "mental_health"]
hour = arrived["arrival"] % 1440 // 60
was_met = arrived["peer_met"].notna()
parts = {"arrived 09:00 to 19:00": (hour >= 9) & (hour < 19), "arrived 21:00 to 04:00": (hour >= 21) | (hour < 4)}
for part, chosen in parts.items():
    print(f"{part}: {was_met[chosen].mean():.0%} of {chosen.sum()} mental-health visits met by a peer (simulated)")
day_share, night_share = (was_met[chosen].mean() for chosen in parts.values())
assert day_share > night_share + 0.2, "who comes at night is left out"
assert by_day.loc["sun", "value"] < by_day.drop("sun")["value"].min(), "and who comes on a Sunday"
assert by_hour["hidden"].equals(by_hour["n"] < 10)
assert by_hour.loc[by_hour["hidden"], "value"].isna().all()

# %% [markdown]
# Moving the same peer hours (`staffing=peer_evening`) or adding a peer at all times (`staffing=peer_247`, which
# costs more) changes who is left out: `peered "study.staffing=[traditional,peer_added,peer_evening,peer_247]"`.

# %% [markdown]
# ## 7. What this cannot say
#
# - **Mechanisms are hypotheses.** The founding study's themes (*inside out and outside in*, *no one leaves
#   empty-handed*, *sculpting health system softness*) became mechanisms by our reading, and each has a switch that
#   is off by default.
# - **Outside the model:** hope, dignity, stigma and belonging. What can be counted beside them (minutes without
#   staff, who was met, who went home empty-handed) is not the same thing.
# - **The evidence is from elsewhere.** Trials were with adults, mostly outside EDs; many found no difference in
#   service use; clinicians did better than peers at linkage in the one trial that compared them after an ED visit
#   (`PEF11`).
# - **How long children wish for company, and the caseload of ED peers, are assumptions** (`SUPA28`, `POP09`): no
#   published figure was found.
#   The programme itself would know.
# - **The department is a composite**, not any hospital; `peered study=validate` shows which of its figures lie in
#   published ranges, and which do not.
# - **Freed time is capacity, not money**, and intervals above contain the chance of simulated weeks only.
#
# ## 8. What to measure first
#
# `peered study=sensitivity` plays 200 departments that look like the published ones and asks which assumption decides
# ([its answer](../docs/questions.md#10-what-should-we-measure-before-deciding)). A site can find out most of it itself
# within weeks: the mental-health share of its visits (`ARR13`), how long a crisis assessment takes (`TIM25`), how long
# a child wishes for company (`SUPA28`), how many consent (`SUPA02`). The effect of peers on returns (`EFFA01`) takes a
# trial, and knowing it is worth something only if an avoided visit is worth much more than its staff time.
