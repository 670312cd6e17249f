"""`peered --cfg job ...` and `peered --info ...`, as who knows Hydra types them: what would be played, and where from.

Nothing is played or written. Options of Hydra's that have no meaning here are refused in `sim.commands.subcommands`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from rich.console import Console

from sim.commands.version import version_line
from sim.config import compose
from sim.config.files import folders_of
from sim.department.scenario import ScenarioError
from sim.io.suggest import did_you_mean
from sim.report.console import print_problems, say_unbroken
from sim.studies.question import Question

PARTS_OF_CFG = {"job": "", "hydra": "no settings of Hydra are used", "all": "no settings of Hydra are used"}
"""What Hydra's `--cfg` takes, and why it is refused."""
SWEPT = "a sweep has many scenarios: leave -m out and give one value to each key, or see what would run by --dry-run"


def config_command(words: Sequence[str], folder: Path | None, console: Console, errors: Console) -> int:
    """Print every value of a command, put together from its files and words, as YAML. Returns the exit code."""
    part, others = option_and_words(words, ("--cfg", "-c"))
    why = PARTS_OF_CFG.get(part, f"{part!r} is none of its parts; {did_you_mean(part, list(PARTS_OF_CFG))}")
    if why:
        say_unbroken(errors, f"peered: --cfg {part}: {why}; write peered --cfg job [KEY=VALUE ...]")
        return 2
    if (question := composed_or_told(others, folder, errors)) is None:
        return 2
    say_unbroken(console, config_text(question).rstrip())
    return 0


def info_command(words: Sequence[str], folder: Path | None, console: Console, errors: Console) -> int:
    """Print version, folders of configurations, what was chosen and changed. Returns the exit code."""
    _, others = option_and_words(words, ("--info", "-i"), ("all", "config", "defaults", "searchpath"))
    if (question := composed_or_told(others, folder, errors)) is None:
        return 2
    for line in info_lines(question, folder):
        say_unbroken(console, line)
    return 0


def option_and_words(
    words: Sequence[str], names: Sequence[str], values: Sequence[str] = tuple(PARTS_OF_CFG)
) -> tuple[str, list[str]]:
    """The value of an option, which Hydra takes after a blank or a sign of equality, and the words without it."""
    place = next(number for number, word in enumerate(words) if word.partition("=")[0] in names)
    before, (option, *rest) = list(words[:place]), words[place:]
    if "=" in option:
        return option.partition("=")[2], [*before, *rest]
    follows = bool(rest) and "=" not in rest[0] and not rest[0].startswith("-")
    return (rest[0], [*before, *rest[1:]]) if follows else (values[0], [*before, *rest])


def composed_or_told(words: Sequence[str], folder: Path | None, errors: Console) -> Question | None:
    """The question of one scenario or comparison, or None after what is wrong with it has been said."""
    options = [word for word in words if word.startswith("-")]
    if options:
        why = SWEPT if set(options) & {"-m", "--multirun"} else f"leave {options[0]} out"
        say_unbroken(errors, f"peered: {why}")
        return None
    try:
        return compose(list(words), folder)
    except ScenarioError as error:
        print_problems(error, errors)
        return None


def config_text(question: Question) -> str:
    """The values as YAML, choices of files as comments above them."""
    chosen = "".join(f"# {group}={name}\n" for group, name in question.choices.items())
    scenario = question.scenario.model_dump(mode="json", exclude={"period"})
    values = {"seed": question.seed, "study": question.study.model_dump(mode="json"), **scenario}
    return chosen + yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=120)


def info_lines(question: Question, folder: Path | None) -> Iterator[str]:
    """What a report on a command has to name, and where its values come from."""
    yield version_line()
    yield f"configurations: {', '.join(map(str, folders_of(folder)))}"
    yield f"chosen: {' '.join(f'{group}={name}' for group, name in question.choices.items())}"
    yield f"changed: {' '.join(question.overridden) or 'nothing'}"
    yield f"files: {', '.join(str(file) for file in question.files)}"
