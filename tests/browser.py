"""A real browser for tests: Chromium of this machine, started once a process, in a thread of its own.

Playwright keeps an event loop running in its thread, where other tests could start none. The fixture `browser` of
conftest.py hands out the one `Chromium`, or skips where there is none.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.waiting import PATIENCE

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = f"needs a browser, and none of {', '.join(NAMES)} is installed here (apt-get install chromium)"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
SLIDE, PHONE = (1280, 720), (390, 844)
"""Widths and heights of a window: a slide or a small screen, and a phone."""

OWN = ("file:", "data:", "blob:", "about:")
"""How addresses begin that lead nowhere else."""

T = TypeVar("T")


def program() -> str | None:
    """The browser of this machine."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Seen:
    """What went on while a page was looked at: errors on the console or of scripts, and addresses asked for."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    own: tuple[str, ...] = OWN

    @property
    def outside(self) -> list[str]:
        """Addresses that are neither of a file of this machine nor of the server that the page came from."""
        return [url for url in self.requests if not url.startswith(self.own)]


class Chromium:
    """The browser; whatever is done with it is done in its own thread."""

    def __init__(self, thread: ThreadPoolExecutor, browser: Any) -> None:
        self._thread, self._browser = thread, browser

    def look(
        self, file: Path | str, at: Callable[[Any], T], window: tuple[int, int] = SLIDE, errors: bool = True
    ) -> tuple[T, Seen]:
        """Open a file or an address, hand its page of Playwright to `at`, and return what that returns and what was
        seen.

        Nothing outside is fetched. Unless `errors` is false, an error on the console or a request for anything outside
        fails the test.
        """
        url = file.absolute().as_uri() if isinstance(file, Path) else file
        found, seen = self._thread.submit(self._look, url, at, window).result()
        if errors:
            assert not seen.errors
            assert not seen.outside
        return found, seen

    def _look(self, url: str, at: Callable[[Any], T], window: tuple[int, int]) -> tuple[T, Seen]:
        served = re.match(r"http://127\.0\.0\.1:\d+/", url)
        seen, (width, height) = Seen(own=(*OWN, served[0]) if served else OWN), window
        context = self._browser.new_context(viewport={"width": width, "height": height})
        try:
            page = context.new_page()
            page.set_default_timeout(1000 * PATIENCE)
            page.on("console", lambda said: seen.errors.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: seen.errors.append(str(error)))

            def asked(route: Any) -> None:
                seen.requests.append(route.request.url)
                route.abort() if seen.outside[-1:] == [route.request.url] else route.continue_()

            page.route("**/*", asked)
            page.goto(url)
            return at(page), seen
        finally:
            context.close()


def faults_of_access(page: Any) -> list[str]:
    """What axe finds wrong with a page: each rule, where, and what to do."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def printed(page: Any) -> bytes:
    """The page as a tagged PDF, on the paper that the page asks for."""
    pdf: bytes = page.pdf(tagged=True, outline=True, prefer_css_page_size=True, print_background=True)
    return pdf


MOST_PAGE_BYTES = 2_000_000
"""Of a report, so that it can be sent by mail."""


def assert_faultless(browser: Chromium, file: Path) -> None:
    """A report is one small file that asks for nothing, in which nothing goes wrong and axe finds nothing."""
    assert file.stat().st_size < MOST_PAGE_BYTES
    faults, seen = browser.look(file, faults_of_access)
    assert faults == []
    assert seen.requests == [file.absolute().as_uri()]


@contextmanager
def started(path: str) -> Iterator[Chromium]:
    """The browser of a path, until the block ends."""
    from playwright.sync_api import sync_playwright

    with ThreadPoolExecutor(1, thread_name_prefix="browser") as thread:
        driver = thread.submit(lambda: sync_playwright().start()).result()
        try:
            browser = thread.submit(lambda: driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))).result()
            yield Chromium(thread, browser)
            thread.submit(browser.close).result()
        finally:
            thread.submit(driver.stop).result()
