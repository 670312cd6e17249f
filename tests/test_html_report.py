"""The report is one HTML file with the numbers of the store, and is made again from its folder to the last byte."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from markupsafe import escape

from sim.cli import main
from sim.register.rows import read_register
from sim.report.description import Finding, FindingLine, Points, Section, TextTable, Typed, Written
from sim.report.figures.theme import LEAST_CONTRAST, luminance, readable
from sim.report.html_page import Part, Picture, html_page, inline_svg
from sim.report.study_report import drawings
from sim.report.words.limits import LIMITS_OF_ALL
from sim.report.words.reporting_items import LISTS, NOT_KNOWN, reporting_sections
from sim.runs.output_folder import foreign_to_results
from sim.runs.result_tables import Results
from sim.runs.tables_on_disk import write_table
from sim.studies import report
from tests.browser import PHONE, SLIDE, Chromium, assert_faultless, printed
from tests.one_figure import draw_one_figure
from tests.report_page import COMPARED, LEVELS, REPLICATIONS, Page, made_again
from tests.run_json import assert_as_documented

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).parents[1]
MOST_BYTES = 2_000_000
"""Of a report, so that it can be sent by mail."""
SHORT = ("study.replications=3", "study.weeks=2", "study.warm_up_weeks=1")


@pytest.fixture(scope="module")
def text(compared: Path) -> str:
    return (compared / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


# --- one source


def test_report_and_answer_are_made_again_from_the_folder_to_the_last_byte(compared: Path, tmp_path: Path) -> None:
    assert made_again(compared, tmp_path / "again.html") == (compared / "report.html").read_bytes()
    assert made_again(compared, tmp_path / "again.md") == (compared / "answer.md").read_bytes()


def test_one_scenario_has_a_report_that_is_made_again_too(tmp_path: Path, looked_at: Callable[[Path], None]) -> None:
    folder = tmp_path / "run"
    assert main(["study=run", "staffing=peer_added", *SHORT, f"output={folder}"]) == 0
    assert_as_documented(folder / "run.json")
    looked_at(folder / "report.html")
    assert made_again(folder, tmp_path / "again.html") == (folder / "report.html").read_bytes()
    assert made_again(folder, tmp_path / "again.md") == (folder / "answer.md").read_bytes()
    assert "How long they wait" in Page((folder / "report.html").read_text(encoding="utf-8")).lines


@pytest.mark.usefixtures("drawn_sweeps")
@pytest.mark.parametrize(
    ("name", "words", "n_drawings", "table"),
    [
        pytest.param(
            "one world",
            ["-m", "staffing=traditional,peer_added,nurse_added", *SHORT],
            2,
            "Wait, all (min)",
            marks=pytest.mark.slow,  # its tables are those of two worlds, its figures those of a comparison
        ),
        ("two worlds", ["-m", "staffing=traditional,peer_added", "demand.growth=1,1.1", *SHORT], 1, "Wait, all (min)"),
        (
            "effects",
            ["study=breakeven", "staffing=peer_added", "study.points=3", *SHORT],
            1,
            "Staff time only (CAD/week)",
        ),
    ],
)
def test_a_sweep_and_a_break_even_study_have_a_report_that_is_made_again_too(
    name: str, words: list[str], n_drawings: int, table: str, tmp_path: Path, looked_at: Callable[[Path], None]
) -> None:
    folder = tmp_path / name
    assert main([*words, f"output={folder}"]) == 0
    assert_as_documented(folder / "run.json")
    looked_at(folder / "report.html")
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert made_again(folder, tmp_path / "again.html") == text.encode()
    assert made_again(folder, tmp_path / "again.md") == (folder / "answer.md").read_bytes()
    page = Page(text)
    assert len(page.lines) == 5
    assert text.count("<svg") == n_drawings
    assert any(head.startswith(table) for head in page.table(caption="What matters, in one table").rows[0])
    stated = {row[0] for row in page.table(caption="Warm-up and steady state").rows[1:]}
    assert len(stated) == len(Results(folder)["cautions"])


def test_a_validation_has_a_report_that_is_made_again_from_its_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], looked_at: Callable[[Path], None]
) -> None:
    folder = tmp_path / "validated"
    assert main(["study=validate", *SHORT, f"output={folder}"]) == 0
    assert_as_documented(folder / "run.json")
    looked_at(folder / "report.html")
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert made_again(folder, tmp_path / "again.html") == text.encode()
    assert made_again(folder, tmp_path / "again.md") == (folder / "answer.md").read_bytes()
    counts = {row[0]: row[1:] for row in Page(text).table(caption="What matters, in one table").rows[1:]}
    verdicts = pd.read_csv(folder / "validation.csv").groupby("use")["verdict"]
    assert counts == {
        use: [str((found == verdict).sum()) for verdict in ("inside", "near", "miss")] for use, found in verdicts
    }
    lines = (folder / "validation.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "validation.csv").write_text("".join(lines[:-1]), encoding="utf-8")
    assert main(["study=report", f"run={folder}", f"export={tmp_path / 'none.html'}"]) == 2
    assert "validation.csv, row 25" in capsys.readouterr().err


def test_the_report_of_a_folder_stands_in_it_unless_another_place_is_named(
    compared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "redrawn", lambda _: drawings(compared / "figures"))
    copy = shutil.copytree(compared, tmp_path / "copy")
    (copy / "report.html").unlink()
    assert main(["study=report", f"run={copy}"]) == 0
    assert (copy / "report.html").read_bytes() == (compared / "report.html").read_bytes()
    assert foreign_to_results(copy) == []


def test_a_report_of_another_version_is_replaced_and_one_that_was_changed_by_hand_is_not(
    compared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(compared, tmp_path / "copy")
    monkeypatch.setattr(report, "page_of", lambda *_: "of another version")
    assert main(["study=report", f"run={copy}"]) == 0
    assert (copy / "report.html").read_text(encoding="utf-8") == "of another version"
    assert foreign_to_results(copy) == []
    (copy / "report.html").write_text("mine", encoding="utf-8")
    assert main(["study=report", f"run={copy}"]) == 2
    assert "changed since" in " ".join(capsys.readouterr().err.split())
    assert (copy / "report.html").read_text(encoding="utf-8") == "mine"


def test_the_five_lines_are_those_of_the_answer(compared: Path, page: Page) -> None:
    answer = (compared / "answer.md").read_text(encoding="utf-8")
    stored = dict(re.findall(r"^- \*\*(.+?)\*\*: (.+)$", answer, re.MULTILINE))
    assert list(stored)[:5] == [
        "What changes", "What does not", "What it costs", "The same money elsewhere", "How sure",
    ]  # fmt: skip
    assert page.lines == {name: line.replace("\\", "").replace("`", "") for name, line in stored.items()}


def test_the_answer_on_the_terminal_is_shown_again_from_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_one_figure(monkeypatch)
    folder = tmp_path / "pair"
    names = "study.staffing=[traditional,peer_added]"
    assert main([names, *SHORT, "study.demand_levels=[1.0]", f"output={folder}"]) == 0
    first = capsys.readouterr().out
    assert main(["study=results", f"run={folder}"]) == 0
    again = capsys.readouterr().out
    assert again.count("• ") >= 5
    assert again.strip() in first


def test_run_json_holds_what_the_answer_is_made_of(compared: Path) -> None:
    assert_as_documented(compared / "run.json")
    facts = json.loads((compared / "run.json").read_text(encoding="utf-8"))
    assert (facts["study"], facts["confidence"], facts["simultaneous"]) == ("compare", 0.95, "bonferroni")
    assert (facts["replications"], facts["comparison"]["levels"]) == (REPLICATIONS, list(LEVELS))
    assert facts["changed"] == list(COMPARED)
    assert facts["assumptions"]["RUNA02"] == ["study.weeks"]
    assert set(facts["assumptions"]) <= set(read_register())


# --- published figures


def test_rows_beside_published_figures_are_those_of_a_validation(compared: Path, page: Page, tmp_path: Path) -> None:
    assert main(["study=validate", *COMPARED[:-1], f"output={tmp_path / 'validated'}"]) == 0
    validated = pd.read_csv(tmp_path / "validated" / "validation.csv", dtype={"row": str}, keep_default_na=False)
    not_inside = validated[validated["verdict"].isin(["near", "miss"])]
    rows = page.table(caption="Rows that are near or miss").rows[1:]
    assert [(row[0], row[6]) for row in rows] == list(zip(not_inside["row"], not_inside["verdict"], strict=True))


# --- a page that anybody can read


def test_it_asks_nothing_of_the_network_and_runs_nothing(text: str, page: Page) -> None:
    assert len(text.encode()) < MOST_BYTES
    policy = [found["content"] for tag, found in page.tags if found.get("http-equiv") == "Content-Security-Policy"]
    assert policy == [
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    ]
    assert not {tag for tag, _ in page.tags} & {
        "script",
        "link",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "audio",
        "video",
    }
    for tag, found in page.tags:
        for name, value in found.items():
            assert not name.startswith("on"), (tag, name)
            if name in ("href", "src", "xlink:href", "srcset", "action", "data"):
                assert (value or "").startswith(("#", "data:image/png;base64,")), (tag, name, value)
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_it_has_one_title_headings_in_order_a_language_and_a_way_past_the_head(page: Page) -> None:
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    tags = dict(page.tags)
    assert tags["html"] == {"lang": "en"}
    assert ("a", {"class": "skip", "href": "#main"}) in page.tags
    ids = [found["id"] for _, found in page.tags if "id" in found]
    assert len(ids) == len(set(ids))
    named = [word for _, found in page.tags for key in ("aria-labelledby",) for word in (found.get(key) or "").split()]
    targets = [(found["href"] or "")[1:] for tag, found in page.tags if tag == "a"]
    assert not {*named, *targets} - set(ids)
    assert [title for level, title in page.headings if level == 2] == [
        "What matters, in one table", "Figures", "Further tables and sentences", "What was changed", "Assumptions used",
        "Precision and warm-up", "Beside published figures", "Limits", "How to repeat it", "Reporting checklists",
    ]  # fmt: skip


def test_every_table_has_a_caption_and_headings_with_their_scope(page: Page) -> None:
    assert len(page.tables) > 12
    for table in page.tables:
        assert table.caption
        assert set(table.scopes) <= {"col", "row", "rowgroup"}
        assert {"col", "row"} <= set(table.scopes)
        width = len(table.rows[0])
        assert all(len(row) in (1, width) for row in table.rows), table.caption


def test_figures_are_drawings_with_real_text_that_say_what_they_show(text: str, page: Page) -> None:
    drawn = re.findall(r"<svg\b.*?</svg>", text, re.DOTALL)
    assert len(drawn) == 14
    for drawing in drawn:
        assert 'role="img"' in drawing
        assert re.search(r"<title id=\"[\w-]+\">[^<]+</title><desc id=\"[\w-]+\">[^<]{40,}</desc>", drawing)
        assert "<text" in drawing
    assert "Peers added" in drawn[0]


def test_text_has_enough_contrast_on_light_dark_and_in_figures(text: str) -> None:
    palettes = re.findall(r":root\{(--ink[^}]+)\}", text)
    assert len(palettes) == 2
    for palette in palettes:
        colours = dict(part.split(":") for part in palette.split(";"))
        for ground in ("--paper", "--shade"):
            for ink in ("--ink", "--quiet", "--link"):
                assert contrast(colours[ink], colours[ground]) >= LEAST_CONTRAST, (ink, ground)
    inks = set(re.findall(r"<text style=\"[^\"]*fill: (#\w+)", text))
    assert len(inks) > 4
    assert all(contrast(ink, "#fff") >= LEAST_CONTRAST for ink in inks if luminance(ink) < 0.6), inks


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_a_pale_label_is_darkened_and_a_white_one_on_a_dark_ground_is_not() -> None:
    assert contrast(readable("#2f9bd6"), "#fff") >= LEAST_CONTRAST  # type: ignore[arg-type]
    assert readable("#1a1a1a") == "#1a1a1a"
    assert readable("white") == "white"


# --- text from others

ATTACK = """<script>alert(1)</script>"><img src=x onerror=alert(2)> {{ 7 * 7 }} {% raw %} </svg> id="x" url(#x"""
DRAWN = re.compile(r"<figure\b.*?</figure>", re.DOTALL)


