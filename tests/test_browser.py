"""The browser of the tests sees what is wrong with a page: errors, what is asked of the network, who is kept out."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser import Chromium, faults_of_access, printed

CLEAN = "<!doctype html><html lang='en'><title>t</title><main><h1>A page</h1><p>Text.</p></main></html>"


def test_a_clean_page_has_no_faults_and_prints_as_a_tagged_pdf(browser: Chromium, tmp_path: Path) -> None:
    file = tmp_path / "clean.html"
    file.write_text(CLEAN, encoding="utf-8")
    (faults, pdf), seen = browser.look(file, lambda page: (faults_of_access(page), printed(page)))
    assert faults == []
    assert seen.requests == [file.as_uri()]
    assert pdf.startswith(b"%PDF")
    assert b"/StructTreeRoot" in pdf


def loaded(page: Any) -> None:
    """Whatever was said before the page had loaded has come when an answer comes after it."""
    page.evaluate("0")


@pytest.mark.parametrize(
    ("added", "what"),
    [
        ("<script>console.error('wrong')</script>", "wrong"),
        ("<script>throw new Error('thrown')</script>", "thrown"),
        ("<img alt='' src='https://example.invalid/a.png'>", "example.invalid"),
    ],
)
def test_an_error_or_a_request_for_anything_outside_fails_the_test(
    added: str, what: str, browser: Chromium, tmp_path: Path
) -> None:
    file = tmp_path / "faulty.html"
    file.write_text(CLEAN.replace("</main>", f"{added}</main>"), encoding="utf-8")
    with pytest.raises(AssertionError):
        browser.look(file, loaded)
    _, seen = browser.look(file, loaded, errors=False)
    assert any(what in text for text in [*seen.errors, *seen.outside])


def test_axe_names_what_keeps_a_reader_out(browser: Chromium, tmp_path: Path) -> None:
    file = tmp_path / "closed.html"
    file.write_text(CLEAN.replace(" lang='en'", "").replace("Text.", "<img src='data:,'>"), encoding="utf-8")
    faults, _ = browser.look(file, faults_of_access, errors=False)
    assert {fault.partition(":")[0] for fault in faults} >= {"html-has-lang", "image-alt"}
