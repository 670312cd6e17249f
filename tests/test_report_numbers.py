"""The numbers of the report of a comparison are those of the store, written anew from the tables of its folder.

Each check below compares whole texts with those made here of the stored values: `CHECKS` lists them with the texts of
the page they are about, and each has to fail when a digit of these is another. Ticks of axes, legends, notes on money
and volume, and what is not a value of a table (assumptions, checklists) are not held here.
"""

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sim.engine.measures.catalogue import COST_NAMES, HEADLINE, MEASURE_BY_KEY, PROTOCOL_OUTCOMES
from sim.engine.measures.number_text import part_text, unit_of_value
from sim.engine.measures.peer_day import PEER_TIME
from sim.report.words.measure_words import labelled, measure_text
from tests.report_page import LEVELS, REPLICATIONS, STAFFINGS, Page
from tests.stored_numbers import (
    BASELINE,
    NUMBER,
    NURSE,
    PEERS,
    Row,
    Store,
    change_cell,
    difference_cell,
    mean_cell,
    number,
    numbers,
    percent,
    reach,
    whole_cells,
    within,
    written,
)

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def store(compared: Path) -> Store:
    return Store(compared)


@pytest.fixture(scope="module")
def page(compared: Path) -> Page:
    return Page((compared / "report.html").read_text(encoding="utf-8"))


# --- tables


def check_headline(page: Page, store: Store) -> None:
    n_played = [str(store.estimate(staffing, HEADLINE[0])["n"]) for staffing in STAFFINGS]
    rows = [["", *STAFFINGS.values()], ["Replications", *n_played]]
    for part in ("all", "medical", "mental_health"):
        rows.append([part_text(part).capitalize()])
        rows += [[labelled(name), *whole_cells(store, name)] for name in store.headline if name.endswith(f".{part}")]
    assert page.table(caption="What matters, in one table").rows == rows


def check_demand(page: Page, store: Store) -> None:
    n_played = [store.estimate(BASELINE, HEADLINE[0], level)["n"] for level in LEVELS]
    marks = [" †" * any(row["many_leave"] for row in store.rows("cautions", level)) for level in LEVELS]
    heads = [f"demand × {level:g} (n = {n}){mark}" for level, n, mark in zip(LEVELS, n_played, marks, strict=True)]
    rows = [["", *heads]]
    for name in PROTOCOL_OUTCOMES:
        rows.append([f"{measure_text(name)} ({unit_of_value(name)})"])
        cells = zip(STAFFINGS.values(), *(whole_cells(store, name, level) for level in LEVELS), strict=True)
        rows += [list(row) for row in cells]
    assert page.table(caption="Demand a little lower and higher").rows == rows


def check_taken_home(page: Page, store: Store) -> None:
    parts = ("with_safety_plan", "with_follow_up", "bridged", "call_reached", "with_company")
    names = [f"{key}.mental_health" for key in ("went_home_empty_handed", *(f"home_{part}" for part in parts))]
    rows = [[labelled(name), *whole_cells(store, name)] for name in names]
    assert page.table(caption="What children take home").rows == [["", *STAFFINGS.values()], *rows]


def check_peer_day(page: Page, store: Store) -> None:
    names = {f"peer_time_{part}.all": f"{words[0]} (% of paid time)" for part, words in PEER_TIME.items()}
    others = ("cost_per_child_met", "cost_per_company_hour", "boarder_company_per_24h", "peer_exposures_per_1000_hours")
    names |= {f"{key}.all": labelled(f"{key}.all") for key in others}
    names["overtime_hours_per_week.psw"] = labelled("overtime_hours_per_week.psw")
    assert page.table(caption="A peer's day").rows == [
        ["", STAFFINGS[PEERS]],
        *([words, mean_cell(store.estimate(PEERS, name))] for name, words in names.items()),
    ]


def check_matched_patients(page: Page, store: Store) -> None:
    words = {"time_to_pia": ("Time to physician", "min", 1), "length_of_stay": ("Stay", "h", 2)}
    rows = [["", "sooner", "same", "later", "P10", "median", "P90", "mean", "patients"]]
    title = ""
    for row in sorted(store.rows("changes"), key=lambda row: (row["stream"], row["quantity"])):
        quantity, unit, decimals = words[row["quantity"]]
        stream = row["stream"].replace("_", " ")
        if title != (title := f"{quantity}, {stream} ({unit})"):
            rows.append([title])
        shares = [percent(row[key]) for key in ("sooner", "same", "later")]
        changes = [written(row[key], decimals, signed=True) for key in ("p10", "p50", "p90", "mean")]
        rows.append([STAFFINGS[row["staffing"]], *shares, *changes, written(row["n"], 0)])
    assert page.table(caption="Matched simulated patients, first visits").rows == rows


