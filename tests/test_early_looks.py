"""What is shown while a study is still played: a function of its first replications, provisional, gone at the end."""

import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from rich.console import Console

from sim.analysis.early_looks import MOST_WATCHED, EarlyLook, EarlyLooks, found_at
from sim.cli import main
from sim.report.description import CHANGES
from sim.report.early_table import EarlyTable, early_differences
from sim.report.progress import progress
from sim.report.screen import MOST_LINES
from sim.runs.design import Design, RunKey
from sim.runs.run_store import RunResult
from sim.runs.stopping_rules import Precision, StoppingRules
from sim.statistics.intervals import paired_differences
from sim.statistics.watching import look_levels

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]

KEYS = {"traditional": "hash-a", "peers": "hash-b"}
WAIT, ALONE = "wait_triage_to_pia_mean.all", "minutes_without_staff_mean.mental_health"
SHORT = ["study.weeks=1", "study.warm_up_weeks=0", "demand.growth=0.3", "study.demand_levels=[1.0]"]
TWO = "study.staffing=[traditional,peer_added]"


def result(key: str, replication: int, failed: bool = False) -> RunResult:
    drawn = Random(f"{key} {replication}")
    values = {WAIT: 60.0 + drawn.random(), ALONE: 200.0 - 20.0 * (key == "hash-b") + drawn.random()}
    return RunResult(RunKey(key, replication), key, {} if failed else values, "it failed" if failed else "")


def all_results(n: int) -> list[RunResult]:
    return [result(key, number) for number in range(n) for key in KEYS.values()]


def looks(planned: int = 20) -> EarlyLooks:
    return EarlyLooks(Design({}, planned, 1), KEYS, (WAIT, ALONE))


def looks_at(results: Sequence[RunResult]) -> list[EarlyLook]:
    watched = looks()
    return [look for each in results if (look := watched.add([each]))]


def first_look(n: int = 4) -> EarlyLook:
    (look,) = [each for each in looks_at(all_results(20)) if each.n == n]
    return look


def test_looks_come_at_fixed_numbers_and_never_at_the_last() -> None:
    assert [look.n for look in looks_at(all_results(20))] == [4, 8, 12]


def test_a_look_is_the_same_in_whatever_order_the_replications_end() -> None:
    results = all_results(20)
    Random(5).shuffle(results)
    for look in looks_at(results):
        assert (look.values == first_look(look.n).values).all()


def test_results_that_are_there_already_give_the_latest_look_alone() -> None:
    look = looks().add(all_results(9))
    assert look is not None
    assert look.n == 8


def test_a_failed_replication_ends_the_looks_that_would_need_it() -> None:
    results = [*all_results(5), result("hash-b", 5, failed=True), *all_results(20)[12:]]
    assert [look.n for look in looks_at(results)] == [4]


def test_more_scenarios_than_a_terminal_takes_are_not_watched() -> None:
    many = EarlyLooks(Design({}, 20, 1), {str(n): str(n) for n in range(MOST_WATCHED + 1)}, (WAIT,))
    assert many.add([result(str(n), number) for n in range(MOST_WATCHED + 1) for number in range(20)]) is None


def test_a_study_with_stopping_rules_is_not_watched() -> None:
    rules = StoppingRules(precision={ALONE: Precision(half_width=1.0)})
    assert EarlyLooks(Design({}, 20, 1, rules=rules), KEYS, (ALONE,)).add(all_results(20)) is None


def test_a_look_holds_paired_differences_at_the_level_of_the_look() -> None:
    look = first_look()
    expected = paired_differences(look.values[1], look.values[0], look_levels((4, 8, 12, 20))[4])
    found = found_at(look)["peers", ALONE]
    assert (found.mean, found.half_width) == (expected["mean"][1], expected["half_width"][1])
    assert found_at(look)["traditional", ALONE].mean == pytest.approx(look.values[0, 1].mean())


def drawn(console: Console, table: EarlyTable) -> str:
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 100])
def test_an_early_table_says_that_it_is_provisional_and_judges_nothing(width: int) -> None:
    table = early_differences({"traditional": "Traditional", "peers": "Peers \x1badded"}, first_look())
    text = drawn(Console(file=io.StringIO(), width=width), table)
    said = " ".join(text.split())
    assert "So far, 4 of 20 replications: provisional" in said
    assert "99.7 % interval, wide so that watching does not deceive. Drawn again after 8, 12 and 20." in said
    assert "*" not in text
    assert "beyond chance" not in said
    assert "\x1b" not in text
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width


