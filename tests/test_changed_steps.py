"""Steps of a department put in, replaced, changed and taken out by name, in files and as typed."""

from pathlib import Path

import pytest

from sim.config import compose, compose_sweep
from sim.department.department import Department
from sim.department.pathway import Delay, Task
from sim.department.scenario import Problem, ScenarioError
from tests.test_received_configs import folder_with, problems

HEAD = "defaults: [default, _self_]\nstreams:\n  medical:\n    changed_steps:\n"
ECG = "{name: ecg, kind: task, role: nurse, minutes: {family: constant, value: 5}}"
PLACE = "department.streams.medical.changed_steps"


def department_of(*words: str, folder: Path | None = None) -> Department:
    return compose(["study=run", *words], folder).scenario.department


def medical(*words: str, folder: Path | None = None) -> list[str]:
    return [step.name for step in department_of(*words, folder=folder).streams["medical"].pathway]


def with_lines(folder: Path, *entries: str, name: str = "ours", head: str = HEAD) -> Path:
    return folder_with(folder, **{f"department__{name}": head + "".join(f"      - {entry}\n" for entry in entries)})


def in_ours(word: str) -> str:
    return f"{{{word}, {ECG[1:]}"


def test_each_way_of_changing_steps_by_name_leaves_all_other_steps_as_they_are(tmp_path: Path) -> None:
    folder = with_lines(
        tmp_path,
        in_ours("after: nurse_intake"),
        "{before: triage, name: greeting, kind: delay, minutes: {family: constant, value: 1}}",
        "{replace: imaging, kind: delay, minutes: {family: constant, value: 9}}",
        "{change: monitoring, share: 0.5}",
        "{remove: registration}",
        "{name: survey, kind: delay, minutes: {family: constant, value: 2}}",
    )
    usual = medical()
    wanted = list(usual)
    wanted.insert(wanted.index("nurse_intake") + 1, "ecg")
    wanted.insert(wanted.index("triage"), "greeting")
    wanted.remove("registration")
    assert medical("department=ours", folder=folder) == [*wanted, "survey"]
    before, after = (department_of(*words, folder=folder) for words in ((), ("department=ours",)))
    old, new = ({step.name: step for step in one.streams["medical"].pathway} for one in (before, after))
    touched = {"ecg", "greeting", "imaging", "monitoring", "survey"}
    assert {name: step for name, step in new.items() if name not in touched} == {
        name: step for name, step in old.items() if name not in touched | {"registration"}
    }
    assert isinstance(new["imaging"], Delay)
    assert new["imaging"].need is None, "a replaced step keeps nothing of the old one but its name"
    assert isinstance(new["monitoring"], Task)
    assert new["monitoring"] == old["monitoring"].model_copy(update={"share": 0.5})
    assert after.streams["mental_health"] == before.streams["mental_health"]


def test_what_is_typed_gives_the_same_department_as_the_file(tmp_path: Path) -> None:
    entries = (in_ours("after: nurse_intake"), "{remove: registration}")
    folder = with_lines(tmp_path, *entries)
    typed = compose(["study=run", f"{PLACE}=[{','.join(entries)}]"]).scenario
    assert typed.content_hash() == compose(["study=run", "department=ours"], folder).scenario.content_hash()


def test_a_typed_value_may_name_a_step_that_is_typed_too() -> None:
    words = (f"{PLACE}=[{in_ours('before: dispose')}]", "department.streams.medical.pathway.ecg.share=0.25")
    (ecg,) = (step for step in department_of(*words).streams["medical"].pathway if step.name == "ecg")
    assert ecg.share == 0.25


def test_a_later_file_changes_what_an_earlier_one_has_changed_and_undoes_nothing(tmp_path: Path) -> None:
    with_lines(tmp_path, in_ours("after: triage"), name="first")
    with_lines(tmp_path, "{remove: imaging}", name="second")
    head = HEAD.replace("[default,", "[first, second,")
    folder = with_lines(tmp_path, "{change: ecg, share: 0.5}", name="both", head=head)
    steps = {step.name: step for step in department_of("department=both", folder=folder).streams["medical"].pathway}
    assert steps["ecg"].share == 0.5
    assert "imaging" not in steps


def test_an_entry_names_steps_put_in_before_it_and_changes_one_thing(tmp_path: Path) -> None:
    folder = with_lines(tmp_path, in_ours("after: triage"), "{after: ecg, change: ecg}", "{before: ecg, name: x}")
    with pytest.raises(ScenarioError, match=r"after: ecg, change: ecg: one entry is one change: keep after or change"):
        department_of("department=ours", folder=folder)