GROUP_HEADS = {
    "reach_of_eligible.mental_health": "Met by a peer (%)",
    "wait_triage_to_pia_mean.mental_health": "Wait (min)",
    "lwbs_or_ama.mental_health": "Leaving (%)",
    "minutes_without_staff_mean.mental_health": "Without staff (min)",
    "longest_unseen_mean.mental_health": "Longest unseen (min)",
}
ATTRIBUTES = {"arrival_hour": "hour of arrival", "weekday": "weekday", "age_group": "age"}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def group_name(by: str, group: str) -> str:
    if by == "weekday":
        return next(day for day in DAYS if day.lower().startswith(group))
    return f"{group.replace('-', ' to ')} {'h' if by == 'arrival_hour' else 'years'}"


def groups_of(store: Store, by: str) -> dict[str, dict[tuple[str, str], Row]]:
    """Rows of the groups of an attribute by staffing and measure."""
    found: dict[str, dict[tuple[str, str], Row]] = {}
    for row in store.rows("left_out"):
        if row["by"] == by:
            found.setdefault(row["group"], {})[row["staffing"], row["measure"]] = row
    return found


def group_cell(row: Row, apart: str = "") -> str:
    if row["hidden"]:
        return "·"
    if not apart:
        return mean_cell(row)
    mean, high, together = (row[name] for name in (apart, f"{apart}_high", f"{apart}_simultaneous"))
    return change_cell(row["measure"], mean, high - mean, together)


def gap_cell(row: Row) -> str:
    return group_cell(row) if math.isnan(row["gap"]) else f"{group_cell(row)} ({group_cell(row, 'gap')})"


def check_who_is_left_out(page: Page, store: Store) -> None:
    title = f"Who is met, and who is left out: {STAFFINGS[PEERS]}"
    tables = page.tables_of(title)
    for table, (by, words) in zip(tables, ATTRIBUTES.items(), strict=True):
        rows = [[f"By {words} (visits)", *GROUP_HEADS.values()]]
        for group, cells in groups_of(store, by).items():
            found = [cells[PEERS, name] for name in GROUP_HEADS]
            rows.append([f"{group_name(by, group)} ({written(found[0]['visits'], 0)})", *map(gap_cell, found)])
        assert table.rows == rows
    line = left_out_line(store)
    assert page.lines["Who is left out"] == line
    assert page.paragraphs[title][0] == f"{line[0].upper()}{line[1:]}"


def left_out_gaps(store: Store) -> Iterator[tuple[str, Row, Row]]:
    """The group that is met least, where its gap is beyond chance, and the one that is met most, by attribute."""
    for by in ATTRIBUTES:
        rows = [cells[PEERS, next(iter(GROUP_HEADS))] for cells in groups_of(store, by).values()]
        shown = sorted((row for row in rows if not row["hidden"]), key=lambda row: float(row["mean"]))
        behind = [row for row in shown if row["gap"] < -row["gap_simultaneous"]]
        if behind:
            yield by, behind[0], shown[-1]


def left_out_line(store: Store) -> str:
    who = {"arrival_hour": "those who come at", "weekday": "those who come on a", "age_group": "those aged"}
    gaps = sorted(left_out_gaps(store), key=lambda gap: float(gap[1]["mean"]))
    texts = [
        f"{percent(low['mean'])} of {who[by]} {group_name(by, low['group'])} "
        f"({group_name(by, high['group'])}: {percent(high['mean'])})"
        for by, low, high in gaps
    ]
    assert len(texts) == 2, "of more the line names two, of fewer this test needs others"
    (even,) = set(ATTRIBUTES) - {by for by, *_ in gaps}
    return f"with peers added, a peer meets {texts[0]} and {texts[1]}; no gap beyond chance by {ATTRIBUTES[even]}."


