"""How many visits a year a file has beside those the base was rostered for."""

from dataclasses import dataclass

from sim.calibration.resources.scaling import NEARLY_SAME
from sim.department.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Volume:
    """Visits a year of the file and of the base's demand; None where either does not tell. `demand`: the base's.

    `own` names a choice of the user's own, such as `staffing=mine`, which is taken as it is, whatever the volume.
    """

    of_file: float | None
    of_base: float | None
    demand: str
    own: str = ""

    @property
    def factor(self) -> float:
        """By which heads and places of the base are multiplied: 1 where volumes are not known, or nearly the same."""
        if self.own or self.of_file is None or self.of_base is None:
            return 1.0
        exact = self.of_file / self.of_base
        return 1.0 if abs(exact - 1.0) <= NEARLY_SAME else exact

    @property
    def is_scaled(self) -> bool:
        """The base is not taken as it is."""
        return self.factor != 1.0

    def state(self, what: str) -> str:
        """What was done to `what` (staffing, places) of the base, and why."""
        if self.own:
            return f"{what} yours, as in {self.own}"
        if self.of_file is None or self.of_base is None:
            whose = (
                "the file does not tell visits a year" if self.of_file is None else "the base's demand has no volume"
            )
            return f"{what} the default's as they are, not yours, for {whose}"
        if not self.is_scaled:
            return f"{what} the default's as they are, not yours; your volume is within {NEARLY_SAME:.0%} of theirs"
        return f"{what} scaled from the default's to your volume, not yours"

    def kept(self) -> str:
        """How what no list names is kept."""
        if self.own:
            return f"as in {self.own}"
        return f"from the default, {'scaled to your volume' if self.is_scaled else 'as they are'}"

    def text(self) -> str:
        """Both volumes and the factor."""
        if self.of_file is None or self.of_base is None:
            return "visits a year are not known"
        ratio = self.of_file / self.of_base
        return f"{self.of_file:,.0f} visits a year / {self.of_base:,.0f} of demand={self.demand} = {ratio:.3f}"


def volume_of(base: Scenario, visits_per_year: float | None, own: str = "") -> Volume:
    """The volume of a file beside the base's."""
    of_base, demand = getattr(base.demand, "visits_per_year", None), getattr(base.demand, "name", "")
    return Volume(visits_per_year, of_base, demand, own)
