"""`peered keys [WORD ...] [KEY=VALUE ...]`: what can be set, with meaning, value, unit and source.

What is listed is found by `sim.config.keys`.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from sim.config import compose
from sim.config.keys import Key, close_word, keys_of, keys_of_other_studies, matching, meanings
from sim.department.scenario import ScenarioError
from sim.report.console import print_problems, say_unbroken

MOST_SHOWN = 30
"""Keys that are listed at once; more need a further word."""


def keys_command(words: Sequence[str], folder: Path | None, console: Console, errors: Console) -> int:
    """List the keys that the words ask for, or how many each group has. Returns the exit code."""
    for word in (word for word in words if word.startswith("-")):
        say_unbroken(errors, f"peered keys: unknown option {word}; write peered keys [WORD ...] [KEY=VALUE ...]")
        return 2
    wanted = [word for word in words if "=" not in word]
    try:
        composed = compose([word for word in words if "=" in word], folder)
    except ScenarioError as error:
        print_problems(error, errors)
        return 2
    if not wanted:
        return show_overview(keys_of(composed), console)
    keys = [*keys_of(composed), *keys_of_other_studies(composed)]
    found = matching(keys, wanted)
    if not found:
        return show_none(keys, wanted, errors)
    for item in found[:MOST_SHOWN]:
        show_key(item, console)
    if (more := len(found) - MOST_SHOWN) > 0:
        say_unbroken(console, f"... and {more} more: add a word, as in peered keys {' '.join(wanted)} mean")
    return 0


def show_key(item: Key, console: Console) -> None:
    """A key in two lines."""
    say_unbroken(console, f"{item.key} = {item.value}{f'  ({item.unit})' if item.unit else ''}")
    if described := "; ".join(part for part in (item.meaning, item.source) if part):
        say_unbroken(console, f"    {described}")


def show_none(keys: Sequence[Key], wanted: Sequence[str], errors: Console) -> int:
    """That nothing was found, and which word may have been meant."""
    line = f"no key holds all of {', '.join(wanted)}: leave a word out"
    if missing := next((word for word in wanted if not matching(keys, [word])), None):
        close = close_word(keys, missing)
        remedy = f"did you mean {close}?" if close else "peered keys, alone, lists the groups"
        line = f"no key and no meaning holds {missing!r}; {remedy}"
    say_unbroken(errors, f"peered keys: {line}")
    return 2


def show_overview(keys: Sequence[Key], console: Console) -> int:
    """Groups with what they hold and how many keys each has."""
    counts = Counter(item.key.split(".")[0] for item in keys if "." in item.key)
    chosen = {item.key: item.value for item in keys}
    groups = [(f"{row.key}={chosen[row.key]}", row) for row in meanings() if row.section == "group"]
    for line in (
        "Set what you like after peered: GROUP=CHOICE, KEY=VALUE",
        "",
        *(f"{choice:<24} {counts[row.key]:>4} keys  {row.meaning}" for choice, row in groups),
        f"outside the groups: {', '.join(row.key for row in meanings() if row.section == 'outside')}",
        "",
        "Look closer, with words of a key or of its meaning:",
        "  peered keys demand growth",
        "  peered keys psw hourly staffing=peer_added",
    ):
        say_unbroken(console, line)
    return 0
