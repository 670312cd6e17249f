"""Names say what is inside, once; modules are short; a commit says what it does in a line.

The first two are ratchets: their limits are lowered as soon as they can be, and never raised.
"""

import ast
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SIM = ROOT / "sim"
HOOK = ROOT / ".githooks" / "commit-msg"
LONGEST_MODULE = 600
"""Lines."""
OFFERED_BY_SIM = {"Comparison", "Results", "Run", "Scenario", "breakdown", "journey", "simulate", "sweep"}
"""Names of `sim` itself, which extends or calls what it is named after (decision 20)."""


def modules() -> list[Path]:
    return sorted(SIM.rglob("*.py"))


def public_names(module: Path) -> set[str]:
    """Functions, classes and constants that a module defines at its top and does not mark as its own."""
    found: set[str] = set()
    for statement in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(statement.name)
        elif isinstance(statement, ast.Assign):
            found |= {name.id for target in statement.targets for name in ast.walk(target) if is_stored(name)}
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            found.add(statement.target.id)
    return {name for name in found if not name.startswith("_")}


def is_stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def is_a_pair(homes: list[str]) -> bool:
    """The same rule in the compiled engine and in what it was written after: the reference, or what both share."""
    compiled, others = (
        [home for home in homes if home.startswith("sim/engine/compiled/") is wanted] for wanted in (True, False)
    )
    return len(compiled) == len(others) == 1 and others[0].startswith(("sim/engine/", "sim/department/"))


def defined_twice() -> dict[str, list[str]]:
    homes: dict[str, list[str]] = defaultdict(list)
    for module in modules():
        for name in public_names(module):
            homes[name].append(module.relative_to(ROOT).as_posix())
    return {name: found for name, found in sorted(homes.items()) if len(found) > 1 and not is_a_pair(found)}


def test_no_public_name_is_defined_twice_but_in_the_two_engines() -> None:
    assert {name: homes for name, homes in defined_twice().items() if name not in OFFERED_BY_SIM} == {}


def test_a_module_is_at_most_six_hundred_lines_long() -> None:
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()
    }
    longer = {name for name, size in sizes.items() if size > LONGEST_MODULE}
    assert longer == set(), f"more than {LONGEST_MODULE} lines: split it by what it is about"


def refused(message: str, folder: Path) -> str:
    """What the hook says on a message; nothing if it lets it pass."""
    file = folder / "COMMIT_EDITMSG"
    file.write_text(message, encoding="utf-8")
    ended = subprocess.run([sys.executable, HOOK, file], capture_output=True, text=True, check=False)
    assert (ended.returncode == 1) is bool(ended.stderr)
    assert ended.returncode in (0, 1)
    return ended.stderr


@pytest.mark.parametrize(
    "message",
    [
        "Sort the modules into folders that say what is inside",
        "Pass the seed to every draw",
        "Process visits in the order of their arrival\n\nAdded to a body, a sentence may end in a period.",
        "# A comment of Git\n\nKeep what is finished\n",
        "K" + "e" * 71,
        "Merge branch 'next' into a branch whose name is longer than any subject that would be let through",
        "fixup! a commit of before",
    ],
)
def test_a_subject_that_says_what_a_commit_does_passes(message: str, tmp_path: Path) -> None:
    assert refused(message, tmp_path) == ""


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("K" + "e" * 72, "it has 73 characters: at most 72"),
        ("sort the modules", "begin with a capital letter"),
        ("Sort the modules.", "it ends in a period"),
        ("Sorted the modules", "not the imperative"),
        ("Adding a measure", "not the imperative"),
        ("Fixes the wait of children", "not the imperative"),
        ("# nothing but a comment\n", "it is empty"),
    ],
)
def test_any_other_subject_is_refused_with_what_is_wrong(message: str, why: str, tmp_path: Path) -> None:
    assert why in refused(message, tmp_path)


def test_all_that_is_wrong_with_a_subject_is_told_at_once(tmp_path: Path) -> None:
    assert len(refused("added " + "x" * 80 + ".", tmp_path).splitlines()) == 4


@pytest.mark.skipif(os.name != "posix", reason="asks for the right to be run")
def test_git_can_run_the_hook_and_make_has_it_do_so() -> None:
    assert os.access(HOOK, os.X_OK)
    assert "git config core.hooksPath .githooks" in (ROOT / "Makefile").read_text(encoding="utf-8")
