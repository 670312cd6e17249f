"""Two engines on one department: whether they leave the same behind to the last bit, and where they part.

Which departments are played is `tests.worlds`; what is done about a difference, `tests.agree` and the tests.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from sim.department.scenario import Scenario
from sim.engine.trajectory import Columns, Trajectory, differences

Engine = Callable[[Scenario, int], Trajectory]

FACTS = (
    "seed", "replication", "horizon", "warm_up", "follow_up", "streams", "roles", "zones", "groups", "steps", "members",
    "severities", "n_entries",
)  # fmt: skip
"""What two runs share besides their arrays."""

TABLES = ("visit", "task", "place", "case", "staff", "break")
TIMES = {
    "arrival", "departure", "pia", "boarding_start", "boarding_end", "peer_started", "peer_ended", "requested",
    "started", "ended", "start", "end", "scheduled_start", "scheduled_end", "left", "due",
}  # fmt: skip
"""Columns that say when something happened."""


@dataclass(frozen=True)
class Disagreement:
    """What differs, the first rows that do, and when the runs part (inf where no time tells)."""

    what: tuple[str, ...]
    rows: tuple[str, ...] = ()
    time: float = inf

    def __str__(self) -> str:
        when = f"first different at minute {self.time!r}\n" if self.time < inf else ""
        return f"{when}differing: {', '.join(self.what)}\n" + "\n".join(f"  {row}" for row in self.rows)


def disagreement(scenario: Scenario, seed: int, one: Engine, other: Engine) -> Disagreement | None:
    """How two engines differ on a department; None if they leave the same behind. A breakdown is a difference too."""
    first, second = played(one, scenario, seed), played(other, scenario, seed)
    if isinstance(first, str) or isinstance(second, str):
        broken = zip(("first", "second"), (first, second), strict=True)
        return Disagreement(tuple(f"the {name} engine: {text}" for name, text in broken if isinstance(text, str)))
    return difference(first, second)


def played(engine: Engine, scenario: Scenario, seed: int) -> Trajectory | str:
    """The run, or what the engine broke down with."""
    try:
        return engine(scenario, seed)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def difference(one: Trajectory, other: Trajectory) -> Disagreement | None:
    """How two runs differ, None if in no bit."""
    facts = [name for name in FACTS if getattr(one, name) != getattr(other, name)]
    arrays = differences(one, other)
    if not facts and not arrays:
        return None
    rows = [f"{name}: {getattr(one, name)!r} | {getattr(other, name)!r}" for name in facts]
    time = inf
    for name, a, b in tables(one, other):
        row = first_different_row(a, b)
        if row is not None:
            rows.append(f"{name}[{row}]: {told(a, b, row)}")
            time = min(time, when(a, b, row))
    return Disagreement((*facts, *arrays), tuple(rows), time)


def tables(one: Trajectory, other: Trajectory) -> Iterator[tuple[str, Columns, Columns]]:
    """Every table of both runs, the steps of visits among them."""
    yield "steps", by_step(one), by_step(other)
    for table in TABLES:
        yield table, getattr(one, f"{table}_columns"), getattr(other, f"{table}_columns")


def by_step(run: Trajectory) -> Columns:
    """Times and members of steps, one row per visit and step in order of visits."""
    shape = (-1,)
    visits, steps = np.indices(run.step_members.shape)
    columns = {"visit": visits.reshape(shape), "step": np.array(run.steps, dtype=object)[steps.reshape(shape)]}
    columns |= {
        name: run.step_times[:, :, moment].ravel() for moment, name in enumerate(("requested", "started", "ended"))
    }
    return columns | {"member": run.step_members.ravel()}


def first_different_row(a: Columns, b: Columns) -> int | None:
    """The first row in which two tables differ; that after the end of the shorter, if one goes on."""
    n_a, n_b = (len(next(iter(table.values()))) for table in (a, b))
    n = min(n_a, n_b)
    differ = np.zeros(n, dtype=bool)
    for name in a:
        differ |= cells_differ(a[name][:n], b[name][:n])
    rows = np.flatnonzero(differ)
    if rows.size:
        return int(rows[0])
    return n if n_a != n_b else None


def cells_differ(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    both_nan = (a != a) & (b != b)
    return np.asarray((a != b) & ~both_nan, dtype=bool)


def told(a: Columns, b: Columns, row: int) -> str:
    """One row of both tables: whose it is, and the cells that differ."""
    if min(len(next(iter(table.values()))) for table in (a, b)) <= row:
        longer, which = (a, "first") if len(next(iter(a.values()))) > row else (b, "second")
        return f"only in the {which}: " + ", ".join(f"{name} {longer[name][row]}" for name in longer)
    same = [name for name in ("visit", "step", "role", "member", "kind", "zone", "patient") if name in a]
    whose = [f"{name} {a[name][row]}" for name in same if a[name][row] == b[name][row]]
    apart = [name for name in a if cells_differ(a[name][row : row + 1], b[name][row : row + 1])[0]]
    return ", ".join([*whose, *(f"{name} {plain(a[name][row])} | {plain(b[name][row])}" for name in apart)])


def plain(cell: Any) -> str:
    """A cell with every digit, without the name of its type."""
    return repr(cell.item() if isinstance(cell, np.generic) else cell)


def when(a: Columns, b: Columns, row: int) -> float:
    """The earliest time that differs in a row; where none does, the latest time both tell of."""
    cells = {
        name: [float(table[name][row]) for table in (a, b) if row < len(table[name])] for name in a if name in TIMES
    }
    differing = [min(finite(times)) for times in cells.values() if len({str(t) for t in times}) > 1 and finite(times)]
    if len(next(iter(cells.values()))) > 1 and differing:
        return min(differing)
    return max((time for times in cells.values() for time in finite(times)), default=inf)


def finite(times: list[float]) -> list[float]:
    return [time for time in times if -inf < time < inf]
