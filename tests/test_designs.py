"""What a sweep is composed of: samples of ranges, a baseline, a filter, experiment files; and that files are data."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import MethodType

import numpy as np
import pytest
from omegaconf import OmegaConf

from sim.cli import main
from sim.config import compose, compose_sweep, shipped_choices
from sim.config.checking import CheckCache
from sim.config.designs import SweepDesign, design_of
from sim.config.experiments import as_typed, with_experiment
from sim.config.files import looked_up
from sim.config.filters import kept_by
from sim.config.overrides import Override, read_override
from sim.department.scenario import Problem, Scenario, ScenarioError, checks

GRID = ["demand.growth=1.0,1.1,1.2", "staffing=traditional,peer_247"]
RANGES = ["demand.growth=interval(0.9,1.2)", "support.consent=interval(0.4,0.9)"]


def design(*words: str) -> SweepDesign:
    found = design_of(words)
    assert found.problems == []
    return found


def values(found: SweepDesign, key: str) -> np.ndarray:
    """Values of the samples, the baseline left out."""
    return np.array([item.value for items in found.rows[1:] for item in items if item.key == key])


def labels(*words: str) -> list[str]:
    return list(compose_sweep(words).scenarios)


def problems(*words: str, folder: Path | None = None) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as caught:
        compose_sweep(words, folder)
    return caught.value.problems


# --- samples ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["lhs", "sobol"])
def test_each_of_n_equal_parts_of_a_range_has_one_sample(kind: str) -> None:
    found = design(f"sweep.design={kind}", "sweep.samples=64", *RANGES)
    for key, low, high in (("demand.growth", 0.9, 1.2), ("support.consent", 0.4, 0.9)):
        parts = np.floor((values(found, key) - low) / (high - low) * 64).astype(int)
        assert sorted(parts) == list(range(64))


@pytest.mark.parametrize("kind", ["lhs", "sobol"])
def test_choices_and_whole_numbers_are_spread_evenly_over_the_samples(kind: str) -> None:
    words = ["staffing=traditional,peer_247,peer_added", "support.caseload=range(1,6)", *RANGES]
    found = design(f"sweep.design={kind}", "sweep.samples=64", *words)
    for key, n in (("staffing", 3), ("support.caseload", 5)):
        counts = Counter(values(found, key).tolist())
        assert len(counts) == n
        assert max(counts.values()) - min(counts.values()) <= 1


@pytest.mark.parametrize("kind", ["lhs", "sobol"])
def test_a_seed_of_its_own_says_which_samples_are_drawn(kind: str) -> None:
    words = [f"sweep.design={kind}", "sweep.samples=8", *RANGES]
    usual = design(*words).rows
    assert design(*words).rows == usual
    assert design(*words, "sweep.seed=1", "seed=7").rows != usual, "the seed of the patients is one more word"
    assert [items[:2] for items in design(*words, "sweep.seed=1", "seed=7").rows] == usual
    assert design(*words, "sweep.seed=2").rows[0] == usual[0]
    assert design(*words, "sweep.seed=2").rows[1:] != usual[1:]


def test_more_samples_of_a_sobol_sequence_keep_those_before() -> None:
    few, many = (design("sweep.design=sobol", f"sweep.samples={n}", *RANGES).rows for n in (8, 32))
    assert many[: len(few)] == few


def test_a_sample_can_be_typed_again_to_the_last_digit() -> None:
    words = ["effects=none,evidence", *RANGES]
    swept = compose_sweep(["sweep.design=lhs", "sweep.samples=5", *words]).scenarios
    assert len(swept) == 6
    for label, scenario in swept.items():
        assert compose(["study=run", *label.split()]).scenario == scenario


def test_the_baseline_of_samples_is_the_middle_of_ranges_with_the_first_of_choices() -> None:
    words = ["sweep.design=lhs", "sweep.samples=4", "staffing=peer_247,traditional", "demand.growth=interval(0.9,1.2)"]
    assert labels(*words)[0] == "staffing=peer_247 demand.growth=1.05"
    named = labels(*words, "sweep.baseline=staffing=traditional")
    assert named[0] == "staffing=traditional demand.growth=1.05"
    assert named[1:] == labels(*words)[1:]


def test_a_baseline_of_other_designs_goes_before_their_first_scenario() -> None:
    named = labels(*GRID, "sweep.baseline=demand.growth=1.2 staffing=peer_added")
    assert named == ["demand.growth=1.2 staffing=peer_added", *labels(*GRID)]
    assert labels(*GRID, "sweep.baseline=demand.growth=1.2")[:2] == [labels(*GRID)[4], labels(*GRID)[0]]


@pytest.mark.parametrize(("n", "told"), [(64, False), (48, True)])
def test_a_number_of_sobol_samples_that_is_no_power_of_two_is_told(n: int, told: bool) -> None:
    found = design("sweep.design=sobol", f"sweep.samples={n}", *RANGES)
    assert any("32 or 64" in note for note in found.notes) is told
    assert design("sweep.design=lhs", f"sweep.samples={n}", *RANGES).notes == []


LHS = ["sweep.design=lhs", "sweep.samples=4"]


@pytest.mark.parametrize(
    ("words", "path", "remedy"),
    [
        (["demand.growth=interval(1,2)"], "demand.growth", "sweep.design=lhs or sobol"),
        (["sweep.design=zip", "demand.growth=interval(1,2)"], "demand.growth", "sweep.design=lhs or sobol"),
        ([*LHS, "demand.growth=interval(2,1)"], "demand.growth", "the smaller number first"),
        ([*LHS, "demand.growth=interval(1,inf)"], "demand.growth", "the smaller number first"),
        ([*LHS, "support.caseload=interval(1,5)"], "support.caseload", "range(1,6)"),
        ([*LHS, "study.weeks=interval(1,5)"], "study.weeks", "range(1,6)"),
        ([*LHS, "staffing=interval(1,5)"], "staffing", "give the choices"),
        ([*LHS, "seed=interval(1,5)"], "seed", "one for the whole sweep"),
        ([*LHS, "demand.grwoth=interval(1,2)"], "demand.grwoth", "did you mean growth"),
        ([*LHS, "demand.growth=1"], "sweep.design", "nothing varies"),
        (["sweep.design=lhs", "demand.growth=1,2"], "sweep.samples", "a whole number from 1"),
        (["sweep.design=lhs", "sweep.samples=0", "demand.growth=1,2"], "sweep.samples", "a whole number"),
        ([*LHS, "sweep.seed=-1", "demand.growth=1,2"], "sweep.seed", "a whole number from 0"),
        (["sweep.samples=4", "demand.growth=1,2"], "sweep.samples", "for sweep.design=lhs or sobol"),
        ([*LHS, "sweep.smaples=8", "demand.growth=1,2"], "sweep.smaples", "did you mean sweep.samples"),
        ([*LHS, "sweep.samples=100001", "demand.growth=1,2"], "command line", "at most 100,000"),
        (["demand.growth=1,2", "sweep.baseline=demand.grow=1"], "sweep.baseline", "did you mean demand.growth"),
        (["demand.growth=1,2", "sweep.baseline=demand.growth=1,2"], "sweep.baseline", "several values"),
    ],
)  # fmt: skip
def test_what_no_sample_can_be_made_of_is_told_with_a_remedy(words: list[str], path: str, remedy: str) -> None:
    (problem,) = problems(*words)
    assert path in problem.path
    assert remedy in problem.remedy


def test_a_range_that_leads_out_of_bounds_is_one_problem() -> None:
    (problem,) = problems(*LHS[:1], "sweep.samples=40", "support.consent=interval(0.5,1.5)")
    assert problem.path.startswith("support.consent (in 20 of 41 scenarios")
    assert "and 17 other values" in problem.value
    assert problem.remedy == "give at most 1"


def test_a_file_of_rows_leaves_no_range_beside_it(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("staffing\ntraditional\npeer_247\n")
    (problem,) = problems(f"sweep.csv={tmp_path / 'rows.csv'}", "demand.growth=interval(1,2)")
    assert "a column demand.growth" in problem.remedy


# --- the filter ---------------------------------------------------------------------------------------

GIVEN = {
    "demand.growth": [1.0, 1.1],
    "staffing": ["traditional", "peer_247"],
    "routes.2.share": [0.5],
    "demand.mh_growth": [None, 2],
    "study.month_factors": [True],
}
SCENARIOS = [{key: values[min(number, len(values) - 1)] for key, values in GIVEN.items()} for number in range(2)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("demand.growth <= 1.1 or staffing == 'peer_247'", [True, True]),
        ("demand.growth > 1", [False, True]),
        ("not demand.growth > 1 and staffing != 'peer_247'", [True, False]),
        ("demand.growth between 0.9 and 1.05", [True, False]),
        ("routes.2.share*2 - 1 = demand.growth-1", [True, False]),
        ("-demand.growth/2 - 7%4 + 3 == -.5", [True, False]),
        ("staffing in ('peer_247', \"traditional\")", [True, True]),
        ("staffing not in ('traditional')", [False, True]),
        ("staffing like 'peer%'", [False, True]),
        ("demand.mh_growth is null or demand.mh_growth > 1", [True, True]),
        ("demand.mh_growth IS NOT NULL", [False, True]),
        ("study.month_factors", [True, True]),
        ("study.month_factors == false", [False, False]),
        ("(staffing <> 'traditional' or demand.growth > 1) and demand.growth < 1", [False, False]),
        ("staffing == 'traditional'\nand true", [True, False]),
        ("demand.growth < 1.1e0", [True, False]),
    ],
)
def test_a_condition_is_worked_out_by_its_meaning(text: str, kept: list[bool]) -> None:
    assert kept_by(text, SCENARIOS) == kept


@pytest.mark.parametrize(
    ("text", "place", "value", "remedy"),
    [
        ("demand.grwoth > 1", 1, "demand.grwoth", "did you mean demand.growth?"),
        ("demand.growth > 1 or staffing == traditional", 34, "traditional", "'traditional'"),
        ("staffing == 'tradtional'", 13, "tradtional", "did you mean traditional?"),
        ("staffing in ('traditional', 'peer')", 29, "peer", "did you mean peer_247"),
        ("system() = 1", 1, "system", "no key of this sweep"),
        ("read_text = 1", 1, "read_text", "no key of this sweep"),
        ("1 in (select 1)", 7, "select", "no key of this sweep"),
        ("true; true", 5, ";", "not part of a condition"),
        ("staffing[0] == 'traditional'", 9, "[", "not part of a condition"),
        ("demand.growth::x > 1", 14, ":", "not part of a condition"),
        ("demand.growth >", None, "demand.growth >", "cannot be worked out"),
        ("0.9 < demand.growth < 1.05", None, None, "cannot be worked out"),
        ("demand.growth(1) > 1", None, None, "cannot be worked out"),
        ("", None, "nothing", "give a condition"),
        ("1+" * 1200 + "1 > 0", None, None, "at most 2000"),
    ],
)
def test_what_is_no_condition_is_told_with_its_place(
    text: str, place: int | None, value: str | None, remedy: str
) -> None:
    problem = kept_by(text, SCENARIOS)[0]
    assert isinstance(problem, Problem)
    assert problem.path == ("sweep.filter" if place is None else f"sweep.filter, character {place}")
    if value is not None:
        assert problem.value.strip("'\"") == value
    assert remedy in problem.remedy


@pytest.mark.parametrize("text", ["(" * 900 + "1" + ")" * 900, "not " * 490 + "true", "(" * 900])
def test_a_deep_condition_is_worked_out_or_refused_and_ends_nothing(text: str) -> None:
    assert len(kept_by(text, SCENARIOS)) in (1, 2)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("demand.growth", "neither true nor false"),
        ("demand.growth > 1 or 'peer_247'", "cannot be worked out"),
        ("demand.mh_growth > 1", "no answer where a value is null"),
        ("demand.mh_growth = null", "no answer where a value is null"),
        ("demand.growth / 0 > 1", "cannot be worked out"),
        ("staffing > 1", "cannot be worked out"),
        ("staffing * 1000000000 = 1", "cannot be worked out"),
    ],
)
def test_what_has_no_answer_is_told_and_not_guessed(text: str, remedy: str) -> None:
    (problem,) = kept_by(text, SCENARIOS)
    assert isinstance(problem, Problem)
    assert remedy in problem.remedy


def test_a_filter_leaves_scenarios_out_and_says_how_many() -> None:
    sweep = compose_sweep([*GRID, "sweep.filter=demand.growth<=1.1 or staffing=='traditional'"])
    assert list(sweep.scenarios) == labels(*GRID)[:-1]
    assert sweep.notes == ("sweep.filter leaves out 1 of 6 scenarios",)


def test_a_baseline_that_is_left_out_hands_over_to_the_next() -> None:
    sweep = compose_sweep([*GRID, "sweep.filter=demand.growth > 1"])
    assert next(iter(sweep.scenarios)) == "demand.growth=1.1 staffing=traditional"
    (_, note) = sweep.notes
    assert "demand.growth=1.0 staffing=traditional is left out" in note
    assert "the baseline is now demand.growth=1.1 staffing=traditional" in note


def test_a_filter_holds_for_every_design(tmp_path: Path) -> None:
    sampled = labels(*LHS, *RANGES, "sweep.filter=demand.growth < 1.05")
    assert 0 < len(sampled) < 4
    assert all(float(label.split()[0].partition("=")[2]) < 1.05 for label in sampled)
    beside = ["sweep.design=zip", "demand.growth=1.0,1.1", "support.consent=0.5,0.6"]
    assert labels(*beside, "sweep.filter=demand.growth*2 < 2.1") == ["demand.growth=1.0 support.consent=0.5"]
    file = tmp_path / "rows.csv"
    file.write_text("staffing,demand.growth\ntraditional,1\npeer_247,1\npeer_247,2\n")
    assert labels(f"sweep.csv={file}", "sweep.filter=staffing=='peer_247'") == [
        "staffing=peer_247 demand.growth=1",
        "staffing=peer_247 demand.growth=2",
    ]


def test_a_filter_that_keeps_nothing_is_told() -> None:
    (problem,) = problems(*GRID, "sweep.filter=demand.growth > 2")
    assert "none of 6 scenarios" in problem.remedy


def test_a_list_where_a_name_is_wanted_is_told() -> None:
    (problem,) = problems("staffing=[traditional,peer_247]", "demand.growth=1,1.1")
    assert "no such choice" in problem.remedy


def test_faults_of_a_filter_are_told_with_all_others() -> None:
    found = problems(*GRID, "support.consent=2", "sweep.filter=demand.grwoth > 2 and staffing == 'x'")
    assert [problem.path for problem in found] == [
        "sweep.filter, character 1",
        "sweep.filter, character 35",
        "support.consent",
    ]


# --- experiments --------------------------------------------------------------------------------------


def folder_with(tmp_path: Path, **files: str) -> Path:
    """A folder of the user's own; `group__name="content"`."""
    for name, text in files.items():
        file = tmp_path / "ours" / f"{name.replace('__', '/')}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "ours"


