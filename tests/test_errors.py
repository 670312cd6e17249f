"""Every mistake of a command is named at once, with its place, the value and what to do."""

import os
from pathlib import Path

import pytest

from sim.config import column_map_of, compose
from sim.department.scenario import Problem, ScenarioError
from sim.department.scenario import problems_of as cross_checked

MISTAKES: dict[str, tuple[list[str], list[tuple[str, str, str]]]] = {
    "a mistyped key": (
        ["staffing.physician.hedas=3"],
        [("staffing.physician.hedas", "3", "did you mean heads?")],
    ),
    "a mistyped group": (["bording=pool"], [("bording", "'pool'", "did you mean boarding?")]),
    "a key of another group": (["growth=1.05"], [("growth", "1.05", "did you mean demand.growth?")]),
    "an unknown choice": (["boarding=poool"], [("boarding", "'poool'", "did you mean pool?")]),
    "a negative head count": (
        ["staffing.security.heads=-3"],
        [("staffing.security.heads", "-3", "give at least 0")],
    ),
    "overlapping breaks": (
        ["staffing.crisis_clinician.shifts.from_07.breaks=[{minutes: 30, after: 60}, {minutes: 30, after: 70}]"],
        [
            (
                "staffing.crisis_clinician.shifts.from_07.breaks",
                "breaks overlap: 60-90 and one from 70",
                "move one of them",
            )
        ],
    ),
    "probabilities that do not sum to one": (
        ["demand.acuity_mix.mental_health=[.1,.2,.3,.3,.3]", "demand.acuity_mix.medical=[.1,.2,.3,.3,.3]"],
        [
            ("demand.acuity_mix.mental_health", "sum to 1.2, not 1", "divide each by 1.2"),
            ("demand.acuity_mix.medical", "sum to 1.2, not 1", "divide each by 1.2"),
        ],
    ),
    "route shares that do not sum to one": (
        ["department.streams.medical.pathway.place.routes.2.share=.6"],
        [("department.streams.medical.pathway.place", "CTAS 3 sum to 0.9, not 1", "divide each by 0.9")],
    ),
    "an unknown role in a pathway": (
        ["department.streams.medical.pathway.nurse_intake.role=nurze"],
        [("department.streams.medical.pathway.nurse_intake.role", "'nurze'", "no such role; did you mean nurse?")],
    ),
    "an impossible distribution parameter": (
        ["department.streams.medical.pathway.imaging.minutes.cv=-1"],
        [("department.streams.medical.pathway.imaging.minutes.cv", "-1", "give more than 0")],
    ),
    "a distribution upside down": (
        ["department.streams.mental_health.pathway.safety_plan.minutes.low=50"],
        [
            (
                "department.streams.mental_health.pathway.safety_plan.minutes.low",
                "low 50.0, mode 31.0",
                "low <= mode <= high",
            )
        ],
    ),
    "quantiles out of order and shares that do not reach one": (
        [
            "department.streams.medical.pathway.tests_nurse.minutes={family: empirical, quantiles: [1, 3, 2, 9, 4]}",
            "department.streams.medical.pathway.tests_wait.minutes={family: empirical, quantiles: [1, 2], at: [0, .9]}",
            "department.streams.medical.pathway.desk_walk.minutes={family: empirical, quantiles: [3]}",
            "department.streams.mental_health.pathway.sobering.minutes={family: empirical, quantiles: [-3, 4]}",
            "department.streams.mental_health.pathway.clearance_wait.minutes="
            "{family: empirical, quantiles: [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2, 3]], scale: -1}",
        ],
        [
            (
                "department.streams.medical.pathway.tests_nurse.minutes.quantiles.2",
                "quantiles.2 is 2, below 3 before it; quantiles.4 is 4, below 9 before it",
                "put quantiles in rising order",
            ),
            (
                "department.streams.medical.pathway.tests_wait.minutes.at.1",
                "at.1 is 0.9, not 1",
                "give shares from 0 (smallest) to 1 (largest)",
            ),
            ("department.streams.medical.pathway.desk_walk.minutes.quantiles", "[3]", "give at least 2 entries"),
            ("department.streams.mental_health.pathway.sobering.minutes.quantiles.0", "-3", "give at least 0"),
            (
                "department.streams.mental_health.pathway.clearance_wait.minutes.quantiles.4",
                "quantiles.4 has 3 values, the first 2",
                "give as many for every level",
            ),
            ("department.streams.mental_health.pathway.clearance_wait.minutes.scale", "-1", "give at least 0"),
        ],
    ),
    "a distribution nobody knows": (
        ["department.streams.medical.pathway.registration.minutes.family=lognorml"],
        [
            (
                "department.streams.medical.pathway.registration.minutes",
                "lognorml",
                "is not one of constant, exponential",
            )
        ],
    ),
    "a peer support worker at triage": (
        ["department.streams.mental_health.pathway.triage.role=psw"],
        [("department.streams.mental_health.pathway.triage.role", "'psw'", "peer support workers do no clinical")],
    ),
    "a peer support worker in a crisis assessment": (
        ["department.streams.mental_health.pathway.crisis_assessment.role=psw"],
        [
            (
                "department.streams.mental_health.pathway.crisis_assessment.role",
                "'psw'",
                "peer support workers do no clinical",
            )
        ],
    ),
    "a peer support worker observing": (
        ["department.streams.mental_health.pathway.observation.role=psw"],
        [("department.streams.mental_health.pathway.observation.role", "'psw'", "peer support workers do no clinical")],
    ),
    "a peer support worker as security": (
        ["department.streams.mental_health.escalation.response.0.role=psw"],
        [
            (
                "department.streams.mental_health.escalation.response.0.role",
                "'psw'",
                "peer support workers do no clinical",
            )
        ],
    ),
    "a staffing under minimum cover": (
        ["staffing.nurse.shifts.from_1930.heads=2"],
        [("staffing.nurse", "4 heads on Mon 00:00", "minimum cover is 6 at all times and cannot be bought out")],
    ),
    "minimum cover lowered": (
        ["department.minimum_cover.nurse=1"],
        [("department.minimum_cover.nurse", "1", "cannot be bought out")],
    ),
    "a range where a number belongs": (
        ["demand.growth=.6..1.2"],
        [("demand.growth", "'.6..1.2'", "a list is written [0.6,1.2]")],
    ),
    "a sweep without -m": (["demand.mh_growth=1,1.08"], [("demand.mh_growth", "'1,1.08'", "needs -m")]),
    "no value": (["support.consent="], [("support.consent", "nothing", "give a value")]),
    "no equals sign": (["peer_added"], [("peer_added", "'peer_added'", "write key=value")]),
    "an open bracket": (["support.streams=[medical"], [("support.streams", "'[medical'", "close every bracket")]),
    "a study of the future": (["study=equilibrium"], [("study", "'equilibrium'", "no such choice")]),
    "a negative seed": (["seed=-1"], [("seed", "-1", "whole number of at least 0")]),
    "the name of a study instead of a study": (["study.name=foo"], [("study.name", "'foo'", "instead, study=")]),
    "the name of an engine": (["engine.name=foo"], [("engine.name", "'foo'", "instead, engine=")]),
    "the name of an executor": (["executor.name=threads"], [("executor.name", "'threads'", "instead, executor=")]),
    "a demand level twice": (
        ["study.demand_levels=[1.0,1.0]"],
        [("study.demand_levels", "names 1.0 twice", "name each once")],
    ),
    "a switch for a number": (["support.wish_minutes=true"], [("support.wish_minutes", "True", "a number")]),
    "minutes of a contact, as it used to be": (
        ["support.contact_min=45"],
        [("support.contact_min", "45", "no longer a key; a child wishes for company: write wish_minutes")],
    ),
    "what used to be keys of a contact": (
        ["support.repeat_share=.5", "support.recovery_min=15", "+support.call_band=2", "support.contact_cv=.3"],
        [
            ("support.repeat_share", "0.5", "write again_hours"),
            ("support.recovery_min", "15", "recovery takes 10 minutes (docs/law.md, Peer support): leave it out"),
            ("support.call_band", "2", "are part of the law"),
            ("support.contact_cv", "0.3", "vary exponentially"),
        ],
    ),
    "a switch among numbers": (
        ["department.streams.medical.pathway.monitoring.share=[0,true,0,0,0]"],
        [("department.streams.medical.pathway.monitoring.share.1", "True", "a number")],
    ),
    "an empty mapping": (["department.streams={}"], [("department.streams", "{}", "changes nothing")]),
    "a huddle with nobody": (
        ["support.huddle_roles=[wizard,nurse]"],
        [("support.huddle_roles (staffing=peer_added,peer_evening,peer_247,peer_swapped)", "'wizard'", "no such role")],
    ),
    "a role that is always absent": (
        ["staffing.psychiatrist.absence_share=1"],
        [("staffing.psychiatrist.absence_share", "1", "give at most 0.5")],
    ),
    "a day by its long name": (
        ["staffing.observation_aide.shifts.from_13.days=[monday]"],
        [("staffing.observation_aide.shifts.from_13.days", "'monday'", "use mon, tue")],
    ),
    "letters no value is made of": (
        ["support.call_minutes=é1"],
        [("support.call_minutes", "'é1'", "put text in quotes")],
    ),
    "an object to be built": (
        ["+support._target_=os.system"],
        [("support._target_", "'os.system'", "no '_target_' here")],
    ),
}


