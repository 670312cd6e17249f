"""Write the tables of docs/keys.md anew from `sim/data/keys.csv`: python -m tests.write_keys_page."""

import re
from pathlib import Path

from sim.config.keys import table_of

PAGE = Path(__file__).resolve().parents[1] / "docs" / "keys.md"
TABLE = re.compile(r"(<!-- keys: (\w+) -->\n).*?(\n<!-- end -->)", re.DOTALL)


def with_tables(text: str) -> str:
    """The page with every table as it should be."""
    return TABLE.sub(lambda found: f"{found[1]}{table_of(found[2])}{found[3]}", text)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