def test_a_hostile_label_is_text_everywhere_in_the_report(tmp_path: Path) -> None:
    """It is played with one figure, and its report made again has them all."""
    (tmp_path / "mine" / "staffing").mkdir(parents=True)
    label = json.dumps(ATTACK)
    staffing = f"defaults: [peer_added]\nlabel: {label}\n"
    (tmp_path / "mine" / "staffing" / "ours.yaml").write_text(staffing, encoding="utf-8")
    words = ["--config-dir", str(tmp_path / "mine"), "study.staffing=[traditional,ours]", "study.demand_levels=[1.0]"]
    with pytest.MonkeyPatch.context() as patch:
        draw_one_figure(patch)
        assert main([*words, *SHORT, f"output={tmp_path / 'out'}"]) == 0
    played = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    text = made_again(tmp_path / "out", tmp_path / "again.html").decode()
    n_played, n_again = (DRAWN.sub("", each).count(str(escape(ATTACK))) for each in (played, text))
    assert n_played == n_again > 0
    page = Page(text)
    tags = [tag for tag, _ in page.tags]
    assert "script" not in tags
    assert "img" not in tags
    assert tags.count("svg") == 13
    assert not [name for _, found in page.tags for name in found if name.startswith("on")]
    assert ATTACK in page.table(caption="What matters, in one table").rows[0]
    assert "49" not in page.headings[0][1]