def problems_of(overrides: list[str], config_dir: Path | None = None) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as caught:
        compose(overrides, config_dir)
    return caught.value.problems


def is_named(expected: tuple[str, str, str], problems: tuple[Problem, ...]) -> bool:
    path, value, remedy = expected
    return any(p.path == path and value in p.value and remedy in p.value + p.remedy for p in problems)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_alone_is_named_and_nothing_else_is(mistake: str) -> None:
    overrides, expected = MISTAKES[mistake]
    problems = problems_of(overrides)
    assert [item for item in expected if not is_named(item, problems)] == []
    assert len(problems) == len(expected), [str(problem) for problem in problems]


def test_all_mistakes_together_are_all_named_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    everything = [override for overrides, _ in MISTAKES.values() for override in overrides]
    expected = [item for _, wanted in MISTAKES.values() for item in wanted]
    problems = problems_of(everything)
    assert [item for item in expected if not is_named(item, problems)] == []
    assert len(problems) == len(expected), [str(problem) for problem in problems]
    assert os.listdir(tmp_path) == []


def test_every_problem_has_a_place_a_value_and_a_remedy() -> None:
    for problem in problems_of([override for overrides, _ in MISTAKES.values() for override in overrides]):
        assert problem.path
        assert problem.value
        assert len(problem.remedy) > 5


