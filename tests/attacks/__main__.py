"""`python -m tests.attacks`: try hostile inputs, all of them or those of a family, and print the table of counts."""

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.attacks.harness import counted, made_sweep, try_all
from tests.attacks.table import ATTACKS


def main() -> int:
    """Exit code 1 if one is not met well."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    parser.add_argument("--only", default="", help="inputs whose family and name hold this text")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, help="inputs tried side by side")
    parser.add_argument("--seconds", type=float, default=600.0, help="no input may take longer than this")
    asked = parser.parse_args()
    chosen = [
        replace(attack, seconds=min(attack.seconds, asked.seconds))
        for attack in ATTACKS
        if asked.only in f"{attack.family}: {attack.name}"
    ]
    with tempfile.TemporaryDirectory(prefix="pa-") as folder:
        sweep = made_sweep(Path(folder) / "sweep")
        results = try_all(chosen, Path(folder) / "tried", sweep, asked.at_once)
    print(counted(results))
    slowest = sorted(results, key=lambda each: each.answer.seconds, reverse=True)[:5]
    print("\nslowest: " + "; ".join(f"{each.attack.name} {each.answer.seconds:.1f} s" for each in slowest))
    return 1 if any(each.complaints for each in results) else 0


if __name__ == "__main__":
    sys.exit(main())
