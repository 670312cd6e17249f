"""Commands of `peered` that ask no question of a department, by their first word, and the options there are."""

from collections.abc import Callable, Sequence
from functools import partial
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
ANYWHERE = {
    "--cfg": "sim.commands.hydra_habits.config_command",
    "-c": "sim.commands.hydra_habits.config_command",
    "--info": "sim.commands.hydra_habits.info_command",
    "-i": "sim.commands.hydra_habits.info_command",
}
"""Functions of options that turn a command into a question about itself, wherever they stand in it."""
_NO_RESOLVERS = "values of files are plain, nothing has to be resolved: peered --cfg job shows them"
_NO_OTHER_CONFIG = "there is one configuration, of groups: --config-dir DIR adds a folder of your own choices"
OF_HYDRA = {
    "--hydra-help": "no settings of Hydra are used: choose executor=processes or dask, and scenarios with -m",
    "--resolve": _NO_RESOLVERS,
    "--package": "peered keys WORD shows the keys of a group, peered --cfg job all of them",
    "-p": "peered keys WORD shows the keys of a group, peered --cfg job all of them",
    "--run": "that is what peered does: leave it out; study=run plays one scenario",
    "-r": "that is what peered does: leave it out; study=run plays one scenario",
    "--config-path": _NO_OTHER_CONFIG,
    "-cp": _NO_OTHER_CONFIG,
    "--config-name": _NO_OTHER_CONFIG,
    "-cn": _NO_OTHER_CONFIG,
    "-cd": "write it out: --config-dir DIR",
    "--shell-completion": "peered completion bash|zsh|fish|powershell prints a script that completes commands and keys",
    "-sc": "peered completion bash|zsh|fish|powershell prints a script that completes commands and keys",
    "--experimental-rerun": "the command stands in run.json of its folder; with the same output= a sweep goes on",
}
"""What those do who are used to Hydra's own options."""


def subcommand(words: Sequence[str]) -> Callable[[Path | None, Console, Console], int] | None:
    """The command that the first word names, or an option anywhere, with the words that are its own; if there is."""
    asks = next((word.partition("=")[0] for word in words if word.partition("=")[0] in ANYWHERE), "")
    name = COMMANDS.get(words[0], "") if words else ""
    module, _, function = (name or ANYWHERE.get(asks, "")).rpartition(".")
    if not module:
        return None
    command: Command = getattr(import_module(module), function)
    return partial(command, words[1:] if name else words)


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
    close = closest(option, (*OPTIONS, *COMMANDS, *ANYWHERE))
    return OF_HYDRA.get(option) or (f"did you mean {close}?" if close else "see peered --help")