def test_a_problem_of_one_compared_staffing_only_says_of_which() -> None:
    problems = problems_of(
        ["study.staffing=[traditional,peer_swapped]", "study.baseline=nobody", "staffing.psw.caseload=2"]
    )
    paths = {problem.path for problem in problems}
    assert paths == {"study.baseline", "staffing.psw.caseload (staffing=peer_swapped)"}


def test_crisis_hours_cannot_be_swapped_for_peers() -> None:
    problems = problems_of(["staffing=peer_added", "staffing.crisis_clinician.shifts.from_23.heads=0"])
    assert {problem.path for problem in problems} == {"staffing.crisis_clinician"}


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        (f"seed={2**63}", ("seed", str(2**63), "less than 2**63")),
        ("seed=true", ("seed", "True", "a whole number")),
        ("study.demand_levels=[]", ("study.demand_levels", "[]", "give at least 1 entry")),
        ("demand.growth=true", ("demand.growth", "True", "a number")),
        ("study.replications=true", ("study.replications", "True", "a number")),
    ],
)
def test_a_value_that_would_be_misread_is_named_and_nothing_else_is(
    override: str, expected: tuple[str, str, str]
) -> None:
    problems = problems_of([override])
    assert is_named(expected, problems)
    assert len(problems) == 1


def test_a_comparison_of_nothing_is_refused() -> None:
    assert [problem.path for problem in problems_of(["study.staffing=[]"])] == ["study.staffing"]


def test_what_is_short_of_cover_is_told_the_key_to_change() -> None:
    (problem,) = problems_of(["study=run", "staffing.nurse.shifts.from_1930.heads=2"])
    assert "staffing.nurse.shifts.NAME.heads" in problem.remedy
    (problem,) = problems_of(["study=run", "staffing.security.heads=0"])
    assert "staffing.security.heads" in problem.remedy


def test_huddles_may_do_without_one_of_the_usual_pair_but_not_without_both() -> None:
    peers = ["study=run", "staffing=peer_added"]
    assert compose([*peers, "support.huddle_roles=[wizard]", "support.huddle_share=0"]).scenario is not None
    assert [problem.value for problem in problems_of([*peers, "support.huddle_roles=[wizard]"])] == ["'wizard'"]
    scenario = compose(peers).scenario
    roles = {name: role for name, role in scenario.staffing.roles.items() if name != "crisis_clinician"}
    fewer = scenario.model_copy(update={"staffing": scenario.staffing.model_copy(update={"roles": roles})})
    assert "support.huddle_roles" not in {problem.path for problem in cross_checked(fewer)}
    roles.pop("nurse")
    none = scenario.model_copy(update={"staffing": scenario.staffing.model_copy(update={"roles": roles})})
    assert "support.huddle_roles" in {problem.path for problem in cross_checked(none)}


