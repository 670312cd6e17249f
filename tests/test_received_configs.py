"""Files of groups that somebody sent: read within limits, and able to say nothing but values of their own group."""

import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from sim.cli import main
from sim.config import compose, compose_sweep, files
from sim.config.changed_steps import applied, taken_out
from sim.config.chosen_files import put_beside
from sim.config.files import ComposeFault, check_references, looked_up
from sim.config.key_paths import MODELS
from sim.department.scenario import Problem, ScenarioError
from sim.io.strict_yaml import StrictLoader
from sim.runs import dask_workers

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
SECRET = "a-secret-of-the-environment"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret where programs keep theirs."""
    monkeypatch.setenv("PEERED_TEST_SECRET", SECRET)


def folder_with(folder: Path, **texts: str) -> Path:
    """A folder of groups; `group__name="text"`."""
    for name, text in texts.items():
        file = folder / f"{name.replace('__', '/')}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def problems(make: Callable[[], object]) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as refused:
        make()
    assert SECRET not in str(refused.value)
    return refused.value.problems


def only_problem(make: Callable[[], object]) -> Problem:
    (problem,) = problems(make)
    return problem


OURS = "defaults: [traditional, _self_]\nname: ours\n"


# --- one reader for every file ---


def test_a_code_that_stands_twice_in_a_column_map_is_refused_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    column_map = (
        "arrival: {kind: timestamp, column: arrival}\nacuity:\n  column: level\n  recode:\n"
        '    "1": 1\n    "2": 2\n    "2": 5\n'
    )
    folder = folder_with(tmp_path, visits__ours=column_map)
    (tmp_path / "visits.csv").write_text("arrival,level\n2024-01-01 10:00,2\n", encoding="utf-8")
    words = [f"visits={tmp_path / 'visits.csv'}", "study.map=ours", f"configs={folder}", f"output={tmp_path / 'out'}"]
    assert main(["study=calibrate", *words]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "'2' in line 7" in said
    assert "twice, first in line 6" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ("staffing", ["study=run", "staffing=ours"]),
        ("staffing", ["study.staffing=[traditional,ours]"]),
        ("demand", ["study=run", "demand=ours"]),
        ("visits", ["study=calibrate", "study.map=ours"]),
    ],
)
@pytest.mark.parametrize("text", ["a: 1\nb: 2\na: 3\n", "[" * 5000, "a: !!python/name:os.system ''\n"])
def test_every_kind_of_file_is_read_strictly(group: str, words: list[str], text: str, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, **{f"{group}__ours": text})
    assert only_problem(lambda: compose(words, folder)).path == str(folder / group / "ours.yaml")


def test_an_experiment_is_read_strictly(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, experiment__ours="description: a\ndescription: b\n")
    problem = problems(lambda: compose_sweep(["experiment=ours"], folder))[0]
    assert problem.path == str(folder / "experiment" / "ours.yaml")
    assert "twice" in problem.remedy


def aliases_of_a_million() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    return "\n".join(lines + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 6)])


def test_aliases_of_a_million_entries_are_refused_before_anything_is_made_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(*_: object) -> None:
        raise AssertionError("the entries were written out")

    monkeypatch.setattr(StrictLoader, "construct_document", made)
    folder = folder_with(tmp_path, staffing__ours=OURS + aliases_of_a_million())
    problem = only_problem(lambda: compose(["study=run", "staffing=ours"], folder))
    assert "entries" in problem.value
    assert "at most 100,000" in problem.remedy


@needs_pipes
@pytest.mark.parametrize(
    "words", [["study=run", "staffing=ours"], ["study.staffing=[traditional,ours]"], ["study=run", "demand=nhamcs"]]
)
def test_a_pipe_among_the_files_is_not_waited_for(words: list[str], tmp_path: Path) -> None:
    folder = folder_with(tmp_path, staffing__other=OURS)
    os.mkfifo(folder / "staffing" / "ours.yaml")
    if "demand=nhamcs" in words:  # nobody chose it, so that it matters to nobody
        assert compose(words, folder).scenario.demand.name == "nhamcs"
    else:
        problem = only_problem(lambda: compose(words, folder))
        assert problem.path == str(folder / "staffing" / "ours.yaml")
        assert "not a regular file" in problem.remedy


@needs_pipes
def test_pipes_in_place_of_an_experiment_a_column_map_and_a_csv_are_not_waited_for(tmp_path: Path) -> None:
    for group in ("experiment", "visits"):
        (tmp_path / group).mkdir()
        os.mkfifo(tmp_path / group / "ours.yaml")
    os.mkfifo(tmp_path / "sweep.csv")
    for make in (
        lambda: compose_sweep(["experiment=ours"], tmp_path),
        lambda: compose(["study=calibrate", "study.map=ours"], tmp_path),
        lambda: compose_sweep([f"sweep.csv={tmp_path / 'sweep.csv'}"]),
    ):
        assert any("not a regular file" in problem.remedy for problem in problems(make))


def test_a_folder_of_more_files_than_a_group_has_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_ENTRIES", 20)
    folder = folder_with(tmp_path, **{f"staffing__s{n}": OURS for n in range(21)})
    problem = only_problem(lambda: compose(["study=run"], folder))
    assert (problem.path, problem.value) == (str(folder / "staffing"), "more than 20 entries")


def test_folders_that_are_no_groups_are_not_looked_into(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, other__x="a: [", staffing__ours=OURS)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    assert compose(["study=run", "staffing=ours"], folder).scenario.staffing.name == "ours"


def test_a_chosen_file_that_is_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, staffing__other=OURS)
    (folder / "staffing" / "ours.yaml").symlink_to("ours.yaml")
    problem = only_problem(lambda: compose(["study=run", "staffing=ours"], folder))
    assert problem.path == str(folder / "staffing" / "ours.yaml")


def test_settings_of_hydra_in_a_folder_of_groups_are_refused_in_every_command(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, hydra__launcher__basic="_target_: os.system\n")
    for make in (lambda: compose(["study=run"], folder), lambda: compose_sweep(["demand.growth=1,1.1"], folder)):
        assert {problem.path for problem in problems(make)} == {str(folder / "hydra")}


@pytest.mark.parametrize("words", [["--config-dir", "a=b"], ["--config-dir=a=b"], ["configs=a=b"]])
def test_a_folder_with_an_equals_sign_is_a_folder(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder_with(tmp_path / "a=b", staffing__ours=OURS)
    assert main(["--dry-run", "study=run", "staffing=ours", *words]) == 0
    assert "ours" in capsys.readouterr().out


def test_an_override_where_a_folder_is_missing_is_no_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dry-run", "--config-dir", "study=run"]) == 2
    assert "no such folder" in capsys.readouterr().err


# --- nothing outside the files is looked up ---

REFERENCES = [
    "${oc.env:PEERED_TEST_SECRET}",
    "${oc.${.name}:PEERED_TEST_SECRET}",
    "${oc.decode:${oc.env:PEERED_TEST_SECRET}}",
    "${${.name}.env:PEERED_TEST_SECRET}",
    "a ${now:%Y}",
    "${hydra:runtime.cwd}",
    "${oc.select:name}",
]


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_file_refers_to_entries_only(reference: str, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, staffing__ours=f"defaults: [traditional, _self_]\nname: env\nlabel: '{reference}'\n")
    problem = only_problem(lambda: compose(["study.staffing=[traditional,ours]"], folder))
    assert problem.path == str(folder / "staffing" / "ours.yaml") + " label"
    assert "nothing outside" in problem.remedy


@pytest.mark.parametrize("reference", REFERENCES[:2])
@pytest.mark.parametrize("word", ["staffing.label='{}'", "staffing.label={}", "+staffing.psw.{}=1", "staffing='{}'"])
def test_nothing_typed_looks_anything_up(word: str, reference: str, tmp_path: Path) -> None:
    typed = word.format(reference)
    problems(lambda: compose(["study=run", typed]))
    problems(lambda: compose_sweep([typed, "demand.growth=1,1.1"]))
    (tmp_path / "sweep.csv").write_text(f"staffing.label,demand.growth\n{reference},1\nb,1.1\n", encoding="utf-8")
    problems(lambda: compose_sweep([f"sweep.csv={tmp_path / 'sweep.csv'}"]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${.b}", "no such entry"),
        ("${c}", "refers to others"),
        ("${d}", "refers to others"),
        ("${oc.env:HOME}", "outside"),
        ("$${x}{oc.env:HOME}", "outside"),
    ],
)
def test_references_lead_to_plain_entries(text: str, said: str) -> None:
    data = {"a": {"x": text}, "c": "${d.e}", "d": {"e": 1, "f": "${a.x}"}}
    with pytest.raises(ComposeFault, match=said):
        check_references({"a": data["a"], **{key: data[key] for key in ("c", "d")}})


def test_references_to_entries_are_followed_within_limits() -> None:
    check_references({"a": {"x": "${b.y} and ${.z}", "z": 1}, "b": {"y": [1, 2]}})
    with pytest.raises(ComposeFault, match="repeat more than"):
        check_references({"long": "x" * 10_000, "all": ["${long}"] * 200})
    assert not looked_up(Path("x"), {"a": "${b.y} and ${.z}"})


def test_a_file_whose_references_double_at_every_step_is_refused_at_once(tmp_path: Path) -> None:
    doubling = "".join(f"x{n}: '${{.x{n + 1}}}${{.x{n + 1}}}'\n" for n in range(40))
    folder = folder_with(tmp_path, demand__ours=f"defaults: [default, _self_]\n{doubling}x40: xxxxxxxxxx\n")
    assert "refers to others" in only_problem(lambda: compose(["study=run", "demand=ours"], folder)).remedy


# --- where runs are sent is typed ---


@pytest.mark.parametrize("key", ["executor", "executor.address", "executor.workers", "+executor.address"])
def test_no_experiment_and_no_csv_says_where_runs_are_sent(key: str, tmp_path: Path) -> None:
    text = f"description: mine\nvalues: {{{key}: 'tcp://h:1'}}\nvary: {{demand.growth: [1.0, 1.1]}}\n"
    folder = folder_with(tmp_path, experiment__ours=text)
    problem = problems(lambda: compose_sweep(["experiment=ours", "executor=dask"], folder))[0]
    assert problem.path == f"{folder / 'experiment' / 'ours.yaml'} values.{key}"
    assert "never read from a file" in problem.remedy
    (tmp_path / "sweep.csv").write_text(f"demand.growth,{key}\n1,tcp://h:1\n", encoding="utf-8")
    problem = problems(lambda: compose_sweep([f"sweep.csv={tmp_path / 'sweep.csv'}"]))[0]
    assert (problem.path, problem.value) == (f"{tmp_path / 'sweep.csv'} line 1", repr(key))
    assert "never read from a file" in problem.remedy


def test_the_baseline_of_an_experiment_says_nothing_of_where_runs_are_sent(tmp_path: Path) -> None:
    sweep = "sweep: {baseline: {executor.address: 'tcp://h:1'}}"
    folder = folder_with(tmp_path, experiment__ours=f"description: a\nvary: {{demand.growth: [1, 1.1]}}\n{sweep}\n")
    found = problems(lambda: compose_sweep(["experiment=ours", "executor=dask"], folder))
    assert any("never read from a file" in problem.remedy for problem in found)


@pytest.mark.parametrize("text", ["address: tcp://h:1\n", "address: {a: 1}\n"])
def test_a_file_of_the_executor_group_may_choose_workers_and_no_address(text: str, tmp_path: Path) -> None:
    sound = "defaults: [dask, _self_]\nworkers: 2\n"
    folder = folder_with(tmp_path, executor__mine=sound, executor__evil=sound + text, executor__heir="defaults: [evil]")
    assert compose(["study=run", "executor=mine"], folder).executor.workers == 2
    for name in ("evil", "heir"):
        problem = only_problem(lambda name=name: compose(["study=run", f"executor={name}"], folder))
        assert problem.path == f"{folder / 'executor' / 'evil.yaml'} address"
        assert "typed" in problem.remedy


@pytest.mark.parametrize(("scheme", "warned"), [("tcp", True), ("tls", False)])
def test_a_cluster_without_encryption_is_warned_of(
    scheme: str, warned: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dask_workers, "SECONDS_TO_ANSWER", 0.2)
    assert main(["--dry-run", "executor=dask", f"executor.address={scheme}://127.0.0.1:8786"]) == 0
    assert ("tls://" in capsys.readouterr().err) is warned


# --- threads ---


def test_threads_compose_different_choices_at_once(tmp_path: Path) -> None:
    names = [f"ours{n}" for n in range(6)]
    folder = folder_with(tmp_path, **{f"staffing__{name}": f"{OURS}label: of {name}\n" for name in names})
    labels: dict[str, object] = {}
    barrier = threading.Barrier(len(names))

    def go(name: str) -> None:
        barrier.wait()
        try:
            labels[name] = compose(["study=run", f"staffing={name}"], folder).scenario.staffing.label
        except Exception as error:
            labels[name] = error

    threads = [threading.Thread(target=go, args=(name,)) for name in names]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert labels == {name: f"of {name}" for name in names}


# --- the same as Hydra makes of them ---


def composed_by_hydra(folder: Path, words: list[str]) -> dict[str, object]:
    """What Hydra itself makes of sound files, the folder of one's own among those it searches."""
    import hydra

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with hydra.initialize_config_dir(str(files.shipped_configs()), version_base="1.3"):
            composed = hydra.compose("config", [*words, f"hydra.searchpath=[file://{folder}]"])
            whole: dict[str, object] = OmegaConf.to_container(composed, resolve=True)  # type: ignore[assignment]
    department, changes = taken_out(whole["department"], "")  # type: ignore[arg-type]
    assert applied(department, changes) == []
    return whole | {"department": department}


