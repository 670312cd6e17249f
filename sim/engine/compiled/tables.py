"""The tables of the compiled engine: what a row of each holds. The root, `ED`, knows where every table stands.

Rows refer to each other by number, NONE where there is nobody. How rows are reached is `memory`; how the tables of a
scenario are filled is `scenario_tables`. Times are minutes, booleans are bytes.
"""

import numpy as np

from sim.engine.compiled.memory import Dtype, RowOf

NONE = -1
N_BANDS, N_ACUITIES = 8, 5
N_CLASSES = N_BANDS * N_ACUITIES
"""A queue has a class for every band and acuity; class number = band x 5 + acuity - 1."""
URGENT_CLASSES = sum(1 << N_ACUITIES * band for band in range(N_BANDS))
"""The classes of CTAS 1, as a mask."""
MEMBERS_PER_WORD = 62
"""Sets of members are masks in words of so many bits."""
MOST_ROLES = 62
"""Sets of roles are one mask."""


def columns(first: str = "", **names: str) -> Dtype:
    """A row type: for every NumPy type code the names of its columns.

    Those named `first` stand together at the beginning, because they are used together; within each part the widest
    come first.
    """
    order = sorted(names, key=lambda code: -np.dtype(code).itemsize)
    every = [(name, code) for code in order for name in names[code].split()]
    early = set(first.split())
    return np.dtype(
        [item for item in every if item[0] in early] + [item for item in every if item[0] not in early], align=True
    )


# --- what does not change in a run -----------------------------------------------------------------------------------

NUMBER = columns(f8="value")
"""Plain numbers that other rows point at: shares by acuity, cumulated shares."""

ROLE = columns(i4="choice weights n_on_duty n_waiting n_urgent first_server n_servers")
"""A role: how members are chosen, the first of its five rows of WEIGHT, heads and waiting tasks, who serves it."""

WEIGHT = columns(f8="slope target")
"""Slope and target of a discipline for one acuity."""

SERVER = columns(i4="member level")
"""A member who serves a role, and at which level of the skill list; in order of members."""

SERVICE = columns(i8="role_bit", i4="role level free")
"""A role that a member serves, at which level, and where the set of those who are free for it begins in `words`."""

DUTY = columns(f8="start end", i4="first_block n_blocks")
BLOCK = columns(f8="at minutes", b1="protected")
"""A spell of duty, and the breaks and protected blocks in it."""

ZONE = columns(f8="n_places cleaning", i4="twelfths n_taken")

STREAM = columns(
    f8="held_share always_under caregiver_young caregiver_old never_leaves restraint_share susceptible shape scale_days"
    " frail_share frailty",
    i4="first_plan n_plans trigger acuity_cumulated age_shares patience day_cumulated first_response n_responses"
    " hazard_of_disposition n_classes classes_up_to frail_up_to ambulance police held held_with_police mean_escalation"
    " wish assessing_plan assessed_by n_assessed_by",
    b1="supported leaves ctas1_never_leaves escalates returns always_with_caregiver",
)
"""A stream. `acuity_cumulated`, `age_shares`, `day_cumulated` and `hazard_of_disposition` are rows of NUMBER,
`patience` the first of five rows of DISTRIBUTION, `trigger` the number of steps before a peer is offered.

`n_classes` is 0 without classes of severity. `classes_up_to` and `frail_up_to` are rows of NUMBER, for each acuity a
cumulated share for every class; `ambulance`, `police`, `held`, `held_with_police`, `mean_escalation` and `wish` have
one for every class, and one where there are none. `always_under` is an age in years, 0 where nobody is held always.
`assessing_plan` is the row of PLAN that admits nobody who was not assessed, NONE without such; `assessed_by` are rows
of NUMBER, each the row of a PLAN with a need that counts."""

RESPONSE = columns(f8="minutes", i4="role")
"""A task in answer to an escalation."""

GROUP = columns(f8="cumulated patience consent linkage triage")