def check_what_changes_for_whom(page: Page, store: Store) -> None:
    tables = page.tables_of("What each staffing changes for whom")
    for table, (by, words) in zip(tables, ATTRIBUTES.items(), strict=True):
        rows, groups = [[f"By {words}", *STAFFINGS.values()]], groups_of(store, by)
        for name, head in GROUP_HEADS.items():
            found = [cells[staffing, name] for cells in groups.values() for staffing in STAFFINGS]
            if any(abs(row["difference"]) > row["difference_simultaneous"] for row in found):
                rows.append([head])
                for group, cells in groups.items():
                    apart = [group_cell(cells[staffing, name], "difference") for staffing in (PEERS, NURSE)]
                    rows.append([group_name(by, group), group_cell(cells[BASELINE, name]), *apart])
        assert table.rows == rows
        assert len(rows) > 1


def check_precision(page: Page, store: Store) -> None:
    rows = page.table(caption="Precision").rows
    assert rows[0][2:] == [
        "Baseline's mean", "Widest paired difference", "Judged together", "Least correlation", "Replications",
    ]  # fmt: skip
    expected = []
    for name in store.headline:
        own, apart = store.estimate(BASELINE, name), [store.difference(each, name) for each in (PEERS, NURSE)]
        widths = [max(row[column] for row in apart) for column in ("half_width", "simultaneous_half_width")]
        correlations = [row["correlation"] for row in apart if not math.isnan(row["correlation"])]
        least = written(min(correlations, default=math.nan), 2)
        unit = unit_of_value(name).replace("%", "% points")
        cells = [reach(name, width) for width in (own["half_width"], *widths)]
        expected.append([measure_text(name), unit, *cells, least, str(own["n"])])
    assert rows[1:] == expected
    stay = {each: store.difference(each, "length_of_stay_mean.mental_health")["half_width"] for each in (PEERS, NURSE)}
    widest = max(stay, key=lambda each: stay[each])
    said = f"± {written(stay[widest], 2)} h at worst ({STAFFINGS[widest]}), within the ± 0.2 h asked for."
    assert page.paragraphs["Precision"][0] == f"Precision of the paired mental-health stay: {said}"


def check_warm_up(page: Page, store: Store) -> None:
    expected = []
    for row in store.rows("cautions"):
        waits = [written(row[column], 1) for column in ("wait_first_third", "wait_last_third")]
        shares = [percent(row[column], 1) for column in ("unfinished", "unfinished_limit", "leaving")]
        mark = "†" * row["many_leave"] + "‡" * row["no_steady_state"]
        expected.append([STAFFINGS[row["staffing"]], *waits, *shares, mark or "none"])
        assert "–" not in waits, "this test needs weeks enough for thirds"
    assert page.table(caption="Warm-up and steady state").rows[1:] == expected


def check_costs(page: Page, store: Store) -> None:
    expected = []
    for row in store.rows("costs"):
        hours = row["hours_added"].replace("psw", "peer support").replace("-", "−")
        money = written(row["weekly_cost"], 0), written(row["weekly_difference"], 0, signed=True)
        expected.append([row["label"], hours, *money])
    assert page.table(caption="Cost").rows[1:] == expected


def check_worth(page: Page, store: Store) -> None:
    """The stored net benefits, and the differences in what is counted beside staff cost."""
    counted = ("visits_per_week", "admissions_per_week", "boarding_hours_per_week")
    expected = []
    for staffing in (PEERS, NURSE):
        apart = [difference_cell(store.difference(staffing, f"{key}.mental_health")) for key in counted]
        rows = [row for row in store.rows("worth") if row["staffing"] == staffing]
        sums = [f"{written(row['mean'], 0, signed=True)} ± {written(row['half_width'], 0)}" for row in rows]
        expected.append([STAFFINGS[staffing], *apart, *sums])
    assert page.table(caption="What the differences would be worth").rows[1:] == expected


# --- sentences


def sentence_numbers(row: Row) -> list[str]:
    """Numbers of the sentence of a difference in their order."""
    name, mean, low, high = row["measure"], row["mean"], row["low"], row["high"]
    after = [str(row["n"]), *["5"] * row["many_leave"]]
    if low <= 0.0 <= high:
        return [*(number(name, within(name, end), signed=True) for end in (low, high)), "95", *after]
    ends = sorted(abs(within(name, end)) for end in (low, high))
    told = [number(name, abs(mean)), "95", *(number(name, end) for end in ends), *after]
    half_width = row["simultaneous_half_width"]
    if abs(mean) > half_width:
        return told
    return told + [number(name, within(name, mean + way * half_width), signed=True) for way in (-1, 1)]


