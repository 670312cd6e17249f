"""Every study with a department that has no peers, mental health, places or acuity: an answer of what there is, or a
refusal that names what helps.

The department is the call centre of docs/how-to/another-department.md; `test_absent_topics` reads its report.
"""

import csv
import re
from pathlib import Path

import pytest

import sim
from sim.analysis.measures_that_apply import measures_that_apply
from sim.analysis.scenario_facts import received_scenarios
from sim.analysis.valuation import Worth, price_years_text
from sim.config import compose
from sim.department.scenario import Scenario
from sim.department.support import Effects, Support
from sim.runs.design import Design
from sim.runs.result_tables import Results
from tests.how_to_files import write_files_of
from tests.in_process import peered
from tests.one_figure import draw_one_figure

pytestmark = pytest.mark.end_to_end

FOREIGN = re.compile(r"\bpeers?\b|peer_|mental.health|\bchild|\bboard|\bbeds?\b|for a place|study\.assumptions", re.I)
CENTRE = ("--config-dir", "mine", "department=centre", "demand=calls")
TWO, NOTHING_MEASURED = "staffing=agents,four_agents", "nothing of what it measures is in this department"
BOTH, SHORT = "study.staffing=[agents,four_agents]", ("study.weeks=1", "study.replications=2")

PLAYED = {
    "compare": (BOTH, "study.demand_levels=[1]", *SHORT),
    "sweep": ("-m", TWO, *SHORT),
    "optimise": (
        "study=optimise", BOTH, "study.role=[agent]", "study.objective=lwbs_or_ama.all", "study.indifference=0.05",
        "study.objectives=[lwbs_or_ama.all,step_wait_mean.answer]", "study.rosters=6", "study.search_weeks=1",
        "study.finalists=2", *SHORT,
    ),
    "assumptions": ("study=assumptions", "staffing=agents"),
}  # fmt: skip
OF_PEERS, OF_OWN_TEAM = "it is about peer support workers", "name your own: study.staffing=[agents,four_agents]"
UNPUBLISHED = "department=centre has neither of their streams, medical and mental_health:"
SWEEP = "sweep what may be otherwise, as in peered -m demand.growth=0.9,1,1.1"
REFUSED = {
    "breakeven": (("study=breakeven", BOTH), OF_PEERS),
    "trial": (("study=trial", BOTH), OF_PEERS),
    "journey": (("study=journey", BOTH), OF_PEERS),
    "validate": (("study=validate", "staffing=agents"), f"{UNPUBLISHED} set what study=run says"),
    "conditioning": (("study=conditioning", "staffing=agents"), f"{UNPUBLISHED} {SWEEP}"),
    "conditioning, dry": (("--dry-run", "study=conditioning", "staffing=agents"), f"{UNPUBLISHED} {SWEEP}"),
    "sensitivity": (("study=sensitivity", BOTH), f"{UNPUBLISHED} {SWEEP}"),
    "with assumptions": ((BOTH, "study.assumptions=true"), f"{UNPUBLISHED} leave it out, and {SWEEP}"),
    "a swept one with assumptions": (
        ("-m", TWO, "study.assumptions=true"), f"{UNPUBLISHED} leave it out, and {SWEEP}"
    ),
    "calibrate": (
        ("study=calibrate", "staffing=agents", "study.map=calls", "visits=calls.csv"),
        "a file of visits tells of the streams medical and mental_health, and this department has neither",
    ),
    "the shipped staffings": ((), OF_OWN_TEAM),
    "one of its own beside a shipped one": (("staffing=agents",), OF_OWN_TEAM),
    "the shipped staffing": (("study=run",), "choose your own: staffing=agents"),
    "groups": ((BOTH, "report.by=[weekday]"), "groups are of visits that may be offered peer support"),
    "a measure of peers": (("-m", TWO, "report.measures=[reach.all]"), NOTHING_MEASURED),
    "a precision of places": (("-m", TWO, "study.precision={occupancy.all: {half_width: 1}}"), NOTHING_MEASURED),
    "an objective of peers": (
        ("study=optimise", BOTH, "study.role=agent", "study.objective=peer_missed.all", "study.objectives=[]"),
        NOTHING_MEASURED,
    ),
    "the objectives of peers": (("study=optimise", BOTH, "study.role=[agent]", "study.objectives=[]"), "name measures"),
}  # fmt: skip
"""Commands by what they ask, and words of the one problem that each has."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the page."""
    folder = tmp_path_factory.mktemp("centre")
    write_files_of("another-department", folder)
    (folder / "mine" / "visits").mkdir()
    (folder / "mine" / "visits" / "calls.yaml").write_text("arrival: {kind: timestamp, column: called}\n")
    (folder / "calls.csv").write_text("called\n2024-01-01 08:00\n")
    return folder


@pytest.fixture(scope="module")
def centre(folder: Path) -> Scenario:
    """The call centre."""
    return compose(["study=run", *CENTRE[2:], "staffing=agents"], folder / "mine").scenario


