"""`study=journey`: the same child and the same draws under two staffings, chosen by a rule, in words and drawn."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sim.analysis.journeys import SharedVisit, eligible_of_first_week, shared_visits, standing_of, typical_visit
from sim.cli import main
from sim.config import compose
from sim.department.scenario import Problem, ScenarioError
from sim.report.figures.journey_figure import LOOKS, TURNED_BACK, bars_of, draw_journey, journeys_figure
from sim.report.journey import journey
from sim.report.journey_answer import (
    TwoJourneys,
    beside_each_other,
    how_chosen,
    journey_lines,
    journeys_answer,
    what_differs,
)
from sim.report.stored_answer import StoredAnswer, answer_text, stored_markdown
from sim.studies.journey import journeys_of, scenarios_of
from tests.run_json import assert_as_documented

pytestmark = pytest.mark.end_to_end

DRAWN_AT_ARRIVAL = (
    "patient", "visit_number", "stream", "acuity", "severity", "age_years", "arrival_mode", "group", "held",
    "caregiver", "arrival", "patience", "escalation_budget", "peer_eligible",
)  # fmt: skip


@pytest.fixture(scope="module")
def answer() -> TwoJourneys:
    return journeys_of(compose(["study=journey"]))


@pytest.fixture(scope="module")
def visits(answer: TwoJourneys) -> list[SharedVisit]:
    return shared_visits(answer.runs, scenarios_of(compose(["study=journey"])), "mental_health")


@pytest.fixture(scope="module")
def accompanied(answer: TwoJourneys, visits: list[SharedVisit]) -> TwoJourneys:
    """A visit with a peer's company."""
    minutes = answer.runs[1].visit_columns["minutes_accompanied"]
    return replace(answer, visit=max(visits, key=lambda visit: float(minutes[visit.rows[1]])))


def problems_of(*words: str) -> dict[str, Problem]:
    with pytest.raises(ScenarioError) as caught:
        journeys_of(compose(["study=journey", *words]))
    return {problem.path: problem for problem in caught.value.problems}


def test_every_visit_is_of_the_same_patient_with_the_same_draws(answer: TwoJourneys, visits: list[SharedVisit]) -> None:
    assert len(visits) > 30
    for visit in visits:
        first, second = (
            [run.visit_columns[name][row] for name in DRAWN_AT_ARRIVAL]
            for run, row in zip(answer.runs, visit.rows, strict=True)
        )
        assert first == second
        assert first[0] == visit.patient


def test_one_run_has_peers_and_the_other_has_none(answer: TwoJourneys) -> None:
    assert [bool(run.visit_columns["peer_offered"].any()) for run in answer.runs] == [False, True]
    assert answer.labels == ("Traditional", "Peers added")


def test_the_words_are_those_of_a_journey(accompanied: TwoJourneys) -> None:
    told = [journey(run, row) for run, row in zip(accompanied.runs, accompanied.visit.rows, strict=True)]
    assert list(accompanied.lines) == told
    kept = StoredAnswer.model_validate_json(answer_text(journeys_answer(accompanied)))
    assert list(journey_lines(kept).values()) == told
    page = stored_markdown(kept, ["peered", "study=journey", "output=out"])
    assert "no evidence" in page
    assert page.endswith("    peered study=journey\n")


def test_the_child_of_the_rule_is_the_median_of_the_first_week(answer: TwoJourneys, visits: list[SharedVisit]) -> None:
    eligible = eligible_of_first_week(visits, answer.runs[0].warm_up)
    at = standing_of(answer.visit, eligible)
    assert answer.by_rule
    assert answer.standing == at
    assert max(at.n_lower, at.n_higher) <= at.n / 2
    assert f"of {at.n} eligible mental-health visits" in how_chosen(answer)
    assert all(answer.runs[1].visit_columns["peer_eligible"][visit.rows[1]] for visit in eligible)


@pytest.mark.parametrize(
    ("changes", "chosen"),
    [
        ((-90.0, -20.0, 5.0), -20.0),
        ((-90.0, -20.0, 5.0, 9.0), 5.0),
        ((-90.0, 3.0, 20.0, 30.0), 3.0),
        ((-3.0,), -3.0),
    ],
)
def test_of_two_visits_in_the_middle_the_one_that_changes_less_is_shown(
    changes: tuple[float, ...], chosen: float
) -> None:
    made = [SharedVisit(number, 60.0 * number, (0, 0), (100.0, 100.0 + by)) for number, by in enumerate(changes)]
    late = SharedVisit(99, 20_000.0, (0, 0), (100.0, 700.0))
    unknown = SharedVisit(98, 1.0, (0, 0), (float("nan"), float("nan")))
    eligible = eligible_of_first_week([*made, late, unknown], warm_up=0.0)
    assert len(eligible) == len(changes)
    assert typical_visit(eligible).change == chosen


def test_a_patient_asked_for_is_shown_and_said_not_to_be_of_the_rule(visits: list[SharedVisit]) -> None:
    first = visits[0]
    shown = journeys_of(compose(["study=journey", f"study.patient={first.patient}"]))
    assert shown.visit == first
    assert not shown.by_rule
    assert how_chosen(shown).startswith("Chosen by number")


def test_what_differs_names_time_alone_company_and_departure(accompanied: TwoJourneys) -> None:
    before, after = accompanied.rows
    said = what_differs(accompanied)
    assert f"a peer's company for {after.minutes_accompanied:.0f} min" in said
    assert f"{accompanied.visit.alone[1]:.0f} min" in said
    assert f"the visit ends {abs(after.departure - before.departure):.0f} min" in said or "at the same time" in said


