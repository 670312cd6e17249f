"""How many visits a year the demand of a calibration has, and which part of them is mental health."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from sim.calibration.estimators.demand_by_stream import DayByStream, WeekByStream
from sim.calibration.estimators.visit_estimates import VisitEstimates
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH, Demand, Profile


@dataclass(frozen=True, slots=True)
class ValueWithError:
    """A value and its standard error, None where it is not of the file."""

    value: float
    error: float | None

    @property
    def relative(self) -> float:
        return 0.0 if self.error is None or self.value == 0.0 else self.error / self.value


@dataclass(frozen=True, slots=True)
class WrittenVolume:
    """Visits a year of all streams at the end of the file and the part of mental health, as they are written.

    None is what the file does not tell; `remark` says what both rest on beside the file, `scaled` by what the volume
    was multiplied.
    """

    per_year: ValueWithError | None
    mental_share: ValueWithError | None
    remark: str = ""
    scaled: str = ""

    @property
    def share_written(self) -> float | None:
        """The part of mental health, None where it is the base's."""
        return None if self.mental_share is None else self.mental_share.value

    def lines(self, source: str) -> Iterator[str]:
        """The keys of the demand."""
        if self.per_year is not None:
            error = f"SE {self.per_year.error:.1f}; " if self.per_year.error is not None else ""
            at_end = "at the end of the file, returns included"
            yield f"visits_per_year: {self.per_year.value:.3f}  # {source}, {error}{at_end}{self.remark}{self.scaled}"
        if self.mental_share is not None:
            error = f", SE {self.mental_share.error:.5f}" if self.mental_share.error is not None else ""
            yield f"mental_health_share: {self.mental_share.value:.7f}  # {source}{error}{self.remark}"


def written_volume(
    shapes: WeekByStream | DayByStream, found: VisitEstimates | None, base: Demand | None
) -> WrittenVolume:
    """From the rates of the streams that have them; visits without a stream count too."""
    rates = {} if found is None else found.rates
    scale = shapes.parts.scale
    by_stream = {
        stream: ValueWithError(scale * float(year.value[0]), scale * float(year.standard_error[0]))
        for stream, year in ((stream, each.visits_per_year) for stream, each in rates.items())
    }
    scaled = f"; times {scale:.4f} for visits without a stream" if scale > 1.0 else ""
    if shapes.parts.is_pooled:
        return WrittenVolume(by_stream.get(MEDICAL), None)
    if shapes.parts.only is not None:
        return _with_the_other(shapes.parts.only, by_stream, base, scaled)
    return _of_both(shapes, by_stream, scaled)


def _of_both(shapes: WeekByStream | DayByStream, by_stream: dict[str, ValueWithError], scaled: str) -> WrittenVolume:
    """Where one stream has no rates of its own its part of all visits stands in."""
    assert shapes.mental_share is not None
    part, error = float(shapes.mental_share.share[1]), float(shapes.mental_share.standard_error[1])
    counted = ValueWithError(round(part, 7), error)
    if len(by_stream) == 2:
        medical, mental = by_stream[MEDICAL], by_stream[MENTAL_HEALTH]
        total = ValueWithError(medical.value + mental.value, _sum_of_errors(medical, mental))
        share = mental.value / total.value
        error = share * (1.0 - share) * (medical.relative**2 + mental.relative**2) ** 0.5
        return WrittenVolume(total, ValueWithError(round(share, 7), error), scaled=scaled)
    if by_stream:
        stream, own = next(iter(by_stream.items()))
        of_own = part if stream == MENTAL_HEALTH else 1.0 - part
        relative = (own.relative**2 + (error / of_own) ** 2) ** 0.5
        other = MEDICAL if stream == MENTAL_HEALTH else MENTAL_HEALTH
        remark = f"; {other} has too few visits for rates, its part of all visits is taken"
        return WrittenVolume(ValueWithError(own.value / of_own, own.value / of_own * relative), counted, remark, scaled)
    return WrittenVolume(None, counted)


def _sum_of_errors(*numbers: ValueWithError) -> float:
    return math.hypot(*(number.error or 0.0 for number in numbers))


def _with_the_other(only: str, by_stream: dict[str, ValueWithError], base: Demand | None, scaled: str) -> WrittenVolume:
    """The stream's own volume beside that of the other in `base`."""
    if not isinstance(base, Profile) or only not in by_stream:
        return WrittenVolume(None, None)
    mental = only == MENTAL_HEALTH
    other = base.visits_per_year * ((1.0 - base.mental_health_share) if mental else base.mental_health_share)
    own = by_stream[only]
    total = own.value + other
    share = (own.value if mental else other) / total
    error = share * (1.0 - share) * own.relative
    name = MEDICAL if mental else MENTAL_HEALTH
    remark = f"; {own.value:.1f} of {only} of the file and {other:.1f} of {name} as in demand={base.name}"
    return WrittenVolume(ValueWithError(total, own.error), ValueWithError(round(share, 7), error), remark, scaled)
