"""Classes of severity: shares that are written stay, what goes together goes together, and odds of 1 change nothing.

The statistical tests draw 200,000 visits under a fixed seed and refuse |z| >= 4.
"""

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.config.checking import CheckCache
from sim.department.arrivals import GivenVisit, Replay, Steady
from sim.department.expected_work import weekly_minutes
from sim.department.pathway import Delay, Dispose, Observe, Place, Route, Task
from sim.department.patients import Escalation, ResponseTask, ReturnVisits, Stream
from sim.department.places import Zone
from sim.department.scenario import Period, Scenario, ScenarioError
from sim.department.severity import (
    AlwaysHeld,
    Held,
    HeldOdds,
    Severity,
    class_at,
    shares_of_two_kinds,
    shares_with_odds,
    traits_of,
)
from sim.department.support import Support, YouthPeer
from sim.engine.trajectory import ADMITTED, DISCHARGED, Trajectory, differences
from sim.runs.engines import Engine
from tests.worlds import ALL, always, changed, one_stream, staffed

N = 200_000
MIX = (0.005, 0.25, 0.55, 0.17, 0.025)
CLASSES = ("brief", "at_risk", "agitated")
SHARE = (
    (0.05, 0.55, 0.40),
    (0.20, 0.55, 0.25),
    (0.52, 0.36, 0.12),
    (0.80, 0.14, 0.06),
    (0.93, 0.03, 0.04),
)
ODDS = {
    "admission": (1.0, 12.0, 10.0),
    "observation": (1.0, 15.0, 10.0),
    "psychiatrist": (1.0, 10.0, 10.0),
    "crisis": (1.0, 4.0, 1.5),
    "held": (1.0, 4.0, 12.0),
    "police": (1.0, 2.0, 8.0),
    "ambulance": (1.0, 2.0, 2.0),
    "frail": (1.0, 2.0, 2.0),
}
CRISIS = (0.9, 0.85, 0.75, 0.5, 0.3)


def severity(**changes: Any) -> Severity:
    fields: dict[str, Any] = {"classes": CLASSES, "share": SHARE, "odds": ODDS, "rates": {"escalation": (1, 1, 12)}}
    return Severity.model_validate(fields | changes)


def mental_health(**changes: Any) -> Stream:
    """A stream as shipped in what classes touch, with few steps."""
    assessed = [
        Task(name="assessment", role="nurse", need="crisis", minutes=always(5.0)),
        Task(name="psychiatrist", role="nurse", need="psychiatrist", minutes=always(5.0)),
        Delay(name="watched", need="observation", minutes=always(5.0)),
        Dispose(name="dispose", admission=0.2),
    ]
    fields: dict[str, Any] = {
        "age_shares": (0.02, 0.2, 0.78),
        "ambulance_share": 0.17,
        "police_share": 0.08,
        "held_share": 0.15,
        "held": Held(always=AlwaysHeld(under_age=12), odds=HeldOdds(police=6.0)),
        "caregiver_share": (0.85, 0.6),
        "needs": {"observation": 0.3, "crisis": CRISIS, "psychiatrist": 0.15},
        "escalation": Escalation(mean_hours=100.0, response=(ResponseTask(role="nurse", minutes=5.0),)),
        "returns": ReturnVisits(susceptible=0.18, shape=0.742, scale_days=110.7, frail_share=0.2, frailty=5.44),
        "severity": severity(),
        "pathway": tuple(assessed),
    }
    return Stream(**(fields | changes))


# --- many visits, drawn by the solved shares --------------------------------------------------------------------------


@cache
def sample(of: str = "as they are") -> dict[str, np.ndarray]:
    """Visits drawn by the shares of a stream, as columns."""
    stream = mental_health() if of == "as they are" else mental_health(severity=relabelled())
    traits = traits_of(stream, MIX)
    draw = np.random.default_rng(20240101)
    assert stream.returns is not None
    frail = draw.random(N) < stream.returns.frail_share_of_visits
    acuity = np.searchsorted(np.cumsum(MIX)[:-1], draw.random(N), "right")
    up_to = np.array(traits.up_to)[frail.astype(int), acuity]
    number = (draw.random(N)[:, None] >= up_to[:, :-1]).sum(axis=1)
    drawn = {"acuity": acuity + 1, "class": number, "frail": frail}
    tables = {**traits.needs, "admission": traits.admission["dispose"]}
    for name, rows in tables.items():
        drawn[name] = draw.random(N) < np.array(rows)[acuity, number]
    mode = draw.random(N)
    ambulance, police = np.array(traits.ambulance)[number], np.array(traits.police)[number]
    drawn["ambulance"], drawn["police"] = mode < ambulance, (mode >= ambulance) & (mode < ambulance + police)
    group = np.searchsorted(np.cumsum(stream.age_shares)[:-1], draw.random(N), "right")
    age = 6 * group + draw.integers(0, 6, N)
    caregiver = draw.random(N) < np.array(stream.caregiver_share)[(age >= 12).astype(int)]
    drawn["alone"] = (age < 12) & ~caregiver
    held = np.array(traits.held)[number, drawn["police"].astype(int)]
    drawn["held"] = drawn["alone"] | (draw.random(N) < held)
    drawn["rate"] = np.array(traits.escalation)[number]
    return drawn


