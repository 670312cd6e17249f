"""`python -m engine_build`: build the library beside the sources. `--print FILE` only prints the engine as C."""

import argparse
import sys
from pathlib import Path

from engine_build.build import build, printed
from engine_build.c_types import Unprintable
from engine_build.compilers import NoCompiler


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m engine_build", description=__doc__)
    parser.add_argument("--print", type=Path, metavar="FILE", help="write the engine as C and compile nothing")
    given = parser.parse_args()
    try:
        text = printed()
        if given.print is not None:
            given.print.write_text(text, encoding="utf-8")
        else:
            from sim.engine.compiled.backend import LIBRARY

            build(LIBRARY, text=text)
    except (Unprintable, NoCompiler) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
