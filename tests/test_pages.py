"""Pages for readers of the code name what is there: files, functions, folders, layers; their lines can be read."""

import ast
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DESIGN = ROOT / "docs" / "design.md"
PAGES = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")), *sorted(ROOT.glob("docs/**/*.md"))]
PAGES = [page for page in PAGES if page.parent.name != "decisions"]
NARROW = [
    *(
        ROOT / name
        for name in ("README.md", "CONTRIBUTING.md", "docs/design.md", "docs/installing.md", "docs/citing.md")
    ),
    *(ROOT / "docs" / name for name in ("department.md", "questions.md", "what-decides.md")),
    *sorted(ROOT.glob("docs/start/*.md")),
    *sorted(ROOT.glob("docs/how-to/*.md")),
]
FOLDERS = ("sim", "engine_build", "tests", "benchmarks", "configs", "notebooks")
SHORT_FOR = ("", "sim", "sim/engine")
"""What the paths of a page may leave out."""


def names_in_backticks(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def is_there(name: str) -> bool:
    """Whether a file of this name, or of this path, exists."""
    if "/" in name:
        return any((ROOT / folder / name).is_file() for folder in SHORT_FOR)
    return any(True for folder in FOLDERS for _ in (ROOT / folder).rglob(name))


def missing_files(text: str) -> list[str]:
    return [name for name in names_in_backticks(text) if name.endswith(".py") and not is_there(name)]


def is_known(name: str) -> bool:
    """Whether a dotted name of the package leads to a module, or to something in one."""
    parts = name.split(".")
    for number in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:number]))
        except ImportError:
            continue
        for part in parts[number:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def unknown_names(text: str) -> list[str]:
    """Dotted names of the package, in the text or imported in a block of Python, that lead nowhere."""
    imported = re.findall(r"^from (sim[\w.]*) import (.+)$", text, re.MULTILINE)
    names = [f"{module}.{name.strip()}" for module, several in imported for name in several.split(",")]
    names += [name for name in names_in_backticks(text) if re.fullmatch(r"sim(\.\w+)+", name)]
    return [name for name in names if not is_known(name)]


def section(title: str) -> str:
    """A part of the design."""
    text = DESIGN.read_text(encoding="utf-8").split(f"\n## {title}\n")[1]
    return text.split("\n## ")[0]


def defined_in(path: Path) -> set[str]:
    """Functions, methods and classes of a module."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, kinds)}


def missing_functions(rows: str) -> list[str]:
    """Names that stand behind a file and are not defined in it."""
    missing, file = [], ROOT
    for name in names_in_backticks(rows):
        if name.endswith(".py"):
            found = [ROOT / folder / name for folder in SHORT_FOR if (ROOT / folder / name).is_file()]
            file = found[0] if found else ROOT / "sim" / "department" / name
        elif not set(name.split(".")) <= defined_in(file):
            missing.append(f"{file.name} {name}")
    return missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_of_python_that_a_page_names_exists(page: Path) -> None:
    assert missing_files(page.read_text(encoding="utf-8")) == []


def test_a_file_that_is_not_there_is_found() -> None:
    assert missing_files("`sim/cli.py` `cli.py` `sim/gone.py` `gone.py` `runs/playing.py`") == [
        "sim/gone.py",
        "gone.py",
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_dotted_name_of_the_package_that_a_page_gives_leads_somewhere(page: Path) -> None:
    assert unknown_names(page.read_text(encoding="utf-8")) == []


def test_every_new_name_of_the_changelog_leads_somewhere() -> None:
    table = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("### New names")[1].split("\n## ")[0]
    new = [line.rsplit(" | ", 1)[1] for line in table.splitlines() if line.startswith("| `")]
    assert len(new) > 40
    assert unknown_names("\n".join(new)) == []


def test_a_name_that_leads_nowhere_is_found() -> None:
    text = "`sim.load` `sim.gone`\nfrom sim.analysis.validation import validate, validation_of\n"
    assert unknown_names(text) == ["sim.analysis.validation.validate", "sim.gone"]


def test_every_function_that_the_design_gives_for_a_rule_is_in_its_file() -> None:
    lines = [line for line in section("Where to find a rule").splitlines() if line.startswith("| ")]
    rows = "\n".join(line.split(" | ", 1)[1] for line in lines)
    assert len(names_in_backticks(rows)) > 60
    assert missing_functions(rows) == []


def test_a_function_that_is_not_there_is_found() -> None:
    assert missing_functions("`department/discipline.py` `score`, `gone`; `io/suggest.py` `closest`") == [
        "discipline.py gone"
    ]


def test_the_map_of_folders_has_every_folder_of_the_package() -> None:
    named = set(re.findall(r"^\| (.+?) \|", section("The folders"), re.MULTILINE))
    packages = {path.parent for path in (ROOT / "sim").rglob("__init__.py")} - {ROOT / "sim"}
    below_report = {f"`sim/report/{name}`" for name in ("words", "tables", "figures")}
    below_calibration = {f"`sim/calibration/{name}`" for name in ("estimators", "matching", "resources", "writing")}
    ours = {f"`{path.relative_to(ROOT).as_posix()}`" for path in packages} - below_report - below_calibration
    assert ours - named == set()


def test_the_layers_of_the_design_are_those_that_are_checked() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = [re.findall(r"\w+", layer) for layer in contracts[0]["layers"]]
    rows = [line.split(" | ")[0] for line in section("Layers").splitlines() if line.startswith("| `")]
    assert [re.findall(r"`sim/(\w+)", row) for row in rows] == layers


def prose(text: str) -> list[tuple[int, str]]:
    """Numbered lines that are neither a command nor a row of a table, which are as long as what they hold."""
    return [(n, line) for n, line in enumerate(text.splitlines(), 1) if not line.startswith(("peered ", "|"))]


@pytest.mark.parametrize("page", NARROW, ids=lambda page: page.name)
def test_lines_that_people_read_are_shorter_than_120_characters(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    lines = list(enumerate(text.splitlines(), 1)) if page.parent == ROOT else prose(text)
    assert [number for number, line in lines if len(line) >= 120] == []