def test_a_page_escapes_and_cleans_every_kind_of_block() -> None:
    hostile = f"{ATTACK}\u202e\x1b"
    blocks = [
        hostile,
        TextTable([("", hostile), (hostile, "1")]),
        Points([hostile]),
        Typed([hostile]),
        Written(hostile),
    ]
    picture = Picture("p", hostile, '<?xml version="1.0"?><svg viewBox="0 0 1 1"><text>a</text></svg>')
    finding = Finding(hostile, (FindingLine(hostile, hostile),))
    text = html_page(hostile, finding, [hostile], [Part(hostile, [Section(hostile, blocks)], [picture])])
    tags = {tag for tag, _ in Page(text).tags}
    assert not tags & {"script", "img"}
    assert not any(sign in text for sign in ("\u202e", "\x1b"))
    assert "49" not in text


def test_ids_of_two_drawings_do_not_meet_and_their_text_stays() -> None:
    svg = '<svg viewBox="0 0 1 1"><g id="a" clip-path="url(#b)"/><text x="1.23456">id="a" 0.12345</text></svg>'
    drawn = inline_svg(Picture("one", "One", svg))
    assert '<g id="one-a" clip-path="url(#one-b)"/><text x="1.23">id="a" 0.12345</text>' in drawn


# --- folders that are not as written


