"""Departments of any streams: rates by hour, streams and roles taken out, no file for what is not there."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from sim.config import compose
from sim.department.arrivals import Hourly, Profile, Replay
from sim.department.discipline import Discipline
from sim.department.pathway import Task
from sim.department.quantities import Gamma, Lognormal
from sim.department.scenario import ScenarioError
from sim.engine.workload import Workload
from sim.runs.engines import Engine
from tests.in_process import peered
from tests.test_received_configs import folder_with, problems
from tests.worlds import always, one_stream, staffed

pytestmark = pytest.mark.end_to_end

ORTHO = {
    "department__ortho": """defaults: [default, _self_]
streams:
  ortho:
    pathway:
      - {name: cast, kind: task, role: nurse, minutes: {family: constant, value: 20}}
""",
    "demand__ortho": "defaults: [default, _self_]\nper_hour: {ortho: 2}\nacuity_mix: {ortho: [0, 0, 0, 1, 0]}\n",
}
MEDICAL_ALONE = {
    "department__medical": """defaults: [default, _self_]
streams: {mental_health: null}
minimum_cover: {crisis_clinician: null, observation_aide: null, security: null}
""",
    "staffing__medical": """defaults: [traditional, _self_]
crisis_clinician: null
psychiatrist: null
observation_aide: null
security: null
""",
}


def test_a_third_stream_beside_the_shipped_demand_leaves_the_visits_of_the_two_as_they_are(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, **ORTHO)
    words = ["study=run", "study.weeks=1"]
    three = compose([*words, "department=ortho", "demand=ortho"], folder).scenario
    two = compose(words).scenario
    assert three.demand.streams() == ("medical", "mental_health", "ortho")
    assert three.acuity_mix_of("ortho") == (0, 0, 0, 1, 0)
    arrivals, before = (Workload(one, 1, 0).arrivals_under(7) for one in (three, two))
    assert arrivals[arrivals["stream"] < 2].tolist() == before.tolist()
    assert (arrivals["stream"] == 2).sum() > 200


def test_a_profile_without_further_streams_is_written_as_before_there_were_any() -> None:
    demand = compose(["study=run"]).scenario.demand
    assert isinstance(demand, Profile)
    assert "per_hour" not in demand.model_dump()
    assert "per_hour" in demand.model_copy(update={"per_hour": {"ortho": 2.0}}).model_dump()


def test_rates_are_one_number_a_day_or_a_week() -> None:
    day = tuple(float(hour) for hour in range(24))
    week = tuple(tuple(hour + weekday for hour in day) for weekday in range(7))
    demand = Hourly(per_hour={"one": 2.0, "day": day, "week": week}, growth=2.0)
    rates = {name: demand.arrivals_of(name, 1.0).rate_per_hour for name in demand.streams()}
    assert rates["one"] == (4.0,) * 168
    assert rates["day"] == tuple(2.0 * rate for rate in day) * 7
    assert rates["week"][24:48] == tuple(2.0 * (rate + 1.0) for rate in day)


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("per_hour: {sales: -1}", "demand.per_hour.sales", "at least 0"),
        ("per_hour: {sales: [1, 2]}", "demand.per_hour.sales", "give at least 24 entries"),
        ("per_hour: {sales: [[1, 2]]}", "demand.per_hour.sales", "give at least"),
        ("per_hour: {sales: much}", "demand.per_hour.sales", "give a number"),
        ("per_hour: {}", "demand.per_hour", "give at least 1 entry"),
        ("per_hour: {sales: 1}\nday_factor_cv: {sale: 0.1}", "demand.day_factor_cv.sale", "did you mean sales?"),
        ("per_hour: {sales: 1}\nacuity_mix: {sales: [1, 1, 0, 0, 0]}", "demand.acuity_mix.sales", "divide each by 2"),
    ],
)  # fmt: skip
def test_a_slip_in_the_rates_is_named_at_its_place(text: str, path: str, said: str, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, demand__calls=f"kind: hourly\n{text}\n")
    found = problems(lambda: compose(["study=run", "demand=calls"], folder))
    assert any(problem.path.startswith(path) and said in f"{problem.value} {problem.remedy}" for problem in found), (
        found
    )


def test_the_profile_of_a_stream_is_not_given_twice(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, demand__twice="defaults: [default, _self_]\nper_hour: {medical: 2}\n")
    with pytest.raises(ScenarioError, match=r"per_hour.medical is in the profile"):
        compose(["study=run", "demand=twice"], folder)


def test_null_takes_an_inherited_stream_or_role_out_in_files_and_as_typed(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, **MEDICAL_ALONE)
    words = ["study=run", "demand.mental_health_share=0"]
    in_files = compose([*words, "department=medical", "staffing=medical"], folder).scenario
    assert list(in_files.department.streams) == ["medical"]
    assert list(in_files.staffing.roles) == ["physician", "nurse", "triage_nurse"]
    roles = ("crisis_clinician", "psychiatrist", "observation_aide", "security")
    typed = [f"staffing.{role}=null" for role in roles]
    assert compose([*words, "department=medical", *typed], folder).scenario.content_hash() == in_files.content_hash()


def test_null_where_it_has_a_meaning_stays_and_where_there_is_nothing_is_refused(tmp_path: Path) -> None:
    text = "defaults: [default, _self_]\nzones: {acute: {places: null}}\n"
    folder = folder_with(tmp_path, department__open=text, department__slip=text + "streams: {medicl: null}\n")
    assert compose(["study=run", "department=open"], folder).scenario.department.zones["acute"].places is None
    with pytest.raises(ScenarioError, match=r"department.streams.medicl"):
        compose(["study=run", "department=slip"], folder)


def test_a_department_in_which_nobody_boards_needs_no_nurse(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path,
        department__centre="streams: {calls: {pathway: [{name: answer, kind: task, role: agent, minutes: "
        "{family: exponential, mean: 5}}]}}\n",
        demand__calls="kind: hourly\nper_hour: {calls: 10}\n",
        staffing__agents="agent: {hourly_cost: 25, hours: 08:00-20:00, heads: 2}\n",
    )
    words = ["study=run", "department=centre", "demand=calls", "staffing=agents"]
    assert list(compose(words, folder).scenario.staffing.roles) == ["agent"]


# --- an answer speaks of what there is


@pytest.fixture(scope="module")
def call_centre(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Two staffings of a call centre compared: the folder, and what the terminal said."""
    folder = folder_with(
        tmp_path_factory.mktemp("centre"),
        mine__department__centre="streams: {calls: {patience: {never_leaves: 0.5, minutes: {family: exponential, mean: "
        "5}}, pathway: [{name: answer, kind: task, role: agent, may_leave: true, minutes: {family: exponential, mean: "
        "5}}]}}\n",
        mine__demand__calls="kind: hourly\nper_hour: {calls: 20}\n",
        mine__staffing__agents="agent: {hourly_cost: 25, hours: 00:00-24:00, heads: 3}\n",
        mine__staffing__more="defaults: [agents, _self_]\nagent: {heads: 4}\n",
    )
    words = ["department=centre", "demand=calls", "study.weeks=1", "study.replications=3", "study.warm_up_weeks=0"]
    done = peered("--config-dir", "mine", *words, "study.staffing=[agents,more]", "output=answer", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_the_answer_of_a_department_without_them_says_nothing_of_mental_health_peers_and_boarding(
    call_centre: tuple[Path, str],
) -> None:
    folder, said = call_centre
    answer = (folder / "answer" / "answer.md").read_text(encoding="utf-8")
    for text in (said, answer.partition("Price year")[0]):
        assert "more" in text
        for word in ("peer", "mental", "company", "board", "return", "psw", "escalat"):
            assert word not in text.lower().replace("peered", ""), word
    assert {file.stem for file in (folder / "answer" / "figures").glob("*.png")}.isdisjoint(
        {"hour_of_week", "minutes_without_staff", "return_curves", "waits_by_acuity", "peer_day"}
    )


def test_one_scenario_says_how_long_is_waited_for_its_steps(call_centre: tuple[Path, str]) -> None:
    words = ["study=run", "department=centre", "demand=calls", "staffing=agents", "study.weeks=1"]
    done = peered(
        "--config-dir", "mine", *words, "study.warm_up_weeks=0", "study.replications=2", "output=one",
        cwd=call_centre[0],
    )  # fmt: skip
    said = " ".join(done.stdout.split())
    assert "How long they wait: for answer" in said
    assert "How long they stay" in said
    assert "Who comes back" not in said
    assert "mental" not in said


def test_staffings_of_ones_own_department_are_compared_without_the_default_team(
    call_centre: tuple[Path, str],
) -> None:
    words = ["department=centre", "demand=calls", "study.staffing=[agents,more]"]
    question = compose(words, call_centre[0] / "mine")
    assert list(question.scenarios) == ["agents", "more"]
    assert question.scenario.staffing.name == "agents"


# --- from an empty folder


def test_a_call_centre_takes_at_most_20_lines_of_yaml() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "how-to" / "another-department.md").read_text("utf-8")
    blocks = [part.partition("```")[0] for part in page.split("```yaml\n")[1:]]
    lines = [line for block in blocks for line in block.splitlines() if not line.startswith("#")]
    assert len(blocks) == 4
    assert len(lines) <= 20


