"""Peer support: how it is run, what it is assumed to do, and who it is for. Pure rules, no state.

The base case assumes no effect at all (`Effects()`); every effect is a hypothesis with a switch of its own.
"""

import math
from typing import Annotated, Literal

from pydantic import Field

from sim.department import quantities
from sim.department.patients import OLDER_CHILD_FROM

MEETING_MINUTES, MEETING_CV = 20.0, 0.5
"""The first conversation, lognormal; when it is over the child counts as met. SUPA04, SUPA12."""
LEAST_MINUTES = 10.0
"""Minutes of company below which a peer does not come back, nor is called away. SUPA31."""
WALK_MINUTES = 3.0
"""The way to the child, at the start of every spell of company. SUPA30."""
RECOVERY_MINUTES = 10.0
"""The peer's own time and notes when a wish for company is over. SUPA08."""
DEBRIEF_MINUTES = 20.0
"""The peer's own time after an escalation in their presence. SUPA32."""
QUIET_FROM_MINUTE, QUIET_TO_MINUTE = 23 * quantities.MINUTES_PER_HOUR, 7 * quantities.MINUTES_PER_HOUR
"""Minutes of the day between which children who have been met are left to sleep. SUPA33."""
RECOVERY_BAND, BRIDGING_BAND, FIRST_BAND, REPEAT_BAND, CALL_BAND = 0, 1, 2, 3, 4
"""A child nobody has met before one who waits for company again; calls when nobody waits."""


class YouthPeer(quantities.Frozen):
    """Share that asks for a youth peer, the others for a family peer: of patients without a caregiver, and by age."""

    without_caregiver: quantities.Probability = 1.0
    under_12: quantities.Probability = 0.1
    from_12: quantities.Probability = 0.5


class Support(quantities.Frozen):
    """How peer support workers (PSWs) of `role` work with a patient.

    A child who consents wishes for `wish_minutes` of company on average (exponential), and wishes again
    `again_hours` after a wish is over. `caseload` is the number of patients one PSW looks after at once.
    What is no key here is a constant of the law (docs/law.md, Peer support).
    """

    name: str = "default"
    role: str = "psw"
    streams: tuple[str, ...] = ("mental_health",)
    trigger: Literal["at_arrival", "after_triage", "when_roomed"] = "after_triage"
    minimum_age: quantities.NonNegative = 8.0
    positive_screen_share: quantities.Probability = 0.0
    consent: quantities.Probability = 0.7
    youth_peer: YouthPeer = YouthPeer()
    stays_with_clinician_share: quantities.Probability = 0.0
    caseload: Annotated[int, Field(ge=0)] | None = 3
    wish_minutes: quantities.Positive = 60.0
    again_hours: quantities.Positive = 4.0
    bridging_minutes: quantities.NonNegative = 15.0
    call_minutes: quantities.NonNegative = 15.0
    call_reached_share: quantities.Probability = 0.6
    huddle_share: quantities.Probability = 0.39
    huddle_minutes: quantities.NonNegative = 3.0
    huddle_roles: tuple[str, ...] = ("crisis_clinician", "nurse")


def after_quiet_hours(minute: float) -> float:
    """The minute itself, or the end of the quiet hours it lies in. Minutes since Monday 00:00 of week 0."""
    of_day = minute % quantities.MINUTES_PER_DAY
    if of_day >= QUIET_FROM_MINUTE:
        return minute - of_day + (quantities.MINUTES_PER_DAY + QUIET_TO_MINUTE)
    if of_day < QUIET_TO_MINUTE:
        return minute - of_day + QUIET_TO_MINUTE
    return minute


def eligible(in_stream: bool, positive_screen: bool, age: float, minimum_age: float, caregiver: bool) -> bool:
    """Peer support is offered by need, to a child old enough or with a caregiver present."""
    return (in_stream or positive_screen) and (age >= minimum_age or caregiver)


