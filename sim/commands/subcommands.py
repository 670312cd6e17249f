"""Commands of `peered` that ask no question of a department, by their first word, and the options there are."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from rich.console import Console

from sim.io.suggest import closest

Command = Callable[[Sequence[str], Path | None, Console, Console], int]
"""Words after the first, the folder of the user's own, where answers and where errors go; returns the exit code."""

COMMANDS = {
    "app": "sim.commands.app.app_command",
    "new": "sim.commands.new.new_command",
    "keys": "sim.commands.keys.keys_command",
    "completion": "sim.commands.completion.completion_command",
    "--version": "sim.commands.version.version_command",
}
"""The function of each command; its module is loaded when it is called for."""
OPTIONS = ("--help", "--dry-run", "--quiet", "--json-progress", "--config-dir", "--multirun", "-m")
OF_HYDRA = {
    "--cfg": "peered keys shows every key with its value, --dry-run what would run",
    "-c": "peered keys shows every key with its value, --dry-run what would run",
    "--info": "peered --version and peered keys say what there is",
    "--hydra-help": "no settings of Hydra are used: choose executor=processes or dask, and scenarios with -m",
}
"""What those do who are used to Hydra's own options."""


def subcommand(words: Sequence[str]) -> Command | None:
    """The command that the first word names, if it names one."""
    module, _, function = COMMANDS.get(words[0], "").rpartition(".") if words else ("", "", "")
    if not module:
        return None
    command: Command = getattr(import_module(module), function)
    return command


def without_folder(words: Sequence[str]) -> tuple[list[str], str | None]:
    """The words without `--config-dir DIR`, and the folder that is named last: empty where none follows."""
    others, folder = list[str](), None
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if option == "--config-dir":
            folder = value if equals else next(rest, "")
        else:
            others.append(word)
    return others, folder


def remedy_of_option(word: str) -> str:
    """What to write instead of an option there is not."""
    option = word.split("=")[0]
    close = closest(option, (*OPTIONS, *COMMANDS))
    return OF_HYDRA.get(option) or (f"did you mean {close}?" if close else "see peered --help")