@pytest.mark.parametrize("family", [Lognormal, Gamma])
def test_a_mean_with_a_standard_deviation_is_a_mean_with_its_coefficient(family: type[Lognormal | Gamma]) -> None:
    assert family.model_validate({"mean": 5, "sd": 4}) == family(mean=5.0, cv=0.8)
    assert family.model_validate({"mean": 5, "sd": 4, "cv": None}) == family(mean=5.0, cv=0.8)
    for faulty, said in (
        ({"mean": 5, "sd": 4, "cv": 1}, "keep one"),
        ({"mean": [1, 2, 3, 4, 5], "sd": 4}, "cv with five means"),
        ({"mean": 5, "sd": 0}, "above 0"),
        ({"mean": 5, "sd": "4"}, "above 0"),
        ({"sd": 4}, "above 0"),
    ):
        with pytest.raises(ValidationError, match=said):
            family.model_validate(faulty)


def test_a_threshold_is_a_target_and_later_classes_overtake_when_they_have_waited_so_much_longer(
    simulate: Engine,
) -> None:
    """CTAS 5 with a target of 7 comes at 0 and 1, CTAS 3 with a target of 0 at 5 and 9; the one agent needs 10 minutes.

    At 10 the second CTAS 5 has 7 - 9 = -2 left, CTAS 3 have -5 and -1: the first CTAS 3 goes. At 20 they have -12 and
    -11: the second CTAS 5 goes, though a CTAS 3 waits.
    """
    visits = [{"at": 0.0, "acuity": 5}, {"at": 1.0, "acuity": 5}, {"at": 5.0, "acuity": 3}, {"at": 9.0, "acuity": 3}]
    scenario = one_stream(
        [Task(name="answer", role="agent", minutes=always(10.0))],
        {"agent": staffed()},
        Replay.model_validate({"visits": [visit | {"stream": "medical"} for visit in visits]}),
        discipline=Discipline(rule="target", targets=(0.0, 0.0, 0.0, 7.0, 7.0)),
    )
    trajectory = simulate(scenario, seed=1)
    assert trajectory.step_times[:, 0, 1].tolist() == [0.0, 20.0, 10.0, 30.0]
