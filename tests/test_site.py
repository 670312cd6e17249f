"""The site is built of the pages without a warning, asks nothing of the network, and holds every page.

What is asked of the built site is one test, so that it is built once however tests are shared out among processes.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import MISSING, PHONE, Chromium, faults_of_access, program

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[1]
INDEX = ROOT / "docs" / "README.md"
LOADED = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=\"(https?:)?//[^\"]*\"", re.IGNORECASE)
"""What a browser fetches by itself; a link is followed by the reader only."""
OUTSIDE = re.compile(r"\]\((\w+:[^\s)]*)\)|<(https?:[^\s>]*)>")


def build_site(folder: Path) -> Path:
    """The folder of the pages, built as `make docs` does."""
    words = ["-q", "-W", "--keep-going", "--doctree-dir", str(folder / "trees"), "--conf-dir", "docs/site"]
    command = [sys.executable, "-m", "sphinx", *words, ".", str(folder / "pages")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "pages"


def linked_from_the_index() -> set[Path]:
    links = re.findall(r"\]\(([^)#]+)\)", INDEX.read_text(encoding="utf-8"))
    return {(INDEX.parent / link).resolve() for link in links}


def test_every_page_is_linked_from_the_index() -> None:
    pages = {*ROOT.glob("docs/*.md"), *ROOT.glob("docs/start/*.md"), *ROOT.glob("docs/how-to/*.md"),
             *ROOT.glob("docs/evidence/*.md"), *ROOT.glob("notebooks/*.ipynb")}  # fmt: skip
    assert pages - linked_from_the_index() - {INDEX} == set()


def test_what_a_browser_would_fetch_is_found() -> None:
    assert LOADED.search('<script async src="https://cdn.example/x.js">')
    assert not LOADED.search('<a href="https://example.org">')


def test_links_to_other_sites_are_well_formed() -> None:
    pages = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("notebooks/*.py"),
        *ROOT.glob("sim/data/*/*.md"),
    ]
    links = {first or second for page in pages for first, second in OUTSIDE.findall(page.read_text(encoding="utf-8"))}
    assert len(links) >= 4
    assert [link for link in sorted(links) if not re.fullmatch(r"https://[\w.-]+\.\w+(/[^\s<>\"]*)?", link)] == []


# --- the built site


def has_every_page(site: Path) -> None:
    pages = {path.relative_to(ROOT).with_suffix(".html") for path in linked_from_the_index()}
    assert [str(page) for page in sorted(pages) if not (site / page).is_file()] == []
    assert (site / "index.html").read_bytes() == (site / "README.html").read_bytes()
    assert (site / "docs/decisions/0001-record-decisions.html").is_file()


def asks_nothing_of_the_network(site: Path) -> None:
    found = {
        path.relative_to(site).as_posix(): loads
        for path in site.rglob("*.html")
        if (loads := [match[0] for match in LOADED.finditer(path.read_text(encoding="utf-8"))])
    }
    assert found == {}
    styles = " ".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"@import[^;]*|url\(\"?https?:[^)]*\)", styles) == []


def shows_notebooks_as_they_are_stored(site: Path) -> None:
    page = (site / "notebooks/two_engines.html").read_text(encoding="utf-8")
    assert "arrays that differ: none" in page
    assert len(list((site / "_images").glob("*.png"))) >= 10


def works_from_the_disk_in_a_browser_without_a_network(site: Path, browser: Chromium) -> None:
    """At the width of a phone nothing is wider than the screen; `look` fails on errors and on requests outside."""
    overflow = "document.documentElement.scrollWidth - window.innerWidth"
    for name in ("index.html", "notebooks/two_engines.html"):
        wider, seen = browser.look(site / name, lambda page: page.evaluate(overflow), window=PHONE)
        assert wider <= 0
        assert len(seen.requests) > 3
    address = f"{(site / 'search.html').as_uri()}?q=boarding"
    found, _ = browser.look(address, lambda page: page.wait_for_selector("ul.search li a").inner_text())
    assert found


def has_no_fault_of_access(site: Path, browser: Chromium) -> None:
    """Errors on the console are those of axe itself, which may not read styles from a disk."""
    for name in ("docs/department.html", "docs/questions.html"):
        faults, _ = browser.look(site / name, faults_of_access, errors=False)
        assert faults == []


def test_the_site_is_built_without_a_warning_whole_and_works_from_the_disk(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    site = build_site(tmp_path)
    has_every_page(site)
    asks_nothing_of_the_network(site)
    shows_notebooks_as_they_are_stored(site)
    if program() is None:
        pytest.skip(f"the rest {MISSING}")
    browser: Chromium = request.getfixturevalue("browser")
    works_from_the_disk_in_a_browser_without_a_network(site, browser)
    has_no_fault_of_access(site, browser)
