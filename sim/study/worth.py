"""What a difference between two staffings is worth in money, and what is believed of an effect beforehand.

Both are values of a study; `sim.study.breakeven` reckons with them.
"""

import math

from sim.department.quantities import Frozen, Positive


class Worth(Frozen):
    """One line of a net benefit: what one unit more of a measure is worth, in CAD; a cost is below 0.

    `measure` is the key of a value of the catalogue with its part (`staff_cost_per_week.all`). Measures per week add up
    to CAD a week. With `cad_per_unit` 0 an outcome is shown and not valued.
    """

    name: str
    measure: str
    cad_per_unit: float


class Prior(Frozen):
    """A lognormal belief about an effect that is a factor: its median, and the standard deviation of its logarithm."""

    median: Positive
    log_sd: Positive

    def below(self, effect: float) -> float:
        """Probability that the effect is smaller."""
        return 0.5 * math.erfc(-self._standard(effect) / math.sqrt(2.0))

    def density(self, effect: float) -> float:
        """Probability per unit of the effect."""
        height = math.exp(-0.5 * self._standard(effect) ** 2)
        return height / (effect * self.log_sd * math.sqrt(2.0 * math.pi))

    def within(self, low: float, high: float) -> float:
        """Probability of an effect between the two."""
        return self.below(high) - self.below(low)

    def _standard(self, effect: float) -> float:
        return math.log(effect / self.median) / self.log_sd