PEERS = """
description: Do more peers help?
values: {study.replications: 3, effects: evidence}
vary:
  staffing: [traditional, peer_247]
  demand.growth: [1.0, 1.1]
"""


@pytest.mark.parametrize("name", shipped_choices("experiment"))
def test_every_shipped_experiment_is_a_sound_sweep(name: str) -> None:
    sweep = compose_sweep([f"experiment={name}"])
    assert len(sweep.scenarios) >= 2
    assert sweep.same == ()


def test_an_experiment_is_the_sweep_its_words_would_be() -> None:
    words = ["staffing=traditional,peer_added,peer_evening,peer_247", "demand.mh_shape=default,evening_heavy"]
    named, typed = (compose_sweep(words) for words in (["experiment=night_coverage"], words))
    assert named.scenarios == typed.scenarios
    assert named.keys == typed.keys


def test_what_is_typed_wins_over_the_experiment(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, experiment__peers=PEERS)
    sweep = compose_sweep(["experiment=peers", "demand.growth=0.9", "study.replications=5"], folder)
    assert list(sweep.scenarios) == ["staffing=traditional", "staffing=peer_247"]
    assert {scenario.demand.growth for scenario in sweep.scenarios.values()} == {0.9}
    assert sweep.first.study.replications == 5
    assert sweep.first.choices["effects"] == "evidence"
    before = compose_sweep(["sweep.design=zip", "experiment=peers"], folder)
    assert list(before.scenarios) == ["staffing=traditional demand.growth=1.0", "staffing=peer_247 demand.growth=1.1"]