PLAN = columns(
    f8="share_of_minutes within_7_days within_30_days minutes_per_hour long_share gather_minutes",
    i8="share_id need_id value_id unstaffed_id boarding_id long_boarding_id branch",
    i4="kind index role contact purpose only_if shares need_shares minutes unstaffed band first_route"
    " admission transfer fallback_role boarding long_boarding delay_line released n_released"
    " branches n_branches up_to first_seat n_seats n_in_team strand block",
    b1="may_leave preemptible pooled",
)
"""A step of a stream. `shares` and `transfer` are the first of five rows of NUMBER, `need_shares` and `admission` of
five for every class;
`minutes`, `unstaffed`, `boarding` and `long_boarding` of DISTRIBUTION, `band` and `first_route` of BAND and ROUTES;
`released` is the first of the rows of NUMBER that name roles. The ids key the draws. `branch` is the bit of the branch
that has the step, 0 for all visits; a choose step sends into branches from bit number `branches` on, and `up_to` are
rows of NUMBER, for each class, acuity and branch the uniform below which a visit goes no further. A fork begins all of
its branches, numbered from 1: `strand` says in which of them a step is, 0 on the main path; `block` is how many steps
right after a fork are in its branches."""

SEAT = columns(i4="role heads")
"""How many of a role a task needs beside its lead, in roster order; `n_in_team` of a plan is the sum of them."""

BAND = columns(i4="band")
DISTRIBUTION = columns(f8="a b c", i4="family")
"""Lowered parameters; of gamma and empirical `b` is the first number of the table."""
ROUTES = columns(i4="first n")
ROUTE = columns(f8="up_to", i4="line")
"""Routes of an acuity with the uniform up to which they are taken, and the queue of those who want its zones."""
PLACE_LINE = columns(i4="line first_zone n_zones", b1="listed")
LISTED = columns(i4="place_line")
"""Place lines where somebody may wait, in any order; `listed` says which are among them."""
ZONE_OF_ROUTE = columns(i4="zone")

OUTSIDE_ARRIVAL = columns(f8="time", i8="patient", i4="number stream given")
"""An arrival from outside, in order of time and patient; `given` is the row of GIVEN of a replayed visit."""
GIVEN = columns(f8="patience", i4="acuity held first_minutes n_minutes")
"""What a replayed visit brings: acuity 0, patience nan, held NONE where drawn."""
GIVEN_MINUTES = columns(f8="minutes", i4="step")

# --- what happens ----------------------------------------------------------------------------------------------------

MEMBER = columns(
    first="serves index role caseload first_service n_services duty task n_cases n_recoveries word bit on_duty"
    " shift_over on_break idle_since last_pickup busy",
    f8="last_pickup due_at break_start idle_since busy overtime joined",
    i8="resting_entry serves bit",
    i4="index role caseload peer_kind first_service n_services first_duty n_duties duty next_duty next_block"
    " break_block task first_case last_case n_cases n_recoveries word seat next_in_team",
    b1="on_duty shift_over on_break",
)
"""A member. `serves` is a mask of roles, `duty` the row of DUTY of the present spell, `next_duty` that of the next,
`word` and `bit` where the member stands in a set, `resting_entry` the running number of the entry that
ends the break. Of a member of a team `seat` is the role they joined in, `joined` when they did or when the team began,
and `next_in_team` who joined next."""

LEVEL = columns(i8="free_roles")
"""A level of the skill lists: roles with a free member who serves them at it."""

WORD = columns(i8="mask")
"""Sets of members: free by level and role, with tasks of their own by role, going home, resting."""

