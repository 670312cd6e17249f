"""The explorer in a real browser, opened from the disk without a network: what it shows is what is stored."""

import re
import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.runs.tables_on_disk import read_table
from tests.browser import PHONE, Chromium, faults_of_access, printed
from tests.explorer_file import (
    HOSTILE,
    as_shown,
    columns_of,
    explored_of,
    exported,
    labels_of,
    numbers_in,
    page_of,
    sample_of,
)

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def file(sweep_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(sweep_folder, tmp_path_factory.mktemp("explorer") / "swept.html")


def offline(page: Any) -> None:
    """Open the page once more with the network off."""
    page.context.set_offline(True)
    page.reload()


def cells(page: Any) -> dict[str, list[str]]:
    """Texts of the table by name of the measure: here, beside it, difference."""
    rows = page.eval_on_selector_all(
        "#numbers tr[data-measure]",
        "rows => rows.map(row => [row.dataset.measure, ...[...row.cells].slice(1).map(cell => cell.textContent)])",
    )
    return {name: texts for name, *texts in rows}


def test_every_position_of_every_slider_shows_what_is_stored(browser: Chromium, file: Path, sweep_folder: Path) -> None:
    def walk(page: Any) -> tuple[dict[str, dict[str, list[str]]], list[str], list[str]]:
        offline(page)
        seen, missing = {}, []
        for staffing in range(3):
            page.select_option("#key-0", str(staffing))
            slider = page.locator("#key-1")
            slider.focus()
            page.keyboard.press("Home")
            for step in range(3):
                page.keyboard.press("ArrowRight") if step else None
                growth = slider.get_attribute("aria-valuetext")
                chosen = f"staffing={page.inner_text('#key-0 option:checked')} demand.growth={growth}"
                if page.locator("#numbers").count():
                    seen[chosen] = cells(page)
                    assert page.locator("#picture .here").count() == 1
                else:
                    missing.append(chosen)
                    assert page.locator("#picture .missing").count() == 1
        return seen, missing, faults_of_access(page)

    (seen, missing, faults), requests = browser.look(file, walk)
    assert missing == ["staffing=nurse_added demand.growth=0.8"]
    assert sorted(seen) == sorted(labels_of(columns_of(file)))
    assert faults == []
    assert set(requests.requests) == {file.absolute().as_uri()}
    means, changes = (
        read_table(sweep_folder / f"{name}.parquet").set_index(["label", "measure"]) for name in ("estimates", "within")
    )
    n_differences = 0
    for label, rows in seen.items():
        for measure, texts in rows.items():
            assert numbers_in(texts[0])[0] == as_shown(measure, means.loc[(label, measure), "mean"])[0]
            if (label, measure) in changes.index:
                assert_difference(measure, changes.loc[(label, measure)], texts[2])
                n_differences += 1
    assert n_differences == 5 * len(next(iter(seen.values())))


def assert_difference(measure: str, row: "pd.Series[Any]", text: str) -> None:
    """A paired difference as it stands in the store, with its half-width."""
    if row["mean"] == 0.0 == row["sd"]:
        assert text == "="
    else:
        assert numbers_in(text)[0] == as_shown(measure, row["mean"])[0]
        assert ">" in text or numbers_in(text)[1] == as_shown(measure, row["half_width"])[0]


def test_what_was_not_played_is_said_and_the_nearest_is_offered(browser: Chromium, file: Path) -> None:
    def choose(page: Any) -> dict[str, str]:
        found = {}
        page.select_option("#key-0", "2")  # nurse_added, which was not played at the growth shown first
        found |= {"first": page.inner_text("#not-played"), "values": page.inner_text("#values")}
        found["command"] = page.inner_text("#command")
        found["faults"] = "\n".join(faults_of_access(page))
        page.click("#go")
        found["gone"] = page.inner_text("#said")
        page.locator("#key-1").focus()
        page.keyboard.press("Home")
        found["second"] = page.inner_text("#not-played")
        page.keyboard.press("End")
        page.check("#jump")
        page.locator("#key-1").focus()
        page.keyboard.press("Home")
        return found | {"jumped": page.inner_text("#said")}

    said, _ = browser.look(file, choose)
    assert "Not played: staffing=nurse_added, demand.growth=0.8." in said["first"]
    assert "nothing is computed between those that were played" in said["first"]
    near, differs = "The nearest that was played: {}. It differs by", "{} {} instead of {}."
    assert f"{near.format('nurse_added growth=0.9')} {differs.format('demand.growth', '0.9', '0.8')}" in said["first"]
    assert not re.search(r"\d", said["values"])
    assert said["command"] == said["faults"] == ""
    assert said["gone"].startswith("nurse_added growth=0.9 ")
    # The value that was moved to is held.
    lines = f"{near.format('traditional growth=0.8')} {differs.format('staffing', 'traditional', 'nurse_added')}"
    assert lines in said["second"]
    moved = "Not played with the others as they were: moved too staffing=traditional. traditional growth=0.8 "
    assert said["jumped"].startswith(moved)


def test_the_address_opens_the_same_point_again_and_says_what_is_not_there(browser: Chromium, file: Path) -> None:
    def leave(page: Any) -> tuple[str, str, str]:
        page.select_option("#key-0", "1")
        page.select_option("#measure", "2")
        page.select_option("#as", "difference")
        return page.url, page.inner_text("#said"), page.inner_text("#picture figcaption")

    (url, *before), _ = browser.look(file, leave)
    again = browser.look(url, lambda page: [page.inner_text("#said"), page.inner_text("#picture figcaption")])[0]
    assert again == before
    assert "staffing=peer_added" in url
    asked = f"{file.absolute().as_uri()}#staffing=none_such&demand.growth=0.9"
    told = browser.look(asked, lambda page: page.inner_text("#said"))[0]
    assert told.startswith("The address asks for what is not in this file: staffing=none_such.")
    assert "growth=0.9" in told


def test_on_a_phone_on_paper_and_to_be_copied(browser: Chromium, file: Path) -> None:
    def look(page: Any) -> tuple[list[int], str, str, str, list[str], bytes]:
        page.select_option("#key-0", "1")
        page.click("#copy")
        page.wait_for_selector("#copied:not(:empty)")
        widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        page.click("#points summary")
        page.wait_for_selector("#points-table th")
        table = page.inner_text("#points-table")
        said = page.inner_text("#command"), page.inner_text("#copied")
        return widths, *said, table, faults_of_access(page), printed(page)

    (widths, command, copied, table, faults, paper), _ = browser.look(file, look, window=PHONE)
    assert widths[0] <= widths[1]
    assert shlex.split(command)[:4] == ["peered", "-m", "sweep.design=zip", "staffing=traditional,peer_added"]
    assert copied in ("Copied.", "Selected: copy it with Ctrl+C.")
    assert "demand.growth" in table or "staffing" in table
    assert faults == []
    assert paper.startswith(b"%PDF")


def test_scenarios_that_share_no_other_key_are_drawn_as_such(browser: Chromium, tmp_path: Path) -> None:
    file = tmp_path / "sample.html"
    file.write_text(page_of(sample_of(70)), encoding="utf-8")

    def look(page: Any) -> tuple[str, int, int, int]:
        drawn = page.locator("#picture .other")
        with_interval = page.locator("#picture .whisker").count()
        return (
            page.inner_text("#picture figcaption"),
            drawn.count(),
            with_interval,
            page.locator("#picture .here").count(),
        )

    (caption, n_others, n_intervals, n_here), _ = browser.look(file, look)
    assert "these differ in others too" in caption
    assert "The chosen one has its 95 % interval" in caption
    assert (n_others, n_intervals, n_here) == (69, 1, 1)


def test_hostile_names_are_text_in_the_browser_too(browser: Chromium, tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    file.write_text(page_of(explored_of(["traditional", HOSTILE]), HOSTILE), encoding="utf-8")

    def look(page: Any) -> tuple[str, int, str]:
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        page.reload()
        return page.inner_text("#said"), page.locator("img").count(), page.inner_text("#key-0 option:checked")

    (said, n_images, chosen), _ = browser.look(file, look)
    assert said.startswith(HOSTILE)
    assert (n_images, chosen) == (0, HOSTILE)


def test_where_scripts_are_blocked_the_page_says_so_and_its_tables_stand(
    browser: Chromium, file: Path, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked.html"
    text = file.read_text(encoding="utf-8")
    blocked.write_text(re.sub(r"script-src '[^']*'", "script-src 'none'", text, count=1), encoding="utf-8")

    def look(page: Any) -> tuple[str, bool, int]:
        said, is_hidden = page.inner_text("#without-script"), page.is_hidden("#with-script")
        return said, is_hidden, page.locator("section:has(#part-1) tbody tr").count()

    (said, is_hidden, n_rows), _ = browser.look(blocked, look, errors=False)
    assert "It has not started" in said
    assert is_hidden
    assert n_rows > 1
