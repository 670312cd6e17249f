"""Break-even: where net benefit turns, that it may turn nowhere, and how likely the prior thinks it."""

import json
from collections import Counter
from collections.abc import Mapping
from math import erf, log, sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import lognorm
from scipy.stats import t as student_t

from sim.analysis.breakeven import (
    BreakEven,
    Curve,
    StaffingAnswer,
    answer_of_runs,
    break_even,
    chance_of_paying,
    effects_played,
    price_needed,
)
from sim.analysis.valuation import EVERYTHING, Prior, Worth, net_benefit
from sim.cli import main
from sim.config import compose
from sim.department.scenario import ScenarioError
from sim.report.breakeven_answer import sentences
from sim.runs import playing
from sim.runs.tables_on_disk import read_table
from sim.studies.breakeven import break_even_plan_of
from tests.plays import PlantedRun, by_run

pytestmark = pytest.mark.end_to_end

EFFECTS = np.linspace(0.6, 1.2, 7)
PRIOR = Prior(median=0.9, log_sd=0.15)


def curve_of(means: np.ndarray, noise: float = 1.0, n: int = 20, seed: int = 1) -> Curve:
    """Replications around given means, with noise of whole replications and of single runs."""
    rng = np.random.default_rng(seed)
    return Curve(EFFECTS, means[:, None] + noise * (rng.normal(size=(1, n)) + 0.3 * rng.normal(size=(len(means), n))))


def straight(root: float, slope: float = -100.0) -> np.ndarray:
    return slope * (EFFECTS - root)


# --- where it turns ---------------------------------------------------------------------------------


@pytest.mark.parametrize("root", [0.65, 0.8, 0.97, 1.15])
@pytest.mark.parametrize("slope", [-100.0, 100.0])
def test_a_planted_threshold_is_found_and_its_interval_holds_it(root: float, slope: float) -> None:
    found = break_even(curve_of(straight(root, slope)))
    assert found.verdict == "turns"
    assert found.roots == pytest.approx((root,), abs=0.02)
    ((low, high),) = found.spans
    assert low < root < high
    assert high - low < 0.05
    assert found.pays[0][0] == 0.6 if slope < 0 else found.pays[-1][1] == 1.2


def test_where_no_effect_pays_none_is_reported() -> None:
    found = break_even(curve_of(straight(0.5)))
    assert (found.verdict, found.roots, found.spans, found.pays) == ("never", (), (), ())


def test_what_pays_anyhow_needs_no_effect() -> None:
    found = break_even(curve_of(straight(1.3)))
    assert (found.verdict, found.roots, found.spans) == ("always", (), ())
    assert found.pays[0] == pytest.approx((0.6, 1.2))


def test_a_threshold_too_near_the_end_of_the_range_is_not_claimed() -> None:
    found = break_even(curve_of(straight(0.605), noise=5.0))
    assert found.verdict == "unclear"
    assert found.spans[0][0] == 0.6


def test_a_flat_curve_around_zero_is_undecided_everywhere() -> None:
    found = break_even(curve_of(0.0 * EFFECTS, noise=1.0))
    assert found.verdict == "unclear"
    assert found.spans[0] == pytest.approx((0.6, 1.2))


def test_two_turns_are_both_told_and_none_is_called_the_threshold() -> None:
    found = break_even(curve_of(100.0 * (0.02 - (EFFECTS - 0.9) ** 2), noise=0.1))
    assert found.verdict == "unclear"
    assert len(found.roots) == len(found.spans) == 2
    assert len(found.pays) == 1


def test_the_interval_is_fiellers() -> None:
    """Of one straight piece: the roots of mean(x)^2 = t^2 var(x), both quadratics in x."""
    rng = np.random.default_rng(5)
    ends = np.array([[8.0], [-5.0]]) + rng.normal(size=(2, 12))
    (span,) = break_even(Curve(np.array([0.0, 1.0]), ends)).spans
    reach = student_t.ppf(0.975, 11)
    for at in span:
        values = (1 - at) * ends[0] + at * ends[1]
        assert abs(values.mean()) == pytest.approx(reach * values.std(ddof=1) / sqrt(12))
    assert span[0] < span[1]


def test_spans_of_neighbouring_pieces_are_one() -> None:
    found = break_even(curve_of(straight(0.8), noise=5.0))
    assert len(found.spans) == 1
    assert found.spans[0][0] < 0.79 < 0.81 < found.spans[0][1]


