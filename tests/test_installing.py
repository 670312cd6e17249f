"""The package as others install it: what is in the wheel, what it needs, and that it runs far from its sources."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from email.message import Message
from email.parser import Parser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sim.engine.compiled.backend import LIBRARY

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
PARTS = {"pydantic-core", "distributed"}
"""Of pydantic and dask[distributed], which bring and bind them."""


def distributions(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel in it, which sees the libraries of this one, but not its sources."""
    place = tmp_path_factory.mktemp("installed")
    venv.create(place)
    (libraries,) = [Path(path) for path in place.rglob("site-packages")]
    seen = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (libraries / "seen.pth").write_text("\n".join(seen), encoding="utf-8")
    python = place / SCRIPTS / "python"
    install = ["-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([sys.executable, *install], check=True)
    return place / SCRIPTS


def tracked(folder: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}


def test_the_wheel_holds_the_program_its_numbers_and_nothing_else(names: set[str]) -> None:
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"sim"}
    assert {f"sim/{name}" for name in tracked("configs")} <= names
    assert {name for name in tracked("sim/data") if "__pycache__" not in name} <= names
    assert {"sim/py.typed", "sim/__main__.py", "sim/engine/compiled/event_loop.py"} <= names
    assert f"sim/engine/compiled/{LIBRARY.name}" in names
    assert not [name for name in names if name.endswith((".pyc", ".c"))]


def test_the_wheel_says_what_it_needs(metadata: Message) -> None:
    assert metadata["Requires-Python"] == ">=3.11"
    needs = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]
    always = {canonicalize_name(need.name) for need in needs if need.marker is None or "extra" not in str(need.marker)}
    assert always == distributions(PROJECT["dependencies"])
    assert not always & distributions(PROJECT["optional-dependencies"]["dev"])
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert str(metadata.get_payload()).startswith("# PeerED")


def test_the_program_imports_nothing_that_is_not_installed_with_it() -> None:
    extras = PROJECT["optional-dependencies"]
    ours = {*PROJECT["dependencies"], *extras["dask"], *extras["app"]}
    allowed = distributions(list(ours)) | PARTS
    owners = packages_distributions()
    strangers = {
        f"{file.relative_to(ROOT).as_posix()}: {module}"
        for folder in ("sim",)
        for file in (ROOT / folder).rglob("*.py")
        for module in modules_imported(file)
        if module not in sys.stdlib_module_names and module != "sim"
        if not {canonicalize_name(owner) for owner in owners.get(module, [module])} & allowed
    }
    assert strangers == set()


def test_the_workflow_checks_the_oldest_and_the_newest_python_on_three_systems() -> None:
    text = (ROOT / ".github/workflows/checks.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    pythons = [item.rpartition(" ")[2] for item in PROJECT["classifiers"] if "Python :: 3." in item]
    for name in ("tests", "package"):
        matrix = workflow["jobs"][name]["strategy"]["matrix"]
        assert matrix["python"] == [pythons[0], pythons[-1]]
        assert matrix["os"] == ["ubuntu-latest", "macos-latest", "windows-latest"]
    assert workflow["permissions"] == {"contents": "read"}
    assert "secrets." not in text
    assert all(re.search(r"@v\d+$", action) for action in re.findall(r"uses: (\S+)", text))


def modules_imported(file: Path) -> set[str]:
    """Top-level names of all modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found.add(node.module.partition(".")[0])
    return found


def test_the_installed_command_runs_in_any_folder_and_leaves_its_results_there(installed: Path, tmp_path: Path) -> None:
    words = ["study=run", "study.weeks=1", "study.warm_up_weeks=0", "study.replications=1", "engine=simpy"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [installed / "peered", *words], cwd=tmp_path, env=environment, capture_output=True, text=True, errors="replace"
    )
    assert done.returncode == 0, done.stderr
    (results,) = (tmp_path / "results").iterdir()
    assert {"run.json", "estimates.parquet"} <= {path.name for path in results.iterdir()}
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_the_installed_package_is_found_before_any_other(installed: Path, tmp_path: Path) -> None:
    where = "import sim; print(sim.__file__)"
    done = subprocess.run(
        [installed / "python", "-c", where], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True
    )
    assert Path(done.stdout.strip()).is_relative_to(installed.parent)
    subprocess.run([installed / "python", "-m", "sim", "--help"], cwd=tmp_path, capture_output=True, check=True)
