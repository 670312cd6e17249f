"""The table of conditions of docs/what-decides.md: each staffing beside the traditional one, condition by condition."""

from pathlib import Path

import pandas as pd
import pytest

import sim
from benchmarks import figures
from benchmarks.conditions import (
    ADDED,
    ADMISSION,
    BASELINE,
    MARKERS,
    MEASURES,
    PAGE,
    conditions_of,
    markdown_table,
    varied,
    with_table,
)
from sim.config import compose_sweep
from sim.runs.tables_on_disk import write_table


@pytest.fixture(scope="module")
def labels() -> list[str]:
    return list(compose_sweep(["experiment=founding_conditions"]).scenarios)


@pytest.fixture
def folder(tmp_path: Path, labels: list[str]) -> Path:
    """Results of two replications: a level that each condition has for itself, a difference that the staffing makes."""
    levels = {condition: 100.0 * place for place, condition in enumerate(sorted({of_all(label) for label in labels}))}
    apart = {BASELINE: (0.0, 0.0), "peer_added": (-19.0, -21.0), "clinician_added": (-9.0, -9.0), "nurse_added": (1, 2)}
    rows = [
        {"label": label, "measure": measure, "replication": number, "value": levels[of_all(label)] + number + of_it}
        for label in labels
        for measure in [*MEASURES, "lwbs.all"]
        for number, of_it in enumerate(apart[varied(label)["staffing"]])
    ]
    write_table(pd.DataFrame(rows), tmp_path / "replications.parquet")
    many = [label.endswith("demand=crowded") for label in labels]
    write_table(pd.DataFrame({"label": labels, "many_leave": many}), tmp_path / "cautions.parquet")
    return tmp_path


def of_all(label: str) -> tuple[object, ...]:
    """The condition of a scenario, without its staffing."""
    return tuple(varied(label).values())[:-1]


def test_the_experiment_plays_four_staffings_under_each_of_eight_conditions(labels: list[str]) -> None:
    assert len(labels) == 32
    assert len({of_all(label) for label in labels}) == 8
    assert {varied(label)["staffing"] for label in labels} == {BASELINE, *ADDED}
    assert {varied(label)["admission"] for label in labels} == {0.16, 0.098}


def test_only_what_a_condition_names_differs_from_the_default_department(labels: list[str]) -> None:
    found = compose_sweep(["experiment=founding_conditions"]).scenarios
    assert found[labels[0]] == sim.load("study.weeks=52"), "the first condition is the default"
    others = ["support.wish_minutes=240", f"{ADMISSION}=0.098", "demand=crowded", "staffing=nurse_added"]
    assert found[labels[-1]] == sim.load("study.weeks=52", *others)


def test_a_staffing_is_paired_with_the_traditional_one_of_its_own_condition(folder: Path) -> None:
    table = conditions_of(folder)
    assert len(table) == 8 * 3 * 2
    of_peers = table[table["staffing"] == "peer_added"]
    assert set(of_peers["difference"]) == {-20.0}
    assert set(of_peers["half_width"].round(1)) == {12.7}, "a paired t interval of two: 12.7 x 1"
    assert set(table.loc[table["staffing"] == "clinician_added", "half_width"]) == {0.0}
    assert sorted(set(of_peers["baseline"])) == [100.0 * place + 0.5 for place in range(8)]
    assert table.groupby("demand")["many_leave"].all().to_dict() == {"crowded": True, "default": False}


def test_a_run_that_is_missing_is_named(folder: Path) -> None:
    file = folder / "replications.parquet"
    runs = sim.results(folder).replications
    gone = runs["label"].str.startswith("staffing=nurse_added") & (runs["replication"] == 1)
    file.unlink()
    write_table(runs[~gone], file)
    with pytest.raises(ValueError, match=r"staffing=nurse_added .* 1 runs are missing"):
        conditions_of(folder)


def test_the_table_has_a_row_a_condition_the_default_first_and_marks_where_many_leave(folder: Path) -> None:
    head, _, *rows = markdown_table(conditions_of(folder))
    assert head.startswith("| Demand | Wish | Admitted | Without staff: peers |")
    assert [row.split(" | ")[:3] for row in rows[:2]] == [["| default", "60", "16 %"], ["| default", "60", "9.8 %"]]
    assert rows[4].startswith("| crowded † | 60 | 16 % | −20.0 ± 12.7 | −9.0 ± 0.0 | +1.5 ± 6.4 | −20.0 ± 12.7 |")
    assert len(rows) == 8


def test_the_table_of_the_docs_is_made_of_the_stored_differences() -> None:
    """If this is meant to change: `make conditions`."""
    page = PAGE.read_text(encoding="utf-8")
    start, end = MARKERS
    shown = page.partition(start)[2].partition(end)[0].strip().splitlines()
    assert shown == markdown_table(figures.read("conditions"))
    assert with_table(page, shown) == page


def test_the_table_is_written_where_it_stands() -> None:
    start, end = MARKERS
    assert with_table(f"a\n\n{start}\n\nold\n\n{end}\n\nb\n", ["| new |"]) == f"a\n\n{start}\n\n| new |\n\n{end}\n\nb\n"