def test_one_replication_is_refused() -> None:
    with pytest.raises(ValueError, match="two or more"):
        break_even(Curve(EFFECTS, np.ones((7, 1))))


def test_the_bend_is_what_a_parabola_is_off_by_halfway() -> None:
    means = 40.0 * EFFECTS**2
    found = break_even(curve_of(means, noise=0.0))
    halfway = np.interp(0.65, EFFECTS, means) - 40.0 * 0.65**2
    assert found.bend == pytest.approx(halfway)


# --- the prior --------------------------------------------------------------------------------------


def test_the_prior_is_the_lognormal_it_says() -> None:
    known = lognorm(s=0.15, scale=0.9)
    for at in (0.5, 0.9, 1.21):
        assert PRIOR.below(at) == pytest.approx(known.cdf(at))
        assert PRIOR.density(at) == pytest.approx(known.pdf(at))


def test_the_probability_of_paying_is_the_priors_mass_where_it_pays() -> None:
    found = break_even(curve_of(straight(0.8)))
    chance = chance_of_paying(found, EFFECTS, PRIOR)

    def below(at: float) -> float:
        return 0.5 * (1.0 + erf(log(at / 0.9) / 0.15 / sqrt(2.0)))

    assert chance.probability == pytest.approx(below(found.roots[0]) - below(0.6))
    assert chance.outside == pytest.approx(below(0.6) + 1.0 - below(1.2))
    assert chance.low == pytest.approx(below(found.spans[0][0]) - below(0.6))
    assert chance.high == pytest.approx(below(found.spans[0][1]) - below(0.6) + chance.outside)


def test_nothing_is_believed_of_effects_that_were_not_played() -> None:
    chance = chance_of_paying(break_even(curve_of(straight(0.5))), EFFECTS, PRIOR)
    assert (chance.probability, chance.low) == (0.0, 0.0)
    assert chance.high == chance.outside > 0.0


def test_no_effect_is_played_if_it_is_in_the_range() -> None:
    assert effects_played((0.6, 1.2), 7) == pytest.approx((0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2))
    assert effects_played((0.7, 1.2), 3) == (0.7, 0.95, 1.0, 1.2)
    assert effects_played((0.5, 0.8), 2) == (0.5, 0.8)


# --- from the command to the answer -----------------------------------------------------------------

SMALL = ["study=breakeven", "study.weeks=1", "study.warm_up_weeks=0", "study.replications=4", "study.points=4"]


def plan_of(*words: str):
    return break_even_plan_of(compose([*SMALL, *words]))


def problems(*words: str) -> dict[str, str]:
    with pytest.raises(ScenarioError) as caught:
        plan_of(*words)
    return {problem.path: problem.remedy for problem in caught.value.problems}


def test_the_baseline_is_played_once_where_the_effect_is_not_in_force_in_it() -> None:
    plan = plan_of("staffing=peer_247")
    assert set(plan.beside) == {"staffing=traditional"}
    assert len(plan.design.scenarios) == 1 + len(plan.effects)
    label = plan.labels["peer_247"][plan.effects.index(0.8)]
    assert plan.design.scenarios[label].effects.total_return_hr == 0.8
    assert plan.design.scenarios[label].staffing.name == "peer_247"


def test_a_baseline_with_peers_is_played_under_the_same_effect() -> None:
    plan = plan_of("study.staffing=[peer_added,peer_247]", "study.baseline=peer_added")
    assert len(plan.design.scenarios) == 2 * len(plan.effects)
    assert plan.design.scenarios[plan.beside[plan.effects.index(0.8)]].effects.total_return_hr == 0.8


def test_other_effects_stay_as_chosen_and_an_effect_of_peers_can_be_varied() -> None:
    plan = plan_of("effects=evidence", "study.effect=effects.peer.patience_while")
    effects = plan.design.scenarios[plan.labels["peer_added"][plan.effects.index(0.6)]].effects
    assert (effects.peer.patience_while, effects.peer.patience_after, effects.total_return_hr) == (0.6, 0.85, 0.9)


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = problems(
        "study.effect=effects.total_return_h", "study.replications=1", "study.range=null",
        "study.worth.mental_health_visit.measure=visits_per_weak.all",
    )  # fmt: skip
    assert "did you mean effects.total_return_hr" in told["study.effect"]
    assert "did you mean visits_per_week" in told["study.worth.mental_health_visit.measure"]
    assert {"study.replications", "study.range"} <= set(told)
    assert problems("study.demand_levels=[1,1.1]") == {
        "study.demand_levels": "a break-even study plays one demand: set demand.growth instead"
    }


