"""Every key that has a new name, or is gone, answers with what to write instead, typed or in a file."""

from pathlib import Path

import pytest

from sim.config import compose
from sim.config.key_paths import MODELS
from sim.config.retired import RENAMED
from sim.department.scenario import ScenarioError
from sim.visits.column_map import ColumnMap

OF_GROUPS = {
    "support.bridging_min": "support.bridging_minutes",
    "support.call_min": "support.call_minutes",
    "support.huddle_min": "support.huddle_minutes",
    "boarding.mean_h": "boarding.mean_hours",
    "boarding.pool.mean_stay_h": "boarding.pool.mean_stay_hours",
}
OF_COLUMN_MAPS = ("triage_min", "wait_min", "stay_min")


def remedies(words: list[str], folder: Path | None = None) -> dict[str, str]:
    with pytest.raises(ScenarioError) as caught:
        compose(words, folder)
    return {problem.path: problem.remedy for problem in caught.value.problems}


def test_every_renamed_key_is_tried_here() -> None:
    assert {key.split(".")[-1] for key in OF_GROUPS} | set(OF_COLUMN_MAPS) == set(RENAMED)


@pytest.mark.parametrize("key", OF_GROUPS)
def test_a_renamed_key_that_is_typed_names_its_successor(key: str) -> None:
    words = ["study=run", "staffing=peer_added", "boarding=pool"]
    new = OF_GROUPS[key]
    assert remedies([*words, f"{key}=20"]) == {key: f"it has a new name: write {new.split('.')[-1]}"}
    assert compose([*words, f"{new}=20"]).overridden == (new,)


@pytest.mark.parametrize("key", OF_GROUPS)
def test_a_renamed_key_in_a_file_of_an_earlier_version_names_its_successor(key: str, tmp_path: Path) -> None:
    group, *way, last = key.split(".")
    assert group in MODELS
    text = f"{way[0]}: {{{last}: 20}}" if way else f"{last}: 20"
    (tmp_path / group).mkdir()
    base = "pool" if group == "boarding" else "default"
    (tmp_path / group / "ours.yaml").write_text(f"defaults: [{base}, _self_]\n{text}\n", encoding="utf-8")
    words = ["study=run", "staffing=peer_added", f"{group}=ours"]
    assert remedies(words, tmp_path) == {key: f"it has a new name: write {OF_GROUPS[key].split('.')[-1]}"}


@pytest.mark.parametrize("key", OF_COLUMN_MAPS)
def test_a_renamed_field_of_a_column_map_names_its_successor(key: str, tmp_path: Path) -> None:
    assert RENAMED[key] in ColumnMap.model_fields
    (tmp_path / "visits").mkdir()
    text = f"arrival: {{kind: timestamp, column: arrival}}\nacuity: {{column: level}}\n{key}: minutes\n"
    (tmp_path / "visits" / "ours.yaml").write_text(text, encoding="utf-8")
    told = remedies(["study=calibrate", "study.map=ours"], tmp_path)
    assert told[f"{tmp_path / 'visits' / 'ours.yaml'} {key}"] == f"it has a new name: write {RENAMED[key]}"