def relabelled() -> Severity:
    """The same classes in another order: the odds are written anew against the one that now comes first."""
    order = [2, 0, 1]

    def anew(numbers: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(numbers[number] / numbers[order[0]] for number in order)

    return severity(
        classes=tuple(CLASSES[number] for number in order),
        share=tuple(tuple(row[number] for number in order) for row in SHARE),
        odds={trait: anew(odds) for trait, odds in ODDS.items()},
        rates={"escalation": anew((1.0, 1.0, 12.0))},
    )


def z(flags: np.ndarray, share: float) -> float:
    return float((flags.mean() - share) / math.sqrt(share * (1.0 - share) / flags.size))


WRITTEN = {"observation": 0.3, "psychiatrist": 0.15, "admission": 0.2, "held": 0.15, "police": 0.08, "ambulance": 0.17}


@pytest.mark.parametrize("of", ["as they are", "relabelled"])
@pytest.mark.parametrize("trait", WRITTEN)
def test_a_share_that_is_written_stays_the_share_of_all_visits(trait: str, of: str) -> None:
    assert abs(z(sample(of)[trait], WRITTEN[trait])) < 4.0


@pytest.mark.parametrize("acuity", ALL)
def test_of_five_written_numbers_each_stays_at_its_acuity(acuity: int) -> None:
    drawn = sample()
    assert abs(z(drawn["crisis"][drawn["acuity"] == acuity], CRISIS[acuity - 1])) < 4.0


@pytest.mark.parametrize("acuity", [2, 3, 4])
@pytest.mark.parametrize("number", range(3))
def test_shares_of_classes_stay_those_of_the_acuity_though_frail_patients_have_others(acuity: int, number: int) -> None:
    drawn = sample()
    there = drawn["acuity"] == acuity
    assert abs(z(drawn["class"][there] == number, SHARE[acuity - 1][number])) < 4.0


def test_the_mean_rate_of_escalation_over_visits_stays() -> None:
    rate = sample()["rate"]
    assert abs(rate.mean() - 1.0) < 4.0 * rate.std() / math.sqrt(N)


def odds_ratio(a: np.ndarray, b: np.ndarray) -> float:
    both, first, second, neither = ((x & y).mean() for x, y in ((a, b), (a, ~b), (~a, b), (~a, ~b)))
    return float(both * neither / (first * second))


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("admission", "observation", 2.6), ("admission", "psychiatrist", 2.1), ("held", "police", 7.3)],
)
@pytest.mark.parametrize("of", ["as they are", "relabelled"])
def test_what_goes_together_goes_together(one: str, other: str, ratio: float, of: str) -> None:
    """Odds ratios over all visits, as they follow from shares and odds."""
    drawn = sample(of)
    assert odds_ratio(drawn[one], drawn[other]) == pytest.approx(ratio, rel=0.06)


def test_without_odds_nothing_goes_together() -> None:
    even = traits_of(mental_health(severity=severity(odds={}, rates={}), held=None), MIX)
    assert {len(set(row)) for rows in even.needs.values() for row in rows} == {1}
    assert len(set(even.held)) == len(set(even.held[0])) == 1


# --- shares, solved exactly -------------------------------------------------------------------------------------------

WEIGHTS = st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3).map(tuple)
MANY_ODDS = st.lists(st.floats(0.01, 50.0), min_size=2, max_size=2).map(lambda more: (1.0, *more))


