"""One replication: the tables of a scenario and room for what will happen, played, and handed over as a trajectory.

Memory is kept by each thread from one replication to the next, and grows while a run stands still. How it
comes back from a trajectory is `buffer_pool`.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.engine.calendar_entries import too_many_entries
from sim.engine.compiled.buffer_pool import borrowed, returned_buffers
from sim.engine.compiled.calendar import N_HEAPS
from sim.engine.compiled.event_loop import NEEDS_MEMORY, STEP_LIMIT, play
from sim.engine.compiled.rows_to_columns import ColumnsOfRows, columns_of_rows
from sim.engine.compiled.scenario_tables import ScenarioTables
from sim.engine.compiled.start_of_run import COLUMN
from sim.engine.compiled.tables import ED, ENTRY, GROWING_TABLES, MOMENTS, MOST_NEW_ROWS, STATIC_TABLES
from sim.engine.trajectory import (
    BREAK_COLUMNS,
    CASE_COLUMNS,
    PLACE_COLUMNS,
    STAFF_COLUMNS,
    TASK_COLUMNS,
    VISIT_COLUMNS,
    Columns,
    Trajectory,
)
from sim.engine.workload import ArrivalArrays, Workload, draw_base

FIRST_ROWS = 2 * MOST_NEW_ROWS
GROWTH = 1.5
VISITS_BY_ARRIVALS = 1.3
"""Room at first for so many visits by those who come from outside: with returns, more are rare."""
ENOUGH_VISITS = 1000
"""After so many it shows how many rows a visit takes. Memory that is never written to costs nothing."""

BORROWED = ("step_times", "step_members", "task_rows", "place_rows", "case_rows")
"""Tables that a trajectory holds as they are; of the others it gets copies."""

NAMES_IN_VISIT = {
    "visit_number": "number", "age_years": "age", "peer_eligible": "eligible", "peer_offered": "offered",
    "peer_consented": "consented", "peer_kind_wished": "peer_kind", "n_peer_spells": "spells",
    "n_peer_exposures": "exposures",
    "minutes_accompanied": "accompanied", "n_escalations": "escalations", "n_restraints": "restraints",
    "minutes_observed": "observed", "minutes_observation_unmet": "unmet",
    "peer_missed": "departed",
}  # fmt: skip
"""Columns of `visits` that have another name in VISIT; of `peer_missed` that is only the beginning."""


class Memory(threading.local):
    """Tables that grow, by name; each thread has its own. `addresses` and `lengths` are theirs."""

    def __init__(self) -> None:
        self.tables: dict[str, np.ndarray] = {}
        self.addresses: dict[str, int] = {}
        self.lengths: dict[str, int] = {}
        self.returned = {name: returned_buffers() for name in BORROWED}
        for name, dtype in GROWING_TABLES.items():
            self.put(name, np.empty(FIRST_ROWS, dtype))
        self.heaps = [np.empty(FIRST_ROWS, ENTRY) for _ in range(N_HEAPS)]
        self.borrowed: set[str] = set()

    def put(self, name: str, table: np.ndarray) -> None:
        """A table under its name."""
        self.tables[name], self.addresses[name], self.lengths[name] = table, table.ctypes.data, len(table)

    def lend(self, name: str) -> np.ndarray:
        """A table that is left alone until the array returned, and all made of it, are gone."""
        self.borrowed.add(name)
        return borrowed(self.tables[name], self.addresses[name], self.returned[name])

    def reclaim(self) -> None:
        """Before a run: tables that were lent, or others of the same size for those still in use."""
        for name in self.borrowed:
            self.tables.pop(name)  # its last owner here, so that it can come back
            came_back = self.returned[name]
            if came_back:
                self.tables[name], self.addresses[name] = came_back.pop()
                self.lengths[name] = len(self.tables[name])
            else:
                self.put(name, np.empty(self.lengths[name], GROWING_TABLES[name]))
        self.borrowed.clear()


MEMORY = Memory()


class Replication:
    """One replication of a scenario. `root` are the columns of ED that have eight bytes, as whole numbers."""

    def __init__(self, lowered: ScenarioTables, seed: int, replication: int) -> None:
        self.lowered, self.seed, self.replication = lowered, seed, replication
        self.memory = lowered.start.copy()
        self.root = self.memory[: ED.itemsize].view(np.int64)
        self.root[COLUMN["base"]] = base = draw_base(seed, replication)
        self.kept = [self._expect(lowered.workload.arrivals_under(base))]
        if lowered.may_be_absent:
            self.kept += self._fill_duties(lowered.workload.under(seed, replication))
        self.most_new_rows = MOST_NEW_ROWS + lowered.at_once
        MEMORY.reclaim()
        self._take_memory()

    def _expect(self, arrivals: ArrivalArrays) -> np.ndarray:
        outside = np.empty(len(arrivals.times), STATIC_TABLES["outside"])
        outside["time"], outside["patient"], outside["number"] = arrivals.times, arrivals.patients, arrivals.numbers
        outside["stream"], outside["given"] = arrivals.streams, arrivals.given
        self.root[COLUMN["outside"]], self.root[COLUMN["n_outside"]] = outside.ctypes.data, len(outside)
        return outside

    def _fill_duties(self, workload: Workload) -> list[np.ndarray]:
        duties = self.lowered.duties_with_absence(workload, self._table("members"))
        for name, table in duties.items():
            self.root[COLUMN[name]] = table.ctypes.data
        return list(duties.values())

    def _table(self, name: str) -> np.ndarray:
        """A table in the memory of the run."""
        n_bytes, offset = self.lowered.start.sizes[name], self.lowered.start.offsets[name]
        return self.memory[offset : offset + n_bytes].view(STATIC_TABLES[name])

    # --- memory -------------------------------------------------------------------------------------------------

    def _take_memory(self) -> None:
        root = self.root.tolist()
        open_rows = sum(root[COLUMN[f"n_{what}"]] for what in ("open_requests", "cases_open", "places_held"))
        per_visit = self.lowered.rows_per_visit
        for name in GROWING_TABLES:
            width = per_visit.get(name, 1)
            n_rows = root[COLUMN["n_visits" if name in per_visit else f"n_{name}"]]
            expected = expected_rows(root, n_rows, name in per_visit)
            needed = max(int(GROWTH * (n_rows + open_rows)), expected) + 2 * self.most_new_rows
            if MEMORY.lengths[name] < needed * width:
                MEMORY.put(name, longer(MEMORY.tables[name], n_rows * width, needed * width))
            root[COLUMN[name]] = MEMORY.addresses[name]
            root[COLUMN[f"room_for_{name}"]] = MEMORY.lengths[name] // width - self.most_new_rows
        self.root[:] = root
        self._grow_heaps()
        self.memory[NEEDS_MEMORY_AT] = False

    def _grow_heaps(self) -> None:
        heaps, room = self._table("heaps"), 2 * self.most_new_rows
        for number, n in enumerate(heaps["n"].tolist()):
            if len(MEMORY.heaps[number]) < n + room:
                MEMORY.heaps[number] = longer(MEMORY.heaps[number], n, int(GROWTH * n) + room)
        heaps["entries"] = [entries.ctypes.data for entries in MEMORY.heaps]
        heaps["room"] = [len(entries) - self.most_new_rows for entries in MEMORY.heaps]

    # --- playing ------------------------------------------------------------------------------------------------

    def play(self) -> Trajectory:
        """Play to the horizon. Raises RuntimeError when the step limit is exceeded."""
        address = self.memory.ctypes.data
        status = play(address)
        while status == NEEDS_MEMORY:
            self._take_memory()
            status = play(address)
        if status == STEP_LIMIT:
            now = self.root.view(np.float64)[COLUMN["now"]]
            raise too_many_entries(int(self.root[COLUMN["step_limit"]]), float(now))
        return self._trajectory()

    def _trajectory(self) -> Trajectory:
        scenario, names = self.lowered.scenario, self.lowered.names
        n_visits, n_steps = self._count("n_visits"), len(names.steps)
        times = MEMORY.lend("step_times").view(np.float64)[: n_visits * n_steps * MOMENTS]
        members = MEMORY.lend("step_members").view(np.int32)[: n_visits * n_steps]
        return Trajectory(
            engine="compiled",
            seed=self.seed,
            replication=self.replication,
            horizon=scenario.period.horizon,
            warm_up=scenario.period.warm_up,
            streams=names.streams,
            roles=names.roles,
            zones=names.zones,
            groups=names.groups,
            steps=names.steps,
            members=names.members,
            visit_columns=visit_columns(MEMORY.tables["visits"][:n_visits]),
            step_times=times.reshape(n_visits, n_steps, MOMENTS),
            step_members=members.reshape(n_visits, n_steps),
            task_columns=self._columns_later("task_rows", TASK_COLUMNS),
            place_columns=self._columns_later("place_rows", PLACE_COLUMNS),
            case_columns=self._columns_later("case_rows", CASE_COLUMNS),
            staff_columns=self._columns("staff_rows", STAFF_COLUMNS),
            break_columns=self._columns("break_rows", BREAK_COLUMNS),
            n_entries=self._count("n_processed") + self._count("n_settlings"),
            follow_up=scenario.period.follow_up,
            severities=names.severities,
        )

    def _columns(self, name: str, schema: Mapping[str, type]) -> Columns:
        return columns_of_rows(MEMORY.tables[name][: self._count(f"n_{name}")], schema)

    def _columns_later(self, name: str, schema: Mapping[str, type]) -> ColumnsOfRows:
        return ColumnsOfRows(MEMORY.lend(name)[: self._count(f"n_{name}")], schema)

    def _count(self, column: str) -> int:
        return int(self.root[COLUMN[column]])


ED_FIELDS: Mapping[str, Any] = ED.fields or {}
NEEDS_MEMORY_AT: int = ED_FIELDS["needs_memory"][1]


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


def visit_columns(visits: np.ndarray) -> Columns:
    """The columns of `visits`."""
    columns = columns_of_rows(visits, VISIT_COLUMNS, NAMES_IN_VISIT)
    columns["peer_missed"] &= columns["peer_offered"] & columns["peer_consented"] & np.isnan(columns["peer_met"])
    return columns
