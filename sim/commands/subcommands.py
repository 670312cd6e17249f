"""Commands of `peered` that ask no question of a department, by their first word; each is in a module of its own."""

from collections.abc import Callable, Sequence
from importlib import import_module

from rich.console import Console

from sim.io.suggest import closest

MODULES = {
    "new": "new",
    "keys": "keys",
    "completion": "completion",
    "--version": "version",
}
"""Module of each, which has a function `NAME_command`: loaded when it is called for."""

Command = Callable[[Sequence[str], Console, Console], int]
"""Words after the first, where answers and where errors are printed; returns the exit code."""


def subcommand(words: Sequence[str]) -> Command | None:
    """The command that the first word names, if it names one."""
    module = MODULES.get(words[0]) if words else None
    if module is None:
        return None
    command: Command = getattr(import_module(f"sim.commands.{module}"), f"{module}_command")
    return command


def with_command_first(words: Sequence[str]) -> list[str]:
    """The words with a leading `--config-dir DIR` behind the command that follows it, if one does."""
    n = 2 if words and words[0] == "--config-dir" else 1 if words and words[0].startswith("--config-dir=") else 0
    return [*words[n : n + 1], *words[:n], *words[n + 1 :]] if subcommand(words[n:]) else list(words)


OPTIONS = ("--help", "--version", "--dry-run", "--config-dir", "--multirun")
OF_HYDRA = {
    "--cfg": "peered keys shows every key with its value, --dry-run what would run",
    "-c": "peered keys shows every key with its value, --dry-run what would run",
    "--info": "peered --version and peered keys say what there is",
    "--hydra-help": "settings of Hydra are typed, as hydra/launcher=NAME with -m",
}
"""What those do who are used to Hydra's own options."""


def remedy_of_option(word: str) -> str:
    """What to write instead of an option there is not."""
    option = word.split("=")[0]
    close = closest(option, OPTIONS)
    return OF_HYDRA.get(option) or (f"did you mean {close}?" if close else "see peered --help")
