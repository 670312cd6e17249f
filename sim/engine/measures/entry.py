"""One entry a measure: what it is called, what is counted over what, how it is spoken of, and how it is computed.

An entry stands as a decorator above the function that computes it, in the module of its subject, such as
`sim.engine.measures.waits`; the function's name is its key. Nothing else has to be told of a new measure: runs, the
data dictionary, estimates, sentences and the command read `sim.engine.measures.catalogue`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar, get_args

if TYPE_CHECKING:
    from sim.engine.measures.cohort import Cohort, VisitOutcome
    from sim.engine.measures.peer_day import PeerDay

Better = Literal["low", "high", "neutral"]
MeasureKind = Literal["mean", "quantile", "rate", "cost", "count"]
By = Literal["stream", "role", "zone", "step", "run"]
Statistic = Literal["mean", "sd", "median", "p25", "p75", "p90", "p99", "max", "per_week", "per_day", "count", "ratio"]
Topic = Literal["returns", "leaving", "follow-up", "escalation", "minutes of assessments"]
"""What an assumed effect moves directly; everything else follows from work and time."""
TOPICS: tuple[Topic, ...] = get_args(Topic)

NamedValues: TypeAlias = dict[str, float]
OfVisits: TypeAlias = "Callable[[Cohort], VisitOutcome]"
"""A number or a yes and no for each visit of the measured window."""
OfRun: TypeAlias = "Callable[[PeerDay], float] | Callable[[PeerDay], NamedValues]"
"""The value of a measure of the run, or its value by part."""
OfValues: TypeAlias = Callable[[Mapping[str, float]], float]
"""A value made of values of other measures of the same run, by `key.part`."""
Computes = TypeVar("Computes", bound=Callable[..., object])

IF_IT_HAPPENED = (
    "Visits that arrive in the measured window and to whom it happened before the end of the run; "
    "waits still open then, or given up, are left out"
)
IF_DEPARTED = (
    "Visits that arrive in the measured window and have departed before the end of the run; "
    "the others are counted by n_present_at_end"
)
IF_ARRIVED = "Visits that arrive in the measured window, departed or not"
BY_THE_CLOCK = (
    "Minutes inside the measured window, whenever the visit arrived; what is still going on counts up to its end"
)
AT_ITS_MOMENT = "Counted if it happens inside the measured window"
LONG_BEFORE_THE_END = (
    "Index visits that arrive in the measured window and at least that long before the end of the run; those still "
    "present at that end are left out, and counted by n_present_at_end"
)
AS_ITS_PARTS = "As the two parts of the quotient"
WEEKS, DEPARTED = "Weeks of the window", "Visits departed"

MEAN_MEDIAN_P90: tuple[Statistic, ...] = ("mean", "median", "p90")
SIX_STATISTICS: tuple[Statistic, ...] = ("mean", "sd", "median", "p25", "p75", "p90")
STATISTICS: Mapping[Statistic, tuple[str, str, float | None]] = {
    "mean": ("mean", "Sum of the {what}", None),
    "sd": ("standard deviation", "Spread of the {what} (n - 1)", None),
    "p25": ("lower quartile", "25 % point of the {what} (linear interpolation)", 0.25),
    "median": ("median", "Middle of the {what} (linear interpolation)", 0.5),
    "p75": ("upper quartile", "75 % point of the {what} (linear interpolation)", 0.75),
    "p90": ("90th percentile", "90 % point of the {what} (linear interpolation)", 0.9),
    "p99": ("99th percentile", "99 % point of the {what} (linear interpolation)", 0.99),
    "max": ("longest", "Most of the {what}; grows with the length of the window", 1.0),
}
"""Statistics of one duration: in a label, as the numerator, and of a quantile the share below it, in rising order."""


class Phrase(NamedTuple):
    """A difference in a whole sentence. `clause` takes who, amount and way (`less` or `more`); `topic` takes who."""

    clause: str
    topic: str
    less: str = "lower"
    more: str = "higher"


def share_of(what: str) -> Phrase:
    """The phrase of a share: `the share of ... was 2 percentage points lower`."""
    return Phrase(f"{what} was {{amount}} {{way}}", what)


class Protocol(NamedTuple):
    """An outcome of `docs/protocol.md`: its place and rank there, of which part, and whether it was chosen late."""

    place: int
    rank: Literal["primary", "secondary", "reported"]
    part: str
    after_results: bool = False


class Headline(NamedTuple):
    """How a measure of the first screen is shown. Differences of all of them form one family of simultaneous intervals.

    `place` is that on the first screen, `parts` are those shown there. `short` is a label for figures and, with a small
    letter, the topic in a list (else `as_topic`); `head` the head of a narrow table, if not `short`. `says` tells
    in a few words what visits or patients (`of_patients`) did, with an amount and a way, `less` or `more`; words that
    begin with the amount are about some of them (`of medical visits, 2 fewer ...`).
    """

    place: int
    parts: tuple[str, ...]
    short: str
    says: str
    less: str = "less"
    more: str = "more"
    head: str = ""
    as_topic: str = ""
    of_patients: bool = False
    protocol: Protocol | None = None

    @property
    def topic(self) -> str:
        """The measure inside a sentence: `wait for a physician`."""
        return self.as_topic or f"{self.short[0].lower()}{self.short[1:]}"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. Its value stands under `key.part`: a stream or `all`, a role, a zone, a step; a run has `key.all`.

    `numerator` and `denominator` say what is averaged or counted and over which visits; `censoring` what is left out
    because the run ends. `better`: whether low or high values are; `kind`: what the value is. It is computed by one of
    three: a `statistic` of the number that each visit has by `of_visits` (of a ratio the sum, divided by that of
    `per`), by `of_run`, or of other values by `of_values`. `phrase` is the whole sentence of a difference (one is made
    of the label if there is none), `headline` how it is shown on the first screen, `moved_by` the assumed effects that
    move it directly.
    """

    key: str
    label: str
    unit: str
    numerator: str
    denominator: str
    censoring: str
    kind: MeasureKind = "mean"
    decimals: int = 2
    better: Better = "neutral"
    by: By = "stream"
    of_visits: "OfVisits | None" = field(default=None, repr=False)
    statistic: Statistic = "mean"
    per: "OfVisits | None" = field(default=None, repr=False)
    of_run: "OfRun | None" = field(default=None, repr=False)
    of_values: OfValues | None = field(default=None, repr=False)
    phrase: Phrase | None = None
    headline: Headline | None = None
    moved_by: tuple[Topic, ...] = ()

    def judged(self, difference: float) -> Literal["better", "worse", "changed"]:
        """Whether a difference other than zero is for the better."""
        if self.better == "neutral":
            return "changed"
        return "better" if (difference < 0.0) == (self.better == "low") else "worse"


