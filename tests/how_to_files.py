"""The configuration files of the how-to pages, written into a folder as a reader would copy them."""

import re
from pathlib import Path

HOW_TO = Path(__file__).parents[1] / "docs" / "how-to"
_FILE = re.compile(r"```yaml\n(# (mine/\S+)\n.*?)```", re.DOTALL)
"""A block whose first line is a comment that names its file."""


def write_files_of(page: str, folder: Path) -> None:
    """Write every file that a page shows into `folder`/mine; `page`: the name of the page without its ending."""
    for text, name in _FILE.findall((HOW_TO / f"{page}.md").read_text(encoding="utf-8")):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
