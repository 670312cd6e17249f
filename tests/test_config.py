"""The shipped department composes, adds up to its own arithmetic, and takes the overrides users are told of."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from sim.config import compose, shipped_choices, shipped_configs
from sim.config.chosen_files import composed_files
from sim.config.key_paths import locate
from sim.config.overrides import drafted
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH, Profile
from sim.department.expected_work import loads
from sim.department.pathway import Dispose, SideTask, Task
from sim.department.quantities import of_acuity
from sim.department.roster import heads_by_minute
from sim.department.scenario import Scenario, ScenarioError
from sim.department.support import return_factors
from sim.io.plain_data import value_at
from sim.studies.question import STUDIES, Question, studies_with

HOURS_A_DAY = {
    "physician": 104.0,
    "nurse": 216.0,
    "triage_nurse": 48.0,
    "crisis_clinician": 32.0,
    "psychiatrist": 16.0,
    "observation_aide": 36.0,
    "security": 24.0,
}
PHYSICIANS_BY_HOUR = [4, 3, 2, 2, 2, 2, 2, 2, 2, 3, 4, 5, 6, 6, 6, 6, 7, 7, 7, 6, 5, 5, 5, 5]
NURSES_AT = {8: 6, 10: 7, 12: 10, 14: 11, 16: 12, 20: 12, 22: 11, 23: 8, 1: 7, 3: 6}
WEEKLY_COST = {
    "traditional": 0,
    "peer_added": 3838,
    "peer_evening": 3838,
    "peer_247": 5741,
    "clinician_added": 3843,
    "nurse_added": 3804,
    "peer_swapped": 34,
}
ADDED_HOURS = {
    "peer_added": 108,
    "peer_evening": 108,
    "peer_247": 168,
    "clinician_added": 70,
    "nurse_added": 60,
    "peer_swapped": 48,
}
PHYSICIAN_MINUTES = (73.6, 38.9, 26.3, 15.0, 10.9)
ROUNDING = 3.5
"""CAD a week: rates are kept rounded to ten cents, the published table multiplies before rounding."""


@pytest.fixture(scope="module")
def everything() -> Question:
    """Every shipped staffing, the baseline first."""
    names = dict.fromkeys(("traditional", *shipped_choices("staffing")))
    return compose([f"study.staffing=[{','.join(names)}]"])


@pytest.fixture(scope="module")
def default(everything: Question) -> Scenario:
    return everything.scenario


def demand_of(scenario: Scenario) -> Profile:
    assert isinstance(scenario.demand, Profile)
    return scenario.demand


def step_minutes(step: Task | SideTask, needs: dict[str, float | tuple[float, ...]], acuity: int) -> float:
    share = of_acuity(step.share, acuity) * (of_acuity(needs[step.need], acuity) if step.need else 1.0)
    return share * step.minutes.mean_of(acuity)


def minutes_by_acuity(scenario: Scenario, stream: str, role: str, *, side: bool = False) -> list[float]:
    """Minutes of a role per visit that stays, by CTAS 1-5; steps after the disposition by its share."""
    described = scenario.department.streams[stream]
    dispose = next(step for step in described.pathway if isinstance(step, Dispose))
    totals = []
    for acuity in range(1, 6):
        admitted = of_acuity(dispose.admission, acuity)
        happens = {None: 1.0, "admission": admitted, "discharge": 1.0 - admitted, "transfer": 0.0}
        kinds = (Task, SideTask) if side else (Task,)
        totals.append(
            sum(
                happens[step.only_if] * step_minutes(step, described.needs, acuity)
                for step in described.pathway
                if isinstance(step, kinds) and step.role == role
            )
        )
    return totals


def mean_minutes(scenario: Scenario, stream: str, role: str, *, side: bool = False) -> float:
    mix = demand_of(scenario).acuity_mix[stream]
    return float(np.dot(mix, minutes_by_acuity(scenario, stream, role, side=side)))


def test_every_shipped_staffing_composes_without_a_problem(everything: Question) -> None:
    assert set(everything.scenarios) == set(shipped_choices("staffing"))
    assert next(iter(everything.scenarios)) == "traditional"


@pytest.mark.parametrize("group", ["effects", "boarding", "discipline", "support", "demand"])
def test_every_shipped_choice_composes(group: str) -> None:
    for name in shipped_choices(group):
        assert getattr(compose(["study=run", f"{group}={name}"]).scenario, group).name == name


def test_the_traditional_roster_has_the_hours_of_the_department(default: Scenario) -> None:
    hours = {name: role.hours_per_week() / 7.0 for name, role in default.staffing.roles.items()}
    assert hours == HOURS_A_DAY


def test_heads_on_duty_by_hour_are_those_of_the_department(default: Scenario) -> None:
    physicians = heads_by_minute(default.staffing.roles["physician"])
    nurses = heads_by_minute(default.staffing.roles["nurse"])
    assert [int(physicians[hour * 60]) for hour in range(24)] == PHYSICIANS_BY_HOUR
    assert {hour: int(nurses[hour * 60]) for hour in NURSES_AT} == NURSES_AT


@pytest.mark.parametrize("name", WEEKLY_COST)
def test_each_staffing_costs_what_the_table_says(name: str, everything: Question) -> None:
    extra = everything.scenarios[name].staffing.weekly_cost() - everything.scenario.staffing.weekly_cost()
    assert abs(extra - WEEKLY_COST[name]) <= ROUNDING


@pytest.mark.parametrize("name", ADDED_HOURS)
def test_each_staffing_adds_the_hours_of_the_table(name: str, everything: Question) -> None:
    def hours(scenario: Scenario) -> float:
        return sum(role.hours_per_week() for role in scenario.staffing.roles.values())

    assert hours(everything.scenarios[name]) - hours(everything.scenario) == ADDED_HOURS[name]


def test_the_swap_takes_sixty_nurse_hours_and_keeps_wednesday_and_thursday(everything: Question) -> None:
    before = everything.scenario.staffing.roles["nurse"]
    after = everything.scenarios["peer_swapped"].staffing.roles["nurse"]
    assert before.hours_per_week() - after.hours_per_week() == 60.0
    short = heads_by_minute(before) - heads_by_minute(after)
    assert [int(short[day * 1440 + 12 * 60]) for day in range(7)] == [1, 1, 0, 0, 1, 1, 1]


def test_an_inherited_staffing_changes_nothing_but_what_it_names(everything: Question) -> None:
    added = everything.scenarios["peer_added"].staffing.roles
    assert {name: role for name, role in added.items() if name != "psw"} == everything.scenario.staffing.roles


def test_physician_minutes_of_a_visit_add_up_to_the_published_ones(default: Scenario) -> None:
    assert minutes_by_acuity(default, MEDICAL, "physician") == pytest.approx(PHYSICIAN_MINUTES, abs=0.05)
    assert minutes_by_acuity(default, MENTAL_HEALTH, "physician") == pytest.approx(PHYSICIAN_MINUTES, abs=1e-9)


def test_the_offered_load_is_that_of_the_departments_arithmetic(default: Scenario) -> None:
    visits = {MEDICAL: 71250 / 365, MENTAL_HEALTH: 3750 / 365}
    physician = sum(visits[stream] * mean_minutes(default, stream, "physician") for stream in visits) / 60
    triage = sum(visits[stream] * mean_minutes(default, stream, "triage_nurse") for stream in visits) / 60
    psychiatrist = visits[MENTAL_HEALTH] * mean_minutes(default, MENTAL_HEALTH, "psychiatrist", side=True) / 60
    assert mean_minutes(default, MEDICAL, "physician") == pytest.approx(23.08, abs=0.02)
    assert mean_minutes(default, MENTAL_HEALTH, "physician") == pytest.approx(27.38, abs=0.02)
    assert physician == pytest.approx(79.8, abs=0.1)
    assert mean_minutes(default, MEDICAL, "nurse", side=True) == pytest.approx(41.5, abs=0.1)
    assert mean_minutes(default, MENTAL_HEALTH, "nurse") == pytest.approx(36.8, abs=0.1)
    assert triage == pytest.approx(24.3, abs=0.1)
    assert loads(default)["crisis_clinician"].own / 7 == pytest.approx(16.0, abs=0.1)  # by classes of severity
    assert psychiatrist == pytest.approx(1.9, abs=0.05)


def test_arrivals_meet_the_published_blocks_and_volumes(default: Scenario) -> None:
    demand = demand_of(default)
    shares = np.array(demand.hour_shares, dtype=float)
    assert shares.reshape(3, 8).sum(axis=1) == pytest.approx([0.126, 0.438, 0.436])
    first = {stream: 365 / 7 * sum(default.arrivals_of(stream).rate_per_hour) for stream in demand.streams()}
    assert first[MEDICAL] == pytest.approx(60560, rel=1e-3)
    assert first[MENTAL_HEALTH] == pytest.approx(2398, rel=1e-3)


def test_admissions_are_those_of_the_department(default: Scenario) -> None:
    dispose = next(s for s in default.department.streams[MEDICAL].pathway if isinstance(s, Dispose))
    medical = float(np.dot(demand_of(default).acuity_mix[MEDICAL], dispose.admission))
    assert medical == pytest.approx(0.061, abs=0.001)
    assert 0.95 * medical + 0.05 * 0.16 == pytest.approx(0.066, abs=0.001)


def test_the_base_case_assumes_no_effect(default: Scenario) -> None:
    factors = return_factors(default.effects)
    assert (factors.direct, factors.linkage, factors.bridging) == (1.0, 1.0, 1.0)
    assert set(default.effects.peer.model_dump().values()) == {1.0}
    assert default.staffing.enhances == ()


def test_only_staffings_with_a_larger_crisis_team_claim_the_clinicians_evidence(everything: Question) -> None:
    enhanced = {name for name, scenario in everything.scenarios.items() if scenario.staffing.enhances}
    assert enhanced == {"clinician_added", "clinician_callback", "mh_nurse_added"}


def test_documented_overrides_reach_their_place() -> None:
    composed = compose(
        [
            "study=run",
            "staffing=peer_added",
            "staffing.psw.heads=2",
            "staffing.nurse.absence_share=.04",
            "+staffing.nurse.shifts.extra={start: '10:00', minutes: 300, days: [sat]}",
            "demand.growth=1.05",
            "demand.mh_growth=1.08",
            "demand.mh_shape=evening_heavy",
            "effects.total_return_hr=.9",
            "support.wish_minutes=90",
            "boarding=pool",
            "boarding.mean_hours=10",
            "department.streams.medical.pathway.triage.minutes.mean=8",
            "department.zones.fast_track.places=8",
            "study.weeks=4",
            "study.warm_up_weeks=1",
            "seed=7",
            "output=somewhere else",
        ]
    )
    scenario = composed.scenario
    assert scenario.staffing.roles["psw"].heads == 2
    assert scenario.staffing.roles["nurse"].absence_share == 0.04
    assert scenario.staffing.roles["nurse"].shifts["extra"].start == 600.0
    assert (scenario.demand.growth, demand_of(scenario).mh_growth) == (1.05, 1.08)
    assert demand_of(scenario).mh_shape == "evening_heavy"
    assert scenario.effects.total_return_hr == 0.9
    assert scenario.support.wish_minutes == 90
    assert (scenario.boarding.kind, scenario.boarding.mean_hours) == ("pool", 10)
    triage = next(step for step in scenario.department.streams[MEDICAL].pathway if step.name == "triage")
    assert isinstance(triage, Task)
    assert triage.minutes.mean_of(3) == 8
    assert scenario.department.zones["fast_track"].places == 8
    assert (scenario.period.weeks, scenario.period.warm_up_weeks) == (4, 1)
    assert (composed.seed, composed.output, composed.engine) == (7, Path("somewhere else"), "compiled")


def test_an_override_of_a_role_only_some_staffings_have_changes_those() -> None:
    composed = compose(["study.staffing=[traditional,peer_added]", "staffing.psw.heads=2"])
    assert "psw" not in composed.scenarios["traditional"].staffing.roles
    assert composed.scenarios["peer_added"].staffing.roles["psw"].heads == 2


def test_all_staffings_come_in_the_order_of_the_shipped_comparison_and_your_own_after_them(tmp_path: Path) -> None:
    (tmp_path / "staffing").mkdir()
    for name in ("zeal", "a_team"):
        (tmp_path / "staffing" / f"{name}.yaml").write_text("defaults: [traditional, _self_]\n", encoding="utf-8")
    shipped = compose([]).study.staffing
    assert compose(["study.staffing=all"]).study.staffing == shipped
    assert compose(["study.staffing=all"], tmp_path).study.staffing == (*shipped, "a_team", "zeal")
    against = compose(["study.staffing=all", "study.baseline=nurse_added"]).study.staffing
    assert against == ("nurse_added", *(name for name in shipped if name != "nurse_added"))


def test_the_shipped_comparison_leaves_out_comparators_and_scenarios_and_sees_180_days() -> None:
    study = compose([]).study
    apart = {"clinician_callback", "mh_nurse_added", "nurse_practitioner_added", "nurse_tight"}
    assert {*study.staffing, *apart} == set(shipped_choices("staffing"))
    assert not apart & set(study.staffing)
    assert study.staffing[0] == study.baseline == "traditional"
    assert study.weeks * 7 >= 360, "the visits of the first half have their 180 days"
    assert study.replications >= 20


def test_a_chosen_staffing_is_compared_with_the_baseline_alone() -> None:
    assert compose(["staffing=peer_247"]).study.staffing == ("traditional", "peer_247")


def test_a_chosen_staffing_that_is_not_among_those_listed_is_refused() -> None:
    words = ["staffing=peer_247", "study.staffing=[traditional,peer_added]"]
    with pytest.raises(ScenarioError, match=r"study.staffing=\[traditional,peer_added,peer_247\]"):
        compose(words)
    assert compose([*words[1:], "staffing=peer_added"]).study.staffing == ("traditional", "peer_added")


def test_a_validation_plays_the_staffing_with_peers_beside_with_the_overrides_of_the_command() -> None:
    played = compose(["study=validate", "staffing=nurse_added", "demand.growth=1.1"]).played
    assert list(played) == ["nurse_added", "peer_added"]
    assert [scenario.demand.growth for scenario in played.values()] == [1.1, 1.1]


def test_composition_depends_on_nothing_but_the_overrides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = compose(["study=run"])
    monkeypatch.chdir(tmp_path)
    there = compose(["study=run"])
    assert there.scenario.content_hash() == here.scenario.content_hash()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("folder", ["ours", "our own, é'\"[1]=2"])
def test_a_folder_of_the_users_own_adds_choices(folder: str, tmp_path: Path) -> None:
    tmp_path = tmp_path / folder
    (tmp_path / "staffing").mkdir(parents=True)
    own = "defaults: [peer_added, _self_]\nname: mine\npsw:\n  shifts:\n    day: {heads: 3}\n"
    (tmp_path / "staffing" / "mine.yaml").write_text(own)
    composed = compose(["study=run", "staffing=mine", f"configs={tmp_path}"])
    day = composed.scenario.staffing.roles["psw"].shifts["day"]
    assert (day.heads, day.minutes) == (3, 720)
    assert [file.stem for file in composed.files if file.parent.name == "staffing"] == [
        "traditional",
        "peer_added",
        "mine",
    ]


def own_staffings(folder: Path, **texts: str) -> list[str]:
    """Overrides that compare the traditional staffing with those of these texts."""
    (folder / "staffing").mkdir(parents=True)
    for name, text in texts.items():
        (folder / "staffing" / f"{name}.yaml").write_text(f"name: {name}\n{text}\n")
    return [f"configs={folder}", f"study.staffing=[traditional,{','.join(texts)}]"]


def test_staffings_composed_together_are_those_chosen_alone(everything: Question) -> None:
    alone = {name: compose(["study=run", f"staffing={name}"]).scenario for name in ("peer_added", "crisis_lean")}
    assert {name: everything.scenarios[name].staffing for name in alone} == {
        name: scenario.staffing for name, scenario in alone.items()
    }


def test_staffings_of_the_users_own_are_compared_without_being_chosen(tmp_path: Path) -> None:
    composed = compose(own_staffings(tmp_path, mine="defaults: [peer_added, _self_]\npsw: {hourly_cost: 99}"))
    assert composed.scenarios["mine"].staffing.roles["psw"].hourly_cost == 99.0


def test_a_reference_in_a_staffing_means_an_entry_of_its_own_file(tmp_path: Path) -> None:
    refers = "defaults: [peer_added, _self_]\npsw: {hourly_cost: '${staffing.weekly_extra_cost}'}\nweekly_extra_cost: "
    texts = {"dear": f"{refers}40", "cheap": f"{refers}20"}
    scenarios = compose(own_staffings(tmp_path, **texts)).scenarios
    costs = [scenarios[name].staffing.roles["psw"].hourly_cost for name in ("dear", "cheap")]
    assert costs == [40.0, 20.0]


def test_of_staffings_composed_together_the_faulty_one_alone_is_reported(tmp_path: Path) -> None:
    sound, faulty = "defaults: [peer_added, _self_]", "defaults: [traditional, _self_]\nlabel: ${staffing.nowhere}"
    with pytest.raises(ScenarioError) as caught:
        compose(own_staffings(tmp_path, one=sound, two=faulty, three=sound))
    (problem,) = caught.value.problems
    assert problem.path == str(tmp_path / "staffing" / "two.yaml")
    assert "nowhere" in problem.remedy


def test_every_file_read_is_named(everything: Question) -> None:
    staffings = {file.stem for file in everything.files if file.parent.name == "staffing"}
    assert staffings == set(shipped_choices("staffing"))
    assert shipped_configs() / "config.yaml" in everything.files


def test_a_list_of_one_may_be_written_without_brackets() -> None:
    study = compose(["study.staffing=peer_added", "study.demand_levels=1"]).study
    assert (study.staffing, study.baseline, study.demand_levels) == (("peer_added",), "peer_added", (1.0,))


def documented_keys() -> list[tuple[str, str]]:
    """Keys and defaults of the tables in docs/keys.md that name a place of the composed data."""
    text = (Path(__file__).parents[1] / "docs" / "keys.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `") and "." in line.split("|")[1]]
    return [(key, default.strip()) for keys, default in rows for key in re.findall(r"`([a-z_.]+[A-Za-z_.]*)`", keys)]


def test_every_documented_key_exists() -> None:
    words = ["staffing=peer_added", "boarding=pool"]
    bases = {name: composed_files(drafted([f"study={name}", *words], None)) for name in STUDIES}
    examples = {
        "ROLE": "nurse",
        "NAME": "from_11",
        "ZONE": "acute",
        "STREAM": "mental_health",
        "NEED": "crisis",
        "STEP": "triage",
        "SHAPE": "default",
    }
    keys = [
        re.sub("[A-Z]{4,}", lambda word: examples[word[0]], key)
        for key, _ in documented_keys()
        if not key.startswith("sweep.")  # read before anything is composed
    ]
    assert len(keys) > 40
    homes = {key: (studies_with(key.split(".")[1]) if key.startswith("study.") else ["run"])[0] for key in keys}
    assert {key: place for key in keys if isinstance(place := locate(bases[homes[key]], key), str)} == {}


def test_documented_defaults_are_those_of_the_files() -> None:
    base = composed_files(drafted([], None))
    stated = {key: default.replace(",", "") for key, default in documented_keys() if re.fullmatch(r"[\d.,]+", default)}
    held = {}
    for key in stated:
        place = locate(base, key)
        if not isinstance(place, str) and not key.endswith((".absence_share", "weekly_extra_cost", "pool.beds")):
            held[key] = float(value_at(base, place))
    assert len(held) > 20
    assert held == {key: float(stated[key]) for key in held}
