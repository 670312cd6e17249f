"""Colours of figures are apart for readers who confuse red and green, and names in them can be read on white."""

from itertools import combinations

import numpy as np
import pytest

from sim.report.figures.theme import BASELINE, BETTER, HUE_OF, HUES, LEAST_CONTRAST, WORSE, luminance, readable
from tests.colour_vision import SEEN_BY, apart, lab

LEAST_APART = 12.0
"""CIEDE2000. Two neighbouring shades are told apart from about 2; lines that lie on different places of a picture need
several times that. Nine hues as light as white lets them be have little more than this for a dichromat: the best that a
search found was 15."""
LEAST_CONTRAST_OF_MARKS = 3.0
"""WCAG 2.2, 1.4.11."""


@pytest.mark.parametrize("vision", SEEN_BY)
def test_any_two_hues_are_apart_for_every_kind_of_colour_vision(vision: str) -> None:
    seen = {hue: lab(hue, vision) for hue in (BASELINE, *HUES)}
    close = {pair: apart(seen[pair[0]], seen[pair[1]]) for pair in combinations(seen, 2)}
    assert {pair: distance for pair, distance in close.items() if distance < LEAST_APART} == {}
    assert apart(seen[BETTER], seen[WORSE]) > 2 * LEAST_APART


def test_every_shipped_staffing_has_a_hue_of_its_own() -> None:
    assert sorted(HUE_OF.values()) == sorted(HUES)


@pytest.mark.parametrize("hue", [BASELINE, *HUES])
def test_marks_are_seen_on_white_and_names_can_be_read(hue: str) -> None:
    assert 1.05 / (luminance(hue) + 0.05) >= LEAST_CONTRAST_OF_MARKS
    assert 1.05 / (luminance(readable(hue)) + 0.05) >= LEAST_CONTRAST


def test_red_and_green_of_one_lightness_are_close_for_those_who_confuse_them() -> None:
    red, green = "#c04000", "#607800"
    assert apart(lab(red), lab(green)) > 3 * apart(lab(red, "protan"), lab(green, "protan"))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_distances_are_those_published_with_the_formula(one: object, other: object, expected: float) -> None:
    assert apart(np.array(one), np.array(other)) == pytest.approx(expected, abs=5e-5)