MERGED = {
    "staffing__base": "defaults: [peer_added]\nnote: [1, {a: 2}]\npsw: {heads: 2, breaks: null}\n",
    "staffing__heir": "defaults: [base, _self_]\nnote: [3]\npsw: {breaks: [{minutes: 15}], heads: 1e1}\nlabel: ~\n",
    "demand__much": "defaults: [crowded, _self_]\ngrowth: ${.mh_growth}\nmh_growth: 1.2\nnote: '${.name} ${seed}'\n",
    "support__as_much": "defaults: [default, _self_]\nconsent: ${demand.mh_growth}\nstreams: ${staffing.psw}\n",
}


def shipped_choices() -> Iterator[list[str]]:
    """The first choice of every group together, then the second, ...: Hydra takes half a second for each."""
    by_group = ([f"{group}={name}" for name in files.shipped_choices(group)] for group in MODELS)
    for words in zip_longest(*by_group):
        yield [word for word in words if word is not None]


@pytest.mark.parametrize(
    "words",
    [
        *shipped_choices(),
        ["staffing=base"],
        ["staffing=heir", "demand=much", "support=as_much"],
    ],
    ids="-".join,
)
def test_files_put_together_are_what_hydra_makes_of_them(words: list[str], tmp_path: Path) -> None:
    folder = folder_with(tmp_path, **MERGED)
    choices = files.default_choices() | dict(word.split("=") for word in words)
    ours = put_beside(files.folders_of(folder), choices, files.root_data())
    assert repr(dict(sorted(ours.items()))) == repr(dict(sorted(composed_by_hydra(folder, words).items())))