@given(WEIGHTS, MANY_ODDS, st.floats(0.001, 0.999))
def test_the_mean_of_shares_is_that_asked_for_and_their_odds_are_those_given(
    weights: tuple[float, ...], odds: tuple[float, ...], mean: float
) -> None:
    found = shares_with_odds(weights, odds, mean)
    assert sum(w * p for w, p in zip(weights, found, strict=True)) / sum(weights) == pytest.approx(mean, rel=1e-9)
    against_first = [p / (1.0 - p) * (1.0 - found[0]) / found[0] for p in found]
    assert against_first == pytest.approx(odds, rel=1e-6)


@given(st.floats(0.0, 1.0))
def test_odds_that_are_all_1_leave_a_share_to_the_last_bit(mean: float) -> None:
    assert shares_with_odds((0.3, 0.3, 0.4), (1.0, 1.0, 1.0), mean) == (mean,) * 3


@pytest.mark.parametrize("mean", [0.0, 1.0])
def test_what_nobody_or_everybody_has_stays_so(mean: float) -> None:
    assert shares_with_odds((0.3, 0.7), (1.0, 9.0), mean) == (mean, mean)


@given(st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any), MANY_ODDS, st.floats(0.0, 1.0))
def test_two_kinds_of_visits_mix_to_the_shares_written(
    parts: list[int], odds: tuple[float, ...], second: float
) -> None:
    row = tuple(part / sum(parts) for part in parts)
    one, other = shares_of_two_kinds(row, odds, second)
    assert [(1.0 - second) * a + second * b for a, b in zip(one, other, strict=True)] == pytest.approx(row, abs=1e-12)
    there = [number for number, share in enumerate(row) if share > 0.0]
    for number in there:
        factor = (other[number] / one[number]) / (other[there[0]] / one[there[0]])
        assert factor == pytest.approx(odds[number] / odds[there[0]], rel=1e-6)


def test_a_uniform_finds_the_first_class_whose_cumulated_share_is_above_it() -> None:
    assert [class_at(u, (0.5, 0.5, 0.9)) for u in (0.0, 0.49, 0.5, 0.89, 0.9, 0.999)] == [0, 0, 2, 2, 2, 2]


def test_held_shares_are_exact_over_age_caregiver_class_and_arrival() -> None:
    stream = mental_health()
    traits = traits_of(stream, MIX)
    weights = np.array(MIX) @ np.array(SHARE)
    police = np.array(traits.police)
    held = np.array(traits.held)
    of_others = (weights * ((1.0 - police) * held[:, 0] + police * held[:, 1])).sum()
    alone = 0.22 * 0.15
    assert stream.always_held_share == pytest.approx(alone)
    assert alone + (1.0 - alone) * of_others == pytest.approx(0.15, abs=1e-12)
    log_odds = np.log(held / (1.0 - held))
    assert np.exp(log_odds[:, 1] - log_odds[:, 0]) == pytest.approx([6.0] * 3)
    assert np.exp(log_odds[:, 0] - log_odds[0, 0]) == pytest.approx(ODDS["held"])


def test_the_share_of_frail_visits_follows_from_the_law_of_return() -> None:
    law = ReturnVisits(susceptible=0.18, shape=1.0, scale_days=1.0, frail_share=0.2, frailty=5.44)
    frail, others = 0.2 / 0.82**5.44, 0.8 / 0.82
    assert law.frail_share_of_visits == pytest.approx(frail / (frail + others))


def test_of_a_replayed_list_the_acuities_given_are_the_mix() -> None:
    listed = [GivenVisit(at=float(at), stream="mental_health", acuity=acuity) for at, acuity in enumerate((1, 2, None))]
    replayed = department(Replay(visits=tuple(listed), acuity_mix={"mental_health": (0.0, 0.0, 0.0, 1.0, 0.0)}))
    assert replayed.acuity_mix_of("mental_health") == pytest.approx((1 / 3, 1 / 3, 0.0, 1 / 3, 0.0))


# --- visits played ----------------------------------------------------------------------------------------------------


def department(demand: Any = None, days: float = 20.0, **stream: Any) -> Scenario:
    mix = {"mental_health": MIX}
    return one_stream(
        mental_health(**stream).pathway,
        {"nurse": staffed(3), "psw": staffed(2, kind="peer")},
        Steady(per_hour={"mental_health": 2.0}, acuity_mix=mix) if demand is None else demand,
        minutes=1440.0 * days,
        stream={name: value for name, value in dict(mental_health(**stream)).items() if name != "pathway"},
        name="mental_health",
    )