VISIT = columns(
    first="arrival patience_left patience_since patience_deadline patience_entry patience_pace key open_cases row"
    " stream acuity disposition step main first_waiting last_waiting responding n_clinicians zone contact_task"
    " peer_stays departed tried_to_leave begins_when_calm held pia",
    u8="key",
    i8="patient pending_return boarding_hour observation_hour open_cases given_need branches",
    f8="arrival departure patience escalation_budget pia boarding_start boarding_end peer_started peer_met peer_ended"
    " wish_left meeting_left accompanied observed unmet next_visit"
    " patience_left patience_since patience_deadline patience_entry patience_pace"
    " escalation_left escalation_since escalation_deadline escalation_entry escalation_pace place_since place_request"
    " observation_since boarding_care_since observation_care_since",
    i4="row number stream acuity severity age age_group arrival_mode group disposition peer_kind follow_up escalations"
    " restraints step given main first_waiting last_waiting n_slots responding zone contact_task bridging spells"
    " exposures wishes"
    " observation peer_member boarding_plan observation_plan first_path",
    i1="n_clinicians",
    b1="held caregiver eligible offered consented bridged called call_reached safety_plan needs_observation peer_stays"
    " peer_missed departed tried_to_leave begins_when_calm recovery_owed",
)
"""A visit: what is written about it, and what it is about. `given_need` is the key of a need that it has
whatever its uniform says, 0 for none, `branches` the bits of those it has been sent into. `step` counts from 1 along
its pathway; `pending_return`, `boarding_hour` and `observation_hour` are running numbers of the calendar entries that
are still good. `wishes` is the number of the present wish for company, or of the next one, `wish_left` and
`meeting_left` are minutes of company; `n_clinicians` counts the main-path tasks that run, `first_path` is the first
branch of the fork that it is in; `recovery_owed`: a spell of company has begun since the peer's recovery was last asked
for."""

PATH = columns(i4="number step main next", b1="begins_when_calm ended")
"""A branch of a fork that is under way: its number, the step it has come to, the request it waits for or has in hand,
the next branch of the visit."""

VISIT_ROLE = columns(f8="since minutes", i8="number", i4="holder last_holder last_duty previous next", b1="taken_over")
"""A visit with a role: its case (`number` 0: none open), who held it last, minutes of main-path tasks begun. `previous`
and `next` link the cases of the holder in order of number."""

REQUEST = columns(
    first="since order minutes visit kind step plan band slot role contact line previous next member earlier later"
    " ending number waiting may_leave preemptible",
    f8="since order minutes unstaffed started ends handover company_since",
    i8="ending gathering_ends",
    i4="number visit kind step plan band slot role contact owner owner_duty queue place_line line previous next member"
    " earlier later n_in_team first_in_team last_in_team path",
    b1="may_leave preemptible opened_case resumed waiting kept_over gathers is_apart",
)
"""A request. `previous` and `next` link its class of a queue, `earlier` and `later` the waiting ones of its visit. Of a
contact that runs `company_since` is the end of the walk, and `kept_over` says that its kept minutes are over. A task
for several needs `n_in_team` besides its lead, who is `first_in_team`; while it `gathers`, `previous` and `next` link
the teams that do, in the order of their leads, and `gathering_ends` is the running number of the entry that parts it,
or that ends its time apart. `path` is the branch of a fork that
asks for it, NONE on the main path and beside it."""

LINE = columns(i8="classes", i4="rule weights n room")
"""A queue: which classes have anybody, its discipline, how many wait; of a limited delay how many more it takes."""
CLASS = columns(i4="first last")

HEAP = columns(i8="entries", i4="n room")
ENTRY = columns(i8="instant key meaning")
"""A calendar entry: `key` orders entries of one instant and carries the running number in its low 32 bits; `meaning` is
what happens and, in its low 32 bits, to whom."""

WAITING_FOR_BED = columns(f8="stay", i4="visit")

# --- what is left behind ---------------------------------------------------------------------------------------------

MOMENTS = 3
"""Of every step: requested, started, ended."""
STEP_TIME = columns(f8="at")
STEP_MEMBER = columns(i4="member")
TASK_ROW = columns(
    f8="requested started ended company_since handover overtime",
    i4="visit member step slot",
    i1="role kind contact band",
    b1="interrupted withdrawn opened_case",
)
PLACE_ROW = columns(f8="requested start end", i4="visit zone")
CASE_ROW = columns(f8="start end", i4="visit role member")
STAFF_ROW = columns(f8="scheduled_start scheduled_end left busy overtime", i4="member role n_handed_over n_unheld")
BREAK_ROW = columns(f8="due start end", i4="member", b1="protected")

# --- the root --------------------------------------------------------------------------------------------------------