def test_what_is_typed_wins_in_the_baseline_of_an_experiment_too(tmp_path: Path) -> None:
    baseline = "sweep: {baseline: {staffing: peer_added, demand.growth: 1.2}}"
    folder = folder_with(tmp_path, experiment__peers=PEERS + baseline)
    assert next(iter(compose_sweep(["experiment=peers"], folder).scenarios)) == "staffing=peer_added demand.growth=1.2"
    typed = compose_sweep(["experiment=peers", "demand.growth=0.9"], folder)
    assert {scenario.demand.growth for scenario in typed.scenarios.values()} == {0.9}


def test_a_file_of_rows_lies_beside_its_experiment(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, experiment__rows="description: Rows\nsweep: {csv: rows.csv}")
    (folder / "experiment" / "rows.csv").write_text("demand.growth\n1\n1.1\n")
    assert list(compose_sweep(["experiment=rows"], folder).scenarios) == ["demand.growth=1", "demand.growth=1.1"]


@pytest.mark.parametrize(
    "value", [None, True, 3, 0.1, 1e-7, "peer_247", "a, b", 'say "x"', [1, "a b"], {"a": {"b": [0.5]}}]
)
def test_a_value_of_a_file_is_typed_as_what_it_is(value: object) -> None:
    read = read_override(f"key={as_typed(value)}")
    assert isinstance(read, Override), read
    assert read.value == value
    assert type(read.value) is type(value)


