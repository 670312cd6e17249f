"""How long the planners' page takes from a key press to its first picture, and to the last: `python -m
benchmarks.planners_page`.

In a real Chromium, with the server in a process of its own; medians of some key presses. Needs the development
packages and a browser.
"""

import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.machine import machine
from tests.browser import SLIDE, Chromium, program, started

N_PRESSES = 8
LAST_LOOK = 20
PAUSE_MS = 250


@contextmanager
def page_address() -> Iterator[str]:
    """The address of the page, while the command serves it."""
    command = [sys.executable, "-u", "-m", "sim", "app", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http\S+", server.stdout.readline())
        assert found is not None
        try:
            yield found[0]
        finally:
            server.terminate()


WATCH = """
() => {
  window.shown = {};
  delete document.body.dataset.look;
  addEventListener("keydown", () => { window.pressed = performance.now(); }, { capture: true, once: true });
  window.watching?.disconnect();
  window.watching = new MutationObserver(() => {
    const look = document.body.dataset.look;
    const drawn = () => { window.shown[look] ??= (performance.now() - window.pressed) / 1000; };
    requestAnimationFrame(() => setTimeout(drawn));
  });
  window.watching.observe(document.body, { attributeFilter: ["data-look"] });
}
"""
"""The page's own clock, from a key press to the frame after each look is drawn. Waiting from outside asks the page
every frame, and takes a good part of one of two cores from what is measured."""


def seconds_until(page: Any, act: Callable[[], object]) -> tuple[float, float]:
    """Seconds to the first picture and to the last look after a key is pressed."""
    page.evaluate(WATCH)
    act()
    while str(LAST_LOOK) not in (shown := page.evaluate("() => window.shown")):
        page.wait_for_timeout(PAUSE_MS)  # requests of the page go on meanwhile
    return min(shown.values()), shown[str(LAST_LOOK)]


def measured(page: Any) -> dict[str, list[tuple[float, float]]]:
    """Times of key presses that leave the baseline as it is, and of those that change both."""
    page.wait_for_selector(f"body[data-look='{LAST_LOOK}']")
    found: dict[str, list[tuple[float, float]]] = {"a shift moved, baseline kept": [], "demand moved, both new": []}
    for times, place in zip(found.values(), (".shift.peer", "#slider-demand-growth"), strict=True):
        page.locator(place).first.focus()
        times += [seconds_until(page, lambda: page.keyboard.press("ArrowRight")) for _ in range(N_PRESSES)]
    return found


def opening(browser: Chromium, address: str) -> float:
    """Seconds from the address to the first picture."""
    began = time.perf_counter()
    return (
        browser.look(address, lambda page: page.wait_for_selector("body[data-look]") and time.perf_counter())[0] - began
    )


def main() -> int:
    path = program()
    if path is None:
        print("needs Chromium")
        return 1
    with started(path) as browser, page_address() as address:
        opened = opening(browser, address)
        found, _ = browser.look(address, measured, window=SLIDE)
    print(
        f"{machine()['processor']}, {machine()['cores']} cores; medians of {N_PRESSES}, 20 replications of 2 + 8 weeks"
    )
    print(f"{'opening the page, to the first picture':40} {opened:6.2f} s")
    for what, times in found.items():
        first, last = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"{what:40} first {first:5.2f} s, last {last:5.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