def changed_facts(folder: Path, **changed: object) -> None:
    facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps({**facts, **changed}), encoding="utf-8")


def refusals() -> Iterator[tuple[str, str]]:
    yield "no study", "run.json"
    yield "a study of another version", "none of assumptions, breakeven, calibrate, compare"
    yield "an earlier version", "comparison"
    yield "no baseline", "baseline"
    yield "no levels", "comparison.levels"
    yield "hours less", "tables that do not fit each other"
    yield "no scenarios", "scenarios.json"
    yield "no estimates", "table estimates"
    yield "a column less", "column low"
    yield "text for numbers", "column mean"
    yield "a staffing of nobody", "column staffing"


@pytest.mark.parametrize(("what", "named"), list(refusals()))
def test_a_folder_that_is_not_as_written_is_refused_by_name(
    what: str, named: str, compared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(compared, tmp_path / "copy")
    spoil(copy, what)
    capsys.readouterr()
    assert main(["study=report", f"run={copy}", f"export={tmp_path / 'out.html'}"]) == 2
    assert named in capsys.readouterr().err.replace("\n    ", " ")
    assert not (tmp_path / "out.html").exists()


def spoil(folder: Path, what: str) -> None:
    facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    estimates = Results(folder)["estimates"]
    match what:
        case "no study":
            (folder / "run.json").write_text(json.dumps({**facts, "study": 7}), encoding="utf-8")
        case "a study of another version":
            changed_facts(folder, study="of another version")
        case "an earlier version":
            del facts["comparison"]
            (folder / "run.json").write_text(json.dumps(facts), encoding="utf-8")
        case "no baseline":
            changed_facts(folder, comparison={**facts["comparison"], "baseline": "nobody"})
        case "no levels":
            changed_facts(folder, comparison={**facts["comparison"], "levels": []})
        case "hours less":
            write_table(Results(folder)["week"].drop(columns="mh_without_peer"), folder / "week.parquet")
        case "no scenarios":
            (folder / "scenarios.json").write_text('{"traditional": {}}', encoding="utf-8")
        case "no estimates":
            (folder / "estimates.parquet").unlink()
        case "a column less":
            written(estimates.drop(columns="low"), folder)
        case "text for numbers":
            written(estimates.assign(mean="many"), folder)
        case "a staffing of nobody":
            written(estimates.assign(staffing="nobody"), folder)
        case _:
            raise ValueError(what)


def written(table: pd.DataFrame, folder: Path) -> None:
    write_table(table, folder / "estimates.parquet")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ([], "run=FOLDER"),
        (["run=nowhere"], "run=FOLDER"),
        (["run=.", "export=there.html"], "there is such a file already"),
        (["run=.", "export=page.pdf"], "ends in .html"),
        (["run=.", "export=no/page.html"], "no folder"),
        (["run=."], "run.json"),
        (["run=.", "output=out"], "output"),
    ],
)
def test_a_report_that_cannot_be_made_is_refused_before_anything_is_written(
    words: list[str], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "there.html").write_text("mine", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["study=report", *words]) == 2
    assert named in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["there.html"]


