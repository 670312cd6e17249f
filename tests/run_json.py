"""What docs/data-dictionary.md says of run.json, for tests of the studies that write one."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "data-dictionary.md"
PLAYED = frozenset({"compare", "run", "sweep", "breakeven", "validate", "conditioning", "optimise", "trial"})
OPTIONAL = frozenset({"draw_weeks", "prior"})
"""Keys of a study that was asked for more than its default."""

IS: dict[str, Callable[[object], bool]] = {
    "text": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "truth": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
}


@cache
def documented() -> dict[str, tuple[str, str]]:
    """Type and studies of each key of the table."""
    section = PAGE.read_text(encoding="utf-8").partition("## What `run.json` says")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|", section, re.MULTILINE)
    return {name: (kind.strip(), of.strip()) for name, kind, of in rows}


def keys_of_study(study: str) -> set[str]:
    """The keys that the table gives a study."""
    return {
        name
        for name, (_, of) in documented().items()
        if of == "all" or (of == "played" and study in PLAYED) or study in of.split(", ")
    }


def is_of_type(value: object, kind: str) -> bool:
    """Whether a value is of a type of the table, as `list of text` or `integer or text`."""
    for one in kind.split(" or "):
        if one.startswith("list of "):
            if isinstance(value, list) and all(IS[one.removeprefix("list of ")](each) for each in value):
                return True
        elif IS[one](value):
            return True
    return False


def assert_as_documented(file: Path) -> None:
    """A run.json has the keys of its study, each of its type, and no other."""
    facts = json.loads(file.read_text(encoding="utf-8"))
    assert set(facts) - OPTIONAL == keys_of_study(facts["study"]) - OPTIONAL
    kinds = {name: kind for name, (kind, _) in documented().items() if name in facts}
    wrong = {name: facts[name] for name, kind in kinds.items() if not is_of_type(facts[name], kind)}
    assert wrong == {}
