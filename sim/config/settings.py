"""How a study is run: its name, the staffings it compares, its length and precision, the executor.

What is simulated stands in `sim.department.scenario`.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sim.analysis.valuation import Prior, Worth
from sim.department.quantities import DemandFactor, EffectFactor, Frozen
from sim.department.scenario import Period
from sim.runs.stopping_rules import Precision, Selecting, Simultaneous

MOST = 10**9
"""No study has more weeks, days or replications; those that need too much memory are refused by `sim.study`."""
WholePositive = Annotated[int, Field(ge=1, le=MOST)]
WholeNonNegative = Annotated[int, Field(ge=0, le=MOST)]


def file_name(value: str) -> str:
    """A name that configurations are written under, in files and folders of it."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", value):
        raise ValueError(f"{value!r} is no configuration name: use lower-case letters, digits and _, a letter first")
    if is_device_of_windows(value):
        raise ValueError(f"{value!r} is a device on Windows, where no file can have that name: choose another")
    return value


def is_device_of_windows(name: str) -> bool:
    """Whether Windows keeps a name for a device, as `con` or `lpt1`, and takes a file `con.yaml` for it too."""
    return re.fullmatch(r"(?i)con|prn|aux|nul|(com|lpt)[0-9]", name) is not None


def as_list(value: object) -> object:
    """A single name or number as a list of one."""
    return [value] if isinstance(value, str | int | float) and not isinstance(value, bool) else value


class StudySettings(Frozen):
    """The question asked and how precisely.

    `staffing` names the staffings of a comparison, `baseline` the one the others are compared with. Weeks are measured
    after `warm_up_weeks`; `auto`, in a sweep, has them found by a pilot. The run goes on for `follow_up_days` after the
    measured weeks, so that an n-day return rate can count their last visits too. `demand_levels` multiply growth.
    `visits`: keep the visits of every replication, not of the first only; `event_log`: write the events of the first in
    this format. `month_factors` None: on for runs of at least 52 weeks. `map` names the column map of a visits file,
    `demand_name` the demand made of it, `rake` scales its hours to published blocks, `hold_out` is the share of its
    days that is predicted from the others, `match` names roles (or `delays`) whose minutes are matched to its waits and
    stays; minutes of steps that no family fits are written as their quantiles (`if_none_fits` `empirical`) or as the
    family `nearest` to them. `simultaneous`: how intervals are judged together. Of a sweep `precision` (by measure),
    `select`, `best` and `controls` are what `sim.runs.stopping_rules` says; `replications` are then the first,
    `most_replications` the cap.

    A break-even study plays `effect` (a key of the effects group) at `points` values of its `range`, reckons the net
    benefit by `worth`, and asks the `prior` how likely it is. Each of the `presets` counts what `worth` says it does
    and has an answer of its own; without any there is one, which counts all. A comparison says what its differences
    are worth by each.
    """

    name: str
    staffing: Annotated[tuple[str, ...], BeforeValidator(as_list)] = ()
    baseline: str | None = None
    replications: WholePositive
    weeks: WholePositive
    warm_up_weeks: WholeNonNegative | Literal["auto"] = 0
    follow_up_days: WholeNonNegative = 0
    demand_levels: Annotated[tuple[DemandFactor, ...], BeforeValidator(as_list), Field(min_length=1)] = (1.0,)
    visits: bool = False
    event_log: Literal["csv", "parquet", "xes", "vidigi"] | None = None
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.95
    month_factors: bool | None = None
    simultaneous: Simultaneous = "bonferroni"
    precision: dict[str, Precision] = Field(default_factory=dict)
    select: Selecting | None = None
    best: str | None = None
    controls: bool = False
    most_replications: WholePositive | None = None
    map: str | None = None
    demand_name: Annotated[str, AfterValidator(file_name)] = "calibrated"
    rake: bool = False
    hold_out: Annotated[float, Field(ge=0, lt=1)] = 0.0
    match: Annotated[tuple[str, ...], BeforeValidator(as_list)] = ()
    if_none_fits: Literal["empirical", "nearest"] = "empirical"
    effect: str = "effects.total_return_hr"
    range: tuple[EffectFactor, EffectFactor] | None = None
    points: Annotated[int, Field(ge=2, le=101)] = 7
    prior: Prior | None = None
    presets: Annotated[tuple[str, ...], BeforeValidator(as_list)] = ()
    worth: tuple[Worth, ...] = ()

    @model_validator(mode="after")
    def _rising(self) -> "StudySettings":
        if self.range is not None and self.range[0] >= self.range[1]:
            raise ValueError(f"range goes from {self.range[0]:g} to {self.range[1]:g}: put the smaller value first")
        return self

    @model_validator(mode="after")
    def _each_once(self) -> "StudySettings":
        named = tuple(item.name for item in self.worth)
        for what, values in (
            ("staffing", self.staffing),
            ("demand_levels", self.demand_levels),
            ("presets", self.presets),
            ("worth", named),
        ):
            twice = next((value for value in values if values.count(value) > 1), None)
            if twice is not None:
                raise ValueError(f"{what} names {twice} twice: name each once")
        return self

    @model_validator(mode="after")
    def _cap_above_first(self) -> "StudySettings":
        if self.most_replications is not None and self.most_replications < self.replications:
            raise ValueError(
                f"most_replications is below replications ({self.replications}), those of the first round: "
                "give a cap that is not"
            )
        return self

    @property
    def period(self) -> Period:
        """What one replication covers; a warm-up that is to be found is not in it yet."""
        return Period(
            weeks=self.weeks,
            warm_up_weeks=0 if self.warm_up_weeks == "auto" else self.warm_up_weeks,
            follow_up_days=self.follow_up_days,
            month_factors=self.month_factors,
        )


class EngineSettings(Frozen):
    """The engine by name."""

    name: str


class ExecutorSettings(Frozen):
    """Where replications run: `auto` leaves it to the engine. `workers` None: as many as there are cores.

    `address` of a Dask scheduler; None: a cluster of this machine.
    """

    name: str
    workers: WholePositive | None = None
    address: str | None = None

    @model_validator(mode="after")
    def _address_of_a_cluster(self) -> "ExecutorSettings":
        if self.address is not None and self.name != "dask":
            raise ValueError(f"executor={self.name} has no address: leave it out, or choose executor=dask")
        if self.address is not None and not re.fullmatch(r"(tcp|tls)://[^\s:]+:\d+", self.address):
            raise ValueError(
                f"address {self.address!r} is none of a scheduler: write it as tls://HOST:PORT or tcp://HOST:PORT"
            )
        return self


class Root(Frozen):
    """What stands outside every group."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    output: str | None = None
