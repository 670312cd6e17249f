"""A peer's day and what children take home, as the page and the workbook of a comparison show them."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.comparison_result import Comparison
from sim.engine.measures.catalogue import MEASURE_BY_KEY
from sim.engine.measures.peer_day import PEER_TIME
from sim.io.workbook import write_workbook
from sim.report.comparison_answer import describe_comparison, print_comparison
from sim.report.description import answer_markdown
from sim.report.tables.answer_workbook import answer_sheets
from sim.report.tables.comparison_rows import (
    DAY,
    HOME,
    HOME_WORDS,
    IDLE_WORDS,
    PAID_SHARES,
    PEER_RESULTS,
    TAKEN_HOME,
    peer_day_rows,
    taken_home_rows,
    with_peers,
)
from tests.test_answer_workbook import read, readme_of
from tests.test_report import comparison_of, printed, squeezed

DAYS = {
    "peer_time_company.all": 0.2014,
    "peer_time_walking.all": 0.0310,
    "peer_time_calls.all": 0.0706,
    "peer_time_bridging.all": 0.0265,
    "peer_time_recovery.all": 0.0441,
    "peer_time_other_work.all": 0.0,
    "peer_time_protected.all": 0.1,
    "peer_time_break.all": 0.0,
    "peer_time_idle_child_waits.all": 0.0241,
    "peer_time_idle_no_child_asks.all": 0.3865,
    "peer_time_idle_nobody_there.all": 0.1158,
    "cost_per_child_met.all": 151.0,
    "cost_per_company_hour.all": 178.0,
    "boarder_company_per_24h.all": 3.24,
    "peer_exposures_per_1000_hours.all": 1.62,
    "overtime_hours_per_week.psw": 0.7,
}
PEERS = ("peer_added", "peer_swapped")
TAKEN = dict(zip(HOME[1:], (0.5454, 0.5332, 0.1951, 0.2852, 0.3166), strict=True))


def with_days(comparison: Comparison) -> Comparison:
    """The same with a day of peers where there are peers, undefined elsewhere as in a run, and parts taken home."""
    rows = []
    for level in comparison.levels:
        for staffing in comparison.staffings:
            for name, value in {**DAYS, **TAKEN}.items():
                mean = value if staffing in PEERS or name in TAKEN else math.nan
                interval = {"mean": mean, "low": mean - 0.01, "high": mean + 0.01, "half_width": 0.01, "sd": 0.02}
                rows.append({"demand": level, "staffing": staffing, "measure": name, "n": 10} | interval)
    apart = []
    for row in rows:
        if row["staffing"] != comparison.baseline and row["measure"] in TAKEN:
            moved = {"mean": 0.05, "low": 0.04, "high": 0.06, "half_width": 0.01, "simultaneous_half_width": math.nan}
            flags = {"baseline": comparison.baseline, "many_leave": False, "no_steady_state": False, "sentence": ""}
            apart.append(row | moved | flags)
    return replace(
        comparison,
        estimates=pd.concat([comparison.estimates, pd.DataFrame(rows)], ignore_index=True),
        differences=pd.concat([comparison.differences, pd.DataFrame(apart)], ignore_index=True),
    )


@pytest.fixture(scope="module")
def days() -> Comparison:
    return with_days(comparison_of())


def section(page: str, title: str) -> str:
    return page.partition(f"## {title}\n")[2].partition("\n## ")[0]


def cells(page: str, title: str) -> dict[str, list[str]]:
    """Rows of the table of a section, by their first cell."""
    lines = [line[1:-1].split("|") for line in section(page, title).splitlines() if line.startswith("|")]
    return {first.strip(): [cell.strip() for cell in rest] for first, *rest in lines}


def test_every_part_of_the_paid_time_has_a_row_and_they_add_up_to_all_of_it(days: Comparison) -> None:
    assert {name.partition(".")[0] for name in (*PAID_SHARES, *PEER_RESULTS, *HOME)} <= {*MEASURE_BY_KEY}
    rows = cells(answer_markdown(describe_comparison(days)), DAY)
    shares = [float(row[0].partition(" ± ")[0]) for name, row in rows.items() if name.endswith("(% of paid time)")]
    assert len(shares) == len(PEER_TIME)
    assert sum(shares) == pytest.approx(100.0, abs=0.05)


def test_a_peers_day_is_shown_of_each_staffing_with_peers_and_of_no_other(days: Comparison) -> None:
    assert with_peers(days) == PEERS
    rows = cells(answer_markdown(describe_comparison(days)), DAY)
    assert rows[""] == ["Peers added", "Peers for nurse hours"]
    assert rows["In company with a child (% of paid time)"] == ["20.14 ± 1.00"] * 2
    assert rows["Cost per child met by a peer (CAD/child)"] == ["151 ± 0"] * 2
    assert {"Company of boarders (spells/24 h)", "Overtime (h/week)"} < {*rows}
    assert any(name.startswith("Escalations in a peer's presence") for name in rows)


def test_the_parts_of_idle_time_are_told_apart_in_two_sentences(days: Comparison) -> None:
    text = section(answer_markdown(describe_comparison(days)), DAY)
    assert len(IDLE_WORDS) == 2
    assert all(words in text for words in IDLE_WORDS)
    for words in ("a child waits", "no child asks", "nobody is there"):
        assert f"| Idle, {words}" in text
        assert f"dle while {words}" in " ".join(IDLE_WORDS)


def test_without_peers_nothing_is_said_of_their_day() -> None:
    pair = with_days(comparison_of(("traditional", "clinician_added"), (1.0,)))
    assert peer_day_rows(pair) == []
    page = answer_markdown(describe_comparison(pair))
    assert f"## {DAY}" not in page
    assert IDLE_WORDS[0] not in page
    assert "peer_day" not in [sheet.name for sheet in answer_sheets(describe_comparison(pair), {})]


def test_one_replication_has_days_without_intervals(days: Comparison) -> None:
    unsure = days.estimates.assign(half_width=math.nan, low=math.nan, high=math.nan, sd=math.nan, n=1)
    rows = {row[0]: row[1:] for row in peer_day_rows(replace(days, estimates=unsure, replications=1))}
    assert rows["Protected time (% of paid time)"] == ("10.00", "10.00")


def test_who_went_home_empty_handed_is_shown_with_its_parts_under_every_staffing(days: Comparison) -> None:
    page = answer_markdown(describe_comparison(days))
    rows = cells(page, TAKEN_HOME)
    assert rows[""] == ["Traditional", "Peers added", "Crisis clinician added", "Peers for nurse hours"]
    assert rows["Went home empty-handed (%)"][1] == "22.28 (−18.93 ± 0.94 \\*)"
    assert rows["Home and reached by a call (%)"] == ["28.52 ± 1.00", *["28.52 (+5.00 ± 1.00)"] * 3]
    assert len(rows) == 2 + len(HOME), "head and rule beside them"
    text = section(page, TAKEN_HOME).replace("\\", "")
    assert all(words in text for words in HOME_WORDS)
    assert re.search(r"a clinician could make too: the comparator clinician_callback", text)


def test_the_comparator_of_the_call_is_shipped_and_calls() -> None:
    root = Path(__file__).parents[1] / "configs"
    experiment = (root / "experiment" / "comparators.yaml").read_text(encoding="utf-8")
    assert (root / "staffing" / "clinician_callback.yaml").is_file()
    assert "clinician_callback" in experiment
    assert "experiment=comparators" in HOME_WORDS[-1]


def test_where_nobody_was_eligible_nothing_is_said_of_what_is_taken_home(days: Comparison) -> None:
    gone = days.estimates[~days.estimates["measure"].isin(HOME)]
    page = answer_markdown(describe_comparison(replace(days, estimates=gone)))
    assert taken_home_rows(replace(days, estimates=gone)) == []
    assert f"## {TAKEN_HOME}" not in page
    assert HOME_WORDS[0] not in page


def test_the_terminal_has_no_table_of_the_day(days: Comparison) -> None:
    text = squeezed(printed(print_comparison, days))
    assert "paid time" not in text
    assert "idle" not in text.lower()


def test_the_workbook_has_the_day_with_intervals_in_the_unit_of_the_row(days: Comparison, tmp_path: Path) -> None:
    write_workbook(answer_sheets(describe_comparison(days), {}), tmp_path / "a.xlsx")
    sheets = read(tmp_path / "a.xlsx")
    head, *rows = sheets["peer_day"]
    assert head[2:5] == ["Peers added: mean", "Peers added: interval from", "Peers added: interval to"]
    by_name = {row[0]: row for row in rows}
    assert [*by_name][:11] == [*PAID_SHARES.values()]
    company = by_name["In company with a child"]
    assert company[1] == "% of paid time"
    assert company[2:5] == pytest.approx([20.14, 19.14, 21.14])
    assert by_name["Cost per hour of a peer's company"][1:3] == ["CAD/h", 178.0]
    told = readme_of(sheets)
    assert "paid time" in told["Sheet peer_day"]
    said = [row[1] for row in sheets["README"] if row[0] == "Keep in mind"]
    assert {*IDLE_WORDS} < {*said}
    assert any("chosen after results were seen" in text for text in said)
