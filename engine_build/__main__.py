"""`python -m engine_build`: build the library beside the sources. `--print FILE` only prints the engine as C.

With `--library FILE` it stands there, with `--target NAME` it is for another system.
"""

import argparse
import sys
from pathlib import Path

from engine_build.build import build, printed
from engine_build.c_types import Unprintable
from engine_build.compilers import NoCompiler
from sim.engine.compiled.backend import LIBRARY


def main() -> int:
    """Do it, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m engine_build", description=__doc__)
    parser.add_argument("--print", type=Path, metavar="FILE", help="write the engine as C and compile nothing")
    parser.add_argument("--library", type=Path, metavar="FILE", default=LIBRARY, help="where the library is to be")
    parser.add_argument("--target", metavar="NAME", help="a system as Zig calls it, such as aarch64-macos.11.0")
    given = parser.parse_args()
    try:
        if given.print is not None:
            given.print.write_text(printed(), encoding="utf-8")
        else:
            build(given.library, given.target)
    except (Unprintable, NoCompiler) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
