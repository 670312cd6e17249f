"""The Python interface refuses what it cannot do, with the place, the value and the remedy."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.config.keywords import text_of
from sim.config.overrides import Override, read_override
from sim.department.scenario import ScenarioError
from sim.runs.tables_on_disk import OutputError

pytestmark = pytest.mark.end_to_end

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.+-]*", fullmatch=True)
SINGLE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SINGLE, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.integers(), inner, max_size=3)
)


def test_a_scenario_is_loaded_simulated_and_read_as_tables(engine: str) -> None:
    scenario = sim.load("staffing=peer_added", "study.weeks=1", "study.warm_up_weeks=0")
    run = sim.simulate(scenario, seed=2, engine=engine)
    assert len(run.visits) == run.n_visits > 1000
    assert {"visit", "role", "member", "started"} <= set(run.tasks.columns)
    assert {"psw", "nurse"} <= set(run.staff["role"])
    assert run.census["present"].max() > 10


def test_every_problem_of_a_scenario_comes_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        sim.load("nonsense=1", "demand.growth=-1")
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("override", [None, 3, ["demand.growth=1"]])
def test_an_override_is_text(override: object) -> None:
    with pytest.raises(TypeError, match="write it as text"):
        sim.load(override)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [({"seed": -1}, "seed"), ({"seed": 2**70}, "seed"), ({"seed": 1.5}, "seed"), ({"replication": -1}, "replication"),
     ({"engine": "x"}, "use one of compiled, simpy")],
)  # fmt: skip
def test_an_impossible_run_is_refused(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        sim.simulate(sim.load(), **arguments)  # type: ignore[arg-type]


def test_a_seed_of_numpy_is_a_seed() -> None:
    scenario = sim.load(study={"weeks": 1, "warm_up_weeks": 0})
    assert sim.simulate(scenario, seed=np.int64(2)) == sim.simulate(scenario, seed=2)  # type: ignore[arg-type]
    assert sim.simulate(scenario, seed=3) != sim.simulate(scenario, seed=2)


def test_what_is_not_a_scenario_is_refused() -> None:
    with pytest.raises(TypeError, match=r"sim\.load"):
        sim.simulate("peer_added")  # type: ignore[arg-type]


@pytest.mark.parametrize("staffings", ["traditional", [], [sim]])
def test_staffings_are_a_list_of_names(staffings: object) -> None:
    with pytest.raises(TypeError, match="baseline first"):
        sim.compare(staffings)  # type: ignore[arg-type]


def test_workers_are_at_least_one() -> None:
    with pytest.raises(ValueError, match="workers = 0"):
        sim.compare(["traditional", "peer_added"], workers=0)


# --- keywords


@given(VALUES.filter(lambda value: "${" not in str(value)))
def test_a_value_in_python_is_read_as_itself_whatever_it_holds(value: object) -> None:
    read = read_override(f"study.x={text_of(value)}")
    assert isinstance(read, Override)
    assert read.value == value
    assert type(read.value) is type(value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"staffing": "peer_added", "demand": {"growth": 1.1}}, ("staffing=peer_added", "demand.growth=1.1")),
        ({"study": {"weeks": np.int64(3), "month_factors": None}}, ("study.weeks=3", "study.month_factors=null")),
        ({"demand.growth": 0.9, "seed": 4}, ("demand.growth=0.9", "seed=4")),
        (
            {"effects": {"peer": {"linkage_odds": 1.8}}, "demand": {}},
            ("effects.peer.linkage_odds=1.8",),
        ),
    ],
)
def test_keywords_are_the_words_of_the_command_line(settings: dict[str, Any], words: tuple[str, ...]) -> None:
    assert sim.load(**settings) == sim.load(*words)


def test_everything_wrong_with_keywords_and_words_is_named_at_once_by_its_key() -> None:
    with pytest.raises(ScenarioError) as caught:
        sim.load("staffing=peer_aded", demand={"grwoth": 1.1, "growth": object()}, stafing="x", study={3: 4})
    said = {problem.path: str(problem) for problem in caught.value.problems}
    assert set(said) == {"staffing", "demand.grwoth", "demand.growth", "stafing", "study"}
    assert "did you mean growth?" in said["demand.grwoth"]
    assert "did you mean staffing?" in said["stafing"]
    assert "a value of type object: give text, a number" in said["demand.growth"]
    assert "the key 3: keys are text" in said["study"]


@pytest.mark.parametrize(
    "hostile", ["peer_added demand.growth=9", "a,b", "[peer_added]", "${oc.env:HOME}", "x\ny", 'a"b']
)
def test_a_text_stays_one_text(hostile: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        sim.load(staffing=hostile)
    assert [problem.path for problem in caught.value.problems] == ["staffing"]


def test_what_a_function_chooses_itself_is_refused() -> None:
    for wrong in ({"staffing": "peer_added"}, {"study": "run"}):
        with pytest.raises(ValueError, match="chosen by this function"):
            sim.compare(["traditional", "peer_added"], **wrong)  # type: ignore[arg-type]
    for function in (sim.load, sim.journey, partial(sim.compare, ["traditional"])):
        with pytest.raises(ValueError, match="nothing is written here"):
            function(output="folder")
    with pytest.raises(
        ValueError, match=r"name = 'results': no study that keeps tables; use one of: assumptions, breakeven"
    ):
        sim.study("results")
    with pytest.raises(TypeError, match="give two names"):
        sim.journey(["traditional"])


# --- measures, sweeps, other studies


def test_measures_tell_what_they_count() -> None:
    one = sim.measures["lwbs_or_ama.mental_health"]
    assert one is sim.measures.lwbs_or_ama
    assert (one.unit, one.better, one.by) == ("proportion", "low", "stream")
    assert len(sim.measures.summary()) == len(sim.measures) > 100
    assert "wait_triage_to_pia_mean" in sim.measures.search("WAIT physician").index
    assert set(sim.measures.headline) <= set(sim.simulate(sim.load(study={"weeks": 1})).measures)
    assert {"lwbs_or_ama", "summary"} <= set(dir(sim.measures))
    with pytest.raises(KeyError, match="did you mean lwbs_or_ama"):
        sim.measures["lwbs_or_amma.all"]
    with pytest.raises(AttributeError, match="did you mean lwbs_or_ama"):
        _ = sim.measures.lwbs_or_amma


def test_a_sweep_goes_on_in_its_folder_and_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    quick = {"weeks": 1, "warm_up_weeks": 0}
    vary = {"staffing": ["traditional", "peer_added"], "demand.growth": [1, 1.1]}
    for replications in (2, 3):
        tables = sim.sweep(vary, study=quick, replications=replications, output=tmp_path / "grown")
        assert len(tables.scenarios) == 4
        assert tables.estimates["n"].max() == replications
    with pytest.raises(ScenarioError, match=r"demand\.growth = 1\.1: give a list of the values to try"):
        sim.sweep({"demand.growth": 1.1}, study=quick, output=tmp_path / "other")
    with pytest.raises(OutputError, match="output = "):
        sim.sweep(vary, study=quick, output=tmp_path)
    assert not (tmp_path / "other").exists()


def test_a_study_prints_nothing_unless_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings: dict[str, Any] = {"study": {"weeks": 1}, "replications": 2}
    tables = sim.study("validate", **settings, output=tmp_path / "quiet")
    assert capsys.readouterr().out == ""
    assert len(tables.validation) > 30
    assert tables.answer.startswith("# ")
    sim.study("validate", **settings, output=tmp_path / "told", quiet=False)
    assert "results are in" in capsys.readouterr().out
