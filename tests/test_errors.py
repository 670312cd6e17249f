"""Every mistake of a command is named at once, with its place, the value and what to do."""

import os
from pathlib import Path

import pytest

from sim.config import compose
from sim.department.scenario import Problem, ScenarioError

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
        [("department.streams.medical.pathway.nurse_intake", "'nurze'", "no such role; did you mean nurse?")],
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
        [("department.streams.mental_health.pathway.triage", "'psw'", "peer support workers do no clinical")],
    ),
    "a peer support worker in a crisis assessment": (
        ["department.streams.mental_health.pathway.crisis_assessment.role=psw"],
        [
            (
                "department.streams.mental_health.pathway.crisis_assessment",
                "'psw'",
                "peer support workers do no clinical",
            )
        ],
    ),
    "a peer support worker observing": (
        ["department.streams.mental_health.pathway.observation.role=psw"],
        [("department.streams.mental_health.pathway.observation", "'psw'", "peer support workers do no clinical")],
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
    "a study of the future": (["study=optimise"], [("study", "'optimise'", "not available in this version")]),
    "a negative seed": (["seed=-1"], [("seed", "-1", "whole number of at least 0")]),
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
    assert [problem.path for problem in problems] == ["files"]
    assert "mine.yaml" in problems[0].remedy


def test_a_folder_that_is_not_there_is_named() -> None:
    assert [problem.path for problem in problems_of(["configs=nowhere/at/all"])] == ["configs"]