def shown_at_the_end(text: str) -> str:
    """What stands on a terminal after all that was written: it moves up, clears lines and writes over them."""
    lines, row, column = [""], 0, 0
    for code, kind, sign in re.findall(r"\x1b\[([0-9;?]*)([A-Za-z])|([^\x1b])", text):
        if kind == "A":
            row -= int(code or 1)
        elif kind == "K":
            lines[row] = ""
        elif sign == "\r":
            column = 0
        elif sign == "\n":
            row, column = row + 1, 0
            lines += [""] * (row >= len(lines))
        elif sign:
            lines[row] = lines[row].ljust(column)[:column] + sign + lines[row][column + 1 :]
            column += 1
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def test_on_a_terminal_the_table_stands_above_the_bar_and_is_gone_at_the_end() -> None:
    page = io.StringIO()
    tables = iter([None, early_differences({}, first_look(4)), early_differences({}, first_look(8))])
    shown: list[EarlyTable | None] = [None]
    with progress(3, "weeks", Console(file=page, force_terminal=True, width=100), early=lambda: shown[0]) as advance:
        for table in tables:
            shown[0] = table
            advance("a")
    text = page.getvalue()
    assert "So far, 8 of 20" in text
    assert "So far" not in shown_at_the_end(text)
    assert "3/3" in shown_at_the_end(text)


def test_early_looks_change_no_result_and_off_a_terminal_are_not_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*SHORT, TWO, "study.replications=6"]
    assert main([*words, f"output={tmp_path / 'unwatched'}"]) == 0
    assert "provisional" not in capsys.readouterr().out
    assert main([*words, f"output={tmp_path / 'watched'}", "--json-progress"]) == 0
    assert '"look"' in capsys.readouterr().out
    for name in ("replications.parquet", "estimates.parquet", "differences.parquet", "answer.md"):
        assert (tmp_path / "watched" / name).read_bytes() == (tmp_path / "unwatched" / name).read_bytes(), name