def own_file(folder: Path, group: str, text: str | bytes, name: str = "ours") -> Path:
    (folder / group).mkdir(exist_ok=True)
    file = folder / group / f"{name}.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


OUT_OF_ITS_GROUP = {
    "cover lowered from a roster": "# @package _global_\ndepartment: {minimum_cover: {nurse: 0}}\n",
    "cover lowered, header spelt otherwise": "#a comment\n\n ##  @package  department\nminimum_cover: {nurse: 0}\n",
    "a header and a parent elsewhere": "# @package _global_\ndefaults: [traditional@staffing, _self_]\n",
    "a parent put elsewhere": "defaults: [traditional@_global_, _self_]\n",
    "another group chosen": "defaults: [traditional, {override /department: default}, _self_]\n",
    "another group added": "defaults: [{/effects@department: none}, _self_]\n",
    "a parent by a path": "defaults: [../department/default, _self_]\n",
    "a parent that is not there": "defaults: [traditinal, _self_]\n",
    "its own heir": "defaults: [ours, _self_]\n",
    "not UTF-8": b"name: caf\xe9\n",
    "a control character": b"name: \x01\n",
    "not a mapping": "- traditional\n",
    "a key twice": "name: a\nname: b\n",
    "a word that is nowhere": "defaults: [traditional, _self_]\nlabel: ${nowhere}\n",
}


@pytest.mark.parametrize("fault", OUT_OF_ITS_GROUP)
@pytest.mark.parametrize("command", [["study=run", "staffing=ours"], ["study.staffing=[traditional,ours]"]])
def test_a_file_may_change_its_own_group_only_and_is_named_where_it_is_faulty(
    fault: str, command: list[str], tmp_path: Path
) -> None:
    file = own_file(tmp_path, "staffing", OUT_OF_ITS_GROUP[fault])
    problems = problems_of([*command, "demand.growth=-1"], tmp_path)
    assert {problem.path for problem in problems} <= {str(file), "demand.growth"}
    assert str(file) in {problem.path for problem in problems}
    assert all(problem.value and problem.remedy for problem in problems)


def test_keys_of_an_earlier_version_in_a_file_are_named_with_what_to_write_instead(tmp_path: Path) -> None:
    """Not as misspellings of others: `contact_min` looks like `call_minutes`."""
    own_file(tmp_path, "support", "defaults: [default, _self_]\ncontact_min: 30\nrepeat_gap_min: 20\nfirst_band: 1\n")
    problems = {problem.path: problem.remedy for problem in problems_of(["study=run", "support=ours"], tmp_path)}
    assert list(problems) == ["support.contact_min", "support.repeat_gap_min", "support.first_band"]
    assert all(remedy.startswith("no longer a key; ") for remedy in problems.values())
    assert "write wish_minutes" in problems["support.contact_min"]
    assert "write again_hours" in problems["support.repeat_gap_min"]


def test_a_header_in_an_inherited_file_is_found(tmp_path: Path) -> None:
    parent = own_file(tmp_path, "staffing", OUT_OF_ITS_GROUP["cover lowered from a roster"], "parent")
    own_file(tmp_path, "staffing", "defaults: [parent, _self_]\n")
    assert [problem.path for problem in problems_of(["study=run", "staffing=ours"], tmp_path)] == [str(parent)]


def test_a_header_in_a_department_file_is_refused(tmp_path: Path) -> None:
    file = own_file(tmp_path, "department", "# @package _group_\ndefaults: [default, _self_]\n")
    assert [problem.path for problem in problems_of(["study=run", "department=ours"], tmp_path)] == [str(file)]


def test_a_file_of_a_shipped_name_is_refused_rather_than_passed_over(tmp_path: Path) -> None:
    file = own_file(tmp_path, "demand", "defaults: [nhamcs, _self_]\n", "default")
    (problem,) = problems_of(["study=run"], tmp_path)
    assert problem.path == str(file)
    assert "another name" in problem.remedy


def test_a_folder_where_a_file_belongs_is_named(tmp_path: Path) -> None:
    (tmp_path / "staffing" / "ours.yaml").mkdir(parents=True)
    (problem,) = problems_of(["study=run", "staffing=ours"], tmp_path)
    assert problem.path == str(tmp_path / "staffing" / "ours.yaml")


