"""The diagrams of the docs are drawn from the shipped configuration, and can be read aloud."""

import re
from xml.etree import ElementTree

import pytest

import sim
from benchmarks import diagrams


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    return diagrams.drawings()


def test_the_stored_diagrams_are_what_the_configuration_draws_now(drawn: dict[str, str]) -> None:
    """If this is meant to change: `python -m benchmarks.diagrams`, and look at them."""
    stored = {path.stem: path.read_text(encoding="utf-8") for path in diagrams.FOLDER.glob("*.svg")}
    assert drawn == stored


def test_every_step_of_both_pathways_is_in_the_diagram_in_its_order(drawn: dict[str, str]) -> None:
    elements = ElementTree.fromstring(drawn["visit"]).iter()
    shown = iter([element.text for element in elements if element.tag.endswith("text")])
    for stream in sim.load().department.streams.values():
        for step in stream.pathway:
            assert diagrams.words(step.name) in shown, "searched on from the step before"


def test_a_change_of_a_step_or_a_roster_changes_the_diagram(drawn: dict[str, str]) -> None:
    pathway = "department.streams.mental_health.pathway"
    changed = sim.load("staffing=peer_added", f"{pathway}.sobering.share=0.2", "staffing.nurse.heads=7")
    assert diagrams.visits(changed) != drawn["visit"]
    assert diagrams.department(changed) != drawn["department"]


def test_a_diagram_says_in_words_what_it_shows(drawn: dict[str, str]) -> None:
    for text in drawn.values():
        assert re.search(r'role="img" aria-labelledby="title description"', text)
        assert len(re.findall(r"<(?:title|desc) id=", text)) == 2
    described = re.findall(r"<desc[^>]*>(.*)</desc>", drawn["visit"])[0]
    assert "crisis assessment, crisis clinician, 30 to 90 %" in described