def columns(run: Trajectory) -> dict[str, np.ndarray]:
    """What is shown of visits, but for the class itself."""
    return {name: values for name, values in run.visit_columns.items() if name != "severity"}


@pytest.mark.slow_on_simpy
def test_odds_that_are_all_1_leave_every_bit_of_a_run(simulate: Engine) -> None:
    ones = dict.fromkeys(ODDS, (1.0, 1.0, 1.0))
    even = severity(odds=ones, rates={"escalation": (2.0, 2.0, 2.0)}, means={"wish": (1.0, 1.0, 1.0)})
    without, with_classes = (simulate(department(severity=one, held=None), 7) for one in (None, even))
    differing = differences(without, with_classes)
    assert differing == ["visit.severity"]
    assert set(without.visit_columns["severity"]) == {-1}
    assert set(with_classes.visit_columns["severity"]) == {0, 1, 2}


@pytest.mark.slow_on_simpy
def test_always_held_and_odds_of_the_police_of_1_and_nobody_leave_every_bit(simulate: Engine) -> None:
    plain = simulate(department(severity=None, held=None), 7)
    nobody = Held(always=AlwaysHeld(under_age=0), odds=HeldOdds(police=1.0))
    assert differences(plain, simulate(department(severity=None, held=nobody), 7)) == []


@pytest.mark.slow_on_simpy
def test_the_class_has_a_uniform_of_its_own_and_moves_no_other_draw(simulate: Engine) -> None:
    """Odds for one trait leave every other trait of every visit as it was."""
    before = simulate(department(severity=severity(odds={}, rates={})), 7)
    after = simulate(department(severity=severity(odds={"police": (1.0, 2.0, 8.0)}, rates={})), 7)
    same = ("patient", "acuity", "severity", "age_years", "caregiver", "patience", "escalation_budget", "disposition")
    n = 500
    for name in same:
        assert np.array_equal(before.visit_columns[name][:n], after.visit_columns[name][:n])
    assert not np.array_equal(before.visit_columns["arrival_mode"][:n], after.visit_columns["arrival_mode"][:n])


def test_classes_are_shown_by_name_and_as_nothing_where_a_stream_has_none(simulate: Engine) -> None:
    run = simulate(department(days=3.0), 7)
    assert run.severities == (CLASSES,)
    assert set(run.visits["severity"]) == set(CLASSES)
    assert list(run.visits["severity"]) == [CLASSES[number] for number in run.visit_columns["severity"]]
    assert set(simulate(department(days=3.0, severity=None), 7).visits["severity"]) == {""}


@pytest.mark.slow_on_simpy
def test_a_child_under_12_alone_is_always_held_and_a_given_hold_stands(simulate: Engine) -> None:
    run = simulate(department(days=40.0), 7)
    shown = run.visit_columns
    alone = (shown["age_years"] < 12) & ~shown["caregiver"]
    assert alone.sum() > 20
    assert shown["held"][alone].all()
    assert 0.1 < shown["held"].mean() < 0.2

    given_visits = [GivenVisit(at=float(at), stream="mental_health", held=False, acuity=2) for at in range(300)]
    replayed = simulate(department(Replay(visits=tuple(given_visits)), days=1.0), 7).visit_columns
    first = replayed["visit_number"] == 1
    assert ((replayed["age_years"] < 12) & ~replayed["caregiver"] & first).any()
    assert not replayed["held"][first].any()
    assert set(replayed["acuity"][first]) == {2}
    assert abs(z(replayed["severity"][first] == 1, 0.55)) < 4.0  # as CTAS 2, over frail and other patients


@pytest.mark.slow_on_simpy
def test_without_a_caregiver_and_by_age_another_kind_of_peer_is_wished(simulate: Engine) -> None:
    asking = YouthPeer(without_caregiver=1.0, under_12=0.0, from_12=0.5)
    scenario = changed(department(days=40.0), support=Support(youth_peer=asking))
    shown = simulate(scenario, 7).visit_columns
    youth, young = shown["peer_kind_wished"] == 0, shown["age_years"] < 12
    assert youth[~shown["caregiver"]].all()
    assert not youth[shown["caregiver"] & young].any()
    assert abs(z(youth[shown["caregiver"] & ~young], 0.5)) < 4.0


# --- assessed before admission ----------------------------------------------------------------------------------------


def with_rule(*assessed_by: str, **stream: Any) -> Scenario:
    steps = [
        changed(step, assessed_by=assessed_by) if isinstance(step, Dispose) else step
        for step in mental_health().pathway
    ]
    return department(days=40.0, pathway=tuple(steps), **stream)


