"""A checked scenario as tables: roles, members, zones, streams and steps by number, all names and units gone.

`ScenarioTables` is what all replications of a scenario share; `Run` is one, with room for what will happen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, nan
from typing import Any

import numpy as np

from sim.department.discipline import CHOICES, FIFO, RULES, Ranking
from sim.department.pathway import (
    Board,
    Choose,
    Delay,
    Dispose,
    FollowUp,
    Fork,
    FreePlace,
    Observe,
    Place,
    Release,
    SideTask,
    Step,
    Task,
)
from sim.department.patients import Stream
from sim.department.quantities import ACUITIES, MINUTES_PER_DAY, MINUTES_PER_HOUR, of_acuity
from sim.department.roster import members_of, shift_starts
from sim.department.scenario import Scenario
from sim.department.severity import ClassSharesByAcuity, Traits, traits_of
from sim.department.support import return_factors
from sim.engine.compiled import pathway
from sim.engine.compiled.duty_tables import duty_tables
from sim.engine.compiled.start_of_run import StartOfRun
from sim.engine.compiled.table_rows import EmptyClasses, TableRows
from sim.engine.compiled.tables import MEMBERS_PER_WORD, MOMENTS, MOST_ROLES, N_CLASSES, NONE, STATIC_TABLES
from sim.engine.draw_numbers import flag_id, quantity_id
from sim.engine.step_plans import StepPlan, planned, steps_before_offer
from sim.engine.trajectory import CONTACTS, DISPOSITIONS
from sim.engine.workload import Workload

STEP_KINDS: dict[type, int] = {
    Delay: pathway.DELAY, Task: pathway.TASK, SideTask: pathway.SIDE_TASK, Place: pathway.PLACE,
    FreePlace: pathway.FREE_PLACE, Release: pathway.RELEASE, Dispose: pathway.DISPOSE, Board: pathway.BOARD,
    Observe: pathway.OBSERVE, FollowUp: pathway.FOLLOW_UP_STEP, Choose: pathway.CHOOSE, Fork: pathway.FORK,
}  # fmt: skip
PURPOSES = {
    "none": 0, "triage": pathway.TRIAGE, "physician": pathway.PHYSICIAN, "assessment": pathway.ASSESSMENT,
    "safety_plan": pathway.SAFETY_PLAN, "clearance": 0,
}  # fmt: skip
PEER_KINDS = {None: NONE, "youth": 0, "family": 1, "adult": 2}

CHANGING = (
    "roles", "members", "words", "levels", "zones", "place_lines", "listed_place_lines", "lines", "classes",
)  # fmt: skip
"""Tables that a run writes into."""

BLANK = (
    (nan, "departure pia boarding_start boarding_end peer_started peer_met peer_ended next_visit"),
    (nan, "patience_since escalation_since place_since place_request observation_since"),
    (inf, "patience_deadline patience_entry escalation_deadline escalation_entry"),
    (1, "patience_pace escalation_pace step"),
    (NONE, "pending_return boarding_hour observation_hour main first_waiting last_waiting zone contact_task bridging"),
    (NONE, "observation peer_member boarding_plan observation_plan first_path"),
)
BLANK_VISIT = {name: value for value, names in BLANK for name in names.split()}
"""A visit to which nothing has happened yet: times that are not known, nobody and nothing; the rest is 0."""


@dataclass(frozen=True)
class TableNames:
    """What numbers in the tables stand for."""

    streams: tuple[str, ...]
    roles: tuple[str, ...]
    zones: tuple[str, ...]
    groups: tuple[str, ...]
    steps: tuple[str, ...]
    members: tuple[str, ...]
    severities: tuple[tuple[str, ...], ...]


class ScenarioTables:
    """A scenario as tables: `root` are the columns of ED, `tables` those of STATIC_TABLES as they are at time 0."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario.checked()
        self.root: dict[str, Any] = {}
        self.rows = {name: TableRows(dtype) for name, dtype in STATIC_TABLES.items()}
        self.workload = Workload(scenario, 0, 0)
        self.role_of = {name: number for number, name in enumerate(role_names(scenario))}
        self.zone_of = {name: number for number, name in enumerate(scenario.department.zones)}
        streams = scenario.department.streams.values()
        self.traits = [
            traits_of(stream, scenario.acuity_mix_of(name)) for name, stream in scenario.department.streams.items()
        ]
        self.step_names = tuple(dict.fromkeys(step.name for stream in streams for step in stream.pathway))
        self.plans = [
            planned(stream, draws, self.step_names, self.role_of, self.zone_of)
            for stream, draws in zip(streams, self.workload.draws, strict=True)
        ]
        self.place_line_of: dict[tuple[int, ...], int] = {}
        self.capacity_of = delay_capacities(self.plans)
        self._lower_scalars()
        self._lower_groups_and_zones()
        self._lower_members()
        self._number_queues()
        for number, stream in enumerate(streams):
            self._lower_stream(number, stream)
        self._lower_given_visits()
        self._open_queues()
        self._lower_blanks()
        self.tables = {name: rows.table() for name, rows in self.rows.items()}
        self.tables["quantile_tables"] = self.workload.tables.view(STATIC_TABLES["quantile_tables"])
        self.changing = {name: self.tables[name] for name in CHANGING}
        self._lower_duties_without_absence()
        self.rows.clear()

    @cached_property
    def n_bytes(self) -> int:
        """Memory that is taken: the tables, and roughly the names and values beside them."""
        return 100_000 + sum(table.nbytes for table in self.tables.values())

    @cached_property
    def start(self) -> StartOfRun:
        """What every run begins with."""
        return StartOfRun(self.root, self.tables, self.changing)

    @cached_property
    def at_once(self) -> int:
        """Rows that may be added at one go: members and beds when the run opens, or the whole way of a visit."""
        return int(self.root["n_members"]) + int(self.root.get("n_beds_first", 0)) + 2 * self.longest_way

    @cached_property
    def rows_per_visit(self) -> dict[str, int]:
        """How many rows belong to each visit, of the tables that go by visits."""
        n_steps = len(self.step_names)
        return {
            "visits": 1, "visit_roles": len(self.role_of), "step_times": MOMENTS * n_steps, "step_members": n_steps,
        }  # fmt: skip

    @cached_property
    def longest_way(self) -> int:
        """Most steps of a pathway and tasks of a response to escalation that one event may go through."""
        streams = self.scenario.department.streams.values()
        responses = [stream.escalation.response if stream.escalation else () for stream in streams]
        return max(len(stream.pathway) + len(tasks) for stream, tasks in zip(streams, responses, strict=True))

    @cached_property
    def names(self) -> TableNames:
        department = self.scenario.department
        return TableNames(
            streams=tuple(department.streams),
            roles=tuple(self.role_of),
            zones=tuple(self.zone_of),
            groups=tuple(group.name for group in department.groups),
            severities=department.severities,
            steps=self.step_names,
            members=tuple(member.name for member in self.roster),
        )

    # --- numbers of the whole department ------------------------------------------------------------------------

    def _lower_scalars(self) -> None:
        scenario, support, effects = self.scenario, self.scenario.support, self.scenario.effects
        clinicians = effects.clinician if effects.clinician.role in scenario.staffing.enhances else None
        factors = return_factors(effects)
        ratio_role = scenario.department.ratio_role
        huddle_roles = [self.role_of[name] for name in support.huddle_roles if name in self.role_of]
        self.root |= {
            "horizon": scenario.period.horizon,
            "step_limit": scenario.period.step_limit or 2**62,
            "handover_minutes": scenario.department.handover_minutes,
            "n_roles": len(self.role_of), "n_groups": len(scenario.department.groups), "n_steps": len(self.step_names),
            "ratio_role": NONE if ratio_role is None else self.role_of[ratio_role],
            "peer_role": self.role_of[support.role],
            "nurse_role": self.role_of.get(scenario.boarding.nurse_role, NONE),
            "places_are_exchanged": any(n_places(plans) > 1 for plans in self.plans),
            "consent": support.consent, "minimum_age": support.minimum_age,
            "positive_screen": support.positive_screen_share,
            "youth_alone": support.youth_peer.without_caregiver, "youth_under_12": support.youth_peer.under_12,
            "youth_from_12": support.youth_peer.from_12,
            "stays_share": support.stays_with_clinician_share, "wish_minutes": support.wish_minutes,
            "again_minutes": support.again_hours * MINUTES_PER_HOUR,
            "bridging_minutes": support.bridging_minutes, "call_minutes": support.call_minutes,
            "call_reached_share": support.call_reached_share, "huddle_share": support.huddle_share,
            "huddle_minutes": support.huddle_minutes,
            "first_gathering": NONE, "last_gathering": NONE,
            "n_huddle_roles": len(huddle_roles), "huddle_roles": self._numbers(huddle_roles),
            "patience_while": effects.peer.patience_while, "patience_after": effects.peer.patience_after,
            "escalation_while": effects.peer.escalation_while, "escalation_after": effects.peer.escalation_after,
            "peer_assessment": effects.peer.assessment_minutes, "peer_odds": effects.peer.linkage_odds,
            "clinician_assessment": clinicians.assessment_minutes if clinicians else 1.0,
            "clinician_odds": clinicians.linkage_odds if clinicians else 1.0,
            "factor_direct": factors.direct, "factor_linkage": factors.linkage, "factor_bridging": factors.bridging,
        }  # fmt: skip
        self._lower_pool()

    def _lower_pool(self) -> None:
        boarding = self.scenario.boarding
        pool = boarding.pool if boarding.kind == "pool" else None
        self.root["pooled"] = pool is not None
        if pool is not None:
            rate = pool.outside_requests_per_day
            self.root |= {
                "n_beds": pool.beds,
                "n_beds_first": pool.beds_taken_at_first,
                "bed_stay": pool.mean_stay_hours * MINUTES_PER_HOUR,
                "outside_gap": MINUTES_PER_DAY / rate if rate else nan,
            }

    def _lower_groups_and_zones(self) -> None:
        for group, cumulated in zip(self.scenario.department.groups, self.workload.group_cumulated, strict=True):
            self.rows["groups"].add(
                cumulated=cumulated, patience=group.patience, consent=group.consent, linkage=group.linkage,
                triage=group.triage,
            )  # fmt: skip
        for zone in self.scenario.department.zones.values():
            self.rows["zones"].add(
                n_places=inf if zone.places is None else float(zone.places), cleaning=zone.cleaning_minutes,
                twelfths=zone.nurse_twelfths,
            )  # fmt: skip

    def _numbers(self, values: Sequence[float] | np.ndarray) -> int:
        """Numbers in a row; where the first one stands."""
        first = len(self.rows["numbers"])
        for value in values:
            self.rows["numbers"].add(value=value)
        return first

    def _by_acuity(self, value: float | tuple[float, ...]) -> int:
        return self._numbers([of_acuity(value, acuity) for acuity in ACUITIES])

    def _by_class_and_acuity(self, rows: ClassSharesByAcuity) -> int:
        """Shares by acuity and class as five numbers in a row for each class."""
        return self._numbers([row[number] for number in range(len(rows[0])) for row in rows])

    def _distributions(self, parameters: np.ndarray) -> int:
        """Lowered parameters of five acuities, shape (5, 4)."""
        first = len(self.rows["distributions"])
        for family, a, b, c in parameters:
            self.rows["distributions"].add(family=int(family), a=a, b=b, c=c)
        return first

    # --- who works ----------------------------------------------------------------------------------------------

    def _lower_members(self) -> None:
        scenario = self.scenario
        self.roster = members_of(scenario.staffing.roles)
        n_roles, n_levels = len(self.role_of), 1
        n_words = max(1, -(-len(self.roster) // MEMBERS_PER_WORD))
        servers: list[list[tuple[int, int]]] = [[] for _ in self.role_of]
        for member in self.roster:
            role = scenario.staffing.roles[member.role]
            served: dict[int, int] = {}
            for level, names in enumerate(((member.role,), *role.also_serves)):
                for name in names:
                    served.setdefault(self.role_of[name], level)
            for number, level in served.items():
                servers[number].append((member.index, level))
                n_levels = max(n_levels, level + 1)
            caseload = scenario.support.caseload if member.role == scenario.support.role else role.caseload
            first = len(self.rows["services"])
            for number, level in served.items():
                free = (level * n_roles + number) * n_words
                self.rows["services"].add(role=number, role_bit=1 << number, level=level, free=free)
            self.rows["members"].add(
                index=member.index, role=self.role_of[member.role], serves=sum(1 << number for number in served),
                caseload=NONE if caseload is None else caseload, last_pickup=role.last_pickup_minutes,
                peer_kind=PEER_KINDS[member.peer_kind], first_service=first, n_services=len(served),
                word=member.index // MEMBERS_PER_WORD, bit=1 << member.index % MEMBERS_PER_WORD,
                duty=NONE, break_block=NONE, task=NONE, first_case=NONE, last_case=NONE, resting_entry=NONE,
                due_at=nan, break_start=nan,
            )  # fmt: skip
        self._lower_roles(servers)
        n_sets = n_levels * n_roles + n_roles + 2
        self.root |= {
            "n_members": len(self.roster), "n_words": n_words, "n_levels": n_levels,
            "free_from": 0, "own_from": n_levels * n_roles * n_words, "going_from": (n_sets - 2) * n_words,
            "resting_from": (n_sets - 1) * n_words,
            "has_peers": any(member.role == scenario.support.role for member in self.roster),
        }  # fmt: skip
        for _ in range(n_sets * n_words):
            self.rows["words"].add()
        for _ in range(n_levels):
            self.rows["levels"].add()

    def _weights(self, ranking: Ranking) -> int:
        """Slopes and targets of a discipline by acuity; where the first ones stand."""
        first = len(self.rows["weights"])
        for slope, target in zip(ranking.slopes, ranking.targets, strict=True):
            self.rows["weights"].add(slope=slope, target=target)
        return first

    def _lower_roles(self, servers: list[list[tuple[int, int]]]) -> None:
        for number, name in enumerate(self.role_of):
            discipline = self.scenario.discipline.of(name)
            weights = self._weights(discipline)
            first = len(self.rows["servers"])
            for member, level in servers[number]:
                self.rows["servers"].add(member=member, level=level)
            self.rows["roles"].add(
                choice=CHOICES[discipline.member], rule=RULES[discipline.rule], weights=weights, first_server=first,
                n_servers=len(servers[number]),
            )  # fmt: skip

    def _lower_duties_without_absence(self) -> None:
        roles = self.scenario.staffing.roles
        self.may_be_absent = any(roles[member.role].absence_share > 0.0 for member in self.roster)
        horizon = self.scenario.period.horizon
        of_shift = {id(member.shift): member.shift for member in self.roster}
        starts = {number: np.array(shift_starts(shift, horizon), dtype=float) for number, shift in of_shift.items()}
        self.starts = [starts[id(member.shift)] for member in self.roster]
        if not self.may_be_absent:
            self.tables |= duty_tables(self.roster, self.starts, self.tables["members"])

    def duties_with_absence(self, workload: Workload, members: np.ndarray) -> dict[str, np.ndarray]:
        """`duties` and `blocks` of one replication, in which some shifts go unfilled; `members` gets where they are."""
        roles = self.scenario.staffing.roles
        filled = []
        for member, starts in zip(self.roster, self.starts, strict=True):
            share = roles[member.role].absence_share
            absent = [workload.is_absent(member.name, start, share) for start in starts.tolist()]
            filled.append(starts[~np.array(absent, dtype=np.bool_)])
        return duty_tables(self.roster, filled, members)

    # --- queues -------------------------------------------------------------------------------------------------

    def _number_queues(self) -> None:
        """Queues in order: two a role, one a route, one a limited delay, one a member and role."""
        for plans in self.plans:
            for plan in plans:
                for routes in plan.routes:
                    for _, zones in routes:
                        self.place_line_of.setdefault(zones, len(self.place_line_of))
        self.place_lines_from = 2 * len(self.role_of)
        self.delay_lines_from = self.place_lines_from + len(self.place_line_of)
        self.delay_line_of = {step: self.delay_lines_from + n for n, step in enumerate(sorted(self.capacity_of))}
        self.root |= {
            "n_delay_lines": len(self.capacity_of), "delay_lines_from": self.delay_lines_from,
            "member_lines_from": self.delay_lines_from + len(self.capacity_of),
        }  # fmt: skip
        for zones, number in self.place_line_of.items():
            first = len(self.rows["zones_of_routes"])
            for zone in zones:
                self.rows["zones_of_routes"].add(zone=zone)
            self.rows["place_lines"].add(line=self.place_lines_from + number, first_zone=first, n_zones=len(zones))
            self.rows["listed_place_lines"].add()

    def _open_queues(self) -> None:
        lines = self.rows["lines"]
        roles = self.rows["roles"].rows
        for role in roles:
            for _ in range(2):
                lines.add(rule=role["rule"], weights=role["weights"])
        places = self.scenario.discipline.places
        weights = self._weights(places)
        for _ in self.place_line_of:
            lines.add(rule=RULES[places.rule], weights=weights)
        for step in sorted(self.capacity_of):
            lines.add(rule=FIFO, weights=0, room=self.capacity_of[step])
        for _ in self.roster:
            for role in roles:
                lines.add(rule=role["rule"], weights=role["weights"])
        for role in roles:
            del role["rule"]
        self.rows["classes"] = EmptyClasses(len(lines) * N_CLASSES)

    # --- streams ------------------------------------------------------------------------------------------------

    def _lower_stream(self, number: int, stream: Stream) -> None:
        draws, scenario = self.workload.draws[number], self.scenario
        rules, escalation, returns = stream.patience, stream.escalation, stream.returns
        plans = self.plans[number]
        first_response = len(self.rows["responses"])
        for task in escalation.response if escalation is not None else ():
            self.rows["responses"].add(minutes=task.minutes, role=self.role_of[task.role])
        hazards = returns.hazard_by_disposition if returns is not None else {}
        values = StreamValues(self, number)
        first_plan = len(self.rows["plans"])
        self.rows["streams"].add(
            held_share=stream.held_share,
            caregiver_young=stream.caregiver_share[0], caregiver_old=stream.caregiver_share[1],
            never_leaves=rules.never_leaves, leaves=rules.minutes is not None,
            ctas1_never_leaves=rules.ctas1_never_leaves,
            patience=values.first("patience") if rules.minutes is not None else NONE,
            escalates=escalation is not None,
            restraint_share=escalation.restraint_share if escalation is not None else 0.0,
            first_response=first_response, n_responses=len(self.rows["responses"]) - first_response,
            returns=returns is not None,
            susceptible=returns.susceptible if returns is not None else 0.0,
            shape=returns.shape if returns is not None else 1.0,
            scale_days=returns.scale_days if returns is not None else 1.0,
            frail_share=returns.frail_share if returns is not None else 0.0,
            frailty=returns.frailty if returns is not None else 1.0,
            hazard_of_disposition=self._numbers([hazards.get(name, 1.0) for name in DISPOSITIONS]),
            acuity_cumulated=self._numbers(draws.acuity_cumulated), age_shares=self._numbers(stream.age_shares),
            day_cumulated=self._numbers(draws.day_cumulated.ravel()),
            supported=tuple(scenario.department.streams)[number] in scenario.support.streams,
            trigger=steps_before_offer(plans, scenario.support.trigger),
            first_plan=first_plan, n_plans=len(plans),
            **self._traits(stream, self.traits[number]), **self._assessments(plans, first_plan),
        )  # fmt: skip
        if number == 0:  # the same for every stream and acuity
            self.root["meeting"] = values.first("peer/first")
        for plan in plans:
            self.rows["plans"].add(**self._plan_columns(plan, self.traits[number], values))

    def _traits(self, stream: Stream, traits: Traits) -> dict[str, Any]:
        """What a stream's visits are like by class of severity."""
        always = stream.held.always if stream.held is not None else None
        mean = stream.escalation.mean_hours * MINUTES_PER_HOUR if stream.escalation is not None else nan
        others, frail = ([share for row in rows for share in row] for rows in traits.up_to)
        return {
            "n_classes": len(traits.classes), "classes_up_to": self._numbers(others),
            "frail_up_to": self._numbers(frail), "ambulance": self._numbers(traits.ambulance),
            "police": self._numbers(traits.police), "held": self._numbers([one for one, _ in traits.held]),
            "held_with_police": self._numbers([one for _, one in traits.held]),
            "mean_escalation": self._numbers([mean / factor for factor in traits.escalation]),
            "wish": self._numbers(traits.wish),
            "always_under": 0 if always is None else always.under_age,
            "always_with_caregiver": always is not None and always.caregiver,
        }  # fmt: skip

    def _assessments(self, plans: list[StepPlan], first_plan: int) -> dict[str, Any]:
        """The step that admits nobody who was not assessed, and the first step with each need that counts."""
        for number, plan in enumerate(plans):
            if isinstance(plan.step, Dispose) and plan.step.assessed_by:
                needs = [step.step.need for step in plans]
                assessed_by = [first_plan + needs.index(need) for need in plan.step.assessed_by]
                return {
                    "assessing_plan": first_plan + number, "assessed_by": self._numbers(assessed_by),
                    "n_assessed_by": len(assessed_by),
                }  # fmt: skip
        return {"assessing_plan": NONE}

    def _plan_columns(self, plan: StepPlan, traits: Traits, values: "StreamValues") -> dict[str, Any]:
        step = plan.step
        name = f"step/{step.name}"
        columns: dict[str, Any] = {
            "kind": STEP_KINDS[type(step)], "index": plan.index, "role": plan.role,
            "only_if": NONE if step.only_if is None else DISPOSITIONS.index(step.only_if),
            "shares": self._by_acuity(step.share), "share_id": flag_id(name),
            "need_shares": NONE if step.need is None else self._by_class_and_acuity(traits.needs[step.need]),
            "need_id": 0 if step.need is None else flag_id(f"need/{step.need}"),
            "value_id": quantity_id(name), "minutes": values.first(name), "unstaffed": NONE, "delay_line": NONE,
            "share_of_minutes": nan, "band": len(self.rows["bands"]), "branch": plan.branch,
            "strand": plan.strand, "block": plan.block,
            "branches": plan.branches[0].bit_length() - 1 if plan.branches else 0, "n_branches": len(plan.branches),
        }  # fmt: skip
        for band in plan.bands:
            self.rows["bands"].add(band=band)
        return columns | self._columns_of_kind(step, plan, traits, values)

    def _columns_of_kind(self, step: Step, plan: StepPlan, traits: Traits, values: "StreamValues") -> dict[str, Any]:
        if isinstance(step, Task):
            unstaffed = f"unstaffed/{step.name}"
            return {
                "contact": CONTACTS.index(step.contact), "purpose": PURPOSES[step.purpose],
                "may_leave": step.may_leave, "preemptible": step.preemptible,
                "unstaffed": values.first(unstaffed) if step.unstaffed is not None else NONE,
                "unstaffed_id": quantity_id(unstaffed), **self._team(plan),
            }  # fmt: skip
        if isinstance(step, SideTask):
            return {
                "contact": CONTACTS.index(step.contact), "preemptible": step.preemptible,
                "share_of_minutes": nan if step.share_of_minutes is None else step.share_of_minutes,
            }  # fmt: skip
        if isinstance(step, Delay):
            return {"may_leave": step.may_leave, "delay_line": self.delay_line_of.get(plan.index, NONE)}
        if isinstance(step, Place):
            return {"may_leave": step.may_leave, "first_route": self._routes(plan)}
        if isinstance(step, Release):
            released = [self.role_of[name] for name in step.roles]
            return {"released": self._numbers(released), "n_released": len(released)}
        if isinstance(step, Choose):
            up_to = [step.up_to(acuity, name) for name in traits.classes or (None,) for acuity in ACUITIES]
            return {"up_to": self._numbers([most for row in up_to for most in row])}
        if isinstance(step, Dispose):
            admission = self._by_class_and_acuity(traits.admission[step.name])
            return {"admission": admission, "transfer": self._by_acuity(step.transfer)}
        if isinstance(step, FollowUp):
            return {"within_7_days": step.within_7_days, "within_30_days": step.within_30_days}
        if isinstance(step, Observe):
            return {
                "role": self.role_of[step.role], "fallback_role": self.role_of[step.fallback_role],
                "minutes_per_hour": step.fallback_minutes_per_hour,
            }  # fmt: skip
        return self._boarding(step, values) if isinstance(step, Board) else {}

    def _team(self, plan: StepPlan) -> dict[str, Any]:
        first = len(self.rows["seats"])
        for role, heads in plan.team:
            self.rows["seats"].add(role=role, heads=heads)
        n_in_team = sum(heads for _, heads in plan.team)
        return {
            "first_seat": first, "n_seats": len(plan.team), "n_in_team": n_in_team,
            "gather_minutes": plan.gather_minutes,
        }  # fmt: skip

    def _boarding(self, step: Board, values: "StreamValues") -> dict[str, Any]:
        time = self.scenario.boarding.times[step.time]
        short, long = f"boarding/{step.name}", f"long_boarding/{step.name}"
        return {
            "boarding": values.first(short), "boarding_id": quantity_id(short),
            "long_boarding": values.first(long), "long_boarding_id": quantity_id(long),
            "long_share": time.long_share, "minutes_per_hour": time.nurse_minutes_per_hour, "pooled": time.pooled,
        }  # fmt: skip

    def _routes(self, plan: StepPlan) -> int:
        first = len(self.rows["routes_of"])
        for routes in plan.routes:
            self.rows["routes_of"].add(first=len(self.rows["routes"]), n=len(routes))
            for up_to, zones in routes:
                self.rows["routes"].add(up_to=up_to, line=self.place_line_of[zones])
        return first

    def _lower_given_visits(self) -> None:
        for visit in getattr(self.scenario.demand, "visits", ()):
            first = len(self.rows["given_minutes"])
            for name, minutes in visit.minutes.items():
                self.rows["given_minutes"].add(step=self.step_names.index(name), minutes=minutes)
            self.rows["givens"].add(
                acuity=visit.acuity or 0, patience=nan if visit.patience is None else visit.patience,
                held=NONE if visit.held is None else int(visit.held), first_minutes=first,
                n_minutes=len(visit.minutes),
            )  # fmt: skip

    # --- a visit to which nothing has happened yet --------------------------------------------------------------------

    def _lower_blanks(self) -> None:
        self.rows["blank_visit"].add(**BLANK_VISIT)
        for _ in self.role_of:
            self.rows["blank_roles"].add(holder=NONE, last_holder=NONE, last_duty=NONE)
        for _ in self.step_names:
            self.rows["blank_members"].add(member=NONE)
            for _ in range(MOMENTS):
                self.rows["blank_times"].add(at=nan)


class StreamValues:
    """Where the distributions of a stream's drawn values stand, by name."""

    def __init__(self, lowered: ScenarioTables, number: int) -> None:
        draws = lowered.workload.draws[number]
        parameters = draws.arrays[-1]
        first = min(draws.value_at.values(), default=0)
        self.places = {name: lowered._distributions(parameters[at - first]) for name, at in draws.value_at.items()}

    def first(self, name: str) -> int:
        """The row for CTAS 1; NONE where nothing is drawn under the name."""
        return self.places.get(name, NONE)


def role_names(scenario: Scenario) -> tuple[str, ...]:
    """Roles in roster order; the peer role is there even if nobody has it. Raises ValueError for too many."""
    names = tuple(dict.fromkeys((*scenario.staffing.roles, scenario.support.role)))
    if len(names) > MOST_ROLES:
        raise ValueError(
            f"staffing has {len(names)} roles: the compiled engine takes {MOST_ROLES}; merge some or use engine=simpy"
        )
    return names


def delay_capacities(plans: list[list[StepPlan]]) -> dict[int, int]:
    """Capacity of every limited delay by its number among the steps."""
    return {
        plan.index: plan.step.capacity
        for of_stream in plans
        for plan in of_stream
        if isinstance(plan.step, Delay) and plan.step.capacity is not None
    }


def n_places(plans: list[StepPlan]) -> int:
    """How many places the visits of a stream ask for in turn."""
    return sum(isinstance(plan.step, Place) for plan in plans)
