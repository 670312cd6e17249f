"""Everything public in `sim` has a docstring with an example, and the examples say what happens."""

import doctest
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import matplotlib
import pytest
from matplotlib import pyplot

import sim
from sim import objects
from sim.engine.measures import measure_list

ROOT = Path(__file__).resolve().parents[1]
QUICK = {"weeks": 1, "warm_up_weeks": 0}
MODULES = (sim, objects, measure_list)
pytestmark = pytest.mark.usefixtures("one_figure")


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory, one_figure: None) -> dict[str, Any]:
    """The values that the examples are of, played once."""
    folder = tmp_path_factory.mktemp("docstrings") / "compared"
    tables = sim.study(
        "compare",
        study={**QUICK, "demand_levels": [1], "staffing": ["traditional", "peer_added"]},
        output=folder,
        replications=2,
    )
    scenario = sim.load(staffing="peer_added", study=QUICK)
    return {
        "sim": sim,
        "scenario": scenario,
        "run": sim.simulate(sim.load(staffing="peer_added", study=QUICK, demand={"growth": 0.1})),
        "answer": tables.comparison(),
        "journey": sim.journey(seed=1),
        "tables": tables,
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_example_gives_what_it_says(module: Any, examples: dict[str, Any]) -> None:
    matplotlib.use("Agg")
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    found = [test for test in doctest.DocTestFinder().find(module, globs=dict(examples)) if test.examples]
    assert len(found) >= 3
    told: list[str] = []
    for test in found:
        runner.run(test, out=told.append)
    pyplot.close("all")
    assert runner.failures == 0, "".join(told)


def public() -> Iterator[tuple[str, Any]]:
    """Functions of the package and methods and properties of what they return, those written for them."""
    yield from ((name, getattr(sim, name)) for name in sim.__all__ if isinstance(getattr(sim, name), FunctionType))
    kinds = [*(getattr(objects, name) for name in objects.__all__), measure_list.MeasureList]
    for kind in kinds:
        yield kind.__name__, kind
        for name, value in vars(kind).items():
            if not name.startswith("_") and (callable(value) or hasattr(value, "func") or isinstance(value, property)):
                yield f"{kind.__name__}.{name}", value


@pytest.mark.parametrize(("name", "value"), [pytest.param(*one, id=one[0]) for one in public()])
def test_everything_public_says_what_it_is(name: str, value: Any) -> None:
    said = inspect.getdoc(value) or ""
    assert said[:1].isupper(), name
    if isinstance(value, FunctionType):
        assert ">>>" in said, f"{name} has no example"


def test_import_is_light() -> None:
    words = "import sys, sim; print(sorted({name.partition('.')[0] for name in sys.modules} & set(sys.argv[1:])))"
    heavy = ["pandas", "numpy", "matplotlib", "duckdb", "hydra", "rich", "pydantic"]
    told = subprocess.run([sys.executable, "-c", words, *heavy], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