@pytest.fixture(scope="module", params=PLAYED)
def study(request: pytest.FixtureRequest, folder: Path) -> str:
    """A study that has been played; what was said on the terminal is in its folder."""
    name = str(request.param)
    with pytest.MonkeyPatch.context() as patch:
        draw_one_figure(patch)
        done = peered(*CENTRE, *PLAYED[name], f"output={name}", cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / name / "said.txt").write_text(f"{done.stdout}{done.stderr}", encoding="utf-8")
    return name


def foreign_in(text: str) -> list[str]:
    """What a text says of an emergency department, with what is around it."""
    return [text[max(found.start() - 60, 0) : found.end() + 40] for found in FOREIGN.finditer(text)]


def page_text(file: Path) -> str:
    """What a reader sees of a page."""
    return re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", file.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_an_answer_says_nothing_of_what_is_not_there(study: str, folder: Path) -> None:
    for name in ("said.txt", "answer.md"):
        assert foreign_in((folder / study / name).read_text(encoding="utf-8")) == []
    assert foreign_in(page_text(folder / study / "report.html")) == []


def test_the_wait_for_its_steps_is_said_where_nobody_waits_for_a_physician(study: str, folder: Path) -> None:
    said = {
        "compare": "Waits, each judged by itself: for answer ",
        "sweep": "wait for a step, mean (answer): four_agents",
        "optimise": "wait for a step, mean, answer",
        "assumptions": "",
    }
    assert said[study] in " ".join((folder / study / "said.txt").read_text(encoding="utf-8").split())


def test_what_begins_after_a_caution_begins_a_sentence(folder: Path) -> None:
    done = peered(*CENTRE, "study=run", "staffing=agents", *SHORT, "output=run", cwd=folder)
    assert "than they would be. Of chance alone" in " ".join(done.stdout.split())


