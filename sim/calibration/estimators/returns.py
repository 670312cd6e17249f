"""The law of return visits from patient identities: a Weibull for those who return, and a share who do not.

The law is that of `sim.department.patients.ReturnVisits` with no frailty.

A gap runs from departure to the next arrival of the patient, or to the end of the file, where it is censored (mixture
cure: Farewell 1982, Biometrics 38:1041-1046). The hour of an arrival is the department's, not the patient's: the law
moves a return within its day. So a gap is known to the day it ends in, and to the minute only on the day of departure.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sim.department.quantities import MINUTES_PER_DAY
from sim.statistics.arrays import BoolArray, FloatArray, IntArray
from sim.statistics.lifetimes import Family, LifetimeFit, Parameter, durations, fit_lifetimes
from sim.statistics.survival import SurvivalCurve, kaplan_meier


@dataclass(frozen=True, slots=True)
class Gaps:
    """Days until a patient's next visit: in (`low`, `high`], inf where none came before the end of the file.

    Arrays of one length, a value per visit with a known departure; `patient` numbers the patients, `followed` is the
    days from the departure to the end of the file.
    """

    low: FloatArray
    high: FloatArray
    patient: IntArray
    followed: FloatArray

    @property
    def returned(self) -> BoolArray:
        return np.isfinite(self.high)

    def curve(self) -> SurvivalCurve:
        """Kaplan-Meier, a return in the middle of the day it falls in."""
        middle = (self.low + np.where(self.returned, self.high, self.low)) / 2.0
        return kaplan_meier(middle, self.returned)


def gaps_between(patient: ArrayLike, arrival: ArrayLike, departure: ArrayLike, end: float) -> Gaps:
    """Gaps from visits, times in minutes since a midnight; `end` is the time to which every arrival is in the file.

    Only whole days count, so that the end is moved back to its midnight. A visit without a departure (NaN), or that
    departed after the end, gives no gap of its own. A next arrival before the departure counts as a return at once:
    such orders are for the quality report.
    """
    end = np.floor(end / MINUTES_PER_DAY) * MINUTES_PER_DAY
    _, who = np.unique(np.asarray(patient), return_inverse=True)
    came, went = np.asarray(arrival, dtype=np.float64), np.asarray(departure, dtype=np.float64)
    order = np.lexsort((came, who.ravel()))
    who, came, went = who.ravel()[order].astype(np.int64), came[order], went[order]
    following = np.append(np.where(who[1:] == who[:-1], came[1:], np.inf), np.inf)
    kept = ~np.isnan(went) & (went < end)
    who, went, following = who[kept], went[kept], following[kept]
    returned = following < end
    midnight = np.floor(following / MINUTES_PER_DAY) * MINUTES_PER_DAY
    same = returned & (midnight <= went)
    with np.errstate(invalid="ignore"):
        low = np.where(same, np.maximum(following - went, 1.0), midnight - went)
        high = np.where(same, low, midnight + MINUTES_PER_DAY - went)
    low, high = np.where(returned, low, end - went), np.where(returned, high, np.inf)
    return Gaps(low / MINUTES_PER_DAY, high / MINUTES_PER_DAY, who, (end - went) / MINUTES_PER_DAY)


@dataclass(frozen=True, slots=True)
class ReturnFit:
    """The law of return and what speaks against it.

    `fit.never` is the share who do not come back. `frequent` compares patients with three or more returns with what
    one law for everybody would give: far above 1, some patients return more than others (frailty), which gaps alone do
    not tell from a higher share of all.
    """

    fit: LifetimeFit
    curve: SurvivalCurve
    n_visits: int
    follow_up_days: float
    frequent: float

    @property
    def visits_per_patient(self) -> float:
        """Visits of a patient in the long run, the first included: a geometric number of returns."""
        return 1.0 / self.fit.never

    def parameters(self) -> tuple[Parameter, ...]:
        """`susceptible`, `shape`, `scale_days`, as a configuration names them."""
        scale, shape, never = self.fit.parameters()
        share = Parameter("susceptible", -1, 1.0 - never.value, never.standard_error, 1.0 - never.high, 1.0 - never.low)
        days = Parameter("scale_days", -1, scale.value, scale.standard_error, scale.low, scale.high)
        return share, shape, days

    def notes(self) -> tuple[str, ...]:
        """What a reader must be warned of."""
        found = []
        if not self.fit.identified:
            found.append(
                f"{self.follow_up_days:.0f} days of follow-up do not tell the share that returns from a slow return: "
                "no error is given, do not use the values alone"
            )
        elif self.follow_up_days < 3.0 * float(self.fit.quantiles(0.5)):
            found.append(
                "follow-up is under three times the median time to return: susceptible and scale lean on the Weibull"
            )
        if self.frequent > 2.0:
            found.append(
                f"{self.frequent:.1f} times as many patients with three or more returns as one law for all gives: "
                "some return more than others; frailty is not estimated and stays off"
            )
        return tuple(found)


def fit_returns(gaps: Gaps) -> ReturnFit:
    """Weibull with a share that never returns; the clock is days."""
    fit = fit_lifetimes(durations(gaps.low, gaps.high), Family.WEIBULL, with_never=True)
    returns = np.bincount(gaps.patient, weights=gaps.returned).astype(np.float64)
    return ReturnFit(
        fit=fit,
        curve=gaps.curve(),
        n_visits=gaps.low.size,
        follow_up_days=float(gaps.followed.max()),
        frequent=_more_frequent(gaps, fit, returns),
    )


def _more_frequent(gaps: Gaps, fit: LifetimeFit, returns: FloatArray) -> float:
    """Patients with three or more returns over the number expected of one law, given how long each visit was followed.

    The first visit of a patient in the file is followed longest; that a third return takes longer than a first is
    allowed for by the chance of three returns within the time after it (their sum, by Monte Carlo with a fixed seed).
    """
    first = np.unique(gaps.patient, return_index=True)[1]
    left = gaps.followed[first]
    rng = np.random.default_rng(20_230_016)
    u = rng.random((2000, 3))
    never = u < fit.never
    days = np.where(never, np.inf, fit.quantiles(np.clip((u - fit.never) / (1.0 - fit.never), 0.0, 1.0 - 1e-12)))
    third = np.sort(days.sum(axis=1))
    chance = np.searchsorted(third, left, side="right") / third.size
    return float((returns >= 3).sum() / max(chance.sum(), 1e-9))
