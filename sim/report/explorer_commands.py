"""The command that plays one scenario of a sweep beside the one it is compared with, made of the sweep's own command.

It may have come from somebody else and is meant to be pasted into a shell: words that a shell would act on, or that say
where runs are sent and written, are never handed on.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from sim.analysis.swept_factors import words_of_label

_KEY = re.compile(r"[+~]{0,2}[A-Za-z_][\w@./-]*", re.ASCII)
_PLAIN = re.compile(r"[\w@+=:,./~-]+", re.ASCII)
"""Words that no shell looks into."""
_QUOTED = re.compile(r"[^\"$`!%\x00-\x1f\x7f]*[^\"$`!%\\\x00-\x1f\x7f]")
"""Words that sh, cmd and PowerShell take as they are between double quotes."""
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_NOT_HANDED_ON = ("output", "executor", "executor.", "hydra.", "run", "export", "query", "table")
"""Keys, and with a dot beginnings of keys, of words that say where something is sent, written or read."""
_MOST_CONDITION = 2_000
"""Characters that sweep.filter takes."""
_OF_SEVERAL = ("study.assumptions", "study.draw", "study.select", "study.best", "study.precision")
"""Beginnings of keys that ask for something of several scenarios, and are refused of one."""
_FROM_FILES = ("experiment", "sweep.csv")
"""Keys of files that say what varies: what they hold besides is not in the command."""

SweptValues = Mapping[str, str]
"""A scenario's swept keys and their values, as they were typed."""
Words = list[str] | None
"""Words of a command; None where none can be given."""


def sweep_commands(command: Sequence[str], swept: Iterable[str]) -> Callable[[str, str], str]:
    """What makes the command of a scenario and its baseline, both by label; empty where no safe one can be given.

    `command`: what played the sweep; `swept`: the keys that vary.
    """
    options, words = options_and_words(command)
    by_file = any(key_of_word(word) in _FROM_FILES for word in words)
    varies = set(swept)
    fixed = [word for word in words if key_of_word(word) not in varies and not key_of_word(word).startswith("sweep.")]
    searched = [word for word in words if key_of_word(word) != "sweep.filter"]

    def command_of(label: str, baseline: str) -> str:
        pair = values_of_label(baseline), values_of_label(label)
        found = with_condition(searched, *pair) if by_file else words_side_by_side(fixed, *pair)
        if found is not None and label == baseline:
            found = [word for word in found if not key_of_word(word).startswith(_OF_SEVERAL)]
        return "" if found is None else typed_command(["peered", "-m", *options, *found])

    return command_of


def comparison_commands(command: Sequence[str], baseline: str) -> Callable[[str, float], str]:
    """What makes the command of a staffing at a level of demand, beside the baseline; `command` played them all."""
    options, words = options_and_words(command)
    ours = ("study.staffing", "study.baseline", "study.demand_levels")
    fixed = [word for word in words if key_of_word(word) not in ours]

    def command_of(staffing: str, level: float) -> str:
        names = ",".join(dict.fromkeys((baseline, staffing)))
        asked = [f"study.staffing=[{names}]", f"study.baseline={baseline}", f"study.demand_levels=[{level:.12g}]"]
        kept = [word for word in fixed if staffing != baseline or not key_of_word(word).startswith(_OF_SEVERAL)]
        return typed_command(["peered", *options, *kept, *asked])

    return command_of


def options_and_words(command: Sequence[str]) -> tuple[list[str], list[str]]:
    """The folder of one's own files as an option, and the `key=value` words that may be handed on."""
    given = list(command)
    place = given.index("--config-dir") if "--config-dir" in given[:-1] else None
    options = [] if place is None else given[place : place + 2]
    words = [word for word in given if "=" in word and _KEY.fullmatch(word.partition("=")[0]) and word not in options]
    return options, [word for word in words if not is_kept_back(key_of_word(word))]


def is_kept_back(key: str) -> bool:
    """Whether a word of this key stays where it was typed."""
    return any(key.startswith(name) if name.endswith(".") else key == name for name in _NOT_HANDED_ON)


def key_of_word(word: str) -> str:
    """The key of a word."""
    return word.partition("=")[0].lstrip("+~")


def values_of_label(label: str) -> dict[str, str]:
    """SweptValues by key as they were typed, a plus before a key kept with it."""
    pairs = (word.partition("=") for word in words_of_label(label))
    return {key: value for key, equals, value in pairs if equals}


def words_side_by_side(fixed: Sequence[str], baseline: SweptValues, values: SweptValues) -> Words:
    """Both values of each key, one where they are the same."""
    if list(baseline) != list(values):
        return None
    pairs = {key: list(dict.fromkeys((baseline[key], values[key]))) for key in values}
    several = ["sweep.design=zip"] if any(len(pair) > 1 for pair in pairs.values()) else []
    return [*several, *(f"{key}={','.join(pair)}" for key, pair in pairs.items()), *fixed]


def with_condition(words: Sequence[str], baseline: SweptValues, values: SweptValues) -> Words:
    """The words with a condition that keeps both scenarios and no other."""
    keys = list(dict.fromkeys((*baseline, *values)))
    both = list(dict.fromkeys(condition_of(keys, each) for each in (baseline, values)))
    text = f"sweep.filter={' or '.join(map('({})'.format, both))}"
    return [*words, text] if all(both) and len(text) < _MOST_CONDITION else None


def condition_of(keys: Sequence[str], values: SweptValues) -> str:
    """`staffing = 'peer_added' and demand.growth = 1.1`; empty where a value cannot stand in a condition."""
    parts = [f"{key.lstrip('+~')} {value_in_condition(values.get(key))}" for key in keys]
    return " and ".join(parts) if all(not part.endswith(" ") for part in parts) else ""


def value_in_condition(value: str | None) -> str:
    """What a key is compared with; empty for a value that is neither a number nor a plain text."""
    if value is None:
        return "is null"
    if value in ("true", "false") or _NUMBER.fullmatch(value):
        return f"= {value}"
    return f"= '{value}'" if re.fullmatch(r"[\w.-]+", value, re.ASCII) else ""


def typed_command(words: Iterable[str]) -> str:
    """Words as they can be pasted into any shell; empty where one of them cannot."""
    typed = [typed_word(word) for word in words]
    return " ".join(typed) if all(typed) else ""


def typed_word(word: str) -> str:
    """A word as it is, or between double quotes; empty where a shell would look into it all the same."""
    if _PLAIN.fullmatch(word):
        return word
    return f'"{word}"' if _QUOTED.fullmatch(word) else ""
