"""The answer of a search of rosters: five lines, the roster beside the shipped ones, the front, the staffing file.

The numbers are those of `sim.analysis.roster_choice`, the figures `sim.report.figures.roster_figures`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from rich.console import Console

from sim.analysis.measures_that_apply import absent_from, peers_apply
from sim.analysis.roster_annealing import scale_of
from sim.analysis.roster_choice import FOUND, RosterAnswer
from sim.analysis.roster_search import RosterSpace, roster_in_words
from sim.analysis.roster_search_objectives import NIGHT_FROM, NIGHT_UNTIL, RosterObjective
from sim.analysis.sentences import inside
from sim.analysis.valuation import unconverted_text
from sim.department.roster import SHIPPED_CURRENCY, WEEKDAYS, Role, Shift, Staffing, clock_text
from sim.engine.measures.currency import in_currency
from sim.engine.measures.number_text import NOTHING, as_money, counted, joined, plain_number
from sim.io.workbook import Column, Sheet
from sim.report.description import IN_MIND, Finding, Points, Section, TextRows, TextTable, Typed, five_lines
from sim.report.html_page import Picture
from sim.report.screen import print_answer
from sim.report.stored_answer import StoredAnswer, stored_answer
from sim.report.tables.answer_workbook import NUMBER_CELL, WHOLE, table_sheet
from sim.report.terminal import lines_written
from sim.report.words.caveats import RESPECT
from sim.report.words.measure_words import whole_percent

BESIDE_OTHERS = "Beside the other staffings"
VERDICT_MARKS = {"better": "*", "worse": "*", "same": ""}
"""Beside a difference that is beyond its simultaneous interval."""
COVER_FOR_NOBODY = (
    "Peers are cover for nobody: hours of clinicians, observation, security and the nurse ratio stand as they were."
)
THE_OTHERS = "a roster that is best at one is seldom best at another. The front shows what each costs in the others."
WHICH_OBJECTIVE = (
    "Which objective is a question for the department: reach alone rewards many brief hellos, company alone a few long "
    f"stays, and {THE_OTHERS}"
)
HOURS_ALONE = (
    "A difference between rosters is a difference of hours and days; what company does to a child is not assumed."
)
WHICH_OBJECTIVE_ELSEWHERE = f"Which objective is a question for the department: {THE_OTHERS}"
"""The same where there are no peers."""


# --- words


def label_in_answer(found: RosterAnswer, staffing: str) -> str:
    """A staffing by its label."""
    return "Found roster" if staffing == FOUND else found.plan.beside[staffing].staffing.label or staffing


def budget_text(found: RosterAnswer) -> str:
    """`108 h a week`."""
    space = found.plan.space
    return f"{plain_number(space.budget, 0)} {in_currency(space.unit)} a week"


def roles_text(found: RosterAnswer) -> str:
    """The searched roles in words."""
    peer = found.plan.team.support.role
    return joined(["peer support" if role == peer else role.replace("_", " ") for role in found.plan.space.roles])


def roster_text(found: RosterAnswer) -> str:
    """The shifts that were found, with their hours and who can work them."""
    hours = sum(line.hours for line in found.chosen)
    people = joined([counted(n, "person").replace("persons", "people") for n in found.people.values()])
    limits = found.plan.space.limits
    words = roster_in_words(found.chosen, len(found.plan.space.roles) > 1)
    return (
        f"{words}: {plain_number(hours, 0)} h a week, which {people} can work within {limits.person_hours:g} h each "
        f"and {limits.rest_hours:g} h of rest"
    )


def found_roster_finding(found: RosterAnswer) -> Finding:
    """The question and its five lines."""
    plan = found.plan
    question = (
        f"A roster of {roles_text(found)} for {budget_text(found)} beside "
        f"{inside(label_in_answer(found, plan.baseline))}, by: {inside(plan.goal.objective.label)}"
    )
    texts = (gains_text, unchanged_text, cost_text, elsewhere_text, certainty_text)
    return five_lines(question, [text(found) for text in texts])


def contrast_text(found: RosterAnswer, objective: RosterObjective, against: str, with_interval: bool = True) -> str:
    """`met by a peer 55.9 %, not 52.1 % (+3.2 to +4.4 % points together)`."""
    row = found.contrast(against, objective.name)
    half = row["simultaneous_half_width"]
    ends = (objective.number(row["difference"] + sign * half, signed=True) for sign in (-1.0, 1.0))
    interval = f" ({' to '.join(ends)} {objective.unit_of_differences})" if with_interval else ""
    return f"{inside(objective.label)} {objective.text(row['found'])}, not {objective.text(row['other'])}{interval}"


def by_verdict(found: RosterAnswer, verdict: str, objectives: Sequence[RosterObjective]) -> list[RosterObjective]:
    """Objectives in which the found roster is better, worse or the same as the baseline."""
    return [each for each in objectives if found.contrast(found.plan.baseline, each.name)["verdict"] == verdict]


def gains_text(found: RosterAnswer) -> str:
    """The roster, what it is better at, and whether that is what was asked for."""
    plan, asked = found.plan, found.plan.goal.objective
    baseline = inside(label_in_answer(found, plan.baseline))
    better = by_verdict(found, "better", plan.compared)
    if found.same_as:
        return f"no roster was found that is better than {label_in_answer(found, found.same_as)}: {roster_text(found)}."
    others = [contrast_text(found, each, plan.baseline, with_interval=False) for each in better if each != asked]
    if asked not in better:
        but = f"; but {'; '.join(others)}" if others else ""
        return (
            f"no roster was found that beats {baseline} beyond chance: {roster_text(found)}; "
            f"{contrast_text(found, asked, plan.baseline)}{but}."
        )
    also = f"; also {'; '.join(others)}" if others else ""
    return f"{roster_text(found)}. Beside {baseline}: {contrast_text(found, asked, plan.baseline)}{also}."


def unchanged_text(found: RosterAnswer) -> str:
    """Objectives without a difference beyond chance, and what no search touches."""
    same = by_verdict(found, "same", found.plan.compared)
    labels = joined([inside(each.label) for each in same])
    said = f"no difference beyond chance in {labels}. " if same else ""
    return f"{said}{COVER_FOR_NOBODY if not found.plan.space.may_be_several else 'Minimum cover is kept.'}"


def cost_text(found: RosterAnswer) -> str:
    """What it is worse at, and money."""
    plan = found.plan
    worse = [contrast_text(found, each, plan.baseline) for each in by_verdict(found, "worse", plan.compared)]
    fewer = [
        contrast_text(found, each, plan.baseline, with_interval=False)
        for each in by_verdict(found, "worse", plan.hours)
    ]
    more = found.scenario.staffing.weekly_cost() - plan.beside[plan.baseline].staffing.weekly_cost()
    money = (
        "as much a week by the roster" if abs(more) < 0.5 else f"{as_money(abs(more))} {way(more)} a week by the roster"
    )
    in_others = f"{'; '.join(worse)}; " if worse else "nothing in the objectives shown; "
    hours = f"by the hour {'; '.join(fewer)}; " if fewer else "fewer at no hour of arrival; " if plan.hours else ""
    return f"beside {inside(label_in_answer(found, plan.baseline))}: {in_others}{hours}{money}."


def way(difference: float) -> str:
    """More or less."""
    return "more" if difference > 0.0 else "less"


def elsewhere_text(found: RosterAnswer) -> str:
    """The other staffings at what was asked for, and what the front has where another objective comes first."""
    plan, asked = found.plan, found.plan.goal.objective
    others = [
        f"{label_in_answer(found, name)} {asked.text(found.estimate(name, asked.name)['mean'])}"
        for name in plan.beside
        if name != plan.baseline
    ]
    said = [f"{inside(asked.label)}: {', '.join(others)}"] if others else []
    front = found.front[found.front["still_on_front"]]
    for objective in plan.objectives:
        if objective.name == asked.name or front.empty:
            continue
        best = front.iloc[int((objective.sign * front[objective.name]).to_numpy(float).argmax())]
        if not best["chosen"]:
            said.append(
                f"{inside(objective.label)} {objective.text(best[objective.name])} with {best['roster']}, at "
                f"{asked.text(best[asked.name])} {inside(asked.label)}"
            )
            break
    return f"{'; on the front '.join(said)}; all of the front in answer.md." if said else "nothing else was played."


def certainty_text(found: RosterAnswer) -> str:
    """How it was selected, on which seeds, and with the assumptions."""
    plan, asked = found.plan, found.plan.goal.objective
    n = len(found.selection)
    matters = asked.amount(scale_of(asked))
    chosen = (
        f"of {counted(n, 'finalist')} of {counted(len(found.searched), 'roster')} it is the best, or within {matters} "
        f"of it, with a probability of at least {whole_percent(plan.probability)} (KN)"
        if found.is_decided
        else f"of {counted(n, 'finalist')} it has the best mean; KN could not tell them apart by {matters}"
    )
    alone = (
        f"Searched on one seed, selected on a second, and all numbers are from a third, {plan.replications} "
        f"replications of {plan.team.period.text}, so that no luck of the search is in them; intervals "
        f"({whole_percent(plan.confidence)}) hold for all {len(found.contrasts)} differences together"
    )
    bound = people_bound_text(plan.space)
    return " ".join(filter(None, [f"{chosen}. {alone}{floors_text(found)}.", second_interval_text(found), bound]))


def people_bound_text(space: RosterSpace) -> str:
    """That the people there are cannot work all hours of the budget; empty where they can."""
    people, hours = space.limits.people, space.limits.person_hours
    most = (people or 0) * hours * len(space.roles)
    if people is None or space.money is not None or most >= space.budget:
        return ""
    return (
        f"{people} people can work {most:g} of these {plain_number(space.budget, 0)} h a week (study.people, "
        "study.person_hours); study.people=null takes as many as are needed."
    )


def floors_text(found: RosterAnswer) -> str:
    """Whether each floor holds in the confirmation."""
    said = []
    for floor in found.plan.floors:
        row = found.estimate(FOUND, floor.objective.name)
        objective, mean = floor.objective, row["mean"]
        is_met = objective.sign * (mean - floor.limit) >= 0.0
        said.append(
            f"floor of {inside(objective.label)} ({objective.text(floor.limit)}) {'met' if is_met else 'NOT met'}: "
            f"{objective.text(mean)}"
        )
    return "".join(f"; {text}" for text in said)


ADDS_ASSUMPTIONS = "; study.assumptions=true adds those with the assumptions"
"""Where draws of the register are of such departments."""


def second_interval_text(found: RosterAnswer) -> str:
    """The interval with the assumptions, or that there is none."""
    plan, asked = found.plan, found.plan.goal.objective
    row = found.contrast(plan.baseline, asked.name)
    if not np.isfinite(row["assumptions_low"]):
        further = "" if "children" in absent_from([plan.team]) else ADDS_ASSUMPTIONS
        return f"These intervals are of chance alone{further}."
    ends = " to ".join(asked.number(row[f"assumptions_{end}"], signed=True) for end in ("low", "high"))
    return (
        f"With the assumptions too ({found.n_draws} departments that look like the published ones) "
        f"{inside(asked.label)} differs from {inside(label_in_answer(found, plan.baseline))} by {ends} "
        f"{asked.unit_of_differences}."
    )


# --- the page


def optimise_answer(found: RosterAnswer, command: Sequence[str], pictures: Sequence[Picture]) -> StoredAnswer:
    """The whole answer, with its drawings."""
    plan = found.plan
    words = {
        "scenarios": f"{', '.join(label_in_answer(found, name) for name in (FOUND, *plan.beside))}",
        "played": f"{counted(plan.replications, 'replication')} of {plan.team.period.text} of each",
        "replications": str(plan.replications),
        "validated": "This study was not set beside published figures; study=validate does that.",
        "sensitivity": second_interval_text(found),
        "warm_up": "weeks of warm-up are not measured.",
    }
    baseline = plan.baseline
    sections = [
        Section(BESIDE_OTHERS, [TextTable(beside_table(found)), legend_of_rosters(found)]),
        Section("By the hour of arrival", [TextTable(hours_table(found))]),
        Section("Every difference", [TextTable(contrast_rows(found))]),
        Section("The front: rosters of which none is better in everything", [TextTable(front_rows(found)), FRONT_TEXT]),
        Section("The last ones, by what was asked for", [TextTable(selection_rows(found)), SELECTION_TEXT]),
        Section(
            "To play it",
            [Typed(["peered", "--config-dir", "FOLDER", f"study.staffing=[{baseline},{FOUND}]"]), PLAY_TEXT],
        ),
        Section(IN_MIND, [Points(roster_in_mind(found))]),
    ]
    return stored_answer(found_roster_finding(found), sections, pictures, words)


FRONT_TEXT = (
    "Means of ten short runs on the seed of the selection, which the search did not see; rosters marked – are beaten "
    "by another of this table in everything. The other staffings are among them."
)
SELECTION_TEXT = "n: replications after which it was ruled out, or all of them. Played by the seed of the selection."
PLAY_TEXT = (
    f"FOLDER is the folder of this answer: staffing/{FOUND}.yaml in it is a staffing like any other. Copy it to a "
    "folder of your own, give it a name, and change what you know better. Where department or staffings are your own, "
    "copy it into their folder, and name that folder, with the words that choose them."
)


def beside_table(found: RosterAnswer) -> TextRows:
    """A row for each objective, a column for each staffing; below the values of the others the difference to them."""
    others = list(found.plan.beside)
    rows: TextRows = [("", *(label_in_answer(found, name) for name in (FOUND, *others)))]
    rows += [contrast_cells(found, objective) for objective in found.plan.compared]
    hours = [plain_number(hours_of(found, name), 0) for name in (FOUND, *others)]
    costs = [plain_number(staffing_of(found, name).weekly_cost(), 0) for name in (FOUND, *others)]
    return [*rows, (f"Hours of {roles_text(found)} a week", *hours), (in_currency("CAD a week, all staff"), *costs)]


def hours_table(found: RosterAnswer) -> TextRows:
    """The same for shares met by the hour of arrival."""
    head: TextRows = [("", *(label_in_answer(found, name) for name in (FOUND, *found.plan.beside)))]
    return head + [contrast_cells(found, objective) for objective in found.plan.hours]


def contrast_cells(found: RosterAnswer, objective: RosterObjective) -> tuple[str, ...]:
    """An objective under the found roster, then under each other with the difference."""
    cells = [objective.label, objective.text(found.estimate(FOUND, objective.name)["mean"])]
    for name in found.plan.beside:
        row = found.contrast(name, objective.name)
        difference = objective.number(row["difference"], signed=True)
        cells.append(f"{objective.number(row['other'])} ({difference}{VERDICT_MARKS[str(row['verdict'])]})")
    return tuple(cells)


def legend_of_rosters(found: RosterAnswer) -> str:
    """What stands in the table."""
    percent = whole_percent(found.plan.confidence)
    return (
        f"In brackets: the found roster minus this one; * beyond the {percent} interval of all differences together. "
        f"By night: {NIGHT_FROM}:00 to {NIGHT_UNTIL:02d}:00."
    )


def staffing_of(found: RosterAnswer, name: str) -> Staffing:
    """The staffing of a name, the found one among them."""
    return (found.scenario if name == FOUND else found.plan.beside[name]).staffing


def hours_of(found: RosterAnswer, name: str) -> float:
    """Hours a week of the searched roles."""
    roles = staffing_of(found, name).roles
    return sum(roles[role].hours_per_week() for role in found.plan.space.roles if role in roles)


def contrast_rows(found: RosterAnswer) -> TextRows:
    """Every contrast with its intervals."""
    known = {each.name: each for each in (*found.plan.compared, *found.plan.hours)}
    percent = whole_percent(found.plan.confidence)
    rows: TextRows = [
        (
            "Found roster minus",
            "Objective",
            "Difference",
            f"{percent} by itself",
            f"{percent} together",
            "With assumptions",
        )
    ]
    for row in found.contrasts.to_dict("records"):
        objective, half = known[row["objective"]], row["simultaneous_half_width"]
        ends = [
            (row["low"], row["high"]),
            (row["difference"] - half, row["difference"] + half),
            (row["assumptions_low"], row["assumptions_high"]),
        ]
        spans = [" to ".join(objective.number(end, signed=True) for end in both) for both in ends]
        spans = [span if NOTHING not in span.split(" to ") else NOTHING for span in spans]
        difference = f"{objective.number(row['difference'], signed=True)} {objective.unit_of_differences}"
        rows.append((label_in_answer(found, row["against"]), objective.label, difference, *spans))
    return rows


def front_rows(found: RosterAnswer) -> TextRows:
    """The front in words, by what was asked for."""
    objectives, asked = found.plan.objectives, found.plan.goal.objective
    rows: TextRows = [("Roster", "h", *(f"{each.label} ({in_currency(each.unit)})" for each in objectives))]
    order = (-asked.sign * found.front[asked.name]).to_numpy(float).argsort(kind="stable")
    for row in found.front.iloc[order].to_dict("records"):
        whose = "found" if row["chosen"] else row["staffing"]
        mark = "" if row["still_on_front"] else " –"
        name = f"{row['roster']}{f' ({whose})' if whose else ''}{mark}"
        rows.append((name, plain_number(row["hours"], 0), *(each.number(row[each.name]) for each in objectives)))
    return rows


def selection_rows(found: RosterAnswer) -> TextRows:
    """The finalists, the choice first."""
    asked = found.plan.goal.objective
    rows: TextRows = [("Roster", f"{asked.label} ({in_currency(asked.unit)})", "n", "")]
    table = found.selection.assign(best_last=asked.sign * found.selection["mean"])
    for row in table.sort_values(["chosen", "best_last"], ascending=False, kind="stable").to_dict("records"):
        verdict = "chosen" if row["chosen"] else "ruled out" if row["ruled_out"] else "not told apart"
        rows.append((row["roster"], asked.number(row["mean"]), str(int(row["n"])), verdict))
    return rows


def roster_in_mind(found: RosterAnswer) -> Iterator[str]:
    """What must be said beside it."""
    speaks = peers_apply(found.plan.team)
    yield WHICH_OBJECTIVE if speaks else WHICH_OBJECTIVE_ELSEWHERE
    yield from filter(None, [unconverted_text([found.plan.team])])
    if not found.plan.space.may_be_several:
        yield COVER_FOR_NOBODY
    yield (
        "The search is of some rosters, not of all: a better one may exist. That people can work it says nothing of "
        "whether they want to: nights and Sundays are asked of somebody."
    )
    if speaks:
        yield HOURS_ALONE
        yield RESPECT


# --- workbook


def optimise_sheets(found: RosterAnswer) -> Iterator[Sheet]:
    """Each difference, the front, the finalists, every roster that was valued."""
    columns = {
        each.name: Column(f"{each.label} ({unit_in_tables(each)})", NUMBER_CELL)
        for each in (*found.plan.compared, *found.plan.hours)
    }
    roster = {"roster": Column("Shifts"), "staffing": Column("Staffing"), "hours": Column("Hours a week", NUMBER_CELL)}
    flags = {"chosen": Column("Chosen"), "still_on_front": Column("Beaten by none of these")}
    yield table_sheet("contrasts", found.contrasts, CONTRAST_COLUMNS)
    yield table_sheet("front", found.front, roster | columns | flags)
    yield table_sheet("selection", found.selection, {
        **roster, "mean": Column("Mean of the objective", NUMBER_CELL), "n": Column("Replications", WHOLE),
        "ruled_out": Column("Ruled out"), "chosen": Column("Chosen"),
    })  # fmt: skip
    searched = {"number": Column("Number", WHOLE), **roster, **columns, "on_front": Column("On the front")}
    yield table_sheet("rosters", found.searched, searched)


CONTRAST_COLUMNS = {
    "against": Column("Found roster minus"),
    "objective": Column("Objective"),
    "found": Column("Found roster (in the unit of the row)", NUMBER_CELL),
    "other": Column("The other", NUMBER_CELL),
    "difference": Column("Difference", NUMBER_CELL),
    "low": Column("Interval from", NUMBER_CELL),
    "high": Column("Interval to", NUMBER_CELL),
    "simultaneous_half_width": Column("Half-width of all together", NUMBER_CELL),
    "verdict": Column("Beyond that half-width"),
    "assumptions_low": Column("With the assumptions from", NUMBER_CELL),
    "assumptions_high": Column("With the assumptions to", NUMBER_CELL),
}


def unit_in_tables(objective: RosterObjective) -> str:
    """Shares are proportions in tables."""
    return "share" if objective.shown_times != 1.0 else in_currency(objective.unit)


def print_optimise(answer: StoredAnswer, console: Console) -> None:
    """The five lines, and the roster beside the shipped ones."""
    print_answer(answer.on_screen(answer.table(BESIDE_OTHERS)), console, lines_written(console))


# --- the staffing file


def staffing_file_text(found: RosterAnswer, inherits: str) -> str:
    """The chosen roster as a file of the group `staffing`, that of a shipped staffing it `inherits` and the searched
    roles, or where that is empty every role."""
    staffing, plan = found.scenario.staffing, found.plan
    asked = f"study=optimise study.objective={plan.goal.objective.name}"
    team = plan.team.staffing.name
    shown = {name: role for name, role in staffing.roles.items() if not inherits or name in plan.space.roles}
    lines = [
        f"# Assumption: found by `peered {asked}`, seed {plan.seed}. Shifts are the search's,",
        f"# everything else is as in the staffing {team}. Copy it to a folder of your own before you change it.",
        *([f"defaults: [{inherits}, _self_]"] if inherits else []),
        f"name: {FOUND}",
        "label: Found roster",
    ]
    if staffing.currency != SHIPPED_CURRENCY:
        lines.append(f"currency: {staffing.currency}")
    if staffing.weekly_extra_cost:
        lines.append(f"weekly_extra_cost: {staffing.weekly_extra_cost:.10g}    # as in {team}: {staffing.currency}")
    if staffing.enhances:
        lines.append(f"enhances: {json.dumps(staffing.enhances)}    # as in {team}")
    for name, role in shown.items():
        lines += ["", f"{name}:", *role_lines(role, team, name in plan.space.roles)]
    return "\n".join(lines) + "\n"


def role_lines(role: Role, team: str, is_found: bool) -> Iterator[str]:
    """A role as its file holds it."""
    said: Mapping[str, Any] = role.model_dump(mode="json", exclude_defaults=True)
    for key, value in said.items():
        if key not in ("shifts", "heads"):
            yield f"  {key}: {json.dumps(value)}    # as in {team}"
    yield "  shifts:"
    source = "assumption: found by the search" if is_found else f"as in {team}"
    for name, shift in role.shifts.items():
        yield f"    {name}: {shift_yaml(shift, role.heads_of(shift))}    # {source}"


def shift_yaml(shift: Shift, heads: int) -> str:
    """`{start: "16:00", minutes: 720, heads: 1, days: [mon, tue]}`."""
    parts = [f'start: "{clock_text(shift.start)}"', f"minutes: {shift.minutes:g}", f"heads: {heads}"]
    if len(shift.days) < 7:
        parts.append(f"days: [{', '.join(WEEKDAYS[day] for day in shift.days)}]")
    if shift.peer_kind is not None:
        parts.append(f"peer_kind: {shift.peer_kind}")
    if shift.breaks is not None:
        parts.append(
            f"breaks: {json.dumps([item.model_dump(mode='json', exclude_none=True) for item in shift.breaks])}"
        )
    return f"{{{', '.join(parts)}}}"