def test_experiments_that_carry_designs_are_not_swept_over_whatever_hydra_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hydra", None)  # any version: it is not asked
    for several in ("night_coverage,demand_growth_by_staffing", "choice(night_coverage,x)", "glob(*)", "[a,b]"):
        told = with_experiment([f"experiment={several}"], None).problems
        assert ["play one experiment after the other" in problem.remedy for problem in told] == [True], several


def test_an_experiment_that_is_not_there_is_guessed_and_told_with_the_rest() -> None:
    first, second = problems("experiment=night_covrage", "support.consent=2")
    assert first.remedy == "no such choice; did you mean night_coverage?"
    assert second.path == "support.consent"


def test_all_that_is_wrong_in_an_experiment_is_told_at_once_with_its_file(tmp_path: Path) -> None:
    text = """
    values: {support.consent: 2, output: x, sweep.design: zip, experiment: night_coverage, effects: '${oc.env:HOME}'}
    vary:
      staffing: [traditional, peer_eveninng]
      demand.grwoth: [1, 2]
      demand.growth: 1.5
    sweep: {desing: grid, samples: [1], baseline: 3, filter: demand.growht > 1}
    defaults: [night_coverage]
    """
    folder = folder_with(tmp_path, experiment__bad=text)
    file = folder / "experiment" / "bad.yaml"
    told = {problem.path: problem.remedy for problem in problems("experiment=bad", "seed=-1", folder=folder)}
    wanted = {
        f"{file} defaults": "no such entry",
        f"{file} description": "a sentence",
        f"{file} values.output": "when typing",
        f"{file} values.experiment": "when typing",
        f"{file} values.sweep.design": "below sweep",
        f"{file} values.effects": "nothing is looked up",
        f"{file} vary.demand.growth": "a list of values",
        f"{file} sweep.desing": "did you mean design",
        f"{file} sweep.samples": "a whole number",
        f"{file} sweep.baseline": "a mapping",
        f"{file} sweep.filter, character 1": "did you mean demand.grwoth",
        f"{file} staffing (in 2 of 4 scenarios: those with staffing=peer_eveninng)": "did you mean peer_evening",
        f"{file} demand.grwoth": "did you mean growth",
        f"{file} support.consent": "at most 1",
        "seed": "at least 0",
    }
    assert set(told) == set(wanted)
    assert {path: remedy for path, remedy in wanted.items() if remedy not in told[path]} == {}


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        ("description: [", " = line 1", "not valid YAML"),
        ("- a", "", "not a mapping"),
        ("description: nothing\n", " vary", "name what varies"),
    ],
)
def test_a_file_that_is_no_experiment_is_told(text: str, place: str, remedy: str, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, experiment__bad=text)
    (problem,) = problems("experiment=bad", folder=folder)
    assert str(problem).startswith(f"{folder / 'experiment' / 'bad.yaml'}{place}")
    assert remedy in problem.remedy


