"""`make bench`: one run of all measurements, its figures written, a table printed, limits judged.

Exit code 1 with a line for every limit that is broken. What is measured stands in `plan`, what is made of it in
`summary`, what must hold in `bounds`. Nothing heavy is imported here: see `processes`.
"""

import argparse
import json
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.bounds import broken, judged
from benchmarks.machine import machine
from benchmarks.plan import FULL, QUICK, measurements
from benchmarks.processes import lines_of
from benchmarks.summary import summary
from benchmarks.table import table

RESULTS = Path(__file__).resolve().parent / "results.json"


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="only show that it runs; limits are not judged")
    parser.add_argument("--engine", default="compiled", help="the engine measured (default compiled)")
    parser.add_argument("--only", default="", help="measurements whose names begin with this, for a look; not written")
    parser.add_argument("--output", type=Path, help="where to write (default benchmarks/results.json, if complete)")
    asked = parser.parse_args()
    plan = QUICK if asked.quick else FULL
    started = time.monotonic()
    if find_spec("cimba") is None:
        print("cimba is not installed: left out of the ratios (pip install '.[bench]')", file=sys.stderr)
    wanted = [one for one in measurements(plan, asked.engine) if one.name.startswith(asked.only)]
    lines = lines_of(wanted, fresh=plan.fresh)
    short = summary(lines, plan)
    bounds = judged(short, asked.engine)
    results: dict[str, Any] = {
        "machine": machine(),
        "quick": asked.quick,
        "engine": asked.engine,
        "seconds": round(time.monotonic() - started, 1),
        **short,
        "bounds": [bound.as_json() for bound in bounds],
    }
    print(table(short, [] if asked.quick else bounds, asked.engine, results["machine"]))
    output = asked.output or (None if asked.quick or asked.only else RESULTS)
    if output is not None:
        output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    found = [] if asked.quick else broken(bounds)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