class Entries(list[Measure]):
    """Measures of one subject, in the order of the data dictionary; each method is the decorator of one entry.

    `counted` is the numerator, `over` the denominator of a measure; `further` are other fields of `Measure`, with `key`
    where it is not the function's name.
    """

    def visits(
        self, label: str, unit: str, counted: str, over: str, censoring: str = IF_DEPARTED, **further: Any
    ) -> Callable[[Computes], Computes]:
        """One statistic, the mean unless it is said, of a number that each visit has."""
        return self._entry("of_visits", (label, unit, counted, over, censoring), further)

    def share(
        self, label: str, counted: str, over: str = DEPARTED, censoring: str = IF_DEPARTED, **further: Any
    ) -> Callable[[Computes], Computes]:
        """The share of visits to whom something applies."""
        given = {"kind": "rate", "decimals": 4, "better": "low"} | further
        return self._entry("of_visits", (label, "proportion", counted, over, censoring), given)

    def run(
        self, label: str, unit: str, counted: str, over: str, censoring: str = BY_THE_CLOCK, **further: Any
    ) -> Callable[[Computes], Computes]:
        """A value of the run or, told by its names, of each role, zone, step or stream."""
        return self._entry("of_run", (label, unit, counted, over, censoring), {"kind": "rate", "by": "run"} | further)

    def values(self, label: str, unit: str, above: str, below: str, **further: Any) -> Callable[[Computes], Computes]:
        """A value of the run made of values of other measures."""
        return self._entry("of_values", (label, unit, above, below, IF_IT_HAPPENED), {"by": "run"} | further)

    def spread(
        self, label: str, what: str, over: str, censoring: str, statistics: tuple[Statistic, ...], *,
        key: str = "", unit: str = "min", decimals: int = 1, better: Better = "low", **of_mean: Any,
    ) -> Callable[[Computes], Computes]:  # fmt: skip
        """Several statistics of one duration, each under `key_statistic`; `of_mean` says how the mean is shown."""

        def add(function: Computes) -> Computes:
            for statistic in statistics:
                words, numerator, share_below = STATISTICS[statistic]
                further = {
                    "key": f"{key or function.__name__}_{statistic}",
                    "kind": "mean" if share_below is None else "quantile",
                    "better": "neutral" if statistic == "sd" else better,
                    "statistic": statistic,
                    "decimals": decimals,
                }
                said = f"{label}, {words}", unit, numerator.format(what=what), over, censoring
                self._entry("of_visits", said, further | (of_mean if statistic == "mean" else {}))(function)
            return function

        return add

    def _entry(
        self, computed: Literal["of_visits", "of_run", "of_values"], said: tuple[str, ...], further: Mapping[str, Any]
    ) -> Callable[[Computes], Computes]:
        texts = dict(zip(("label", "unit", "numerator", "denominator", "censoring"), said, strict=True))

        def add(function: Computes) -> Computes:
            fields: dict[str, Any] = {**texts, computed: function, **further}
            fields.setdefault("key", getattr(function, "__name__", ""))
            self.append(Measure(**fields))
            return function

        return add


def quotient(above: float, below: float) -> float:
    """Above by below, nan where below is 0."""
    return above / below if below > 0.0 else float("nan")
