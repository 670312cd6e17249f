"""The five lines of a sweep: true to its tables, never more than the table stars, and within a screen."""

import re
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from sim import load
from sim.cli import main
from sim.engine.measures.catalogue import HEADLINE, HEADLINES
from sim.report.description import CERTAINTY, CHANGES, SAME_MONEY, UNCHANGED, WHAT_IT_COSTS
from sim.report.screen import MOST_LINES, print_answer
from sim.report.sweep_answer import MOST_SCENARIOS, describe_sweep
from sim.report.words.caveats import NO_BENEFIT, STRESS_TEST
from sim.report.words.measure_words import short_measure
from sim.report.words.short_names import cut_middle, short_labels
from sim.runs import playing
from sim.runs.tables_on_disk import read_table
from tests.plays import PlantedRun, by_run

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]

LABELS = (CHANGES, UNCHANGED, WHAT_IT_COSTS, SAME_MONEY, CERTAINTY)
MONEY = ("staff_cost_per_week.all", "cost_per_visit.all")
OUTCOMES = tuple(name for name in HEADLINE if name not in MONEY and "30d" not in name and "180d" not in name)
WAIT, ALONE, REACH = "wait_triage_to_pia_mean.all", "minutes_without_staff_mean.mental_health", "reach.mental_health"
TINY = ["study.weeks=1", "study.warm_up_weeks=0"]
FOUR = ["-m", "staffing=traditional,peer_added,clinician_added,peer_247", *TINY, "study.replications=6"]
Effects = Mapping[str, float]


def planted(change: Callable[[PlantedRun], Effects]) -> Callable[[PlantedRun], Mapping[str, float]]:
    """Runs with values of our own: noise that scenarios share in part, plus what `change` says of each."""

    def play(task: PlantedRun) -> Mapping[str, float]:
        shared = np.random.default_rng(task.key.replication).normal(size=len(OUTCOMES))
        own = np.random.default_rng([task.key.replication, *task.label.encode()]).normal(size=len(OUTCOMES))
        roster = task.scenario.staffing.weekly_cost()
        values = {name: 0.3 + 0.01 * shared[k] + 0.001 * own[k] for k, name in enumerate(OUTCOMES)}
        values |= {name: 60.0 + shared[k] + 0.1 * own[k] for k, name in enumerate(OUTCOMES) if "mean" in name}
        values |= {"lwbs_or_ama.all": 0.02, "unfinished_share.all": 0.001, "measured_days.all": 364.0}
        values |= {"staff_cost_per_week.all": roster + 900.0 + 10.0 * own[0], "cost_per_visit.all": 230.0 + own[1]}
        for name, extra in change(task).items():
            values[name] += extra
        return {name: float(value) for name, value in values.items()}

    return play


def nothing(_: PlantedRun) -> Effects:
    return {}


def of_peers(task: PlantedRun) -> Effects:
    """Peers meet people and leave them less without staff; with two at a time more so."""
    if "peer_" not in task.label:
        return {}
    more = 2.0 if "peer_247" in task.label else 1.0
    return {REACH: 0.2 * more, ALONE: -9.0 * more}


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[PlantedRun], Effects]], None]:
    return lambda change: monkeypatch.setattr(playing, "play_task", by_run(planted(change)))


def screen(capsys: pytest.CaptureFixture[str]) -> str:
    """What stands on the screen, which has 100 columns; longer lines of paths and commands are broken by nobody."""
    output = capsys.readouterr().out
    assert len(output.splitlines()) <= MOST_LINES
    too_long = [line for line in output.splitlines() if len(line.rstrip()) > 100]
    assert all(line.startswith(("results are in", "to go on:", "peered ")) for line in too_long)
    return output


def finding(output: str) -> dict[str, str]:
    """The text of each of the five lines; each is there once, in their order."""
    flat = " ".join(output.split())
    places = [flat.index(f"• {label}: ") for label in LABELS]
    assert places == sorted(places)
    assert [flat.count(f"• {label}: ") for label in LABELS] == [1] * 5
    found = {}
    for label, start, end in zip(LABELS, places, [*places[1:], len(flat)], strict=True):
        found[label] = flat[start:end].removeprefix(f"• {label}: ").strip()
    return found