def test_an_effect_that_nobody_can_have_is_refused() -> None:
    assert "enhances" in problems("study.effect=effects.clinician.linkage_odds")["study.effect"]
    assert "peer support workers" in problems("staffing=nurse_added")["study.effect"]
    assert plan_of("staffing=clinician_added", "study.effect=effects.clinician.linkage_odds").staffings
    assert "nothing beside" in problems("study.staffing=[traditional]")["study.staffing"]


def test_a_range_upside_down_and_worth_of_nothing_are_refused() -> None:
    with pytest.raises(ScenarioError, match="smaller value first"):
        plan_of("study.range=[1.2,0.6]")
    nothing = ["study.worth.staff_cost.cad_per_unit=0", "study.worth.mental_health_visit.cad_per_unit=0"]
    assert "counts nothing" in problems(*nothing)["study.presets"]
    nothing += ["study.worth.admission.cad_per_unit=0", "study.worth.boarding_hour.cad_per_unit=0"]
    assert "not 0" in problems(*nothing)["study.worth"]


def planted(root: float, counts: Counter[str]):
    """Runs in which 10,000 CAD more a week are earned back at a hazard ratio of `root` by staff time of avoided visits.

    Of the visits avoided 9.8 % would have been admissions, and have boarded for 10 hours each.
    """

    def play(task: PlantedRun) -> Mapping[str, float] | str | None:
        counts[task.label] += 1
        noise = np.random.default_rng([task.seed, task.key.replication]).normal()
        own = np.random.default_rng([task.seed, task.key.replication, len(task.label)]).normal()
        peers = "psw" in task.scenario.staffing.roles
        hr = task.scenario.effects.total_return_hr
        avoided = (10_000.0 / 370.0) * (1.0 - hr) / (1.0 - root) if peers else 0.0
        return {
            "staff_cost_per_week.all": 200_000.0 + 10_000.0 * peers + 50.0 * noise,
            "visits_per_week.mental_health": 80.0 + noise - avoided + 0.2 * own * peers,
            "admissions_per_week.mental_health": 13.0 - 0.098 * avoided,
            "boarding_hours_per_week.mental_health": 120.0 - 0.98 * avoided,
            "minutes_without_staff_mean.mental_health": 90.0 - 20.0 * peers,
            "went_home_empty_handed.mental_health": 0.4,
            "lwbs_or_ama.all": 0.03,
            "observation_unmet_hours_per_week.mental_health": 12.0,
        }

    return play


