"""The report of a department says nothing general of what it is no place for."""

import re

import pytest

import sim
from sim.analysis.measures_that_apply import absent_from
from sim.report.study_report import is_about
from sim.report.words.limits import LIMITS_OF_ALL, limits_without
from tests.how_to_files import write_files_of
from tests.in_process import peered

FOREIGN = re.compile(
    r"peer support|mental.health|children|\bboarding|\bSUPA|\bEFFA|\bBOAA|\bPOP0|STRESS-DES|composite", re.I
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of the call centre of the how-to, as text."""
    folder = tmp_path_factory.mktemp("centre")
    write_files_of("another-department", folder)
    words = ["study=run", "department=centre", "demand=calls", "staffing=agents", "output=answer"]
    done = peered("--config-dir", "mine", *words, "study.weeks=1", "study.replications=2", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert FOREIGN.findall(done.stdout) == []
    page = (folder / "answer" / "report.html").read_text(encoding="utf-8")
    return re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)


def test_a_call_centre_is_told_nothing_of_an_emergency_department(report: str) -> None:
    assert [report[m.start() - 90 : m.end() + 40] for m in FOREIGN.finditer(report)] == []
    assert "Beside published figures" not in report
    assert "Costs are those of rostered staff" in report


def test_the_shipped_department_lacks_nothing() -> None:
    assert absent_from([sim.load()]) == ()
    assert tuple(limits_without(())) == LIMITS_OF_ALL


def test_a_department_without_mental_health_and_peers_is_still_one_of_children() -> None:
    with_it, without = sim.load(), sim.load()
    streams = {"medical": with_it.department.streams["medical"]}
    department = without.department.model_copy(update={"streams": streams})
    assert absent_from([without.model_copy(update={"department": department})])[:2] == ("peers", "mental_health")
    assert absent_from([with_it, without.model_copy(update={"department": department})]) == ()


def test_rows_of_the_register_go_with_their_topic() -> None:
    assert is_about("SUPA01", ("mental_health",))
    assert not is_about("SUPA01", ("peers",))
    assert not is_about("WORA03", ("mental_health",))
    assert is_about("RUNA02", ("peers", "mental_health", "boarding"))
