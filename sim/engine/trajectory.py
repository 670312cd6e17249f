"""What a run leaves behind: columnar tables with one schema for every engine, and when two are identical.

What is measured on them is `sim.engine.measures.measuring`.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.department.pathway import DISPOSITIONS_AT_DEPARTURE
from sim.department.patients import AGE_GROUPS, ARRIVAL_MODES
from sim.department.quantities import MINUTES_PER_HOUR, MINUTES_PER_WEEK
from sim.department.roster import WEEKDAYS
from sim.department.short_text import NameAndText, lines_html, lines_text

if TYPE_CHECKING:  # loaded by the first table that is asked for, since a run needs none
    import pandas as pd

DISPOSITIONS = ("present", *DISPOSITIONS_AT_DEPARTURE)
"""How a visit ended; `present`: not yet, `lwbs`: left before the first physician contact, `ama`: left after it."""
PRESENT, DISCHARGED, ADMITTED, TRANSFERRED, LWBS, AMA = range(6)

TASK_KINDS = (
    "main", "side", "response", "contact", "recovery", "bridging", "call", "huddle", "observation", "care",
    "gathering", "team",
)  # fmt: skip
"""Why a task exists. `main` holds the patient up; all others run beside or after the visit's own path.

`contact` is a spell of a peer's company, `recovery` the peer's own time (debriefs too), `observation` an aide's spell
one-to-one, `care` nurse minutes for boarders and for observation without an aide. Of a task with a team `gathering` is
the time a member waits for the others, the lead too, and `team` the time of each member at it but the lead.
"""
MAIN, SIDE, RESPONSE, CONTACT, RECOVERY, BRIDGING, CALL, HUDDLE, OBSERVATION, CARE, GATHERING, TEAM = range(12)

CONTACTS = ("first", "continuing", "one_off")
FIRST, CONTINUING, ONE_OFF = range(3)

FOLLOW_UPS = ("none", "within_7_days", "within_30_days")

PEER_KINDS_WISHED = ("youth", "family")

VISIT_COLUMNS: Mapping[str, type] = {
    "patient": np.int64,
    "visit_number": np.int32,  # 1 is the patient's first
    "stream": np.int8,  # index in Trajectory.streams
    "acuity": np.int8,  # CTAS 1-5
    "severity": np.int8,  # index in the classes of its stream in Trajectory.severities, -1 where it has none
    "age_years": np.int8,
    "age_group": np.int8,  # index in AGE_GROUPS
    "arrival_mode": np.int8,  # index in ARRIVAL_MODES
    "group": np.int8,  # index in Trajectory.groups
    "held": np.bool_,
    "caregiver": np.bool_,
    "arrival": np.float64,
    "departure": np.float64,  # nan while present
    "disposition": np.int8,  # index in DISPOSITIONS
    "patience": np.float64,  # budget in minutes at arrival, inf for never leaves
    "escalation_budget": np.float64,  # first budget in minutes, inf where the stream has none
    "pia": np.float64,  # start of the first physician contact, nan if none
    "boarding_start": np.float64,
    "boarding_end": np.float64,  # nan if none, or still boarding
    "peer_eligible": np.bool_,
    "peer_offered": np.bool_,  # asked for: eligible, and the roster has a peer role
    "peer_consented": np.bool_,
    "peer_kind_wished": np.int8,  # index in PEER_KINDS_WISHED
    "peer_started": np.float64,  # first spell of company starts, with the walk; nan if never
    "peer_met": np.float64,  # first meeting is over: from here on effects count; nan if never
    "peer_ended": np.float64,  # last spell of company ends
    "n_peer_spells": np.int16,  # spells of company started
    "n_peer_exposures": np.int16,  # escalations in the presence of a peer
    "peer_missed": np.bool_,  # offered, consented and departed without being met
    "minutes_accompanied": np.float64,  # by a peer, walks not counted
    "bridged": np.bool_,  # bridging done before departure
    "called": np.bool_,  # call made after departure
    "call_reached": np.bool_,
    "safety_plan": np.bool_,
    "follow_up": np.int8,  # index in FOLLOW_UPS
    "n_escalations": np.int16,
    "n_restraints": np.int16,
    "needs_observation": np.bool_,
    "minutes_observed": np.float64,  # with an aide
    "minutes_observation_unmet": np.float64,
    "next_visit": np.float64,  # time of the next unplanned visit, inf for never, nan while present
}
"""Columns of `visits`, one row per visit in order of arrival. Times are minutes since Monday 00:00 of week 0."""

DERIVED_COLUMNS = ("in_window", "weekday", "hour")
"""Columns of the table of visits that are computed from `arrival`, and come right after it."""

TASK_COLUMNS: Mapping[str, type] = {
    "visit": np.int64,  # row in visits
    "role": np.int8,  # index in Trajectory.roles: whose queue
    "step": np.int16,  # index in Trajectory.steps, -1 where the pathway has no such step
    "kind": np.int8,  # index in TASK_KINDS
    "contact": np.int8,  # index in CONTACTS, as asked by the pathway
    "slot": np.int16,  # 0 main path; others number the visit's further requests in order, in branches too
    "band": np.int8,
    "member": np.int32,  # who did it, -1 if never started
    "requested": np.float64,  # waiting since; a resumed task keeps it
    "started": np.float64,  # nan if withdrawn or still waiting at the end of the run
    "ended": np.float64,  # end of this spell of work, or when withdrawn; nan if still waiting or running
    "company_since": np.float64,  # a contact's start plus handover and walk, nan for other tasks; may lie after `ended`
    "interrupted": np.bool_,  # cut by a CTAS 1 task, or a contact put down before the wish was used up
    "withdrawn": np.bool_,  # the visit left before it started, or it lapsed
    "opened_case": np.bool_,
    "handover": np.float64,  # minutes added because the case was taken over
    "overtime": np.float64,  # minutes of it after the end of the member's shift
}
"""Columns of `tasks`: one row per spell of work, and per request that never began."""

PLACE_COLUMNS: Mapping[str, type] = {
    "visit": np.int64,
    "zone": np.int8,  # index in Trajectory.zones
    "requested": np.float64,
    "start": np.float64,
    "end": np.float64,  # nan if still held at the end of the run
}

CASE_COLUMNS: Mapping[str, type] = {
    "visit": np.int64,
    "role": np.int8,
    "member": np.int32,  # -1: unheld
    "start": np.float64,
    "end": np.float64,  # closed, handed over, or nan
}
"""Columns of `cases`: spells in which one member holds a patient's case, or nobody does."""

