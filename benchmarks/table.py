"""What a person reads: every figure of a run in a few small tables, then the bounds."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.bounds import Bound
from benchmarks.summary import VARIANTS

TITLES = {
    "weeks": "weeks",
    "staff": "staff, patients and places times",
    "zones": "zones, of the same places together",
    "growth": "patients times (same staff)",
}
Short = Mapping[str, Any]


def table(short: Short, bounds: Sequence[Bound], engine: str, machine: Short) -> str:
    """What was measured on, and all tables, parted by empty lines."""
    facts = [machine["processor"], f"{machine['cores']} cores", machine["system"], f"Python {machine['python']}"]
    parts = [
        [", ".join([*facts, *(f"{name} {version}" for name, version in machine["versions"].items())])],
        *(lines for key in VARIANTS if key in short for lines in [cost_lines(TITLES[key], key, short[key], engine)]),
        *threads(short, engine),
        *start(short, engine),
        *memory(short, engine),
        *ratios(short),
        *floor(short, engine),
        *sweep(short, engine),
        *reading(short),
        *calibrating(short),
        [bound.words for bound in bounds if not is_agreement(bound) or not bound.holds],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def is_agreement(bound: Bound) -> bool:
    """Agreement stands in the tables of ratios already."""
    return "agrees" in bound.what


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
    if "start" in short:
        seconds = short["start"]["command_seconds"]
        yield [f"{engine}: a command with one replication, {seconds['min']:.2f} s ({seconds['median']:.2f})"]


def memory(short: Short, engine: str) -> Iterator[list[str]]:
    if "memory" in short:
        lines = [f"{engine}: peak memory of a study, MiB"]
        for name, row in short["memory"].items():
            lines.append(
                f"  {row['weeks']} weeks, {name}: {row['peak_mib']['few']:.0f} with {row['few']} replications, "
                f"{row['peak_mib']['many']:.0f} with {row['many']}: {row['ratio']:.3f} times"
            )
        yield lines


def ratios(short: Short) -> Iterator[list[str]]:
    for network, players in short.get("ratios", {}).items():
        lines = [
            f"{network:<16} {'CPU s, median':>13} {'(fastest)':>11} {'times bare SimPy':>17} {'customers':>10} "
            f"{'mean stay, min':>20}   beside PeerED"
        ]
        for name, row in players.items():
            seconds, times = row["cpu_seconds"], row["times_simpy"]
            part = "" if row["part"] == 1.0 else f", from {row['part']:g} of it"
            beside = f"p {row['p']:.2g}" if "p" in row else "same bits" if row["same_bits"] else "OTHER BITS"
            lines.append(
                f"{LABELS.get(name, name):<16} {seconds['median']:>13.5f} {seconds['min']:>11.5f} {times:>17.3g} "
                f"{row['home']:>10,.0f} {row['stay']:>11.3f} ± {row['stay_half_width']:<6.3f}   {beside}{part}"
            )
        yield lines


LABELS = {"peered/compiled": "PeerED", "peered/simpy": "its SimPy model", "simpy": "bare SimPy"}


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
            f"{ratio['of_minima']:.2f} times ({ratio['of_medians']:.2f} by the medians)",
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
        ]


def reading(short: Short) -> Iterator[list[str]]:
    if "reading" in short:
        found = short["reading"]
        yield [
            f"a file of {found['rows']:,} visits ({found['file_mib']:.0f} MiB) is read and profiled in "
            f"{found['wall_seconds']:.0f} s ({found['cpu_seconds']:.0f} CPU s), with {found['peak_mib']:.0f} MiB at "
            f"most ({found['before_mib']:.0f} before)",
        ]


def calibrating(short: Short) -> Iterator[list[str]]:
    if "calibrating" in short:
        found = short["calibrating"]
        yield [
            f"study=calibrate on {found['rows']:,} visits takes {found['wall_seconds']:.0f} s and "
            f"{found['peak_mib']:.0f} MiB at most ({found['together_mib']:.0f} with all its processes); "
            f"{found['listed']:,} of {found['planted']:,} planted oddities are listed",
        ]