def test_the_experiment_of_the_page_on_sweeps_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "sweeps.md").read_text(encoding="utf-8")
    text = page.partition("```yaml\ndescription")[2].partition("```")[0]
    sweep = compose_sweep(["experiment=peers"], folder_with(tmp_path, experiment__peers=f"description{text}"))
    assert len(sweep.scenarios) == 33


def test_a_shipped_experiment_is_not_taken_for_one_of_the_users_own(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, experiment__night_coverage=PEERS)
    (problem,) = problems("experiment=night_coverage", folder=folder)
    assert "give the file another name" in problem.remedy
    assert "configs" not in str(problems(f"configs={folder}", "experiment=night_coverage")[0])


@pytest.mark.parametrize("word", ["experiment=night_coverage", "sweep.design=lhs"])
def test_what_belongs_to_a_sweep_is_refused_without_one(word: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        compose([word])
    (problem,) = caught.value.problems
    assert "peered -m" in problem.remedy


def test_help_names_the_shipped_experiments(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in shipped_choices("experiment"))


# --- files are data -----------------------------------------------------------------------------------

SHIPPED = {
    "department": "default", "demand": "default", "staffing": "traditional", "support": "default", "effects": "none",
    "boarding": "default", "discipline": "default", "study": "run", "engine": "compiled", "executor": "auto",
}  # fmt: skip


@pytest.mark.slow
def test_nothing_that_a_file_names_is_run_and_it_is_refused_with_its_place(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    told = f"_target_: os.system\n_args_: ['touch {trace}']\n"
    below = f"{{_target_: os.system, _args_: ['touch {trace}']}}"
    files = {f"{group}__evil": f"defaults: [{name}, _self_]\n{told}" for group, name in SHIPPED.items()}
    folder = folder_with(tmp_path, **files)
    paths = " ".join(problem.path for problem in problems(*(f"{group}=evil" for group in SHIPPED), folder=folder))
    for group in SHIPPED:
        assert f"{group}._target_" in paths
        assert f"{group}._args_" in paths
    with pytest.raises(ScenarioError, match=r"support\.consent"):
        compose(["study=run", f"support.consent={below.replace(' ', '')}"])
    for text, place in ((PEERS + told, " _target_"), (PEERS + f"sweep: {below}", " sweep._target_")):
        folder = folder_with(tmp_path / "experiment", experiment__evil=text)
        paths = [problem.path for problem in problems("experiment=evil", folder=folder)]
        assert f"{folder / 'experiment' / 'evil.yaml'}{place}" in paths
    deeper = PEERS.replace("[1.0, 1.1]", f"[{below}]")
    folder = folder_with(tmp_path / "experiment", experiment__evil=deeper)
    assert any("demand.growth" in problem.path for problem in problems("experiment=evil", folder=folder))
    assert not trace.exists()


@pytest.mark.parametrize(
    "reference", ["${oc.env:HOME}", "${ran:x}", "${oc.decode:'1'}", "a ${now:%Y} b", "${x.${ran:y}}"]
)
def test_a_reference_to_something_outside_the_files_is_found_wherever_it_stands(reference: str) -> None:
    found = looked_up(Path("x.yaml"), {"a": 1, "b": [1, {"c": reference}], "d": "${demand.growth}"})
    assert [(problem.path, problem.value) for problem in found] == [("x.yaml b.1.c", repr(reference))]


def test_no_file_of_any_group_looks_up_or_runs_anything(tmp_path: Path) -> None:
    ran: list[object] = []
    OmegaConf.register_new_resolver("ran", lambda *words: ran.append(words), replace=True)
    folder = folder_with(tmp_path, **{f"{group}__mine": "note: ${ran:x}" for group in SHIPPED})
    typed = "seed='${ran:x}'"
    with pytest.raises(ScenarioError) as caught:
        compose([f"{group}=mine" for group in SHIPPED] + [typed], folder)
    places = {f"{folder / group / 'mine.yaml'} note" for group in SHIPPED} | {"seed"}
    assert {problem.path for problem in caught.value.problems} == places
    assert ran == []


# --- no sweeper and no launcher of Hydra ---------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    [
        "hydra/launcher=joblib",
        "hydra/sweeper=basic",
        "hydra.launcher._target_=os.system",
        "hydra/job_logging=none",
        "+hydra.callbacks.x={_target_: os.system}",
        "hydra.sweep.dir=out",
        "hydra.searchpath=[file:///]",
    ],
)
@pytest.mark.parametrize("many", [[], ["-m"]])
def test_a_word_for_hydra_is_answered_with_what_to_write_instead(
    word: str, many: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*many, word, "study=run", f"output={tmp_path / 'out'}"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "1 problem; nothing was run, nothing was written" in told
    assert "executor=" in told
    assert "sweep." in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("word", ["+staffing@hydra.callbacks.x=evil", "~staffing", "staffing@demand=x"])
def test_a_word_of_hydras_own_language_is_no_key(word: str, tmp_path: Path) -> None:
    problems(word, "demand.growth=1,1.1")


def test_a_folder_of_the_users_own_sets_nothing_of_hydra(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    callback = f"x: {{_target_: os.system, _args_: ['touch {tmp_path / 'trace'}']}}"
    folder = folder_with(
        tmp_path, hydra__callbacks__evil=callback, staffing__evil=f"# @package hydra.callbacks\n{callback}"
    )
    for words in ([], ["staffing=evil"]):
        assert main(["-m", "--config-dir", str(folder), *words, f"output={tmp_path / 'out'}"]) == 2
        assert "take it out" in " ".join(capsys.readouterr().err.split())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours"]


def test_every_scenario_of_a_sweep_is_the_one_its_words_make_alone() -> None:
    sweep = compose_sweep([*LHS, *RANGES, "staffing=traditional,peer_247"])
    alone = [compose(["study=run", *label.split()]).scenario for label in sweep.scenarios]
    assert alone == list(sweep.scenarios.values())


# --- many scenarios -----------------------------------------------------------------------------------


def test_the_hash_of_a_scenario_made_of_parts_is_its_own() -> None:
    cache = CheckCache()
    sweep = compose_sweep([*LHS, *RANGES, "boarding=default,pool", "effects=none,both"])
    assert [cache.content_hash(scenario) for scenario in sweep.scenarios.values()] == list(sweep.keys.values())
    assert [scenario.content_hash() for scenario in sweep.scenarios.values()] == list(sweep.keys.values())


class PartsOf:
    """A scenario of which only some parts can be seen; what it can be asked is asked of those parts alone."""

    def __init__(self, scenario: Scenario, names: Sequence[str]) -> None:
        self.__dict__.update({name: getattr(scenario, name) for name in names})

    def __getattr__(self, name: str) -> object:
        if name in Scenario.model_fields:
            raise AttributeError(f"{name} is looked at, and not among the parts that the check names")
        return MethodType(getattr(Scenario, name), self)


def test_a_check_of_a_scenario_looks_at_no_part_but_those_it_names() -> None:
    scenario = compose(["study=run", "staffing=peer_247", "boarding=pool"]).scenario
    for check, names in checks():
        assert list(check(PartsOf(scenario, names))) == []  # type: ignore[arg-type]
    with pytest.raises(AttributeError, match="demand is looked at"):
        PartsOf(scenario, ["department"]).acuity_mix_of("mental_health")  # type: ignore[operator]


def test_what_does_not_fit_is_found_in_every_scenario_that_has_it() -> None:
    words = ["support.huddle_roles=[nurse],[nrse]", "demand.growth=1,1.1", "staffing.nurse.heads=1,30"]
    told = {problem.path: problem for problem in problems(*words, "staffing=peer_247")}
    assert len(told) == 2
    assert any("in 4 of 8 scenarios: those with support.huddle_roles=[nrse]" in path for path in told)
    assert any("in 4 of 8 scenarios: those with staffing.nurse.heads=1" in path for path in told)


def test_a_group_that_refers_to_another_is_composed_with_it(tmp_path: Path) -> None:
    texts = {
        "support__as_much": "defaults: [default, _self_]\ncall_reached_share: ${demand.mental_health_share}",
        "demand__much": "defaults: [default, _self_]\nmental_health_share: 0.08",
    }
    folder = folder_with(tmp_path, **texts)
    words = ["support=default,as_much", "demand=default,much", "demand.growth=1,1.1"]
    swept = compose_sweep(words, folder)
    for label, scenario in swept.scenarios.items():
        assert scenario == compose(["study=run", *label.split()], folder).scenario
