"""What a visit brings: its class of severity and the traits that go with it, worked out anew from the law.

The keyed uniforms are taken as they are; every share is solved by other means than the department's own.
"""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from scipy.optimize import brentq, root
from scipy.special import expit, logit

from sim.department.arrivals import GivenVisit, Replay
from sim.department.pathway import Choose, Dispose, Fork, Step
from sim.department.patients import Stream
from sim.department.scenario import Scenario
from sim.engine.draw_numbers import quantity_id
from sim.engine.keyed_uniforms import visit_uniform
from sim.engine.trajectory import AMA, DISPOSITIONS, LWBS, PEER_KINDS_WISHED, PRESENT, Trajectory
from sim.engine.workload import draw_base
from tests.referee.objection import Objection

SAME = 1e-9
"""Relative difference of minutes that were computed in another order."""
MODES = ("walk_in", "ambulance", "police")


def wrong_traits(trajectory: Trajectory, scenario: Scenario) -> list[Objection]:
    """Every visit of which the tables show another class or trait than the law gives it."""
    return [objection for row in range(trajectory.n_visits) for objection in Brought(trajectory, scenario, row).wrong()]


class Law:
    """The shares of one stream by class, solved."""

    def __init__(self, scenario: Scenario, name: str) -> None:
        self.stream = stream = scenario.department.streams[name]
        self.mix = acuity_mix(scenario, name)
        severity = stream.severity
        self.classes = () if severity is None else severity.classes
        self.rows = np.ones((5, 1)) if severity is None else np.array(severity.share)
        self.weights = self.mix @ self.rows
        self.solved: dict[object, np.ndarray] = {}
        self.by_frailty = self.rows, self.rows
        if stream.returns is not None and severity is not None and "frail" in severity.odds:
            odds, frail = np.array(severity.odds["frail"]), frail_share(stream)
            solved = [of_two_kinds(row, odds, frail) for row in self.rows]
            self.by_frailty = tuple(np.array(kind) for kind in zip(*solved, strict=True))  # type: ignore[assignment]

    def odds(self, trait: str) -> np.ndarray:
        severity = self.stream.severity
        written = None if severity is None else severity.odds.get(trait)
        return np.ones(self.rows.shape[1]) if written is None else np.array(written)

    def share(self, trait: str, written: float | tuple[float, ...], acuity: int, severity: int) -> float:
        """Share of a class: kept at the acuity where five numbers are written, else over the mix."""
        by_acuity = isinstance(written, tuple)
        key = trait, written, acuity if by_acuity else 0
        if key not in self.solved:
            weights = self.rows[acuity - 1] if by_acuity else self.weights
            mean = written[acuity - 1] if isinstance(written, tuple) else written
            self.solved[key] = kept(weights, np.log(self.odds(trait)), mean)
        return float(self.solved[key][severity])

    def held(self, severity: int, police: bool) -> float:
        """Share held, of those who are not held always."""
        if "held" in self.solved:
            return float(self.solved["held"][severity + police * len(self.weights)])
        stream = self.stream
        with_police = np.array([self.share("police", stream.police_share, 1, c) for c in range(len(self.weights))])
        weights = np.concatenate((self.weights * (1.0 - with_police), self.weights * with_police))
        of_police = stream.held.odds.police if stream.held is not None else 1.0
        log_odds = np.log(np.concatenate((self.odds("held"), self.odds("held") * of_police)))
        always = sum(chance for age, care, chance in ages_and_caregivers(stream) if held_anyway(stream, age, care))
        mean = (stream.held_share - always) / (1.0 - always)
        self.solved["held"] = kept(weights, log_odds, mean)
        return self.held(severity, police)

    def escalation_mean(self, severity: int) -> float:
        """Minutes to escalation on average."""
        assert self.stream.escalation is not None
        rates = self.stream.severity.rates.get("escalation") if self.stream.severity is not None else None
        factor = 1.0 if rates is None else rates[severity] / (np.array(rates) @ self.weights / self.weights.sum())
        return self.stream.escalation.mean_hours * 60.0 / float(factor)

    def wish_factor(self, severity: int) -> float:
        """Factor on the mean of a wish for company, 1 on average over visits; sums in order, since times hang on it."""
        means = self.stream.severity.means.get("wish") if self.stream.severity is not None else None
        if means is None or len(set(means)) == 1:
            return 1.0
        weights = [0.0] * len(means)
        for share, row in zip(self.mix.tolist(), self.rows.tolist(), strict=True):
            weights = [one + share * of_class for one, of_class in zip(weights, row, strict=True)]
        total = average = 0.0
        for weight, mean in zip(weights, means, strict=True):
            total, average = total + weight, average + weight * mean
        return means[severity] / (average / total)


