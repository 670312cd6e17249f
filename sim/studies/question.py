"""What is asked: what each study can be asked, and the question that a command makes of it.

There is one class of settings a study, so that a key of another study is an error by construction. `STUDIES` maps the
name of a study to its class, `AnySettings` is their tagged union on `name`; a study that is registered in `sim.studies`
and has no class here brings its own. What is simulated stands in `sim.department.scenario`. Questions are made by
`sim.config`, and answered by the studies.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Union

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sim.analysis.subgroups import AttributeName
from sim.analysis.valuation import Prior, Worth
from sim.department.quantities import DemandFactor, EffectFactor, Frozen, Positive
from sim.department.scenario import Period, Scenario
from sim.department.working_time import PeopleThere, RestHours, WeeklyHours
from sim.io.file_names import file_name
from sim.runs.stopping_rules import MOST_REPLICATIONS, Precision, Selecting, Simultaneous, StoppingRules
from sim.statistics.stopping import LOOK_AHEAD
from sim.statistics.two_sources import FEWEST_DRAWS
from sim.studies import REGISTERED, study_named
from sim.visits.column_map import ColumnMap

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
    the one chosen.
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


class ReportContents(Frozen):
    """What answers show: groups of visits `by` attributes of `sim.analysis.subgroups`, and which `measures` of a sweep;
    of none those of `sim.report.words.shown_measures`."""

    name: str
    by: Annotated[tuple[AttributeName, ...], BeforeValidator(as_list)] = ()
    measures: Names = ()

    def _wrong(self) -> Iterator[str]:
        yield from named_twice(by=self.by, measures=self.measures)


class ExecutorSettings(Frozen):
    """Where replications run: `auto` leaves it to the engine. `workers` None: as many as there are cores.

    `address` of a Dask scheduler; None: a cluster of this machine.
    """

    name: str
    workers: WholePositive | None = None
    address: str | None = None

    def _wrong(self) -> Iterator[str]:
        if self.address is not None and self.name != "dask":
            yield f"executor={self.name} has no address: leave it out, or choose executor=dask"
        elif self.address is not None and not re.fullmatch(r"(tcp|tls)://[^\s:]+:\d+", self.address):
            yield f"address {self.address!r} is none of a scheduler: write it as tls://HOST:PORT or tcp://HOST:PORT"


NOT_THE_QUESTION = (
    "output", "engine", "executor", "study=", "study.staffing", "configs", "study.visits", "study.event_log", "report=",
    "report.",
)  # fmt: skip
"""Overrides that change where and how an answer is made, or that it shows anyway, not what was asked."""


def overrides_of_question(overrides: Sequence[str]) -> tuple[str, ...]:
    """What was typed that differs from the shipped question."""
    return tuple(text for text in overrides if not text.startswith(NOT_THE_QUESTION))


@dataclass(frozen=True, slots=True)
class Question:
    """What a command asks for. `scenario` has the chosen staffing, `scenarios` those the study plays, by staffing.

    `choices` maps groups to files, `files` are all files read, `chosen` those of them chosen by name and not only
    inherited from, `overridden` the keys set on the command line, `column_map` that of a file of visits. The answer
    shows groups of visits `by` attributes.
    """

    scenario: Scenario
    study: StudySettings
    seed: int
    output: Path | None
    engine: str
    executor: ExecutorSettings
    choices: dict[str, str]
    scenarios: dict[str, Scenario]
    overrides: tuple[str, ...]
    overridden: tuple[str, ...]
    files: tuple[Path, ...]
    visits: Path | None = None
    run: Path | None = None
    config_dir: Path | None = None
    chosen: tuple[Path, ...] = ()
    query: str | None = None
    table: str | None = None
    export: Path | None = None
    column_map: ColumnMap | None = None
    by: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()

    @property
    def asks_by(self) -> bool:
        """Whether the command says what visits are grouped by."""
        return REPORT_BY in self.overridden or self.choices.get("report", "default") != "default"

    @property
    def played(self) -> dict[str, Scenario]:
        """The scenarios that are played, by staffing: those compared, or the one chosen and those beside it."""
        if self.scenarios and not self.study.beside:
            return self.scenarios
        return {self.scenario.staffing.name: self.scenario} | self.scenarios

    def command(self, output: Path | None = None, elsewhere: bool = False) -> list[str]:
        """What to type to have the same played again; with another folder of results, or `elsewhere` with none."""
        return command_words(self.overrides, self.config_dir, elsewhere=elsewhere or output is not None, output=output)


def command_words(
    words: Sequence[str], config_dir: Path | None, *flags: str, elsewhere: bool = False, output: Path | None = None
) -> list[str]:
    """What to type to have the same played again, with the folder of one's own settings as an option.

    `flags` come first; `elsewhere`: without the folder of results; `output`: the folder to name.
    """
    own = [] if config_dir is None else ["--config-dir", str(config_dir)]
    left_out = ("configs=", "output=") if elsewhere else ("configs=",)
    place = [] if output is None else [f"output={output}"]
    return ["peered", *flags, *own, *(word for word in words if not word.startswith(left_out)), *place]


@dataclass(frozen=True, slots=True)
class SweepQuestion:
    """A checked sweep.

    `scenarios` by label, the baseline first, `keys`, hashes of their content, and `matters`, hashes of what can matter
    in them; `same`: labels left out, with the one they repeat; `notes`: what else the user should know.

    `first` is the command of the first scenario, whose study, seed, engine and output are those of all.
    """

    first: Question
    scenarios: dict[str, Scenario]
    keys: dict[str, str]
    matters: dict[str, str]
    same: tuple[tuple[str, str], ...]
    overrides: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def study(self) -> RunSettings:
        """The study of every scenario, which is not one of several staffings."""
        assert isinstance(self.first.study, RunSettings)
        return self.first.study

    def command(self, output: Path | None = None) -> list[str]:
        """What to type for the sweep to go on in its folder, or without it to play it in another."""
        return command_words(self.overrides, self.first.config_dir, "-m", elsewhere=True, output=output)

    @property
    def choices(self) -> dict[str, str]:
        """Groups and files of the first scenario."""
        return self.first.choices


# Last: a study that brings its own settings imports what stands above.
_HERE: dict[str, type[StudySettings]] = {
    kind.model_fields["name"].default: kind
    for kind in (
        CompareSettings, RunSettings, ValidateSettings, AssumptionsSettings, CalibrateSettings, ResultsSettings,
        ReportSettings, BreakevenSettings, ConditioningSettings, JourneySettings, OptimiseSettings, TrialSettings,
        SensitivitySettings,
    )
}  # fmt: skip
"""Settings that stand in this module, so that a command loads no study but its own."""
STUDIES: dict[str, type[StudySettings]] = {name: _HERE.get(name) or study_named(name).settings for name in REGISTERED}
AnySettings: Any = Annotated[Union[tuple(STUDIES.values())], Field(discriminator="name")]  # noqa: UP007


def studies_with(key: str) -> list[str]:
    """Studies that have a key of the group `study`, by its first word."""
    return [name for name, kind in STUDIES.items() if key in kind.model_fields]


def studies_using(key: str) -> list[str]:
    """Studies that use a key outside the group `study`."""
    return [name for name, kind in STUDIES.items() if key in kind.uses]