def starred(folder: Path) -> pd.DataFrame:
    """Outcomes beyond chance, from the table alone."""
    within = folder / "within.parquet"
    table = read_table(within if within.exists() else folder / "differences.parquet")
    beyond = table["mean"].abs() > table["simultaneous_half_width"]
    return table[beyond & ~table["no_steady_state"] & table["measure"].isin(OUTCOMES)]


def topics_in(text: str) -> set[str]:
    """Topics of headline measures that a line names."""
    return {headline.topic for headline in HEADLINES.values() if headline.topic in text}


def topics_of(names: object) -> set[str]:
    return {HEADLINES[str(name)].topic for name in names}  # type: ignore[attr-defined]


def test_the_changes_named_are_the_largest_that_the_table_stars_with_their_intervals(
    tmp_path: Path, plant: Callable[[Callable[[PlantedRun], Effects]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    plant(of_peers)
    assert main([*FOUR, f"output={tmp_path / 'out'}"]) == 0
    lines = finding(screen(capsys))
    stars = starred(tmp_path / "out")
    assert set(stars["measure"]) == {REACH, ALONE}, "or the test shows nothing"
    for name, scale, unit, decimals in ((REACH, 100.0, "% points", 2), (ALONE, 1.0, "min", 1)):
        rows = stars[stars["measure"] == name]
        row = rows.loc[rows["mean"].abs().idxmax()]
        assert row["label"] == "staffing=peer_247"
        size = f"{'+' if row['mean'] > 0 else '−'}{abs(scale * row['mean']):.{decimals}f}"
        joint = scale * row["simultaneous_half_width"]
        assert f"{joint:.{decimals}f}" != f"{scale * row['half_width']:.{decimals}f}", "or the test shows nothing"
        text = f"{size} ± {joint:.{decimals}f} {unit} (peer_247, the largest of {len(rows)})"
        assert f"{short_measure(name)} {text}" in lines[CHANGES]
    assert lines[CHANGES].startswith("beyond chance (±: the joint 95 % interval of all scenarios and measures): ")
    assert topics_in(lines[CHANGES]) == topics_of(stars["measure"])
    assert topics_in(lines[UNCHANGED]) == topics_of(set(OUTCOMES) - set(stars["measure"]))
    assert "identical to the last bit: leaving" in lines[UNCHANGED]


def test_scenarios_that_change_the_other_way_are_not_counted_with_the_largest(
    tmp_path: Path, plant: Callable[[Callable[[PlantedRun], Effects]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def change(task: PlantedRun) -> Effects:
        if "peer_" in task.label:
            return {WAIT: 9.0 if "peer_247" in task.label else -6.0, ALONE: -9.0 if "peer_247" in task.label else -6.0}
        return {WAIT: 4.0} if "clinician" in task.label else {}

    plant(change)
    assert main([*FOUR, f"output={tmp_path / 'out'}"]) == 0
    lines = finding(screen(capsys))
    n_starred = starred(tmp_path / "out")["measure"].value_counts()
    assert (n_starred[WAIT], n_starred[ALONE]) == (3, 2), "or the test shows nothing"
    assert "min (peer_247, the largest of 2; 1 the other way)" in lines[CHANGES]
    assert "min (peer_247, the largest of 2)" in lines[CHANGES]


def test_the_cost_and_the_same_money_are_those_of_the_rosters_and_tables(
    tmp_path: Path, plant: Callable[[Callable[[PlantedRun], Effects]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    plant(of_peers)
    assert main([*FOUR, f"output={tmp_path / 'out'}"]) == 0
    lines = finding(screen(capsys))
    table = read_table(tmp_path / "out" / "estimates.parquet")
    means = table[table["measure"] == "staff_cost_per_week.all"].set_index("label")["mean"]
    rosters = {name: load(f"staffing={name}").staffing.weekly_cost() for name in FOUR[1].split("=")[1].split(",")}
    low, high = means.idxmin().split("=")[1], means.idxmax().split("=")[1]
    assert f"{means.min():,.0f} ({low}) to {means.max():,.0f} CAD a week ({high}) with overtime" in lines[WHAT_IT_COSTS]
    assert f"by roster {min(rosters.values()):,.0f} to {max(rosters.values()):,.0f}" in lines[WHAT_IT_COSTS]
    added = {name: cost - rosters["traditional"] for name, cost in rosters.items()}
    assert 0.98 < added["peer_added"] / added["clinician_added"] < 1.02 < added["peer_247"] / added["peer_added"]
    stars = starred(tmp_path / "out")
    assert f"for {added['peer_added']:,.0f} CAD a week more: peer_added changes " in lines[SAME_MONEY]
    assert "clinician_added changes nothing beyond chance" in lines[SAME_MONEY]
    assert "peer_247" not in lines[SAME_MONEY]
    of_peer = stars[stars["label"] == "staffing=peer_added"].set_index("measure")["mean"]
    assert f"time without staff −{abs(of_peer[ALONE]):.1f} min" in lines[SAME_MONEY]


def test_where_the_table_stars_nothing_no_change_is_named(
    tmp_path: Path, plant: Callable[[Callable[[PlantedRun], Effects]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    plant(nothing)
    assert main([*FOUR, f"output={tmp_path / 'out'}"]) == 0
    lines = finding(screen(capsys))
    assert starred(tmp_path / "out").empty
    assert lines[CHANGES].startswith("nothing beyond chance in any headline outcome")
    assert "±" not in lines[CHANGES]
    assert topics_in(lines[UNCHANGED]) == topics_of(OUTCOMES)
    assert "peer_added changes nothing beyond chance" in lines[SAME_MONEY]


def test_nothing_is_claimed_of_a_scenario_without_a_steady_state_however_large_its_difference(
    tmp_path: Path, plant: Callable[[Callable[[PlantedRun], Effects]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def change(task: PlantedRun) -> Effects:
        return {WAIT: 500.0, REACH: 0.3, "unfinished_share.all": 0.5} if "peer_added" in task.label else {}

    plant(change)
    assert main([*FOUR, f"output={tmp_path / 'out'}"]) == 0
    output = screen(capsys)
    lines = finding(output)
    page = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert lines[CHANGES].startswith("nothing beyond chance")
    assert "wait" in lines[UNCHANGED]
    assert "No steady state in 1 of 4 scenarios: nothing is claimed there" in lines[CERTAINTY]
    assert "peer_added has no steady state, so nothing is claimed" in lines[SAME_MONEY]
    assert "overtime depends on the queue" in lines[WHAT_IT_COSTS]
    assert "peer_added ‡" in output.replace("\u00a0", " ")
    assert all("*" not in line for line in output.splitlines() if "+500" in line)
    assert "No steady state (staffing=peer_added:" in page


@pytest.mark.parametrize(
    ("words", "label", "text"),
    [
        (["staffing=peer_added"], CHANGES, "nothing is compared, for there is one scenario"),
        (["staffing=traditional,peer_added", "study.replications=1"], CHANGES, "one replication has no interval"),
        (["demand.growth=1,1.05"], WHAT_IT_COSTS, "differ by overtime alone"),
        (["demand.growth=1,1.05"], SAME_MONEY, "staffing=traditional,peer_added,clinician_added"),
        (["demand.growth=1,1.05"], CERTAINTY, "3 replications of 1 week"),
        (
            ["staffing=peer_added", "effects=none,evidence"],
            SAME_MONEY,
            "every roster costs the same: the scenarios differ in effects. Add a staffing",
        ),
        (["staffing=traditional,peer_247"], SAME_MONEY, "nothing of equal cost is compared; add a staffing"),
        (["support.caseload=2,3", "staffing=peer_247"], SAME_MONEY, "for the money of the first scenario"),
        (["staffing=traditional,peer_added", "effects=evidence"], CERTAINTY, "Effects were assumed"),
        (["staffing=traditional,peer_added", "effects=none,evidence"], CERTAINTY, "Effects were assumed in 2 of 4"),
        (["staffing=traditional,peer_added"], CERTAINTY, NO_BENEFIT),
        (["staffing=traditional,peer_added"], CERTAINTY, "a missing star says nothing"),
    ],
)
def test_each_line_says_what_it_is_for_in_every_kind_of_sweep(
    words: list[str],
    label: str,
    text: str,
    tmp_path: Path,
    plant: Callable[[Callable[[PlantedRun], Effects]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    plant(nothing)
    assert main(["-m", *TINY, "study.replications=3", *words, f"output={tmp_path / 'out'}"]) == 0
    assert text in finding(screen(capsys))[label]


def test_many_that_leave_are_said_and_a_stress_test_is_named_as_one(
    tmp_path: Path, plant: Callable[[Callable[[PlantedRun], Effects]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    plant(lambda task: {"lwbs_or_ama.all": 0.1} if "traditional" in task.label else {REACH: 0.3})
    words = ["-m", *TINY, "staffing=traditional,peer_swapped", "study.replications=6"]
    assert main([*words, f"output={tmp_path / 'out'}"]) == 0
    lines = finding(screen(capsys))
    assert "More than 5 % leave in 1 of 2 scenarios" in lines[CERTAINTY]
    page = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert "Many leave: more than 5 % of visits leave" in page
    assert STRESS_TEST.format(label="staffing=peer_swapped") in page
    assert "for the money of the first scenario: peer_swapped (a stress test: takes hours" in lines[SAME_MONEY]


def test_hundreds_of_scenarios_fit_the_screen_and_the_page_stays_short(
    tmp_path: Path, plant: Callable[[Callable[[PlantedRun], Effects]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    plant(lambda task: {ALONE: -59.0} if "peer_247 demand.growth=1.04" in task.label else {})
    words = ["staffing=traditional,peer_added,peer_247,clinician_added", "demand.growth=range(0.9,1.15,0.0025)"]
    assert main(["-m", *TINY, *words, "study.replications=3", f"output={tmp_path / 'out'}"]) == 0
    output = screen(capsys)
    stars = starred(tmp_path / "out")
    assert len(stars) > 2
    assert f"the largest of {len(stars)}" in finding(output)[CHANGES]
    shown = output[output.index("───") : output.index("Mean ±")]
    assert "traditional growth=0.9" in shown
    assert "peer_247 growth=1.04" in shown
    n_shown = len(re.findall(r"growth=", shown))
    assert f"{400 - n_shown} scenarios not shown here" in output
    page = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert len(page) < 100_000
    assert page.count("| staffing=") == MOST_SCENARIOS * (len({name.partition(".")[2] for name in HEADLINE}) + 1)
    assert f"{400 - MOST_SCENARIOS} further scenarios not shown" in page
    assert "table=differences export=differences.csv" in page


def test_a_narrow_terminal_shows_fewer_measures_and_every_digit_star_and_name_of_them(
    tmp_path: Path, plant: Callable[[Callable[[PlantedRun], Effects]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(of_peers)
    seen: list[describe_sweep] = []
    monkeypatch.setattr("sim.studies.sweep.print_answer", lambda answer, *_: seen.append(answer))
    worlds = ("demand.growth=1.02,1.04", "boarding.mean_hours=10,20")
    assert main([*FOUR, *worlds, f"output={tmp_path / 'out'}"]) == 0
    tables = {}
    for width in (60, 70, 80, 100):
        written = StringIO()
        print_answer(seen[0], Console(file=written, width=width))
        text = written.getvalue()
        tables[width] = text[re.search(r"^ {4,}\S", text, re.MULTILINE).start() :]  # from its heads
        assert "…" not in tables[width]
        assert max(map(len, tables[width].splitlines())) <= width
    columns = {width: table.count(" ± ") for width, table in tables.items()}
    assert columns[60] < columns[80] < columns[100]
    assert re.search(r"^\d of \d measures: answer.md has the others", tables[100], re.MULTILINE), "100 columns at most"
    assert "Met by a peer" in tables[100]
    assert "secondary" not in tables[100]
    assert re.search(r"^[123] of \d measures: a wider terminal shows more", tables[80], re.MULTILINE)
    numbers = re.findall(r"[+−]?[\d,.]+ ± [\d,.]+(?: \*)?", tables[100])
    assert set(re.findall(r"[+−]?[\d,.]+ ± [\d,.]+(?: \*)?", tables[60])) < set(numbers)


def test_what_failed_and_what_was_asked_still_fit_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play = planted(of_peers)

    def failing(task: PlantedRun) -> Mapping[str, float] | str | None:
        if task.key.replication == 2:
            return "Traceback\n" + "ValueError: " + "a very long reason " * 40
        return play(task)

    monkeypatch.setattr(playing, "play_task", by_run(failing))
    precision = f"study.precision={{{WAIT}:{{half_width:0.0001}},{ALONE}:{{half_width:0.0001}}}}"
    asked = [precision, "study.most_replications=30", "study.simultaneous=max_t"]
    assert main([*FOUR, *asked, f"output={tmp_path / 'out'}"]) == 1
    output = screen(capsys)
    assert "4 runs failed" in " ".join(output.split())
    assert "staffing=traditional, replication 3: ValueError: a very long reason" in " ".join(output.split())
    page = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert "Not reached with the 30 replications" in page
    assert page.count("Longest time unseen is a secondary outcome, chosen after results were seen") == 1
    assert "staffing=clinician_added, replication 3" in page


def test_an_interrupted_sweep_goes_on_to_the_same_page_and_results_shows_the_same_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["-m", "staffing=traditional,peer_247", *TINY, "study.replications=3", "executor.workers=1"]
    assert main([*words, f"output={tmp_path / 'whole'}"]) == 0
    whole = screen(capsys)

    def interrupted(task: PlantedRun) -> Mapping[str, float] | str | None:
        if task.key.replication == 1:
            raise KeyboardInterrupt
        return None

    with monkeypatch.context() as patch:
        patch.setattr(playing, "play_task", by_run(interrupted))
        assert main([*words, f"output={tmp_path / 'cut'}"]) == 1
    page = tmp_path / "cut" / "answer.md"
    assert "2 of 6 runs are there" in page.read_text(encoding="utf-8")
    assert "to go on: peered -m" in screen(capsys)
    assert main([*words, f"output={tmp_path / 'cut'}"]) == 0
    assert page.read_bytes() == (tmp_path / "whole" / "answer.md").read_bytes()
    capsys.readouterr()
    assert main(["study=results", f"run={tmp_path / 'whole'}"]) == 0
    again = screen(capsys)
    start, end = whole.index("Sweep of"), whole.index("\nresults are in")
    assert again[again.index("Sweep of") :].rstrip() == whole[start:end].rstrip()


# --- short names ---


def test_short_names_drop_what_all_share_and_keep_scenarios_apart() -> None:
    labels = [f"staffing={name} demand.growth={growth} study.weeks=2" for name in "ab" for growth in (1, 2)]
    assert list(short_labels(labels).values()) == ["a growth=1", "a growth=2", "b growth=1", "b growth=2"]
    alike = ["a.x=1 b.x=2", "a.x=2 b.x=1"]
    assert list(short_labels(alike).values()) == alike
    assert list(short_labels(["staffing=x", "staffing=x note=y z"]).values()) == ["staffing=x", "staffing=x note=y z"]


def test_a_name_in_the_table_is_broken_between_words_only(
    tmp_path: Path, plant: Callable[[Callable[[PlantedRun], Effects]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    plant(lambda _: {"lwbs_or_ama.all": 0.1})
    words = ["staffing=traditional,clinician_added", "demand.growth=1,1.1", "support.caseload=3,4"]
    assert main(["-m", *TINY, *words, "study.replications=3", f"output={tmp_path / 'out'}"]) == 0
    output = screen(capsys)
    names = [
        re.split(r" {2,}", line)[0] for line in output[output.index("───") : output.index("Mean ±")].splitlines()[1:]
    ]
    assert "clinician_added growth=1" in names
    assert not {name.replace("\u00a0", " ") for name in names} & {"†", "d", "d †"}
    assert any(name.endswith("†") for name in names)


def test_a_long_name_keeps_its_beginning_and_its_end() -> None:
    assert cut_middle("x" * 60) == "x" * 60
    assert cut_middle("a" * 80 + "=1", 11) == "aaaaa…aaa=1"
    assert len(cut_middle("a" * 500, 60)) == 60