# --- what is said of every study


def test_every_reporting_item_is_answered_or_says_no_and_names_pages_that_are_there() -> None:
    sections = list(reporting_sections({}))
    rows = [row for section in sections for row in section.blocks[0].rows[1:]]  # type: ignore[union-attr]
    numbers = {name: sum(section.title == title for section in sections) for name, title in LISTS.items()}
    assert numbers == {"STRESS-DES": 1, "TRACE": 1, "ISPOR-SMDM": 1}
    assert [len(section.blocks[0].rows) - 1 for section in sections] == [24, 8, 18]  # type: ignore[union-attr]
    assert {row[2] for row in rows} == {"yes", "in part", "no", "not applicable"}
    assert all(row[1] and row[3] and "{" not in row[3] for row in rows)
    pages = {page for row in rows for page in re.findall(r"docs/[\w./-]+\w", row[3])}
    assert all((ROOT / page).exists() or list((ROOT / "docs").glob(f"{page.removeprefix('docs/')}*")) for page in pages)
    assert len(pages) > 8


def test_the_report_of_a_comparison_knows_all_words_of_the_items(text: str) -> None:
    assert NOT_KNOWN not in Page(text).table(caption=LISTS["STRESS-DES"]).rows[-1][3]
    assert text.count(NOT_KNOWN) == text.count("are not recorded")


def test_limits_are_those_of_the_page_on_reading_an_answer() -> None:
    page = " ".join((ROOT / "docs" / "reading-an-answer.md").read_text(encoding="utf-8").split())
    assert [limit for limit in LIMITS_OF_ALL if limit not in page] == []


# --- in a browser


def test_in_a_browser_nothing_goes_wrong_and_it_prints_as_a_tagged_pdf(compared: Path, browser: Chromium) -> None:
    file = compared / "report.html"
    assert_faultless(browser, file)
    pdf, _ = browser.look(file, printed)
    assert b"/StructTreeRoot" in pdf
    assert re.search(rb"/MarkInfo\s*<<[^>]*/Marked true", pdf)
    assert len(re.findall(rb"/S\s*/Figure\b", pdf)) >= 10


@pytest.mark.parametrize("window", [SLIDE, PHONE])
def test_the_lines_that_answer_stand_on_the_first_screen(
    window: tuple[int, int], compared: Path, browser: Chromium
) -> None:
    below = "() => [...document.querySelectorAll('dd')].map(found => found.getBoundingClientRect().bottom)"
    wide = "() => document.documentElement.scrollWidth"
    (bottoms, width), _ = browser.look(
        compared / "report.html", lambda page: (page.evaluate(below), page.evaluate(wide)), window
    )
    assert bottoms[3] < window[1], "what changes, what does not, what it costs, the same money elsewhere"
    assert width <= window[0]


def test_the_first_key_leads_past_the_head_and_tables_can_be_scrolled_by_keys(
    compared: Path, browser: Chromium
) -> None:
    def pressed(page: Any) -> tuple[str, str]:
        page.keyboard.press("Tab")
        first = page.evaluate("() => document.activeElement.className")
        page.keyboard.press("Enter")
        while page.evaluate("() => document.activeElement.className") != "wide":
            page.keyboard.press("Tab")
        return first, page.evaluate("() => document.activeElement.getAttribute('aria-labelledby')")

    (first, table), _ = browser.look(compared / "report.html", pressed)
    assert first == "skip"
    assert table == "table-1"
