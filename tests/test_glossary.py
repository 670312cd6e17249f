"""The glossary explains words that the model specification uses, and links between pages lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"\]\(([^()\s]+)\)")


def terms(part: str) -> dict[str, str]:
    """Term and meaning of every row of a part of the glossary."""
    return dict(re.findall(r"^\| \*\*(.+?)\*\* \| (.+) \|$", part, re.MULTILINE))


def parts() -> tuple[dict[str, str], dict[str, str]]:
    """Terms of the specification, and words of rosters and results."""
    of_law, others = (DOCS / "glossary.md").read_text(encoding="utf-8").split("\n## ")
    return terms(of_law), terms(others)


def anchors(page: Path) -> set[str]:
    """Names under which the headings of a page can be linked to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> list[str]:
    """Links of a page to a file, or to a heading of a file, that is not there."""
    broken = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    return broken


def test_every_term_of_the_glossary_occurs_in_the_specification() -> None:
    law = (DOCS / "law.md").read_text(encoding="utf-8").lower()
    absent = [term for term in parts()[0] if not re.search(rf"\b{re.escape(term)}(s|es)?\b", law)]
    assert len(parts()[0]) > 50
    assert absent == []


def test_every_other_word_of_the_glossary_occurs_in_the_data_dictionary_the_keys_or_the_sources() -> None:
    pages = [DOCS / "data-dictionary.md", DOCS / "keys.md", *(ROOT / "sim").rglob("*.py")]
    text = "\n".join(page.read_text(encoding="utf-8").lower() for page in pages)
    assert [word for word in parts()[1] if not re.search(rf"\b{word}s?\b", text)] == []


def test_terms_are_in_alphabetical_order_and_have_one_sentence_each() -> None:
    for part in parts():
        assert list(part) == sorted(part)
        assert [term for term, meaning in part.items() if not re.fullmatch(r"[A-Z0-9][^.]*\.", meaning)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_the_documentation_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Here\n[a](#here) [b](#there) [c](none.md) [d](https://example.org/x)", encoding="utf-8")
    assert broken_links(page) == ["#there", "none.md"]
