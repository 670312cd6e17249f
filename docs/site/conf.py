"""How Sphinx makes the site of the same pages that a code host shows: `make docs`.

The sources lie where they are, so that their relative links hold in both places. What stands in the menu is read from
docs/README.md: its second-level headings are the captions, and the pages linked below them the entries.
"""

import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
INDEX, DECISIONS = "docs/README", "docs/decisions/README"

project = "PeerED"
copyright = "PeerED contributors"
html_title = "PeerED"
root_doc = "README"
include_patterns = [
    "*.md", "docs/*.md", "docs/*/*.md", "notebooks/README.md", "notebooks/*.ipynb",
    "results/example/README.md", "results/example/answer.md", "results/README.md", "sim/data/*/README.md",
    "benchmarks/README.md",
]  # fmt: skip
exclude_patterns = [".venv*", "build", "dist", ".pytest_cache"]

extensions = ["myst_nb"]
nb_execution_mode = "off"  # notebooks are shown as they are stored; a test plays them
nb_render_markdown_format = "myst"
myst_heading_anchors = 4
myst_links_external_new_tab = False
suppress_warnings = ["misc.highlighting_failure"]

highlight_language = "text"  # of a block without a language: commands

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_show_search_summary = False  # summaries are fetched from the pages, which a browser forbids on a disk
html_theme_options = {"navigation_with_keys": True}


def menu() -> str:
    """The toctrees of the site, from the headings and the tables of docs/README.md."""
    text = (ROOT / f"{INDEX}.md").read_text(encoding="utf-8")
    blocks, seen = [], {INDEX}
    for heading, part in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL):
        entries = []
        for name, link in re.findall(r"\[([^\]]+)\]\(([^)#]+\.(?:md|ipynb))\)", part):
            page = (ROOT / "docs" / link).resolve().relative_to(ROOT).with_suffix("").as_posix()
            if page not in seen:
                seen.add(page)
                entries.append(f"{name} </{page}>")
        if entries:
            blocks.append("\n".join([f"```{{toctree}}\n:hidden:\n:caption: {heading}\n", *entries, "```"]))
    return "\n\n".join([f"```{{toctree}}\n:hidden:\n\n/{INDEX}\n```", *blocks])


def with_menu(_: Sphinx, page: str, source: list[str]) -> None:
    """Two pages carry the menu, which a reader of the Markdown files need not see; folders have no page to link to."""
    if page == root_doc:
        source[0] += f"\n\n{menu()}\n"
    elif page == DECISIONS:
        source[0] += "\n\n```{toctree}\n:glob:\n\n0*\n```\n"
    here = (ROOT / page).parent
    source[0] = re.sub(
        r"\[([^\]]+)\]\(([^()#:\s]+)\)", lambda link: link[1] if (here / link[2]).is_dir() else link[0], source[0]
    )


def first_page(app: Sphinx, error: Exception | None) -> None:
    """A browser, and whoever opens the folder, looks for index.html."""
    if error is None and app.builder.format == "html":
        shutil.copyfile(Path(app.outdir) / f"{root_doc}.html", Path(app.outdir) / "index.html")


NAMED = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer': '<aside aria-label="This page" class="toc-drawer',
}
"""What the theme leaves without a level or a name, which a screen reader needs."""


def name_landmarks(app: Sphinx, error: Exception | None) -> None:
    """Headings of the menu have a level, and the two columns beside a page a name."""
    for page in Path(app.outdir).rglob("*.html") if error is None and app.builder.format == "html" else ():
        text = page.read_text(encoding="utf-8")
        for plain, named in NAMED.items():
            text = text.replace(plain, named)
        page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", with_menu)
    app.connect("build-finished", name_landmarks)
    app.connect("build-finished", first_page, priority=600)  # a copy of what the one before has made
