"""One replication: the tables of a blueprint and room for what will happen, played, and handed over as a trajectory.

Memory is kept by each thread from one replication to the next, and grows while a run stands still. How it
comes back from a trajectory is `lent`.
"""

import threading
from collections.abc import Mapping

import numpy as np

from sim.engine.calendar_entries import too_many_entries
from sim.engine.compiled.buffer_pool import home, lent
from sim.engine.compiled.calendar import N_HEAPS
from sim.engine.compiled.event_loop import NEEDS_MEMORY, STEP_LIMIT, play
from sim.engine.compiled.rows_to_columns import ColumnsOfRows, columns_of_rows
from sim.engine.compiled.scenario_tables import Blueprint
from sim.engine.compiled.tables import (
    ED,
    ENTRY,
    GROWING_TABLES,
    MOMENTS,
    MOST_NEW_ROWS,
    NONE,
    STATIC_TABLES,
)
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
from sim.engine.workload import Workload

FIRST_ROWS = 2 * MOST_NEW_ROWS
GROWTH = 1.5
VISITS_BY_ARRIVALS = 1.3
"""Room at first for so many visits by those who come from outside: with returns, more are rare."""
ENOUGH_VISITS = 1000
"""After so many it shows how many rows a visit takes. Memory that is never written to costs nothing."""

LENT = ("step_times", "step_members", "task_rows", "place_rows", "case_rows")
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
    """Tables that grow, by name; each thread has its own."""

    def __init__(self) -> None:
        self.tables = {name: np.empty(FIRST_ROWS, dtype) for name, dtype in GROWING_TABLES.items()}
        self.heaps = [np.empty(FIRST_ROWS, ENTRY) for _ in range(N_HEAPS)]
        self.homes = {name: home() for name in LENT}
        self.lengths = dict.fromkeys(LENT, FIRST_ROWS)

    def lend(self, name: str) -> np.ndarray:
        """A table that is left alone until the array returned, and all made of it, are gone."""
        table = self.tables[name]
        self.tables[name], self.lengths[name] = table[:0].copy(), len(table)
        return lent(table, self.homes[name])

    def take_back(self) -> None:
        """Before a run: tables that were lent, or others of the same size for those still in use."""
        for name, came_back in self.homes.items():
            if not self.tables[name].size:
                self.tables[name] = came_back.pop() if came_back else np.empty(self.lengths[name], GROWING_TABLES[name])


MEMORY = Memory()


