"""Lines of a demand and rows of its table that only files with dates, streams or patient identities give.

The shares that every file gives are written by `demand_text`.
"""

from collections.abc import Iterator

from sim.calibration.estimators.arrival_rates import ArrivalRates, Estimates
from sim.calibration.estimators.returns import ReturnFit
from sim.calibration.estimators.shares import round_to_total
from sim.calibration.estimators.step_minutes import StepMinutes
from sim.calibration.estimators.visit_estimates import VisitEstimates
from sim.calibration.writing.demand_file import (
    HOUR_LABELS,
    ConfigLine,
    Estimate,
    keyed_lines,
    share_rows,
    value_rows,
    weekday_name,
)
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH
from sim.department.quantities import sum_in_order
from sim.statistics.lifetimes import Parameter

_MONTHS = [("", "", f"{month:02d}") for month in range(1, 13)]
_AGE_GROUPS = [("", "", group) for group in ("0-5", "6-11", "12-17")]


def demand_lines(found: VisitEstimates, source: str) -> Iterator[str]:
    """Further keys of the demand with their errors and the file they come from."""
    yield from _volume(found, source)
    months = {stream: rates.months for stream, rates in found.rates.items() if rates.months is not None}
    by_month = {
        stream: ConfigLine(round_to_total(index.value, 12), f"{source}, largest SE {index.standard_error.max():.4f}")
        for stream, index in months.items()
    }
    yield from keyed_lines("month_index", by_month, "  # January first")
    yield from keyed_lines("day_factor_cv", {name: _day_factor(rates, source) for name, rates in found.rates.items()})
    yield from keyed_lines(
        "visits_per_patient", {name: _per_patient(law, source) for name, law in found.returns.items()}
    )


def _volume(found: VisitEstimates, source: str) -> Iterator[str]:
    if MEDICAL not in found.rates:
        return
    by_stream = {stream: rates.visits_per_year for stream, rates in found.rates.items()}
    total = sum_in_order(float(each.value[0]) for each in by_stream.values())
    error = sum_in_order(float(each.standard_error[0]) ** 2 for each in by_stream.values()) ** 0.5
    yield f"visits_per_year: {total:.1f}  # {source}, SE {error:.1f}; at the end of the file, returns included"
    share = mental_health_share(found)
    if share is not None:
        mental, other = by_stream[MENTAL_HEALTH], by_stream[MEDICAL]
        error = share * (1.0 - share) * (_relative(mental) ** 2 + _relative(other) ** 2) ** 0.5
        yield f"mental_health_share: {share:.5f}  # {source}, SE {error:.5f}"


def mental_health_share(found: VisitEstimates) -> float | None:
    """Part of all visits, None where the file does not separate them."""
    if not {MEDICAL, MENTAL_HEALTH} <= found.rates.keys():
        return None
    mental, other = (float(found.rates[name].visits_per_year.value[0]) for name in (MENTAL_HEALTH, MEDICAL))
    return mental / (mental + other)


def _relative(each: Estimates) -> float:
    return float(each.standard_error[0] / each.value[0])


def _day_factor(rates: ArrivalRates, source: str) -> str:
    error = f"SE {rates.days.cv_standard_error:.4f}" if rates.days.cv > 0.0 else "no more than Poisson's"
    return f"{rates.days.cv:.4f}  # {source}, {error}"


def _per_patient(law: ReturnFit, source: str) -> str | None:
    """None where the law is not identified."""
    if not law.fit.identified:
        return None
    error = law.fit.parameters()[-1].standard_error * law.visits_per_patient**2
    return f"{law.visits_per_patient:.5f}  # {source}, SE {error:.5f}; from the law of return"


def further_estimates(found: VisitEstimates) -> Iterator[Estimate]:
    """Rows of the table of estimates: rates, months, growth, day factor, patience, returns, admission, ages."""
    for stream, rates in found.rates.items():
        yield from _rows_of_rates(stream, rates)
    if found.patience is not None:
        levels = found.patience.levels
        yield from _rows_of("patience", found.patience.fit.parameters(), levels, int(found.patience.fit.n))
    for stream, law in found.returns.items():
        yield from _rows_of(f"returns {stream}", law.parameters(), (), law.n_visits)
    for level, shares in found.admission.items():
        value, error = float(shares.share[1]), float(shares.standard_error[1])
        yield Estimate("admission_share", "", "", str(level), shares.n, value, error, None)
    for stream in (MEDICAL, MENTAL_HEALTH):
        if stream in found.ages:
            yield from share_rows(f"age_share {stream}", found.ages[stream], _AGE_GROUPS)
    for name, choice in (("wait", found.waits), ("stay", found.stays)):
        if choice is not None:
            fit = choice.nearest
            yield from _rows_of(f"{name} {fit.family}", fit.parameters(), found.levels, int(fit.n))
    for of_step in found.steps.values():
        yield from _rows_of_step(of_step)


def _rows_of_step(found: StepMinutes) -> Iterator[Estimate]:
    """Of the family that fits, else of the nearest, and then the file's quantiles too."""
    name = f"minutes {found.stream} {found.step}".replace("  ", " ")
    fit = found.fit or found.choice.nearest
    yield from _rows_of(f"{name} {fit.family}", fit.parameters(), found.levels, int(fit.n))
    for group, quantiles in enumerate(found.choice.table if found.fit is None else ()):
        level = str(found.levels[group]) if found.levels else ""
        for chance, value in zip(found.choice.at, quantiles, strict=True):
            n = found.values[group].size
            yield Estimate(f"{name} quantile {chance:g}", "", "", level, n, float(value), None, None)


def _rows_of_rates(stream: str, rates: ArrivalRates) -> Iterator[Estimate]:
    by_hour = [(weekday_name(day)[:3], hour, "") for day in range(7) for _, hour, _ in HOUR_LABELS]
    for name, each, labels in (
        ("rate_per_hour", rates.per_hour, by_hour),
        ("visits_per_year", rates.visits_per_year, [("", "", "")]),
        ("month_index", rates.months, _MONTHS),
        ("yearly_growth", rates.growth, [("", "", "")]),
    ):
        if each is not None:
            yield from value_rows(f"{name} {stream}", rates.n, labels, each.value, each.standard_error)
    days = rates.days
    error = days.cv_standard_error if days.cv > 0.0 else None
    yield Estimate(f"day_factor_cv {stream}", "", "", "", rates.n_days, days.cv, error, days.cv)
    yield Estimate(f"daily_dispersion {stream}", "", "", "", rates.n_days, days.index, None, None)


def _rows_of(quantity: str, parameters: tuple[Parameter, ...], levels: tuple[int, ...], n: int) -> Iterator[Estimate]:
    for each in parameters:
        level = str(levels[each.group]) if 0 <= each.group < len(levels) else ""
        yield Estimate(f"{quantity} {each.name}", "", "", level, n, each.value, each.standard_error, None)
