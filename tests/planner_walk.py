"""The walk of docs/planners-page.md in a real browser: `python -m tests.planner_walk` does its steps and writes its
pictures, `docs/figures/planner/NAME.png`.

Windows, colours and fonts are fixed, so that the pictures change with the page alone.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from sim.commands.app import PLAYED
from sim.planner import long_studies
from sim.planner.answers import PAGE_LOOKS
from sim.planner.long_studies import study_command
from tests.browser import Chromium, program, started
from tests.planner_client import TOKEN, Client, serving

PICTURES = Path(__file__).parents[1] / "docs" / "figures" / "planner"
WINDOW, PHONE_WINDOW = (1280, 860), (390, 844)
LAST = f"body[data-look='{PAGE_LOOKS[-1]}']"
PATIENCE_MILLISECONDS = 15 * 60 * 1000
"""A long study is waited for."""


QUICK_SEARCH = ("study.rosters=200", "study.weeks=26", "study.replications=10", "study.finalists=6")
"""The pictures are of a shorter search than that of the page."""


class Picture(NamedTuple):
    """A picture of the walk: of the window, or of one part of the page."""

    part: str = ""
    colours: str = "light"
    window: tuple[int, int] = WINDOW


def answered(page: Any, act: Callable[[], object]) -> None:
    """Do something and wait for the last look at its answer."""
    page.evaluate("delete document.body.dataset.look")
    act()
    page.wait_for_selector(LAST)


def open_the_page(page: Any) -> None:
    page.wait_for_selector(LAST)


def move_a_shift(page: Any) -> None:
    page.locator(".shift.peer").last.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    answered(page, lambda: page.keyboard.press("ArrowRight"))


def add_hours_of_peers(page: Any) -> None:
    page.locator("#slider-peer-hours").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    answered(page, lambda: page.keyboard.press("ArrowRight"))


def break_a_rule(page: Any) -> None:
    page.locator(".shift[data-role=nurse]").last.focus()
    page.keyboard.press("Delete")
    page.wait_for_selector("#problems li")


def take_a_step_back(page: Any) -> None:
    answered(page, lambda: page.keyboard.press("Control+z"))


def ask_how_probable(page: Any) -> None:
    page.select_option("#choice-measure", "wait_triage_to_pia_mean.mental_health")
    page.locator("#choice").scroll_into_view_if_needed()


def change_an_assumption(page: Any) -> None:
    page.locator("#sliders summary").nth(1).click()
    page.locator("#slider-support-wish_minutes").focus()
    answered(page, lambda: page.keyboard.press("ArrowRight"))


def show_one_child(page: Any) -> None:
    page.click("#show-journey")
    page.wait_for_selector("#bars svg rect")


def show_a_day(page: Any) -> None:
    page.select_option("#weekday", "1")
    page.click("#show-day")
    page.wait_for_selector("body[data-minute]")
    page.locator("#time").focus()
    for _ in range(12):  # an hour later
        page.keyboard.press("ArrowRight")
    page.wait_for_selector("body[data-minute='1140']")


def cancel_a_comparison(page: Any) -> None:
    page.click("#play-study")
    page.wait_for_selector("#study-answer:has-text('Playing.')")
    page.click("#cancel-study")
    page.wait_for_selector("#study-answer:has-text('Cancelled')")


def play_it_to_its_end(page: Any) -> None:
    page.click("#play-study")
    page.wait_for_selector("#save-study:not([hidden])", timeout=PATIENCE_MILLISECONDS)
    with page.expect_download() as report:
        page.click("#save-study")
    assert report.value.suggested_filename == "report.html"


def find_a_better_roster(page: Any) -> None:
    page.select_option("#objective", "longest_unseen")
    page.click("#play-search")
    page.wait_for_selector("#load-found:not([hidden])", timeout=PATIENCE_MILLISECONDS)
    page.wait_for_selector("#play-search:not([disabled])")


def load_what_was_found(page: Any) -> None:
    answered(page, lambda: page.click("#load-found"))


def save_the_question(page: Any) -> None:
    page.fill("#name", "ours")
    with page.expect_download() as question:
        page.click("#save")
    assert question.value.suggested_filename == "ours.yaml"


STEPS: Mapping[str, tuple[Callable[[Any], None], Mapping[str, Picture]]] = {
    "Open the page": (open_the_page, {}),
    "Move a shift": (move_a_shift, {"shift": Picture()}),
    "Add hours of peers": (add_hours_of_peers, {"hours": Picture("#roster .controls, #peer-hours")}),
    "Break a rule": (break_a_rule, {"refused": Picture()}),
    "Take a step back": (take_a_step_back, {}),
    "Ask how probable it is": (ask_how_probable, {"probable": Picture("#choice")}),
    "Change an assumption": (change_an_assumption, {}),
    "Look at one child": (show_one_child, {"child": Picture("#journey")}),
    "Watch a day": (
        show_a_day,
        {"day": Picture("#day"), "day_on_a_phone": Picture("", "dark", PHONE_WINDOW)},
    ),
    "Begin a full comparison, and cancel it": (cancel_a_comparison, {}),
    "Play it to its end": (play_it_to_its_end, {"comparison": Picture("#study")}),
    "Find a better roster": (find_a_better_roster, {"search": Picture("#search")}),
    "Load what was found": (load_what_was_found, {"found": Picture()}),
    "Save the question": (save_the_question, {}),
}
"""Steps of the walk by their headings in the page, in their order, each with the pictures below it."""


def walk(page: Any, seen: Callable[[str, Any], None]) -> None:
    """Do every step; `seen` looks at the page after each, by its heading."""
    for heading, (act, _) in STEPS.items():
        act(page)
        seen(heading, page)


def taken(page: Any, picture: Picture) -> bytes:
    """A picture of the page as it is."""
    page.emulate_media(color_scheme=picture.colours, reduced_motion="reduce")
    width, height = picture.window
    page.set_viewport_size({"width": width, "height": height})
    page.mouse.move(0, 0)
    if picture.window == PHONE_WINDOW:
        page.locator("#floors").evaluate("(part) => part.scrollIntoView()")
    if not picture.part:
        whole: bytes = page.screenshot(animations="disabled")
        return whole
    boxes = [part.bounding_box() for part in page.locator(picture.part).all() if part.is_visible()]
    scroll = page.evaluate("window.scrollY")
    left, top = min(box["x"] for box in boxes), min(box["y"] for box in boxes) + scroll
    right = max(box["x"] + box["width"] for box in boxes)
    bottom = max(box["y"] + box["height"] for box in boxes) + scroll
    clip = {"x": left - 8, "y": top - 4, "width": right - left + 16, "height": bottom - top + 12}
    part: bytes = page.screenshot(full_page=True, clip=clip, animations="disabled")
    return part


def write_pictures(browser: Chromium, client: Client) -> None:
    """Do the walk and write its pictures."""

    def keep(heading: str, page: Any) -> None:
        for name, picture in STEPS[heading][1].items():
            (PICTURES / f"{name}.png").write_bytes(taken(page, picture))
            page.set_viewport_size({"width": WINDOW[0], "height": WINDOW[1]})
            page.emulate_media(color_scheme="light")
            print(f"written: {PICTURES / name}.png")

    PICTURES.mkdir(exist_ok=True)
    browser.look(f"http://{client.host}/?token={TOKEN}", lambda page: walk(page, keep), window=WINDOW)


def quick_search(folder: Path, words: Sequence[str]) -> list[str]:
    """The command of a long study, a search for less long; in place of `long_studies.study_command`."""
    return study_command(folder, [*words, *(QUICK_SEARCH if "study=optimise" in words else ())])


def main() -> int:
    path = program()
    if path is None:
        print("needs Chromium")
        return 1
    quickly = mock.patch.object(long_studies, "study_command", quick_search)
    with quickly, started(path) as browser, serving(words=PLAYED) as client:
        write_pictures(browser, client)
    return 0


if __name__ == "__main__":
    sys.exit(main())