def acuity_mix(scenario: Scenario, name: str) -> np.ndarray:
    """CTAS 1 to 5 among the visits of a stream."""
    drawn = np.array(scenario.arrivals_of(name).acuity_mix)
    if not isinstance(scenario.demand, Replay):
        return drawn
    listed = [visit.acuity for visit in scenario.demand.visits if visit.stream == name]
    shares = [drawn if acuity is None else np.eye(5)[acuity - 1] for acuity in listed]
    return np.mean(shares, axis=0) if shares else drawn


def frail_share(stream: Stream) -> float:
    """Share of visits by frail patients: patients come a geometric number of times."""
    law = stream.returns
    assert law is not None
    never = 1.0 - law.susceptible
    visits = np.array([(1.0 - law.frail_share) / never, law.frail_share / never**law.frailty])
    return float(visits[1] / visits.sum())


def of_two_kinds(row: np.ndarray, odds: np.ndarray, frail: float) -> tuple[np.ndarray, np.ndarray]:
    """Shares of classes among other and frail patients whose mixture is the row; by a root of the log odds."""
    there = np.flatnonzero(row > 0.0)

    def kinds(log_odds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        other = np.zeros(row.size)
        other[there] = np.exp(np.concatenate(([0.0], log_odds)))
        return other / other.sum(), other * odds / (other * odds).sum()

    def missed(log_odds: np.ndarray) -> np.ndarray:
        other, second = kinds(log_odds)
        return ((1.0 - frail) * other + frail * second - row / row.sum())[there[1:]]

    start = np.log(row[there[1:]] / row[there[0]])
    return kinds(root(missed, start, tol=1e-14).x if start.size else start)


def kept(weights: np.ndarray, log_odds: np.ndarray, mean: float) -> np.ndarray:
    """Probabilities with these log odds between them and this mean under the weights."""
    if mean in (0.0, 1.0) or not log_odds.any():
        return np.full(log_odds.size, mean)
    weights = weights / weights.sum()
    span = float(np.abs(log_odds).max()) + 1.0
    centre = float(logit(mean))
    found = brentq(lambda a: weights @ expit(a + log_odds) - mean, centre - span, centre + span, xtol=1e-15, rtol=1e-15)
    return np.asarray(expit(found + log_odds))


def ages_and_caregivers(stream: Stream) -> Iterator[tuple[int, bool, float]]:
    """(age in years, caregiver there, share of visits)."""
    for share, first in zip(stream.age_shares, (0, 6, 12), strict=True):
        for age in range(first, first + 6):
            there = stream.caregiver_share[1 if age >= 12 else 0]
            yield age, True, share / 6.0 * there
            yield age, False, share / 6.0 * (1.0 - there)


def held_anyway(stream: Stream, age: int, caregiver: bool) -> bool:
    always = stream.held.always if stream.held is not None else None
    return always is not None and age < always.under_age and caregiver == always.caregiver


LAWS: dict[tuple[int, str], tuple[Scenario, Law]] = {}
GIVEN: dict[int, tuple[Scenario, dict[int, GivenVisit]]] = {}


def law_of(scenario: Scenario, name: str) -> Law:
    """Solved once for a scenario, which is kept so that its identity stays its own."""
    key = id(scenario), name
    if key not in LAWS:
        LAWS[key] = scenario, Law(scenario, name)
    return LAWS[key][1]


def given_of(scenario: Scenario) -> dict[int, GivenVisit]:
    """Replayed visits by patient: who has no number gets the next that nobody has, in order of the list."""
    if id(scenario) not in GIVEN:
        found: dict[int, GivenVisit] = {}
        listed = getattr(scenario.demand, "visits", ())
        taken = {visit.patient for visit in listed}
        free = 0
        for visit in listed:
            number = visit.patient
            if number is None:
                while free in taken:
                    free += 1
                number, free = free, free + 1
            found[tuple(scenario.department.streams).index(visit.stream) * 10**9 + number] = visit
        GIVEN[id(scenario)] = scenario, found
    return GIVEN[id(scenario)][1]


class Brought:
    """One visit: what the tables show of it beside what the law draws for it."""

    def __init__(self, trajectory: Trajectory, scenario: Scenario, row: int) -> None:
        self.t, self.scenario, self.row = trajectory, scenario, row
        self.shown = {name: values[row] for name, values in trajectory.visit_columns.items()}
        name = trajectory.streams[int(self.shown["stream"])]
        self.law = law_of(scenario, name)
        self.stream = self.law.stream
        self.acuity, self.age = int(self.shown["acuity"]), int(self.shown["age_years"])
        self.caregiver = bool(self.shown["caregiver"])
        base = draw_base(trajectory.seed, trajectory.replication)
        patient, number = int(self.shown["patient"]), int(self.shown["visit_number"])
        self.patient = patient
        self.u = lambda quantity, counter=0: visit_uniform(base, patient, number, quantity_id(quantity), counter)
        self.for_life = lambda quantity: visit_uniform(base, patient, 0, quantity_id(quantity), 0)
        self.given = given_of(scenario).get(patient) if number == 1 else None
        self.severity = self.class_by_law()

    def class_by_law(self) -> int:
        if not self.law.classes:
            return -1
        returns = self.stream.returns
        frail = returns is not None and self.for_life("frailty") < returns.frail_share
        row = self.law.by_frailty[frail][self.acuity - 1]
        return min(int((self.u("severity") >= np.cumsum(row)).sum()), len(self.law.classes) - 1)

    def wrong(self) -> Iterator[Objection]:
        number = max(self.severity, 0)
        ambulance = self.law.share("ambulance", self.stream.ambulance_share, 1, number)
        police = self.law.share("police", self.stream.police_share, 1, number)
        u = self.u("arrival_mode")
        mode = 1 if u < ambulance else 2 if u < ambulance + police else 0
        yield from self.compared("severity", self.severity)
        yield from self.compared("arrival_mode", mode)
        yield from self.compared("held", self.is_held(number, mode == MODES.index("police")))
        youth = self.scenario.support.youth_peer
        share = youth.without_caregiver if not self.caregiver else youth.under_12 if self.age < 12 else youth.from_12
        yield from self.compared("peer_kind_wished", PEER_KINDS_WISHED.index("family") * (self.u("peer_kind") >= share))
        yield from self.wrong_steps(number)
        if self.stream.escalation is not None:
            budget = -self.law.escalation_mean(number) * math.log1p(-self.u("escalation"))
            if abs(budget - self.shown["escalation_budget"]) > SAME * budget:
                yield self.objection("escalation_budget", self.shown["escalation_budget"], budget)

    def compared(self, column: str, due: object) -> Iterator[Objection]:
        if self.shown[column] != due:
            yield self.objection(column, self.shown[column], due)

    def objection(self, what: str, shown: object, due: object) -> Objection:
        return Objection(float(self.shown["arrival"]), f"visit {self.row}", f"{what} {shown!r}", f"it is {due!r}")

    def is_held(self, number: int, police: bool) -> bool:
        if self.given is not None and self.given.held is not None:
            return self.given.held
        return held_anyway(self.stream, self.age, self.caregiver) or self.u("held") < self.law.held(number, police)

    # --- needs and what follows from them ----------------------------------------------------------------------------

    def wrong_steps(self, number: int) -> Iterator[Objection]:
        """Steps for those in need are taken by those in need, and by nobody else; disposition is as drawn."""
        drawn = partial(self.drawn_need, number)
        needs = {name: drawn(name) for name in self.stream.needs}
        self.give_assessment(needs, number)
        went_on = self.shown["disposition"] not in (PRESENT, LWBS, AMA)
        sent: set[str | None] = {None}
        for step in self.stream.pathway:
            times = self.t.step_times[self.row, self.t.steps.index(step.name)]
            taken = not math.isnan(times[0])
            due = self.takes(step, needs) and step.branch in sent
            if taken and not due:
                yield self.objection(step.name, "taken", f"not: need {step.need}, branch {step.branch}, or its share")
            if due and not taken and went_on and step.only_if is None:
                yield self.objection(step.name, "not taken", f"taken: need {step.need}, branch {step.branch}")
            if taken and isinstance(step, Choose):
                sent.add(self.way(step))
            if taken and isinstance(step, Fork):
                sent.update(step.branches)
        last = [
            step
            for step in self.stream.pathway
            if isinstance(step, Dispose) and self.takes(step, needs) and step.branch in sent
        ]
        if went_on and len(last) == 1 and last[0].only_if is None:
            due = DISPOSITIONS.index("discharge") + self.outcome(last[0], number)
            yield from self.compared("disposition", due)

    def drawn_need(self, number: int, name: str) -> bool:
        return self.u(f"happens/need/{name}") < self.law.share(name, self.stream.needs[name], self.acuity, number)

    def happens(self, step: Step) -> bool:
        share = step.share[self.acuity - 1] if isinstance(step.share, tuple) else step.share
        return self.u(f"happens/step/{step.name}") < share

    def takes(self, step: Step, needs: dict[str, bool]) -> bool:
        return self.happens(step) and (step.need is None or needs[step.need])

    def way(self, step: Choose) -> str:
        """The branch a visit is sent into: shares of its class, of its acuity."""
        of_class = [branch.by_class.get(self.class_name, branch.share) for branch in step.branches]
        shares = np.array([share[self.acuity - 1] if isinstance(share, tuple) else share for share in of_class])
        below = int((np.cumsum(shares) <= self.u(f"step/{step.name}")).sum())
        return step.branches[min(below, int(np.flatnonzero(shares)[-1]))].name

    @property
    def class_name(self) -> str:
        """The class of severity, no name where the stream has none."""
        return self.law.classes[self.severity] if self.law.classes else ""

    def takes_in_turn(self, step: Step) -> bool:
        """Whether the visit takes the step when it gets there, by the draws."""
        number = max(self.severity, 0)
        needs = {name: self.drawn_need(number, name) for name in self.stream.needs}
        self.give_assessment(needs, number)
        disposition = None
        sent: set[str | None] = {None}
        for each in self.stream.pathway:
            taken = self.takes(each, needs) and each.only_if in (None, disposition) and each.branch in sent
            if each.name == step.name:
                return taken
            if taken and isinstance(each, Choose):
                sent.add(self.way(each))
            if taken and isinstance(each, Fork):
                sent.update(each.branches)
            if taken and isinstance(each, Dispose):
                disposition = DISPOSITIONS[DISPOSITIONS.index("discharge") + self.outcome(each, number)]
        raise ValueError(f"{step.name} is no step of this stream")

    def outcome(self, step: Dispose, number: int) -> int:
        admission = self.law.share("admission", step.admission, self.acuity, number)
        transfer = step.transfer[self.acuity - 1] if isinstance(step.transfer, tuple) else step.transfer
        u = self.u(f"step/{step.name}")
        return 1 if u < admission else 2 if u < admission + transfer else 0

    def needs_before_admission(self) -> list[bool]:
        """Of a visit that will be admitted at a step that wants it assessed, which of the needs it was drawn with."""
        number = max(self.severity, 0)
        needs = {name: self.drawn_need(number, name) for name in self.stream.needs}
        for step in self.stream.pathway:
            asks = isinstance(step, Dispose) and step.assessed_by and self.takes(step, needs)
            if isinstance(step, Dispose) and asks and self.outcome(step, number) == 1:
                return [needs[name] for name in step.assessed_by]
        return []

    def give_assessment(self, needs: dict[str, bool], number: int) -> None:
        for step in self.stream.pathway:
            if not isinstance(step, Dispose) or not step.assessed_by or not self.takes(step, needs):
                continue
            if self.outcome(step, number) == 1 and not any(needs[name] for name in step.assessed_by):
                needs[step.assessed_by[0]] = True
