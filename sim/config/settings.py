"""How a study is run: its name, the staffings it compares, its length and precision, the executor.

What is simulated stands in `sim.department.scenario`.
"""

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from sim.department.quantities import Frozen, Positive
from sim.department.scenario import Period
from sim.study.worth import Prior, Worth

WholePositive = Annotated[int, Field(ge=1)]
WholeNonNegative = Annotated[int, Field(ge=0)]


def as_list(value: object) -> object:
    """A single name or number as a list of one."""
    return [value] if isinstance(value, str | int | float) and not isinstance(value, bool) else value


class StudySettings(Frozen):
    """The question asked and how precisely.

    `staffing` names the staffings of a comparison, `baseline` the one the others are compared with. Weeks are
    measured after `warm_up_weeks`. The run goes on for `follow_up_days` after them, so that an n-day
    return rate can count their last visits too. `demand_levels` multiply growth. `visits`: keep the visits of every
    replication, not of the first only. `month_factors` None: on for runs of at least 52 weeks. `map` names the
    column map of a visits file, `demand_name` the demand made of it, `rake` scales its hours to published blocks,
    `hold_out` is the share of its days that is predicted from the others, `match` names roles (or `delays`) whose
    minutes are matched to its waits and stays.

    A break-even study plays `effect` (a key of the effects group) at `points` values of its `range`, reckons the net
    benefit by `worth`, and asks the `prior` how likely it is.
    """

    name: str
    staffing: Annotated[tuple[str, ...], BeforeValidator(as_list)] = ()
    baseline: str | None = None
    replications: WholePositive
    weeks: WholePositive
    warm_up_weeks: WholeNonNegative = 0
    follow_up_days: WholeNonNegative = 0
    demand_levels: Annotated[tuple[Positive, ...], BeforeValidator(as_list), Field(min_length=1)] = (1.0,)
    visits: bool = False
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.95
    month_factors: bool | None = None
    map: str | None = None
    demand_name: str = "calibrated"
    rake: bool = False
    hold_out: Annotated[float, Field(ge=0, lt=1)] = 0.0
    match: Annotated[tuple[str, ...], BeforeValidator(as_list)] = ()
    effect: str = "effects.total_return_hr"
    range: tuple[Positive, Positive] | None = None
    points: Annotated[int, Field(ge=2, le=101)] = 7
    prior: Prior | None = None
    worth: tuple[Worth, ...] = ()

    @model_validator(mode="after")
    def _rising(self) -> "StudySettings":
        if self.range is not None and self.range[0] >= self.range[1]:
            raise ValueError(f"range goes from {self.range[0]:g} to {self.range[1]:g}: put the smaller value first")
        return self

    @model_validator(mode="after")
    def _each_once(self) -> "StudySettings":
        named = tuple(item.name for item in self.worth)
        for what, values in (("staffing", self.staffing), ("demand_levels", self.demand_levels), ("worth", named)):
            twice = next((value for value in values if values.count(value) > 1), None)
            if twice is not None:
                raise ValueError(f"{what} names {twice} twice: name each once")
        return self

    @property
    def period(self) -> Period:
        """What one replication covers."""
        return Period(
            weeks=self.weeks,
            warm_up_weeks=self.warm_up_weeks,
            follow_up_days=self.follow_up_days,
            month_factors=self.month_factors,
        )


class EngineSettings(Frozen):
    """The engine by name."""

    name: str


class ExecutorSettings(Frozen):
    """Where replications run: `auto` leaves it to the engine. `workers` None: as many as there are cores."""

    name: str
    workers: WholePositive | None = None


class Root(Frozen):
    """What stands outside every group."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    output: str | None = None
