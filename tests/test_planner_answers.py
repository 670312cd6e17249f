"""What the page says of the first replications: marks that are rarely false, probabilities only at the last look."""

from collections.abc import Callable

import numpy as np
import pytest

from sim.engine.measures.catalogue import HEADLINE
from sim.planner.answers import FIRST_MEASURE, N_HEADLINES, PAGE_LOOKS, choice_rows, page_rows, probability_text
from sim.runs.run_queue import FirstRuns

N_STUDIES = 400
LAST = PAGE_LOOKS[-1]
Look = Callable[[int, float], FirstRuns]


@pytest.fixture
def look() -> Look:
    """The first n of 20 replications in which nothing but chance differs, but for a shift of all measures."""
    draws = np.random.default_rng(3)

    def made(n: int, shift: float) -> FirstRuns:
        baseline, noise = draws.normal(50.0, 5.0, (2, LAST, N_HEADLINES))
        return FirstRuns(n, np.stack([baseline, baseline + noise - 50.0 + shift])[:, :n])

    return made


def test_of_measures_that_do_not_change_at_most_five_in_a_hundred_are_ever_marked(look: Look) -> None:
    marks = 0
    for _ in range(N_STUDIES):
        whole = look(LAST, 0.0)
        looks = [page_rows(FirstRuns(n, whole.values[:, :n])) for n in PAGE_LOOKS]
        marks += sum(any(row["mark"] for row in rows) for rows in zip(*looks, strict=True))
    assert 0.02 < marks / (N_STUDIES * N_HEADLINES) <= 0.05


def test_a_probability_is_said_at_the_last_look_alone(look: Look) -> None:
    assert [bool(choice_rows(look(n, 1.0))) for n in PAGE_LOOKS] == [False] * (len(PAGE_LOOKS) - 1) + [True]


def test_a_measure_with_a_better_side_has_its_probability(look: Look) -> None:
    rows = {row["measure"]: row["text"] for row in choice_rows(look(LAST, 30.0))}
    assert FIRST_MEASURE in rows
    assert set(rows) <= set(HEADLINE)
    assert "more than 99 %" in rows["reach.mental_health"]
    assert "less than 1 %" in rows["staff_cost_per_week.all"]
    assert ", 0 CAD/week if you keep the baseline" in rows["staff_cost_per_week.all"]


def test_identical_runs_leave_nothing_to_regret(look: Look) -> None:
    same = look(LAST, 0.0).values[:1]
    texts = {row["text"] for row in choice_rows(FirstRuns(LAST, np.concatenate([same, same])))}
    assert texts == {"Exactly the same under both: whichever you choose, nothing is to be regretted."}


def test_a_measure_that_a_department_does_not_have_has_no_probability(look: Look) -> None:
    values = look(LAST, 1.0).values.copy()
    values[0, 3, 0] = np.nan
    assert HEADLINE[0] not in {row["measure"] for row in choice_rows(FirstRuns(LAST, values))}


@pytest.mark.parametrize(("chance", "text"), [(0.0, "less than 1 %"), (1.0, "more than 99 %"), (0.871, "87 %")])
def test_a_probability_is_never_none_or_all(chance: float, text: str) -> None:
    assert probability_text(chance) == text
