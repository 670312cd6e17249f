"""What a person reads: every figure of a run in a few small tables, then the bounds."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.bounds import Bound
from benchmarks.plan import REFERENCE
from benchmarks.summary import VARIANTS

TITLES = {
    "staff": "staff, patients and places times",
    "zones": "zones, of the same places together",
    "growth": "patients times (same staff)",
}
Short = Mapping[str, Any]


def table(short: Short, bounds: Sequence[Bound], engine: str) -> str:
    """All tables, parted by empty lines."""
    parts = [
        *speeds(short),
        *(lines for key in VARIANTS if key in short for lines in [cost_lines(TITLES[key], key, short[key], engine)]),
        *threads(short, engine),
        *start(short, engine),
        *memory(short, engine),
        *queues(short),
        *floor(short, engine),
        *sweep(short, engine),
        *reading(short),
        [bound.words for bound in bounds if not is_a_wait(bound) or not bound.holds],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def is_a_wait(bound: Bound) -> bool:
    """The waits stand in the table of the queues already."""
    return "from theory" in bound.what


def speeds(short: Short) -> Iterator[list[str]]:
    """One table an engine, then how they stand beside each other."""
    for name, rows in short.get("weeks", {}).items():
        yield cost_lines("weeks", "weeks", rows, name)
    if "speed" in short:
        found = short["speed"]
        ratio, visits = found["ratio"]["entries_per_second"], found["ratio"]["visits_per_second"]
        yield [
            f"{found['weeks']} weeks: {ratio['median']:.0f} times the calendar entries a second of the SimPy model by "
            f"the medians, {ratio['best']:.0f} by the fastest; visits {visits['median']:.0f} and {visits['best']:.0f}; "
            f"peak memory {found['memory_ratio']:.2f} times",
            *(
                f"{name}: {row['long']} weeks cost {row['of_minima']:.2f} times {row['short']} by the fastest, "
                f"{row['of_medians']:.2f} by the medians"
                for name, row in short["cost_ratio"].items()
            ),
        ]


def cost_lines(title: str, key: str, rows: Sequence[Short], engine: str) -> list[str]:
    return [
        f"{engine}, default department, one core: {title}",
        f"{key:>7} {'visits':>9} {'entries':>11} {'CPU s min':>10} {'median':>8} {'visits/s':>10} {'(median)':>10} "
        f"{'entries/s':>11} {'(median)':>11} {'us/visit':>9} {'peak MiB':>9} {'wall/CPU':>9}",
        *(cost_line(key, row) for row in rows),
    ]


def cost_line(key: str, row: Short) -> str:
    seconds, visits, entries = row["cpu_seconds"], row["visits_per_second"], row["entries_per_second"]
    return (
        f"{row[key]:>7g} {row['visits']:>9,.0f} {row['entries']:>11,.0f} {seconds['min']:>10.3f} "
        f"{seconds['median']:>8.3f} {visits['best']:>10,.0f} {visits['median']:>10,.0f} {entries['best']:>11,.0f} "
        f"{entries['median']:>11,.0f} {1e6 / visits['best']:>9.2f} {row['peak_mib']:>9.0f} {row['wall_over_cpu']:>9.2f}"
    )


def threads(short: Short, engine: str) -> Iterator[list[str]]:
    if "threads" in short:
        found = short["threads"]
        yield [
            f"{engine}: {found['runs']} replications of {found['weeks']} weeks in one process take "
            f"{found['one']['min']:.2f} s on one thread, {found['two']['min']:.2f} s on two (fastest): throughput "
            f"{found['ratio']['of_minima']:.2f} times; {found['ratio']['median_of_rounds']:.2f} by the median of rounds"
        ]


def start(short: Short, engine: str) -> Iterator[list[str]]:
    if "start" not in short:
        return
    lines = [
        f"{engine}: start of a fresh process, seconds (fastest, median)",
        f"{'cache':>7} {'the command':>15} {'ready to play':>15} {'imports, config':>16} {'preparing':>15} "
        f"{'a week':>15}",
    ]
    for name in ("warm", "cold"):
        if name in short["start"]:
            row = short["start"][name]
            keys = ["command_seconds"]
            keys += [f"ready_{part}_seconds" for part in ("wall", "load", "prepare", "first_week")]
            cells = [f"{row[key]['min']:.2f} ({row[key]['median']:.2f})" for key in keys]
            lines.append(f"{name:>7} {cells[0]:>15} {cells[1]:>15} {cells[2]:>16} {cells[3]:>15} {cells[4]:>15}")
    yield lines


def memory(short: Short, engine: str) -> Iterator[list[str]]:
    if "memory" in short:
        lines = [f"{engine}: peak memory of a study, MiB"]
        for name, row in short["memory"].items():
            lines.append(
                f"  {row['weeks']} weeks, {name}: {row['peak_mib']['few']:.0f} with {row['few']} replications, "
                f"{row['peak_mib']['many']:.0f} with {row['many']}: {row['ratio']:.3f} times"
            )
        yield lines


def queues(short: Short) -> Iterator[list[str]]:
    for name, players in short.get("queues", {}).items():
        lines = [
            f"{name} queue: customers/s on one core, fastest (median), times bare SimPy; "
            "mean waits, theory, standard errors"
        ]
        for player, row in players.items():
            rate, times = row["customers_per_second"], row["times_simpy"]
            waits = "; ".join(
                f"{wait['mean']:.2f} min ({wait['expected']:.2f}, {wait['z']:+.1f})" for wait in row["waits"]
            )
            label = f"bare {player}" if player == REFERENCE else player
            lines.append(
                f"{label:>18} {rate['best']:>11,.0f} ({rate['median']:>9,.0f}) {times['best']:>7.2f} times   {waits}"
            )
        yield lines


def floor(short: Short, engine: str) -> Iterator[list[str]]:
    if "floor" in short:
        found = short["floor"]
        draws = ", ".join(f"{count:.1f} {kind}" for kind, count in found["draws_per_visit"].items())
        seconds, ratio = found["cpu_seconds"], found["ratio"]
        yield [
            f"the floor: {found['weeks']} weeks, a visit {found['pushes_per_visit']:.1f} pushes and pops on a heap of "
            f"{found['calendar_size']} (of {found['entries_per_visit']:.1f} entries, the rest being settlings); "
            f"draws {draws}",
            f"{engine} {seconds['engine']['min']:.3f} s, floor {seconds['floor']['min']:.3f} s: "
            f"{ratio['of_minima']:.2f} times ({ratio['of_medians']:.2f} by the medians); "
            f"{ratio['of_minima_with_settlings']:.2f} times if every "
            "settling were pushed and popped too",
        ]


def sweep(short: Short, engine: str) -> Iterator[list[str]]:
    if "sweep" in short:
        found = short["sweep"]
        yield [
            f"{engine}: a sweep of {found['scenarios']:,} scenarios, {found['replications']} replications of "
            f"{found['weeks']} weeks each, from the command to its table: {found['wall_seconds']:.0f} s, "
            f"{found['runs_per_second']:.1f} runs a second",
            *(
                f"  composed and checked, {name.replace('_', ' ')}: {way['wall_seconds']:.2f} s, "
                f"{1000 * way['cpu_seconds'] / way['scenarios']:.1f} CPU ms a scenario"
                for name, way in found["composed"].items()
            ),
            *(
                [f"  Hydra's own sweeper and launcher take {found['stock_by_ours']:.0f} times the CPU time of ours"]
                if "stock_by_ours" in found
                else []
            ),
        ]


def reading(short: Short) -> Iterator[list[str]]:
    if "reading" in short:
        found = short["reading"]
        yield [
            f"a file of {found['rows']:,} visits ({found['file_mib']:.0f} MiB) is read and profiled in "
            f"{found['wall_seconds']:.0f} s ({found['cpu_seconds']:.0f} CPU s), with {found['peak_mib']:.0f} MiB at "
            f"most ({found['before_mib']:.0f} before)",
        ]
