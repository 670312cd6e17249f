"""One replication: the tables of a scenario and room for what will happen, played, and handed over as a trajectory.

Memory is kept by each thread from one replication to the next, and grows while a run stands still. What a trajectory
holds of it is left alone until the trajectory, and all made of it, is gone.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from sys import getrefcount
from typing import Any

import numpy as np

from sim.department.scenario import Scenario
from sim.engine.calendar_entries import too_many_entries
from sim.engine.compiled.calendar import MOST_VISITS, N_HEAPS
from sim.engine.compiled.event_loop import NEEDS_MEMORY, STEP_LIMIT, play, play_from_start
from sim.engine.compiled.rows_to_columns import NO_NAMES, ColumnsOfRows
from sim.engine.compiled.scenario_cache import SCENARIO_CACHE
from sim.engine.compiled.scenario_tables import ScenarioTables
from sim.engine.compiled.start_of_run import COLUMN
from sim.engine.compiled.tables import ED, ENTRY, GROWING_TABLES, MOMENTS, MOST_NEW_ROWS
from sim.engine.trajectory import (
    BREAK_COLUMNS,
    CASE_COLUMNS,
    PLACE_COLUMNS,
    STAFF_COLUMNS,
    TASK_COLUMNS,
    VISIT_COLUMNS,
    Trajectory,
)
from sim.engine.workload import draw_base

FIRST_ROWS = 2 * MOST_NEW_ROWS
GROWTH = 1.5
VISITS_BY_ARRIVALS = 1.3
"""Room at first for so many visits by those who come from outside: with returns, more are rare."""
ENOUGH_VISITS = 1000
"""After so many it shows how many rows a visit takes. Memory that is never written to costs nothing."""

NAMES_IN_VISIT = {
    "visit_number": "number", "age_years": "age", "peer_eligible": "eligible", "peer_offered": "offered",
    "peer_consented": "consented", "peer_kind_wished": "peer_kind", "n_peer_spells": "spells",
    "n_peer_exposures": "exposures",
    "minutes_accompanied": "accompanied", "n_escalations": "escalations", "n_restraints": "restraints",
    "minutes_observed": "observed", "minutes_observation_unmet": "unmet",
}  # fmt: skip
"""Columns of `visits` that have another name in VISIT."""
COLUMNS_OF = (
    ("visits", "visit_columns", VISIT_COLUMNS, NAMES_IN_VISIT), ("task_rows", "task_columns", TASK_COLUMNS, NO_NAMES),
    ("place_rows", "place_columns", PLACE_COLUMNS, NO_NAMES), ("case_rows", "case_columns", CASE_COLUMNS, NO_NAMES),
    ("staff_rows", "staff_columns", STAFF_COLUMNS, NO_NAMES), ("break_rows", "break_columns", BREAK_COLUMNS, NO_NAMES),
)  # fmt: skip
"""Tables that are handed over column by column, what they are in a trajectory, their columns, and those with another
name in the rows."""
COUNTS = np.array([COLUMN[name] for name in ("n_processed", "n_settlings", *(f"n_{name}" for name, *_ in COLUMNS_OF))])
HANDED_OVER = (
    "visits", "step_times", "step_members", "task_rows", "place_rows", "case_rows", "staff_rows", "break_rows",
)  # fmt: skip
"""Tables that a trajectory holds as they are."""


class Memory(threading.local):
    """Tables that grow, by name; each thread has its own."""

    def __init__(self) -> None:
        self.tables = {name: np.empty(FIRST_ROWS, dtype) for name, dtype in GROWING_TABLES.items()}
        self.spares = {name: np.empty(0, GROWING_TABLES[name]) for name in HANDED_OVER}
        self.heaps = [np.empty(FIRST_ROWS, ENTRY) for _ in range(N_HEAPS)]
        self.player: Player | None = None

    def change_tables_in_use(self) -> Iterator[str]:
        """Put others of the same size in the place of tables that somebody still reads; the name of each, once it is.

        One that was read is a spare: it is written to again as soon as the last array made of it is gone. Memory the
        system gives for the first time is cleared page by page, which takes as long as a tenth of a run.
        """
        in_use = names_in_use(self.tables)
        if not in_use:
            return
        spares_in_use = names_in_use(self.spares)
        for name in in_use:
            table = self.tables[name]
            has_spare = len(self.spares[name]) == len(table) and name not in spares_in_use
            self.tables[name] = self.spares[name] if has_spare else np.empty_like(table)
            self.spares[name] = table
            yield name


def names_in_use(tables: Mapping[str, np.ndarray]) -> list[str]:
    """Of the tables that are handed over those of which an array is still there: they all hold on to their table."""
    return [name for name in HANDED_OVER if getrefcount(tables[name]) > 2]  # those of `tables` and of the call itself


MEMORY = Memory()


def simulate(scenario: Scenario, seed: int, replication: int = 0) -> Trajectory:
    """Play one replication of a scenario. What it returns and raises is said in `sim.engine.compiled.simulate`."""
    lowered = SCENARIO_CACHE.of(scenario)
    player = MEMORY.player
    if player is None or player.lowered is not lowered:
        player = MEMORY.player = Player(lowered)
    return player.play(seed, replication)


class Player:
    """Plays the replications of a scenario in one thread.

    `start` is the state at time 0 and `state` that of the run, each a root and the tables that a run writes into.
    """

    def __init__(self, lowered: ScenarioTables) -> None:
        self.lowered = lowered
        self.state = np.empty_like(lowered.start.memory)
        self.address: int = self.state.ctypes.data
        self.start = lowered.start.under(self.address)
        self.start_address: int = self.start.ctypes.data
        self.root, self.root_at_start = root_of(self.state), root_of(self.start)
        self.most_new_rows = MOST_NEW_ROWS + lowered.at_once
        self.most_expected = -1
        period, names = lowered.scenario.period, lowered.names
        self.same_in_all_runs: dict[str, Any] = {
            "engine": "compiled", "horizon": period.horizon, "warm_up": period.warm_up, "follow_up": period.follow_up,
            "streams": names.streams, "roles": names.roles, "zones": names.zones, "groups": names.groups,
            "steps": names.steps, "members": names.members, "severities": names.severities,
        }  # fmt: skip

    def play(self, seed: int, replication: int) -> Trajectory:
        """Play one replication to the horizon. Raises RuntimeError when the step limit is exceeded."""
        base = draw_base(seed, replication)
        arrivals, address = self.lowered.workload.addressed_arrivals(base)
        root, n_arrivals = self.root_at_start, len(arrivals)
        root[BASE], root[FIRST_VISITS], root[N_OUTSIDE] = base, address, n_arrivals
        for name in MEMORY.change_tables_in_use():
            root[COLUMN[name]] = MEMORY.tables[name].ctypes.data
        if n_arrivals > self.most_expected:
            self.most_expected = n_arrivals
            self.take_memory(self.start)
        duties = self._fill_duties(seed, replication) if self.lowered.may_be_absent else ()
        status = play_from_start(self.address, self.start_address, self.start.nbytes)
        while status == NEEDS_MEMORY:
            self.take_memory(self.state)
            status = play(self.address)
        del duties, arrivals  # until here the run has read them
        if status == STEP_LIMIT:
            now = self.root.view(np.float64)[COLUMN["now"]]
            raise too_many_entries(self._count("step_limit"), float(now))
        return self._trajectory(seed, replication)

    def _fill_duties(self, seed: int, replication: int) -> Sequence[np.ndarray]:
        """The duties of one replication, in which some shifts go unfilled."""
        workload = self.lowered.workload.under(seed, replication)
        duties = self.lowered.duties_with_absence(workload, self.lowered.start.table(self.start, "members"))
        for name, table in duties.items():
            self.root_at_start[COLUMN[name]] = table.ctypes.data
        return list(duties.values())

    def take_memory(self, state: np.ndarray) -> None:
        """Room in all tables for the rows that are expected from here on; what runs that follow begin with too.

        Raises RuntimeError once there are more visits than the calendar has ids for.
        """
        root = root_of(state).tolist()
        if root[COLUMN["n_visits"]] > MOST_VISITS:
            raise RuntimeError(
                f"more than {MOST_VISITS} visits in one run: the compiled engine numbers no more; play a shorter"
                " period more often"
            )
        open_rows = sum(root[COLUMN[f"n_{what}"]] for what in ("open_requests", "cases_open", "places_held"))
        per_visit = self.lowered.rows_per_visit
        for name in GROWING_TABLES:
            width = per_visit.get(name, 1)
            n_rows = root[COLUMN["n_visits" if name in per_visit else f"n_{name}"]]
            expected = expected_rows(root, n_rows, name in per_visit)
            needed = max(int(GROWTH * (n_rows + open_rows)), expected) + 2 * self.most_new_rows
            if len(MEMORY.tables[name]) < needed * width:
                MEMORY.tables[name] = longer(MEMORY.tables[name], n_rows * width, needed * width)
            for each in (self.root, self.root_at_start):
                each[COLUMN[name]] = MEMORY.tables[name].ctypes.data
                each[COLUMN[f"room_for_{name}"]] = len(MEMORY.tables[name]) // width - self.most_new_rows
                each[COLUMN["room_for_visits"]] = min(each[COLUMN["room_for_visits"]], MOST_VISITS)
        self._grow_heaps(state)
        state[NEEDS_MEMORY_AT] = False

    def _grow_heaps(self, state: np.ndarray) -> None:
        room = 2 * self.most_new_rows
        for number, n in enumerate(self.lowered.start.table(state, "heaps")["n"].tolist()):
            if len(MEMORY.heaps[number]) < n + room:
                MEMORY.heaps[number] = longer(MEMORY.heaps[number], n, int(GROWTH * n) + room)
        for each in (state, self.start):
            heaps = self.lowered.start.table(each, "heaps")
            heaps["entries"] = [entries.ctypes.data for entries in MEMORY.heaps]
            heaps["room"] = [len(entries) - self.most_new_rows for entries in MEMORY.heaps]

    # --- what is handed over ------------------------------------------------------------------------------------

    def _trajectory(self, seed: int, replication: int) -> Trajectory:
        n_processed, n_settlings, *n_rows = self.root[COUNTS].tolist()  # all at once, which costs as little as one
        n_visits, n_steps = n_rows[0], len(self.lowered.names.steps)
        tables = MEMORY.tables
        fields: dict[str, Any] = {
            **self.same_in_all_runs,
            "seed": seed,
            "replication": replication,
            "step_times": np.ndarray((n_visits, n_steps, MOMENTS), np.float64, tables["step_times"]),
            "step_members": np.ndarray((n_visits, n_steps), np.int32, tables["step_members"]),
            "n_entries": n_processed + n_settlings,
        }
        for (name, table, schema, names_in_rows), n in zip(COLUMNS_OF, n_rows, strict=True):
            fields[table] = ColumnsOfRows(tables[name][:n], schema, names_in_rows)
        return Trajectory.of_fields(fields)

    def _count(self, column: str) -> int:
        return int(self.root[COLUMN[column]])


ED_FIELDS: Mapping[str, Any] = ED.fields or {}
NEEDS_MEMORY_AT: int = ED_FIELDS["needs_memory"][1]
BASE, FIRST_VISITS, N_OUTSIDE = (COLUMN[name] for name in ("base", "outside", "n_outside"))


def root_of(state: np.ndarray) -> np.ndarray:
    """The columns of ED that have eight bytes, as whole numbers."""
    return state[: ED.itemsize].view(np.int64)


def expected_rows(root: Sequence[int], n_rows: int, per_visit: bool) -> int:
    """Rows in the end: of visits by those who come from outside, of other tables by what the visits so far took."""
    visits, so_far = VISITS_BY_ARRIVALS * root[COLUMN["n_outside"]], root[COLUMN["n_visits"]]
    if per_visit:
        return int(visits)
    return int(n_rows * visits / so_far) if so_far >= ENOUGH_VISITS else 0


def longer(table: np.ndarray, n_kept: int, n_rows: int) -> np.ndarray:
    """A table of so many rows that begins with those to be kept."""
    grown, n_bytes = np.empty(n_rows, table.dtype), int(n_kept) * table.itemsize
    # As bytes: rows of several columns would be copied value by value, which takes seven times as long.
    grown.view(np.uint8)[:n_bytes] = table.view(np.uint8)[:n_bytes]
    return grown
