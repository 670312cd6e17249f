"""What one fresh process does: a measurement, or several to show that they run. Prints a line of JSON for each.

Which processes there are is `plan`'s business; each measurement stands in a file of its own and is imported only here.
"""

import importlib
import json
import sys

MEASUREMENTS = {
    "speed": "runs",
    "threads": "runs",
    "played": "memory",
    "swept": "memory",
    "composed": "sweeps",
    "read_visits_file": "reading",
    "calibrate_file": "calibrating",
    "ratio": "networks",
    "floor": "floor",
}
"""File of each measurement; it is a function of the same name in it."""


def main() -> None:
    for what, given in json.loads(sys.argv[1]):
        measure = getattr(importlib.import_module(f"benchmarks.{MEASUREMENTS[what]}"), what)
        print(json.dumps(measure(given)), flush=True)


if __name__ == "__main__":
    main()