class Terminal(io.StringIO):
    """Standard output of somebody who sits in front of it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", [80, pytest.param(100, marks=pytest.mark.slow)])
def test_all_that_a_comparison_of_nine_staffings_leaves_on_a_terminal_fits_it(
    width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    for name, value in (("COLUMNS", str(width)), ("LINES", "50"), ("TERM", "xterm")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", terminal)
    in_order = "executor.workers=1"  # where the first runs end last, the answer is there before their look is shown
    assert main([*SHORT[:-1], "study.replications=6", in_order, f"output={tmp_path / 'out'}"]) == 0
    text = terminal.getvalue()
    left = shown_at_the_end(text).splitlines()
    assert "So far, 4 of 6 replications" in text
    assert sum(CHANGES in line for line in left) == 1
    assert not any("So far" in line for line in left)
    assert len(left) <= MOST_LINES
    assert max(map(len, left[:-1])) <= width


def test_all_that_a_comparison_of_nine_staffings_prints_into_a_pipe_fits_a_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SHORT[:-1], "study.replications=2", f"output={tmp_path / 'out'}"]) == 0
    assert len(capsys.readouterr().out.splitlines()) <= MOST_LINES


def test_the_register_is_not_printed_whole_unless_few_rows_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study=assumptions"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= MOST_LINES
    assert "output=FOLDER writes" in " ".join(lines[-2:])
    assert main(["study=assumptions", "study.word=boarding"]) == 0
    assert "more rows" not in capsys.readouterr().out


# --- for programs, and for whoever wants the answer alone


def events_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Each line of standard output as JSON; JSON has no NaN."""

    def refused(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return [json.loads(line, parse_constant=refused) for line in capsys.readouterr().out.splitlines()]


def test_json_lines_tell_a_program_all_from_start_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    levels = "study.demand_levels=[1.0,1.2]"
    in_order = "executor.workers=1"  # where the first runs end last, the answer is there before their look is shown
    words = [*SHORT[:-1], levels, TWO, "study.replications=6", in_order, f"output={folder}", "--json-progress"]
    assert main(words) == 0
    events = events_of(capsys)
    kinds = [event["event"] for event in events]
    assert kinds[:2] == ["start", "progress"]
    assert kinds[-3:] == ["answer", "results", "end"]
    assert events[0]["schema"] == 1
    assert events[0]["command"] == ["peered", *words]
    assert [event["done"] for event in events if event["event"] == "progress"] == list(range(13))
    (look,) = [event for event in events if event["event"] == "look"]
    assert (look["n"], look["planned"], look["provisional"]) == (4, 6, True)
    assert look["level"] == pytest.approx(0.99)
    answer, results, end = events[-3:]
    assert isinstance(answer["lines"], list)
    assert answer["lines"][0]["label"] == CHANGES
    assert [event["is_whole"] for event in events if event["event"] == "answer"] == [False, True]
    assert results["folder"] == str(folder)
    assert isinstance(results["files"], list)
    assert all((folder / name).is_file() for name in results["files"])
    assert end["exit_code"] == 0
    seconds = [event["seconds"] for event in events]
    assert seconds == sorted(seconds)  # type: ignore[type-var]


def test_events_are_those_of_the_guide(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guide = (Path(__file__).resolve().parents[1] / "docs" / "user-guide.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", guide.partition("--json-progress` writes")[2], re.MULTILINE))
    assert main([*SHORT, TWO, "study.replications=6", f"output={tmp_path / 'out'}", "--json-progress"]) == 0
    events = events_of(capsys)
    assert {str(event["event"]) for event in events} <= rows.keys()
    for event in events:
        fields = set(re.findall(r"`(\w+)`", rows[str(event["event"])])) | {"event", "seconds"}
        assert event.keys() <= fields, event


def test_of_several_worlds_each_scenario_is_set_beside_the_first_of_its_own() -> None:
    keys = {"a": "hash-a", "a2": "hash-c", "b": "hash-b", "b2": "hash-d"}
    watched = EarlyLooks(Design({}, 20, 1), keys, (ALONE,), (0, 1, 0, 1))
    look = watched.add([result(key, number) for key in keys.values() for number in range(4)])
    assert look is not None
    found, means = found_at(look), look.values[:, 0].mean(axis=1)
    assert [found[label, ALONE].mean for label in keys] == pytest.approx(
        [means[0], means[1], means[2] - means[0], means[3] - means[1]]
    )
    assert [row["of"] for row in early_differences({}, look).facts] == ["mean", "mean", "difference", "difference"]


@pytest.mark.parametrize(
    ("words", "of"),
    [
        (["-m", "staffing=traditional,peer_added", "study.replications=6"], {"mean", "difference"}),
        (["study=breakeven", "staffing=peer_added", "study.points=2", "study.replications=6"], {"net benefit"}),
    ],
)
def test_sweeps_and_break_even_studies_have_early_looks_too(
    words: list[str], of: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_order = "executor.workers=1"
    assert main([*SHORT[:-1], *words, in_order, f"output={tmp_path / 'out'}", "--json-progress"]) == 0
    (look,) = [event for event in events_of(capsys) if event["event"] == "look"]
    assert (look["n"], look["planned"]) == (4, 6)
    assert isinstance(look["rows"], list)
    assert {row["of"] for row in look["rows"]} == of
    assert all(row["low"] <= row["mean"] <= row["high"] for row in look["rows"])


def test_what_is_wrong_with_a_question_is_text_on_standard_error_and_ends_the_events(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["demand.grwoth=1.1", "--json-progress"]) == 2
    said = capsys.readouterr()
    assert [json.loads(line)["event"] for line in said.out.splitlines()] == ["start", "end"]
    assert "demand.grwoth" in said.err


@pytest.mark.parametrize("word", ["study=run", TWO])
def test_a_quiet_study_prints_its_lines_and_its_folder_alone(
    word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    assert main([*SHORT, word, "study.replications=2", f"output={folder}", "--quiet"]) == 0
    *lines, where = capsys.readouterr().out.splitlines()
    told = [line for line in lines if line.startswith("• ") and not line.startswith("• Who is left out")]
    assert len(told) == 5
    assert all(line.startswith(("• ", "  ")) for line in lines)
    assert where == f"results are in {folder}: report.html, answer.md, answer.xlsx"


def test_quiet_and_json_lines_together_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quiet", "--json-progress"]) == 2
    assert "one of them" in capsys.readouterr().err