STAFF_COLUMNS: Mapping[str, type] = {
    "member": np.int32,
    "role": np.int8,
    "scheduled_start": np.float64,  # clipped to the run
    "scheduled_end": np.float64,  # clipped to the run
    "left": np.float64,  # when the member went home, nan if still on duty at the end of the run
    "busy": np.float64,  # minutes with a task, inside the scheduled time
    "overtime": np.float64,  # minutes of work after the scheduled end
    "n_handed_over": np.int32,
    "n_unheld": np.int32,  # cases nobody could take over
}
"""Columns of `staff`: one row per spell of duty."""

BREAK_COLUMNS: Mapping[str, type] = {
    "member": np.int32,
    "due": np.float64,
    "start": np.float64,
    "end": np.float64,
    "protected": np.bool_,
}

Columns = dict[str, np.ndarray]


class RowsOrColumns(Mapping[str, np.ndarray]):
    """Columns of a table that an engine may still hold as rows."""

    @abstractmethod
    def as_it_stands(self, name: str) -> np.ndarray:
        """A column as it is, be it in pieces and of another width: what reads it once need not wait for the copy."""


def as_it_stands(columns: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """A column of a table, of rows where it is held as rows."""
    return columns.as_it_stands(name) if isinstance(columns, RowsOrColumns) else columns[name]


def columns_from_rows(rows: Sequence[tuple[Any, ...]], schema: Mapping[str, type]) -> Columns:
    """Rows of a table as one array per column."""
    if not rows:
        return {name: np.empty(0, dtype) for name, dtype in schema.items()}
    return {
        name: np.array(values, dtype=dtype)
        for (name, dtype), values in zip(schema.items(), zip(*rows, strict=True), strict=True)
    }


class GrowingTable:
    """A table in the making: rows are packed into columns as they come, so that long runs stay small in memory."""

    PACK = 20_000

    def __init__(self, schema: Mapping[str, type]) -> None:
        self.schema = schema
        self.loose: list[tuple[Any, ...]] = []
        self.packed: list[Columns] = []

    def append(self, row: tuple[Any, ...]) -> None:
        """One more row, in the order of the schema."""
        self.loose.append(row)
        if len(self.loose) == self.PACK:
            self.packed.append(columns_from_rows(self.loose, self.schema))
            self.loose = []

    def columns(self) -> Columns:
        """The whole table."""
        parts = [*self.packed, columns_from_rows(self.loose, self.schema)]
        return {name: np.concatenate([part[name] for part in parts]) for name in self.schema}


@dataclass(frozen=True, repr=False)
class Trajectory:
    """One replication, complete.

    `step_times` has shape (visits, steps, 3): requested, started, ended of every step of the pathway, nan where it did
    not happen; `step_members` (visits, steps) the member of it, -1 where none.
    `n_entries` counts the calendar entries processed. `horizon` and `warm_up` are minutes. `severities` are the classes
    of severity of each stream, none where a stream has none.
    """

    engine: str
    seed: int
    replication: int
    horizon: float
    warm_up: float
    streams: tuple[str, ...]
    roles: tuple[str, ...]
    zones: tuple[str, ...]
    groups: tuple[str, ...]
    steps: tuple[str, ...]
    members: tuple[str, ...]
    visit_columns: Mapping[str, np.ndarray]
    step_times: np.ndarray
    step_members: np.ndarray
    task_columns: Mapping[str, np.ndarray]
    place_columns: Mapping[str, np.ndarray]
    case_columns: Mapping[str, np.ndarray]
    staff_columns: Mapping[str, np.ndarray]
    break_columns: Mapping[str, np.ndarray]
    n_entries: int
    follow_up: float = 0.0
    severities: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of_fields(cls, fields: dict[str, Any]) -> "Trajectory":
        """`Trajectory(**fields)` where all fields are given, by taking the dict as it is: a frozen dataclass sets each
        of them by a call of its own, which takes 2 % of a short run."""
        made = object.__new__(cls)
        object.__setattr__(made, "__dict__", fields)
        return made

    def __repr__(self) -> str:
        return lines_text(type(self).__name__, self._facts_in_words())

    def _repr_html_(self) -> str:
        return lines_html(type(self).__name__, self._facts_in_words())

    def _facts_in_words(self) -> Iterator[NameAndText]:
        rows = self.rows_in_window
        weeks = [minutes / MINUTES_PER_WEEK for minutes in (self.horizon, self.warm_up, self.follow_up)]
        played = "{:.4g} weeks in all, {:.4g} of them warm-up and {:.4g} follow-up".format(*weeks)
        yield "run", f"seed {self.seed}, replication {self.replication}, engine {self.engine}"
        yield "played", played
        yield "visits", f"{self.n_visits:,}, {rows.stop - rows.start:,} of them in the measured window"
        yield "roles", ", ".join(self.roles)
        yield "tables", ".visits, .tasks, .staff, .census"

    @property
    def measured_until(self) -> float:
        """End of the measured window; after it the run goes on for `follow_up` minutes."""
        return self.horizon - self.follow_up

    @property
    def n_visits(self) -> int:
        """Visits of the whole run, warm-up and follow-up included."""
        return len(self.step_times)

    @property
    def rows_in_window(self) -> slice:
        """Rows of the visits that arrive in [warm_up, measured_until): one stretch, as rows are in order of arrival."""
        first, last = np.searchsorted(self.visit_columns["arrival"], (self.warm_up, self.measured_until))
        return slice(int(first), int(last))

    @cached_property
    def visits(self) -> "pd.DataFrame":
        """One row per visit, codes as names, step times as `requested_…`, `started_…`, `ended_…` columns."""
        import pandas as pd

        return with_ordered_labels(pd.DataFrame(self.columns_of_visits()))

    def columns_of_visits(self) -> Columns:
        """The columns of `visits`; to make a frame of them takes as long as to measure the run."""
        names = {
            "stream": self.streams, "group": self.groups, "disposition": DISPOSITIONS, "follow_up": FOLLOW_UPS,
            "age_group": AGE_GROUPS, "arrival_mode": ARRIVAL_MODES, "peer_kind_wished": PEER_KINDS_WISHED,
        }  # fmt: skip
        columns: dict[str, Any] = {"replication": np.full(self.n_visits, self.replication)}
        for column, values in self.visit_columns.items():
            columns[column] = names_of_codes(values, names[column]) if column in names else values
            if column == "severity":
                columns[column] = self._names_of_classes(values)
            if column == "arrival":
                columns |= self._columns_derived_from(values)
        for number, step in enumerate(self.steps):
            for moment, label in enumerate(("requested", "started", "ended")):
                columns[f"{label}_{step}"] = self.step_times[:, number, moment]
            columns[f"member_{step}"] = self.step_members[:, number]
        return columns

    def _names_of_classes(self, codes: np.ndarray) -> np.ndarray:
        """The class of severity of every visit as a word, empty where its stream has none."""
        names = np.full(self.n_visits, "", dtype=object)
        for stream, classes in enumerate(self.severities):
            rows = np.flatnonzero((self.visit_columns["stream"] == stream) & (codes >= 0))
            names[rows] = names_of_codes(codes[rows], classes)
        return names

    def _columns_derived_from(self, arrival: np.ndarray) -> Columns:
        """Whether a visit counts in the measures, and weekday and hour of its arrival."""
        in_window = np.zeros(arrival.size, dtype=np.bool_)
        in_window[self.rows_in_window] = True
        hours = (arrival // MINUTES_PER_HOUR).astype(np.int64)
        weekday, hour = names_of_codes(hours // 24 % 7, WEEKDAYS), (hours % 24).astype(np.int8)
        return dict(zip(DERIVED_COLUMNS, (in_window, weekday, hour), strict=True))

    @cached_property
    def tasks(self) -> "pd.DataFrame":
        """One row per spell of work or request, codes as names."""
        import pandas as pd

        frame = pd.DataFrame(dict(self.task_columns))
        frame["role"] = names_of_codes(frame["role"], self.roles)
        frame["step"] = [self.steps[step] if step >= 0 else "" for step in frame["step"]]
        frame["kind"] = names_of_codes(frame["kind"], TASK_KINDS)
        frame["contact"] = names_of_codes(frame["contact"], CONTACTS)
        return frame

    @cached_property
    def staff(self) -> "pd.DataFrame":
        """One row per spell of duty."""
        import pandas as pd

        frame = pd.DataFrame(dict(self.staff_columns))
        frame["role"] = names_of_codes(frame["role"], self.roles)
        frame.insert(1, "name", names_of_codes(frame["member"], self.members))
        return frame

    @cached_property
    def census(self) -> "pd.DataFrame":
        """Visits waiting for a place, in each zone and boarding, as counts on a grid of 15 minutes."""
        from sim.engine.measures.census import census_of

        return census_of(self)


def with_ordered_labels(visits: "pd.DataFrame") -> "pd.DataFrame":
    """The table with weekdays and age groups as ordered categories, so that it groups and sorts by their order."""
    import pandas as pd

    for column, labels in {"weekday": WEEKDAYS, "age_group": AGE_GROUPS}.items():
        if column in visits and set(visits[column].unique()) <= set(labels):
            visits[column] = pd.Categorical(visits[column], labels, ordered=True)
    return visits


def names_of_codes(codes: Any, names: Sequence[str]) -> Any:
    """Codes as an array of names."""
    return np.asarray(names, dtype=object)[np.asarray(codes)] if len(names) else np.asarray(codes)


def arrays_of(trajectory: Trajectory) -> dict[str, np.ndarray]:
    """Every array of the trajectory under one name each, for comparison and storage."""
    tables = {"step_times": trajectory.step_times, "step_members": trajectory.step_members}
    for table in ("visit", "task", "place", "case", "staff", "break"):
        for name, values in getattr(trajectory, f"{table}_columns").items():
            tables[f"{table}.{name}"] = values
    return tables


def differences(a: Trajectory, b: Trajectory) -> list[str]:
    """Names of the arrays in which two trajectories differ by a single bit (nan equals nan)."""
    left, right = arrays_of(a), arrays_of(b)
    return [name for name in left if not same_bits(left[name], right.get(name))]


def same_bits(a: np.ndarray, b: np.ndarray | None) -> bool:
    """Whether two arrays have the same shape, type and values (nan equals nan)."""
    if b is None or a.shape != b.shape or a.dtype != b.dtype:
        return False
    return bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))


def identical(a: Trajectory, b: Trajectory) -> bool:
    """Whether two runs left exactly the same behind."""
    return not differences(a, b)