def test_a_sweep_and_its_explorer_have_the_measures_of_a_comparison_and_judge_alike(folder: Path) -> None:
    for name in ("compare", "sweep"):
        if not (folder / name).exists():
            done = peered(*CENTRE, *PLAYED[name], f"output={name}", cwd=folder)
            assert done.returncode == 0, done.stderr
    swept, compared = (Results(folder / name).differences for name in ("sweep", "compare"))
    assert set(swept["measure"]) == set(compared["measure"])
    for column in ("p_holm", "simultaneous_half_width"):
        of_sweep, of_comparison = (table.set_index("measure")[column].dropna() for table in (swept, compared))
        assert of_sweep.to_dict() == of_comparison.to_dict() != {}
    shown = peered("study=results", "run=sweep", "export=sweep.html", cwd=folder)
    assert shown.returncode == 0, shown.stderr
    assert foreign_in(page_text(folder / "sweep.html")) == []
    assert '"reach' not in (folder / "sweep.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("asked", REFUSED)
def test_a_study_that_cannot_be_played_is_refused_with_what_helps(asked: str, folder: Path) -> None:
    words, remedy = REFUSED[asked]
    done = peered(*CENTRE, *words, cwd=folder)
    said = " ".join(done.stderr.split())
    assert done.returncode == 2
    assert said.startswith("1 problem;"), said
    assert remedy in said


def test_a_stored_comparison_without_returns_is_shown_again(folder: Path) -> None:
    if not (folder / "compare").exists():
        assert peered(*CENTRE, *PLAYED["compare"], "output=compare", cwd=folder).returncode == 0
    for words in ((), ("export=again.html",)):
        done = peered("study=results", "run=compare", *words, cwd=folder)
        assert done.returncode == 0, done.stderr
    assert foreign_in(page_text(folder / "again.html")) == []


def test_a_search_says_that_the_people_there_are_cannot_work_its_hours(folder: Path) -> None:
    words = [*CENTRE, "--dry-run", *PLAYED["optimise"]]
    bound = "4 people can work 160 of these 273 h a week (study.people, study.person_hours)"
    for people, is_bound in {(): True, ("study.people=null",): False, ("study.people=7",): False}.items():
        done = peered(*words, *people, cwd=folder)
        assert done.returncode == 0, done.stderr
        assert (bound in " ".join(done.stdout.split())) == is_bound


def test_a_calibration_over_hourly_rates_is_refused(folder: Path) -> None:
    rates = (folder / "mine" / "demand" / "calls.yaml").read_text(encoding="utf-8").replace("calls:", "medical:")
    (folder / "mine" / "demand" / "few.yaml").write_text(rates, encoding="utf-8")
    words = ("study=calibrate", "study.map=calls", "visits=calls.csv", "demand=few")
    done = peered("--config-dir", "mine", *words, cwd=folder)
    assert done.returncode == 2
    assert "choose one that is kind: profile, as demand=default" in " ".join(done.stderr.split())


def test_what_a_refusal_names_instead_can_be_played(folder: Path) -> None:
    for words in (("-m", "demand.growth=0.9,1,1.1", "staffing=agents"), (BOTH, "study.event_log=csv")):
        done = peered(*CENTRE, "--dry-run", *words, cwd=folder)
        assert done.returncode == 0, done.stderr


NOTHING_THERE = (
    "census_waiting_mean.all",
    "occupancy.main",
    "ctas3_of_leavers.all",
    "pia_within_target.all",
    "ama.all",
)
NOTHING_THERE += ("wait_triage_to_pia_ctas3_mean.all", "pia_within_target.all", "reach.all", "utilisation.psw")
THERE = ("lwbs_or_ama.all", "n_visits.calls", "step_wait_mean.answer", "utilisation.agent", "census_present_mean.all")


def test_measures_of_places_acuity_and_physicians_are_of_departments_that_have_them(centre: Scenario) -> None:
    of_centre, of_both = measures_that_apply([centre]), measures_that_apply([centre, sim.load("staffing=peer_added")])
    assert [name for name in NOTHING_THERE if of_centre.has(name)] == []
    assert all(map(of_centre.has, THERE))
    assert all(map(of_both.has, (*THERE, *NOTHING_THERE)))
    assert all(map(measures_that_apply([]).has, NOTHING_THERE)), "of scenarios that cannot be read nothing is known"


def test_acuity_may_be_given_to_a_department_of_ones_own(centre: Scenario) -> None:
    demand = centre.demand.model_copy(update={"acuity_mix": {"calls": (0.0, 0.0, 0.5, 0.5, 0.0)}})
    assert measures_that_apply([centre.model_copy(update={"demand": demand})]).has("ctas3_of_leavers.all")


def test_the_scenarios_of_a_stored_sweep_are_told_apart_by_their_departments(centre: Scenario) -> None:
    shipped = sim.load()
    same = {"staffing": shipped.staffing, "support": Support(), "effects": Effects(), "period": shipped.period}
    scenarios = {"centre": centre.model_copy(update=same), "shipped": shipped.model_copy(update=same)}
    table = Design(scenarios=scenarios, replications=1, seed=1).table()
    assert received_scenarios(table).measures.has("census_waiting_mean.all")
    assert not received_scenarios(table[table["label"] == "centre"]).measures.has("census_waiting_mean.all")


def test_no_price_is_given_for_what_does_not_happen(centre: Scenario) -> None:
    visit = Worth(name="mental_health_visit", measure="visits_per_week.mental_health", cad_per_unit=-370.0)
    assert "mental health visit" in price_years_text([sim.load()], [visit])
    assert "mental health visit" not in price_years_text([centre], [visit])


# --- a department of the user's own roles that has a published stream

CLINIC = """streams:
  medical:
    pathway:
      - {name: physician, kind: task, role: doctor, purpose: physician, minutes: {family: constant, value: 10}}
"""
RATES = "kind: hourly\nper_hour: {medical: [4]}\n".replace("[4]", f"[{', '.join(['4'] * 24)}]")
TEAM = "doctor: {hourly_cost: 90, hours: 00:00-12:00, heads: 2}\n"


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """The folder of its files."""
    for name, text in {"department/clinic": CLINIC, "demand/few": RATES, "staffing/doctors": TEAM}.items():
        file = tmp_path / "mine" / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


JUDGED = ("study=validate", "department=clinic", "demand=few", "staffing=doctors")


def test_a_validation_in_a_department_without_the_shipped_roles_does_without_the_staffing_of_peers(
    clinic: Path,
) -> None:
    assert list(compose(list(JUDGED), clinic / "mine").played) == ["doctors"]
    assert list(compose(["study=validate"]).played) == ["traditional", "peer_added"]
    done = peered("--config-dir", "mine", *JUDGED, *SHORT, "output=judged", cwd=clinic)
    assert done.returncode == 0, done.stderr
    with (clinic / "judged" / "validation.csv").open(encoding="utf-8", newline="") as file:
        n_of = {line["key"]: line["n"] for line in csv.DictReader(file)}
    assert n_of["wait_triage_to_physician_mean"] == "2"
    assert n_of["admission_share"] == "0", "nobody is admitted where no step admits"


def test_a_validation_of_a_staffing_of_ones_own_is_of_no_other(tmp_path: Path) -> None:
    (tmp_path / "staffing").mkdir()
    (tmp_path / "staffing" / "ours.yaml").write_text("defaults: [peer_added, _self_]\n", encoding="utf-8")
    assert list(compose(["study=validate", "staffing=ours"], tmp_path).played) == ["ours"]


def test_a_validation_in_a_department_of_ones_own_is_of_the_default_staffing(tmp_path: Path) -> None:
    (tmp_path / "department").mkdir()
    (tmp_path / "department" / "ours.yaml").write_text("defaults: [default, _self_]\n", encoding="utf-8")
    assert list(compose(["study=validate", "department=ours"], tmp_path).played) == ["traditional", "peer_added"]


def test_a_mistake_in_the_department_is_still_named(clinic: Path) -> None:
    (clinic / "mine" / "department" / "clinic.yaml").write_text(CLINIC.replace("doctor", "docter"), encoding="utf-8")
    done = peered("--config-dir", "mine", *JUDGED, cwd=clinic)
    assert "did you mean doctor?" in " ".join(done.stderr.split())
