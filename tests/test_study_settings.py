"""A study is one value: its own keys and no other's, typed or in a file, and those outside its group that it uses."""

from pathlib import Path

import pytest

from sim.config import compose, shipped_choices, shipped_configs
from sim.department.scenario import Problem, ScenarioError
from sim.io.strict_yaml import read_checked_yaml
from sim.studies.compare import plan_of
from sim.studies.question import STUDIES, studies_using, studies_with
from sim.studies.settings import KEYS_OUTSIDE

MEANT = {
    "breakeven": ["study.range=[0.6,1.2]"],
    "calibrate": ["study.map=nhamcs"],
}
"""What a study is given so that nothing else is wrong."""
VALUES = {
    "replications": "3", "weeks": "2", "warm_up_weeks": "1", "follow_up_days": "1", "month_factors": "true",
    "confidence": "0.9", "demand_levels": "[1.0]", "visits": "true", "event_log": "csv", "simultaneous": "max_t",
    "precision": "{}", "select": "null", "best": "null", "controls": "false", "most_replications": "null",
    "staffing": "[traditional]", "baseline": "traditional", "presets": "[a]", "worth": "[]", "map": "malmo",
    "demand_name": "ours", "rake": "true", "hold_out": "0.5", "match": "[physician]", "if_none_fits": "nearest",
    "minutes": "720",
    "effect": "effects.total_return_hr", "range": "[0.6,1.2]", "points": "3", "assumptions": "true",
    "draws": "100", "draw_weeks": "8", "draws_from": "found", "prior": "{median: 1, log_sd: 1}",
    "match_range": "[0.3,3.0]", "staff": "staff.csv", "places": "places.csv", "test": "later.csv",
    "outcome": "reach.mental_health", "ranges": "{SUPA02: [0.5, 0.6]}", "trial_sizes": "[100]", "trial_from": "found",
    "designs": "[before_after]", "outcomes": "[lwbs_or_ama.all]", "effect_sizes": "[0.9]", "power": "0.9",
    "sites": "[2]", "patient": "1", "stream": "medical", "word": "[nurse]", "source": "[TIM]", "grade": "[A]",
    "file": "[demand]", "role": "[psw]", "hours": "100", "money": "4000", "objective": "night",
    "objectives": "[night]", "floors": "{night: 0.4}", "lengths": "[8]", "lines": "2", "people": "3",
    "person_hours": "36", "person_shifts": "4", "rest_hours": "12", "rosters": "10", "search_weeks": "4",
    "finalists": "3", "indifference": "0.1", "probability": "0.9",
}  # fmt: skip
KEYS = sorted({name for kind in STUDIES.values() for name in kind.model_fields if name != "name"})


def problems_of(*overrides: str, folder: Path | None = None) -> dict[str, Problem]:
    with pytest.raises(ScenarioError) as caught:
        compose(list(overrides), folder)
    return {problem.path: problem for problem in caught.value.problems}


def test_there_is_a_class_for_every_shipped_study_and_a_file_for_every_class() -> None:
    assert set(STUDIES) == set(shipped_choices("study"))


@pytest.mark.parametrize("name", STUDIES)
def test_a_shipped_study_holds_its_own_keys_only(name: str) -> None:
    said = read_checked_yaml(shipped_configs() / "study" / f"{name}.yaml")
    assert set(said) <= set(STUDIES[name].model_fields)
    assert type(compose([f"study={name}", *MEANT.get(name, [])]).study) is STUDIES[name]


@pytest.mark.parametrize("name", STUDIES)
def test_every_key_of_another_study_is_refused_and_says_where_it_belongs(name: str) -> None:
    foreign = [key for key in KEYS if key not in STUDIES[name].model_fields]
    problems = problems_of(f"study={name}", *MEANT.get(name, []), *(f"study.{key}={VALUES[key]}" for key in foreign))
    assert set(problems) == {f"study.{key}" for key in foreign}
    for key in foreign:
        remedy = problems[f"study.{key}"].remedy
        instead = STUDIES[name].instead.get(key)
        assert remedy == instead or all(f"study={other}" in remedy for other in studies_with(key))


def test_three_keys_of_a_calibration_are_no_keys_of_a_run() -> None:
    problems = problems_of("study=run", "study.rake=true", "study.match=[physician]", "study.hold_out=0.5")
    assert {path: problem.remedy for path, problem in problems.items()} == {
        f"study.{key}": f"study.{key} is a key of study=calibrate: leave it out of study=run"
        for key in ("rake", "match", "hold_out")
    }


def test_a_foreign_key_in_a_file_is_refused_with_the_study_it_belongs_to(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    text = "defaults: [compare, _self_]\nrake: true\npoints: 3\nwekes: 4\n"
    (tmp_path / "study" / "quick.yaml").write_text(text, encoding="utf-8")
    problems = problems_of("study=quick", folder=tmp_path)
    assert "study=calibrate" in problems["study.rake"].remedy
    assert "study=breakeven" in problems["study.points"].remedy
    assert "did you mean weeks?" in problems["study.wekes"].remedy


def test_a_study_of_ones_own_is_of_the_kind_that_its_file_names(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "quick.yaml").write_text("defaults: [compare, _self_]\nweeks: 4\n", encoding="utf-8")
    study = compose(["study=quick"], tmp_path).study
    assert type(study) is STUDIES["compare"]
    assert study.period.weeks == 4


def test_a_file_that_names_no_study_is_told_which_there_are(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    file = tmp_path / "study" / "quick.yaml"
    file.write_text("defaults: [compare, _self_]\nname: comapre\nrake: true\n", encoding="utf-8")
    problems = problems_of("study=quick", "demand.growth=-1", folder=tmp_path)
    assert "did you mean compare?" in problems[f"{file} name"].remedy
    assert "demand.growth" in problems, "or the user corrects one file after another"
    assert "study.rake" not in problems, "whose key it is cannot be known"


def test_keys_of_a_misspelt_study_are_not_called_foreign() -> None:
    problems = problems_of("study=calibrat", "study.rake=true", "study.wekes=3")
    assert set(problems) == {"study", "study.wekes"}


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("key", KEYS_OUTSIDE)
def test_a_key_outside_the_group_is_refused_where_the_study_does_not_use_it(name: str, key: str) -> None:
    words = [f"study={name}", *MEANT.get(name, []), f"{key}=x"]
    if key in STUDIES[name].uses:
        compose(words)
        return
    remedy = problems_of(*words)[key].remedy
    assert "writes no files" in remedy if key == "output" else all(f"study={of}" in remedy for of in studies_using(key))


def test_what_has_changed_of_the_shipped_question_is_listed_and_nothing_else() -> None:
    plan = plan_of(compose(["study.weeks=2", "demand.growth=1.1", "output=x", "engine=simpy"]))
    assert plan.changed == ("study.weeks=2", "demand.growth=1.1")
