"""`peered completion SHELL`: a script by which a shell completes commands, choices and keys of `peered`.

The words stand in the script, so that completing starts no Python. Bash also completes choices of a `--config-dir`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from sim.commands.subcommands import COMMANDS, OPTIONS
from sim.config import compose, shipped_choices
from sim.config.key_paths import MODELS
from sim.config.keys import keys_of, keys_of_other_studies, meanings
from sim.report.console import say_unbroken

SHOWS_ALONE = ("--cfg", "--info")
"""Options that show a command instead of playing it."""
CHOSEN = (*MODELS, "experiment")
"""Keys that are set to the name of a file."""


def completion_command(words: Sequence[str], folder: Path | None, console: Console, errors: Console) -> int:
    """Print the script for a shell. Returns the exit code."""
    if len(words) != 1 or words[0] not in SHELLS:
        say_unbroken(errors, f"peered completion: name one shell: {', '.join(SHELLS)}; in bash: {USE_IN_BASH}")
        return 2
    say_unbroken(console, script_for(words[0]))
    return 0


def candidates() -> list[str]:
    """Options and commands, choices of every group, and keys that have a meaning of their own, with their `=`."""
    choices = [f"{group}={name}" for group in CHOSEN for name in shipped_choices(group)]
    composed = compose(["study=run", "staffing=peer_added"])
    documented = {item.key for item in (*keys_of(composed), *keys_of_other_studies(composed)) if item.meaning}
    outside = [row.key for row in meanings() if row.section in ("outside", "sweep") and row.key not in CHOSEN]
    keys = sorted(key for key in documented if "." in key and key.split(".")[0] in MODELS)
    return [*OPTIONS, *SHOWS_ALONE, *COMMANDS, *choices, *(f"{key}=" for key in dict.fromkeys((*outside, *keys)))]


USE_IN_BASH = 'eval "$(peered completion bash)"'

SCRIPTS = Path(__file__).resolve().parents[1] / "data" / "completion"


@dataclass(frozen=True, slots=True)
class Shell:
    """How words stand in a script of `sim/data/completion`: for `@WORDS@` come all, in `quotes`, `between` them.

    `@WHOLE@` and `@BEGUN@` stand for those that are complete and for keys, behind which no blank is to be put.
    """

    quotes: str = ""
    between: str = " "

    def with_words(self, script: str, words: Sequence[str]) -> str:
        """A script with its words; none of them needs more quoting than this."""
        begun = [word for word in words if word.endswith("=")]
        lists = {"WORDS": words, "WHOLE": [word for word in words if word not in begun], "BEGUN": begun}
        script = script.replace("@GROUPS@", " ".join(CHOSEN))
        for mark, listed in lists.items():
            text = self.between.join(f"{self.quotes}{word}{self.quotes}" for word in listed)
            script = script.replace(f"@{mark}@", text)
        return script


SHELLS = {"bash": Shell(), "zsh": Shell("'"), "fish": Shell(), "powershell": Shell("'", ", ")}


def script_for(shell: str) -> str:
    """The script by which this shell completes `peered`."""
    script = (SCRIPTS / f"{shell}.txt").read_text(encoding="utf-8")
    return SHELLS[shell].with_words(script, candidates())
