"""The planners' page in a real browser: by keyboard, with its refusals, and readable for everybody."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.planner.answers import PAGE_LOOKS
from tests.browser import PHONE, Chromium, faults_of_access
from tests.planner_client import TOKEN, Client, serving

LAST = f"body[data-look='{PAGE_LOOKS[-1]}']"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving() as served:
        yield served


@pytest.fixture
def on_page(browser: Chromium, client: Client) -> Callable[..., Any]:
    """Does something on the page once its first answer is whole; a console error or an outside request fails."""

    def done(act: Callable[[Any], Any], **how: Any) -> Any:
        def after_answer(page: Any) -> Any:
            page.wait_for_selector(LAST)
            return act(page)

        return browser.look(f"http://{client.host}/?token={TOKEN}", after_answer, **how)[0]

    return done


def answered_anew(page: Any, act: Callable[[], object]) -> None:
    """Do something and wait for the answer to it."""
    page.evaluate("delete document.body.dataset.look")
    act()
    page.wait_for_selector(LAST)


def differences(page: Any) -> dict[str, str]:
    """What the table says, by the label of the measure."""
    rows = page.locator("#differences tbody tr").all()
    return {row.locator("th").inner_text(): row.locator("td").nth(1).inner_text() for row in rows}


def test_a_shift_moved_by_keyboard_is_answered_with_an_interval(on_page: Callable[..., Any]) -> None:
    def move(page: Any) -> tuple[dict[str, str], dict[str, str], str]:
        before = differences(page)
        page.locator(".shift.peer").first.focus()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        answered_anew(page, lambda: page.keyboard.press("Shift+ArrowLeft"))
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        return before, differences(page), focused

    before, after, focused = on_page(move)
    assert "10:30 to 22:00" in focused  # the line that was moved still has the focus
    assert before["Met by a peer (%)"] != after["Met by a peer (%)"]
    assert "±" in after["Met by a peer (%)"]
    assert after["Met by a peer (%)"].endswith("better")


def test_undo_brings_back_the_roster_and_its_answer(on_page: Callable[..., Any]) -> None:
    def there_and_back(page: Any) -> tuple[dict[str, str], dict[str, str]]:
        before = differences(page)
        page.locator(".shift.peer").first.focus()
        answered_anew(page, lambda: page.keyboard.press("+"))
        answered_anew(page, lambda: page.keyboard.press("Control+z"))
        return before, differences(page)

    before, after = on_page(there_and_back)
    assert before == after


def test_a_roster_below_minimum_cover_is_refused_with_its_remedy(on_page: Callable[..., Any]) -> None:
    def remove_nights(page: Any) -> tuple[str, str]:
        page.locator(".shift[data-role=nurse]").last.focus()
        page.keyboard.press("Delete")
        page.wait_for_selector("#problems li")
        return page.locator("#problems").inner_text(), page.locator("#progress-text").inner_text()

    problem, said = on_page(remove_nights)
    assert "minimum cover is" in problem
    assert "roster more heads" in problem
    assert said.startswith("Not played")


def test_a_reload_loses_nothing(on_page: Callable[..., Any]) -> None:
    def reload(page: Any) -> tuple[dict[str, str], dict[str, str], str]:
        page.locator(".shift.peer").first.focus()
        answered_anew(page, lambda: page.keyboard.press("+"))
        before = differences(page)
        page.reload()
        page.wait_for_selector(LAST)
        return before, differences(page), page.locator(".shift.peer").first.get_attribute("aria-label")

    before, after, label = on_page(reload)
    assert before == after
    assert "2 heads" in label


def test_a_question_is_saved_and_loaded(on_page: Callable[..., Any], tmp_path: Path) -> None:
    def save_and_load(page: Any) -> tuple[dict[str, str], dict[str, str]]:
        page.locator(".shift.peer").first.focus()
        answered_anew(page, lambda: page.keyboard.press("+"))
        before = differences(page)
        with page.expect_download() as saved:
            page.click("#save")
        file = tmp_path / saved.value.suggested_filename
        saved.value.save_as(file)
        answered_anew(page, lambda: page.keyboard.press("Control+z"))
        answered_anew(page, lambda: page.set_input_files("#load", file))
        return before, differences(page)

    before, after = on_page(save_and_load)
    assert before == after


def test_a_slider_moves_both_and_shows_its_source(on_page: Callable[..., Any]) -> None:
    def more_demand(page: Any) -> tuple[str, str, str]:
        before = page.locator("#differences tbody td").first.inner_text()
        page.locator("#slider-demand-growth").focus()
        answered_anew(page, lambda: page.keyboard.press("End"))
        after = page.locator("#differences tbody td").first.inner_text()
        return before, after, page.locator(".evidence").first.inner_text()

    before, after, evidence = on_page(more_demand)
    assert float(after) > float(before)  # everybody waits longer
    assert evidence.startswith("ARRA29, grade C")


def test_one_child_is_drawn_and_told(on_page: Callable[..., Any]) -> None:
    def show(page: Any) -> tuple[str, int]:
        page.click("#show-journey")
        page.wait_for_selector("#bars svg rect")
        page.click("#bars summary")
        return page.locator("#bars svg").get_attribute("aria-label"), page.locator("#bars li").count()

    label, n_lines = on_page(show)
    assert "Traditional: " in label
    assert "minutes without staff" in label
    assert n_lines > 6


def test_a_long_study_is_cancelled(on_page: Callable[..., Any], client: Client) -> None:
    def cancel(page: Any) -> str:
        page.click("#play-study")
        page.wait_for_selector("#study-answer:has-text('Playing.')")
        page.click("#cancel-study")
        page.wait_for_selector("#study-answer:has-text('Cancelled')")
        return page.locator("#play-study").is_enabled()

    assert on_page(cancel)


@pytest.mark.parametrize("window", [(1280, 720), PHONE])
def test_axe_finds_nothing(window: tuple[int, int], on_page: Callable[..., Any]) -> None:
    def opened(page: Any) -> list[str]:
        page.locator(".shift.peer").first.focus()
        page.click("#show-journey")
        page.wait_for_selector("#bars svg rect")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        return faults_of_access(page)

    assert on_page(opened, window=window) == []


def test_nothing_runs_that_is_not_the_pages_own(on_page: Callable[..., Any]) -> None:
    def inject(page: Any) -> bool:
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {textContent: 'injected = 1'}))"
        )
        return bool(page.evaluate("typeof injected === 'undefined'"))

    assert on_page(inject, errors=False)