class Run:
    """One replication of a blueprint."""

    def __init__(self, blueprint: Blueprint, seed: int, replication: int) -> None:
        self.blueprint, self.seed, self.replication = blueprint, seed, replication
        workload = blueprint.workload.under(seed, replication)
        self.root = np.zeros(1, ED)
        for name, value in blueprint.root.items():
            self.root[name] = value
        self.root["base"] = workload.base
        self.tables = dict(blueprint.tables) | {name: table.copy() for name, table in blueprint.changing.items()}
        self.tables["heaps"] = np.zeros(N_HEAPS, STATIC_TABLES["heaps"])
        self._expect(workload)
        if blueprint.may_be_absent:
            blueprint.duties_with_absence(workload, self.tables)
        self.root["first_free_request"] = NONE
        # Members and beds come when the run opens, and are written down when it closes; a visit may walk at one go.
        at_once = blueprint.root["n_members"] + blueprint.root.get("n_beds_first", 0) + 2 * blueprint.longest_way
        self.most_new_rows = MOST_NEW_ROWS + at_once
        for name, table in self.tables.items():
            self.root[name] = table.ctypes.data
        MEMORY.take_back()
        self._take_memory()

    def _expect(self, workload: Workload) -> None:
        arrivals = workload.arrival_arrays()
        outside = np.empty(len(arrivals.times), STATIC_TABLES["outside"])
        outside["time"], outside["patient"], outside["number"] = arrivals.times, arrivals.patients, arrivals.numbers
        outside["stream"], outside["given"] = arrivals.streams, arrivals.given
        self.tables["outside"] = outside
        self.root["n_outside"] = len(outside)

    # --- memory -------------------------------------------------------------------------------------------------

    def _take_memory(self) -> None:
        for name in GROWING_TABLES:
            self._grow(name)
        for number in range(N_HEAPS):
            self._grow_heap(number)
        self.root["needs_memory"] = False

    def _grow(self, name: str) -> None:
        per_visit = rows_per_visit(self.blueprint, name)
        n_rows = int(self.root[f"n_{'visits' if per_visit else name}"][0])
        open_rows = sum(int(self.root[f"n_{what}"][0]) for what in ("open_requests", "cases_open", "places_held"))
        expected = self._expected_rows(n_rows, bool(per_visit))
        needed = max(int(GROWTH * (n_rows + open_rows)), expected) + 2 * self.most_new_rows
        table = MEMORY.tables[name]
        width = per_visit or 1
        if len(table) < needed * width:
            MEMORY.tables[name] = table = longer(table, n_rows * width, needed * width)
        self.root[name] = table.ctypes.data
        self.root[f"room_for_{name}"] = len(table) // width - self.most_new_rows

    def _expected_rows(self, n_rows: int, per_visit: bool) -> int:
        """Rows in the end: of visits by those who come from outside, of other tables by what the visits so far took."""
        visits, so_far = VISITS_BY_ARRIVALS * self.root["n_outside"][0], int(self.root["n_visits"][0])
        if per_visit:
            return int(visits)
        return int(n_rows * visits / so_far) if so_far >= ENOUGH_VISITS else 0

    def _grow_heap(self, number: int) -> None:
        heap = self.tables["heaps"][number]
        entries = MEMORY.heaps[number]
        if len(entries) < heap["n"] + 2 * self.most_new_rows:
            needed = int(GROWTH * heap["n"]) + 2 * self.most_new_rows
            MEMORY.heaps[number] = entries = longer(entries, heap["n"], needed)
        self.tables["heaps"]["entries"][number] = entries.ctypes.data
        self.tables["heaps"]["room"][number] = len(entries) - self.most_new_rows

    # --- playing ------------------------------------------------------------------------------------------------

    def play(self) -> Trajectory:
        """Play to the horizon. Raises RuntimeError when the step limit is exceeded."""
        status = play(self.root.ctypes.data)
        while status == NEEDS_MEMORY:
            self._take_memory()
            status = play(self.root.ctypes.data)
        if status == STEP_LIMIT:
            raise too_many_entries(int(self.root["step_limit"][0]), float(self.root["now"][0]))
        return self._trajectory()

    def _trajectory(self) -> Trajectory:
        scenario, names = self.blueprint.scenario, self.blueprint.names
        n_visits, n_steps = int(self.root["n_visits"][0]), len(names.steps)
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
            n_entries=int(self.root["n_processed"][0] + self.root["n_settlings"][0]),
            follow_up=scenario.period.follow_up,
            severities=names.severities,
        )

    def _columns(self, name: str, schema: Mapping[str, type]) -> Columns:
        return columns_of_rows(MEMORY.tables[name][: self._n_rows(name)], schema)

    def _columns_later(self, name: str, schema: Mapping[str, type]) -> ColumnsOfRows:
        return ColumnsOfRows(MEMORY.lend(name)[: self._n_rows(name)], schema)

    def _n_rows(self, name: str) -> int:
        return int(self.root[f"n_{name}"][0])


def longer(table: np.ndarray, n_kept: int, n_rows: int) -> np.ndarray:
    """A table of so many rows that begins with those to be kept."""
    grown, n_bytes = np.empty(n_rows, table.dtype), int(n_kept) * table.itemsize
    # As bytes: rows of several columns would be copied value by value, which takes seven times as long.
    grown.view(np.uint8)[:n_bytes] = table.view(np.uint8)[:n_bytes]
    return grown


def rows_per_visit(blueprint: Blueprint, name: str) -> int:
    """How many rows of a table belong to each visit; 0 for tables that do not go by visits."""
    n_steps, n_roles = len(blueprint.step_names), len(blueprint.role_of)
    return {"visits": 1, "visit_roles": n_roles, "step_times": MOMENTS * n_steps, "step_members": n_steps}.get(name, 0)


def visit_columns(visits: np.ndarray) -> Columns:
    """The columns of `visits`."""
    columns = columns_of_rows(visits, VISIT_COLUMNS, NAMES_IN_VISIT)
    columns["peer_missed"] &= columns["peer_offered"] & columns["peer_consented"] & np.isnan(columns["peer_met"])
    return columns