@pytest.mark.usefixtures("drawn_sweeps")
@pytest.mark.parametrize(("root", "verdict"), [(0.8, "turns"), (0.4, "never")])
def test_the_command_recovers_what_was_planted(
    root: float, verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    counts: Counter[str] = Counter()
    monkeypatch.setattr(playing, "play_task", by_run(planted(root, counts)))
    command = [*SMALL, "study.replications=8", f"output={tmp_path / 'out'}"]
    assert main(command) == 0
    told = " ".join(capsys.readouterr().out.split())
    curves = read_table(tmp_path / "out" / "curves.parquet")
    values = curves[curves["preset"] == "staff_only"].set_index("effect")["mean"]
    assert values[1.0] == pytest.approx(-10_000.0, abs=200.0)
    if verdict == "turns":
        assert "It pays below 0.8" in told or "It pays below 0.79" in told
    else:
        assert "No effect between 0.6 and 1.2 pays by what is valued" in told
        assert "probability of an effect that pays is 0.0 %" in told
    assert "not evidence" in told
    page = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert "| Effect | Staff time only (CAD/week) | With admissions (CAD/week) |" in page
    assert {path.name for path in (tmp_path / "out" / "figures").iterdir()} == {"breakeven.png", "breakeven.svg"}
    facts = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert facts["effect"] == "effects.total_return_hr"
    before = (tmp_path / "out" / "curves.parquet").read_bytes()
    assert main(command) == 0
    assert set(counts.values()) == {8}, "nothing is played twice"
    assert (tmp_path / "out" / "curves.parquet").read_bytes() == before


def test_replications_that_are_not_there_for_all_scenarios_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play = planted(0.8, Counter())

    def broken(task: PlantedRun) -> Mapping[str, float] | str | None:
        if task.key.replication == 2 and "0.8" in task.label:
            return "Traceback: planted"
        return play(task)

    monkeypatch.setattr(playing, "play_task", by_run(broken))
    assert main([*SMALL, f"output={tmp_path / 'out'}"]) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "3 of 4 replications are counted" in told
    assert set(read_table(tmp_path / "out" / "curves.parquet")["n"]) == {3}


def test_a_measure_that_no_run_has_is_named_with_its_neighbour_before_anything_is_played() -> None:
    wrong = "study.worth.mental_health_visit.measure"
    told = problems(f"{wrong}=visits_per_week.mental_helth")
    assert "did you mean visits_per_week.mental_health" in told[wrong]
    plan = plan_of()
    with pytest.raises(ScenarioError) as caught:
        answer_of_runs(plan, ["visits_per_week.mental_health"], np.zeros((len(plan.design.labels), 1, 2)))
    assert "'staff_cost_per_week.all'" in {problem.value for problem in caught.value.problems}


def test_the_words_say_undecided_where_it_is() -> None:
    plan = plan_of()
    curve = curve_of(0.0 * EFFECTS)
    item = StaffingAnswer("peer_added", "Peers added", curve, break_even(curve), None)
    answer = type("Answer", (), {"plan": plan})()
    assert sentences(answer, item)[0].startswith("Undecided")


def test_a_real_department_turns_where_the_worth_was_set_to(tmp_path: Path) -> None:
    """A worth that makes 0.7 break even under some seeds is found again under others."""
    words = [
        "study=breakeven", "staffing=peer_247", "study.weeks=6", "study.warm_up_weeks=1", "study.range=[0.5,1]",
        "study.points=3",
    ]  # fmt: skip
    assert main([*words, "study.replications=10", "seed=11", f"output={tmp_path / 'one'}"]) == 0
    parts = read_table(tmp_path / "one" / "worth.parquet").pivot(index="effect", columns="name", values="difference")
    at = {name: np.interp(0.7, parts.index, parts[name]) for name in ("staff_cost", "mental_health_visit")}
    worth = at["staff_cost"] / at["mental_health_visit"]
    assert worth < 0.0
    again = [*words, "study.replications=10", "seed=12", f"study.worth.mental_health_visit.cad_per_unit={worth}"]
    assert main([*again, f"output={tmp_path / 'two'}"]) == 0
    curves = read_table(tmp_path / "two" / "curves.parquet")
    curves = curves[curves["preset"] == "staff_only"]
    assert curves["mean"].iloc[0] > 0.0 > curves["mean"].iloc[-1]
    at_root = np.interp(0.7, curves["effect"], curves["mean"])
    assert abs(at_root) < 2.0 * curves["half_width"].max()


def test_the_price_at_which_it_would_pay_is_where_a_study_with_that_price_turns() -> None:
    """10,000 CAD more a week and 20 visits fewer at 0.9: a visit has to be worth 500."""
    rng = np.random.default_rng(4)
    visits = -20.0 + rng.normal(size=30)
    cost = 10_000.0 + 100.0 * rng.normal(size=30)
    item = Worth(name="visit", measure="visits_per_week.all", cad_per_unit=-370.0)
    price = price_needed(item, 0.9, visits, -cost - 370.0 * visits, 0.95)
    assert price is not None
    assert price.cad_per_unit == pytest.approx(cost.mean() / visits.mean())
    assert price.span[0] < price.cad_per_unit < price.span[1]
    assert price_needed(item, 0.9, visits + 20.0, -cost - 370.0 * (visits + 20.0), 0.95) is None


# --- what is counted --------------------------------------------------------------------------------


def test_an_avoided_visit_is_worth_its_staff_time_or_that_and_its_share_of_an_admission() -> None:
    """370 CAD; with admissions 370 + 9.8 % x 20,000 = 2,330 CAD; with 10 boarding hours an admission 2,379 CAD."""
    worth = plan_of().worth
    avoided = np.array([[-1.0]])
    apart = {"staff_cost": 0.0 * avoided, "mental_health_visit": avoided}
    apart |= {"admission": 0.098 * avoided, "boarding_hour": 0.98 * avoided}
    of_one = {preset: float(net_benefit(worth, preset, apart)[0, 0]) for preset in plan_of().presets}
    assert of_one == pytest.approx({"staff_only": 370.0, "with_admissions": 2_330.0, "with_boarding": 2_379.0})


def test_each_preset_turns_where_its_own_worth_of_a_visit_earns_the_money_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Staff time alone turns at 0.8, so that 2,330 CAD a visit do at 1 - 0.2 x 370 / 2330 = 0.968."""
    monkeypatch.setattr(playing, "play_task", by_run(planted(0.8, Counter())))
    assert main([*SMALL, "study.replications=30", f"output={tmp_path / 'out'}"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Staff time only: It pays below 0.8" in told or "Staff time only: It pays below 0.79" in told
    curves = read_table(tmp_path / "out" / "curves.parquet")
    roots = {
        preset: float(np.interp(0.0, -rows["mean"], rows["effect"]))
        for preset, rows in curves.groupby("preset", sort=False)
    }
    assert list(roots) == ["staff_only", "with_admissions", "with_boarding"]
    assert roots["with_admissions"] == pytest.approx(1.0 - 0.2 * 370.0 / 2_330.0, abs=0.004)
    assert roots["with_boarding"] == pytest.approx(1.0 - 0.2 * 370.0 / 2_379.0, abs=0.004)
    assert f"With admissions: pays below {roots['with_admissions']:.3f}" in told
    parts = read_table(tmp_path / "out" / "worth.parquet")
    assert parts.groupby("name")["presets"].first()["boarding_hour"] == "with_boarding"
    facts = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert facts["presets"] == ["staff_only", "with_admissions", "with_boarding"]


def test_what_is_not_counted_moves_no_net_benefit_even_where_it_is_not_known() -> None:
    worth = (
        Worth(name="cost", measure="staff_cost_per_week.all", cad_per_unit=-1.0),
        Worth(name="bed", measure="admissions_per_week.all", cad_per_unit=-9.0, presets=("with_beds",)),
        Worth(name="shown", measure="lwbs_or_ama.all", cad_per_unit=0.0),
    )
    apart = {"cost": np.array([2.0]), "bed": np.array([np.nan]), "shown": np.array([np.nan])}
    assert net_benefit(worth, "staff_only", apart).tolist() == [-2.0]
    assert np.isnan(net_benefit(worth, "with_beds", apart)).all()
    assert np.isnan(net_benefit(worth, EVERYTHING, apart)).all()
    with pytest.raises(ValueError, match="counts nothing"):
        net_benefit(worth[2:], EVERYTHING, apart)


def test_presets_that_nobody_knows_are_refused_with_those_there_are() -> None:
    told = problems("study.presets=[staff_only,with_admission]", "study.worth.boarding_hour.presets=[with_bording]")
    assert "did you mean with_admissions" in told["study.presets"]
    assert "did you mean with_boarding" in told["study.worth.boarding_hour.presets"]
    with pytest.raises(ScenarioError, match="presets names staff_only twice"):
        plan_of("study.presets=[staff_only,staff_only]")


def test_a_preset_of_ones_own_counts_what_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of("study.presets=beds_alone", "study.worth.admission.presets=[beds_alone]")
    assert plan.presets == ("beds_alone",)
    assert [item.name for item in plan.worth if item.counts_in("beds_alone")] == [
        "staff_cost", "mental_health_visit", "admission",
    ]  # fmt: skip
    monkeypatch.setattr(playing, "play_task", by_run(planted(0.8, Counter())))
    command = [*SMALL, "study.presets=beds_alone", "study.worth.admission.presets=[beds_alone]"]
    assert main([*command, f"output={tmp_path / 'out'}"]) == 0
    page = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert "Net benefit (CAD/week)" in page, "one preset needs no name, and has its interval"


def test_without_presets_all_that_has_a_worth_is_counted() -> None:
    plan = plan_of("study.presets=[]")
    assert plan.presets == (EVERYTHING,)
    assert sum(item.counts_in(EVERYTHING) for item in plan.worth) == 4


def test_a_study_without_presets_is_shown_again_from_its_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*SMALL, "staffing=peer_added", "study.replications=2", "study.points=2", "study.presets=[]"]
    assert main([*words, f"output={tmp_path / 'out'}"]) == 0
    capsys.readouterr()
    assert main(["study=results", f"run={tmp_path / 'out'}"]) == 0
    assert "net benefit" in " ".join(capsys.readouterr().out.split())


def test_verdicts_are_those_documented() -> None:
    assert set(BreakEven.__annotations__["verdict"].__args__) == {"turns", "never", "always", "unclear"}