def taken(run: Trajectory, step: str) -> np.ndarray:
    return ~np.isnan(run.step_times[:, run.steps.index(step), 0])


@pytest.mark.slow_on_simpy
def test_nobody_is_admitted_without_one_of_the_assessments_asked_for(simulate: Engine) -> None:
    before, after = simulate(with_rule(), 7), simulate(with_rule("crisis", "psychiatrist"), 7)
    admitted = before.visit_columns["disposition"] == ADMITTED
    unassessed = ~taken(before, "assessment") & ~taken(before, "psychiatrist")
    assert (admitted & unassessed).sum() > 10
    admitted = after.visit_columns["disposition"] == ADMITTED
    assert (taken(after, "assessment") | taken(after, "psychiatrist"))[admitted].all()
    assert (~taken(after, "assessment") & taken(after, "psychiatrist") & admitted).any()  # the second is enough


@pytest.mark.slow_on_simpy
def test_the_rule_gives_no_assessment_to_those_who_go_home(simulate: Engine) -> None:
    without_returns = {"returns": None, "severity": severity(odds={k: v for k, v in ODDS.items() if k != "frail"})}
    before, after = (simulate(with_rule(*names, **without_returns), 7) for names in ((), ("crisis", "psychiatrist")))
    home = (before.visit_columns["disposition"] == DISCHARGED) & (after.visit_columns["disposition"] == DISCHARGED)
    assert home.sum() > 500
    assert np.array_equal(taken(before, "assessment")[home], taken(after, "assessment")[home])


# --- work reckoned without a run --------------------------------------------------------------------------------------


def nurse_minutes(scenario: Scenario) -> float:
    return weekly_minutes(scenario)["nurse"]


def test_classes_move_work_between_visits_and_not_its_sum() -> None:
    with_classes, without = (department(severity=one, escalation=None) for one in (severity(), None))
    assert nurse_minutes(with_classes) == pytest.approx(nurse_minutes(without), rel=1e-9)


@pytest.mark.slow_on_simpy
def test_assessments_before_admission_are_reckoned_as_they_are_played(simulate: Engine) -> None:
    """The rule adds an assessment of 5 minutes for the share admitted with neither of the two."""
    plain, ruled = (with_rule(*names, escalation=None) for names in ((), ("crisis", "psychiatrist")))
    traits = traits_of(ruled.department.streams["mental_health"], MIX)
    kinds = (traits.admission["dispose"], traits.needs["crisis"], traits.needs["psychiatrist"])
    admitted, crisis, psychiatrist = (np.array(rows) for rows in kinds)
    shares = np.array(MIX)[:, None] * np.array(SHARE)
    gained = float((shares * admitted * (1.0 - crisis) * (1.0 - psychiatrist)).sum())
    visits = 2.0 * 168.0 * ruled.department.streams["mental_health"].visits_per_patient
    assert nurse_minutes(ruled) - nurse_minutes(plain) == pytest.approx(gained * visits * 5.0)
    run = simulate(ruled, 7)
    assert abs(z(taken(run, "assessment"), 0.722 + gained)) < 4.0


# --- observation from triage on ---------------------------------------------------------------------------------------