def check_sentences(page: Page, store: Store) -> None:
    """Of each staffing: the stored sentences, their numbers those of the stored row, and what is identical in one."""
    for staffing in (PEERS, NURSE):
        rows = [store.difference(staffing, name) for name in store.headline]
        moved = [row for row in rows if (row["mean"], row["sd"]) != (0.0, 0.0)]
        *lines, identical = page.points[STAFFINGS[staffing]]
        assert lines == [row["sentence"] for row in moved]
        for line, row in zip(lines, moved, strict=True):
            assert numbers(line) == sentence_numbers(row), line
        same = [row["measure"] for row in rows if row not in moved]
        labels = [(MEASURE_BY_KEY[name.partition(".")[0]].label, part_text(name.partition(".")[2])) for name in same]
        said = "; ".join(f"{label[0].lower()}{label[1:]} ({part})" for label, part in labels)
        assert identical == f"Identical to the last bit to traditional staffing: {said}."


def check_care(page: Page, store: Store) -> None:
    """What must be kept in mind names those of whom many leave, at each level of demand."""
    texts = [text for text in page.points["Read this with the numbers"] if text.startswith("Many leave")]
    expected = []
    for level in LEVELS:
        rows = [row for row in store.rows("cautions", level) if row["many_leave"]]
        if found := "; ".join(f"{STAFFINGS[row['staffing']]}: {percent(row['leaving'], 1)} leave" for row in rows):
            where = f"at demand × {level:g}: more than 5 % of visits leave unseen or against advice"
            expected.append(f"Many leave {where} ({found})")
    assert expected
    assert [text.partition(". ")[0] for text in texts] == expected


def check_lines(page: Page, store: Store) -> None:
    """The lines that answer, number by number."""
    lines = page.lines
    triples, percents = [], ["95"]
    for row in store.changed(PEERS):
        name, ends = row["measure"], sorted(abs(within(row["measure"], row[end])) for end in ("low", "high"))
        triples += [number(name, abs(row["mean"])), *percents, *(number(name, end) for end in ends)]
        percents = []
    assert 0 < len(store.changed(PEERS)) <= 5, "of more the line names five"
    assert numbers(lines["What changes"]) == triples
    assert numbers(lines["What does not"]) == []
    assert "return within 72 h" in lines["What does not"]
    row, (weekly, visit) = store.costs(PEERS), (store.difference(PEERS, name) for name in COST_NAMES)
    hours = [text.split()[0] for text in row["hours_added"].split(", ")]
    paid = [written(weekly[column], 0, signed=True) for column in ("mean", "low", "high")]
    roster = [written(abs(row["weekly_difference"]), 0), *hours]
    assert numbers(lines["What it costs"]) == [*roster, *paid, written(visit["mean"], 2, signed=True)]
    elsewhere = [number(found["measure"], abs(found["mean"])) for found in store.changed(NURSE)]
    assert numbers(lines["The same money elsewhere"]) == elsewhere
    assert lines["Who is left out"] == left_out_line(store)
    assert numbers(lines["How sure"]) == [f"{100 * store.facts['confidence']:g}", str(REPLICATIONS)]
    assert numbers(lines["At other demand"]) == [f"{LEVELS[1]:g}"]
    played = [store.estimate(BASELINE, HEADLINE[0])["n"], store.facts["weeks"], store.facts["warm_up_weeks"], 1]
    assert numbers(page.headings[0][1]) == [str(found) for found in played]


# --- numbers in figures


def check_finding_figure(page: Page, store: Store) -> None:
    """The difference of each staffing stands before the words below its panel."""
    texts = page.drawings["finding"]
    names = ("wait_triage_to_pia_mean.all", "minutes_without_staff_mean.mental_health",
             "longest_unseen_mean.mental_health", "staff_cost_per_week.all")  # fmt: skip
    ends = [place for place, text in enumerate(texts) if text == "◂ better"]
    for name, end in zip(names, ends, strict=True):
        rows = [store.difference(staffing, name) for staffing in (PEERS, NURSE)]
        assert texts[end - 2 : end] == [number(name, row["mean"], signed=True) for row in rows]
    (title,) = [text for text in texts if text.startswith("Peers added:")]
    assert numbers(title) == [number(names[1], abs(store.difference(PEERS, names[1])["mean"]))]


