"""The house: packaging, lock file, licence, citation, decisions, rings and the checks themselves.

What the simulator does is left to the other tests.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
NOT_OURS = {".git", ".venv", ".venv-lock", "__pycache__", "results", "build", "dist", "outputs", "multirun"}
TWO_MIB = 2 * 1024 * 1024
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; (.+))? \\$", re.MULTILINE)
"""Name, version, and the marker of a pin that is not for every Python and system."""

# Written so that no pattern finds itself.
UNWANTED = re.compile(
    r"/roo[t]/|/home/\w+/|/Users/\w+/|[A-Z]:\\Users\\\w"  # somebody's machine
    r"|--(?:extra-)?index-url|--find-lin[k]s|pypi\.org|pythonhosted\.org"  # somebody's registry
)


def committed_files() -> list[Path]:
    """What is or would be committed; in a tree without Git, all but caches."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        found = [ROOT / name for name in names.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    return [path for path in found if path.is_file()]


def project() -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]


def lock() -> str:
    return (ROOT / "requirements.lock").read_text()


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_file_names_a_machine_path_or_a_registry() -> None:
    lines = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in committed_files()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if UNWANTED.search(line) or f"{Path.home()}/" in line
    ]
    assert lines == []


def test_no_file_is_larger_than_two_mebibytes() -> None:
    assert [str(path) for path in committed_files() if path.stat().st_size > TWO_MIB] == []


def test_every_locked_version_is_exact_and_has_a_hash() -> None:
    pinned = PINNED.findall(lock())
    blocks = [block for block in re.split(r"^(?=\S)", lock(), flags=re.MULTILINE) if not block.startswith("#")]
    assert len(pinned) == len([block for block in blocks if block.strip()])
    assert [block for block in blocks if "--hash=sha256:" not in block and block.strip()] == []


def test_the_lock_names_no_address() -> None:
    assert re.findall(r"\S*://\S*|\bfile:/\S*", lock()) == []


def test_the_lock_satisfies_every_declared_dependency() -> None:
    pins = PINNED.findall(lock())
    declared = [*project()["dependencies"], *project()["optional-dependencies"]["dev"]]
    wanted = [Requirement(text) for text in declared]
    versions = {r: [version for name, version, _ in pins if name == r.name.lower()] for r in wanted}
    unmet = [str(r) for r, found in versions.items() if not found or not all(map(r.specifier.contains, found))]
    assert unmet == []
    assert "hatchling" in {name for name, _, _ in pins}, "without it the project cannot be installed offline"


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14", "3.15"])
def test_the_lock_holds_each_package_once_on_every_python_and_system(python: str, system: str) -> None:
    here = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system}
    names = [name for name, _, marker in PINNED.findall(lock()) if not marker or Marker(marker).evaluate(here)]
    assert [name for name in names if names.count(name) > 1] == []
    assert {"numpy", "scipy", "contourpy", "ziglang", "tzdata"} <= set(names)


def test_version_is_the_same_in_project_citation_and_changelog() -> None:
    version = project()["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    newest = re.search(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert str(citation["version"]) == version
    assert newest is not None
    assert newest[1] == version


def test_citation_names_the_founding_study() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    (study,) = citation["references"]
    assert study["doi"] == "10.1108/MHSI-02-2023-0016"
    assert [author["family-names"] for author in study["authors"]] == ["Rao", "Dimitropoulos"]


def test_licence_is_mit_everywhere() -> None:
    licence = (ROOT / "LICENSE").read_text()
    assert licence.startswith("MIT License\n\nCopyright (c) 2026 PeerED contributors\n")
    assert project()["license"] == "MIT"
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["license"] == "MIT"


def decisions() -> list[Path]:
    return sorted(path for path in (ROOT / "docs/decisions").glob("*.md") if path.name != "README.md")


@pytest.mark.parametrize("path", decisions(), ids=lambda path: path.stem)
def test_a_decision_has_context_choice_and_what_would_change_our_mind(path: Path) -> None:
    headings = re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE)
    assert headings == ["Context", "Choice", "What would change our mind"]


def test_decisions_are_numbered_in_order_without_gaps() -> None:
    numbers = [path.name.split("-")[0] for path in decisions()]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


def contract_with(place: str, line: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Judge a copy of the package with one more module, `sim.<place>.planted`, of one line."""
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "sim" / place).mkdir(exist_ok=True)
    (tmp_path / "sim" / place / "__init__.py").touch()
    (tmp_path / "sim" / place / "planted.py").write_text(f"{line}\n")
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("department", "import simpy"),
        ("department", "import sim.engine"),
        ("engine", "import sim.runs"),
        ("statistics", "import sim.engine"),
        ("visits", "import sim.engine"),
        ("runs", "import sim.analysis"),
        ("analysis", "import sim.report"),
        ("report", "import sim.config"),
        ("studies", "import sim.config"),
        ("runs", "import simpy"),
        ("runs", "import omegaconf"),
        ("report", "import hydra"),
        ("a_ring_of_its_own", "import numpy"),
    ],
)
def test_the_import_contract_refuses(place: str, line: str, tmp_path: Path) -> None:
    asked = contract_with(place, line, tmp_path)
    assert asked.returncode == 1, asked.stdout + asked.stderr
    assert place in asked.stdout.split("Broken contracts")[1]


@pytest.mark.parametrize(
    ("place", "line"),
    [("department", "import numpy"), ("engine", "import simpy"), ("runs", "import sim.engine")],
)
def test_the_import_contract_allows(place: str, line: str, tmp_path: Path) -> None:
    asked = contract_with(place, line, tmp_path)
    assert asked.returncode == 0, asked.stdout + asked.stderr


def play_ci(tmp_path: Path, failing: str) -> subprocess.CompletedProcess[str]:
    """Run `.ci/run` with a make that only says its targets, and fails for one."""
    stand_in = tmp_path / "make"
    stand_in.write_text(
        f'#!/bin/sh\nfor word in "$@"; do\n  echo "target $word"\n  test "$word" != "{failing}" || exit 1\ndone\n'
    )
    stand_in.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    command = [str(ROOT / ".ci/run")]
    return subprocess.run(
        command, env={**os.environ, "PATH": path}, cwd=tmp_path, capture_output=True, text=True, check=False
    )


CHECKS = ("test", "end-to-end", "lint", "types", "imports")


def test_every_test_is_in_one_of_the_suites() -> None:
    """What `make test` leaves out is played by `make end-to-end` or, marked as slow, by `make verify`."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    suites = re.findall(r'-m pytest -m "([^"]+)"', makefile)
    for is_slow in (False, True):
        for is_whole in (False, True):
            marks = {"slow": is_slow, "end_to_end": is_whole, "verification": False}
            assert sum(bool(eval(suite, {}, marks)) for suite in suites) == 1, marks


def test_the_ci_run_asks_for_tests_lint_types_and_imports(tmp_path: Path) -> None:
    played = play_ci(tmp_path, failing="nothing")
    assert played.returncode == 0
    assert set(re.findall(r"^target (\S+)$", played.stdout, re.MULTILINE)) >= set(CHECKS)


@pytest.mark.parametrize("target", CHECKS)
def test_the_ci_run_fails_when_one_check_fails(target: str, tmp_path: Path) -> None:
    assert play_ci(tmp_path, failing=target).returncode != 0