def youth_share(without_caregiver: float, under_12: float, from_12: float, age: float, caregiver: bool) -> float:
    """Share that asks for a youth peer, of patients of this age with or without a caregiver."""
    if not caregiver:
        return without_caregiver
    return from_12 if age >= OLDER_CHILD_FROM else under_12


class RoleEffects(quantities.Frozen):
    """Assumed effects of a role: factors, 1 meaning none.

    `assessment_minutes` multiplies the minutes of assessments; `linkage_odds` the odds of follow-up; `patience_*` and
    `escalation_*` are paces at which waiting uses up patience and calm, once met: in a spell of company and after.
    """

    assessment_minutes: quantities.EffectFactor = 1.0
    linkage_odds: quantities.EffectFactor = 1.0
    patience_while: quantities.FactorFromZero = 1.0
    patience_after: quantities.FactorFromZero = 1.0
    escalation_while: quantities.FactorFromZero = 1.0
    escalation_after: quantities.FactorFromZero = 1.0


class ClinicianEffects(quantities.Frozen):
    """Assumed effects of an enhanced clinical team, on every assessment of a staffing that `enhances` the role."""

    role: str = "crisis_clinician"
    assessment_minutes: quantities.EffectFactor = 1.0
    linkage_odds: quantities.EffectFactor = 1.0


class Effects(quantities.Frozen):
    """What is assumed, as one set. `total_return_hr` is the whole effect on returns, of those who consent.

    Of its logarithm linkage takes `linkage_share` and bridging `bridging_share` (each only if switched on); the
    direct factor is solved so that the product at default reach equals the total (`return_factors`).
    """

    name: str = "none"
    total_return_hr: quantities.EffectFactor = 1.0
    linkage_share: quantities.Probability = 0.3
    bridging_share: quantities.Probability = 0.2
    linkage_on: bool = True
    bridging_on: bool = True
    default_reach: Annotated[float, Field(gt=0, le=1)] = 0.52
    default_bridged: Annotated[float, Field(gt=0, le=1)] = 0.59
    default_linked: Annotated[float, Field(gt=0, le=1)] = 0.558
    peer: RoleEffects = RoleEffects()
    clinician: ClinicianEffects = ClinicianEffects()


class ReturnFactors(quantities.Frozen):
    """Hazard factors on the return of one visit: of being met, of follow-up kept by who was met, of bridging."""

    direct: float
    linkage: float
    bridging: float


def return_factors(effects: Effects) -> ReturnFactors:
    """Split the total so that reach x ln(direct) + reach x linked x ln(linkage) + bridged x ln(bridging) = ln(total).

    Multiplying separately published effects instead would count the same benefit several times.
    """
    total = math.log(effects.total_return_hr)
    linkage = effects.linkage_share * effects.linkage_on
    bridging = effects.bridging_share * effects.bridging_on
    reach = effects.default_reach
    return ReturnFactors(
        direct=math.exp((1.0 - linkage - bridging) * total / reach),
        linkage=math.exp(linkage * total / (reach * effects.default_linked)),
        bridging=math.exp(bridging * total / effects.default_bridged),
    )


def with_odds_ratio(probability: float, odds_ratio: float) -> float:
    """Probability after multiplying its odds."""
    if odds_ratio == 1.0 or probability >= 1.0:
        return probability
    odds = probability / (1.0 - probability) * odds_ratio
    return odds / (1.0 + odds)


def linked(u: float, within_7_days: float, within_30_days: float, odds_ratio: float) -> int:
    """Follow-up of a visit by its uniform: 1 within 7 days, 2 within 30 days, 0 none."""
    if u < with_odds_ratio(within_7_days, odds_ratio):
        return 1
    return 2 if u < with_odds_ratio(within_30_days, odds_ratio) else 0


def pace(while_accompanied: float, after: float, accompanied: bool, is_met: bool) -> float:
    """Pace at which a budget is used up: 1 until met, then one pace while a spell of company runs and one after."""
    if not is_met:
        return 1.0
    return while_accompanied if accompanied else after