def check_scorecard(page: Page, store: Store) -> None:
    names = (
        "wait_triage_to_pia_mean.all", "lwbs_or_ama.all", "length_of_stay_mean.mental_health",
        "minutes_without_staff_mean.mental_health", "longest_unseen_mean.mental_health",
        "went_home_empty_handed.mental_health", "staff_cost_per_week.all",
    )  # fmt: skip
    expected = []
    for name in names:
        expected.append(mean_cell(store.estimate(BASELINE, name)))
        apart = [difference_cell(store.difference(staffing, name)) for staffing in (PEERS, NURSE)]
        expected += [cell.removesuffix(" *") for cell in apart]
    assert [text for text in page.drawings["scorecard"] if re.match(rf"{NUMBER} ± ", text)] == expected


def check_cost_figure(page: Page, store: Store) -> None:
    name = "minutes_without_staff_mean.mental_health"
    texts = page.drawings["cost"]
    means = {staffing: store.difference(staffing, name)["mean"] for staffing in (PEERS, NURSE)}
    expected = [f"{STAFFINGS[each]} {number(name, mean, signed=True)}" for each, mean in means.items()]
    assert [text for text in texts if text.startswith(tuple(STAFFINGS.values()))] == expected
    (title,) = [text for text in texts if text.startswith("For the same money")]
    assert numbers(title) == [number(name, abs(means[PEERS]))]


def check_peer_day_figure(page: Page, store: Store) -> None:
    texts = page.drawings["peer_day"]
    shares = {part: 100.0 * store.estimate(PEERS, f"peer_time_{part}.all")["mean"] for part in PEER_TIME}
    drawn = [part for part, words in PEER_TIME.items() if words[0] in texts]
    assert all(shares[part] < 0.05 for part in PEER_TIME if part not in drawn)
    assert [text for text in texts if re.fullmatch(r"\d+\.\d", text)] == [written(shares[part], 1) for part in drawn]
    (title,) = [text for text in texts if text.startswith("Peers added:")]
    idle = sum(share for part, share in shares.items() if part.startswith("idle"))
    found = written(shares["company"], 0), written(idle, 0), written(shares["idle_child_waits"], 1)
    assert re.findall(NUMBER, title) == list(found)


def check_left_out_figure(page: Page, store: Store) -> None:
    by, low, high = min(left_out_gaps(store), key=lambda gap: float(gap[1]["mean"]))
    (title,) = [text for text in page.drawings["left_out"] if text.startswith("Peers added:")]
    assert by == "weekday"
    names = [group_name(by, row["group"]) for row in (low, high)]
    shares = [percent(row["mean"]) for row in (low, high)]
    assert title == f"Peers added: {shares[0]} of those who come on a {names[0]} are met, {names[1]} {shares[1]}"


def check_not_met_figure(page: Page, store: Store) -> None:
    rows = [row for row in store.rows("week") if row["staffing"] == PEERS]
    shares = {}
    for day in DAYS:
        own = [row for row in rows if day.lower().startswith(row["weekday"])]
        shares[day] = sum(row["mh_without_peer"] for row in own) / sum(row["mh_present"] for row in own)
    texts = page.drawings["not_met"]
    assert texts[texts.index("Sun") + 1 : texts.index("Peers added")] == [percent(share) for share in shares.values()]
    worst, best = (of(shares, key=lambda day: shares[day]) for of in (max, min))
    said = f"{percent(shares[worst])} of those present on {worst}, {percent(shares[best])} on {best}"
    assert f"Peers added: {said} have met no peer" in texts


def check_hours_figure(page: Page, store: Store) -> None:
    rows = [row for row in store.rows("week") if row["staffing"] == PEERS]
    share = sum(row["mh_no_peer_on_duty"] for row in rows) / sum(row["mh_present"] for row in rows)
    title = f"{STAFFINGS[PEERS]}: {percent(share)} of mental-health hours with no peer on duty"
    assert title in page.drawings["hour_of_week"]


