"""What each study can be asked: one class of settings a study, made of the bases in `sim.studies.settings`.

A study that is registered in `sim.studies` and has no class here brings its own. `sim.studies.question.STUDIES` maps
the name of every study to its class.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sim.analysis.valuation import Prior
from sim.department.quantities import EffectFactor, Positive
from sim.department.scenario import Period
from sim.department.working_time import PeopleThere, RestHours, WeeklyHours
from sim.io.file_names import file_name
from sim.studies.settings import (
    MOST,
    REPORT_BY,
    REPORT_MEASURES,
    AgainstBaselineSettings,
    DrawnSettings,
    MeasuredSettings,
    Names,
    PlayedSettings,
    StaffingsSettings,
    StudySettings,
    WholeNonNegative,
    WholePositive,
    as_list,
    named_twice,
)


class CompareSettings(MeasuredSettings, AgainstBaselineSettings):
    """Staffings compared on the same patients."""

    uses: ClassVar[frozenset[str]] = frozenset({"output", REPORT_BY})
    name: Literal["compare"] = "compare"


class RunSettings(MeasuredSettings):
    """One scenario, played and measured; in a sweep each of many."""

    uses: ClassVar[frozenset[str]] = frozenset({"output", REPORT_BY, REPORT_MEASURES})
    name: Literal["run"] = "run"


class BreakevenSettings(AgainstBaselineSettings, DrawnSettings):
    """How large an effect must be for a staffing to be worth its money.

    `effect` (a key of the effects group) is played at `points` values of its `range`, the net benefit is reckoned by
    `worth`, and the `prior` says how likely it is.
    """

    instead: ClassVar[Mapping[str, str]] = {
        "demand_levels": "a break-even study plays one demand: set demand.growth instead"
    }
    name: Literal["breakeven"] = "breakeven"
    warm_up_weeks: WholeNonNegative = 0
    effect: str = "effects.total_return_hr"
    range: tuple[EffectFactor, EffectFactor] | None = None
    points: Annotated[int, Field(ge=2, le=101)] = 7
    prior: Prior | None = None

    def _wrong(self) -> Iterator[str]:
        yield from super()._wrong()
        if self.range is not None and self.range[0] >= self.range[1]:
            yield f"range goes from {self.range[0]:g} to {self.range[1]:g}: put the smaller value first"


class SensitivitySettings(AgainstBaselineSettings, DrawnSettings):
    """What decides between staffings and what to measure first, by draws of the assumptions, read (`run`) or played.

    `outcome` is the measure whose differences lead the answer; `ranges` hold rows of the register, by id, in a part of
    their range; `trial_sizes` are patients of a trial, `trial_from` the folder of a `study=trial` for its exactness.
    """

    uses: ClassVar[frozenset[str]] = frozenset({"output", "run"})
    instead: ClassVar[Mapping[str, str]] = {
        "morris": "elementary effects (Morris 1991) step out of the departments that look like the published ones: "
        "the ranks of the draws say what moves an answer; leave it out"
    }
    name: Literal["sensitivity"] = "sensitivity"
    replications: Literal[1] = 1
    assumptions: Literal[True] = True
    warm_up_weeks: WholeNonNegative = 0
    outcome: str = "minutes_without_staff_mean.mental_health"
    ranges: dict[str, tuple[float, float]] = Field(default_factory=dict)
    trial_sizes: Annotated[tuple[WholePositive, ...], BeforeValidator(as_list), Field(min_length=1)] = (1000,)
    trial_from: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _weeks_are_those_of_draws(cls, data: Any) -> Any:
        return {"weeks": data["draw_weeks"], **data} if isinstance(data, dict) and "draw_weeks" in data else data

    def _wrong(self) -> Iterator[str]:
        yield from super()._wrong()
        if self.weeks != self.draw_weeks:
            yield f"weeks is {self.weeks}, and nothing but draws is played: set draw_weeks and leave weeks out"


class ValidateSettings(PlayedSettings):
    """Simulated beside published values; a row of the table is about peers."""

    beside: ClassVar[tuple[str, ...]] = ("peer_added",)
    name: Literal["validate"] = "validate"
    warm_up_weeks: WholeNonNegative = 0


class ConditioningSettings(PlayedSettings):
    """How many `draws` are to be accepted, each of one replication."""

    name: Literal["conditioning"] = "conditioning"
    replications: Literal[1] = 1
    draws: WholePositive = 1000


class OptimiseSettings(StaffingsSettings, DrawnSettings):
    """Which roster is best at an `objective`, and what it costs in the other `objectives`, set beside the staffings.

    Shifts of a `role` are searched within `hours` or `money` a week, those of the baseline where neither is said:
    at most so many `lines` of a role, of `lengths` in hours, such that `people` (None: as many as it takes) can work
    them within `person_hours` and `person_shifts` a week and `rest_hours` between shifts. `floors` by objective are
    kept. So many `rosters` are valued in one run of `search_weeks` each; the best of the `finalists` is selected with
    the `probability` that it is the best or, by less than `indifference` (None: what the objective says), next to it.
    """

    name: Literal["optimise"] = "optimise"
    warm_up_weeks: WholeNonNegative = 0
    role: Annotated[Names, Field(min_length=1)] = ("psw",)
    hours: Positive | None = None
    money: Positive | None = None
    objective: str = "reach"
    objectives: Names = ("reach", "longest_unseen", "company", "sunday", "night")
    floors: dict[str, float] = Field(default_factory=dict)
    lengths: Annotated[tuple[Annotated[float, Field(ge=4, le=12)], ...], BeforeValidator(as_list), Field(min_length=1)]
    lines: Annotated[int, Field(ge=1, le=50)] = 3
    people: PeopleThere | None = None
    person_hours: WeeklyHours = 40.0
    person_shifts: Annotated[int, Field(ge=1, le=14)] = 5
    rest_hours: RestHours = 11.0
    rosters: Annotated[int, Field(ge=1, le=MOST)] = 1000
    search_weeks: WholePositive = 8
    finalists: Annotated[int, Field(ge=1, le=100)] = 12
    indifference: Positive | None = None
    probability: Annotated[float, Field(gt=0.5, lt=1)] = 0.95

    def _wrong(self) -> Iterator[str]:
        yield from super()._wrong()
        yield from named_twice(role=self.role, objectives=self.objectives, lengths=self.lengths)
        if self.hours is not None and self.money is not None:
            yield "hours and money are both given: keep one budget, and set the other to null"


class JourneySettings(StaffingsSettings):
    """One child's visit under two staffings, the baseline and another.

    `patient` is the number of one who comes in the measured `weeks`, None: one chosen by a rule; `stream` is theirs.
    The run goes on for `follow_up_days`, so that those who come last are seen to leave.
    """

    uses: ClassVar[frozenset[str]] = frozenset({"output"})
    name: Literal["journey"] = "journey"
    patient: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    stream: str = "mental_health"
    weeks: WholePositive = 1
    warm_up_weeks: WholeNonNegative = 1
    follow_up_days: WholeNonNegative = 3

    @property
    def period(self) -> Period:
        """What the one replication covers."""
        return Period(weeks=self.weeks, warm_up_weeks=self.warm_up_weeks, follow_up_days=self.follow_up_days)


class TrialSettings(StaffingsSettings, PlayedSettings):
    """What a trial of a staffing with peers would take.

    Each replication is one site that recruits for the measured weeks. Trials of the `designs` are analysed by the
    `outcomes` (KEY.PART) at `effect_sizes` of the `effect` (a key of the effects group). `power` is asked for, `sites`
    are the numbers of sites for which it is told how long that takes.
    """

    name: Literal["trial"] = "trial"
    warm_up_weeks: WholeNonNegative = 0
    designs: Annotated[
        tuple[Literal["patient_offer", "before_after"], ...], BeforeValidator(as_list), Field(min_length=1)
    ] = ("patient_offer", "before_after")
    outcomes: Annotated[Names, Field(min_length=1)] = ("return_30d_per_visit.mental_health",)
    effect: str = "effects.total_return_hr"
    effect_sizes: Annotated[tuple[EffectFactor, ...], BeforeValidator(as_list), Field(min_length=1)] = (1.0,)
    power: Annotated[float, Field(gt=0.5, lt=1)] = 0.8
    sites: Annotated[tuple[WholePositive, ...], BeforeValidator(as_list), Field(min_length=1)] = (1,)

    def _wrong(self) -> Iterator[str]:
        yield from super()._wrong()
        yield from named_twice(
            designs=self.designs, outcomes=self.outcomes, effect_sizes=self.effect_sizes, sites=self.sites
        )


class AssumptionsSettings(StudySettings):
    """The assumptions behind a scenario; nothing is simulated.

    Those are shown that have every `word` in id, text or key, one of the `source`s, one of the `grade`s, and stand in
    one of the `file`s, as `demand/default.yaml` or a part of it; all where nothing is asked for.
    """

    uses: ClassVar[frozenset[str]] = frozenset({"output"})
    name: Literal["assumptions"] = "assumptions"
    word: Names = ()
    source: Names = ()
    grade: Annotated[tuple[Literal["A", "B", "C"], ...], BeforeValidator(as_list)] = ()
    file: Names = ()


class ResultsSettings(StudySettings):
    """The answer of a study again, or what is asked of its tables; nothing is simulated."""

    uses: ClassVar[frozenset[str]] = frozenset({"run", "query", "table", "export", REPORT_MEASURES})
    name: Literal["results"] = "results"


class ReportSettings(StudySettings):
    """The report of a study that was played, made again from its folder; nothing is simulated."""

    uses: ClassVar[frozenset[str]] = frozenset({"run", "export", REPORT_BY})
    name: Literal["report"] = "report"


def _low_to_high(limits: tuple[float, float]) -> tuple[float, float]:
    """A range in which something is looked for."""
    if limits[0] >= limits[1]:
        raise ValueError(f"the range is empty: write [{limits[1]:g},{limits[0]:g}]")
    return limits


FactorRange = Annotated[tuple[Positive, Positive], AfterValidator(_low_to_high)]
MATCH_RANGE = (0.5, 2.0)
"""Factors that are looked at where nothing else is said: half to twice what the department has."""


def _by_name(value: object) -> object:
    """One range for all quantities, as `[0.5, 2]`, or one for each by its name."""
    return value if isinstance(value, Mapping) else {"": value}


class CalibrateSettings(StudySettings):
    """A demand and a department from a file of visits.

    `map` names its column map, `demand_name` what is written, `rake` scales its hours to published blocks, `hold_out`
    is the share of its days that is predicted from the others, `match` names quantities (`sim.calibration.matching`)
    that are matched to its waits and stays, with factors looked for within `match_range`, one range for all or one for
    each by its name; minutes of steps that no family fits are written as their quantiles (`if_none_fits` `empirical`)
    or as the family `nearest` to them. `staff` and `places` are CSV files of the hospital's own roster and places,
    `test` a second file of visits to score.
    """

    uses: ClassVar[frozenset[str]] = frozenset({"output", "visits"})
    name: Literal["calibrate"] = "calibrate"
    map: str | None = None
    demand_name: Annotated[str, AfterValidator(file_name)] = "calibrated"
    rake: bool = False
    hold_out: Annotated[float, Field(ge=0, lt=1)] = 0.0
    match: Names = ()
    match_range: Annotated[dict[str, FactorRange], BeforeValidator(_by_name)] = Field({"": MATCH_RANGE})
    staff: str | None = None
    places: str | None = None
    test: str | None = None
    if_none_fits: Literal["empirical", "nearest"] = "empirical"

    @property
    def boxes(self) -> dict[str, tuple[float, float]]:
        """Every quantity that is matched, with the least and the greatest factor that is looked at."""
        of_all = self.match_range.get("", MATCH_RANGE)
        return {name: self.match_range.get(name, of_all) for name in self.match}

    def _wrong(self) -> Iterator[str]:
        yield from super()._wrong()
        yield from named_twice(match=self.match)
        foreign = [name for name in self.match_range if name and name not in self.match]
        if foreign:
            yield f"match_range names {', '.join(foreign)}, which match does not: add them to match, or leave them out"
