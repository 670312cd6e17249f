"""Peer support: how it is run, what it is assumed to do, and who it is for. Pure rules, no state.

The base case assumes no effect at all (`Effects()`); every effect is a hypothesis with a switch of its own.
"""

import math
from typing import Annotated, Literal

from numba.extending import register_jitable
from pydantic import Field

from sim.department.pathway import DEFAULT_BAND
from sim.department.patients import OLDER_CHILD_FROM
from sim.department.quantities import EffectFactor, FactorFromZero, Frozen, NonNegative, Positive, Probability

PeerBand = Annotated[int, Field(ge=1, le=7)]
"""Band 0 is the peer's own recovery."""


class YouthPeer(Frozen):
    """Share that asks for a youth peer, the others for a family peer: of patients without a caregiver, and by age."""

    without_caregiver: Probability = 1.0
    under_12: Probability = 0.1
    from_12: Probability = 0.5


class Support(Frozen):
    """How peer support workers (PSWs) of `role` work with a patient.

    A contact is a first episode (`first_share` of `contact_min` on average, lognormal with `contact_cv`) and, for a
    `repeat_share`, one repeat after `repeat_gap_min`. `recovery_min` is the PSW's own time after each patient.
    `caseload` is the number of patients one PSW accompanies at once.
    """

    name: str = "default"
    role: str = "psw"
    streams: tuple[str, ...] = ("mental_health",)
    trigger: Literal["at_arrival", "after_triage", "when_roomed"] = "after_triage"
    minimum_age: NonNegative = 8.0
    positive_screen_share: Probability = 0.0
    consent: Probability = 0.7
    youth_peer: YouthPeer = YouthPeer()
    stays_with_clinician_share: Probability = 0.0
    caseload: Annotated[int, Field(ge=0)] | None = 3
    contact_min: NonNegative = 45.0
    contact_cv: Positive = 0.5
    first_share: Annotated[float, Field(gt=0, le=1)] = 20.0 / 45.0
    repeat_share: Probability = 1.0
    repeat_gap_min: NonNegative = 45.0
    recovery_min: NonNegative = 10.0
    bridging_min: NonNegative = 15.0
    call_min: NonNegative = 15.0
    call_reached_share: Probability = 0.6
    huddle_share: Probability = 0.39
    huddle_min: NonNegative = 3.0
    huddle_roles: tuple[str, ...] = ("crisis_clinician", "nurse")
    first_band: PeerBand = DEFAULT_BAND
    repeat_band: PeerBand = 1
    call_band: PeerBand = 3


@register_jitable
def eligible(in_stream: bool, positive_screen: bool, age: float, minimum_age: float, caregiver: bool) -> bool:
    """Peer support is offered by need, to a child old enough or with a caregiver present."""
    return (in_stream or positive_screen) and (age >= minimum_age or caregiver)


@register_jitable
def youth_share(without_caregiver: float, under_12: float, from_12: float, age: float, caregiver: bool) -> float:
    """Share that asks for a youth peer, of patients of this age with or without a caregiver."""
    if not caregiver:
        return without_caregiver
    return from_12 if age >= OLDER_CHILD_FROM else under_12


class RoleEffects(Frozen):
    """Assumed effects of a role: factors, 1 meaning none.

    `assessment_minutes` multiplies the minutes of assessments; `linkage_odds` the odds of follow-up; `patience_*` and
    `escalation_*` are paces at which waiting uses up patience and calm, while accompanied and after.
    """

    assessment_minutes: EffectFactor = 1.0
    linkage_odds: EffectFactor = 1.0
    patience_while: FactorFromZero = 1.0
    patience_after: FactorFromZero = 1.0
    escalation_while: FactorFromZero = 1.0
    escalation_after: FactorFromZero = 1.0


class ClinicianEffects(Frozen):
    """Assumed effects of an enhanced clinical team, on every assessment of a staffing that `enhances` the role."""

    role: str = "crisis_clinician"
    assessment_minutes: EffectFactor = 1.0
    linkage_odds: EffectFactor = 1.0


class Effects(Frozen):
    """What is assumed, as one set. `total_return_hr` is the whole effect on returns of being offered a peer.

    Of its logarithm linkage takes `linkage_share` and bridging `bridging_share` (each only if switched on); the
    direct factor is solved so that the product at default reach equals the total (`return_factors`).
    """

    name: str = "none"
    total_return_hr: EffectFactor = 1.0
    linkage_share: Probability = 0.3
    bridging_share: Probability = 0.2
    linkage_on: bool = True
    bridging_on: bool = True
    default_reach: Annotated[float, Field(gt=0, le=1)] = 0.67
    default_bridged: Annotated[float, Field(gt=0, le=1)] = 0.67
    default_linked: Annotated[float, Field(gt=0, le=1)] = 0.558
    peer: RoleEffects = RoleEffects()
    clinician: ClinicianEffects = ClinicianEffects()


class ReturnFactors(Frozen):
    """Hazard factors on the return of one visit: of contact, of contact with follow-up kept, of bridging."""

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


@register_jitable
def with_odds_ratio(probability: float, odds_ratio: float) -> float:
    """Probability after multiplying its odds."""
    if odds_ratio == 1.0 or probability >= 1.0:
        return probability
    odds = probability / (1.0 - probability) * odds_ratio
    return odds / (1.0 + odds)


@register_jitable
def linked(u: float, within_7_days: float, within_30_days: float, odds_ratio: float) -> int:
    """Follow-up of a visit by its uniform: 1 within 7 days, 2 within 30 days, 0 none."""
    if u < with_odds_ratio(within_7_days, odds_ratio):
        return 1
    return 2 if u < with_odds_ratio(within_30_days, odds_ratio) else 0


@register_jitable
def pace(while_accompanied: float, after: float, accompanied: bool, has_been: bool) -> float:
    """Pace at which a budget is used up: 1 before any contact, then one pace while accompanied and one after."""
    if accompanied:
        return while_accompanied
    return after if has_been else 1.0
