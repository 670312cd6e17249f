"""Text of others does nothing but stand there: on a terminal, in Markdown, in a figure, in a table of a spreadsheet."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from sim.cli import main
from sim.io.clean_text import for_csv, for_markdown, for_terminal, one_line
from sim.report.console import say
from sim.report.description import markdown_table
from sim.report.figures.frame import Frame
from sim.report.figures.theme import styled, wrapped
from sim.report.progress import progress, teller
from sim.report.terminal import with_clean_text
from sim.runs.run_store import SweepLog
from tests.test_received_sweep import made, shown

pytestmark = pytest.mark.end_to_end

ESCAPE, BELL, TURNED, TAGGED = "\x1b[2J", "\x07", "\u202egnp.exe", "\U000e0041"
HOSTILE = (
    f"{ESCAPE}a{BELL}{TURNED}{TAGGED} [/blue] $\\frac{{$ <script>alert(1)</script> | `rm` ![x](http://e.org/x) \x85"
)
STEERING = (ESCAPE, "\x1b", BELL, "\u202e", TAGGED, "\x85", "\x9b")


@pytest.mark.parametrize("clean", [for_terminal, one_line, for_markdown, for_csv])
def test_nothing_that_steers_a_terminal_or_turns_text_around_is_left(clean) -> None:  # type: ignore[no-untyped-def]
    assert not any(sign in clean(HOSTILE) for sign in STEERING)


@pytest.mark.parametrize("text", ["Peer support, 24/7", "Équipe de nuit − 30 %", "peer_added × 1.2", "日本 👩‍⚕️"])
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert for_terminal(text) == one_line(text) == for_csv(text) == text


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+staffing.nurse=2", "'+staffing.nurse=2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("\t=1+1", "'\t=1+1"),
        (" =1+1", "' =1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-4", "-4"),
        ("+1.5e-3", "+1.5e-3"),
        ("a=b", "a=b"),
    ],
)
def test_a_cell_is_no_formula(text: str, cell: str) -> None:
    assert for_csv(text) == cell


def test_markdown_means_itself() -> None:
    assert for_markdown("<b>&amp;</b>") == "&lt;b&gt;&amp;amp;&lt;/b&gt;"
    assert for_markdown("a|b *c* `d` [e](f)\n# g") == r"a\|b \*c\* \`d\` \[e\](f) # g"
    assert for_markdown("peer_added and _this_") == r"peer_added and \_this\_"
    table = markdown_table([("", HOSTILE), (HOSTILE + "\n| more", "1")])
    assert len(table.splitlines()) == 3
    assert all(line.replace(r"\|", "").count("|") == 3 for line in table.splitlines())
    assert "<script>" not in table


def printed(say_it) -> str:  # type: ignore[no-untyped-def]
    text = StringIO()
    say_it(with_clean_text(Console(file=text, width=200, force_terminal=False)))
    return text.getvalue()


def test_a_console_prints_hostile_text_as_text() -> None:
    def all_ways(console: Console) -> None:
        say(console, HOSTILE)
        teller(console)(HOSTILE)
        with progress(1, HOSTILE, console) as advance:
            advance(HOSTILE)

    output = printed(all_ways)
    assert not any(sign in output for sign in STEERING)
    assert output.count("[/blue]") == 4


def test_a_bar_of_progress_shows_hostile_text_as_text() -> None:
    text = StringIO()
    console = with_clean_text(Console(file=text, width=200, force_terminal=True))
    with progress(2, HOSTILE, console) as advance:
        advance(HOSTILE)
    output = text.getvalue()
    assert ESCAPE not in output
    assert BELL not in output
    assert "[/blue]" in output


@pytest.mark.filterwarnings("ignore:Glyph")  # of the replacement sign, which a typeface may lack
def test_a_figure_shows_hostile_text_as_text(tmp_path: Path) -> None:
    with styled():
        sheet = Frame(2.0, HOSTILE, HOSTILE, HOSTILE)
        axes = sheet.panel(1.0, 0.2, 4.0, 1.0)
        axes.set_title(HOSTILE)
        axes.set_yticks([0.5], [HOSTILE])
        axes.annotate(HOSTILE, (0.5, 0.5))
        sheet.save(tmp_path, "hostile", ["png", "svg"])
        assert "$\\frac{$" in axes.get_title(loc="left")
        names = [text.get_text() for text in axes.get_yticklabels()]  # written anew by whatever draws the axis
        assert len(names) == 1
        assert not any(sign in text for sign in STEERING for text in (axes.get_title(loc="left"), *names))
    assert {path.name for path in tmp_path.iterdir()} == {"hostile.png", "hostile.svg"}


def test_a_log_holds_no_control_characters(tmp_path: Path) -> None:
    SweepLog(tmp_path).say(f"failed: {HOSTILE}\n{HOSTILE}")
    output = (tmp_path / "sweep.log").read_text(encoding="utf-8")
    assert not any(sign in output for sign in STEERING)
    assert "[/blue]" in output


def test_labels_of_a_received_sweep_do_nothing_where_they_are_shown_and_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = made(tmp_path / "received", (HOSTILE, "=cmd|' /C calc'!A0"))
    assert main(["study=results", f"run={folder}"]) == 0
    output = capsys.readouterr().out
    assert not any(sign in output for sign in STEERING)
    assert "[/blue]" in output
    code, _ = shown(folder, capsys, "query=SELECT label FROM scenarios", f"export={tmp_path / 'out.csv'}")
    assert code == 0
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        _, first, second = (row[0] for row in csv.reader(file))
    assert not any(sign in first for sign in STEERING)
    assert second == "'=cmd|' /C calc'!A0"


def test_a_hostile_label_of_a_staffing_does_nothing_in_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "groups" / "staffing").mkdir(parents=True)
    label = '"\\e[2J[/blue] $\\\\frac{$ <script>alert(1)</script> | \\u202Egnp"'
    text = f"defaults: [peer_added, _self_]\nname: hostile\nlabel: {label}\n"
    (tmp_path / "groups" / "staffing" / "hostile.yaml").write_text(text, encoding="utf-8")
    words = ["study.weeks=1", "study.warm_up_weeks=0", "study.replications=2", "study.demand_levels=[1.0]"]
    asked = [*words, "study.staffing=[traditional,hostile]", f"output={tmp_path / 'out'}"]
    code = main(["--config-dir", str(tmp_path / "groups"), *asked])
    output = capsys.readouterr()
    if code == 2:  # such a label is refused when it is read
        assert "label" in output.err
        return
    assert code == 0
    answer = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    for shown_text in (output.out, output.err, answer):
        assert "\x1b" not in shown_text
        assert "\u202e" not in shown_text
    assert "[/blue]" in output.out
    assert "<script>" not in answer
    assert "&lt;script&gt;" in answer
    assert len(list((tmp_path / "out" / "figures").glob("*.png"))) > 1


def test_labels_of_a_scale_are_cleaned_before_they_are_drawn() -> None:
    assert not any(sign in wrapped(HOSTILE, 24) for sign in STEERING)
