"""Write the tables of docs/keys.md anew from `sim/data/keys.csv`: python -m tests.write_keys_page."""

import re
from collections.abc import Iterable
from pathlib import Path

from sim.config.files import choices_of, default_choices, shipped_configs
from sim.config.keys import Meaning, meanings, studies_text
from sim.studies.question import studies_with

PAGE = Path(__file__).resolve().parents[1] / "docs" / "keys.md"
TABLE = re.compile(r"(<!-- keys: (\w+) -->\n).*?(\n<!-- end -->)", re.DOTALL)
SECTIONS = {
    "outside": ("Key", "Default", "Meaning"),
    "group": ("Group", "Choices", "What it holds"),
    "study": ("Key", "Default", "Meaning"),
    "executor": ("Key", "Default", "Meaning"),
    "report": ("Key", "Default", "Meaning"),
    "sweep": ("Key", "Default", "Meaning"),
    "often": ("Key", "Default", "Unit", "Meaning"),
    "more": ("Key", "Default", "Unit", "Meaning"),
}
"""Tables of docs/keys.md with their columns."""


def table_of(section: str) -> str:
    """A table of docs/keys.md, in Markdown; of the keys of studies one for each set of studies that have them."""
    rows = [row for row in meanings() if row.section == section]
    if section != "study":
        return table(rows, SECTIONS[section])
    by_studies: dict[tuple[str, ...], list[Meaning]] = {}
    for row in rows:
        by_studies.setdefault(tuple(studies_with(row.key.split(".")[1])), []).append(row)
    tables = (
        f"Of {studies_text(studies, '`')}:\n\n{table(of_them, SECTIONS[section])}"
        for studies, of_them in by_studies.items()
    )
    return "\n\n".join(tables)


def table(rows: Iterable[Meaning], columns: tuple[str, ...]) -> str:
    """Lines as a table in Markdown."""
    lines = [_row_of(row, columns) for row in rows]
    return "\n".join(["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|", *lines])


def _row_of(row: Meaning, columns: tuple[str, ...]) -> str:
    """A line of such a table."""
    cells = [f"`{row.key}`", choices_text(row.key) if row.section == "group" else row.default]
    cells += [row.unit] if "Unit" in columns else []
    return "| " + " | ".join([*cells, row.meaning]).replace("  ", " ") + " |"


def choices_text(group: str) -> str:
    """Shipped choices of a group, the default first."""
    first = default_choices()[group]
    others = [name for name in choices_of(group, (shipped_configs(),)) if name != first]
    return ", ".join(f"`{name}`" for name in (first, *others))


def with_tables(text: str) -> str:
    """The page with every table as it should be."""
    return TABLE.sub(lambda found: f"{found[1]}{table_of(found[2])}{found[3]}", text)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