def test_a_difference_without_a_peer_is_said_to_come_of_others(answer: TwoJourneys, accompanied: TwoJourneys) -> None:
    spells = answer.runs[1].visit_columns["n_peer_spells"][answer.visit.rows[1]]
    assert ("no peer was with this child" in what_differs(answer)) == (spells == 0)
    assert "no peer was with this child" not in what_differs(accompanied)


def test_a_patient_who_did_not_come_is_refused_with_those_who_did(visits: list[SharedVisit]) -> None:
    problem = problems_of("study.patient=1")["study.patient"]
    assert problem.value == "1"
    assert str(visits[0].patient) in problem.remedy


def test_other_than_two_staffings_and_an_unknown_stream_are_refused_together() -> None:
    problems = problems_of("study.staffing=[traditional,peer_added,peer_247]", "study.stream=mentl_health")
    assert "write [traditional,peer_added]" in problems["study.staffing"].remedy
    assert problems["study.stream"].remedy == "no such stream; did you mean mental_health?"


def test_a_stream_in_which_nobody_is_eligible_needs_a_patient() -> None:
    assert "name one of those who come" in problems_of("study.stream=medical")["study.patient"].remedy


def test_the_baseline_comes_first_in_whatever_order_staffings_are_named() -> None:
    question = compose(["study=journey", "study.staffing=[peer_247,traditional]"])
    assert [scenario.staffing.name for scenario in scenarios_of(question)] == ["traditional", "peer_247"]
    question = compose(["study=journey", "staffing=peer_247"])
    assert [scenario.staffing.name for scenario in scenarios_of(question)] == ["traditional", "peer_247"]


def test_the_figure_has_a_bar_for_every_task_begun_before_departure(
    answer: TwoJourneys, visits: list[SharedVisit]
) -> None:
    for visit in visits[::5]:
        run, row = answer.runs[1], visit.rows[1]
        tasks, seen = run.tasks[run.tasks["visit"] == row], run.visits.iloc[row]
        begun = tasks[tasks["started"] < seen.departure]
        bars = bars_of(run, row, ())
        ends = {round(float(end), 6) for end in bars["end"]}
        assert {round(float(end), 6) for end in begun["ended"] - seen.arrival} <= ends
        assert set(bars["row"]) <= set(LOOKS)
        assert (bars["end"] >= bars["start"]).all()


def test_every_bar_of_the_table_is_drawn_and_each_row_has_its_name(accompanied: TwoJourneys) -> None:
    frame = journeys_figure(accompanied)
    lanes = [axes for axes in frame.figure.axes if axes.patches]
    tables = [bars_of(run, row, ()) for run, row in zip(accompanied.runs, accompanied.visit.rows, strict=True)]
    assert [len(axes.patches) for axes in lanes] == [len(table) for table in tables]
    assert all("peer's company" in [label.get_text() for label in axes.get_yticklabels()] for axes in lanes)
    company = tables[1][(tables[1]["row"] == "peer's company") & (tables[1]["what"] != TURNED_BACK)]
    minutes = float((company["end"] - company["start"]).sum())
    assert minutes == pytest.approx(float(accompanied.rows[1].minutes_accompanied))


def test_rows_without_colour_differ_by_name_and_a_lane_can_be_drawn_into_axes_of_ones_own(answer: TwoJourneys) -> None:
    from matplotlib.figure import Figure

    axes, table = Figure().add_subplot(), bars_of(answer.runs[0], answer.visit.rows[0], ())
    draw_journey(axes, table, list(LOOKS), float(table["end"].max()))
    assert len({label.get_text() for label in axes.get_yticklabels()}) == len(LOOKS)


def test_lines_of_the_same_work_stand_beside_each_other() -> None:
    left = ["Mon 08:00  +0:00  walks in: 9", "Mon 08:05  +0:05  triage (nurse), 5 min", "Mon 09:00  +1:00  goes home"]
    peer = "Mon 08:06  +0:06  company (peer), 9 min together"
    right = [left[0], "Mon 08:02  +0:02  triage (nurse), 5 min, after a wait of 2", peer, left[2]]
    assert beside_each_other(left, right) == [
        (left[0], right[0]), (left[1], right[1]), ("", peer), (left[2], right[3])
    ]  # fmt: skip


def test_the_command_writes_words_picture_and_facts_only_where_output_says(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    looked_at: Callable[[Path], None],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["study=journey"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("One mental-health visit (patient ")
    assert "no evidence" in shown
    assert list(tmp_path.iterdir()) == []
    for _ in range(2):
        assert main(["study=journey", "output=out"]) == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [
        ".peered.json", "answer.json", "answer.md", "answer.xlsx", "journey.csv", "journey.png", "journey.svg",
        "report.html", "run.json",
    ]  # fmt: skip
    facts = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert f"patient {facts['patient']})" in shown
    assert facts["by_rule"] is True
    assert_as_documented(tmp_path / "out" / "run.json")
    looked_at(tmp_path / "out" / "report.html")
    capsys.readouterr()
    assert main(["study=results", "run=out"]) == 0
    assert capsys.readouterr().out.strip() == shown.strip()
    for page in ("answer.md", "report.html"):
        assert main(["study=report", "run=out", f"export=again.{page.partition('.')[2]}"]) == 0
        assert Path(f"again.{page.partition('.')[2]}").read_bytes() == (tmp_path / "out" / page).read_bytes()


def test_both_engines_show_the_same_child(answer: TwoJourneys) -> None:
    other = journeys_of(compose(["study=journey", "engine=simpy"]))
    assert other.visit == answer.visit
    assert other.lines == answer.lines