@pytest.mark.parametrize(
    ("entry", "value", "remedy"),
    [
        ("{remove: imagin}", "remove: imagin", "no such step in this pathway; did you mean imaging?"),
        ("{remove: imaging, share: 1}", "remove: imaging", "takes the step out and says nothing else: leave out share"),
        ("{change: imaging}", "change: imaging", "changes nothing: add the keys to set, as in share: 0.5"),
        ("imaging", "'imaging'", "not a step: write {after: STEP, name: …, kind: …} or {remove: STEP}"),
        ("{after: [1], name: x}", "after: [1]", "no such step in this pathway; use one of: desk_walk, triage,"),
    ],
)
def test_an_entry_that_cannot_be_applied_is_named_with_its_file_and_what_to_write(
    entry: str, value: str, remedy: str, tmp_path: Path
) -> None:
    folder = with_lines(tmp_path, entry)
    (problem,) = problems(lambda: department_of("department=ours", folder=folder))
    assert problem.path == f"{tmp_path / 'department' / 'ours.yaml'} streams.medical.changed_steps"
    assert (problem.value, problem.remedy[: len(remedy)]) == (value, remedy)
    (typed,) = problems(lambda: department_of(f"{PLACE}=[{entry}]"))
    assert (typed.path, typed.value, typed.remedy) == (PLACE, problem.value, problem.remedy)


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    folder = with_lines(tmp_path, "{remove: imagin}", "{after: triag, name: x}", in_ours("after: triage"))
    words = ("department=ours", "demand.growth=-1", "department.streams.medica.changed_steps=[]")
    found = [problem.value for problem in problems(lambda: department_of(*words, folder=folder))]
    assert found == ["remove: imagin", "after: triag", "'medica'", "-1"]


def test_a_step_that_is_put_in_is_checked_as_any_other(tmp_path: Path) -> None:
    folder = with_lines(tmp_path, "{after: triage, name: ecg, kind: task, role: nurs, minutes: {family: constant}}")
    found: list[Problem] = list(problems(lambda: department_of("department=ours", folder=folder)))
    assert "department.streams.medical.pathway.ecg.minutes.value" in [problem.path for problem in found]


def test_changes_without_a_pathway_and_the_old_name_of_the_key_say_what_to_write(tmp_path: Path) -> None:
    text = "defaults: [default, _self_]\nstreams:\n  new: {changed_steps: [{remove: x}]}\n"
    folder = folder_with(
        tmp_path, department__none=text, department__old=HEAD.replace("changed", "added") + "      []\n"
    )
    with pytest.raises(ScenarioError, match="there is no pathway to change"):
        department_of("department=none", folder=folder)
    with pytest.raises(ScenarioError, match="it has a new name: write changed_steps"):
        department_of("department=old", folder=folder)
    with pytest.raises(ScenarioError, match="it has a new name: write changed_steps"):
        department_of("+department.streams.medical.added_steps=[]")


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("5", "give a list"),
        ("null", "give a list"),
        ("[{after: null, name: x}]", "no such step in this pathway"),
        ("[{remove: {a: b}}]", "no such step in this pathway"),
        ("[{change: imaging, 1: 2}]", "keys should be strings"),
        ("[{replace: imaging, name: triage, kind: delay, minutes: {family: constant, value: 1}}]", "is used twice"),
        ("[{change: imaging, minutes: {mean: {mean: {mean: 1}}}}]", "give a number"),
        ("[{after: triage, name: x, kind: task, role: nurse, rule: os.system, minutes: 1}]", "no such key"),
        (f"[{', '.join(['{remove: x}'] * 1001)}]", "more than 1,000 changes"),
    ],
)  # fmt: skip
def test_changes_of_a_hostile_file_are_data_and_refused_as_such(said: str, remedy: str, tmp_path: Path) -> None:
    text = f"defaults: [default, _self_]\nstreams: {{medical: {{changed_steps: {said}}}}}\n"
    with pytest.raises(ScenarioError, match=remedy):
        department_of("department=ours", folder=folder_with(tmp_path, department__ours=text))


def test_changes_may_vary_in_a_sweep() -> None:
    sweep = compose_sweep([f"{PLACE}=[],[{{remove: imaging}}]", "sweep.design=grid"])
    steps = [[step.name for step in one.department.streams["medical"].pathway] for one in sweep.scenarios.values()]
    assert ["imaging" in names for names in steps] == [True, False]
