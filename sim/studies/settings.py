"""What studies can be asked, as far as several of them share it: the bases of the settings of each study.

There is one class of settings a study (`sim.studies.settings_by_study`), so that a key of another study is an error by
construction. What is simulated stands in `sim.department.scenario`.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from sim.analysis.valuation import Worth
from sim.department.quantities import DemandFactor, Frozen, Positive
from sim.department.scenario import Period
from sim.runs.stopping_rules import MOST_REPLICATIONS, Precision, Selecting, Simultaneous, StoppingRules
from sim.statistics.stopping import LOOK_AHEAD
from sim.statistics.two_sources import FEWEST_DRAWS

MOST = 10**9
"""No study has more weeks, days or replications; those that need too much memory are refused when it is planned."""
WholePositive = Annotated[int, Field(ge=1, le=MOST)]
WholeNonNegative = Annotated[int, Field(ge=0, le=MOST)]

REPORT_KEYS = REPORT_BY, REPORT_MEASURES = "report.by", "report.measures"
KEYS_OUTSIDE = ("output", "visits", "run", "query", "table", "export")
"""Keys outside the group `study` that only some studies use."""


def as_list(value: object) -> object:
    """A single name or number as a list of one."""
    return [value] if isinstance(value, str | int | float) and not isinstance(value, bool) else value


Names = Annotated[tuple[str, ...], BeforeValidator(as_list)]


def named_twice(**lists: tuple[object, ...]) -> Iterator[str]:
    """Lists that name something twice; `lists` by the key they stand under."""
    for key, values in lists.items():
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            yield f"{key} names {twice} twice: name each once"


class StudySettings(Frozen):
    """What every study has: its name.

    `uses` says which of the `KEYS_OUTSIDE` its group mean something to it, `instead` what to write for a key that it
    does not have, where naming the studies that have it does not help, `beside` names staffings that are played beside
    the one chosen, if that is shipped too.
    """

    uses: ClassVar[frozenset[str]] = frozenset()
    instead: ClassVar[Mapping[str, str]] = {}
    beside: ClassVar[tuple[str, ...]] = ()
    name: str

    @property
    def period(self) -> Period:
        """What one replication covers; a week where nothing is simulated."""
        return Period(weeks=1)


class PlayedSettings(StudySettings):
    """A study that plays replications, and how long each is.

    Weeks are measured after `warm_up_weeks`. The run goes on for `follow_up_days` after them, so that an n-day return
    rate can count their last visits too. `month_factors` None: on for runs of at least 52 weeks.
    """

    uses: ClassVar[frozenset[str]] = frozenset({"output"})
    replications: WholePositive
    weeks: WholePositive
    warm_up_weeks: WholeNonNegative | Literal["auto"] = 0
    follow_up_days: WholeNonNegative = 0
    month_factors: bool | None = None
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.95

    @property
    def period(self) -> Period:
        """What one replication covers; a warm-up that is to be found is not in it yet."""
        return Period(
            weeks=self.weeks,
            warm_up_weeks=0 if self.warm_up_weeks == "auto" else self.warm_up_weeks,
            follow_up_days=self.follow_up_days,
            month_factors=self.month_factors,
        )


class DrawnSettings(PlayedSettings):
    """A study whose differences have a second interval, with the assumptions, if `assumptions` asks for it.

    So many `draws` of the register are played for `draw_weeks` measured weeks each; `draws_from` names the folder of a
    `study=conditioning` instead of the draws that are shipped.
    """

    assumptions: bool = False
    draws: Annotated[int, Field(ge=FEWEST_DRAWS, le=MOST)] = 200
    draw_weeks: WholePositive = 26
    draws_from: str | None = None


class MeasuredSettings(DrawnSettings):
    """A study whose answer is measures: of one scenario, of several, or of those of a sweep.

    `demand_levels` multiply growth. `visits`: keep the visits of every replication, not of the first only;
    `event_log`: write the events of the first in this format. `simultaneous`: how intervals are judged together.
    With `minutes` a replication is a time that ends, from Monday 00:00 and an empty department: then `weeks`, the
    warm-up and the follow-up count for nothing, and neither do months unless they are asked for.
    With a `precision` (by measure) `replications` are the first, `most_replications` the cap. A sweep alone has
    `warm_up_weeks` `auto` (found by a pilot), `select`, `best` and `controls`; all are what `sim.runs.design`
    says.
    """

    demand_levels: Annotated[tuple[DemandFactor, ...], BeforeValidator(as_list), Field(min_length=1)] = (1.0,)
    minutes: Annotated[Positive, Field(le=MOST)] | None = None
    visits: bool = False
    event_log: Literal["csv", "parquet", "xes", "vidigi"] | None = None
    simultaneous: Simultaneous = "bonferroni"
    precision: dict[str, Precision] = Field(default_factory=dict)
    select: Selecting | None = None
    best: str | None = None
    controls: bool = False
    most_replications: WholePositive | None = None

    @property
    def period(self) -> Period:
        """What one replication covers: so many weeks, or a time that ends."""
        if self.minutes is None:
            return super().period
        return Period(weeks=1, minutes=self.minutes, month_factors=self.month_factors)

    @property
    def rules(self) -> StoppingRules:
        """What is asked beyond estimates, and the cap on replications."""
        asked = {name: getattr(self, name) for name in StoppingRules.model_fields}
        most = self.most_replications or max(MOST_REPLICATIONS, self.replications + LOOK_AHEAD)
        return StoppingRules(**asked | {"most_replications": most})

    def _wrong(self) -> Iterator[str]:
        yield from super()._wrong()
        yield from named_twice(demand_levels=self.demand_levels)
        if self.most_replications is not None and self.most_replications < self.replications:
            yield (
                f"most_replications is below replications ({self.replications}), those of the first round: "
                "give a cap that is not"
            )


class StaffingsSettings(StudySettings):
    """A study that sets staffings against a `baseline`."""

    staffing: Names = ()
    baseline: str | None = None

    def _wrong(self) -> Iterator[str]:
        yield from super()._wrong()
        yield from named_twice(staffing=self.staffing)


class AgainstBaselineSettings(StaffingsSettings, PlayedSettings):
    """A study that plays staffings beside a baseline, and says what the differences are worth.

    Each of the `presets` counts what `worth` says it does and has an answer of its own; without any there is one, which
    counts all.
    """

    presets: Names = ()
    worth: tuple[Worth, ...] = ()

    def _wrong(self) -> Iterator[str]:
        yield from super()._wrong()
        worth = tuple(item.name for item in self.worth)
        yield from named_twice(presets=self.presets, worth=worth)
