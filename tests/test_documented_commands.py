"""Every whole command of the guides is understood; what would run is asked of the command itself (`--dry-run`)."""

import re
import shlex
from pathlib import Path

import pytest

from sim.cli import main
from sim.commands.subcommands import subcommand

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("*.md", "docs/*.md", "notebooks/*.md", "results/*.md", "results/*/*.md")
GUIDES = sorted(path.relative_to(ROOT).as_posix() for page in PAGES for path in ROOT.glob(page))
"""Not decisions and changes, which speak of their own day; test_guides plays docs/start and docs/how-to whole."""
GUIDES.remove("CHANGELOG.md")
PLACEHOLDER = re.compile(r"\b[A-Z]{4,}\b|\.\.\.")
"""A word in capitals or an ellipsis stands for something of the reader's own."""
READERS_OWN = ("ours", "calibrated", "example")
"""Files that earlier commands of the guides write."""
SERVES = "peered app"
"""Ends at Ctrl-C; the tests of the planners' page start it."""
REFUSED = "peered demand.grwoth=1.1 staffing=peer_aded"
"""Shown for how slips are answered."""


def lines_of(guide: str) -> list[str]:
    """Lines in blocks of code, and commands in the text."""
    text = (ROOT / guide).read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    inline = re.findall(r"`(peered(?: [^`]*)?)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return [*lines, *inline]


def commands_of(guide: str) -> set[str]:
    """Whole commands, without comments."""
    found = {shlex.join(shlex.split(line, comments=True)) for line in lines_of(guide) if line.startswith("peered")}
    return {command for command in found if command != "peered -m" and not command.startswith(SERVES)}


def is_whole(command: str) -> bool:
    return not PLACEHOLDER.search(command) and not any(word in re.split(r"[ =/,]", command) for word in READERS_OWN)


COMMANDS = sorted(command for command in set().union(*map(commands_of, GUIDES)) if is_whole(command))


def test_the_commands_of_the_guides_are_found() -> None:
    assert REFUSED in COMMANDS
    assert "peered -m experiment=night_coverage" in COMMANDS
    assert any("study.precision" in command for command in COMMANDS)
    assert len(COMMANDS) > 20


@pytest.mark.parametrize("guide", GUIDES)
def test_brackets_stand_in_double_quotes_for_the_shells_of_macos_and_windows(guide: str) -> None:
    bare = [re.sub(r'"[^"]*"|#.*', "", line) for line in lines_of(guide) if line.startswith("peered")]
    assert [line for line in bare if re.search(r"[\[(*]", line)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_guides_is_understood(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command)[1:]
    asks_nothing = subcommand(words) is not None
    few = ["study.draws=40"] if "study=sensitivity" in words else []  # a dry run makes them all, to count the runs
    code = main(words if asks_nothing else ["--dry-run", *words, *few])
    said = capsys.readouterr()
    assert code == (2 if command == REFUSED else 0), said.err
    assert list(tmp_path.iterdir()) == []