STATIC_TABLES: dict[str, Dtype] = {
    "numbers": NUMBER, "roles": ROLE, "weights": WEIGHT, "servers": SERVER, "services": SERVICE, "duties": DUTY,
    "blocks": BLOCK, "zones": ZONE, "streams": STREAM, "responses": RESPONSE, "groups": GROUP, "plans": PLAN,
    "seats": SEAT,
    "bands": BAND, "distributions": DISTRIBUTION, "routes_of": ROUTES, "routes": ROUTE, "place_lines": PLACE_LINE,
    "listed_place_lines": LISTED, "zones_of_routes": ZONE_OF_ROUTE, "outside": OUTSIDE_ARRIVAL, "givens": GIVEN,
    "given_minutes": GIVEN_MINUTES,
    "members": MEMBER, "words": WORD, "levels": LEVEL, "lines": LINE, "classes": CLASS, "heaps": HEAP,
    "blank_visit": VISIT, "blank_roles": VISIT_ROLE, "blank_times": STEP_TIME, "blank_members": STEP_MEMBER,
    "quantile_tables": NUMBER,
}  # fmt: skip
"""Tables whose size the scenario decides, by the name of their address in ED."""

GROWING_TABLES: dict[str, Dtype] = {
    "visits": VISIT, "visit_roles": VISIT_ROLE, "step_times": STEP_TIME, "step_members": STEP_MEMBER,
    "paths": PATH, "requests": REQUEST, "task_rows": TASK_ROW, "place_rows": PLACE_ROW, "case_rows": CASE_ROW,
    "staff_rows": STAFF_ROW, "break_rows": BREAK_ROW, "waiting_for_bed": WAITING_FOR_BED,
}  # fmt: skip
"""Tables that grow as the run goes on; `n_…` counts their rows. Once they are more than `room_for_…` the loop stops for
more memory before the next step; what lies beyond is enough for what one step may add."""
MOST_NEW_ROWS = 4096
"""Rows that one step of the engine adds to a table at most, besides those counted for what is open."""

ED = columns(
    f8="now horizon handover_minutes consent minimum_age positive_screen youth_alone youth_under_12 youth_from_12"
    " stays_share wish_minutes"
    " again_minutes bridging_minutes call_minutes call_reached_share huddle_share huddle_minutes"
    " patience_while patience_after escalation_while escalation_after peer_assessment clinician_assessment peer_odds"
    " clinician_odds factor_direct factor_linkage factor_bridging bed_stay outside_gap",
    i8=" ".join(
        [
            *STATIC_TABLES, *GROWING_TABLES,
            *(f"n_{name}" for name in GROWING_TABLES), *(f"room_for_{name}" for name in GROWING_TABLES),
            "base later_instant later_key later_where n_created n_processed n_settlings step_limit n_outside"
            " next_outside roles_changed roles_waiting"
            " n_waiting_urgent n_calling n_callable"
            " occupied_twelfths n_cases n_cases_open n_places_held n_open_requests"
            " first_free_request first_free_path n_going n_resting n_members n_words n_roles n_levels n_groups n_steps"
            " ratio_role peer_role nurse_role n_huddle_roles huddle_roles"
            " n_listed_place_lines n_delay_lines delay_lines_from member_lines_from free_from own_from going_from"
            " resting_from"
            " meeting"
            " first_gathering last_gathering"
            " n_beds n_beds_taken n_beds_first n_outside_requests n_bed_entries next_for_bed",
        ]
    ),
    b1="is_open settle_due settling places_changed delays_changed places_are_exchanged has_peers pooled needs_memory",
)  # fmt: skip
"""The root. `n_calling` counts the requests in queues that call a peer away from company, `n_callable` the contacts in
hand whose kept minutes are over: while either is 0 nobody is called away, and nothing is looked at.
"""

ROWS = {id(dtype): RowOf(name, dtype) for name, dtype in list(globals().items()) if isinstance(dtype, np.dtype)}
"""Every type of row, by its columns."""
ROWS[id(HEAP)].tables["entries"] = ROWS[id(ENTRY)]
ed_at = ROWS[id(ED)]
ed_at.tables.update({name: ROWS[id(dtype)] for name, dtype in (STATIC_TABLES | GROWING_TABLES).items()})