def check_busy_figure(page: Page, store: Store) -> None:
    """At the end of each row the share of the whole day; of a staffing where it is two points or more away."""
    weeks = {name: [row for row in store.rows("week") if row["staffing"] == name] for name in STAFFINGS}
    expected, shares = [], {}
    for role in (column.removeprefix("busy_") for column in weeks[BASELINE][0] if column.startswith("busy_")):
        busy, heads = ({name: sum(row[f"{of}_{role}"] for row in week) for name, week in weeks.items()}
                       for of in ("busy", "heads"))  # fmt: skip
        found = {name: busy[name] / heads[name] if heads[name] else math.nan for name in STAFFINGS}
        shares[role] = found[BASELINE]
        apart = [share for share in found.values() if abs(share - shares[role]) >= 0.02]
        apart = apart or [share for share in found.values() if math.isnan(shares[role]) and not math.isnan(share)]
        expected += ["none" if math.isnan(share) else percent(share) for share in (shares[role], *apart)]
    texts = page.drawings["utilisation"]
    assert texts[texts.index("0 %") - len(expected) : texts.index("0 %")] == expected
    (title,) = [text for text in texts if text.startswith("Physicians are busiest")]
    assert re.findall(NUMBER, title) == [percent(shares["physician"]).removesuffix(" %")]


def check_without_staff_figure(page: Page, store: Store) -> None:
    longer: dict[str, float] = {}
    for row in store.rows("alone"):
        longer[row["staffing"]] = longer.get(row["staffing"], 0.0) + row["share"] * (row["from_minute"] >= 240.0)
    said = f"{percent(longer[PEERS])} of visits spend more than 4 hours without staff, not {percent(longer[BASELINE])}"
    assert f"{STAFFINGS[PEERS]}: {said}" in page.drawings["minutes_without_staff"]


def check_waits_figure(page: Page, store: Store) -> None:
    """Beside each curve how many are seen in the time of its level: of a bin that it divides, the part before it."""
    targets, expected, middle = {2: 15, 3: 30, 4: 60, 5: 120}, [], []
    for stream in ("medical", "mental_health"):
        for acuity, minutes in targets.items():
            seen = 0.0
            for row in store.rows("waits"):
                if (row["staffing"], row["stream"], row["acuity"]) == (BASELINE, stream, acuity):
                    part = (minutes - row["from_minute"]) / (row["to_minute"] - row["from_minute"])
                    seen += row["share"] * min(max(part, 0.0), 1.0)
            expected += [f"CTAS {acuity}: {percent(seen)}", f"in {minutes} min"]
            middle += [f"{percent(seen)} of {stream.replace('_', '-')} visits"] * (acuity == 3)
    texts = page.drawings["waits_by_acuity"]
    assert [text for text in texts if re.fullmatch(r"CTAS \d+: \d+ %|in \d+ min", text)] == expected
    assert f"CTAS 3: {middle[0]} and {middle[1]} are seen within 30 minutes, " in f"{' '.join(texts)} "


def check_returns_figure(page: Page, store: Store) -> None:
    """At the end of each curve its last value, below the days how many are followed."""
    texts = page.drawings["return_curves"]
    ends = [place for place, text in enumerate(texts) if text == "days since departure"]
    for end, index in zip(ends, ("patient", "visit"), strict=True):
        rows = [row for row in store.rows("followed") if (row["staffing"], row["index"]) == (BASELINE, index)]
        risk = {row["days"]: row["at_risk"] for row in rows}
        assert texts[end - 6 : end : 2] == ["0", "7", f"{max(risk):g}"]
        assert texts[end - 5 : end : 2] == [written(risk[float(day)], 0) for day in texts[end - 6 : end : 2]]
        curves = {
            staffing: [row["returned"] for row in store.rows("returns")
                       if (row["staffing"], row["index"]) == (staffing, index)]
            for staffing in STAFFINGS
        }  # fmt: skip
        own = curves[BASELINE]
        apart = [abs(one - other) for each in curves.values() for one, other in zip(each, own, strict=True)]
        assert max(apart) < 0.0025, "of curves further apart the figure draws several, and this test needs others"
        last = percent(own[-1], 1)
        assert f" Traditional and 2 more {last} Per {index}" in " ".join(texts)
        if index == "patient":
            assert f"{last} of patients are back within {max(risk):g} days, under every staffing" in texts


def check_demand_figure(page: Page, store: Store) -> None:
    waits = [written(store.estimate(BASELINE, "wait_triage_to_pia_mean.all", level)["mean"], 0) for level in LEVELS]
    (title,) = [text for text in page.drawings["demand"] if text.startswith("From ")]
    assert re.findall(NUMBER, title) == ["1", "1.1", *waits]


class Check(NamedTuple):
    """A check, the texts of the page it is about, and a pattern of those among them that it holds."""

    holds: Callable[[Page, Store], None]
    texts: Callable[[Page], list[Any]]
    which: str = ".*"


def rows_of(*captions: str) -> Callable[[Page], list[Any]]:
    return lambda page: [row for caption in captions for table in page.tables_of(caption) for row in table.rows]