def test_observation_may_begin_before_the_place_and_lasts_to_departure(simulate: Engine) -> None:
    """Both children are watched from triage on; the second waits for the one place and is watched there."""
    steps = [
        Task(name="triage", role="nurse", purpose="triage", minutes=always(5.0)),
        Observe(name="observe", role="aide", fallback_role="nurse", fallback_minutes_per_hour=10.0),
        Place(name="room", routes=(Route(acuities=ALL, zones=("safe",)),)),
        Delay(name="stay", minutes=always(60.0)),
    ]
    visits = Replay(visits=tuple(GivenVisit(at=at, stream="medical") for at in (0.0, 10.0)))
    zones = {"safe": Zone(places=1)}
    run = simulate(one_stream(steps, {"nurse": staffed(), "aide": staffed(2)}, visits, zones=zones), 1)
    shown = run.visit_columns
    assert shown["departure"].tolist() == [65.0, 125.0]
    assert shown["minutes_observed"].tolist() == [60.0, 110.0]
    assert shown["minutes_observation_unmet"].tolist() == [0.0, 0.0]
    room = run.steps.index("room")
    assert run.step_times[1, room].tolist() == [15.0, 65.0, 65.0]


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"share": (*SHARE[:4], (0.9, 0.03, 0.04))}, "share of CTAS 5 sums to 0.97, not 1"),
        ({"share": (*SHARE[:4], (0.9, 0.1))}, "share of CTAS 5 has 2 numbers: write one for each of the 3 classes"),
        ({"share": SHARE[:4]}, "at least 5"),
        ({"odds": {"police": (1.0, 2.0)}}, "odds.police has 2 numbers"),
        ({"odds": {"police": (2.0, 2.0, 4.0)}}, "odds.police begins with 2"),
        ({"odds": {"police": (1.0, 0.0, 4.0)}}, "greater than 0"),
        ({"odds": {"police": (1.0, -3.0, 4.0)}}, "greater than 0"),
        ({"classes": ("a", "b", "a")}, "class 'a' is named twice"),
        ({"rates": {"leaving": (1.0, 1.0, 1.0)}}, "rates.leaving is not known"),
        ({"means": {"stay": (1.0, 1.0, 1.0)}}, "means.stay is not known"),
    ],
)
def test_classes_that_make_no_sense_are_refused_in_words(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        severity(**changes)


def test_all_that_is_wrong_with_classes_is_said_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        severity(share=(*SHARE[:3], (1.0, 1.0, 0.0), (1.0,)), odds={"police": (2.0, 1.0, 1.0)})
    for words in ("CTAS 4 sums to 2", "CTAS 5 has 1 numbers", "odds.police begins with 2"):
        assert words in str(caught.value)


def no_dispose() -> Iterator[Any]:
    return (step for step in mental_health().pathway if not isinstance(step, Dispose))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"severity": severity(odds={"obsrvation": (1.0, 1.0, 1.0)})}, "odds.obsrvation is no trait of the stream"),
        ({"returns": None}, "odds.frail: the stream has no returns"),
        ({"pathway": tuple(no_dispose())}, "odds.admission: the pathway has no dispose step"),
        ({"held_share": 0.01}, "held_share is 0.01 and a share of 0.033 is always held"),
        (
            {"pathway": (Dispose(name="dispose", admission=0.2, assessed_by=("nurse",)),)},
            "assessed_by of 'dispose' names need 'nurse', known are observation, crisis, psychiatrist",
        ),
        (
            {"pathway": (Dispose(name="dispose", admission=0.2, assessed_by=("crisis",)),)},
            "assessed_by of 'dispose' names 'crisis', which no task before it needs",
        ),
    ],
)
def test_a_stream_whose_classes_do_not_fit_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        mental_health(**changes)


def test_odds_that_fill_a_class_more_than_once_are_refused_with_place_and_remedy() -> None:
    odds = {"police": (1.0, 2.0, 900.0), "ambulance": (1.0, 2.0, 900.0)}
    with pytest.raises(ScenarioError, match=r"mental_health\.severity\.odds = too far apart: .* class agitated sum to"):
        department(severity=severity(odds=odds))


def test_odds_are_judged_anew_when_only_the_acuities_of_the_demand_differ() -> None:
    """In a sweep equal parts are checked once: a class of every visit of CTAS 1 is rare, and so overfull, at CTAS 5."""
    odds = {"police": (1.0, 1.0, 900.0), "ambulance": (1.0, 1.0, 900.0)}
    at_1, at_5 = (
        changed(plain, demand=Steady(per_hour={"mental_health": 1.0}, acuity_mix={"mental_health": mix}))
        for plain in [department(severity=severity(odds={}))]
        for mix in ((1.0, 0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0, 1.0))
    )
    streams = {"mental_health": mental_health(severity=severity(odds=odds))}
    steep = changed(at_1.department, streams=streams)
    cache = CheckCache()
    found = [
        cache.contradictions(changed(scenario, department=steep), frozenset(), frozenset()) for scenario in (at_1, at_5)
    ]
    assert found[0] == ()
    assert "class agitated sum to" in str(found[1][0])


def test_a_run_with_classes_is_the_same_run_twice_and_another_under_another_seed(simulate: Engine) -> None:
    scenario = replace_period(department(days=3.0))
    assert differences(simulate(scenario, 7), simulate(scenario, 7)) == []
    assert differences(simulate(scenario, 7), simulate(scenario, 8))


def replace_period(scenario: Scenario) -> Scenario:
    return changed(scenario, period=Period(minutes=2880.0))
