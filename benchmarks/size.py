"""How large the project is: `make size` prints lines of code, keys, measures, studies, commands and dependencies.

A line of code is one that is no docstring, no comment and not blank. `BUDGET` is the most that `sim/` may have.
"""

import ast
import csv
import io
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUDGET = 28_770
"""Lines of code of `sim/`: 0.85 of the 33,848 it had when the budget was set (decision 0030)."""
MOST_LINES = 600
"""Lines of one module, all of them counted."""
NOT_CODE = (
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
)  # fmt: skip
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def code_lines(source: str) -> int:
    """Lines of Python that hold code."""
    used: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NOT_CODE:
            used.update(range(token.start[0], token.end[0] + 1))
    return len(used - set(docstring_lines(ast.parse(source))))


def docstring_lines(tree: ast.Module) -> Iterator[int]:
    """Lines of docstrings, those below constants and fields among them."""
    for node in ast.walk(tree):
        for statement in getattr(node, "body", []) if isinstance(node, DOCUMENTED) else []:
            value = statement.value if isinstance(statement, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield from range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)


def lines_of(folder: str) -> dict[Path, int]:
    """Lines of code of each Python file below a folder."""
    return {file: code_lines(file.read_text(encoding="utf-8")) for file in sorted((ROOT / folder).rglob("*.py"))}


def facts() -> Iterator[tuple[str, int, str]]:
    """What is counted, how many there are, and a remark."""
    from sim.config import shipped_choices
    from sim.engine.measures.catalogue import MEASURES

    sim = lines_of("sim")
    total = sum(sim.values())
    yield "lines of code in sim/", total, f"budget {BUDGET}, {total / BUDGET:.0%} of it"
    yield "  modules", len(sim), ""
    longest = max(sim, key=lambda file: file.read_text(encoding="utf-8").count("\n"))
    n_longest = longest.read_text(encoding="utf-8").count("\n")
    yield "  lines of the longest module", n_longest, f"{longest.relative_to(ROOT)}, at most {MOST_LINES}"
    yield "lines of code in tests/", sum(lines_of("tests").values()), ""
    with (ROOT / "sim" / "data" / "keys.csv").open(encoding="utf-8") as file:
        yield "keys", sum(1 for _ in csv.DictReader(file)), "with a meaning of their own"
    yield "measures", len(MEASURES), ""
    yield "studies", len(shipped_choices("study")), ""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    yield "dependencies", len(project["dependencies"]), "to run it"
    yield "  further ones", sum(map(len, project["optional-dependencies"].values())), "extras and development"


if __name__ == "__main__":
    for what, number, remark in facts():
        print(f"{what:<32}{number:>8,}  {remark}".rstrip())