def points_of(*headings: str) -> Callable[[Page], list[Any]]:
    return lambda page: [page.points[heading] for heading in headings]


def drawn(name: str) -> Callable[[Page], list[Any]]:
    return lambda page: [page.drawings[name]]


WHO = f"Who is met, and who is left out: {STAFFINGS[PEERS]}"
CHECKS = {
    "the headline table": Check(check_headline, rows_of("What matters, in one table")),
    "demand": Check(check_demand, rows_of("Demand a little lower and higher")),
    "what children take home": Check(check_taken_home, rows_of("What children take home")),
    "a peer's day": Check(check_peer_day, rows_of("A peer's day")),
    "matched patients": Check(check_matched_patients, rows_of("Matched simulated patients, first visits")),
    "who is left out": Check(
        check_who_is_left_out,
        lambda page: [*rows_of(WHO)(page), page.paragraphs[WHO]],
        "(?!Eligible mental-health visits, |In the model ).*",
    ),
    "what changes for whom": Check(check_what_changes_for_whom, rows_of("What each staffing changes for whom")),
    "precision": Check(check_precision, lambda page: [*rows_of("Precision")(page), page.paragraphs["Precision"]]),
    "warm-up": Check(check_warm_up, rows_of("Warm-up and steady state")),
    "costs": Check(check_costs, rows_of("Cost")),
    "worth": Check(check_worth, rows_of("What the differences would be worth")),
    "sentences": Check(check_sentences, points_of(STAFFINGS[PEERS], STAFFINGS[NURSE])),
    "many leave": Check(check_care, points_of("Read this with the numbers"), "Many leave .*"),
    "the lines that answer": Check(check_lines, lambda page: [page.lines]),
    "figure of the finding": Check(check_finding_figure, drawn("finding"), r"[−+][\d,]*[.,]\d+|Peers added: .*"),
    "figure of the scorecard": Check(check_scorecard, drawn("scorecard"), rf"{NUMBER} ± .*"),
    "figure of costs": Check(check_cost_figure, drawn("cost"), r"\w+ added [−+].*|For the same money.*"),
    "figure of a peer's day": Check(check_peer_day_figure, drawn("peer_day"), r"\d+\.\d|Peers added: .*"),
    "figure of who is left out": Check(check_left_out_figure, drawn("left_out"), "Peers added: .*"),
    "figure of who is not met": Check(check_not_met_figure, drawn("not_met"), r"(?!50)[1-9]\d %|Peers added: .*"),
    "figure of the hours": Check(check_hours_figure, drawn("hour_of_week"), "Peers added: .* hours with .*"),
    "figure of work": Check(check_busy_figure, drawn("utilisation"), r"(?!50)[1-9]\d? %|Physicians are busiest.*"),
    "figure of time without staff": Check(
        check_without_staff_figure, drawn("minutes_without_staff"), "Peers added: .* visits spend more than .*"
    ),
    "figure of waits": Check(
        check_waits_figure, drawn("waits_by_acuity"), r"CTAS \d: \d+ %|in \d+ min|CTAS 3: .* of medical visits .*"
    ),
    "figure of returns": Check(check_returns_figure, drawn("return_curves"), r".*\d\.\d %.*|[\d,]{3,}|\d more .*"),
    "figure of demand": Check(check_demand_figure, drawn("demand"), "From .*"),
}


@pytest.mark.parametrize("name", CHECKS)
def test_every_number_of_a_part_of_the_report_is_that_of_the_store(name: str, page: Page, store: Store) -> None:
    CHECKS[name].holds(page, store)


@pytest.mark.parametrize("name", CHECKS)
def test_a_wrong_digit_anywhere_in_a_part_of_the_report_is_found(name: str, page: Page, store: Store) -> None:
    check, n_planted = CHECKS[name], 0
    for texts in check.texts(page):
        for place, text in list(texts.items() if isinstance(texts, dict) else enumerate(texts)):
            for found in re.finditer(r"\d(?!\d)", text) if re.fullmatch(check.which, text) else ():
                texts[place] = f"{text[: found.start()]}{(int(found[0]) + 5) % 10}{text[found.end() :]}"
                try:
                    check.holds(page, store)
                except AssertionError:
                    n_planted += 1
                else:
                    pytest.fail(f"not found: {texts[place]}")
                finally:
                    texts[place] = text
    assert n_planted
