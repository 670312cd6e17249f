"""The planners' page in a real browser: by keyboard, with its refusals, and readable for everybody."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.engine.floor_day import TOGETHER, WITH_CHILD, floor_day
from sim.planner.answers import PAGE_LOOKS
from sim.planner.server import SEED
from sim.runs.engines import COMPILED, ENGINES
from tests.browser import PHONE, Chromium, faults_of_access
from tests.planner_client import SHORT, TOKEN, Client, serving

pytestmark = pytest.mark.end_to_end

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
        return before, after, page.locator("#sliders .evidence").first.inner_text()

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


def shown_day(page: Any, weekday: str = "1") -> None:
    """Show a day and wait for its picture."""
    page.select_option("#weekday", weekday)
    page.click("#show-day")
    page.wait_for_selector("body[data-minute]")


def day_in_words(page: Any) -> list[str]:
    """The moment that is shown, in words, under the baseline and under the roster that is tried."""
    return [one.inner_text() for one in page.locator(".day-words").all()]


def test_the_words_of_a_day_are_counts_of_its_run(on_page: Callable[..., Any]) -> None:
    def morning_and_evening(page: Any) -> list[list[str]]:
        shown_day(page)
        page.locator("#time").focus()
        told = []
        for key, times in (("Home", 0), ("ArrowRight", 141), ("End", 0)):
            page.keyboard.press(key)
            for _ in range(times - 1):
                page.keyboard.press(key)
            told.append(day_in_words(page))
        return told

    told = on_page(morning_and_evening)
    for number, staffing in enumerate(("traditional", "peer_added")):
        scenario = sim.load(f"staffing={staffing}", *SHORT)
        day = floor_day(ENGINES[COMPILED](scenario, SEED, 0), scenario, 1)
        for words, minute in zip(told, (0, 705, 1435), strict=True):
            stays = [stay for stay in day.stays if stay[3] <= minute < stay[4]]
            work = [one for one in day.work if one[3] <= minute < one[4] and one[2] in (WITH_CHILD, TOGETHER)]
            duties = {one[0]: one[1] for one in day.duties if one[2] <= minute < one[3]}
            assert words[number].startswith(f"{minute // 60:02d}:{minute % 60:02d}: {len(stays)} child")
            for zone, places in enumerate(day.places):
                n = sum(stay[1] == zone for stay in stays)
                name = {"mh_safe": "mental-health safe room"}.get(day.zones[zone], day.zones[zone].replace("_", " "))
                assert f"{name} {n}{'' if places is None else f' of {places}'}" in words[number]
            for role, name in enumerate(day.roles):
                busy = sum(duties[one[0]] == role for one in work)
                if on_duty := sum(one == role for one in duties.values()):
                    told_name = "peer support" if name == "psw" else name.replace("_", " ")
                    assert f"{told_name} {busy} of {on_duty}" in words[number]


def test_a_day_plays_and_pauses(on_page: Callable[..., Any]) -> None:
    def play(page: Any) -> tuple[int, str, str]:
        shown_day(page)
        began = page.evaluate("document.body.dataset.minute")
        page.click("#play-day")
        page.wait_for_selector(f"body:not([data-minute='{began}'])")
        assert page.locator("#play-day").inner_text() == "Pause"
        assert page.locator(".day-words").first.get_attribute("aria-live") == "off"
        page.click("#play-day")
        clock = page.locator("#clock").inner_text()
        return page.locator("canvas").count(), clock, day_in_words(page)[0]

    n_canvas, clock, words = on_page(play)
    assert n_canvas == 2
    assert clock.startswith("Tuesday ")
    assert words.startswith(clock.removeprefix("Tuesday "))


def test_a_day_jumps_by_the_quarter_of_an_hour_where_motion_is_to_be_reduced(on_page: Callable[..., Any]) -> None:
    def play(page: Any) -> list[int]:
        page.emulate_media(reduced_motion="reduce")
        shown_day(page)
        page.evaluate(
            "window.seen = []; new MutationObserver(() => seen.push(Number(document.body.dataset.minute)))"
            ".observe(document.body, { attributeFilter: ['data-minute'] })"
        )
        page.click("#play-day")
        page.wait_for_selector("body[data-minute='1095']")
        seen: list[int] = page.evaluate("seen")
        return seen

    assert {minute % 15 for minute in on_page(play)} == {0}


def test_a_server_that_does_not_answer_is_said(on_page: Callable[..., Any]) -> None:
    def ask(page: Any) -> list[str]:
        page.route("**/api/day", lambda route: route.abort())
        page.route("**/api/journey", lambda route: route.fulfill(status=500, body="broken"))
        page.click("#show-day")
        page.wait_for_selector("#floors:has-text('does not answer')")
        page.click("#show-journey")
        page.wait_for_selector("#bars:has-text('does not answer')")
        return [page.locator("#bars").inner_text()]

    assert on_page(ask, errors=False) == ["The page's server does not answer: broken"]


def peer_shifts(page: Any) -> list[str]:
    """What a screen reader hears of the shifts of peers."""
    return [line.get_attribute("aria-label") for line in page.locator(".shift.peer").all()]


def test_peer_hours_make_shifts_longer_and_back_again(on_page: Callable[..., Any]) -> None:
    def there_and_back(page: Any) -> list[list[str]]:
        seen = [peer_shifts(page)]
        slider = page.locator("#slider-peer-hours")
        for key in ("ArrowRight", "End", "Home"):
            slider.focus()
            answered_anew(page, lambda key=key: page.keyboard.press(key))
            seen.append(peer_shifts(page))
        for _ in range(3):
            answered_anew(page, lambda: page.keyboard.press("Control+z"))
            seen.append(peer_shifts(page))
        return seen

    before, longer, most, none, *undone = on_page(there_and_back)
    assert [before[1][-40:], longer[1][-40:]] != [before[0], longer[0]]
    assert len(longer) == 2
    assert "15:00 to 21:00" in before[1]
    assert "15:00 to 21:30" in longer[1]
    assert len(most) > 2
    assert none == []
    assert undone == [most, longer, before]


def test_each_step_of_the_peer_hours_is_a_little_more_by_the_rule(on_page: Callable[..., Any], client: Client) -> None:
    staffings = json.loads(client.send("GET", "/api/start").body)["staffings"]
    peers = [roster["psw"] for roster in staffings.values() if "psw" in roster]
    assert len(peers) > 3
    found = on_page(
        lambda page: page.evaluate(
            "async (roles) => { const { stopsOf } = await import('/page/peer_hours.js');"
            " return roles.map((role) => stopsOf(role, 336)); }",
            [
                *peers,
                {"kind": "peer", "shifts": {}},
                {"kind": "peer", "heads": 0, "shifts": {"day": peers[0]["shifts"]["day"]}},
            ],
        )
    )
    for given, stops in zip(peers, found, strict=False):
        steps = stops["stops"]
        hours = [step["hours"] for step in steps]
        assert hours == sorted(set(hours))
        assert (hours[0], hours[-1] <= 336, steps[0]["role"]) == (0, True, None)
        assert steps[stops["at"]]["role"] == given
        for step in steps[1:]:
            for shift in step["role"]["shifts"].values():
                assert 240 <= shift["minutes"] <= max(720, *(one["minutes"] for one in given["shifts"].values()))
    assert found[-2]["at"] == 0
    assert len(found[-1]["stops"]) < 1000  # a role without heads has no end of its own


def test_a_drag_of_a_slider_is_one_step_back(on_page: Callable[..., Any]) -> None:
    def drag(page: Any) -> list[list[str]]:
        before = peer_shifts(page)
        answered_anew(
            page,
            lambda: page.locator("#slider-peer-hours").evaluate(
                "(slider) => { for (let step = 0; step < 4; step += 1) { slider.value = Number(slider.value) + 1;"
                " slider.dispatchEvent(new Event('input')); } slider.dispatchEvent(new Event('change')); }"
            ),
        )
        after = peer_shifts(page)
        answered_anew(page, lambda: page.click("#undo"))
        return [before, after, peer_shifts(page)]

    before, after, undone = on_page(drag)
    assert "15:00 to 23:00" in after[1]
    assert undone == before


def test_probability_and_regret_are_said_of_the_measure_that_is_chosen(on_page: Callable[..., Any]) -> None:
    def choose(page: Any) -> list[Any]:
        first = page.locator("#choice-text").inner_text()
        page.select_option("#choice-measure", "staff_cost_per_week.all")
        second = page.locator("#choice-text").inner_text()
        page.click("#to-study")
        return [first, second, page.is_checked("#with-assumptions"), page.evaluate("document.activeElement.id")]

    first, second, is_checked, focused = on_page(choose)
    assert "more than 99 %. The regret to expect: 0.0 min if you choose it" in first
    assert "less than 1 %" in second
    assert "CAD" in second
    assert (is_checked, focused) == (True, "play-study")


@pytest.mark.parametrize(("window", "colours"), [((1280, 720), "light"), (PHONE, "dark")])
def test_axe_finds_nothing(window: tuple[int, int], colours: str, on_page: Callable[..., Any]) -> None:
    def opened(page: Any) -> list[str]:
        page.emulate_media(color_scheme=colours)
        page.locator(".shift.peer").first.focus()
        page.click("#show-journey")
        page.wait_for_selector("#bars svg rect")
        shown_day(page)
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