def test_a_study_file_with_a_name_that_is_no_study_is_refused(tmp_path: Path) -> None:
    file = own_file(tmp_path, "study", "defaults: [run, _self_]\nname: foo\n")
    (problem,) = problems_of(["study=ours"], tmp_path)
    assert problem.path == f"{file} name"


MAP = "acuity: {column: level, recode: {a: 1, b: 5}}\nage: age\n"


def test_a_column_map_of_the_users_own_is_found(tmp_path: Path) -> None:
    own_file(tmp_path, "visits", MAP)
    column_map = column_map_of(compose(["study=calibrate", "study.map=ours"], tmp_path))
    assert column_map.age == "age"
    assert column_map_of(compose(["study=calibrate", "study.map=ktas"], tmp_path)).separator == ";"


@pytest.mark.parametrize(("name", "remedy"), [("nhamsc", "did you mean nhamcs?"), ("../../x", "no such column map")])
def test_a_column_map_that_is_not_there_is_named(name: str, remedy: str, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(MAP)
    (problem,) = problems_of(["study=calibrate", f"study.map={name}"], tmp_path)
    assert problem.path == "study.map"
    assert remedy in problem.remedy


def test_every_fault_of_a_column_map_is_named_beside_those_of_the_command(tmp_path: Path) -> None:
    text = "seperator: ';'\nacuity: {column: level, recode: {a: 9}}\n"
    text += "tolerated_share: much\narrival: {kind: parts, time: t}\n"
    file = own_file(tmp_path, "visits", text)
    problems = problems_of(["study=calibrate", "study.map=ours", "demand.growth=-1"], tmp_path)
    assert {problem.path for problem in problems} == {
        "demand.growth",
        f"{file} seperator",
        f"{file} acuity.recode.a",
        f"{file} tolerated_share",
        f"{file} arrival.time",
    }
    assert "did you mean separator?" in {p.remedy.partition("; ")[2] for p in problems}
    assert not any("Value error" in str(problem) or "Input should" in str(problem) for problem in problems)


def test_the_visits_file_is_judged_with_a_command_that_is_wrong(tmp_path: Path) -> None:
    own_file(tmp_path, "visits", MAP)
    visits = tmp_path / "bad.csv"
    visits.write_text("level,age\nz,7\n")
    problems = problems_of(["study=calibrate", "study.map=ours", f"visits={visits}", "demand.growth=-1"], tmp_path)
    assert {problem.path for problem in problems} == {"demand.growth", str(visits)}


FAULTY_DEPARTMENT = """
defaults: [default, _self_]
name: faulty
handover_minutes: -5
zones:
  acute: {places: many}
streams:
  medical:
    age_shares: [0.5, 0.5, 0.5]
    pathways: []
    pathway:
      - {name: desk, kind: delay, minutes: {family: gamma, mean: 4}}
      - {name: look, kind: tsk, role: nurse}
      - {name: see, kind: task, role: wizard, contact: once, minutes: {family: uniform, low: 9, high: 2}}
      - {name: see, kind: dispose, admission: 1.5}
"""


def test_faults_in_a_users_file_are_all_named_with_the_keys_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "department").mkdir()
    (tmp_path / "department" / "mine.yaml").write_text(FAULTY_DEPARTMENT)
    problems = problems_of(["study=run", "department=mine"], tmp_path)
    found = {problem.path: problem for problem in problems}
    stream = "department.streams.medical"
    assert {
        "department.handover_minutes",
        "department.zones.acute.places",
        f"{stream}.age_shares",
        f"{stream}.pathways",
        f"{stream}.pathway.desk.minutes.cv",
        f"{stream}.pathway.look",
        f"{stream}.pathway.see.contact",
        f"{stream}.pathway.see.minutes.high",
        f"{stream}.pathway.see.admission",
    } <= set(found)
    assert found[f"{stream}.pathways"].remedy == "no such key; did you mean pathway?"
    assert found[f"{stream}.age_shares"].value == "age_shares sum to 1.5, not 1"
    assert "'wizard'" in {problem.value for problem in problems}
    assert any("'see' is used twice" in problem.value for problem in problems)


def test_a_file_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "effects").mkdir()
    (tmp_path / "effects" / "mine.yaml").write_text("name: [mine\n")
    problems = problems_of(["effects=mine"], tmp_path)
    assert [problem.path for problem in problems] == [str(tmp_path / "effects" / "mine.yaml")]
    assert problems[0].value == "line 2"
    assert "not valid YAML" in problems[0].remedy


def test_a_folder_that_is_not_there_is_named() -> None:
    assert [problem.path for problem in problems_of(["configs=nowhere/at/all"])] == ["configs"]
